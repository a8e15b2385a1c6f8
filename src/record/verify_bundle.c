#include <inttypes.h>
#include <string.h>

#include "record/bundle.h"
#include "record/bundle_line.h"
#include "record/manifest.h"
#include "record/record_private.h"
#include "seal/hex.h"

/* A bundle, from its files. What the manifest says is held against them; what
 * they say is held against the checkpoint. */

enum { NOTE_FILE = 64 * 1024, CHUNK = 64 * 1024 };

struct job {
	const struct verify_options *options;
	struct verdict *verdict;
	struct verdict_log *log;
	enum record_space space;
	struct arena *mem;
	struct pile *pile;

	struct manifest manifest;
	unsigned char digest[DIGEST_LEN]; /* of the manifest */
	struct key key;
	bool has_key, has_checkpoint, whole;
	struct checkpoint checkpoint;

	struct check *check;
	struct expect *expect;
	struct lines records, parts, proofs;
	/* What stands next in payloads.jsonl and proofs.jsonl. */
	bool has_part, has_proof;
	uint64_t part_seq, proof_seq;
	struct check_part part;
	unsigned char salt[SALT_LEN];
	struct proof proof;
};

static bool ends_with(const char *text, const char *tail)
{
	size_t len = strlen(text), tail_len = strlen(tail);

	return len >= tail_len && !strcmp(text + len - tail_len, tail);
}

static int read_manifest(struct job *job, const char *path, struct fault *why)
{
	const struct pile_file *file = pile_find(job->pile, "manifest.json");
	const char *what;
	char *bytes;
	size_t len;
	int ret;

	if (!file)
		return fault_set(why, FAULT_ABSENT, "%s has no manifest.json: it is not a bundle", path);
	if ((ret = pile_load(job->pile, file, MANIFEST_MOST, job->mem, &bytes, &len, why)) < 0)
		return ret;
	digest_of(bytes, len, job->digest);
	if (!manifest_read(bytes, len, job->mem, &job->manifest, &what)) {
		verdict_add(job->verdict, FOUND_MANIFEST, 0, -1, "%s", what);
		return 0;
	}
	job->space = ends_with(job->manifest.origin, "/drill") ? RECORD_DRILL : RECORD_REAL;
	job->log = &job->verdict->logs[job->space - 1];
	job->log->present = true;
	snprintf(job->log->origin, sizeof(job->log->origin), "%s", job->manifest.origin);
	job->whole = job->manifest.entries == job->manifest.size;
	return 1;
}

static int digest_file(struct job *job, const struct pile_file *file, unsigned char out[static DIGEST_LEN],
		       struct fault *why)
{
	struct pile_reader *reader;
	struct digest digest;
	char chunk[CHUNK];
	int64_t got;
	int ret;

	if ((ret = pile_read(job->pile, file, &reader, why)) < 0)
		return ret;
	digest_init(&digest);
	while ((got = pile_next(reader, chunk, sizeof(chunk), why)) > 0)
		digest_put(&digest, chunk, (size_t)got);
	pile_reader_close(reader);
	digest_end(&digest, out);
	return (int)got;
}

static int check_file(struct job *job, const struct manifest_file *said, struct fault *why)
{
	const struct pile_file *file = pile_find(job->pile, said->name);
	unsigned char digest[DIGEST_LEN];
	char digits[2 * DIGEST_LEN + 1];
	int ret;

	if (!file) {
		verdict_add(job->verdict, FOUND_FILE_MISSING, 0, -1, "%s", said->name);
		return 0;
	}
	job->verdict->files++;
	if (!file->plain) {
		verdict_add(job->verdict, FOUND_FILE, 0, -1, "%s is not an ordinary file", said->name);
		return 0;
	}
	if ((ret = digest_file(job, file, digest, why)) < 0)
		return ret;
	hex_write(digest, DIGEST_LEN, digits);
	if (file->size != said->size || memcmp(digest, said->digest, DIGEST_LEN))
		verdict_add(job->verdict, FOUND_FILE, 0, -1, "%s", said->name);
	else if (!strncmp(said->name, "evidence/", 9) && strcmp(said->name + 9, digits))
		verdict_add(job->verdict, FOUND_FILE, 0, -1, "%s is not named by its digest", said->name);
	return 0;
}

