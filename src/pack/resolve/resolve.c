#include <stdlib.h>
#include <string.h>

#include "base/stamp.h"
#include "model/vocabulary.h"
#include "pack/pack_private.h"

/*
 * Tying the nouns: fields, regions, clocks, the matrix, plans, regimes, seeds.
 */

static void unknown_enum(struct reader *r, struct place at, const char *name)
{
	const char **words = arena_many(r->scratch, r->pack->enum_count, sizeof(*words));

	for (size_t i = 0; i < r->pack->enum_count; i++)
		words[i] = r->pack->enums[i].name;
	unknown_name(r, at, "enumeration", name, words, r->pack->enum_count);
}

static void resolve_field(struct reader *r, struct field *field)
{
	for (size_t i = 0; i < field->open_to.count; i++)
		known_role(r, field->at, field->open_to.at[i]);
	if (field->open_to.count && field->type != FIELD_BLOB)
		problem_add(r->problems, field->at, NULL, "field '%s' holds no file, so open_to says nothing",
			    field->name);
	if (!field->of)
		return;
	if (field->type == FIELD_ENUM && !(field->codes = pack_enum(r->pack, field->of)))
		unknown_enum(r, field->at, field->of);
	if (field->type == FIELD_REF && !pack_kind(r->pack, field->of))
		unknown_kind(r, field->at, field->of);
}

/* "INC-{year}-{seq:4}": letters, digits and '-' around the two slots. */
static bool number_ok(const char *pattern)
{
	const char *seq = strstr(pattern, "{seq:"), *p = pattern;

	if (!seq || seq[5] < '1' || seq[5] > '9' || seq[6] != '}')
		return false;
	while (*p) {
		if (!strncmp(p, "{year}", 6))
			p += 6;
		else if (p == seq)
			p += 7;
		else if ((*p >= 'A' && *p <= 'Z') || (*p >= 'a' && *p <= 'z') || (*p >= '0' && *p <= '9') ||
			 *p == '-')
			p++;
		else
			return false;
	}
	return true;
}

static void resolve_always(struct reader *r, struct kind *kind)
{
	const struct scope in = { .kind = kind };

	for (size_t i = 0; i < kind->always_count; i++) {
		struct always *always = &kind->always[i];

		resolve_guard(r, always->when, &in);
		resolve_guard(r, always->then, &in);
		for (size_t k = 0; k < always->fields.count; k++)
			if (!kind_field(kind, always->fields.at[k]))
				unknown_field(r, always->at, kind, always->fields.at[k]);
		if (always->refuse)
			known_refusal(r, always->at, always->refuse);
	}
}

static bool refers_to(const struct kind *from, const struct kind *to)
{
	for (size_t i = 0; i < from->field_count; i++)
		if (from->fields[i].type == FIELD_REF && from->fields[i].of &&
		    !strcmp(from->fields[i].of, to->name))
			return true;
	return false;
}

static void resolve_ends_with(struct reader *r, struct kind *kind)
{
	const struct kind *other;

	if (kind->ends_refuse)
		known_refusal(r, kind->at, kind->ends_refuse);
	for (size_t i = 0; i < kind->ends_with.count; i++) {
		if (!(other = pack_kind(r->pack, kind->ends_with.at[i])))
			unknown_kind(r, kind->at, kind->ends_with.at[i]);
		else if (!refers_to(other, kind))
			problem_add(r->problems, kind->at, NULL,
				    "ends_with %s: %s has no ref to %s, so none is ever linked", other->name,
				    other->name, kind->name);
	}
}

static void alike_field(struct reader *r, const struct kind *kind, const char *name, bool time)
{
	const struct field *field = kind_field(kind, name);

	if (!field)
		unknown_field(r, kind->at, kind, name);
	else if (field->type != (time ? FIELD_TIME : FIELD_REF))
		problem_add(r->problems, kind->at, NULL,
			    time ? "alike: near: %s.%s is no time" : "alike: same: %s.%s is no ref",
			    kind->name, name);
}

/* What is compared must be there on both sides. */
static void resolve_alike(struct reader *r, struct kind *kind)
{
	const struct alike *alike = &kind->alike;
	const struct kind *other;

	if (!alike->of.count || !alike->same || !alike->near)
		return;
	alike_field(r, kind, alike->same, false);
	alike_field(r, kind, alike->near, true);
	for (size_t i = 0; i < alike->of.count; i++) {
		if (!(other = pack_kind(r->pack, alike->of.at[i]))) {
			unknown_kind(r, kind->at, alike->of.at[i]);
			continue;
		}
		if (other == kind)
			continue;
		alike_field(r, other, alike->same, false);
		alike_field(r, other, alike->near, true);
	}
}

