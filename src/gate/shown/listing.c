#include "gate/shown/listing.h"

#include <string.h>

#include "detect/ruleset.h"

static json_t *tags_of(const struct rule *rule)
{
	json_t *tags = json_array();

	for (const struct name_list *tag = rule->tags; tag; tag = tag->next)
		json_array_append_new(tags, json_string(tag->name));
	return tags;
}

/* Where the folder lies concerns whoever runs the daemon. */
static const char *below(const char *folder, const char *file)
{
	const size_t len = folder ? strlen(folder) : 0;
	const char *slash = strrchr(file, '/');

	if (len && !strncmp(file, folder, len) && file[len])
		return file + len + strspn(file + len, "/");
	return slash ? slash + 1 : file;
}

static json_t *row_of(const struct rule *rule, const char *folder)
{
	return json_pack("{s:s, s:s, s:s, s:s*, s:s*, s:s*, s:o, s:s, s:i, s:b, s:{s:s*, s:s*, s:s*}}", "id",
			 rule->id, "title", rule->title, "level", rule_level_word(rule->level), "author",
			 rule->author, "license", rule->license, "status", rule->status, "tags",
			 tags_of(rule), "file", below(folder, rule->file), "line", rule->line, "correlation",
			 rule->correlation != NULL, "logsource", "product", rule->product, "category",
			 rule->category, "service", rule->service);
}

/* One page from the rule `from` on. */
static json_t *page_of(const struct ruleset *rules, const char *folder, size_t from, size_t limit)
{
	const size_t total = rules ? ruleset_count(rules) : 0;
	const size_t end = total - from > limit ? from + limit : total;
	json_t *rows = json_array(), *page;

	for (size_t i = from; i < end; i++)
		json_array_append_new(rows, row_of(ruleset_at(rules, i), folder));
	page = json_pack("{s:o, s:I}", "rules", rows, "total", (json_int_t)total);
	if (end < total)
		json_object_set_new(page, "after", json_string(ruleset_at(rules, end - 1)->id));
	return page;
}

static int begin_of(const struct ruleset *rules, const char *after, size_t *out, struct fault *why)
{
	const size_t at = after && rules ? ruleset_find(rules, after) : SIZE_MAX;

	*out = after ? at + 1 : 0;
	return !after || at != SIZE_MAX
		       ? 0
		       : fault_say(why, FAULT_INVALID, "after: there is no rule '%.80s' any more; begin anew",
				   "起点（after）：已没有规则“%.80s”，请从头列出", after);
}

int listing_page(const struct ruleset *rules, const char *folder, const char *after, size_t limit,
		 json_t **out, struct fault *why)
{
	size_t from;
	const int ret = begin_of(rules, after, &from, why);

	if (ret == 0)
		*out = page_of(rules, folder, from, limit);
	return ret;
}
