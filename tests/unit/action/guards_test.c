#include "town.h"

#include <string.h>

/* Guards: each form with a row that holds and one that does not, and why. */

#define G(...)                                                                                               \
	(struct guard *)&(const struct guard) { __VA_ARGS__ }
#define PARTS(...)                                                                                           \
	.parts = (struct guard *[]){ __VA_ARGS__ },                                                          \
	.part_count = sizeof((struct guard *[]){ __VA_ARGS__ }) / sizeof(struct guard *)
#define IN(region, ...) .form = GUARD_IN, .path = region, .values = NAMES(__VA_ARGS__)
#define IS(field, ...) .form = GUARD_IS, .path = field, .values = NAMES(__VA_ARGS__)
#define LEVEL(which, how, n) .form = GUARD_LEVEL, .path = which, .compare = how, .number = n
#define AMONG(f, ...) .form = f, .among = { .of = NAMES("tasking"), __VA_ARGS__ }

struct row {
	bool holds;
	const char *why;
	int64_t *subject;
	struct guard guard;
	int64_t *actor;
	const char *input;
};

static void judge(const struct row *rows, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		const struct row *row = &rows[i];
		bool holds;

		town_act_as(row->actor ? *row->actor : 0);
		town.deed.input = json_loads(row->input ? row->input : "{}", 0, NULL);
		holds = guard_holds(&town.deed, town_record(*row->subject), &row->guard);
		json_decref(town.deed.input);
		town.deed.input = NULL;
		if (holds != row->holds)
			fail_msg("row %zu should %shold: %s", i, row->holds ? "" : "not ", row->why);
	}
}

#define JUDGE(rows) judge(rows, sizeof(rows) / sizeof(*(rows)))

static void states_and_fields(void **state)
{
	const struct row rows[] = {
		{ true,
		  "its region is there",
		  &town.incident,
		  { IN("handling", "contain", "verify") },
		  0,
		  0 },
		{ false, "its region is elsewhere", &town.incident, { IN("handling", "verify") }, 0, 0 },
		{ true,
		  "the region of its case",
		  &town.evidence,
		  { IN("incident.handling", "contain") },
		  0,
		  0 },
		{ false,
		  "its case is elsewhere",
		  &town.evidence,
		  { IN("incident.handling", "closed") },
		  0,
		  0 },
		{ false, "no such region", &town.evidence, { IN("phase", "contain") }, 0, 0 },
		{ true, "an enumeration", &town.incident, { IS("class", "ransomware") }, 0, 0 },
		{ false, "another code", &town.incident, { IS("class", "ddos") }, 0, 0 },
		{ true, "one of many values", &town.incident, { IS("consequence", "theft") }, 0, 0 },
		{ true, "a number, in words", &town.incident, { IS("confirmed_level", "3") }, 0, 0 },
		{ true, "yes", &town.incident, { IS("spread", "yes") }, 0, 0 },
		{ true, "a yes or no never set is a no", &town.fresh_case, { IS("spread", "no") }, 0, 0 },
		{ true,
		  "what comes with the move counts first",
		  &town.incident,
		  { IS("spread", "no") },
		  0,
		  "{\"spread\":false}" },
		{ true, "it stands there", &town.incident, { .form = GUARD_HAS, .path = "lead" }, 0, 0 },
		{ false, "it does not", &town.fresh_case, { .form = GUARD_HAS, .path = "lead" }, 0, 0 },
		{ true,
		  "across a reference",
		  &town.incident,
		  { .form = GUARD_HAS, .path = "lead.login" },
		  0,
		  0 },
		{ false,
		  "the reference leads nowhere",
		  &town.fresh_case,
		  { .form = GUARD_HAS, .path = "lead.login" },
		  0,
		  0 },
	};

	(void)state;
	JUDGE(rows);
}

