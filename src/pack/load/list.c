#include <stdlib.h>
#include <string.h>

#include "pack/pack_private.h"

/*
 * The plain lists: enumerations, inputs, refusals, who may publish. They are sorted by name so
 * that they can be found by halving; the codes of one enumeration keep the
 * order of the plan.
 */

static int by_name(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static bool is_map(struct reader *r, const struct yaml_node *node, const char *what)
{
	if (node->form == YAML_MAP)
		return true;
	wrong(r, node, "%s", what);
	return false;
}

static void read_code(struct reader *r, const struct yaml_node *key, struct code *code)
{
	static const char *const keys[] = { "zh", "en", "under", NULL };
	const char *zh, *en;

	code->code = key->text;
	code->at = key->at;
	code->label = (struct words){ "", "" };
	if (!read_map(r, key->value, key->text, keys))
		return;
	zh = read_text(r, key->value, "zh", true);
	en = read_text(r, key->value, "en", true);
	code->label = (struct words){ zh ? zh : "", en ? en : "" };
	code->parent = read_text(r, key->value, "under", false);
}

static void read_enum(struct reader *r, const struct yaml_node *key, struct enumeration *out)
{
	out->name = key->text;
	out->at = key->at;
	if (!is_map(r, key->value, "an enumeration is a map of code to {zh, en}"))
		return;
	out->codes = arena_many(r->mem, key->value->count, sizeof(*out->codes));
	for (const struct yaml_node *code = key->value->first; code; code = code->next)
		read_code(r, code, &out->codes[out->count++]);
	for (size_t i = 0; i < out->count; i++)
		if (out->codes[i].parent && !enum_code(out, out->codes[i].parent))
			wrong(r, yaml_get(yaml_get(key->value, out->codes[i].code), "under"),
			      "'%.40s' stands under '%.40s', which is no code of %.40s", out->codes[i].code,
			      out->codes[i].parent, out->name);
}

/* The list may stand under a key of its own name, or be the file itself. */
static const struct yaml_node *inner(const struct yaml_node *root, const char *name)
{
	const struct yaml_node *node = yaml_get(root, name);

	return node && root->count == 1 ? node : root;
}

void load_enums(struct reader *r, const struct yaml_node *root)
{
	const struct yaml_node *node = inner(root, "enums");

	if (!is_map(r, node, "enums is a map of name to codes"))
		return;
	r->pack->enums = arena_many(r->mem, node->count, sizeof(*r->pack->enums));
	for (const struct yaml_node *key = node->first; key; key = key->next)
		read_enum(r, key, &r->pack->enums[r->pack->enum_count++]);
	qsort(r->pack->enums, r->pack->enum_count, sizeof(*r->pack->enums), by_name);
}

void load_inputs(struct reader *r, const struct yaml_node *root)
{
	const struct yaml_node *node = inner(root, "inputs");

	if (!is_map(r, node, "inputs is a map of name to {type, zh, en}"))
		return;
	r->pack->inputs = arena_many(r->mem, node->count, sizeof(*r->pack->inputs));
	for (const struct yaml_node *key = node->first; key; key = key->next)
		if (load_field(r, key, true, &r->pack->inputs[r->pack->input_count]))
			r->pack->input_count++;
	qsort(r->pack->inputs, r->pack->input_count, sizeof(*r->pack->inputs), by_name);
}

static void read_refusal(struct reader *r, const struct yaml_node *key, struct refusal *out)
{
	static const char *const keys[] = { "zh", "en", "security", NULL };
	const char *zh, *en;

	out->code = key->text;
	out->label = (struct words){ "", "" };
	if (!read_map(r, key->value, key->text, keys))
		return;
	zh = read_text(r, key->value, "zh", true);
	en = read_text(r, key->value, "en", true);
	out->label = (struct words){ zh ? zh : "", en ? en : "" };
	out->security = read_yes(r, key->value, "security");
}

void load_refusals(struct reader *r, const struct yaml_node *root)
{
	const struct yaml_node *node = inner(root, "refusals");

	if (!is_map(r, node, "refusals is a map of code to {zh, en}"))
		return;
	r->pack->refusals = arena_many(r->mem, node->count, sizeof(*r->pack->refusals));
	for (const struct yaml_node *key = node->first; key; key = key->next)
		read_refusal(r, key, &r->pack->refusals[r->pack->refusal_count++]);
	qsort(r->pack->refusals, r->pack->refusal_count, sizeof(*r->pack->refusals), by_name);
}

/* ---- who may publish what to whom -------------------------------------------- */

/* 1..5, or 0 with a problem. */
static int level_of(struct reader *r, const struct yaml_node *at, const char *text)
{
	if (text && text[0] >= '1' && text[0] <= '5' && !text[1])
		return text[0] - '0';
	wrong(r, at, "a level is 1..5, not '%.20s'", text ? text : "");
	return 0;
}

static void read_colour(struct reader *r, const struct yaml_node *key)
{
	static const char *const keys[] = { "colour", "zh", "en", "grade", "cap", NULL };
	const int level = level_of(r, key, key->text);
	struct colour *out = &r->pack->colours[level];
	const char *zh, *en;

	if (!level || !read_map(r, key->value, "a level", keys))
		return;
	out->name = read_text(r, key->value, "colour", true);
	zh = read_text(r, key->value, "zh", true);
	en = read_text(r, key->value, "en", true);
	out->label = (struct words){ zh ? zh : "", en ? en : "" };
	out->grade = read_text(r, key->value, "grade", false);
	out->cap = read_text(r, key->value, "cap", false);
}

static void read_audience(struct reader *r, const struct yaml_node *key, struct publication *out)
{
	static const char *const keys[] = { "levels", "authorised", NULL };
	struct names levels;
	int level;

	out->marking = key->text;
	out->at = key->at;
	if (pack_enum(r->pack, "marking") && !enum_code(pack_enum(r->pack, "marking"), key->text))
		wrong(r, key, "'%.40s' is no marking of enums.yml", key->text);
	if (!read_map(r, key->value, "an audience", keys))
		return;
	levels = read_names(r, yaml_get(key->value, "levels"), "levels");
	for (size_t i = 0; i < levels.count; i++)
		if ((level = level_of(r, key, levels.at[i])))
			out->levels[level] = true;
	out->authorised = read_yes(r, key->value, "authorised");
}

void load_publication(struct reader *r, const struct yaml_node *root)
{
	static const char *const keys[] = { "levels", "audiences", NULL };
	const struct yaml_node *levels = yaml_get(root, "levels"), *audiences = yaml_get(root, "audiences");

	if (!read_map(r, root, "publication.yml", keys))
		return;
	if (!levels || levels->form != YAML_MAP || !audiences || audiences->form != YAML_MAP) {
		wrong(r, root,
		      "publication.yml holds levels: {5: {colour, zh, en}} and audiences: {MARKING: "
		      "{levels}}");
		return;
	}
	for (const struct yaml_node *key = levels->first; key; key = key->next)
		read_colour(r, key);
	r->pack->publications = arena_many(r->mem, audiences->count + 1, sizeof(*r->pack->publications));
	for (const struct yaml_node *key = audiences->first; key; key = key->next)
		read_audience(r, key, &r->pack->publications[r->pack->publication_count++]);
}
