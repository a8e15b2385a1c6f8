#include "store/list.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "store/list_private.h"

/* A cursor: the letter of the order, what it sorts by where that is not the
 * id, a colon, and the id. Callers do not look into it. */
static const char letters[] = {
	[LIST_NEWEST] = 'i', [LIST_UPDATED] = 'u', [LIST_NUMBER] = 'n', [LIST_CHANGED] = 'c', [LIST_BY] = 'b'
};

const char *list_cursor(const struct list_query *query, const struct list_row *last, struct arena *mem)
{
	switch (query->order) {
	case LIST_NEWEST:
		return arena_text(mem, "i:%" PRId64, last->id);
	case LIST_UPDATED:
	case LIST_CHANGED:
		return arena_text(mem, "%c%" PRId64 ":%" PRId64, letters[query->order], last->updated_at,
				  last->id);
	case LIST_BY:
		return last->value ? arena_text(mem, "b=%s:%" PRId64, last->value, last->id)
				   : arena_text(mem, "b:%" PRId64, last->id);
	case LIST_NUMBER:
		break;
	}
	return arena_text(mem, "n%s:%" PRId64, last->number ? last->number : "", last->id);
}

static bool whole_number(const char *text, int64_t *out)
{
	char *end;

	*out = strtoll(text, &end, 10);
	return end != text && !*end;
}

static int read_cursor(const struct list_query *query, struct arena *mem, struct list_mark *out,
		       struct fault *why)
{
	const char *colon = query->after ? strrchr(query->after, ':') : NULL;
	char *key;
	bool good;

	/* No object has the row id 0: what changed at that very moment comes too. */
	*out = (struct list_mark){ .set = query->order == LIST_CHANGED, .updated_at = query->since };
	if (!query->after)
		return 0;
	good = colon && strlen(query->after) < LIST_CURSOR && query->after[0] == letters[query->order] &&
	       whole_number(colon + 1, &out->id);
	if (good) {
		key = arena_copy_bytes(mem, query->after + 1, (size_t)(colon - query->after - 1));
		out->number = key;
		out->value = *key == '=' ? key + 1 : NULL;
		if (list_by_time(query->order))
			good = whole_number(key, &out->updated_at);
	}
	if (!good)
		return fault_say(why, FAULT_INVALID, "'%.40s' is no place in this list to go on from",
				 "“%.40s”不是本列表中可以接续的位置", query->after);
	out->set = true;
	return 0;
}

static char *copy_column(struct rows *rows, int column, struct arena *mem, size_t *len)
{
	const char *text = rows_text(rows, column, len);

	return text ? arena_copy_bytes(mem, text, *len) : NULL;
}

/* What the list is sorted by, where that is a field. */
static int read_value(struct store *store, const struct list_query *query, struct arena *mem,
		      struct list_row *row, struct fault *why)
{
	SCOPED(rows_drop) struct rows *rows = NULL;
	size_t len;
	int ret;

	if (query->order != LIST_BY)
		return 0;
	if ((ret = store_query(store, "SELECT value FROM facets WHERE object=$1 AND name=$2",
			       VALUES(value_int(row->id), value_text(query->by)), &rows, why)) < 0 ||
	    (ret = rows_next(rows, why)) <= 0)
		return ret;
	row->value = copy_column(rows, 0, mem, &len);
	return 0;
}

/* 1, or 0 where the object has gone since its id was found. */
static int read_row(struct store *store, const struct list_query *query, int64_t id, struct arena *mem,
		    struct list_row *out, struct fault *why)
{
	static const char *const sql[] = {
		"SELECT number, version, updated_at, states, body FROM objects WHERE id=$1",
		"SELECT number, version, updated_at FROM objects WHERE id=$1",
	};
	SCOPED(rows_drop) struct rows *rows = NULL;
	size_t len;
	int ret;

