#include <stdlib.h>
#include <string.h>

#include "pack/pack_private.h"

/*
 * A kind of record: its fields, its regions with their states, and what must
 * always hold of it.
 */

static const char *const kind_keys[] = { "kind",   "label",   "about",      "number", "title",     "fields",
					 "create", "regions", "acts",       "always", "ends_with", "alike",
					 "joins",  "belongs", "suppressed", NULL };

static const char *const types[] = {
	[FIELD_TEXT] = "text",     [FIELD_WORD] = "word", [FIELD_NUMBER] = "number", [FIELD_YES] = "yes",
	[FIELD_TIME] = "time",     [FIELD_ENUM] = "enum", [FIELD_REF] = "ref",       [FIELD_BLOB] = "blob",
	[FIELD_SCORES] = "scores", [FIELD__COUNT] = NULL,
};

static bool name_ok(const char *name)
{
	size_t len = strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_");

	return len && len <= 40 && !name[len] && name[0] >= 'a' && name[0] <= 'z';
}

/* Names become keys of the record and words of the command line. */
static bool check_name(const struct reader *r, const struct yaml_node *node, const char *what)
{
	if (name_ok(node->text))
		return true;
	wrong(r, node, "%s '%.60s': a name is [a-z][a-z0-9_]*, at most 40", what, node->text);
	return false;
}

static void read_flags(struct reader *r, const struct yaml_node *map, struct field *field)
{
	field->many = read_yes(r, map, "many");
	field->filter = read_yes(r, map, "filter") || field->type == FIELD_REF;
	field->search = read_yes(r, map, "search");
	field->column = read_yes(r, map, "column");
	field->engine = read_yes(r, map, "engine");
	field->open_to = read_names(r, yaml_get(map, "open_to"), "open_to");
}

bool load_field(struct reader *r, const struct yaml_node *key, bool of_input, struct field *out)
{
	static const char *const keys[] = { "type",   "of",     "zh",     "en",      "many", "filter",
					    "search", "column", "engine", "open_to", NULL };
	static const char *const input_keys[] = { "type", "of", "zh", "en", "many", NULL };
	const struct yaml_node *type = yaml_get(key->value, "type"), *of = yaml_get(key->value, "of");
	const char *zh, *en;
	int at;

	if (!check_name(r, key, "field") || !read_map(r, key->value, key->text, of_input ? input_keys : keys))
		return false;
	*out = (struct field){ .name = key->text, .at = key->at };
	if (!type)
		wrong(r, key, "field '%s' has no type", key->text);
	at = type ? read_choice(r, type, "type", types) : FIELD_TEXT;
	out->type = at < 0 ? FIELD_TEXT : (enum field_type)at;
	if ((out->type == FIELD_ENUM || out->type == FIELD_REF) != !!of)
		wrong(r, of ? of : key,
		      of ? "'of' belongs to enum and ref only"
			 : "'of' is missing: of which enumeration or kind?");
	out->of = of ? read_scalar(r, of, "of") : NULL;
	zh = read_text(r, key->value, "zh", true);
	en = read_text(r, key->value, "en", true);
	out->label = (struct words){ zh ? zh : "", en ? en : "" };
	read_flags(r, key->value, out);
	return true;
}

static void read_fields(struct reader *r, const struct yaml_node *node, struct kind *kind)
{
	if (!node)
		return;
	if (node->form != YAML_MAP) {
		wrong(r, node, "fields is a map of name to {type, zh, en}");
		return;
	}
	kind->fields = arena_many(r->mem, node->count, sizeof(*kind->fields));
	for (const struct yaml_node *key = node->first; key; key = key->next)
		if (load_field(r, key, false, &kind->fields[kind->field_count]))
			kind->field_count++;
}