static void levels(void **state)
{
	const struct row rows[] = {
		{ true, "3 < 4", &town.incident, { LEVEL("confirmed", LT, 4) }, 0, 0 },
		{ false, "3 < 3", &town.incident, { LEVEL("confirmed", LT, 3) }, 0, 0 },
		{ true, "3 <= 3", &town.incident, { LEVEL("confirmed", LE, 3) }, 0, 0 },
		{ true, "3 == 3", &town.incident, { LEVEL("confirmed", EQ, 3) }, 0, 0 },
		{ false, "3 != 3", &town.incident, { LEVEL("confirmed", NE, 3) }, 0, 0 },
		{ true, "3 >= 3", &town.incident, { LEVEL("confirmed", GE, 3) }, 0, 0 },
		{ false, "3 > 3", &town.incident, { LEVEL("confirmed", GT, 3) }, 0, 0 },
		{ true, "provisional 2", &town.incident, { LEVEL("provisional", LE, 2) }, 0, 0 },
		{ true, "of its case", &town.evidence, { LEVEL("confirmed", GE, 3) }, 0, 0 },
		{ true, "of the warning itself", &town.warning, { LEVEL("warning", EQ, 5) }, 0, 0 },
		{ false,
		  "an ungraded case is not below",
		  &town.fresh_case,
		  { LEVEL("confirmed", LT, 5) },
		  0,
		  0 },
		{ false, "nor above", &town.fresh_case, { LEVEL("confirmed", GE, 1) }, 0, 0 },
		{ true,
		  "the threshold is 3; the lowered one is over",
		  &town.incident,
		  { LEVEL("confirmed", GE, 0), .against = "threshold" },
		  0,
		  0 },
		{ true,
		  "against a field",
		  &town.incident,
		  { LEVEL("confirmed", LT, 0), .against = "threshold_applied" },
		  0,
		  0 },
	};

	(void)state;
	JUDGE(rows);
}

static void linked(void **state)
{
	const struct row rows[] = {
		{ true, "three are there", &town.incident, { AMONG(GUARD_SOME, .at_least = 3) }, 0, 0 },
		{ false, "not four", &town.incident, { AMONG(GUARD_SOME, .at_least = 4) }, 0, 0 },
		{ false, "none at all", &town.fresh_case, { AMONG(GUARD_SOME, 0) }, 0, 0 },
		{ true,
		  "every one of none",
		  &town.fresh_case,
		  { AMONG(GUARD_EVERY, .in = NAMES("verified")) },
		  0,
		  0 },
		{ false,
		  "two are only issued",
		  &town.incident,
		  { AMONG(GUARD_EVERY, .in = NAMES("verified")) },
		  0,
		  0 },
		{ true,
		  "all in one of two states",
		  &town.incident,
		  { AMONG(GUARD_EVERY, .in = NAMES("verified", "issued")) },
		  0,
		  0 },
		{ true,
		  "one is past issuing",
		  &town.incident,
		  { AMONG(GUARD_SOME, .not_in = NAMES("issued")) },
		  0,
		  0 },
		{ false, "two are open", &town.incident, { AMONG(GUARD_NONE, .open = true) }, 0, 0 },
		{ true, "nothing hangs on it", &town.fresh_case, { AMONG(GUARD_NONE, .open = true) }, 0, 0 },
		{ true,
		  "read on each",
		  &town.incident,
		  { AMONG(GUARD_SOME, .where = G(IS("type", "order"))) },
		  0,
		  0 },
		{ false,
		  "read on each, and not so",
		  &town.incident,
		  { AMONG(GUARD_SOME, .at_least = 2, .where = G(IS("type", "order"))) },
		  0,
		  0 },
		{ true,
		  "what comes with the move is not about them",
		  &town.incident,
		  { AMONG(GUARD_SOME, .where = G(IS("type", "order"))) },
		  0,
		  "{\"type\":\"request\"}" },
		{ true,
		  "through its field",
		  &town.incident,
		  { AMONG(GUARD_SOME, .through = "incident") },
		  0,
		  0 },
		{ true,
		  "same: another of the case",
		  &town.sent,
		  { AMONG(GUARD_SOME, .at_least = 2, .same = "incident") },
		  0,
		  0 },
		{ false,
		  "same: it does not count itself",
		  &town.sent,
		  { AMONG(GUARD_SOME, .at_least = 3, .same = "incident") },
		  0,
		  0 },
	};

	(void)state;
	JUDGE(rows);
}

