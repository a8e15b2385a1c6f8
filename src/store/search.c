#include "store/search.h"

#include <string.h>

#include "store/tokens.h"

/* Begins the token that tells the kind; no text has it, since private
 * characters split. The second stands for what a token may not hold. */
#define KIND_MARK "\xee\x80\x80"
#define KIND_FILL "\xee\x80\x81"

static void put_kind(struct buf *out, const char *kind)
{
	buf_text(out, KIND_MARK);
	for (; *kind; kind++)
		if ((*kind >= 'a' && *kind <= 'z') || (*kind >= '0' && *kind <= '9'))
			buf_char(out, *kind);
		else
			buf_text(out, KIND_FILL);
}

/* Nothing is appended for a text without words. */
static int words_of(struct store *store, int64_t object, const char *text, struct buf *out, struct fault *why)
{
	SCOPED(arena_drop) struct arena *mem = arena_new();
	SCOPED(buf_fini) struct buf tokens = { 0 };
	char *kind;
	int ret;

	tokens_document(&tokens, text, strlen(text));
	if (!tokens.len)
		return 0;
	if ((ret = store_text(store, "SELECT kind FROM objects WHERE id = $1", VALUES(value_int(object)), mem,
			      &kind, why)) < 0)
		return ret;
	put_kind(out, kind);
	buf_char(out, ' ');
	buf_put(out, tokens.data, tokens.len);
	return 0;
}

/* 1 and the words, or 0 where the object was never fed. */
static int fed(struct store *store, int64_t object, struct buf *out, struct fault *why)
{
	SCOPED(rows_drop) struct rows *rows = NULL;
	const char *words;
	size_t len;
	int ret;

	if ((ret = store_query(store, "SELECT words FROM search_fed WHERE object = $1",
			       VALUES(value_int(object)), &rows, why)) < 0 ||
	    (ret = rows_next(rows, why)) <= 0)
		return ret;
	words = rows_text(rows, 0, &len);
	buf_put(out, words, len);
	return 1;
}

static int forget(struct store *store, int64_t object, const struct buf *old, struct fault *why)
{
	return store_run(store, "INSERT INTO search(search, rowid, words) VALUES('delete', $1, $2)",
			 VALUES(value_int(object), value_text_n(old->data, old->len)), NULL, why);
}

static int feed(struct store *store, int64_t object, const struct buf *words, struct fault *why)
{
	const struct value args[] = { value_int(object), value_text_n(words->data, words->len) };
	int ret;

	if ((ret = store_run(store, "INSERT INTO search(rowid, words) VALUES($1, $2)", args, 2, NULL, why)) <
	    0)
		return ret;
	return store_run(store,
			 "INSERT INTO search_fed(object, words) VALUES($1, $2)"
			 " ON CONFLICT(object) DO UPDATE SET words = excluded.words",
			 args, 2, NULL, why);
}

int search_feed(struct store *store, int64_t object, const char *text, struct fault *why)
{
	SCOPED(buf_fini) struct buf words = { 0 };
	SCOPED(buf_fini) struct buf old = { 0 };
	int ret, was;

	if ((ret = words_of(store, object, text, &words, why)) < 0)
		return ret;
	if (!words.len)
		return search_forget(store, object, why);
	if ((was = fed(store, object, &old, why)) < 0)
		return was;
	if (was && old.len == words.len && !memcmp(old.data, words.data, old.len))
		return 0;
	if (was && (ret = forget(store, object, &old, why)) < 0)
		return ret;
	return feed(store, object, &words, why);
}

int search_forget(struct store *store, int64_t object, struct fault *why)
{
	SCOPED(buf_fini) struct buf old = { 0 };
	int ret;

	if ((ret = fed(store, object, &old, why)) <= 0 || (ret = forget(store, object, &old, why)) < 0)
		return ret;
	return store_run(store, "DELETE FROM search_fed WHERE object = $1", VALUES(value_int(object)), NULL,
			 why);
}

int search_forget_all(struct store *store, struct fault *why)
{
	int ret = store_run(store, "INSERT INTO search(search) VALUES('delete-all')", NO_VALUES, NULL, why);

	return ret < 0 ? ret : store_run(store, "DELETE FROM search_fed", NO_VALUES, NULL, why);
}

int search_purge(struct store *store, struct fault *why)
{
	return store_run(store, "INSERT INTO search(search) VALUES('optimize')", NO_VALUES, NULL, why);
}

void search_match_kind(struct buf *out, const char *kind)
{
	buf_char(out, '"');
	put_kind(out, kind);
	buf_char(out, '"');
}

bool search_match(struct buf *out, const char *text, size_t len)
{
	SCOPED(buf_fini) struct buf tokens = { 0 };
	bool prefix;

	if (!tokens_query(&tokens, &prefix, text, len))
		return false;
	buf_format(out, " AND \"%s\"%s", tokens.data, prefix ? " *" : "");
	return true;
}

bool search_like(struct buf *out, const char *text, size_t len)
{
	SCOPED(buf_fini) struct buf tokens = { 0 };
	bool prefix;

	if (!tokens_query(&tokens, &prefix, text, len))
		return false;
	buf_format(out, "%% %s%s%%", tokens.data, prefix ? "" : " ");
	return true;
}