static void read_state(struct reader *r, const struct yaml_node *key, struct region *region)
{
	static const char *const keys[] = { "label", "end", NULL };
	struct state *state = &region->states[region->state_count];

	if (!check_name(r, key, "state") || !read_map(r, key->value, key->text, keys))
		return;
	state->name = key->text;
	state->at = key->at;
	state->index = region->state_count++;
	state->label = read_label(r, key->value, "state");
	state->end = read_yes(r, key->value, "end");
}

static void read_start(struct reader *r, const struct yaml_node *node, struct region *region)
{
	const struct yaml_node *start = yaml_get(node, "start");
	const char *name = start ? read_scalar(r, start, "start") : NULL;

	if (name && !(region->start = region_state(region, name)))
		unknown_state(r, start->at, region, name);
}

static void read_region(struct reader *r, const struct yaml_node *key, struct region *region)
{
	static const char *const keys[] = {
		"machine", "label", "start", "states", "defaults", "moves", NULL
	};
	const struct yaml_node *states = yaml_get(key->value, "states"),
			       *label = yaml_get(key->value, "label");

	region->name = key->text;
	region->at = key->at;
	check_name(r, key, "region");
	if (!read_map(r, key->value, key->text, keys))
		return;
	region->machine = read_text(r, key->value, "machine", false);
	region->label = label ? read_words(r, label, "label") : (struct words){ 0 };
	if (!states || states->form != YAML_MAP || !states->count) {
		wrong(r, states ? states : key, "region '%.40s' has no states", key->text);
		return;
	}
	region->states = arena_many(r->mem, states->count, sizeof(*region->states));
	for (const struct yaml_node *state = states->first; state; state = state->next)
		read_state(r, state, region);
	read_start(r, key->value, region);
}

static void read_regions(struct reader *r, const struct yaml_node *node, struct kind *kind)
{
	if (!node)
		return;
	if (node->form != YAML_MAP) {
		wrong(r, node, "regions is a map of name to region");
		return;
	}
	kind->regions = arena_many(r->mem, node->count, sizeof(*kind->regions));
	for (const struct yaml_node *key = node->first; key; key = key->next)
		read_region(r, key, &kind->regions[kind->region_count++]);
}

/* readonly: yes for all fields, or a list of those that may no longer change. */
static void read_readonly(struct reader *r, const struct yaml_node *node, struct always *always)
{
	const struct yaml_node *readonly = yaml_get(node, "readonly");

	always->fields = read_names(r, yaml_get(node, "fields"), "fields");
	if (!readonly)
		return;
	if (readonly->form == YAML_LIST) {
		always->readonly = true;
		always->fields = read_names(r, readonly, "readonly");
	} else {
		always->readonly = read_yes(r, node, "readonly");
	}
}

static void read_always(struct reader *r, const struct yaml_node *node, struct always *always)
{
	static const char *const keys[] = { "when", "then", "readonly", "fields", "refuse", "say", NULL };
	const struct yaml_node *when = yaml_get(node, "when"), *then = yaml_get(node, "then");
	const struct yaml_node *say = yaml_get(node, "say");

	always->at = node->at;
	if (!read_map(r, node, "always", keys))
		return;
	always->when = when ? load_guard(r, when) : NULL;
	always->then = then ? load_guard(r, then) : NULL;
	read_readonly(r, node, always);
	if (!when || always->readonly == !!then)
		wrong(r, node, "always is {when: GUARD, then: GUARD} or {when: GUARD, readonly: yes}");
	always->refuse = read_text(r, node, "refuse", true);
	if (say)
		always->say = read_words(r, say, "say");
}

static void read_always_list(struct reader *r, const struct yaml_node *node, struct kind *kind)
{
	if (!node)
		return;
	if (node->form != YAML_LIST) {
		wrong(r, node, "always is a list");
		return;
	}
	kind->always = arena_many(r->mem, node->count, sizeof(*kind->always));
	for (const struct yaml_node *item = node->first; item; item = item->next)
		read_always(r, item, &kind->always[kind->always_count++]);
}

