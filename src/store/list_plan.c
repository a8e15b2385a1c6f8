#include <assert.h>
#include <string.h>

#include "store/list_private.h"
#include "store/search.h"

/* RARE is how many are counted to know whether something is; a part that is
 * rarer than that is walked whole where the order asks for sorting. NEAR is
 * how far the second way goes. */
enum { RARE = 4096, RARE_TO_SORT = 1024, NEAR = 2048 };

struct maker {
	const struct list_query *query;
	struct arena *mem;
	struct list_plan *plan;
	const struct filter *parts[FILTER_TERMS]; /* an object must meet all of them */
	size_t part_count;
};

void list_plan_fini(struct list_plan *plan) { buf_fini(&plan->sql); }

int list_plan_run(struct store *store, const struct list_plan *plan, struct rows **out, struct fault *why)
{
	return store_query_made(store, plan->sql.data, plan->values, plan->count, out, why);
}

static void say(struct maker *m, const char *sql) { buf_text(&m->plan->sql, sql); }

/* A value that comes into the text as "$n". */
static void put(struct maker *m, const char *before, struct value value)
{
	assert(m->plan->count < LIST_VALUES);
	m->plan->values[m->plan->count++] = value;
	buf_format(&m->plan->sql, "%s$%zu", before, m->plan->count);
}

static void begin(struct maker *m, const char *sql)
{
	buf_clear(&m->plan->sql);
	m->plan->count = 0;
	say(m, sql);
}

/* The value of a facet is, is below, is above... */
static void say_test(struct maker *m, const struct filter *f)
{
	static const char *const tests[] = {
		[TEST_IS] = " AND value=",   [TEST_LESS] = " AND value<",  [TEST_UP_TO] = " AND value<=",
		[TEST_MORE] = " AND value>", [TEST_FROM] = " AND value>=",
	};

	if (f->test != TEST_ANY)
		put(m, tests[f->test], value_text_n(f->text, f->len));
	if (f->bound)
		say_test(m, f->bound);
}

static void say_facets(struct maker *m, const char *select, const struct filter *f)
{
	say(m, select);
	put(m, " FROM facets WHERE kind=", value_text(m->query->kind));
	put(m, " AND name=", value_text(f->name));
	say_test(m, f);
}

static struct value kept(struct maker *m, const struct buf *text)
{
	return value_text(arena_copy_bytes(m->mem, text->data, text->len));
}

/* Does the object in column `id` meet the filter? */
static void say_check(struct maker *m, const struct filter *f, const char *id)
{
	SCOPED(buf_fini) struct buf like = { 0 };

	if (f->type == FILTER_FIELD) {
		say_facets(m, "EXISTS(SELECT 1", f);
		buf_format(&m->plan->sql, " AND object=%s)", id);
		return;
	}
	if (f->type == FILTER_WORDS) {
		search_like(&like, f->text, f->len);
		buf_format(&m->plan->sql, "EXISTS(SELECT 1 FROM search_fed WHERE object=%s", id);
		put(m, " AND ' '||words||' ' LIKE ", kept(m, &like));
		say(m, ")");
		return;
	}
	say(m, f->type == FILTER_NOT ? "NOT (" : "(");
	for (const struct filter *child = f->first; child; child = child->next) {
		say_check(m, child, id);
		if (child->next)
			say(m, f->type == FILTER_AND ? " AND " : " OR ");
	}
	say(m, ")");
}

/* Words, or several of which an object must have all. */
static bool only_words(const struct filter *f)
{
	bool all = f->type == FILTER_WORDS || f->type == FILTER_AND;

	for (const struct filter *child = f->first; child; child = child->next)
		all = all && child->type == FILTER_WORDS;
	return all;
}

static void put_match(struct maker *m, const char *before, const struct filter *f)
{
	SCOPED(buf_fini) struct buf match = { 0 };

	if (f->type == FILTER_WORDS)
		search_match(&match, m->query->kind, f->text, f->len);
	for (const struct filter *word = f->first; word; word = word->next)
		search_match(&match, m->query->kind, word->text, word->len);
	put(m, before, kept(m, &match));
}

/* The ids that meet a part, as a SELECT of one column `object`. */
static void say_set(struct maker *m, const struct filter *f)
{
	if (f->type == FILTER_FIELD) {
		say_facets(m, "SELECT object", f);
		return;
	}
	if (only_words(f)) {
		put_match(m, "SELECT rowid AS object FROM search WHERE search MATCH ", f);
		return;
	}
	for (const struct filter *child = f->first; child; child = child->next) {
		say_set(m, child);
		say(m, child->next ? " UNION " : "");
	}
}

/* Can it be walked along? A NOT is what is left over. */
static bool walkable(const struct filter *f)
{
	bool all = f->type == FILTER_OR;

	if (f->type == FILTER_FIELD || only_words(f))
		return true;
	for (const struct filter *child = f->first; child; child = child->next)
		all = all && walkable(child);
	return all;
}

