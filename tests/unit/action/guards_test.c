#include "small.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Guards, clocks and typed input: each form with a row that holds and one that does not, and why. */

static struct small house;
static struct deed deed;
static int64_t unit, other_unit, officer, outsider, incident, fresh_case, warning, evidence, sent, drill;

static struct object *record(int64_t id)
{
	struct fault why = { 0 };
	struct object *object = world_get(&deed, id, &why);

	if (!object)
		fail_msg("%s", why.text);
	return object;
}

static int64_t person(const char *login, int64_t of, const char *role)
{
	long long id = small_make(&house, "person", "{\"name\":\"%s\",\"login\":\"%s\",\"unit\":%lld}", login,
				  login, (long long)of);

	small_make(&house, "post", "{\"person\":%lld,\"role\":\"%s\"}", id, role);
	return id;
}

static void make_people(void)
{
	unit = small_make(&house, "unit", "{\"name\":\"市教育局\",\"type\":\"bureau\",\"bound\":true}");
	other_unit = small_make(&house, "unit", "{\"name\":\"市税务局\",\"type\":\"bureau\",\"bound\":true}");
	officer = person("dut", unit, "DUT");
	outsider = person("dir", other_unit, "DIR");
	small_make(&house, "duty_shift",
		   "{\"person\":%lld,\"starts_at\":\"2026-03-01T00:00:00Z\",\"ends_at\":\"2026-04-01T00:00:"
		   "00Z\"}",
		   (long long)officer);
	small_make(&house, "delegation",
		   "{\"grantee\":%lld,\"power\":\"provisional_activation\",\"valid_from\":\"2026-01-01T00:00:"
		   "00Z\","
		   "\"valid_to\":\"2026-12-31T00:00:00Z\"}",
		   (long long)officer);
	small_make(&house, "delegation",
		   "{\"grantee\":%lld,\"power\":\"provisional_activation\",\"valid_from\":\"2025-01-01T00:00:"
		   "00Z\","
		   "\"valid_to\":\"2025-12-31T00:00:00Z\"}",
		   (long long)outsider);
}

static void make_records(void)
{
	incident = small_make(
		&house, "incident",
		"{\"title\":\"案件\",\"unit\":%lld,\"lead\":%lld,\"class\":\"ransomware\","
		"\"consequence\":[\"leak\",\"theft\"],\"confirmed_level\":3,\"provisional_level\":2,"
		"\"threshold_applied\":4,\"aware_at\":\"2026-03-06T07:00:00Z\","
		"\"retention_until\":\"2027-01-01T00:00:00Z\",\"spread\":true}",
		(long long)unit, (long long)officer);
	small_state(&house, incident, "handling", "contain");
	fresh_case = small_make(&house, "incident", "{\"title\":\"新案件\",\"unit\":%lld}", (long long)unit);
	warning = small_make(&house, "warning",
			     "{\"title\":\"预警\",\"hazard\":\"漏洞\",\"level\":5,\"incident\":%lld}",
			     (long long)incident);
	evidence =
		small_make(&house, "evidence", "{\"incident\":%lld,\"type\":\"log\",\"label_text\":\"日志\"}",
			   (long long)incident);
	for (int i = 0; i < 3; i++)
		sent = small_make(&house, "tasking",
				  "{\"incident\":%lld,\"text\":\"任务%d\",\"type\":\"%s\"}",
				  (long long)incident, i, i ? "request" : "order");
	small_state(&house, sent, "life", "verified");
	small_make(&house, "setting",
		   "{\"name\":\"text_minimum\",\"value\":\"yes\",\"valid_from\":\"2026-01-01T00:00:00Z\","
		   "\"valid_to\":\"2026-12-31T00:00:00Z\"}");
	small_make(&house, "setting",
		   "{\"name\":\"threshold\",\"value\":\"2\",\"valid_from\":\"2025-01-01T00:00:00Z\","
		   "\"valid_to\":\"2025-12-31T00:00:00Z\"}");
	drill = small_make(&house, "drill",
			   "{\"year\":2026,\"name\":\"演练\",\"due_at\":\"2026-12-31T00:00:00Z\"}");
}

