#include "small.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "evidence/blob.h"

/*
 * Every effect in a deed of its own, on a store whose n-th call fails, for
 * every n until it passes: nothing is ever half written.
 */

static struct small house;

/* Records for the effects to work on; ids by name. */
static struct {
	const char *name;
	int64_t id;
} cast[64];
static size_t cast_count;

static int64_t id_of(const char *name)
{
	for (size_t i = 0; i < cast_count; i++)
		if (!strcmp(cast[i].name, name))
			return cast[i].id;
	fail_msg("nothing is called %s", name);
	return 0;
}

static int64_t call(const char *name, int64_t id)
{
	cast[cast_count].name = name;
	cast[cast_count++].id = id;
	return id;
}

static void make_case(void)
{
	long long unit =
		small_make(&house, "unit", "{\"name\":\"市教育局\",\"type\":\"bureau\",\"bound\":true}");
	long long person =
		small_make(&house, "person", "{\"name\":\"甲\",\"login\":\"jia\",\"unit\":%lld}", unit);
	long long report = small_make(&house, "report",
				      "{\"unit\":%lld,\"what\":\"网页被改\",\"content\":\"见附件\"}", unit);
	long long target = small_make(&house, "incident", "{\"title\":\"另一案件\",\"unit\":%lld}", unit);
	long long incident = small_make(
		&house, "incident",
		"{\"title\":\"案件\",\"unit\":%lld,\"lead\":%lld,\"report\":%lld,\"target_case\":%lld,"
		"\"class\":\"ransomware\",\"confirmed_level\":4,\"proposed_level\":5,\"provisional_level\":"
		"3}",
		unit, person, report, target);

	call("unit", unit), call("person", person), call("report", report), call("incident", incident);
	long long merged = call(
		"merged",
		small_make(&house, "incident",
			   "{\"title\":\"误并案件\",\"unit\":%lld,\"reporter\":\"乙\",\"what\":\"网页缓慢\","
			   "\"aware_at\":\"2026-01-01T00:00:00Z\",\"target_case\":%lld}",
			   unit, target));
	long long brought =
		small_make(&house, "affected_system",
			   "{\"incident\":%lld,\"came_from\":%lld,\"name\":\"门户\",\"unit\":%lld}", target,
			   merged, unit);

	small_make(&house, "remedy", "{\"incident\":%lld,\"affected_system\":%lld,\"text\":\"更换口令\"}",
		   target, brought);
	small_state(&house, incident, "handling", "contain");
	/* A law that the site has adopted, and the moment from which it counts. */
	small_make(&house, "regime_adoption", "{\"regime\":\"in-certin\",\"why\":\"适用\"}");
	small_make(&house, "case_fact",
		   "{\"incident\":%lld,\"fact\":\"aware\",\"happened_at\":\"2026-01-01T00:00:00Z\"}",
		   incident);
	small_state(&house, incident, "grade", "confirmed");
	call("system",
	     small_make(&house, "affected_system", "{\"incident\":%lld,\"unit\":%lld,\"name\":\"门户\"}",
			(long long)incident, unit));
	call("evidence",
	     small_make(&house, "evidence", "{\"incident\":%lld,\"type\":\"log\",\"label_text\":\"日志\"}",
			(long long)incident));
	call("plan", small_make(&house, "special_plan",
				"{\"incident\":%lld,\"plan\":\"ransomware\",\"version\":\"1\"}",
				(long long)incident));
	small_make(&house, "report", "{\"unit\":%lld,\"what\":\"续报\",\"incident\":%lld}", unit, incident);
}

/* The default plan as one file, as a draft of it carries it. */
static void keep_pack(char digest[BLOB_NAME])
{
	struct blob_draft *draft = NULL;
	struct fault why = { 0 };
	char command[256], part[4096];
	uint64_t size = 0;
	size_t n;
	FILE *tar;

	snprintf(command, sizeof(command), "tar cf - -C %s/packs/jinan-2007 .", SOURCE_ROOT);
	tar = popen(command, "r");
	assert_non_null(tar);
	assert_int_equal(blob_open(house.folder, &draft, &why), 0);
	while ((n = fread(part, 1, sizeof(part), tar)) > 0)
		assert_int_equal(blob_put(draft, part, n, 8 << 20, &why), 0);
	assert_int_equal(pclose(tar), 0);
	assert_int_equal(blob_seal(&draft, NULL, digest, &size, &why), 0);
}

