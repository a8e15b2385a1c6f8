#include "intake/stream/quarantine.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/utf8.h"

/* What is kept of lines that were none: bounded, the latest, and safe to read. */

static void the_oldest_makes_room(void **state)
{
	struct quarantine *q = NULL;
	struct quarantine_row row;

	(void)state;
	assert_int_equal(quarantine_count(q), 0);
	assert_false(quarantine_row(q, 0, &row));
	for (uint64_t i = 1; i <= QUARANTINE_ROWS + 10; i++)
		quarantine_put(&q, i, 1, "why", "为何", "line", 4);
	assert_int_equal(quarantine_count(q), QUARANTINE_ROWS);
	assert_int_equal(quarantine_given_up(q), 10);
	assert_true(quarantine_row(q, 0, &row));
	assert_int_equal(row.line, 11);
	assert_true(quarantine_row(q, QUARANTINE_ROWS - 1, &row));
	assert_int_equal(row.line, QUARANTINE_ROWS + 10);
	assert_string_equal(row.why, "why");
	assert_string_equal(row.zh, "为何");
	assert_memory_equal(row.text, "line", 4);
	assert_false(quarantine_row(q, QUARANTINE_ROWS, &row));
	quarantine_free(q);
}

static void bytes_are_bounded(void **state)
{
	static char line[1 << 20];
	struct quarantine *q = NULL;
	struct quarantine_row row;

	(void)state;
	memset(line, 'x', sizeof(line));
	for (uint64_t i = 1; i <= 1000; i++) {
		quarantine_put(&q, i, 1, "much too long", "", line, sizeof(line));
		assert_true(quarantine_bytes(q) <= QUARANTINE_BYTES);
	}
	assert_in_range(quarantine_count(q), 10, 20);
	assert_int_equal(quarantine_count(q) + quarantine_given_up(q), 1000);
	assert_true(quarantine_row(q, 0, &row));
	assert_int_equal(row.len, QUARANTINE_LINE);
	assert_int_equal(row.whole_len, sizeof(line));
	quarantine_free(q);
}

/* A reason is cut between two characters. */
static void reasons_are_bounded(void **state)
{
	char why[4096] = "", *end = why;
	struct quarantine *q = NULL;
	struct quarantine_row row;

	(void)state;
	while (end + 4 < why + sizeof(why))
		end = stpcpy(end, "长");
	quarantine_put(&q, 1, 1, why, why, "line", 4);
	assert_true(quarantine_row(q, 0, &row));
	assert_int_equal(strlen(row.why), QUARANTINE_WHY / 3 * 3);
	assert_int_equal(strlen(row.zh), strlen(row.why));
	assert_memory_equal(row.text, "line", 4);
	quarantine_free(q);
}

static void what_is_written_is_safe_to_read(void **state)
{
	static const char line[] = "a\x1b[2J\xff\0\xc2\x9b\xe2\x80\xae\"b\xe7\xbd\x91";
	struct quarantine *q = NULL;
	struct quarantine_row row;
	struct buf out = { 0 };

	(void)state;
	quarantine_put(&q, 7, 1790000000000000, "byte 3: no", "", line, sizeof(line) - 1);
	assert_true(quarantine_row(q, 0, &row));
	quarantine_write(&row, &out);
	buf_char(&out, '\0');
	assert_string_equal(out.data,
			    "{\"line\":7,\"at\":\"2026-09-21T14:13:20.000000Z\",\"en\":\"byte 3: no\","
			    "\"zh\":\"byte 3: "
			    "no\",\"text\":\"a\xef\xbf\xbd[2J\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd"
			    "\\\"b\xe7\xbd\x91\",\"bytes\":17,\"of\":17}");
	buf_fini(&out);
	quarantine_free(q);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_oldest_makes_room),
		cmocka_unit_test(bytes_are_bounded),
		cmocka_unit_test(reasons_are_bounded),
		cmocka_unit_test(what_is_written_is_safe_to_read),
	};

	return cmocka_run_group_tests_name("quarantine", tests, NULL, NULL);
}
