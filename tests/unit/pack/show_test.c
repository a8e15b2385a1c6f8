#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "pack/show.h"
#include "packs.h"

#define BASE SOURCE_ROOT "/tests/unit/pack/base"

static struct pack *load(const char *path)
{
	struct pack *pack = NULL;
	struct problems problems;
	struct fault why = { 0 };

	problems_init(&problems);
	if (pack_load(path, &pack, &problems, &why) < 0)
		fail_msg("%s", why.text);
	problems_fini(&problems);
	return pack;
}

static void holds(const struct buf *text, const char *line)
{
	if (!text->data || !strstr(text->data, line))
		fail_msg("'%s' is missing in\n%s", line, text->data ? text->data : "(nothing)");
}

static void a_machine_is_drawn_in_both_languages(void **state)
{
	struct pack *pack = load(BASE);
	struct buf zh = { 0 }, en = { 0 };

	(void)state;
	show_machines(&zh, pack, pack_kind(pack, "incident"), true);
	show_machines(&en, pack, pack_kind(pack, "incident"), false);
	holds(&zh, "已接收 → 遏制  [确认 confirm] T007");
	holds(&zh, "若确认级别不高于2级");
	holds(&en, "Received → Containment  [Confirm confirm] T007");
	holds(&en, "proposed by Case lead or Duty officer, confirmed by another person: Office director");
	holds(&en, "Scope (or unknown, with a reason)");
	holds(&en, "stop CK02 Acknowledge; start CK06 Contain");
	assert_null(strstr(en.data, "Tasking (tasking)"));
	buf_fini(&zh);
	buf_fini(&en);
	pack_free(pack);
}

static void mermaid_is_one_diagram_a_region(void **state)
{
	struct pack *pack = load(BASE);
	struct buf out = { 0 };

	(void)state;
	show_mermaid(&out, pack, NULL, false);
	holds(&out, "%% incident.handling\nstateDiagram-v2\n");
	holds(&out, "  [*] --> received\n");
	holds(&out, "  received --> contain : Confirm T007\n");
	holds(&out, "  archived --> [*]\n");
	holds(&out, "%% tasking.life\n");
	buf_fini(&out);
	pack_free(pack);
}

/* A case of tests/unit/pack/changed: an edit of the base and what diff must say. */
static void two_versions_in_words(void **state)
{
	static const struct {
		const char *file, *old, *new, *says;
	} cases[] = {
		{ "pack.yml", "version: 1.0.0", "version: 1.1.0", "~ plan version: 1.0.0 → 1.1.0\n" },
		{ "clocks.yml", "length: 15 min", "length: 20 min", "~ CK02 length: 15 min → 20 min\n" },
		{ "clocks.yml", "4: 1 h", "4: 30 min", "level 4 1 h" },
		{ "kinds/incident.yml", "who: [DUT, DIR]", "who: [DUT, CL]",
		  "~ incident move create who: Duty officer or Office director → Duty officer or Case "
		  "lead\n" },
		{ "kinds/incident.yml", "needs: [title, unit]", "needs: [title]",
		  "~ incident move create needs: Title, Affected unit → Title\n" },
		{ "kinds/incident.yml", "  hold: {type: yes, zh: 保全, en: Hold}\n", "",
		  "- incident field hold\n" },
		{ "kinds/incident.yml", "label: {zh: 遏制, en: Containment}",
		  "label: {zh: 控制, en: Containment}", "~ incident state contain label zh: 遏制 → 控制\n" },
		{ "kinds/incident.yml", "{in: {grade: confirmed}}", "{has: lead}",
		  "~ incident move confirm if: Case: Grade must be in 'Confirmed'; there must" },
		{ "roles.yml", "scope: unit", "scope: sector", "~ UOP scope: unit → sector\n" },
		{ "refusals.yml", "no backdating", "never backdated",
		  "~ N28 label en: no backdating → never backdated\n" },
		{ "enums.yml", "  ddos: {zh: 拒绝服务, en: DDoS}", "  data: {zh: 数据, en: data}",
		  "- incident_class ddos\n+ incident_class data\n" },
		{ "regimes/province.yml", "within: 60 min", "within: 30 min",
		  "60 min, initial, mandatory →" },
	};
	struct pack *base = load(BASE), *other;
	struct buf out = { 0 };
	char path[64];

	(void)state;
	assert_int_equal(show_differences(&out, base, base, false), 0);
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		packs_make(BASE, NULL, path);
		packs_edit(path, cases[i].file, cases[i].old, cases[i].new);
		other = load(path);
		assert_true(show_differences(&out, base, other, false) >= 1);
		holds(&out, cases[i].says);
		buf_clear(&out);
		pack_free(other);
		packs_remove(path);
	}
	buf_fini(&out);
	pack_free(base);
}

static void the_auditor_sees_the_boundary(void **state)
{
	struct pack *pack = load(BASE);
	struct buf out = { 0 };

	(void)state;
	show_boundary(&out, pack, false);
	holds(&out, "malware (malware): malware ransomware\n");
	holds(&out, "incident.lead  Case lead\n");
	holds(&out, "(organisation): person unit\n");
	holds(&out, "no form that matches text");
	buf_fini(&out);
	pack_free(pack);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_machine_is_drawn_in_both_languages),
		cmocka_unit_test(mermaid_is_one_diagram_a_region),
		cmocka_unit_test(two_versions_in_words),
		cmocka_unit_test(the_auditor_sees_the_boundary),
	};

	return cmocka_run_group_tests_name("plan show and diff", tests, NULL, NULL);
}
