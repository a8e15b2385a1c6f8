/* Answers to those who look: one record, lists, history, what the plan offers. */

#include "action/action_private.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/stamp.h"

/* ---- values for people ---------------------------------------------------- */

/* What the record is called by people; what the asker may not see has a number at most. */
const char *title_of(struct deed *deed, struct object *o)
{
	const bool person = !strcmp(o->kind->name, "person");

	if ((!person && !o->kind->title) || !staff_sees(deed, o))
		return NULL;
	return json_string_value(json_object_get(o->body, person ? "name" : o->kind->title));
}

json_t *handle_of(struct deed *deed, int64_t id)
{
	struct fault why;
	struct object *o = world_get(deed, id, &why);

	if (!o)
		return json_pack("{s:I}", "id", (json_int_t)id);
	return json_pack("{s:I, s:s, s:s*, s:s*}", "id", (json_int_t)id, "kind", o->kind->name, "number",
			 o->number, "title", title_of(deed, o));
}

static json_t *shown(struct deed *deed, const struct field *field, json_t *value)
{
	json_t *list, *one;
	size_t i;

	/* A reason why none is known stands as it is. */
	if (field->type != FIELD_REF || json_is_object(value))
		return json_incref(value);
	if (json_is_integer(value))
		return handle_of(deed, json_integer_value(value));
	list = json_array();
	json_array_foreach(value, i, one)
		json_array_append_new(list, handle_of(deed, json_integer_value(one)));
	return list;
}

static json_t *fields_of(struct deed *deed, struct object *object)
{
	json_t *fields = json_object();

	for (size_t i = 0; i < object->kind->field_count; i++) {
		const struct field *field = &object->kind->fields[i];
		json_t *value = json_object_get(object->body, field->name);

		if (value)
			json_object_set_new(fields, field->name, shown(deed, field, value));
	}
	return fields;
}

static json_t *stamp_text(int64_t stamp)
{
	char text[STAMP_LEN];

	stamp_format(stamp, text);
	return json_string(text);
}

static json_t *head_of(struct object *object)
{
	json_t *head = json_pack("{s:b, s:I, s:s, s:s*, s:I, s:s, s:O}", "ok", 1, "id",
				 (json_int_t)object->id, "kind", object->kind->name, "number", object->number,
				 "version", (json_int_t)object->version, "space",
				 object->space == RECORD_DRILL ? "drill" : "real", "states", object->states);

	json_object_set_new(head, "created_at", stamp_text(object->created_at));
	json_object_set_new(head, "updated_at", stamp_text(object->updated_at));
	return head;
}

/* ---- one record ----------------------------------------------------------- */

static json_t *clocks_of(struct deed *deed, struct object *object)
{
	static const char *const times[] = { "started", "due", "stopped", "missed" };
	json_t *rows = clock_rows(deed, object), *list = json_array(), *row;
	size_t i;

	json_array_foreach(rows, i, row) {
		const char *code = json_string_value(json_object_get(row, "code"));
		const struct clock_def *def = *code == '@' ? NULL : pack_clock(object->pack, code);
		json_t *one = json_pack("{s:s, s:O, s:s*, s:s*}", "code", code, "state",
					json_object_get(row, "state"), "zh", def ? def->label.zh : NULL, "en",
					def ? def->label.en : NULL);

		for (size_t k = 0; k < 4; k++)
			if (json_object_get(row, times[k]))
				json_object_set_new(
					one, times[k],
					stamp_text(json_integer_value(json_object_get(row, times[k]))));
		json_array_append_new(list, one);
	}
	json_decref(rows);
	return list;
}

static int linked_of(struct deed *deed, struct object *object, json_t *list, struct fault *why)
{
	int64_t ids[500];
	size_t count = 0;
	struct rows *rows;

	if (store_query(deed->house->store,
			"SELECT DISTINCT child FROM links WHERE parent = $1 ORDER BY child LIMIT 500",
			VALUES(value_int(object->id)), &rows, why) < 0)
		return -why->code;
	while (count < 500 && rows_next(rows, why) == 1)
		ids[count++] = rows_int(rows, 0);
	rows_close(rows);
	for (size_t i = 0; i < count; i++) {
		struct object *o = world_get(deed, ids[i], why);
		json_t *one;

		if (!o)
			return -why->code;
		if (!staff_sees(deed, o))
			continue;
		one = handle_of(deed, o->id);
		json_object_set(one, "states", o->states);
		json_array_append_new(list, one);
	}
	return 0;
}

