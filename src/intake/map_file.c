#include <string.h>

#include "intake/dictionary.h"
#include "intake/map_private.h"

/* map_file -- a mapping as its file says it, checked against the closed tables. */

struct reading {
	struct arena *mem;
	const char *file;
	struct fault *why;
	struct map *map;
	enum map_from froms[MAP_FORMS]; /* all that `from` names */
	size_t from_count;
	const char *product, *category, *service; /* of the place that is being read */
};

static int unknown(struct reading *r, const struct tree *at, const char *kind)
{
	return tree_fault(r->why, r->file, at, "N33: %s '%s' is not in the closed table of log sources", kind,
			  at->text ? at->text : "");
}

static int read_place_word(struct reading *r, const struct tree *t)
{
	const char *word = t->kind == TREE_SCALAR ? logsource_word(t->text) : NULL;
	struct logsource *at = &r->map->at;
	bool fits = true;

	if (!word)
		return unknown(r, t, t->key);
	if (!strcmp(t->key, "product")) {
		if (at->product && at->product != word)
			return tree_fault(r->why, r->file, t, "an event has one product, here '%s' already",
					  at->product);
		at->product = r->product = word;
	} else if (!strcmp(t->key, "category")) {
		fits = logsource_add_category(at, word);
		r->category = word;
	} else {
		fits = logsource_add_service(at, word);
		r->service = word;
	}
	if (!fits)
		return tree_fault(r->why, r->file, t, "more words than a log source has");
	/* The parts must be one row of the table together, not words from several. */
	return logsource_known(r->product, r->category, r->service)
		       ? 0
		       : tree_fault(r->why, r->file, t,
				    "N33: there is no such log source in the closed table");
}

static int read_place_words(struct reading *r, struct tree *t)
{
	int ret;

	if (t->kind != TREE_LIST)
		return read_place_word(r, t);
	for (struct tree *w = t->first; w; w = w->next) {
		w->key = t->key;
		if ((ret = read_place_word(r, w)) < 0)
			return ret;
	}
	return 0;
}

static int read_one_place(struct reading *r, const struct tree *at)
{
	static const char *const words[] = { "product", "category", "service" };
	int ret;

	if (at->kind != TREE_MAP)
		return tree_fault(r->why, r->file, at,
				  "logsource should be {product: , category: , service: } or a list of such");
	for (struct tree *t = at->first; t; t = t->next)
		if (strcmp(t->key, words[0]) && strcmp(t->key, words[1]) && strcmp(t->key, words[2]))
			return tree_fault(r->why, r->file, t,
					  "unknown key '%s'; product, category or service", t->key);
	r->product = r->category = r->service = NULL;
	for (size_t i = 0; i < 3; i++) {
		struct tree *t = at->first;

		while (t && strcmp(t->key, words[i]))
			t = t->next;
		if (t && (ret = read_place_words(r, t)) < 0)
			return ret;
	}
	return 0;
}

static int read_place(struct reading *r, const struct tree *at)
{
	int ret;

	if (at->kind != TREE_LIST)
		return read_one_place(r, at);
	for (const struct tree *t = at->first; t; t = t->next)
		if ((ret = read_one_place(r, t)) < 0)
			return ret;
	return 0;
}

static int read_from_word(struct reading *r, const struct tree *at)
{
	static const char *const words[MAP_FORMS] = { "syslog", "line", "json", "zeek",
						      "w3c",    "cef",  "leef", "pairs" };

	for (size_t i = 0; at->kind == TREE_SCALAR && i < MAP_FORMS && r->from_count < MAP_FORMS; i++)
		if (!strcmp(at->text, words[i])) {
			r->froms[r->from_count++] = (enum map_from)i;
			return 0;
		}
	return tree_fault(r->why, r->file, at,
			  "from should be syslog, line, json, zeek, w3c, cef, leef or pairs");
}

static int read_from(struct reading *r, const struct tree *at)
{
	int ret = at->kind == TREE_LIST ? 0 : read_from_word(r, at);

	for (const struct tree *t = at->kind == TREE_LIST ? at->first : NULL; ret == 0 && t; t = t->next)
		ret = read_from_word(r, t);
	if (ret == 0 && !r->from_count)
		return tree_fault(r->why, r->file, at, "from is an empty list");
	for (size_t i = 1; ret == 0 && i < r->from_count; i++)
		if (r->froms[0] < MAP_JSON || r->froms[i] < MAP_JSON)
			return tree_fault(r->why, r->file, at, "syslog and line stand alone in from");
	r->map->from = r->froms[0];
	return ret;
}

static int read_names(struct reading *r, const struct tree *at, const char ***out, size_t *count)
{
	if (at->kind != TREE_LIST)
		return tree_fault(r->why, r->file, at, "%s should be a list of names", at->key);
	*out = arena_many(r->mem, tree_count(at) + 1, sizeof(char *));
	for (struct tree *t = at->first; t; t = t->next) {
		if (t->kind != TREE_SCALAR)
			return tree_fault(r->why, r->file, t, "a name in %s is text", at->key);
		(*out)[(*count)++] = t->text;
	}
	return 0;
}

