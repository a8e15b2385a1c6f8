#include "store/facet.h"

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* What is counted from memory against what the table says: after every batch, kept or not,
 * a field is walked once as it is kept, and counted anew by the engine. */

enum { RECORDS = 700, BATCHES = 400 };

static const char *const names[] = { "state", "unit", "many", "title" };
static const char *const states[] = { "received", "triage", "verify", "contain", "closed" };

static struct store *store;
static int64_t last;
static uint64_t seed = 1405;

static unsigned dice(unsigned sides)
{
	seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return (unsigned)(seed >> 33) % sides;
}

static void done(int ret, const struct fault *why)
{
	if (ret < 0)
		fail_msg("%s", why->text);
}

static void put(int64_t id, const char *name, const char *value)
{
	struct fault why = { 0 };

	done(facet_put(store, "case", name, id, value, &why), &why);
}

static void born(void)
{
	const int space = 1 + !dice(10);
	const int64_t id = ++last;
	struct fault why = { 0 };
	char text[32];

	done(store_run(store,
		       "INSERT INTO objects(id, space, kind, number, states, body, pack, version, created_at,"
		       " updated_at) VALUES($1, $2, 'case', NULL, '{}', '{}', '', 1, 0, 0)",
		       VALUES(value_int(id), value_int(space)), NULL, &why),
	     &why);
	facet_born(store, "case", space, id);
	put(id, "state", "received");
	snprintf(text, sizeof(text), "unit %u", dice(40));
	put(id, "unit", text);
	put(id, "many", "a");
	if (!dice(3))
		put(id, "many", "b");
	snprintf(text, sizeof(text), "title %" PRId64, id);
	put(id, "title", text);
}

static void move(void)
{
	const int64_t id = 1 + dice((unsigned)last);
	struct fault why = { 0 };
	char unit[32];

	done(facet_drop(store, "case", "state", id, &why), &why);
	put(id, "state", states[dice(5)]);
	if (dice(4))
		return;
	done(facet_drop(store, "case", "unit", id, &why), &why);
	snprintf(unit, sizeof(unit), "unit %u", dice(60));
	if (dice(3))
		put(id, "unit", unit);
}

/* Marks inside one another, some of them undone; the batch too may come to nothing. */
static void batch(void)
{
	const int64_t before = last;
	struct store_txn *txn = NULL;
	struct fault why = { 0 };

	done(store_begin(store, &txn, &why), &why);
	for (unsigned n = dice(12); n; n--) {
		const int64_t here = last;

		done(store_mark(store, &why), &why);
		if (last < RECORDS && !dice(3))
			born();
		if (last)
			move();
		if (dice(6)) {
			done(store_keep(store, &why), &why);
		} else {
			done(store_undo(store, &why), &why);
			last = here;
		}
	}
	if (dice(7)) {
		done(store_commit(&txn, &why), &why);
	} else {
		store_txn_drop(&txn);
		last = before;
	}
}

static int64_t recount(const char *name, const char *value)
{
	struct fault why = { 0 };
	int64_t count = -1;

	done(store_int(store,
		       "SELECT count(*) FROM facets f JOIN objects o ON o.id = f.object"
		       " WHERE f.kind = 'case' AND f.name = $1 AND f.value = $2 AND o.space = 1",
		       VALUES(value_text(name), value_text(value)), &count, &why),
	     &why);
	return count;
}

static int64_t recount_all(const char *name)
{
	struct fault why = { 0 };
	int64_t count = -1;

	done(store_int(store,
		       "SELECT count(*) FROM facets f JOIN objects o ON o.id = f.object"
		       " WHERE f.kind = 'case' AND f.name = $1 AND o.space = 1",
		       VALUES(value_text(name)), &count, &why),
	     &why);
	return count;
}

static void same_as_recounted(const char *name)
{
	SCOPED(arena_drop) struct arena *mem = arena_new();
	struct list_query query = { .kind = "case", .space = 1, .limit = 1 };
	SCOPED(facet_walk_drop) struct facet_walk *walk = NULL;
	const char *value, *now = NULL;
	int64_t id, count = 0, all = 0;
	struct fault why = { 0 };
	struct list_ids ids;
	int ret;

	done(list_ids(store, &query, mem, &ids, &why), &why);
	done(facet_walk(store, "case", name, &ids, mem, &walk, &why), &why);
	while ((ret = facet_next(walk, &value, &id, &why)) == 1) {
		if (value && now)
			assert_int_equal(count, recount(name, now));
		count = value ? 1 : count + 1;
		now = value ? arena_copy(mem, value) : now;
		all++;
	}
	done(ret, &why);
	if (now)
		assert_int_equal(count, recount(name, now));
	assert_int_equal(all, recount_all(name));
}

static void counts_equal_a_recount(void **state)
{
	(void)state;
	for (int i = 0; i < BATCHES; i++) {
		batch();
		for (size_t n = 0; n < sizeof(names) / sizeof(*names); n++)
			same_as_recounted(names[n]);
	}
	assert_true(last > RECORDS / 2);
}

/* More different values than are kept: it goes on as if nothing were. */
static void too_many_values(void **state)
{
	struct store_txn *txn = NULL;
	struct fault why = { 0 };
	char text[32];

	(void)state;
	same_as_recounted("title");
	done(store_begin(store, &txn, &why), &why);
	for (int i = 0; i < 5000; i++) {
		born();
		snprintf(text, sizeof(text), "name %d", i);
		put(last, "name", text);
		if (i == 10 || i == 4500)
			same_as_recounted("name");
	}
	done(store_commit(&txn, &why), &why);
	for (size_t n = 0; n < sizeof(names) / sizeof(*names); n++)
		same_as_recounted(names[n]);
	same_as_recounted("name");
}

static void cleared(void **state)
{
	struct store_txn *txn = NULL;
	struct fault why = { 0 };

	(void)state;
	done(store_begin(store, &txn, &why), &why);
	done(facet_clear(store, &why), &why);
	same_as_recounted("state");
	store_txn_drop(&txn);
	same_as_recounted("state");
}

static int make_store(void **state)
{
	struct fault why = { 0 };

	(void)state;
	done(store_open(&store_sqlite, ":memory:", STORE_WRITE, &store, &why), &why);
	done(store_schema(store, &why), &why);
	return 0;
}

static int drop_store(void **state)
{
	(void)state;
	store_close(store);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(counts_equal_a_recount),
		cmocka_unit_test(too_many_values),
		cmocka_unit_test(cleared),
	};

	return cmocka_run_group_tests(tests, make_store, drop_store);
}
