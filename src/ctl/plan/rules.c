#include "ctl/plan/boundary.h"

#include "detect/ruleset.h"

struct listing {
	struct buf refused;
	size_t count;
};

static void refuse(void *who, const struct fault *why)
{
	struct listing *list = who;

	buf_format(&list->refused, "  %s\n", why->text);
	list->count++;
}

static const char *or_any(const char *word) { return word ? word : "*"; }

static void one(struct buf *out, const struct rule *rule)
{
	buf_format(out, "  %s  %s  [%s/%s/%s]", rule->id ? rule->id : rule->name, rule->title,
		   or_any(rule->product), or_any(rule->category), or_any(rule->service));
	for (const struct name_list *tag = rule->tags; tag; tag = tag->next)
		buf_format(out, " %s", tag->name);
	buf_char(out, '\n');
}

int boundary_rules(struct buf *out, const char *folder, bool chinese, struct fault *why)
{
	struct listing list = { 0 };
	struct ruleset *set = ruleset_new(refuse, &list);
	int ret = ruleset_add_path(set, folder, why);

	if (ret == 0) {
		ruleset_finish(set);
		buf_format(out,
			   chinese ? "\n可加载的检测规则：%zu条\n" : "\nDetection rules that load: %zu\n",
			   ruleset_count(set));
		for (size_t i = 0; i < ruleset_count(set); i++)
			one(out, ruleset_at(set, i));
		buf_format(out, chinese ? "\n被拒绝的规则：%zu条\n" : "\nRules refused: %zu\n", list.count);
		buf_text(out, list.refused.data ? list.refused.data : "");
	}
	ruleset_free(set);
	buf_fini(&list.refused);
	return ret;
}
