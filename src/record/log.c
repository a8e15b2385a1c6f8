#include "record/record_private.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "host/file.h"
#include "record/checkpoint.h"

#define WHOLE ((INT64_C(1) << 53) - 1)

const char *record_origin(const struct record *record, enum record_space space)
{
	return record->logs[space - 1].origin;
}

uint64_t record_size(const struct record *record, enum record_space space)
{
	return record->logs[space - 1].now.tree.size;
}

uint64_t record_unsigned(const struct record *record, enum record_space space)
{
	const struct log *log = &record->logs[space - 1];

	return log->now.tree.size > log->signed_size ? log->now.tree.size - log->signed_size : 0;
}

int64_t record_last_at(const struct record *record)
{
	const int64_t real = record->logs[0].now.last_at, drill = record->logs[1].now.last_at;

	return real > drill ? real : drill;
}

bool record_given_time(const struct record *record) { return record->given_time; }

int record_next_act(struct record *record, int64_t *out, struct fault *why)
{
	if (record->next_act > WHOLE)
		return fault_set(why, FAULT_LIMIT, "act numbers end at 2^53-1");
	*out = record->next_act++;
	return 0;
}

static int word_ok(const char *what, const char *word, bool (*good)(const char *, size_t), struct fault *why)
{
	if (word && good(word, strlen(word)))
		return 0;
	return fault_set(why, FAULT_INVALID,
			 "%s '%.80s' of an entry: letters, digits and _.:- are taken, 1 to %d", what,
			 word ? word : "", LEAF_WORD);
}

static int entry_ok(const struct log *log, const struct record_entry *e, struct fault *why)
{
	int ret;

	if (e->object < 0 || e->object > WHOLE ||
	    (e->object == 0) != !strcmp(e->kind ? e->kind : "", "house"))
		return fault_set(why, FAULT_INVALID,
				 "entry about '%.40s:%" PRId64 "': row ids are 1 to 2^53-1, and "
				 "0 with the kind 'house' is the house itself",
				 e->kind ? e->kind : "", e->object);
	if (e->act < 1 || e->act < log->now.last_act || e->act > WHOLE)
		return fault_set(why, FAULT_INVALID,
				 "act %" PRId64 " after act %" PRId64 ": acts follow one another", e->act,
				 log->now.last_act);
	if (e->recorded_at < 0 || stamp_civil(e->recorded_at).year > 9999)
		return fault_set(why, FAULT_INVALID, "the time of an entry is not within 1970 to 9999");
	if ((ret = word_ok("kind", e->kind, leaf_kind, why)) < 0 ||
	    (ret = word_ok("type", e->type, leaf_word, why)) < 0 ||
	    (ret = word_ok("actor", e->actor, leaf_word, why)) < 0 ||
	    (ret = e->unit ? word_ok("unit", e->unit, leaf_word, why) : 0) < 0)
		return ret;
	return e->session ? word_ok("session", e->session, leaf_word, why) : 0;
}

static struct span span_of(const char *text) { return (struct span){ text, text ? strlen(text) : 0 }; }

/* The object's entry before: its number in the chain and its hash. */
static int find_former(struct record *record, const struct record_entry *e, struct leaf *leaf,
		       struct fault *why)
{
	static const char sql[] = "SELECT oseq, hash, leaf FROM records WHERE object = $1 AND log = $2"
				  " ORDER BY oseq DESC LIMIT 1";
	SCOPED(rows_drop) struct rows *rows = NULL;
	struct leaf former;
	const void *bytes;
	size_t len;
	int ret;

