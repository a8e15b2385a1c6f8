#include "town.h"

#include <stdlib.h>
#include <string.h>

/* What is typed: taken in the form that is kept, or refused with the field and the limit. */

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
	const struct field *field = kind_field(pack_kind(house_pack(town.house.house), kind), name);

	assert_non_null(field);
	return input_value(&town.deed, field, value, kept, why);
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
	const struct kind *known = pack_kind(house_pack(town.house.house), kind);
	json_t *given = json_loads(text, JSON_DECODE_ANY, NULL), *kept = NULL;
	struct fault why = { 0 };
	int ret = input_check(&town.deed, kind_move(known, move), given, &kept, &why);

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

int main(void)
{
	const struct CMUnitTest tests[] = {
		TOWN(typed_values),
		TOWN(limits),
		TOWN(what_a_move_takes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
