#include "record/verify.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "host/file.h"
#include "record/check.h"
#include "record/record_private.h"
#include "seal/hex.h"

/* A data folder. The files beside the key are read before the store's
 * snapshot begins: a daemon at work writes them after its commits, so that
 * they are never ahead of what is then seen. */
struct side {
	bool has_key, has_signed[SPACES], bad_signed[SPACES];
	struct key keys[SPACES];
	struct mac_key frontier_keys[SPACES];
	struct buf signed_text[SPACES];
};

struct job {
	struct store *store;
	const struct verify_options *options;
	struct verdict *verdict;
	const struct side *side;

	enum record_space space;
	struct verdict_log *log;
	struct key key; /* as the store gives it */
	bool has_key;
	struct check *check;
	struct expect *expect;
	bool given_time; /* as the store gives it */
};

static void read_side(const char *folder, struct side *out)
{
	SCOPED(arena_drop) struct arena *mem = arena_new();
	struct buf path = { 0 };

	record_key_path(folder, &path);
	out->has_key = key_load(path.data, out->keys, SPACES, NULL) == 0;
	for (int i = 0; i < SPACES; i++) {
		char *bytes;
		size_t len;

		frontier_key(&out->keys[i], &out->frontier_keys[i]);
		key_wipe(&out->keys[i]);
		buf_clear(&path);
		signed_path(folder, (enum record_space)(i + 1), &path);
		out->has_signed[i] = file_read(path.data, SIGNED_MOST, mem, &bytes, &len, NULL) == 0;
		if (out->has_signed[i])
			buf_put(&out->signed_text[i], bytes, len);
	}
	buf_fini(&path);
}

static void side_fini(struct side *side)
{
	for (int i = 0; i < SPACES; i++)
		buf_fini(&side->signed_text[i]);
}

static int count_stray(struct job *job, struct fault *why)
{
	static const char sql[] = "SELECT (SELECT count(*) FROM logs WHERE id < 1 OR id > 2)"
				  " + (SELECT count(*) FROM records WHERE log < 1) + (SELECT count(*) FROM "
				  "records WHERE log > 2)"
				  " + (SELECT count(*) FROM payloads WHERE log < 1) + (SELECT count(*) FROM "
				  "payloads WHERE log > 2)"
				  " + (SELECT count(*) FROM frontier WHERE log < 1 OR log > 2)"
				  " + (SELECT count(*) FROM checkpoints WHERE log < 1 OR log > 2)";
	int64_t count = 0;
	int ret = store_int(job->store, sql, NO_VALUES, &count, why);

	if (ret == 0 && count)
		verdict_add(job->verdict, FOUND_LOG_STRAY, 0, -1, "%" PRId64 " rows", count);
	return ret;
}

static void take_vkey(struct job *job, const char *vkey)
{
	char own[KEY_TEXT];

	snprintf(job->log->vkey, sizeof(job->log->vkey), "%s", vkey);
	job->has_key = key_read(vkey, strlen(vkey), &job->key, NULL) == 0;
	if (!job->has_key || strcmp(job->key.name, job->log->origin))
		verdict_add(job->verdict, FOUND_VKEY, job->space, -1, "'%.120s'", vkey);
	if (!job->side->has_key)
		return;
	job->verdict->key_compared = true;
	key_write(&job->side->keys[job->space - 1], own);
	if (strcmp(own, vkey))
		verdict_add(job->verdict, FOUND_LOG_KEY, job->space, -1, "the key file has %.160s", own);
}

/* The drill log is named after the real one; given time shows in the name. */
static void check_origin(struct job *job)
{
	const char *real = job->verdict->logs[0].origin, *own = job->log->origin;
	size_t len = strlen(real);

	if (job->space == RECORD_DRILL && (strncmp(own, real, len) || strcmp(own + len, "/drill")))
		verdict_add(job->verdict, FOUND_LOG, job->space, -1, "origin '%.100s' beside '%.80s'", own,
			    real);
	if (!strncmp(own, "demo.", 5) != job->given_time)
		verdict_add(job->verdict, FOUND_LOG, job->space, -1, "origin '%.100s' and given_time %d", own,
			    job->given_time);
}

