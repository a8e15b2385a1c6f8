#include "ctl/watch/rules.h"

#include <stdio.h>
#include <string.h>

#include "ctl/watch/rule_own.h"

static void say(void *who, const struct fault *why)
{
	(void)who;
	fprintf(stderr, "fengsui watch: %s%s%s\n", why->text, *why->zh ? " / " : "", why->zh);
}

static int load_maps(struct rules *rules, const struct path_list *folders)
{
	struct fault why;
	int ret;

	rules->maps = maps_new();
	ret = maps_add_own(rules->maps, &why);
	for (size_t i = folders->count; ret == 0 && i-- > 0;)
		ret = maps_add_folder(rules->maps, folders->paths[i], &why);
	if (ret < 0)
		say(NULL, &why);
	return ret < 0 ? EXIT_RULES : -1;
}

static int load_rules(struct rules *rules, const struct settings *settings)
{
	const struct path_list *paths = &settings->rules;
	struct fault why;
	int ret;

	rules->set = ruleset_new(say, NULL);
	if (settings->lists && (ret = ruleset_set_lists(rules->set, settings->lists, &why)) < 0) {
		say(NULL, &why);
		return ret == -FAULT_ABSENT ? EXIT_NO_FILE : EXIT_RULES;
	}
	for (size_t i = 0; i < paths->count; i++)
		if (ruleset_add_path(rules->set, paths->paths[i], &why) < 0) {
			say(NULL, &why);
			return EXIT_NO_FILE;
		}
	for (size_t i = 0; !paths->count && i < rule_own_count; i++)
		ruleset_add(rules->set, rule_own[i].name, rule_own[i].text, strlen(rule_own[i].text));
	ruleset_finish(rules->set);
	return -1;
}

/* An id that is typed wrong would look like "nothing found". */
static int check_only(const struct rules *rules, const struct path_list *only)
{
	for (size_t i = 0; i < only->count; i++)
		if (ruleset_find(rules->set, only->paths[i]) == SIZE_MAX) {
			fprintf(stderr, "fengsui watch: --rule %s: 没有这条规则 / there is no such rule\n",
				only->paths[i]);
			return EXIT_RULES;
		}
	return -1;
}

int rules_load(struct rules *rules, const struct settings *settings)
{
	int ret;

	*rules = (struct rules){ 0 };
	if ((ret = load_maps(rules, &settings->maps)) >= 0 || (ret = load_rules(rules, settings)) >= 0)
		return ret;
	if (ruleset_refusals(rules->set) && settings->strict)
		return EXIT_RULES;
	if (!ruleset_count(rules->set)) {
		fprintf(stderr, "fengsui watch: %s 中没有可用的规则 / there is no usable rule in %s\n",
			settings->rules.paths[0], settings->rules.paths[0]);
		return EXIT_RULES;
	}
	return check_only(rules, &settings->only);
}

void rules_fini(struct rules *rules)
{
	ruleset_free(rules->set);
	maps_free(rules->maps);
}
