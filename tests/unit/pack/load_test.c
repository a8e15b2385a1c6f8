#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/stamp.h"
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

static int set_up(void **state)
{
	*state = load(BASE);
	return 0;
}

static int tear_down(void **state)
{
	pack_free(*state);
	return 0;
}

static void a_kind_is_filled_in(void **state)
{
	const struct pack *pack = *state;
	const struct kind *kind = pack_kind(pack, "incident");
	const struct field *class = kind_field(kind, "class");

	assert_string_equal(kind->label.zh, "案件");
	assert_string_equal(kind->about, "incident");
	assert_string_equal(kind->regions[0].name, "handling");
	assert_string_equal(kind->regions[0].start->name, "received");
	assert_true(region_state(&kind->regions[0], "archived")->end);
	assert_int_equal(class->type, FIELD_ENUM);
	assert_ptr_equal(class->codes, pack_enum(pack, "incident_class"));
	assert_string_equal(enum_code(class->codes, "ransomware")->parent, "malware");
	assert_true(class->filter);
	assert_true(kind_field(kind, "unit")->filter); /* every ref has a facet */
	assert_true(kind_field(kind, "confirmed_level")->engine);
	assert_null(kind_field(kind, "nothing"));
}

static void a_move_is_filled_in(void **state)
{
	const struct kind *kind = pack_kind(*state, "incident");
	const struct move *move = kind_move(kind, "confirm");

	assert_int_equal(move->form, MOVE_CHANGE);
	assert_string_equal(move->from[0]->name, "received");
	assert_string_equal(move->to->name, "contain");
	assert_string_equal(move->rows.at[0], "T007");
	assert_string_equal(move->refuse, "N04"); /* from the defaults of its region */
	assert_int_equal(move->who_count, 2);
	assert_int_equal(move->who[0].form, WHO_TWO);
	assert_int_equal(move->who[0].when->form, GUARD_LEVEL);
	assert_int_equal(move->who[0].when->compare, LE);
	assert_int_equal(move->who[0].when->number, 2);
	assert_string_equal(move->needs[1].otherwise, "unknown");
	assert_ptr_equal(move->needs[1].field, kind_field(kind, "scope"));
	assert_true(move->asks[0].optional);
	assert_ptr_equal(move->asks[0].field, pack_input(*state, "reason"));
	assert_int_equal(move->clocks[0].op, CLOCK_STOP);
	assert_string_equal(move->does[1].value, "office");
	assert_string_equal(move->record.at[0], "decision.confirm");
}

/* The runner finds the move that creates as `create`, and first of all. */
static void create_stands_first(void **state)
{
	const struct kind *kind = pack_kind(*state, "incident");

	assert_int_equal(kind->moves[0]->form, MOVE_CREATE);
	assert_ptr_equal(kind_move(kind, "create"), kind->moves[0]);
	assert_int_equal(kind->moves[0]->auto_[0].form, TRIGGER_SIGNAL);
	assert_int_equal(kind->moves[kind->move_count - 1]->form, MOVE_ACT);
}

static void clocks_and_spans(void **state)
{
	const struct clock_def *ck02 = pack_clock(*state, "CK02"), *ck06 = pack_clock(*state, "CK06");

	assert_int_equal(ck02->length[0], 15 * STAMP_MINUTE);
	assert_string_equal(ck02->runs_kind, "incident");
	assert_string_equal(ck02->runs_region, "handling");
	assert_int_equal(ck02->rung_count, 2);
	assert_int_equal(ck02->rungs[1].after, 10 * STAMP_MINUTE);
	assert_int_equal(ck06->length[5], 30 * STAMP_MINUTE);
	assert_int_equal(ck06->length[2], -1);
	assert_int_equal(ck06->length[0], -1);
	assert_null(pack_clock(*state, "CK99"));
}

