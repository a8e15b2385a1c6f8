#include <string.h>

#include "pack/pack_private.h"

/*
 * The parts of a move: who may make it, what makes it by itself, which clocks
 * it touches, which effects it has.
 */

static void read_signers(struct reader *r, const struct yaml_node *node, struct branch *branch)
{
	if (node->form != YAML_LIST || node->count < 2) {
		wrong(r, node, "sign is a list of at least two lists of roles, like [[CL], [DIR]]");
		return;
	}
	branch->signers = arena_many(r->mem, node->count, sizeof(*branch->signers));
	for (const struct yaml_node *item = node->first; item; item = item->next)
		branch->signers[branch->signer_count++] = read_names(r, item, "sign");
}

static void read_branch(struct reader *r, const struct yaml_node *node, struct branch *branch)
{
	static const char *const keys[] = { "when", "do", "propose", "confirm", "sign", NULL };
	const struct yaml_node *act = yaml_get(node, "do"), *propose = yaml_get(node, "propose");
	const struct yaml_node *confirm = yaml_get(node, "confirm"), *sign = yaml_get(node, "sign"), *when;

	branch->at = node->at;
	if (!read_map(r, node, "who", keys))
		return;
	if ((when = yaml_get(node, "when")))
		branch->when = load_guard(r, when);
	if (!!act + !!propose + !!sign != 1 || !propose != !confirm) {
		wrong(r, node, "who is one of do, propose with confirm, or sign");
		return;
	}
	branch->form = act ? WHO_DO : propose ? WHO_TWO : WHO_SIGN;
	branch->roles = read_names(r, act ? act : propose, act ? "do" : "propose");
	branch->confirm = read_names(r, confirm, "confirm");
	if (sign)
		read_signers(r, sign, branch);
}

void load_branches(struct reader *r, const struct yaml_node *node, struct move *move)
{
	bool several = node && node->form == YAML_LIST && node->count && node->first->form == YAML_MAP;

	if (!node)
		return;
	move->who = arena_many(r->mem, several ? node->count : 1, sizeof(*move->who));
	if (several) {
		for (const struct yaml_node *item = node->first; item; item = item->next)
			read_branch(r, item, &move->who[move->who_count++]);
	} else if (node->form == YAML_MAP) {
		read_branch(r, node, &move->who[move->who_count++]);
	} else {
		move->who[0] = (struct branch){ .form = WHO_DO, .at = node->at };
		move->who[0].roles = read_names(r, node, "who");
		move->who_count = 1;
	}
}

static size_t trigger_room(const struct yaml_node *node)
{
	size_t room = 0;

	for (const struct yaml_node *key = node->first; key; key = key->next)
		room += key->value->form == YAML_LIST ? key->value->count : 1;
	return room;
}

static void add_trigger(struct reader *r, struct move *move, int form, const struct yaml_node *node)
{
	const char *name = read_scalar(r, node, "auto");

	if (name)
		move->auto_[move->auto_count++] = (struct trigger){ (enum trigger_form)form, name, node->at };
}

void load_triggers(struct reader *r, const struct yaml_node *node, struct move *move)
{
	static const char *const words[] = {
		[TRIGGER_WITH] = "with",       [TRIGGER_AFTER] = "after",   [TRIGGER_CLOCK] = "clock",
		[TRIGGER_REACHED] = "reached", [TRIGGER_SIGNAL] = "signal", NULL
	};

	for (const struct yaml_node *key = node && node->form == YAML_MAP ? node->first : NULL; key;
	     key = key->next)
		if (reads_text(r, key))
			return;
	if (!node || !read_map(r, node, "auto", words))
		return;
	move->auto_ = arena_many(r->mem, trigger_room(node), sizeof(*move->auto_));
	for (const struct yaml_node *key = node->first; key; key = key->next) {
		int form = 0;

		while (words[form] && strcmp(words[form], key->text))
			form++;
		if (!words[form])
			continue;
		if (key->value->form != YAML_LIST)
			add_trigger(r, move, form, key->value);
		else
			for (const struct yaml_node *item = key->value->first; item; item = item->next)
				add_trigger(r, move, form, item);
	}
}

