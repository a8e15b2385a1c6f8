#include <string.h>

#include "pack/pack_private.h"

/*
 * A move: who, from where to where, with what, and what follows. The create
 * of a kind and its acts have the same form without from and to.
 */

static const char *const change_keys[] = { "t",    "label",  "from",    "to",      "auto",   "who",
					   "by",   "needs",  "asks",    "if",      "refuse", "clocks",
					   "does", "record", "step_up", "receipt", NULL };
static const char *const act_keys[] = { "t",     "label",  "auto",    "who",     "by",
					"needs", "asks",   "if",      "refuse",  "clocks",
					"does",  "record", "step_up", "receipt", NULL };
static const char *const default_keys[] = { "auto",   "who",    "by",   "needs",  "asks", "if",
					    "refuse", "clocks", "does", "record", NULL };

/* What a move says itself counts; the defaults of its region fill the rest. */
struct sources {
	const struct yaml_node *own, *defaults;
};

static const struct yaml_node *take(const struct sources *from, const char *key)
{
	const struct yaml_node *node = yaml_get(from->own, key);

	return node ? node : yaml_get(from->defaults, key);
}

/* "f", "f|unknown", "f|none", each with "?" behind it where it may be left out. */
static struct want read_want(struct reader *r, const struct yaml_node *node, bool asks)
{
	struct want want = { .name = "", .at = node->at };
	const char *text = read_scalar(r, node, asks ? "asks" : "needs");
	char *name, *bar;
	size_t len;

	if (!text)
		return want;
	name = arena_copy(r->mem, text);
	len = strlen(name);
	if (name[len - 1] == '?') {
		want.optional = true;
		name[len - 1] = '\0';
		if (!asks)
			wrong(r, node, "'%.60s': what is needed cannot be left out; move it to asks", text);
	}
	if ((bar = strchr(name, '|'))) {
		*bar = '\0';
		want.otherwise = bar + 1;
		if (strcmp(bar + 1, "unknown") && strcmp(bar + 1, "none"))
			wrong(r, node, "'%.60s': what may stand instead is |unknown or |none", text);
	}
	want.name = name;
	return want;
}

static void read_wants(struct reader *r, const struct yaml_node *node, bool asks, struct want **out,
		       size_t *count)
{
	struct want *wants;
	size_t n = 0;

	*out = NULL;
	*count = 0;
	if (!node)
		return;
	if (node->form != YAML_LIST) {
		wrong(r, node, "%s is a list of names", asks ? "asks" : "needs");
		return;
	}
	wants = arena_many(r->mem, node->count, sizeof(*wants));
	for (const struct yaml_node *item = node->first; item; item = item->next) {
		wants[n] = read_want(r, item, asks);
		if (*wants[n].name)
			n++;
	}
	*out = wants;
	*count = n;
}

static void read_body(struct reader *r, const struct sources *from, struct move *move)
{
	const struct yaml_node *node;

	move->rows = read_names(r, yaml_get(from->own, "t"), "t");
	move->label = read_label(r, from->own, move->name);
	load_branches(r, take(from, "who"), move);
	load_triggers(r, take(from, "auto"), move);
	move->by = load_guards(r, take(from, "by"));
	read_wants(r, take(from, "needs"), false, &move->needs, &move->need_count);
	read_wants(r, take(from, "asks"), true, &move->asks, &move->ask_count);
	move->conditions = load_guards(r, take(from, "if"));
	if ((node = take(from, "refuse")))
		move->refuse = read_scalar(r, node, "refuse");
	load_clock_ops(r, take(from, "clocks"), move);
	load_effects(r, take(from, "does"), move);
	move->record = read_names(r, take(from, "record"), "record");
	move->step_up = read_yes(r, from->own, "step_up");
	move->receipt = read_yes(r, from->own, "receipt");
}

static struct move *move_new(struct reader *r, struct kind *kind, const struct yaml_node *key,
			     enum move_form form)
{
	struct move *move = arena_take(r->mem, sizeof(*move));

	for (size_t i = 0; i < kind->move_count; i++)
		if (!strcmp(kind->moves[i]->name, key->text))
			wrong(r, key, "a move '%.40s' stands already in line %d; a kind names each move once",
			      key->text, kind->moves[i]->at.line);
	move->name = key->text;
	move->form = form;
	move->kind = kind;
	move->at = key->at;
	kind->moves[kind->move_count++] = move;
	return move;
}

