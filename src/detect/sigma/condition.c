#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "detect/sigma/rule_private.h"
#include "pack/nearest.h"

/* condition -- "selection and not 1 of filter_*": over the selections of a rule,
 * or over the rules that a temporal correlation lists.
 * or binds loosest, then and, then not, then "of"; parentheses go before all. */

enum { CONDITION_DEPTH = 64, CONDITION_BYTES = 4096 };

/* What is said in both languages. */
struct said {
	const char *en, *zh;
};

struct scan {
	struct rule_reading *r;
	const struct tree *at;
	const char *p;
	int depth;
	struct said noun;         /* what a name stands for, in messages */
	const char *const *names; /* what there is to be named */
	size_t count;
};

static const struct said obsolete = {
	"'|' and what follows it are obsolete (Sigma 2.1.0, correlation rules, 'Expression of "
	"relationships in the condition'); write a correlation rule",
	"“|”及其后的写法已废弃（Sigma 2.1.0，关联规则，Expression of relationships in the "
	"condition）；请改写为关联规则"
};

static int wrong(struct scan *s, const char *en, const char *zh)
{
	return tree_say(s->r->why, s->r->file, s->at, "condition, character %zu: %s%.0s",
			"条件第 %zu 个字符：%.0s%s", (size_t)(s->p - s->at->text) + 1, en, zh);
}

static int no_such_name(struct scan *s, size_t len)
{
	const char *name = arena_copy_bytes(s->r->mem, s->p, len > 80 ? 80 : len);
	const char *near = nearest(name, s->names, s->count);
	struct arena *mem = s->r->mem;

	if (!near)
		return wrong(s, arena_text(mem, "there is no %s '%s'", s->noun.en, name),
			     arena_text(mem, "没有%s“%s”", s->noun.zh, name));
	return wrong(s, arena_text(mem, "there is no %s '%s'; did you mean '%s'?", s->noun.en, name, near),
		     arena_text(mem, "没有%s“%s”；是否指“%s”？", s->noun.zh, name, near));
}

static void blanks(struct scan *s)
{
	while (isspace((unsigned char)*s->p))
		s->p++;
}

static size_t word_length(const char *p)
{
	size_t n = 0;

	while (p[n] && !isspace((unsigned char)p[n]) && p[n] != '(' && p[n] != ')' && p[n] != '|')
		n++;
	return n;
}

static bool take_word(struct scan *s, const char *word)
{
	size_t n;

	blanks(s);
	n = word_length(s->p);
	if (n != strlen(word) || strncasecmp(s->p, word, n))
		return false;
	s->p += n;
	return true;
}

static struct condition_names *node(struct scan *s, enum condition_kind kind, struct condition_names *first)
{
	struct condition_names *c = arena_take(s->r->mem, sizeof(*c));

	c->kind = kind;
	c->first = first;
	return c;
}

static struct condition_names *leaf(struct scan *s, const char *name)
{
	struct condition_names *c = node(s, CONDITION_SELECTION, NULL);

	c->name = name;
	return c;
}

/* `*` at any place; no other character is special. */
static bool fits(const char *pattern, const char *name)
{
	const char *star = NULL, *retry = NULL;

	while (*name) {
		if (*pattern == '*') {
			star = ++pattern;
			retry = name;
		} else if (*pattern == *name) {
			pattern++;
			name++;
		} else if (star) {
			pattern = star;
			name = ++retry;
		} else
			return false;
	}
	return pattern[strspn(pattern, "*")] == '\0';
}

static bool in_pattern(const char *pattern, const char *name)
{
	return strcasecmp(pattern, "them") ? fits(pattern, name) : *name != '_';
}

