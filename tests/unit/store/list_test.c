#include "store/list.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "store/facet.h"
#include "store/list_private.h"
#include "store/search.h"

/* Lists against a slow and simple answer: every object asked one by one. There
 * are enough objects for each of the three ways to find a page; then the same
 * again with the columns that counting has kept, while values change. */

enum { CASES = 9000, OTHERS = 500, DRILLS = 100, ALL = CASES + OTHERS + DRILLS };

static const char *const levels[] = { "1", "1", "1", "2", "2", "3", "4" };
static const char *const types[] = { "malware", "leak", "denial" };
static const char *const words[] = { "网站", "勒索", "攻击", "篡改", "nginx" };
static const char *const fields[] = { "level", "type", "unit", "day", "none" };

/* Row i stands for the object with the id i + 1. */
static struct thing {
	int space;
	bool incident;
	const char *level, *types[2]; /* a second type for some */
	char unit[16], day[16], waits[16], number[32], text[128];
	int64_t updated_at;
} things[ALL];

static struct store *store;
static uint64_t seed = 4711;

static unsigned dice(unsigned sides)
{
	seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return (unsigned)(seed >> 33) % sides;
}

#define ANY(list) (list)[dice(sizeof(list) / sizeof(*(list)))]

static void done(int ret, const struct fault *why)
{
	if (ret < 0)
		fail_msg("%s", why->text);
}

static void invent(struct thing *t, int i)
{
	t->incident = i < CASES || i >= CASES + OTHERS;
	t->space = i >= CASES + OTHERS ? 2 : 1;
	t->level = dice(300) ? ANY(levels) : "5";
	t->types[0] = ANY(types);
	t->types[1] = dice(4) ? t->types[0] : ANY(types);
	snprintf(t->unit, sizeof(t->unit), "unit:%u", dice(300));
	/* Clumped: one stretch of the list is one day. */
	snprintf(t->day, sizeof(t->day), "2026-%02d-%02d", 1 + i / 1000, 1 + i % 1000 / 40);
	if (dice(9))
		snprintf(t->waits, sizeof(t->waits), "2026-%02u", 10 + dice(80));
	/* In another order than the ids, and some have none. */
	if (dice(20))
		snprintf(t->number, sizeof(t->number), "%s-%05d", t->incident ? "INC" : "RPT",
			 i * 7919 % ALL);
	for (unsigned n = dice(4); n; n--) {
		const char *word = ANY(words);

		strcat(strcat(t->text, word), *word == 'n' || !dice(3) ? "，" : "");
	}
	t->updated_at = 1000 + dice(3000);
}

static void put_facet(int64_t id, const char *kind, const char *name, const char *value)
{
	struct fault why = { 0 };

	done(facet_put(store, kind, name, id, value, &why), &why);
}

static void put_thing(const struct thing *t, int64_t id)
{
	const char *kind = t->incident ? "incident" : "report";
	struct fault why = { 0 };

	done(store_run(store,
		       "INSERT INTO objects(id, space, kind, number, states, body, pack, version, "
		       "created_at, updated_at)"
		       " VALUES($1, $2, $3, $4, '{}', $5, '', 3, 0, $6)",
		       VALUES(value_int(id), value_int(t->space), value_text(kind),
			      t->number[0] ? value_text(t->number) : value_null(), value_text(t->text),
			      value_int(t->updated_at)),
		       NULL, &why),
	     &why);
	done(search_feed(store, id, t->text, &why), &why);
	put_facet(id, kind, "level", t->level);
	put_facet(id, kind, "type", t->types[0]);
	put_facet(id, kind, "type", t->types[1]);
	put_facet(id, kind, "unit", t->unit);
	put_facet(id, kind, "day", t->day);
	if (t->waits[0])
		put_facet(id, kind, "waits", t->waits);
	facet_born(store, kind, t->space, id);
}

static int make_store(void **state)
{
	struct store_txn *txn = NULL;
	struct fault why = { 0 };

	(void)state;
	done(store_open(&store_sqlite, ":memory:", STORE_WRITE, &store, &why), &why);
	done(store_schema(store, &why), &why);
	done(store_begin(store, &txn, &why), &why);
	for (int i = 0; i < ALL; i++) {
		invent(&things[i], i);
		put_thing(&things[i], i + 1);
	}
	done(store_commit(&txn, &why), &why);
	return 0;
}

static int drop_store(void **state)
{
	(void)state;
	store_close(store);
	return 0;
}

/* The slow answer, of the same tree. */
static bool compares(const struct filter *f, const char *value)
{
	int order = strcmp(value, f->text);

	if (f->bound && !compares(f->bound, value))
		return false;
	return f->test == TEST_ANY || (f->test == TEST_IS && order == 0) ||
	       (f->test == TEST_LESS && order < 0) || (f->test == TEST_UP_TO && order <= 0) ||
	       (f->test == TEST_MORE && order > 0) || (f->test == TEST_FROM && order >= 0);
}

