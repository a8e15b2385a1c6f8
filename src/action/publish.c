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

/* The answer that says who may, or NULL where the asker is one of them. Whoever
 * owns a demonstration folder sets it up; in a real one a person answers for it. */
static json_t *not_by(struct house *house, const struct asker *asker, int64_t now)
{
	json_t *answer = NULL;
	struct deed deed;
	struct fault why;

	if (!asker->person && house->demo)
		return NULL;
	deed_open(&deed, house, asker, now);
	if (!asker->person || staff_of(house, asker->person, &deed.staff, &why) < 0 ||
	    (!staff_holds(&deed, NULL, "DIR", NULL) && !staff_holds(&deed, NULL, "PED", NULL))) {
		refuse(&deed, "N16", "预案包由办公室主任或预案编辑发布",
		       "the Office director or a plan editor publishes a plan pack", NULL);
		answer = refusal_answer(&deed, house->pack);
	}
	deed_close(&deed);
	return answer;
}

int pack_publish(struct house *house, const struct asker *asker, const struct pack *pack, const char *folder,
		 int64_t now, struct fault *why)
{
	struct pack *kept;
	int ret;

	if ((ret = pack_store(pack, folder, house->folder, why)) < 0 ||
	    (ret = pack_put_in_force(house, pack, now, why)) < 0 ||
	    (ret = note(house, asker, pack, now, why)) < 0)
		return ret;
	if (!(kept = house_pack_by(house, pack->digest, why)))
		return -why->code;
	house->pack = kept;
	staff_forget(house); /* what a role means is the plan's word */
	return 0;
}

int house_publish(struct house *house, const struct asker *asker, const char *pack_folder, int64_t now,
		  json_t **answer, struct fault *why)
{
	json_t *said = not_by(house, asker, now);
	struct problems problems;
	struct pack *pack = NULL;
	int ret = 0;

	problems_init(&problems);
	if (!said &&
	    (pack_load(pack_folder, &pack, &problems, why) < 0 || pack_check(pack, &problems, why) < 0 ||
	     (ret = pack_publish(house, asker, pack, pack_folder, now, why)) == -FAULT_CONFLICT))
		said = fault_answer(why);
	else if (!said && ret == 0)
		said = json_pack("{s:b, s:s, s:s, s:s}", "ok", 1, "pack", pack->id, "version", pack->version,
				 "digest", pack->digest);
	pack_drop(&pack);
	problems_fini(&problems);
	*answer = said;
	return said ? 0 : ret;
}
