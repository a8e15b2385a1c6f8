/* Answers to those who look: one record, lists, history, what the plan offers. */

#include "action/action_private.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/stamp.h"

/* ---- values for people ---------------------------------------------------- */

static json_t *handle_of(struct deed *deed, int64_t id)
{
	struct fault why;
	struct object *o = world_get(deed, id, &why);
	const char *title = NULL;

	if (!o)
		return json_pack("{s:I}", "id", (json_int_t)id);
	if (o->kind->title)
		title = json_string_value(json_object_get(o->body, o->kind->title));
	if (!strcmp(o->kind->name, "person"))
		title = json_string_value(json_object_get(o->body, "name"));
	return json_pack("{s:I, s:s, s:s*, s:s*}", "id", (json_int_t)id, "kind", o->kind->name, "number",
			 o->number, "title", title);
}

static json_t *shown(struct deed *deed, const struct field *field, json_t *value)
{
	json_t *list, *one;
	size_t i;

	if (field->type != FIELD_REF)
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

static json_t *wants_of(const struct want *wants, size_t count)
{
	json_t *list = json_array();

	for (size_t i = 0; i < count; i++)
		json_array_append_new(list,
				      json_pack("{s:s, s:s*, s:s*, s:s*, s:b}", "name", wants[i].name, "zh",
						wants[i].field ? wants[i].field->label.zh : NULL, "en",
						wants[i].field ? wants[i].field->label.en : NULL, "otherwise",
						wants[i].otherwise, "optional", wants[i].optional));
	return list;
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

static int look(struct deed *deed, struct house *house, const struct asker *asker, const char *ref,
		int64_t now, struct object **out, struct fault *why)
{
	int64_t id;
	int ret;

	deed_open(deed, house, asker, now);
	if (asker->person && (ret = staff_of(house, asker->person, &deed->staff, why)) < 0)
		return ret;
	if ((ret = world_find(deed, NULL, ref, &id, why)) < 0)
		return ret;
	if (!(*out = world_get(deed, id, why)))
		return -why->code;
	if (!staff_sees(deed, *out))
		return fault_set(why, FAULT_ABSENT, "there is no record '%.80s'", ref);
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

int house_show(struct house *house, const struct asker *asker, const char *ref, int64_t now, json_t **answer,
	       struct fault *why)
{
	struct object *object;
	struct deed deed;
	int ret = look(&deed, house, asker, ref, now, &object, why);

	if (ret == 0) {
		json_t *linked = json_array(), *moves = json_array();

		*answer = head_of(object);
		json_object_set_new(*answer, "fields", fields_of(&deed, object));
		json_object_set_new(*answer, "clocks", clocks_of(&deed, object));
		json_object_set_new(*answer, "proposals", pending_open(&deed, object));
		json_object_set_new(*answer, "linked", linked);
		json_object_set_new(*answer, "moves", moves);
		ret = linked_of(&deed, object, linked, why);
		if (ret == 0)
			ret = moves_of(&deed, object, moves, why);
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

int house_history(struct house *house, const struct asker *asker, const char *ref, json_t **answer,
		  struct fault *why)
{
	struct record_cursor *cursor = NULL;
	struct record_read entry;
	struct object *object;
	struct deed deed;
	int ret = look(&deed, house, asker, ref, house->given_now, &object, why), got = 0;

	if (ret == 0) {
		json_t *entries = json_array();

		*answer =
			json_pack("{s:b, s:s*, s:o}", "ok", 1, "number", object->number, "entries", entries);
		ret = record_scan(house->record, object->space == RECORD_DRILL ? RECORD_DRILL : RECORD_REAL,
				  0, object->id, &cursor, why);
		while (ret == 0 && (got = record_step(cursor, deed.mem, &entry, why)) == 1)
			json_array_append_new(entries, entry_of(&deed, &entry));
		if (cursor)
			record_cursor_close(cursor);
		ret = ret < 0 ? ret : got;
	}
	deed_close(&deed);
	return settle(ret, answer, why);
}

/* ---- what the plan offers ------------------------------------------------- */

static const char *const type_words[FIELD__COUNT] = {
	[FIELD_TEXT] = "text", [FIELD_WORD] = "word", [FIELD_NUMBER] = "number",
	[FIELD_YES] = "yes",   [FIELD_TIME] = "time", [FIELD_ENUM] = "enum",
	[FIELD_REF] = "ref",   [FIELD_BLOB] = "blob", [FIELD_SCORES] = "scores",
};

static json_t *field_words(const struct field *field)
{
	return json_pack("{s:s, s:s, s:s, s:s, s:s*, s:b, s:b, s:b, s:b}", "name", field->name, "zh",
			 field->label.zh, "en", field->label.en, "type", type_words[field->type], "of",
			 field->of, "many", field->many, "filter", field->filter, "column", field->column,
			 "engine", field->engine);
}

static void add_names(json_t *list, const struct names *names)
{
	for (size_t i = 0; i < names->count; i++)
		json_array_append_new(list, json_string(names->at[i]));
}

static json_t *who_words(const struct move *move)
{
	json_t *who = json_array();

	for (size_t i = 0; i < move->who_count; i++) {
		const struct branch *branch = &move->who[i];
		json_t *one = json_object(), *list = json_array(), *confirm = json_array();

		add_names(list, &branch->roles);
		add_names(confirm, &branch->confirm);
		for (size_t k = 0; k < branch->signer_count; k++)
			add_names(list, &branch->signers[k]);
		json_object_set_new(one,
				    branch->form == WHO_TWO    ? "propose"
				    : branch->form == WHO_SIGN ? "sign"
							       : "do",
				    list);
		json_object_set_new(one, "confirm", confirm);
		if (branch->when)
			json_object_update_new(one, json_pack("{s:s, s:s}", "when_zh", branch->when->say.zh,
							      "when_en", branch->when->say.en));
		json_array_append_new(who, one);
	}
	return who;
}

static json_t *move_words(const struct move *move)
{
	json_t *from = json_array(), *rows = json_array(), *one;

	for (size_t i = 0; i < move->from_count; i++)
		json_array_append_new(from, json_string(move->from[i]->name));
	add_names(rows, &move->rows);
	one = json_pack("{s:s, s:s, s:s, s:s, s:o, s:o, s:o, s:o, s:o, s:b}", "name", move->name, "zh",
			move->label.zh, "en", move->label.en, "form",
			move->form == MOVE_CREATE ? "create"
			: move->form == MOVE_ACT  ? "act"
						  : "move",
			"from", from, "rows", rows, "needs", wants_of(move->needs, move->need_count), "asks",
			wants_of(move->asks, move->ask_count), "who", who_words(move), "automatic",
			move->auto_count > 0);
	if (move->to)
		json_object_set_new(one, "to", json_string(move->to->name));
	return one;
}

static json_t *region_words(const struct region *region)
{
	json_t *states = json_array();

	for (size_t i = 0; i < region->state_count; i++)
		json_array_append_new(states,
				      json_pack("{s:s, s:s, s:s, s:b}", "name", region->states[i].name, "zh",
						region->states[i].label.zh, "en", region->states[i].label.en,
						"end", region->states[i].end));
	return json_pack("{s:s, s:s*, s:o}", "name", region->name, "machine", region->machine, "states",
			 states);
}

static json_t *kind_words(const struct kind *kind)
{
	json_t *fields = json_array(), *moves = json_array(), *regions = json_array();

	for (size_t i = 0; i < kind->field_count; i++)
		json_array_append_new(fields, field_words(&kind->fields[i]));
	for (size_t i = 0; i < kind->region_count; i++)
		json_array_append_new(regions, region_words(&kind->regions[i]));
	for (size_t i = 0; i < kind->move_count; i++)
		json_array_append_new(moves, move_words(kind->moves[i]));
	return json_pack("{s:s, s:s, s:s, s:s*, s:s*, s:o, s:o, s:o}", "name", kind->name, "zh",
			 kind->label.zh, "en", kind->label.en, "title", kind->title, "number", kind->number,
			 "fields", fields, "regions", regions, "moves", moves);
}

static json_t *enum_words(const struct enumeration *codes)
{
	json_t *list = json_array();

	for (size_t i = 0; i < codes->count; i++)
		json_array_append_new(list,
				      json_pack("{s:s, s:s, s:s}", "code", codes->codes[i].code, "zh",
						codes->codes[i].label.zh, "en", codes->codes[i].label.en));
	return list;
}

int house_catalogue(struct house *house, json_t **answer, struct fault *why)
{
	const struct pack *pack = house->pack;
	json_t *kinds = json_array(), *inputs = json_array(), *enums = json_object(), *roles = json_object();

	(void)why;
	for (size_t i = 0; i < pack->kind_count; i++)
		json_array_append_new(kinds, kind_words(&pack->kinds[i]));
	for (size_t i = 0; i < pack->input_count; i++)
		json_array_append_new(inputs, field_words(&pack->inputs[i]));
	for (size_t i = 0; i < pack->enum_count; i++)
		json_object_set_new(enums, pack->enums[i].name, enum_words(&pack->enums[i]));
	for (size_t i = 0; i < pack->role_count; i++)
		json_object_set_new(roles, pack->roles[i].code,
				    json_pack("{s:s, s:s}", "zh", pack->roles[i].label.zh, "en",
					      pack->roles[i].label.en));
	*answer = json_pack("{s:b, s:s, s:s, s:s, s:s, s:s, s:o, s:o, s:o, s:o}", "ok", 1, "pack", pack->id,
			    "version", pack->version, "digest", pack->digest, "zh", pack->label.zh, "en",
			    pack->label.en, "kinds", kinds, "inputs", inputs, "enums", enums, "roles", roles);
	return 0;
}
