#include <stdlib.h>
#include <string.h>

#include "pack/pack_private.h"

/*
 * Guards as they are written. Which names they name is the business of
 * resolve/guard.c; here a guard gets its form and its parts.
 */

static const char *const forms[] = {
	[GUARD_IN] = "in",
	[GUARD_IS] = "is",
	[GUARD_HAS] = "has",
	[GUARD_LEVEL] = "level",
	[GUARD_EVERY] = "every",
	[GUARD_SOME] = "some",
	[GUARD_NONE] = "none",
	[GUARD_CLOCK] = "clock",
	[GUARD_REACHED] = "reached",
	[GUARD_AHEAD] = "ahead",
	[GUARD_SETTING] = "setting",
	[GUARD_SAME_TEXT] = "same_text",
	[GUARD_CHECKED] = "checked",
	[GUARD_ASKED] = "asked",
	[GUARD_NAMED] = "guard",
	[GUARD_ANY] = "any",
	[GUARD_ALL] = "all",
	[GUARD_HOLDS] = "holds",
	[GUARD_DELEGATION] = "delegation",
	[GUARD_OTHER_THAN] = "other_than",
	[GUARD_ACTOR_IS] = "actor_is",
	[GUARD_ACTOR_OF] = "actor_of",
	[GUARD_NOT_ACTOR_OF] = "not_actor_of",
};
_Static_assert(sizeof(forms) / sizeof(*forms) == GUARD__COUNT, "every form of guard has its word");

/* Words with which someone may look for a text match; each meets the boundary. */
static const char *const text_matches[] = { "match",   "matches",  "regex", "contains",    "like",
					    "keyword", "keywords", "text",  "starts_with", "ends_with" };

enum { NESTED_MOST = 2 }; /* any and all, one in the other */

static struct guard *guard_read(struct reader *r, const struct yaml_node *node, int nested);

static struct guard *guard_new(struct reader *r, enum guard_form form, struct place at)
{
	struct guard *guard = arena_take(r->mem, sizeof(*guard));

	guard->form = form;
	guard->at = at;
	return guard;
}

static struct guard *both(struct reader *r, struct guard *a, struct guard *b)
{
	struct guard *all = guard_new(r, GUARD_ALL, a->at);

	all->parts = arena_many(r->mem, 2, sizeof(*all->parts));
	all->parts[0] = a;
	all->parts[1] = b;
	all->part_count = 2;
	return all;
}

/* in: {PATH: states} and is: {PATH: values}. Several paths must all hold. */
static struct guard *read_paths(struct reader *r, enum guard_form form, const struct yaml_node *node)
{
	struct guard *whole = NULL, *one;

	if (node->form != YAML_MAP || !node->count) {
		wrong(r, node, "'%s' is a map of path to %s, like {%s}", forms[form],
		      form == GUARD_IN ? "states" : "values",
		      form == GUARD_IN ? "grade: confirmed" : "mandatory: no");
		return guard_new(r, GUARD_ALL, node->at);
	}
	for (const struct yaml_node *key = node->first; key; key = key->next) {
		one = guard_new(r, form, key->at);
		one->path = key->text;
		one->values = read_names(r, key->value, key->text);
		whole = whole ? both(r, whole, one) : one;
	}
	return whole;
}

static bool read_compare(const char *word, enum compare *out)
{
	static const char *const signs[] = {
		[LT] = "<", [LE] = "<=", [EQ] = "=", [NE] = "!=", [GE] = ">=", [GT] = ">"
	};

	for (int i = 0; i <= GT; i++)
		if (!strcmp(signs[i], word)) {
			*out = (enum compare)i;
			return true;
		}
	*out = EQ;
	return !strcmp(word, "==");
}

/* level: confirmed >= 3 */
static struct guard *read_level(struct reader *r, const struct yaml_node *node)
{
	struct guard *guard = guard_new(r, GUARD_LEVEL, node->at);
	const char *text = read_scalar(r, node, "level");
	char *copy, *rest = NULL, *sign, *against, *end;

	guard->path = "confirmed";
	if (!text)
		return guard;
	copy = arena_copy(r->mem, text);
	guard->path = strtok_r(copy, " ", &rest);
	sign = strtok_r(NULL, " ", &rest);
	against = strtok_r(NULL, " ", &rest);
	if (!against || strtok_r(NULL, " ", &rest) || !read_compare(sign, &guard->compare)) {
		wrong(r, node, "level '%.60s' is not of the form 'confirmed >= 3'", text);
		guard->path = "confirmed";
		return guard;
	}
	guard->number = (int)strtol(against, &end, 10);
	if (*end)
		guard->against = against;
	else if (guard->number < 1 || guard->number > 5)
		wrong(r, node, "level %.20s is not 1..5", against);
	return guard;
}

