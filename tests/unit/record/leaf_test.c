#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/canon.h"
#include "record/leaf.h"

#define ZEROS "0000000000000000000000000000000000000000000000000000000000000000"

static const char whole[] =
	"{\"act\":7,\"actor\":\"person:5\",\"at\":\"2026-01-02T03:04:05.000006Z\",\"log\":\"test.example/"
	"2026\","
	"\"obj\":\"affected_system:17\",\"oprev\":\"" ZEROS
	"\",\"oseq\":3,\"pay\":{\"len\":12,\"sha256\":\"" ZEROS
	"\"},\"seq\":41,\"sess\":\"s:Ab1\",\"type\":\"incident.confirm\",\"unit\":\"unit:3\",\"v\":1}";

static struct span span(const char *text) { return (struct span){ text, text ? strlen(text) : 0 }; }

static struct leaf sample(void)
{
	return (struct leaf){
		.act = 7,
		.object = 17,
		.at = INT64_C(1767323045000006),
		.seq = 41,
		.oseq = 3,
		.origin = span("test.example/2026"),
		.kind = span("affected_system"),
		.type = span("incident.confirm"),
		.actor = span("person:5"),
		.unit = span("unit:3"),
		.session = span("s:Ab1"),
		.pay_len = 12,
	};
}

static void a_leaf_is_written_as_the_format_says(void **state)
{
	struct leaf leaf = sample();
	struct buf out = { 0 };

	(void)state;
	leaf_write(&out, &leaf);
	assert_string_equal(out.data, whole);
	assert_true(canon_is(out.data, out.len));
	buf_fini(&out);
}

/* The direct writer against the canonical one, on everything that may be left
 * out and on the ends of every range. */
static void the_direct_writer_agrees_with_the_canonical_one(void **state)
{
	static const uint64_t numbers[] = { 0, 1, 9, 10, 4096, (UINT64_C(1) << 53) - 1 };
	static const int64_t times[] = { 0, 1, 951782400000000, 253402300799999999 };
	struct buf out = { 0 };
	struct leaf leaf, back;

	(void)state;
	for (size_t i = 0; i < 6 * 4 * 4; i++) {
		leaf = sample();
		leaf.act = (int64_t)numbers[i % 6];
		leaf.object = (int64_t)numbers[(i + 1) % 6];
		leaf.seq = numbers[(i + 2) % 6];
		leaf.pay_len = numbers[(i + 3) % 6];
		leaf.at = times[i / 6 % 4];
		leaf.unit = i / 24 & 1 ? span("unit:3") : span(NULL);
		leaf.session = i / 24 & 2 ? span("s") : span(NULL);
		memset(leaf.oprev, (int)i, sizeof(leaf.oprev));
		buf_clear(&out);
		leaf_write(&out, &leaf);
		assert_true(canon_is(out.data, out.len));
		assert_true(leaf_read(out.data, out.len, &back));
		assert_int_equal(back.at, leaf.at);
		assert_int_equal(back.object, leaf.object);
		assert_int_equal(back.unit.len, leaf.unit.len);
		assert_int_equal(back.session.len, leaf.session.len);
		assert_memory_equal(back.oprev, leaf.oprev, DIGEST_LEN);
	}
	buf_fini(&out);
}

static void reading_takes_no_other_spelling(void **state)
{
	static const struct {
		const char *from, *to, *why;
	} cases[] = {
		{ "{\"act\"", "{ \"act\"", "a blank" },
		{ "\"act\":7", "\"act\":07", "a leading zero" },
		{ "\"act\":7", "\"act\":-7", "a sign" },
		{ "\"act\":7", "\"act\":7.0", "a fraction" },
		{ "\"act\":7", "\"act\":9007199254740992", "2^53" },
		{ "\"act\":7", "\"act\":\"7\"", "a string" },
		{ "person:5", "person 5", "a blank in a word" },
		{ "person:5", "", "no word" },
		{ "person:5", "p\\u0065rson:5", "an escape" },
		{ "T03", "t03", "another letter" },
		{ ":05.0", ":60.0", "a leap second: two spellings of one moment" },
		{ ".000006Z", ".000006+00:00", "an offset" },
		{ ".000006Z", ".00006Z", "five digits" },
		{ "01-02", "02-30", "no such day" },
		{ "affected_system:17", "affected_system:017", "a leading zero" },
		{ "affected_system:17", "affected.system:17", "no kind" },
		{ "affected_system:17", ":17", "no kind" },
		{ "affected_system:17", "affected_system:", "no id" },
		{ "\"len\":12", "\"len\":12,\"md5\":1", "one more member" },
		{ "\"oprev\":\"0", "\"oprev\":\"A", "an uppercase digit" },
		{ ",\"sess\":\"s:Ab1\"", ",\"sess\":\"\"", "an empty session" },
		{ "\"v\":1}", "\"v\":2}", "another version" },
		{ "\"v\":1}", "\"v\":1}\n", "a newline behind" },
		{ "\"v\":1}", "\"v\":1,\"w\":1}", "one more member" },
	};
	char bytes[1024];
	struct leaf leaf;

	(void)state;
	assert_true(leaf_read(whole, sizeof(whole) - 1, &leaf));
	assert_int_equal(leaf.seq, 41);
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		const char *at = strstr(whole, cases[i].from);

		assert_non_null(at);
		snprintf(bytes, sizeof(bytes), "%.*s%s%s", (int)(at - whole), whole, cases[i].to,
			 at + strlen(cases[i].from));
		if (leaf_read(bytes, strlen(bytes), &leaf))
			fail_msg("taken with %s: %s", cases[i].why, bytes);
	}
	for (size_t len = 0; len < sizeof(whole) - 1; len++)
		assert_false(leaf_read(whole, len, &leaf));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_leaf_is_written_as_the_format_says),
		cmocka_unit_test(the_direct_writer_agrees_with_the_canonical_one),
		cmocka_unit_test(reading_takes_no_other_spelling),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