/* A refusal at 03:00 reads like a sentence of the plan, in both languages. */
static void guards_say_what_is_missing(void **state)
{
	const struct kind *kind = pack_kind(*state, "incident");
	const struct move *confirm = kind_move(kind, "confirm");
	const struct {
		const struct guard *guard;
		const char *zh, *en;
	} cases[] = {
		{ confirm->who[0].when, "确认级别不高于2级", "the confirmed level is at most 2" },
		{ confirm->by.at[0], "须由“提议人”以外的人办理",
		  "someone other than 'proposer' must do this" },
		{ confirm->conditions.at[0], "案件的级别须处于“已定级”",
		  "Case: Grade must be in 'Confirmed'" },
		{ confirm->conditions.at[1], "须有处于“已下达”或“已完成”的“任务”，或者须填写“理由”",
		  "there must be at least one 'Tasking' in 'Issued' or 'Done', or 'Reason' must be given" },
		{ kind_move(kind, "close")->conditions.at[0], "不得有未结束的“任务”",
		  "there must be no 'Tasking' open" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		assert_string_equal(cases[i].guard->say.zh, cases[i].zh);
		assert_string_equal(cases[i].guard->say.en, cases[i].en);
	}
	assert_string_equal(kind->always[0].say.en, "Case can no longer be changed");
}

static void the_organisation_refers_to_itself(void **state)
{
	const struct pack *pack = *state;

	assert_int_equal(pack->seed_count, 2);
	assert_string_equal(pack->seeds[1].keys[1], "unit");
	assert_string_equal(pack->seeds[1].values[1], "@office");
	assert_ptr_equal(pack->seeds[1].kind, pack_kind(pack, "person"));
}

/* The digest names the pack for good: same files, same digest; any byte, another. */
static void the_digest_names_the_files(void **state)
{
	const struct pack *pack = *state;
	struct pack *same, *other;
	char path[64];
	char command[256];

	packs_make(BASE, NULL, path);
	same = load(path);
	assert_string_equal(same->digest, pack->digest);
	snprintf(command, sizeof(command), "printf '\\n' >> %s/pack.yml", path);
	assert_int_equal(system(command), 0);
	other = load(path);
	assert_string_not_equal(other->digest, pack->digest);
	pack_free(same);
	pack_free(other);
	packs_remove(path);
}

static void a_folder_that_is_no_pack(void **state)
{
	static const struct {
		const char *path;
		int code;
	} cases[] = {
		{ "/nonexistent", FAULT_ABSENT },
		{ SOURCE_ROOT "/tests/unit", FAULT_ABSENT },
		{ SOURCE_ROOT "/meson.build", FAULT_IO },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct pack *pack = NULL;
		struct problems problems;
		struct fault why = { 0 };

		problems_init(&problems);
		assert_int_equal(pack_load(cases[i].path, &pack, &problems, &why), -cases[i].code);
		assert_null(pack);
		assert_int_equal(problems.count, 0);
		problems_fini(&problems);
	}
}

/* A link could show other files at publication than at the check. */
static void a_link_is_refused(void **state)
{
	struct pack *pack = NULL;
	struct problems problems;
	struct fault why = { 0 };
	char path[64], command[256];

	(void)state;
	packs_make(BASE, NULL, path);
	snprintf(command, sizeof(command), "cd %s && mv clocks.yml kinds/x && ln -s kinds/x clocks.yml",
		 path);
	assert_int_equal(system(command), 0);
	problems_init(&problems);
	assert_int_equal(pack_load(path, &pack, &problems, &why), -FAULT_IO);
	assert_non_null(strstr(why.text, "clocks.yml: is a link"));
	problems_fini(&problems);
	packs_remove(path);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_kind_is_filled_in, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_move_is_filled_in, set_up, tear_down),
		cmocka_unit_test_setup_teardown(create_stands_first, set_up, tear_down),
		cmocka_unit_test_setup_teardown(clocks_and_spans, set_up, tear_down),
		cmocka_unit_test_setup_teardown(guards_say_what_is_missing, set_up, tear_down),
		cmocka_unit_test_setup_teardown(the_organisation_refers_to_itself, set_up, tear_down),
		cmocka_unit_test_setup_teardown(the_digest_names_the_files, set_up, tear_down),
		cmocka_unit_test(a_folder_that_is_no_pack),
		cmocka_unit_test(a_link_is_refused),
	};

	return cmocka_run_group_tests_name("pack load", tests, NULL, NULL);
}
