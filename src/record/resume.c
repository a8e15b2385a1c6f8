#include "record/record_private.h"

#include <inttypes.h>
#include <string.h>

#include "host/file.h"

/* Bring a log back from the store, and hold it against what was signed. */

struct resume {
	struct record *record;
	enum record_space space;
	struct log *log;
	struct merkle tree; /* grows from what was signed to what is there */

	bool has_note; /* the last checkpoint of the store */
	struct checkpoint note;
};

static int read_frontier(struct resume *r, struct fault *why)
{
	static const char sql[] = "SELECT size, hashes FROM frontier WHERE log = $1";
	SCOPED(rows_drop) struct rows *rows = NULL;
	enum frontier_state state;
	const void *hashes;
	size_t len;
	int ret;

	if ((ret = store_query(r->record->store, sql, VALUES(value_int(r->space)), &rows, why)) < 0 ||
	    (ret = rows_next(rows, why)) < 0)
		return ret;
	hashes = ret ? rows_blob(rows, 1, &len) : NULL;
	state = hashes ? frontier_read((uint64_t)rows_int(rows, 0), hashes, len, r->log->origin,
				       &r->log->frontier_key, &r->log->now.tree)
		       : FRONTIER_FORM;
	if (state != FRONTIER_GOOD)
		return fault_set(why, FAULT_CORRUPT, "%s: the frontier in the store %s", r->log->origin,
				 state == FRONTIER_FORM ? "is damaged"
							: "was not written by who has the key");
	return 0;
}

static int read_last_entry(struct resume *r, struct fault *why)
{
	static const char sql[] = "SELECT seq, act, at FROM records WHERE log = $1 ORDER BY seq DESC LIMIT 1";
	SCOPED(rows_drop) struct rows *rows = NULL;
	int64_t size;
	int ret;

	if ((ret = store_query(r->record->store, sql, VALUES(value_int(r->space)), &rows, why)) < 0 ||
	    (ret = rows_next(rows, why)) < 0)
		return ret;
	size = ret ? rows_int(rows, 0) + 1 : 0;
	if ((uint64_t)size != r->log->now.tree.size || !size)
		return fault_set(why, FAULT_CORRUPT, "%s has %" PRId64 " entries and a frontier of %" PRIu64,
				 r->log->origin, size, r->log->now.tree.size);
	r->log->now.last_act = rows_int(rows, 1);
	r->log->now.last_at = rows_int(rows, 2);
	if (r->log->now.last_act >= r->record->next_act)
		r->record->next_act = r->log->now.last_act + 1;
	return 0;
}

/* The mark "given time" counts as it stands in the tree, not in a column. */
static int check_opening(struct resume *r, struct fault *why)
{
	static const char sql[] = "SELECT bytes FROM payloads WHERE log = $1 AND seq = 0 AND part = 0";
	SCOPED(rows_drop) struct rows *rows = NULL;
	const char *bytes;
	struct doc doc;
	size_t len;
	int ret;

	if ((ret = store_query(r->record->store, sql, VALUES(value_int(r->space)), &rows, why)) < 0 ||
	    (ret = rows_next(rows, why)) < 0)
		return ret;
	bytes = ret ? rows_blob(rows, 0, &len) : NULL;
	if (!bytes || !doc_read(bytes, len, &doc) || doc.given_time != r->record->given_time)
		return fault_set(why, FAULT_CORRUPT, "%s: its first entry does not say given_time %s",
				 r->log->origin, r->record->given_time ? "true" : "false");
	return 0;
}

static int read_note(struct resume *r, struct fault *why)
{
	static const char sql[] = "SELECT note FROM checkpoints WHERE log = $1 ORDER BY size DESC LIMIT 1";
	SCOPED(rows_drop) struct rows *rows = NULL;
	const char *note;
	size_t len;
	int ret;

	if ((ret = store_query(r->record->store, sql, VALUES(value_int(r->space)), &rows, why)) < 0 ||
	    (ret = rows_next(rows, why)) <= 0)
		return ret;
	note = rows_text(rows, 0, &len);
	if (!note || checkpoint_check(note, len, &r->log->key, &r->note) != NOTE_GOOD ||
	    strcmp(r->note.origin, r->log->origin))
		return fault_set(why, FAULT_CORRUPT, "%s: its last checkpoint is not signed by its key",
				 r->log->origin);
	r->has_note = true;
	return 0;
}

