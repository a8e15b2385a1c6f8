#include "record/record_private.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* Reading entries back, each held against its hash and its commitments: what
 * was changed below us is not served as if it were the record. */

struct record_cursor {
	struct record *record;
	enum record_space space;
	struct rows *rows;
	struct leaf leaf; /* of the entry read last, in the memory given for it */
	json_t *change;   /* the same */
	struct doc doc;
};

static int open_cursor(struct record *record, enum record_space space, const char *sql,
		       const struct value *args, size_t count, struct record_cursor **out, struct fault *why)
{
	struct rows *rows;
	int ret;

	if ((ret = store_query(record->store, sql, args, count, &rows, why)) < 0)
		return ret;
	*out = must_alloc(sizeof(**out));
	**out = (struct record_cursor){ .record = record, .space = space, .rows = rows };
	return 0;
}

int record_scan(struct record *record, enum record_space space, uint64_t from, int64_t object,
		struct record_cursor **out, struct fault *why)
{
	static const char all[] =
		"SELECT seq, hash, leaf FROM records WHERE log = $1 AND seq >= $2 ORDER BY seq";
	/* The plus keeps SQLite from walking the whole log by (log, seq) for the few of one object. */
	static const char of_one[] = "SELECT seq, hash, leaf FROM records WHERE object = $3 AND log = $1"
				     " AND +seq >= $2 ORDER BY oseq";
	const struct value args[] = { value_int(space), value_int((int64_t)from), value_int(object) };

	return open_cursor(record, space, object ? of_one : all, args, object ? 3 : 2, out, why);
}

int record_scan_between(struct record *record, enum record_space space, int64_t after, int64_t before,
			bool newest_first, struct record_cursor **out, struct fault *why)
{
	static const char oldest[] = "SELECT seq, hash, leaf FROM records WHERE log = $1 AND seq > $2"
				     " AND seq < $3 ORDER BY seq";
	static const char newest[] = "SELECT seq, hash, leaf FROM records WHERE log = $1 AND seq > $2"
				     " AND seq < $3 ORDER BY seq DESC";
	const struct value args[] = { value_int(space), value_int(after), value_int(before) };

	return open_cursor(record, space, newest_first ? newest : oldest, args, 3, out, why);
}

void record_cursor_close(struct record_cursor *cursor)
{
	if (!cursor)
		return;
	json_decref(cursor->change);
	rows_close(cursor->rows);
	free(cursor);
}

static int changed(const struct record_cursor *cursor, uint64_t seq, const char *what, struct fault *why)
{
	return fault_set(why, FAULT_CORRUPT, "%s entry %" PRIu64 ": %s",
			 record_origin(cursor->record, cursor->space), seq, what);
}

static int read_leaf(struct record_cursor *cursor, struct arena *mem, struct leaf *leaf,
		     struct record_read *out, struct fault *why)
{
	uint64_t seq = (uint64_t)rows_int(cursor->rows, 0);
	const unsigned char *stored;
	const char *bytes;
	size_t len;

	stored = rows_blob(cursor->rows, 1, &len);
	if (!stored || len != DIGEST_LEN)
		return changed(cursor, seq, "its hash is not there", why);
	bytes = rows_blob(cursor->rows, 2, &out->leaf_len);
	if (!bytes)
		return changed(cursor, seq, "its leaf is not there", why);
	merkle_leaf(bytes, out->leaf_len, out->hash);
	if (memcmp(out->hash, stored, DIGEST_LEN))
		return changed(cursor, seq, "its leaf was changed", why);
	out->leaf = arena_copy_bytes(mem, bytes, out->leaf_len);
	if (!leaf_read(out->leaf, out->leaf_len, leaf) || leaf->seq != seq)
		return changed(cursor, seq, "its leaf is none", why);
	return 0;
}

static char *word(struct arena *mem, struct span span)
{
	return span.text ? arena_copy_bytes(mem, span.text, span.len) : NULL;
}

/* One row of payloads into `row`; the bytes are copied, for the next row comes. */
static int read_part(const struct record_cursor *cursor, const struct leaf *leaf, struct rows *rows,
		     const unsigned char commitment[static DIGEST_LEN], struct arena *mem,
		     struct payload_row *row, struct fault *why)
{
	unsigned char hash[DIGEST_LEN];
	const void *salt, *bytes;
	size_t salt_len, len;