static void make_others(void)
{
	char pack[BLOB_NAME];
	long long unit = id_of("unit"), tool, used;

	call("warning",
	     small_make(&house, "warning", "{\"title\":\"预警\",\"hazard\":\"漏洞\",\"level\":4}"));
	small_make(&house, "edition", "{\"warning\":%lld,\"edition_no\":1,\"level\":4,\"title\":\"预警\"}",
		   (long long)id_of("warning"));
	small_make(&house, "tech_record", "{\"system\":%lld,\"type\":\"app\",\"product\":\"网关\"}",
		   (long long)small_make(&house, "system", "{\"name\":\"门户\",\"owner\":%lld}", unit));
	call("spread",
	     small_make(&house, "warning", "{\"title\":\"蠕虫\",\"hazard\":\"传播\",\"incident\":%lld}",
			(long long)id_of("incident")));
	small_make(&house, "indicator",
		   "{\"incident\":%lld,\"type\":\"ip\",\"value\":\"203.0.113.9\",\"marking\":\"members\"}",
		   (long long)id_of("incident"));
	call("target", small_make(&house, "warning_target", "{\"warning\":%lld,\"unit\":%lld}",
				  (long long)id_of("warning"), unit));
	tool = small_make(&house, "resource", "{\"type\":\"tool\",\"name\":\"工具\",\"check_min\":60}");
	used = small_make(&house, "resource", "{\"type\":\"tool\",\"name\":\"在用\",\"check_min\":60}");
	small_state(&house, tool, "readiness", "ready");
	small_state(&house, used, "readiness", "reserved");
	call("asks",
	     small_make(&house, "support_request", "{\"incident\":%lld,\"requester\":%lld,\"tools\":[%lld]}",
			(long long)id_of("incident"), unit, tool));
	call("returns",
	     small_make(&house, "support_request", "{\"incident\":%lld,\"requester\":%lld,\"tools\":[%lld]}",
			(long long)id_of("incident"), unit, used));
	call("upward", small_make(&house, "upward_report",
				  "{\"incident\":%lld,\"recipient\":\"省网信办\",\"type\":\"initial\"}",
				  (long long)id_of("incident")));
	call("drill", small_make(&house, "drill", "{\"year\":2026,\"name\":\"演练\"}"));
	call("notice", small_make(&house, "notice", "{\"incident\":%lld,\"hazard\":\"钓鱼\"}",
				  (long long)id_of("incident")));
	keep_pack(pack);
	call("version", small_make(&house, "plan_version",
				   "{\"plan\":\"jinan\",\"version\":\"2\",\"pack\":\"%s\"}", pack));
}

struct run {
	const char *effect, *subject;
	struct effect_use use;
	const char *input; /* that came with the move */
};

#define ARGS(k, v) .keys = (const char *[]){ k }, .args = (const char *[]){ v }, .arg_count = 1

static const struct run runs[] = {
	{ "access", "asks", { .value = "open" }, NULL },
	{ "cap", "warning", { .value = "issue" }, NULL },
	{ "address", "spread", { .value = "warning_target" }, "{\"product\":\"网关\"}" },
	{ "deliver", "warning", { .value = NULL }, NULL },
	{ "draft_report", "upward", { .value = NULL }, NULL },
	{ "document", "upward", { .value = "upward_report" }, NULL },
	{ "drill_space", "drill", { .value = "close" }, NULL },
	{ "edition", "warning", { .value = NULL }, NULL },
	{ "erase", "report", { .value = "content" }, NULL },
	{ "escalate", "target", { .value = NULL }, NULL },
	{ "free", "returns", { .value = NULL }, NULL },
	{ "freeze", "warning", { .value = "approved_text" }, NULL },
	{ "gather", "spread", { .value = "indicators" }, NULL },
	{ "grade",
	  "incident",
	  { .value = "confirmed_level" },
	  "{\"scores\":{\"business\":3},\"reason\":\"未知\"}" },
	{ "inform", "incident", { .value = "leading_group" }, NULL },
	{ "issue", "incident", { .value = "bulletin" }, NULL },
	{ "link", "incident", { .value = "report" }, NULL },
	{ "load_pack", "version", { .value = NULL }, NULL },
	{ "mark", "target", { .value = "late" }, NULL },
	{ "match_plans", "incident", { .value = NULL }, NULL },
	{ "merge", "incident", { .value = "target_case" }, NULL },
	{ "move",
	  "warning",
	  { .values = NAMES("warning_target.close", "warning_target.close_unreached") },
	  NULL },
	{ "number", "warning", { .value = "document" }, NULL },
	{ "open", "incident", { .value = "warning_duty" }, NULL },
	{ "package", "incident", { .value = "light" }, NULL },
	{ "phase", "incident", { .value = "recover" }, NULL },
	{ "publish", "notice", { .value = NULL }, NULL },
	{ "replan_clocks", "incident", { .value = NULL }, NULL },
	{ "report_duties", "incident", { .value = NULL }, NULL },
	{ "reserve", "asks", { .value = "tools" }, NULL },
	{ "run", "evidence", { .value = "digest" }, NULL },
	{ "separate", "merged", { .value = "target_case" }, NULL },
	{ "send", "upward", { .value = "recipient" }, NULL },
	{ "set", "incident", { ARGS("owner", "$unit") }, NULL },
	{ "settle_grade", "incident", { .value = "accept" }, NULL },
	{ "snapshot", "incident", { .value = NULL }, NULL },
	{ "start_plans", "incident", { .value = NULL }, NULL },
	{ "test_channels", "incident", { .value = NULL }, NULL },
	{ "unanswered", "target", { .value = NULL }, NULL },
	{ "void", "drill", { .value = "signatures" }, NULL },
};

