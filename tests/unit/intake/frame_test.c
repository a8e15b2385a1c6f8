#include "intake/frame.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

/* Where messages end, however the stream is cut into reads. */

struct got {
	char text[512];
	size_t len, lost;
};

static bool take(void *who, const char *message, size_t len)
{
	struct got *g = who;

	g->len += (size_t)snprintf(g->text + g->len, sizeof(g->text) - g->len, "[%.*s]", (int)len, message);
	return true;
}

static void lose(void *who) { ((struct got *)who)->lost++; }

static const struct {
	enum frame_kind kind;
	const char *stream, *messages;
	uint64_t too_long;
	const char *why;
	bool broken; /* nobody knows what follows */
} rows[] = {
	{ FRAME_LINES, "a\nb\r\n\nc", "[a][b][][c]", 0, "LF, CR LF, empty, no end", false },
	{ FRAME_LINES, "", "", 0, "nothing", false },
	{ FRAME_LINES, "12345678901234567890X\nb\n", "[b]", 1, "one byte too long", false },
	{ FRAME_LINES, "12345678901234567890\nb\n", "[12345678901234567890][b]", 0, "just as long as may be",
	  false },
	{ FRAME_LINES, "123456789012345678901234567890", "", 1, "too long and without an end", false },
	{ FRAME_LINES, "5 <1>a\n", "[5 <1>a]", 0, "counts are for TCP only", false },
	{ FRAME_SYSLOG_TCP, "5 <1>ab5 <2>cd", "[<1>ab][<2>cd]", 0, "counted", false },
	{ FRAME_SYSLOG_TCP, "<1>a\n<2>b\n", "[<1>a][<2>b]", 0, "by LF", false },
	{ FRAME_SYSLOG_TCP, "5 <1>ab<2>c\n5 <3>de", "[<1>ab][<2>c][<3>de]", 0, "mixed", false },
	{ FRAME_SYSLOG_TCP, "6 <1>ab\n5 <2>cd", "[<1>ab][<2>cd]", 0, "counted, with an LF inside the count",
	  false },
	{ FRAME_SYSLOG_TCP, "6 <1>a\nb7 <2>wxyz", "[<1>a\nb][<2>wxyz]", 0, "an LF inside is part of it",
	  false },
	{ FRAME_SYSLOG_TCP, "30 <1>789012345678901234567890123<2>c\n", "[<2>c]", 1,
	  "a count that is too large", false },
	{ FRAME_SYSLOG_TCP, "<1>a\n9999999999 <1>a\n<2>b\n", "[<1>a]", 1, "a count that cannot be true",
	  true },
	{ FRAME_SYSLOG_TCP, "99999999999999999999 <1>a\n<2>b\n", "", 1, "a count beyond any number", true },
	{ FRAME_SYSLOG_TCP, "-5 <1>ab\n<2>b\n", "", 1, "a negative count", true },
	{ FRAME_SYSLOG_TCP, "0 <1>ab\n<2>b\n", "", 1, "a count of nothing", true },
	{ FRAME_SYSLOG_TCP, "05 <1>ab<2>b\n", "", 1, "no count begins with 0 (RFC 6587)", true },
	{ FRAME_SYSLOG_TCP, "1796000000123 x\n<2>b\n", "[1796000000123 x][<2>b]", 0, "a moment in front",
	  false },
	{ FRAME_SYSLOG_TCP, "- x\n-\n-5\n<2>b\n", "[- x][-][-5][<2>b]", 0, "lines with a dash", false },
	{ FRAME_SYSLOG_TCP, "5 lines\n<2>b\n", "[5 lines][<2>b]", 0, "a line that begins with a number",
	  false },
	{ FRAME_SYSLOG_TCP, "9 <1>ab", "", 1, "cut off in the middle", false },
};

static void streams_are_cut(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		for (size_t step = 1; step <= 40; step++) {
			size_t len = strlen(rows[i].stream);
			struct got g = { .len = 0 };
			struct frame f;

			frame_init(&f, rows[i].kind, 20);
			for (size_t at = 0; at < len; at += step)
				frame_feed(&f, rows[i].stream + at, len - at < step ? len - at : step, take,
					   lose, &g);
			frame_end(&f, take, lose, &g);
			if (strcmp(g.text, rows[i].messages) || f.too_long != rows[i].too_long ||
			    g.lost != f.too_long || f.broken != rows[i].broken)
				fail_msg("%s, in steps of %zu: %s, %zu lost", rows[i].why, step, g.text,
					 g.lost);
			frame_fini(&f);
		}
}

static bool tell(void *who, const char *message, size_t len)
{
	take(who, message, len);
	return false;
}

/* Who has no room for more stops, and loses nothing of what came with it. */
static void a_stop_keeps_the_rest(void **state)
{
	static const char stream[] = "<1>a\n5 <2>bc<3>d\n<4>e";
	struct got g = { .len = 0 };
	struct frame f;

	(void)state;
	frame_init(&f, FRAME_SYSLOG_TCP, 20);
	assert_false(frame_feed(&f, stream, strlen(stream), tell, lose, &g));
	assert_string_equal(g.text, "[<1>a]");
	assert_false(frame_feed(&f, "", 0, tell, lose, &g));
	assert_true(frame_feed(&f, "f\n", 2, take, lose, &g));
	assert_string_equal(g.text, "[<1>a][<2>bc][<3>d][<4>ef]");
	frame_fini(&f);
}

static void a_stop_between_lines_keeps_the_rest(void **state)
{
	static const char stream[] = "a\nb\nc\nd";
	struct got g = { .len = 0 };
	struct frame f;

	(void)state;
	frame_init(&f, FRAME_LINES, 20);
	assert_false(frame_feed(&f, stream, strlen(stream), tell, lose, &g));
	assert_string_equal(g.text, "[a]");
	assert_false(frame_feed(&f, "e\nf\ng", 5, tell, lose, &g));
	assert_string_equal(g.text, "[a][b]");
	assert_true(frame_feed(&f, "h\n", 2, take, lose, &g));
	assert_string_equal(g.text, "[a][b][c][de][f][gh]");
	frame_fini(&f);
}

/* A stream that is no syslog does not go on for ever; a file may. */
static void no_end_breaks_a_connection(void **state)
{
	static char much[64 * 1024];
	struct got g = { .len = 0 };
	const enum frame_kind kinds[] = { FRAME_LINES, FRAME_SYSLOG_TCP };

	(void)state;
	memset(much, 'x', sizeof(much));
	for (size_t i = 0; i < 2; i++) {
		bool going = true;
		struct frame f;

		g = (struct got){ .len = 0 };
		frame_init(&f, kinds[i], 20);
		for (int n = 0; going && n < 20; n++)
			going = frame_feed(&f, much, sizeof(much), take, lose, &g);
		assert_int_equal(f.broken, kinds[i] == FRAME_SYSLOG_TCP);
		assert_int_equal(going, kinds[i] == FRAME_LINES);
		assert_int_equal(g.lost, 1);
		frame_fini(&f);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(streams_are_cut),
					    cmocka_unit_test(a_stop_keeps_the_rest),
					    cmocka_unit_test(a_stop_between_lines_keeps_the_rest),
					    cmocka_unit_test(no_end_breaks_a_connection) };

	return cmocka_run_group_tests_name("frame", tests, NULL, NULL);
}
