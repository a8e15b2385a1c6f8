#include "record/record_private.h"

#include <inttypes.h>
#include <string.h>

/* Erasing what was said, by an entry that says so. */

/* What is erased without an entry that names it cannot be told from damage,
 * so the entry is read back and held against what is asked. */
static int read_order(struct record *record, enum record_space space, uint64_t by_seq, struct doc *out,
		      struct fault *why)
{
	static const char sql[] = "SELECT r.leaf, p.bytes FROM records r JOIN payloads p ON p.log = r.log"
				  " AND p.seq = r.seq AND p.part = 0 WHERE r.log = $1 AND r.seq = $2";
	SCOPED(rows_drop) struct rows *rows = NULL;
	const char *bytes, *doc;
	size_t len, doc_len;
	struct leaf leaf;
	int ret;

	if ((ret = store_query(record->store, sql, VALUES(value_int(space), value_int((int64_t)by_seq)),
			       &rows, why)) < 0 ||
	    (ret = rows_next(rows, why)) < 0)
		return ret;
	bytes = ret ? rows_blob(rows, 0, &len) : NULL;
	doc = ret ? rows_blob(rows, 1, &doc_len) : NULL;
	if (!bytes || !doc || !leaf_read(bytes, len, &leaf) || leaf.type.len != strlen("record.erase") ||
	    memcmp(leaf.type.text, "record.erase", leaf.type.len) || !doc_read(doc, doc_len, out) ||
	    !out->erases)
		return fault_set(why, FAULT_INVALID, "entry %" PRIu64 " is not one that erases", by_seq);
	return 0;
}

int record_erase(struct record *record, enum record_space space, uint64_t seq, unsigned part, uint64_t by_seq,
		 struct fault *why)
{
	static const char sql[] = "UPDATE payloads SET salt = NULL, bytes = NULL, erased = $4 WHERE log = $1"
				  " AND seq = $2 AND part > 0 AND ($3 = 0 OR part = $3) AND erased IS NULL";
	int64_t changed = 0;
	struct doc order;
	int ret;

	if ((ret = read_order(record, space, by_seq, &order, why)) < 0)
		return ret;
	if (order.erase_seq != seq || order.erase_part != part || by_seq <= seq)
		return fault_set(why, FAULT_INVALID,
				 "entry %" PRIu64 " erases part %" PRIu64 " of entry %" PRIu64
				 ", not part %u of entry %" PRIu64,
				 by_seq, order.erase_part, order.erase_seq, part, seq);
	if ((ret = store_run(record->store, sql,
			     VALUES(value_int(space), value_int((int64_t)seq), value_int(part),
				    value_int((int64_t)by_seq)),
			     &changed, why)) < 0)
		return ret;
	if (!changed)
		return fault_set(why, FAULT_ABSENT, "entry %" PRIu64 " has no such text that is still there",
				 seq);
	return 0;
}