/* "1 of name*", "all of them", "3 of name*"; `count` 0 means all. */
static int quantity(struct scan *s, unsigned count, struct condition_names **out)
{
	struct condition_names *c = node(s,
					 count == 0   ? CONDITION_AND
					 : count == 1 ? CONDITION_OR
						      : CONDITION_COUNT,
					 NULL);
	struct condition_names **last = &c->first;
	const char *pattern;
	size_t n;
	unsigned found = 0;

	blanks(s);
	n = word_length(s->p);
	if (!n)
		return wrong(s, "after 'of' a name, a pattern like sel* or 'them' is expected",
			     "of 之后应为名称、sel* 之类的式样或 them");
	pattern = arena_copy_bytes(s->r->mem, s->p, n);
	for (size_t i = 0; i < s->count; i++)
		if (in_pattern(pattern, s->names[i])) {
			*last = leaf(s, s->names[i]);
			last = &(*last)->next;
			found++;
		}
	if (!found && !strchr(pattern, '*') && strcasecmp(pattern, "them"))
		return no_such_name(s, n);
	if (!found)
		return wrong(s, arena_text(s->r->mem, "no %s has a name like this", s->noun.en),
			     arena_text(s->r->mem, "没有如此命名的%s", s->noun.zh));
	if (count > found)
		return wrong(s, arena_text(s->r->mem, "there are fewer %ss than that: %u", s->noun.en, found),
			     arena_text(s->r->mem, "%s没有那么多：只有 %u 个", s->noun.zh, found));
	s->p += n;
	c->count = count;
	*out = c;
	return 0;
}

static int name(struct scan *s, struct condition_names **out)
{
	size_t n = word_length(s->p);

	if (!n && *s->p == '|')
		return wrong(s, obsolete.en, obsolete.zh);
	if (!n)
		return wrong(s, arena_text(s->r->mem, "the name of a %s is expected", s->noun.en),
			     arena_text(s->r->mem, "此处应为%s的名称", s->noun.zh));
	for (size_t i = 0; i < s->count; i++)
		if (strlen(s->names[i]) == n && !memcmp(s->names[i], s->p, n)) {
			s->p += n;
			*out = leaf(s, s->names[i]);
			return 0;
		}
	return no_such_name(s, n);
}

static int any(struct scan *s, struct condition_names **out);

static int primary(struct scan *s, struct condition_names **out)
{
	const char *from;
	unsigned long count = 0;
	int ret;

	blanks(s);
	from = s->p;
	if (*s->p == '(') {
		s->p++;
		if ((ret = any(s, out)) < 0)
			return ret;
		blanks(s);
		if (*s->p != ')')
			return wrong(s, "')' is expected", "此处应为“)”");
		s->p++;
		return 0;
	}
	if (take_word(s, "all"))
		count = 0;
	else if (take_word(s, "any"))
		count = 1;
	else if (isdigit((unsigned char)*s->p)) {
		char *end;

		count = strtoul(s->p, &end, 10);
		if (!count || count > 1000 || !isspace((unsigned char)*end))
			return name(s, out);
		s->p = end;
	} else
		return name(s, out);
	if (take_word(s, "of"))
		return quantity(s, (unsigned)count, out);
	s->p = from;
	return name(s, out);
}

static int negation(struct scan *s, struct condition_names **out)
{
	struct condition_names *inner;
	int ret;

	if (!take_word(s, "not"))
		return primary(s, out);
	if (++s->depth > CONDITION_DEPTH)
		return wrong(s, "nested too deep", "嵌套过深");
	if ((ret = negation(s, &inner)) < 0)
		return ret;
	s->depth--;
	*out = node(s, CONDITION_NOT, inner);
	return 0;
}

static int chain(struct scan *s, enum condition_kind kind, const char *word,
		 int (*part)(struct scan *, struct condition_names **), struct condition_names **out)
{
	struct condition_names *first, **last;
	int ret;

	if ((ret = part(s, &first)) < 0)
		return ret;
	for (last = &first->next; take_word(s, word); last = &(*last)->next)
		if ((ret = part(s, last)) < 0)
			return ret;
	*out = first->next ? node(s, kind, first) : first;
	return 0;
}

static int all(struct scan *s, struct condition_names **out)
{
	return chain(s, CONDITION_AND, "and", negation, out);
}

