#include "try.h"

#include "detect/ruleset.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* What is wrong with a rule is said at its place; the boundary holds. */

#define TOP "title: t\nid: i\ntags: [attack.t1059]\n"
#define WIN "logsource: {product: windows, service: sysmon}\n"
#define CORR(body) TOP "correlation: {" body "}\n"
#define TOP_OF(name, id)                                                                                     \
	"title: t\nname: " name "\nid: " id "\ntags: [attack.t1059]\n" WIN                                   \
	"detection: {s: {EventID: 1}, condition: s}\n"
#define FILTER(body) "title: f\nlogsource: {product: windows}\nfilter: {" body "}\n"
#define SEL(item) TOP WIN "detection:\n  s:\n    " item "\n  condition: s\n"

static void mistakes_have_a_place(void **state)
{
	static const struct {
		const char *rule, *says, *why;
	} rows[] = {
		{ SEL("a: b"), "", "as it should be" },
		{ SEL("a|contain: b"), "rule.yml:7:5: unknown modifier 'contain'; did you mean 'contains'?",
		  "a slip" },
		{ SEL("a|endwith: b"), "did you mean 'endswith'?", "a slip" },
		{ SEL("a|regularly: b"), "unknown modifier 'regularly'; all, cased,", "no slip" },
		{ SEL("a|i: b"), "'i' stands behind re only", "i without re" },
		{ SEL("a|i|re: b"), "'i' stands behind re only", "i before re" },
		{ SEL("a|re: '('"), "rule.yml:7:5: regular expression, character", "a broken expression" },
		{ SEL("a|cidr: 10.0.0.0/33"), "should be a network", "too many bits" },
		{ SEL("a|gt: x"), "not a number", "no number" },
		{ SEL("a|gt: 0x10"), "not a number", "a number of programs" },
		{ SEL("a|gt: nan"), "not a number", "no number in letters" },
		{ SEL("a|gt|lt: 5"), "does not go with another comparison", "two comparisons" },
		{ SEL("a|gt|neq: 5"), "'neq' does not go with 'gt'", "two comparisons" },
		{ SEL("a|gt|contains: 5"), "'contains' does not go with 'gt', which takes numbers",
		  "text of a number" },
		{ SEL("a|hour|gt|neq: 5"), "'neq' does not go with another comparison", "two comparisons" },
		{ SEL("a|hour: 24"), "hour '24' should be a number from 0 to 23", "no hour" },
		{ SEL("a|minute: 60"), "from 0 to 59", "no minute" },
		{ SEL("a|day: 0"), "from 1 to 31", "no day" },
		{ SEL("a|week: 53"), "from 1 to 52", "no week" },
		{ SEL("a|month: 13"), "from 1 to 12", "no month" },
		{ SEL("a|year: 0"), "from 1 to 9999", "no year" },
		{ SEL("a|hour: 3.5"), "should be a number from", "half an hour" },
		{ SEL("a|hour: noon"), "should be a number from", "a word" },
		{ SEL("a|gte|hour: 3"), "'hour' stands before the comparison", "the wrong way round" },
		{ SEL("a|hour|day: 3"), "'day' does not go with 'hour'", "two parts" },
		{ SEL("a|hour|contains: 3"), "'contains' does not go with 'hour'", "text of a time" },
		{ SEL("a|exists: maybe"), "true or false", "no truth value" },
		{ SEL("a|exists: [true]"), "not a list", "a list of truth" },
		{ SEL("a|exists|neq: true"), "'neq' does not go with 'exists'", "two ways to say no" },
		{ SEL("a|exists|cased: true"), "'cased' does not go with 'exists'", "no letters there" },
		{ SEL("a|cased|re: b"), "'cased' does not go with 're'", "it minds the case anyway" },
		{ SEL("a|cased|cidr: 10.0.0.0/8"), "'cased' does not go with 'cidr'", "no letters there" },
		{ SEL("a|contains|all: b"), "at least two", "all of one" },
		{ SEL("a|all|neq: [b, c]"), "read in two ways", "none, or not all" },
		{ SEL("a|re|cidr: b"), "'cidr' does not go with 're'", "two tests" },
		{ SEL("a|re|contains: b"), "'contains' does not go with 're'", "no expression" },
		{ SEL("a|base64|re: b"), "'base64' does not go with 're'", "an encoded expression" },
		{ SEL("a|windash|fieldref: b"), "'windash' does not go with 'fieldref'", "a field's name" },
		{ SEL("a|base64|expand: '%x%'"), "expand stands before 'base64'", "nothing left to expand" },
		{ SEL("a|re|expand: '%x%'"), "'expand' does not go with 're'", "text in an expression" },
		{ SEL("a|expand: '%Servers%'"),
		  "rule.yml:7:5: there is no list 'Servers' for the placeholder %Servers% (servers)",
		  "no lists at all" },
		{ SEL("a: [b, null]"), "null cannot be part of a list", "null among others" },
		{ SEL("'|hour': 3"), "wants a field", "anywhere an hour" },
		{ SEL("a|contains: null"), "null goes without", "null inside" },
		{ SEL("a|base64: 'x*'"), "takes no wildcards", "encoded wildcard" },
		{ SEL("a|windash: ' -a -b -c -d'"), "at most 3", "too many ways" },
		{ SEL("a: {b: c}"), "not a map", "a map as value" },
		{ SEL("a: []"), "empty list", "nothing to match" },
		{ SEL("a: [[b]]"), "should be text or a number", "a list in a list" },
		{ SEL("'|exists': true"), "wants a field", "anywhere exists" },
		{ TOP WIN "detection:\n  s: {}\n  condition: s\n", "empty map", "everything" },
		{ TOP WIN "detection:\n  s: ['']\n  condition: s\n", "found everywhere", "an empty word" },
		{ TOP WIN "detection:\n  s: {a: b}\n", "with selections and condition", "no condition" },
		{ TOP WIN "detection:\n  s: {a: b}\n  timeframe: 5m\n  condition: s\n", "write a correlation",
		  "old" },
		{ TOP WIN, "detection: is missing", "no detection" },
		{ TOP "detection: {s: {a: b}, condition: s}\n", "logsource: is missing", "no source" },
		{ TOP WIN "detecton: {}\n", "rule.yml:5:1: unknown key 'detecton'; did you mean 'detection'?",
		  "a slip in a key" },
		{ TOP "logsource: {product: windos}\ndetection: {s: {a: b}, condition: s}\n",
		  "rule.yml:4:13: N33: product 'windos' is not in the closed table of log sources; did you "
		  "mean "
		  "'windows'?",
		  "a slip in a product" },
		{ TOP "logsource: {category: proces_creation}\ndetection: {s: {a: b}, condition: s}\n",
		  "did you mean 'process_creation'?", "a slip in a category" },
		{ TOP "logsource: {service: sysmom}\ndetection: {s: {a: b}, condition: s}\n",
		  "did you mean 'sysmon'?", "a slip in a service" },
		{ TOP "logsource: {produkt: windows}\n"
		      "detection: {s: {a: b}, condition: s}\n",
		  "unknown key 'produkt'", "a slip in the source" },
		{ "title: t\nlevel: hgih\n", "unknown level 'hgih'; did you mean 'high'?", "no such level" },
		{ "title: t\nlevel: deadly\n", "informational, low, medium, high or critical", "no slip" },
		{ "title: t\nstatus: tset\n", "unknown status 'tset'; did you mean 'test'?",
		  "no such status" },
		{ "title: t\ntaxonomy: ecs\n", "rule.yml:2:1: taxonomy 'ecs' is not carried out",
		  "other names" },
		{ "title: t\nrelated: [{id: x, type: simlar}]\n", "did you mean 'similar'?",
		  "no such relation" },
		{ "id: x\n", "title: is missing", "no title" },
		{ "title: t\naction: global\n",
		  "rule.yml:2:1: action: global, repeat and reset are not Sigma", "a collection of old" },
		{ FILTER("rules: any, s: {a: b}"), "a filter wants rules, a selection and condition",
		  "no condition" },
		{ FILTER("s: {a: b}, condition: s"), "a filter wants rules", "no rules" },
		{ FILTER("rules: [], s: {a: b}, condition: s"), "rules should be 'any'", "no rule" },
		{ FILTER("rules: any, s: {a: b}, condition: [s]"), "should be one text", "a list" },
		{ FILTER("rules: any, s: {a: b}, condition: not s"), "would leave only that",
		  "the opposite" },
		{ FILTER("rules: any, s: {a: b}, condition: ss"), "did you mean 's'?", "a slip" },
		{ SEL("a: b") "---\ntitle: c\ncorrelation: {type: event_count, rules: ii, timespan: 1m, "
			      "condition: {gte: "
			      "2}}\n",
		  "'ii' is no id or name of a rule that was loaded; did you mean 'i'?", "a slip in a name" },
		{ FILTER("rules: nobody, s: {a: b}, condition: s"),
		  "rule.yml:3:10: 'nobody' is no id or name of a rule that was loaded", "no such rule" },
		{ SEL("a: b") "---\ntitle: f\nlogsource: {product: linux}\nfilter: {rules: i, s: {a: b}, "
			      "condition: s}\n",
		  "is about another log source", "of another log" },
		{ SEL("a: b") "---\ntitle: c\nname: c\ncorrelation: {type: event_count, rules: i, timespan: "
			      "1m, "
			      "condition: {gte: 2}}\n---\n" FILTER("rules: c, s: {a: b}, condition: s"),
		  "is a correlation", "of a correlation" },
		{ FILTER("rules: any, s: {a: b}, condition: s") "detection: {s: {a: b}, condition: s}\n",
		  "a filter has no detection", "both" },
		{ SEL("a: b") "---\ntitle: c\ncorrelation: {type: event_count, rules: i, timespan: 1m, "
			      "group-by: "
			      "[w], condition: {gte: 2}, aliases: {w: {j: user}}}\n",
		  "the alias 'w' is for 'j', which is not among the rules", "an alias of another rule" },
		{ "- a\n", "begins with title", "a list" },
		{ "title: [\n", "not YAML", "broken YAML" },
		{ SEL("a: b") "---\n" SEL("a: c"), "'i' is taken by the rule in rule.yml:1",
		  "the same id twice" },
		{ TOP
		  "correlation: {type: event_count, rules: [nobody], timespan: 1m, condition: {gte: 2}}\n",
		  "rule.yml:4:42: 'nobody' is no id", "refers to nothing" },
		{ TOP "name: me\ncorrelation: {type: event_count, rules: me, timespan: 1m, condition: {gte: "
		      "2}}\n",
		  "refers back", "refers to itself" },
		{ CORR("type: value_average, rules: x, timespan: 1m"),
		  "unknown type 'value_average'; event_count", "no such type" },
		{ CORR("type: value_avgg, rules: x, timespan: 1m"), "did you mean 'value_avg'?", "a slip" },
		{ CORR("type: value_avg, rules: x, timespan: 1m"), "wants condition: {gte", "no bound" },
		{ CORR("type: value_avg, rules: x, timespan: 1m, condition: {gte: 2}"),
		  "condition: field:", "no field" },
		{ CORR("type: value_avg, rules: x, timespan: 1m, condition: {gte: 2, field: [a, b]}"),
		  "several fields are for value_count", "an average of two" },
		{ CORR("type: value_sum, rules: x, timespan: 1m, condition: {gte: nan, field: a}"),
		  "gte should be a number", "no number" },
		{ CORR("type: value_percentile, rules: x, timespan: 1m, condition: {gte: 2, field: a}"),
		  "wants condition: percentile:", "which percentile" },
		{ CORR("type: value_percentile, rules: x, timespan: 1m, condition: {gte: 2, field: a, "
		       "percentile: 101}"),
		  "percentile should be 1 to 100", "above all" },
		{ CORR("type: value_sum, rules: x, timespan: 1m, condition: {gte: 2, field: a, percentile: "
		       "5}"),
		  "percentile is for value_percentile", "of a sum" },
		{ CORR("type: event_count, rules: x, timespan: 1m, condition: {gte: 2.5}"), "a whole number",
		  "half a hit" },
		{ CORR("type: event_count, rules: x, timespan: 1m, condition: {gte: -1}"), "a whole number",
		  "below nothing" },
		{ CORR("type: event_count, rules: x, timespan: 1m, condition: {gtee: 1}"),
		  "unknown key 'gtee'; did you mean 'gte'?", "a slip" },
		{ CORR("type: event_count, rules: x, timespan: 1m, condition: x"), "is for temporal",
		  "words where a number is wanted" },
		{ CORR("type: temporal, rules: [x, y], timespan: 1m, condition: x and yy"),
		  "there is no listed rule 'yy'; did you mean 'y'?", "a slip" },
		{ CORR("type: temporal, rules: [x, y], timespan: 1m, condition: x"),
		  "'y' is among the rules and not in the condition", "one left out" },
		{ CORR("type: temporal, rules: [x, y], timespan: 1m, condition: x or not y"),
		  "true when nothing has happened", "it would hold for ever" },
		{ CORR("type: temporal, rules: [x, y], timespan: 1m, condition: not x and not y"),
		  "true when nothing has happened", "the same" },
		{ CORR("type: temporal, rules: [x], timespan: 1m, aliases: [a]"), "aliases should be",
		  "aliases as a list" },
		{ TOP "correlation: {type: event_count, rules: x, timespan: 1w}\n", "timespan should be",
		  "weeks" },
		{ TOP "correlation: {type: event_count, rules: x, timespan: 1m}\n",
		  "this type wants condition:", "no number" },
		{ TOP "correlation: {type: value_count, rules: x, timespan: 1m, condition: {gte: 2}}\n",
		  "condition: field:", "no field" },
		{ TOP "correlation: {type: event_count, rules: x, timespan: 1m, condition: {gt: 99999}}\n",
		  "up to 10000", "more than is kept" },
		{ TOP "correlation: {type: temporal, rule: x, timespan: 1m}\n", "unknown key 'rule'",
		  "a slip" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct tried t;

		try_init(&t);
		try_rules(&t, rows[i].rule, "");
		if ((*rows[i].says != '\0') != (t.refusals > 0) || !strstr(t.first.text, rows[i].says))
			fail_msg("%s: %s", rows[i].why, t.first.text);
		/* Those of YAML and expressions hold the words of their libraries, too. */
		if (t.refusals &&
		    (!*t.first.zh || strncmp(t.first.zh, t.first.text, strcspn(t.first.text, " "))))
			fail_msg("%s: in Chinese '%s'", rows[i].why, t.first.zh);
		try_fini(&t);
	}
}

/* In Chinese, with the words of the library behind it; what is rare in the latter alone. */
static void expressions_are_explained_in_chinese(void **state)
{
	static const struct {
		const char *expression, *zh;
	} rows[] = {
		{ "(", "rule.yml:7:5: 正则表达式第 2 个字符：缺少“)”（missing closing parenthesis）" },
		{ "a)", "多余的“)”（" },
		{ "[a", "字符组缺少“]”（" },
		{ "[z-a]", "字符组中的范围次序颠倒（" },
		{ "*a", "量词前没有可重复的内容（" },
		{ "a{2,1}", "量词“{}”中的数字次序颠倒（" },
		{ "a{99999}", "量词“{}”中的数字过大（" },
		{ "(?~a)", "“(?”后的字符无法识别（" },
		{ "\\2(a)", "所引用的分组不存在（" },
		{ "[[:x:]]", "POSIX 字符类名称无法识别（" },
		{ "a\\", "以“\\”结尾（" },
		{ "\\j", "“\\”后的字符无法识别（" },
		{ "\\C", "正则表达式第 3 个字符：using \\C is disabled" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		char rule[400];
		struct tried t;

		try_init(&t);
		snprintf(rule, sizeof(rule), SEL("a|re: '%s'"), rows[i].expression);
		try_rules(&t, rule, "");
		if (t.refusals != 1 || !strstr(t.first.zh, rows[i].zh))
			fail_msg("%s: %s", rows[i].expression, t.first.zh);
		try_fini(&t);
	}
}

static void expression_words(struct buf *out, const struct condition_names *x)
{
	static const char *const between[] = { " and ", " or ", "", ", " };

	if (x->kind == CONDITION_SELECTION) {
		buf_text(out, x->name);
		return;
	}
	if (x->kind == CONDITION_COUNT)
		buf_format(out, "%u of ", x->count);
	buf_text(out, x->kind == CONDITION_NOT ? "not " : "(");
	for (const struct condition_names *n = x->first; n; n = n->next) {
		buf_text(out, n == x->first ? "" : between[x->kind]);
		expression_words(out, n);
	}
	buf_text(out, x->kind == CONDITION_NOT ? "" : ")");
}

/* "fields; bounds; percentile; expression" of a correlation as it was read. */
static void correlation_words(struct buf *out, const struct correlation *c)
{
	static const char *const ops[] = { "lt", "lte", "gt", "gte", "eq", "neq" };

	for (const struct name_list *n = c->fields; n; n = n->next)
		buf_format(out, "%s ", n->name);
	for (const struct bound *b = c->bounds; b; b = b->next)
		buf_format(out, "%s %g ", ops[b->op], b->number);
	if (c->percentile)
		buf_format(out, "p%u ", c->percentile);
	if (c->expression)
		expression_words(out, c->expression);
	for (const struct alias *a = c->aliases; a; a = a->next)
		buf_format(out, " %s=%s.%s", a->name, a->rule, a->field);
}

static void correlations_are_read(void **state)
{
	static const struct {
		const char *body;
		enum correlation_kind kind;
		const char *read;
	} rows[] = {
		{ "type: event_count, rules: x, condition: {gt: 100, lte: 200}", CORRELATION_EVENTS,
		  "lte 200 gt 100 " },
		{ "type: event_count, rules: x, condition: {neq: 3}", CORRELATION_EVENTS, "neq 3 " },
		{ "type: value_count, rules: x, condition: {field: a, gte: 2}", CORRELATION_VALUES,
		  "a gte 2 " },
		{ "type: value_count, rules: x, condition: {field: [a, b], gte: 2}", CORRELATION_VALUES,
		  "a b gte 2 " },
		{ "type: value_sum, rules: x, condition: {field: a, gt: 1000000}", CORRELATION_SUM,
		  "a gt 1e+06 " },
		{ "type: value_avg, rules: x, condition: {field: a, lt: -2.5}", CORRELATION_AVG,
		  "a lt -2.5 " },
		{ "type: value_percentile, rules: x, condition: {field: a, percentile: 95, gte: 2.5e3}",
		  CORRELATION_PERCENTILE, "a gte 2500 p95 " },
		{ "type: temporal, rules: [x, y]", CORRELATION_TEMPORAL, "" },
		{ "type: temporal, rules: [x, y, z], condition: {gte: 2}", CORRELATION_TEMPORAL, "gte 2 " },
		{ "type: temporal, rules: [x, y, z], condition: x and not y or z", CORRELATION_TEMPORAL,
		  "((x and not y) or z)" },
		{ "type: temporal_ordered, rules: [x, y, z], condition: (x or y) and z", CORRELATION_ORDERED,
		  "((x or y) and z)" },
		{ "type: temporal, rules: [x, y, z], condition: 2 of them", CORRELATION_TEMPORAL,
		  "2 of (x, y, z)" },
		{ "type: temporal, rules: [x, y], group-by: [w], aliases: {w: {x: user, y: TargetUser}}",
		  CORRELATION_TEMPORAL, " w=y.TargetUser w=x.user" },
	};
	static const char others[] =
		TOP_OF("x", "11") "---\n" TOP_OF("y", "22") "---\n" TOP_OF("z", "33") "---\n";

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct ruleset *set = ruleset_new(NULL, NULL);
		struct buf text = { 0 }, read = { 0 };
		const struct rule *rule;

		buf_format(&text, "%stitle: c\nname: c\ncorrelation: {timespan: 1m, %s}\n", others,
			   rows[i].body);
		ruleset_add(set, "rule.yml", text.data, text.len);
		ruleset_finish(set);
		if (ruleset_find(set, "c") == SIZE_MAX)
			fail_msg("%s: refused", rows[i].body);
		rule = ruleset_at(set, ruleset_find(set, "c"));
		buf_text(&read, "");
		correlation_words(&read, rule->correlation);
		if (rule->correlation->kind != rows[i].kind || strcmp(read.data, rows[i].read))
			fail_msg("%s: '%s'", rows[i].body, read.data);
		buf_fini(&text);
		buf_fini(&read);
		ruleset_free(set);
	}
}

/* Correlations stand on each other, but not without end; nor does a slip in a name pass. */
static void correlations_stand_on_each_other(void **state)
{
	enum { DEEP = 3000 };
	static const struct {
		int deep;
		size_t rules;
	} rows[] = { { 16, 17 }, { DEEP, 0 } };

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct buf text = { 0 };
		struct tried t;

		for (int k = 0; k < rows[i].deep; k++)
			buf_format(&text,
				   "title: t\nname: c%d\ncorrelation: {type: event_count, rules: c%d, "
				   "timespan: 1m, "
				   "condition: {gte: 1}}\n---\n",
				   k, k + 1);
		buf_format(&text,
			   "title: t\nname: c%d\ntags: [attack.t1059]\n" WIN
			   "detection: {s: {a: b}, condition: s}\n",
			   rows[i].deep);
		try_init(&t);
		try_rules(&t, text.data, "");
		if (rows[i].rules ? t.rules != rows[i].rules || t.refusals
				  : !strstr(t.first.text, "more than 16 correlations stand on each other"))
			fail_msg("%d deep: %zu rules, %s", rows[i].deep, t.rules, t.first.text);
		try_fini(&t);
		buf_fini(&text);
	}
}

