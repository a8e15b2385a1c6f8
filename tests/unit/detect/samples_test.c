#include "try.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <dirent.h>
#include <jansson.h>

/* Every rule of rules/ hits its .hit.log and leaves its .miss.log alone. */

/* How often the rule of this id reported, with these rules loaded. */
static size_t reports(const char *rules, const char *lines, const char *id)
{
	struct tried t;
	size_t count = 0;

	try_init(&t);
	try_paths(&t, rules, lines, 0);
	if (t.refusals)
		fail_msg("%s", t.first.text);
	for (char *line = strtok(t.json.data, "\n"); line; line = strtok(NULL, "\n")) {
		json_t *alert = json_loads(line, 0, NULL);

		count += !strcmp(json_string_value(json_object_get(alert, "rule")), id);
		json_decref(alert);
	}
	try_fini(&t);
	return count;
}

static bool correlates(const char *text) { return strstr(text, "\ncorrelation:") != NULL; }

static void try_rule(const char *folder, const char *name)
{
	char rule[512], hit[512], miss[512], id[64] = "";
	struct buf text = { 0 };
	const char *at, *rules;

	snprintf(rule, sizeof(rule), "%s/%s.yml", folder, name);
	snprintf(hit, sizeof(hit), "%s/%s.hit.log", folder, name);
	snprintf(miss, sizeof(miss), "%s/%s.miss.log", folder, name);
	assert_true(try_read(rule, &text));
	if (!(at = strstr(text.data, "\nid:")) || sscanf(at, " id: %63s", id) != 1)
		fail_msg("%s has no id", rule);
	/* A rule that others count or put in order is silent while they are
	 * loaded, so that it is tried alone; a correlation needs the others. */
	rules = correlates(text.data) ? folder : rule;
	if (!reports(rules, hit, id))
		fail_msg("%s misses its .hit.log", rule);
	if (reports(rules, miss, id))
		fail_msg("%s hits its .miss.log", rule);
	buf_fini(&text);
}

static void each_rule_holds_to_its_samples(void **state)
{
	static const char *const folders[] = { "linux" };
	size_t count = 0;

	(void)state;
	for (size_t i = 0; i < sizeof(folders) / sizeof(*folders); i++) {
		char folder[256];
		struct dirent *entry;
		DIR *dir;

		snprintf(folder, sizeof(folder), "%s/rules/%s", FENGSUI_ROOT, folders[i]);
		assert_non_null(dir = opendir(folder));
		while ((entry = readdir(dir))) {
			char *dot = strstr(entry->d_name, ".yml");

			if (!dot || dot[4])
				continue;
			*dot = '\0';
			try_rule(folder, entry->d_name);
			count++;
		}
		closedir(dir);
	}
	assert_true(count > 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(each_rule_holds_to_its_samples) };

	return cmocka_run_group_tests_name("samples", tests, NULL, NULL);
}