static bool field_meets(const struct filter *f, const struct thing *t)
{
	if (!strcmp(f->name, "level"))
		return compares(f, t->level);
	if (!strcmp(f->name, "type"))
		return compares(f, t->types[0]) || compares(f, t->types[1]);
	if (!strcmp(f->name, "unit"))
		return compares(f, t->unit);
	return !strcmp(f->name, "day") && compares(f, t->day);
}

static bool meets(const struct filter *f, const struct thing *t)
{
	if (!f)
		return true;
	if (f->type == FILTER_FIELD)
		return field_meets(f, t);
	if (f->type == FILTER_WORDS)
		return strstr(t->text, f->text) != NULL;
	if (f->type == FILTER_NOT)
		return !meets(f->first, t);
	for (const struct filter *child = f->first; child; child = child->next)
		if (meets(child, t) == (f->type == FILTER_OR))
			return f->type == FILTER_OR;
	return f->type == FILTER_AND;
}

static enum list_order sorting;
static int64_t since; /* of LIST_CHANGED */

static int in_order(const void *a, const void *b)
{
	const int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
	const struct thing *s = &things[x - 1], *t = &things[y - 1];

	if (sorting == LIST_UPDATED && s->updated_at != t->updated_at)
		return s->updated_at > t->updated_at ? -1 : 1;
	if (sorting == LIST_CHANGED)
		return s->updated_at != t->updated_at ? (s->updated_at > t->updated_at ? 1 : -1)
		       : x > y                        ? 1
						      : -1;
	if (sorting == LIST_NUMBER)
		return strcmp(s->number, t->number);
	if (sorting == LIST_BY && strcmp(s->waits, t->waits) != 0)
		return !s->waits[0] ? 1 : !t->waits[0] ? -1 : strcmp(s->waits, t->waits);
	if (sorting == LIST_BY)
		return x < y ? -1 : 1;
	return x > y ? -1 : 1;
}

static size_t expect(const char *text, int space, enum list_order order, int64_t *ids)
{
	SCOPED(arena_drop) struct arena *mem = arena_new();
	struct filter *f = NULL;
	struct fault why = { 0 };
	size_t count = 0;

	done(filter_parse(text, strlen(text), fields, sizeof(fields) / sizeof(*fields), mem, &f, &why), &why);
	for (int i = 0; i < ALL; i++)
		if (things[i].incident && things[i].space == space &&
		    (order != LIST_CHANGED || things[i].updated_at >= since) &&
		    (order != LIST_NUMBER || things[i].number[0]) && meets(f, &things[i]))
			ids[count++] = i + 1;
	sorting = order;
	qsort(ids, count, sizeof(*ids), in_order);
	return count;
}

static struct list_query asking(const char *filter, int space, enum list_order order, int limit)
{
	return (struct list_query){ .kind = "incident",
				    .space = space,
				    .filter = filter,
				    .fields = fields,
				    .field_count = sizeof(fields) / sizeof(*fields),
				    .order = order,
				    .by = "waits",
				    .since = since,
				    .limit = limit };
}

/* Turns the pages as far as `most` objects. */
static void same_as_expected(const char *filter, int space, enum list_order order, int limit, size_t most)
{
	SCOPED(arena_drop) struct arena *mem = arena_new();
	struct list_query query = asking(filter, space, order, limit);
	static int64_t truth[ALL];
	size_t count = expect(filter, space, order, truth), at = 0;
	struct fault why = { 0 };

	do {
		struct list_page page = { 0 };

		done(list_run(store, &query, mem, &page, &why), &why);
		for (size_t i = 0; i < page.count; i++, at++)
			if (at >= count || page.rows[i].id != truth[at])
				fail_msg("%s, order %d: row %zu of %zu is %lld", filter, order, at, count,
					 (long long)page.rows[i].id);
		assert_true(page.after || at == count);
		assert_true(!page.after || page.count == (size_t)limit);
		query.after = page.after;
	} while (query.after && at < most);
}

static void lists_by_hand(void **state)
{
	static const char *const filters[] = {
		"",
		"level:5",
		"level:>=3",
		"level:>=4 type:leak",
		"level:>=2 level:<4",
		"unit:\"unit:7\"",
		"unit:\"unit:7\" OR unit:\"unit:8\" OR level:5",
		"type:leak type:denial",
		"type:malware NOT type:leak NOT level:1",
		"day:>=2026-02-03 day:<2026-02-20",
		"day:2026-01-05",
		"none:x",
		"NOT none:*",
		"unit:* NOT level:1",
		"NOT level:1",
		"NOT (level:1 OR level:2 OR type:leak)",
		"level:1 level:2",
		"网站",
		"站",
		"网站 勒索 nginx",
		"网站勒索",
		"网站 OR 攻击",
		"网站 NOT 攻击 level:5",
		"NOT 网站",
		"(level:1 OR type:leak 攻击) NOT (unit:\"unit:1\" OR 篡改)",
		"level:<=1 网站 type:malware NOT (nginx OR 攻击)",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(filters) / sizeof(*filters); i++)
		for (int order = LIST_NEWEST; order <= LIST_BY; order++) {
			same_as_expected(filters[i], 1, (enum list_order)order, 97, 1000);
			same_as_expected(filters[i], 2, (enum list_order)order, 7, ALL);
		}
}