/* A list's values stand for its name, as they are. */
static void placeholders_are_expanded(void **state)
{
	static const char lists[] =
		"Servers: [dc01, 'a*b', 'x\\y', {pattern: 'srv*'}]\n"
		"Administrators: [root, adm_1]\nNets: [10.0.0.0/8, 192.168.0.0/16]\nNone: []\n";
	static const struct {
		const char *item, *event;
		bool hit;
		const char *why;
	} rows[] = {
		{ "f|expand: '%Servers%'", "DC01", true, "one of the list" },
		{ "f|expand: '%Servers%'", "dc02", false, "none of the list" },
		{ "f|expand: '%Servers%'", "axb", false, "a star in a list is a star" },
		{ "f|expand: '%Servers%'", "a*b", true, "and matches itself" },
		{ "f|expand: '%Servers%'", "x\\\\y", true, "a backslash is one" },
		{ "f|expand: '%Servers%'", "srv17", true, "a pattern says so" },
		{ "f|expand: '\\\\%Servers%'", "\\\\\\\\dc01", false,
		  "two backslashes are one, before a percent" },
		{ "f|expand: '%Servers%$'", "dc01$", true, "with text behind" },
		{ "f|expand: '%Servers%\\%Administrators%'", "dc01%Administrators%", true,
		  "an escaped percent" },
		{ "f|expand: '%Administrators%@%Servers%'", "root@dc01", true, "two in one value" },
		{ "f|expand: '%Administrators%@%Servers%'", "root@root", false, "each its own" },
		{ "f|contains|expand: '%Administrators%'", "xADM_1x", true, "with contains" },
		{ "f|expand|contains: '%Administrators%'", "xADM_1x", true, "in either order" },
		{ "f|contains|all|expand: ['%Administrators%', c01]", "c01 root", true,
		  "one of the list, and the other" },
		{ "f|contains|all|expand: ['%Administrators%', c01]", "root", false, "not one alone" },
		{ "f|expand|neq: '%Administrators%'", "guest", true, "none of the list" },
		{ "f|expand|base64: '%Administrators%'", "cm9vdA==", true, "then encoded" },
		{ "f|cidr|expand: '%Nets%'", "192.168.3.4", true, "networks" },
		{ "f|cidr|expand: '%Nets%'", "11.0.0.1", false, "outside of all" },
		{ "f: '%Servers%'", "%Servers%", true, "without expand it is text" },
		{ "f|expand: '100%'", "100%", true, "a percent alone" },
		{ "f|expand: '%a b%'", "%a b%", true, "no name between" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		char rule[1024], line[512];
		struct tried t;

		snprintf(rule, sizeof(rule), TOP WIN "detection:\n  s:\n    %s\n  condition: s\n",
			 rows[i].item);
		snprintf(line, sizeof(line),
			 "{\"Channel\":\"Microsoft-Windows-Sysmon/Operational\",\"EventID\":1,\"f\":\"%s\"}",
			 rows[i].event);
		try_init(&t);
		t.lists = lists;
		try_rules(&t, rule, line);
		if (t.refusals || (t.alerts == 1) != rows[i].hit)
			fail_msg("%s (%s): %zu alerts %s", rows[i].item, rows[i].why, t.alerts, t.first.text);
		try_fini(&t);
	}
}

static void placeholders_without_a_list_are_refused(void **state)
{
	static const char lists[] = "Servers: [dc01]\nNone: []\nBad: [nonsense]\n";
	static const struct {
		const char *item, *says;
	} rows[] = {
		{ "a|expand: '%Server%'",
		  "no list 'Server' for the placeholder %Server%; did you mean 'Servers'?" },
		{ "a|expand: '%DomainControllers%'", "(domain controllers)" },
		{ "a|expand: '%None%'", "is empty: the rule would never match" },
		{ "a|cidr|expand: '%Bad%'", "'nonsense' should be a network" },
		{ "a|expand: "
		  "'%Servers%%Servers%%Servers%%Servers%%Servers%%Servers%%Servers%%Servers%%Servers%'",
		  "more than 8 placeholders" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		char rule[1024];
		struct tried t;

		snprintf(rule, sizeof(rule), TOP WIN "detection:\n  s:\n    %s\n  condition: s\n",
			 rows[i].item);
		try_init(&t);
		t.lists = lists;
		try_rules(&t, rule, "");
		if (t.refusals != 1 || !strstr(t.first.text, rows[i].says))
			fail_msg("%s: %s", rows[i].item, t.first.text);
		try_fini(&t);
	}
}

static void mistakes_in_lists_are_named(void **state)
{
	static const struct {
		const char *name, *text, *says;
	} rows[] = {
		{ "a.yml", "Servers: [x]\n", "" },
		{ "Servers.txt", "# all of them\n\n dc01 \r\ndc02", "" },
		{ "a.yml", "[x]\n", "a.yml:1:1: lists stand in a map" },
		{ "a.yml", "Servers: x\n", "a.yml:1:1: 'Servers' should be a list" },
		{ "a.yml", "Servers: [null]\n", "should be text, or {pattern:" },
		{ "a.yml", "Servers: [{patern: x}]\n", "should be text, or {pattern:" },
		{ "a.yml", "'a b': [x]\n", "'a b' is no name of a list" },
		{ "a.yml", "A: [x]\n---\nA: [y]\n", "there is a list 'A' in a.yml already" },
		{ "a b.txt", "x", "'a b' is no name of a list" },
		{ "a.txt", "\xFF", "a list is UTF-8 text" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct ruleset *set = ruleset_new(NULL, NULL);
		struct fault why = { .text = "" };
		int ret = ruleset_add_list(set, rows[i].name, rows[i].text, strlen(rows[i].text), &why);

		if ((ret < 0) != (*rows[i].says != 0) || !strstr(why.text, rows[i].says))
			fail_msg("%s: %s", rows[i].text, why.text);
		ruleset_free(set);
	}
}

/* What a filter finds is left out of the rules that it lists, wherever it stands. */
static void filters_leave_out(void **state)
{
	static const struct {
		const char *filter, *event, *hits, *why;
	} rows[] = {
		{ FILTER("rules: [one], s: {u: adm}, condition: s"), "\"u\":\"x\"", "one two ",
		  "not the one meant" },
		{ FILTER("rules: [one], s: {u: adm}, condition: s"), "\"u\":\"adm\"", "two ",
		  "left out by name" },
		{ FILTER("rules: 22, s: {u: adm}, condition: s"), "\"u\":\"adm\"", "one ", "left out by id" },
		{ FILTER("rules: [one, two], s: {u: adm}, condition: s"), "\"u\":\"adm\"", "", "both" },
		{ FILTER("rules: any, s: {u: adm}, condition: s"), "\"u\":\"adm\"", "",
		  "any of its log source" },
		{ "title: f\nlogsource: {product: windows, service: security}\nfilter: {rules: any, s: {u: "
		  "adm}, "
		  "condition: s}\n",
		  "\"u\":\"adm\"", "one two ", "any of another log source" },
		{ FILTER("rules: any, s1: {u: adm}, s2: {v: 1}, condition: all of s*"), "\"u\":\"adm\"",
		  "one two ", "half of what it finds" },
		{ FILTER("rules: any, s1: {u: adm}, s2: {v: 1}, condition: s1 and not s2"), "\"u\":\"adm\"",
		  "", "with a not inside" },
		{ FILTER("rules: one, s: {u: adm}, condition: s") "---\n" FILTER(
			  "rules: one, s: {u: boss}, condition: s"),
		  "\"u\":\"boss\"", "two ", "two filters on one rule" },
	};
	static const char rule[] = TOP_OF("one", "11") "---\n" TOP_OF("two", "22");

	(void)state;
	for (size_t i = 0; i < 2 * sizeof(rows) / sizeof(*rows); i++) {
		const size_t row = i / 2;
		char rules[4096], line[512], hits[64] = "";
		struct tried t;

		snprintf(rules, sizeof(rules), "%s---\n%s", i % 2 ? rows[row].filter : rule,
			 i % 2 ? rule : rows[row].filter);
		snprintf(line, sizeof(line),
			 "{\"Channel\":\"Microsoft-Windows-Sysmon/Operational\",\"EventID\":1,%s}",
			 rows[row].event);
		try_init(&t);
		try_rules(&t, rules, line);
		for (char *word = strtok(t.hits.data, "@1 "); word; word = strtok(NULL, "@1 "))
			strcat(strcat(hits, word), " ");
		if (t.refusals || strcmp(hits, rows[row].hits))
			fail_msg("%s (%s): '%s' %s", rows[row].why, i % 2 ? "before" : "after", hits,
				 t.first.text);
		try_fini(&t);
	}
}

static void hostile_rules_are_refused(void **state)
{
	static const char *const names[] = {
		"forum_keywords", "social_category", "person_watch", "mail_body",    "no_tag",
		"invented_class", "invented_tactic", "mixed_words",  "empty_source", "report_text",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		struct buf text = { 0 };
		struct tried t;
		char path[512];

		snprintf(path, sizeof(path), "%s/tests/boundary/rules/%s.yml", FENGSUI_ROOT, names[i]);
		assert_true(try_read(path, &text));
		try_init(&t);
		try_rules(&t, text.data, "");
		if (strncmp(text.data, "# N33", 5) || t.rules != 0 || !strstr(t.first.text, "N33"))
			fail_msg("%s: %s", names[i], t.first.text);
		try_fini(&t);
		buf_fini(&text);
	}
}

/* JSON of nobody's has no log source, so that no rule is ever tried on it. */
static void unknown_text_is_not_searched(void **state)
{
	struct tried t;

	(void)state;
	try_init(&t);
	try_rules(&t, TOP "logsource: {product: linux}\ndetection: {s: [rumour], condition: s}\n",
		  "{\"text\":\"a rumour\",\"CommandLine\":\"rumour\"}\n");
	assert_int_equal(t.rules, 1);
	assert_int_equal(t.alerts, 0);
	try_fini(&t);
}

static void words_are_searched_in_logs(void **state)
{
	static const struct {
		const char *words, *line;
		size_t alerts;
		const char *why;
	} rows[] = {
		{ "[segfault]", "<13>Nov 25 22:48:00 h p: SegFault at 0", 1, "anywhere in the line" },
		{ "['seg*at']", "<13>Nov 25 22:48:00 h p: segfault at 0", 1, "with a wildcard" },
		{ "[segfault]", "<13>Nov 25 22:48:00 h p: nothing", 0, "not there" },
		{ "{'|all': [one, two]}", "<13>Nov 25 22:48:00 h p: two one", 1, "all of them" },
		{ "{'|all': [one, two]}", "<13>Nov 25 22:48:00 h p: two", 0, "one is missing" },
		{ "{'|re': 'o.e'}", "<13>Nov 25 22:48:00 h p: one", 1, "an expression" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		char rule[512];
		struct tried t;

		snprintf(rule, sizeof(rule),
			 TOP "logsource: {product: linux}\ndetection:\n  s: %s\n  condition: s\n",
			 rows[i].words);
		try_init(&t);
		try_rules(&t, rule, rows[i].line);
		if (t.refusals || t.alerts != rows[i].alerts)
			fail_msg("%s: %zu alerts %s", rows[i].why, t.alerts, t.first.text);
		try_fini(&t);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(mistakes_have_a_place),
		cmocka_unit_test(expressions_are_explained_in_chinese),
		cmocka_unit_test(correlations_are_read),
		cmocka_unit_test(correlations_stand_on_each_other),
		cmocka_unit_test(placeholders_are_expanded),
		cmocka_unit_test(placeholders_without_a_list_are_refused),
		cmocka_unit_test(mistakes_in_lists_are_named),
		cmocka_unit_test(filters_leave_out),
		cmocka_unit_test(hostile_rules_are_refused),
		cmocka_unit_test(unknown_text_is_not_searched),
		cmocka_unit_test(words_are_searched_in_logs),
	};

	return cmocka_run_group_tests_name("rule", tests, NULL, NULL);
}
