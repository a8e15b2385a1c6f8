#include "record/bundle.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "host/file.h"
#include "record/bundle_line.h"
#include "record/record_private.h"
#include "record/subtree.h"
#include "seal/hex.h"

enum { CHUNK = 64 * 1024 };

struct sheet {
	char *name;
	uint64_t size;
	unsigned char digest[DIGEST_LEN];
};

struct object {
	char obj[LEAF_WORD + 24];
	uint64_t entries;
};

struct maker {
	const struct bundle_order *order;
	const char *dir;
	struct arena *mem;

	char *origin, *vkey, *note;
	struct checkpoint checkpoint;
	uint64_t *seqs; /* ascending, none twice */
	size_t count, room;
	struct object *objects;
	struct subtrees *subtrees;
	bool given_time;

	/* The file that is being written. */
	struct file_draft *draft;
	struct digest digest;
	struct buf buf;
	uint64_t written;

	struct sheet *sheets;
	size_t sheet_count;
};

static int read_log(struct maker *m, struct fault *why)
{
	static const char log_sql[] = "SELECT origin FROM logs WHERE id = $1";
	static const char vkey_sql[] = "SELECT vkey FROM logs WHERE id = $1";
	static const char note_sql[] =
		"SELECT note FROM checkpoints WHERE log = $1 ORDER BY size DESC LIMIT 1";
	struct store *store = m->order->store;
	int space = m->order->space, ret;

	if ((ret = store_text(store, log_sql, VALUES(value_int(space)), m->mem, &m->origin, why)) < 0 ||
	    (ret = store_text(store, vkey_sql, VALUES(value_int(space)), m->mem, &m->vkey, why)) < 0 ||
	    (ret = store_text(store, note_sql, VALUES(value_int(space)), m->mem, &m->note, why)) < 0)
		return ret;
	if (!checkpoint_read(m->note, strlen(m->note), &m->checkpoint) ||
	    strcmp(m->checkpoint.origin, m->origin))
		return fault_set(why, FAULT_CORRUPT, "%s: its last checkpoint is none", m->origin);
	return 0;
}

static void want(struct maker *m, uint64_t seq)
{
	if (m->count == m->room) {
		m->room = m->room ? m->room * 2 : 256;
		m->seqs = must_grow(m->seqs, m->room * sizeof(*m->seqs));
	}
	m->seqs[m->count++] = seq;
}

/* What a query of one column gives, below the size of the checkpoint. */
static int want_found(struct maker *m, const char *sql, int64_t key, uint64_t *found, struct fault *why)
{
	SCOPED(rows_drop) struct rows *rows = NULL;
	int ret;

	*found = 0;
	if ((ret = store_query(m->order->store, sql,
			       VALUES(value_int(m->order->space), value_int(key),
				      value_int((int64_t)m->checkpoint.size)),
			       &rows, why)) < 0)
		return ret;
	for (; (ret = rows_next(rows, why)) > 0; (*found)++)
		want(m, (uint64_t)rows_int(rows, 0));
	return ret;
}

static int name_object(struct maker *m, int64_t id, struct object *out, struct fault *why)
{
	static const char sql[] = "SELECT leaf FROM records WHERE object = $2 AND log = $1 AND oseq = 0";
	SCOPED(rows_drop) struct rows *rows = NULL;
	const char *bytes;
	struct leaf leaf;
	size_t len;
	int ret;

	if ((ret = store_query(m->order->store, sql, VALUES(value_int(m->order->space), value_int(id)), &rows,
			       why)) < 0 ||
	    (ret = rows_next(rows, why)) < 0)
		return ret;
	bytes = ret ? rows_blob(rows, 0, &len) : NULL;
	if (!bytes || !leaf_read(bytes, len, &leaf))
		return fault_set(why, FAULT_CORRUPT, "the first entry of object %" PRId64 " is no leaf", id);
	snprintf(out->obj, sizeof(out->obj), "%.*s:%" PRId64, (int)leaf.kind.len, leaf.kind.text, id);
	return 0;
}

