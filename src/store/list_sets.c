#include <stdlib.h>
#include <string.h>

#include "store/list_private.h"

/* So few are sorted one by one; of more the order is walked. */
enum { FEW = 1024 };

/* Sets of ids, one bit each: 140 KB for a million objects. */
struct set {
	struct set *next; /* among those to use again */
	uint64_t words[];
};

struct sets {
	struct store *store;
	const struct list_query *query;
	struct arena *mem;
	struct set *spare;
	size_t words;
	int64_t most; /* ids are 0..most */
};

static struct set *take(struct sets *s)
{
	struct set *set = s->spare;

	if (!set)
		return arena_take(s->mem, sizeof(*set) + s->words * sizeof(uint64_t));
	s->spare = set->next;
	return set;
}

static void give(struct sets *s, struct set *set)
{
	set->next = s->spare;
	s->spare = set;
}

static void fill(const struct sets *s, struct set *set, uint64_t with)
{
	for (size_t i = 0; i < s->words; i++)
		set->words[i] = with;
}

static int read_rows(struct sets *s, const struct list_plan *plan, struct set *out, struct fault *why)
{
	SCOPED(rows_drop) struct rows *rows = NULL;
	int ret;

	fill(s, out, 0);
	if ((ret = list_plan_run(s->store, plan, &rows, why)) < 0)
		return ret;
	while ((ret = rows_next(rows, why)) > 0) {
		int64_t id = rows_int(rows, 0);

		if (id >= 0 && id <= s->most)
			out->words[id / 64] |= UINT64_C(1) << (id % 64);
	}
	return ret;
}

static int read_term(struct sets *s, const struct filter *term, struct set *out, struct fault *why)
{
	SCOPED(list_plan_fini) struct list_plan plan = { 0 };

	list_plan_term(s->query, term, s->mem, &plan);
	return read_rows(s, &plan, out, why);
}

static void combine(const struct sets *s, enum filter_type type, struct set *into, const struct set *from)
{
	for (size_t i = 0; i < s->words; i++)
		into->words[i] = type == FILTER_AND  ? into->words[i] & from->words[i]
				 : type == FILTER_OR ? into->words[i] | from->words[i]
						     : into->words[i] & ~from->words[i];
}

static int meets(struct sets *s, const struct filter *f, struct set *out, struct fault *why)
{
	struct set *part;
	int ret = 0;

	if (f->type == FILTER_FIELD || f->type == FILTER_WORDS)
		return read_term(s, f, out, why);
	fill(s, out, f->type == FILTER_OR ? 0 : UINT64_MAX);
	part = take(s);
	for (const struct filter *child = f->first; ret == 0 && child; child = child->next)
		if ((ret = meets(s, child, part, why)) == 0)
			combine(s, f->type, out, part);
	give(s, part);
	return ret;
}

static int measure(struct sets *s, struct fault *why)
{
	int ret = store_int(s->store, "SELECT coalesce(max(id), 0) FROM objects", NO_VALUES, &s->most, why);

	s->words = ret < 0 ? 0 : (size_t)s->most / 64 + 1;
	return ret;
}

/* All that the query finds. */
static int find_all(struct sets *s, const struct filter *filter, bool load, struct set **out,
		    struct fault *why)
{
	SCOPED(list_plan_fini) struct list_plan plan = { 0 };
	struct list_query whole = *s->query;
	struct list_bits *test;
	struct set *good;
	int ret;

	if ((ret = measure(s, why)) < 0 ||
	    (ret = list_bits_of(s->store, s->query, filter, load, s->mem, &test, why)) < 0)
		return ret;
	*out = take(s);
	for (size_t i = 0; test && i < s->words; i++)
		(*out)->words[i] = list_bits_word(test, i);
	if (test)
		return 0;
	whole.order = LIST_NEWEST;
	list_plan_all(&whole, &(struct list_mark){ 0 }, s->mem, &plan);
	if ((ret = read_rows(s, &plan, *out, why)) < 0 || !filter)
		return ret;
	good = take(s);
	if ((ret = meets(s, filter, good, why)) == 0)
		combine(s, FILTER_AND, *out, good);
	give(s, good);
	return ret;
}

static bool has(const struct sets *s, const struct set *set, int64_t id)
{
	return id >= 0 && id <= s->most && set->words[id / 64] >> (id % 64) & 1;
}

static int64_t count_of(const struct sets *s, const struct set *set)
{
	int64_t count = 0;

	for (size_t i = 0; i < s->words; i++)
		count += __builtin_popcountll(set->words[i]);
	return count;
}

/* In the order of the list, with a look at each that comes by. */
static int walk_along(struct sets *s, const struct set *set, const struct list_mark *mark, size_t most,
		      int64_t *ids, size_t *count, struct fault *why)
{
	SCOPED(list_plan_fini) struct list_plan plan = { 0 };
	SCOPED(rows_drop) struct rows *rows = NULL;
	int ret;

	list_plan_all(s->query, mark, s->mem, &plan);
	if ((ret = list_plan_run(s->store, &plan, &rows, why)) < 0)
		return ret;
	while (*count < most && (ret = rows_next(rows, why)) > 0)
		if (has(s, set, rows_int(rows, 0)))
			ids[(*count)++] = rows_int(rows, 0);
	return ret < 0 ? ret : 0;
}

/* ---- by the value of a field ---------------------------------------------- */

struct place {
	const char *value; /* NULL: none */
	int64_t id;
};

