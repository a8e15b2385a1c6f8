#include "intake/map.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"

/* Mapping files: what is wrong with one is said at its place, and the boundary
 * holds whatever a file asks for. */

static int add(const char *text, struct fault *why)
{
	struct maps *m = maps_new();
	int ret = maps_add(m, "m.yml", text, strlen(text), why);

	maps_free(m);
	return ret;
}

#define SYSLOG "map: m\nfrom: syslog\nprograms: [p]\nlogsource: {product: linux, service: sshd}\n"

static void mistakes_have_a_place(void **state)
{
	static const struct {
		const char *text, *says, *why;
	} rows[] = {
		{ SYSLOG "patterns: [\"{user:word} x\"]\n", NULL, "as it should be" },
		{ SYSLOG "pattern: []\n", "m.yml:5:1: unknown key 'pattern'", "a key nobody reads" },
		{ SYSLOG "patterns:\n  - text: a\n    sett: {}\n", "m.yml:7:5: unknown key 'sett'",
		  "inside too" },
		{ SYSLOG "patterns: [\"{user:wrd} x\"]\n", "m.yml:5:12: '{user:wrd}' should be",
		  "no such kind" },
		{ SYSLOG "patterns: [\"{user:word\"]\n", "has no '}'", "not closed" },
		{ SYSLOG "patterns: [\"{user:word}{pid:number}\"]\n", "side by side", "nothing between" },
		{ SYSLOG "patterns: [\"{user:text} a {host:text} b\"]\n", "only one {...:text}",
		  "two open ends" },
		{ SYSLOG "patterns: [\"{speech:word} x\"]\n", "N33: 'speech' is not", "no such field" },
		{ SYSLOG "patterns: [\"{CommandLine:text}\"]\n", "N33: 'CommandLine' is not for",
		  "not of logins" },
		{ "map: m\nfrom: syslog\nlogsource: {product: linux, service: sshd}\n", "wants programs",
		  "whose" },
		{ "from: line\n", "map: is missing", "no name" },
		{ "map: m\nfrom: mail\nlogsource: {product: linux}\n", "m.yml:2:1: from should be",
		  "no such form" },
		{ "map: m\nfrom: line\nlogsource: {product: linux}\n", "wants patterns", "no pattern" },
		{ "map: m\nfrom: json\nlogsource: {product: aws, service: cloudtrail}\n", "wants when",
		  "which" },
		{ "map: m\nfrom: json\nlogsource: {product: aws, service: sshd}\nwhen: {a: b}\n",
		  "N33: there is no", "two tables mixed" },
		{ SYSLOG "keep: [user]\n", "for mappings of fields; text has its patterns",
		  "text has its patterns" },
		{ "map: m\nfrom: json\nlogsource: {product: aws, service: cloudtrail}\nwhen: {a: b}\nkeep: "
		  "a\n",
		  "m.yml:5:1: keep should be a list", "one word" },
#define CEF "map: m\nfrom: [cef, leef]\nlogsource: {category: firewall}\n"
		{ CEF "when: {a: b}\nalso: {src_ip: [src, source]}\ntime: [rt, end]\nset: {action: x}\n",
		  NULL, "of fields, in two forms" },
		{ CEF "when: {a: \"*b*\"}\n", "m.yml:4:8: one * at most", "two stars" },
		{ CEF "when: {a: b}\npatterns: [x]\n", "wants when: {field: text} and no patterns",
		  "fields have none" },
		{ CEF "when: {a: b}\nalso: {said: msg}\n", "N33: 'said' is not a field",
		  "a second name of nobody's" },
		{ CEF "when: {a: b}\nset: {query: x}\n", "N33: 'query' is not for", "set is held to it too" },
		{ CEF "when: {a: b}\nalso: {src_ip: [a, b, c, d, e]}\n", "at most 4",
		  "too many to look for" },
		{ "map: m\nfrom: [json, line]\nlogsource: {category: dns}\n", "stand alone",
		  "text and fields at once" },
		{ "map: m\nfrom: json\nlogsource: [{product: aws, service: cloudtrail}, {product: zeek, "
		  "service: dns}]\n"
		  "when: {a: b}\n",
		  "one product", "of two houses" },
		{ "- a\n", "begins with map", "a list" },
		{ "map: [\n", "not YAML", "broken YAML" },
		{ "map: &a m\nfrom: *a\n", "alias", "an alias" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct fault why = { 0 };
		int ret = add(rows[i].text, &why);

		if ((ret < 0) != (rows[i].says != NULL) || (ret < 0 && !strstr(why.text, rows[i].says)))
			fail_msg("%s: %d %s", rows[i].why, ret, why.text);
	}
}

static void hostile_mappings_are_refused(void **state)
{
	static const char *const names[] = { "forum",     "page_as_command_line", "command_line_from_unknown",
					     "mail_text", "speech_field",         "alias_of_speech",
					     "two_places" };

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		struct buf text = { 0 };
		struct fault why = { 0 };
		char path[512], chunk[4096];
		size_t len;
		FILE *file;

		snprintf(path, sizeof(path), "%s/tests/boundary/maps/%s.yml", FENGSUI_ROOT, names[i]);
		assert_non_null(file = fopen(path, "r"));
		len = fread(chunk, 1, sizeof(chunk), file);
		fclose(file);
		buf_put(&text, chunk, len);
		if (strncmp(text.data, "# N33", 5) || add(text.data, &why) >= 0 || !strstr(why.text, "N33"))
			fail_msg("%s: %s", names[i], why.text);
		buf_fini(&text);
	}
}

