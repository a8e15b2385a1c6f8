#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/canon.h"
#include "record/payload.h"

#define HASH "00000000000000000000000000000000000000000000000000000000000000ff"

static void texts_are_parted_in_the_order_they_stand(void **state)
{
	json_t *change = json_pack("{s:{s:s},s:i,s:[{s:s},s],s:{s:{s:s}}}", "zeal", "$", "third", "n", 3,
				   "list", "$", "second", "plain", "deep", "er", "$", "first 一");
	struct payload payload;
	struct doc *doc = must_alloc(sizeof(*doc));
	unsigned char hash[DIGEST_LEN];

	(void)state;
	payload_init(&payload);
	assert_int_equal(payload_split(change, &payload, NULL), 0);
	assert_int_equal(payload.count, 4);
	assert_memory_equal(payload.parts[1].bytes, "first 一", 9);
	assert_memory_equal(payload.parts[2].bytes, "second", 6);
	assert_memory_equal(payload.parts[3].bytes, "third", 5);
	assert_null(strstr(payload.doc.data, "second"));
	assert_true(canon_is(payload.doc.data, payload.doc.len));
	assert_true(doc_read(payload.doc.data, payload.doc.len, doc));
	assert_int_equal(doc->texts, 3);
	for (size_t i = 1; i < payload.count; i++) {
		digest_of_two(payload.parts[i].salt, SALT_LEN, payload.parts[i].bytes, payload.parts[i].len,
			      hash);
		assert_memory_equal(hash, doc->sd[i - 1], DIGEST_LEN);
	}
	payload_fini(&payload);
	json_decref(change);
	free(doc);
}

static void joined_again_it_says_what_it_said(void **state)
{
	json_t *change = json_pack("{s:{s:s},s:[{s:s}]}", "a", "$", "one", "b", "$", "two"), *back, *wanted;
	struct payload_row rows[3] = { 0 };
	struct payload payload;

	(void)state;
	payload_init(&payload);
	assert_int_equal(payload_split(change, &payload, NULL), 0);
	for (size_t i = 0; i < 3; i++)
		rows[i] = (struct payload_row){ payload.parts[i].bytes, payload.parts[i].len, -1 };
	assert_int_equal(payload_join(rows, 3, &back, NULL), 0);
	wanted = json_pack("{s:s,s:[s]}", "a", "one", "b", "two");
	assert_true(json_equal(back, wanted));
	json_decref(back);
	json_decref(wanted);
	rows[2] = (struct payload_row){ NULL, 0, 9 };
	assert_int_equal(payload_join(rows, 3, &back, NULL), 0);
	wanted = json_pack("{s:s,s:[{s:i}]}", "a", "one", "b", "erased", 9);
	assert_true(json_equal(back, wanted));
	json_decref(back);
	json_decref(wanted);
	assert_int_equal(payload_join(rows, 2, &back, NULL), -FAULT_CORRUPT);
	payload_fini(&payload);
	json_decref(change);
}

static void what_would_be_mistaken_is_refused(void **state)
{
	static const struct {
		const char *change;
		int code;
	} cases[] = {
		{ "[]", FAULT_INVALID },
		{ "{\"$\":\"x\"}", FAULT_INVALID },
		{ "{\"a\":{\"$\":1}}", FAULT_INVALID },
		{ "{\"a\":{\"$\":\"x\",\"b\":1}}", FAULT_INVALID },
		{ "{\"a\":{\"p\":1,\"sd\":\"x\"}}", FAULT_INVALID },
		{ "{\"a\":{\"erased\":1}}", FAULT_INVALID },
		{ "{\"a\":0.5}", FAULT_INVALID },
		{ "{\"a\":9007199254740992}", FAULT_INVALID },
		{ "{\"A\":1}", FAULT_INVALID },
		{ "{\"\":1}", FAULT_INVALID },
		{ "{\"a\":\"x\\u0000y\"}", FAULT_INVALID },
		{ "{\"a\":{\"$\":\"x\\u0000y\"}}", FAULT_INVALID },
	};
	struct payload payload;
	struct fault why;

	(void)state;
	payload_init(&payload);
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		json_t *change = json_loads(cases[i].change, JSON_ALLOW_NUL, NULL);

		assert_non_null(change);
		assert_int_equal(payload_split(change, &payload, &why), -cases[i].code);
		json_decref(change);
	}
	payload_fini(&payload);
}