/* CK06, or {CK09: affected_system}, or {CK14: self, when: GUARD}. */
static void read_clock_op(struct reader *r, const struct yaml_node *node, struct clock_op *op)
{
	const struct yaml_node *key;

	op->at = node->at;
	op->code = "";
	if (node->form != YAML_MAP) {
		op->code = read_scalar(r, node, "clock");
		return;
	}
	for (key = node->first; key; key = key->next)
		if (!strcmp(key->text, "when")) {
			op->when = load_guard(r, key->value);
		} else if (*op->code) {
			wrong(r, key, "'%.40s' beside '%.40s': one clock an entry", key->text, op->code);
		} else {
			op->code = key->text;
			op->on = read_scalar(r, key->value, key->text);
		}
	if (op->on && !strcmp(op->on, "self"))
		op->on = NULL;
}

static void add_clock_op(struct reader *r, struct move *move, int op, const struct yaml_node *node)
{
	struct clock_op *next = &move->clocks[move->clock_count];

	next->op = (enum clock_do)op;
	read_clock_op(r, node, next);
	if (next->code && *next->code)
		move->clock_count++;
}

void load_clock_ops(struct reader *r, const struct yaml_node *node, struct move *move)
{
	static const char *const words[] = {
		[CLOCK_START] = "start",   [CLOCK_STOP] = "stop",       [CLOCK_PAUSE] = "pause",
		[CLOCK_RESUME] = "resume", [CLOCK_RESTART] = "restart", NULL
	};

	if (!node || !read_map(r, node, "clocks", words))
		return;
	move->clocks = arena_many(r->mem, trigger_room(node), sizeof(*move->clocks));
	for (const struct yaml_node *key = node->first; key; key = key->next) {
		int op = 0;

		while (words[op] && strcmp(words[op], key->text))
			op++;
		if (!words[op])
			continue;
		if (key->value->form != YAML_LIST)
			add_clock_op(r, move, op, key->value);
		else
			for (const struct yaml_node *item = key->value->first; item; item = item->next)
				add_clock_op(r, move, op, item);
	}
}

static void add_parameter(struct reader *r, struct effect_use *use, const char *name,
			  const struct yaml_node *value)
{
	const char *text = read_scalar(r, value, name);

	if (!text)
		return;
	use->keys[use->arg_count] = name;
	use->args[use->arg_count++] = text;
}

/* {set: {owner: $unit}}: the map's entries are the parameters. A single value
 * stands in `value` too; of a list only `values` speaks. */
static void read_effect_value(struct reader *r, struct effect_use *use, const struct yaml_node *value)
{
	if (value->form == YAML_MAP) {
		for (const struct yaml_node *key = value->first; key; key = key->next)
			add_parameter(r, use, key->text, key->value);
		return;
	}
	use->values = read_names(r, value, use->name);
	if (value->form == YAML_TEXT && use->values.count)
		use->value = use->values.at[0];
}

static void read_effect(struct reader *r, const struct yaml_node *node, struct effect_use *use)
{
	const struct yaml_node *main = node->first;
	size_t room;

	use->at = node->at;
	if (node->form != YAML_MAP || !main) {
		use->name = read_scalar(r, node, "effect");
		return;
	}
	if (!strcmp(main->text, "when") && main->next)
		main = main->next;
	use->name = main->text;
	room = node->count + children(main->value);
	use->keys = arena_many(r->mem, room, sizeof(*use->keys));
	use->args = arena_many(r->mem, room, sizeof(*use->args));
	read_effect_value(r, use, main->value);
	for (const struct yaml_node *key = node->first; key; key = key->next)
		if (!strcmp(key->text, "when"))
			use->when = load_guard(r, key->value);
		else if (key != main)
			add_parameter(r, use, key->text, key->value);
}

void load_effects(struct reader *r, const struct yaml_node *node, struct move *move)
{
	if (!node)
		return;
	if (node->form != YAML_LIST) {
		wrong(r, node, "does is a list of effects, like [match_plans, {inform: office}]");
		return;
	}
	move->does = arena_many(r->mem, node->count, sizeof(*move->does));
	for (const struct yaml_node *item = node->first; item; item = item->next) {
		read_effect(r, item, &move->does[move->does_count]);
		if (move->does[move->does_count].name)
			move->does_count++;
	}
}
