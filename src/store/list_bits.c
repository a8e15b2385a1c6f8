#include <string.h>

#include "store/column_private.h"
#include "store/list_private.h"

/* A filter over columns, 64 records at a time. */
struct list_bits {
	enum filter_type type;
	const struct column *column; /* FILTER_FIELD */
	const bool *good;            /* by number: the value passes */
	struct list_bits *first, *next;
};

static bool passes(const struct filter *f, const char *value)
{
	const int order = f->test == TEST_ANY ? 0 : strcmp(value, f->text);

	if (f->bound && !passes(f->bound, value))
		return false;
	return f->test == TEST_ANY || (f->test == TEST_IS && order == 0) ||
	       (f->test == TEST_LESS && order < 0) || (f->test == TEST_UP_TO && order <= 0) ||
	       (f->test == TEST_MORE && order > 0) || (f->test == TEST_FROM && order >= 0);
}

static int column_for(struct store *store, const char *kind, const char *name, bool load,
		      const struct column **out, struct fault *why)
{
	if (load)
		return column_of(store, kind, name, out, why);
	*out = column_kept(store, kind, name);
	return 0;
}

static int field_test(struct store *store, const struct list_query *query, const struct filter *f, bool load,
		      struct arena *mem, struct list_bits *out, struct fault *why)
{
	bool *good;
	int ret;

	if ((ret = column_for(store, query->kind, f->name, load, &out->column, why)) < 0)
		return ret;
	if (!out->column)
		return 0;
	out->good = good = arena_many(mem, out->column->count + 1, sizeof(*good));
	for (size_t i = 1; i <= out->column->count; i++)
		good[i] = passes(f, out->column->values[i]);
	return 1;
}

/* 1; 0 where it needs what is not kept. */
static int make(struct store *store, const struct list_query *query, const struct filter *f, bool load,
		struct arena *mem, struct list_bits **out, struct fault *why)
{
	struct list_bits *test = *out = arena_take(mem, sizeof(*test)), **last = &test->first;
	int ret = 1;

	test->type = f->type;
	if (f->type == FILTER_WORDS)
		return 0;
	if (f->type == FILTER_FIELD)
		return field_test(store, query, f, load, mem, test, why);
	for (const struct filter *child = f->first; ret == 1 && child; child = child->next) {
		ret = make(store, query, child, load, mem, last, why);
		last = &(*last)->next;
	}
	return ret;
}

int list_bits_of(struct store *store, const struct list_query *query, const struct filter *filter, bool load,
		 struct arena *mem, struct list_bits **out, struct fault *why)
{
	const char space[] = { (char)('0' + query->space), '\0' };
	const struct filter is = { .type = FILTER_FIELD, .test = TEST_IS, .name = "", .text = space };
	struct list_bits *all, *both;
	int ret;

	*out = NULL;
	if ((ret = make(store, query, &is, load, mem, &all, why)) <= 0)
		return ret;
	if (!filter) {
		*out = all;
		return 0;
	}
	if ((ret = make(store, query, filter, load, mem, &all->next, why)) <= 0)
		return ret;
	both = arena_take(mem, sizeof(*both));
	*both = (struct list_bits){ .type = FILTER_AND, .first = all };
	*out = both;
	return 0;
}

static uint64_t field_word(const struct list_bits *test, size_t i)
{
	const int64_t first = (int64_t)i * 64, rest = test->column->room - first;
	const uint16_t *at = test->column->at + first;
	uint64_t word = 0;

	for (int j = 0; j < 64 && j < rest; j++)
		word |= (uint64_t)test->good[at[j]] << j;
	return word;
}

uint64_t list_bits_word(const struct list_bits *test, size_t i)
{
	uint64_t word;

	if (test->type == FILTER_FIELD)
		return field_word(test, i);
	word = test->type == FILTER_OR ? 0 : UINT64_MAX;
	for (const struct list_bits *child = test->first; child; child = child->next) {
		if (test->type == FILTER_AND && !word)
			break;
		switch (test->type) {
		case FILTER_OR:
			word |= list_bits_word(child, i);
			break;
		case FILTER_NOT:
			word &= ~list_bits_word(child, i);
			break;
		default:
			word &= list_bits_word(child, i);
		}
	}
	return word;
}
