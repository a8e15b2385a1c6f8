#include "store/facet.h"

#include <stdio.h>
#include <string.h>

#include "store/column_private.h"
#include "store/store_private.h"

int facet_put(struct store *store, const char *kind, const char *name, int64_t object, const char *value,
	      struct fault *why)
{
	const int ret = store_run(
		store,
		"INSERT INTO facets(kind, name, value, object) VALUES($1, $2, $3, $4) ON CONFLICT DO NOTHING",
		VALUES(value_text(kind), value_text(name), value_text(value), value_int(object)), NULL, why);

	if (ret >= 0)
		column_put(store, kind, name, object, value);
	return ret;
}

int facet_drop(struct store *store, const char *kind, const char *name, int64_t object, struct fault *why)
{
	const int ret = store_run(store, "DELETE FROM facets WHERE object = $1 AND name = $2",
				  VALUES(value_int(object), value_text(name)), NULL, why);

	if (ret >= 0)
		column_drop(store, kind, name, object);
	return ret;
}

void facet_born(struct store *store, const char *kind, int space, int64_t object)
{
	const char digits[] = { (char)('0' + space), '\0' };

	column_put(store, kind, "", object, digits);
}

int facet_clear(struct store *store, struct fault *why)
{
	column_forget(store);
	store->column_writes++;
	return store_run(store, "DELETE FROM facets", NO_VALUES, NULL, why);
}

/* From a column: the ids in the order of the numbers of their values. From the table: its rows. */
struct facet_walk {
	const struct list_ids *ids;
	const struct column *column;
	int64_t *line;
	size_t count, done;
	uint16_t number; /* of the value that goes on */
	struct rows *rows;
	char *value;
	struct arena *mem;
};

static inline int64_t next_id(const struct list_ids *ids, int64_t from)
{
	for (int64_t word = from / 64; from <= ids->most; from = ++word * 64) {
		const uint64_t rest = ids->words[word] >> (from % 64);

		if (rest)
			return from + __builtin_ctzll(rest);
	}
	return ids->most + 1;
}

/* Counted first, so that each finds its place at once. */
static void line_up(struct facet_walk *walk, struct arena *mem)
{
	const struct column *column = walk->column;
	size_t *begin = arena_many(mem, column->count + 2, sizeof(*begin));
	int64_t id;

	for (id = next_id(walk->ids, 0); id <= walk->ids->most; id = next_id(walk->ids, id + 1))
		begin[column_has(column, id)]++;
	begin[0] = 0; /* who has none is not walked */
	for (size_t i = 1; i <= column->count; i++)
		begin[i] += begin[i - 1];
	walk->count = begin[column->count];
	walk->line = arena_many(mem, walk->count + 1, sizeof(*walk->line));
	for (id = next_id(walk->ids, 0); id <= walk->ids->most; id = next_id(walk->ids, id + 1)) {
		const uint16_t number = column_has(column, id);

		if (number)
			walk->line[begin[number - 1]++] = id;
	}
}

int facet_walk(struct store *store, const char *kind, const char *name, const struct list_ids *ids,
	       struct arena *mem, struct facet_walk **out, struct fault *why)
{
	struct facet_walk *walk = arena_take(mem, sizeof(*walk));
	int ret;

	walk->ids = ids;
	walk->mem = mem;
	if ((ret = column_of(store, kind, name, &walk->column, why)) < 0)
		return ret;
	if (walk->column)
		line_up(walk, mem);
	else
		ret = store_query(store, "SELECT value, object FROM facets WHERE kind = $1 AND name = $2",
				  VALUES(value_text(kind), value_text(name)), &walk->rows, why);
	*out = ret < 0 ? NULL : walk;
	return ret;
}

static int next_row(struct facet_walk *walk, const char **value, int64_t *id, struct fault *why)
{
	const char *text;
	int ret;

	do {
		if ((ret = rows_next(walk->rows, why)) != 1)
			return ret;
		*id = rows_int(walk->rows, 1);
	} while (!list_has(walk->ids, *id));
	text = rows_text(walk->rows, 0, NULL);
	*value = NULL;
	if (!walk->value || strcmp(walk->value, text))
		*value = walk->value = arena_copy(walk->mem, text);
	return 1;
}

int facet_next(struct facet_walk *walk, const char **value, int64_t *id, struct fault *why)
{
	uint16_t number;

	if (!walk->column)
		return next_row(walk, value, id, why);
	if (walk->done == walk->count)
		return 0;
	*id = walk->line[walk->done++];
	number = column_has(walk->column, *id);
	*value = number == walk->number ? NULL : walk->column->values[number];
	walk->number = number;
	return 1;
}

void facet_walk_drop(struct facet_walk **walk)
{
	if (*walk)
		rows_close((*walk)->rows);
	*walk = NULL;
}
