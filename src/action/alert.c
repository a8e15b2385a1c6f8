/* Alerts of detection: equal ones join, and a case that has one takes the next. */

#include "action/action_private.h"

#include <stdlib.h>
#include <stdio.h>
#include <string.h>

#include "base/stamp.h"

/* Alerts that are alike within this time are one. */
#define JOIN_WITHIN (STAMP_HOUR * 24)

static const char *text_in(const json_t *alert, const char *name)
{
	return json_string_value(json_object_get(alert, name));
}

/* ---- what alerts have in common -------------------------------------------- */

static bool in_address(char c) { return (c >= '0' && c <= '9') || c == '.'; }

/* The first IPv4 address in a text of detection: where it came from or went. */
static const char *address_in(struct deed *deed, const char *text)
{
	while (*text) {
		size_t len = 0, dots = 0;

		while (in_address(text[len]))
			dots += text[len++] == '.';
		if (dots == 3 && len >= 7 && len <= 15 && strncmp(text, "127.", 4))
			return arena_copy_bytes(deed->mem, text, len);
		text += len ? len : 1;
	}
	return NULL;
}

static const char *address_among(struct deed *deed, const json_t *values)
{
	const char *name, *found = NULL;
	json_t *value;

	json_object_foreach((json_t *)values, name, value)
		if (!found && json_is_string(value))
			found = address_in(deed, json_string_value(value));
	return found;
}

/* What an alert is grouped by: an address in its group or its matched fields,
 * else the whole group in words. */
static const char *group_of(struct deed *deed, const json_t *alert)
{
	const json_t *group = json_object_get(alert, "group");
	const char *address = address_among(deed, group);
	char *words;

	if (!address)
		address = address_among(deed, json_object_get(alert, "fields"));
	if (address || !group)
		return address;
	words = json_dumps(group, JSON_COMPACT | JSON_SORT_KEYS | JSON_ENCODE_ANY);
	address = arena_text(deed->mem, "%.400s", words);
	free(words);
	return address;
}

static const char *place_of(const json_t *alert)
{
	const char *host = text_in(alert, "host");

	return host ? host : text_in(alert, "source");
}

static bool same(const struct object *o, const char *field, const char *word)
{
	const char *value = json_string_value(json_object_get(o->body, field));

	return value && word && !strcmp(value, word);
}

/* The newest alerts with this facet, in the time that counts as near. */
static int near_alerts(struct deed *deed, const char *facet, const char *value, struct objects *out,
		       struct fault *why)
{
	int64_t ids[50];
	struct rows *rows;
	size_t count = 0;

	*out = (struct objects){ arena_many(deed->mem, 50, sizeof(*out->at)), 0 };
	if (!value)
		return 0;
	if (store_query(deed->house->store,
			"SELECT object FROM facets WHERE kind = 'alert' AND name = $1 AND value = $2"
			" ORDER BY object DESC LIMIT 50",
			VALUES(value_text(facet), value_text(value)), &rows, why) < 0)
		return -why->code;
	while (count < 50 && rows_next(rows, why) == 1)
		ids[count++] = rows_int(rows, 0);
	rows_close(rows);
	for (size_t i = 0; i < count; i++) {
		struct object *o = world_get(deed, ids[i], why);

		if (!o)
			return -why->code;
		if (deed->now - o->updated_at <= JOIN_WITHIN)
			out->at[out->count++] = o;
	}
	return 0;
}

static int find_alike(struct deed *deed, const json_t *alert, struct object **out, struct fault *why)
{
	const char *group = group_of(deed, alert);
	struct objects near;
	int ret = near_alerts(deed, "rule", text_in(alert, "rule"), &near, why);

	*out = NULL;
	for (size_t i = 0; ret == 0 && !*out && i < near.count; i++)
		if (same(near.at[i], "source", place_of(alert)) &&
		    (!group || same(near.at[i], "group", group)))
			*out = near.at[i];
	return ret;
}

