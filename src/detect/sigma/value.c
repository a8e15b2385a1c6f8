#include <arpa/inet.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "detect/regex.h"
#include "detect/sigma/draft.h"
#include "detect/sigma/rule_private.h"

/* value -- a field's key with its modifiers, and the values it may have. */

enum { VALUE_BYTES = 16 * 1024 };

enum affix { AFFIX_FRONT = 1, AFFIX_BACK = 2 }; /* anything may stand there */

/* What the modifiers of a key add up to. */
struct modifiers {
	bool all, cased, negated, regex, cidr, exists, refers, compares;
	unsigned affix, regex_flags;
	enum match_op compare;
};

/* clang-format off */
/* Of the specification, but nothing to carry them out with yet. */
static const struct {
	const char *word, *why;
} refused[] = {
	{ "expand", "expand wants placeholders, which are not kept here; write the values out" },
	{ "minute", "time modifiers are not carried out; use lt/gt on a field of the event" },
	{ "hour", "time modifiers are not carried out; use lt/gt on a field of the event" },
	{ "day", "time modifiers are not carried out; use lt/gt on a field of the event" },
	{ "week", "time modifiers are not carried out; use lt/gt on a field of the event" },
	{ "month", "time modifiers are not carried out; use lt/gt on a field of the event" },
	{ "year", "time modifiers are not carried out; use lt/gt on a field of the event" },
};
/* clang-format on */

#define COUNT(list) (sizeof(list) / sizeof(*(list)))

static bool is(const char *word, size_t len, const char *name)
{
	return strlen(name) == len && !memcmp(word, name, len);
}

static bool set_compare(struct modifiers *m, enum match_op op)
{
	m->compares = true;
	m->compare = op;
	return true;
}

static bool set_flag(struct modifiers *m, const char *w, size_t n)
{
	if (is(w, n, "all"))
		return m->all = true;
	if (is(w, n, "cased"))
		return m->cased = true;
	if (is(w, n, "neq"))
		return m->negated = true;
	if (is(w, n, "re"))
		return m->regex = true;
	if (is(w, n, "cidr"))
		return m->cidr = true;
	if (is(w, n, "exists"))
		return m->exists = true;
	if (is(w, n, "fieldref"))
		return m->refers = true;
	if (is(w, n, "contains"))
		return m->affix |= AFFIX_FRONT | AFFIX_BACK;
	if (is(w, n, "startswith"))
		return m->affix |= AFFIX_BACK;
	if (is(w, n, "endswith"))
		return m->affix |= AFFIX_FRONT;
	if (is(w, n, "lt"))
		return set_compare(m, MATCH_LESS);
	if (is(w, n, "lte"))
		return set_compare(m, MATCH_LESS_EQUAL);
	if (is(w, n, "gt"))
		return set_compare(m, MATCH_GREATER);
	if (is(w, n, "gte"))
		return set_compare(m, MATCH_GREATER_EQUAL);
	if (m->regex && is(w, n, "i"))
		return m->regex_flags |= REGEX_CASELESS;
	if (m->regex && is(w, n, "m"))
		return m->regex_flags |= REGEX_LINES;
	if (m->regex && is(w, n, "s"))
		return m->regex_flags |= REGEX_DOT_ALL;
	return false;
}

static int read_modifier(struct rule_reading *r, const struct tree *at, const char *w, size_t n,
			 struct modifiers *m)
{
	for (size_t i = 0; i < COUNT(refused); i++)
		if (is(w, n, refused[i].word))
			return tree_fault(r->why, r->file, at, "%s", refused[i].why);
	if (draft_find_change(w, n) || set_flag(m, w, n))
		return 0;
	return tree_fault(
		r->why, r->file, at,
		"unknown modifier '%.*s'; contains, startswith, endswith, all, re (then i, m, s), cidr, "
		"exists, cased, neq, lt, lte, gt, gte, windash, base64, base64offset, wide, utf16, "
		"utf16le, utf16be or fieldref",
		(int)n, w);
}

/* Which go together: one kind of test, and what its text may be. */
static int check(struct rule_reading *r, const struct tree *at, const struct modifiers *m, bool changed)
{
	int kinds = m->regex + m->cidr + m->exists + m->refers + m->compares;

	if (kinds > 1)
		return tree_fault(
			r->why, r->file, at,
			"only one of re, cidr, exists, fieldref and a comparison goes on one field");
	if (changed && kinds)
		return tree_fault(r->why, r->file, at, "an encoding goes with text only");
	if (m->affix && (m->regex || m->cidr || m->exists || m->compares))
		return tree_fault(r->why, r->file, at, "contains, startswith and endswith go with text only");
	return 0;
}