static void lists_what_changed_since(void **state)
{
	static const int64_t moments[] = { 0, 1000, 2500, 2501, 3999, 5000 };

	(void)state;
	for (size_t i = 0; i < sizeof(moments) / sizeof(*moments); i++) {
		since = moments[i];
		same_as_expected("", 1, LIST_CHANGED, 97, ALL);
		same_as_expected("level:>=3 网站", 1, LIST_CHANGED, 7, ALL);
	}
	since = 0;
}

static void invent_filter(struct buf *out, int depth)
{
	static const char *const tests[] = { "", "", ">=", ">", "<=", "<" };
	unsigned sort = dice(depth ? 9 : 5);

	if (sort == 0)
		buf_format(out, "level:%s%s", ANY(tests), ANY(levels));
	else if (sort == 1)
		buf_format(out, "type:%s", ANY(types));
	else if (sort == 2)
		buf_format(out, "day:%s2026-%02u-%02u", ANY(tests), 1 + dice(9), 1 + dice(25));
	else if (sort == 3)
		buf_text(out, ANY(words));
	else if (sort == 4)
		buf_format(out, "unit:\"unit:%u\"", dice(300));
	else if (sort == 5)
		buf_text(out, "NOT ");
	else
		buf_char(out, '(');
	if (sort < 5)
		return;
	invent_filter(out, depth - 1);
	if (sort == 5)
		return;
	buf_text(out, sort == 6 ? " OR " : " ");
	invent_filter(out, depth - 1);
	buf_char(out, ')');
}

static void lists_by_chance(void **state)
{
	(void)state;
	for (int i = 0; i < 300; i++) {
		SCOPED(buf_fini) struct buf filter = { 0 };

		invent_filter(&filter, 4);
		same_as_expected(filter.data, 1, (enum list_order)dice(5), 50, 120);
	}
}

static void rows_are_whole(void **state)
{
	SCOPED(arena_drop) struct arena *mem = arena_new();
	struct list_query query = asking("", 1, LIST_NEWEST, 1);
	const struct thing *last = &things[CASES - 1];
	struct list_page page;

	(void)state;
	assert_int_equal(list_run(store, &query, mem, &page, NULL), 0);
	assert_int_equal(page.count, 1);
	assert_int_equal(page.rows[0].id, CASES);
	assert_string_equal(page.rows[0].body, last->text);
	assert_int_equal(page.rows[0].body_len, strlen(last->text));
	assert_string_equal(page.rows[0].states, "{}");
	assert_int_equal(page.rows[0].version, 3);
	assert_int_equal(page.rows[0].updated_at, last->updated_at);
	assert_string_equal(page.rows[0].number ? page.rows[0].number : "", last->number);
}

