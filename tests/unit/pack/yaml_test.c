#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"
#include "pack/yaml.h"

static struct arena *mem;

static int read_text(const char *text, size_t len, const struct yaml_node **out, struct place *where,
		     struct fault *why)
{
	return yaml_read(text, len, "x.yml", mem, mem, out, where, why);
}

static int set_up(void **state)
{
	(void)state;
	mem = arena_new();
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	arena_drop(&mem);
	return 0;
}

/* YAML 1.1 would read these as truth values and numbers; a plan means words. */
static void plain_scalars_are_text(void **state)
{
	static const char text[] = "a: no\nb: OFF\nc: 0x10\nd: 1e3\ne: ~\nf: 2026-01-02\non: yes\n";
	static const char *const want[][2] = { { "a", "no" },        { "b", "OFF" }, { "c", "0x10" },
					       { "d", "1e3" },       { "e", "~" },   { "on", "yes" },
					       { "f", "2026-01-02" } };
	const struct yaml_node *root;
	struct place where;
	struct fault why;

	(void)state;
	assert_int_equal(read_text(text, strlen(text), &root, &where, &why), 0);
	for (size_t i = 0; i < sizeof(want) / sizeof(*want); i++)
		assert_string_equal(yaml_get(root, want[i][0])->text, want[i][1]);
	assert_null(yaml_get(root, "nothing"));
	assert_null(yaml_get(NULL, "nothing"));
}

/* Columns count characters, so that an editor jumps to the right one. */
static void every_node_knows_its_place(void **state)
{
	static const char text[] = "# 注\n标签: {zh: 案件, en: [Case, 'x']}\n";
	const struct yaml_node *root, *en;
	struct place where;
	struct fault why;

	(void)state;
	assert_int_equal(read_text(text, strlen(text), &root, &where, &why), 0);
	en = yaml_get(yaml_get(root, "标签"), "en");
	assert_int_equal(en->form, YAML_LIST);
	assert_int_equal(en->count, 2);
	assert_int_equal(en->first->next->at.line, 2);
	assert_int_equal(en->first->next->at.column, 25);
	assert_string_equal(en->at.file, "x.yml");
}

static void what_is_refused_says_where(void **state)
{
	static const struct {
		const char *text;
		size_t len;
		int line, column;
		const char *says;
	} cases[] = {
		{ "a: &x 1\n", 0, 1, 4, "anchors" },
		{ "a: 1\nb: *x\n", 0, 2, 4, "aliases" },
		{ "a: !!int 1\n", 0, 1, 4, "tags" },
		{ "a: 1\nb: 2\na: 3\n", 0, 3, 1, "twice; the first is in line 1" },
		{ "a: 1\n---\nb: 1\n", 0, 2, 1, "one document" },
		{ "a: [1, 2\nb: 3\n", 0, 2, 2, "not YAML" },
		{ "? [a]\n: 1\n", 0, 1, 3, "plain word" },
		{ "a: \xff\n", 0, 1, 4, "UTF-8" },
		{ "甲: \xc0\xaf\n", 0, 1, 4, "UTF-8" },
		{ "a: \"x\\0y\"\n", 0, 1, 4, "control" },
		{ "", 0, 1, 1, "empty" },
		{ "a: 1\n\0", 6, 1, 1, "not YAML" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		size_t len = cases[i].len ? cases[i].len : strlen(cases[i].text);
		const struct yaml_node *root = NULL;
		struct place where;
		struct fault why;

		assert_true(read_text(cases[i].text, len, &root, &where, &why) < 0);
		assert_null(root);
		if (!strstr(why.text, cases[i].says))
			fail_msg("case %zu says '%s'", i, why.text);
		if (cases[i].len)
			continue; /* where libyaml stops at a NUL is its own affair */
		if (where.line != cases[i].line || where.column != cases[i].column)
			fail_msg("case %zu stands at %d:%d", i, where.line, where.column);
	}
}

static void limits_hold(void **state)
{
	const struct yaml_node *root;
	struct buf text = { 0 };
	struct place where;
	struct fault why;

	(void)state;
	for (int i = 0; i < 31; i++)
		buf_char(&text, '[');
	buf_char(&text, 'x');
	for (int i = 0; i < 31; i++)
		buf_char(&text, ']');
	assert_int_equal(read_text(text.data, text.len, &root, &where, &why), 0);
	buf_clear(&text);
	for (int i = 0; i < 40; i++)
		buf_char(&text, '[');
	assert_int_equal(read_text(text.data, text.len, &root, &where, &why), -FAULT_LIMIT);
	assert_int_equal(where.column, 33);
	buf_clear(&text);
	for (int i = 0; i < 20001; i++)
		buf_text(&text, "- x\n");
	assert_int_equal(read_text(text.data, text.len, &root, &where, &why), -FAULT_LIMIT);
	buf_clear(&text);
	while (text.len <= YAML_BYTES_MOST)
		buf_text(&text, "# a comment that is long enough to fill the file before long\n");
	assert_int_equal(read_text(text.data, text.len, &root, &where, &why), -FAULT_LIMIT);
	buf_fini(&text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(plain_scalars_are_text, set_up, tear_down),
		cmocka_unit_test_setup_teardown(every_node_knows_its_place, set_up, tear_down),
		cmocka_unit_test_setup_teardown(what_is_refused_says_where, set_up, tear_down),
		cmocka_unit_test_setup_teardown(limits_hold, set_up, tear_down),
	};

	return cmocka_run_group_tests_name("yaml", tests, NULL, NULL);
}
