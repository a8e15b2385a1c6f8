#include "store/search.h"

#include <string.h>

#include "store/tokens.h"

/* Around the kind before a token, and for what a token may not hold. No text
 * has them, since private characters split. */
#define KIND_BEGIN "\xee\x80\x80"
#define KIND_END "\xee\x80\x81"
#define KIND_FILL "\xee\x80\x82"

static void put_kind(struct buf *out, const char *kind)
{
	buf_text(out, KIND_BEGIN);
	for (; *kind; kind++)
		if ((*kind >= 'a' && *kind <= 'z') || (*kind >= '0' && *kind <= '9'))
			buf_char(out, *kind);
		else
			buf_text(out, KIND_FILL);
	buf_text(out, KIND_END);
}

/* Tokens with a blank between, each behind the prefix. */
static void put_prefixed(struct buf *out, const char *prefix, size_t prefix_len, const char *tokens)
{
	while (*tokens) {
		size_t len = strcspn(tokens, " ");

		buf_put(out, prefix, prefix_len);
		buf_put(out, tokens, len);
		tokens += len;
		if (*tokens)
			buf_char(out, *tokens++);
	}
}

/* What is kept, "<kind> token token", as the index is told it. */
static void put_indexed(struct buf *out, const char *words)
{
	size_t kind = strcspn(words, " ");

	put_prefixed(out, words, kind, words[kind] ? words + kind + 1 : "");
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
	SCOPED(buf_fini) struct buf told = { 0 };

	put_indexed(&told, old->data);
	return store_run(store, "INSERT INTO search(search, rowid, words) VALUES('delete', $1, $2)",
			 VALUES(value_int(object), value_text_n(told.data, told.len)), NULL, why);
}

static int feed(struct store *store, int64_t object, const struct buf *words, struct fault *why)
{
	SCOPED(buf_fini) struct buf told = { 0 };
	int ret;

	put_indexed(&told, words->data);
	if ((ret = store_run(store, "INSERT INTO search(rowid, words) VALUES($1, $2)",
			     VALUES(value_int(object), value_text_n(told.data, told.len)), NULL, why)) < 0)
		return ret;
	return store_run(store,
			 "INSERT INTO search_fed(object, words) VALUES($1, $2)"
			 " ON CONFLICT(object) DO UPDATE SET words = excluded.words",
			 VALUES(value_int(object), value_text_n(words->data, words->len)), NULL, why);
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

bool search_match(struct buf *out, const char *kind, const char *text, size_t len)
{
	SCOPED(buf_fini) struct buf tokens = { 0 };
	SCOPED(buf_fini) struct buf before = { 0 };
	bool prefix;

	if (!tokens_query(&tokens, &prefix, text, len))
		return false;
	put_kind(&before, kind);
	buf_text(out, out->len ? " AND \"" : "\"");
	put_prefixed(out, before.data, before.len, tokens.data);
	buf_text(out, prefix ? "\" *" : "\"");
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
