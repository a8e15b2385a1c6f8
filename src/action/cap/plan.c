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

/* Those that this one is about, and the latest end among them. */
static int plan_references(struct deed *deed, struct cap_about *about, int64_t *latest, struct fault *why)
{
	struct objects editions = { 0 };
	int ret;

	about->references = "";
	*latest = 0;
	if ((ret = world_linked(deed, about->warning, "edition", "warning", &editions, why)) < 0)
		return ret;
	for (size_t i = 0; i < editions.count; i++) {
		const struct object *one = editions.at[i];

		if ((!about->cancel && one == about->edition) || !in_force(deed, one))
			continue;
		about->references = arena_text(deed->mem, "%s%s%s", about->references,
					       *about->references ? " " : "", cap_text(one, "cap_reference"));
		*latest = cap_time(one, "cap_ends") > *latest ? cap_time(one, "cap_ends") : *latest;
	}
	return 0;
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
	/* Before there is an edition the warning stands for the one to come. */
	const json_int_t revision =
		about->edition == warning
			? json_integer_value(json_object_get(warning->body, "edition")) + 1
			: json_integer_value(json_object_get(about->edition->body, "edition_no"));
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

static bool plan_end(struct cap_about *about, int64_t sent, int64_t latest)
{
	const int64_t until = cap_time(about->warning, "valid_to");

	about->ends = about->cancel ? latest : until && until < sent + ENDS_MOST ? until : sent + ENDS_MOST;
	about->ends -= about->ends % STAMP_SECOND;
	return about->ends > sent;
}

int cap_plan(struct deed *deed, struct cap_about *about, struct fault *why)
{
	const int64_t sent = deed->now - deed->now % STAMP_SECOND;
	char text[MOMENT_LEN];
	int64_t latest;
	int ret;

	if ((ret = plan_references(deed, about, &latest, why)) < 0)
		return ret;
	if (!plan_scope(about) || !plan_end(about, sent, latest))
		return 0;
	moment_write(sent, OFFSET_MIN, text);
	about->sent = arena_copy(deed->mem, text);
	about->identifier = identifier_of(deed, about);
	return 1;
}
