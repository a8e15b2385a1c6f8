#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "ctl/ctl_private.h"

/* What is typed becomes words, flags, the input of a move, a filter. */

static const char catalogue[] =
	"{\"kinds\":[{\"name\":\"incident\",\"fields\":["
	"{\"name\":\"what\",\"type\":\"text\"},{\"name\":\"unit\",\"type\":\"ref\",\"of\":\"unit\"},"
	"{\"name\":\"systems\",\"type\":\"ref\",\"of\":\"system\",\"many\":true},"
	"{\"name\":\"hold\",\"type\":\"yes\"},{\"name\":\"on_scene\",\"type\":\"ref\"},"
	"{\"name\":\"scores\",\"type\":\"scores\"}]}],\"inputs\":[{\"name\":\"reason\",\"type\":\"text\"}]}";

enum { WORDS_MOST = 12 };

static size_t count(const char *const *words)
{
	size_t n = 0;

	while (n < WORDS_MOST && words[n])
		n++;
	return n;
}

static void open_ctl(struct ctl *ctl, const char *const *words)
{
	struct fault why;

	*ctl = (struct ctl){ .mem = arena_new(), .fd = -1, .catalogue = json_loads(catalogue, 0, NULL) };
	assert_non_null(ctl->catalogue);
	assert_int_equal(
		options_read((int)count(words), (char **)(uintptr_t)words, ctl->mem, &ctl->typed, &why), 0);
}

static void close_ctl(struct ctl *ctl)
{
	json_decref(ctl->catalogue);
	arena_free(ctl->mem);
}

static const struct {
	const char *words[WORDS_MOST], *input, *because;
} inputs[] = {
	{ { "--what", "勒索" }, "{\"what\":\"勒索\"}", "a text" },
	{ { "--what=--json" }, "{\"what\":\"--json\"}", "joined, it may look like a flag" },
	{ { "--hold", "--what", "x" }, "{\"hold\":true,\"what\":\"x\"}", "yes needs no value" },
	{ { "--hold=no" }, "{\"hold\":\"no\"}", "the daemon reads the word" },
	{ { "--unit", "@市信息产业局" }, "{\"unit\":\"市信息产业局\"}", "by name" },
	{ { "--what", "@@home" }, "{\"what\":\"@home\"}", "a text that begins with @, no file" },
	{ { "--unit", "#17" }, "{\"unit\":\"#17\"}", "by row" },
	{ { "--systems", "#1", "--systems", "#2" }, "{\"systems\":[\"#1\",\"#2\"]}", "twice is a list" },
	{ { "--systems", "#1,#2" },
	  "{\"systems\":[\"#1\",\"#2\"]}",
	  "with commas too, where many are taken" },
	{ { "--unit", "a,b" }, "{\"unit\":\"a,b\"}", "not where one is taken" },
	{ { "--what", "unknown: no log" },
	  "{\"what\":{\"unknown\":\"no log\"}}",
	  "left open with its reason" },
	{ { "--on-scene", "#3" }, "{\"on_scene\":\"#3\"}", "dashes are underscores" },
	{ { "--scores", "a=3,b=unknown" }, "{\"scores\":{\"a\":\"3\",\"b\":\"unknown\"}}", "scores by name" },
	{ { "--scores", "3,2,1" }, "{\"scores\":[\"3\",\"2\",\"1\"]}", "scores in the order of the pack" },
	{ { "--reason", "x" }, "{\"reason\":\"x\"}", "an input that is no field" },
	{ { "--as", "duty01", "--what", "x", "--json" }, "{\"what\":\"x\"}", "flags of ours are no fields" },
};

static void flags_become_the_input_of_a_move(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(inputs) / sizeof(*inputs); i++) {
		json_t *want = json_loads(inputs[i].input, 0, NULL), *got = NULL;
		struct fault why = { 0 };
		struct ctl ctl;

		open_ctl(&ctl, inputs[i].words);
		if (input_of_flags(&ctl, catalogue_kind(&ctl, "incident"), &got, &why) < 0 ||
		    !json_equal(want, got))
			fail_msg("%s: %s gives %s %s", inputs[i].words[0], inputs[i].because,
				 got ? json_dumps(got, 0) : "nothing", why.text);
		json_decref(want);
		json_decref(got);
		close_ctl(&ctl);
	}
}

static void what_is_not_utf_8_is_refused_and_not_left_out(void **state)
{
	static const char *const typed[] = { "\xff", "@@\xff", "a,\xff" };

	(void)state;
	for (size_t i = 0; i < sizeof(typed) / sizeof(*typed); i++) {
		const char *const words[WORDS_MOST] = { "--what", typed[i] };
		struct fault why = { 0 };
		json_t *got = NULL;
		struct ctl ctl;

		open_ctl(&ctl, words);
		assert_int_equal(input_of_flags(&ctl, catalogue_kind(&ctl, "incident"), &got, &why),
				 -FAULT_INVALID);
		assert_null(got);
		close_ctl(&ctl);
	}
}

static const struct {
	const char *words[WORDS_MOST], *free_text, *filter;
} filters[] = {
	{ { "--level", ">=3" }, NULL, "level:>=3" },
	{ { "--open" }, NULL, "open:yes" },
	{ { "--level", ">=3", "--handling", "contain" }, NULL, "level:>=3 AND handling:contain" },
	{ { "--due", ">=2026-03-02T08:00:00Z" }, NULL, "due:>=\"2026-03-02T08:00:00Z\"" },
	{ { "--unit", "市政府 \"办\"" }, NULL, "unit:\"市政府 \\\"办\\\"\"" },
	{ { NULL }, "level:3 OR level:4", "level:3 OR level:4" },
	{ { "--open" }, "level:3 OR level:4", "open:yes AND (level:3 OR level:4)" },
};

static void flags_become_a_filter(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(filters) / sizeof(*filters); i++) {
		struct buf out = { 0 };
		struct fault why;
		struct ctl ctl;

		open_ctl(&ctl, filters[i].words);
		assert_int_equal(filter_of_flags(&ctl, NULL, filters[i].free_text, &out, &why), 0);
		assert_string_equal(out.data, filters[i].filter);
		buf_fini(&out);
		close_ctl(&ctl);
	}
}

static void words_and_flags_are_told_apart(void **state)
{
	static const char *const words[WORDS_MOST] = { "incident",      "show", "--json",
						       "INC-2026-0001", "--",   "--what" };
	struct ctl ctl;

	(void)state;
	open_ctl(&ctl, words);
	assert_true(ctl.typed.json);
	assert_int_equal(ctl.typed.word_count, 4);
	assert_string_equal(ctl.typed.words[2], "INC-2026-0001");
	assert_string_equal(ctl.typed.words[3], "--what");
	close_ctl(&ctl);
}

static void a_flag_without_its_value_is_said(void **state)
{
	char *words[] = { "status", "--data" };
	struct arena *mem = arena_new();
	struct options typed;
	struct fault why;

	(void)state;
	assert_int_equal(options_read(2, words, mem, &typed, &why), -FAULT_INVALID);
	assert_non_null(strstr(why.text, "--data"));
	arena_free(mem);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(flags_become_the_input_of_a_move),
		cmocka_unit_test(what_is_not_utf_8_is_refused_and_not_left_out),
		cmocka_unit_test(flags_become_a_filter),
		cmocka_unit_test(words_and_flags_are_told_apart),
		cmocka_unit_test(a_flag_without_its_value_is_said),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