static int in_order(const void *one, const void *other)
{
	const struct place *a = one, *b = other;
	int order = 0;

	if (!a->value || !b->value)
		order = !a->value - !b->value;
	else
		order = strcmp(a->value, b->value);
	return order ? order : a->id < b->id ? -1 : a->id > b->id;
}

static int value_of(struct sets *s, int64_t id, const char **out, struct fault *why)
{
	SCOPED(rows_drop) struct rows *rows = NULL;
	int ret = store_query(s->store, "SELECT value FROM facets WHERE object = $1 AND name = $2 LIMIT 1",
			      VALUES(value_int(id), value_text(s->query->by)), &rows, why);

	*out = NULL;
	if (ret < 0 || (ret = rows_next(rows, why)) <= 0)
		return ret;
	*out = arena_copy(s->mem, rows_text(rows, 0, NULL));
	return 0;
}

/* Behind the mark; `all` of them are looked up and sorted. */
static int sort_few(struct sets *s, const struct set *set, const struct list_mark *mark, int64_t all,
		    size_t most, int64_t *ids, size_t *count, struct fault *why)
{
	const struct place after = { mark->value, mark->id };
	struct place *places = arena_many(s->mem, (size_t)all + 1, sizeof(*places));
	size_t found = 0;
	int ret;

	for (size_t i = 0; i < s->words; i++)
		for (uint64_t word = set->words[i]; word; word &= word - 1) {
			struct place *place = &places[found];

			place->id = (int64_t)i * 64 + __builtin_ctzll(word);
			if ((ret = value_of(s, place->id, &place->value, why)) < 0)
				return ret;
			found += !mark->set || in_order(place, &after) > 0;
		}
	qsort(places, found, sizeof(*places), in_order);
	for (size_t i = 0; i < found && *count < most; i++)
		ids[(*count)++] = places[i].id;
	return 0;
}

/* Those that have no value stand behind all others, by id. */
static int walk_without(struct sets *s, struct set *set, const struct list_mark *mark, size_t most,
			int64_t *ids, size_t *count, struct fault *why)
{
	const struct filter any = { .type = FILTER_FIELD, .test = TEST_ANY, .name = s->query->by };
	const int64_t after = mark->set && !mark->value ? mark->id : -1;
	struct set *valued = take(s);
	int ret;

	if ((ret = read_term(s, &any, valued, why)) < 0)
		return ret;
	combine(s, FILTER_NOT, set, valued);
	for (size_t i = 0; i < s->words; i++)
		for (uint64_t word = set->words[i]; word && *count < most; word &= word - 1) {
			const int64_t id = (int64_t)i * 64 + __builtin_ctzll(word);

			if (id > after)
				ids[(*count)++] = id;
		}
	return 0;
}

static int page_by(struct sets *s, struct set *set, const struct list_mark *mark, size_t most, int64_t *ids,
		   size_t *count, struct fault *why)
{
	const int64_t all = count_of(s, set);
	int ret = 0;

	if (all <= FEW)
		return sort_few(s, set, mark, all, most, ids, count, why);
	if (!mark->set || mark->value)
		ret = walk_along(s, set, mark, most, ids, count, why);
	return ret < 0 || *count == most ? ret : walk_without(s, set, mark, most, ids, count, why);
}

int list_sets_page(struct store *store, const struct list_query *query, const struct filter *filter,
		   const struct list_mark *mark, struct arena *mem, int64_t *ids, size_t *count,
		   struct fault *why)
{
	struct sets s = { .store = store, .query = query, .mem = mem };
	const size_t most = (size_t)query->limit + 1;
	struct set *good;
	int ret;

	*count = 0;
	if ((ret = find_all(&s, filter, false, &good, why)) < 0)
		return ret;
	return query->order == LIST_BY ? page_by(&s, good, mark, most, ids, count, why)
				       : walk_along(&s, good, mark, most, ids, count, why);
}

int list_sets_newest(struct store *store, const struct list_query *query, const struct list_bits *test,
		     const struct list_mark *mark, struct arena *mem, int64_t *ids, size_t *count,
		     struct fault *why)
{
	struct sets s = { .store = store, .query = query, .mem = mem };
	const int64_t below = mark->set ? mark->id : INT64_MAX;
	const size_t most = (size_t)query->limit + 1;
	const int ret = measure(&s, why);

	*count = 0;
	for (size_t i = ret < 0 ? 0 : s.words; i-- && *count < most;) {
		uint64_t word = (int64_t)i * 64 < below ? list_bits_word(test, i) : 0;

		while (word && *count < most) {
			const int bit = 63 - __builtin_clzll(word);

			word ^= UINT64_C(1) << bit;
			if ((int64_t)i * 64 + bit < below)
				ids[(*count)++] = (int64_t)i * 64 + bit;
		}
	}
	return ret;
}

int list_ids(struct store *store, const struct list_query *query, struct arena *mem, struct list_ids *out,
	     struct fault *why)
{
	struct sets s = { .store = store, .query = query, .mem = mem };
	const char *text = query->filter ? query->filter : "";
	struct filter *filter;
	struct set *set;
	int ret;

	if ((ret = filter_parse(text, strlen(text), query->fields, query->field_count, mem, &filter, why)) <
		    0 ||
	    (ret = find_all(&s, filter, true, &set, why)) < 0)
		return ret;
	*out = (struct list_ids){ .words = set->words, .most = s.most, .count = count_of(&s, set) };
	return 0;
}
