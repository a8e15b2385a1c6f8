#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/stamp.h"
#include "deliver/pace.h"

/* How long to wait, and when a channel is held. */

static struct message came(int64_t id, enum message_outcome outcome, int code)
{
	return (struct message){ .id = id, .key = "key", .outcome = outcome, .code = code };
}

static bool note(struct pace *pace, int64_t id, enum message_outcome outcome, int code, int64_t now)
{
	const struct message message = came(id, outcome, code);

	return pace_note(pace, &message, now);
}

static void pauses_grow_up_to_a_quarter_of_an_hour(void **state)
{
	static const int64_t seconds[] = { 5, 10, 20, 40, 80, 160, 320, 640, 900, 900 };

	(void)state;
	for (int i = 0; i < 10; i++) {
		const int64_t pause = pace_pause(i + 1, "warning_target-7-0123456789ab");

		assert_true(pause >= seconds[i] * STAMP_SECOND * 4 / 5 &&
			    pause <= seconds[i] * STAMP_SECOND * 6 / 5);
	}
	assert_true(pace_pause(1000, "a") <= 18 * STAMP_MINUTE);
	assert_true(pace_pause(1, "a") != pace_pause(1, "b"));
}

static void a_refusal_is_of_its_message_where_others_get_through(void **state)
{
	struct pace pace = { 0 };

	(void)state;
	for (int i = 0; i < 20; i++) {
		assert_true(note(&pace, 1, MESSAGE_REFUSED, 550, i));
		assert_false(note(&pace, 2 + i, MESSAGE_SENT, 250, i));
	}
	assert_false(pace_held(&pace));
}

/* One that nobody knows, alone, is given up in the end: the channel is not to blame. */
static void one_alone_is_charged_always(void **state)
{
	struct pace pace = { 0 };

	(void)state;
	for (int i = 0; i < 20; i++)
		assert_true(note(&pace, 1, MESSAGE_REFUSED, 550, i));
	assert_false(pace_held(&pace));
}

static void who_refuses_all_is_in_trouble_itself(void **state)
{
	struct pace pace = { 0 };
	int charged = 0;

	(void)state;
	for (int i = 0; i < 200; i++)
		charged += note(&pace, 1 + i % 7, MESSAGE_REFUSED, 550, i);
	assert_true(pace_held(&pace));
	assert_true(charged < PACE_TROUBLES);
	assert_false(note(&pace, 3, MESSAGE_SENT, 250, 300));
	assert_false(pace_held(&pace));
}

static void three_troubles_hold_and_tries_come_at_most_ten_seconds_apart(void **state)
{
	struct pace pace = { 0 };
	int64_t now = STAMP_HOUR;

	(void)state;
	for (int i = 1; i <= 50; i++) {
		assert_false(note(&pace, 1, MESSAGE_TROUBLE, 0, now));
		assert_int_equal(pace_held(&pace), i >= PACE_TROUBLES);
		assert_true(pace.probe_at > now && pace.probe_at <= now + 12 * STAMP_SECOND);
		now = pace.probe_at;
	}
	note(&pace, 1, MESSAGE_SENT, 250, now);
	assert_false(pace_held(&pace));
}

/* An address that is none says nothing about the server. */
static void what_was_never_sent_is_charged_and_holds_nothing(void **state)
{
	struct pace pace = { 0 };

	(void)state;
	for (int i = 0; i < 20; i++)
		assert_true(note(&pace, 1 + i, MESSAGE_REFUSED, 0, i));
	assert_false(pace_held(&pace));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(pauses_grow_up_to_a_quarter_of_an_hour),
		cmocka_unit_test(a_refusal_is_of_its_message_where_others_get_through),
		cmocka_unit_test(one_alone_is_charged_always),
		cmocka_unit_test(who_refuses_all_is_in_trouble_itself),
		cmocka_unit_test(three_troubles_hold_and_tries_come_at_most_ten_seconds_apart),
		cmocka_unit_test(what_was_never_sent_is_charged_and_holds_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
