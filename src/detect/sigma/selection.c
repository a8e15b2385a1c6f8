#include <string.h>

#include "detect/sigma/rule_private.h"

/* selection -- a named part of a rule's detection: a map (all of its fields), a
 * list of maps (any of them) or a list of words (any of them, anywhere). */

/* Windows field names are written without the spaces they have in the event. */
static const char *field_key(struct rule_reading *r, const char *key)
{
	char *plain = arena_copy(r->mem, key), *to = plain;

	if (!r->rule->product || strcmp(r->rule->product, "windows"))
		return key;
	for (const char *p = key; *p; p++)
		if (*p != ' ')
			*to++ = *p;
	*to = '\0';
	return plain;
}

static int map_clause(struct rule_reading *r, const struct tree *at, struct clause **out)
{
	struct clause *clause = arena_take(r->mem, sizeof(*clause));
	struct item **last = &clause->items;
	int ret;

	if (!at->first)
		return tree_say(r->why, r->file, at, "an empty map matches everything; say what it should be",
				"空的映射会命中一切；请写明应为何值");
	for (const struct tree *t = at->first; t; t = t->next) {
		if ((ret = item_read(r, field_key(r, t->key), t, last)) < 0)
			return ret;
		while (*last)
			last = &(*last)->next;
	}
	*out = clause;
	return 0;
}

static int word_clause(struct rule_reading *r, const struct tree *at, struct clause **out)
{
	struct clause *clause = arena_take(r->mem, sizeof(*clause));
	int ret;

	if (!at->len || tree_is_null(at))
		return tree_say(r->why, r->file, at, "an empty word is found everywhere", "空词处处可见");
	/* A word is found anywhere in the event, so it is a search. */
	if ((ret = item_read(r, "|contains", at, &clause->items)) < 0)
		return ret;
	*out = clause;
	return 0;
}

static int list_clauses(struct rule_reading *r, const struct tree *at, struct clause **out)
{
	int ret;

	if (!at->first)
		return tree_say(r->why, r->file, at, "an empty list never matches", "空列表永远不会命中");
	for (const struct tree *t = at->first; t; t = t->next) {
		if (t->kind == TREE_LIST)
			return tree_say(r->why, r->file, t, "a list in a list; maps or words are expected",
					"列表中又有列表；此处应为映射或词");
		ret = t->kind == TREE_MAP ? map_clause(r, t, out) : word_clause(r, t, out);
		if (ret < 0)
			return ret;
		out = &(*out)->next;
	}
	return 0;
}

int selection_read(struct rule_reading *r, const struct tree *at, struct selection **out)
{
	struct selection *s = arena_take(r->mem, sizeof(*s));
	int ret;

	s->name = at->key;
	if (at->kind == TREE_MAP)
		ret = map_clause(r, at, &s->clauses);
	else if (at->kind == TREE_LIST)
		ret = list_clauses(r, at, &s->clauses);
	else
		ret = word_clause(r, at, &s->clauses);
	if (ret < 0)
		return ret;
	*out = s;
	return 0;
}
