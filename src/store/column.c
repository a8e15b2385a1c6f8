#include <stdlib.h>
#include <string.h>

#include "store/column_private.h"
#include "store/store_private.h"

/* A column and what is needed to keep it. */
struct columns {
	struct column face;
	struct columns *next;
	char *kind, *name;
	char **values;
	size_t value_room;
	uint16_t *at;
	uint16_t places[2 * COLUMN_VALUES]; /* of values by hash; 0: free */
	uint64_t asked;                     /* the later, the greater */
	bool refused;                       /* cannot be kept, and need not be tried again */
};

enum { PLACES = 2 * COLUMN_VALUES, ROOM_LEAST = 1024 };
_Static_assert(COLUMN_VALUES < UINT16_MAX, "a value has a number of 16 bits");
_Static_assert((PLACES & (PLACES - 1)) == 0, "the hash is masked");

static void empty(struct columns *c)
{
	for (size_t i = 1; i <= c->face.count; i++)
		free(c->values[i]);
	free(c->values);
	free(c->at);
	c->values = NULL;
	c->at = NULL;
	c->value_room = 0;
	c->face = (struct column){ 0 };
}

static void give_up(struct columns *c)
{
	empty(c);
	c->refused = true;
}

static size_t hash_of(const char *value)
{
	uint64_t hash = UINT64_C(14695981039346656037); /* FNV-1a */

	for (; *value; value++)
		hash = (hash ^ (unsigned char)*value) * UINT64_C(1099511628211);
	return (size_t)(hash >> 20) & (PLACES - 1);
}

/* 0 where there are too many. */
static uint16_t number_of(struct columns *c, const char *value)
{
	size_t place = hash_of(value);

	for (; c->places[place]; place = (place + 1) & (PLACES - 1))
		if (!strcmp(c->values[c->places[place]], value))
			return c->places[place];
	if (c->face.count == COLUMN_VALUES)
		return 0;
	if (c->face.count + 1 >= c->value_room) {
		c->value_room = c->value_room ? 2 * c->value_room : 16;
		c->values = must_grow(c->values, c->value_room * sizeof(*c->values));
		c->values[0] = NULL;
		c->face.values = (const char *const *)c->values;
	}
	c->values[++c->face.count] = must_copy(value);
	return c->places[place] = (uint16_t)c->face.count;
}

static void make_room(struct columns *c, int64_t id)
{
	int64_t room = c->face.room ? c->face.room : ROOM_LEAST;

	if (id < c->face.room)
		return;
	while (room <= id)
		room += room / 2;
	c->at = must_grow(c->at, (size_t)room * sizeof(*c->at));
	memset(c->at + c->face.room, 0, (size_t)(room - c->face.room) * sizeof(*c->at));
	c->face.room = room;
	c->face.at = c->at;
}

static void put(struct columns *c, int64_t id, const char *value)
{
	uint16_t number;

	if (c->refused)
		return;
	if (id < 0 || id * (int64_t)sizeof(*c->at) >= COLUMN_BYTES || !(number = number_of(c, value))) {
		give_up(c);
		return;
	}
	make_room(c, id);
	/* A second value: one number a record cannot say it. */
	if (c->at[id] && c->at[id] != number)
		give_up(c);
	else
		c->at[id] = number;
}

static struct columns *find(struct store *store, const char *kind, const char *name)
{
	struct columns *c = store->columns;

	while (c && (strcmp(c->name, name) || strcmp(c->kind, kind)))
		c = c->next;
	return c;
}

static int read_all(struct store *store, struct columns *c, struct fault *why)
{
	static const char *const sql[] = {
		"SELECT value, object FROM facets WHERE kind = $1 AND name = $2",
		"SELECT space, id FROM objects WHERE kind = $1",
	};
	const bool space = !*c->name;
	const struct value args[] = { value_text(c->kind), value_text(c->name) };
	SCOPED(rows_drop) struct rows *rows = NULL;
	int ret;

	if ((ret = store_query(store, sql[space], args, space ? 1 : 2, &rows, why)) < 0)
		return ret;
	while (!c->refused && (ret = rows_next(rows, why)) == 1)
		put(c, rows_int(rows, 1), rows_text(rows, 0, NULL));
	return ret < 0 ? ret : 0;
}

static void end(struct columns *c)
{
	empty(c);
	free(c->kind);
	free(c->name);
	free(c);
}

/* Which of the kept ones was asked for longest ago, and how much all of them take. */
static struct columns *stalest(struct store *store, size_t *bytes)
{
	struct columns *found = NULL;

	*bytes = 0;
	for (struct columns *c = store->columns; c; c = c->next) {
		*bytes += (size_t)c->face.room * sizeof(*c->at);
		if (c->asked + COLUMN_IN_USE < store->asked && (!found || c->asked < found->asked))
			found = c;
	}
	return found;
}

static void make_way(struct store *store)
{
	struct columns *old;
	size_t bytes;

	while ((old = stalest(store, &bytes)) && bytes > COLUMN_BYTES) {
		struct columns **at = &store->columns;

		while (*at != old)
			at = &(*at)->next;
		*at = old->next;
		end(old);
	}
}

static int begin(struct store *store, const char *kind, const char *name, struct columns **out,
		 struct fault *why)
{
	struct columns *c = must_alloc(sizeof(*c));
	int ret;

	c->kind = must_copy(kind);
	c->name = must_copy(name);
	if ((ret = read_all(store, c, why)) < 0) {
		end(c);
		return ret;
	}
	make_way(store);
	c->next = store->columns;
	store->columns = *out = c;
	return 0;
}

int column_of(struct store *store, const char *kind, const char *name, const struct column **out,
	      struct fault *why)
{
	struct columns *c;
	int ret;

	*out = NULL;
	if (store->mode != STORE_WRITE)
		return 0;
	if (!(c = find(store, kind, name)) && (ret = begin(store, kind, name, &c, why)) < 0)
		return ret;
	c->asked = ++store->asked;
	*out = c->refused ? NULL : &c->face;
	return 0;
}

const struct column *column_kept(struct store *store, const char *kind, const char *name)
{
	struct columns *c = find(store, kind, name);

	if (!c || c->refused)
		return NULL;
	c->asked = ++store->asked;
	return &c->face;
}

void column_put(struct store *store, const char *kind, const char *name, int64_t id, const char *value)
{
	struct columns *c = find(store, kind, name);

	store->column_writes++;
	if (c)
		put(c, id, value);
}

void column_drop(struct store *store, const char *kind, const char *name, int64_t id)
{
	struct columns *c = find(store, kind, name);

	store->column_writes++;
	if (c && column_has(&c->face, id))
		c->at[id] = 0;
}

void column_forget(struct store *store)
{
	while (store->columns) {
		struct columns *next = store->columns->next;

		end(store->columns);
		store->columns = next;
	}
}
