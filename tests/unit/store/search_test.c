#include "store/search.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/utf8.h"

/* Words of one, two and three characters are found exactly: what the index
 * finds is what LIKE finds in the texts, and nothing else. */

enum { NOTES = 4000, ALPHABET = 40 };

static const char *const characters[ALPHABET] = {
	"网", "站", "被", "篡", "改", "漏", "洞", "攻", "击", "服", "务", "器", "数", "据",
	"泄", "露", "木", "马", "病", "毒", "断", "网", "修", "复", "处", "置", "单", "位",
	"市", "政", "府", "电", "信", "通", "知", "告", "警", "级", "应", "急",
};

static const char *const words[] = { "nginx",      "OpenSSH", "10.1.2.3", "CVE-2024-3094",
				     "ransomware", "，",      "。",       "\n" };

static uint64_t seed = 12345;

static unsigned dice(unsigned sides)
{
	seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return (unsigned)(seed >> 33) % sides;
}

/* Skewed: some characters are in most notes and some in few. */
static const char *character(void) { return characters[dice(1 + dice(ALPHABET))]; }

static void compose(struct buf *out)
{
	for (unsigned parts = 1 + dice(6); parts; parts--) {
		for (unsigned n = dice(9); n; n--)
			buf_text(out, character());
		if (dice(2))
			buf_text(out, words[dice(sizeof(words) / sizeof(*words))]);
	}
	buf_text(out, "");
}

static void done(int ret, const struct fault *why)
{
	if (ret < 0)
		fail_msg("%s", why->text);
}

static void put_object(struct store *store, int64_t id, const char *kind, const char *text)
{
	struct fault why = { 0 };

	done(store_run(store,
		       "INSERT INTO objects(id, space, kind, states, body, pack, version, created_at, "
		       "updated_at)"
		       " VALUES($1, 1, $2, '{}', $3, '', 1, 0, 0)",
		       VALUES(value_int(id), value_text(kind), value_text(text)), NULL, &why),
	     &why);
	done(search_feed(store, id, text, &why), &why);
}

static struct store *library(void)
{
	struct store *store = NULL;
	struct store_txn *txn = NULL;
	struct fault why = { 0 };

	done(store_open(&store_sqlite, ":memory:", STORE_WRITE, &store, &why), &why);
	done(store_schema(store, &why), &why);
	done(store_begin(store, &txn, &why), &why);
	for (int64_t id = 1; id <= NOTES; id++) {
		SCOPED(buf_fini) struct buf text = { 0 };

		compose(&text);
		put_object(store, id, id % 3 ? "incident" : "special_plan", text.data);
	}
	done(store_commit(&txn, &why), &why);
	return store;
}

/* The objects that a query gives, as "1 5 9 ". */
static void found(struct store *store, const char *sql, const char *asked, struct buf *out)
{
	SCOPED(rows_drop) struct rows *rows = NULL;
	struct fault why = { 0 };
	int more;

	done(store_query(store, sql, VALUES(value_text(asked)), &rows, &why), &why);
	while ((more = rows_next(rows, &why)) > 0)
		buf_format(out, "%lld ", (long long)rows_int(rows, 0));
	done(more, &why);
	buf_text(out, "");
}

static const char like_sql[] = "SELECT id FROM objects WHERE kind = 'incident' AND body LIKE '%' || $1 || '%'"
			       " ORDER BY id";
static const char match_sql[] = "SELECT rowid FROM search WHERE search MATCH $1 ORDER BY rowid";
static const char fed_sql[] =
	"SELECT object FROM search_fed JOIN objects ON id = object WHERE kind = 'incident'"
	" AND ' ' || words || ' ' LIKE $1 ORDER BY object";

/* How many were found. */
static size_t same_three_ways(struct store *store, const char *word)
{
	SCOPED(buf_fini) struct buf match = { 0 }, like = { 0 };
	SCOPED(buf_fini) struct buf truth = { 0 }, index = { 0 }, kept = { 0 };
	size_t count = 0;

	assert_true(search_match(&match, "incident", word, strlen(word)));
	assert_true(search_like(&like, word, strlen(word)));
	found(store, like_sql, word, &truth);
	found(store, match_sql, match.data, &index);
	found(store, fed_sql, like.data, &kept);
	assert_string_equal(index.data, truth.data);
	assert_string_equal(kept.data, truth.data);
	for (const char *at = truth.data; (at = strchr(at, ' ')); at++)
		count++;
	return count;
}

/* `length` characters that stand together in a note, or any. */
static void pick(struct store *store, unsigned length, struct buf *out)
{
	SCOPED(arena_drop) struct arena *mem = arena_new();
	char *body;
	const char *at, *end;
	unsigned run = 0;

	if (store_text(store, "SELECT body FROM objects WHERE id = $1", VALUES(value_int(1 + dice(NOTES))),
		       mem, &body, NULL) < 0)
		fail();
	end = body + strlen(body);
	for (at = body; at < end && run < length;) {
		uint32_t c = utf8_next(&at, end);

		run = c >= 0x4e00 && c <= 0x9fff ? run + 1 : 0;
	}
	if (run == length)
		buf_put(out, at - 3 * length, 3 * length);
	for (unsigned n = 0; run < length && n < length; n++)
		buf_text(out, character());
}

static void words_of_every_length_are_exact(void **state)
{
	struct store *store = library();

	(void)state;
	for (unsigned length = 1; length <= 5; length++) {
		size_t all = 0;

		for (unsigned i = 0; i < 60; i++) {
			SCOPED(buf_fini) struct buf word = { 0 };

			pick(store, length, &word);
			all += same_three_ways(store, word.data);
		}
		assert_true(all > 20); /* or it would prove nothing */
	}
	store_close(store);
}