/* Each move that starts from here: may the asker make it, and what is missing. */
static int moves_of(struct deed *deed, struct object *object, json_t *list, struct fault *why)
{
	json_t *none = json_object();
	int ret = 0;

	for (size_t i = 0; ret == 0 && i < object->kind->move_count; i++) {
		const struct move *move = object->kind->moves[i];
		json_t *one;

		if (move->form == MOVE_CREATE || !move_from_here(object, move) || !move->who_count)
			continue;
		deed->missing = deed->last_missing = NULL;
		deed->input = none;
		ret = move_ask(deed, object, move, why);
		one = json_pack("{s:s, s:s, s:s, s:b, s:o, s:o}", "move", move->name, "zh", move->label.zh,
				"en", move->label.en, "may", deed->missing == NULL, "needs",
				wants_of(move->needs, move->need_count), "asks",
				wants_of(move->asks, move->ask_count));
		if (deed->missing) {
			json_t *answer = refusal_answer(deed, object->pack);

			json_object_set(one, "refusals", json_object_get(answer, "refusals"));
			json_decref(answer);
		}
		json_array_append_new(list, one);
	}
	deed->input = NULL;
	deed->missing = NULL;
	json_decref(none);
	return ret;
}

/* In the same words whether it is not there or not for the asker to see. */
static int not_there(const struct kind *kind, const char *ref, struct fault *why)
{
	if (kind)
		return fault_say(why, FAULT_ABSENT, "there is no %s%.0s '%.80s'", "%.0s没有这样的%s“%.80s”",
				 kind->name, kind->label.zh, ref);
	return fault_say(why, FAULT_ABSENT, "there is no record '%.80s'", "没有记录“%.80s”", ref);
}

int look_at(struct deed *deed, struct house *house, const struct asker *asker, const char *kind_name,
	    const char *ref, int64_t now, struct object **out, struct fault *why)
{
	const struct kind *kind = kind_name ? pack_kind(house->pack, kind_name) : NULL;
	int64_t id;
	int ret;

	deed_open(deed, house, asker, now);
	if (asker->person && (ret = staff_of(house, asker->person, &deed->staff, why)) < 0)
		return ret;
	if (kind_name && !kind)
		return fault_say(why, FAULT_ABSENT, "the plan pack knows no kind '%.64s'",
				 "预案包中没有“%.64s”这一类记录", kind_name);
	if ((ret = world_find(deed, kind, ref, &id, why)) == 0 && !(*out = world_get(deed, id, why)))
		ret = -why->code;
	if (ret == -FAULT_ABSENT)
		return not_there(kind, ref, why);
	if (ret < 0)
		return ret;
	if (!staff_sees(deed, *out) || (kind && strcmp((*out)->kind->name, kind->name) != 0))
		return not_there(kind, ref, why);
	return 0;
}

static bool asker_fault(int ret)
{
	return ret == -FAULT_INVALID || ret == -FAULT_ABSENT || ret == -FAULT_REFUSED || ret == -FAULT_LIMIT;
}

static int settle(int ret, json_t **answer, struct fault *why)
{
	if (!asker_fault(ret))
		return ret;
	*answer = fault_answer(why);
	return 0;
}

/* What is read only where it is asked for. */
static const struct extra {
	const char *name;
	int (*read)(struct deed *deed, struct object *object, json_t *list, struct fault *why);
} extras[] = {
	{ "linked", linked_of },
	{ "alike", alike_of },
	{ "moves", moves_of },
};

enum { EXTRAS = sizeof(extras) / sizeof(*extras) };

static int extra_named(const char *word, size_t len, unsigned *wanted, struct fault *why)
{
	for (size_t i = 0; i < EXTRAS; i++)
		if (strlen(extras[i].name) == len && memcmp(extras[i].name, word, len) == 0) {
			*wanted |= 1u << i;
			return 0;
		}
	return fault_say(why, FAULT_INVALID, "with: a record has linked, alike, moves, not '%.*s'",
			 "附带内容（with）可为“linked”“alike”“moves”，不能是“%.*s”",
			 (int)(len < 40 ? len : 40), word);
}

