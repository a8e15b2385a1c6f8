#include <string.h>

#include "pack/pack_private.h"

/*
 * Special plans with their steps.
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