static void refused(void **state)
{
	static const struct {
		const char *filter, *after;
		int limit, code;
		const char *says, *reason;
	} cases[] = {
		{ "", NULL, 0, FAULT_INVALID, "1 to 500 objects, not 0", "no page is empty" },
		{ "", NULL, 501, FAULT_INVALID, "not 501", "nor endless" },
		{ "lvl:3", NULL, 10, FAULT_INVALID, "'level'", "an unknown field" },
		{ "", "", 10, FAULT_INVALID, "no place", "an empty cursor" },
		{ "", "u5:7", 10, FAULT_INVALID, "'u5:7' is no place", "of another order" },
		{ "", "i:7x", 10, FAULT_INVALID, "no place", "not a number" },
		{ "", "i:", 10, FAULT_INVALID, "no place", "no number" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		SCOPED(arena_drop) struct arena *mem = arena_new();
		struct list_query query = asking(cases[i].filter, 1, LIST_NEWEST, cases[i].limit);
		struct list_page page;
		struct fault why = { 0 };

		query.after = cases[i].after;
		assert_int_equal(list_run(store, &query, mem, &page, &why), -cases[i].code);
		assert_non_null(strstr(why.text, cases[i].says));
	}
}

/* The most that a filter may ask has room in a statement. */
static void the_largest_filter(void **state)
{
	SCOPED(arena_drop) struct arena *mem = arena_new();
	SCOPED(buf_fini) struct buf text = { 0 };
	struct list_query query = asking(NULL, 1, LIST_UPDATED, 500);
	struct list_page page;

	(void)state;
	for (int i = 0; i < FILTER_TERMS / 2; i++)
		buf_format(&text, "%s(level:>=2 level:<=%d)", i ? " OR " : "", 2 + i % 3);
	query.filter = text.data;
	query.after = "u99999999:1";
	assert_int_equal(list_run(store, &query, mem, &page, NULL), 0);
	assert_int_equal(page.count, 500);
}

/* Each order is walked along an index, without sorting and without a look at
 * the objects themselves. */
static void orders_have_their_index(void **state)
{
	SCOPED(arena_drop) struct arena *mem = arena_new();

	(void)state;
	for (int order = LIST_NEWEST; order <= LIST_BY; order++)
		for (int set = 0; set < 2; set++) {
			SCOPED(list_plan_fini) struct list_plan plan = { 0 };
			SCOPED(rows_drop) struct rows *rows = NULL;
			const struct list_mark mark = {
				.set = set, .id = 5, .updated_at = 5, .number = "INC-5", .value = "2026-11"
			};
			struct list_query query = asking(NULL, 1, (enum list_order)order, 10);

			list_plan_all(&query, &mark, mem, &plan);
			assert_int_equal(
				store_query_made(store,
						 arena_text(mem, "EXPLAIN QUERY PLAN %s", plan.sql.data),
						 plan.values, plan.count, &rows, NULL),
				0);
			assert_int_equal(rows_next(rows, NULL), 1);
			if (!strstr(rows_text(rows, 3, NULL),
				    order == LIST_BY ? "USING PRIMARY KEY" : "USING COVERING INDEX"))
				fail_msg("%s: %s", plan.sql.data, rows_text(rows, 3, NULL));
			assert_int_equal(rows_next(rows, NULL), 0);
		}
}

/* ---- with columns ---------------------------------------------------------- */

static void keep(const char *filter)
{
	SCOPED(arena_drop) struct arena *mem = arena_new();
	struct list_query query = asking(filter, 1, LIST_NEWEST, 1);
	static int64_t truth[ALL];
	struct fault why = { 0 };
	struct list_ids ids;

	done(list_ids(store, &query, mem, &ids, &why), &why);
	assert_int_equal(ids.count, expect(filter, 1, LIST_NEWEST, truth));
	for (int64_t i = 0; i < ids.count; i++)
		assert_true(list_has(&ids, truth[i]));
}

static void change_one(bool keep_it)
{
	const int i = (int)dice(CASES);
	struct thing *t = &things[i], was = *t;
	struct fault why = { 0 };

	t->level = ANY(levels);
	snprintf(t->unit, sizeof(t->unit), "unit:%u", dice(400));
	done(facet_drop(store, "incident", "level", i + 1, &why), &why);
	done(facet_drop(store, "incident", "unit", i + 1, &why), &why);
	put_facet(i + 1, "incident", "level", t->level);
	put_facet(i + 1, "incident", "unit", t->unit);
	if (!keep_it)
		*t = was;
}

/* Some of it comes to nothing: an act that is undone, a batch that is not committed. */
static void change_some(void)
{
	struct store_txn *txn = NULL;
	struct fault why = { 0 };
	const bool commit = dice(5);

	done(store_begin(store, &txn, &why), &why);
	for (unsigned n = dice(20); n; n--) {
		const bool keep_it = dice(8);

		done(store_mark(store, &why), &why);
		change_one(keep_it && commit);
		done(keep_it ? store_keep(store, &why) : store_undo(store, &why), &why);
	}
	if (commit)
		done(store_commit(&txn, &why), &why);
	else
		store_txn_drop(&txn);
}

static void lists_from_columns(void **state)
{
	lists_by_hand(state);
	for (int i = 0; i < 60; i++) {
		/* "type" has two values in some, and is not kept. */
		keep("level:>=3");
		keep("unit:* day:*");
		keep("type:leak level:2");
		change_some();
		keep("NOT level:1 unit:>=\"unit:2\"");
		for (int n = 0; n < 4; n++) {
			SCOPED(buf_fini) struct buf filter = { 0 };

			invent_filter(&filter, 3);
			same_as_expected(filter.data, 1, (enum list_order)dice(5), 50, 120);
		}
	}
	lists_by_hand(state);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lists_by_hand),
		cmocka_unit_test(lists_what_changed_since),
		cmocka_unit_test(lists_by_chance),
		cmocka_unit_test(rows_are_whole),
		cmocka_unit_test(refused),
		cmocka_unit_test(the_largest_filter),
		cmocka_unit_test(orders_have_their_index),
		cmocka_unit_test(lists_from_columns),
	};

	return cmocka_run_group_tests(tests, make_store, drop_store);
}
