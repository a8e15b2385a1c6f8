#include "ctl/rules/reach.h"

#include "intake/syslog.h"
#include "intake/format/auditd.h"
#include "intake/format/endpoint.h"
#include "intake/format/sysmon.h"
#include "intake/format/windows.h"

enum brings { BRINGS_ANYTHING, BRINGS_MAPPED, BRINGS_SYSLOG, BRINGS_AUDIT, BRINGS_SYSMON, BRINGS_ENDPOINT };

/* A log that is read. */
struct origin_of {
	const struct reach *reach;
	struct logsource at;
	enum brings brings;
	size_t row; /* of the mappings, or of the format's own table */
	struct origin_of *next;
};

struct reach {
	struct arena *mem;
	const struct maps *maps;
	struct origin_of *first;
};

static void put(struct reach *reach, const struct logsource *at, enum brings brings, size_t row)
{
	struct origin_of *o = arena_take(reach->mem, sizeof(*o));

	*o = (struct origin_of){ reach, *at, brings, row, reach->first };
	reach->first = o;
}

/* What a line is when all that is known of it is its facility. */
static void put_syslog(struct reach *reach, const char *product)
{
	static const char *const services[] = { "auth", "cron", "syslog" };

	for (size_t i = 0; i < sizeof(services) / sizeof(*services); i++) {
		struct logsource at = { .product = logsource_word(product) };

		logsource_add_service(&at, logsource_word(services[i]));
		put(reach, &at, BRINGS_SYSLOG, 0);
	}
}

struct reach *reach_new(struct arena *mem, const struct maps *maps, const char *product)
{
	struct reach *reach = arena_take(mem, sizeof(*reach));
	struct logsource at;
	struct map_row row;

	reach->mem = mem;
	reach->maps = maps;
	for (size_t i = 0; windows_row(i, &at); i++)
		put(reach, &at, BRINGS_ANYTHING, 0);
	for (size_t i = 0; maps_row(maps, i, &row); i++)
		put(reach, row.at, BRINGS_MAPPED, i);
	for (size_t i = 0; auditd_row(i, &at); i++)
		put(reach, &at, BRINGS_AUDIT, i);
	for (size_t i = 0; sysmon_row(i, &at); i++)
		put(reach, &at, BRINGS_SYSMON, i);
	for (size_t i = 0; endpoint_row(i, &at); i++)
		put(reach, &at, BRINGS_ENDPOINT, i);
	put_syslog(reach, product);
	return reach;
}

static bool gives(const void *who, const char *field)
{
	const struct origin_of *o = who;

	switch (o->brings) {
	case BRINGS_MAPPED:
		return maps_gives(o->reach->maps, o->row, field);
	case BRINGS_SYSLOG:
		return syslog_gives(field);
	case BRINGS_AUDIT:
		return auditd_gives(o->row, field);
	case BRINGS_SYSMON:
		return sysmon_gives(o->row, field);
	case BRINGS_ENDPOINT:
		return endpoint_gives(o->row, field);
	case BRINGS_ANYTHING:
		break;
	}
	return true;
}

static bool covers(const struct origin_of *o, const struct rule *rule)
{
	return logsource_covers(rule->product, rule->category, rule->service, &o->at);
}

static bool is_given(const struct reach *reach, const struct rule *rule, const char *field)
{
	const struct origin_of *o = reach->first;

	while (o && !(covers(o, rule) && gives(o, field)))
		o = o->next;
	return o;
}

void reach_rule(const struct reach *reach, struct arena *mem, const struct rule *rule,
		const struct survey *survey, struct reached *out)
{
	*out = (struct reached){ .word = REACH_NO_SOURCE };
	for (const struct origin_of *o = reach->first; o && out->word != REACH_FIRES; o = o->next)
		if (covers(o, rule))
			out->word = survey_may_fire(rule, gives, o) ? REACH_FIRES : REACH_NO_FIELD;
	if (out->word == REACH_NO_SOURCE)
		return;
	out->unknown = arena_many(mem, survey->field_count + 1, sizeof(*out->unknown));
	for (size_t i = 0; i < survey->field_count; i++)
		if (!is_given(reach, rule, survey->fields[i]))
			out->unknown[out->unknown_count++] = survey->fields[i];
}
