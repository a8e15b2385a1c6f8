#include "try.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* Correlations over events "T fields": T is the second, counted from noon. */

#define BASE                                                                                                 \
	"title: base\nname: base\ntags: [attack.t1110]\nlogsource: {product: windows, service: security}\n"  \
	"detection: {s: {EventID: 1}, condition: s}\n---\n"                                                  \
	"title: other\nname: other\ntags: [attack.t1078]\nlogsource: {product: windows, service: "           \
	"security}\n"                                                                                        \
	"detection: {s: {EventID: 2}, condition: s}\n---\n"                                                  \
	"title: third\nname: third\ntags: [attack.t1078]\nlogsource: {product: windows, service: "           \
	"security}\n"                                                                                        \
	"detection: {s: {EventID: 3}, condition: s}\n---\n"

#define CORR(name, body) "title: " name "\nname: " name "\ncorrelation: {" body "}\n"

/* "second id user [ip]" each, separated by '|', into lines of JSON. */
static void lines_of(const char *events, char *out, size_t size)
{
	size_t at = 0;

	out[0] = '\0';
	while (*events) {
		int second, id, used = 0;
		char user[16], ip[16] = "";

		if (sscanf(events, "%d %d %15[^ |]%n %15[^ |]%n", &second, &id, user, &used, ip, &used) < 3)
			fail_msg("bad row: %s", events);
		at += (size_t)snprintf(
			out + at, size - at,
			"{\"Channel\":\"Security\",\"EventID\":%d,\"user\":\"%s\",\"ip\":\"%s\","
			"\"@timestamp\":\"2026-01-01T12:%02d:%02dZ\"}\n",
			id, user, ip, second / 60, second % 60);
		events += used;
		events += strspn(events, " |");
	}
}