static int by_seq(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return x < y ? -1 : x > y;
}

static int by_obj(const void *a, const void *b)
{
	return strcmp(((const struct object *)a)->obj, ((const struct object *)b)->obj);
}

static void tidy(struct maker *m)
{
	size_t n = 0;

	qsort(m->seqs, m->count, sizeof(*m->seqs), by_seq);
	for (size_t i = 0; i < m->count; i++)
		if (!n || m->seqs[n - 1] != m->seqs[i])
			m->seqs[n++] = m->seqs[i];
	m->count = n;
}

/* An entry that erased a text of one that is in must be in too. */
static int want_erasers(struct maker *m, struct fault *why)
{
	static const char sql[] = "SELECT erased FROM payloads WHERE log = $1 AND seq = $2 AND erased < $3";
	size_t before = m->count;
	uint64_t found;
	int ret = 0;

	for (size_t i = 0; ret == 0 && i < before; i++)
		ret = want_found(m, sql, (int64_t)m->seqs[i], &found, why);
	tidy(m);
	return ret < 0 || m->count == before ? ret : want_erasers(m, why);
}

static int choose(struct maker *m, struct fault *why)
{
	static const char sql[] = "SELECT seq FROM records WHERE object = $2 AND log = $1 AND seq < $3";
	const struct bundle_order *order = m->order;
	int ret;

	if (!order->object_count) {
		for (uint64_t seq = 0; seq < m->checkpoint.size; seq++)
			want(m, seq);
		return 0;
	}
	m->objects = arena_many(m->mem, order->object_count, sizeof(*m->objects));
	want(m, 0);
	for (size_t i = 0; i < order->object_count; i++) {
		struct object *object = &m->objects[i];

		if ((ret = want_found(m, sql, order->objects[i], &object->entries, why)) < 0)
			return ret;
		if (!object->entries)
			return fault_set(why, FAULT_ABSENT, "%s has no signed entry of object %" PRId64,
					 m->origin, order->objects[i]);
		if ((ret = name_object(m, order->objects[i], object, why)) < 0)
			return ret;
	}
	qsort(m->objects, order->object_count, sizeof(*m->objects), by_obj);
	tidy(m);
	return want_erasers(m, why);
}

/* One pass over the hashes of the log gives every subtree that a proof wants. */
static int gather(struct maker *m, struct fault *why)
{
	static const char sql[] = "SELECT hash FROM records WHERE log = $1 AND seq < $2 ORDER BY seq";
	SCOPED(rows_drop) struct rows *rows = NULL;
	unsigned char root[DIGEST_LEN];
	struct merkle tree = { 0 };
	const void *hash;
	size_t len;
	int ret;

	m->subtrees = subtrees_new();
	for (size_t i = 0; i < m->count; i++)
		proof_inclusion_wants(m->seqs[i], m->checkpoint.size, subtrees_want, m->subtrees);
	if ((ret = store_query(m->order->store, sql,
			       VALUES(value_int(m->order->space), value_int((int64_t)m->checkpoint.size)),
			       &rows, why)) < 0)
		return ret;
	while ((ret = rows_next(rows, why)) > 0)
		if ((hash = rows_blob(rows, 0, &len)) && len == DIGEST_LEN)
			merkle_append_told(&tree, hash, subtrees_offer, m->subtrees);
	merkle_root(&tree, root);
	if (ret == 0 && (tree.size != m->checkpoint.size || memcmp(root, m->checkpoint.root, DIGEST_LEN)))
		return fault_set(why, FAULT_CORRUPT,
				 "%s: the store does not agree with its checkpoint of %" PRIu64 " entries; "
				 "verify the data folder",
				 m->origin, m->checkpoint.size);
	return ret;
}

