#include "intake/stream/records.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* Documents of many events become lines, wherever the stream is cut. */

enum { LIMIT = 40 };

static bool take(void *who, const char *line, size_t len)
{
	buf_put(who, line, len);
	buf_char(who, ';');
	return true;
}

static void lost(void *who) { buf_text(who, "LOST;"); }

static const struct {
	const char *stream, *lines, *why;
} rows[] = {
	{ "{\"Records\":[{\"a\":1},{\"b\":\"]}\"}]}", "{\"a\":1};{\"b\":\"]}\"};", "CloudTrail" },
	{ "{\"Records\":[{\"a\":1}]}\n{\"Records\":[{\"b\":1}]}\n", "{\"a\":1};{\"b\":1};",
	  "one file behind another" },
	{ "{\n \"records\": [\n  {\n   \"a\": {\"b\": [1]}\n  }\n ]\n}\n", "{    \"a\": {\"b\": [1]}   };",
	  "Azure, written for people" },
	{ "{\"@odata.context\":\"http:\\\"//x\",\"value\":[{\"a\":1}],\"@odata.nextLink\":\"}\"}\nx\n",
	  "{\"a\":1};x;", "Graph, and a line behind it" },
	{ "[{\"a\":1},{\"b\":2}]\n", "{\"a\":1};{\"b\":2};", "just a list" },
	{ "\xEF\xBB\xBF[{\"a\":1}]", "{\"a\":1};", "with a mark of its encoding" },
	{ "[]", "", "nothing happened" },
	{ "{\"a\":1}\n{\"Records\":[{\"b\":1}]}\n", "{\"a\":1};{\"Records\":[{\"b\":1}]};",
	  "lines first: then it is lines" },
	{ "{\"value\":[{\"a\":1}]}\n", "{\"value\":[{\"a\":1}]};", "an event with a list of its own" },
	{ "{\"Records\":[1]}\n", "{\"Records\":[1]};", "a list of something else" },
	{ "{\"n\":5,\"Records\":[{\"a\":1}]}", "{\"a\":1};", "a number in front" },
	{ "[Sun Dec 04 04:47:44 2005] [error] x\ny\n", "[Sun Dec 04 04:47:44 2005] [error] x;y;",
	  "Apache's log" },
	{ "{\"Records\":[{\"a\":\"0123456789012345678901234567890123456789\"},{\"b\":1}]}", "LOST;{\"b\":1};",
	  "one that is too long" },
	{ "{\"Records\":[{\"a\":1},{\"b\":", "{\"a\":1};LOST;", "cut off" },
	{ "{\"Records\":[{\"a\":\"x\n{\"Records\":[{\"b\":1}]}", "LOST;{\"b\":1};", "cut off within a text" },
	{ "plain\r\n", "plain;", "a line" },
	{ "{", "{;", "almost nothing" },
	{ "", "", "nothing" },
};

static void documents_become_lines(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		for (size_t cut = 0; cut <= strlen(rows[i].stream); cut++) {
			const size_t len = strlen(rows[i].stream);
			struct buf out = { 0 };
			struct frame frame;
			struct records r;

			frame_init(&frame, FRAME_LINES, LIMIT);
			records_init(&r, &frame, LIMIT);
			records_feed(&r, rows[i].stream, cut, take, lost, &out);
			records_feed(&r, rows[i].stream + cut, len - cut, take, lost, &out);
			records_end(&r, take, lost, &out);
			buf_char(&out, '\0');
			if (strcmp(out.data, rows[i].lines) != 0)
				fail_msg("%s, cut at %zu: %s", rows[i].why, cut, out.data);
			records_fini(&r);
			frame_fini(&frame);
			buf_fini(&out);
		}
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(documents_become_lines) };

	return cmocka_run_group_tests_name("records", tests, NULL, NULL);
}
