#include <stdlib.h>
#include <string.h>

#include "model/closed.h"
#include "model/vocabulary.h"
#include "pack/pack_private.h"

/*
 * Guards, tied to what they read.
 */

static void unknown_spoken(struct reader *r, struct place at, const char *what, const char *name,
			   const struct spoken *list)
{
	const char *words[64];
	size_t n = 0;

	for (; list[n].word && n < 64; n++)
		words[n] = list[n].word;
	unknown_name(r, at, what, name, words, n);
}

static void guard_in(struct reader *r, struct guard *guard, const struct scope *in)
{
	const struct region *region = path_region(r, in->kind, guard->path, guard->at);

	for (size_t i = 0; region && i < guard->values.count; i++)
		if (!region_state(region, guard->values.at[i]))
			unknown_state(r, guard->at, region, guard->values.at[i]);
}

static const struct field *asked_input(const struct reader *r, const struct scope *in, const char *name)
{
	for (size_t i = 0; in->move && i < in->move->ask_count; i++)
		if (!strcmp(in->move->asks[i].name, name))
			return pack_input(r->pack, name);
	return NULL;
}

static void unknown_code(struct reader *r, const struct guard *guard, const struct field *field,
			 const char *value)
{
	const char **words = arena_many(r->scratch, field->codes->count, sizeof(*words));

	for (size_t i = 0; i < field->codes->count; i++)
		words[i] = field->codes->codes[i].code;
	unknown_name(r, guard->at, arena_text(r->scratch, "code of %s", field->of), value, words,
		     field->codes->count);
}

/* true and false are what some write for yes and no; the record holds one form. */
static const char *yes_or_no(const char *value)
{
	if (!strcmp(value, "true"))
		return "yes";
	return strcmp(value, "false") ? value : "no";
}

static void value_of(struct reader *r, struct guard *guard, const struct field *field, const char **value)
{
	char *rest;

	switch (field->type) {
	case FIELD_ENUM:
		if (field->codes && !enum_code(field->codes, *value))
			unknown_code(r, guard, field, *value);
		return;
	case FIELD_YES:
		*value = yes_or_no(*value);
		if (strcmp(*value, "yes") && strcmp(*value, "no"))
			problem_add(r->problems, guard->at, NULL, "'%s' is yes or no, not '%.40s'",
				    field->name, *value);
		return;
	default:
		strtol(*value, &rest, 10);
		if (*rest || !**value)
			problem_add(r->problems, guard->at, NULL, "'%s' is a number, not '%.40s'",
				    field->name, *value);
	}
}

static void guard_is(struct reader *r, struct guard *guard, const struct scope *in)
{
	const struct field *field = asked_input(r, in, guard->path);

	if (!field || kind_field(in->kind, guard->path))
		field = path_field(r, in->kind, guard->path, guard->at);
	if (!field)
		return;
	if (field->type == FIELD_TEXT || field->type == FIELD_WORD) {
		problem_add(r->problems, guard->at, "N33",
			    "'is' on the text '%s': there is no guard that reads what a text says; make it "
			    "an enum",
			    guard->path);
		return;
	}
	if (field->type != FIELD_ENUM && field->type != FIELD_YES && field->type != FIELD_NUMBER) {
		problem_add(r->problems, guard->at, NULL,
			    "'is' compares an enum, a number or a yes; '%s' is none of them", guard->path);
		return;
	}
	for (size_t i = 0; i < guard->values.count; i++)
		value_of(r, guard, field, &guard->values.at[i]);
}

/* The level words may stand for the record itself or for the case it belongs to. */
static bool level_word_fits(const struct reader *r, const struct kind *kind, const struct level_word *word)
{
	const struct kind *other;

	if (kind_field(kind, word->field))
		return true;
	for (size_t i = 0; i < kind->field_count; i++)
		if (kind->fields[i].type == FIELD_REF && (other = pack_kind(r->pack, kind->fields[i].of)) &&
		    kind_field(other, word->field))
			return true;
	return false;
}