static int read_log(struct job *job, struct fault *why)
{
	static const char sql[] = "SELECT origin, vkey, given_time FROM logs WHERE id = $1";
	SCOPED(rows_drop) struct rows *rows = NULL;
	int ret;

	if ((ret = store_query(job->store, sql, VALUES(value_int(job->space)), &rows, why)) < 0 ||
	    (ret = rows_next(rows, why)) < 0)
		return ret;
	if (!ret) {
		verdict_add(job->verdict, FOUND_LOG, job->space, -1, "the store does not have this log");
		return 0;
	}
	job->log->present = true;
	job->given_time = rows_int(rows, 2) != 0;
	snprintf(job->log->origin, sizeof(job->log->origin), "%s", rows_text(rows, 0, NULL));
	take_vkey(job, rows_text(rows, 1, NULL));
	check_origin(job);
	return 0;
}

static int expect_stored(struct job *job, struct fault *why)
{
	static const char sql[] = "SELECT size, at, note FROM checkpoints WHERE log = $1 ORDER BY size";
	SCOPED(rows_drop) struct rows *rows = NULL;
	int ret;

	if ((ret = store_query(job->store, sql, VALUES(value_int(job->space)), &rows, why)) < 0)
		return ret;
	while ((ret = rows_next(rows, why)) > 0) {
		size_t len;
		const char *note = rows_text(rows, 2, &len);

		job->log->checkpoints++;
		job->log->last_checkpoint = (uint64_t)rows_int(rows, 0);
		expect_add(job->expect, EXPECT_STORE, note, len, rows_int(rows, 0), rows_int(rows, 1));
	}
	if (ret == 0 && !job->log->checkpoints)
		verdict_add(job->verdict, FOUND_CHECKPOINT_NONE, job->space, -1,
			    "the first is signed with the first entry");
	return ret;
}

static void expect_signed(struct job *job)
{
	const struct buf *text = &job->side->signed_text[job->space - 1];
	struct signed_state last;

	if (!job->side->has_signed[job->space - 1])
		verdict_add(job->verdict, FOUND_SIGNED_MISSING, job->space, -1, "keys/%s.signed",
			    job->space == RECORD_REAL ? "real" : "drill");
	else if (!signed_read(text->data ? text->data : "", text->len, &job->key, &last))
		verdict_add(job->verdict, FOUND_SIGNED_FORM, job->space, -1, "keys/%s.signed",
			    job->space == RECORD_REAL ? "real" : "drill");
	else
		expect_add_tree(job->expect, EXPECT_SIGNED, &last.checkpoint);
}

static void take_against(void *context, const char *note, size_t len)
{
	struct job *job = context;
	struct checkpoint checkpoint;

	if (!checkpoint_read(note, len, &checkpoint) || strcmp(checkpoint.origin, job->log->origin))
		return;
	job->log->against++;
	expect_add(job->expect, EXPECT_AGAINST, note, len, -1, -1);
}

static void expect_against(struct job *job)
{
	for (size_t i = 0; i < job->options->against_count; i++)
		against_each(job->options->against[i], strlen(job->options->against[i]), take_against, job);
}

/* The columns repeat the leaf for the sake of indexes; views are made of them. */
static void check_row(struct job *job, struct rows *rows, const struct leaf *leaf)
{
	const char *column = rows_int(rows, 1) != leaf->act              ? "act"
			     : rows_int(rows, 2) != leaf->object         ? "object"
			     : (uint64_t)rows_int(rows, 3) != leaf->oseq ? "oseq"
			     : rows_int(rows, 4) != leaf->at             ? "at"
									 : NULL;

	if (column)
		verdict_add(job->verdict, FOUND_ROW, job->space, rows_int(rows, 0), "column %s", column);
}

struct parts {
	struct rows *rows;
	bool more;
	int64_t seq;
};

static int next_part(struct parts *parts, struct fault *why)
{
	int ret = rows_next(parts->rows, why);

	parts->more = ret > 0;
	parts->seq = parts->more ? rows_int(parts->rows, 0) : INT64_MAX;
	return ret < 0 ? ret : 0;
}

