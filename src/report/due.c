#include "report/due.h"

#include <string.h>

static bool same(const char *one, const char *other)
{
	return one && other ? !strcmp(one, other) : one == other;
}

static bool leg_of(const struct stage_leg *leg, const struct known *fact)
{
	return same(leg->from, fact->from) && same(leg->of, fact->of);
}

bool due_opens(const struct report_stage *stage, const struct known *fact)
{
	return stage->leg_count && leg_of(&stage->legs[0], fact);
}

static const struct known *newest(const struct stage_leg *leg, const struct known *facts, size_t count)
{
	const struct known *found = NULL;

	for (size_t i = 0; i < count; i++)
		if (leg_of(leg, &facts[i]) && (!found || facts[i].at >= found->at))
			found = &facts[i];
	return found;
}

int64_t due_of_stage(const struct report_stage *stage, const struct term *instead, const struct known *opened,
		     const struct known *facts, size_t count, const struct calendar *calendar)
{
	int64_t due;

	if (instead)
		return instead->unit == TERM_AT_ONCE ? 0 : calendar_after(calendar, opened->at, *instead);
	if (stage->legs[0].within.unit == TERM_AT_ONCE)
		return 0;
	due = calendar_after(calendar, opened->at, stage->legs[0].within);
	for (size_t i = 1; i < stage->leg_count; i++) {
		const struct known *fact = newest(&stage->legs[i], facts, count);
		const int64_t end = fact ? calendar_after(calendar, fact->at, stage->legs[i].within) : 0;

		if (fact && end < due && end >= opened->at)
			due = end;
	}
	return due;
}