	if ((ret = store_query(store, sql[query->lean], VALUES(value_int(id)), &rows, why)) < 0 ||
	    (ret = rows_next(rows, why)) <= 0)
		return ret;
	*out = (struct list_row){ .id = id, .version = rows_int(rows, 1), .updated_at = rows_int(rows, 2) };
	out->number = copy_column(rows, 0, mem, &len);
	if (!query->lean) {
		out->states = copy_column(rows, 3, mem, &len);
		out->body = copy_column(rows, 4, mem, &out->body_len);
	}
	ret = read_value(store, query, mem, out, why);
	return ret < 0 ? ret : 1;
}

static int read_page(struct store *store, const struct list_query *query, const int64_t *ids, size_t count,
		     struct arena *mem, struct list_page *out, struct fault *why)
{
	size_t limit = (size_t)query->limit, most = count < limit ? count : limit;
	struct list_page page = { .rows = arena_many(mem, most, sizeof(*page.rows)) };
	int ret;

	for (size_t i = 0; i < most; i++) {
		if ((ret = read_row(store, query, ids[i], mem, &page.rows[page.count], why)) < 0)
			return ret;
		page.count += (size_t)ret;
	}
	if (count > limit && page.count)
		page.after = list_cursor(query, &page.rows[page.count - 1], mem);
	*out = page;
	return 0;
}

/* Where columns say it: 1. */
static int find_newest(struct store *store, const struct list_query *query, const struct filter *filter,
		       const struct list_mark *mark, struct arena *mem, int64_t *ids, size_t *count,
		       struct fault *why)
{
	struct list_bits *test;
	int ret;

	if (query->order != LIST_NEWEST || !filter)
		return 0;
	if ((ret = list_bits_of(store, query, filter, false, mem, &test, why)) < 0 || !test)
		return ret;
	ret = list_sets_newest(store, query, test, mark, mem, ids, count, why);
	return ret < 0 ? ret : 1;
}

/* One more than a page holds, so that it is known whether another follows. */
static int find(struct store *store, const struct list_query *query, const struct filter *filter,
		const struct list_mark *mark, struct arena *mem, int64_t *ids, size_t *count,
		struct fault *why)
{
	SCOPED(list_plan_fini) struct list_plan plan = { 0 };
	SCOPED(rows_drop) struct rows *rows = NULL;
	int ret;

	if ((ret = find_newest(store, query, filter, mark, mem, ids, count, why)))
		return ret < 0 ? ret : 0;
	if (query->order == LIST_BY)
		return list_sets_page(store, query, filter, mark, mem, ids, count, why);
	if ((ret = list_plan_page(store, query, filter, mark, mem, &plan, why)) < 0 ||
	    (ret = list_plan_run(store, &plan, &rows, why)) < 0)
		return ret;
	for (*count = 0; (ret = rows_next(rows, why)) > 0;)
		ids[(*count)++] = rows_int(rows, 0);
	if (ret < 0 || *count > (size_t)query->limit || !plan.bounded)
		return ret;
	return list_sets_page(store, query, filter, mark, mem, ids, count, why);
}

int list_run(struct store *store, const struct list_query *query, struct arena *mem, struct list_page *out,
	     struct fault *why)
{
	const char *text = query->filter ? query->filter : "";
	int64_t ids[LIST_LIMIT + 1];
	struct filter *filter;
	struct list_mark mark;
	size_t count;
	int ret;

	if (query->limit < 1 || query->limit > LIST_LIMIT)
		return fault_say(why, FAULT_INVALID, "a page holds 1 to %d objects, not %d",
				 "每页 1 至 %d 条，不能是 %d 条", LIST_LIMIT, query->limit);
	if ((ret = filter_parse(text, strlen(text), query->fields, query->field_count, mem, &filter, why)) <
		    0 ||
	    (ret = read_cursor(query, mem, &mark, why)) < 0 ||
	    (ret = find(store, query, filter, &mark, mem, ids, &count, why)) < 0)
		return ret;
	return read_page(store, query, ids, count, mem, out, why);
}
