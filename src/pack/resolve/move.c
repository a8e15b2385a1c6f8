#include <string.h>

#include "model/closed.h"
#include "model/vocabulary.h"
#include "pack/pack_private.h"

/*
 * Moves, tied to fields, roles, triggers, clocks and effects.
 */

static void unknown_listed(struct reader *r, struct place at, const char *what, const char *name,
			   const struct spoken *list)
{
	const char *words[64];
	size_t n = 0;

	for (; list[n].word && n < 64; n++)
		words[n] = list[n].word;
	unknown_name(r, at, what, name, words, n);
}

static void known_roles(struct reader *r, struct place at, const struct names *roles)
{
	for (size_t i = 0; i < roles->count; i++)
		known_role(r, at, roles->at[i]);
}

static void resolve_who(struct reader *r, struct move *move)
{
	const struct scope in = { .kind = move->kind, .move = move };

	for (size_t i = 0; i < move->who_count; i++) {
		struct branch *branch = &move->who[i];

		known_roles(r, branch->at, &branch->roles);
		known_roles(r, branch->at, &branch->confirm);
		for (size_t k = 0; k < branch->signer_count; k++)
			known_roles(r, branch->at, &branch->signers[k]);
		resolve_guard(r, branch->when, &in);
	}
}

static void resolve_wants(struct reader *r, struct move *move)
{
	for (size_t i = 0; i < move->need_count; i++)
		if (!(move->needs[i].field = kind_field(move->kind, move->needs[i].name)))
			unknown_field(r, move->needs[i].at, move->kind, move->needs[i].name);
	for (size_t i = 0; i < move->ask_count; i++) {
		struct want *want = &move->asks[i];

		if (!(want->field = kind_field(move->kind, want->name)) &&
		    !(want->field = pack_input(r->pack, want->name)))
			problem_add(r->problems, want->at, NULL,
				    "%s asks '%s', which is neither a field of %s nor stands in inputs.yml",
				    move->name, want->name, move->kind->name);
	}
}

/* "kind.move", split at its first dot. */
static const struct move *kind_dot_move(const struct reader *r, const char *name, const struct kind **kind)
{
	const char *dot = strchr(name, '.');

	*kind = dot ? pack_kind(r->pack, arena_copy_bytes(r->scratch, name, (size_t)(dot - name))) : NULL;
	return *kind ? kind_move(*kind, dot + 1) : NULL;
}

static void unknown_move(struct reader *r, struct place at, const struct kind *kind, const char *name)
{
	const char **words;

	if (!kind) {
		problem_add(r->problems, at, NULL, "there is no move '%.80s'; it is written kind.move", name);
		return;
	}
	words = arena_many(r->scratch, kind->move_count, sizeof(*words));
	for (size_t i = 0; i < kind->move_count; i++)
		words[i] = kind->moves[i]->name;
	unknown_name(r, at, arena_text(r->scratch, "move of %s", kind->name), strchr(name, '.') + 1, words,
		     kind->move_count);
}

/* region.move of the same record, kind.move, or setting.name. */
static void resolve_after(struct reader *r, const struct move *move, const struct trigger *trigger)
{
	const char *dot = strchr(trigger->name, '.');
	const struct kind *kind;
	const struct region *region = NULL;
	const struct move *cause = NULL;

	if (!strncmp(trigger->name, "setting.", 8) && trigger->name[8])
		return;
	if (dot)
		region = kind_region(move->kind, arena_copy_bytes(r->scratch, trigger->name,
								  (size_t)(dot - trigger->name)));
	if (region && (cause = kind_move(move->kind, dot + 1)) && cause->region == region)
		return;
	if (region && cause)
		problem_add(r->problems, trigger->at, NULL, "move '%s' of %s is not one of region %s",
			    cause->name, move->kind->name, region->name);
	else if (!kind_dot_move(r, trigger->name, &kind))
		unknown_move(r, trigger->at, region ? move->kind : kind, trigger->name);
}

static void resolve_trigger(struct reader *r, const struct move *move, const struct trigger *trigger)
{
	const struct kind *kind;
	const struct field *field;

	switch (trigger->form) {
	case TRIGGER_WITH:
		if (!kind_dot_move(r, trigger->name, &kind))
			unknown_move(r, trigger->at, kind, trigger->name);
		break;
	case TRIGGER_AFTER:
		resolve_after(r, move, trigger);
		break;
	case TRIGGER_CLOCK:
		known_clock(r, trigger->at, trigger->name);
		break;
	case TRIGGER_REACHED:
		field = path_field(r, move->kind, trigger->name, trigger->at);
		if (field && field->type != FIELD_TIME)
			problem_add(r->problems, trigger->at, NULL, "'%s' is no time, so it is never reached",
				    trigger->name);
		break;
	case TRIGGER_SIGNAL:
		if (!vocabulary_find(vocabulary_signals, trigger->name))
			unknown_listed(r, trigger->at, "signal", trigger->name, vocabulary_signals);
		break;
	}
}

