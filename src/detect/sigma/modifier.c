#include "detect/sigma/modifier.h"

#include <string.h>

enum sort { SORT_WITH, SORT_AFFIX, SORT_CHANGE, SORT_TEST, SORT_FLAG, SORT_COMPARE, SORT_PART };

/* clang-format off */
/* Every modifier of Sigma 2.1.0. */
static const struct modifier {
	const char *word;
	enum sort sort;
	unsigned what;
	draft_change *change;
} modifiers[] = {
	{ "all",          SORT_WITH,    WITH_ALL,                 NULL },
	{ "cased",        SORT_WITH,    WITH_CASED,               NULL },
	{ "neq",          SORT_WITH,    WITH_NEQ,                 NULL },
	{ "contains",     SORT_AFFIX,   AFFIX_FRONT | AFFIX_BACK, NULL },
	{ "startswith",   SORT_AFFIX,   AFFIX_BACK,               NULL },
	{ "endswith",     SORT_AFFIX,   AFFIX_FRONT,              NULL },
	{ "expand",       SORT_CHANGE,  WITH_EXPAND,              draft_expand },
	{ "windash",      SORT_CHANGE,  WITH_CHANGE,              draft_windash },
	{ "base64",       SORT_CHANGE,  WITH_CHANGE,              draft_base64 },
	{ "base64offset", SORT_CHANGE,  WITH_CHANGE,              draft_base64offset },
	{ "utf16le",      SORT_CHANGE,  WITH_CHANGE,              draft_utf16le },
	{ "wide",         SORT_CHANGE,  WITH_CHANGE,              draft_utf16le },
	{ "utf16be",      SORT_CHANGE,  WITH_CHANGE,              draft_utf16be },
	{ "utf16",        SORT_CHANGE,  WITH_CHANGE,              draft_utf16 },
	{ "re",           SORT_TEST,    TEST_REGEX,               NULL },
	{ "i",            SORT_FLAG,    REGEX_CASELESS,           NULL },
	{ "m",            SORT_FLAG,    REGEX_LINES,              NULL },
	{ "s",            SORT_FLAG,    REGEX_DOT_ALL,            NULL },
	{ "cidr",         SORT_TEST,    TEST_CIDR,                NULL },
	{ "exists",       SORT_TEST,    TEST_EXISTS,              NULL },
	{ "fieldref",     SORT_TEST,    TEST_REFERS,              NULL },
	{ "lt",           SORT_COMPARE, COMPARE_LT,               NULL },
	{ "lte",          SORT_COMPARE, COMPARE_LTE,              NULL },
	{ "gt",           SORT_COMPARE, COMPARE_GT,               NULL },
	{ "gte",          SORT_COMPARE, COMPARE_GTE,              NULL },
	{ "minute",       SORT_PART,    TIME_MINUTE,              NULL },
	{ "hour",         SORT_PART,    TIME_HOUR,                NULL },
	{ "day",          SORT_PART,    TIME_DAY,                 NULL },
	{ "week",         SORT_PART,    TIME_WEEK,                NULL },
	{ "month",        SORT_PART,    TIME_MONTH,               NULL },
	{ "year",         SORT_PART,    TIME_YEAR,                NULL },
};

/* What goes with which test, and what it is compared with. */
static const struct {
	unsigned with;
	const char *takes, *zh;
} tests[] = {
	[TEST_TEXT]   = { WITH_ALL | WITH_CASED | WITH_NEQ | WITH_AFFIX | WITH_CHANGE | WITH_EXPAND, "text", "文本" },
	[TEST_REGEX]  = { WITH_ALL | WITH_NEQ,               "an expression, which is unanchored and minds the case", "表达式，它不锚定且区分大小写" },
	[TEST_CIDR]   = { WITH_ALL | WITH_NEQ | WITH_EXPAND, "networks", "网段" },
	[TEST_EXISTS] = { 0,                                 "true or false", "true 或 false" },
	[TEST_REFERS] = { WITH_ALL | WITH_CASED | WITH_NEQ | WITH_AFFIX, "the name of a field", "字段名" },
	[TEST_NUMBER] = { WITH_ALL,                          "numbers", "数字" },
	[TEST_TIME]   = { WITH_ALL | WITH_NEQ,               "numbers", "数字" },
};
/* clang-format on */

#define COUNT(list) (sizeof(list) / sizeof(*(list)))

static const struct modifier *find_modifier(const char *word)
{
	for (size_t i = 0; i < COUNT(modifiers); i++)
		if (!strcmp(modifiers[i].word, word))
			return &modifiers[i];
	return NULL;
}

static int unknown_modifier(struct rule_reading *r, const struct tree *at, const char *word)
{
	const char *words[COUNT(modifiers)];

	for (size_t i = 0; i < COUNT(modifiers); i++)
		words[i] = modifiers[i].word;
	return unknown_word(r, at, "modifier", word, words, COUNT(words));
}

