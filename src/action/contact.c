/* By which ways somebody is reached, besides the portal. */

#include "action/action_private.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/stamp.h"
#include "deliver/channels.h"

static int by_priority(const void *a, const void *b)
{
	const struct contact *x = a, *y = b;

	if (x->priority != y->priority)
		return x->priority < y->priority ? -1 : 1;
	return x->id < y->id ? -1 : x->id > y->id;
}

static void take_contact(struct arena *mem, struct contacts *out, int64_t id, const char *body)
{
	json_t *fields = json_loads(body, 0, NULL);
	const char *channel = json_string_value(json_object_get(fields, "channel")),
		   *address = json_string_value(json_object_get(fields, "address"));

	if (channel && address)
		out->at[out->count++] =
			(struct contact){ .id = id,
					  .priority = json_integer_value(json_object_get(fields, "priority")),
					  .channel = arena_copy(mem, channel),
					  .address = arena_copy(mem, address) };
	json_decref(fields);
}

int contacts_of(struct house *house, int64_t unit, struct arena *mem, struct contacts *out, struct fault *why)
{
	struct rows *rows;
	int got;

	*out = (struct contacts){ .at = arena_many(mem, CONTACTS_MOST, sizeof(*out->at)) };
	if (store_query(
		    house->store,
		    "SELECT o.id, o.body FROM links l JOIN objects o ON o.id = l.child WHERE l.parent = $1"
		    " AND l.kind = 'contact' AND l.field = 'unit' ORDER BY o.id LIMIT 50",
		    VALUES(value_int(unit)), &rows, why) < 0)
		return -why->code;
	while (out->count < CONTACTS_MOST && (got = rows_next(rows, why)) == 1)
		take_contact(mem, out, rows_int(rows, 0), rows_text(rows, 1, NULL));
	rows_close(rows);
	qsort(out->at, out->count, sizeof(*out->at), by_priority);
	return 0;
}

/* The first of the unit's contacts on each channel that the house has. */
static int ways_to_unit(struct deed *deed, int64_t unit, struct ways *out, struct fault *why)
{
	struct contacts contacts;
	int ret = contacts_of(deed->house, unit, deed->mem, &contacts, why);

	for (size_t i = 0; ret == 0 && i < contacts.count; i++) {
		const struct contact *c = &contacts.at[i];
		bool known = false;

		for (size_t k = 0; k < out->count; k++)
			known |= !strcmp(out->at[k].channel, c->channel);
		if (!known && out->count < WAYS_MOST && channels_find(deed->house->channels, c->channel))
			out->at[out->count++] =
				(struct outway){ c->channel,
						 arena_text(deed->mem, "contact:%" PRId64, c->id) };
	}
	return ret;
}

static void way_to_person(struct deed *deed, int64_t id, struct ways *out)
{
	struct fault why;
	struct object *person = world_get(deed, id, &why);
	const char *mail = person ? json_string_value(json_object_get(person->body, "mail")) : NULL;

	if (mail && *mail && channels_find(deed->house->channels, "mail"))
		out->at[out->count++] =
			(struct outway){ "mail", arena_text(deed->mem, "person:%" PRId64, id) };
}

/* A word that the channels file knows: its first entry on each channel. */
static void ways_to_word(struct deed *deed, const char *word, struct ways *out)
{
	const struct channels *channels = deed->house->channels;
	const struct channel *channel;

	for (size_t i = 0; out->count < WAYS_MOST && (channel = channels_at(channels, i)); i++)
		if (channels_listed(channels, word, channel->name))
			out->at[out->count++] =
				(struct outway){ channel->name, arena_text(deed->mem, "word:%s", word) };
}

int ways_to(struct deed *deed, const char *recipient, struct ways *out, struct fault *why)
{
	*out = (struct ways){ .count = 0 };
	if (!deed->house->channels)
		return 0;
	if (!strncmp(recipient, "unit:", 5))
		return ways_to_unit(deed, strtoll(recipient + 5, NULL, 10), out, why);
	if (!strncmp(recipient, "person:", 7))
		way_to_person(deed, strtoll(recipient + 7, NULL, 10), out);
	else
		ways_to_word(deed, strncmp(recipient, "organ:", 6) ? recipient : recipient + 6, out);
	return 0;
}

/* ---- where it goes now, asked when it is sent ------------------------------ */

static int body_of(struct house *house, int64_t id, json_t **out, struct fault *why)
{
	SCOPED(arena_drop) struct arena *mem = arena_new();
	char *text;
	int ret = store_text(house->store, "SELECT body FROM objects WHERE id = $1", VALUES(value_int(id)),
			     mem, &text, why);

	if (ret == 0 && !(*out = json_loads(text, 0, NULL)))
		ret = fault_set(why, FAULT_CORRUPT, "the body of #%" PRId64 " is no JSON", id);
	return ret;
}

int address_of(struct house *house, const char *via, const char *channel, struct arena *mem, const char **out,
	       struct fault *why)
{
	const char *colon = via ? strchr(via, ':') : NULL, *said;
	json_t *body = NULL;
	int ret;

