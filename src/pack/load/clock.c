#include <stdlib.h>
#include <string.h>

#include "pack/pack_private.h"

/*
 * Clocks: how long, in which states they run, whom they wake when missed.
 */

static const char *const clock_keys[] = { "label",   "word",        "level",    "length",
					  "runs_in", "escalate",    "measured", "calendar",
					  "source",  "start_field", "waits",    NULL };

static int64_t read_length(struct reader *r, const struct yaml_node *node)
{
	return node->form == YAML_TEXT && !strcmp(node->text, "none") ? -1 : read_span(r, node, "length");
}

/* {5: 30 min, 4: 1 h, ..., unknown: 1 h}: a level that is left out has no clock,
 * `unknown` is for what nobody has given a level. */
static void read_levels(struct reader *r, const struct yaml_node *node, struct clock_def *clock)
{
	for (const struct yaml_node *key = node->first; key; key = key->next) {
		const bool unknown = !strcmp(key->text, "unknown");
		const int level = unknown ? 0 : read_number(r, key, "level", 1, 5, 0);

		if (level || unknown)
			clock->length[level] = read_length(r, key->value);
	}
	if (!clock->level)
		wrong(r, node, "lengths by level need level: confirmed, provisional or warning");
}

static void read_lengths(struct reader *r, const struct yaml_node *node, struct clock_def *clock)
{
	const struct yaml_node *field = yaml_get(node, "field");

	for (int i = 0; i < 6; i++)
		clock->length[i] = -1;
	if (!node)
		return;
	if (field)
		clock->length_field = read_scalar(r, field, "field");
	else if (node->form == YAML_MAP)
		read_levels(r, node, clock);
	else
		clock->length[0] = read_length(r, node);
}

/* runs_in: {incident.handling: [contain, …]}, or {incident: [...]} for the main region. */
static void read_runs(struct reader *r, const struct yaml_node *node, struct clock_def *clock)
{
	const char *dot;

	if (!node)
		return;
	if (node->form != YAML_MAP || node->count != 1) {
		wrong(r, node, "runs_in is a map of one kind.region to states");
		return;
	}
	dot = strchr(node->first->text, '.');
	clock->runs_kind =
		dot ? arena_copy_bytes(r->mem, node->first->text, (size_t)(dot - node->first->text))
		    : node->first->text;
	clock->runs_region = dot ? dot + 1 : NULL;
	clock->runs_in = read_names(r, node->first->value, "runs_in");
}

static void read_rungs(struct reader *r, const struct yaml_node *node, struct clock_def *clock)
{
	static const char *const keys[] = { "after", "inform", NULL };
	const struct yaml_node *after;
	struct rung *rung;

	if (!node)
		return;
	if (node->form != YAML_LIST) {
		wrong(r, node, "escalate is a list, like [{after: 0 min, inform: [office]}]");
		return;
	}
	clock->rungs = arena_many(r->mem, node->count, sizeof(*clock->rungs));
	for (const struct yaml_node *item = node->first; item; item = item->next) {
		if (!read_map(r, item, "escalate", keys))
			continue;
		rung = &clock->rungs[clock->rung_count++];
		if ((after = yaml_get(item, "after")))
			rung->after = read_span(r, after, "after");
		rung->inform = read_names(r, yaml_get(item, "inform"), "inform");
		if (!rung->inform.count)
			wrong(r, item, "'inform' is missing: whom does it wake?");
	}
}

static bool read_calendar(struct reader *r, const struct yaml_node *node)
{
	static const char *const words[] = { "working", NULL };

	return node && read_choice(r, node, "calendar", words) == 0;
}

static void read_clock(struct reader *r, const struct yaml_node *key, struct clock_def *clock)
{
	clock->code = key->text;
	clock->at = key->at;
	clock->label = (struct words){ "", "" };
	if (!read_map(r, key->value, key->text, clock_keys))
		return;
	clock->label = read_label(r, key->value, "clock");
	clock->word = read_text(r, key->value, "word", false);
	clock->level = read_text(r, key->value, "level", false);
	read_lengths(r, yaml_get(key->value, "length"), clock);
	clock->start_field = read_text(r, key->value, "start_field", false);
	clock->working_days = read_calendar(r, yaml_get(key->value, "calendar"));
	clock->measured = read_yes(r, key->value, "measured");
	clock->waits = read_yes(r, key->value, "waits");
	read_runs(r, yaml_get(key->value, "runs_in"), clock);
	read_rungs(r, yaml_get(key->value, "escalate"), clock);
	clock->source = read_text(r, key->value, "source", false);
	if (clock->measured == !!yaml_get(key->value, "length"))
		wrong(r, key, "clock %.20s has either a length or measured: yes", key->text);
}

static int by_code(const void *a, const void *b)
{
	return strcmp(((const struct clock_def *)a)->code, ((const struct clock_def *)b)->code);
}

void load_clocks(struct reader *r, const struct yaml_node *root)
{
	const struct yaml_node *node = yaml_get(root, "clocks");

	if (!node || root->count != 1)
		node = root;
	if (node->form != YAML_MAP) {
		wrong(r, node, "clocks is a map of code to clock");
		return;
	}
	r->pack->clocks = arena_many(r->mem, node->count, sizeof(*r->pack->clocks));
	for (const struct yaml_node *key = node->first; key; key = key->next)
		read_clock(r, key, &r->pack->clocks[r->pack->clock_count++]);
	qsort(r->pack->clocks, r->pack->clock_count, sizeof(*r->pack->clocks), by_code);
}