static void there_are_limits_and_they_are_named(void **state)
{
	json_t *change = json_object(), *list = json_array(), *deep = json_object();
	struct payload payload;
	struct fault why;

	(void)state;
	payload_init(&payload);
	for (int i = 0; i < DOC_TEXTS; i++)
		json_array_append_new(list, json_pack("{s:s}", "$", "x"));
	json_object_set_new(change, "list", list);
	assert_int_equal(payload_split(change, &payload, &why), 0);
	json_array_append_new(list, json_pack("{s:s}", "$", "x"));
	assert_int_equal(payload_split(change, &payload, &why), -FAULT_LIMIT);
	assert_non_null(strstr(why.text, "256"));
	for (int i = 0; i < 70; i++)
		deep = json_pack("{s:o}", "d", deep);
	assert_int_equal(payload_split(deep, &payload, &why), -FAULT_LIMIT);
	json_decref(change);
	json_decref(deep);
	payload_fini(&payload);
}

static void a_document_is_read_in_one_form_only(void **state)
{
	static const struct {
		const char *bytes;
		bool good;
	} cases[] = {
		{ "{}", true },
		{ "{\"a\":[1,\"x\",true,null,-3]}", true },
		{ "{\"a\":\"\\u001f\\n\\\"一\"}", true },
		{ "{\"a\":{\"p\":1,\"sd\":\"" HASH "\"},\"b\":{\"p\":2,\"sd\":\"" HASH "\"}}", true },
		{ "{\"a\":{\"p\":2,\"sd\":\"" HASH "\"},\"b\":{\"p\":1,\"sd\":\"" HASH "\"}}", false },
		{ "{\"a\":{\"p\":1,\"sd\":\"" HASH "\"},\"b\":{\"p\":1,\"sd\":\"" HASH "\"}}", false },
		{ "{\"a\":{\"p\":1,\"sd\":\"00\"}}", false },
		{ "{\"a\":{\"p\":\"1\",\"sd\":\"" HASH "\"}}", false },
		{ "{\"erase\":{\"part\":0,\"seq\":7}}", true },
		{ "{\"erase\":{\"part\":0}}", false },
		{ "{\"erase\":{\"part\":-1,\"seq\":7}}", false },
		{ "{\"erase\":7}", false },
		{ "{\"x\":{\"erase\":7}}", true },
		{ "[]", false },
		{ "{\"b\":1,\"a\":1}", false },
		{ "{\"a\":1,\"a\":1}", false },
		{ "{\"ab\":1,\"a\":1}", false },
		{ "{\"a\":1,\"ab\":1}", true },
		{ "{\"a\": 1}", false },
		{ "{\"a\":1}\n", false },
		{ "{\"a\":-0}", false },
		{ "{\"a\":01}", false },
		{ "{\"a\":1e3}", false },
		{ "{\"a\":9007199254740991}", true },
		{ "{\"a\":9007199254740992}", false },
		{ "{\"a\":\"\\u0041\"}", false },
		{ "{\"a\":\"\\u001F\"}", false },
		{ "{\"a\":\"\\u000a\"}", false },
		{ "{\"a\":\"\\/\"}", false },
		{ "{\"a\":\"\xff\"}", false },
		{ "{\"a/b\":1}", false },
		{ "{\"a\":tru}", false },
		{ "{\"a\":[1,]}", false },
		{ "{", false },
		{ "", false },
	};
	struct doc *doc = must_alloc(sizeof(*doc));

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		if (doc_read(cases[i].bytes, strlen(cases[i].bytes), doc) != cases[i].good)
			fail_msg("%s: %s", cases[i].good ? "refused" : "taken", cases[i].bytes);
	free(doc);
}

static void a_document_tells_what_the_record_must_know(void **state)
{
	static const char order[] = "{\"erase\":{\"part\":2,\"seq\":40},\"why\":\"x\"}";
	static const char opening[] = "{\"given_time\":true,\"version\":\"0.1.0\"}";
	struct doc *doc = must_alloc(sizeof(*doc));

	(void)state;
	assert_true(doc_read(order, sizeof(order) - 1, doc));
	assert_true(doc->erases);
	assert_int_equal(doc->erase_seq, 40);
	assert_int_equal(doc->erase_part, 2);
	assert_int_equal(doc->given_time, -1);
	assert_true(doc_read(opening, sizeof(opening) - 1, doc));
	assert_false(doc->erases);
	assert_int_equal(doc->given_time, 1);
	free(doc);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(texts_are_parted_in_the_order_they_stand),
		cmocka_unit_test(joined_again_it_says_what_it_said),
		cmocka_unit_test(what_would_be_mistaken_is_refused),
		cmocka_unit_test(there_are_limits_and_they_are_named),
		cmocka_unit_test(a_document_is_read_in_one_form_only),
		cmocka_unit_test(a_document_tells_what_the_record_must_know),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
