#include "detect/detector.h"
#include "detect/gather.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/stamp.h"

/* Bounds of the state, and alerts that join. */

static size_t alerts;

static void count(void *who, const struct alert *a)
{
	(void)who;
	(void)a;
	alerts++;
}

static struct ruleset *rules(const char *text)
{
	struct ruleset *set = ruleset_new(NULL, NULL);

	ruleset_add(set, "r", text, strlen(text));
	ruleset_finish(set);
	return set;
}

static const char guessing[] =
	"title: base\nname: base\ntags: [attack.t1110]\nlogsource: {product: linux, service: sshd}\n"
	"detection: {s: {outcome: failure}, condition: s}\n---\n"
	"title: many\nname: many\n"
	"correlation: {type: event_count, rules: base, group-by: [src_ip], timespan: 1m, condition: {gte: "
	"3}}\n";

static void feed(struct detector *d, const char *ip, int64_t time)
{
	SCOPED(event_drop) struct event *e = event_new();

	e->source = "test";
	e->time = time;
	e->from.product = logsource_word("linux");
	e->from.services[0] = logsource_word("sshd");
	event_add_text(e, "outcome", "failure", 7);
	event_add_text(e, "src_ip", ip, strlen(ip));
	detector_feed(d, e);
}

/* A flood of addresses must neither grow without end nor push out the slow one. */
static void a_flood_does_not_evict(void **state)
{
	struct ruleset *set = rules(guessing);
	struct detector *d = detector_new(set, &(struct detector_limits){ .groups = 100 }, count, NULL);
	int64_t now = 1796000000 * STAMP_SECOND;
	char ip[32];

	(void)state;
	alerts = 0;
	feed(d, "10.0.0.1", now);
	for (int i = 0; i < 1000; i++) {
		snprintf(ip, sizeof(ip), "10.1.%d.%d", i / 250, i % 250);
		feed(d, ip, now + i);
	}
	feed(d, "10.0.0.1", now + STAMP_SECOND);
	feed(d, "10.0.0.1", now + 2 * STAMP_SECOND);
	assert_int_equal(alerts, 1);
	assert_int_equal(detector_counts(d).groups_refused, 901);
	detector_free(d);
	ruleset_free(set);
}

/* Of a count only as many hits are kept as it compares with; of an order all, up
 * to a bound. */
static void a_group_does_not_grow_without_end(void **state)
{
	static const char order[] =
		"---\ntitle: order\nname: order\n"
		"correlation: {type: temporal_ordered, rules: [base, many], timespan: 1m}\n";
	char both[sizeof(guessing) + sizeof(order)];
	struct ruleset *plain = rules(guessing), *set;
	struct detector *d = detector_new(plain, NULL, count, NULL);

	(void)state;
	for (int i = 0; i < CORRELATION_MOST + 5; i++)
		feed(d, "10.0.0.1", 1796000000 * STAMP_SECOND);
	assert_int_equal(detector_counts(d).hits_dropped, 0);
	detector_free(d);
	snprintf(both, sizeof(both), "%s%s", guessing, order);
	set = rules(both);
	d = detector_new(set, NULL, count, NULL);
	for (int i = 0; i < CORRELATION_MOST + 4; i++)
		feed(d, "10.0.0.1", 1796000000 * STAMP_SECOND);
	/* The hit of `many` is one as well. */
	assert_int_equal(detector_counts(d).hits_dropped, 5);
	detector_free(d);
	ruleset_free(plain);
	ruleset_free(set);
}