/* Without the file everything is reckoned from the first entry: slower, and
 * blind for a store that is older than what was signed. */
static int read_signed(struct resume *r, struct fault *why)
{
	SCOPED(arena_drop) struct arena *mem = arena_new();
	struct buf path = { 0 };
	struct signed_state last;
	char *bytes;
	size_t len;
	int ret;

	signed_path(r->record->folder, r->space, &path);
	ret = file_read(path.data, SIGNED_MOST, mem, &bytes, &len, why);
	if (ret == 0 && !signed_read(bytes, len, &r->log->key, &last))
		ret = fault_set(why, FAULT_CORRUPT, "%s: not what this key signed last", path.data);
	buf_fini(&path);
	if (ret == 0)
		r->tree = last.tree;
	return ret == -FAULT_ABSENT ? 0 : ret;
}

static int smaller(const struct resume *r, uint64_t signed_size, struct fault *why)
{
	return fault_set(why, FAULT_CORRUPT,
			 "%s has %" PRIu64 " entries, but a checkpoint of %" PRIu64 " was signed: "
			 "this store is older than that, or was cut",
			 r->log->origin, r->log->now.tree.size, signed_size);
}

static int check_note(const struct resume *r, struct fault *why)
{
	unsigned char root[DIGEST_LEN];

	if (!r->has_note || r->tree.size != r->note.size)
		return 0;
	merkle_root(&r->tree, root);
	if (!memcmp(root, r->note.root, DIGEST_LEN))
		return 0;
	return fault_set(why, FAULT_CORRUPT,
			 "%s: its first %" PRIu64 " entries are not those that were signed", r->log->origin,
			 r->note.size);
}

static int take_entry(struct resume *r, struct rows *rows, struct fault *why)
{
	unsigned char hash[DIGEST_LEN];
	const void *leaf, *stored;
	size_t leaf_len, len;

	leaf = rows_blob(rows, 2, &leaf_len);
	stored = rows_blob(rows, 1, &len);
	if ((uint64_t)rows_int(rows, 0) != r->tree.size || !leaf || !stored || len != DIGEST_LEN)
		return fault_set(why, FAULT_CORRUPT, "%s: entry %" PRIu64 " is not there", r->log->origin,
				 r->tree.size);
	merkle_leaf(leaf, leaf_len, hash);
	if (memcmp(hash, stored, DIGEST_LEN))
		return fault_set(why, FAULT_CORRUPT, "%s: entry %" PRIu64 " was changed", r->log->origin,
				 r->tree.size);
	merkle_append(&r->tree, hash);
	return 0;
}

/* The entries since the last signature must lead to the frontier. */
static int replay(struct resume *r, struct fault *why)
{
	static const char sql[] =
		"SELECT seq, hash, leaf FROM records WHERE log = $1 AND seq >= $2 ORDER BY seq";
	SCOPED(rows_drop) struct rows *rows = NULL;
	int ret;

	if ((ret = store_query(r->record->store, sql,
			       VALUES(value_int(r->space), value_int((int64_t)r->tree.size)), &rows, why)) <
	    0)
		return ret;
	if ((ret = check_note(r, why)) < 0)
		return ret;
	while ((ret = rows_next(rows, why)) > 0)
		if ((ret = take_entry(r, rows, why)) < 0 || (ret = check_note(r, why)) < 0)
			return ret;
	if (ret < 0)
		return ret;
	if (!merkle_same(&r->tree, &r->log->now.tree))
		return fault_set(why, FAULT_CORRUPT,
				 "%s: its entries do not lead from what was signed to its frontier",
				 r->log->origin);
	return 0;
}

int log_resume(struct record *record, enum record_space space, struct fault *why)
{
	struct resume r = { .record = record, .space = space, .log = log_of(record, space) };
	int ret;

	if ((ret = read_frontier(&r, why)) < 0 || (ret = read_last_entry(&r, why)) < 0 ||
	    (ret = check_opening(&r, why)) < 0 || (ret = read_note(&r, why)) < 0 ||
	    (ret = read_signed(&r, why)) < 0)
		return ret;
	if (r.tree.size > r.log->now.tree.size)
		return smaller(&r, r.tree.size, why);
	if (r.has_note && r.note.size > r.log->now.tree.size)
		return smaller(&r, r.note.size, why);
	r.log->signed_size = r.tree.size;
	return replay(&r, why);
}