static void resolve_kind(struct reader *r, struct kind *kind)
{
	for (size_t i = 0; i < kind->region_count; i++)
		if (!kind->regions[i].start)
			problem_add(r->problems, kind->regions[i].at, NULL,
				    "region '%s' has no start; name a state, or begin a move 'from: new'",
				    kind->regions[i].name);
	if (kind->number && !number_ok(kind->number))
		problem_add(r->problems, kind->at, NULL, "number '%.60s' is not like INC-{year}-{seq:4}",
			    kind->number);
	if (kind->title && !kind_field(kind, kind->title))
		unknown_field(r, kind->at, kind, kind->title);
	resolve_always(r, kind);
	resolve_ends_with(r, kind);
	resolve_alike(r, kind);
	resolve_alerts(r, kind);
	resolve_moves(r, kind);
}

/* Is there a kind with such a field? The owner of a clock is known only when it starts. */
static bool some_field(const struct reader *r, const char *name, enum field_type type)
{
	const struct field *field;

	for (size_t i = 0; i < r->pack->kind_count; i++)
		if ((field = kind_field(&r->pack->kinds[i], name)) && field->type == type)
			return true;
	return false;
}

static void resolve_runs(struct reader *r, struct clock_def *clock)
{
	const struct kind *kind = pack_kind(r->pack, clock->runs_kind);
	const struct region *region;

	if (!kind) {
		unknown_kind(r, clock->at, clock->runs_kind);
		return;
	}
	if (!kind->region_count) {
		problem_add(r->problems, clock->at, NULL, "%s has no states in which a clock could run",
			    kind->name);
		return;
	}
	if (!clock->runs_region)
		clock->runs_region = kind->regions[0].name;
	if (!(region = path_region(r, kind, clock->runs_region, clock->at)))
		return;
	for (size_t i = 0; i < clock->runs_in.count; i++)
		if (!region_state(region, clock->runs_in.at[i]))
			unknown_state(r, clock->at, region, clock->runs_in.at[i]);
}

static const char *last_name(const char *path)
{
	const char *dot = strrchr(path, '.');

	return dot ? dot + 1 : path;
}

static void resolve_rungs(struct reader *r, const struct clock_def *clock)
{
	for (size_t i = 0; i < clock->rung_count; i++)
		for (size_t k = 0; k < clock->rungs[i].inform.count; k++) {
			const char *target = clock->rungs[i].inform.at[k];

			if (!vocabulary_find(vocabulary_targets, target) &&
			    !some_field(r, last_name(target), FIELD_REF))
				problem_add(
					r->problems, clock->at, NULL,
					"clock %s informs '%s', which is neither a target nor a ref field",
					clock->code, target);
		}
}

static void resolve_clock(struct reader *r, struct clock_def *clock)
{
	if (clock->level && !vocabulary_level(clock->level))
		problem_add(r->problems, clock->at, NULL,
			    "level '%.40s' of clock %s is not confirmed, provisional or warning",
			    clock->level, clock->code);
	if (clock->length_field && !some_field(r, last_name(clock->length_field), FIELD_NUMBER) &&
	    !some_field(r, last_name(clock->length_field), FIELD_TIME))
		problem_add(r->problems, clock->at, NULL,
			    "no kind has a number or a time '%s' for the length of clock %s",
			    clock->length_field, clock->code);
	if (clock->start_field && !some_field(r, clock->start_field, FIELD_TIME))
		problem_add(r->problems, clock->at, NULL,
			    "no kind has a time '%s' from which clock %s could start", clock->start_field,
			    clock->code);
	if (clock->runs_kind)
		resolve_runs(r, clock);
	resolve_rungs(r, clock);
}

static void resolve_matrix(struct reader *r)
{
	for (size_t i = 0; i < r->pack->matrix_count; i++) {
		const struct permission *row = &r->pack->matrix[i];

		for (size_t k = 0; k < row->moves.count; k++) {
			const char *name = row->moves.at[k], *dot = strchr(name, '.');
			const struct kind *kind =
				dot ? pack_kind(r->pack,
						arena_copy_bytes(r->scratch, name, (size_t)(dot - name)))
				    : NULL;

			if (!kind || !kind_move(kind, dot + 1))
				problem_add(r->problems, row->at, NULL,
					    "the matrix covers '%.80s', which is no move", name);
		}
	}
}

/* Plans and regimes speak about a case. */
static const struct kind *case_kind(const struct reader *r) { return pack_kind(r->pack, "incident"); }

static void resolve_report_fields(struct reader *r, const struct report_field *fields, size_t count,
				  const struct kind *kind)
{
	for (size_t i = 0; i < count; i++)
		for (size_t k = 0; k < fields[i].from.count; k++)
			path_field(r, kind, fields[i].from.at[k], fields[i].at);
}

