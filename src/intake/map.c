#include "intake/map.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "intake/dictionary.h"
#include "intake/map_own.h"
#include "intake/map_private.h"
#include "intake/syslog.h"
#include "intake/format/when.h"

struct maps *maps_new(void)
{
	struct maps *m = must_alloc(sizeof(*m));

	m->mem = arena_new();
	return m;
}

void maps_free(struct maps *m)
{
	if (!m)
		return;
	arena_free(m->mem);
	free(m);
}

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

/* What a text begins with; letters have the same in both cases. */
static unsigned initial(const char *text, size_t len) { return len ? *text & (INITIALS - 1) : 0; }

/* A bit for what texts that a name stands for begin with. */
static uint32_t initials(const char *name, size_t len)
{
	return len && *name != '*' ? UINT32_C(1) << initial(name, len) : UINT32_MAX;
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

/* One that begins with a capture may fit whatever comes. */
static void put_start(struct map *m, size_t i)
{
	const struct pattern *p = &m->patterns[i];

	m->starts[i] = pattern_start(p);
	for (size_t k = 0; k < INITIALS; k++)
		if (!p->first_len || initial(p->first, p->first_len) == k)
			m->may_fit[k][i / 64] |= UINT64_C(1) << i % 64;
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
		put_start(r->map, r->map->pattern_count++);
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

static int read_map(struct maps *m, const char *file, const struct tree *at, struct map ***where,
		    struct fault *why)
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

/* Where every mapping stands among all, and which is the next of its form. */
static void link_forms(struct maps *m)
{
	struct map **last[MAP_FORMS];
	unsigned place = 0;

	for (size_t i = 0; i < MAP_FORMS; i++)
		*(last[i] = &m->forms[i]) = NULL;
	for (struct map *map = m->first; map; map = map->next) {
		map->place = ++place;
		map->alike = NULL;
		*last[map->from] = map;
		last[map->from] = &map->alike;
	}
}

static void link_programs(struct maps *m)
{
	size_t count = 1;

	for (const struct map *map = m->forms[MAP_SYSLOG]; map; map = map->alike)
		count++;
	for (unsigned i = 0; i < INITIALS; i++) {
		struct map **to = m->by_program[i] = arena_many(m->mem, count, sizeof(*to));

		for (struct map *map = m->forms[MAP_SYSLOG]; map; map = map->alike)
			if (map->initials >> i & 1)
				*to++ = map;
	}
}

/* The documents of a file are tried in their order, before what was added earlier. */
static int read_maps(struct maps *m, const char *file, const struct tree *at, struct fault *why)
{
	struct map **where = &m->first;
	int ret;

	for (; at; at = at->next)
		if ((ret = read_map(m, file, at, &where, why)) < 0)
			return ret;
	link_forms(m);
	link_programs(m);
	return 0;
}

int maps_add(struct maps *m, const char *name, const char *bytes, size_t len, struct fault *why)
{
	struct tree *at;
	int ret;

	name = arena_copy(m->mem, name);
	if ((ret = tree_read(m->mem, name, bytes, len, &at, why)) < 0)
		return ret;
	return read_maps(m, name, at, why);
}

int maps_add_own(struct maps *m, struct fault *why)
{
	int ret;

	for (size_t i = map_own_count; i-- > 0;)
		if ((ret = maps_add(m, map_own[i].name, map_own[i].text, strlen(map_own[i].text), why)) < 0)
			return ret;
	return 0;
}

static int is_yml(const struct dirent *d)
{
	const char *dot = strrchr(d->d_name, '.');

	return dot && dot != d->d_name && (!strcmp(dot, ".yml") || !strcmp(dot, ".yaml"));
}

static int add_file(struct maps *m, const char *path, struct fault *why)
{
	struct tree *at;
	int ret = tree_read_file(m->mem, path, &at, why);

	return ret < 0 ? ret : read_maps(m, path, at, why);
}

struct adding {
	maps_refused *refused; /* NULL: the first that is broken ends it */
	void *who;
	size_t used;
};

static int add_named(struct maps *m, const char *path, struct adding *r, struct fault *why)
{
	struct fault mine;
	const int ret = add_file(m, path, &mine);

	r->used += ret == 0;
	if (ret < 0 && r->refused)
		r->refused(r->who, &mine);
	else if (ret < 0)
		*why = mine;
	return r->refused ? 0 : ret;
}

static int add_folder(struct maps *m, const char *path, struct adding *r, struct fault *why)
{
	struct dirent **names;
	int count = scandir(path, &names, is_yml, alphasort), ret = 0;

	if (count < 0)
		return fault_say(why, FAULT_ABSENT, "%s: no such folder", "%s：没有此目录", path);
	for (int i = count - 1; i >= 0; i--) {
		if (ret == 0)
			ret = add_named(m, arena_text(m->mem, "%s/%s", path, names[i]->d_name), r, why);
		free(names[i]);
	}
	free(names);
	return ret;
}

int maps_add_folder(struct maps *m, const char *path, struct fault *why)
{
	struct fault unheard;

	return add_folder(m, path, &(struct adding){ 0 }, why ? why : &unheard);
}

int maps_add_usable(struct maps *m, const char *path, maps_refused *refused, void *who, size_t *used,
		    struct fault *why)
{
	struct adding r = { .refused = refused, .who = who };
	const int ret = add_folder(m, path, &r, why);

	*used = r.used;
	return ret;
}

static const struct map *map_at(const struct maps *m, size_t i)
{
	const struct map *map = m->first;

	while (map && i--)
		map = map->next;
	return map;
}

bool maps_row(const struct maps *m, size_t i, struct map_row *out)
{
	const struct map *map = map_at(m, i);

	if (map)
		*out = (struct map_row){ map->name, map->from, &map->at, map->programs, map->program_count };
	return map;
}

static bool pattern_gives(const struct pattern *p, const char *field)
{
	for (size_t i = 0; i < p->set_count; i++)
		if (!strcmp(p->sets[i].name, field))
			return true;
	for (size_t i = 0; i < p->count; i++) {
		const char *name = p->pieces[i].name;

		if (name && !strcmp(name, field))
			return true;
		/* An URI brings its stem and its query with it. */
		if (name && p->pieces[i].kind == PIECE_URI &&
		    (!strcmp(field, "cs-uri-stem") || !strcmp(field, "cs-uri-query")))
			return true;
	}
	return false;
}

bool maps_gives(const struct maps *m, size_t i, const char *field)
{
	const struct map *map = map_at(m, i);
	bool gives = map->from >= MAP_JSON && !map->keep;

	for (size_t k = 0; k < map->keep_count && !gives; k++)
		gives = !strcmp(map->keep[k], field);
	for (size_t k = 0; k < map->also_count && !gives; k++)
		gives = !strcmp(map->also[k].name, field);
	for (size_t k = 0; k < map->set_count && !gives; k++)
		gives = !strcmp(map->sets[k].name, field);
	for (size_t k = 0; k < map->pattern_count && !gives; k++)
		gives = pattern_gives(&map->patterns[k], field);
	return gives || (map->from == MAP_SYSLOG && syslog_gives(field));
}

/* The name of a program without its folder and what stands in brackets behind it. */
static void bare_program(const char **program, size_t *len)
{
	const char *slash = *len ? memrchr(*program, '/', *len) : NULL;
	const char *bracket;

	if (slash) {
		*len -= (size_t)(slash + 1 - *program);
		*program = slash + 1;
	}
	if (*len && (bracket = memchr(*program, '(', *len)))
		*len = (size_t)(bracket - *program);
}

static bool is_program(const struct map *m, const char *program, size_t len)
{
	for (size_t i = 0; i < m->program_count; i++) {
		const char *name = m->programs[i];
		const size_t name_len = m->program_lens[i];
		const bool open = name_len && name[name_len - 1] == '*'; /* %BGP-* of a router */

		if (open ? len < name_len - 1 : len != name_len)
			continue;
		if (!strncasecmp(name, program, open ? name_len - 1 : len))
			return true;
	}
	return false;
}

static bool among(const char *const *names, size_t count, const struct field *f)
{
	for (size_t i = 0; i < count; i++)
		if (strlen(names[i]) == f->name_len && !memcmp(names[i], f->name, f->name_len))
			return true;
	return false;
}

/* What the object says in free words is no field, so no rule can ask for it. */
static void keep_only(const struct map *m, struct event *e)
{
	size_t kept = 0;

	for (size_t i = 0; i < e->count; i++)
		if ((!m->keep || among(m->keep, m->keep_count, &e->fields[i])) &&
		    !among(m->drop, m->drop_count, &e->fields[i]))
			e->fields[kept++] = e->fields[i];
	if (kept == e->count)
		return;
	e->count = kept;
	event_index(e); /* or it would still be found by its number */
}

/* Every value of the first name that is there; nothing where the event has the name itself. */
static void add_other(const struct other *other, struct event *e)
{
	const size_t count = e->count;
	const struct field *f = NULL;

	if (event_find(e, other->name))
		return;
	for (size_t i = 0; i < other->count && !f; i++)
		f = event_find(e, other->from[i]);
	if (!f)
		return;
	for (size_t i = (size_t)(f - e->fields); i < count; i++) {
		const struct field value = e->fields[i];

		if (value.name_len == f->name_len && !memcmp(value.name, f->name, f->name_len))
			event_add(e, other->name, strlen(other->name), value.text, value.len, value.type);
	}
}

static void find_time(const struct map *m, struct event *e)
{
	for (size_t i = 0; i < m->time.count; i++) {
		const struct field *f = event_find(e, m->time.from[i]);

		if (!f || !when_any(f->text, f->len, 0, &e->time))
			continue;
		e->timed = true;
		return;
	}
}

static void place(const struct map *m, struct event *e)
{
	e->from = m->at;
	find_time(m, e);
	if (m->keep || m->drop)
		keep_only(m, e);
	for (size_t i = 0; i < m->also_count; i++)
		add_other(&m->also[i], e);
	for (size_t i = 0; i < m->set_count; i++)
		event_put(e, m->sets[i].name, m->sets[i].name_len, m->sets[i].number, m->sets[i].text,
			  m->sets[i].text_len, FIELD_TEXT);
}

static bool apply_patterns(const struct map *m, const char *text, size_t len, struct event *e)
{
	const uint64_t head = pattern_head(text, len);
	const uint64_t *may_fit = m->pattern_count ? m->may_fit[initial(text, len)] : NULL;

	for (size_t k = 0; k * 64 < m->pattern_count; k++)
		for (uint64_t left = may_fit[k]; left; left &= left - 1) {
			const size_t i = k * 64 + (size_t)__builtin_ctzll(left);

			if (start_suits(&m->starts[i], head) && pattern_apply(&m->patterns[i], text, len, e))
				return true;
		}
	return false;
}

/* The text, or what stands before and behind the one * in it. */
static bool suits(const struct field *f, const char *text)
{
	const char *star = strchr(text, '*');
	const size_t head = star ? (size_t)(star - text) : strlen(text), tail = star ? strlen(star + 1) : 0;

	if (f->len < head + tail || (!star && f->len != head) || memcmp(f->text, text, head))
		return false;
	return !star || !memcmp(f->text + f->len - tail, star + 1, tail);
}

static bool says_all(const struct map *m, const struct event *e)
{
	for (size_t i = 0; i < m->when_count; i++) {
		const struct field *f = event_find(e, m->when[i].name);

		if (!f || !suits(f, m->when[i].text))
			return false;
	}
	return true;
}

static bool apply(const struct map *m, const char *text, size_t len, struct event *e)
{
	bool fits = m->from >= MAP_JSON ? says_all(m, e) : apply_patterns(m, text, len, e);

	if (fits || m->from == MAP_SYSLOG)
		place(m, e);
	return fits;
}

/* A program's name decides, so that what fitted the line before does not matter. */
static bool apply_syslog(const struct maps *m, const char *program, size_t program_len, const char *text,
			 size_t len, unsigned *hint, struct event *e)
{
	struct map *const *at;

	bare_program(&program, &program_len);
	at = m->by_program[initial(program, program_len)];
	for (; at && *at; at++)
		if (is_program(*at, program, program_len) && apply(*at, text, len, e)) {
			*hint = (*at)->place;
			return true;
		}
	return false;
}

bool maps_apply(const struct maps *m, enum map_from from, const char *program, size_t program_len,
		const char *text, size_t len, unsigned *hint, struct event *e)
{
	if (from == MAP_SYSLOG)
		return apply_syslog(m, program, program_len, text, len, hint, e);
	/* What fitted the line before is tried first. */
	if (from == MAP_LINE && *hint)
		for (const struct map *map = m->forms[from]; map; map = map->alike)
			if (map->place == *hint && apply(map, text, len, e))
				return true;
	for (const struct map *map = m->forms[from]; map; map = map->alike)
		if (apply(map, text, len, e)) {
			*hint = map->place;
			return true;
		}
	return false;
}
