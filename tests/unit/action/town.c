#include "town.h"

struct town town;

struct object *town_record(int64_t id)
{
	struct fault why = { 0 };
	struct object *object = world_get(&town.deed, id, &why);

	if (!object)
		fail_msg("%s", why.text);
	return object;
}

static int64_t person(const char *login, int64_t of, const char *role)
{
	long long id = small_make(&town.house, "person", "{\"name\":\"%s\",\"login\":\"%s\",\"unit\":%lld}",
				  login, login, (long long)of);

	small_make(&town.house, "post", "{\"person\":%lld,\"role\":\"%s\"}", id, role);
	return id;
}

static void make_people(void)
{
	town.unit =
		small_make(&town.house, "unit", "{\"name\":\"市教育局\",\"type\":\"bureau\",\"bound\":true}");
	town.other_unit =
		small_make(&town.house, "unit", "{\"name\":\"市税务局\",\"type\":\"bureau\",\"bound\":true}");
	town.officer = person("dut", town.unit, "DUT");
	town.outsider = person("dir", town.other_unit, "DIR");
	small_make(&town.house, "duty_shift",
		   "{\"person\":%lld,\"starts_at\":\"2026-03-01T00:00:00Z\",\"ends_at\":\"2026-04-01T00:00:"
		   "00Z\"}",
		   (long long)town.officer);
	small_make(&town.house, "delegation",
		   "{\"grantee\":%lld,\"power\":\"provisional_activation\",\"valid_from\":\"2026-01-01T00:00:"
		   "00Z\","
		   "\"valid_to\":\"2026-12-31T00:00:00Z\"}",
		   (long long)town.officer);
	small_make(&town.house, "delegation",
		   "{\"grantee\":%lld,\"power\":\"provisional_activation\",\"valid_from\":\"2025-01-01T00:00:"
		   "00Z\","
		   "\"valid_to\":\"2025-12-31T00:00:00Z\"}",
		   (long long)town.outsider);
}

static void make_records(void)
{
	town.incident = small_make(
		&town.house, "incident",
		"{\"title\":\"案件\",\"unit\":%lld,\"lead\":%lld,\"class\":\"ransomware\","
		"\"consequence\":[\"leak\",\"theft\"],\"confirmed_level\":3,\"provisional_level\":2,"
		"\"threshold_applied\":4,\"aware_at\":\"2026-03-06T07:00:00Z\","
		"\"retention_until\":\"2027-01-01T00:00:00Z\",\"spread\":true}",
		(long long)town.unit, (long long)town.officer);
	small_state(&town.house, town.incident, "handling", "contain");
	town.fresh_case = small_make(&town.house, "incident", "{\"title\":\"新案件\",\"unit\":%lld}",
				     (long long)town.unit);
	town.warning = small_make(&town.house, "warning",
				  "{\"title\":\"预警\",\"hazard\":\"漏洞\",\"level\":5,\"incident\":%lld}",
				  (long long)town.incident);
	town.evidence = small_make(&town.house, "evidence",
				   "{\"incident\":%lld,\"type\":\"log\",\"label_text\":\"日志\"}",
				   (long long)town.incident);
	for (int i = 0; i < 3; i++)
		town.sent = small_make(&town.house, "tasking",
				       "{\"incident\":%lld,\"text\":\"任务%d\",\"type\":\"%s\"}",
				       (long long)town.incident, i, i ? "request" : "order");
	small_state(&town.house, town.sent, "life", "verified");
	small_make(&town.house, "setting",
		   "{\"name\":\"text_minimum\",\"value\":\"yes\",\"valid_from\":\"2026-01-01T00:00:00Z\","
		   "\"valid_to\":\"2026-12-31T00:00:00Z\"}");
	small_make(&town.house, "setting",
		   "{\"name\":\"threshold\",\"value\":\"2\",\"valid_from\":\"2025-01-01T00:00:00Z\","
		   "\"valid_to\":\"2025-12-31T00:00:00Z\"}");
	town.drill = small_make(&town.house, "drill",
				"{\"year\":2026,\"name\":\"演练\",\"due_at\":\"2026-12-31T00:00:00Z\"}");
}

int town_open(void **state)
{
	static const struct asker self = { .machine = "system" };

	(void)state;
	small_open(&town.house, NULL);
	make_people();
	make_records();
	deed_open(&town.deed, town.house.house, &self, SMALL_START);
	return 0;
}

int town_close(void **state)
{
	(void)state;
	deed_close(&town.deed);
	small_close(&town.house);
	return 0;
}

void town_act_as(int64_t who)
{
	struct fault why = { 0 };

	town.deed.staff = NULL;
	if (who && staff_of(town.house.house, who, &town.deed.staff, &why) < 0)
		fail_msg("%s", why.text);
}
