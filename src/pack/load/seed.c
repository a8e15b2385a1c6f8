#include <string.h>

#include "pack/pack_private.h"

/*
 * The organisation template: what is made once, on an empty folder.
 */

/* A list gives its key once for each value. */
static size_t values_of(const struct yaml_node *fields)
{
	size_t n = 0;

	for (const struct yaml_node *key = fields ? fields->first : NULL; key; key = key->next)
		n += key->value->form == YAML_LIST ? key->value->count : 1;
	return n;
}

static void add_value(struct reader *r, struct seed *seed, const char *key, const struct yaml_node *value)
{
	const char *text = read_scalar(r, value, key);

	if (!text)
		return;
	seed->keys[seed->count] = key;
	seed->values[seed->count++] = text;
}

static void read_values(struct reader *r, const struct yaml_node *fields, struct seed *seed)
{
	size_t room = values_of(fields);

	if (fields->form != YAML_MAP) {
		wrong(r, fields, "fields is a map of field to value");
		return;
	}
	seed->keys = arena_many(r->mem, room, sizeof(*seed->keys));
	seed->values = arena_many(r->mem, room, sizeof(*seed->values));
	for (const struct yaml_node *key = fields->first; key; key = key->next) {
		if (!kind_field(seed->kind, key->text)) {
			unknown_field(r, key->at, seed->kind, key->text);
			continue;
		}
		if (key->value->form != YAML_LIST)
			add_value(r, seed, key->text, key->value);
		else
			for (const struct yaml_node *v = key->value->first; v; v = v->next)
				add_value(r, seed, key->text, v);
	}
}

static bool read_seed(struct reader *r, const struct yaml_node *node, struct seed *seed)
{
	static const char *const keys[] = { "kind", "name", "fields", NULL };
	const struct yaml_node *kind = yaml_get(node, "kind"), *fields = yaml_get(node, "fields");
	const char *name;

	if (!read_map(r, node, "organisation", keys) || !(name = read_text(r, node, "kind", true)))
		return false;
	if (!(seed->kind = pack_kind(r->pack, name))) {
		unknown_kind(r, kind->at, name);
		return false;
	}
	seed->at = node->at;
	seed->name = read_text(r, node, "name", false);
	if (fields)
		read_values(r, fields, seed);
	return true;
}

void load_seeds(struct reader *r, const struct yaml_node *root)
{
	static const char *const keys[] = { "organisation", NULL };
	const struct yaml_node *node = yaml_get(root, "organisation");

	if (!read_map(r, root, "organisation.yml", keys) || !node)
		return;
	if (node->form != YAML_LIST) {
		wrong(r, node, "organisation is a list of {kind, name, fields}");
		return;
	}
	r->pack->seeds = arena_many(r->mem, node->count, sizeof(*r->pack->seeds));
	for (const struct yaml_node *item = node->first; item; item = item->next)
		if (read_seed(r, item, &r->pack->seeds[r->pack->seed_count]))
			r->pack->seed_count++;
}