static int set_up(void **state)
{
	static const struct asker self = { .machine = "system" };

	(void)state;
	small_open(&house, NULL);
	make_people();
	make_records();
	deed_open(&deed, house.house, &self, SMALL_START);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	deed_close(&deed);
	small_close(&house);
	return 0;
}

static void act_as(int64_t who)
{
	struct fault why = { 0 };

	deed.staff = NULL;
	if (who && staff_of(house.house, who, &deed.staff, &why) < 0)
		fail_msg("%s", why.text);
}

/* ---- guards --------------------------------------------------------------- */

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

		act_as(row->actor ? *row->actor : 0);
		deed.input = json_loads(row->input ? row->input : "{}", 0, NULL);
		holds = guard_holds(&deed, record(*row->subject), &row->guard);
		json_decref(deed.input);
		deed.input = NULL;
		if (holds != row->holds)
			fail_msg("row %zu should %shold: %s", i, row->holds ? "" : "not ", row->why);
	}
}

#define JUDGE(rows) judge(rows, sizeof(rows) / sizeof(*(rows)))

static void states_and_fields(void **state)
{
	const struct row rows[] = {
		{ true, "its region is there", &incident, { IN("handling", "contain", "verify") }, 0, 0 },
		{ false, "its region is elsewhere", &incident, { IN("handling", "verify") }, 0, 0 },
		{ true, "the region of its case", &evidence, { IN("incident.handling", "contain") }, 0, 0 },
		{ false, "its case is elsewhere", &evidence, { IN("incident.handling", "closed") }, 0, 0 },
		{ false, "no such region", &evidence, { IN("phase", "contain") }, 0, 0 },
		{ true, "an enumeration", &incident, { IS("class", "ransomware") }, 0, 0 },
		{ false, "another code", &incident, { IS("class", "ddos") }, 0, 0 },
		{ true, "one of many values", &incident, { IS("consequence", "theft") }, 0, 0 },
		{ true, "a number, in words", &incident, { IS("confirmed_level", "3") }, 0, 0 },
		{ true, "yes", &incident, { IS("spread", "yes") }, 0, 0 },
		{ true, "a yes or no never set is a no", &fresh_case, { IS("spread", "no") }, 0, 0 },
		{ true,
		  "what comes with the move counts first",
		  &incident,
		  { IS("spread", "no") },
		  0,
		  "{\"spread\":false}" },
		{ true, "it stands there", &incident, { .form = GUARD_HAS, .path = "lead" }, 0, 0 },
		{ false, "it does not", &fresh_case, { .form = GUARD_HAS, .path = "lead" }, 0, 0 },
		{ true, "across a reference", &incident, { .form = GUARD_HAS, .path = "lead.login" }, 0, 0 },
		{ false,
		  "the reference leads nowhere",
		  &fresh_case,
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
		{ true, "3 < 4", &incident, { LEVEL("confirmed", LT, 4) }, 0, 0 },
		{ false, "3 < 3", &incident, { LEVEL("confirmed", LT, 3) }, 0, 0 },
		{ true, "3 <= 3", &incident, { LEVEL("confirmed", LE, 3) }, 0, 0 },
		{ true, "3 == 3", &incident, { LEVEL("confirmed", EQ, 3) }, 0, 0 },
		{ false, "3 != 3", &incident, { LEVEL("confirmed", NE, 3) }, 0, 0 },
		{ true, "3 >= 3", &incident, { LEVEL("confirmed", GE, 3) }, 0, 0 },
		{ false, "3 > 3", &incident, { LEVEL("confirmed", GT, 3) }, 0, 0 },
		{ true, "provisional 2", &incident, { LEVEL("provisional", LE, 2) }, 0, 0 },
		{ true, "of its case", &evidence, { LEVEL("confirmed", GE, 3) }, 0, 0 },
		{ true, "of the warning itself", &warning, { LEVEL("warning", EQ, 5) }, 0, 0 },
		{ false, "an ungraded case is not below", &fresh_case, { LEVEL("confirmed", LT, 5) }, 0, 0 },
		{ false, "nor above", &fresh_case, { LEVEL("confirmed", GE, 1) }, 0, 0 },
		{ true,
		  "the threshold is 3; the lowered one is over",
		  &incident,
		  { LEVEL("confirmed", GE, 0), .against = "threshold" },
		  0,
		  0 },
		{ true,
		  "against a field",
		  &incident,
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
		{ true, "three are there", &incident, { AMONG(GUARD_SOME, .at_least = 3) }, 0, 0 },
		{ false, "not four", &incident, { AMONG(GUARD_SOME, .at_least = 4) }, 0, 0 },
		{ false, "none at all", &fresh_case, { AMONG(GUARD_SOME, 0) }, 0, 0 },
		{ true,
		  "every one of none",
		  &fresh_case,
		  { AMONG(GUARD_EVERY, .in = NAMES("verified")) },
		  0,
		  0 },
		{ false,
		  "two are only issued",
		  &incident,
		  { AMONG(GUARD_EVERY, .in = NAMES("verified")) },
		  0,
		  0 },
		{ true,
		  "all in one of two states",
		  &incident,
		  { AMONG(GUARD_EVERY, .in = NAMES("verified", "issued")) },
		  0,
		  0 },
		{ true,
		  "one is past issuing",
		  &incident,
		  { AMONG(GUARD_SOME, .not_in = NAMES("issued")) },
		  0,
		  0 },
		{ false, "two are open", &incident, { AMONG(GUARD_NONE, .open = true) }, 0, 0 },
		{ true, "nothing hangs on it", &fresh_case, { AMONG(GUARD_NONE, .open = true) }, 0, 0 },
		{ true,
		  "read on each",
		  &incident,
		  { AMONG(GUARD_SOME, .where = G(IS("type", "order"))) },
		  0,
		  0 },
		{ false,
		  "read on each, and not so",
		  &incident,
		  { AMONG(GUARD_SOME, .at_least = 2, .where = G(IS("type", "order"))) },
		  0,
		  0 },
		{ true,
		  "what comes with the move is not about them",
		  &incident,
		  { AMONG(GUARD_SOME, .where = G(IS("type", "order"))) },
		  0,
		  "{\"type\":\"request\"}" },
		{ true, "through its field", &incident, { AMONG(GUARD_SOME, .through = "incident") }, 0, 0 },
		{ true,
		  "same: another of the case",
		  &sent,
		  { AMONG(GUARD_SOME, .at_least = 2, .same = "incident") },
		  0,
		  0 },
		{ false,
		  "same: it does not count itself",
		  &sent,
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
		  &incident,
		  { .form = GUARD_REACHED, .path = "aware_at" },
		  0,
		  0 },
		{ false,
		  "it comes next year",
		  &incident,
		  { .form = GUARD_REACHED, .path = "retention_until" },
		  0,
		  0 },
		{ true,
		  "next year is ahead",
		  &incident,
		  { .form = GUARD_AHEAD, .path = "retention_until" },
		  0,
		  0 },
		{ false, "an hour ago is not", &incident, { .form = GUARD_AHEAD, .path = "aware_at" }, 0, 0 },
		{ false, "no date is not", &fresh_case, { .form = GUARD_AHEAD, .path = "aware_at" }, 0, 0 },
		{ false,
		  "next year is further than an hour",
		  &incident,
		  { .form = GUARD_AHEAD, .path = "retention_until", .within = STAMP_HOUR },
		  0,
		  0 },
		{ false, "it has no date", &fresh_case, { .form = GUARD_REACHED, .path = "aware_at" }, 0, 0 },
		{ true,
		  "decided and in force",
		  &incident,
		  { .form = GUARD_SETTING, .path = "text_minimum" },
		  0,
		  0 },
		{ false, "nobody decided it", &incident, { .form = GUARD_SETTING, .path = "urgency" }, 0, 0 },
		{ false,
		  "never frozen",
		  &warning,
		  { .form = GUARD_SAME_TEXT, .path = "approved_text" },
		  0,
		  0 },
		{ false, "never checked", &evidence, { .form = GUARD_CHECKED, .path = "digest" }, 0, 0 },
		{ true,
		  "it came",
		  &incident,
		  { .form = GUARD_ASKED, .path = "reason" },
		  0,
		  "{\"reason\":\"有\"}" },
		{ false, "it did not", &incident, { .form = GUARD_ASKED, .path = "reason" }, 0, 0 },
		{ false,
		  "it came as nothing",
		  &incident,
		  { .form = GUARD_ASKED, .path = "reason" },
		  0,
		  "{\"reason\":null}" },
		{ true,
		  "the case has evidence",
		  &incident,
		  { .form = GUARD_NAMED, .path = "evidence_before_cleaning" },
		  0,
		  0 },
		{ false, "no such guard", &incident, { .form = GUARD_NAMED, .path = "weather" }, 0, 0 },
	};

	(void)state;
	JUDGE(rows);
}

static void frozen_text(void **state)
{
	struct object *object = record(warning);
	const struct guard guard = { .form = GUARD_SAME_TEXT, .path = "approved_text" };
	struct fault why;
	char digest[65];

	(void)state;
	assert_int_equal(deed_digest(&deed, object, digest, &why), 0);
	change_set(&deed, object, "approved_text", json_string(digest));
	assert_true(guard_holds(&deed, object, &guard));
	change_set(&deed, object, "hazard", json_string("另一种说法"));
	assert_false(guard_holds(&deed, object, &guard));
}

static void together(void **state)
{
	const struct row rows[] = {
		{ true,
		  "one of two",
		  &incident,
		  { .form = GUARD_ANY, PARTS(G(IS("class", "ddos")), G(IS("spread", "yes"))) },
		  0,
		  0 },
		{ false,
		  "neither",
		  &incident,
		  { .form = GUARD_ANY, PARTS(G(IS("class", "ddos")), G(IS("spread", "no"))) },
		  0,
		  0 },
		{ true,
		  "both",
		  &incident,
		  { .form = GUARD_ALL, PARTS(G(IS("class", "ransomware")), G(IS("spread", "yes"))) },
		  0,
		  0 },
		{ false,
		  "one of both",
		  &incident,
		  { .form = GUARD_ALL, PARTS(G(IS("class", "ddos")), G(IS("spread", "yes"))) },
		  0,
		  0 },
		{ true,
		  "it does not count here",
		  &incident,
		  { .when = G(IS("class", "ddos")), .form = GUARD_HAS, .path = "root_cause" },
		  0,
		  0 },
		{ false,
		  "it counts, and is missing",
		  &incident,
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
		{ true, "on the roster", &incident, { .form = GUARD_HOLDS, .path = "duty" }, &officer, 0 },
		{ false,
		  "not on the roster",
		  &incident,
		  { .form = GUARD_HOLDS, .path = "duty" },
		  &outsider,
		  0 },
		{ true,
		  "the director is the Office",
		  &incident,
		  { .form = GUARD_HOLDS, .path = "office" },
		  &outsider,
		  0 },
		{ false,
		  "no decider",
		  &incident,
		  { .form = GUARD_HOLDS, .path = "leading_group" },
		  &outsider,
		  0 },
		{ true,
		  "a delegation in force",
		  &incident,
		  { .form = GUARD_DELEGATION, .path = "provisional_activation" },
		  &officer,
		  0 },
		{ false,
		  "it is over",
		  &incident,
		  { .form = GUARD_DELEGATION, .path = "provisional_activation" },
		  &outsider,
		  0 },
		{ false,
		  "another power",
		  &incident,
		  { .form = GUARD_DELEGATION, .path = "leading_group" },
		  &officer,
		  0 },
		{ true,
		  "someone else than the lead",
		  &incident,
		  { .form = GUARD_OTHER_THAN, .path = "lead" },
		  &outsider,
		  0 },
		{ false, "the lead", &incident, { .form = GUARD_OTHER_THAN, .path = "lead" }, &officer, 0 },
		{ true,
		  "is the lead",
		  &incident,
		  { .form = GUARD_ACTOR_IS, .values = NAMES("lead") },
		  &officer,
		  0 },
		{ false,
		  "is not",
		  &incident,
		  { .form = GUARD_ACTOR_IS, .values = NAMES("lead") },
		  &outsider,
		  0 },
		{ true, "of the unit", &incident, { .form = GUARD_ACTOR_OF, .path = "unit" }, &officer, 0 },
		{ false, "of another", &incident, { .form = GUARD_ACTOR_OF, .path = "unit" }, &outsider, 0 },
		{ true,
		  "not of the unit",
		  &incident,
		  { .form = GUARD_NOT_ACTOR_OF, .path = "unit" },
		  &outsider,
		  0 },
		{ false,
		  "of the unit",
		  &incident,
		  { .form = GUARD_NOT_ACTOR_OF, .path = "unit" },
		  &officer,
		  0 },
		{ true,
		  "a rule is asked nothing about who acts",
		  &incident,
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
	deed.input = json_object();
	guards_ask(&deed, record(incident), &guards, "N04");
	json_decref(deed.input);
	deed.input = NULL;
	assert_non_null(deed.missing);
	assert_string_equal(deed.missing->code, "N04");
	assert_string_equal(deed.missing->en, "first");
	assert_string_equal(deed.missing->next->code, "N05");
	assert_null(deed.missing->next->next);
}

/* ---- clocks --------------------------------------------------------------- */

static void clock(int64_t owner, const char *code, enum clock_do op)
{
	struct fault why = { 0 };

	if (clock_do(&deed, record(owner), code, op, &why) < 0)
		fail_msg("%s", why.text);
}

static json_int_t clock_has(int64_t owner, const char *code, const char *member)
{
	json_t *rows = clock_rows(&deed, record(owner)), *row;
	json_int_t found = -1;
	size_t i;

	json_array_foreach(rows, i, row)
		if (!strcmp(json_string_value(json_object_get(row, "code")), code))
			found = json_is_integer(json_object_get(row, member))
					? json_integer_value(json_object_get(row, member))
					: 0;
	json_decref(rows);
	return found;
}

static bool asks(int64_t owner, const char *code, enum clock_question question)
{
	return clock_asks(&deed, record(owner), code, question);
}

static void clock_runs(void **state)
{
	(void)state;
	assert_false(asks(incident, "CK05", CLOCK_RUNNING));
	clock(incident, "CK05", CLOCK_START);
	assert_true(asks(incident, "CK05", CLOCK_RUNNING));
	/* Level 3: one hour. */
	assert_int_equal(clock_has(incident, "CK05", "due"), SMALL_START + STAMP_HOUR);
	assert_false(asks(incident, "CK05", CLOCK_MISSED));
	deed.now += 2 * STAMP_HOUR;
	assert_true(asks(incident, "CK05", CLOCK_MISSED));
	clock(incident, "CK05", CLOCK_STOP);
	assert_true(asks(incident, "CK05", CLOCK_STOPPED));
	/* Stopped late: it stays missed. */
	assert_true(asks(incident, "CK05", CLOCK_MISSED));
	assert_int_equal(clock_has(incident, "CK05", "missed"), deed.now);
}

static void clock_in_time(void **state)
{
	(void)state;
	clock(incident, "CK05", CLOCK_START);
	deed.now += 30 * STAMP_MINUTE;
	clock(incident, "CK05", CLOCK_STOP);
	deed.now += STAMP_DAY;
	assert_false(asks(incident, "CK05", CLOCK_MISSED));
}

static void clock_started_twice(void **state)
{
	(void)state;
	clock(incident, "CK05", CLOCK_START);
	deed.now += 10 * STAMP_MINUTE;
	clock(incident, "CK05", CLOCK_START);
	assert_int_equal(clock_has(incident, "CK05", "started"), SMALL_START);
}

static void clock_pauses(void **state)
{
	(void)state;
	clock(incident, "CK05", CLOCK_START);
	deed.now += 20 * STAMP_MINUTE;
	clock(incident, "CK05", CLOCK_PAUSE);
	assert_int_equal(clock_has(incident, "CK05", "left"), 40 * STAMP_MINUTE);
	deed.now += STAMP_DAY;
	assert_false(asks(incident, "CK05", CLOCK_MISSED));
	clock(incident, "CK05", CLOCK_RESUME);
	assert_int_equal(clock_has(incident, "CK05", "due"), deed.now + 40 * STAMP_MINUTE);
	/* A start after a pause goes on as well. */
	clock(incident, "CK05", CLOCK_PAUSE);
	clock(incident, "CK05", CLOCK_START);
	assert_int_equal(clock_has(incident, "CK05", "due"), deed.now + 40 * STAMP_MINUTE);
}

static void clock_begins_anew(void **state)
{
	(void)state;
	clock(incident, "CK05", CLOCK_START);
	deed.now += 50 * STAMP_MINUTE;
	clock(incident, "CK05", CLOCK_RESTART);
	assert_int_equal(clock_has(incident, "CK05", "started"), deed.now);
	assert_int_equal(clock_has(incident, "CK05", "due"), deed.now + STAMP_HOUR);
}

static void replan(int level)
{
	struct fault why = { 0 };

	change_set(&deed, record(incident), "confirmed_level", json_integer(level));
	assert_int_equal(clock_replan(&deed, record(incident), &why), 0);
}

static void clock_by_new_level(void **state)
{
	(void)state;
	clock(incident, "CK06", CLOCK_START);
	assert_int_equal(clock_has(incident, "CK06", "due"), SMALL_START + 2 * STAMP_HOUR);
	deed.now += 10 * STAMP_MINUTE;
	replan(5);
	assert_int_equal(clock_has(incident, "CK06", "due"), deed.now + 30 * STAMP_MINUTE);
	deed.now += STAMP_HOUR;
	clock(incident, "CK06", CLOCK_STOP);
	replan(1);
	assert_true(clock_has(incident, "CK06", "missed") > 0);
}

static void clock_counts_working_days(void **state)
{
	(void)state;
	/* CK16: five working days from a Friday end on the next Friday. */
	clock(incident, "CK16", CLOCK_START);
	assert_int_equal(clock_has(incident, "CK16", "due"), SMALL_START + 7 * STAMP_DAY);
	/* CK15: twenty of them are four weeks. */
	clock(incident, "CK15", CLOCK_START);
	assert_int_equal(clock_has(incident, "CK15", "due"), SMALL_START + 28 * STAMP_DAY);
}

static void clock_by_field(void **state)
{
	(void)state;
	clock(drill, "CK18", CLOCK_START);
	assert_int_equal(clock_has(drill, "CK18", "due"), SMALL_START + 299 * STAMP_DAY + 16 * STAMP_HOUR);
	/* CK08 has no length until somebody sets the date. */
	clock(incident, "CK08", CLOCK_START);
	assert_int_equal(clock_has(incident, "CK08", "due"), 0);
	assert_false(asks(incident, "CK08", CLOCK_MISSED));
}

static void clock_waited_for(void **state)
{
	(void)state;
	clock(incident, "CK28", CLOCK_START);
	assert_false(asks(incident, "CK28", CLOCK_OVER));
	deed.now += 8 * STAMP_DAY;
	assert_true(asks(incident, "CK28", CLOCK_OVER));
	clock(incident, "CK28", CLOCK_STOP);
	assert_int_equal(clock_has(incident, "CK28", "missed"), 0);
}

static void clock_ends_with_its_states(void **state)
{
	struct object *object = record(incident);
	struct fault why = { 0 };

	(void)state;
	clock(incident, "CK06", CLOCK_START);
	change_state(&deed, object, &object->kind->regions[0],
		     region_state(&object->kind->regions[0], "recover"));
	assert_int_equal(clock_lives(&deed, object, &why), 0);
	assert_true(asks(incident, "CK06", CLOCK_STOPPED));
}

/* ---- typed input ---------------------------------------------------------- */

struct typed {
	int fault; /* 0: taken */
	const char *kind, *field, *value, *kept, *why;
};

static const struct typed typed[] = {
	{ 0, "incident", "title", "\"门户被改\"", "\"门户被改\"", "a text" },
	{ FAULT_INVALID, "incident", "title", "\"\"", 0, "an empty text" },
	{ FAULT_INVALID, "incident", "title", "7", 0, "a number for a text" },
	{ FAULT_INVALID, "incident", "title", "\"a\\u0000b\"", 0, "a NUL" },
	{ FAULT_INVALID, "incident", "title", "[\"一\",\"二\"]", 0, "many where one is wanted" },
	{ 0, "incident", "source", "{\"unknown\":\"在查\"}", "{\"unknown\":\"在查\"}",
	  "left open with a reason" },
	{ FAULT_INVALID, "incident", "source", "{\"unknown\":\"\"}", 0, "left open without one" },
	{ FAULT_INVALID, "incident", "source", "{\"unknown\":\"在查\",\"more\":1}", 0, "two members" },
	{ 0, "incident", "title", "null", "null", "taken away" },
	{ 0, "warning", "level", "4", "4", "a number" },
	{ 0, "warning", "level", "\"4\"", "4", "a number in words" },
	{ FAULT_INVALID, "warning", "level", "\"4a\"", 0, "not quite a number" },
	{ FAULT_INVALID, "warning", "level", "4.5", 0, "a fraction" },
	{ FAULT_INVALID, "warning", "level", "\"99999999999999999999\"", 0, "beyond what is exact" },
	{ FAULT_INVALID, "warning", "level", "\"\"", 0, "no digits" },
	{ 0, "unit", "bound", "\"yes\"", "true", "yes" },
	{ 0, "unit", "bound", "false", "false", "no" },
	{ FAULT_INVALID, "unit", "bound", "\"maybe\"", 0, "neither" },
	{ FAULT_INVALID, "unit", "bound", "1", 0, "a number for yes" },
	{ 0, "incident", "aware_at", "\"2026-03-06T15:00:00+08:00\"", "\"2026-03-06T07:00:00.000000Z\"",
	  "a zone" },
	{ FAULT_INVALID, "incident", "aware_at", "\"2026-02-30T00:00:00Z\"", 0, "no such day" },
	{ FAULT_INVALID, "incident", "aware_at", "\"gestern\"", 0, "words" },
	{ FAULT_INVALID, "incident", "aware_at", "1772784000", 0, "seconds" },
	{ 0, "incident", "class", "\"ddos\"", "\"ddos\"", "a code" },
	{ FAULT_INVALID, "incident", "class", "\"opinion\"", 0, "no such code" },
	{ 0, "incident", "consequence", "\"leak\"", "[\"leak\"]", "one of many" },
	{ 0, "incident", "unit", "\"市教育局\"", 0, "by its name" },
	{ FAULT_INVALID, "incident", "unit", "\"无此单位\"", 0, "no such unit" },
	{ FAULT_INVALID, "incident", "unit", "\"dut\"", 0, "a person for a unit" },
	{ FAULT_INVALID, "incident", "unit", "999999", 0, "no such record" },
	{ FAULT_INVALID, "incident", "unit", "true", 0, "no reference at all" },
	{ FAULT_INVALID, "evidence", "blob", "\"abc\"", 0, "too short for a digest" },
	{ FAULT_INVALID, "evidence", "blob",
	  "\"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855\"", 0, "never uploaded" },
	{ 0, "incident", "scores", "[1,2,3,4,5,\"?\"]", 0, "six scores" },
	{ FAULT_INVALID, "incident", "scores", "[1,2,3]", 0, "three of six" },
	{ FAULT_INVALID, "incident", "scores", "[1,2,3,4,5,6]", 0, "beyond 5" },
	{ FAULT_INVALID, "incident", "scores", "[0,2,3,4,5,5]", 0, "below 1" },
	{ FAULT_INVALID, "incident", "scores", "\"high\"", 0, "a word" },
};

static int take(const char *kind, const char *name, json_t *value, json_t **kept, struct fault *why)
{
	const struct field *field = kind_field(pack_kind(house_pack(house.house), kind), name);

	assert_non_null(field);
	return input_value(&deed, field, value, kept, why);
}

static void typed_values(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(typed) / sizeof(*typed); i++) {
		json_t *value = json_loads(typed[i].value, JSON_DECODE_ANY | JSON_ALLOW_NUL, NULL),
		       *kept = NULL, *wanted;
		struct fault why = { 0 };
		int ret = take(typed[i].kind, typed[i].field, value, &kept, &why);

		if (ret != -typed[i].fault)
			fail_msg("%s.%s %s (%s): %d %s", typed[i].kind, typed[i].field, typed[i].value,
				 typed[i].why, ret, why.text);
		wanted = typed[i].kept ? json_loads(typed[i].kept, JSON_DECODE_ANY, NULL) : NULL;
		if (wanted && !json_equal(wanted, kept))
			fail_msg("%s.%s %s is not kept as %s", typed[i].kind, typed[i].field, typed[i].value,
				 typed[i].kept);
		json_decref(wanted);
		json_decref(value);
		json_decref(ret == 0 ? kept : NULL);
	}
}

static json_t *text_of(size_t bytes)
{
	char *text = calloc(1, bytes + 1);
	json_t *value;

	memset(text, 'x', bytes);
	value = json_string(text);
	free(text);
	return value;
}

static void limit_of(const char *kind, const char *name, size_t most)
{
	struct fault why = { 0 };
	json_t *value = text_of(most), *kept = NULL;

	assert_int_equal(take(kind, name, value, &kept, &why), 0);
	json_decref(kept);
	json_decref(value);
	value = text_of(most + 1);
	assert_int_equal(take(kind, name, value, &kept, &why), -FAULT_LIMIT);
	/* Whoever typed it must know which field, how long, and how long it may be. */
	assert_non_null(strstr(why.text, name));
	json_decref(value);
}

static void limits(void **state)
{
	json_t *many = json_array(), *kept = NULL;
	struct fault why = { 0 };

	(void)state;
	limit_of("incident", "title", 64 * 1024);
	limit_of("person", "login", 512);
	for (int i = 0; i <= 1000; i++)
		json_array_append_new(many, json_string("leak"));
	assert_int_equal(take("incident", "consequence", many, &kept, &why), -FAULT_LIMIT);
	json_array_remove(many, 0);
	assert_int_equal(take("incident", "consequence", many, &kept, &why), 0);
	json_decref(kept);
	json_decref(many);
}

static void check(const char *kind, const char *move, const char *text, int fault, const char *says)
{
	const struct kind *known = pack_kind(house_pack(house.house), kind);
	json_t *given = json_loads(text, JSON_DECODE_ANY, NULL), *kept = NULL;
	struct fault why = { 0 };
	int ret = input_check(&deed, kind_move(known, move), given, &kept, &why);

	if (ret != -fault)
		fail_msg("%s.%s %s: %d %s", kind, move, text, ret, why.text);
	if (says && !strstr(why.text, says))
		fail_msg("'%s' does not say '%s'", why.text, says);
	json_decref(ret == 0 ? kept : NULL);
	json_decref(given);
}

static void what_a_move_takes(void **state)
{
	(void)state;
	check("incident", "accept", "{\"on_scene\":\"dut\"}", 0, NULL);
	check("incident", "accept", "{\"reason\":\"一个理由总可以\"}", 0, NULL);
	check("incident", "accept", "{\"title\":\"不归这一步\"}", FAULT_INVALID, "on_scene");
	check("incident", "accept", "{\"nonsense\":1}", FAULT_INVALID, "nonsense");
	check("incident", "accept", "[1]", FAULT_INVALID, "object");
	check("incident", "create", "{\"title\":\"一\",\"confirmed_level\":5}", FAULT_INVALID,
	      "confirmed_level");
	check("incident", "create", "{\"occurred_at\":\"2026-03-06T07:00:00Z\"}", 0, NULL);
}

#define CASE(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(states_and_fields),
		CASE(levels),
		CASE(linked),
		CASE(time_and_texts),
		CASE(frozen_text),
		CASE(together),
		CASE(who_acts),
		CASE(whole_list),
		CASE(clock_runs),
		CASE(clock_in_time),
		CASE(clock_started_twice),
		CASE(clock_pauses),
		CASE(clock_begins_anew),
		CASE(clock_by_new_level),
		CASE(clock_counts_working_days),
		CASE(clock_by_field),
		CASE(clock_waited_for),
		CASE(clock_ends_with_its_states),
		CASE(typed_values),
		CASE(limits),
		CASE(what_a_move_takes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
