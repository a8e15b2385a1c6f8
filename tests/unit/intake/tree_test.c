#include "intake/tree.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

/* YAML as nodes that know their place. */

static void nodes_know_their_place(void **state)
{
	static const char text[] = "a: 1\nb:\n  - x\n  - 'null'\n  - null\nc: {d: \"~\"}\n---\nsecond: yes\n";
	SCOPED(arena_drop) struct arena *mem = arena_new();
	struct tree *doc;
	const struct tree *b;

	(void)state;
	assert_int_equal(tree_read(mem, "t", text, strlen(text), &doc, NULL), 0);
	b = tree_find(doc, "b");
	assert_int_equal(b->line, 2);
	assert_int_equal(b->column, 1);
	assert_int_equal(tree_count(b), 3);
	assert_false(tree_is_null(b->first->next)); /* in quotes it is a word */
	assert_true(tree_is_null(b->first->next->next));
	assert_false(tree_is_null(tree_find(doc, "c")->first));
	assert_non_null(tree_find(doc->next, "second"));
	assert_string_equal(tree_find(doc->next, "second")->text, "yes");
	assert_null(doc->next->next);
}

static void what_is_not_taken_is_said(void **state)
{
	static const struct {
		const char *text, *says, *zh;
	} rows[] = {
		{ "a: 1\na: 2\n", "t:2:1: this key stands here already", "t:2:1: 此键已出现" },
		{ "a: &x 1\nb: *x\n", "t:2:4: an alias", "t:2:4: 不接受别名" },
		{ "{[1]: 2}\n", "a key must be plain text", "键应为普通文本" },
		{ "a: [1\n", "this is not YAML",
		  "不是 YAML：缺少“,”或“]”（did not find expected ',' or ']'）" },
		{ "a: b: c\n", "this is not YAML: mapping values are", "此处不能出现“: ”" },
		{ "a:\n\tb: 2\n", "this is not YAML: found character", "缩进须用空格" },
		{ "a: \"x\n", "this is not YAML: found unexpected end", "引号未闭合" },
		{ "a: 'x'y\n", "this is not YAML: did not find expected key", "此处应为键" },
		{ "a: \"\\d\"\n", "this is not YAML: found unknown escape", "转义符有误" },
		{ "a: \xff\n", "this is not YAML: invalid leading UTF-8", "不是 UTF-8" },
		{ "a\tb: \x01\n", "this is not YAML: control characters", "含有控制字符" },
		{ "%YAML 3.0\n--- 1\n", "this is not YAML: found incompatible",
		  "不是 YAML：found incompatible" },
		{ "[[[[[[[[[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]]]]]]]]\n", "nested deeper", "嵌套过深" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		SCOPED(arena_drop) struct arena *mem = arena_new();
		struct fault why = { 0 };
		struct tree *doc;

		if (tree_read(mem, "t", rows[i].text, strlen(rows[i].text), &doc, &why) >= 0 ||
		    !strstr(why.text, rows[i].says) || !strstr(why.zh, rows[i].zh))
			fail_msg("%s: %s, %s", rows[i].text, why.text, why.zh);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nodes_know_their_place),
		cmocka_unit_test(what_is_not_taken_is_said),
	};

	return cmocka_run_group_tests_name("tree", tests, NULL, NULL);
}
