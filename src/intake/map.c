#include "intake/map.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

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
		if ((ret = map_read(m, file, at, &where, why)) < 0)
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
	bool fits = m->from >= MAP_JSON ? says_all(m, e) : patterns_apply(m, text, len, e);

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
	at = m->by_program[map_initial(program, program_len)];
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
