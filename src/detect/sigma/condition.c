#include <ctype.h>
#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "detect/sigma/rule_private.h"

/* condition -- "selection and not 1 of filter_*" as a tree over the selections.
 * or binds loosest, then and, then not, then "of"; parentheses go before all. */

enum { CONDITION_DEPTH = 64, CONDITION_BYTES = 4096 };

struct scan {
	struct rule_reading *r;
	const struct tree *at;
	const char *p;
	int depth;
};

static int wrong(struct scan *s, const char *what)
{
	return tree_fault(s->r->why, s->r->file, s->at, "condition, character %zu: %s",
			  (size_t)(s->p - s->at->text) + 1, what);
}

static int no_selection(struct scan *s, size_t len)
{
	char what[160];

	snprintf(what, sizeof(what), "there is no selection '%.*s'", (int)(len > 80 ? 80 : len), s->p);
	return wrong(s, what);
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

static struct condition *node(struct scan *s, enum condition_kind kind, struct condition *first)
{
	struct condition *c = arena_take(s->r->mem, sizeof(*c));

	c->kind = kind;
	c->first = first;
	return c;
}

static struct condition *of_selection(struct scan *s, const struct selection *selection)
{
	struct condition *c = node(s, CONDITION_SELECTION, NULL);

	c->selection = selection;
	return c;
}

static bool in_pattern(const char *pattern, const char *name)
{
	if (!strcasecmp(pattern, "them"))
		return *name != '_';
	return fnmatch(pattern, name, FNM_NOESCAPE) == 0;
}

/* "1 of name*", "all of them", "3 of name*"; `count` 0 means all. */
static int quantity(struct scan *s, unsigned count, struct condition **out)
{
	struct condition *c = node(s,
				   count == 0   ? CONDITION_AND
				   : count == 1 ? CONDITION_OR
						: CONDITION_COUNT,
				   NULL);
	struct condition **last = &c->first;
	const char *pattern;
	size_t n;
	unsigned found = 0;

	blanks(s);
	n = word_length(s->p);
	if (!n)
		return wrong(s, "after 'of' a name, a pattern like sel* or 'them' is expected");
	pattern = arena_copy_bytes(s->r->mem, s->p, n);
	for (struct selection *x = s->r->rule->selections; x; x = x->next)
		if (in_pattern(pattern, x->name)) {
			*last = of_selection(s, x);
			last = &(*last)->next;
			found++;
		}
	if (!found)
		return wrong(s, "no selection has a name like this");
	if (count > found)
		return wrong(s, "there are fewer selections than that");
	s->p += n;
	c->count = count;
	*out = c;
	return 0;
}

static int name(struct scan *s, struct condition **out)
{
	size_t n = word_length(s->p);

	if (!n)
		return wrong(s, *s->p == '|'
					? "aggregations after '|' are not taken; write a correlation rule"
					: "the name of a selection is expected");
	for (struct selection *x = s->r->rule->selections; x; x = x->next)
		if (strlen(x->name) == n && !memcmp(x->name, s->p, n)) {
			s->p += n;
			*out = of_selection(s, x);
			return 0;
		}
	return no_selection(s, n);
}

static int any(struct scan *s, struct condition **out);

static int primary(struct scan *s, struct condition **out)
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
			return wrong(s, "')' is expected");
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

static int negation(struct scan *s, struct condition **out)
{
	struct condition *inner;
	int ret;

	if (!take_word(s, "not"))
		return primary(s, out);
	if (++s->depth > CONDITION_DEPTH)
		return wrong(s, "nested too deep");
	if ((ret = negation(s, &inner)) < 0)
		return ret;
	s->depth--;
	*out = node(s, CONDITION_NOT, inner);
	return 0;
}

static int chain(struct scan *s, enum condition_kind kind, const char *word,
		 int (*part)(struct scan *, struct condition **), struct condition **out)
{
	struct condition *first, **last;
	int ret;

	if ((ret = part(s, &first)) < 0)
		return ret;
	for (last = &first->next; take_word(s, word); last = &(*last)->next)
		if ((ret = part(s, last)) < 0)
			return ret;
	*out = first->next ? node(s, kind, first) : first;
	return 0;
}

static int all(struct scan *s, struct condition **out)
{
	return chain(s, CONDITION_AND, "and", negation, out);
}

static int any(struct scan *s, struct condition **out)
{
	int ret;

	if (++s->depth > CONDITION_DEPTH)
		return wrong(s, "nested too deep");
	ret = chain(s, CONDITION_OR, "or", all, out);
	s->depth--;
	return ret;
}

static int one(struct rule_reading *r, const struct tree *at, struct condition **out)
{
	struct scan s = { r, at, at->text, 0 };
	int ret;

	if (at->kind != TREE_SCALAR || !at->len || strlen(at->text) != at->len)
		return tree_fault(r->why, r->file, at, "condition should be text, or a list of texts");
	if (at->len > CONDITION_BYTES)
		return tree_fault(r->why, r->file, at, "a condition has at most %d bytes", CONDITION_BYTES);
	if ((ret = any(&s, out)) < 0)
		return ret;
	blanks(&s);
	if (*s.p == '|')
		return wrong(&s, "aggregations after '|' are not taken; write a correlation rule");
	return *s.p ? wrong(&s, "'and', 'or' or the end is expected") : 0;
}

int condition_read(struct rule_reading *r, const struct tree *at, struct condition **out)
{
	struct condition *list, **last;
	int ret;

	if (at->kind != TREE_LIST)
		return one(r, at, out);
	if (!at->first)
		return tree_fault(r->why, r->file, at, "an empty list of conditions never matches");
	list = arena_take(r->mem, sizeof(*list));
	list->kind = CONDITION_OR;
	last = &list->first;
	for (const struct tree *t = at->first; t; t = t->next) {
		if ((ret = one(r, t, last)) < 0)
			return ret;
		last = &(*last)->next;
	}
	*out = list;
	return 0;
}
