#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/arena.h"
#include "gate/request.h"

/* A line of the socket: what is taken, what is not, and what is said then. */

static const struct {
	const char *line, *says; /* NULL: it is taken */
	const char *because;
} lines[] = {
	{ "{\"op\":\"status\"}", NULL, "the least there is" },
	{ "{\"id\":\"a\",\"op\":\"status\"}", NULL, "an id may be a text" },
	{ "{\"id\":7,\"op\":\"do\",\"kind\":\"incident\",\"move\":\"create\",\"input\":{\"what\":\"病毒\"}}",
	  NULL, "creation has no ref" },
	{ "{\"op\":\"tick\",\"at\":\"+15 min\"}", NULL, "given time may be relative" },
	{ "", "JSON", "nothing is no request" },
	{ "[1]", "object", "a list is no request" },
	{ "\"status\"", "object", "a bare word is none" },
	{ "{\"op\":\"status\"", "JSON", "cut off" },
	{ "{\"op\":\"status\",\"op\":\"stop\"}", "JSON", "two meanings: neither is taken" },
	{ "{}", "op", "it must say what it wants" },
	{ "{\"op\":7}", "'op' must be a text", "a number is no operation" },
	{ "{\"op\":\"stopp\"}", "there are:", "the list of operations is told" },
	{ "{\"op\":\"status\",\"kind\":\"incident\"}", "does not take the field 'kind'",
	  "what it ignores would mislead" },
	{ "{\"op\":\"status\",\"colour\":1}", "no field 'colour'", "unknown fields are errors" },
	{ "{\"op\":\"list\"}", "needs the field 'kind'", "what is missing is named" },
	{ "{\"op\":\"do\",\"kind\":\"incident\",\"move\":\"create\",\"input\":[]}",
	  "'input' must be an object", "shape" },
	{ "{\"op\":\"list\",\"kind\":\"incident\",\"limit\":1.5}", "'limit' must be a whole number",
	  "no fractions" },
	{ "{\"op\":\"rebuild\",\"check\":1}", "'check' must be true or false", "one is not true" },
	{ "{\"id\":{},\"op\":\"status\"}", "'id' must be", "an object is no name" },
	{ "{\"op\":\"status\"}\xff", "JSON", "not UTF-8" },
};

static void a_line_is_read_or_refused_with_its_reason(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(lines) / sizeof(*lines); i++) {
		struct fault why = { 0 };
		struct ask ask;
		const int ret = ask_read(lines[i].line, strlen(lines[i].line), &ask, &why);

		if ((ret == 0) != !lines[i].says || (ret < 0 && !strstr(why.text, lines[i].says)))
			fail_msg("%s (%s): %d '%s'", lines[i].line, lines[i].because, ret, why.text);
		ask_fini(&ask);
	}
}

static void a_refused_line_keeps_its_id_for_the_answer(void **state)
{
	static const char line[] = "{\"id\":42,\"op\":\"nonsense\"}";
	struct ask ask;

	(void)state;
	assert_true(ask_read(line, strlen(line), &ask, NULL) < 0);
	assert_int_equal(ask_number(&ask, SAYS_ID, 0), 42);
	ask_fini(&ask);
}

static void a_longer_line_than_the_limit_is_refused(void **state)
{
	char *line = must_alloc(ASK_MOST + 1);
	struct fault why = { 0 };
	struct ask ask;

	(void)state;
	memset(line, ' ', ASK_MOST + 1);
	assert_int_equal(ask_read(line, ASK_MOST + 1, &ask, &why), -FAULT_LIMIT);
	ask_fini(&ask);
	free(line);
}

static void what_changes_the_house_runs_in_a_batch(void **state)
{
	static const struct {
		enum ask_op op;
		bool writes;
	} cases[] = {
		{ ASK_DO, true },    { ASK_WITHDRAW, true }, { ASK_TICK, true },
		{ ASK_BLOB, true },  { ASK_INGEST, true },   { ASK_LIST, false },
		{ ASK_SHOW, false }, { ASK_STATUS, false },  { ASK_STOP, false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		assert_int_equal(ask_writes(cases[i].op), cases[i].writes);
	for (int op = 0; op < ASK__COUNT; op++)
		assert_non_null(ask_op_name((enum ask_op)op));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_line_is_read_or_refused_with_its_reason),
		cmocka_unit_test(a_refused_line_keeps_its_id_for_the_answer),
		cmocka_unit_test(a_longer_line_than_the_limit_is_refused),
		cmocka_unit_test(what_changes_the_house_runs_in_a_batch),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