static bool is_listed(const struct job *job, const char *name)
{
	size_t low = 0, high = job->manifest.file_count;

	while (low < high) {
		size_t middle = (low + high) / 2;
		int order = strcmp(job->manifest.files[middle].name, name);

		if (!order)
			return true;
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return !strcmp(name, "manifest.json") || !strcmp(name, "manifest.sig");
}

static int check_files(struct job *job, struct fault *why)
{
	int ret = 0;

	if (!verdict_checks(job->verdict, CHECK_FILE))
		return 0;
	for (size_t i = 0; ret == 0 && i < job->manifest.file_count; i++)
		ret = check_file(job, &job->manifest.files[i], why);
	for (size_t i = 0; ret == 0 && i < pile_count(job->pile); i++)
		if (!is_listed(job, pile_at(job->pile, i)->name))
			verdict_add(job->verdict, FOUND_FILE_STRAY, 0, -1, "%s", pile_at(job->pile, i)->name);
	return ret;
}

/* A small file; false where it is not there or too long for what it should be. */
static bool load_small(struct job *job, const char *name, char **out, size_t *len)
{
	const struct pile_file *file = pile_find(job->pile, name);

	return file && pile_load(job->pile, file, NOTE_FILE, job->mem, out, len, NULL) == 0;
}

static void take_vkey(struct job *job)
{
	char *text = NULL;
	size_t len = 0;

	job->has_key = load_small(job, "vkey", &text, &len) && len && text[len - 1] == '\n' &&
		       key_read(text, len - 1, &job->key, NULL) == 0 &&
		       !strcmp(job->key.name, job->manifest.origin);
	if (!job->has_key)
		verdict_add(job->verdict, FOUND_VKEY, job->space, -1, "vkey");
	else
		key_write(&job->key, job->log->vkey);
}

static void check_manifest_signature(struct job *job)
{
	char *note;
	size_t len, text_len = 0;
	struct buf text = { 0 };
	enum note_state state;

	if (!pile_find(job->pile, "manifest.sig"))
		return;
	job->verdict->manifest_signed = true;
	state = load_small(job, "manifest.sig", &note, &len) ? note_check(note, len, &job->key, &text_len)
							     : NOTE_FORM;
	bundle_manifest_text(&text, job->manifest.origin, job->digest);
	if (state == NOTE_OTHER_KEY)
		verdict_add(job->verdict, FOUND_MANIFEST_KEY, job->space, -1, "manifest.sig");
	else if (state != NOTE_GOOD || text_len != text.len || memcmp(note, text.data, text_len))
		verdict_add(job->verdict, FOUND_MANIFEST_FORGED, job->space, -1, "manifest.sig");
	buf_fini(&text);
}

static void take_checkpoint(struct job *job)
{
	char *note;
	size_t len;

	if (!load_small(job, "checkpoint", &note, &len)) {
		verdict_add(job->verdict, FOUND_CHECKPOINT_NONE, job->space, -1, "checkpoint");
		return;
	}
	job->log->checkpoints = 1;
	expect_add(job->expect, EXPECT_STORE, note, len, -1, -1);
	job->has_checkpoint = checkpoint_check(note, len, &job->key, &job->checkpoint) != NOTE_FORM;
	if (job->has_checkpoint && job->checkpoint.size != job->manifest.size)
		verdict_add(job->verdict, FOUND_MANIFEST, 0, -1,
			    "it says %" PRIu64 " entries were signed, the checkpoint %" PRIu64,
			    job->manifest.size, job->checkpoint.size);
}

/* Not whole, the entries show one tree only: that of the bundle's own size. */
static void take_against(void *context, const char *note, size_t len)
{
	struct job *job = context;
	struct checkpoint given;

	if (!checkpoint_read(note, len, &given)) {
		verdict_add(job->verdict, FOUND_AGAINST_FORM, 0, -1, "'%.60s'", note);
		return;
	}
	if (strcmp(given.origin, job->manifest.origin)) {
		verdict_add(job->verdict, FOUND_AGAINST_ORIGIN, 0, -1, "'%.120s'", given.origin);
		return;
	}
	job->log->against++;
	if (job->has_checkpoint &&
	    (given.size > job->checkpoint.size || (!job->whole && given.size < job->checkpoint.size))) {
		struct expect *aside = expect_new(job->verdict, job->space, job->manifest.origin, &job->key);

		expect_add(aside, EXPECT_AGAINST, note, len, -1, -1);
		expect_free(aside);
		verdict_add(job->verdict, FOUND_BEYOND, job->space, -1,
			    "it knows %" PRIu64 " entries, the bundle was made of %" PRIu64, given.size,
			    job->checkpoint.size);
		return;
	}
	expect_add(job->expect, EXPECT_AGAINST, note, len, -1, -1);
	if (!job->whole && job->has_checkpoint && memcmp(given.root, job->checkpoint.root, DIGEST_LEN))
		verdict_add(job->verdict, FOUND_AGAINST_ROOT, job->space, -1, "of %" PRIu64 " entries",
			    given.size);
}

static void take_all_against(struct job *job)
{
	for (size_t i = 0; i < job->options->against_count; i++)
		if (!against_each(job->options->against[i], strlen(job->options->against[i]), take_against,
				  job))
			verdict_add(job->verdict, FOUND_AGAINST_FORM, 0, -1, "number %zu", i + 1);
}

static int next_part(struct job *job, struct fault *why)
{
	int ret;

	while ((ret = lines_next(&job->parts, why)) > 0) {
		if (line_part(&job->parts, &job->part_seq, &job->part, job->salt))
			break;
		verdict_add(job->verdict, FOUND_LINE, job->space, -1, "payloads.jsonl:%" PRIu64,
			    job->parts.number);
	}
	job->has_part = ret > 0;
	return ret < 0 ? ret : 0;
}

static int next_proof(struct job *job, struct fault *why)
{
	int ret;

	while ((ret = lines_next(&job->proofs, why)) > 0) {
		if (line_proof(&job->proofs, &job->proof_seq, &job->proof))
			break;
		verdict_add(job->verdict, FOUND_LINE, job->space, -1, "proofs.jsonl:%" PRIu64,
			    job->proofs.number);
	}
	job->has_proof = ret > 0;
	return ret < 0 ? ret : 0;
}

static int skip_parts(struct job *job, uint64_t seq, struct fault *why)
{
	int ret = 0;

	while (ret == 0 && job->has_part && job->part_seq < seq) {
		verdict_add(job->verdict, FOUND_PAYLOAD_STRAY, job->space, (int64_t)job->part_seq,
			    "part %" PRId64 " of no entry", job->part.part);
		ret = next_part(job, why);
	}
	return ret;
}

static int skip_proofs(struct job *job, uint64_t seq, struct fault *why)
{
	int ret = 0;

	while (ret == 0 && job->has_proof && job->proof_seq < seq) {
		verdict_add(job->verdict, FOUND_LINE, job->space, (int64_t)job->proof_seq,
			    "proofs.jsonl:%" PRIu64 " of no entry", job->proofs.number);
		ret = next_proof(job, why);
	}
	return ret;
}

static int take_proof(struct job *job, uint64_t seq, const unsigned char hash[static DIGEST_LEN],
		      struct fault *why)
{
	int ret = skip_proofs(job, seq, why);

	if (ret < 0)
		return ret;
	if (!job->has_proof || job->proof_seq != seq) {
		verdict_add(job->verdict, FOUND_PROOF_MISSING, job->space, (int64_t)seq, "%s", "");
		return 0;
	}
	if (job->has_checkpoint && verdict_checks(job->verdict, CHECK_PROOF) &&
	    !proof_includes(&job->proof, seq, job->checkpoint.size, hash, job->checkpoint.root))
		verdict_add(job->verdict, FOUND_PROOF, job->space, (int64_t)seq, "of %" PRIu64 " entries",
			    job->checkpoint.size);
	return next_proof(job, why);
}

static int take_parts(struct job *job, uint64_t seq, bool is_leaf, struct fault *why)
{
	int ret = skip_parts(job, seq, why);

	while (ret == 0 && job->has_part && job->part_seq == seq) {
		if (is_leaf)
			check_part(job->check, &job->part);
		ret = next_part(job, why);
	}
	if (ret == 0 && is_leaf)
		check_parts_end(job->check);
	return ret;
}

static int take_record(struct job *job, bool *opened, struct fault *why)
{
	unsigned char hash[DIGEST_LEN];
	const char *bytes;
	struct leaf leaf;
	uint64_t seq;
	size_t len;
	bool is_leaf;
	int ret;

	if (!line_record(&job->records, &seq, &bytes, &len)) {
		verdict_add(job->verdict, FOUND_LINE, job->space, -1, "records.jsonl:%" PRIu64,
			    job->records.number);
		return 0;
	}
	if (seq == 0)
		*opened = true;
	is_leaf = check_entry(job->check, seq, bytes, len, &leaf, hash);
	if (job->whole)
		check_expect(job->check, job->expect);
	if ((ret = take_proof(job, seq, hash, why)) < 0)
		return ret;
	return take_parts(job, seq, is_leaf, why);
}

static int stream(struct job *job, bool *opened, struct fault *why)
{
	int ret;

	if ((ret = next_part(job, why)) < 0 || (ret = next_proof(job, why)) < 0)
		return ret;
	while ((ret = lines_next(&job->records, why)) > 0)
		if ((ret = take_record(job, opened, why)) < 0)
			return ret;
	if (ret < 0 || (ret = skip_parts(job, UINT64_MAX, why)) < 0)
		return ret;
	return skip_proofs(job, UINT64_MAX, why);
}

static void conclude(struct job *job, bool opened)
{
	struct verdict_log *log = job->log;

	check_end(job->check);
	if (job->whole)
		expect_end(job->expect, check_tree(job->check));
	if (job->has_checkpoint)
		hex_write(job->checkpoint.root, DIGEST_LEN, log->root);
	if (!opened)
		verdict_add(job->verdict, FOUND_OPEN, job->space, -1, "entry 0 is not there");
	if (log->entries != job->manifest.entries)
		verdict_add(job->verdict, FOUND_OBJECT, job->space, -1,
			    "%" PRIu64 " entries, the manifest says %" PRIu64, log->entries,
			    job->manifest.entries);
	if (opened && log->given_time != job->manifest.given_time)
		verdict_add(job->verdict, FOUND_LOG, job->space, -1,
			    "the first entry says another given_time");
	if (!strncmp(log->origin, "demo.", 5) != job->manifest.given_time)
		verdict_add(job->verdict, FOUND_LOG, job->space, -1, "origin '%.100s' and given_time %d",
			    log->origin, job->manifest.given_time);
}

static int check_entries(struct job *job, struct fault *why)
{
	bool opened = false;
	int ret;

	job->check = check_new(job->verdict, job->space, job->manifest.origin, job->whole);
	for (size_t i = 0; i < job->manifest.object_count; i++)
		check_object(job->check, job->manifest.objects[i].obj, job->manifest.objects[i].entries);
	if ((ret = lines_open(job->pile, "records.jsonl", &job->records, why)) == 0 &&
	    (ret = lines_open(job->pile, "payloads.jsonl", &job->parts, why)) == 0 &&
	    (ret = lines_open(job->pile, "proofs.jsonl", &job->proofs, why)) == 0 &&
	    (ret = stream(job, &opened, why)) == 0)
		conclude(job, opened);
	lines_close(&job->records);
	lines_close(&job->parts);
	lines_close(&job->proofs);
	check_free(job->check);
	return ret;
}

static int verify(struct job *job, struct fault *why)
{
	int ret;

	if ((ret = check_files(job, why)) < 0)
		return ret;
	take_vkey(job);
	job->expect = expect_new(job->verdict, job->space, job->manifest.origin, &job->key);
	if (job->has_key) {
		check_manifest_signature(job);
		take_checkpoint(job);
		take_all_against(job);
	}
	expect_ready(job->expect);
	ret = check_entries(job, why);
	expect_free(job->expect);
	return ret;
}

int verify_bundle(const char *path, const struct verify_options *options, struct verdict *out,
		  struct fault *why)
{
	SCOPED(arena_drop) struct arena *mem = arena_new();
	struct job job = { .options = options, .verdict = out, .mem = mem };
	int ret;

	*out = (struct verdict){ .subject = "bundle", .without = options->without };
	if ((ret = pile_open(path, &job.pile, why)) < 0)
		return ret;
	if ((ret = read_manifest(&job, path, why)) > 0)
		ret = verify(&job, why);
	pile_close(job.pile);
	return ret;
}