static int sheet_begin(struct maker *m, const char *folder, struct fault *why)
{
	buf_clear(&m->buf);
	m->written = 0;
	digest_init(&m->digest);
	return file_draft_open(folder, 0644, &m->draft, why);
}

static int sheet_put(struct maker *m, const void *bytes, size_t len, struct fault *why)
{
	digest_put(&m->digest, bytes, len);
	m->written += len;
	return file_draft_write(m->draft, bytes, len, why);
}

static int sheet_flush(struct maker *m, size_t above, struct fault *why)
{
	int ret;

	if (m->buf.len <= above)
		return 0;
	ret = sheet_put(m, m->buf.data, m->buf.len, why);
	buf_clear(&m->buf);
	return ret;
}

static int sheet_end(struct maker *m, const char *prefix, const char *name, struct fault *why)
{
	struct sheet *sheet = &m->sheets[m->sheet_count];
	int ret;

	if ((ret = sheet_flush(m, 0, why)) < 0 || (ret = file_draft_land(&m->draft, name, why)) < 0)
		return ret;
	sheet->name = arena_text(m->mem, "%s%s", prefix, name);
	sheet->size = m->written;
	digest_end(&m->digest, sheet->digest);
	m->sheet_count++;
	return 0;
}

static int write_bytes(struct maker *m, const char *name, const void *bytes, size_t len, struct fault *why)
{
	int ret;

	if ((ret = sheet_begin(m, m->dir, why)) < 0 || (ret = sheet_put(m, bytes, len, why)) < 0)
		return ret;
	return sheet_end(m, "", name, why);
}

static int write_record(struct maker *m, uint64_t seq, struct fault *why)
{
	static const char sql[] = "SELECT leaf FROM records WHERE log = $1 AND seq = $2";
	SCOPED(rows_drop) struct rows *rows = NULL;
	const char *leaf;
	size_t len;
	int ret;

	if ((ret = store_query(m->order->store, sql,
			       VALUES(value_int(m->order->space), value_int((int64_t)seq)), &rows, why)) <
		    0 ||
	    (ret = rows_next(rows, why)) < 0)
		return ret;
	if (!ret || !(leaf = rows_blob(rows, 0, &len)))
		return fault_set(why, FAULT_CORRUPT, "%s has no entry %" PRIu64, m->origin, seq);
	line_put_record(&m->buf, seq, leaf, len);
	return 0;
}

static void note_given_time(struct maker *m, const struct check_part *part)
{
	struct doc *doc = must_alloc(sizeof(*doc));

	if (part->bytes && doc_read(part->bytes, part->len, doc))
		m->given_time = doc->given_time == 1;
	free(doc);
}

static int write_parts(struct maker *m, uint64_t seq, struct fault *why)
{
	static const char sql[] = "SELECT part, salt, bytes, erased FROM payloads WHERE log = $1 AND seq = $2"
				  " ORDER BY part";
	SCOPED(rows_drop) struct rows *rows = NULL;
	int ret;

	if ((ret = store_query(m->order->store, sql,
			       VALUES(value_int(m->order->space), value_int((int64_t)seq)), &rows, why)) < 0)
		return ret;
	while ((ret = rows_next(rows, why)) > 0) {
		struct check_part part = { .part = rows_int(rows, 0),
					   .erased = rows_null(rows, 3) ? -1 : rows_int(rows, 3) };

		part.withheld = part.part && m->order->withhold_texts && part.erased < 0;
		part.salt = rows_blob(rows, 1, &part.salt_len);
		part.bytes = rows_blob(rows, 2, &part.len);
		if (part.bytes && (!part.salt || part.salt_len != SALT_LEN))
			return fault_set(why, FAULT_CORRUPT, "%s entry %" PRIu64 " has no salt", m->origin,
					 seq);
		if (!seq && !part.part)
			note_given_time(m, &part);
		line_put_part(&m->buf, seq, &part);
	}
	return ret;
}