static void level_side(struct reader *r, struct guard *guard, const struct scope *in, const char *path)
{
	const struct level_word *word;
	const struct field *field;
	struct path_end end;

	if (!path_follow(r, in->kind, path, guard->at, &end))
		return;
	word = vocabulary_level(end.last);
	if (word && level_word_fits(r, end.kind, word))
		return;
	if (word && !kind_field(end.kind, end.last)) {
		problem_add(r->problems, guard->at, NULL,
			    "%s has no field '%s', nor has a record it refers to", end.kind->name,
			    word->field);
		return;
	}
	field = path_field(r, in->kind, path, guard->at);
	if (field && field->type != FIELD_NUMBER && field->type != FIELD_ENUM && field->type != FIELD_WORD)
		problem_add(r->problems, guard->at, NULL, "'%s' is no number, so no level", path);
}

static void guard_level(struct reader *r, struct guard *guard, const struct scope *in)
{
	level_side(r, guard, in, guard->path);
	if (guard->against && strcmp(guard->against, "threshold"))
		level_side(r, guard, in, guard->against);
}

static const struct field *ref_to(const struct kind *from, const struct kind *to)
{
	for (size_t i = 0; i < from->field_count; i++)
		if (from->fields[i].type == FIELD_REF && from->fields[i].of &&
		    !strcmp(from->fields[i].of, to->name))
			return &from->fields[i];
	return NULL;
}

static void among_link(struct reader *r, const struct guard *guard, const struct kind *of,
		       const struct scope *in)
{
	const struct among *among = &guard->among;
	const struct field *field;

	if (among->same) {
		if (!kind_field(of, among->same))
			unknown_field(r, guard->at, of, among->same);
		if (!kind_field(in->kind, among->same))
			unknown_field(r, guard->at, in->kind, among->same);
	}
	if (!among->through) {
		if (!among->same && !ref_to(of, in->kind))
			problem_add(r->problems, guard->at, NULL,
				    "%s has no ref to %s, so none is linked; give %s such a field or name it "
				    "under through",
				    of->name, in->kind->name, of->name);
		return;
	}
	if (!(field = kind_field(of, among->through)))
		unknown_field(r, guard->at, of, among->through);
	else if (field->type != FIELD_REF)
		problem_add(r->problems, guard->at, NULL, "through '%s': it is no ref field", among->through);
	else if (strcmp(field->of, in->kind->name) && !ref_to(in->kind, pack_kind(r->pack, field->of) ?: of))
		problem_add(r->problems, guard->at, NULL, "through '%s' leads to %s, not to %s",
			    among->through, field->of, in->kind->name);
}

static void among_states(struct reader *r, const struct guard *guard, const struct kind *of)
{
	const struct names *lists[] = { &guard->among.in, &guard->among.not_in };

	if (!of->region_count && (guard->among.open || lists[0]->count || lists[1]->count)) {
		problem_add(r->problems, guard->at, NULL, "%s has no states to ask for", of->name);
		return;
	}
	for (size_t k = 0; of->region_count && k < 2; k++)
		for (size_t i = 0; i < lists[k]->count; i++)
			if (!region_state(&of->regions[0], lists[k]->at[i]))
				unknown_state(r, guard->at, &of->regions[0], lists[k]->at[i]);
}

static void guard_among(struct reader *r, struct guard *guard, const struct scope *in)
{
	const struct kind *of;

	for (size_t i = 0; i < guard->among.of.count; i++) {
		if (!(of = pack_kind(r->pack, guard->among.of.at[i]))) {
			unknown_kind(r, guard->at, guard->among.of.at[i]);
			continue;
		}
		among_link(r, guard, of, in);
		among_states(r, guard, of);
		if (guard->among.where)
			resolve_guard(r, guard->among.where, &(struct scope){ .kind = of });
	}
}

static void guard_time(struct reader *r, struct guard *guard, const struct scope *in)
{
	const struct names one = { &guard->path, 1 }, *paths = guard->values.count ? &guard->values : &one;

	for (size_t i = 0; i < paths->count; i++) {
		const struct field *field = path_field(r, in->kind, paths->at[i], guard->at);

		if (field && field->type != FIELD_TIME)
			problem_add(r->problems, guard->at, NULL, "'%s' is no time, so it is never %s",
				    paths->at[i], guard->form == GUARD_AHEAD ? "ahead" : "reached");
	}
}

