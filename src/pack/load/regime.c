#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/stamp.h"
#include "pack/pack_private.h"

/*
 * Regimes: duties to report upward, with the stages that a law asks for, and
 * the calendars in which their deadlines are reckoned.
 */

static const char *const report_types[] = { "initial", "progress", "final", "batch", NULL };

/* ---- terms ---------------------------------------------------------------- */

/* clang-format off */
static const struct {
	const char *word;
	enum term_unit unit;
	int times;
} units[] = {
	{ "min", TERM_MINUTE, 1 }, { "h", TERM_MINUTE, 60 }, { "d", TERM_DAY, 1 },
	{ "month", TERM_MONTH, 1 }, { "months", TERM_MONTH, 1 },
	{ "business days", TERM_BUSINESS_DAY, 1 }, { "business day", TERM_BUSINESS_DAY, 1 },
};
/* clang-format on */

/* TERM_MOST of a unit: a hundred years of days are more than any law gives. */
enum { TERM_MOST = 36500 };

static bool term_of(const char *text, struct term *out)
{
	char *rest;
	long n;

	if (!strcmp(text, "asap")) {
		*out = (struct term){ .unit = TERM_AT_ONCE };
		return true;
	}
	n = strtol(text, &rest, 10);
	if (rest == text || n < 1 || n > TERM_MOST)
		return false;
	while (*rest == ' ')
		rest++;
	for (size_t i = 0; i < sizeof(units) / sizeof(*units); i++)
		if (!strcmp(rest, units[i].word)) {
			*out = (struct term){ .count = (int)n * units[i].times, .unit = units[i].unit };
			return true;
		}
	return false;
}

static struct term read_term(struct reader *r, const struct yaml_node *node)
{
	struct term term = { 0 };

	if (node->form != YAML_TEXT || !term_of(node->text, &term))
		wrong(r, node,
		      "within is '30 min', '4 h', '30 d', '1 month', '4 business days' or 'asap', at most %d",
		      TERM_MOST);
	return term;
}

/* ---- stages --------------------------------------------------------------- */

/* "sent:in": a name, and the stage it is of. */
static void read_leg(struct reader *r, const struct yaml_node *from, const struct yaml_node *within,
		     struct stage_leg *out)
{
	const char *text = read_scalar(r, from, "clock"), *colon = text ? strchr(text, ':') : NULL;

	out->from = !text ? "" : colon ? arena_copy_bytes(r->mem, text, (size_t)(colon - text)) : text;
	out->of = colon ? colon + 1 : NULL;
	out->within = read_term(r, within);
}

static void read_legs(struct reader *r, const struct yaml_node *map, struct report_stage *out)
{
	const struct yaml_node *clock = yaml_get(map, "clock"), *within = yaml_get(map, "within");

	if (!clock || !within) {
		wrong(r, map, "a stage needs clock (from when) and within (how long)");
		return;
	}
	if (clock->form == YAML_TEXT && within->form == YAML_TEXT) {
		read_leg(r, clock, within, &out->legs[out->leg_count++]);
		return;
	}
	if (clock->form != YAML_LIST || within->form != YAML_LIST || clock->count != within->count ||
	    clock->count > STAGE_LEGS) {
		wrong(r, clock, "clock and within are one each, or lists of the same length, at most %d",
		      STAGE_LEGS);
		return;
	}
	clock = clock->first, within = within->first;
	for (; clock; clock = clock->next, within = within->next)
		read_leg(r, clock, within, &out->legs[out->leg_count++]);
}

static void read_exceptions(struct reader *r, const struct yaml_node *map, struct report_stage *out)
{
	static const char *const keys[] = { "within", "when", "certainty", NULL };
	const struct yaml_node *node = yaml_get(map, "except"), *when, *within;

	if (!node)
		return;
	if (node->form != YAML_MAP) {
		wrong(r, node, "except is a map of name to {within, certainty}");
		return;
	}
	out->exceptions = arena_many(r->mem, node->count, sizeof(*out->exceptions));
	for (const struct yaml_node *key = node->first; key; key = key->next) {
		struct stage_exception *one = &out->exceptions[out->exception_count++];

		*one = (struct stage_exception){ .name = key->text, .at = key->at };
		if (!read_map(r, key->value, key->text, keys))
			continue;
		one->when = (when = yaml_get(key->value, "when")) ? load_guard(r, when) : NULL;
		one->certainty = read_text(r, key->value, "certainty", true);
		if ((within = yaml_get(key->value, "within")))
			one->within = read_term(r, within);
		else
			wrong(r, key, "an exception needs within");
	}
}

static struct words read_some_words(struct reader *r, const struct yaml_node *map, const char *key)
{
	const struct yaml_node *node = yaml_get(map, key);