static int write_proof(struct maker *m, uint64_t seq, struct fault *why)
{
	struct proof proof;

	(void)why;
	proof_inclusion(seq, m->checkpoint.size, subtrees_get, m->subtrees, &proof);
	line_put_proof(&m->buf, seq, &proof);
	return 0;
}

static int write_lines(struct maker *m, const char *name,
		       int (*one)(struct maker *m, uint64_t seq, struct fault *why), struct fault *why)
{
	int ret = sheet_begin(m, m->dir, why);

	for (size_t i = 0; ret == 0 && i < m->count; i++)
		if ((ret = one(m, m->seqs[i], why)) == 0)
			ret = sheet_flush(m, CHUNK, why);
	return ret < 0 ? ret : sheet_end(m, "", name, why);
}

static int copy_from(struct maker *m, const char *path, struct fault *why)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC), ret = 0;
	char chunk[CHUNK];
	ssize_t got;

	if (fd < 0)
		return fault_set(why, errno == ENOENT ? FAULT_ABSENT : FAULT_IO, "%s: %s", path,
				 strerror(errno));
	while (ret == 0 && (got = read(fd, chunk, sizeof(chunk))) != 0)
		ret = got < 0 ? fault_set(why, FAULT_IO, "%s: %s", path, strerror(errno))
			      : sheet_put(m, chunk, (size_t)got, why);
	close(fd);
	return ret;
}

/* A name with folders in it: they are made, one below the other. */
static int make_folders(struct maker *m, const char *name, char **folder, const char **last,
			struct fault *why)
{
	const char *slash = name;
	int ret;

	*folder = arena_copy(m->mem, m->dir);
	*last = name;
	while ((slash = strchr(slash, '/'))) {
		*folder = arena_text(m->mem, "%s/%.*s", m->dir, (int)(slash - name), name);
		*last = ++slash;
		if ((ret = file_make_folder(*folder, 0755, why)) < 0)
			return ret;
	}
	return 0;
}

static int write_file(struct maker *m, const struct bundle_file *file, struct fault *why)
{
	const char *last, *prefix;
	char *folder;
	int ret;

	if (!pile_name_ok(file->name))
		return fault_set(why, FAULT_INVALID, "'%.100s' is no name for a file of a bundle",
				 file->name);
	if ((ret = make_folders(m, file->name, &folder, &last, why)) < 0 ||
	    (ret = sheet_begin(m, folder, why)) < 0)
		return ret;
	ret = file->path ? copy_from(m, file->path, why) : sheet_put(m, file->bytes, file->len, why);
	prefix = arena_text(m->mem, "%.*s", (int)(last - file->name), file->name);
	return ret < 0 ? ret : sheet_end(m, prefix, last, why);
}

static int by_name(const void *a, const void *b)
{
	return strcmp(((const struct sheet *)a)->name, ((const struct sheet *)b)->name);
}

static void put_files(struct maker *m, struct buf *out)
{
	char digits[2 * DIGEST_LEN + 1];

	qsort(m->sheets, m->sheet_count, sizeof(*m->sheets), by_name);
	for (size_t i = 0; i < m->sheet_count; i++) {
		hex_write(m->sheets[i].digest, DIGEST_LEN, digits);
		buf_format(out, "%s{\"name\":\"%s\",\"sha256\":\"%s\",\"size\":%" PRIu64 "}", i ? "," : "",
			   m->sheets[i].name, digits, m->sheets[i].size);
	}
}

static void put_manifest(struct maker *m, struct buf *out)
{
	buf_format(out, "{\"entries\":%zu,\"files\":[", m->count);
	put_files(m, out);
	buf_format(out, "],\"format\":\"fengsui-bundle/1\",\"given_time\":%s,\"objects\":[",
		   m->given_time ? "true" : "false");
	for (size_t i = 0; i < m->order->object_count; i++)
		buf_format(out, "%s{\"entries\":%" PRIu64 ",\"obj\":\"%s\"}", i ? "," : "",
			   m->objects[i].entries, m->objects[i].obj);
	buf_format(out, "],\"origin\":\"%s\",\"product\":\"fengsui %s\",\"size\":%" PRIu64 "}", m->origin,
		   FENGSUI_VERSION, m->checkpoint.size);
}