/* Ends a "SELECT count(*) FROM (..." and runs it, counting up to `most`. */
static int count_rows(struct maker *m, struct store *store, int64_t most, int64_t *out, struct fault *why)
{
	SCOPED(rows_drop) struct rows *rows = NULL;
	int ret;

	put(m, " LIMIT ", value_int(most));
	say(m, ")");
	if ((ret = list_plan_run(store, m->plan, &rows, why)) < 0 || (ret = rows_next(rows, why)) < 0)
		return ret;
	*out = rows_int(rows, 0);
	return 0;
}

static int count_all(struct maker *m, struct store *store, int64_t most, int64_t *out, struct fault *why)
{
	begin(m, "SELECT count(*) FROM (SELECT 1 FROM objects");
	put(m, " WHERE kind=", value_text(m->query->kind));
	put(m, " AND space=", value_int(m->query->space));
	return count_rows(m, store, most, out, why);
}

static int count_set(struct maker *m, struct store *store, const struct filter *f, int64_t most, int64_t *out,
		     struct fault *why)
{
	int64_t sum = 0, part;
	int ret;

	if (f->type != FILTER_OR) {
		begin(m, "SELECT count(*) FROM (");
		say_set(m, f);
		return count_rows(m, store, most, out, why);
	}
	for (const struct filter *child = f->first; child && sum < most; child = child->next) {
		if ((ret = count_set(m, store, child, most, &part, why)) < 0)
			return ret;
		sum += part;
	}
	*out = sum;
	return 0;
}

/* The rarest part, or NULL where all objects are walked; `few` where those are
 * rare themselves. */
static int choose(struct maker *m, struct store *store, const struct filter **out, bool *few,
		  struct fault *why)
{
	int64_t most = m->query->order == LIST_NEWEST ? RARE : RARE_TO_SORT, least = most, count;
	int ret;

	*out = NULL;
	if ((ret = count_all(m, store, most, &least, why)) < 0)
		return ret;
	*few = least < most;
	for (size_t i = 0; i < m->part_count; i++) {
		if (!walkable(m->parts[i]))
			continue;
		if ((ret = count_set(m, store, m->parts[i], least, &count, why)) < 0)
			return ret;
		if (count < least)
			*out = m->parts[i];
		least = count < least ? count : least;
	}
	return 0;
}

/* The words of a filter become one part, which the index answers at once. */
static void add_word(struct maker *m, struct filter **words, const struct filter *word)
{
	struct filter *copy = arena_take(m->mem, sizeof(*copy));

	if (!*words) {
		*words = arena_take(m->mem, sizeof(**words));
		(*words)->type = FILTER_AND;
		m->parts[m->part_count++] = *words;
	}
	*copy = *word;
	copy->next = (*words)->first;
	(*words)->first = copy;
}

static void take_apart(struct maker *m, const struct filter *filter)
{
	struct filter *words = NULL;

	if (!filter)
		return;
	if (filter->type != FILTER_AND) {
		m->parts[m->part_count++] = filter;
		return;
	}
	for (const struct filter *child = filter->first; child; child = child->next) {
		if (child->type == FILTER_WORDS)
			add_word(m, &words, child);
		else
			m->parts[m->part_count++] = child;
	}
}

/* What is walked; gives the name of the column with the id. One value of one
 * field, and words, come in the order of ids by themselves. */
static const char *say_walk(struct maker *m, const struct filter *f)
{
	if (!f) {
		say(m, "SELECT o.id FROM objects o WHERE true");
		return "o.id";
	}
	if (only_words(f)) {
		put_match(m,
			  "SELECT o.id FROM search f CROSS JOIN objects o WHERE o.id=f.rowid AND f.search "
			  "MATCH ",
			  f);
		return "f.rowid";
	}
	say(m, "SELECT o.id FROM ");
	if (f->type == FILTER_FIELD && f->test == TEST_IS) {
		say(m, "facets f CROSS JOIN objects o WHERE o.id=f.object");
		put(m, " AND f.kind=", value_text(m->query->kind));
		put(m, " AND f.name=", value_text(f->name));
		put(m, " AND f.value=", value_text_n(f->text, f->len));
		return "f.object";
	}
	say(m, "(SELECT DISTINCT object FROM (");
	say_set(m, f);
	say(m, ")) f CROSS JOIN objects o WHERE o.id=f.object");
	return "f.object";
}

static void say_kind(struct maker *m)
{
	put(m, " AND o.kind=", value_text(m->query->kind));
	put(m, " AND o.space=", value_int(m->query->space));
	if (m->query->order == LIST_NUMBER)
		say(m, " AND o.number IS NOT NULL");
}

