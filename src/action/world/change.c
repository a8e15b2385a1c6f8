/* What a deed changes, kept as the record will say it, and written at its end. */

#include "action/action_private.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/canon.h"
#include "base/stamp.h"
#include "seal/digest.h"
#include "seal/hex.h"

json_t *change_of(struct deed *deed, struct object *object, const char *type)
{
	if (!object->change) {
		object->change = json_object();
		if (object->fresh)
			json_object_set_new(object->change, "new",
					    json_pack("{s:s, s:i, s:s, s:O}", "kind", object->kind->name,
						      "space", object->space, "pack", object->pack->digest,
						      "states", object->states));
	}
	if (type && !object->type)
		object->type = type;
	object->checked = false;
	object->updated_at = deed->now;
	return object->change;
}

static json_t *member(json_t *parent, const char *name, json_t *(*make)(void))
{
	json_t *child = json_object_get(parent, name);

	if (!child) {
		child = make();
		json_object_set_new(parent, name, child);
	}
	return child;
}

/* Free text stands apart in the record, so that it can be erased. */
static json_t *apart(const struct field *field, json_t *value)
{
	json_t *copy, *one;
	const char *key;
	size_t i;

	if (json_is_string(value))
		return json_pack("{s:O}", "$", value);
	if (json_is_array(value)) {
		copy = json_array();
		json_array_foreach(value, i, one)
			json_array_append_new(copy, apart(field, one));
		return copy;
	}
	if (json_is_object(value)) {
		copy = json_object();
		json_object_foreach(value, key, one)
			json_object_set_new(copy, key, apart(field, one));
		return copy;
	}
	return json_incref(value);
}

static json_t *for_record(const struct field *field, json_t *value)
{
	/* The reason behind "unknown" is free text whatever the field is. */
	if (json_object_get(value, "unknown") || json_object_get(value, "none"))
		return apart(field, value);
	return field->type == FIELD_TEXT ? apart(field, value) : json_incref(value);
}

void change_field(struct deed *deed, struct object *object, const struct field *field, json_t *value)
{
	json_t *change = change_of(deed, object, NULL);

	json_object_set_new(member(change, "set", json_object), field->name, for_record(field, value));
	if (json_is_null(value)) {
		json_object_del(object->body, field->name);
		json_decref(value);
	} else {
		json_object_set_new(object->body, field->name, value);
	}
	if (field->type == FIELD_TIME)
		clock_date(deed, object, field);
}

/* An engine's own field; a kind that does not declare it keeps none. */
void change_set(struct deed *deed, struct object *object, const char *name, json_t *value)
{
	const struct field *field = kind_field(object->kind, name);

	if (field)
		change_field(deed, object, field, value);
	else
		json_decref(value);
}

void change_state(struct deed *deed, struct object *object, const struct region *region,
		  const struct state *to)
{
	json_t *change = change_of(deed, object, NULL);

	json_object_set_new(member(change, "state", json_object), region->name, json_string(to->name));
	json_object_set_new(object->states, region->name, json_string(to->name));
}

void change_row(struct deed *deed, struct object *object, const char *list, json_t *row)
{
	json_array_append_new(member(change_of(deed, object, NULL), list, json_array), row);
}

/* The next number of a series: what this deed or the store knows, one on. */
int64_t series_next(struct deed *deed, struct object *object, const char *name, struct fault *why)
{
	int64_t next = 1;
	int ret = store_int(deed->house->store, "SELECT next FROM series WHERE name = $1",
			    VALUES(value_text(name)), &next, why);

	if (ret < 0 && ret != -FAULT_ABSENT)
		return ret;
	for (struct object *o = deed->objects; o; o = o->next) {
		json_t *row;
		size_t i;

		json_array_foreach(json_object_get(o->change, "series"), i, row)
			if (!strcmp(json_string_value(json_object_get(row, "name")), name) &&
			    json_integer_value(json_object_get(row, "next")) > next)
				next = json_integer_value(json_object_get(row, "next"));
	}
	change_row(deed, object, "series",
		   json_pack("{s:s, s:I}", "name", name, "next", (json_int_t)(next + 1)));
	return next;
}