static void time_and_texts(void **state)
{
	const struct row rows[] = {
		{ true,
		  "it came an hour ago",
		  &town.incident,
		  { .form = GUARD_REACHED, .path = "aware_at" },
		  0,
		  0 },
		{ false,
		  "it comes next year",
		  &town.incident,
		  { .form = GUARD_REACHED, .path = "retention_until" },
		  0,
		  0 },
		{ true,
		  "next year is ahead",
		  &town.incident,
		  { .form = GUARD_AHEAD, .path = "retention_until" },
		  0,
		  0 },
		{ false,
		  "an hour ago is not",
		  &town.incident,
		  { .form = GUARD_AHEAD, .path = "aware_at" },
		  0,
		  0 },
		{ false,
		  "no date is not",
		  &town.fresh_case,
		  { .form = GUARD_AHEAD, .path = "aware_at" },
		  0,
		  0 },
		{ false,
		  "next year is further than an hour",
		  &town.incident,
		  { .form = GUARD_AHEAD, .path = "retention_until", .within = STAMP_HOUR },
		  0,
		  0 },
		{ false,
		  "it has no date",
		  &town.fresh_case,
		  { .form = GUARD_REACHED, .path = "aware_at" },
		  0,
		  0 },
		{ true,
		  "decided and in force",
		  &town.incident,
		  { .form = GUARD_SETTING, .path = "text_minimum" },
		  0,
		  0 },
		{ false,
		  "nobody decided it",
		  &town.incident,
		  { .form = GUARD_SETTING, .path = "urgency" },
		  0,
		  0 },
		{ false,
		  "never frozen",
		  &town.warning,
		  { .form = GUARD_SAME_TEXT, .path = "approved_text" },
		  0,
		  0 },
		{ false, "never checked", &town.evidence, { .form = GUARD_CHECKED, .path = "digest" }, 0, 0 },
		{ true,
		  "it came",
		  &town.incident,
		  { .form = GUARD_ASKED, .path = "reason" },
		  0,
		  "{\"reason\":\"有\"}" },
		{ false, "it did not", &town.incident, { .form = GUARD_ASKED, .path = "reason" }, 0, 0 },
		{ false,
		  "it came as nothing",
		  &town.incident,
		  { .form = GUARD_ASKED, .path = "reason" },
		  0,
		  "{\"reason\":null}" },
		{ true,
		  "the case has evidence",
		  &town.incident,
		  { .form = GUARD_NAMED, .path = "evidence_before_cleaning" },
		  0,
		  0 },
		{ false, "no such guard", &town.incident, { .form = GUARD_NAMED, .path = "weather" }, 0, 0 },
	};

	(void)state;
	JUDGE(rows);
}

static void frozen_text(void **state)
{
	struct object *object = town_record(town.warning);
	const struct guard guard = { .form = GUARD_SAME_TEXT, .path = "approved_text" };
	struct fault why;
	char digest[65];

	(void)state;
	assert_int_equal(deed_digest(&town.deed, object, digest, &why), 0);
	change_set(&town.deed, object, "approved_text", json_string(digest));
	assert_true(guard_holds(&town.deed, object, &guard));
	change_set(&town.deed, object, "hazard", json_string("另一种说法"));
	assert_false(guard_holds(&town.deed, object, &guard));
}

static void together(void **state)
{
	const struct row rows[] = {
		{ true,
		  "one of two",
		  &town.incident,
		  { .form = GUARD_ANY, PARTS(G(IS("class", "ddos")), G(IS("spread", "yes"))) },
		  0,
		  0 },
		{ false,
		  "neither",
		  &town.incident,
		  { .form = GUARD_ANY, PARTS(G(IS("class", "ddos")), G(IS("spread", "no"))) },
		  0,
		  0 },
		{ true,
		  "both",
		  &town.incident,
		  { .form = GUARD_ALL, PARTS(G(IS("class", "ransomware")), G(IS("spread", "yes"))) },
		  0,
		  0 },
		{ false,
		  "one of both",
		  &town.incident,
		  { .form = GUARD_ALL, PARTS(G(IS("class", "ddos")), G(IS("spread", "yes"))) },
		  0,
		  0 },
		{ true,
		  "it does not count here",
		  &town.incident,
		  { .when = G(IS("class", "ddos")), .form = GUARD_HAS, .path = "root_cause" },
		  0,
		  0 },
		{ false,
		  "it counts, and is missing",
		  &town.incident,
		  { .when = G(IS("class", "ransomware")), .form = GUARD_HAS, .path = "root_cause" },
		  0,
		  0 },
	};

	(void)state;
	JUDGE(rows);
}

