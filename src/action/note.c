/* Facts of the house that are no moves of the plan: accounts, tokens, starts and stops. */

#include "action/action_private.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

int house_note(struct house *house, const char *type, const struct asker *asker, const json_t *fact,
	       int64_t now, struct fault *why)
{
	json_t *change = json_pack("{s:O}", "fact", fact);
	struct record_entry entry = { .space = RECORD_REAL,
				      .kind = "house",
				      .type = type,
				      .session = asker->session,
				      .recorded_at = now > house->given_now ? now : house->given_now,
				      .change = change };
	struct record_place place;
	char actor[40];
	int ret;

	snprintf(actor, sizeof(actor), "person:%" PRId64, asker->person);
	entry.actor = asker->person ? actor : asker->machine ? asker->machine : "system";
	if ((ret = record_next_act(house->record, &entry.act, why)) == 0)
		ret = record_append(house->record, &entry, &place, why);
	json_decref(change);
	return ret;
}

int house_alarm(struct house *house, const char *type, int64_t person, const struct asker *asker, int64_t now,
		struct fault *why)
{
	struct object *subject;
	struct deed deed;
	int ret = deed_begin(&deed, house, asker, now, why);

	if (ret == 0) {
		if (!(subject = world_get(&deed, person, why)))
			ret = -why->code;
		if (ret == 0) {
			change_of(&deed, subject, type);
			ret = inform_target(&deed, subject, "leading_group", why);
		}
		if (ret == 0)
			ret = inform_target(&deed, subject, "office", why);
		ret = deed_end(&deed, ret, why);
	}
	deed_close(&deed);
	return ret;
}

bool house_active(struct house *house, int64_t person)
{
	const struct staff *staff;
	struct fault why;

	return staff_of(house, person, &staff, &why) == 0 && !staff->left;
}

bool house_guarded(struct house *house, int64_t person)
{
	const struct staff *staff;
	const struct role *role;
	struct fault why;

	if (staff_of(house, person, &staff, &why) < 0)
		return false;
	for (size_t i = 0; i < staff->post_count; i++)
		if ((role = pack_role(house->pack, staff->posts[i].role)) && role->guarded)
			return true;
	return false;
}

bool house_holds(struct house *house, int64_t person, const char *role, int64_t now)
{
	const struct asker asker = { .person = person };
	struct deed deed;
	struct fault why;
	bool holds;

	deed_open(&deed, house, &asker, now > house->given_now ? now : house->given_now);
	holds = staff_of(house, person, &deed.staff, &why) == 0 && staff_holds(&deed, NULL, role, NULL);
	deed_close(&deed);
	return holds;
}
