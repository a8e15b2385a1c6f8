/* Which regimes bind this office, and which of their deadlines count. */

#include "action/duty/duty.h"

#include <string.h>

static const char *word_of(const struct object *object, const char *field)
{
	const char *text = json_string_value(json_object_get(object->body, field));

	return text && *text ? text : NULL;
}

static void take(struct adoptions *list, const struct pack *pack, struct object *o)
{
	const struct regime *regime = pack_regime(pack, word_of(o, "regime"));
	const char *calendar = word_of(o, "calendar");

	if (!regime || !regime->stage_count || object_ended(o))
		return;
	list->at[list->count++] = (struct adoption){
		.object = o,
		.regime = regime,
		.variant = word_of(o, "variant"),
		.recipient = word_of(o, "recipient"),
		.channel = word_of(o, "channel"),
		.calendar = pack_calendar(pack, calendar ? calendar : regime->calendar),
		.from_level = json_integer_value(json_object_get(o->body, "from_level")),
		.confirmed = !strcmp(state_of(o, "life"), "confirmed"),
	};
}

/* More than there are laws in the world that bind one office. */
enum { ADOPTIONS_MOST = 200 };

int adoptions_of(struct deed *deed, const struct pack *pack, struct adoptions *out, struct fault *why)
{
	struct rows *rows;
	struct object *o;
	int64_t ids[ADOPTIONS_MOST];
	size_t count = 0;
	int got;

	*out = (struct adoptions){ .at = arena_many(deed->mem, 2 * ADOPTIONS_MOST, sizeof(*out->at)) };
	if (store_query(deed->house->store,
			"SELECT object FROM facets WHERE kind = 'regime_adoption' AND name = 'open' AND "
			"value = 'yes'"
			" ORDER BY object LIMIT $1",
			VALUES(value_int(ADOPTIONS_MOST)), &rows, why) < 0)
		return -why->code;
	while ((got = rows_next(rows, why)) == 1)
		ids[count++] = rows_int(rows, 0);
	rows_close(rows);
	for (size_t i = 0; got >= 0 && i < count; i++) {
		if (!(o = world_get(deed, ids[i], why)))
			return -why->code;
		take(out, pack, o);
	}
	for (o = deed->objects; o && out->count < 2 * ADOPTIONS_MOST; o = o->next)
		if (o->fresh && !strcmp(o->kind->name, "regime_adoption"))
			take(out, pack, o);
	return got < 0 ? got : 0;
}

static bool lists(const json_t *list, const char *word)
{
	json_t *one;
	size_t i;

	json_array_foreach(list, i, one)
		if (!strcmp(json_string_value(one), word))
			return true;
	return false;
}

bool adoption_counts(const struct adoption *adoption, const struct report_stage *stage)
{
	const json_t *stages = json_object_get(adoption->object->body, "stages");

	return adoption->confirmed && (!json_array_size(stages) || lists(stages, stage->id));
}

/* ---- the legal officer has confirmed ---------------------------------------- */

static bool waits(const struct object *duty)
{
	const char *state = state_of(duty, "life");

	return strcmp(state, "sent") && !object_ended(duty) &&
	       !json_is_true(json_object_get(duty->body, "counts"));
}

static int count_from_now(struct deed *deed, struct object *duty, struct fault *why)
{
	change_of(deed, duty, "duty.counts");
	change_set(deed, duty, "counts", json_true());
	return json_object_get(duty->body, "due_at") ? clock_do(deed, duty, "CK12_stage", CLOCK_START, why)
						     : 0;
}

int adoption_confirm(struct deed *deed, struct object *object, struct fault *why)
{
	struct adoptions list = { .at = arena_many(deed->mem, 1, sizeof(*list.at)) };
	const struct report_stage *stage;
	struct objects duties;
	int ret;

	take(&list, object->pack, object);
	if (!list.count)
		return 0;
	if ((ret = world_linked(deed, object, "upward_report", "adoption", &duties, why)) < 0)
		return ret;
	for (size_t i = 0; ret == 0 && i < duties.count; i++) {
		stage = regime_stage(list.at[0].regime, word_of(duties.at[i], "stage"));
		if (stage && waits(duties.at[i]) && adoption_counts(&list.at[0], stage))
			ret = count_from_now(deed, duties.at[i], why);
	}
	return ret;
}

/* ---- is what was typed in the pack? ------------------------------------------- */

static bool variant_known(const struct regime *regime, const char *variant)
{
	bool needed = false;

	for (size_t i = 0; i < regime->stage_count; i++)
		needed |= regime->stages[i].variant != NULL;
	if (!variant)
		return !needed;
	for (size_t i = 0; i < regime->variant_count; i++)
		if (!strcmp(regime->variants[i].id, variant))
			return true;
	return false;
}

bool guard_regime_known(struct deed *deed, struct object *subject)
{
	const struct pack *pack = deed->house->pack;
	const struct regime *regime = pack_regime(pack, word_of(subject, "regime"));
	const char *calendar = word_of(subject, "calendar");
	json_t *one;
	size_t i;

	if (!regime || !regime->stage_count || !variant_known(regime, word_of(subject, "variant")) ||
	    (calendar && !pack_calendar(pack, calendar)))
		return false;
	json_array_foreach(json_object_get(subject->body, "stages"), i, one)
		if (!regime_stage(regime, json_string_value(one)))
			return false;
	return true;
}