static void resolve_regime(struct reader *r, const struct regime *regime, const struct scope *in)
{
	resolve_guard(r, regime->when, in);
	for (size_t i = 0; i < regime->stage_count; i++) {
		const struct report_stage *stage = &regime->stages[i];

		resolve_guard(r, stage->when, in);
		for (size_t k = 0; k < stage->exception_count; k++)
			resolve_guard(r, stage->exceptions[k].when, in);
	}
	resolve_report_fields(r, regime->fields, regime->field_count, in->kind);
	resolve_report_fields(r, regime->final_fields, regime->final_field_count, in->kind);
}

static void resolve_plans(struct reader *r)
{
	const struct kind *kind = case_kind(r);
	const struct scope in = { .kind = kind };

	if (!kind && (r->pack->plan_count || r->pack->regime_count)) {
		problem_add(r->problems, r->pack->plan_count ? r->pack->plans[0].at : r->pack->regimes[0].at,
			    NULL, "special plans and regimes need a kind 'incident'");
		return;
	}
	for (size_t i = 0; i < r->pack->plan_count; i++) {
		struct special_plan *plan = &r->pack->plans[i];

		resolve_guard(r, plan->when, &in);
		for (size_t k = 0; k < plan->step_count; k++)
			if (plan->steps[k].phase && kind->region_count &&
			    !region_state(&kind->regions[0], plan->steps[k].phase))
				unknown_state(r, plan->steps[k].at, &kind->regions[0], plan->steps[k].phase);
	}
	for (size_t i = 0; i < r->pack->regime_count; i++)
		resolve_regime(r, &r->pack->regimes[i], &in);
}

static const struct seed *seed_named(const struct reader *r, const char *name)
{
	for (size_t i = 0; i < r->pack->seed_count; i++)
		if (r->pack->seeds[i].name && !strcmp(r->pack->seeds[i].name, name))
			return &r->pack->seeds[i];
	return NULL;
}

static void seed_ref(struct reader *r, const struct seed *seed, const struct field *field, const char *value)
{
	const struct seed *to = value[0] == '@' ? seed_named(r, value + 1) : NULL;

	if (!to)
		problem_add(r->problems, seed->at, NULL,
			    "%s: '%.60s' names nothing of the organisation; write @name", field->name, value);
	else if (strcmp(to->kind->name, field->of))
		problem_add(r->problems, seed->at, NULL, "%s: '%s' is a %s, not a %s", field->name, value,
			    to->kind->name, field->of);
}

static bool is_number(const char *text)
{
	char *rest;

	strtol(text, &rest, 10);
	return *text && !*rest;
}

static void seed_value(struct reader *r, const struct seed *seed, const char *key, const char *value)
{
	const struct field *field = kind_field(seed->kind, key);
	int64_t stamp;

	if (field->type == FIELD_REF)
		seed_ref(r, seed, field, value);
	else if (field->type == FIELD_ENUM && field->codes && !enum_code(field->codes, value))
		problem_add(r->problems, seed->at, NULL, "%s: '%.60s' is no code of %s", key, value,
			    field->of);
	else if (field->type == FIELD_YES && strcmp(value, "yes") && strcmp(value, "no"))
		problem_add(r->problems, seed->at, NULL, "%s is yes or no, not '%.60s'", key, value);
	else if (field->type == FIELD_NUMBER && !is_number(value))
		problem_add(r->problems, seed->at, NULL, "%s is a number, not '%.60s'", key, value);
	else if (field->type == FIELD_TIME && stamp_parse(value, strlen(value), &stamp, NULL) < 0)
		problem_add(r->problems, seed->at, NULL,
			    "%s is a time like 2026-01-02T03:04:05Z, not '%.60s'", key, value);
	else if (field->type == FIELD_BLOB || field->type == FIELD_SCORES)
		problem_add(r->problems, seed->at, NULL, "%s cannot stand in the organisation", key);
}

static void resolve_seeds(struct reader *r)
{
	for (size_t i = 0; i < r->pack->seed_count; i++) {
		const struct seed *seed = &r->pack->seeds[i];

		if (seed->name && seed_named(r, seed->name) != seed)
			problem_add(r->problems, seed->at, NULL,
				    "'%.60s' is named twice; the first is in line %d", seed->name,
				    seed_named(r, seed->name)->at.line);
		for (size_t k = 0; k < seed->count; k++)
			seed_value(r, seed, seed->keys[k], seed->values[k]);
	}
}

void resolve(struct reader *r)
{
	struct pack *pack = r->pack;

	for (size_t i = 0; i < pack->input_count; i++)
		resolve_field(r, &pack->inputs[i]);
	for (size_t i = 0; i < pack->kind_count; i++)
		for (size_t k = 0; k < pack->kinds[i].field_count; k++)
			resolve_field(r, &pack->kinds[i].fields[k]);
	for (size_t i = 0; i < pack->kind_count; i++)
		resolve_kind(r, &pack->kinds[i]);
	for (size_t i = 0; i < pack->clock_count; i++)
		resolve_clock(r, &pack->clocks[i]);
	resolve_matrix(r);
	resolve_plans(r);
	resolve_seeds(r);
	resolve_documents(r);
}