void bundle_manifest_text(struct buf *out, const char *origin, const unsigned char digest[static DIGEST_LEN])
{
	char digits[2 * DIGEST_LEN + 1];

	hex_write(digest, DIGEST_LEN, digits);
	buf_format(out, "fengsui-manifest/1\n%s\n%s\n", origin, digits);
}

int record_sign_manifest(struct record *record, enum record_space space,
			 const unsigned char digest[static DIGEST_LEN], struct buf *out, struct fault *why)
{
	struct log *log = log_of(record, space);
	struct buf text = { 0 };

	(void)why;
	bundle_manifest_text(&text, log->origin, digest);
	note_sign(out, text.data, text.len, &log->key);
	buf_fini(&text);
	return 0;
}

/* Last of all: a folder without a manifest is no bundle. */
static int write_manifest(struct maker *m, struct bundle_made *out, struct fault *why)
{
	struct buf text = { 0 }, signature = { 0 }, path = { 0 };
	int ret = 0;

	put_manifest(m, &text);
	digest_of(text.data, text.len, out->manifest);
	if (m->order->signer && (ret = record_sign_manifest(m->order->signer, m->order->space, out->manifest,
							    &signature, why)) == 0) {
		buf_format(&path, "%s/manifest.sig", m->dir);
		ret = file_write(path.data, 0644, signature.data, signature.len, why);
	}
	buf_clear(&path);
	buf_format(&path, "%s/manifest.json", m->dir);
	if (ret == 0)
		ret = file_write(path.data, 0644, text.data, text.len, why);
	buf_fini(&text);
	buf_fini(&signature);
	buf_fini(&path);
	return ret;
}

static int write_all(struct maker *m, struct bundle_made *out, struct fault *why)
{
	char *vkey = arena_text(m->mem, "%s\n", m->vkey);
	int ret;

	if (mkdir(m->dir, 0755) < 0)
		return fault_set(why, errno == EEXIST ? FAULT_CONFLICT : FAULT_IO, "%s: %s", m->dir,
				 strerror(errno));
	m->sheets = arena_many(m->mem, m->order->file_count + 5, sizeof(*m->sheets));
	if ((ret = write_lines(m, "records.jsonl", write_record, why)) < 0 ||
	    (ret = write_lines(m, "payloads.jsonl", write_parts, why)) < 0 ||
	    (ret = write_lines(m, "proofs.jsonl", write_proof, why)) < 0 ||
	    (ret = write_bytes(m, "checkpoint", m->note, strlen(m->note), why)) < 0 ||
	    (ret = write_bytes(m, "vkey", vkey, strlen(vkey), why)) < 0)
		return ret;
	for (size_t i = 0; i < m->order->file_count; i++)
		if ((ret = write_file(m, &m->order->files[i], why)) < 0)
			return ret;
	*out = (struct bundle_made){ .entries = m->count, .size = m->checkpoint.size };
	return write_manifest(m, out, why);
}

int bundle_write(const struct bundle_order *order, const char *dir, struct bundle_made *out,
		 struct fault *why)
{
	SCOPED(arena_drop) struct arena *mem = arena_new();
	struct maker m = { .order = order, .dir = dir, .mem = mem };
	int ret;

	if ((ret = read_log(&m, why)) == 0 && (ret = choose(&m, why)) == 0 && (ret = gather(&m, why)) == 0)
		ret = write_all(&m, out, why);
	file_draft_drop(&m.draft);
	subtrees_free(m.subtrees);
	buf_fini(&m.buf);
	free(m.seqs);
	return ret;
}
