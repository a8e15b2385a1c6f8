#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "store/facet.h"
#include "store/filter.h"
#include "store/list.h"
#include "store/search.h"

/*
 * Property: a filter is refused with a reason, or it is written out and read
 * back the same; and what is read the engine takes, gives a page that stops
 * at its limit, and never fails for want of memory or words. The first byte
 * picks the order; a cursor follows up to the first line end.
 */

static const char *const fields[] = { "level", "open", "unit", "discovered", "a" };
enum { FIELDS = sizeof(fields) / sizeof(*fields) };

static struct store *filled(void)
{
	struct store *store = NULL;
	struct store_txn *txn = NULL;

	if (store_open(&store_sqlite, ":memory:", STORE_WRITE, &store, NULL) < 0 ||
	    store_schema(store, NULL) < 0 || store_begin(store, &txn, NULL) < 0)
		abort();
	for (int64_t id = 1; id <= 20; id++)
		if (store_run(store,
			      "INSERT INTO objects(id, space, kind, number, states, body, pack, version, "
			      "created_at,"
			      " updated_at) VALUES($1, 1, 'incident', 'INC-' || $1, '{}', '{}', '', 1, 0, $1 "
			      "% 7)",
			      VALUES(value_int(id)), NULL, NULL) < 0 ||
		    facet_put(store, "incident", "level", id, (const char[]){ (char)('0' + id % 5), '\0' },
			      NULL) < 0 ||
		    search_feed(store, id, id % 2 ? "网站被篡改 nginx" : "a b c", NULL) < 0)
			abort();
	if (store_commit(&txn, NULL) < 0)
		abort();
	return store;
}

static void read_back_the_same(const struct filter *filter, struct arena *mem)
{
	SCOPED(buf_fini) struct buf once = { 0 }, twice = { 0 };
	struct filter *again = NULL;
	struct fault why = { 0 };
	int ret;

	if (!filter)
		return;
	filter_write(&once, filter);
	ret = filter_parse(once.data, once.len, fields, FIELDS, mem, &again, &why);
	/* Quotes and signs that were left out can make it too long. */
	if (ret == -FAULT_LIMIT && once.len > FILTER_BYTES)
		return;
	assert(ret == 0 && again);
	filter_write(&twice, again);
	assert(once.len == twice.len && !memcmp(once.data, twice.data, once.len));
}

static void ask(struct store *store, const char *filter, const char *after, int order, struct arena *mem)
{
	const struct list_query query = { .kind = "incident",
					  .space = 1,
					  .filter = filter,
					  .fields = fields,
					  .field_count = FIELDS,
					  .order = (enum list_order)(order % 5),
					  .by = "level",
					  .after = after,
					  .limit = 7 };
	struct list_page page = { 0 };
	struct fault why = { 0 };
	int ret = list_run(store, &query, mem, &page, &why);

	assert(ret <= 0 && page.count <= 7);
	if (ret == 0)
		return;
	assert(why.text[0] && why.code == -ret);
	assert(ret == -FAULT_INVALID || ret == -FAULT_LIMIT);
	/* The engine must never be the one that finds it wrong. */
	assert(strncmp(why.text, ":memory:", 8) != 0 && strncmp(why.text, "statement", 9) != 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	SCOPED(arena_drop) struct arena *mem = arena_new();
	static struct store *store;
	struct filter *filter = NULL;
	struct fault why = { 0 };
	char *text, *line;
	int ret;

	if (!store)
		store = filled();
	if (size < 1)
		return 0;
	text = arena_copy_bytes(mem, data + 1, size - 1);
	line = memchr(text, '\n', strlen(text));
	ret = filter_parse(text, size - 1, fields, FIELDS, mem, &filter, &why);
	if (ret == 0)
		read_back_the_same(filter, mem);
	else
		assert(!filter && why.text[0]);
	ask(store, text, NULL, data[0], mem);
	if (line) {
		*line = '\0';
		ask(store, line + 1, text, data[0], mem);
	}
	return 0;
}