/* Rows of content before `seq` belong to no entry. */
static int skip_stray(struct job *job, struct parts *parts, int64_t seq, struct fault *why)
{
	int ret = 0;

	while (ret == 0 && parts->more && parts->seq < seq) {
		verdict_add(job->verdict, FOUND_PAYLOAD_STRAY, job->space, parts->seq,
			    "part %" PRId64 " of no entry", rows_int(parts->rows, 1));
		ret = next_part(parts, why);
	}
	return ret;
}

static int take_parts(struct job *job, struct parts *parts, int64_t seq, bool is_leaf, struct fault *why)
{
	int ret = skip_stray(job, parts, seq, why);

	while (ret == 0 && parts->more && parts->seq == seq) {
		struct check_part part = { .part = rows_int(parts->rows, 1),
					   .erased = rows_null(parts->rows, 4) ? -1
									       : rows_int(parts->rows, 4) };

		part.salt = rows_blob(parts->rows, 2, &part.salt_len);
		part.bytes = rows_blob(parts->rows, 3, &part.len);
		if (is_leaf)
			check_part(job->check, &part);
		ret = next_part(parts, why);
	}
	if (ret == 0 && is_leaf)
		check_parts_end(job->check);
	return ret;
}

static int take_entry(struct job *job, struct rows *rows, struct parts *parts, struct fault *why)
{
	unsigned char hash[DIGEST_LEN];
	const void *stored, *leaf_bytes;
	size_t stored_len, len;
	int64_t seq = rows_int(rows, 0);
	struct leaf leaf;
	bool is_leaf;

	leaf_bytes = rows_blob(rows, 6, &len);
	is_leaf = check_entry(job->check, (uint64_t)seq, leaf_bytes ? leaf_bytes : "", len, &leaf, hash);
	stored = rows_blob(rows, 5, &stored_len);
	if (!stored || stored_len != DIGEST_LEN || memcmp(stored, hash, DIGEST_LEN))
		verdict_add(job->verdict, FOUND_LEAF_HASH, job->space, seq, "%s", "");
	if (is_leaf)
		check_row(job, rows, &leaf);
	check_expect(job->check, job->expect);
	return take_parts(job, parts, seq, is_leaf, why);
}

static int stream(struct job *job, struct fault *why)
{
	static const char sql[] = "SELECT seq, act, object, oseq, at, hash, leaf FROM records WHERE log = $1"
				  " ORDER BY seq";
	static const char parts_sql[] = "SELECT seq, part, salt, bytes, erased FROM payloads WHERE log = $1"
					" ORDER BY seq, part";
	SCOPED(rows_drop) struct rows *rows = NULL;
	struct parts parts = { 0 };
	int ret;

	if ((ret = store_query(job->store, sql, VALUES(value_int(job->space)), &rows, why)) < 0 ||
	    (ret = store_query(job->store, parts_sql, VALUES(value_int(job->space)), &parts.rows, why)) < 0)
		return ret;
	ret = next_part(&parts, why);
	while (ret == 0 && (ret = rows_next(rows, why)) > 0)
		ret = take_entry(job, rows, &parts, why);
	if (ret == 0)
		ret = skip_stray(job, &parts, INT64_MAX, why);
	rows_close(parts.rows);
	return ret;
}

static int check_frontier(struct job *job, struct fault *why)
{
	static const char sql[] = "SELECT size, hashes FROM frontier WHERE log = $1";
	SCOPED(rows_drop) struct rows *rows = NULL;
	const struct merkle *tree = check_tree(job->check);
	struct merkle stored;
	const struct mac_key *key = job->side->has_key ? &job->side->frontier_keys[job->space - 1] : NULL;
	enum frontier_state state = FRONTIER_FORM;
	const void *hashes;
	size_t len;
	int ret;

	if ((ret = store_query(job->store, sql, VALUES(value_int(job->space)), &rows, why)) < 0 ||
	    (ret = rows_next(rows, why)) < 0)
		return ret;
	if (ret && (hashes = rows_blob(rows, 1, &len)))
		state = frontier_read((uint64_t)rows_int(rows, 0), hashes, len, job->log->origin, key,
				      &stored);
	if (state == FRONTIER_FORGED)
		verdict_add(job->verdict, FOUND_FRONTIER, job->space, -1,
			    "it was not written by who has the key");
	else if (state == FRONTIER_FORM || !merkle_same(&stored, tree))
		verdict_add(job->verdict, FOUND_FRONTIER, job->space, -1,
			    "of %" PRId64 " entries; there are %" PRIu64, ret ? rows_int(rows, 0) : 0,
			    tree->size);
	return 0;
}

