/* What detection says of an alert, as the fields of a record. */

#include <stdlib.h>
#include <string.h>

#include "action/alert/alert_private.h"
#include "base/stamp.h"
#include "detect/peer.h"
#include "seal/hex.h"

const char *alert_text(const json_t *alert, const char *name)
{
	return json_string_value(json_object_get(alert, name));
}

/* ---- what it is about ------------------------------------------------------- */

static const char *address_among(struct deed *deed, const json_t *values)
{
	const char *name, *at = NULL;
	json_t *value;
	size_t len;

	json_object_foreach((json_t *)values, name, value)
		if (!at && json_is_string(value) &&
		    (at = peer_in(json_string_value(value), json_string_length(value), &len)))
			at = arena_copy_bytes(deed->mem, at, len);
	return at;
}

/* An address in its group or its matched fields: cases are found by it; else the
 * whole group in words. */
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
	const char *host = alert_text(alert, "host");

	return host ? host : alert_text(alert, "source");
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

/* What makes two alerts equal, in a length that an index likes. */
static const char *key_of(struct deed *deed, const json_t *alert)
{
	const char *key = alert_text(alert, "key"), *place = place_of(alert);
	unsigned char hash[DIGEST_LEN];
	char *hex = arena_take(deed->mem, 2 * DIGEST_LEN + 1);

	if (!key) /* of the program itself: a source that fell silent */
		key = arena_text(deed->mem, "%s\n%s", alert_text(alert, "rule"), place ? place : "");
	digest_of(key, strlen(key), hash);
	hex_write(hash, sizeof(hash), hex);
	return hex;
}

/* ---- the fields ------------------------------------------------------------- */

static void put(json_t *fields, const struct kind *kind, const char *name, json_t *value)
{
	if (value && kind_field(kind, name))
		json_object_set_new(fields, name, value);
	else
		json_decref(value);
}

static void put_text(json_t *fields, const struct kind *kind, const char *name, const char *text)
{
	put(fields, kind, name, text && *text ? json_string(text) : NULL);
}

static void put_ref(json_t *fields, const struct kind *kind, const char *name, int64_t id)
{
	put(fields, kind, name, id ? json_integer(id) : NULL);
}

static json_t *files_of(const struct kind *kind, const json_t *alert)
{
	const struct field *field = kind_field(kind, "events");
	const char *raw = alert_text(alert, "raw");

	return !raw || !field ? NULL : field->many ? json_pack("[s]", raw) : json_string(raw);
}

static json_t *tags_of(const json_t *alert)
{
	json_t *tags = json_object_get(alert, "tags");

	return json_array_size(tags) ? json_incref(tags) : NULL;
}

/* Whose rule it is, on what terms, and of which technique it speaks go with it
 * wherever it is shown: the Detection Rule License asks for the first two. */
static void put_rule(json_t *fields, const struct kind *kind, const struct pack *pack, const json_t *alert)
{
	const char *level = alert_text(alert, "level");

	put_text(fields, kind, "rule", alert_text(alert, "rule"));
	put_text(fields, kind, "title", alert_text(alert, "title"));
	put_text(fields, kind, "level", level ? level : "medium");
	put_text(fields, kind, "author", alert_text(alert, "author"));
	put_text(fields, kind, "license", alert_text(alert, "license"));
	put(fields, kind, "tags", tags_of(alert));
	put(fields, kind, "class", class_of(kind, pack, alert));
}

json_t *alert_fields(struct deed *deed, const struct kind *kind, const json_t *alert)
{
	const char *at = alert_text(alert, "time");
	struct object *system = system_of(deed, place_of(alert));
	json_t *fields = json_object();
	char now[STAMP_LEN];

	stamp_format(deed->now, now);
	put_rule(fields, kind, deed->house->pack, alert);
	put_text(fields, kind, "source", place_of(alert));
	put_text(fields, kind, "sensor", alert_text(alert, "source"));
	put_text(fields, kind, "group", group_of(deed, alert));
	put_text(fields, kind, "key", key_of(deed, alert));
	put(fields, kind, "events", files_of(kind, alert));
	put_text(fields, kind, "first_at", at ? at : now);
	put_text(fields, kind, "received_at", now);
	put_ref(fields, kind, "system", system ? system->id : 0);
	put_ref(fields, kind, "unit", system ? world_ref(deed, system, "owner") : 0);
	return fields;
}