static const struct run *run_of(const char *effect)
{
	for (size_t i = 0; i < sizeof(runs) / sizeof(*runs); i++)
		if (!strcmp(runs[i].effect, effect))
			return &runs[i];
	fail_msg("the effect %s is not tried", effect);
	return NULL;
}

/* ---- what may not change where something failed --------------------------- */

/* The store keeps a statement by its address: each is a literal. */
#define ROWS_OF(table)                                                                                       \
	{                                                                                                    \
#table, "SELECT count(*) FROM " #table                                                       \
	}
static const struct {
	const char *name, *sql;
} counts[] = {
	ROWS_OF(objects),
	ROWS_OF(records),
	ROWS_OF(series),
	ROWS_OF(clocks),
	ROWS_OF(outbox),
	ROWS_OF(proposals),
	ROWS_OF(checks),
	ROWS_OF(facets),
	ROWS_OF(links),
	ROWS_OF(payloads),
	{ "versions", "SELECT coalesce(sum(version), 0) FROM objects" },
};
enum { COUNTS = sizeof(counts) / sizeof(*counts), RECORDS = 1 };

static void look(int64_t out[COUNTS])
{
	for (size_t i = 0; i < COUNTS; i++)
		out[i] = small_count(&house, counts[i].sql);
}

static void same(const char *effect, unsigned n, const int64_t *before)
{
	int64_t now[COUNTS];

	look(now);
	for (size_t i = 0; i < COUNTS; i++)
		if (now[i] != before[i])
			fail_msg("%s, call %u failing: %s has %lld, before %lld", effect, n, counts[i].name,
				 (long long)now[i], (long long)before[i]);
}

static int deed_with(const struct run *run, struct fault *why)
{
	static const struct asker self = { .machine = "system" };
	struct object *subject;
	struct deed deed;
	int ret = deed_begin(&deed, house.house, &self, SMALL_START, why);

	if (ret == 0) {
		deed.input = run->input ? json_loads(run->input, 0, NULL) : json_object();
		if (!(subject = world_get(&deed, id_of(run->subject), why))) {
			ret = -why->code;
		} else {
			change_of(&deed, subject, "test.effect");
			ret = effect_named(run->effect)->run(&deed, subject, &run->use, why);
		}
		json_decref(deed.input);
		deed.input = NULL;
		ret = deed_end(&deed, ret, why);
		if (ret == 0 && deed.missing)
			fail_msg("%s is refused: %s", run->effect, deed.missing->en);
	}
	deed_close(&deed);
	return ret;
}

/* One batch with one deed, the n-th call of it failing; as the daemon does it. */
static int batch(const struct run *run, unsigned n, struct fault *why)
{
	int ret;

	store_fake_fail_at(house_store(house.house), n);
	ret = house_begin(house.house, why);
	if (ret == 0 && (ret = deed_with(run, why)) == 0)
		ret = house_commit(house.house, why);
	else if (ret != 0)
		house_rollback(house.house);
	store_fake_fail_at(house_store(house.house), 0);
	return ret;
}

/* What this version does not carry out yet is refused, and that changes nothing either. */
static void try_all(const char *effect)
{
	const struct run *run = run_of(effect);
	int64_t before[COUNTS];
	struct fault why = { 0 };
	unsigned n = 1;
	int ret;

	look(before);
	for (; n < 5000; n++) {
		why = (struct fault){ 0 };
		ret = batch(run, n, &why);
		if (ret == 0 || ret == -FAULT_REFUSED)
			break;
		same(effect, n, before);
	}
	assert_true(n > 3 && n < 5000);
	if (ret == -FAULT_REFUSED)
		same(effect, n, before);
	else if (small_count(&house, "SELECT count(*) FROM records") == before[RECORDS])
		fail_msg("%s passed, but the record does not say so", effect);
}

static int set_up(void **state)
{
	(void)state;
	cast_count = 0;
	small_open(&house, &store_fake);
	make_case();
	make_others();
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	small_close(&house);
	return 0;
}

static void one_effect(void **state) { try_all(*state); }

/* After all the failing, the record is whole: views made again from it are the same. */
static void still_whole(void **state)
{
	struct fault why = { 0 };
	int64_t differing = -1;

	(void)state;
	for (size_t i = 0; effects[i]; i++)
		try_all(effects[i]->name);
	if (house_rebuild(house.house, true, &differing, &why) < 0)
		fail_msg("%s", why.text);
	assert_int_equal(differing, 0);
}

int main(void)
{
	struct CMUnitTest tests[64];
	size_t count = 0;

	for (size_t i = 0; effects[i]; i++)
		tests[count++] = (struct CMUnitTest){ effects[i]->name, one_effect, set_up, tear_down,
						      (void *)(uintptr_t)effects[i]->name };
	tests[count++] = (struct CMUnitTest)cmocka_unit_test_setup_teardown(still_whole, set_up, tear_down);
	return _cmocka_run_group_tests("effects", tests, count, NULL, NULL);
}
