/* Erasing what was said: words, file and index go, the commitment stays. */

#include "action/action_private.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "store/search.h"

/* Erasing is carried out when the deed has been written, since the entry that
 * orders it must stand before. Here it is only ordered. */
int erase_field(struct deed *deed, struct object *object, const char *field, struct fault *why)
{
	json_t *change = change_of(deed, object, NULL), *wanted = json_object_get(change, "erase_fields");

	(void)why;
	if (!field)
		return 0;
	if (!wanted) {
		wanted = json_array();
		json_object_set_new(change, "erase_fields", wanted);
	}
	json_array_append_new(wanted, json_string(field));
	return 0;
}

static bool says(const json_t *change, const char *field)
{
	return json_object_get(json_object_get(change, "set"), field) != NULL;
}

/* Does it hold a letter with what the record said? One line says kind, number and move alone. */
static bool quotes(const json_t *change)
{
	json_t *letter;
	size_t i;

	json_array_foreach(json_object_get(change, "letters"), i, letter)
		if (strcmp(json_string_value(json_object_get(letter, "purpose")), "line") != 0)
			return true;
	return false;
}

/* The entries of the record that gave this field a value. */
static int entries_of(struct deed *deed, struct object *object, json_t *fields, json_t *seqs,
		      struct fault *why)
{
	struct record_cursor *cursor = NULL;
	struct record_read entry;
	json_t *field;
	size_t i;
	int got;

	got = record_scan(deed->house->record, object->space == RECORD_DRILL ? RECORD_DRILL : RECORD_REAL, 0,
			  object->id, &cursor, why);
	while (got >= 0 && (got = record_step(cursor, deed->mem, &entry, why)) == 1)
		json_array_foreach(fields, i, field)
			if (says(entry.change, json_string_value(field)) || quotes(entry.change)) {
				json_array_append_new(seqs, json_integer((json_int_t)entry.seq));
				break;
			}
	if (cursor)
		record_cursor_close(cursor);
	return got;
}

static int erase_entry(struct deed *deed, struct object *object, uint64_t seq, struct fault *why)
{
	enum record_space space = object->space == RECORD_DRILL ? RECORD_DRILL : RECORD_REAL;
	json_t *change = json_pack("{s:{s:I, s:i}}", "erase", "seq", (json_int_t)seq, "part", 0);
	struct record_entry order = {
		.space = space,
		.act = deed->act,
		.object = object->id,
		.kind = object->kind->name,
		.type = "record.erase",
		.actor = deed->staff ? "person" : deed->machine,
		.recorded_at = deed->now,
		.change = change,
	};
	struct record_place place;
	int ret;

	if (deed->person)
		order.actor = arena_text(deed->mem, "person:%lld", (long long)deed->person);
	ret = record_append(deed->house->record, &order, &place, why);
	if (ret == 0)
		ret = record_erase(deed->house->record, space, seq, 0, place.seq, why);
	object->version = ret == 0 ? (int64_t)place.oseq + 1 : object->version;
	json_decref(change);
	return ret;
}

/* The same bytes may stand in another record: then the file stays. Asked
 * seldom, so it may read every record. */
static bool named_elsewhere(struct deed *deed, const struct object *object, const char *digest)
{
	int64_t others = 1;
	struct fault why;

	if (store_int(deed->house->store,
		      "SELECT count(*) FROM objects WHERE id <> $1 AND instr(body, $2) > 0",
		      VALUES(value_int(object->id), value_text(digest)), &others, &why) < 0)
		return true;
	return others > 0;
}

static int one_goes(struct deed *deed, const struct object *object, const char *digest, struct fault *why)
{
	struct house *house = deed->house;
	int ret;

	if (!digest || named_elsewhere(deed, object, digest))
		return 0;
	if ((ret = doubt_raise(house->folder, digest, why)) < 0)
		return ret;
	doubts_add(&house->doubts, digest);
	/* Bundles and packages no longer look for it. */
	return store_run(house->store, "DELETE FROM blobs WHERE digest = $1", VALUES(value_text(digest)),
			 NULL, why);
}

/* Files that the erased fields name: they are removed after the commit. */
static int files_go(struct deed *deed, struct object *object, json_t *fields, struct fault *why)
{
	json_t *name, *value, *one;
	size_t i, k;
	int ret = 0;

	json_array_foreach(fields, i, name) {
		const struct field *field = kind_field(object->kind, json_string_value(name));

		if (!field || field->type != FIELD_BLOB)
			continue;
		value = json_object_get(object->body, field->name);
		if (ret == 0)
			ret = one_goes(deed, object, json_string_value(value), why);
		json_array_foreach(value, k, one)
			if (ret == 0)
				ret = one_goes(deed, object, json_string_value(one), why);
	}
	return ret;
}

/* A letter may quote what was erased: its words go, and what of it still waits does not leave. */
static int letters_go(struct deed *deed, struct object *object, struct fault *why)
{
	int ret = store_run(deed->house->store,
			    "UPDATE letters SET text = '{}', files = '[]' WHERE object = $1",
			    VALUES(value_int(object->id)), NULL, why);

	if (ret < 0)
		return ret;
	return store_run(
		deed->house->store,
		"UPDATE outbox SET state = 'dropped', next_at = NULL WHERE state IN ('waiting', 'failed')"
		" AND letter IN (SELECT id FROM letters WHERE object = $1)",
		VALUES(value_int(object->id)), NULL, why);
}

/* Where messages to this person or contact went, and what servers said, which often quotes it. What still
 * waits asks for the address when it leaves, and finds none. */
static int addresses_go(struct deed *deed, const struct object *object, struct fault *why)
{
	if (strcmp(object->kind->name, "person") != 0 && strcmp(object->kind->name, "contact") != 0)
		return 0;
	return store_run(
		deed->house->store,
		"UPDATE attempts SET address = '', words = '' WHERE message IN"
		" (SELECT id FROM outbox WHERE via = $1 OR via IN"
		" (SELECT 'contact:' || child FROM links WHERE parent = $2 AND kind = 'contact' AND"
		" field = 'person'))",
		VALUES(value_text(arena_text(deed->mem, "%s:%" PRId64, object->kind->name, object->id)),
		       value_int(object->id)),
		NULL, why);
}

/* After the deed was written: erase, and show the record as it now is. */
int erase_ordered(struct deed *deed, struct object *object, struct fault *why)
{
	json_t *fields = json_object_get(object->change, "erase_fields"), *seqs, *seq;
	size_t i;
	int ret;

	if (!fields)
		return 0;
	seqs = json_array();
	ret = entries_of(deed, object, fields, seqs, why);
	json_array_foreach(seqs, i, seq)
		if (ret == 0)
			ret = erase_entry(deed, object, (uint64_t)json_integer_value(seq), why);
	json_decref(seqs);
	if (ret == 0)
		ret = files_go(deed, object, fields, why);
	if (ret == 0)
		ret = letters_go(deed, object, why);
	if (ret == 0)
		ret = addresses_go(deed, object, why);
	deed->house->erased = true;
	return ret == 0 ? view_refresh(deed->house, object, why) : ret;
}