	if ((ret = store_query(record->store, sql, VALUES(value_int(e->object), value_int(e->space)), &rows,
			       why)) < 0 ||
	    (ret = rows_next(rows, why)) <= 0)
		return ret;
	bytes = rows_blob(rows, 2, &len);
	if (!bytes || !leaf_read(bytes, len, &former))
		return fault_set(why, FAULT_CORRUPT, "the former entry of %s:%" PRId64 " is not a leaf",
				 e->kind, e->object);
	if (former.kind.len != strlen(e->kind) || memcmp(former.kind.text, e->kind, former.kind.len))
		return fault_set(why, FAULT_INVALID,
				 "object %" PRId64 " is a '%.*s' in the record, not a '%s'", e->object,
				 (int)former.kind.len, former.kind.text, e->kind);
	leaf->oseq = (uint64_t)rows_int(rows, 0) + 1;
	bytes = rows_blob(rows, 1, &len);
	if (!bytes || len != DIGEST_LEN)
		return fault_set(why, FAULT_CORRUPT, "the former entry of %s:%" PRId64 " has no hash",
				 e->kind, e->object);
	memcpy(leaf->oprev, bytes, DIGEST_LEN);
	return 0;
}

static int make_leaf(struct record *record, const struct record_entry *e, struct leaf *leaf,
		     struct fault *why)
{
	struct log *log = log_of(record, e->space);
	int ret;

	*leaf = (struct leaf){
		.act = e->act,
		.object = e->object,
		.at = e->recorded_at,
		.seq = log->now.tree.size,
		.origin = span_of(log->origin),
		.kind = span_of(e->kind),
		.type = span_of(e->type),
		.actor = span_of(e->actor),
		.unit = span_of(e->unit),
		.session = span_of(e->session),
		.pay_len = record->payload.doc.len,
	};
	memcpy(leaf->pay, record->payload.commitment, DIGEST_LEN);
	if ((ret = find_former(record, e, leaf, why)) < 0)
		return ret;
	buf_clear(&record->leaf);
	leaf_write(&record->leaf, leaf);
	return 0;
}

static int store_parts(struct record *record, enum record_space space, uint64_t seq, struct fault *why)
{
	static const char sql[] = "INSERT INTO payloads(log, seq, part, salt, bytes, erased)"
				  " VALUES($1, $2, $3, $4, $5, NULL)";
	const struct payload *payload = &record->payload;
	int ret;

	for (size_t i = 0; i < payload->count; i++) {
		const struct payload_part *part = &payload->parts[i];

		if ((ret = store_run(record->store, sql,
				     VALUES(value_int(space), value_int((int64_t)seq), value_int((int64_t)i),
					    value_blob(part->salt, SALT_LEN),
					    value_blob(part->bytes, part->len)),
				     NULL, why)) < 0)
			return ret;
	}
	return 0;
}

static int store_entry(struct record *record, const struct record_entry *e, const struct leaf *leaf,
		       const unsigned char hash[static DIGEST_LEN], struct fault *why)
{
	static const char sql[] = "INSERT INTO records(log, seq, act, object, oseq, at, hash, leaf)"
				  " VALUES($1, $2, $3, $4, $5, $6, $7, $8)";

	return store_run(record->store, sql,
			 VALUES(value_int(e->space), value_int((int64_t)leaf->seq), value_int(leaf->act),
				value_int(leaf->object), value_int((int64_t)leaf->oseq), value_int(leaf->at),
				value_blob(hash, DIGEST_LEN),
				value_blob(record->leaf.data, record->leaf.len)),
			 NULL, why);
}

static int store_frontier(struct record *record, enum record_space space, const struct merkle *tree,
			  struct fault *why)
{
	static const char sql[] = "UPDATE frontier SET size = $2, hashes = $3 WHERE log = $1";
	struct log *log = log_of(record, space);
	unsigned char hashes[FRONTIER_MOST];
	size_t len = frontier_write(tree, log->origin, &log->frontier_key, hashes);
	int64_t changed = 0;
	int ret;

	if ((ret = store_run(
		     record->store, sql,
		     VALUES(value_int(space), value_int((int64_t)tree->size), value_blob(hashes, len)),
		     &changed, why)) < 0)
		return ret;
	return changed == 1 ? 0 : fault_set(why, FAULT_CORRUPT, "the store has no frontier of log %d", space);
}