	*out = "";
	if (!colon)
		return 0;
	if (!strncmp(via, "word:", 5)) {
		said = channels_listed(house->channels, colon + 1, channel);
		*out = arena_copy(mem, said ? said : "");
		return 0;
	}
	if ((ret = body_of(house, strtoll(colon + 1, NULL, 10), &body, why)) < 0)
		return ret;
	said = json_string_value(json_object_get(body, strncmp(via, "person:", 7) ? "address" : "mail"));
	*out = arena_copy(mem, said ? said : "");
	json_decref(body);
	return 0;
}

/* ---- the chain of contacts --------------------------------------------------- */

/* Whoever holds the post of this unit's head: a post without a unit is for the unit of its person. 0: nobody.
 */
static int64_t head_of(struct deed *deed, int64_t unit)
{
	struct rows *rows;
	struct fault why;
	int64_t person = 0;

	if (store_query(deed->house->store,
			"SELECT o.body, o.id FROM links l JOIN objects o ON o.id = l.child"
			" WHERE l.parent = $1 AND l.kind = 'post' AND l.field = 'unit'"
			" UNION SELECT o.body, o.id FROM links lp"
			" JOIN links l ON l.parent = lp.child AND l.kind = 'post' AND l.field = 'person'"
			" JOIN objects o ON o.id = l.child"
			" WHERE lp.parent = $1 AND lp.kind = 'person' AND lp.field = 'unit' ORDER BY 2 DESC "
			"LIMIT 200",
			VALUES(value_int(unit)), &rows, &why) < 0)
		return 0;
	while (!person && rows_next(rows, &why) == 1) {
		json_t *body = json_loads(rows_text(rows, 0, NULL), 0, NULL);
		const char *role = json_string_value(json_object_get(body, "role")),
			   *until = json_string_value(json_object_get(body, "valid_to"));
		const json_t *of = json_object_get(body, "unit");
		int64_t ends = 0;

		if (until)
			stamp_parse(until, strlen(until), &ends, NULL);
		if (role && !strcmp(role, "UHD") && (!ends || ends > deed->now) &&
		    (!of || json_integer_value(of) == unit))
			person = json_integer_value(json_object_get(body, "person"));
		json_decref(body);
	}
	rows_close(rows);
	return person;
}

int64_t authority_of(struct deed *deed, int64_t unit)
{
	struct fault why;
	struct object *of = world_get(deed, unit, &why);
	int64_t authority = of ? world_ref(deed, of, "authority") : 0;

	return authority || !of ? authority : world_ref(deed, of, "sector.authority");
}

const char *chain_step(struct deed *deed, int64_t unit, const char *step)
{
	int64_t id = 0;

	if (!strcmp(step, "unit_head"))
		return (id = head_of(deed, unit)) ? arena_text(deed->mem, "person:%" PRId64, id) : NULL;
	return (id = authority_of(deed, unit)) ? arena_text(deed->mem, "unit:%" PRId64, id) : NULL;
}

static bool tried(const json_t *vias, const char *via)
{
	json_t *one;
	size_t i;

	json_array_foreach((json_t *)vias, i, one)
		if (!strcmp(json_string_value(one), via))
			return true;
	return false;
}

/* By which contacts this record was sent on already, also by this deed. */
static int tried_for(struct deed *deed, struct object *about, json_t *vias, struct fault *why)
{
	struct rows *rows;
	json_t *row;
	size_t i;
	int got;

	json_array_foreach(json_object_get(about->change, "out"), i, row)
		if (json_object_get(row, "via"))
			json_array_append(vias, json_object_get(row, "via"));
	if (store_query(deed->house->store,
			"SELECT DISTINCT via FROM outbox WHERE object = $1 AND via IS NOT NULL",
			VALUES(value_int(about->id)), &rows, why) < 0)
		return -why->code;
	while ((got = rows_next(rows, why)) == 1)
		json_array_append_new(vias, json_string(rows_text(rows, 0, NULL)));
	rows_close(rows);
	return got;
}

int next_contact(struct deed *deed, struct object *about, const struct letter *letter, int64_t unit,
		 struct fault *why)
{
	const char *recipient = arena_text(deed->mem, "unit:%" PRId64, unit), *via;
	json_t *vias = json_array();
	struct contacts contacts;
	int ret = tried_for(deed, about, vias, why);

	if (ret == 0)
		ret = contacts_of(deed->house, unit, deed->mem, &contacts, why);
	for (size_t i = 0; ret == 0 && i < contacts.count; i++) {
		const struct contact *c = &contacts.at[i];
		const bool call = !strcmp(c->channel, "phone");

		via = arena_text(deed->mem, "contact:%" PRId64, c->id);
		if (tried(vias, via) || (!call && !channels_find(deed->house->channels, c->channel)))
			continue;
		outbox_row(deed, about, letter, call ? "call" : c->channel, recipient, via);
		json_decref(vias);
		return 0;
	}
	if (ret == 0)
		outbox_row(deed, about, letter, "call", recipient, NULL);
	json_decref(vias);
	return ret;
}
