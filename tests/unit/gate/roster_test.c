#include "gate/lines/roster.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/stamp.h"

/* What a roster of sources may say, and how it is told where it is wrong. */

#define KEY_A "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define KEY_B "BBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBB"
#define KEY_B_LOW "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"

static void rows_are_found(void **state)
{
	static const char text[] = "# who sends\n"
				   "\n"
				   "default rate=100 burst=1000\r\n"
				   "市教育局 key=" KEY_A " key=" KEY_B " silent=10min # two keys\n"
				   "udp:192.0.2.7\trate=0 silent=1h";
	struct roster *roster = NULL;
	const struct roster_row *row;
	struct fault why = { 0 };

	(void)state;
	if (roster_read(text, strlen(text), "sources", &roster, &why) < 0)
		fail_msg("%s", why.text);
	assert_int_equal(roster_count(roster), 3);
	row = roster_find(roster, "default");
	assert_true(row->rate == 100 && row->burst == 1000 && !row->silent_after);
	row = roster_find(roster, "市教育局");
	assert_true(row->rate == -1 && row->key_count == 2 && row->silent_after == 10 * STAMP_MINUTE);
	assert_ptr_equal(roster_of_key(roster, KEY_A), row);
	assert_ptr_equal(roster_of_key(roster, KEY_B_LOW), row);
	assert_int_equal(roster_find(roster, "udp:192.0.2.7")->rate, 0);
	assert_null(roster_find(roster, "nobody"));
	assert_null(roster_of_key(roster, ""));
	assert_null(roster_of_key(roster, "without-a-key"));
	roster_free(roster);
	assert_null(roster_find(NULL, "x"));
	assert_null(roster_of_key(NULL, KEY_A));
}

static void what_is_wrong_has_its_place(void **state)
{
	static const struct {
		const char *text, *says;
	} rows[] = {
		{ "\nweb01 rate=x\n", "sources:2: rate=x is not 0..10000000" },
		{ "web01 rate=-1\n", "rate=-1" },
		{ "web01 rate=10000001\n", "rate=10000001" },
		{ "web01 burst=99999999999999999999\n", "burst=" },
		{ "web01 key=abc\n", "key=abc" },
		{ "web01 key=" KEY_A "0\n", "64 hex digits" },
		{ "web01 silent=soon\n", "'soon' is not a span" },
		{ "web01 silent=0s\n", "1s or more" },
		{ "default silent=5min\n", "of one source" },
		{ "web01 color=red\n", "'color=red' is none of" },
		{ "web01 rate=\n", "'rate=' is none of" },
		{ "udp:192.0.2.7 key=" KEY_A "\n", "only a name without ':'" },
		{ "default key=" KEY_A "\n", "only a name without ':'" },
		{ "others rate=1\n", "no name of a source" },
		{ "rate=5\n", "no name of a source" },
		{ "0123456789012345678901234567890123456789012345678901234567890123456789 rate=1\n",
		  "1 to 64 bytes" },
		{ "\xff rate=1\n", "no name of a source" },
		{ "a\x01 rate=1\n", "no name of a source" },
		{ "web01 rate=1\nweb01 rate=2\n", "'web01' stands there twice" },
		{ "a key=" KEY_A "\nb key=" KEY_A "\n", "stands there twice" },
		{ "a key=" KEY_A " key=" KEY_A "\n", "stands there twice" },
		{ "a key=" KEY_A " key=" KEY_B " key=" KEY_A " key=" KEY_A " key=" KEY_A "\n",
		  "more than 4 keys" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct roster *roster = NULL;
		struct fault why = { 0 };

		assert_true(roster_read(rows[i].text, strlen(rows[i].text), "sources", &roster, &why) < 0);
		assert_null(roster);
		if (!strstr(why.text, rows[i].says) || strncmp(why.text, "sources", 7))
			fail_msg("row %zu: %s", i, why.text);
	}
}

static void there_is_a_limit(void **state)
{
	SCOPED(buf_fini) struct buf text = { 0 };
	struct roster *roster = NULL;
	struct fault why = { 0 };

	(void)state;
	for (int i = 0; i < ROSTER_ROWS; i++)
		buf_format(&text, "s%d\n", i);
	assert_int_equal(roster_read(text.data, text.len, "sources", &roster, &why), 0);
	assert_non_null(roster_find(roster, "s4095"));
	roster_free(roster);
	buf_text(&text, "more\n");
	assert_int_equal(roster_read(text.data, text.len, "sources", &roster, &why), -FAULT_LIMIT);
	assert_non_null(strstr(why.text, "sources:4097: more than 4096"));
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(rows_are_found),
					    cmocka_unit_test(what_is_wrong_has_its_place),
					    cmocka_unit_test(there_is_a_limit) };

	return cmocka_run_group_tests_name("roster", tests, NULL, NULL);
}
