/* Guards that want C: what joins more than one kind, or time. */

#include "action/action_private.h"

#include <string.h>

#include "action/duty/duty.h"
#include "base/stamp.h"

static int64_t when(const struct object *o, const char *field)
{
	const char *text = json_string_value(json_object_get(o->body, field));
	int64_t stamp = 0;

	if (text)
		stamp_parse(text, strlen(text), &stamp, NULL);
	return stamp;
}

/* Nobody who is elsewhere or not qualified, no tool that is not ready. */
static bool member_ready(struct deed *deed, struct object *request, int64_t person)
{
	struct objects memberships, requests;
	struct object *member = NULL;
	struct fault why;
	int64_t until;

	if (!(member = world_get(deed, person, &why)) ||
	    world_linked(deed, member, "team_member", "person", &memberships, &why) < 0 ||
	    world_linked(deed, member, "support_request", NULL, &requests, &why) < 0)
		return false;
	for (size_t i = 0; i < requests.count; i++)
		if (requests.at[i] != request && (!strcmp(state_of(requests.at[i], "life"), "dispatched") ||
						  !strcmp(state_of(requests.at[i], "life"), "on_site")))
			return false;
	for (size_t i = 0; i < memberships.count; i++) {
		until = when(memberships.at[i], "qualified_until");
		if (json_is_false(json_object_get(memberships.at[i]->body, "available")) ||
		    (until && until < deed->now))
			return false;
	}
	return true;
}

static bool team_ready(struct deed *deed, struct object *request)
{
	json_t *one;
	size_t i;

	json_array_foreach(json_object_get(request->body, "members"), i, one)
		if (!member_ready(deed, request, json_integer_value(one)))
			return false;
	json_array_foreach(json_object_get(request->body, "tools"), i, one) {
		struct fault why;
		struct object *tool =
			json_is_integer(one) ? world_get(deed, json_integer_value(one), &why) : NULL;

		if (tool && state_of(tool, "readiness") && strcmp(state_of(tool, "readiness"), "ready"))
			return false;
	}
	return true;
}

/* Evidence of this system, or of the case as a whole, or a waiver, was there
 * before it was cleaned. */
static bool covers(const struct object *o, int64_t system)
{
	const json_t *of = json_object_get(o->body, "affected_system");

	return !of || !system || json_integer_value(of) == system;
}

static bool any_covers(struct deed *deed, struct object *incident, const char *kind, int64_t system,
		       int64_t before)
{
	struct objects linked;
	struct fault why;

	if (!pack_kind(incident->pack, kind) ||
	    world_linked(deed, incident, kind, "incident", &linked, &why) < 0)
		return false;
	for (size_t i = 0; i < linked.count; i++)
		if (covers(linked.at[i], system) && linked.at[i]->created_at <= before)
			return true;
	return false;
}

static bool kept_before(struct deed *deed, struct object *incident, int64_t system, int64_t before)
{
	return any_covers(deed, incident, "evidence", system, before) ||
	       any_covers(deed, incident, "evidence_waiver", system, before);
}

static bool evidence_before_cleaning(struct deed *deed, struct object *subject)
{
	struct object *incident = world_case(deed, subject);
	struct objects steps;
	struct fault why;

	if (!incident)
		return true;
	if (!strcmp(subject->kind->name, "recovery_step"))
		return kept_before(deed, incident, world_ref(deed, subject, "affected_system"), deed->now);
	if (!strcmp(subject->kind->name, "affected_system"))
		return kept_before(deed, incident, subject->id, deed->now);
	if (world_linked(deed, incident, "recovery_step", "incident", &steps, &why) < 0)
		return false;
	for (size_t i = 0; i < steps.count; i++) {
		int64_t done = when(steps.at[i], "done_at");

		if (done &&
		    !kept_before(deed, incident, world_ref(deed, steps.at[i], "affected_system"), done))
			return false;
	}
	return kept_before(deed, incident, 0, deed->now);
}

/* The plan says which levels may go to whom (publication.yml), and where somebody
 * above has to allow it first. A plan that says nothing leaves it to the roles. */
static bool publish_authority(struct deed *deed, struct object *subject)
{
	const struct pack *pack = subject->pack;
	const char *marking = json_string_value(json_object_get(subject->body, "marking"));
	const struct publication *to = pack_publication(pack, marking ? marking : "public");
	struct object *incident = world_case(deed, subject);
	const json_t *said = json_object_get(subject->body, "level");
	int64_t level = value_level(said);

	if (!said && incident)
		level = value_level(json_object_get(incident->body, "confirmed_level"));

	if (!pack->publication_count)
		return true;
	if (!to || !to->levels[level >= 1 && level <= 5 ? level : 1])
		return false;
	return !to->authorised || (json_object_get(subject->body, "authorised_by") &&
				   json_object_get(subject->body, "authorisation"));
}

bool guard_named(struct deed *deed, struct object *subject, const char *name)
{
	if (!strcmp(name, "team_ready"))
		return team_ready(deed, subject);
	if (!strcmp(name, "publish_authority"))
		return publish_authority(deed, subject);
	if (!strcmp(name, "evidence_before_cleaning"))
		return evidence_before_cleaning(deed, subject);
	if (!strcmp(name, "fact_once"))
		return guard_fact_once(deed, subject);
	if (!strcmp(name, "regime_known"))
		return guard_regime_known(deed, subject);
	if (!strcmp(name, "calendar_known"))
		return guard_calendar_known(deed, subject);
	return false;
}
