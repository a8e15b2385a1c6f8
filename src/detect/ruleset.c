#include "detect/ruleset.h"

#include <dirent.h>
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "detect/sigma/lists.h"
#include "pack/nearest.h"

enum { FOLDER_DEPTH = 16, CORRELATIONS_DEEP = 16 };

struct slot {
	const char *name;
	size_t rule;
};

struct ruleset {
	struct arena *mem;
	struct lists *lists;
	ruleset_refused *refused;
	void *who;
	struct rule **rules;
	size_t count, room, refusals;
	struct rule **filters;
	size_t filter_count, filter_room;
	struct slot *slots; /* ids and names; a power of two, half empty at least */
	size_t slot_count, slot_room;
};

struct ruleset *ruleset_new(ruleset_refused *refused, void *who)
{
	struct ruleset *set = must_alloc(sizeof(*set));

	set->mem = arena_new();
	set->lists = lists_new(set->mem);
	set->refused = refused;
	set->who = who;
	return set;
}

void ruleset_free(struct ruleset *set)
{
	if (!set)
		return;
	arena_free(set->mem);
	free(set->rules);
	free(set->filters);
	free(set->slots);
	free(set);
}

int ruleset_set_lists(struct ruleset *set, const char *folder, struct fault *why)
{
	return lists_add_folder(set->lists, folder, why);
}

int ruleset_add_list(struct ruleset *set, const char *name, const char *bytes, size_t len, struct fault *why)
{
	return lists_add(set->lists, name, bytes, len, why);
}

size_t ruleset_count(const struct ruleset *set) { return set->count; }
size_t ruleset_refusals(const struct ruleset *set) { return set->refusals; }
const struct rule *ruleset_at(const struct ruleset *set, size_t i) { return set->rules[i]; }

static void refuse(struct ruleset *set, const struct fault *why)
{
	set->refusals++;
	if (set->refused)
		set->refused(set->who, why);
}

static size_t hash(const char *name)
{
	uint64_t h = UINT64_C(14695981039346656037);

	for (; *name; name++)
		h = (h ^ (unsigned char)*name) * UINT64_C(1099511628211);
	return (size_t)(h ^ h >> 29);
}

static struct slot *slot_of(const struct ruleset *set, const char *name)
{
	size_t i = hash(name) & (set->slot_room - 1);

	while (set->slots[i].name && strcmp(set->slots[i].name, name))
		i = (i + 1) & (set->slot_room - 1);
	return &set->slots[i];
}

size_t ruleset_find(const struct ruleset *set, const char *name)
{
	const struct slot *slot = set->slot_room ? slot_of(set, name) : NULL;

	return slot && slot->name ? slot->rule : SIZE_MAX;
}

static void remember(struct ruleset *set, const char *name, size_t rule)
{
	if (2 * (set->slot_count + 1) > set->slot_room) {
		struct slot *old = set->slots;
		size_t room = set->slot_room;

		set->slot_room = room ? 2 * room : 256;
		set->slots = must_alloc(set->slot_room * sizeof(*set->slots));
		for (size_t i = 0; i < room; i++)
			if (old[i].name)
				*slot_of(set, old[i].name) = old[i];
		free(old);
	}
	if (slot_of(set, name)->name)
		return;
	*slot_of(set, name) = (struct slot){ name, rule };
	set->slot_count++;
}

/* Filters wait until every rule is there. */
static int keep_filter(struct ruleset *set, struct rule *filter)
{
	if (set->filter_count == set->filter_room) {
		set->filter_room = set->filter_room ? 2 * set->filter_room : 16;
		set->filters = must_grow(set->filters, set->filter_room * sizeof(*set->filters));
	}
	set->filters[set->filter_count++] = filter;
	return 0;
}

static int keep(struct ruleset *set, struct rule *rule, struct fault *why)
{
	const char *names[] = { rule->id, rule->name };

	if (rule->filter)
		return keep_filter(set, rule);

	for (size_t i = 0; i < 2; i++) {
		size_t other = names[i] ? ruleset_find(set, names[i]) : SIZE_MAX;

		if (other != SIZE_MAX)
			return fault_say(why, FAULT_INVALID,
					 "%s:%d:1: '%s' is taken by the rule in %s:%d; each wants its own",
					 "%s:%d:1: “%s”已被 %s:%d 的规则使用；每条规则应各有其名", rule->file,
					 rule->line, names[i], set->rules[other]->file,
					 set->rules[other]->line);
	}
	if (set->count == set->room) {
		set->room = set->room ? 2 * set->room : 256;
		set->rules = must_grow(set->rules, set->room * sizeof(*set->rules));
	}
	for (size_t i = 0; i < 2; i++)
		if (names[i])
			remember(set, names[i], set->count);
	set->rules[set->count++] = rule;
	return 0;
}

