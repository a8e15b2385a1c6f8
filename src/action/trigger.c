/* Automatic moves: what is tried because something else happened. A trigger only prompts; `if` decides. */

#include "action/action_private.h"

#include <string.h>

enum { PAGE = 500 };

void happen(struct deed *deed, struct object *object, const struct move *move, const char *name)
{
	struct happened *h = arena_take(deed->mem, sizeof(*h));

	h->object = object;
	h->move = move;
	h->name = name;
	if (deed->last)
		deed->last->next = h;
	else
		deed->first = h;
	deed->last = h;
}

/* Would it go through? Nothing is noted as missing: nobody asked. */
static bool would_go(struct deed *deed, struct object *subject, const struct move *move)
{
	struct missing *first = deed->missing, *last = deed->last_missing;
	const struct staff *staff = deed->staff;
	bool goes;

	if (!move_from_here(subject, move))
		return false;
	deed->missing = deed->last_missing = NULL;
	deed->staff = NULL;
	for (size_t i = 0; i < move->need_count; i++)
		if (!json_object_get(subject->body, move->needs[i].name))
			refuse(deed, "N04", "", "", move->needs[i].name);
	guards_ask(deed, subject, &move->conditions, move->refuse);
	goes = !deed->missing;
	deed->missing = first;
	deed->last_missing = last;
	deed->staff = staff;
	return goes;
}

static int try_move(struct deed *deed, struct object *subject, const struct move *move, struct fault *why)
{
	json_t *held = deed->input, *none = json_object();
	int64_t person = deed->person;
	int ret = 0;

	/* What a person typed belongs to that person's move alone. */
	deed->input = none;
	deed->person = 0;
	if (would_go(deed, subject, move))
		ret = move_make(deed, subject, move, none, BY_RULE, why);
	deed->input = held;
	deed->person = person;
	json_decref(none);
	return ret;
}

static bool listens(const struct move *move, enum trigger_form form, const char *name)
{
	for (size_t i = 0; i < move->auto_count; i++)
		if (move->auto_[i].form == form && !strcmp(move->auto_[i].name, name))
			return true;
	return false;
}

/* Up to a page of records of a kind in this state, after `last`. */
static int waiting_page(struct deed *deed, const struct kind *kind, const struct region *region,
			const struct state *state, int64_t last, int64_t ids[static PAGE], size_t *count,
			struct fault *why)
{
	struct rows *rows;
	int got = 0;

	*count = 0;
	if (store_query(
		    deed->house->store,
		    "SELECT object FROM facets WHERE kind = $1 AND name = $2 AND value = $3 AND object > $4"
		    " ORDER BY object LIMIT 500",
		    VALUES(value_text(kind->name), value_text(region->name), value_text(state->name),
			   value_int(last)),
		    &rows, why) < 0)
		return -why->code;
	while (*count < PAGE && (got = rows_next(rows, why)) == 1)
		ids[(*count)++] = rows_int(rows, 0);
	rows_close(rows);
	return got < 0 ? got : 0;
}

/* Every record of a kind that stands in a state the move starts from. */
static int all_waiting(struct deed *deed, const struct kind *kind, const struct move *move, struct fault *why)
{
	int64_t ids[PAGE], last;
	size_t count;
	int ret = 0;

	for (size_t i = 0; ret == 0 && i < move->from_count; i++)
		for (last = 0, count = PAGE; ret == 0 && count == PAGE;
		     last = count ? ids[count - 1] : last) {
			ret = waiting_page(deed, kind, move->region, move->from[i], last, ids, &count, why);
			for (size_t k = 0; ret == 0 && k < count; k++) {
				struct object *o = world_get(deed, ids[k], why);

				ret = o ? try_move(deed, o, move, why) : -why->code;
			}
		}
	return ret;
}

static int try_linked(struct deed *deed, struct object *source, const struct kind *kind,
		      const struct move *move, struct fault *why)
{
	struct object *incident = world_case(deed, source);
	struct objects linked;
	int ret;

	if (kind == source->kind)
		return try_move(deed, source, move, why);
	if (incident && kind == incident->kind)
		return try_move(deed, incident, move, why);
	ret = world_linked(deed, source, kind->name, NULL, &linked, why);
	for (size_t i = 0; ret == 0 && i < linked.count; i++)
		ret = try_move(deed, linked.at[i], move, why);
	return ret;
}

/* Offer a name to the moves of the pack that wait for it. */
static int offer(struct deed *deed, struct object *source, enum trigger_form form, const char *name,
		 bool own_only, struct fault *why)
{
	const struct pack *pack = source->pack;
	int ret = 0;

	for (size_t k = 0; ret == 0 && k < pack->kind_count; k++) {
		const struct kind *kind = &pack->kinds[k];

		if (own_only && kind != source->kind)
			continue;
		for (size_t m = 0; ret == 0 && m < kind->move_count; m++)
			if (listens(kind->moves[m], form, name))
				ret = strcmp(source->kind->name, "setting")
					      ? try_linked(deed, source, kind, kind->moves[m], why)
					      : all_waiting(deed, kind, kind->moves[m], why);
	}
	return ret;
}

int trigger_name(struct deed *deed, struct object *object, enum trigger_form form, const char *name,
		 struct fault *why)
{
	return offer(deed, object, form, name, form == TRIGGER_REACHED || form == TRIGGER_CLOCK, why);
}

static int offer_move(struct deed *deed, const struct happened *h, struct fault *why)
{
	struct object *source = h->object;
	const char *name = arena_text(deed->mem, "%s.%s", source->kind->name, h->move->name);
	const char *setting;
	int ret = offer(deed, source, TRIGGER_AFTER, name, false, why);

	if (ret == 0 && h->move->region)
		ret = offer(deed, source, TRIGGER_AFTER,
			    arena_text(deed->mem, "%s.%s", h->move->region->name, h->move->name), true, why);
	if (ret == 0 && !strcmp(source->kind->name, "setting") &&
	    (setting = json_string_value(json_object_get(source->body, "name"))))
		ret = offer(deed, source, TRIGGER_AFTER, arena_text(deed->mem, "setting.%s", setting), false,
			    why);
	return ret;
}

int trigger_run(struct deed *deed, struct fault *why)
{
	int ret = 0;

	while (ret == 0 && deed->first && !deed->missing) {
		struct happened *h = deed->first;

		deed->first = h->next;
		if (!deed->first)
			deed->last = NULL;
		ret = h->move ? offer_move(deed, h, why) : 0;
	}
	return ret;
}