static const struct state *state_of(struct reader *r, const struct region *region,
				    const struct yaml_node *node)
{
	const char *name = read_scalar(r, node, "state");
	const struct state *state = name ? region_state(region, name) : NULL;

	if (name && !state)
		unknown_state(r, node->at, region, name);
	return state;
}

static void read_from(struct reader *r, const struct region *region, const struct yaml_node *node,
		      struct move *move)
{
	const struct state *state;

	move->from = arena_many(r->mem, node->form == YAML_LIST ? node->count : 1, sizeof(*move->from));
	if (node->form != YAML_LIST) {
		if ((state = state_of(r, region, node)))
			move->from[move->from_count++] = state;
		return;
	}
	for (const struct yaml_node *item = node->first; item; item = item->next)
		if ((state = state_of(r, region, item)))
			move->from[move->from_count++] = state;
}

/* `from: new` makes the record, unless the region has a state of that name. */
static bool is_new(const struct region *region, const struct yaml_node *from)
{
	return from && from->form == YAML_TEXT && !strcmp(from->text, "new") && !region_state(region, "new");
}

static void read_change(struct reader *r, struct kind *kind, struct region *region,
			const struct yaml_node *key, const struct yaml_node *defaults)
{
	const struct sources sources = { key->value, defaults };
	const struct yaml_node *from = yaml_get(key->value, "from"), *to = yaml_get(key->value, "to");
	struct move *move;

	if (!read_map(r, key->value, key->text, change_keys))
		return;
	move = move_new(r, kind, key, is_new(region, from) ? MOVE_CREATE : MOVE_CHANGE);
	move->region = region;
	if (!from || !to)
		wrong(r, key, "move '%.40s' needs from and to", key->text);
	if (from && move->form == MOVE_CHANGE)
		read_from(r, region, from, move);
	if (to)
		move->to = state_of(r, region, to);
	if (move->form == MOVE_CREATE)
		region->start = move->to;
	read_body(r, &sources, move);
}

static void read_plain(struct reader *r, struct kind *kind, const struct yaml_node *key, enum move_form form)
{
	const struct sources sources = { key->value, NULL };
	struct move *move;

	if (!read_map(r, key->value, key->text, act_keys))
		return;
	move = move_new(r, kind, key, form);
	read_body(r, &sources, move);
}

static void region_moves(struct reader *r, struct kind *kind, struct region *region,
			 const struct yaml_node *node)
{
	const struct yaml_node *moves = yaml_get(node, "moves"), *defaults = yaml_get(node, "defaults");

	if (defaults)
		read_map(r, defaults, "defaults", default_keys);
	if (!moves || moves->form != YAML_MAP) {
		if (moves)
			wrong(r, moves, "moves is a map of name to move");
		return;
	}
	for (const struct yaml_node *key = moves->first; key; key = key->next)
		read_change(r, kind, region, key, defaults);
}

/* The move that creates stands first, whichever region it came from. */
static void create_first(struct reader *r, struct kind *kind)
{
	struct move *create;
	size_t at = 0;

	while (at < kind->move_count && kind->moves[at]->form != MOVE_CREATE)
		at++;
	if (at == kind->move_count)
		return;
	create = kind->moves[at];
	for (size_t i = at + 1; i < kind->move_count; i++)
		if (kind->moves[i]->form == MOVE_CREATE)
			problem_add(r->problems, kind->moves[i]->at, NULL,
				    "'%.40s' creates too; a kind has one move that creates (line %d)",
				    kind->moves[i]->name, create->at.line);
	memmove(&kind->moves[1], &kind->moves[0], at * sizeof(struct move *));
	kind->moves[0] = create;
}

void load_moves(struct reader *r, struct kind *kind, const struct yaml_node *root)
{
	const struct yaml_node *regions = yaml_get(root, "regions"), *acts = yaml_get(root, "acts"), *key;
	size_t room = 1 + children(acts);

	for (size_t i = 0; i < kind->region_count; i++)
		room += children(yaml_get(yaml_get(regions, kind->regions[i].name), "moves"));
	kind->moves = arena_many(r->mem, room, sizeof(*kind->moves));
	for (key = root->first; key; key = key->next)
		if (!strcmp(key->text, "create"))
			read_plain(r, kind, key, MOVE_CREATE);
	for (size_t i = 0; i < kind->region_count; i++)
		region_moves(r, kind, &kind->regions[i], yaml_get(regions, kind->regions[i].name));
	if (acts && acts->form != YAML_MAP)
		wrong(r, acts, "acts is a map of name to move");
	else
		for (key = acts ? acts->first : NULL; key; key = key->next)
			read_plain(r, kind, key, MOVE_ACT);
	create_first(r, kind);
}
