#include <string.h>

#include "pack/pack_private.h"

/*
 * Grading: dimensions with the plan's words for each score, and the worked
 * cases that must come out.
 */

enum { DIMENSIONS_MOST = 8 };
_Static_assert(sizeof(((struct worked_grade *)0)->scores) / sizeof(int) == DIMENSIONS_MOST,
	       "a worked grade has room for every dimension");

static void read_scores(struct reader *r, const struct yaml_node *node, struct dimension *out)
{
	if (node->form != YAML_MAP) {
		wrong(r, node, "scores is a map of 1..5 to {zh, en}");
		return;
	}
	for (const struct yaml_node *key = node->first; key; key = key->next) {
		int score = read_number(r, key, "score", 1, 5, 0);

		if (score)
			out->scores[score] = read_words(r, key->value, "score");
	}
}

static void read_dimension(struct reader *r, const struct yaml_node *key, struct dimension *out)
{
	static const char *const keys[] = { "label", "scores", NULL };
	const struct yaml_node *scores = yaml_get(key->value, "scores");

	out->code = key->text;
	out->label = (struct words){ "", "" };
	if (!read_map(r, key->value, key->text, keys))
		return;
	out->label = read_label(r, key->value, "dimension");
	if (scores)
		read_scores(r, scores, out);
	for (int i = 1; i <= 5; i++)
		if (!out->scores[i].zh)
			wrong(r, scores ? scores : key, "dimension '%.40s' has no words for score %d",
			      key->text, i);
}

static void read_dimensions(struct reader *r, const struct yaml_node *node)
{
	if (!node || node->form != YAML_MAP) {
		if (node)
			wrong(r, node, "dimensions is a map of code to {label, scores}");
		return;
	}
	if (node->count > DIMENSIONS_MOST) {
		wrong(r, node, "%zu dimensions; at most %d are taken", node->count, DIMENSIONS_MOST);
		return;
	}
	r->pack->dimensions = arena_many(r->mem, node->count, sizeof(*r->pack->dimensions));
	for (const struct yaml_node *key = node->first; key; key = key->next)
		read_dimension(r, key, &r->pack->dimensions[r->pack->dimension_count++]);
}

static void read_worked_scores(struct reader *r, const struct yaml_node *node, struct worked_grade *out)
{
	size_t n = 0;

	if (node->form != YAML_LIST || node->count != r->pack->dimension_count) {
		wrong(r, node, "scores is a list of %zu scores, one a dimension; \"?\" is unknown",
		      r->pack->dimension_count);
		return;
	}
	for (const struct yaml_node *item = node->first; item; item = item->next, n++)
		if (item->form != YAML_TEXT || strcmp(item->text, "?"))
			out->scores[n] = read_number(r, item, "score", 1, 5, 1);
}

static void read_worked_one(struct reader *r, const struct yaml_node *key, struct worked_grade *out)
{
	static const char *const keys[] = { "label", "scores", "urgency", "level", "plan", NULL };
	static const char *const plans[] = { "yes", "no", "ask", NULL };
	const struct yaml_node *scores = yaml_get(key->value, "scores"),
			       *level = yaml_get(key->value, "level");
	const struct yaml_node *urgency = yaml_get(key->value, "urgency"),
			       *plan = yaml_get(key->value, "plan");
	int at;

	out->id = key->text;
	out->at = key->at;
	out->label = (struct words){ "", "" };
	out->plan = "no";
	if (!read_map(r, key->value, key->text, keys))
		return;
	out->label = read_label(r, key->value, "worked grade");
	if (!scores || !level)
		wrong(r, key, "worked grade '%.20s' needs scores and level", key->text);
	if (scores)
		read_worked_scores(r, scores, out);
	out->urgency = urgency ? read_number(r, urgency, "urgency", 0, 5, 0) : 0;
	out->level = level ? read_number(r, level, "level", 1, 5, 1) : 0;
	if (plan && (at = read_choice(r, plan, "plan", plans)) >= 0)
		out->plan = plans[at];
}

static void read_worked(struct reader *r, const struct yaml_node *node)
{
	if (!node || node->form != YAML_MAP) {
		if (node)
			wrong(r, node, "worked is a map of id to {label, scores, urgency, level, plan}");
		return;
	}
	r->pack->worked = arena_many(r->mem, node->count, sizeof(*r->pack->worked));
	for (const struct yaml_node *key = node->first; key; key = key->next)
		read_worked_one(r, key, &r->pack->worked[r->pack->worked_count++]);
}

void load_grading(struct reader *r, const struct yaml_node *root)
{
	static const char *const keys[] = { "unknown", "urgency_most", "dimensions", "worked", NULL };
	const struct yaml_node *node = yaml_get(root, "grading"), *n;

	if (!node || root->count != 1)
		node = root;
	if (!read_map(r, node, "grading", keys))
		return;
	r->pack->unknown_score = (n = yaml_get(node, "unknown")) ? read_number(r, n, "unknown", 1, 5, 2) : 2;
	r->pack->urgency_most =
		(n = yaml_get(node, "urgency_most")) ? read_number(r, n, "urgency_most", 0, 4, 1) : 1;
	read_dimensions(r, yaml_get(node, "dimensions"));
	read_worked(r, yaml_get(node, "worked"));
}
