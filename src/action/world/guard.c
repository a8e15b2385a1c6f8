/* Guards: does a condition of the plan hold for this record now. They change nothing. */

#include "action/action_private.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/stamp.h"

static bool value_is(const json_t *value, const char *word)
{
	char number[32];

	if (json_is_string(value))
		return !strcmp(json_string_value(value), word);
	if (json_is_boolean(value))
		return !strcmp(word, json_is_true(value) ? "true" : "false") ||
		       !strcmp(word, json_is_true(value) ? "yes" : "no");
	if (json_is_integer(value)) {
		snprintf(number, sizeof(number), "%" JSON_INTEGER_FORMAT, json_integer_value(value));
		return !strcmp(number, word);
	}
	return false;
}

static bool value_among(const json_t *value, const struct names *words)
{
	json_t *one;
	size_t i;

	if (json_is_array(value)) {
		json_array_foreach((json_t *)value, i, one)
			if (value_among(one, words))
				return true;
		return false;
	}
	for (i = 0; i < words->count; i++)
		if (value_is(value, words->at[i]))
			return true;
	/* A yes-or-no field that was never set is a no. */
	return !value && (names_have(words, "false") || names_have(words, "no"));
}

/* "handling" of the record itself, "incident.command" of one it refers to. */
static const char *state_along(struct deed *deed, struct object *subject, const char *path)
{
	const char *dot = strrchr(path, '.');
	struct object *holder = NULL;
	const char *ref;
	struct fault why;
	int64_t id;

	if (!dot)
		return state_of(subject, path);
	ref = arena_copy_bytes(deed->mem, path, (size_t)(dot - path));
	if (!strcmp(ref, "incident") && (holder = world_case(deed, subject)))
		return state_of(holder, dot + 1);
	id = world_ref(deed, subject, ref);
	holder = id ? world_get(deed, id, &why) : NULL;
	return holder ? state_of(holder, dot + 1) : NULL;
}

static json_t *along(struct deed *deed, struct object *subject, const char *path)
{
	struct object *incident;

	if (!strncmp(path, "incident.", 9) && (incident = world_case(deed, subject)))
		return world_value(deed, incident, path + 9, NULL);
	return world_value(deed, subject, path, NULL);
}

/* ---- levels --------------------------------------------------------------- */

static int64_t level_of(struct deed *deed, struct object *subject, const char *which)
{
	struct object *incident = world_case(deed, subject);

	if (!strcmp(which, "confirmed") || !strcmp(which, "incident.confirmed"))
		return incident ? value_level(json_object_get(incident->body, "confirmed_level")) : 0;
	if (!strcmp(which, "provisional") || !strcmp(which, "incident.provisional"))
		return incident ? value_level(json_object_get(incident->body, "provisional_level")) : 0;
	if (!strcmp(which, "warning"))
		return value_level(json_object_get(subject->body, "level"));
	return value_level(along(deed, subject, which));
}

static bool level_holds(struct deed *deed, struct object *subject, const struct guard *guard)
{
	int64_t level = level_of(deed, subject, guard->path), limit = guard->number;

	if (guard->against)
		limit = !strcmp(guard->against, "threshold") ? threshold_now(deed)
							     : level_of(deed, subject, guard->against);
	/* An ungraded case is neither above nor below anything. */
	if (!level || !limit)
		return false;
	switch (guard->compare) {
	case LT:
		return level < limit;
	case LE:
		return level <= limit;
	case EQ:
		return level == limit;
	case NE:
		return level != limit;
	case GE:
		return level >= limit;
	case GT:
		return level > limit;
	}
	return false;
}

/* ---- linked records ------------------------------------------------------- */

/* What comes with the move is about its own record, not about linked ones. */
static bool holds_for_itself(struct deed *deed, struct object *one, const struct guard *where)
{
	json_t *held = deed->input;
	bool holds;

	deed->input = NULL;
	holds = guard_holds(deed, one, where);
	deed->input = held;
	return holds;
}