static int read_modifiers(struct rule_reading *r, const struct tree *at, const char *key, struct modifiers *m)
{
	bool changed = false;
	int ret;

	for (const char *bar = strchr(key, '|'); bar; bar = strchr(bar + 1, '|')) {
		size_t n = strcspn(bar + 1, "|");

		changed |= draft_find_change(bar + 1, n) != NULL;
		if ((ret = read_modifier(r, at, bar + 1, n, m)) < 0)
			return ret;
	}
	return check(r, at, m, changed);
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

static int number_value(struct rule_reading *r, const struct tree *at, const struct modifiers *m,
			struct value *v)
{
	char *end;

	errno = 0;
	v->op = m->compare;
	v->number = strtod(at->text, &end);
	if (!at->len || *end || errno || end != at->text + at->len)
		return tree_fault(r->why, r->file, at, "'%s' is not a number to compare with", at->text);
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
		return tree_fault(r->why, r->file, at,
				  "'%s' should be a network like 10.0.0.0/8 or fe80::/10", at->text);
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
		return tree_fault(r->why, r->file, at, "exists should be true or false");
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
	v->cased = m->cased;
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

static int text_values(struct rule_reading *r, const struct tree *given, const char *key,
		       const struct modifiers *m, struct value ***last)
{
	struct tree at = *given;
	struct draft *list;
	int ret;

	plain_number(r->mem, &at);
	list = draft_of(r->mem, &at);
	for (const char *bar = strchr(key, '|'); bar; bar = strchr(bar + 1, '|')) {
		draft_change *run = draft_find_change(bar + 1, strcspn(bar + 1, "|"));

		if (run && (ret = run(r, given, &list)) < 0)
			return ret;
	}
	for (struct draft *next; list; list = next) {
		next = list->next;
		**last = arena_take(r->mem, sizeof(***last));
		text_value(r->mem, list, m->affix, m->cased, **last);
		*last = &(**last)->next;
	}
	return 0;
}

static int add_value(struct rule_reading *r, const struct tree *at, const char *key,
		     const struct modifiers *m, struct item *item, struct value ***last)
{
	struct value *v;

	if (at->kind != TREE_SCALAR)
		return tree_fault(r->why, r->file, at, "a value should be text or a number");
	if (at->len > VALUE_BYTES)
		return tree_fault(r->why, r->file, at, "a value of %zu bytes; at most %d", at->len,
				  VALUE_BYTES);
	if (!m->regex && !m->cidr && !m->exists && !m->refers && !m->compares && !tree_is_null(at))
		return text_values(r, at, key, m, last);
	v = **last = arena_take(r->mem, sizeof(*v));
	*last = &v->next;
	v->text = at->text;
	v->len = at->len;
	if (tree_is_null(at)) {
		v->op = MATCH_NULL;
		return m->affix || m->regex || m->cidr || m->exists || m->refers || m->compares
			       ? tree_fault(r->why, r->file, at, "null goes without modifiers")
			       : 0;
	}
	if (m->regex)
		return regex_value(r, at, m, v);
	if (m->cidr)
		return cidr_value(r, at, v);
	if (m->exists)
		return exists_value(r, at, item, v);
	if (m->compares)
		return number_value(r, at, m, v);
	refers_value(at, m, v);
	return 0;
}

static int add_values(struct rule_reading *r, const struct tree *at, const char *key,
		      const struct modifiers *m, struct item *item)
{
	struct value **last = &item->values;
	int ret;

	if (at->kind == TREE_MAP)
		return tree_fault(r->why, r->file, at, "a field's value should be text or a list, not a map");
	if (at->kind == TREE_SCALAR)
		return add_value(r, at, key, m, item, &last);
	if (!at->first)
		return tree_fault(r->why, r->file, at, "an empty list never matches; leave the field out");
	if (m->exists)
		return tree_fault(r->why, r->file, at, "exists takes true or false, not a list");
	for (const struct tree *t = at->first; t; t = t->next)
		if ((ret = add_value(r, t, key, m, item, &last)) < 0)
			return ret;
	return 0;
}

int item_read(struct rule_reading *r, const char *key, const struct tree *at, struct item **out)
{
	struct item *item = arena_take(r->mem, sizeof(*item));
	struct modifiers m = { 0 };
	size_t name = strcspn(key, "|");
	int ret;

	if ((ret = read_modifiers(r, at, key, &m)) < 0)
		return ret;
	if (name)
		item->field = arena_copy_bytes(r->mem, key, name);
	item->line = at->line;
	item->column = at->column;
	item->all = m.all;
	item->negated = m.negated;
	if (m.all && (at->kind != TREE_LIST || tree_count(at) < 2))
		return tree_fault(r->why, r->file, at, "all wants a list of at least two values");
	if (!name && (m.exists || m.refers || m.compares || m.cidr))
		return tree_fault(r->why, r->file, at, "this modifier wants a field in front of it");
	if ((ret = add_values(r, at, key, &m, item)) < 0)
		return ret;
	*out = item;
	return 0;
}