static void guard_asked(struct reader *r, struct guard *guard, const struct scope *in)
{
	for (size_t i = 0; in->move && i < in->move->ask_count; i++)
		if (!strcmp(in->move->asks[i].name, guard->path))
			return;
	problem_add(r->problems, guard->at, NULL, "'%s' is not among what %s asks; write asks: [%s?]",
		    guard->path, in->move ? in->move->name : "this", guard->path);
}

/* The person, or the unit, that a guard about the actor names. */
static void actor_path(struct reader *r, const struct guard *guard, const struct scope *in, const char *path,
		       bool person)
{
	const struct field *field;
	const struct kind *of;

	if (person && !strcmp(path, "proposer"))
		return;
	if (!(field = path_field(r, in->kind, path, guard->at)))
		return;
	of = field->type == FIELD_REF ? pack_kind(r->pack, field->of) : NULL;
	if (field->type == FIELD_REF && !of)
		return; /* told where the field stands */
	if (person && (!of || strcmp(of->name, closed_staff_kind)))
		problem_add(r->problems, guard->at, NULL, "'%s' refers to no person of the staff register",
			    path);
	if (!person && (!of || !of->about || strcmp(of->about, "organisation")))
		problem_add(r->problems, guard->at, NULL, "'%s' refers to no unit", path);
}

static void guard_actor(struct reader *r, struct guard *guard, const struct scope *in)
{
	bool person = guard->form == GUARD_OTHER_THAN || guard->form == GUARD_ACTOR_IS;

	if (!in->actor)
		problem_add(r->problems, guard->at, NULL,
			    "a guard about who acts stands under 'by', where an automatic move is not asked");
	if (guard->form == GUARD_HOLDS) {
		if (!vocabulary_find(vocabulary_holds, guard->path))
			unknown_spoken(r, guard->at, "authority", guard->path, vocabulary_holds);
		return;
	}
	for (size_t i = 0; guard->form != GUARD_DELEGATION && i < guard->values.count; i++)
		actor_path(r, guard, in, guard->values.at[i], person);
}

static void guard_form_resolve(struct reader *r, struct guard *guard, const struct scope *in)
{
	switch (guard->form) {
	case GUARD_IN:
		guard_in(r, guard, in);
		break;
	case GUARD_IS:
		guard_is(r, guard, in);
		break;
	case GUARD_HAS:
		path_field(r, in->kind, guard->path, guard->at);
		break;
	case GUARD_LEVEL:
		guard_level(r, guard, in);
		break;
	case GUARD_EVERY:
	case GUARD_SOME:
	case GUARD_NONE:
		guard_among(r, guard, in);
		break;
	case GUARD_CLOCK:
		known_clock(r, guard->at, guard->path);
		break;
	case GUARD_REACHED:
	case GUARD_AHEAD:
		guard_time(r, guard, in);
		break;
	case GUARD_CHECKED:
		if (!vocabulary_find(vocabulary_checks, guard->path))
			unknown_spoken(r, guard->at, "check", guard->path, vocabulary_checks);
		break;
	case GUARD_NAMED:
		if (!vocabulary_find(vocabulary_guards, guard->path))
			unknown_spoken(r, guard->at, "guard in C", guard->path, vocabulary_guards);
		break;
	case GUARD_ASKED:
		guard_asked(r, guard, in);
		break;
	case GUARD_HOLDS:
	case GUARD_DELEGATION:
	case GUARD_OTHER_THAN:
	case GUARD_ACTOR_IS:
	case GUARD_ACTOR_OF:
	case GUARD_NOT_ACTOR_OF:
		guard_actor(r, guard, in);
		break;
	case GUARD_ANY:
	case GUARD_ALL:
	case GUARD_SETTING:
	case GUARD_SAME_TEXT:
	case GUARD__COUNT:
		break;
	}
}

void resolve_guard(struct reader *r, struct guard *guard, const struct scope *in)
{
	if (!guard)
		return;
	guard_form_resolve(r, guard, in);
	if (guard->refuse)
		known_refusal(r, guard->at, guard->refuse);
	if (guard->when)
		resolve_guard(r, guard->when, &(struct scope){ .kind = in->kind, .move = in->move });
	for (size_t i = 0; i < guard->part_count; i++)
		resolve_guard(r, guard->parts[i], in);
}

void resolve_guards(struct reader *r, const struct guards *guards, const struct scope *in)
{
	for (size_t i = 0; i < guards->count; i++)
		resolve_guard(r, guards->at[i], in);
}