/* clock: CK05 missed */
static struct guard *read_clock(struct reader *r, const struct yaml_node *node)
{
	static const char *const questions[] = { [CLOCK_RUNNING] = "running",
						 [CLOCK_MISSED] = "missed",
						 [CLOCK_OVER] = "over",
						 [CLOCK_STOPPED] = "stopped" };
	struct guard *guard = guard_new(r, GUARD_CLOCK, node->at);
	const char *text = read_scalar(r, node, "clock");
	const char *blank = text ? strchr(text, ' ') : NULL;

	guard->path = "";
	for (int i = 0; blank && i <= CLOCK_STOPPED; i++)
		if (!strcmp(blank + 1, questions[i])) {
			guard->path = arena_copy_bytes(r->mem, text, (size_t)(blank - text));
			guard->clock = (enum clock_question)i;
			return guard;
		}
	if (text)
		wrong(r, node,
		      "clock '%.60s' is not of the form 'CK05 missed' (running, missed, over, stopped)",
		      text);
	return guard;
}

/* States of the main region stand as names; those of another region become a
 * guard under `where`. */
static struct names read_states(struct reader *r, struct among *among, const struct yaml_node *node,
				const char *what)
{
	struct guard *region;

	if (!node || node->form != YAML_MAP)
		return read_names(r, node, what);
	region = read_paths(r, GUARD_IN, node);
	among->where = among->where ? both(r, among->where, region) : region;
	return (struct names){ 0 };
}

static void read_least(struct reader *r, struct among *among, const struct yaml_node *node)
{
	const char *text = read_scalar(r, node, "at_least");

	if (!text)
		return;
	if (text[0] >= '0' && text[0] <= '9')
		among->at_least = read_number(r, node, "at_least", 1, 1000, 1);
	else
		among->at_least_setting = text;
}

static struct guard *read_among(struct reader *r, enum guard_form form, const struct yaml_node *node,
				int nested)
{
	static const char *const keys[] = { "of",    "through",  "in",   "not_in", "open",
					    "where", "at_least", "same", NULL };
	struct guard *guard = guard_new(r, form, node->at);
	struct among *among = &guard->among;
	const struct yaml_node *n;

	among->at_least = 1;
	if (!read_map(r, node, forms[form], keys))
		return guard;
	among->of = read_names(r, yaml_get(node, "of"), "of");
	if (!yaml_get(node, "of"))
		wrong(r, node, "'of' is missing: which kind of record?");
	if ((n = yaml_get(node, "where")))
		among->where = guard_read(r, n, nested);
	among->through = read_text(r, node, "through", false);
	among->same = read_text(r, node, "same", false);
	among->open = read_yes(r, node, "open");
	if ((n = yaml_get(node, "at_least"))) {
		read_least(r, among, n);
		if (form != GUARD_SOME)
			wrong(r, n, "at_least counts only under 'some'");
	}
	among->in = read_states(r, among, yaml_get(node, "in"), "in");
	if ((n = yaml_get(node, "not_in")) && n->form == YAML_MAP)
		wrong(r, n,
		      "not_in names states of the main region; name the other states under in: {region: …}");
	else
		among->not_in = read_names(r, n, "not_in");
	return guard;
}

static struct guard *read_parts(struct reader *r, enum guard_form form, const struct yaml_node *node,
				int nested)
{
	struct guard *guard = guard_new(r, form, node->at);

	if (node->form != YAML_LIST || !node->count) {
		wrong(r, node, "'%s' is a list of guards", forms[form]);
		return guard;
	}
	if (nested >= NESTED_MOST) {
		wrong(r, node, "any and all go two levels deep at most");
		return guard;
	}
	guard->parts = arena_many(r->mem, node->count, sizeof(struct guard *));
	for (const struct yaml_node *item = node->first; item; item = item->next)
		if ((guard->parts[guard->part_count] = guard_read(r, item, nested + 1)))
			guard->part_count++;
	return guard;
}

/* Guards that take one name, or for persons a few of them. */
static struct guard *read_named(struct reader *r, enum guard_form form, const struct yaml_node *node)
{
	struct guard *guard = guard_new(r, form, node->at);

	guard->path = "";
	guard->values = read_names(r, node, forms[form]);
	if (guard->values.count)
		guard->path = guard->values.at[0];
	if (guard->values.count > 1 && form != GUARD_OTHER_THAN && form != GUARD_ACTOR_IS &&
	    form != GUARD_AHEAD)
		wrong(r, node, "'%s' takes one name", forms[form]);
	return guard;
}