static int extras_wanted(const char *with, unsigned *wanted, struct fault *why)
{
	size_t count = 0, len;
	int ret = 0;

	*wanted = 0;
	for (; with && ret == 0; with = with[len] ? with + len + 1 : NULL) {
		len = strcspn(with, ",");
		if (++count > EXTRAS)
			return fault_say(why, FAULT_INVALID, "with: at most %d words",
					 "附带内容（with）最多 %d 项", EXTRAS);
		ret = extra_named(with, len, wanted, why);
	}
	return ret;
}

static int read_extras(struct deed *deed, struct object *object, unsigned wanted, json_t *answer,
		       struct fault *why)
{
	int ret = 0;

	for (size_t i = 0; ret == 0 && i < EXTRAS; i++) {
		json_t *list;

		if (!(wanted & 1u << i))
			continue;
		list = json_array();
		json_object_set_new(answer, extras[i].name, list);
		ret = extras[i].read(deed, object, list, why);
	}
	return ret;
}

int house_show(struct house *house, const struct asker *asker, const char *kind, const char *ref,
	       const char *with, int64_t now, json_t **answer, struct fault *why)
{
	struct object *object;
	struct deed deed;
	unsigned wanted;
	int ret = extras_wanted(with, &wanted, why);

	if (ret < 0)
		return settle(ret, answer, why);
	if ((ret = look_at(&deed, house, asker, kind, ref, now, &object, why)) == 0) {
		*answer = head_of(object);
		json_object_set_new(*answer, "fields", fields_of(&deed, object));
		json_object_set_new(*answer, "clocks", clocks_of(&deed, object));
		json_object_set_new(*answer, "proposals", pending_open(&deed, object));
		ret = read_extras(&deed, object, wanted, *answer, why);
	}
	deed_close(&deed);
	return settle(ret, answer, why);
}

/* ---- history -------------------------------------------------------------- */

static json_t *entry_of(struct deed *deed, const struct record_read *entry)
{
	json_t *one = json_pack("{s:I, s:I, s:s, s:s*, s:s*, s:O}", "seq", (json_int_t)entry->seq, "act",
				(json_int_t)entry->act, "type", entry->type, "actor", entry->actor, "unit",
				entry->unit, "change", entry->change);

	json_object_set_new(one, "at", stamp_text(entry->recorded_at));
	if (entry->actor && !strncmp(entry->actor, "person:", 7))
		json_object_set_new(one, "who", handle_of(deed, strtoll(entry->actor + 7, NULL, 10)));
	return one;
}

/* What the ids in an entry refer to, so that a reader sees names: id -> handle. */
static void names_of(struct deed *deed, const struct kind *kind, const json_t *change, json_t *names)
{
	const char *name;
	json_t *value;

	json_object_foreach(json_object_get(change, "set"), name, value) {
		const struct field *field = kind_field(kind, name);
		json_t *list = json_is_array(value) ? json_incref(value) : json_pack("[O]", value), *one;
		size_t i;

		json_array_foreach(list, i, one)
			if (field && field->type == FIELD_REF && json_is_integer(one))
				json_object_set_new(
					names,
					arena_text(deed->mem, "%" PRId64, (int64_t)json_integer_value(one)),
					handle_of(deed, json_integer_value(one)));
		json_decref(list);
	}
}

int house_history(struct house *house, const struct asker *asker, const char *kind, const char *ref,
		  json_t **answer, struct fault *why)
{
	struct record_cursor *cursor = NULL;
	struct record_read entry;
	struct object *object;
	struct deed deed;
	int ret = look_at(&deed, house, asker, kind, ref, house->given_now, &object, why), got = 0;

	if (ret == 0) {
		json_t *entries = json_array(), *names = json_object();

		*answer = json_pack("{s:b, s:s, s:s*, s:o, s:o}", "ok", 1, "kind", object->kind->name,
				    "number", object->number, "entries", entries, "names", names);
		ret = record_scan(house->record, object->space == RECORD_DRILL ? RECORD_DRILL : RECORD_REAL,
				  0, object->id, &cursor, why);
		while (ret == 0 && (got = record_step(cursor, deed.mem, &entry, why)) == 1) {
			json_array_append_new(entries, entry_of(&deed, &entry));
			names_of(&deed, object->kind, entry.change, names);
		}
		if (cursor)
			record_cursor_close(cursor);
		ret = ret < 0 ? ret : got;
	}
	deed_close(&deed);
	return settle(ret, answer, why);
}
