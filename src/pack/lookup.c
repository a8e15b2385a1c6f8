#include <stdlib.h>
#include <string.h>

#include "pack/pack.h"

/*
 * Kinds, enumerations, clocks, refusals, inputs and texts are sorted by the loader
 * and found by halving. Fields, states and moves of one kind are a few dozen
 * in the order of the plan, where walking is as quick.
 */

/* Every one of these structs begins with its name. */
static int by_name(const void *name, const void *thing) { return strcmp(name, *(const char *const *)thing); }

static const void *halve(const char *name, const void *things, size_t count, size_t size)
{
	return name && count ? bsearch(name, things, count, size, by_name) : NULL;
}

_Static_assert(offsetof(struct kind, name) == 0 && offsetof(struct enumeration, name) == 0 &&
		       offsetof(struct clock_def, code) == 0 && offsetof(struct refusal, code) == 0 &&
		       offsetof(struct field, name) == 0 && offsetof(struct text, name) == 0,
	       "what is found by halving begins with its name");

const struct kind *pack_kind(const struct pack *pack, const char *name)
{
	return halve(name, pack->kinds, pack->kind_count, sizeof(*pack->kinds));
}

const struct clock_def *pack_clock(const struct pack *pack, const char *code)
{
	return halve(code, pack->clocks, pack->clock_count, sizeof(*pack->clocks));
}

const struct refusal *pack_refusal(const struct pack *pack, const char *code)
{
	return halve(code, pack->refusals, pack->refusal_count, sizeof(*pack->refusals));
}

const struct enumeration *pack_enum(const struct pack *pack, const char *name)
{
	return halve(name, pack->enums, pack->enum_count, sizeof(*pack->enums));
}

const struct field *pack_input(const struct pack *pack, const char *name)
{
	return halve(name, pack->inputs, pack->input_count, sizeof(*pack->inputs));
}

const struct role *pack_role(const struct pack *pack, const char *code)
{
	for (size_t i = 0; code && i < pack->role_count; i++)
		if (!strcmp(pack->roles[i].code, code))
			return &pack->roles[i];
	return NULL;
}

const struct publication *pack_publication(const struct pack *pack, const char *marking)
{
	for (size_t i = 0; marking && i < pack->publication_count; i++)
		if (!strcmp(pack->publications[i].marking, marking))
			return &pack->publications[i];
	return NULL;
}

const struct special_plan *pack_plan(const struct pack *pack, const char *id)
{
	for (size_t i = 0; id && i < pack->plan_count; i++)
		if (!strcmp(pack->plans[i].id, id))
			return &pack->plans[i];
	return NULL;
}

const struct field *kind_field(const struct kind *kind, const char *name)
{
	for (size_t i = 0; name && i < kind->field_count; i++)
		if (!strcmp(kind->fields[i].name, name))
			return &kind->fields[i];
	return NULL;
}

const struct region *kind_region(const struct kind *kind, const char *name)
{
	for (size_t i = 0; name && i < kind->region_count; i++)
		if (!strcmp(kind->regions[i].name, name))
			return &kind->regions[i];
	return NULL;
}

/* The move that creates is found as `create` too, whatever the plan calls it. */
const struct move *kind_move(const struct kind *kind, const char *name)
{
	for (size_t i = 0; name && i < kind->move_count; i++)
		if (!strcmp(kind->moves[i]->name, name))
			return kind->moves[i];
	if (name && !strcmp(name, "create") && kind->move_count && kind->moves[0]->form == MOVE_CREATE)
		return kind->moves[0];
	return NULL;
}

const struct state *region_state(const struct region *region, const char *name)
{
	for (size_t i = 0; name && i < region->state_count; i++)
		if (!strcmp(region->states[i].name, name))
			return &region->states[i];
	return NULL;
}

const struct code *enum_code(const struct enumeration *codes, const char *code)
{
	for (size_t i = 0; code && i < codes->count; i++)
		if (!strcmp(codes->codes[i].code, code))
			return &codes->codes[i];
	return NULL;
}

bool names_have(const struct names *names, const char *name)
{
	for (size_t i = 0; name && i < names->count; i++)
		if (!strcmp(names->at[i], name))
			return true;
	return false;
}

const struct regime *pack_regime(const struct pack *pack, const char *id)
{
	for (size_t i = 0; id && i < pack->regime_count; i++)
		if (!strcmp(pack->regimes[i].id, id))
			return &pack->regimes[i];
	return NULL;
}

const struct calendar_def *pack_calendar(const struct pack *pack, const char *id)
{
	for (size_t i = 0; id && i < pack->calendar_count; i++)
		if (!strcmp(pack->calendars[i].id, id))
			return &pack->calendars[i];
	return NULL;
}

const struct report_stage *regime_stage(const struct regime *regime, const char *id)
{
	for (size_t i = 0; id && i < regime->stage_count; i++)
		if (!strcmp(regime->stages[i].id, id))
			return &regime->stages[i];
	return NULL;
}