static void hits_come_together(void **state)
{
	static const struct {
		const char *rule, *events, *hits, *why;
	} rows[] = {
		{ CORR("c", "type: event_count, rules: base, group-by: [user], timespan: 10s, condition: "
			    "{gte: 3}"),
		  "0 1 a|1 1 a|2 1 a", "c@3 ", "the third makes it" },
		{ CORR("c", "type: event_count, rules: base, group-by: [user], timespan: 10s, condition: "
			    "{gte: 3}"),
		  "0 1 a|1 1 b|2 1 a|3 1 b", "", "each group by itself" },
		{ CORR("c", "type: event_count, rules: base, group-by: [user], timespan: 10s, condition: "
			    "{gte: 3}"),
		  "0 1 a|6 1 a|11 1 a|12 1 a", "c@4 ", "the window slides" },
		{ CORR("c", "type: event_count, rules: base, group-by: [user], timespan: 10s, condition: "
			    "{gte: 3}"),
		  "0 1 a|5 1 a|10 1 a", "c@3 ", "both ends belong to it" },
		{ CORR("c", "type: event_count, rules: base, group-by: [user], timespan: 10s, condition: "
			    "{gte: 2}"),
		  "0 1 a|1 1 a|2 1 a|3 1 a|12 1 a", "c@2 c@5 ", "again only after a timespan" },
		{ CORR("c", "type: event_count, rules: base, group-by: [user], timespan: 10s, condition: "
			    "{gte: 2}"),
		  "0 1 a|1 1 a|30 1 a|31 1 a", "c@2 c@4 ", "again when it came true again" },
		{ CORR("c", "type: event_count, rules: base, group-by: [user], timespan: 10s, condition: "
			    "{gte: 3}"),
		  "5 1 a|9 1 a|6 1 a", "c@3 ", "a late one counts within the window" },
		{ CORR("c", "type: event_count, rules: base, group-by: [user], timespan: 10s, condition: "
			    "{gte: 2}"),
		  "30 1 a|1 1 a", "", "and outside it does not" },
		{ CORR("c", "type: event_count, rules: base, timespan: 10s, condition: {gte: 2}"),
		  "0 1 a|1 1 b", "c@2 ", "without a group all are one" },
		{ CORR("c", "type: event_count, rules: base, group-by: [nofield], timespan: 10s, condition: "
			    "{gte: 1}"),
		  "0 1 a|1 1 a", "", "an event without the field is in no group" },
		{ CORR("c", "type: event_count, rules: base, timespan: 10s, condition: {gt: 1, lt: 3}"),
		  "0 1 a|1 1 a|2 1 a", "c@2 ", "two bounds" },
		{ CORR("c", "type: event_count, rules: [base, other], timespan: 10s, condition: {eq: 2}"),
		  "0 1 a|1 2 a", "c@2 ", "two rules together" },
		{ CORR("c", "type: value_count, rules: base, group-by: [user], timespan: 10s, condition: "
			    "{field: ip, "
			    "gte: 3}"),
		  "0 1 a x|1 1 a x|2 1 a y|3 1 a x|4 1 a z", "c@5 ", "distinct values" },
		{ CORR("c", "type: value_count, rules: base, group-by: [user], timespan: 10s, condition: "
			    "{field: ip, "
			    "gte: 3}"),
		  "0 1 a x|1 1 a y|11 1 a z|12 1 a x", "", "values leave with their hits" },
		{ CORR("c", "type: temporal, rules: [base, other], group-by: [user], timespan: 10s"),
		  "0 2 a|5 1 a", "c@2 ", "any order" },
		{ CORR("c", "type: temporal, rules: [base, other], group-by: [user], timespan: 10s"),
		  "0 2 a|11 1 a", "", "too far apart" },
		{ CORR("c", "type: temporal_ordered, rules: [base, other], group-by: [user], timespan: 10s"),
		  "0 2 a|5 1 a", "", "the wrong order" },
		{ CORR("c", "type: temporal_ordered, rules: [base, other], group-by: [user], timespan: 10s"),
		  "0 2 a|5 1 a|6 2 a", "c@3 ", "the right order" },
		{ CORR("c", "type: temporal_ordered, rules: [base, other, third], timespan: 10s"),
		  "0 1 a|1 3 a|2 2 a|3 3 a", "c@4 ", "three in order" },
		{ CORR("c", "type: temporal_ordered, rules: [base, base, other], timespan: 10s"),
		  "0 1 a|1 2 a|2 1 a|3 2 a", "c@4 ", "one of them twice" },
		{ CORR("c",
		       "type: event_count, rules: base, timespan: 10s, generate: true, condition: {gte: 2}"),
		  "0 1 a|1 1 a|2 2 a", "base@1 base@2 c@2 other@3 ", "generate lets the rule speak" },
		{ CORR("c",
		       "type: temporal, rules: [base, other], group-by: [who], timespan: 10s, aliases: {who: "
		       "{base: user, other: ip}}"),
		  "0 1 a x|1 2 b a", "c@2 ", "an alias" },
		{ CORR("c", "type: event_count, rules: base, group-by: [user, ip], timespan: 10s, condition: "
			    "{gte: 2}"),
		  "0 1 ab c|1 1 a bc|2 1 ab c", "c@3 ", "ab and c are not a and bc" },
		{ CORR("c", "type: value_count, rules: base, timespan: 10s, condition: {field: [user, ip], "
			    "gte: 3}"),
		  "0 1 ab c|1 1 a bc|2 1 ab c|3 1 a c", "c@4 ", "of several fields the tuples are counted" },
		{ CORR("c", "type: value_sum, rules: base, group-by: [user], timespan: 10s, condition: "
			    "{field: ip, "
			    "gt: 0.35}"),
		  "0 1 a 0.1|1 1 a 0.2|2 1 a none|3 1 a 1e-1|14 1 a 0.5", "c@4 c@5 ",
		  "a sum; what is no number is left out" },
		{ CORR("c", "type: value_avg, rules: base, timespan: 10s, condition: {field: ip, lt: 2}"),
		  "0 1 a 5|1 1 a 0|2 1 a 0", "c@3 ", "an average" },
		{ CORR("c", "type: value_percentile, rules: base, timespan: 10s, condition: {field: ip, "
			    "percentile: "
			    "50, gte: 7}"),
		  "0 1 a 1|1 1 a 9|2 1 a 7", "c@3 ", "a median is one of the numbers" },
		{ CORR("c",
		       "type: temporal, rules: [base, other, third], timespan: 10s, condition: {gte: 2}"),
		  "0 1 a|1 1 a|2 3 a", "c@3 ", "two of three rules" },
		{ CORR("c",
		       "type: temporal_ordered, rules: [base, other, third], timespan: 10s, condition: {gte: "
		       "2}"),
		  "0 3 a|1 1 a|2 3 a", "c@3 ", "two of three in order" },
		{ CORR("c",
		       "type: temporal, rules: [base, other, third], timespan: 10s, condition: base and not "
		       "(other or third)"),
		  "0 2 a|1 1 a|11 1 a|12 3 a|22 1 a", "c@3 ", "a condition over the rules" },
		{ CORR("many", "type: event_count, rules: base, group-by: [user], timespan: 10s, condition: "
			       "{gte: 2}") "---\n" CORR("c", "type: temporal_ordered, rules: [many, other], "
							     "group-by: [user], timespan: 1m"),
		  "0 1 a|1 1 a|2 2 b|3 2 a", "c@4 ", "a correlation of a correlation" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		char rule[4096], lines[4096], *shown;
		struct tried t;
		size_t at = 0;

		snprintf(rule, sizeof(rule), "%s%s", BASE, rows[i].rule);
		lines_of(rows[i].events, lines, sizeof(lines));
		try_init(&t);
		try_rules(&t, rule, lines);
		/* Rules that the correlation does not refer to speak for themselves. */
		shown = strdup(t.hits.data);
		shown[0] = '\0';
		for (char *word = strtok(t.hits.data, " "); word; word = strtok(NULL, " "))
			if (strchr(rows[i].hits, 'b') ||
			    (strncmp(word, "other", 5) && strncmp(word, "third", 5)))
				at += (size_t)sprintf(shown + at, "%s ", word);
		if (t.refusals || strcmp(shown, rows[i].hits))
			fail_msg("%s: '%s' %s", rows[i].why, shown, t.first.text);
		free(shown);
		try_fini(&t);
	}
}

static void an_alert_names_its_lines(void **state)
{
	struct tried t;
	char lines[1024];

	(void)state;
	lines_of("0 1 a|1 1 b|2 1 a", lines, sizeof(lines));
	try_init(&t);
	try_rules(&t,
		  BASE CORR("c", "type: event_count, rules: base, group-by: [user], timespan: 10s, "
				 "condition: {gte: 2}"),
		  lines);
	assert_non_null(strstr(t.json.data, "\"group\":{\"user\":\"a\"},\"hits\":2,\"lines\":[1,3]"));
	assert_non_null(strstr(t.json.data, "\"time\":\"2026-01-01T12:00:02.000000Z\""));
	try_fini(&t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(hits_come_together),
		cmocka_unit_test(an_alert_names_its_lines),
	};

	return cmocka_run_group_tests_name("correlate", tests, NULL, NULL);
}
