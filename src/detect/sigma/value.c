#include <arpa/inet.h>
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "detect/engine/regex.h"
#include "detect/sigma/letters.h"
#include "detect/sigma/modifier.h"
#include "detect/sigma/rule_private.h"

/* value -- the values that a field may have, as its modifiers would have them. */

enum { VALUE_BYTES = 16 * 1024, RULE_VALUES = 100000, RULE_BYTES = 32 * 1024 * 1024, RULE_LETTERS = 1000 };

/* clang-format off */
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
		return tree_say(r->why, r->file, at, "%s%.0s", "%.0s%s", why.text, why.zh);
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
/* A line of a rule may come to thousands of values; all its lines together have a limit, too. */
static int within_limits(struct rule_reading *r, const struct tree *at, const struct draft *list)
{
	for (; list; list = list->next) {
		r->values++;
		r->bytes += list->len;
	}
	if (r->values <= RULE_VALUES && r->bytes <= RULE_BYTES)
		return 0;
	return tree_say(r->why, r->file, at,
			"the values of one rule come to more than %d, or to more than %d bytes",
			"一条规则的值展开后超过 %d 个或 %d 字节", RULE_VALUES, RULE_BYTES);
}

static int change(struct rule_reading *r, const struct tree *at, const struct modifiers *m,
		  struct draft **out)
{
	int ret;

	*out = draft_of(r->mem, at);
	for (size_t i = 0; i < m->change_count; i++)
		if ((ret = m->changes[i](r, at, out)) < 0)
			return ret;
	return within_limits(r, at, *out);
}

static struct value *put_value(struct rule_reading *r, struct value ***last)
{
	struct value *v = **last = arena_take(r->mem, sizeof(*v));

	*last = &v->next;
	return v;
}

/* What is encoded is bytes, not letters. */
static bool is_encoded(const struct modifiers *m)
{
	for (size_t i = 0; i < m->change_count; i++)
		if (m->changes[i] != draft_windash && m->changes[i] != draft_expand)
			return true;
	return false;
}

static int put_text(struct rule_reading *r, const struct tree *at, const struct modifiers *m, struct draft *d,
		    struct value ***last)
{
	if (m->with & WITH_CASED || is_encoded(m) || !letters_beyond(d)) {
		text_value(r->mem, d, m->affix, m->with & WITH_CASED, put_value(r, last));
		return 0;
	}
	for (struct draft *way = letters_ways(r->mem, d), *next; way; way = next) {
		next = way->next;
		text_value(r->mem, way, m->affix, false, put_value(r, last));
		if (!next)
			return 0;
	}
	if (++r->letters > RULE_LETTERS)
		return tree_say(
			r->why, r->file, at,
			"more than %d values of one rule have letters beyond ASCII in two cases; cased "
			"takes any number",
			"一条规则中带有 ASCII 以外大小写字母的值超过 %d 个；加 cased 则不限", RULE_LETTERS);
	letters_value(r->mem, d, m->affix, put_value(r, last));
	return 0;
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
		if ((ret = put_text(r, given, m, list, last)) < 0)
			return ret;
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

	if ((ret = modifiers_read(r, at, key, &m)) < 0)
		return ret;
	item = new_item(r, at, key, &m);
	/* What is sought anywhere has anything in front of it and behind: '|all': [a, b]. */
	if (!item->field && m.test == TEST_TEXT)
		m.affix = AFFIX_FRONT | AFFIX_BACK;
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