/* An open case that already has an alert of the same group or of the same host. */
static int find_case(struct deed *deed, const struct object *alert, int64_t *out, struct fault *why)
{
	static const char *const shared[] = { "group", "source" };
	struct objects near;
	int ret = 0;

	*out = 0;
	for (size_t k = 0; ret == 0 && !*out && k < 2; k++) {
		ret = near_alerts(deed, shared[k], json_string_value(json_object_get(alert->body, shared[k])),
				  &near, why);
		for (size_t i = 0; ret == 0 && !*out && i < near.count; i++) {
			int64_t incident = world_ref(deed, near.at[i], "incident");
			struct object *o = incident ? world_get(deed, incident, why) : NULL;

			if (o && !object_ended(o) && strcmp(state_of(o, "handling"), "dismissed"))
				*out = incident;
		}
	}
	return ret;
}

/* A suppression of this rule for this source, that has not run out. */
static int64_t suppressed_by(struct deed *deed, const struct object *alert)
{
	const char *rule = json_string_value(json_object_get(alert->body, "rule"));
	struct rows *rows;
	struct fault why;
	int64_t ids[50], found = 0;
	size_t count = 0;

	if (store_query(
		    deed->house->store,
		    "SELECT object FROM facets WHERE kind = 'suppression' AND name = 'rule' AND value = $1"
		    " ORDER BY object DESC LIMIT 50",
		    VALUES(value_text(rule)), &rows, &why) < 0)
		return 0;
	while (count < 50 && rows_next(rows, &why) == 1)
		ids[count++] = rows_int(rows, 0);
	rows_close(rows);
	for (size_t i = 0; i < count && !found; i++) {
		struct object *o = world_get(deed, ids[i], &why);
		const char *until = o ? json_string_value(json_object_get(o->body, "until")) : NULL;
		int64_t end;

		if (until && same(o, "source", json_string_value(json_object_get(alert->body, "source"))) &&
		    stamp_parse(until, strlen(until), &end, NULL) == 0 && deed->now < end)
			found = o->id;
	}
	return found;
}

/* ---- raising and joining --------------------------------------------------- */

static void put(json_t *input, const struct kind *kind, const char *field, json_t *value)
{
	if (value && kind_field(kind, field))
		json_object_set_new(input, field, value);
	else
		json_decref(value);
}

/* The system whose host this is; the organisation's register says. */
static struct object *system_of(struct deed *deed, const char *host)
{
	struct fault why;
	int64_t id = 0;

	if (!host ||
	    store_int(deed->house->store,
		      "SELECT object FROM facets WHERE kind = 'system' AND name = 'hosts' AND value = $1"
		      " ORDER BY object LIMIT 1",
		      VALUES(value_text(host)), &id, &why) < 0)
		return NULL;
	return world_get(deed, id, &why);
}

/* The nature that the rule speaks of (class.defacement), where the plan knows it. */
static json_t *class_of(const struct kind *kind, const struct pack *pack, const json_t *alert)
{
	const struct field *field = kind_field(kind, "class");
	const struct enumeration *known = field && field->of ? pack_enum(pack, field->of) : NULL;
	json_t *tag;
	size_t i;

	json_array_foreach(json_object_get(alert, "tags"), i, tag) {
		const char *word = json_string_value(tag);

		if (known && word && !strncmp(word, "class.", 6) && enum_code(known, word + 6))
			return json_string(word + 6);
	}
	return NULL;
}

