/* Alerts of detection: equal ones join, and a case that has one takes the next. */

#include "action/action_private.h"

#include <stdlib.h>
#include <string.h>

#include "base/stamp.h"

/* Alerts that are alike within this time are one. */
#define JOIN_WITHIN (STAMP_HOUR * 24)

static const char *text_in(const json_t *alert, const char *name)
{
	return json_string_value(json_object_get(alert, name));
}

/* One key for alerts that are alike: the rule and what it is grouped by. */
static const char *key_of(struct deed *deed, const json_t *alert)
{
	json_t *group = json_object_get(alert, "group");
	char *words = group ? json_dumps(group, JSON_COMPACT | JSON_SORT_KEYS | JSON_ENCODE_ANY) : NULL;
	const char *key = arena_text(deed->mem, "%s|%s|%s", text_in(alert, "rule"), words ? words : "",
				     text_in(alert, "source") ? text_in(alert, "source") : "");

	free(words);
	return key;
}

static int find_alike(struct deed *deed, const char *key, struct object **out, struct fault *why)
{
	int64_t id = 0;
	int ret = store_int(
		deed->house->store,
		"SELECT object FROM facets WHERE kind = 'alert' AND name = 'join_key' AND value = $1"
		" ORDER BY object DESC LIMIT 1",
		VALUES(value_text(key)), &id, why);

	*out = NULL;
	if (ret == -FAULT_ABSENT)
		return 0;
	if (ret < 0 || !(*out = world_get(deed, id, why)))
		return ret < 0 ? ret : -why->code;
	if (deed->now - (*out)->updated_at > JOIN_WITHIN)
		*out = NULL;
	return 0;
}

static void put(json_t *input, const struct kind *kind, const char *field, json_t *value)
{
	if (value && kind_field(kind, field))
		json_object_set_new(input, field, value);
	else
		json_decref(value);
}

/* The unit whose host or source this is, by the name the source was given. */
static int64_t unit_of(struct deed *deed, const char *source)
{
	struct fault why;
	int64_t id = 0, unit = 0;
	struct object *o;

	if (!source ||
	    store_int(deed->house->store,
		      "SELECT object FROM facets WHERE kind IN ('source', 'system') AND name IN ('host', "
		      "'name') AND value = $1"
		      " ORDER BY object LIMIT 1",
		      VALUES(value_text(source)), &id, &why) < 0 ||
	    !(o = world_get(deed, id, &why)))
		return 0;
	unit = world_ref(deed, o, "unit");
	return unit ? unit : world_ref(deed, o, "owner");
}

static json_t *input_of(struct deed *deed, const struct kind *kind, const json_t *alert, const char *key)
{
	json_t *input = json_object();
	const char *source = text_in(alert, "source"), *at = text_in(alert, "time");
	int64_t unit = unit_of(deed, source);
	char now[STAMP_LEN];

	stamp_format(deed->now, now);
	put(input, kind, "rule", json_string(text_in(alert, "rule")));
	put(input, kind, "title", json_string(text_in(alert, "title")));
	put(input, kind, "level", json_string(text_in(alert, "level") ? text_in(alert, "level") : "medium"));
	put(input, kind, "author", json_string(text_in(alert, "author")));
	put(input, kind, "source", json_string(source));
	put(input, kind, "join_key", json_string(key));
	put(input, kind, "count", json_integer(1));
	put(input, kind, "first_at", json_string(at ? at : now));
	put(input, kind, "last_at", json_string(at ? at : now));
	put(input, kind, "unit", unit ? json_integer(unit) : NULL);
	return input;
}

static int join(struct deed *deed, struct object *alike, const json_t *alert, json_t **answer)
{
	json_int_t count = json_integer_value(json_object_get(alike->body, "count"));
	const char *at = text_in(alert, "time");

	change_of(deed, alike, "alert.joined");
	change_set(deed, alike, "count", json_integer(count + 1));
	if (at)
		change_set(deed, alike, "last_at", json_string(at));
	*answer = json_pack("{s:b, s:I, s:s*, s:s}", "ok", 1, "id", (json_int_t)alike->id, "number",
			    alike->number, "did", "joined");
	return 0;
}

static int raise_alert(struct deed *deed, const struct kind *kind, const json_t *alert, const char *key,
		       json_t **answer, struct fault *why)
{
	struct object *made = world_make(deed, deed->house->pack, kind, RECORD_REAL);
	json_t *input = input_of(deed, kind, alert, key);
	const struct move *create = NULL;
	int ret;

	for (size_t i = 0; i < kind->move_count && !create; i++)
		if (kind->moves[i]->form == MOVE_CREATE)
			create = kind->moves[i];
	ret = create ? move_make(deed, made, create, input, BY_RULE, why)
		     : fault_set(why, FAULT_CORRUPT, "the plan pack has no way to make an alert");
	json_decref(input);
	if (ret == 0 && !deed->missing)
		*answer = json_pack("{s:b, s:I, s:s*, s:s}", "ok", 1, "id", (json_int_t)made->id, "number",
				    made->number, "did", "raised");
	return ret;
}

int house_alert(struct house *house, const json_t *alert, int64_t now, json_t **answer, struct fault *why)
{
	const struct asker rule = { .machine = "rule" };
	const struct kind *kind = pack_kind(house->pack, "alert");
	struct object *alike;
	struct deed deed;
	const char *key;
	int ret;

	*answer = NULL;
	if (!kind || !text_in(alert, "rule") || !text_in(alert, "title"))
		return fault_set(why, FAULT_INVALID, "an alert has a rule and a title");
	ret = deed_begin(&deed, house, &rule, now, why);
	if (ret == 0) {
		key = key_of(&deed, alert);
		ret = find_alike(&deed, key, &alike, why);
		if (ret == 0)
			ret = alike ? join(&deed, alike, alert, answer)
				    : raise_alert(&deed, kind, alert, key, answer, why);
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
	return store_run(
		house->store,
		"INSERT INTO blobs(digest, size, at) VALUES($1, $2, $3) ON CONFLICT(digest) DO NOTHING",
		VALUES(value_text(digest), value_int(size_bytes), value_int(now)), NULL, why);
}