static void add_documents(struct ruleset *set, const char *file, const struct tree *at)
{
	for (; at; at = at->next) {
		struct rule *rule;
		struct fault why;

		if (rule_read(set->mem, set->lists, file, at, &rule, &why) < 0 || keep(set, rule, &why) < 0)
			refuse(set, &why);
	}
}

void ruleset_add(struct ruleset *set, const char *name, const char *bytes, size_t len)
{
	const char *file = arena_copy(set->mem, name);
	struct fault why;
	struct tree *at;

	if (tree_read(set->mem, file, bytes, len, &at, &why) < 0)
		refuse(set, &why);
	else
		add_documents(set, file, at);
}

static void add_file(struct ruleset *set, const char *path)
{
	const char *file = arena_copy(set->mem, path);
	struct fault why;
	struct tree *at;

	if (tree_read_file(set->mem, file, &at, &why) < 0)
		refuse(set, &why);
	else
		add_documents(set, file, at);
}

static bool is_yml(const char *name)
{
	const char *dot = strrchr(name, '.');

	return dot && dot != name && (!strcmp(dot, ".yml") || !strcmp(dot, ".yaml"));
}

static int visible(const struct dirent *d) { return d->d_name[0] != '.'; }

static void add_folder(struct ruleset *set, const char *path, int depth)
{
	struct dirent **names;
	int count = depth < FOLDER_DEPTH ? scandir(path, &names, visible, alphasort) : -1;
	struct fault why;

	if (count < 0) {
		fault_set(&why, FAULT_IO, "%s: %s", path,
			  depth < FOLDER_DEPTH ? strerror(errno) : "folders are nested too deep");
		refuse(set, &why);
		return;
	}
	for (int i = 0; i < count; i++) {
		const char *each = arena_text(set->mem, "%s/%s", path, names[i]->d_name);
		struct stat info;

		free(names[i]);
		if (stat(each, &info) < 0)
			continue;
		if (S_ISDIR(info.st_mode))
			add_folder(set, each, depth + 1);
		else if (S_ISREG(info.st_mode) && is_yml(each))
			add_file(set, each);
	}
	free(names);
}

int ruleset_add_path(struct ruleset *set, const char *path, struct fault *why)
{
	struct stat info;
	size_t len = strlen(path);

	if (stat(path, &info) < 0)
		return fault_set(why, FAULT_ABSENT, "%s: %s", path, strerror(errno));
	while (len > 1 && path[len - 1] == '/')
		len--;
	if (S_ISDIR(info.st_mode))
		add_folder(set, arena_copy_bytes(set->mem, path, len), 0);
	else
		add_file(set, path);
	return 0;
}

/* An id or name of the set that was probably meant, or NULL. */
static const char *meant(const struct ruleset *set, const char *name)
{
	const char **names = arena_many(set->mem, set->slot_count + 1, sizeof(*names));
	size_t count = 0;

	for (size_t i = 0; i < set->slot_room; i++)
		if (set->slots[i].name)
			names[count++] = set->slots[i].name;
	return nearest(name, names, count);
}

/* What a rule or filter refers to is not as it should be. */
static void refuse_at(struct ruleset *set, const struct rule *rule, const struct name_list *n, const char *en,
		      const char *zh)
{
	struct fault why;

	fault_say(&why, FAULT_INVALID, "%s:%d:%d: '%s' %s%.0s", "%s:%d:%d: “%s”%.0s%s", rule->file, n->line,
		  n->column, n->name, en, zh);
	refuse(set, &why);
}

static void refuse_unknown(struct ruleset *set, const struct rule *rule, const struct name_list *n)
{
	const char *near = meant(set, n->name);

	if (near)
		refuse_at(set, rule, n,
			  arena_text(set->mem,
				     "is no id or name of a rule that was loaded; did you mean '%s'?", near),
			  arena_text(set->mem, "不是已载入规则的 id 或名称；是否指“%s”？", near));
	else
		refuse_at(set, rule, n, "is no id or name of a rule that was loaded",
			  "不是已载入规则的 id 或名称");
}

/* ---- filters ------------------------------------------------------------------ */

static bool part_covers(const char *wanted, const char *has) { return !wanted || wanted == has; }

/* Is the rule's log source one of those that the filter's words name? */
static bool source_covers(const struct rule *filter, const struct rule *rule)
{
	return part_covers(filter->product, rule->product) && part_covers(filter->category, rule->category) &&
	       part_covers(filter->service, rule->service);
}

static struct condition *joined(struct arena *mem, enum condition_kind kind, struct condition *first)
{
	struct condition *c = arena_take(mem, sizeof(*c));

	c->kind = kind;
	c->first = first;
	return c;
}

/* The rule's condition, and not the filter's. */
static void lay(struct ruleset *set, const struct rule *filter, struct rule *rule)
{
	struct condition *inner = arena_take(set->mem, sizeof(*inner));
	struct name_list *title = arena_take(set->mem, sizeof(*title));

	*inner = *filter->condition;
	rule->condition->next = joined(set->mem, CONDITION_NOT, inner);
	rule->condition = joined(set->mem, CONDITION_AND, rule->condition);
	*title = (struct name_list){ filter->title, filter->line, 1, rule->filters };
	rule->filters = title;
}