/* The watch over files may quote a page; a rule finds the path and not the words. */
static void what_a_page_says_is_no_field(void **state)
{
	static const char *const told[][2] = {
		{ "timestamp", "2026-03-02T07:54:12.118+0000" },
		{ "agent.name", "portal-01" },
		{ "syscheck.path", "/var/www/html/index.html" },
		{ "syscheck.event", "modified" },
		{ "syscheck.diff", "> words" },
		{ "full_log", "File changed: words" },
	};
	struct maps *m = maps_new();
	struct event *e = event_new();
	unsigned hint = 0;

	(void)state;
	event_clear(e);
	assert_int_equal(maps_add_own(m, NULL), 0);
	for (size_t i = 0; i < sizeof(told) / sizeof(*told); i++)
		assert_true(event_add_text(e, told[i][0], told[i][1], strlen(told[i][1])));
	assert_true(maps_apply(m, MAP_JSON, NULL, 0, NULL, 0, &hint, e));
	assert_true(event_says(e, "host", "portal-01"));
	assert_true(event_says(e, "path", "/var/www/html/index.html"));
	assert_true(event_says(e, "action", "modified"));
	assert_non_null(event_find(e, "timestamp"));
	assert_null(event_find(e, "syscheck.diff"));
	assert_null(event_find(e, "full_log"));
	event_free(e);
	maps_free(m);
}

/* Programs by name and first letters, patterns by their first bytes: what is
 * quickly passed over is what would not have fitted. */
