/* What is known of a case to the minute. */

#include "action/duty/duty.h"

#include <string.h>

#include "base/stamp.h"

/* These may come again, and each opens its stages anew; all others are known once. */
static const char *const again[] = { "ransom_paid", "new_facts_known", "notice_requested",
				     "received_from_operator", NULL };

static const char *word_of(const struct object *object, const char *field)
{
	return json_string_value(json_object_get(object->body, field));
}

static bool moment_of(const struct object *object, const char *field, int64_t *out)
{
	const char *text = word_of(object, field);

	return text && stamp_parse(text, strlen(text), out, NULL) == 0;
}

static void add_facts(const struct objects *facts, struct case_known *out, size_t *count)
{
	for (size_t i = 0; i < facts->count; i++) {
		struct case_known one = { .by = facts->at[i],
					  .known = { .from = word_of(facts->at[i], "fact"),
						     .of = word_of(facts->at[i], "stage") } };

		if (one.known.from && moment_of(facts->at[i], "happened_at", &one.known.at))
			out[(*count)++] = one;
	}
}

static void add_sent(const struct objects *duties, const char *regime, struct case_known *out, size_t *count)
{
	for (size_t i = 0; i < duties->count; i++) {
		const char *of = word_of(duties->at[i], "regime");
		struct case_known one = { .by = duties->at[i],
					  .known = { .from = "sent",
						     .of = word_of(duties->at[i], "stage") } };

		if (of && one.known.of && !strcmp(of, regime) &&
		    moment_of(duties->at[i], "sent_at", &one.known.at))
			out[(*count)++] = one;
	}
}

int facts_of(struct deed *deed, struct object *incident, const char *regime, struct case_known **out,
	     size_t *count, struct fault *why)
{
	struct objects facts, duties;
	int ret;

	if ((ret = world_linked(deed, incident, "case_fact", "incident", &facts, why)) < 0 ||
	    (ret = world_linked(deed, incident, "upward_report", "incident", &duties, why)) < 0)
		return ret;
	*out = arena_many(deed->mem, facts.count + duties.count + 1, sizeof(**out));
	*count = 0;
	add_facts(&facts, *out, count);
	add_sent(&duties, regime, *out, count);
	return 0;
}

static bool same(const char *one, const char *other)
{
	return one && other ? !strcmp(one, other) : one == other;
}

bool guard_fact_once(struct deed *deed, struct object *subject)
{
	struct object *incident = world_case(deed, subject);
	const char *fact = word_of(subject, "fact"), *stage = word_of(subject, "stage");
	struct objects facts;
	struct fault why;

	if (!incident || !fact)
		return true;
	for (size_t i = 0; again[i]; i++)
		if (!strcmp(again[i], fact))
			return true;
	if (world_linked(deed, incident, "case_fact", "incident", &facts, &why) < 0)
		return false;
	for (size_t i = 0; i < facts.count; i++)
		if (facts.at[i] != subject && same(word_of(facts.at[i], "fact"), fact) &&
		    same(word_of(facts.at[i], "stage"), stage))
			return false;
	return true;
}
