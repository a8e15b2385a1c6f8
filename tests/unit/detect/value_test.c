#include "try.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* Each modifier and kind of value against values that must and must not match.
 * An event is one JSON object of Sysmon; its field is f, and g beside it. */

static bool matches(const char *item, const char *event)
{
	char rule[2048], line[2048];
	struct tried t;
	bool hit;

	snprintf(rule, sizeof(rule),
		 "title: t\ntags: [attack.t1059]\nlogsource: {product: windows, category: process_creation}\n"
		 "detection:\n  sel:\n    %s\n  condition: sel\n",
		 item);
	snprintf(line, sizeof(line),
		 "{\"Channel\":\"Microsoft-Windows-Sysmon/Operational\",\"EventID\":1%s%s}",
		 *event ? "," : "", event);
	try_init(&t);
	try_rules(&t, rule, line);
	if (t.refusals)
		fail_msg("%s: %s", item, t.first.text);
	hit = t.alerts == 1;
	try_fini(&t);
	return hit;
}

static void values_match(void **state)
{
	static const struct {
		const char *item, *event;
		bool hit;
		const char *why;
	} rows[] = {
		{ "f: cmd.exe", "\"f\":\"CMD.EXE\"", true, "case does not matter" },
		{ "f|cased: cmd.exe", "\"f\":\"CMD.EXE\"", false, "cased: it does" },
		{ "f|cased|contains: CMD", "\"f\":\"xCMDx\"", true, "cased with contains" },
		{ "f|contains: abc", "\"f\":\"xABCx\"", true, "inside" },
		{ "f|contains: abc", "\"f\":\"ab c\"", false, "not inside" },
		{ "f|contains: a", "\"f\":\"xay\"", true, "a single letter" },
		{ "f|startswith: ab", "\"f\":\"abc\"", true, "front" },
		{ "f|startswith: bc", "\"f\":\"abc\"", false, "not in front" },
		{ "f|endswith: '\\a.exe'", "\"f\":\"C:\\\\A.exe\"", true, "back" },
		{ "f|endswith: ab", "\"f\":\"abc\"", false, "not at the back" },
		{ "f: [a, b]", "\"f\":\"b\"", true, "any of a list" },
		{ "f|contains|all: [a, b]", "\"f\":\"xbxa\"", true, "all of a list" },
		{ "f|contains|all: [a, b]", "\"f\":\"xb\"", false, "one is missing" },
		{ "f: a*c", "\"f\":\"abbbc\"", true, "a wildcard inside" },
		{ "f: a*c", "\"f\":\"abbbcd\"", false, "held at the end" },
		{ "f: a?c", "\"f\":\"abc\"", true, "one character" },
		{ "f: приветик", "\"f\":\"ПРИВЕТИК\"", true, "a longer one" },
		{ "f: приветик", "\"f\":\"ПРИВЕТИК\\n\"", false, "a longer one, to the very end" },
		{ "f: приветик", "\"f\":\"x\\nПРИВЕТИК\"", false, "a longer one, from the very beginning" },
		{ "f|utf16be: 쎩", "\"f\":\"é\"", true, "bytes that look like a letter" },
		{ "f|utf16be: 쎩", "\"f\":\"É\"", false, "have no other case" },
		{ "f: Å", "\"f\":\"\u212B\"", true, "a third form" },
		{ "f: ệ", "\"f\":\"Ệ\"", true, "Vietnamese" },
		{ "f: ПРИВЕТ.exe", "\"f\":\"привет.EXE\"", true, "Cyrillic has two cases" },
		{ "f|cased: ПРИВЕТ", "\"f\":\"привет\"", false, "cased: they differ" },
		{ "f|contains: Größe", "\"f\":\"x GRÖßE y\"", true, "Latin with accents" },
		{ "f|contains: Größe", "\"f\":\"x GRÖSSE y\"", false, "ß stays one character" },
		{ "f|startswith: łódź", "\"f\":\"ŁÓDŹ-1\"", true, "in front" },
		{ "f|startswith: łódź", "\"f\":\"1-ŁÓDŹ\"", false, "nowhere else" },
		{ "f|endswith: Σας", "\"f\":\"ΣΑΣ\"", true, "Greek, at the back: both small sigmas" },
		{ "f|endswith: Σας", "\"f\":\"ΣΑΣ.\"", false, "nowhere else" },
		{ "f: 'é*(.+)?'", "\"f\":\"Éa(.+)b\"", true, "wildcards stay, signs are themselves" },
		{ "f: 'é*(.+)?'", "\"f\":\"Éa(xx)b\"", false, "signs are themselves" },
		{ "f: 'é\\*'", "\"f\":\"Éa\"", false, "so does an escaped star" },
		{ "f: é", "\"f\":\"É\\n\"", false, "to the very end" },
		{ "f: é", "\"f\":\"x\\nÉ\"", false, "from the very beginning" },
		{ "f: 'é*x'", "\"f\":\"É\\nX\"", true, "a line end is a character" },
		{ "'|all': [Ж, qq]", "\"f\":\"xжx\",\"g\":\"QQ\"", true, "sought anywhere" },
		{ "'|all': [Ж, qq]", "\"f\":\"xжx\",\"g\":\"B\"", false, "sought anywhere, one is missing" },
		{ "f: [a, Ж]", "\"f\":\"ж\"", true, "in a list" },
		{ "f|contains|all: [a, Ж]", "\"f\":\"жA\"", true, "all of a list" },
		{ "f|contains|all: [a, Ж]", "\"f\":\"ж\"", false, "all of a list, one is missing" },
		{ "f|neq: Ж", "\"f\":\"ж\"", false, "neq" },
		{ "f|windash|contains: ' -é'", "\"f\":\"x /É\"", true, "dashes" },
		{ "f|base64|contains: é", "\"f\":\"w4k=\"", false, "what is encoded is bytes: w6k= alone" },
		{ "f|utf16le|base64: é", "\"f\":\"6QA=\"", true, "encoded twice" },
		{ "f: ｃｍｄ", "\"f\":\"ＣＭＤ\"", true, "wide letters of an input method" },
		{ "f: 中Æ", "\"f\":\"中æ\"", true, "beside Chinese" },
		{ "f: İ", "\"f\":\"i\"", false, "no locale is asked" },
		{ "f: привет-k", "\"f\":\"ПРИВЕТ-\u212A\"", true, "the Kelvin sign, where Unicode is asked" },
		{ "f: k", "\"f\":\"\u212A\"", false, "and not where it is not" },
		{ "f: a?c", "\"f\":\"ac\"", false, "not none" },
		{ "f: a?c",
		  "\"f\":\"a\xE7\x81\xAB"
		  "c\"",
		  true, "a Chinese character is one" },
		{ "f|contains: 'a?c*e'", "\"f\":\"xxabcdexx\"", true, "wildcards in contains" },
		{ "f: '*a*b*'", "\"f\":\"ab\"", true, "open at both ends" },
		{ "f: 'a\\*c'", "\"f\":\"a*c\"", true, "an escaped star is one" },
		{ "f: 'a\\*c'", "\"f\":\"abc\"", false, "and no wildcard" },
		{ "f: 'a\\\\*'", "\"f\":\"a\\\\bc\"", true, "two backslashes: one, then a wildcard" },
		{ "f: 'a\\\\\\*'", "\"f\":\"a\\\\*\"", true, "three: a backslash and a star" },
		{ "f: 'C:\\Win'", "\"f\":\"C:\\\\win\"", true, "one backslash is plain" },
		{ "f|startswith: '\\\\\\\\srv'", "\"f\":\"\\\\\\\\srv\\\\x\"", true, "four are two" },
		{ "f: '*'", "\"f\":\"\"", true, "anything, even nothing in it" },
		{ "f: '*'", "", false, "but it must be there" },
		{ "f|contains: '*'", "", false, "here too" },
		{ "f: ''", "\"f\":\"\"", true, "empty" },
		{ "f: ''", "\"f\":\"x\"", false, "not empty" },
		{ "f: ''", "", false, "absent is not empty" },
		{ "f: null", "", true, "absent" },
		{ "f: null", "\"f\":null", true, "null" },
		{ "f: null", "\"f\":\"\"", false, "empty is not null" },
		{ "f: 'null'", "\"f\":\"null\"", true, "a word in quotes" },
		{ "f|exists: true", "\"f\":null", true, "there, although null" },
		{ "f|exists: true", "", false, "not there" },
		{ "f|exists: false", "", true, "wanted absent" },
		{ "f: 4688", "\"f\":4688", true, "a number" },
		{ "f: 4688", "\"f\":\"4688\"", true, "as text" },
		{ "f: 4688", "\"f\":46880", false, "not the beginning of one" },
		{ "f: 5", "\"f\":5.0", true, "the same number" },
		{ "f: true", "\"f\":true", true, "a truth value" },
		{ "f|gt: 5", "\"f\":6", true, "greater" },
		{ "f|gt: 5", "\"f\":5", false, "not greater" },
		{ "f|gte: 5", "\"f\":\"5\"", true, "or equal" },
		{ "f|lt: 0", "\"f\":-1", true, "less" },
		{ "f|lte: 5", "\"f\":5.5", false, "not less" },
		{ "f|lt: 5", "\"f\":\"abc\"", false, "no number" },
		{ "f|lt: 5", "", false, "absent" },
		{ "f|neq: a", "\"f\":\"b\"", true, "different" },
		{ "f|neq: a", "\"f\":\"A\"", false, "the same" },
		{ "f|contains|neq: a", "\"f\":\"xay\"", false, "neq with contains" },
		{ "f|neq: [a, b]", "\"f\":\"b\"", false, "none of a list" },
		{ "f|neq: a", "", true, "absent is different too" },
		{ "f|re: '^a.c$'", "\"f\":\"abc\"", true, "a regular expression" },
		{ "f|re: b", "\"f\":\"abc\"", true, "unanchored" },
		{ "f|re: B", "\"f\":\"abc\"", false, "minds the case" },
		{ "f|re|i: B", "\"f\":\"abc\"", true, "unless told" },
		{ "f|re: '^b'", "\"f\":\"a\\nb\"", false, "one line" },
		{ "f|re|m: '^b'", "\"f\":\"a\\nb\"", true, "several" },
		{ "f|re: 'a.b'", "\"f\":\"a\\nb\"", false, "a dot is no line end" },
		{ "f|re|s: 'a.b'", "\"f\":\"a\\nb\"", true, "unless told" },
		{ "f|re: '(a+)+$'", "\"f\":\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!\"",
		  false, "stopped, not hung" },
		{ "f|cidr: 10.0.0.0/8", "\"f\":\"10.200.3.4\"", true, "in the network" },
		{ "f|cidr: 10.0.0.0/8", "\"f\":\"11.0.0.1\"", false, "outside" },
		{ "f|cidr: 10.0.0.0/8", "\"f\":\"::ffff:10.1.1.1\"", true, "mapped into IPv6" },
		{ "f|cidr: fe80::/10", "\"f\":\"FE80::1\"", true, "IPv6" },
		{ "f|cidr: 10.1.1.1", "\"f\":\"10.1.1.1\"", true, "a single address" },
		{ "f|cidr: 0.0.0.0/0", "\"f\":\"no address\"", false, "no address" },
		{ "f|windash|contains: ' -a'", "\"f\":\"x /a\"", true, "slash for dash" },
		{ "f|contains|windash: ' -a'",
		  "\"f\":\"x \xE2\x80\x93"
		  "a\"",
		  true, "en dash, either order" },
		{ "f|windash|contains: ' -a -b'", "\"f\":\" /a -b\"", true, "each by itself" },
		{ "f|windash|contains: 'a-b'", "\"f\":\"a/b\"", false, "not inside a word" },
		{ "f|base64: foobar", "\"f\":\"Zm9vYmFy\"", true, "base64" },
		{ "f|base64|contains: foo", "\"f\":\"xxZm9vxx\"", true, "inside" },
		{ "f|base64offset|contains: /bin/bash", "\"f\":\"eC9iaW4vYmFzaHg=\"", true,
		  "shifted by one" },
		{ "f|base64offset|contains: /bin/bash", "\"f\":\"L2Jpbi9iYXNo\"", true, "not shifted" },
		{ "f|base64offset|contains: /bin/bash", "\"f\":\"eHgvYmluL2Jhc2h4\"", true,
		  "shifted by two" },
		{ "f|wide|base64offset|contains: ping", "\"f\":\"cABpAG4AZwA=\"", true, "UTF-16 in base64" },
		{ "f|utf16be|base64offset|contains: ping", "\"f\":\"AHAAaQBuAGc=\"", true, "big endian" },
		{ "f|utf16|base64offset|contains: p", "\"f\":\"//5wAA==\"", true, "with a mark" },
		{ "f|fieldref: g", "\"f\":\"Abc\",\"g\":\"aBC\"", true, "the same as another field" },
		{ "f|fieldref: g", "\"f\":\"abc\",\"g\":\"abd\"", false, "not the same" },
		{ "f|fieldref: g", "\"f\":\"abc\"", false, "the other is absent" },
		{ "f|fieldref|neq: g", "\"f\":\"abc\",\"g\":\"abd\"", true, "different from another" },
		{ "f|fieldref|endswith: g", "\"f\":\"abc\",\"g\":\"bc\"", true, "ends with another" },
		{ "f|exists: false", "\"f\":\"x\"", false, "wanted absent, and there" },
		{ "f|exists: true", "\"f\":\"\"", true, "there, although empty" },
		{ "f|cased|startswith: Ab", "\"f\":\"Abc\"", true, "cased in front" },
		{ "f|cased|startswith: Ab", "\"f\":\"abc\"", false, "cased in front, the other case" },
		{ "f|cased|endswith: 'B?'", "\"f\":\"aBc\"", true, "cased with a wildcard" },
		{ "f|neq: 5", "\"f\":5.0", false, "the same number" },
		{ "f|neq: ''", "\"f\":\"\"", false, "different from empty" },
		{ "f|neq: null", "\"f\":\"x\"", true, "there and not null" },
		{ "f|neq: null", "\"f\":null", false, "null" },
		{ "f|re|neq: '^a'", "\"f\":\"ba\"", true, "an expression that does not match" },
		{ "f|cidr|neq: 10.0.0.0/8", "\"f\":\"10.1.1.1\"", false, "outside of a network" },
		{ "f|neq: [a, b]", "\"f\":[\"c\",\"b\"]", false, "one of an array is enough" },
		{ "f|lt: 5", "\"f\":\"4.9\"", true, "less, with a fraction" },
		{ "f|lt: -1.5e3", "\"f\":-2000", true, "with a sign and an exponent" },
		{ "f|lte: 5", "\"f\":5", true, "equal" },
		{ "f|gte: 5", "\"f\":[1,9]", true, "any of an array" },
		{ "f|gt: [5, 1]", "\"f\":3", true, "any of a list" },
		{ "f|minute: 4", "\"f\":\"2026-01-02T03:04:05Z\"", true, "the minute" },
		{ "f|hour: 3", "\"f\":\"2026-01-02T03:04:05Z\"", true, "the hour" },
		{ "f|hour: 3", "\"f\":\"2026-01-02T03:04:05+08:00\"", true, "as written, whatever its zone" },
		{ "f|hour: 19", "\"f\":\"2026-01-02T03:04:05+08:00\"", false, "not what it is in UTC" },
		{ "f|hour|gte: 22", "\"f\":\"2026-01-02 23:04:05.123\"", true, "late" },
		{ "f|hour|gte: 22", "\"f\":\"2026-01-02 22:00:00\"", true, "the hour itself" },
		{ "f|hour|gte: 22", "\"f\":\"2026-01-02 21:59:59\"", false, "not late" },
		{ "f|hour|gte: 9\n    f|hour|lte: 9", "\"f\":\"2026-01-02 10:00:00\"", false,
		  "both comparisons" },
		{ "f|hour: 9\n    f|day: 9", "\"f\":\"2026-01-02 09:00:00\"", false, "both parts" },
		{ "f|hour|lt: 6", "\"f\":\"2026-01-02 05:59:59\"", true, "early" },
		{ "f|hour|lte: 6", "\"f\":\"2026-01-02 06:59:59\"", true, "the hour that has begun" },
		{ "f|hour|gt: 6", "\"f\":\"2026-01-02 06:59:59\"", false, "not after it" },
		{ "f|hour|neq: 3", "\"f\":\"2026-01-02T04:04:05Z\"", true, "another hour" },
		{ "f|hour|neq: 3", "\"f\":\"2026-01-02T03:04:05Z\"", false, "that hour" },
		{ "f|hour|neq: 3", "", true, "absent is different too" },
		{ "f|hour: [2, 3]", "\"f\":\"2026-01-02T03:04:05Z\"", true, "any of a list of hours" },
		{ "f|day: 2", "\"f\":\"2026-01-02\"", true, "of a date alone" },
		{ "f|hour: 0", "\"f\":\"2026-01-02\"", false, "which has no hour" },
		{ "f|day: 31", "\"f\":\"2026/01/31 00:00:00\"", true, "with slashes" },
		{ "f|month: 12", "\"f\":\"2026-12-31T23:59:59Z\"", true, "the month" },
		{ "f|year|gt: 2025", "\"f\":\"2026-12-31T23:59:59Z\"", true, "the year" },
		{ "f|week: 1", "\"f\":\"2026-01-01T00:00:00Z\"", true, "a Thursday begins the first week" },
		{ "f|week: 52", "\"f\":\"2023-01-01T00:00:00Z\"", true, "a Sunday is of the year before" },
		{ "f|week: 1", "\"f\":\"2024-12-30T00:00:00Z\"", true, "a Monday is of the year after" },
		{ "f|week|gte: 52", "\"f\":\"2026-12-31T00:00:00Z\"", true, "of a year with 53 weeks" },
		{ "f|hour: 22", "\"f\":1700000000", true, "seconds since 1970" },
		{ "f|hour: 22", "\"f\":\"1700000000123\"", true, "milliseconds" },
		{ "f|hour: 3", "\"f\":3", false, "a small number is no time" },
		{ "f|hour: 3", "\"f\":\"2026-02-30T03:04:05Z\"", false, "there is no such day" },
		{ "f|utf16le: ab", "\"f\":\"a\\u0000b\\u0000\"", true,
		  "two bytes a letter, the small one first" },
		{ "f|wide: ab", "\"f\":\"a\\u0000b\\u0000\"", true, "wide is the same" },
		{ "f|utf16be|contains: ab", "\"f\":\"x\\u0000a\\u0000b\"", true, "the large one first" },
		{ "f|utf16le: ab", "\"f\":\"ab\"", false, "not the letters alone" },
		{ "f|utf16|base64offset|contains: ab", "\"f\":\"x//5hAGIAx\"", true, "a mark in front" },
		{ "f|contains|all|windash: [' -a', ' -b']", "\"f\":\"x /b -a\"", true,
		  "of each value one form is enough" },
		{ "f|contains|all|windash: [' -a', ' -b']", "\"f\":\"x /b\"", false, "but each value" },
		{ "f|contains|all|base64offset: [foo, bar]", "\"f\":\"Zm9v xYmFy\"", true,
		  "the same of offsets" },
		{ "f|windash|endswith: ' \xE2\x80\x95"
		  "a'",
		  "\"f\":\"x -a\"", true, "a bar in the rule is a dash as well" },
		{ "f|startswith|endswith: b", "\"f\":\"abc\"", true, "one after the other: anything around" },
		{ "f|re|i|m|s: '^B.c$'", "\"f\":\"a\\nb\\nC\"", true, "all three flags" },
		{ "f: b", "\"f\":[\"a\",\"b\"]", true, "any value of an array" },
		{ "f|contains: \xE7\x83\xBD\xE7\x87\xA7", "\"f\":\"x\xE7\x83\xBD\xE7\x87\xA7x\"", true,
		  "Chinese" },
		{ "f|contains: \xD0\xB0", "\"f\":\"p\xD0\xB0ypal\"", true, "one letter beyond ASCII" },
		{ "Field Name: x", "\"Field Name\":\"x\"", true, "Windows names lose their spaces" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		if (matches(rows[i].item, rows[i].event) != rows[i].hit)
			fail_msg("%s over {%s} should %s: %s", rows[i].item, rows[i].event,
				 rows[i].hit ? "match" : "not match", rows[i].why);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(values_match) };

	return cmocka_run_group_tests_name("value", tests, NULL, NULL);
}
