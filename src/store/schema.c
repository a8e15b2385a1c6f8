#include "store/schema.h"

#include <assert.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "store/store.h"
#include "store/store_private.h"

/* What each version added to the one before; version 1 made it all. */
static const char *const steps[STORE_SCHEMA + 1] = {
	[1] = store_tables,
	[2] = store_tables_2,
	[3] = store_tables_3,
	[4] = store_tables_4,
};

/* 0 where the store is empty. */
static int version_of(struct store *store, int64_t *out, struct fault *why)
{
	SCOPED(arena_drop) struct arena *mem = arena_new();
	int64_t tables;
	char *text;
	bool has;
	int ret;

	if ((ret = store->driver->census(store->engine, "meta", &tables, &has, why)) < 0)
		return ret;
	if (!tables) {
		*out = 0;
		return 0;
	}
	if (!has)
		return fault_set(why, FAULT_CORRUPT,
				 "%s is a database of something else: it has %" PRId64
				 " tables and none is 'meta'",
				 store->path, tables);
	if ((ret = store_text(store, "SELECT value FROM meta WHERE name='schema'", NO_VALUES, mem, &text,
			      why)) < 0)
		return fault_within(why, "%s does not say which version wrote it", store->path);
	*out = strtoll(text, NULL, 10);
	return 0;
}

static int newer(const struct store *store, int64_t version, struct fault *why)
{
	return fault_set(why, FAULT_NEWER,
			 "%s was written in schema version %" PRId64 "; this program knows versions up to %d",
			 store->path, version, STORE_SCHEMA);
}

int schema_admit(struct store *store, struct fault *why)
{
	int64_t version;
	int ret;

	if ((ret = version_of(store, &version, why)) < 0)
		return ret;
	return version > STORE_SCHEMA ? newer(store, version, why) : 0;
}

/* The text with the engine's own words for the tokens. */
static void speak(const struct store_driver *driver, const char *text, struct buf *out)
{
	const struct {
		const char *token, *word;
	} words[] = {
		{ "@INT", driver->int_word },
		{ "@PK", driver->pk_words },
		{ "@BLOB", driver->blob_word },
		{ "@STRICT", driver->strict_word },
	};

	for (const char *at; (at = strchr(text, '@'));) {
		size_t i = 0;

		buf_put(out, text, (size_t)(at - text));
		while (i < 4 && strncmp(at, words[i].token, strlen(words[i].token)) != 0)
			i++;
		assert(i < 4);
		buf_text(out, words[i].word);
		text = at + strlen(words[i].token);
	}
	buf_text(out, text);
}

static int make(struct store *store, int version, struct fault *why)
{
	SCOPED(buf_fini) struct buf sql = { 0 };
	int ret;

	speak(store->driver, steps[version], &sql);
	if (version == 1)
		speak(store->driver, store->driver->search_tables, &sql);
	if ((ret = store->driver->script(store->engine, sql.data, why)) < 0)
		return fault_within(why, "schema version %d", version);
	return 0;
}

static int step_to(struct store *store, int version, struct fault *why)
{
	static const char note[] = "INSERT INTO meta(name, value) VALUES('schema', $1)"
				   " ON CONFLICT(name) DO UPDATE SET value = excluded.value";
	SCOPED(store_txn_drop) struct store_txn *txn = NULL;
	const char digits[] = { (char)('0' + version), '\0' };
	int ret;

	_Static_assert(STORE_SCHEMA < 10, "digits holds one");
	if ((ret = store_begin(store, &txn, why)) < 0 || (ret = make(store, version, why)) < 0 ||
	    (ret = store_run(store, note, VALUES(value_text(digits)), NULL, why)) < 0)
		return ret;
	return store_commit(&txn, why);
}

int schema_raise(struct store *store, int version, struct fault *why)
{
	int64_t has;
	int ret;

	if ((ret = version_of(store, &has, why)) < 0)
		return ret;
	for (int next = (int)has + 1; next <= version; next++)
		if ((ret = step_to(store, next, why)) < 0)
			return ret;
	return 0;
}

int store_schema(struct store *store, struct fault *why)
{
	int64_t version;
	int ret;

	if ((ret = version_of(store, &version, why)) < 0)
		return ret;
	if (version > STORE_SCHEMA)
		return newer(store, version, why);
	if (version < STORE_SCHEMA && store->mode == STORE_READ)
		return fault_set(why, FAULT_INVALID,
				 "%s is in schema version %" PRId64
				 " and open for reading only; %d is needed",
				 store->path, version, STORE_SCHEMA);
	return schema_raise(store, STORE_SCHEMA, why);
}