static void read_ends_with(struct reader *r, const struct yaml_node *node, struct kind *kind)
{
	static const char *const keys[] = { "kinds", "refuse", NULL };

	if (!node || !read_map(r, node, "ends_with", keys))
		return;
	kind->ends_with = read_names(r, yaml_get(node, "kinds"), "kinds");
	kind->ends_refuse = read_text(r, node, "refuse", true);
}

/* {of: [report, incident], same: unit, near: aware_at, within: 24 h} */
static void read_alike(struct reader *r, const struct yaml_node *node, struct kind *kind)
{
	static const char *const keys[] = { "of", "same", "near", "within", NULL };
	const struct yaml_node *within = node ? yaml_get(node, "within") : NULL;

	if (!node || !read_map(r, node, "alike", keys))
		return;
	kind->alike.of = read_names(r, yaml_get(node, "of"), "of");
	kind->alike.same = read_text(r, node, "same", true);
	kind->alike.near = read_text(r, node, "near", true);
	if (!within || !kind->alike.of.count)
		wrong(r, node, "alike wants of: [kind], same: field, near: field and within: 24 h");
	else
		kind->alike.within = read_span(r, within, "within");
}

static void read_kind(struct reader *r, const struct yaml_node *root, struct kind *kind)
{
	const struct yaml_node *number = yaml_get(root, "number"), *title = yaml_get(root, "title");

	read_map(r, root, "a kind", kind_keys);
	kind->label = read_label(r, root, "kind");
	kind->about = read_text(r, root, "about", true);
	kind->number = number ? read_scalar(r, number, "number") : NULL;
	kind->title = title ? read_scalar(r, title, "title") : NULL;
	read_fields(r, yaml_get(root, "fields"), kind);
	read_regions(r, yaml_get(root, "regions"), kind);
	read_always_list(r, yaml_get(root, "always"), kind);
	read_ends_with(r, yaml_get(root, "ends_with"), kind);
	read_alike(r, yaml_get(root, "alike"), kind);
	load_joins(r, yaml_get(root, "joins"), kind);
	load_belongs(r, yaml_get(root, "belongs"), kind);
	load_suppressed(r, yaml_get(root, "suppressed"), kind);
	load_moves(r, kind, root);
}

/* The name first: kinds are sorted before anything points at one of them. */
struct named_root {
	const char *name;
	const struct yaml_node *root, *at;
};

static int by_name(const void *a, const void *b)
{
	return strcmp(((const struct named_root *)a)->name, ((const struct named_root *)b)->name);
}

static size_t gather(struct reader *r, struct named_root *roots)
{
	size_t count = 0;

	for (size_t i = 0; i < r->file_count; i++) {
		const struct yaml_node *root = r->files[i].root, *name = yaml_get(root, "kind");

		if (!root || strncmp(r->files[i].name, "kinds/", 6))
			continue;
		if (!name || name->form != YAML_TEXT)
			wrong(r, root, "a file of kinds/ begins with 'kind: name'");
		else if (check_name(r, name, "kind"))
			roots[count++] = (struct named_root){ name->text, root, name };
	}
	qsort(roots, count, sizeof(*roots), by_name);
	return count;
}

void load_kinds(struct reader *r)
{
	struct named_root *roots = arena_many(r->scratch, r->file_count, sizeof(*roots));
	size_t count = gather(r, roots);
	struct kind *kind;

	r->pack->kinds = arena_many(r->mem, count, sizeof(*r->pack->kinds));
	for (size_t i = 0; i < count; i++) {
		if (i && !strcmp(roots[i].name, roots[i - 1].name)) {
			wrong(r, roots[i].at, "kind '%s' stands already in %s", roots[i].name,
			      roots[i - 1].at->at.file);
			continue;
		}
		kind = &r->pack->kinds[r->pack->kind_count++];
		kind->name = roots[i].name;
		kind->at = roots[i].at->at;
		read_kind(r, roots[i].root, kind);
	}
}
