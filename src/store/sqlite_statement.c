#include "store/sqlite_statement.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum { MADE = 32, FIRST_SLOTS = 256 };

struct statements {
	sqlite3 *db;
	struct statement **slots; /* literals, open addressing by address */
	size_t room, count;       /* room is a power of two, at most half full */
	struct statement *made[MADE];
	uint64_t asked;
};

static size_t slot_of(const struct statements *all, const char *literal)
{
	uint64_t h = (uint64_t)(uintptr_t)literal * UINT64_C(0x9E3779B97F4A7C15);
	size_t i = (size_t)(h >> 32) & (all->room - 1);

	while (all->slots[i] && all->slots[i]->literal != literal)
		i = (i + 1) & (all->room - 1);
	return i;
}

static void grow(struct statements *all)
{
	struct statement **old = all->slots;
	size_t room = all->room;

	all->room = room * 2;
	all->slots = must_alloc(all->room * sizeof(struct statement *));
	for (size_t i = 0; i < room; i++)
		if (old[i])
			all->slots[slot_of(all, old[i]->literal)] = old[i];
	free(old);
}

struct statements *statements_new(sqlite3 *db)
{
	struct statements *all = must_alloc(sizeof(*all));

	all->db = db;
	all->room = FIRST_SLOTS;
	all->slots = must_alloc(all->room * sizeof(struct statement *));
	return all;
}

static void statement_free(struct statement *s)
{
	if (!s)
		return;
	sqlite3_finalize(s->stmt);
	free(s->value);
	free(s);
}

void statements_free(struct statements *all)
{
	if (!all)
		return;
	for (size_t i = 0; i < all->room; i++)
		statement_free(all->slots[i]);
	for (size_t i = 0; i < MADE; i++)
		statement_free(all->made[i]);
	free(all->slots);
	free(all);
}

static int prepare(sqlite3 *db, const char *sql, struct statement **out)
{
	struct statement *s = must_alloc(sizeof(*s));
	int rc = sqlite3_prepare_v3(db, sql, -1, SQLITE_PREPARE_PERSISTENT, &s->stmt, NULL);

	if (rc != SQLITE_OK) {
		statement_free(s);
		return rc;
	}
	s->params = sqlite3_bind_parameter_count(s->stmt);
	s->value = must_alloc((size_t)s->params * sizeof(*s->value));
	for (int i = 0; i < s->params; i++) {
		const char *name = sqlite3_bind_parameter_name(s->stmt, i + 1);

		/* "$2" takes the second value; 0 is refused when values are bound. */
		s->value[i] = name && *name == '$' ? (unsigned short)strtoul(name + 1, NULL, 10) : 0;
	}
	*out = s;
	return SQLITE_OK;
}

static int take_literal(struct statements *all, const char *sql, struct statement **out)
{
	size_t i = slot_of(all, sql);
	int rc;

	*out = all->slots[i];
	if (*out) {
		/* Another text at the same address: it was no literal. */
		assert(!strcmp(sqlite3_sql((*out)->stmt), sql));
		return (*out)->busy ? prepare(all->db, sql, out) : SQLITE_OK;
	}
	if ((rc = prepare(all->db, sql, out)) != SQLITE_OK)
		return rc;
	(*out)->literal = sql;
	(*out)->kept = true;
	all->slots[i] = *out;
	if (++all->count * 2 > all->room)
		grow(all);
	return SQLITE_OK;
}

/* The place of `sql`, or else the one to give up: empty, or longest unused. */
static size_t place_of(const struct statements *all, const char *sql)
{
	size_t oldest = 0;

	for (size_t i = 0; i < MADE; i++) {
		const struct statement *s = all->made[i], *least = all->made[oldest];

		if (s && !s->busy && !strcmp(sqlite3_sql(s->stmt), sql))
			return i;
		if (!least || (!least->busy && s && (s->busy || s->used >= least->used)))
			continue;
		oldest = i;
	}
	return oldest;
}

static int take_made(struct statements *all, const char *sql, struct statement **out)
{
	size_t i = place_of(all, sql);
	struct statement *s = all->made[i];
	int rc;

	if (s && !s->busy && !strcmp(sqlite3_sql(s->stmt), sql)) {
		*out = s;
		return SQLITE_OK;
	}
	if ((rc = prepare(all->db, sql, out)) != SQLITE_OK || (s && s->busy))
		return rc;
	statement_free(s);
	(*out)->kept = true;
	all->made[i] = *out;
	return SQLITE_OK;
}

int statements_take(struct statements *all, const char *sql, bool made, struct statement **out)
{
	int rc = made ? take_made(all, sql, out) : take_literal(all, sql, out);

	if (rc != SQLITE_OK)
		return rc;
	(*out)->busy = true;
	(*out)->used = ++all->asked;
	return SQLITE_OK;
}

void statements_give(struct statements *all, struct statement *s)
{
	(void)all;
	if (!s->kept) {
		statement_free(s);
		return;
	}
	sqlite3_reset(s->stmt);
	sqlite3_clear_bindings(s->stmt);
	s->busy = false;
}

static int bind_one(sqlite3_stmt *stmt, int at, const struct value *v, bool copy)
{
	sqlite3_destructor_type how = copy ? SQLITE_TRANSIENT : SQLITE_STATIC;

	switch (v->type) {
	case VALUE_INT:
		return sqlite3_bind_int64(stmt, at, v->number);
	case VALUE_TEXT:
		return sqlite3_bind_text64(stmt, at, v->bytes, v->len, how, SQLITE_UTF8);
	case VALUE_BLOB:
		return sqlite3_bind_blob64(stmt, at, v->bytes, v->len, how);
	case VALUE_NULL:
		break;
	}
	return sqlite3_bind_null(stmt, at);
}

int statement_bind(struct statement *s, const struct value *args, size_t count, bool copy, struct fault *why)
{
	unsigned highest = 0;

	for (int i = 0; i < s->params; i++) {
		unsigned n = s->value[i];

		if (n > highest)
			highest = n;
		if (!n || n > count)
			return fault_set(why, FAULT_INVALID,
					 "statement asks for value %s and gets %zu: %.300s",
					 n ? sqlite3_bind_parameter_name(s->stmt, i + 1) : "without a number",
					 count, sqlite3_sql(s->stmt));
		if (bind_one(s->stmt, i + 1, &args[n - 1], copy) != SQLITE_OK)
			return fault_set(why, FAULT_LIMIT,
					 "value $%u of %zu bytes is longer than the store takes", n,
					 args[n - 1].len);
	}
	if (highest != count)
		return fault_set(why, FAULT_INVALID, "statement asks for %u values and gets %zu: %.300s",
				 highest, count, sqlite3_sql(s->stmt));
	return 0;
}