static void found_by_words(void **state)
{
	static const struct {
		const char *text, *asked;
		bool hit;
		const char *reason;
	} cases[] = {
		{ "修复nginx漏洞", "nginx漏洞", true, "across scripts" },
		{ "修复nginx漏洞", "复nginx漏", true, "parts at both ends" },
		{ "修复nginx漏洞", "NGINX", true, "any case" },
		{ "修复nginx漏洞", "ngin", false, "a word is a word" },
		{ "修复nginx漏洞", "ngin*", true, "unless it may go on" },
		{ "来自10.1.2.3的攻击", "10.1.2.3", true, "an address is its numbers in a row" },
		{ "来自10.1.2.30的攻击", "10.1.2.3", false, "and not the beginning of another" },
		{ "CVE-2024-3094", "ＣＶＥ－２０２４－３０９４", true, "typed in full width" },
		{ "a \" OR b", "\" OR", true, "no text is taken for an operator" },
		{ "100% 中", "% 中", true, "nor for a pattern" },
		{ "网站。点击", "站点", false, "no pair across a full stop" },
	};
	struct store *store = NULL;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		SCOPED(buf_fini) struct buf match = { 0 }, like = { 0 }, index = { 0 }, kept = { 0 };
		struct store_txn *txn = NULL;

		assert_int_equal(store_open(&store_sqlite, ":memory:", STORE_WRITE, &store, NULL), 0);
		assert_int_equal(store_schema(store, NULL), 0);
		assert_int_equal(store_begin(store, &txn, NULL), 0);
		put_object(store, 1, "incident", cases[i].text);
		assert_true(search_match(&match, "incident", cases[i].asked, strlen(cases[i].asked)));
		assert_true(search_like(&like, cases[i].asked, strlen(cases[i].asked)));
		found(store, match_sql, match.data, &index);
		found(store, fed_sql, like.data, &kept);
		assert_string_equal(index.data, cases[i].hit ? "1 " : "");
		assert_string_equal(kept.data, cases[i].hit ? "1 " : "");
		store_txn_drop(&txn);
		store_close(store);
	}
}

static void what_is_forgotten_is_not_found(void **state)
{
	SCOPED(store_drop) struct store *store = NULL;
	SCOPED(store_txn_drop) struct store_txn *txn = NULL;
	static const struct {
		const char *text;
		int old, new;
	} steps[] = {
		{ "旧闻 once", 1, 0 }, { "新闻 now", 0, 1 }, { "新闻 now", 0, 1 },
		{ "旧闻 新闻", 1, 1 }, { "。", 0, 0 },
	};

	(void)state;
	assert_int_equal(store_open(&store_sqlite, ":memory:", STORE_WRITE, &store, NULL), 0);
	assert_int_equal(store_schema(store, NULL), 0);
	assert_int_equal(store_begin(store, &txn, NULL), 0);
	put_object(store, 7, "incident", "旧闻 first");
	for (size_t i = 0; i < sizeof(steps) / sizeof(*steps); i++) {
		SCOPED(buf_fini) struct buf old = { 0 }, new = { 0 }, ask_old = { 0 }, ask_new = { 0 };

		assert_int_equal(search_feed(store, 7, steps[i].text, NULL), 0);
		assert_true(search_match(&ask_old, "incident", "旧闻", 6));
		assert_true(search_match(&ask_new, "incident", "新闻", 6));
		found(store, match_sql, ask_old.data, &old);
		found(store, match_sql, ask_new.data, &new);
		assert_string_equal(old.data, steps[i].old ? "7 " : "");
		assert_string_equal(new.data, steps[i].new ? "7 " : "");
	}
	assert_int_equal(search_feed(store, 8, "nobody", NULL), -FAULT_ABSENT);
	assert_int_equal(search_forget(store, 8, NULL), 0);
	/* The index agrees with itself after all of that. */
	assert_int_equal(store_run(store, "INSERT INTO search(search) VALUES('integrity-check')", NO_VALUES,
				   NULL, NULL),
			 0);
}

/* Also from the pages: what was purged and scrubbed is in no file. */
static void what_is_purged_is_nowhere(void **state)
{
	static const char secret[] = "zyxsecretword";
	struct store *store = NULL;
	struct store_txn *txn = NULL;
	char folder[] = "/tmp/search-test-XXXXXX", path[64], look[160];

	(void)state;
	assert_non_null(mkdtemp(folder));
	snprintf(path, sizeof(path), "%s/db", folder);
	snprintf(look, sizeof(look), "grep -qs %s %s %s-wal", secret, path, path);
	assert_int_equal(store_open(&store_sqlite, path, STORE_WRITE, &store, NULL), 0);
	assert_int_equal(store_schema(store, NULL), 0);
	assert_int_equal(store_begin(store, &txn, NULL), 0);
	put_object(store, 1, "incident", secret);
	assert_int_equal(store_commit(&txn, NULL), 0);
	assert_int_equal(system(look), 0);
	assert_int_equal(store_begin(store, &txn, NULL), 0);
	assert_int_equal(search_forget(store, 1, NULL), 0);
	assert_int_equal(store_run(store, "UPDATE objects SET body = ''", NO_VALUES, NULL, NULL), 0);
	assert_int_equal(search_purge(store, NULL), 0);
	assert_int_equal(store_commit(&txn, NULL), 0);
	assert_int_equal(store_scrub(store, NULL), 0);
	assert_int_not_equal(system(look), 0);
	store_close(store);
	snprintf(look, sizeof(look), "rm -rf %s", folder);
	assert_int_equal(system(look), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(words_of_every_length_are_exact),
		cmocka_unit_test(found_by_words),
		cmocka_unit_test(what_is_forgotten_is_not_found),
		cmocka_unit_test(what_is_purged_is_nowhere),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