static json_t *input_of(struct deed *deed, const struct kind *kind, const json_t *alert)
{
	const char *at = text_in(alert, "time"), *raw = text_in(alert, "raw"), *group = group_of(deed, alert);
	struct object *system = system_of(deed, place_of(alert));
	int64_t unit = system ? world_ref(deed, system, "owner") : 0;
	json_t *input = json_object();
	char now[STAMP_LEN];

	stamp_format(deed->now, now);
	put(input, kind, "rule", json_string(text_in(alert, "rule")));
	put(input, kind, "title", json_string(text_in(alert, "title")));
	put(input, kind, "level", json_string(text_in(alert, "level") ? text_in(alert, "level") : "medium"));
	put(input, kind, "class", class_of(kind, deed->house->pack, alert));
	put(input, kind, "author", json_string(text_in(alert, "author")));
	put(input, kind, "source", json_string(place_of(alert)));
	put(input, kind, "group", group ? json_string(group) : NULL);
	put(input, kind, "events", raw ? json_string(raw) : NULL);
	put(input, kind, "first_at", json_string(at ? at : now));
	put(input, kind, "system", system ? json_integer(system->id) : NULL);
	put(input, kind, "unit", unit ? json_integer(unit) : NULL);
	return input;
}

static json_int_t hits_of(const json_t *alert)
{
	json_int_t hits = json_integer_value(json_object_get(alert, "count"));

	return hits > 0 ? hits : 1;
}

static int make(struct deed *deed, struct object *o, const char *name, struct fault *why)
{
	const struct move *move = kind_move(o->kind, name);
	json_t *none = json_object();
	int ret = 0;

	if (move && move_from_here(o, move))
		ret = move_make(deed, o, move, none, BY_RULE, why);
	json_decref(none);
	return ret;
}

static int repeat(struct deed *deed, struct object *alike, const json_t *alert, json_t **answer,
		  struct fault *why)
{
	json_int_t count = json_integer_value(json_object_get(alike->body, "count"));
	const char *at = text_in(alert, "time");
	int ret = make(deed, alike, "repeat", why);

	change_of(deed, alike, "alert.repeat");
	change_set(deed, alike, "count", json_integer(count + hits_of(alert)));
	if (at)
		change_set(deed, alike, "last_at", json_string(at));
	*answer = json_pack("{s:b, s:I, s:s*, s:s}", "ok", 1, "id", (json_int_t)alike->id, "number",
			    alike->number, "did", "repeated");
	return ret;
}

/* A suppressed alert stays on record and wakes nobody; one that belongs to an
 * open case joins it and brings its system along. */
static int settle_raised(struct deed *deed, struct object *made, const char **did, struct fault *why)
{
	int64_t suppression = suppressed_by(deed, made), incident;
	int ret;

	if (suppression) {
		change_set(deed, made, "suppression", json_integer(suppression));
		*did = "suppressed";
		return make(deed, made, "suppress", why);
	}
	if ((ret = find_case(deed, made, &incident, why)) < 0 || !incident)
		return ret;
	change_set(deed, made, "incident", json_integer(incident));
	*did = "joined";
	return make(deed, made, "join", why);
}

static int raise_alert(struct deed *deed, const struct kind *kind, const json_t *alert, json_t **answer,
		       struct fault *why)
{
	struct object *made = world_make(deed, deed->house->pack, kind, RECORD_REAL);
	json_t *input = input_of(deed, kind, alert);
	const struct move *create = NULL;
	const char *did = "raised";
	int ret;

	for (size_t i = 0; i < kind->move_count && !create; i++)
		if (kind->moves[i]->form == MOVE_CREATE)
			create = kind->moves[i];
	ret = create ? move_make(deed, made, create, input, BY_RULE, why)
		     : fault_set(why, FAULT_CORRUPT, "the plan pack has no way to make an alert");
	json_decref(input);
	if (ret == 0) {
		change_set(deed, made, "count", json_integer(hits_of(alert)));
		change_set(deed, made, "last_at", json_incref(json_object_get(made->body, "first_at")));
		ret = settle_raised(deed, made, &did, why);
	}
	if (ret == 0 && !deed->missing)
		*answer = json_pack("{s:b, s:I, s:s*, s:s}", "ok", 1, "id", (json_int_t)made->id, "number",
				    made->number, "did", did);
	return ret;
}

/* Is this rule switched on? That is a move of two persons and stands in the
 * record; a demonstration folder hears every rule that it is given. */
