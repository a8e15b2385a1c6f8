#include "intake/syslog.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/stamp.h"

/* Syslog as the RFCs have it, and as devices really send it. */

static bool is(struct span got, const char *want)
{
	return got.len == strlen(want) && (!got.len || !memcmp(got.at, want, got.len));
}

static void lines_are_taken_apart(void **state)
{
	static const struct {
		const char *line;
		enum syslog_form form;
		int pri;
		unsigned odd;
		bool timed;
		const char *host, *program, *pid, *message, *why;
	} rows[] = {
		{ "<34>Oct 11 22:14:15 mymachine su: 'su root' failed", SYSLOG_3164, 34, 0, true, "mymachine",
		  "su", "", "'su root' failed", "RFC 3164 5.4" },
		{ "Dec 10 06:55:46 LabSZ sshd[24200]: Invalid user a from 1.2.3.4", SYSLOG_3164, -1, 0, true,
		  "LabSZ", "sshd", "24200", "Invalid user a from 1.2.3.4", "a file has no priority" },
		{ "<38>Jun 14 15:16:01 combo sshd(pam_unix)[19939]: authentication failure", SYSLOG_3164, 38,
		  0, true, "combo", "sshd(pam_unix)", "19939", "authentication failure", "old PAM" },
		{ "<13>Oct 11 22:14:15 su: no host", SYSLOG_3164, 13, 0, true, "", "su", "", "no host",
		  "the host is left out" },
		{ "<13>just a message", SYSLOG_3164, 13, 0, false, "", "", "", "just a message", "no time" },
		{ "<13>kernel: hello", SYSLOG_3164, 13, 0, false, "", "kernel", "", "hello",
		  "no time but a tag" },
		{ "2026-01-02T03:04:05.123+08:00 web01 nginx[7]: hi", SYSLOG_3164, -1, 0, true, "web01",
		  "nginx", "7", "hi", "rsyslog's file format" },
		{ "<189>*Mar  1 18:46:11.123: %SYS-5-CONFIG_I: Configured", SYSLOG_3164, 189, 0, true, "",
		  "%SYS-5-CONFIG_I", "", "Configured", "Cisco, clock not set" },
		{ "<165>1 2003-10-11T22:14:15.003Z mymachine.example.com evntslog - ID47 [x a=\"b\"] BOM",
		  SYSLOG_5424, 165, 0, true, "mymachine.example.com", "evntslog", "", "BOM", "RFC 5424 6.5" },
		{ "<165>1 - - - - - -", SYSLOG_5424, 165, 0, false, "", "", "", "", "all nil" },
		{ "<34>1 2003-10-11T22:14:15.003Z h su - ID47 - \xEF\xBB\xBFtext", SYSLOG_5424, 34, 0, true,
		  "h", "su", "", "text", "a byte order mark" },
		{ "<34>1 - h p - - [x a=\"b\\]\\\"c\"][y] m", SYSLOG_5424, 34, 0, false, "h", "p", "", "m",
		  "escapes in data" },
		{ "<34>1 - h p - - [x a=\"b m", SYSLOG_5424, 34, SYSLOG_BAD_DATA, false, "h", "p", "",
		  "[x a=\"b m", "data that does not end" },
		{ "<192>Oct 11 22:14:15 h p: m", SYSLOG_BARE, 13, SYSLOG_BAD_PRI, false, "", "", "",
		  "<192>Oct 11 22:14:15 h p: m", "above 191" },
		{ "<>x", SYSLOG_BARE, 13, SYSLOG_BAD_PRI, false, "", "", "", "<>x", "no number" },
		{ "<1", SYSLOG_BARE, 13, SYSLOG_BAD_PRI, false, "", "", "", "<1", "cut off" },
		{ "hello there", SYSLOG_BARE, -1, 0, false, "", "", "", "hello there", "bare text" },
		{ "", SYSLOG_BARE, -1, 0, false, "", "", "", "", "nothing" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct moment_year year = { .now = 1790000000 * STAMP_SECOND };
		struct syslog s;

		syslog_read(rows[i].line, strlen(rows[i].line), &year, &s);
		if (s.form != rows[i].form || s.pri != rows[i].pri || s.odd != rows[i].odd ||
		    s.timed != rows[i].timed || !is(s.host, rows[i].host) ||
		    !is(s.program, rows[i].program) || !is(s.pid, rows[i].pid) ||
		    !is(s.message, rows[i].message))
			fail_msg("%s: form %d, pri %d, odd %u, host '%.*s', program '%.*s', message '%.*s'",
				 rows[i].why, s.form, s.pri, s.odd, (int)s.host.len, s.host.at,
				 (int)s.program.len, s.program.at, (int)s.message.len, s.message.at);
	}
}

static void fields_are_named(void **state)
{
	static const char line[] = "<165>1 2003-10-11T22:14:15.003Z h p 42 ID47 "
				   "[ex@32473 iut=\"3\" q=\"a \\\"b\\\" \\\\ \\] c\"][z] the rest";
	static const struct {
		const char *name, *text;
	} rows[] = {
		{ "host", "h" },           { "program", "p" },
		{ "pid", "42" },           { "msgid", "ID47" },
		{ "facility", "local4" },  { "severity", "notice" },
		{ "ex@32473.iut", "3" },   { "ex@32473.q", "a \"b\" \\ ] c" },
		{ "message", "the rest" },
	};
	SCOPED(event_drop) struct event *e = event_new();
	struct moment_year year = { .now = 1790000000 * STAMP_SECOND };
	struct syslog s;

	(void)state;
	syslog_read(line, strlen(line), &year, &s);
	assert_int_equal(syslog_fields(&s, e, NULL), 0);
	assert_int_equal(e->count, sizeof(rows) / sizeof(*rows));
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		if (!event_says(e, rows[i].name, rows[i].text))
			fail_msg("%s should be '%s'", rows[i].name, rows[i].text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lines_are_taken_apart),
		cmocka_unit_test(fields_are_named),
	};

	return cmocka_run_group_tests_name("syslog", tests, NULL, NULL);
}
