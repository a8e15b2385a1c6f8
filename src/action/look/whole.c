/* A whole case, to be taken away: who may, and that it was. */

#include "action/action_private.h"

#include <string.h>

/* Who archives cases, who audits them, and who decides about both. */
static const char *const holders[] = { "AUD", "ARC", "DIR" };

static bool may_hold(struct deed *deed, struct object *object)
{
	for (size_t i = 0; deed->staff && i < sizeof(holders) / sizeof(*holders); i++)
		if (staff_holds(deed, object, holders[i], NULL))
			return true;
	return !deed->staff;
}

int house_case(struct house *house, const struct asker *asker, const char *ref, int64_t now, int64_t *out,
	       json_t **answer, struct fault *why)
{
	struct object *object;
	struct deed deed;
	int ret = look_at(&deed, house, asker, "incident", ref, now, &object, why);

	*answer = NULL;
	if (ret == 0 && !may_hold(&deed, object)) {
		refuse(&deed, "N21", "完整案件由办公室主任、档案员和审计员取用",
		       "a whole case is taken by the Office director, archivists and auditors", NULL);
		*answer = refusal_answer(&deed, house->pack);
	}
	if (ret == 0)
		*out = object->id;
	deed_close(&deed);
	return ret;
}

int house_case_taken(struct house *house, const struct asker *asker, int64_t object, size_t records,
		     size_t files, int64_t now, struct fault *why)
{
	json_t *fact = json_pack("{s:s, s:I, s:I, s:I}", "kind", "incident", "object", (json_int_t)object,
				 "records", (json_int_t)records, "files", (json_int_t)files);
	const int ret = house_note(house, "case.taken", asker, fact, now, why);

	json_decref(fact);
	return ret;
}