/* A bit for what texts that a name stands for begin with. */
static uint32_t initials(const char *name, size_t len)
{
	return len && *name != '*' ? UINT32_C(1) << map_initial(name, len) : UINT32_MAX;
}

static int read_programs(struct reading *r, const struct tree *at)
{
	struct map *m = r->map;
	const int ret = read_names(r, at, &m->programs, &m->program_count);

	m->program_lens = arena_many(r->mem, m->program_count + 1, sizeof(size_t));
	for (size_t i = 0; i < m->program_count; i++) {
		m->program_lens[i] = strlen(m->programs[i]);
		m->initials |= initials(m->programs[i], m->program_lens[i]);
	}
	return ret;
}

static int read_keep(struct reading *r, const struct tree *at)
{
	return read_names(r, at, &r->map->keep, &r->map->keep_count);
}

static int read_drop(struct reading *r, const struct tree *at)
{
	return read_names(r, at, &r->map->drop, &r->map->drop_count);
}

/* A name that this program gives must be one of the dictionary, for such logs. */
static int check_name(struct reading *r, const struct tree *t)
{
	if (!dictionary_has(t->key))
		return tree_fault(r->why, r->file, t, "N33: '%s' is not a field of the dictionary", t->key);
	if (!dictionary_allows(t->key, &r->map->at))
		return tree_fault(r->why, r->file, t, "N33: '%s' is not for logs of this log source", t->key);
	return 0;
}

/* {name: text}; `ours`: the names must be those of the dictionary. */
static int read_pairs(struct reading *r, const struct tree *at, bool ours, struct pair *out, size_t room,
		      size_t *count)
{
	int ret;

	if (at->kind != TREE_MAP)
		return tree_fault(r->why, r->file, at, "%s should be {name: text}", at->key);
	for (struct tree *t = at->first; t; t = t->next) {
		if (t->kind != TREE_SCALAR || *count == room)
			return tree_fault(r->why, r->file, t, "%s takes at most %zu pairs of text", at->key,
					  room);
		if (ours && (ret = check_name(r, t)) < 0)
			return ret;
		out[(*count)++] = (struct pair){ t->key, t->text, strlen(t->key), strlen(t->text),
						 ours ? name_number(t->key, strlen(t->key)) : NAME_NONE };
	}
	return 0;
}

/* "name" or [first, else second]. */
static int read_other(struct reading *r, const struct tree *at, struct other *out)
{
	const struct tree *t = at->kind == TREE_LIST ? at->first : at;

	for (; t; t = at->kind == TREE_LIST ? t->next : NULL) {
		if (t->kind != TREE_SCALAR || !t->len || out->count == MAP_SECOND)
			return tree_fault(r->why, r->file, t, "%s takes a name, or a list of at most %d",
					  at->key, MAP_SECOND);
		out->from[out->count++] = t->text;
	}
	return 0;
}

static int read_pattern(struct reading *r, const struct tree *at, struct pattern *out)
{
	const struct tree *text = tree_find(at, "text"), *set = tree_find(at, "set");
	int ret;

	if (at->kind == TREE_SCALAR)
		return pattern_read(r->mem, r->file, at, &r->map->at, out, r->why);
	if (!text)
		return tree_fault(r->why, r->file, at, "a pattern should be text, or {text: , set: }");
	for (struct tree *t = at->first; t; t = t->next)
		if (t != text && t != set)
			return tree_fault(r->why, r->file, t, "unknown key '%s'; text or set", t->key);
	if ((ret = pattern_read(r->mem, r->file, text, &r->map->at, out, r->why)) < 0)
		return ret;
	return set ? read_pairs(r, set, true, out->sets, PATTERN_SETS, &out->set_count) : 0;
}

static int read_patterns(struct reading *r, const struct tree *at)
{
	int ret;

	if (at->kind != TREE_LIST || tree_count(at) > MAP_PATTERNS)
		return tree_fault(r->why, r->file, at, "patterns should be a list of at most %d",
				  MAP_PATTERNS);
	r->map->patterns = arena_many(r->mem, tree_count(at) + 1, sizeof(struct pattern));
	r->map->starts = arena_many(r->mem, tree_count(at) + 1, sizeof(struct start));
	r->map->may_fit = arena_many(r->mem, INITIALS, sizeof(*r->map->may_fit));
	for (struct tree *t = at->first; t; t = t->next) {
		if ((ret = read_pattern(r, t, &r->map->patterns[r->map->pattern_count])) < 0)
			return ret;
		patterns_note(r->map, r->map->pattern_count++);
	}
	return 0;
}

