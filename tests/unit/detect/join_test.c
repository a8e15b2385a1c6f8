#include "detect/gather.h"
#include "detect/ruleset.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/stamp.h"
#include "try.h"

#define RULE                                                                                                 \
	"title: t\nid: i\ntags: [attack.t1110]\nlogsource: {product: linux, service: sshd}\n"                \
	"detection: {s: {a: b}, condition: s}\n"

/* What a rule says of its own alerts, and how it is told what is wrong with it. */
static void a_rule_says_what_joins(void **state)
{
	const struct {
		const char *text, *says, *why;
	} rows[] = {
		{ RULE, NULL, "most rules say nothing" },
		{ RULE "fengsui: {join: {by: [user, host], within: 30 min, at_most: 2 h}}\n", NULL,
		  "all of it" },
		{ RULE "fengsui: {join: {by: []}}\n", NULL, "the rule alone" },
		{ RULE "fengsui: {join: {within: 1 h}}\n", NULL, "the time alone" },
		{ RULE "fengsui: 5\n", "rule.yml:6:1: fengsui: should be", "no map" },
		{ RULE "fengsui: {jion: {by: [a]}}\n", "fengsui: should be", "a slip in the key" },
		{ RULE "fengsui: {join: {by: [a], withn: 1 h}}\n", "unknown key 'withn' in join",
		  "a slip inside" },
		{ RULE "fengsui: {join: {by: user}}\n", "by: should be a list of at most 8", "no list" },
		{ RULE "fengsui: {join: {by: [a, b, c, d, e, f, g, h, i]}}\n", "at most 8", "too many" },
		{ RULE "fengsui: {join: {by: [[a]]}}\n", "is text", "a list in a list" },
		{ RULE "fengsui: {join: {by: [a], within: soon}}\n", "within: should be like", "no time" },
		{ RULE "fengsui: {join: {by: [a], within: 0 s}}\n", "within: should be like",
		  "no time at all" },
		{ RULE "fengsui: {join: {by: [a], at_most: 32 d}}\n", "up to 31 d", "for ever" },
		{ RULE "fengsui: {join: {by: [a], within: 2 h, at_most: 1 h}}\n", "shorter than",
		  "never a second one" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct tried t;

		try_init(&t);
		try_rules(&t, rows[i].text, "x\n");
		if (!rows[i].says && t.refusals)
			fail_msg("%s: %s", rows[i].why, t.first.text);
		if (rows[i].says && (!t.refusals || !strstr(t.first.text, rows[i].says)))
			fail_msg("%s: '%s' does not say '%s'", rows[i].why, t.first.text, rows[i].says);
		try_fini(&t);
	}
}

/* Author, licence and tags of the rule go with every alert. */
static void an_alert_names_its_author_and_licence(void **state)
{
	struct tried t;

	(void)state;
	try_init(&t);
	try_rules(&t,
		  "title: t\nid: i\nauthor: A. Writer\nlicense: DRL 1.1\ntags: [attack.t1110]\n"
		  "logsource: {product: linux, service: sshd}\n"
		  "detection: {s: {action: login}, condition: s}\n",
		  "<38>Mar  2 08:00:00 h sshd[7]: Failed password for root from 203.0.113.5 port 1 ssh2\n");
	assert_int_equal(t.alerts, 1);
	buf_char(&t.json, 0);
	assert_non_null(strstr(t.json.data, "\"author\":\"A. Writer\",\"license\":\"DRL 1.1\""));
	assert_non_null(strstr(t.json.data, "\"tags\":[\"attack.t1110\"]"));
	try_fini(&t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_rule_says_what_joins),
		cmocka_unit_test(an_alert_names_its_author_and_licence),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
