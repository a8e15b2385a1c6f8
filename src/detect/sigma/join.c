/* The custom attribute `fengsui: {join: …}`: which alerts of the rule are equal, and how long. */

#include <string.h>

#include "base/stamp.h"
#include "detect/sigma/rule_private.h"

/* A year of hits in one alert would say nothing of any of them. */
#define JOIN_MOST (31 * STAMP_DAY)

static int read_by(struct rule_reading *r, const struct tree *at, struct rule_join *join)
{
	const size_t count = tree_count(at);

	if (at->kind != TREE_LIST || count > JOIN_FIELDS)
		return tree_fault(
			r->why, r->file, at,
			"join: by: should be a list of at most %d of group, host, source or field names",
			JOIN_FIELDS);
	join->by = arena_take(r->mem, (count + 1) * sizeof(*join->by));
	for (const struct tree *t = at->first; t; t = t->next) {
		if (t->kind != TREE_SCALAR || !t->len || strlen(t->text) != t->len)
			return tree_fault(r->why, r->file, t, "join: by: a name of a field is text");
		join->by[join->count++] = t->text;
	}
	join->given = true;
	return 0;
}

static int read_time(struct rule_reading *r, const struct tree *at, int64_t *out)
{
	struct fault span;

	if (at->kind != TREE_SCALAR || stamp_parse_span(at->text, out, &span) < 0 || *out <= 0 ||
	    *out > JOIN_MOST)
		return tree_fault(r->why, r->file, at,
				  "join: %s: should be like 30 min, 4 h or 7 d, up to 31 d", at->key);
	return 0;
}

static int read_part(struct rule_reading *r, const struct tree *at, struct rule_join *join)
{
	if (!strcmp(at->key, "by"))
		return read_by(r, at, join);
	if (!strcmp(at->key, "within"))
		return read_time(r, at, &join->within);
	if (!strcmp(at->key, "at_most"))
		return read_time(r, at, &join->at_most);
	return tree_fault(r->why, r->file, at, "unknown key '%.60s' in join; by, within or at_most", at->key);
}

int join_read(struct rule_reading *r, const struct tree *at)
{
	const struct tree *join = at && at->kind == TREE_MAP ? tree_find(at, "join") : NULL;
	int ret = 0;

	if (!at)
		return 0;
	if (!join || tree_count(at) != 1 || join->kind != TREE_MAP)
		return tree_fault(r->why, r->file, at,
				  "fengsui: should be {join: {by: [FIELD], within: 1 h, at_most: 1 d}}");
	for (const struct tree *t = join->first; ret == 0 && t; t = t->next)
		ret = read_part(r, t, &r->rule->join);
	if (ret == 0 && r->rule->join.at_most && r->rule->join.at_most < r->rule->join.within)
		return tree_fault(r->why, r->file, join, "join: at_most is shorter than within");
	return ret;
}