/* What is alike is one; what differs in rule, group, host or source is not. */
static void equal_alerts_are_gathered(void **state)
{
	SCOPED(event_drop) struct event *e = event_new();
	struct gather *g = gather_new((struct gather_limits){ 5, 40, 60 });
	struct rule rule = { .id = "r", .title = "t" }, other = { .id = "s", .title = "t" };
	struct alert_field x = { "user", "x", 4, 1 }, y = { "user", "y", 4, 1 };
	const struct {
		const struct rule *rule;
		struct alert_field group;
		const char *host, *source;
		size_t count;
	} rows[] = {
		{ &rule, x, "h", "a", 1 }, { &rule, x, "h", "a", 1 },
		{ &rule, y, "h", "a", 2 }, { &other, x, "h", "a", 3 },
		{ &rule, x, "i", "a", 4 }, { &rule, x, "h", "b", 5 },
		{ &rule, y, "i", "b", 5 }, /* no room */ { &rule, x, "h", "a", 5 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct alert a = { .rule = rows[i].rule, .event = e, .group_count = 1 };

		event_clear(e);
		e->raw = "0123456789";
		e->raw_len = 10;
		e->source = rows[i].source;
		event_add(e, "host", 4, rows[i].host, 1, FIELD_TEXT);
		a.group[0] = rows[i].group;
		assert_int_equal(gather_add(g, &a, &alert_key_usual), i != 6);
		assert_int_equal(gather_count(g), rows[i].count);
	}
	assert_int_equal(gather_first(g)->hits, 3);
	assert_int_equal(gather_first(g)->raw.len, 22); /* five lines is what all have room for */
	assert_int_equal(gather_dropped(g), 1);
	assert_int_equal(gather_seen(g), 7);
	gather_free(g);
}

/* What has been brought on but is not safe yet takes nothing more. */
static void what_is_closed_is_whole(void **state)
{
	SCOPED(event_drop) struct event *e = event_new();
	struct gather *g = gather_new((struct gather_limits){ 5, 40, 60 });
	struct rule rule = { .id = "r", .title = "t" };
	struct alert a = { .rule = &rule, .event = e };

	(void)state;
	e->source = "a";
	gather_add(g, &a, &alert_key_usual);
	gather_first(g)->closed = true;
	gather_add(g, &a, &alert_key_usual);
	gather_add(g, &a, &alert_key_usual);
	assert_int_equal(gather_count(g), 2);
	assert_int_equal(gather_first(g)->hits, 1);
	gather_drop_first(g);
	assert_int_equal(gather_first(g)->hits, 2);
	gather_drop_first(g);
	assert_null(gather_first(g));
	/* The room for lines comes back with what goes. */
	e->raw = "0123456789";
	e->raw_len = 10;
	for (int i = 0; i < 20; i++) {
		gather_add(g, &a, &alert_key_usual);
		assert_int_equal(gather_count(g), 1);
		assert_int_equal(gather_first(g)->raw.len, 11);
		gather_drop_first(g);
	}
	gather_free(g);
}

/* What the key names is compared, and nothing else; an address stands for the
 * group of a plain rule. */
static void a_key_says_what_is_equal(void **state)
{
	SCOPED(event_drop) struct event *e = event_new();
	static const char *const by_user[] = { "user" }, *const by_group[] = { "group" };
	const struct alert_key user = { by_user, 1 }, group = { by_group, 1 }, none = { 0 };
	const struct {
		const struct alert_key *key;
		const char *user, *matched;
		const char *out;
	} rows[] = {
		{ &user, "u1", "from 203.0.113.9", "{\"rule\":\"r\",\"user\":\"u1\"}" },
		{ &user, NULL, "from 203.0.113.9", "{\"rule\":\"r\"}" },
		{ &group, "u1", "from 203.0.113.9:22", "{\"rule\":\"r\",\"group\":\"203.0.113.9\"}" },
		{ &group, "u1", "127.0.0.1 198.51.100.7", "{\"rule\":\"r\",\"group\":\"198.51.100.7\"}" },
		{ &group, "u1", "1.2.3", "{\"rule\":\"r\"}" },
		{ &none, "u1", "from 203.0.113.9", "{\"rule\":\"r\"}" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct rule rule = { .id = "r", .title = "t" };
		struct alert a = { .rule = &rule, .event = e, .field_count = 1 };
		SCOPED(buf_fini) struct buf out = { 0 };

		event_clear(e);
		e->source = "a";
		a.fields[0] = (struct alert_field){ "m", rows[i].matched, 1, strlen(rows[i].matched) };
		if (rows[i].user)
			event_add(e, "user", 4, rows[i].user, strlen(rows[i].user), FIELD_TEXT);
		alert_key_write(&out, &a, rows[i].key);
		buf_char(&out, 0);
		assert_string_equal(out.data, rows[i].out);
	}
}

static void an_alert_is_one_line_of_json(void **state)
{
	SCOPED(event_drop) struct event *e = event_new();
	struct rule rule = { .id = "r", .title = "a \"t\"", .author = "who", .level = LEVEL_HIGH };
	struct alert a = { .rule = &rule, .event = e, .field_count = 1 };
	struct buf out = { 0 };

	(void)state;
	e->source = "x\xFF.log";
	e->line = 7;
	a.fields[0] = (struct alert_field){ "f", "a\nb", 1, 3 };
	alert_write(&out, &a);
	assert_string_equal(out.data,
			    "{\"rule\":\"r\",\"title\":\"a \\\"t\\\"\",\"level\":\"high\",\"author\":\"who\","
			    "\"line\":7,\"source\":\"x\xEF\xBF\xBD.log\","
			    "\"time\":\"1970-01-01T00:00:00.000000Z\",\"fields\":{\"f\":\"a\\nb\"},"
			    "\"tags\":[]}");
	buf_fini(&out);
}

/* Byte by byte, as RFC 8785 has it. */
static void escape(struct buf *out, const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		const unsigned char c = (unsigned char)text[i];

		if (c == '"' || c == '\\')
			buf_format(out, "\\%c", c);
		else if (c == '\n')
			buf_text(out, "\\n");
		else if (c < 0x20)
			buf_format(out, "\\u%04x", c);
		else
			buf_char(out, (char)c);
	}
}

/* Text is copied in blocks: what must be written otherwise may stand anywhere in one. */
static void any_text_is_written(void **state)
{
	static const char odd[] = { '"', '\\', '\n', '\x01', '\x1f', ' ', '\x7f' };
	SCOPED(event_drop) struct event *e = event_new();
	struct rule rule = { .id = "r", .title = "t", .level = LEVEL_HIGH };
	struct alert a = { .rule = &rule, .event = e, .field_count = 1 };
	struct alert_frame frame = { .head = { 0 } };
	struct buf out = { 0 }, alone = { 0 }, want = { 0 };
	char text[1100];

	(void)state;
	e->source = "s";
	for (size_t at = 0; at < sizeof(text); at += at < 70 ? 1 : 101)
		for (size_t i = 0; i < sizeof(odd); i++) {
			memset(text, 'x', sizeof(text));
			text[at] = text[at / 2] = odd[i];
			a.fields[0] = (struct alert_field){ "f", text, 1, at + 1 + i };
			if (a.fields[0].len > sizeof(text))
				continue;
			buf_clear(&want);
			buf_clear(&out);
			buf_clear(&alone);
			buf_text(&want, "\"fields\":{\"f\":\"");
			escape(&want, text, a.fields[0].len);
			buf_text(&want, "\"},\"tags\"");
			alert_write_in(&out, &a, &frame);
			alert_write(&alone, &a);
			assert_string_equal(out.data, alone.data);
			assert_non_null(strstr(out.data, want.data));
		}
	alert_frame_fini(&frame);
	buf_fini(&out);
	buf_fini(&alone);
	buf_fini(&want);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_flood_does_not_evict),
		cmocka_unit_test(a_group_does_not_grow_without_end),
		cmocka_unit_test(equal_alerts_are_gathered),
		cmocka_unit_test(a_key_says_what_is_equal),
		cmocka_unit_test(what_is_closed_is_whole),
		cmocka_unit_test(an_alert_is_one_line_of_json),
		cmocka_unit_test(any_text_is_written),
	};

	return cmocka_run_group_tests_name("detector", tests, NULL, NULL);
}
