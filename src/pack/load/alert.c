#include <string.h>

#include "pack/pack_private.h"

/*
 * What the plan says of alerts, in the kind that detection raises: which are
 * one, what keeps them quiet, and into which open case they go by themselves.
 */
enum { BY_MOST = 8, SAMPLES_MOST = 64 };

/* A list of maps or a map of maps, whichever a key asks for. */
static bool is_map_of(struct reader *r, const struct yaml_node *node, const char *what)
{
	if (node->form == YAML_MAP)
		return true;
	wrong(r, node, "%s", what);
	return false;
}

static void read_window(struct reader *r, const struct yaml_node *map, const char *key, int64_t *out)
{
	const struct yaml_node *node = yaml_get(map, key);

	if (node)
		*out = read_span(r, node, key);
}

static void read_joining(struct reader *r, const struct yaml_node *map, struct joining *out)
{
	const struct yaml_node *by = yaml_get(map, "by");

	out->given = by != NULL;
	out->by = read_names(r, by, "by");
	if (out->by.count > BY_MOST)
		wrong(r, by, "by: %zu names, at most %d are compared", out->by.count, BY_MOST);
	read_window(r, map, "within", &out->within);
	read_window(r, map, "at_most", &out->at_most);
	if (out->within && out->at_most && out->at_most < out->within)
		wrong(r, map, "at_most is shorter than within");
}

static void read_rule_rows(struct reader *r, const struct yaml_node *rules, struct joins *joins)
{
	static const char *const keys[] = { "by", "within", "at_most", NULL };

	if (!rules || !is_map_of(r, rules, "joins: rules: is a map of rule to {by, within, at_most}"))
		return;
	joins->rules = arena_many(r->mem, rules->count, sizeof(*joins->rules));
	for (const struct yaml_node *key = rules->first; key; key = key->next) {
		struct joining *row = &joins->rules[joins->rule_count];

		if (!read_map(r, key->value, key->text, keys))
			continue;
		row->rule = key->text;
		read_joining(r, key->value, row);
		joins->rule_count++;
	}
}

void load_joins(struct reader *r, const struct yaml_node *node, struct kind *kind)
{
	static const char *const keys[] = { "by", "within", "at_most", "samples", "if", "rules", NULL };
	const struct yaml_node *samples = node ? yaml_get(node, "samples") : NULL;

	if (!node || !read_map(r, node, "joins", keys))
		return;
	kind->joins.at = node->at;
	kind->joins.said = true;
	read_joining(r, node, &kind->joins.usual);
	if (!kind->joins.usual.within || !kind->joins.usual.at_most)
		wrong(r, node, "joins wants within: 24 h and at_most: 7 d");
	kind->joins.samples = samples ? read_number(r, samples, "samples", 1, SAMPLES_MOST, 1) : 1;
	kind->joins.conditions = load_guards(r, yaml_get(node, "if"));
	read_rule_rows(r, yaml_get(node, "rules"), &kind->joins);
}

static void read_belonging(struct reader *r, const struct yaml_node *key, const struct kind *kind,
			   struct belonging *out)
{
	static const char *const keys[] = { "zh", "en", "of", "same", "within", NULL };
	const struct yaml_node *of = yaml_get(key->value, "of"), *within = yaml_get(key->value, "within");
	const char *zh, *en;

	*out = (struct belonging){ .name = key->text, .of = kind->name, .at = key->at };
	if (!read_map(r, key->value, key->text, keys))
		return;
	zh = read_text(r, key->value, "zh", true);
	en = read_text(r, key->value, "en", true);
	out->label = (struct words){ zh ? zh : "", en ? en : "" };
	if (of)
		out->of = read_scalar(r, of, "of");
	out->same = read_names(r, yaml_get(key->value, "same"), "same");
	if (within)
		out->within = read_span(r, within, "within");
	if (!out->same.count || !out->within)
		wrong(r, key, "'%.40s' wants same: [field] and within: 24 h", key->text);
}

void load_belongs(struct reader *r, const struct yaml_node *node, struct kind *kind)
{
	static const char *const keys[] = { "if", "rows", NULL };
	const struct yaml_node *rows = node ? yaml_get(node, "rows") : NULL;

	if (!node || !read_map(r, node, "belongs", keys))
		return;
	kind->belongs.at = node->at;
	kind->belongs.conditions = load_guards(r, yaml_get(node, "if"));
	if (!rows || rows->form != YAML_MAP || !kind->belongs.conditions.count) {
		wrong(r, node,
		      "belongs wants if: [GUARD on the case] and rows: {NAME: {zh, en, same, within}}");
		return;
	}
	kind->belongs.rows = arena_many(r->mem, rows->count, sizeof(*kind->belongs.rows));
	for (const struct yaml_node *key = rows->first; key; key = key->next)
		read_belonging(r, key, kind, &kind->belongs.rows[kind->belongs.count++]);
}

void load_suppressed(struct reader *r, const struct yaml_node *node, struct kind *kind)
{
	static const char *const keys[] = { "by", "same", "if", NULL };

	if (!node || !read_map(r, node, "suppressed", keys))
		return;
	kind->suppressed.at = node->at;
	kind->suppressed.by = read_text(r, node, "by", true);
	kind->suppressed.same = read_names(r, yaml_get(node, "same"), "same");
	kind->suppressed.conditions = load_guards(r, yaml_get(node, "if"));
	if (!kind->suppressed.same.count || !kind->suppressed.conditions.count)
		wrong(r, node, "suppressed wants by: KIND, same: [field] and if: [GUARD on that record]");
}