static int any(struct scan *s, struct condition_names **out)
{
	int ret;

	if (++s->depth > CONDITION_DEPTH)
		return wrong(s, "nested too deep", "嵌套过深");
	ret = chain(s, CONDITION_OR, "or", all, out);
	s->depth--;
	return ret;
}

static int not_the_end(struct scan *s)
{
	static const char *const words[] = { "and", "or" };
	size_t n = word_length(s->p);
	const char *word = arena_copy_bytes(s->r->mem, s->p, n > 80 ? 80 : n);
	const char *near = nearest(word, words, 2);

	if (*s->p == '|')
		return wrong(s, obsolete.en, obsolete.zh);
	if (!near)
		return wrong(s, "'and', 'or' or the end is expected", "此处应为 and、or 或结尾");
	return wrong(s, arena_text(s->r->mem, "'and', 'or' or the end is expected; did you mean '%s'?", near),
		     arena_text(s->r->mem, "此处应为 and、or 或结尾；是否指 %s？", near));
}

static int read_over(struct rule_reading *r, const struct tree *at, struct said noun,
		     const char *const *names, size_t count, struct condition_names **out)
{
	struct scan s = { r, at, at->text, 0, noun, names, count };
	int ret;

	if (at->kind != TREE_SCALAR || !at->len || strlen(at->text) != at->len)
		return tree_say(r->why, r->file, at, "condition should be text, or a list of texts",
				"condition 应为文本或文本列表");
	if (at->len > CONDITION_BYTES)
		return tree_say(r->why, r->file, at, "a condition has at most %d bytes",
				"condition 至多 %d 字节", CONDITION_BYTES);
	if ((ret = any(&s, out)) < 0)
		return ret;
	blanks(&s);
	return *s.p ? not_the_end(&s) : 0;
}

int expression_read(struct rule_reading *r, const struct tree *at, const char *const *names, size_t count,
		    struct condition_names **out)
{
	return read_over(r, at, (struct said){ "listed rule", "列出的规则" }, names, count, out);
}

/* The same tree with the selections in place of their names. */
static struct condition *resolve(struct rule_reading *r, const struct condition_names *from)
{
	struct condition *c = arena_take(r->mem, sizeof(*c)), **last = &c->first;
	const struct selection *s = r->rule->selections;

	c->kind = from->kind;
	c->count = from->count;
	while (from->kind == CONDITION_SELECTION && s->name != from->name)
		s = s->next;
	if (from->kind == CONDITION_SELECTION)
		c->selection = s;
	for (const struct condition_names *n = from->first; n; n = n->next) {
		*last = resolve(r, n);
		last = &(*last)->next;
	}
	return c;
}

struct names {
	const char **at;
	size_t count;
};

static struct names selection_names(struct rule_reading *r)
{
	struct names names = { NULL, 0 };
	size_t i = 0;

	for (const struct selection *s = r->rule->selections; s; s = s->next)
		names.count++;
	names.at = arena_many(r->mem, names.count + 1, sizeof(*names.at));
	for (const struct selection *s = r->rule->selections; s; s = s->next)
		names.at[i++] = s->name;
	return names;
}

static int one(struct rule_reading *r, const struct tree *at, const struct names *names,
	       struct condition **out)
{
	struct condition_names *text;
	int ret = read_over(r, at, (struct said){ "selection", "选择项" }, names->at, names->count, &text);

	if (ret == 0)
		*out = resolve(r, text);
	return ret;
}

int condition_read(struct rule_reading *r, const struct tree *at, struct condition **out)
{
	const struct names names = selection_names(r);
	struct condition *list, **last;
	int ret;

	if (at->kind != TREE_LIST)
		return one(r, at, &names, out);
	if (!at->first)
		return tree_say(r->why, r->file, at, "an empty list of conditions never matches",
				"空的条件列表永远不会命中");
	list = arena_take(r->mem, sizeof(*list));
	list->kind = CONDITION_OR;
	last = &list->first;
	for (const struct tree *t = at->first; t; t = t->next) {
		if ((ret = one(r, t, &names, last)) < 0)
			return ret;
		last = &(*last)->next;
	}
	*out = list;
	return 0;
}
