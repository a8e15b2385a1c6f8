/* What leaves the house: messages written in the commit that caused them. */

#include "action/action_private.h"

#include <inttypes.h>
#include <string.h>

#include "action/letter.h"
#include "base/stamp.h"
#include "deliver/channels.h"

/* Stable for ever and everywhere: a receiver that saw it drops a repeat, also of a
 * folder that was restored, and takes nothing of another house for it. */
static const char *key_of(struct deed *deed, const struct object *about, int64_t id)
{
	return arena_text(deed->mem, "%s-%" PRId64 "-%.12s", about->kind->name, id, house_mark(deed->house));
}

void outbox_row(struct deed *deed, struct object *about, const struct letter *letter, const char *channel,
		const char *recipient, const char *via)
{
	int64_t id = deed->house->next_outbox++;

	/* Nothing of a drill reaches a real channel. */
	if (about->space == RECORD_DRILL)
		channel = "exercise";
	change_row(deed, about, "out",
		   json_pack("{s:I, s:I, s:s, s:s, s:I, s:s, s:s*}", "id", (json_int_t)id, "at",
			     (json_int_t)deed->now, "channel", channel, "recipient", recipient, "letter",
			     (json_int_t)letter_id(letter), "key", key_of(deed, about, id), "via", via));
}

/* By `first` always, and each other way that is known. In an exercise there is
 * one row: who would have been told. */
int outbox_by(struct deed *deed, struct object *about, const struct letter *letter, const char *first,
	      const char *recipient, struct fault *why)
{
	struct ways ways;
	int ret;

	outbox_row(deed, about, letter, first, recipient, NULL);
	if (about->space == RECORD_DRILL)
		return 0;
	if ((ret = ways_to(deed, recipient, &ways, why)) < 0)
		return ret;
	for (size_t i = 0; i < ways.count; i++)
		outbox_row(deed, about, letter, ways.at[i].channel, recipient, ways.at[i].via);
	return 0;
}

int outbox_tell(struct deed *deed, struct object *about, const struct letter *letter, const char *recipient,
		struct fault *why)
{
	return outbox_by(deed, about, letter, "portal", recipient, why);
}

/* Somebody is told of a record by a letter. */
struct telling {
	struct deed *deed;
	struct object *about;
	const struct letter *letter;
};

static int tell(const struct telling *t, const char *kind, int64_t id, struct fault *why)
{
	return id ? outbox_tell(t->deed, t->about, t->letter,
				arena_text(t->deed->mem, "%s:%" PRId64, kind, id), why)
		  : 0;
}

static int tell_duty(const struct telling *t, struct fault *why)
{
	const struct object *shift = staff_shift_now(t->deed);

	return outbox_tell(
		t->deed, t->about, t->letter,
		shift ? arena_text(t->deed->mem, "duty_shift:%" PRId64, shift->id) : "organ:office", why);
}

enum { UNITS_TOLD = 64 };

struct told_units {
	int64_t ids[UNITS_TOLD];
	size_t count;
};

static int tell_once(const struct telling *t, int64_t unit, struct told_units *all, struct fault *why)
{
	for (size_t i = 0; i < all->count; i++)
		if (all->ids[i] == unit)
			return 0;
	if (!unit || all->count == UNITS_TOLD)
		return 0;
	all->ids[all->count++] = unit;
	return tell(t, "unit", unit, why);
}

/* A system of a key sector brings its competent authority in. */
static int64_t competent_for(struct deed *deed, struct object *affected)
{
	int64_t named;

	if (!json_is_true(world_value(deed, affected, "system.key_sector", NULL)))
		return 0;
	named = world_ref(deed, affected, "system.competent");
	return named ? named : authority_of(deed, world_ref(deed, affected, "unit"));
}

static int tell_units(const struct telling *t, struct object *incident, struct fault *why)
{
	struct told_units all = { .count = 0 };
	struct objects systems;
	int ret = tell_once(t, world_ref(t->deed, incident, "unit"), &all, why);

	if (ret < 0 ||
	    (ret = world_linked(t->deed, incident, "affected_system", "incident", &systems, why)) < 0)
		return ret;
	for (size_t i = 0; ret == 0 && i < systems.count; i++) {
		ret = tell_once(t, world_ref(t->deed, systems.at[i], "unit"), &all, why);
		if (ret == 0)
			ret = tell_once(t, competent_for(t->deed, systems.at[i]), &all, why);
	}
	return ret;
}

static int tell_people(const struct telling *t, const json_t *people, struct fault *why)
{
	json_t *one;
	size_t i;
	int ret = 0;

	if (json_is_integer(people))
		ret = tell(t, "person", json_integer_value(people), why);
	json_array_foreach((json_t *)people, i, one)
		if (ret == 0)
			ret = tell(t, "person", json_integer_value(one), why);
	return ret;
}

/* A path: a person or a unit by what its field refers to, else the words. */
static int tell_path(const struct telling *t, const char *target, struct fault *why)
{
	struct object *holder = NULL;
	json_t *value = world_value(t->deed, t->about, target, &holder);
	const struct field *field =
		holder ? kind_field(holder->kind, strrchr(target, '.') ? strrchr(target, '.') + 1 : target)
		       : NULL;

	if (field && field->type == FIELD_REF && !strcmp(field->of, "person"))
		return tell_people(t, value, why);
	if (field && field->type == FIELD_REF && json_is_integer(value))
		return tell(t, field->of, json_integer_value(value), why);
	return 0;
}

/* clang-format off */
/* Targets that are organs: whoever holds the seat reads it. */
static const char *const organs[] = { "leading_group", "office", "experts", "next_on_roster", "director",
				      "lg_deputies", "finance", "support_centre" };
/* Those above the unit of the record, in its chain of contacts. */
static const char *const chain[] = { "unit_head", "authority" };
/* clang-format on */

static bool among(const char *target, const char *const *words, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (!strcmp(target, words[i]))
			return true;
	return false;
}

static int tell_chain(const struct telling *t, const char *step, struct fault *why)
{
	int64_t unit = world_ref(t->deed, t->about, "unit");
	const char *recipient = unit ? chain_step(t->deed, unit, step) : NULL;

	return recipient ? outbox_tell(t->deed, t->about, t->letter, recipient, why) : 0;
}

int inform_with(struct deed *deed, struct object *about, const struct letter *letter, const char *target,
		struct fault *why)
{
	const struct telling t = { deed, about, letter };
	struct object *incident = world_case(deed, about);

	if (among(target, organs, sizeof(organs) / sizeof(*organs)))
		return outbox_tell(deed, about, letter, arena_text(deed->mem, "organ:%s", target), why);
	if (!strcmp(target, "duty"))
		return tell_duty(&t, why);
	if (!strcmp(target, "participants"))
		return incident ? tell_units(&t, incident, why) : 0;
	if (kind_field(about->kind, target))
		return tell_path(&t, target, why);
	if (among(target, chain, sizeof(chain) / sizeof(*chain)))
		return tell_chain(&t, target, why);
	if (!strcmp(target, "reporter") || !strcmp(target, "unit"))
		return incident ? tell(&t, "unit", world_ref(deed, incident, "unit"), why) : 0;
	return tell_path(&t, target, why);
}

int inform_target(struct deed *deed, struct object *about, const char *target, struct fault *why)
{
	return inform_with(deed, about, letter_about(deed, about, NULL), target, why);
}
