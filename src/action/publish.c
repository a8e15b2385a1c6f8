/* Publishing a plan pack: checked, kept under its digest, in force from now. */

#include "action/action_private.h"

#include <stdio.h>
#include <string.h>

#include "pack/keep.h"

int pack_put_in_force(struct house *house, const struct pack *pack, int64_t now, struct fault *why)
{
	int ret = store_run(house->store, "UPDATE packs SET in_force = 0", NO_VALUES, NULL, why);

	return ret < 0 ? ret
		       : store_run(house->store,
				   "INSERT INTO packs(digest, id, version, at, in_force) VALUES($1, $2, $3, "
				   "$4, 1)"
				   " ON CONFLICT(digest) DO UPDATE SET in_force = 1, at = $4",
				   VALUES(value_text(pack->digest), value_text(pack->id),
					  value_text(pack->version), value_int(now)),
				   NULL, why);
}

static int note(struct house *house, const struct asker *asker, const struct pack *pack, int64_t now,
		struct fault *why)
{
	struct record_entry entry = {
		.space = RECORD_REAL, .kind = "house", .type = "pack.published", .recorded_at = now
	};
	struct record_place place;
	char actor[40];
	int ret;

	snprintf(actor, sizeof(actor), "person:%lld", (long long)asker->person);
	entry.actor = asker->person ? actor : "system";
	entry.change = json_pack("{s:{s:s, s:s, s:s}}", "pack", "id", pack->id, "version", pack->version,
				 "digest", pack->digest);
	if ((ret = record_next_act(house->record, &entry.act, why)) == 0)
		ret = record_append(house->record, &entry, &place, why);
	json_decref(entry.change);
	return ret;
}

static bool may_publish(struct house *house, const struct asker *asker, int64_t now)
{
	struct deed deed;
	struct fault why;
	bool may;

	if (!asker->person)
		return true;
	deed_open(&deed, house, asker, now);
	may = staff_of(house, asker->person, &deed.staff, &why) == 0 &&
	      (staff_holds(&deed, NULL, "DIR", NULL) || staff_holds(&deed, NULL, "PED", NULL));
	deed_close(&deed);
	return may;
}

int house_publish(struct house *house, const struct asker *asker, const char *pack_folder, int64_t now,
		  json_t **answer, struct fault *why)
{
	struct problems problems;
	struct pack *pack = NULL;
	int ret;

	problems_init(&problems);
	if (!may_publish(house, asker, now))
		ret = fault_set(why, FAULT_REFUSED,
				"N16: only the Office director or a plan editor publishes a plan pack");
	else if ((ret = pack_load(pack_folder, &pack, &problems, why)) == 0)
		ret = pack_check(pack, &problems, why);
	if (ret == 0)
		ret = pack_store(pack, pack_folder, house->folder, why);
	if (ret == 0)
		ret = pack_put_in_force(house, pack, now, why);
	if (ret == 0)
		ret = note(house, asker, pack, now, why);
	if (ret == 0 && !(house->pack = house_pack_by(house, pack->digest, why)))
		ret = -why->code;
	if (ret == 0)
		*answer = json_pack("{s:b, s:s, s:s, s:s}", "ok", 1, "pack", pack->id, "version",
				    pack->version, "digest", pack->digest);
	else if (ret == -FAULT_INVALID || ret == -FAULT_REFUSED || ret == -FAULT_ABSENT) {
		if (problems.count)
			fault_set(why, FAULT_INVALID, "%s:%d:%d: %s", problems.at[0].at.file,
				  problems.at[0].at.line, problems.at[0].at.column, problems.at[0].text);
		*answer = fault_answer(why);
		ret = 0;
	}
	pack_drop(&pack);
	problems_fini(&problems);
	return ret;
}
