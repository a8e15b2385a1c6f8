#include "action/action_private.h"

#include <string.h>

/* What is missing is gathered, never only the first of it; the same thing is
 * said once. */
void refuse(struct deed *deed, const char *code, const char *zh, const char *en, const char *what)
{
	struct missing *m;

	for (m = deed->missing; m; m = m->next)
		if (!strcmp(m->code, code) && !strcmp(m->en, en) &&
		    !strcmp(m->what ? m->what : "", what ? what : ""))
			return;
	m = arena_take(deed->mem, sizeof(*m));
	m->code = code;
	m->zh = zh;
	m->en = en;
	m->what = what;
	if (deed->last_missing)
		deed->last_missing->next = m;
	else
		deed->missing = m;
	deed->last_missing = m;
}

static json_t *group_for(json_t *groups, const struct pack *pack, const char *code)
{
	const struct refusal *words = pack_refusal(pack, code);
	json_t *group;
	size_t i;

	json_array_foreach(groups, i, group)
		if (!strcmp(json_string_value(json_object_get(group, "code")), code))
			return group;
	group = json_pack("{s:s, s:s, s:s, s:[]}", "code", code, "zh", words ? words->label.zh : code, "en",
			  words ? words->label.en : code, "missing");
	json_array_append_new(groups, group);
	return group;
}

json_t *refusal_answer(struct deed *deed, const struct pack *pack)
{
	json_t *groups = json_array();

	for (struct missing *m = deed->missing; m; m = m->next) {
		json_t *group = group_for(groups, pack, m->code);

		json_array_append_new(
			json_object_get(group, "missing"),
			json_pack("{s:s, s:s, s:s*}", "zh", m->zh, "en", m->en, "what", m->what));
	}
	return json_pack("{s:b, s:s, s:o}", "ok", 0, "fault", "refused", "refusals", groups);
}

json_t *fault_answer(const struct fault *why)
{
	char zh[FAULT_TOLD];

	fault_tell_zh(why, zh, sizeof(zh));
	return json_pack("{s:b, s:s, s:s, s:s}", "ok", 0, "fault", fault_name(why->code), "en", why->text,
			 "zh", zh);
}
