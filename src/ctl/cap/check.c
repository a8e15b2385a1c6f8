#include <stdio.h>
#include <string.h>

#include "ctl/cap/cap.h"
#include "warn/check.h"
#include "warn/feed.h"

/*
 * check -- `fengsui cap check`: each thing that is wrong, with its line and code.
 */

/* A feed or a message, whichever it is. */
static const struct node *check_either(const char *bytes, size_t len, struct arena *mem,
				       struct findings *found)
{
	struct findings first = { 0 };
	const struct node *root = check_message(bytes, len, mem, &first);
	const struct finding *refused = findings_first(&first);

	if (!root && refused && refused->rule == RULE_NOT_CAP && !strcmp(refused->what, ATOM_SPACE))
		return feed_check(bytes, len, mem, found);
	*found = first;
	return root;
}

static void say_finding(const struct cap_line *line, const char *path, const struct finding *one)
{
	const char *colon = cap_words(line, ": ", "：");

	printf("%s:", path);
	if (one->line)
		printf("%u:", one->line);
	printf(" %s%s[%s] %s%s%s\n", cap_legible(line, one->element), *one->element ? ": " : "",
	       rule_code(one->rule), cap_words(line, rule_en(one->rule), rule_zh(one->rule)),
	       *one->what ? colon : "", cap_legible(line, one->what));
}

static void say_verdict(const struct cap_line *line, const char *path, const struct findings *found)
{
	if (found->beyond)
		printf(cap_words(line, "%s: and %zu more\n", "%s：另有 %zu 处\n"), path, found->beyond);
	if (found->refused)
		printf(cap_words(line, "%s: refused, by %zu rule%s\n", "%s：不予接受，共 %zu 处%.0s\n"), path,
		       found->refused, found->refused == 1 ? "" : "s");
	else
		printf("%s: %s\n", path, cap_words(line, "taken", "接受"));
}

static json_t *json_findings(const struct findings *found)
{
	json_t *list = json_array();

	for (size_t i = 0; i < found->count; i++) {
		const struct finding *one = &found->at[i];

		json_array_append_new(
			list, json_pack("{s:s, s:s, s:i, s:s, s:s, s:s, s:s}", "code", rule_code(one->rule),
					"stage", rule_stage_name(rule_stage(one->rule)), "line",
					(int)one->line, "element", one->element, "what", one->what, "en",
					rule_en(one->rule), "zh", rule_zh(one->rule)));
	}
	return list;
}

static void say_json(const char *path, const struct node *root, const struct findings *found)
{
	json_t *out = json_pack("{s:s, s:b, s:s*, s:o, s:I}", "file", path, "taken", !found->refused, "root",
				root ? root->name : NULL, "findings", json_findings(found), "beyond",
				(json_int_t)found->beyond);

	json_dumpf(out, stdout, JSON_COMPACT);
	putchar('\n');
	json_decref(out);
}

int cap_check(const struct cap_line *line, const char *path)
{
	SCOPED(arena_drop) struct arena *mem = arena_new();
	struct findings found = { 0 };
	const struct node *root;
	char *bytes;
	size_t len;
	int ret;

	if ((ret = cap_read(line, path, &bytes, &len)))
		return ret;
	root = check_either(bytes, len, mem, &found);
	if (line->json) {
		say_json(path, root, &found);
	} else {
		for (size_t i = 0; i < found.count; i++)
			say_finding(line, path, &found.at[i]);
		say_verdict(line, path, &found);
	}
	return found.refused ? CAP_REFUSED : CAP_FINE;
}