static void resolve_clock_ops(struct reader *r, const struct move *move)
{
	const struct scope in = { .kind = move->kind, .move = move };

	for (size_t i = 0; i < move->clock_count; i++) {
		const struct clock_op *op = &move->clocks[i];
		const struct field *field;

		known_clock(r, op->at, op->code);
		resolve_guard(r, op->when, &in);
		if (!op->on || pack_kind(r->pack, op->on))
			continue;
		field = path_field(r, move->kind, op->on, op->at);
		if (field && field->type != FIELD_REF)
			problem_add(r->problems, op->at, NULL, "'%s' is no record that could own a clock",
				    op->on);
	}
}

static void effect_move(struct reader *r, const struct effect_use *use)
{
	const struct kind *kind;

	for (size_t i = 0; i < use->values.count; i++)
		if (!kind_dot_move(r, use->values.at[i], &kind))
			unknown_move(r, use->at, kind, use->values.at[i]);
}

static void effect_targets(struct reader *r, const struct move *move, const struct effect_use *use)
{
	for (size_t i = 0; i < use->values.count; i++)
		if (!vocabulary_find(vocabulary_targets, use->values.at[i]) &&
		    !path_find(r->pack, move->kind, use->values.at[i]))
			unknown_listed(r, use->at, "target or field", use->values.at[i], vocabulary_targets);
}

static bool is_input(const struct reader *r, const struct move *move, const char *name)
{
	for (size_t i = 0; i < move->ask_count; i++)
		if (!strcmp(move->asks[i].name, name))
			return pack_input(r->pack, name) != NULL;
	return false;
}

/* $name is a field of the record, an input of the move, or one of the words. */
static void effect_value(struct reader *r, const struct move *move, const struct effect_use *use,
			 const struct field *field, const char *value)
{
	if (value[0] == '$') {
		if (!vocabulary_find(vocabulary_values, value) && !is_input(r, move, value + 1) &&
		    !path_find(r->pack, move->kind, value + 1))
			unknown_listed(r, use->at, "value", value, vocabulary_values);
	} else if (field->type == FIELD_ENUM && field->codes && !enum_code(field->codes, value)) {
		problem_add(r->problems, use->at, NULL, "'%.60s' is no code of %s", value, field->of);
	} else if (field->type == FIELD_YES && strcmp(value, "yes") && strcmp(value, "no")) {
		problem_add(r->problems, use->at, NULL, "'%s' is yes or no, not '%.40s'", field->name, value);
	}
}

static void effect_set(struct reader *r, const struct move *move, const struct effect_use *use)
{
	const struct field *field;

	if (!use->arg_count)
		problem_add(r->problems, use->at, NULL,
			    "set is a map of field to value, like {set: {owner: $unit}}");
	for (size_t i = 0; i < use->arg_count; i++) {
		if (!(field = kind_field(move->kind, use->keys[i])))
			unknown_field(r, use->at, move->kind, use->keys[i]);
		else
			effect_value(r, move, use, field, use->args[i]);
	}
}

static void effect_word(struct reader *r, const struct effect_use *use, const struct effect_shape *shape)
{
	size_t n = 0;

	if (!shape->among || !use->value)
		return;
	for (; shape->among[n]; n++)
		if (!strcmp(shape->among[n], use->value))
			return;
	unknown_name(r, use->at, arena_text(r->scratch, "word for %s", use->name), use->value, shape->among,
		     n);
}

static bool param_known(const struct effect_shape *shape, const char *key)
{
	for (size_t k = 0; shape->params && shape->params[k]; k++)
		if (!strcmp(shape->params[k], key))
			return true;
	return false;
}

/* `as` of open and `to` of link name a field of the other record. */
static void effect_names_field(struct reader *r, const struct move *move, const struct effect_use *use,
			       const struct kind *opened, size_t i)
{
	const struct field *ref =
		!strcmp(use->name, "link") && use->value ? path_find(r->pack, move->kind, use->value) : NULL;
	const struct kind *other = ref && ref->of ? pack_kind(r->pack, ref->of) : opened;

	if ((!strcmp(use->keys[i], "as") || !strcmp(use->keys[i], "to")) && other &&
	    !kind_field(other, use->args[i]))
		unknown_field(r, use->at, other, use->args[i]);
}