static bool fits(struct deed *deed, struct object *subject, struct object *one, const struct guard *guard)
{
	const struct among *among = &guard->among;
	const char *state = one->kind->region_count ? state_of(one, one->kind->regions[0].name) : NULL;

	if (among->in.count && (!state || !names_have(&among->in, state)))
		return false;
	if (among->not_in.count && state && names_have(&among->not_in, state))
		return false;
	if (among->open && object_ended(one))
		return false;
	if (among->same &&
	    !json_equal(json_object_get(one->body, among->same), json_object_get(subject->body, among->same)))
		return false;
	return !among->where || holds_for_itself(deed, one, among->where);
}

/* With `same` every record of the kind is compared, not only linked ones. */
static int all_of_kind(struct deed *deed, struct object *subject, const char *kind, const char *same,
		       struct objects *out)
{
	const json_t *value = json_object_get(subject->body, same);
	struct rows *rows;
	struct fault why;
	int ret = 1;

	*out = (struct objects){ arena_many(deed->mem, 64, sizeof(*out->at)), 0 };
	if (json_is_integer(value))
		ret = store_query(
			deed->house->store,
			"SELECT child FROM links WHERE parent = $1 AND kind = $2 AND field = $3 LIMIT 60",
			VALUES(value_int(json_integer_value(value)), value_text(kind), value_text(same)),
			&rows, &why);
	else if (json_is_string(value))
		ret = store_query(
			deed->house->store,
			"SELECT object FROM facets WHERE kind = $1 AND name = $2 AND value = $3 LIMIT 60",
			VALUES(value_text(kind), value_text(same), value_text(json_string_value(value))),
			&rows, &why);
	if (ret != 0)
		return 0;
	while (rows_next(rows, &why) == 1)
		if (rows_int(rows, 0) != subject->id)
			out->at[out->count++] = (struct object *)(intptr_t)rows_int(rows, 0);
	rows_close(rows);
	for (size_t i = 0; i < out->count; i++)
		out->at[i] = world_get(deed, (int64_t)(intptr_t)out->at[i], &why);
	return 0;
}

static void count_linked(struct deed *deed, struct object *subject, const struct guard *guard, size_t *fit,
			 size_t *all)
{
	const struct among *among = &guard->among;
	struct objects linked;
	struct fault why;

	*fit = *all = 0;
	for (size_t k = 0; k < among->of.count; k++) {
		int ret =
			among->same && !strcmp(among->of.at[k], subject->kind->name)
				? all_of_kind(deed, subject, among->of.at[k], among->same, &linked)
				: world_linked(deed, subject, among->of.at[k], among->through, &linked, &why);

		for (size_t i = 0; ret == 0 && i < linked.count; i++) {
			(*all)++;
			*fit += linked.at[i] && fits(deed, subject, linked.at[i], guard);
		}
	}
}

static bool linked_holds(struct deed *deed, struct object *subject, const struct guard *guard)
{
	size_t fit, all, least = guard->among.at_least > 0 ? (size_t)guard->among.at_least : 1;
	const char *setting = NULL;
	struct fault why;

	if (guard->among.at_least_setting &&
	    setting_now(deed, guard->among.at_least_setting, &setting, &why) == 0)
		least = setting && atoi(setting) > 0 ? (size_t)atoi(setting) : 3;
	count_linked(deed, subject, guard, &fit, &all);
	switch (guard->form) {
	case GUARD_EVERY:
		return fit == all;
	case GUARD_SOME:
		return fit >= least;
	default:
		return fit == 0;
	}
}

/* ---- time, settings, texts ------------------------------------------------ */

static bool time_along(struct deed *deed, struct object *subject, const char *path, int64_t *out)
{
	const char *text = json_string_value(along(deed, subject, path));

	return text && stamp_parse(text, strlen(text), out, NULL) == 0;
}

static bool reached(struct deed *deed, struct object *subject, const char *path)
{
	int64_t when;

	return time_along(deed, subject, path, &when) && when <= deed->now;
}

static bool ahead(struct deed *deed, struct object *subject, const struct guard *guard)
{
	int64_t when, than = deed->now;

	return time_along(deed, subject, guard->path, &when) &&
	       (guard->values.count < 2 || time_along(deed, subject, guard->values.at[1], &than)) &&
	       when > than && (!guard->within || when - than <= guard->within);
}

static bool setting_on(struct deed *deed, const char *name)
{
	const char *value = NULL;
	struct fault why;

	return setting_now(deed, name, &value, &why) == 0 && value &&
	       (!strcmp(value, "yes") || !strcmp(value, "on") || !strcmp(value, "true"));
}