static void who_acts(void **state)
{
	const struct row rows[] = {
		{ true,
		  "on the roster",
		  &town.incident,
		  { .form = GUARD_HOLDS, .path = "duty" },
		  &town.officer,
		  0 },
		{ false,
		  "not on the roster",
		  &town.incident,
		  { .form = GUARD_HOLDS, .path = "duty" },
		  &town.outsider,
		  0 },
		{ true,
		  "the director is the Office",
		  &town.incident,
		  { .form = GUARD_HOLDS, .path = "office" },
		  &town.outsider,
		  0 },
		{ false,
		  "no decider",
		  &town.incident,
		  { .form = GUARD_HOLDS, .path = "leading_group" },
		  &town.outsider,
		  0 },
		{ true,
		  "a delegation in force",
		  &town.incident,
		  { .form = GUARD_DELEGATION, .path = "provisional_activation" },
		  &town.officer,
		  0 },
		{ false,
		  "it is over",
		  &town.incident,
		  { .form = GUARD_DELEGATION, .path = "provisional_activation" },
		  &town.outsider,
		  0 },
		{ false,
		  "another power",
		  &town.incident,
		  { .form = GUARD_DELEGATION, .path = "leading_group" },
		  &town.officer,
		  0 },
		{ true,
		  "someone else than the lead",
		  &town.incident,
		  { .form = GUARD_OTHER_THAN, .path = "lead" },
		  &town.outsider,
		  0 },
		{ false,
		  "the lead",
		  &town.incident,
		  { .form = GUARD_OTHER_THAN, .path = "lead" },
		  &town.officer,
		  0 },
		{ true,
		  "is the lead",
		  &town.incident,
		  { .form = GUARD_ACTOR_IS, .values = NAMES("lead") },
		  &town.officer,
		  0 },
		{ false,
		  "is not",
		  &town.incident,
		  { .form = GUARD_ACTOR_IS, .values = NAMES("lead") },
		  &town.outsider,
		  0 },
		{ true,
		  "of the unit",
		  &town.incident,
		  { .form = GUARD_ACTOR_OF, .path = "unit" },
		  &town.officer,
		  0 },
		{ false,
		  "of another",
		  &town.incident,
		  { .form = GUARD_ACTOR_OF, .path = "unit" },
		  &town.outsider,
		  0 },
		{ true,
		  "not of the unit",
		  &town.incident,
		  { .form = GUARD_NOT_ACTOR_OF, .path = "unit" },
		  &town.outsider,
		  0 },
		{ false,
		  "of the unit",
		  &town.incident,
		  { .form = GUARD_NOT_ACTOR_OF, .path = "unit" },
		  &town.officer,
		  0 },
		{ true,
		  "a rule is asked nothing about who acts",
		  &town.incident,
		  { .form = GUARD_ACTOR_OF, .path = "unit" },
		  0,
		  0 },
	};

	(void)state;
	JUDGE(rows);
}

/* Everything that is missing is told, each once. */
static void whole_list(void **state)
{
	struct guard *list[] = {
		G(IS("class", "ddos"), .say = { "甲", "first" }),
		G(IS("spread", "yes"), .say = { "乙", "second" }),
		G(.form = GUARD_HAS, .path = "root_cause", .refuse = "N05", .say = { "丙", "third" }),
		G(.form = GUARD_HAS, .path = "root_cause", .refuse = "N05", .say = { "丙", "third" })
	};
	const struct guards guards = { list, 4 };

	(void)state;
	town.deed.input = json_object();
	guards_ask(&town.deed, town_record(town.incident), &guards, "N04");
	json_decref(town.deed.input);
	town.deed.input = NULL;
	assert_non_null(town.deed.missing);
	assert_string_equal(town.deed.missing->code, "N04");
	assert_string_equal(town.deed.missing->en, "first");
	assert_string_equal(town.deed.missing->next->code, "N05");
	assert_null(town.deed.missing->next->next);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TOWN(states_and_fields), TOWN(levels),   TOWN(linked),   TOWN(time_and_texts),
		TOWN(frozen_text),       TOWN(together), TOWN(who_acts), TOWN(whole_list),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