	return node ? read_words(r, node, key) : (struct words){ NULL, NULL };
}

static void read_stage(struct reader *r, const struct yaml_node *key, const char *variant,
		       struct report_stage *out)
{
	static const char *const keys[] = { "label",  "clock",          "within",      "to",
					    "type",   "mandatory",      "form",        "channel",
					    "grades", "when",           "basis",       "certainty",
					    "except", "verified_by",    "verified_at", "rule",
					    "note",   "rule_certainty", NULL };
	const struct yaml_node *map = key->value, *when = yaml_get(map, "when"), *to = yaml_get(map, "to"),
			       *type = yaml_get(map, "type");
	int at;

	*out = (struct report_stage){ .at = key->at, .variant = variant };
	out->id = variant ? arena_text(r->mem, "%s.%s", variant, key->text) : key->text;
	out->label = out->recipient = (struct words){ "", "" };
	if (!read_map(r, map, key->text, keys))
		return;
	out->label = read_label(r, map, "stage");
	if (to)
		out->recipient = read_words(r, to, "to");
	else
		wrong(r, key, "stage '%.40s' needs to: who is told", key->text);
	read_legs(r, map, out);
	read_exceptions(r, map, out);
	out->when = when ? load_guard(r, when) : NULL;
	out->grades = read_names(r, yaml_get(map, "grades"), "grades");
	out->type =
		type && (at = read_choice(r, type, "type", report_types)) >= 0 ? report_types[at] : "initial";
	out->mandatory = !yaml_get(map, "mandatory") || read_yes(r, map, "mandatory");
	out->form = read_text(r, map, "form", false);
	out->channel = read_text(r, map, "channel", false);
	out->basis = read_text(r, map, "basis", true);
	out->certainty = read_text(r, map, "certainty", true);
	out->verified_by = read_text(r, map, "verified_by", false);
	out->verified_at = read_text(r, map, "verified_at", false);
	out->rule = read_text(r, map, "rule", false);
	out->rule_certainty = read_text(r, map, "rule_certainty", false);
	out->note = read_some_words(r, map, "note");
}

static size_t stages_in(const struct yaml_node *map)
{
	const struct yaml_node *variants = yaml_get(map, "variants");
	size_t count = children(yaml_get(map, "stages"));

	for (const struct yaml_node *v = variants && variants->form == YAML_MAP ? variants->first : NULL; v;
	     v = v->next)
		count += children(yaml_get(v->value, "stages"));
	return count;
}

static void read_stages(struct reader *r, const struct yaml_node *node, const char *variant,
			struct regime *out)
{
	if (!node)
		return;
	if (node->form != YAML_MAP) {
		wrong(r, node, "stages is a map of id to stage");
		return;
	}
	for (const struct yaml_node *key = node->first; key; key = key->next)
		read_stage(r, key, variant, &out->stages[out->stage_count++]);
}

static void read_variants(struct reader *r, const struct yaml_node *node, struct regime *out)
{
	static const char *const keys[] = { "who", "stages", NULL };

	if (!node)
		return;
	if (node->form != YAML_MAP) {
		wrong(r, node, "variants is a map of id to {who, stages}");
		return;
	}
	out->variants = arena_many(r->mem, node->count, sizeof(*out->variants));
	for (const struct yaml_node *key = node->first; key; key = key->next) {
		struct regime_variant *one = &out->variants[out->variant_count++];

		*one = (struct regime_variant){ .id = key->text, .who = { "", "" } };
		if (!read_map(r, key->value, key->text, keys))
			continue;
		one->who = read_some_words(r, key->value, "who");
		if (!one->who.zh)
			wrong(r, key, "variant '%.40s' needs who: to whom it applies", key->text);
		read_stages(r, yaml_get(key->value, "stages"), key->text, out);
	}
}

/* ---- what a report says ---------------------------------------------------- */

static size_t read_fields(struct reader *r, const struct yaml_node *node, struct report_field **out)
{
	static const char *const keys[] = { "zh", "en", "from", NULL };
	size_t n = 0;

	if (!node)
		return 0;
	if (node->form != YAML_LIST) {
		wrong(r, node, "fields is a list of {zh, en, from}");
		return 0;
	}
	*out = arena_many(r->mem, node->count, sizeof(**out));
	for (const struct yaml_node *item = node->first; item; item = item->next) {
		struct report_field *one = &(*out)[n++];

		*one = (struct report_field){ .at = item->at, .label = { "", "" } };
		if (!read_map(r, item, "a field of a report", keys))
			continue;
		one->label = (struct words){ read_text(r, item, "zh", true), read_text(r, item, "en", true) };
		one->from = read_names(r, yaml_get(item, "from"), "from");
	}
	return n;
}