static bool same_text(struct deed *deed, struct object *subject, const char *path)
{
	struct object *holder = subject;
	const char *frozen = json_string_value(world_value(deed, subject, path, &holder));
	struct fault why;
	char digest[65];

	return frozen && deed_digest(deed, holder, digest, &why) == 0 && !strcmp(frozen, digest);
}

/* ---- about who acts ------------------------------------------------------- */

static bool is_person(struct deed *deed, struct object *subject, const char *path)
{
	const json_t *value;
	json_t *one;
	size_t i;

	if (!strcmp(path, "proposer") && deed->proposer)
		return deed->staff->person == deed->proposer;
	value = along(deed, subject, path);
	if (json_is_integer(value))
		return json_integer_value(value) == deed->staff->person;
	json_array_foreach((json_t *)value, i, one)
		if (json_integer_value(one) == deed->staff->person)
			return true;
	return false;
}

static bool is_any(struct deed *deed, struct object *subject, const struct guard *guard)
{
	if (guard->path && is_person(deed, subject, guard->path))
		return true;
	for (size_t i = 0; i < guard->values.count; i++)
		if (is_person(deed, subject, guard->values.at[i]))
			return true;
	return false;
}

static bool of_unit(struct deed *deed, struct object *subject, const struct guard *guard)
{
	json_t *value = along(deed, subject, guard->path);

	if (json_is_integer(value))
		return deed->staff->unit == json_integer_value(value);
	if (!strcmp(subject->kind->name, "unit") && !strcmp(guard->path, "unit"))
		return deed->staff->unit == subject->id;
	return false;
}

static bool holds_now(struct deed *deed, struct object *subject, const char *what)
{
	if (!strcmp(what, "duty"))
		return staff_on_shift(deed);
	if (!strcmp(what, "leading_group"))
		return staff_holds(deed, subject, "LG", NULL);
	if (!strcmp(what, "office"))
		return staff_holds(deed, subject, "DIR", NULL) || staff_holds(deed, subject, "DUT", NULL);
	return staff_holds(deed, subject, what, NULL);
}

/* The delegation that an act rests on stands with its authority. */
static bool is_delegated(struct deed *deed, struct object *subject, const char *power)
{
	json_t *how = NULL;
	bool expired;

	if (!staff_delegated(deed, subject, power, &expired, &how))
		return false;
	if (deed->authority)
		json_object_set(deed->authority, "delegation", json_object_get(how, "of"));
	else
		deed->authority = json_incref(how);
	json_decref(how);
	return true;
}

static bool actor_holds(struct deed *deed, struct object *subject, const struct guard *guard)
{
	if (!deed->staff)
		return true;
	switch (guard->form) {
	case GUARD_HOLDS:
		return holds_now(deed, subject, guard->path);
	case GUARD_DELEGATION:
		return is_delegated(deed, subject, guard->path);
	case GUARD_OTHER_THAN:
		return !is_any(deed, subject, guard);
	case GUARD_ACTOR_IS:
		return is_any(deed, subject, guard);
	case GUARD_ACTOR_OF:
		return of_unit(deed, subject, guard);
	default:
		return !of_unit(deed, subject, guard);
	}
}

static bool parts_hold(struct deed *deed, struct object *subject, const struct guard *guard)
{
	for (size_t i = 0; i < guard->part_count; i++)
		if (guard_holds(deed, subject, guard->parts[i]) == (guard->form == GUARD_ANY))
			return guard->form == GUARD_ANY;
	return guard->form == GUARD_ALL;
}