int house_rule_on(struct house *house, const char *rule, bool *on, struct fault *why)
{
	int64_t count = 1;
	int ret = 0;

	if (!house->demo)
		ret = store_int(house->store,
				"SELECT count(*) FROM facets a JOIN facets b ON b.object = a.object AND "
				"b.name = 'life'"
				" AND b.value = 'on' WHERE a.kind = 'detection_switch' AND a.name = 'name' "
				"AND a.value = $1",
				VALUES(value_text(rule)), &count, why);
	*on = count > 0;
	return ret;
}

int house_alert(struct house *house, const json_t *alert, int64_t now, json_t **answer, struct fault *why)
{
	const struct asker rule = { .machine = "rule" };
	const struct kind *kind = pack_kind(house->pack, "alert");
	struct object *alike;
	struct deed deed;
	bool on;
	int ret;

	*answer = NULL;
	if (!kind || !text_in(alert, "rule") || !text_in(alert, "title"))
		return fault_say(why, FAULT_INVALID, "an alert has a rule and a title", "告警须有规则和标题");
	if ((ret = house_rule_on(house, text_in(alert, "rule"), &on, why)) < 0)
		return ret;
	if (!on) {
		*answer = json_pack("{s:b, s:s}", "ok", 1, "did", "off");
		return 0;
	}
	ret = deed_begin(&deed, house, &rule, now, why);
	if (ret == 0) {
		ret = find_alike(&deed, alert, &alike, why);
		if (ret == 0)
			ret = alike ? repeat(&deed, alike, alert, answer, why)
				    : raise_alert(&deed, kind, alert, answer, why);
		ret = deed_end(&deed, ret, why);
	}
	if (ret == 0 && deed.missing) {
		json_decref(*answer);
		*answer = refusal_answer(&deed, house->pack);
	}
	deed_close(&deed);
	return ret;
}

/* ---- evidence files -------------------------------------------------------- */

int house_blob(struct house *house, const char *digest, int64_t size_bytes, int64_t now, struct fault *why)
{
	doubts_add(&house->doubts, digest);
	return store_run(
		house->store,
		"INSERT INTO blobs(digest, size, at) VALUES($1, $2, $3) ON CONFLICT(digest) DO NOTHING",
		VALUES(value_text(digest), value_int(size_bytes), value_int(now)), NULL, why);
}

void house_uploaded(struct house *house, const char *digest, int64_t person)
{
	struct uploaded *one = &house->uploaded[house->uploads++ % UPLOADS_KNOWN];

	snprintf(one->digest, sizeof(one->digest), "%s", digest);
	one->person = person;
}

static bool brought(const struct deed *deed, const char *digest)
{
	const struct house *house = deed->house;

	for (size_t i = 0; i < UPLOADS_KNOWN; i++)
		if (house->uploaded[i].person == deed->staff->person &&
		    !strcmp(house->uploaded[i].digest, digest))
			return true;
	return false;
}

/* Who has only heard of a digest must not get the file by naming it in a
 * record of his own. Read through only where somebody else brought it. */
bool blob_known(struct deed *deed, const char *digest)
{
	enum { NAMED_MOST = 200 };
	int64_t ids[NAMED_MOST];
	size_t count = 0;
	struct rows *rows;
	struct object *o;
	struct fault why;

	if (!deed->staff || brought(deed, digest))
		return true;
	if (store_query(deed->house->store, "SELECT id FROM objects WHERE instr(body, $1) > 0 LIMIT 200",
			VALUES(value_text(digest)), &rows, &why) < 0)
		return false;
	while (count < NAMED_MOST && rows_next(rows, &why) == 1)
		ids[count++] = rows_int(rows, 0);
	rows_close(rows);
	for (size_t i = 0; i < count; i++)
		if ((o = world_get(deed, ids[i], &why)) && staff_sees(deed, o))
			return true;
	return !count;
}