static void conclude(struct job *job)
{
	unsigned char root[DIGEST_LEN];

	check_end(job->check);
	expect_end(job->expect, check_tree(job->check));
	merkle_root(check_tree(job->check), root);
	hex_write(root, DIGEST_LEN, job->log->root);
	if (!job->log->entries)
		verdict_add(job->verdict, FOUND_OPEN, job->space, -1, "there is no entry");
	if (job->given_time != job->log->given_time)
		verdict_add(job->verdict, FOUND_LOG, job->space, -1,
			    "given_time is %d, the first entry says %d", job->given_time,
			    job->log->given_time);
}

static int verify_log(struct job *job, struct fault *why)
{
	int ret;

	if ((ret = read_log(job, why)) < 0)
		return ret;
	job->check = check_new(job->verdict, job->space, job->log->origin, true);
	job->expect = expect_new(job->verdict, job->space, job->log->origin, &job->key);
	if (job->has_key)
		ret = expect_stored(job, why);
	if (job->has_key && ret == 0) {
		expect_signed(job);
		expect_against(job);
	}
	expect_ready(job->expect);
	if (ret == 0 && (ret = stream(job, why)) == 0 && (ret = check_frontier(job, why)) == 0)
		conclude(job);
	check_free(job->check);
	expect_free(job->expect);
	return ret;
}

static void find_stranger(void *context, const char *note, size_t len)
{
	struct job *job = context;
	struct checkpoint checkpoint;

	if (!checkpoint_read(note, len, &checkpoint))
		verdict_add(job->verdict, FOUND_AGAINST_FORM, 0, -1, "'%.60s'", note);
	else if (strcmp(checkpoint.origin, job->verdict->logs[0].origin) &&
		 strcmp(checkpoint.origin, job->verdict->logs[1].origin))
		verdict_add(job->verdict, FOUND_AGAINST_ORIGIN, 0, -1, "'%.120s'", checkpoint.origin);
}

/* A checkpoint that belongs to neither log was given for a reason. */
static void check_strangers(struct job *job)
{
	for (size_t i = 0; i < job->options->against_count; i++)
		if (!against_each(job->options->against[i], strlen(job->options->against[i]), find_stranger,
				  job))
			verdict_add(job->verdict, FOUND_AGAINST_FORM, 0, -1, "number %zu", i + 1);
}

static int verify_all(struct job *job, struct fault *why)
{
	SCOPED(store_txn_drop) struct store_txn *snapshot = NULL;
	struct job base = *job;
	int ret;

	if ((ret = store_begin(job->store, &snapshot, why)) < 0 || (ret = count_stray(job, why)) < 0)
		return ret;
	for (int space = RECORD_REAL; space <= RECORD_DRILL; space++) {
		*job = base;
		job->space = (enum record_space)space;
		job->log = &job->verdict->logs[space - 1];
		if ((ret = verify_log(job, why)) < 0)
			return ret;
	}
	check_strangers(job);
	return 0;
}

int verify_folder(struct store *store, const char *folder, const struct verify_options *options,
		  struct verdict *out, struct fault *why)
{
	struct side side = { 0 };
	struct job job = { .store = store, .options = options, .verdict = out, .side = &side };
	struct fault own;
	int ret;

	*out = (struct verdict){ .subject = "folder", .without = options->without };
	read_side(folder, &side);
	ret = verify_all(&job, &own);
	side_fini(&side);
	/* What the engine finds broken, or without its tables, is a finding too. */
	if (ret == -FAULT_CORRUPT || ret == -FAULT_INVALID) {
		verdict_add(out, FOUND_STORE, 0, -1, "%.200s", own.text);
		return 0;
	}
	if (ret < 0 && why)
		*why = own;
	return ret;
}
