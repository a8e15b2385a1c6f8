#include "try.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* Conditions over three selections a, b and c, which hold where the event says so. */

static bool holds(const char *condition, const char *event, char *fault, size_t size)
{
	char rule[2048], line[512];
	struct tried t;
	bool hit;

	snprintf(
		rule, sizeof(rule),
		"title: t\ntags: [attack.t1059]\nlogsource: {product: windows, service: sysmon}\ndetection:\n"
		"  a: {x: 1}\n  b: {y: 1}\n  c: [{z: 1}, {z: 2}]\n  _d: {w: 1}\n  condition: %s\n",
		condition);
	snprintf(line, sizeof(line), "{\"Channel\":\"Microsoft-Windows-Sysmon/Operational\",\"EventID\":1%s}",
		 event);
	try_init(&t);
	try_rules(&t, rule, line);
	snprintf(fault, size, "%s", t.refusals ? t.first.text : "");
	hit = t.alerts == 1;
	try_fini(&t);
	return hit;
}

#define A ",\"x\":1"
#define B ",\"y\":1"
#define C ",\"z\":2"
#define D ",\"w\":1"

static void conditions_are_worked_out(void **state)
{
	static const struct {
		const char *condition, *event;
		bool hit;
		const char *why;
	} rows[] = {
		{ "a", A, true, "one" },
		{ "a and b", A, false, "half" },
		{ "a and b", A B, true, "both" },
		{ "a or b", B, true, "either" },
		{ "not a", "", true, "neither there" },
		{ "not a", A, false, "there" },
		{ "a or b and c", A, true, "and binds tighter" },
		{ "(a or b) and c", A, false, "parentheses" },
		{ "not a or b", A B, true, "not binds tighter still" },
		{ "not (a or b)", C, true, "not of a group" },
		{ "not not a", A, true, "twice" },
		{ "a AND NOT b", A, true, "capitals" },
		{ "1 of them", C, true, "any of them" },
		{ "1 of them", D, false, "names with _ are not among them" },
		{ "1 of _*", D, true, "but a pattern finds them" },
		{ "any of them", B, true, "any" },
		{ "all of them", A B, false, "one is missing" },
		{ "all of them", A B C, true, "all" },
		{ "2 of them", A C, true, "two of three" },
		{ "2 of them", C, false, "one of three" },
		{ "3 of them", A B C, true, "three of three" },
		{ "not 1 of b*", A, true, "not of a quantity" },
		{ "1 of *", D, true, "a star is any name" },
		{ "1 of *a", A, true, "a star in front" },
		{ "all of *", A B C, false, "a star takes _names in" },
		{ "1 of a", A, true, "a name without a star" },
		{ "all of a*", A, true, "all of one" },
		{ "2 of them and not _d", A B, true, "of binds tighter than and" },
		{ "2 of them and not _d", A B D, false, "what the not finds" },
		{ "a or not b and c", C, true, "not, then and, then or" },
		{ "not 2 of them", A, true, "not of a number" },
		{ "all of them or _d", D, true, "or of a quantity" },
		{ "[2 of them, _d]", D, true, "a quantity in a list" },
		{ "[a and b, c]", C, true, "a list is one or the other" },
		{ "[a and b, c]", A, false, "neither" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		char fault[1024];

		if (holds(rows[i].condition, rows[i].event, fault, sizeof(fault)) != rows[i].hit || *fault)
			fail_msg("%s (%s): %s", rows[i].condition, rows[i].why, fault);
	}
}

static void mistakes_are_named(void **state)
{
	static const struct {
		const char *condition, *says;
	} rows[] = {
		{ "a and", "character 6: the name of a selection" },
		{ "a and nobody", "character 7: there is no selection 'nobody'" },
		{ "a and _", "did you mean 'a'?" },
		{ "a adn b", "'and', 'or' or the end is expected; did you mean 'and'?" },
		{ "1 of aa", "there is no selection 'aa'; did you mean 'a'?" },
		{ "1 of [a]*", "no selection has a name" },
		{ "1 of ?", "there is no selection '?'" },
		{ "0 of them", "there is no selection '0'" },
		{ "a | near b", "are obsolete (Sigma 2.1.0, correlation rules" },
		{ "'| count() > 5'", "are obsolete" },
		{ "(a", "')' is expected" },
		{ "a b", "'and', 'or' or the end" },
		{ "1 of q*", "no selection has a name" },
		{ "5 of them", "fewer selections than that: 3" },
		{ "1 of", "after 'of'" },
		{ "a | count() > 5", "write a correlation rule" },
		{ "[]", "empty list of conditions" },
		{ "{a: b}", "should be text" },
	};
	char deep[512] = "", fault[1024];

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		if (holds(rows[i].condition, A, fault, sizeof(fault)) || !strstr(fault, rows[i].says))
			fail_msg("%s: %s", rows[i].condition, fault);
	memset(deep, '(', 100);
	assert_false(holds(deep, A, fault, sizeof(fault)));
	assert_non_null(strstr(fault, "nested too deep"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(conditions_are_worked_out),
		cmocka_unit_test(mistakes_are_named),
	};

	return cmocka_run_group_tests_name("condition", tests, NULL, NULL);
}
