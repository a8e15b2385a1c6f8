#include <arpa/inet.h>
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "detect/regex.h"
#include "detect/sigma/draft.h"
#include "detect/sigma/rule_private.h"

/* value -- a field's key with its modifiers, and the values it may have. */

enum { VALUE_BYTES = 16 * 1024, CHANGES_MOST = 8 };

enum affix { AFFIX_FRONT = 1, AFFIX_BACK = 2 }; /* anything may stand there */

enum test { TEST_TEXT, TEST_REGEX, TEST_CIDR, TEST_EXISTS, TEST_REFERS, TEST_NUMBER, TEST_TIME };

/* What may stand beside a test. */
enum { WITH_ALL = 1, WITH_CASED = 2, WITH_NEQ = 4, WITH_AFFIX = 8, WITH_CHANGE = 16, WITH_EXPAND = 32 };

/* What the modifiers of a key add up to. */
struct modifiers {
	enum test test;
	unsigned with, affix, regex_flags;
	bool compares;
	enum compare_op compare;
	enum time_part part;
	const char *words[6]; /* of each of WITH_..., the one that was written; for messages */
	const char *test_word;
	draft_change *changes[CHANGES_MOST];
	size_t change_count;
};

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

/* Of the specification's appendix on modifiers. */
static const struct {
	const char *word;
	int least, most;
} parts[] = {
	[TIME_MINUTE] = { "minute", 0, 59 }, [TIME_HOUR]  = { "hour", 0, 23 },
	[TIME_DAY]    = { "day", 1, 31 },    [TIME_WEEK]  = { "week", 1, 52 },
	[TIME_MONTH]  = { "month", 1, 12 },  [TIME_YEAR]  = { "year", 1, 9999 },
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

static int read_modifiers(struct rule_reading *r, const struct tree *at, const char *key, struct modifiers *m)
{
	int ret;

	for (const char *bar = strchr(key, '|'); bar; bar = strchr(bar + 1, '|')) {
		const char *word = arena_copy_bytes(r->mem, bar + 1, strcspn(bar + 1, "|"));

		if ((ret = put_modifier(r, at, word, m)) < 0)
			return ret;
	}
	return check(r, at, m);
}

static char *lower(struct arena *mem, const char *text, size_t len)
{
	char *copy = arena_copy_bytes(mem, text, len);

	for (size_t i = 0; i < len; i++)
		if (copy[i] >= 'A' && copy[i] <= 'Z')
			copy[i] = (char)(copy[i] + 32);
	return copy;
}

/* Wildcards at the ends open them; what is left inside makes it a glob. */
static void text_value(struct arena *mem, struct draft *d, unsigned affix, bool cased, struct value *v)
{
	static const enum match_op ops[] = { MATCH_EQUALS, MATCH_ENDS, MATCH_STARTS, MATCH_CONTAINS };
	bool inner;

	while (d->len && d->wild[0] == WILD_MANY) {
		affix |= AFFIX_FRONT;
		d->text++;
		d->wild++;
		d->len--;
	}
	while (d->len && d->wild[d->len - 1] == WILD_MANY) {
		affix |= AFFIX_BACK;
		d->len--;
	}
	inner = draft_has_wild(d);
	v->cased = cased;
	v->op = !d->len && affix ? MATCH_ANY : inner ? MATCH_GLOB : ops[affix];
	if (inner) {
		struct draft *whole = draft_new(mem, d->len + 2);

		if (affix & AFFIX_FRONT)
			draft_put(whole, '*', WILD_MANY);
		for (size_t i = 0; i < d->len; i++)
			draft_put(whole, d->text[i], d->wild[i]);
		if (affix & AFFIX_BACK)
			draft_put(whole, '*', WILD_MANY);
		d = whole;
		v->wild = d->wild;
	}
	v->text = cased ? arena_copy_bytes(mem, d->text, d->len) : lower(mem, d->text, d->len);
	v->len = d->len;
}

bool number_read(const struct tree *at, double *out)
{
	char *end;

	if (at->kind != TREE_SCALAR || !at->len || strspn(at->text, "0123456789+-.eE") != at->len)
		return false;
	errno = 0;
	*out = strtod(at->text, &end);
	return !*end && !errno && isfinite(*out);
}

static int number_value(struct rule_reading *r, const struct tree *at, const struct modifiers *m,
			struct value *v)
{
	static const enum match_op ops[] = {
		[COMPARE_LT] = MATCH_LESS,
		[COMPARE_LTE] = MATCH_LESS_EQUAL,
		[COMPARE_GT] = MATCH_GREATER,
		[COMPARE_GTE] = MATCH_GREATER_EQUAL,
	};

	v->op = ops[m->compare];
	if (!number_read(at, &v->number))
		return tree_say(r->why, r->file, at, "'%.80s' is not a number to compare with",
				"“%.80s”不是可比较的数字", at->text);
	return 0;
}

static int time_value(struct rule_reading *r, const struct tree *at, const struct modifiers *m,
		      struct value *v)
{
	v->op = MATCH_TIME;
	v->part = m->part;
	v->compare = m->compares ? m->compare : COMPARE_EQ;
	if (!number_read(at, &v->number) || v->number != floor(v->number) ||
	    v->number < parts[m->part].least || v->number > parts[m->part].most)
		return tree_say(r->why, r->file, at,
				"%s '%.80s' should be a number from %d to %d (Sigma 2.1.0, 'Time modifiers')",
				"%s“%.80s”应为 %d 至 %d 的数字（Sigma 2.1.0，Time modifiers）",
				parts[m->part].word, at->text, parts[m->part].least, parts[m->part].most);
	return 0;
}

static int cidr_value(struct rule_reading *r, const struct tree *at, struct value *v)
{
	char address[INET6_ADDRSTRLEN + 1];
	unsigned char bytes[16];
	const char *slash = strchr(at->text, '/');
	size_t len = slash ? (size_t)(slash - at->text) : at->len;
	char *end = NULL;
	long bits = slash ? strtol(slash + 1, &end, 10) : 0;
	bool v6 = memchr(at->text, ':', len) != NULL;

	if (len < sizeof(address)) {
		memcpy(address, at->text, len);
		address[len] = '\0';
	}
	if (len >= sizeof(address) || (slash && (*end || end == slash + 1)) || bits < 0 ||
	    bits > (v6 ? 128 : 32) || inet_pton(v6 ? AF_INET6 : AF_INET, address, bytes) != 1)
		return tree_say(r->why, r->file, at, "'%s' should be a network like 10.0.0.0/8 or fe80::/10",
				"“%s”应为 10.0.0.0/8 或 fe80::/10 之类的网段", at->text);
	v->op = MATCH_CIDR;
	v->len = at->len;
	v->text = at->text;
	v->number = slash ? (double)bits : (v6 ? 128 : 32);
	return 0;
}

static int exists_value(struct rule_reading *r, const struct tree *at, struct item *item, struct value *v)
{
	v->op = MATCH_EXISTS;
	v->text = "";
	v->len = 0;
	if (!strcasecmp(at->text, "true"))
		return 0;
	if (strcasecmp(at->text, "false"))
		return tree_say(r->why, r->file, at, "exists should be true or false",
				"exists 应为 true 或 false");
	item->negated = !item->negated;
	return 0;
}

static int regex_value(struct rule_reading *r, const struct tree *at, const struct modifiers *m,
		       struct value *v)
{
	struct regex *compiled;
	struct fault why;

	v->op = MATCH_REGEX;
	v->regex_flags = m->regex_flags;
	if (regex_new(at->text, at->len, m->regex_flags, &compiled, &why) < 0)
		return tree_fault(r->why, r->file, at, "%s", why.text);
	regex_free(compiled);
	return 0;
}

static void refers_value(const struct tree *at, const struct modifiers *m, struct value *v)
{
	static const enum match_op ops[] = { MATCH_REFERS_EQUALS, MATCH_REFERS_ENDS, MATCH_REFERS_STARTS,
					     MATCH_REFERS_CONTAINS };

	v->op = ops[m->affix];
	v->cased = m->with & WITH_CASED;
	v->text = at->text;
	v->len = at->len;
}

/* 1.0 means the number 1, as it does in events; "1.0" is text. */
static void plain_number(struct arena *mem, struct tree *at)
{
	char *end;
	double number;

	if (at->quoted || !at->len || !strpbrk(at->text, ".eE") ||
	    strspn(at->text, "0123456789.eE+-") != at->len)
		return;
	number = strtod(at->text, &end);
	if (*end || number != (double)(int64_t)number || number > 9e15 || number < -9e15)
		return;
	at->text = arena_text(mem, "%.0f", number);
	at->len = strlen(at->text);
}

/* The value after all that changes its text, as one draft or several. */
static int change(struct rule_reading *r, const struct tree *at, const struct modifiers *m,
		  struct draft **out)
{
	int ret;

	*out = draft_of(r->mem, at);
	for (size_t i = 0; i < m->change_count; i++)
		if ((ret = m->changes[i](r, at, out)) < 0)
			return ret;
	return 0;
}

static struct value *put_value(struct rule_reading *r, struct value ***last)
{
	struct value *v = **last = arena_take(r->mem, sizeof(*v));

	*last = &v->next;
	return v;
}

static int text_values(struct rule_reading *r, const struct tree *given, const struct modifiers *m,
		       struct value ***last)
{
	struct tree at = *given;
	struct draft *list;
	int ret;

	plain_number(r->mem, &at);
	if ((ret = change(r, &at, m, &list)) < 0)
		return ret;
	for (struct draft *next; list; list = next) {
		next = list->next;
		text_value(r->mem, list, m->affix, m->with & WITH_CASED, put_value(r, last));
	}
	return 0;
}

/* A network may stand in a list of the site's. */
static int networks(struct rule_reading *r, const struct tree *given, const struct modifiers *m,
		    struct value ***last)
{
	struct draft *list;
	int ret = change(r, given, m, &list);

	for (; ret == 0 && list; list = list->next) {
		struct tree at = *given;

		at.text = arena_copy_bytes(r->mem, list->text, list->len);
		at.len = list->len;
		ret = cidr_value(r, &at, put_value(r, last));
	}
	return ret;
}

static int null_value(struct rule_reading *r, const struct tree *at, const struct modifiers *m,
		      struct value *v)
{
	v->op = MATCH_NULL;
	v->text = "";
	if (m->test != TEST_TEXT || m->with & ~(unsigned)(WITH_CASED | WITH_NEQ))
		return tree_say(r->why, r->file, at, "null goes without modifiers", "null 不带修饰符");
	return 0;
}

static int single_value(struct rule_reading *r, const struct tree *at, const struct modifiers *m,
			struct item *item, struct value *v)
{
	v->text = at->text;
	v->len = at->len;
	switch (m->test) {
	case TEST_REGEX:
		return regex_value(r, at, m, v);
	case TEST_EXISTS:
		return exists_value(r, at, item, v);
	case TEST_NUMBER:
		return number_value(r, at, m, v);
	case TEST_TIME:
		return time_value(r, at, m, v);
	default:
		refers_value(at, m, v);
		return 0;
	}
}

static int add_value(struct rule_reading *r, const struct tree *at, const struct modifiers *m,
		     struct item *item, struct value ***last)
{
	if (at->kind != TREE_SCALAR)
		return tree_say(r->why, r->file, at, "a value should be text or a number",
				"值应为文本或数字");
	if (at->len > VALUE_BYTES)
		return tree_say(r->why, r->file, at, "a value of %zu bytes; at most %d",
				"值有 %zu 字节；至多 %d", at->len, VALUE_BYTES);
	if (tree_is_null(at))
		return null_value(r, at, m, put_value(r, last));
	if (m->test == TEST_TEXT)
		return text_values(r, at, m, last);
	if (m->test == TEST_CIDR)
		return networks(r, at, m, last);
	return single_value(r, at, m, item, put_value(r, last));
}

static struct item *new_item(struct rule_reading *r, const struct tree *at, const char *key,
			     const struct modifiers *m)
{
	struct item *item = arena_take(r->mem, sizeof(*item));
	size_t name = strcspn(key, "|");

	if (name)
		item->field = arena_copy_bytes(r->mem, key, name);
	item->line = at->line;
	item->column = at->column;
	item->all = m->with & WITH_ALL;
	item->negated = m->with & WITH_NEQ;
	return item;
}

/* Alternatives in the place of one value: of them one is enough, also under `all`. */
static void set_apart(struct rule_reading *r, const struct item *item, struct value *values,
		      struct item ***apart)
{
	struct item *own = **apart = arena_take(r->mem, sizeof(*own));

	*own = *item;
	own->all = false;
	own->values = values;
	own->next = NULL;
	*apart = &own->next;
}

static int add_list(struct rule_reading *r, const struct tree *at, const struct modifiers *m,
		    struct item *item, struct item **apart)
{
	struct value **last = &item->values;
	int ret;

	for (const struct tree *t = at->first; t; t = t->next) {
		struct value **from = last;

		if (tree_is_null(t))
			return tree_say(
				r->why, r->file, t,
				"null cannot be part of a list; a selection of its own says it (Sigma 2.1.0, "
				"'Special field values')",
				"null 不能列在列表中；请另写选择项（Sigma 2.1.0，Special field values）");
		if ((ret = add_value(r, t, m, item, &last)) < 0)
			return ret;
		if (item->all && *from && (*from)->next) {
			set_apart(r, item, *from, &apart);
			*from = NULL;
			last = from;
		}
	}
	return 0;
}

static int add_values(struct rule_reading *r, const struct tree *at, const struct modifiers *m,
		      struct item *item, struct item **apart)
{
	struct value **last = &item->values;

	if (at->kind == TREE_MAP)
		return tree_say(r->why, r->file, at, "a field's value should be text or a list, not a map",
				"字段的值应为文本或列表，不能是映射");
	if (at->kind == TREE_SCALAR)
		return add_value(r, at, m, item, &last);
	if (!at->first)
		return tree_say(r->why, r->file, at, "an empty list never matches; leave the field out",
				"空列表永远不会命中；请去掉该字段");
	if (m->test == TEST_EXISTS)
		return tree_say(r->why, r->file, at, "exists takes true or false, not a list",
				"exists 只接受 true 或 false，不能是列表");
	return add_list(r, at, m, item, apart);
}

int item_read(struct rule_reading *r, const char *key, const struct tree *at, struct item **out)
{
	struct modifiers m = { 0 };
	struct item *item, *apart = NULL;
	int ret;

	if ((ret = read_modifiers(r, at, key, &m)) < 0)
		return ret;
	item = new_item(r, at, key, &m);
	if (item->all && (at->kind != TREE_LIST || tree_count(at) < 2))
		return tree_say(r->why, r->file, at,
				"all wants a list of at least two values (Sigma 2.1.0, 'Generic modifiers')",
				"all 须有至少两个值的列表（Sigma 2.1.0，Generic modifiers）");
	if (!item->field && m.test != TEST_TEXT && m.test != TEST_REGEX)
		return tree_say(r->why, r->file, at, "this modifier wants a field in front of it",
				"此修饰符之前须有字段");
	if ((ret = add_values(r, at, &m, item, &apart)) < 0)
		return ret;
	item->next = apart;
	*out = item->values ? item : apart;
	return 0;
}