bool guard_holds(struct deed *deed, struct object *subject, const struct guard *guard)
{
	const char *state;

	if (guard->when && !guard_holds(deed, subject, guard->when))
		return true;
	switch (guard->form) {
	case GUARD_IN:
		state = state_along(deed, subject, guard->path);
		return state && names_have(&guard->values, state);
	case GUARD_IS:
		/* An input of this move counts before what stands on the record. */
		return value_among(json_object_get(deed->input, guard->path)
					   ? json_object_get(deed->input, guard->path)
					   : along(deed, subject, guard->path),
				   &guard->values);
	case GUARD_HAS:
		return along(deed, subject, guard->path) != NULL;
	case GUARD_LEVEL:
		return level_holds(deed, subject, guard);
	case GUARD_EVERY:
	case GUARD_SOME:
	case GUARD_NONE:
		return linked_holds(deed, subject, guard);
	case GUARD_CLOCK:
		return clock_asks(deed, subject, guard->path, guard->clock);
	case GUARD_REACHED:
		return reached(deed, subject, guard->path);
	case GUARD_AHEAD:
		return ahead(deed, subject, guard);
	case GUARD_SETTING:
		return setting_on(deed, guard->path);
	case GUARD_SAME_TEXT:
		return same_text(deed, subject, guard->path);
	case GUARD_CHECKED:
		return check_good(deed, subject, guard->path);
	case GUARD_ASKED:
		return !json_is_null(json_object_get(deed->input, guard->path)) &&
		       json_object_get(deed->input, guard->path);
	case GUARD_NAMED:
		return guard_named(deed, subject, guard->path);
	case GUARD_ANY:
	case GUARD_ALL:
		return parts_hold(deed, subject, guard);
	default:
		return actor_holds(deed, subject, guard);
	}
}

/* "target_case.handling" asks of a record that is not named yet: the field that names it. */
static const char *unnamed(struct deed *deed, struct object *subject, const struct guard *guard)
{
	const char *dot = guard->form == GUARD_IN ? strchr(guard->path, '.') : NULL;
	const char *name = dot ? arena_copy_bytes(deed->mem, guard->path, (size_t)(dot - guard->path)) : NULL;

	return name && kind_field(subject->kind, name) && !world_ref(deed, subject, name) ? name : NULL;
}

/* Of several ways out, one that can be typed in or said with the move. */
static const char *one_way_out(const struct object *subject, const struct guard *guard)
{
	for (size_t i = 0; guard->form == GUARD_ANY && i < guard->part_count; i++) {
		const struct guard *part = guard->parts[i];

		if (part->form == GUARD_ASKED || (part->form == GUARD_HAS && kind_field(subject->kind, part->path)))
			return part->path;
	}
	return NULL;
}

/* Which field is missing, or which of the linked records stands in the way, named for the asker. */
static const char *culprits(struct deed *deed, struct object *subject, const struct guard *guard)
{
	const char *names = NULL;
	struct objects linked;
	struct fault why;

	if (guard->form == GUARD_HAS && kind_field(subject->kind, guard->path))
		return guard->path; /* a field that can be typed in */
	if (guard->form == GUARD_ASKED)
		return guard->path;
	if (guard->form == GUARD_CHECKED)
		return check_said(deed, subject, guard->path);
	if (guard->form == GUARD_ANY)
		return one_way_out(subject, guard);
	if (guard->form != GUARD_EVERY && guard->form != GUARD_NONE)
		return unnamed(deed, subject, guard);
	for (size_t k = 0; k < guard->among.of.count; k++) {
		if (world_linked(deed, subject, guard->among.of.at[k], guard->among.through, &linked, &why) <
		    0)
			continue;
		for (size_t i = 0; i < linked.count; i++) {
			if (fits(deed, subject, linked.at[i], guard) == (guard->form == GUARD_EVERY))
				continue;
			names = names ? arena_text(deed->mem, "%s, %s", names,
						   object_name(deed, linked.at[i]))
				      : object_name(deed, linked.at[i]);
		}
	}
	return names;
}

/* A delegation that ran out has a code of its own; where none was given, the
 * move's own code tells that the authority is missing. */
static const char *code_of(struct deed *deed, struct object *subject, const struct guard *guard,
			   const char *otherwise)
{
	bool expired = true;

	if (guard->form == GUARD_DELEGATION && otherwise)
		staff_delegated(deed, subject, guard->path, &expired, NULL);
	return guard->refuse && expired ? guard->refuse : otherwise ? otherwise : "N04";
}

void guards_ask(struct deed *deed, struct object *subject, const struct guards *guards, const char *code)
{
	for (size_t i = 0; i < guards->count; i++) {
		const struct guard *guard = guards->at[i];

		if (!guard_holds(deed, subject, guard))
			refuse(deed, code_of(deed, subject, guard, code), guard->say.zh, guard->say.en,
			       culprits(deed, subject, guard));
	}
}
