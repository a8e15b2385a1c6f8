#include <string.h>

#include "pack/pack_private.h"

/*
 * Special plans with their steps, and regimes: duties to report upward.
 */

static void read_step(struct reader *r, const struct yaml_node *node, struct plan_step *out)
{
	static const char *const keys[] = { "phase",   "text",   "role",   "within",
					    "tasking", "target", "action", NULL };
	static const char *const taskings[] = { "order", "request", NULL };
	const struct yaml_node *text = yaml_get(node, "text"), *within = yaml_get(node, "within");
	const struct yaml_node *tasking = yaml_get(node, "tasking");
	int at;

	out->at = node->at;
	out->text = (struct words){ "", "" };
	if (!read_map(r, node, "step", keys))
		return;
	out->phase = read_text(r, node, "phase", true);
	if (text)
		out->text = read_words(r, text, "text");
	else
		wrong(r, node, "'text' is missing: what is to be done?");
	out->role = read_text(r, node, "role", true);
	out->target = read_text(r, node, "target", false);
	out->action = read_text(r, node, "action", false);
	out->within = within ? read_span(r, within, "within") : 0;
	if (tasking && (at = read_choice(r, tasking, "tasking", taskings)) >= 0)
		out->tasking = taskings[at];
}

static void read_plan(struct reader *r, const struct yaml_node *root, struct special_plan *out)
{
	static const char *const keys[] = { "plan", "version", "kind", "label", "when", "steps", NULL };
	const struct yaml_node *when = yaml_get(root, "when"), *steps = yaml_get(root, "steps"), *item;

	out->at = root->at;
	out->id = "";
	out->label = (struct words){ "", "" };
	if (!read_map(r, root, "a special plan", keys))
		return;
	if (!(out->id = read_text(r, root, "plan", true)))
		out->id = "";
	out->version = read_text(r, root, "version", true);
	out->kind = read_text(r, root, "kind", true);
	out->label = read_label(r, root, "special plan");
	if (when)
		out->when = load_guard(r, when);
	else
		wrong(r, root, "'when' is missing: for which cases is it?");
	if (!steps || steps->form != YAML_LIST) {
		wrong(r, steps ? steps : root, "steps is a list of {phase, text, role}");
		return;
	}
	out->steps = arena_many(r->mem, steps->count, sizeof(*out->steps));
	for (item = steps->first; item; item = item->next)
		read_step(r, item, &out->steps[out->step_count++]);
}

static bool within_folder(const struct source *file, const char *folder)
{
	return file->root && !strncmp(file->name, folder, strlen(folder));
}

void load_plans(struct reader *r)
{
	const struct special_plan *known;
	struct special_plan *plan;

	r->pack->plans = arena_many(r->mem, r->file_count, sizeof(*r->pack->plans));
	for (size_t i = 0; i < r->file_count; i++) {
		if (!within_folder(&r->files[i], "plans/"))
			continue;
		plan = &r->pack->plans[r->pack->plan_count];
		read_plan(r, r->files[i].root, plan);
		if ((known = pack_plan(r->pack, plan->id)))
			wrong(r, r->files[i].root, "plan '%.40s' stands already in %s", plan->id,
			      known->at.file);
		r->pack->plan_count++;
	}
}

static void read_regime(struct reader *r, const struct yaml_node *key, struct regime *out)
{
	static const char *const keys[] = { "label", "when",      "recipient",   "within",
					    "type",  "mandatory", "form",        "channel",
					    "basis", "certainty", "verified_by", NULL };
	static const char *const types[] = { "initial", "progress", "final", "batch", NULL };
	const struct yaml_node *map = key->value, *when = yaml_get(map, "when"),
			       *type = yaml_get(map, "type");
	const struct yaml_node *within = yaml_get(map, "within"), *verified = yaml_get(map, "verified_by");
	int at;

	out->id = key->text;
	out->at = key->at;
	out->label = (struct words){ "", "" };
	if (!read_map(r, map, key->text, keys))
		return;
	out->label = read_label(r, map, "regime");
	out->when = when ? load_guard(r, when) : NULL;
	out->recipient = read_text(r, map, "recipient", true);
	out->within = within ? read_span(r, within, "within") : 0;
	out->type = type && (at = read_choice(r, type, "type", types)) >= 0 ? types[at] : "initial";
	out->mandatory = read_yes(r, map, "mandatory");
	out->form = read_text(r, map, "form", false);
	out->channel = read_text(r, map, "channel", false);
	out->basis = read_text(r, map, "basis", true);
	out->certainty = read_text(r, map, "certainty", true);
	out->verified_by = verified && verified->form == YAML_TEXT ? verified->text : "";
	if (!when || !within)
		wrong(r, key, "regime '%.40s' needs when and within", key->text);
}

static const struct yaml_node *regimes_of(struct reader *r, const struct source *file)
{
	static const char *const keys[] = { "regimes", NULL };
	const struct yaml_node *node;

	if (!within_folder(file, "regimes/") || !read_map(r, file->root, "a file of regimes/", keys))
		return NULL;
	node = yaml_get(file->root, "regimes");
	if (node && node->form == YAML_MAP)
		return node;
	wrong(r, node ? node : file->root, "regimes is a map of id to regime");
	return NULL;
}

void load_regimes(struct reader *r)
{
	const struct yaml_node *node, *key;
	size_t room = 0, n = 0;

	for (size_t i = 0; i < r->file_count; i++)
		if (within_folder(&r->files[i], "regimes/"))
			room += children(yaml_get(r->files[i].root, "regimes"));
	r->pack->regimes = arena_many(r->mem, room, sizeof(*r->pack->regimes));
	for (size_t i = 0; i < r->file_count; i++)
		for (key = (node = regimes_of(r, &r->files[i])) ? node->first : NULL; key; key = key->next) {
			for (size_t k = 0; k < n; k++)
				if (!strcmp(r->pack->regimes[k].id, key->text))
					wrong(r, key, "regime '%.40s' stands already in %s", key->text,
					      r->pack->regimes[k].at.file);
			read_regime(r, key, &r->pack->regimes[n++]);
		}
	r->pack->regime_count = n;
}