/* Only what comes after the mark; with `before`, what comes before it. */
static void say_mark(struct maker *m, const struct list_mark *mark, bool before, const char *id)
{
	const bool down = m->query->order == LIST_NEWEST || m->query->order == LIST_UPDATED;
	const bool below = down != before;

	if (!mark->set)
		return;
	if (m->query->order == LIST_NEWEST) {
		say(m, " AND ");
		say(m, id);
		put(m, below ? "<" : ">", value_int(mark->id));
		return;
	}
	say(m, list_by_time(m->query->order) ? " AND (o.updated_at, o.id)" : " AND (o.number, o.id)");
	put(m, below ? "<(" : ">(",
	    list_by_time(m->query->order) ? value_int(mark->updated_at) : value_text(mark->number));
	put(m, ", ", value_int(mark->id));
	say(m, ")");
}

static void say_order(struct maker *m, const char *id)
{
	static const char *const words[] = {
		[LIST_UPDATED] = " ORDER BY o.updated_at DESC, o.id DESC",
		[LIST_NUMBER] = " ORDER BY o.number, o.id",
		[LIST_CHANGED] = " ORDER BY o.updated_at, o.id",
	};

	if (m->query->order == LIST_NEWEST)
		buf_format(&m->plan->sql, " ORDER BY %s DESC", id);
	else
		say(m, words[m->query->order]);
}

/* The place NEAR objects further on, or none where the list ends before. */
static int find_bound(struct maker *m, struct store *store, const struct list_mark *mark,
		      struct list_mark *out, struct fault *why)
{
	SCOPED(rows_drop) struct rows *rows = NULL;
	const char *number;
	size_t len;
	int ret;

	*out = (struct list_mark){ 0 };
	begin(m, list_by_time(m->query->order) ? "SELECT o.id, o.updated_at, NULL FROM objects o WHERE true"
		 : m->query->order == LIST_NUMBER ? "SELECT o.id, NULL, o.number FROM objects o WHERE true"
						  : "SELECT o.id, NULL, NULL FROM objects o WHERE true");
	say_kind(m);
	say_mark(m, mark, false, "o.id");
	say_order(m, "o.id");
	put(m, " LIMIT 1 OFFSET ", value_int(NEAR));
	if ((ret = list_plan_run(store, m->plan, &rows, why)) < 0 || (ret = rows_next(rows, why)) <= 0)
		return ret;
	number = rows_text(rows, 2, &len);
	*out = (struct list_mark){ .set = true,
				   .id = rows_int(rows, 0),
				   .updated_at = rows_int(rows, 1),
				   .number = number ? arena_copy_bytes(m->mem, number, len) : NULL };
	return 0;
}

int list_plan_page(struct store *store, const struct list_query *query, const struct filter *filter,
		   const struct list_mark *mark, struct arena *mem, struct list_plan *out, struct fault *why)
{
	struct maker m = { .query = query, .mem = mem, .plan = out };
	const struct filter *walk = NULL;
	struct list_mark bound = { 0 };
	bool few = false;
	const char *id;
	int ret = 0;

	take_apart(&m, filter);
	if (filter && (ret = choose(&m, store, &walk, &few, why)) == 0 && !walk && !few)
		ret = find_bound(&m, store, mark, &bound, why);
	if (ret < 0)
		return ret;
	out->bounded = bound.set;
	begin(&m, "");
	id = say_walk(&m, walk);
	say_kind(&m);
	for (size_t i = 0; i < m.part_count; i++) {
		if (m.parts[i] == walk)
			continue;
		say(&m, " AND ");
		say_check(&m, m.parts[i], id);
	}
	say_mark(&m, mark, false, id);
	say_mark(&m, &bound, true, id);
	say_order(&m, id);
	put(&m, " LIMIT ", value_int(query->limit + 1));
	return 0;
}

void list_plan_term(const struct list_query *query, const struct filter *term, struct arena *mem,
		    struct list_plan *out)
{
	struct maker m = { .query = query, .mem = mem, .plan = out };

	begin(&m, "");
	say_set(&m, term);
}

/* Along the index of facets, whatever the space. */
static void say_values(struct maker *m, const struct list_mark *mark)
{
	say(m, "SELECT object FROM facets");
	put(m, " WHERE kind=", value_text(m->query->kind));
	put(m, " AND name=", value_text(m->query->by));
	if (mark->set) {
		put(m, " AND (value, object)>(", value_text(mark->value));
		put(m, ", ", value_int(mark->id));
		say(m, ")");
	}
	say(m, " ORDER BY value, object");
}

void list_plan_all(const struct list_query *query, const struct list_mark *mark, struct arena *mem,
		   struct list_plan *out)
{
	struct maker m = { .query = query, .mem = mem, .plan = out };

	begin(&m, "");
	if (query->order == LIST_BY && query->by) {
		say_values(&m, mark);
		return;
	}
	say_walk(&m, NULL);
	say_kind(&m);
	say_mark(&m, mark, false, "o.id");
	say_order(&m, "o.id");
}