static void note(struct modifiers *m, unsigned with, const char *word)
{
	m->with |= with;
	for (size_t i = 0; i < COUNT(m->words); i++)
		if (with == 1u << i)
			m->words[i] = word;
}

static int put_change(struct rule_reading *r, const struct tree *at, const struct modifier *x,
		      struct modifiers *m)
{
	if (m->change_count == CHANGES_MOST)
		return tree_say(r->why, r->file, at, "more than %d modifiers that change the text",
				"改变文本的修饰符超过 %d 个", CHANGES_MOST);
	/* They are applied from left to right, and in an encoded text there is no placeholder left. */
	if (x->what == WITH_EXPAND && m->with & WITH_CHANGE)
		return tree_say(r->why, r->file, at, "expand stands before '%s', or it finds nothing",
				"expand 应在“%s”之前，否则找不到占位符", m->words[4]);
	note(m, x->what, x->word);
	m->changes[m->change_count++] = x->change;
	return 0;
}

static int put_test(struct rule_reading *r, const struct tree *at, const struct modifier *x, enum test test,
		    struct modifiers *m)
{
	if (m->test != TEST_TEXT)
		return tree_say(r->why, r->file, at, "'%s' does not go with '%s': one test on one field",
				"“%s”不能与“%s”同用：一个字段一种检验", x->word, m->test_word);
	m->test = test;
	m->test_word = x->word;
	return 0;
}

static int put_compare(struct rule_reading *r, const struct tree *at, const struct modifier *x,
		       struct modifiers *m)
{
	int ret;

	if (m->compares)
		return tree_say(r->why, r->file, at,
				"'%s' does not go with another comparison; write the field twice",
				"“%s”不能与另一比较同用；请将字段写两次", x->word);
	if (m->test != TEST_TIME && (ret = put_test(r, at, x, TEST_NUMBER, m)) < 0)
		return ret;
	m->compares = true;
	m->compare = (enum compare_op)x->what;
	return 0;
}

static int put_part(struct rule_reading *r, const struct tree *at, const struct modifier *x,
		    struct modifiers *m)
{
	if (m->test == TEST_NUMBER)
		return tree_say(r->why, r->file, at, "'%s' stands before the comparison: %s|%s",
				"“%s”应在比较之前：%s|%s", x->word, x->word, m->test_word);
	m->part = (enum time_part)x->what;
	return put_test(r, at, x, TEST_TIME, m);
}

static int put_modifier(struct rule_reading *r, const struct tree *at, const char *word, struct modifiers *m)
{
	const struct modifier *x = find_modifier(word);

	if (!x)
		return unknown_modifier(r, at, word);
	switch (x->sort) {
	case SORT_WITH:
		note(m, x->what, x->word);
		return 0;
	case SORT_AFFIX:
		note(m, WITH_AFFIX, x->word);
		m->affix |= x->what;
		return 0;
	case SORT_CHANGE:
		return put_change(r, at, x, m);
	case SORT_TEST:
		return put_test(r, at, x, (enum test)x->what, m);
	case SORT_FLAG:
		if (m->test != TEST_REGEX)
			return tree_say(
				r->why, r->file, at,
				"'%s' stands behind re only: re|%s (Sigma 2.1.0, modifiers, 'Regular "
				"expression')",
				"“%s”只能在 re 之后：re|%s（Sigma 2.1.0，修饰符，Regular expression）", word,
				word);
		m->regex_flags |= x->what;
		return 0;
	case SORT_COMPARE:
		return put_compare(r, at, x, m);
	case SORT_PART:
		return put_part(r, at, x, m);
	}
	return 0;
}

/* What does not go together, in the words that were written. */
static int check(struct rule_reading *r, const struct tree *at, const struct modifiers *m)
{
	const unsigned odd = m->with & ~tests[m->test].with;

	for (size_t i = 0; i < COUNT(m->words); i++)
		if (odd & 1u << i)
			return tree_say(r->why, r->file, at, "'%s' does not go with '%s', which takes %s%.0s",
					"“%s”不能与“%s”同用，后者只接受 %.0s%s", m->words[i], m->test_word,
					tests[m->test].takes, tests[m->test].zh);
	if (m->with & WITH_NEQ && m->compares)
		return tree_say(r->why, r->file, at, "'neq' does not go with another comparison",
				"neq 不能与另一比较同用");
	if (m->with & WITH_NEQ && m->with & WITH_ALL)
		return tree_say(r->why, r->file, at,
				"'all' with 'neq' is read in two ways; say 'not' in the condition instead",
				"all 与 neq 同用有两种读法；请在条件中用 not");
	return 0;
}

int modifiers_read(struct rule_reading *r, const struct tree *at, const char *key, struct modifiers *m)
{
	int ret;

	for (const char *bar = strchr(key, '|'); bar; bar = strchr(bar + 1, '|')) {
		const char *word = arena_copy_bytes(r->mem, bar + 1, strcspn(bar + 1, "|"));

		if ((ret = put_modifier(r, at, word, m)) < 0)
			return ret;
	}
	return check(r, at, m);
}