static void lay_on(struct ruleset *set, const struct rule *filter, const struct name_list *n)
{
	const size_t i = ruleset_find(set, n->name);

	if (i == SIZE_MAX)
		refuse_unknown(set, filter, n);
	else if (set->rules[i]->correlation)
		refuse_at(set, filter, n,
			  "is a correlation; a filter is laid on the rules that it correlates",
			  "是关联规则；筛除应加在它所关联的规则上");
	else if (!source_covers(filter, set->rules[i]))
		refuse_at(set, filter, n,
			  "is about another log source than the filter's; the filter is not laid on it",
			  "的日志来源与筛除规则不同；未加筛除");
	else
		lay(set, filter, set->rules[i]);
}

static void lay_filters(struct ruleset *set)
{
	for (size_t i = 0; i < set->filter_count; i++) {
		const struct rule *filter = set->filters[i];

		for (const struct name_list *n = filter->filter->rules; n; n = n->next)
			lay_on(set, filter, n);
		for (size_t k = 0; k < set->count && !filter->filter->rules; k++)
			if (!set->rules[k]->correlation && source_covers(filter, set->rules[k]))
				lay(set, filter, set->rules[k]);
	}
}

/* ---- correlations ------------------------------------------------------------- */

/* An alias is for one of the rules that are listed, under any of its names. */
static const struct alias *lost_alias(const struct ruleset *set, const struct correlation *c)
{
	for (const struct alias *a = c->aliases; a; a = a->next) {
		const size_t rule = ruleset_find(set, a->rule);
		const struct name_list *n = c->rules;

		while (n && (rule == SIZE_MAX || ruleset_find(set, n->name) != rule))
			n = n->next;
		if (!n)
			return a;
	}
	return NULL;
}

static bool aliases_stand(struct ruleset *set, const struct rule *rule)
{
	const struct alias *a = lost_alias(set, rule->correlation);
	struct fault why;

	if (!a)
		return true;
	fault_say(&why, FAULT_INVALID,
		  "%s:%d:%d: the alias '%s' is for '%s', which is not among the rules of the correlation",
		  "%s:%d:%d: 别名“%s”所指的“%s”不在关联规则的 rules 中", rule->file, a->line, a->column,
		  a->name, a->rule);
	refuse(set, &why);
	return false;
}

static void refuse_reference(struct ruleset *set, const struct rule *rule, const struct name_list *n)
{
	if (ruleset_find(set, n->name) == SIZE_MAX)
		refuse_unknown(set, rule, n);
	else
		refuse_at(
			set, rule, n,
			arena_text(set->mem,
				   "cannot be referred to: it is refused itself, refers back to this one, or "
				   "more than %d correlations stand on each other",
				   CORRELATIONS_DEEP),
			arena_text(set->mem,
				   "不能被引用：它本身被拒绝，或又引用本规则，或关联规则层叠超过 %d 层",
				   CORRELATIONS_DEEP));
}

enum { STANDS_UNKNOWN, STANDS_ASKED, STANDS, STANDS_NOT };

/* Can the correlation stand? It is as deep as those that stand on it. */
static bool stands(struct ruleset *set, size_t i, char *state, int depth)
{
	const struct rule *rule = set->rules[i];
	const struct name_list *n;

	if (!rule->correlation)
		return true;
	if (state[i] != STANDS_UNKNOWN || depth == CORRELATIONS_DEEP)
		return state[i] == STANDS;
	state[i] = STANDS_ASKED;
	for (n = rule->correlation->rules; n; n = n->next) {
		size_t other = ruleset_find(set, n->name);

		if (other == SIZE_MAX || !stands(set, other, state, depth + 1))
			break;
	}
	if (n)
		refuse_reference(set, rule, n);
	state[i] = !n && aliases_stand(set, rule) ? STANDS : STANDS_NOT;
	return state[i] == STANDS;
}

void ruleset_finish(struct ruleset *set)
{
	char *state = must_alloc(set->count + 1);
	size_t kept = 0;

	lay_filters(set);
	for (size_t i = 0; i < set->count; i++)
		if (!stands(set, i, state, 0))
			state[i] = STANDS_NOT;
	for (size_t i = 0; i < set->count; i++)
		if (state[i] != STANDS_NOT)
			set->rules[kept++] = set->rules[i];
	free(state);
	set->count = kept;
	if (set->slots)
		memset(set->slots, 0, set->slot_room * sizeof(*set->slots));
	set->slot_count = 0;
	for (size_t i = 0; i < set->count; i++) {
		remember(set, set->rules[i]->id, i);
		if (set->rules[i]->name)
			remember(set, set->rules[i]->name, i);
	}
}
