#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "warn/check.h"
#include "warn/message.h"
#include "warn/proposal.h"

/* Texts that somebody may type into a warning, and what a reader has of them. */
static const struct {
	const char *typed, *read;
} texts[] = {
	{ "a <b> & \"c\" 'd' ]]> e", "a <b> & \"c\" 'd' ]]> e" },
	{ " lines\nand\ttabs ", " lines\nand\ttabs " },
	{ "old\r\nends", "old\r\nends" },
	{ "预警 \xf0\x9f\x94\xa5", "预警 \xf0\x9f\x94\xa5" },
	{ "\x01\x1b[31mred\x08", "[31mred" },
	{ "half \xe9\xa2", "half \xef\xbf\xbd\xef\xbf\xbd" },
	{ "\xef\xbf\xbe no character", " no character" },
	{ "&amp; &#60;", "&amp; &#60;" },
};

static struct cap_message sample(struct cap_info *info, const char *text)
{
	static const char *const category[] = { "Infra" };

	*info = (struct cap_info){
		.language = "zh-CN",
		.categories = { category, 1 },
		.event = text,
		.urgency = "Immediate",
		.severity = "Severe",
		.certainty = "Observed",
		.expires = "2026-03-03T08:00:00+08:00",
		.headline = text,
		.description = text,
	};
	return (struct cap_message){
		.identifier = "X-1",
		.sender = "a@b",
		.sent = "2026-03-02T08:00:00+08:00",
		.status = "Actual",
		.type = "Alert",
		.scope = "Public",
		.infos = info,
		.info_count = 1,
	};
}

static void what_is_typed_is_read_back(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
		SCOPED(arena_drop) struct arena *mem = arena_new();
		struct findings found = { 0 };
		struct buf out = { 0 };
		struct cap_info info;
		const struct cap_message message = sample(&info, texts[i].typed), *again;
		const struct node *alert;

		message_write(&message, &out);
		alert = check_message(out.data, out.len, mem, &found);
		assert_non_null(alert);
		assert_int_equal(found.refused, 0);
		again = message_of(alert, mem);
		assert_string_equal(again->infos[0].description, texts[i].read);
		assert_string_equal(again->infos[0].event, texts[i].read);
		buf_fini(&out);
	}
}

static void the_same_message_is_the_same_bytes(void **state)
{
	struct buf one = { 0 }, two = { 0 };
	struct cap_info info;
	const struct cap_message message = sample(&info, "预警");

	(void)state;
	message_write(&message, &one);
	message_write(&message, &two);
	assert_int_equal(one.len, two.len);
	assert_memory_equal(one.data, two.data, one.len);
	assert_null(strchr(one.data, '\r'));
	buf_fini(&one);
	buf_fini(&two);
}

static void groups_of_references_are_read_one_by_one(void **state)
{
	SCOPED(arena_drop) struct arena *mem = arena_new();
	const char *at = "\n a,b,2026-03-02T08:00:00+08:00\t c,d,2026-03-02T08:00:00+08:00 x,y e,f,g ";
	struct reference ref;

	(void)state;
	assert_int_equal(reference_next(&at, mem, &ref), 1);
	assert_string_equal(ref.identifier, "b");
	assert_int_equal(reference_next(&at, mem, &ref), 1);
	assert_string_equal(ref.sender, "c");
	assert_int_equal(reference_next(&at, mem, &ref), -1);
	assert_int_equal(reference_next(&at, mem, &ref), -1);
	assert_int_equal(reference_next(&at, mem, &ref), 0);
	assert_int_equal(reference_next(&at, mem, &ref), 0);
}

static void a_message_that_says_little_is_a_warning_all_the_same(void **state)
{
	SCOPED(arena_drop) struct arena *mem = arena_new();
	struct cap_info info;
	struct cap_message message = sample(&info, "x");
	struct proposal said;

	(void)state;
	message.info_count = 0;
	said = proposal_of(&message, mem);
	assert_string_equal(said.title, "X-1");
	assert_string_equal(said.hazard, "X-1");
	assert_null(said.measures);
	assert_int_equal(said.level, 0);
	message.info_count = 1;
	message.type = "Cancel";
	assert_int_equal(proposal_of(&message, mem).level, 0); /* what lifts has no level */
	message.type = "Alert";
	said = proposal_of(&message, mem);
	assert_int_equal(said.level, 4);
	assert_string_equal(said.reference, "a@b,X-1,2026-03-02T08:00:00+08:00");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_typed_is_read_back),
		cmocka_unit_test(the_same_message_is_the_same_bytes),
		cmocka_unit_test(groups_of_references_are_read_one_by_one),
		cmocka_unit_test(a_message_that_says_little_is_a_warning_all_the_same),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