/* "INC-{year}-{seq:4}": a drill's numbers say so and run by themselves. */
void change_number(struct deed *deed, struct object *object)
{
	const char *form = object->kind->number;
	int year = stamp_civil(deed->now).year, width = 0;
	char name[64], text[128];
	const char *seq;
	struct fault why;
	int64_t n;

	if (!form || object->number || !(seq = strstr(form, "{seq")))
		return;
	sscanf(seq, "{seq:%d}", &width);
	snprintf(name, sizeof(name), "%s%s-%d", object->space == RECORD_DRILL ? "EX-" : "",
		 object->kind->name, year);
	if ((n = series_next(deed, object, name, &why)) < 0)
		return;
	snprintf(text, sizeof(text), "%s%.*s-%d-%0*" PRId64, object->space == RECORD_DRILL ? "EX-" : "",
		 (int)strcspn(form, "-"), form, year, width > 0 && width < 10 ? width : 1, n);
	object->number = arena_copy(deed->mem, text);
	json_object_set_new(json_object_get(change_of(deed, object, NULL), "new"), "number",
			    json_string(text));
}

static json_t *texts_of(const struct object *object)
{
	json_t *texts = json_object();

	for (size_t i = 0; i < object->kind->field_count; i++) {
		const struct field *field = &object->kind->fields[i];
		json_t *value = json_object_get(object->body, field->name);

		if (value && !field->engine && (field->type == FIELD_TEXT || field->type == FIELD_BLOB))
			json_object_set(texts, field->name, value);
	}
	return texts;
}

/* The digest of what a record says: its texts and files, in canonical form. */
int deed_digest(struct deed *deed, struct object *object, char out[65], struct fault *why)
{
	unsigned char hash[DIGEST_LEN];
	struct buf text = { 0 };
	json_t *texts;
	int ret;

	(void)deed;
	texts = texts_of(object);
	if ((ret = canon_write(&text, texts, why)) == 0) {
		digest_of(text.data, text.len, hash);
		hex_write(hash, sizeof(hash), out);
	}
	json_decref(texts);
	buf_fini(&text);
	return ret;
}

static void sign_entry(struct deed *deed, const struct object *object, struct record_entry *entry)
{
	*entry = (struct record_entry){
		.space = object->space == RECORD_DRILL ? RECORD_DRILL : RECORD_REAL,
		.act = deed->act,
		.object = object->id,
		.kind = object->kind->name,
		.type = object->type ? object->type : "change",
		.actor = deed->staff ? arena_text(deed->mem, "person:%" PRId64, deed->staff->person)
				     : deed->machine,
		.unit = deed->staff && deed->staff->unit
				? arena_text(deed->mem, "unit:%" PRId64, deed->staff->unit)
				: NULL,
		.session = deed->session,
		.recorded_at = deed->now,
		.change = object->change,
	};
}

static bool about_staff(const struct object *object)
{
	static const char *const kinds[] = { "post",       "person",     "organ_member",
					     "delegation", "duty_shift", "organ" };

	for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++)
		if (!strcmp(object->kind->name, kinds[i]))
			return true;
	return false;
}

static int write_one(struct deed *deed, struct object *object, struct fault *why)
{
	struct record_entry entry;
	struct record_place place;
	int ret;

	sign_entry(deed, object, &entry);
	if ((ret = record_append(deed->house->record, &entry, &place, why)) < 0)
		return ret;
	object->version = (int64_t)place.oseq + 1;
	object->place = place;
	if (about_staff(object))
		deed->house->staff_changed = true;
	if ((ret = view_write(deed->house, object, why)) < 0)
		return ret;
	return erase_ordered(deed, object, why);
}

int deed_write(struct deed *deed, struct fault *why)
{
	int ret = 0;

	for (struct object *o = deed->objects; o; o = o->next) {
		if (!o->change)
			continue;
		if (!deed->act && (ret = record_next_act(deed->house->record, &deed->act, why)) < 0)
			return ret;
		if (deed->occurred_at != deed->now) {
			char text[STAMP_LEN];

			stamp_format(deed->occurred_at, text);
			json_object_set_new(o->change, "occurred", json_string(text));
		}
		if ((ret = write_one(deed, o, why)) < 0)
			return ret;
	}
	return ret;
}
