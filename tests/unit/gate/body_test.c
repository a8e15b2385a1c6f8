#include "gate/lines/body.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

#include <cmocka.h>

#include "action/action.h"
#include "base/arena.h"
#include "gate/gate_private.h"

/* Lines that are posted: in pieces of any size, within the quota, with an answer that the batch makes true.
 */

enum { START_S = 1772784000 };

struct place {
	char folder[64];
	struct gate gate;
};

static void write_file(const struct place *place, const char *name, const char *text)
{
	char path[128];
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", place->folder, name);
	assert_non_null(f = fopen(path, "w"));
	fputs(text, f);
	fclose(f);
}

static int open_place(void **state)
{
	struct place *place = calloc(1, sizeof(*place));
	struct house_options house = { .pack = FENGSUI_ROOT "/packs/jinan-2007",
				       .origin = "body.test/1",
				       .demo = true,
				       .now = START_S * INT64_C(1000000) };
	struct gate_options options = { .rules = FENGSUI_ROOT "/rules" };
	struct fault why = { 0 };

	strcpy(place->folder, "/tmp/body-test-XXXXXX");
	assert_non_null(mkdtemp(place->folder));
	house.folder = place->folder;
	write_file(place, "sources", "http:slow rate=10 burst=20\n");
	if (house_open(&house, &options.house, &why) < 0)
		fail_msg("%s", why.text);
	place->gate = (struct gate){ .house = options.house, .demo = true, .now = house.now };
	if (ingest_open(&options, house.now, &place->gate.ingest, &why) < 0)
		fail_msg("%s", why.text);
	*state = place;
	return 0;
}

static int close_place(void **state)
{
	struct place *place = *state;
	char command[128];

	ingest_close(place->gate.ingest);
	house_close(place->gate.house);
	snprintf(command, sizeof(command), "rm -rf %s", place->folder);
	assert_int_equal(system(command), 0);
	free(place);
	return 0;
}

/* The answer of a batch that is committed, or is not. */
static json_t *answer_of(struct place *place, struct body *body, bool commit)
{
	struct fault why = { 0 };
	json_t *answer = NULL;

	assert_int_equal(house_begin(place->gate.house, &why), 0);
	if (body_answer(body, &answer, &why) < 0)
		fail_msg("%s", why.text);
	if (commit)
		assert_int_equal(house_commit(place->gate.house, &why), 0);
	else
		house_rollback(place->gate.house);
	ingest_settle(place->gate.ingest, commit);
	return answer;
}

static json_int_t number(const json_t *answer, const char *name)
{
	return json_integer_value(json_object_get(answer, name));
}

/* Of the row in the store: what a restart would find. */
static json_int_t stored(struct place *place, const char *source, const char *name)
{
	json_t *list = ingest_status(place->gate.ingest, house_store(place->gate.house)), *row;
	json_int_t value = 0;
	size_t i;

	json_array_foreach(list, i, row)
		if (!strcmp(json_string_value(json_object_get(row, "name")), source))
			value = number(row, name);
	json_decref(list);
	return value;
}

static struct body *begin(struct place *place, const char *source, bool gzip)
{
	struct fault why = { 0 };
	struct body *body = NULL;
	int retry;

	if (body_open(&place->gate, source, gzip, &body, &retry, &why) < 0)
		fail_msg("%s", why.text);
	return body;
}

static void feed_in_steps(struct body *body, const char *text, size_t len, size_t step)
{
	struct fault why = { 0 };

	for (size_t at = 0; at < len; at += step)
		if (body_feed(body, text + at, len - at < step ? len - at : step, &why) < 0)
			fail_msg("%s", why.text);
}

static void guesses(struct buf *out, int count, int host)
{
	for (int i = 0; i < count; i++)
		buf_format(
			out,
			"<38>Mar  6 07:59:%02d web%02d sshd[7]: Failed password for root from 203.0.113.%d "
			"port %d ssh2\n",
			i % 60, host, host, 4000 + i);
}

static void lines_become_alerts(void **state)
{
	struct place *place = *state;
	SCOPED(buf_fini) struct buf text = { 0 };
	struct body *body = begin(place, "http:edu", false);
	struct fault why;
	json_t *answer;

	guesses(&text, 30, 1);
	buf_text(&text, "{\"broken\n{\"a\":1}"); /* the last one has no end */
	feed_in_steps(body, text.data, text.len, 13);
	assert_int_equal(body_end(body, &why), 0);
	answer = answer_of(place, body, true);
	assert_int_equal(number(answer, "lines"), 32);
	assert_int_equal(number(answer, "stored"), 31);
	assert_int_equal(number(answer, "malformed"), 1);
	assert_int_equal(number(answer, "limited"), 0);
	assert_in_range(number(answer, "alerts"), 1, 100);
	assert_null(json_object_get(answer, "retry_after_s"));
	assert_int_equal(stored(place, "http:edu", "received"), 32);
	json_decref(answer);
	body_free(body);
}

/* When the batch is lost, what it brought waits for the next, and is counted once. */
static void a_lost_batch_loses_nothing(void **state)
{
	struct place *place = *state;
	SCOPED(buf_fini) struct buf text = { 0 };
	struct body *body = begin(place, "http:lost", false);
	struct fault why;

	guesses(&text, 30, 2);
	feed_in_steps(body, text.data, text.len, 1000);
	assert_int_equal(body_end(body, &why), 0);
	json_decref(answer_of(place, body, false));
	assert_int_equal(stored(place, "http:lost", "received"), 0);
	assert_true(ingest_waiting(place->gate.ingest));
	json_decref(answer_of(place, body, true));
	assert_int_equal(stored(place, "http:lost", "received"), 30);
	assert_false(ingest_waiting(place->gate.ingest));
	body_free(body);
}