/* ---- regimes ---------------------------------------------------------------- */

static void read_law(struct reader *r, const struct yaml_node *map, struct regime *out)
{
	out->jurisdiction = read_text(r, map, "jurisdiction", true);
	out->calendar = read_text(r, map, "calendar", true);
	out->source = read_text(r, map, "source", false);
	out->edition = read_text(r, map, "edition", true);
	out->in_force = read_text(r, map, "in_force", true);
	out->status = read_some_words(r, map, "status");
	out->trigger = read_some_words(r, map, "trigger");
	out->note = read_some_words(r, map, "note");
	out->stages = arena_many(r->mem, stages_in(map), sizeof(*out->stages));
	read_variants(r, yaml_get(map, "variants"), out);
	read_stages(r, yaml_get(map, "stages"), NULL, out);
	out->field_count = read_fields(r, yaml_get(map, "fields"), &out->fields);
	out->final_field_count = read_fields(r, yaml_get(map, "final_fields"), &out->final_fields);
	out->fields_certainty = read_text(r, map, "fields_certainty", out->field_count > 0);
	out->final_fields_certainty = read_text(r, map, "final_fields_certainty", out->final_field_count > 0);
	out->channels = read_names(r, yaml_get(map, "channels"), "channels");
	out->channels_certainty = read_text(r, map, "channels_certainty", out->channels.count > 0);
}

/* A rule of the plan's own: one report, in force with the plan. */
static void read_own(struct reader *r, const struct yaml_node *key, struct regime *out)
{
	const struct yaml_node *map = key->value, *type = yaml_get(map, "type");
	const struct yaml_node *within = yaml_get(map, "within"), *verified = yaml_get(map, "verified_by");
	int at;

	out->recipient = read_text(r, map, "recipient", true);
	out->within = within ? read_span(r, within, "within") : 0;
	out->type =
		type && (at = read_choice(r, type, "type", report_types)) >= 0 ? report_types[at] : "initial";
	out->mandatory = read_yes(r, map, "mandatory");
	out->form = read_text(r, map, "form", false);
	out->channel = read_text(r, map, "channel", false);
	out->basis = read_text(r, map, "basis", true);
	out->certainty = read_text(r, map, "certainty", true);
	out->verified_by = verified && verified->form == YAML_TEXT ? verified->text : "";
	if (!out->when || !within)
		wrong(r, key, "regime '%.40s' needs when and within", key->text);
}

static void read_regime(struct reader *r, const struct yaml_node *key, struct regime *out)
{
	static const char *const own[] = { "label", "when",      "recipient",   "within",
					   "type",  "mandatory", "form",        "channel",
					   "basis", "certainty", "verified_by", NULL };
	static const char *const law[] = { "label",
					   "when",
					   "jurisdiction",
					   "calendar",
					   "source",
					   "edition",
					   "in_force",
					   "status",
					   "trigger",
					   "note",
					   "variants",
					   "stages",
					   "fields",
					   "final_fields",
					   "fields_certainty",
					   "channels",
					   "final_fields_certainty",
					   "channels_certainty",
					   NULL };
	const struct yaml_node *map = key->value, *when = yaml_get(map, "when");
	const bool staged = yaml_get(map, "stages") || yaml_get(map, "variants");

	*out = (struct regime){ .id = key->text, .at = key->at, .label = { "", "" } };
	if (!read_map(r, map, key->text, staged ? law : own))
		return;
	out->label = read_label(r, map, "regime");
	out->when = when ? load_guard(r, when) : NULL;
	if (staged)
		read_law(r, map, out);
	else
		read_own(r, key, out);
}

/* ---- calendars ----------------------------------------------------------------- */

static int by_day(const void *one, const void *other)
{
	const int32_t a = *(const int32_t *)one, b = *(const int32_t *)other;

	return a < b ? -1 : a > b;
}

/* "2026-10-01" */
static int32_t read_day(struct reader *r, const struct yaml_node *item, const char *what)
{
	const char *text = read_scalar(r, item, what);
	char moment[40];
	int64_t stamp = 0;
	struct fault why;

	if (!text)
		return 0;
	if (strlen(text) != 10)
		moment[0] = '\0';
	else
		snprintf(moment, sizeof(moment), "%.10sT00:00:00Z", text);
	if (stamp_parse(moment, strlen(moment), &stamp, &why) < 0)
		wrong(r, item, "%s lists days like 2026-10-01, not '%.40s'", what, text);
	return (int32_t)(stamp / STAMP_DAY);
}

