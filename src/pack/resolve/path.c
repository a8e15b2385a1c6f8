#include <string.h>

#include "pack/nearest.h"
#include "pack/pack_private.h"

/*
 * Paths and names: what a word of the pack names, and what is said when it
 * names nothing.
 */

void unknown_name(const struct reader *r, struct place at, const char *what, const char *name,
		  const char *const *words, size_t count)
{
	const char *hint = did_you_mean(r, name, words, count);
	const char *list = "";

	for (size_t i = 0; !*hint && count <= 24 && i < count; i++)
		list = arena_text(r->scratch, "%s%s%s", list, i ? ", " : "; there are: ", words[i]);
	problem_add(r->problems, at, NULL, "there is no %s '%.60s'%s%s", what, name, hint, list);
}

void unknown_kind(const struct reader *r, struct place at, const char *name)
{
	const char **words = arena_many(r->scratch, r->pack->kind_count, sizeof(*words));

	for (size_t i = 0; i < r->pack->kind_count; i++)
		words[i] = r->pack->kinds[i].name;
	unknown_name(r, at, "kind", name, words, r->pack->kind_count);
}

void unknown_field(const struct reader *r, struct place at, const struct kind *kind, const char *name)
{
	const char **words = arena_many(r->scratch, kind->field_count, sizeof(*words));

	for (size_t i = 0; i < kind->field_count; i++)
		words[i] = kind->fields[i].name;
	unknown_name(r, at, arena_text(r->scratch, "field of %s", kind->name), name, words,
		     kind->field_count);
}

void unknown_state(const struct reader *r, struct place at, const struct region *region, const char *name)
{
	const char **words = arena_many(r->scratch, region->state_count, sizeof(*words));

	for (size_t i = 0; i < region->state_count; i++)
		words[i] = region->states[i].name;
	unknown_name(r, at, arena_text(r->scratch, "state of %s", region->name), name, words,
		     region->state_count);
}

bool known_refusal(const struct reader *r, struct place at, const char *code)
{
	const char **words;

	if (pack_refusal(r->pack, code))
		return true;
	words = arena_many(r->scratch, r->pack->refusal_count, sizeof(*words));
	for (size_t i = 0; i < r->pack->refusal_count; i++)
		words[i] = r->pack->refusals[i].code;
	unknown_name(r, at, "refusal", code, words, r->pack->refusal_count);
	return false;
}

bool known_role(const struct reader *r, struct place at, const char *code)
{
	const char **words;

	if (pack_role(r->pack, code))
		return true;
	words = arena_many(r->scratch, r->pack->role_count, sizeof(*words));
	for (size_t i = 0; i < r->pack->role_count; i++)
		words[i] = r->pack->roles[i].code;
	unknown_name(r, at, "role", code, words, r->pack->role_count);
	return false;
}

bool known_clock(const struct reader *r, struct place at, const char *code)
{
	const char **words;

	if (pack_clock(r->pack, code))
		return true;
	words = arena_many(r->scratch, r->pack->clock_count, sizeof(*words));
	for (size_t i = 0; i < r->pack->clock_count; i++)
		words[i] = r->pack->clocks[i].code;
	unknown_name(r, at, "clock", code, words, r->pack->clock_count);
	return false;
}

bool path_follow(const struct reader *r, const struct kind *kind, const char *path, struct place at,
		 struct path_end *out)
{
	const char *dot = strchr(path, '.');
	const struct field *cross;
	const char *name;

	*out = (struct path_end){ kind, NULL, path };
	if (!dot)
		return true;
	name = arena_copy_bytes(r->scratch, path, (size_t)(dot - path));
	if (strchr(dot + 1, '.')) {
		problem_add(r->problems, at, NULL, "'%.80s' crosses more than one link; a path crosses one",
			    path);
		return false;
	}
	if (!(cross = kind_field(kind, name))) {
		unknown_field(r, at, kind, name);
		return false;
	}
	if (cross->type != FIELD_REF || cross->many) {
		problem_add(r->problems, at, NULL,
			    "'%.80s': %s refers to no single record; a path crosses a ref field", path, name);
		return false;
	}
	*out = (struct path_end){ pack_kind(r->pack, cross->of), cross, dot + 1 };
	return out->kind != NULL; /* an unknown kind was told where the field stands */
}

const struct field *path_field(const struct reader *r, const struct kind *kind, const char *path,
			       struct place at)
{
	const struct field *field;
	struct path_end end;

	if (!path_follow(r, kind, path, at, &end))
		return NULL;
	if (!(field = kind_field(end.kind, end.last)))
		unknown_field(r, at, end.kind, end.last);
	return field;
}

const struct region *path_region(const struct reader *r, const struct kind *kind, const char *path,
				 struct place at)
{
	const struct region *region;
	struct path_end end;
	const char **words;

	if (!path_follow(r, kind, path, at, &end))
		return NULL;
	if ((region = kind_region(end.kind, end.last)))
		return region;
	words = arena_many(r->scratch, end.kind->region_count, sizeof(*words));
	for (size_t i = 0; i < end.kind->region_count; i++)
		words[i] = end.kind->regions[i].name;
	unknown_name(r, at, arena_text(r->scratch, "region of %s", end.kind->name), end.last, words,
		     end.kind->region_count);
	return NULL;
}

const struct field *path_find(const struct pack *pack, const struct kind *kind, const char *path)
{
	const char *dot = strchr(path, '.');
	const struct field *cross;
	char name[64];

	if (!dot)
		return kind_field(kind, path);
	if ((size_t)(dot - path) >= sizeof(name))
		return NULL;
	memcpy(name, path, (size_t)(dot - path));
	name[dot - path] = '\0';
	cross = kind_field(kind, name);
	kind = cross && cross->type == FIELD_REF ? pack_kind(pack, cross->of) : NULL;
	return kind ? kind_field(kind, dot + 1) : NULL;
}
