#include "store/tokens.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/arena.h"

/* Which words a text is made of. */

static void documents(void **state)
{
	static const struct {
		const char *text, *tokens, *reason;
	} cases[] = {
		{ "网站被篡改", "网站 站被 被篡 篡改 改", "pairs, and the last character alone" },
		{ "篡", "篡", "one character" },
		{ "修复nginx漏洞", "修复 复 nginx 漏洞 洞", "scripts end each other's runs" },
		{ "网站。点击", "网站 站 点击 击", "no pair across punctuation" },
		{ "网站\n点击", "网站 站 点击 击", "nor across lines" },
		{ "CVE-2024-3094", "cve 2024 3094", "punctuation splits, capitals fold" },
		{ "10.1.2.3:22", "10 1 2 3 22", "addresses" },
		{ "ＣＶＥ－２０２４", "cve 2024", "full-width forms are what they show" },
		{ "Müller ÉCOLE Привет", "müller école привет", "other alphabets fold too" },
		{ "カタカナ", "カタ タカ カナ ナ", "kana" },
		{ "人々〇", "人々 々〇 〇", "marks that are written like characters" },
		{ "𠮷野家", "𠮷野 野家 家", "beyond the basic plane" },
		{ "\xee\x80\x80incident", "incident", "private characters split: no text can claim a kind" },
		{ "a\xff\xfe"
		  "b",
		  "a b", "bytes that are no UTF-8 split" },
		{ "\"x\" OR (y*)", "x or y", "nothing is left that a query could mistake" },
		{ " \t。！", "", "no words" },
		{ "", "", "nothing" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		SCOPED(buf_fini) struct buf out = { 0 };

		tokens_document(&out, cases[i].text, strlen(cases[i].text));
		assert_string_equal(out.len ? out.data : "", cases[i].tokens);
	}
}

static void queries(void **state)
{
	static const struct {
		const char *text, *tokens;
		bool prefix;
		const char *reason;
	} cases[] = {
		{ "网站", "网站", false, "two characters are a pair" },
		{ "篡", "篡", true, "one begins a pair or stands alone" },
		{ "被篡改", "被篡 篡改", false, "three are two pairs in a row" },
		{ "nginx漏洞", "nginx 漏洞", false, "nothing alone at the end" },
		{ "升级nginx", "升级 级 nginx", false, "but in the middle, as in a document" },
		{ "漏洞。", "漏洞", false, "what stands behind is not asked for" },
		{ "nginx漏", "nginx 漏", true, "the last one may go on" },
		{ "ngin*", "ngin", true, "so may a word with a star" },
		{ "漏洞*", "漏洞", true, "harmless" },
		{ "Log4Shell", "log4shell", false, "letters and digits are one word" },
		{ "***", NULL, false, "nothing to search for" },
		{ "", NULL, false, "nothing to search for" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		SCOPED(buf_fini) struct buf out = { 0 };
		bool prefix = false;

		assert_int_equal(tokens_query(&out, &prefix, cases[i].text, strlen(cases[i].text)),
				 cases[i].tokens != NULL);
		if (cases[i].tokens)
			assert_string_equal(out.data, cases[i].tokens);
		else
			assert_int_equal(out.len, 0);
		assert_int_equal(prefix, cases[i].prefix);
	}
}

static void long_words_are_cut_alike(void **state)
{
	SCOPED(buf_fini) struct buf document = { 0 }, query = { 0 };
	char text[200];
	bool prefix;

	(void)state;
	memset(text, 'x', sizeof(text));
	tokens_document(&document, text, sizeof(text));
	assert_true(tokens_query(&query, &prefix, text, sizeof(text)));
	assert_int_equal(document.len, TOKEN_BYTES);
	assert_string_equal(document.data, query.data);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(documents),
		cmocka_unit_test(queries),
		cmocka_unit_test(long_words_are_cut_alike),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