static void a_line_finds_its_pattern(void **state)
{
	static const char rules[] = "map: open\nfrom: syslog\nprograms: ['%BGP-*', Named]\nlogsource: "
				    "{product: linux, service: sshd}\n"
				    "patterns:\n"
				    "  - text: 'Failed {method:word} for {user:text} from {src_ip:word} port "
				    "{src_port:number} ssh2'\n"
				    "  - text: 'Fail {reason:text}'\n"
				    "  - text: 'ab{user:word}-x end'\n"
				    "  - text: 'n {attempts:number}: {reason:text}'\n"
				    "  - text: '{src_ip:ip} was {outcome:word}'\n"
				    "  - text: 'q{user:text}!'\n"
				    "---\nmap: later\nfrom: syslog\nprograms: [named, 9p]\nlogsource: "
				    "{product: linux, service: sshd}\n"
				    "patterns: ['{action:text}']\n"
				    "---\nmap: any\nfrom: syslog\nprograms: ['*']\nlogsource: "
				    "{product: linux, service: sshd}\n"
				    "patterns: ['only {action:text}']\n";
	static const struct {
		const char *program, *text, *field, *value, *why;
	} rows[] = {
		{ "Named", "Failed x for a b from 1.2.3.4 port 7 ssh2", "user", "a b", "as it is written" },
		{ "/sbin/nAmEd(x)", "Fail why", "reason", "why", "any case, folder and bracket" },
		{ "%bgp-5-x", "Fail why", "reason", "why", "what begins so" },
		{ "%BGP", "Fail why", NULL, NULL, "shorter than its beginning" },
		{ "oamed", "Fail why", NULL, NULL, "another first letter" },
		{ "9p", "x", "action", "x", "no letter" },
		{ "", "Fail why", NULL, NULL, "no name" },
		{ "z", "only x", "action", "x", "whatever its name" },
		{ "named", "Fai", "action", "Fai", "shorter than its beginning" },
		{ "named", "Fail", "action", "Fail", "its beginning but the blank" },
		{ "named", "Failed x for a from 1 port 7 ssh", "action", "Failed x for a from 1 port 7 ssh",
		  "the end differs" },
		{ "named", "Failed x  for a from 1 port 7 ssh2", "action",
		  "Failed x  for a from 1 port 7 ssh2", "a word ends at the first blank" },
		{ "named", "abc-xy-x end", "user", "c-xy", "a word goes on where what follows is not there" },
		{ "named", "ab-x end", "action", "ab-x end", "an empty word" },
		{ "named", "n 7: why", "reason", "why", "a number" },
		{ "named", "n 7 : why", "action", "n 7 : why", "a number and a blank" },
		{ "named", "qa!b!", "user", "a!b", "the last of several" },
		{ "named", "q!", "user", "", "nothing, and the end" },
		{ "named", "1.2.3.4 was up", "outcome", "up", "nothing in front" },
	};
	struct maps *m = maps_new();
	struct event *e = event_new();
	unsigned hint = 0;

	(void)state;
	assert_int_equal(maps_add(m, "m.yml", rules, strlen(rules), NULL), 0);
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		const char *program = rows[i].program, *text = rows[i].text;
		bool fits;

		event_clear(e);
		fits = maps_apply(m, MAP_SYSLOG, program, strlen(program), text, strlen(text), &hint, e);
		if (fits == (rows[i].field != NULL) && (!fits || event_says(e, rows[i].field, rows[i].value)))
			continue;
		fail_msg("row %zu (%s): %s", i, rows[i].why, fits ? "it fits otherwise" : "it does not fit");
	}
	event_free(e);
	maps_free(m);
}

/* A hostile line must not cost more than its length. */
static void long_lines_stay_cheap(void **state)
{
	static char text[LINE_LIMIT];
	struct maps *m = maps_new();
	struct event *e = event_new();
	unsigned hint = 0;

	(void)state;
	assert_int_equal(maps_add_own(m, NULL), 0);
	for (size_t i = 0; i + 6 < sizeof(text); i += 6)
		memcpy(text + i, " from ", 6);
	memcpy(text, "Failed password for", 19);
	for (int i = 0; i < 50; i++)
		assert_false(maps_apply(m, MAP_SYSLOG, "sshd", 4, text, sizeof(text), &hint, e));
	event_free(e);
	maps_free(m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(mistakes_have_a_place),
		cmocka_unit_test(hostile_mappings_are_refused),
		cmocka_unit_test(what_a_page_says_is_no_field),
		cmocka_unit_test(a_line_finds_its_pattern),
		cmocka_unit_test(long_lines_stay_cheap),
	};

	return cmocka_run_group_tests_name("map", tests, NULL, NULL);
}