/* ahead: FIELD, [FIELD, the time it comes after], or {FIELD: how far at most}. */
static struct guard *read_ahead(struct reader *r, const struct yaml_node *node)
{
	struct guard *guard;

	if (node->form != YAML_MAP) {
		guard = read_named(r, GUARD_AHEAD, node);
		if (guard->values.count > 2)
			wrong(r, node,
			      "'ahead' takes one time, or two, of which the first comes after the second");
		return guard;
	}
	guard = guard_new(r, GUARD_AHEAD, node->at);
	guard->path = node->first ? node->first->text : "";
	guard->within = node->first ? read_span(r, node->first->value, guard->path) : 0;
	if (node->count != 1)
		wrong(r, node, "'ahead' is of the form {valid_to: 90 d}");
	return guard;
}

static struct guard *read_form(struct reader *r, enum guard_form form, const struct yaml_node *value,
			       int nested)
{
	switch (form) {
	case GUARD_IN:
	case GUARD_IS:
		return read_paths(r, form, value);
	case GUARD_LEVEL:
		return read_level(r, value);
	case GUARD_EVERY:
	case GUARD_SOME:
	case GUARD_NONE:
		return read_among(r, form, value, nested);
	case GUARD_CLOCK:
		return read_clock(r, value);
	case GUARD_AHEAD:
		return read_ahead(r, value);
	case GUARD_ANY:
	case GUARD_ALL:
		return read_parts(r, form, value, nested);
	default:
		return read_named(r, form, value);
	}
}

static int form_of(const char *word)
{
	for (int i = 0; i < GUARD__COUNT; i++)
		if (!strcmp(forms[i], word))
			return i;
	return -1;
}

static bool beside(const char *word)
{
	return !strcmp(word, "when") || !strcmp(word, "refuse") || !strcmp(word, "say");
}

bool reads_text(const struct reader *r, const struct yaml_node *key)
{
	for (size_t i = 0; i < sizeof(text_matches) / sizeof(*text_matches); i++)
		if (!strcmp(text_matches[i], key->text)) {
			problem_add(r->problems, key->at, "N33",
				    "'%s': nothing in a plan reads what a text says; use a field with an "
				    "enumeration",
				    key->text);
			return true;
		}
	return false;
}

/* The one key that says what kind of guard it is. */
static const struct yaml_node *main_key(struct reader *r, const struct yaml_node *node)
{
	const struct yaml_node *found = NULL;

	for (const struct yaml_node *key = node->first; key; key = key->next) {
		if (beside(key->text))
			continue;
		if (found) {
			wrong(r, key, "'%.40s' beside '%.40s': one guard, one form; write two guards",
			      key->text, found->text);
			return NULL;
		}
		found = key;
	}
	if (!found)
		wrong(r, node, "a guard is missing here, like {has: scope}");
	return found;
}

static struct guard *guard_read(struct reader *r, const struct yaml_node *node, int nested)
{
	const struct yaml_node *key, *n;
	struct guard *guard;
	int form;

	if (node->form != YAML_MAP) {
		wrong(r, node, "a guard is a map, like {has: scope}");
		return NULL;
	}
	if (!(key = main_key(r, node)))
		return NULL;
	if ((form = form_of(key->text)) < 0) {
		if (!reads_text(r, key))
			unknown_name(r, key->at, "guard", key->text, forms, GUARD__COUNT);
		return NULL;
	}
	guard = read_form(r, (enum guard_form)form, key->value, nested);
	if (guard && (n = yaml_get(node, "when")))
		guard->when = guard_read(r, n, nested);
	if (guard && (n = yaml_get(node, "say")))
		guard->say = read_words(r, n, "say");
	if (guard)
		guard->refuse = read_text(r, node, "refuse", false);
	return guard;
}

struct guard *load_guard(struct reader *r, const struct yaml_node *node) { return guard_read(r, node, 0); }

struct guards load_guards(struct reader *r, const struct yaml_node *node)
{
	struct guards guards = { 0 };

	if (!node)
		return guards;
	if (node->form != YAML_LIST) {
		wrong(r, node, "guards stand in a list, like [{has: scope}]");
		return guards;
	}
	guards.at = arena_many(r->mem, node->count, sizeof(*guards.at));
	for (const struct yaml_node *item = node->first; item; item = item->next)
		if ((guards.at[guards.count] = guard_read(r, item, 0)))
			guards.count++;
	return guards;
}