int record_append(struct record *record, const struct record_entry *entry, struct record_place *out,
		  struct fault *why)
{
	struct log *log = log_of(record, entry->space);
	unsigned char hash[DIGEST_LEN];
	struct merkle next;
	struct leaf leaf;
	int ret;

	if ((ret = entry_ok(log, entry, why)) < 0 ||
	    (ret = payload_split(entry->change, &record->payload, why)) < 0 ||
	    (ret = make_leaf(record, entry, &leaf, why)) < 0)
		return ret;
	merkle_leaf(record->leaf.data, record->leaf.len, hash);
	next = log->now.tree;
	merkle_append(&next, hash);
	if ((ret = store_entry(record, entry, &leaf, hash, why)) < 0 ||
	    (ret = store_parts(record, entry->space, leaf.seq, why)) < 0 ||
	    (ret = store_frontier(record, entry->space, &next, why)) < 0)
		return ret;
	log->now = (struct log_state){ next, entry->act, entry->recorded_at };
	if (out) {
		*out = (struct record_place){ .seq = leaf.seq, .oseq = leaf.oseq };
		memcpy(out->hash, hash, DIGEST_LEN);
	}
	return 0;
}

void record_remember(struct record *record)
{
	struct mark *mark;

	if (record->marked == record->room) {
		record->room = record->room ? record->room * 2 : 4;
		record->marks = must_grow(record->marks, record->room * sizeof(*record->marks));
	}
	mark = &record->marks[record->marked++];
	for (int i = 0; i < SPACES; i++)
		mark->logs[i] = record->logs[i].now;
	mark->next_act = record->next_act;
}

void record_forget(struct record *record)
{
	const struct mark *mark;

	if (!record->marked)
		return;
	mark = &record->marks[--record->marked];
	for (int i = 0; i < SPACES; i++) {
		struct log *log = &record->logs[i];

		log->now = mark->logs[i];
		if (log->fresh.len && log->fresh_tree.size > log->now.tree.size)
			buf_clear(&log->fresh);
	}
	record->next_act = mark->next_act;
}

void record_keep(struct record *record)
{
	if (record->marked)
		record->marked--;
}

/* Where this fails the former file stays and the next settling tries again;
 * it says less than it might, and nothing that is wrong. */
static void remember_signed(struct record *record, enum record_space space)
{
	struct log *log = log_of(record, space);
	struct buf path = { 0 }, text = { 0 };

	signed_path(record->folder, space, &path);
	signed_write(&text, log->fresh.data, log->fresh.len, &log->fresh_tree);
	if (file_write(path.data, 0600, text.data, text.len, NULL) == 0)
		buf_clear(&log->fresh);
	buf_fini(&path);
	buf_fini(&text);
}

void record_settle(struct record *record)
{
	record->marked = 0;
	for (int space = RECORD_REAL; space <= RECORD_DRILL; space++)
		if (log_of(record, space)->fresh.len)
			remember_signed(record, space);
}

static int store_note(struct record *record, enum record_space space, struct fault *why)
{
	static const char sql[] = "INSERT INTO checkpoints(log, size, at, note) VALUES($1, $2, $3, $4)"
				  " ON CONFLICT(log, size) DO NOTHING";
	struct log *log = log_of(record, space);

	return store_run(record->store, sql,
			 VALUES(value_int(space), value_int((int64_t)log->now.tree.size),
				value_int(log->now.last_at), value_text_n(log->fresh.data, log->fresh.len)),
			 NULL, why);
}

int record_checkpoint(struct record *record, enum record_space space, struct arena *mem, char **note,
		      struct fault *why)
{
	struct log *log = log_of(record, space);
	int ret;

	buf_clear(&log->fresh);
	checkpoint_write(&log->fresh, &log->key, &log->now.tree);
	log->fresh_tree = log->now.tree;
	if ((ret = store_note(record, space, why)) < 0) {
		buf_clear(&log->fresh);
		return ret;
	}
	log->signed_size = log->now.tree.size;
	*note = arena_copy_bytes(mem, log->fresh.data, log->fresh.len);
	return 0;
}