/* Beside its own parameters, `open` sets fields of the record that it opens. */
static void effect_params(struct reader *r, const struct move *move, const struct effect_use *use,
			  const struct effect_shape *shape)
{
	const struct kind *opened =
		shape->value == SHAPE_KIND && use->value ? pack_kind(r->pack, use->value) : NULL;
	const struct field *field;

	if (shape->value == SHAPE_KIND && !opened)
		return; /* told as an unknown kind */
	for (size_t i = 0; shape->value != SHAPE_SET && i < use->arg_count; i++) {
		if (param_known(shape, use->keys[i])) {
			effect_names_field(r, move, use, opened, i);
			continue;
		}
		if (opened && (field = kind_field(opened, use->keys[i])))
			effect_value(r, move, use, field, use->args[i]);
		else if (opened)
			unknown_field(r, use->at, opened, use->keys[i]);
		else
			problem_add(r->problems, use->at, NULL, "effect %s knows no '%.40s'%s%s", use->name,
				    use->keys[i], shape->params ? "; it knows " : "",
				    shape->params ? shape->params[0] : "");
	}
}

static void effect_fields(struct reader *r, const struct move *move, const struct effect_use *use)
{
	for (size_t i = 0; i < use->values.count; i++)
		path_field(r, move->kind, use->values.at[i], use->at);
}

static bool takes_several(enum shape shape)
{
	return shape == SHAPE_FIELD || shape == SHAPE_MOVE || shape == SHAPE_TARGET;
}

static void effect_shape_check(struct reader *r, const struct move *move, const struct effect_use *use,
			       const struct effect_shape *shape)
{
	effect_params(r, move, use, shape);
	if (shape->value == SHAPE_SET) {
		effect_set(r, move, use);
		return;
	}
	if (!use->values.count && !shape->optional && shape->value != SHAPE_NONE)
		problem_add(r->problems, use->at, NULL, "effect %s says not what: {%s: …}", use->name,
			    use->name);
	if (use->values.count && shape->value == SHAPE_NONE)
		problem_add(r->problems, use->at, NULL, "effect %s takes no value", use->name);
	if (!use->values.count)
		return;
	if (!use->value && !takes_several(shape->value))
		problem_add(r->problems, use->at, NULL, "effect %s takes one value, not a list", use->name);
	switch (shape->value) {
	case SHAPE_WORD:
		effect_word(r, use, shape);
		break;
	case SHAPE_FIELD:
	case SHAPE_PATH:
		effect_fields(r, move, use);
		break;
	case SHAPE_KIND:
		if (use->value && !pack_kind(r->pack, use->value))
			unknown_kind(r, use->at, use->value);
		break;
	case SHAPE_MOVE:
		effect_move(r, use);
		break;
	case SHAPE_TARGET:
		effect_targets(r, move, use);
		break;
	case SHAPE_CHECK:
		if (use->value && !vocabulary_find(vocabulary_checks, use->value))
			unknown_listed(r, use->at, "check", use->value, vocabulary_checks);
		break;
	case SHAPE_DOCUMENT:
		if (use->value)
			known_document(r, use->at, move->kind, use->value);
		break;
	case SHAPE_NONE:
	case SHAPE_SET:
		break;
	}
}

/* What someone may try to build from a plan that speaks of controlling speech. */
static const char *const forbidden[] = { "block_url",    "block_site", "block_user",
					 "watch_person", "monitor",    "filter_content",
					 "delete_post",  "scan_posts", "guide_opinion" };

static bool refused_effect(struct reader *r, const struct effect_use *use)
{
	for (size_t i = 0; i < sizeof(forbidden) / sizeof(*forbidden); i++)
		if (!strcmp(forbidden[i], use->name)) {
			problem_add(r->problems, use->at, "N33", "effect '%s': there is no such function",
				    use->name);
			return true;
		}
	return false;
}

static void resolve_effects(struct reader *r, const struct move *move)
{
	const struct scope in = { .kind = move->kind, .move = move };
	const struct effect_shape *shape;
	const char *words[64];

	for (size_t i = 0; i < vocabulary_effect_count; i++)
		words[i] = vocabulary_effects[i].name;
	for (size_t i = 0; i < move->does_count; i++) {
		const struct effect_use *use = &move->does[i];

		if ((shape = vocabulary_effect(use->name)))
			effect_shape_check(r, move, use, shape);
		else if (!refused_effect(r, use))
			unknown_name(r, use->at, "effect", use->name, words, vocabulary_effect_count);
		resolve_guard(r, use->when, &in);
	}
}

static void resolve_move(struct reader *r, struct move *move)
{
	const struct scope world = { .kind = move->kind, .move = move };
	const struct scope person = { .kind = move->kind, .move = move, .actor = true };

	resolve_wants(r, move);
	resolve_who(r, move);
	for (size_t i = 0; i < move->auto_count; i++)
		resolve_trigger(r, move, &move->auto_[i]);
	resolve_guards(r, &move->by, &person);
	resolve_guards(r, &move->conditions, &world);
	if (move->refuse)
		known_refusal(r, move->at, move->refuse);
	resolve_clock_ops(r, move);
	resolve_effects(r, move);
}

void resolve_moves(struct reader *r, struct kind *kind)
{
	for (size_t i = 0; i < kind->move_count; i++)
		resolve_move(r, kind->moves[i]);
}