/* Two that bring alerts in one batch are each counted once. */
static void two_in_one_batch(void **state)
{
	struct place *place = *state;
	SCOPED(buf_fini) struct buf text = { 0 };
	struct body *bodies[] = { begin(place, "http:two", false), begin(place, "http:two", false) };
	struct fault why = { 0 };
	json_t *answer;

	guesses(&text, 30, 3);
	assert_int_equal(house_begin(place->gate.house, &why), 0);
	for (int i = 0; i < 2; i++) {
		feed_in_steps(bodies[i], text.data, text.len, 4096);
		assert_int_equal(body_end(bodies[i], &why), 0);
		assert_int_equal(body_answer(bodies[i], &answer, &why), 0);
		json_decref(answer);
		body_free(bodies[i]);
	}
	assert_int_equal(ingest_deliver_all(&place->gate, NULL, &why), 0);
	assert_int_equal(house_commit(place->gate.house, &why), 0);
	ingest_settle(place->gate.ingest, true);
	assert_int_equal(stored(place, "http:two", "received"), 60);
}

/* Over the quota: the first lines are taken, the rest is not, and it is said when to come again. */
static void a_quota_holds(void **state)
{
	struct place *place = *state;
	SCOPED(buf_fini) struct buf text = { 0 };
	struct body *body = begin(place, "http:slow", false), *more = NULL;
	struct fault why = { 0 };
	json_t *answer;
	int retry = 0;

	guesses(&text, 50, 4);
	feed_in_steps(body, text.data, text.len, 777);
	assert_int_equal(body_end(body, &why), 0);
	answer = answer_of(place, body, true);
	assert_int_equal(number(answer, "stored"), 20);
	assert_int_equal(number(answer, "limited"), 30);
	assert_int_equal(number(answer, "retry_after_s"), 1);
	json_decref(answer);
	body_free(body);
	assert_int_equal(body_open(&place->gate, "http:slow", false, &more, &retry, &why), -FAULT_LIMIT);
	assert_int_equal(retry, 1);
	assert_non_null(strstr(why.text, "http:slow"));
	place->gate.now += 1000000;
	body = begin(place, "http:slow", false);
	feed_in_steps(body, text.data, text.len, 777);
	answer = answer_of(place, body, true);
	assert_int_equal(number(answer, "stored"), 10);
	json_decref(answer);
	body_free(body);
	assert_int_equal(stored(place, "http:slow", "received"),
			 stored(place, "http:slow", "stored") + stored(place, "http:slow", "limited"));
}

static size_t pack(const char *text, size_t len, char *out, size_t room)
{
	z_stream z = { .next_in = (Bytef *)(uintptr_t)text, .avail_in = (uInt)len };

	z.next_out = (Bytef *)out;
	z.avail_out = (uInt)room;
	assert_int_equal(deflateInit2(&z, 9, Z_DEFLATED, MAX_WBITS + 16, 8, Z_DEFAULT_STRATEGY), Z_OK);
	assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
	deflateEnd(&z);
	return room - z.avail_out;
}

static void gzip_and_its_bombs(void **state)
{
	struct place *place = *state;
	SCOPED(buf_fini) struct buf text = { 0 };
	const size_t much = 16 * 1024 * 1024;
	char *zeros = calloc(1, much), packed[64 * 1024];
	struct body *body = begin(place, "http:gzip", true);
	struct fault why = { 0 };
	json_t *answer;
	size_t len;

	guesses(&text, 200, 5);
	len = pack(text.data, text.len, packed, sizeof(packed));
	feed_in_steps(body, packed, len, 5);
	assert_int_equal(body_end(body, &why), 0);
	answer = answer_of(place, body, true);
	assert_int_equal(number(answer, "stored"), 200);
	json_decref(answer);
	body_free(body);

	body = begin(place, "http:bomb", true);
	len = pack(zeros, much, packed, sizeof(packed));
	assert_int_equal(body_feed(body, packed, len, &why), -FAULT_LIMIT);
	assert_non_null(strstr(why.text, "250 times"));
	answer = answer_of(place, body, true);
	assert_in_range(number(answer, "malformed"), 1, 2); /* the line, and the rest */
	json_decref(answer);
	body_free(body);

	body = begin(place, "http:cut", true);
	len = pack(text.data, text.len, packed, sizeof(packed));
	feed_in_steps(body, packed, len - 1, len);
	assert_int_equal(body_end(body, &why), -FAULT_INVALID);
	assert_non_null(strstr(why.text, "200 lines before that were taken"));
	json_decref(answer_of(place, body, true));
	assert_int_equal(stored(place, "http:cut", "malformed"), 1);
	body_free(body);
	free(zeros);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lines_become_alerts), cmocka_unit_test(a_lost_batch_loses_nothing),
		cmocka_unit_test(two_in_one_batch),    cmocka_unit_test(a_quota_holds),
		cmocka_unit_test(gzip_and_its_bombs),
	};

	return cmocka_run_group_tests_name("body", tests, open_place, close_place);
}
