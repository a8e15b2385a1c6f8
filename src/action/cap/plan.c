/* What is decided about a CAP file before it is written: for whom, until when, under which identifier. */

#include "action/cap/cap.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/stamp.h"
#include "warn/moment.h"

/* Our profile: nothing is in force longer without being said again. */
#define ENDS_MOST (7 * STAMP_DAY)

enum { OFFSET_MIN = 8 * 60 }; /* China */

/* clang-format off */
/* Whom a marking reaches, as CAP and as TLP say it. What is not here leaves as no CAP file. */
static const struct {
	const char *marking, *scope, *restriction, *tlp;
} markings[] = {
	{ "public",  "Public",     NULL,                                             "CLEAR" },
	{ "members", "Restricted", "成员单位 / member units",                        "GREEN" },
	{ "case",    "Restricted", "案件相关单位 / those concerned with the case",   "AMBER" },
	{ "named",   "Restricted", "指定人员 / named persons",                       "RED" },
};
/* clang-format on */

const char *cap_text(const struct object *object, const char *field)
{
	const char *text = object ? json_string_value(json_object_get(object->body, field)) : NULL;

	return text && *text ? text : NULL;
}

int64_t cap_time(const struct object *object, const char *field)
{
	const char *text = cap_text(object, field);
	int64_t moment;

	return text && stamp_parse(text, strlen(text), &moment, NULL) == 0 ? moment : 0;
}

static bool plan_scope(struct cap_about *about)
{
	const char *marking = cap_text(about->warning, "marking");

	for (size_t i = 0; i < sizeof(markings) / sizeof(*markings); i++)
		if (!strcmp(markings[i].marking, marking ? marking : "members")) {
			about->scope = markings[i].scope;
			about->restriction = markings[i].restriction;
			about->tlp = markings[i].tlp;
			break;
		}
	/* A drill is nobody else's. */
	if (about->scope && about->warning->space == RECORD_DRILL) {
		about->scope = "Restricted";
		about->restriction = "仅限参演单位 / exercise participants only";
	}
	return about->scope != NULL;
}

/* ---- earlier messages ----------------------------------------------------------- */

static bool in_force(const struct deed *deed, const struct object *edition)
{
	return cap_text(edition, "cap_reference") && cap_time(edition, "cap_ends") > deed->now;
}

const char *cap_references(struct deed *deed, const struct cap_about *about)
{
	struct objects editions = { 0 };
	const char *all = "";
	struct fault why;

	if (world_linked(deed, about->warning, "edition", "warning", &editions, &why) < 0)
		return all;
	for (size_t i = 0; i < editions.count; i++)
		if ((about->cancel || editions.at[i] != about->edition) && in_force(deed, editions.at[i]))
			all = arena_text(deed->mem, "%s%s%s", all, *all ? " " : "",
					 cap_text(editions.at[i], "cap_reference"));
	return all;
}

int64_t cap_latest_end(struct deed *deed, const struct cap_about *about)
{
	struct objects editions = { 0 };
	int64_t latest = 0;
	struct fault why;

	if (world_linked(deed, about->warning, "edition", "warning", &editions, &why) < 0)
		return 0;
	for (size_t i = 0; i < editions.count; i++) {
		const int64_t end = cap_time(editions.at[i], "cap_ends");

		if (in_force(deed, editions.at[i]) && end > latest)
			latest = end;
	}
	return latest;
}

/* ---- identifier and times --------------------------------------------------------- */

/* Where the Office sits; its code stands in every identifier. */
static const char *own_code(struct deed *deed)
{
	struct fault why;
	const int64_t office = effect_office(deed);
	struct object *unit = office ? world_get(deed, office, &why) : NULL, *territory;
	const int64_t id = unit ? world_ref(deed, unit, "territory") : 0;
	const char *code;

	territory = id ? world_get(deed, id, &why) : NULL;
	code = cap_text(territory, "code");
	return code && strlen(code) == 6 && strspn(code, "0123456789") == 6 ? code : "000000";
}

/* CN-370100-CSIRT-2026-0007-1, of a drill CN-370100-CSIRT-EX-2026-0007-1; the
 * lifting counts as one more revision. */
static const char *identifier_of(struct deed *deed, const struct cap_about *about)
{
	const struct object *warning = about->warning;
	const char *dash = warning->number ? strstr(warning->number, "WRN-") : NULL;
	const json_int_t revision = json_integer_value(json_object_get(about->edition->body, "edition_no"));
	unsigned year = (unsigned)stamp_civil(deed->now).year, number = (unsigned)warning->id;

	if (dash)
		sscanf(dash, "WRN-%u-%u", &year, &number);
	return arena_text(deed->mem, "CN-%s-CSIRT-%s%04u-%04u-%" JSON_INTEGER_FORMAT, own_code(deed),
			  warning->space == RECORD_DRILL ? "EX-" : "", year, number,
			  (revision > 0 ? revision : 1) + about->cancel);
}

const char *cap_reference_of(struct deed *deed, const struct cap_about *about)
{
	return arena_text(deed->mem, "%s,%s,%s", house_cap_sender(deed->house), about->identifier,
			  about->sent);
}

static bool plan_end(struct deed *deed, struct cap_about *about, int64_t sent)
{
	const int64_t until = cap_time(about->warning, "valid_to");

	about->ends = about->cancel                       ? cap_latest_end(deed, about)
		      : until && until < sent + ENDS_MOST ? until
							  : sent + ENDS_MOST;
	about->ends -= about->ends % STAMP_SECOND;
	return about->ends > sent;
}

bool cap_plan(struct deed *deed, struct cap_about *about)
{
	const int64_t sent = deed->now - deed->now % STAMP_SECOND;
	char text[MOMENT_LEN];

	if (!plan_scope(about) || !plan_end(deed, about, sent))
		return false;
	moment_write(sent, OFFSET_MIN, text);
	about->sent = arena_copy(deed->mem, text);
	about->identifier = identifier_of(deed, about);
	return true;
}