static int read_also(struct reading *r, const struct tree *at)
{
	int ret;

	if (at->kind != TREE_MAP)
		return tree_fault(r->why, r->file, at, "also should be {name: name}");
	r->map->also = arena_many(r->mem, tree_count(at) + 1, sizeof(struct other));
	for (const struct tree *t = at->first; t; t = t->next) {
		struct other *other = &r->map->also[r->map->also_count++];

		other->name = t->key;
		if ((ret = check_name(r, t)) < 0 || (ret = read_other(r, t, other)) < 0)
			return ret;
	}
	return 0;
}

static int read_time(struct reading *r, const struct tree *at) { return read_other(r, at, &r->map->time); }

static int read_set(struct reading *r, const struct tree *at)
{
	r->map->sets = arena_many(r->mem, tree_count(at) + 1, sizeof(struct pair));
	return read_pairs(r, at, true, r->map->sets, tree_count(at), &r->map->set_count);
}

static int read_when(struct reading *r, const struct tree *at)
{
	for (const struct tree *t = at->first; t; t = t->next)
		if (t->text && strchr(t->text, '*') != strrchr(t->text, '*'))
			return tree_fault(r->why, r->file, t, "one * at most stands for anything in '%s'",
					  t->text);
	r->map->when = arena_many(r->mem, tree_count(at) + 1, sizeof(struct pair));
	return read_pairs(r, at, false, r->map->when, tree_count(at), &r->map->when_count);
}

static int read_name(struct reading *r, const struct tree *at)
{
	if (at->kind != TREE_SCALAR || !at->len)
		return tree_fault(r->why, r->file, at, "map should be a name");
	r->map->name = at->text;
	return 0;
}

/* In this order: what comes later is checked against what came before. */
static const struct {
	const char *key;
	bool needed;
	int (*read)(struct reading *r, const struct tree *at);
} keys[] = {
	{ "map", true, read_name },           { "from", true, read_from },
	{ "logsource", true, read_place },    { "programs", false, read_programs },
	{ "patterns", false, read_patterns }, { "also", false, read_also },
	{ "when", false, read_when },         { "keep", false, read_keep },
	{ "drop", false, read_drop },         { "time", false, read_time },
	{ "set", false, read_set },
};

enum { KEYS = sizeof(keys) / sizeof(*keys) };

static int check_keys(struct reading *r, const struct tree *at)
{
	for (struct tree *t = at->first; t; t = t->next) {
		bool known = !strcmp(t->key, "about");

		for (size_t i = 0; i < KEYS && !known; i++)
			known = !strcmp(t->key, keys[i].key);
		if (!known)
			return tree_fault(
				r->why, r->file, t,
				"unknown key '%s'; map, about, from, logsource, programs, patterns, "
				"also, when, time, set, keep or drop",
				t->key);
	}
	return 0;
}

static int check_whole(struct reading *r, const struct tree *at)
{
	const struct map *m = r->map;

	if (m->from == MAP_SYSLOG && !m->program_count)
		return tree_fault(r->why, r->file, at, "a mapping of syslog messages wants programs: [name]");
	if (m->from == MAP_LINE && !m->pattern_count)
		return tree_fault(r->why, r->file, at, "a mapping of lines wants patterns:");
	if (m->from >= MAP_JSON && (!m->when_count || m->pattern_count))
		return tree_fault(r->why, r->file, at,
				  "a mapping of fields wants when: {field: text} and no patterns");
	if (m->from < MAP_JSON && (m->keep || m->drop || m->time.count || m->set_count))
		return tree_fault(
			r->why, r->file, at,
			"keep, drop, time and set are for mappings of fields; text has its patterns");
	return 0;
}

/* One mapping for each form that `from` names, put at *where, which goes on behind them. */
static void put_forms(struct reading *r, struct map ***where)
{
	for (size_t i = 0; i < r->from_count; i++) {
		struct map *map = arena_take(r->mem, sizeof(*map));

		*map = *r->map;
		map->from = r->froms[i];
		map->next = **where;
		**where = map;
		*where = &map->next;
	}
}

int map_read(struct maps *m, const char *file, const struct tree *at, struct map ***where, struct fault *why)
{
	struct map *map = arena_take(m->mem, sizeof(*map));
	struct reading r = { .mem = m->mem, .file = file, .why = why, .map = map };
	int ret;

	if (at->kind != TREE_MAP)
		return tree_fault(why, file, at, "a mapping begins with map: NAME");
	if ((ret = check_keys(&r, at)) < 0)
		return ret;
	for (size_t i = 0; i < KEYS; i++) {
		const struct tree *t = tree_find(at, keys[i].key);

		if (!t && keys[i].needed)
			return tree_fault(why, file, at, "%s: is missing", keys[i].key);
		if (t && (ret = keys[i].read(&r, t)) < 0)
			return ret;
	}
	if ((ret = check_whole(&r, at)) < 0)
		return ret;
	put_forms(&r, where);
	return 0;
}