static size_t read_days(struct reader *r, const struct yaml_node *node, const char *what, int32_t **out)
{
	size_t n = 0;

	if (!node)
		return 0;
	if (node->form != YAML_LIST) {
		wrong(r, node, "%s is a list of days like 2026-10-01", what);
		return 0;
	}
	*out = arena_many(r->mem, node->count, sizeof(**out));
	for (const struct yaml_node *item = node->first; item; item = item->next)
		(*out)[n++] = read_day(r, item, what);
	if (n)
		qsort(*out, n, sizeof(**out), by_day);
	return n;
}

static void read_rest(struct reader *r, const struct yaml_node *node, struct calendar_def *out)
{
	static const char *const week[] = { "sun", "mon", "tue", "wed", "thu", "fri", "sat", NULL };
	int day;

	out->rests[0] = out->rests[6] = !node;
	if (node && node->form != YAML_LIST)
		wrong(r, node, "rest is a list of days of the week: [sat, sun]");
	for (const struct yaml_node *item = node && node->form == YAML_LIST ? node->first : NULL; item;
	     item = item->next)
		if ((day = read_choice(r, item, "rest", week)) >= 0)
			out->rests[day] = true;
	for (day = 0; day < 7 && out->rests[day]; day++)
		;
	if (day == 7)
		wrong(r, node, "a week without a working day has no business days");
}

static void read_calendar(struct reader *r, const struct yaml_node *key, struct calendar_def *out)
{
	static const char *const keys[] = { "label", "zone",   "rule",      "rest", "off",
					    "on",    "source", "certainty", NULL };
	const struct yaml_node *map = key->value;

	*out = (struct calendar_def){
		.id = key->text, .at = key->at, .label = { "", "" }, .zone = "", .rule = ""
	};
	if (!read_map(r, map, key->text, keys))
		return;
	out->label = read_label(r, map, "calendar");
	if (!(out->zone = read_text(r, map, "zone", true)))
		out->zone = "";
	if (!(out->rule = read_text(r, map, "rule", true)))
		out->rule = "";
	read_rest(r, yaml_get(map, "rest"), out);
	out->off_count = read_days(r, yaml_get(map, "off"), "off", &out->off);
	out->on_count = read_days(r, yaml_get(map, "on"), "on", &out->on);
	out->source = read_text(r, map, "source", false);
	out->certainty = read_text(r, map, "certainty", true);
}

/* ---- files ----------------------------------------------------------------------- */

static bool of_regimes(const struct source *file)
{
	return file->root && !strncmp(file->name, "regimes/", strlen("regimes/"));
}

static const struct yaml_node *part_of(struct reader *r, const struct source *file, const char *name)
{
	const struct yaml_node *node = yaml_get(file->root, name);

	if (node && node->form != YAML_MAP)
		wrong(r, node, "%s is a map of id to %.*s", name, (int)strlen(name) - 1, name);
	return node && node->form == YAML_MAP ? node : NULL;
}

static void read_file(struct reader *r, const struct source *file)
{
	static const char *const keys[] = { "regimes", "calendars", NULL };
	const struct yaml_node *regimes, *calendars, *key;
	struct pack *pack = r->pack;

	if (!read_map(r, file->root, "a file of regimes/", keys))
		return;
	if (!yaml_get(file->root, "regimes") && !yaml_get(file->root, "calendars"))
		wrong(r, file->root, "regimes is a map of id to regime");
	regimes = part_of(r, file, "regimes");
	for (key = regimes ? regimes->first : NULL; key; key = key->next) {
		const struct regime *known = pack_regime(pack, key->text);

		if (known)
			wrong(r, key, "regime '%.40s' stands already in %s", key->text, known->at.file);
		read_regime(r, key, &pack->regimes[pack->regime_count++]);
	}
	calendars = part_of(r, file, "calendars");
	for (key = calendars ? calendars->first : NULL; key; key = key->next) {
		const struct calendar_def *known = pack_calendar(pack, key->text);

		if (known)
			wrong(r, key, "calendar '%.40s' stands already in %s", key->text, known->at.file);
		read_calendar(r, key, &pack->calendars[pack->calendar_count++]);
	}
}

void load_regimes(struct reader *r)
{
	size_t regimes = 0, calendars = 0;

	for (size_t i = 0; i < r->file_count; i++)
		if (of_regimes(&r->files[i])) {
			regimes += children(yaml_get(r->files[i].root, "regimes"));
			calendars += children(yaml_get(r->files[i].root, "calendars"));
		}
	r->pack->regimes = arena_many(r->mem, regimes, sizeof(*r->pack->regimes));
	r->pack->calendars = arena_many(r->mem, calendars, sizeof(*r->pack->calendars));
	for (size_t i = 0; i < r->file_count; i++)
		if (of_regimes(&r->files[i]))
			read_file(r, &r->files[i]);
}
