/* What leaves the house: messages written in the commit that caused them. */

#include "action/action_private.h"

#include <inttypes.h>
#include <string.h>

#include "base/stamp.h"

void outbox_put(struct deed *deed, struct object *about, const char *channel, const char *recipient,
		const char *subject)
{
	int64_t id = deed->house->next_outbox++;

	/* Nothing of a drill reaches a real channel. */
	if (about->space == RECORD_DRILL)
		channel = "exercise";
	change_row(deed, about, "out",
		   json_pack("{s:I, s:I, s:s, s:s, s:s, s:s}", "id", (json_int_t)id, "at",
			     (json_int_t)deed->now, "channel", channel, "recipient", recipient, "subject",
			     subject, "key", arena_text(deed->mem, "%s-%" PRId64, about->kind->name, id)));
}

static const char *subject_of(struct deed *deed, struct object *about)
{
	return arena_text(deed->mem, "%s %s", about->type ? about->type : about->kind->name,
			  object_name(deed, about));
}

static void tell(struct deed *deed, struct object *about, const char *kind, int64_t id)
{
	if (id)
		outbox_put(deed, about, "portal", arena_text(deed->mem, "%s:%" PRId64, kind, id),
			   subject_of(deed, about));
}

static int64_t on_shift(struct deed *deed)
{
	char now[STAMP_LEN];
	struct fault why;
	int64_t shift = 0;
	struct rows *rows;

	stamp_format(deed->now, now);
	if (store_query(deed->house->store,
			"SELECT id FROM objects WHERE kind = 'duty_shift' ORDER BY id DESC LIMIT 50",
			NO_VALUES, &rows, &why) < 0)
		return 0;
	while (!shift && rows_next(rows, &why) == 1)
		shift = rows_int(rows, 0);
	rows_close(rows);
	return shift;
}

static void tell_units(struct deed *deed, struct object *about, struct object *incident)
{
	struct objects systems;
	struct fault why;
	int64_t unit = world_ref(deed, incident, "unit"), told[64];
	size_t count = 0;

	tell(deed, about, "unit", unit);
	told[count++] = unit;
	if (world_linked(deed, incident, "affected_system", "incident", &systems, &why) < 0)
		return;
	for (size_t i = 0; i < systems.count; i++) {
		bool known = false;

		unit = world_ref(deed, systems.at[i], "unit");
		for (size_t k = 0; k < count; k++)
			known |= told[k] == unit;
		if (known || count == 64)
			continue;
		tell(deed, about, "unit", unit);
		told[count++] = unit;
	}
}

static void tell_people(struct deed *deed, struct object *about, const json_t *people)
{
	json_t *one;
	size_t i;

	if (json_is_integer(people))
		tell(deed, about, "person", json_integer_value(people));
	json_array_foreach((json_t *)people, i, one)
		tell(deed, about, "person", json_integer_value(one));
}

/* A path: a person or a unit by what its field refers to, else the words. */
static int tell_path(struct deed *deed, struct object *about, const char *target)
{
	struct object *holder = NULL;
	json_t *value = world_value(deed, about, target, &holder);
	const struct field *field =
		holder ? kind_field(holder->kind, strrchr(target, '.') ? strrchr(target, '.') + 1 : target)
		       : NULL;

	if (field && field->type == FIELD_REF && !strcmp(field->of, "person"))
		tell_people(deed, about, value);
	else if (field && field->type == FIELD_REF && json_is_integer(value))
		tell(deed, about, field->of, json_integer_value(value));
	return 0;
}

/* clang-format off */
/* Targets that are organs: whoever holds the seat reads it. */
static const char *const organs[] = { "leading_group", "office", "experts", "next_on_roster", "director",
				      "lg_deputies", "finance", "support_centre" };
/* clang-format on */

int inform_target(struct deed *deed, struct object *about, const char *target, struct fault *why)
{
	struct object *incident = world_case(deed, about);

	(void)why;
	for (size_t i = 0; i < sizeof(organs) / sizeof(*organs); i++)
		if (!strcmp(target, organs[i])) {
			outbox_put(deed, about, "portal", arena_text(deed->mem, "organ:%s", target),
				   subject_of(deed, about));
			return 0;
		}
	if (!strcmp(target, "duty")) {
		int64_t shift = on_shift(deed);

		outbox_put(deed, about, "portal",
			   shift ? arena_text(deed->mem, "duty_shift:%" PRId64, shift) : "organ:office",
			   subject_of(deed, about));
		return 0;
	}
	if (!strcmp(target, "participants")) {
		if (incident)
			tell_units(deed, about, incident);
		return 0;
	}
	if (kind_field(about->kind, target))
		return tell_path(deed, about, target);
	if (!strcmp(target, "reporter") || !strcmp(target, "unit")) {
		if (incident)
			tell(deed, about, "unit", world_ref(deed, incident, "unit"));
		return 0;
	}
	return tell_path(deed, about, target);
}