	*row = (struct payload_row){ .erased = rows_null(rows, 3) ? -1 : rows_int(rows, 3) };
	salt = rows_blob(rows, 1, &salt_len);
	bytes = rows_blob(rows, 2, &len);
	if (!bytes && row->erased >= 0)
		return 0;
	if (!bytes || !salt || salt_len != SALT_LEN)
		return changed(cursor, leaf->seq, "a part of what it says is not there", why);
	digest_of_two(salt, SALT_LEN, bytes, len, hash);
	if (memcmp(hash, commitment, DIGEST_LEN))
		return changed(cursor, leaf->seq, "what it says was changed", why);
	row->bytes = arena_copy_bytes(mem, bytes, len);
	row->len = len;
	return 0;
}

static int read_rows(struct record_cursor *cursor, const struct leaf *leaf, struct rows *rows,
		     struct arena *mem, struct payload_row **out, size_t *count, struct fault *why)
{
	struct doc *doc = &cursor->doc;
	const unsigned char *commitment = leaf->pay;
	struct payload_row *first = arena_take(mem, sizeof(*first));
	int ret;

	*out = first;
	for (*count = 0; (ret = rows_next(rows, why)) > 0; commitment = doc->sd[*count - 1]) {
		if ((uint64_t)rows_int(rows, 0) != *count || *count > doc->texts)
			return changed(cursor, leaf->seq, "it has parts that it does not refer to", why);
		if ((ret = read_part(cursor, leaf, rows, commitment, mem, &(*out)[*count], why)) < 0)
			return ret;
		if ((*count)++)
			continue;
		if (!first->bytes || !doc_read(first->bytes, first->len, doc))
			return changed(cursor, leaf->seq, "what it says is not canonical", why);
		*out = arena_many(mem, doc->texts + 1, sizeof(**out));
		(*out)[0] = *first;
	}
	if (ret < 0)
		return ret;
	return *count == doc->texts + 1
		       ? 0
		       : changed(cursor, leaf->seq, "a part of what it says is not there", why);
}

static int read_change(struct record_cursor *cursor, const struct leaf *leaf, struct arena *mem,
		       struct fault *why)
{
	static const char sql[] = "SELECT part, salt, bytes, erased FROM payloads WHERE log = $1 AND seq = $2"
				  " ORDER BY part";
	SCOPED(rows_drop) struct rows *rows = NULL;
	struct payload_row *parts;
	size_t count;
	int ret;

	if ((ret = store_query(cursor->record->store, sql,
			       VALUES(value_int(cursor->space), value_int((int64_t)leaf->seq)), &rows, why)) <
		    0 ||
	    (ret = read_rows(cursor, leaf, rows, mem, &parts, &count, why)) < 0)
		return ret;
	return payload_join(parts, count, &cursor->change, why);
}

int record_step_head(struct record_cursor *cursor, struct arena *mem, struct record_read *out,
		     struct fault *why)
{
	struct leaf *leaf = &cursor->leaf;
	int ret;

	json_decref(cursor->change);
	cursor->change = NULL;
	if ((ret = rows_next(cursor->rows, why)) <= 0 || (ret = read_leaf(cursor, mem, leaf, out, why)) < 0)
		return ret;
	out->seq = leaf->seq;
	out->oseq = leaf->oseq;
	out->act = leaf->act;
	out->object = leaf->object;
	out->recorded_at = leaf->at;
	out->kind = word(mem, leaf->kind);
	out->type = word(mem, leaf->type);
	out->actor = word(mem, leaf->actor);
	out->unit = word(mem, leaf->unit);
	out->change = NULL;
	return 1;
}

int record_say(struct record_cursor *cursor, struct arena *mem, struct record_read *out, struct fault *why)
{
	const int ret = read_change(cursor, &cursor->leaf, mem, why);

	out->change = cursor->change;
	return ret;
}

int record_step(struct record_cursor *cursor, struct arena *mem, struct record_read *out, struct fault *why)
{
	int ret;

	if ((ret = record_step_head(cursor, mem, out, why)) <= 0)
		return ret;
	return (ret = record_say(cursor, mem, out, why)) < 0 ? ret : 1;
}
