#include <string.h>

#include "store/list_private.h"

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

static int read_term(struct sets *s, const struct filter *term, struct set *out, struct fault *why)
{
	SCOPED(list_plan_fini) struct list_plan plan = { 0 };
	SCOPED(rows_drop) struct rows *rows = NULL;
	int ret;

	fill(s, out, 0);
	list_plan_term(s->query, term, s->mem, &plan);
	if ((ret = list_plan_run(s->store, &plan, &rows, why)) < 0)
		return ret;
	while ((ret = rows_next(rows, why)) > 0) {
		int64_t id = rows_int(rows, 0);

		if (id >= 0 && id <= s->most)
			out->words[id / 64] |= UINT64_C(1) << (id % 64);
	}
	return ret;
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
	int ret = store_int(s->store, "SELECT max(id) FROM objects", NO_VALUES, &s->most, why);

	s->words = ret < 0 ? 0 : (size_t)s->most / 64 + 1;
	return ret;
}

int list_sets_page(struct store *store, const struct list_query *query, const struct filter *filter,
		   const struct list_mark *mark, struct arena *mem, int64_t *ids, size_t *count,
		   struct fault *why)
{
	struct sets s = { .store = store, .query = query, .mem = mem };
	SCOPED(list_plan_fini) struct list_plan plan = { 0 };
	SCOPED(rows_drop) struct rows *rows = NULL;
	struct set *good;
	int ret;

	*count = 0;
	if ((ret = measure(&s, why)) < 0)
		return ret;
	good = take(&s);
	if ((ret = meets(&s, filter, good, why)) < 0)
		return ret;
	list_plan_all(query, mark, mem, &plan);
	if ((ret = list_plan_run(store, &plan, &rows, why)) < 0)
		return ret;
	while (*count <= (size_t)query->limit && (ret = rows_next(rows, why)) > 0) {
		int64_t id = rows_int(rows, 0);

		if (id >= 0 && id <= s.most && good->words[id / 64] >> (id % 64) & 1)
			ids[(*count)++] = id;
	}
	return ret < 0 ? ret : 0;
}

/* Those of the kind and space, or of the filter besides. */
static int find_all(struct sets *s, const struct filter *filter, struct set *out, int64_t *count,
		    struct fault *why)
{
	SCOPED(list_plan_fini) struct list_plan plan = { 0 };
	SCOPED(rows_drop) struct rows *rows = NULL;
	struct set *good = filter ? take(s) : NULL;
	int ret;

	list_plan_all(s->query, &(struct list_mark){ 0 }, s->mem, &plan);
	if ((good && (ret = meets(s, filter, good, why)) < 0) ||
	    (ret = list_plan_run(s->store, &plan, &rows, why)) < 0)
		return ret;
	while ((ret = rows_next(rows, why)) > 0) {
		const int64_t id = rows_int(rows, 0);

		if (id < 0 || id > s->most || (good && !(good->words[id / 64] >> (id % 64) & 1)))
			continue;
		out->words[id / 64] |= UINT64_C(1) << (id % 64);
		++*count;
	}
	return ret;
}

int list_ids(struct store *store, const struct list_query *query, struct arena *mem, struct list_ids *out,
	     struct fault *why)
{
	struct sets s = { .store = store, .query = query, .mem = mem };
	const char *text = query->filter ? query->filter : "";
	struct filter *filter;
	int64_t count = 0;
	struct set *set;
	int ret;

	if ((ret = filter_parse(text, strlen(text), query->fields, query->field_count, mem, &filter, why)) <
		    0 ||
	    (ret = measure(&s, why)) < 0)
		return ret;
	set = take(&s);
	if ((ret = find_all(&s, filter, set, &count, why)) < 0)
		return ret;
	*out = (struct list_ids){ .words = set->words, .most = s.most, .count = count };
	return 0;
}
