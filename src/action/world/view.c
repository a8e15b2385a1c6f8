/* Tables as views of the record: written from a change, rebuilt from all of them. */

#include "action/action_private.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "store/facet.h"
#include "store/search.h"

static char *dump(const json_t *value) { return json_dumps(value, JSON_COMPACT | JSON_SORT_KEYS); }

/* What the public page and the feed are made of: both are made once, for whoever asks. */
static void note_told(struct house *house, const struct kind *kind)
{
	static const char *const kinds[] = { "edition", "warning", "notice", "unit" };

	for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++)
		house->told_changes += !strcmp(kind->name, kinds[i]);
}

static int write_object(struct house *house, const struct object *o, struct fault *why)
{
	char *states = dump(o->states), *body = dump(o->body);
	int ret;

	note_told(house, o->kind);
	ret = store_run(house->store,
			"INSERT INTO objects(id, space, kind, number, states, body, pack, version, "
			"created_at, updated_at)"
			" VALUES($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)"
			" ON CONFLICT(id) DO UPDATE SET number = $4, states = $5, body = $6, version = $8, "
			"updated_at = $10",
			VALUES(value_int(o->id), value_int(o->space), value_text(o->kind->name),
			       value_text(o->number), value_text(states), value_text(body),
			       value_text(o->pack->digest), value_int(o->version), value_int(o->created_at),
			       value_int(o->updated_at)),
			NULL, why);
	free(states);
	free(body);
	if (ret >= 0 && o->fresh)
		facet_born(house->store, o->kind->name, o->space, o->id);
	return ret;
}

static int put_facet(struct house *house, const struct object *o, const char *name, const char *value,
		     struct fault *why)
{
	return facet_put(house->store, o->kind->name, name, o->id, value, why);
}

static int drop_facets(struct house *house, const struct object *o, const char *name, struct fault *why)
{
	return facet_drop(house->store, o->kind->name, name, o->id, why);
}

static int link_to(struct house *house, const struct object *o, const struct field *field, int64_t parent,
		   struct fault *why)
{
	struct rows *rows;
	char handle[256];
	int got, ret;

	ret = store_run(
		house->store,
		"INSERT INTO links(parent, kind, field, child) VALUES($1, $2, $3, $4) ON CONFLICT DO NOTHING",
		VALUES(value_int(parent), value_text(o->kind->name), value_text(field->name),
		       value_int(o->id)),
		NULL, why);
	if (ret < 0)
		return ret;
	/* People filter by a number or a name, not by a row id. */
	snprintf(handle, sizeof(handle), "#%" PRId64, parent);
	ret = store_query(house->store,
			  "SELECT o.number, (SELECT value FROM facets f WHERE f.object = o.id AND f.name IN "
			  "('login', 'name')"
			  " ORDER BY f.name LIMIT 1) FROM objects o WHERE o.id = $1",
			  VALUES(value_int(parent)), &rows, why);
	if (ret < 0)
		return ret;
	if ((got = rows_next(rows, why)) == 1 && (!rows_null(rows, 0) || !rows_null(rows, 1)))
		snprintf(handle, sizeof(handle), "%s", rows_text(rows, rows_null(rows, 0) ? 1 : 0, NULL));
	rows_close(rows);
	return got < 0 ? got : put_facet(house, o, field->name, handle, why);
}

static int value_facet(struct house *house, const struct object *o, const struct field *field,
		       const json_t *value, struct fault *why)
{
	char number[32];

	if (field->type == FIELD_REF)
		return json_is_integer(value) ? link_to(house, o, field, json_integer_value(value), why) : 0;
	if (json_is_string(value))
		return put_facet(house, o, field->name, json_string_value(value), why);
	if (json_is_boolean(value))
		return put_facet(house, o, field->name, json_is_true(value) ? "yes" : "no", why);
	snprintf(number, sizeof(number), "%" JSON_INTEGER_FORMAT, json_integer_value(value));
	return json_is_integer(value)              ? put_facet(house, o, field->name, number, why)
	       : json_object_get(value, "unknown") ? put_facet(house, o, field->name, "unknown", why)
						   : 0;
}

static bool has_facet(const struct kind *kind, const struct field *field)
{
	return field->filter || field->type == FIELD_REF ||
	       (kind->title && !strcmp(kind->title, field->name)) || !strcmp(field->name, "login");
}

static int field_facets(struct house *house, const struct object *o, const struct field *field,
			struct fault *why)
{
	json_t *value = json_object_get(o->body, field->name), *one;
	size_t i;
	int ret = 0;

	if (!has_facet(o->kind, field))
		return 0;
	if (!o->fresh && (ret = drop_facets(house, o, field->name, why)) < 0)
		return ret;
	if (!o->fresh && field->type == FIELD_REF)
		ret = store_run(house->store, "DELETE FROM links WHERE child = $1 AND field = $2",
				VALUES(value_int(o->id), value_text(field->name)), NULL, why);
	if (json_is_array(value)) {
		json_array_foreach(value, i, one)
			if (ret >= 0)
				ret = value_facet(house, o, field, one, why);
	} else if (value && ret >= 0) {
		ret = value_facet(house, o, field, value, why);
	}
	return ret;
}

static int state_facets(struct house *house, const struct object *o, const json_t *states, struct fault *why)
{
	const char *region;
	json_t *state;
	int ret = 0;

	json_object_foreach((json_t *)states, region, state) {
		if (!o->fresh && (ret = drop_facets(house, o, region, why)) < 0)
			return ret;
		if ((ret = put_facet(house, o, region, json_string_value(state), why)) < 0)
			return ret;
	}
	if (!o->kind->region_count)
		return 0;
	if (!o->fresh && (ret = drop_facets(house, o, "open", why)) < 0)
		return ret;
	return put_facet(house, o, "open", object_ended(o) ? "no" : "yes", why);
}

static void add_words(struct buf *words, const json_t *value)
{
	json_t *one;
	size_t i;

	if (json_is_string(value)) {
		buf_text(words, json_string_value(value));
		buf_char(words, '\n');
	}
	json_array_foreach((json_t *)value, i, one)
		add_words(words, one);
}

/* The index flushes itself at every mark, so it is fed once for a batch. */
static void feed_later(struct house *house, int64_t object, const char *words)
{
	house->feeds = must_grow(house->feeds, (house->feed_count + 1) * sizeof(*house->feeds));
	house->feeds[house->feed_count++] = (struct feed){ object, must_copy(words) };
}

void feeds_forget(struct house *house, size_t keep)
{
	while (house->feed_count > keep)
		free(house->feeds[--house->feed_count].words);
}

int feeds_write(struct house *house, struct fault *why)
{
	int ret = 0;

	for (size_t i = 0; ret == 0 && i < house->feed_count; i++)
		ret = search_feed(house->store, house->feeds[i].object, house->feeds[i].words, why);
	feeds_forget(house, 0);
	return ret;
}

static int feed_search_again(struct house *house, const struct object *o)
{
	struct buf words = { 0 };

	for (size_t i = 0; i < o->kind->field_count; i++)
		if (o->kind->fields[i].search)
			add_words(&words, json_object_get(o->body, o->kind->fields[i].name));
	feed_later(house, o->id, words.len ? words.data : "");
	buf_fini(&words);
	return 0;
}

static int feed_search(struct house *house, const struct object *o, const json_t *set)
{
	bool changed = false;

	for (size_t i = 0; i < o->kind->field_count; i++)
		changed |= o->kind->fields[i].search && json_object_get(set, o->kind->fields[i].name);
	return changed ? feed_search_again(house, o) : 0;
}

static struct value int_or_null(const json_t *row, const char *name)
{
	const json_t *value = json_object_get(row, name);

	return json_is_integer(value) ? value_int(json_integer_value(value)) : value_null();
}

static struct value text_of(const json_t *row, const char *name)
{
	return value_text(json_string_value(json_object_get(row, name)));
}

static int put_clock(struct house *house, const struct object *o, const json_t *row, struct fault *why)
{
	return store_run(
		house->store,
		"INSERT INTO clocks(id, space, object, part, code, state, started_at, due_at, stopped_at, "
		"left,"
		" missed_at, step, next_at) VALUES($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)"
		" ON CONFLICT(id) DO UPDATE SET state = $6, started_at = $7, due_at = $8, stopped_at = $9,"
		" left = $10, missed_at = $11, step = $12, next_at = $13",
		VALUES(int_or_null(row, "id"), value_int(o->space), value_int(o->id), value_int(0),
		       text_of(row, "code"), text_of(row, "state"), int_or_null(row, "started"),
		       int_or_null(row, "due"), int_or_null(row, "stopped"), int_or_null(row, "left"),
		       int_or_null(row, "missed"), int_or_null(row, "step"), int_or_null(row, "next")),
		NULL, why);
}

static int put_proposal(struct house *house, const struct object *o, const json_t *row, struct fault *why)
{
	char *input = dump(json_object_get(row, "input")), *signers = dump(json_object_get(row, "signers"));
	int ret;

	ret = store_run(house->store,
			"INSERT INTO proposals(id, object, move, version, input, signers, opened_at, state)"
			" VALUES($1, $2, $3, $4, $5, $6, $7, $8)"
			" ON CONFLICT(id) DO UPDATE SET input = $5, signers = $6, state = $8",
			VALUES(int_or_null(row, "id"), value_int(o->id), text_of(row, "move"),
			       int_or_null(row, "version"), value_text(input), value_text(signers),
			       int_or_null(row, "opened"), text_of(row, "state")),
			NULL, why);
	free(input);
	free(signers);
	return ret;
}

static int put_series(struct house *house, const struct object *o, const json_t *row, struct fault *why)
{
	(void)o;
	return store_run(
		house->store,
		"INSERT INTO series(name, next) VALUES($1, $2) ON CONFLICT(name) DO UPDATE SET next = $2",
		VALUES(text_of(row, "name"), int_or_null(row, "next")), NULL, why);
}

/* Free text of a row: as it was said, or as the record gives it back. */
static const char *words_of(const json_t *row, const char *name)
{
	const json_t *said = json_object_get(row, name);

	return json_string_value(json_is_object(said) ? json_object_get(said, "$") : said);
}

/* What leaves is no view of the record: a letter that went is not written anew. */
static int put_letter(struct house *house, const struct object *o, const json_t *row, struct fault *why)
{
	json_t *texts = json_pack("{s:s*, s:s*}", "zh", words_of(row, "zh"), "en", words_of(row, "en"));
	const json_t *files = json_object_get(row, "files");
	char *text = dump(texts), *list = files ? dump(files) : must_copy("[]");
	int ret = store_run(house->store,
			    "INSERT INTO letters(id, space, object, at, purpose, text, files)"
			    " VALUES($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING",
			    VALUES(int_or_null(row, "id"), value_int(o->space), value_int(o->id),
				   int_or_null(row, "at"), text_of(row, "purpose"), value_text(text),
				   value_text(list)),
			    NULL, why);

	json_decref(texts);
	free(text);
	free(list);
	return ret;
}

/* A message is a row of the outbox; whether it was sent is no view of the record.
 * What the portal, paper and a telephone carry, and what an exercise only pretends
 * to send, waits for nobody. */
static int put_message(struct house *house, const struct object *o, const json_t *row, struct fault *why)
{
	const char *channel = json_string_value(json_object_get(row, "channel"));
	const bool leaves = channel && channel_leaves(channel);

	house->posted |= leaves;
	return store_run(
		house->store,
		"INSERT INTO outbox(id, space, act, object, at, channel, recipient, text, key, state, tries, "
		"next_at, letter, via)"
		" VALUES($1, $2, 0, $3, $4, $5, $6, '', $7, $8, 0, $9, $10, $11) ON CONFLICT DO NOTHING",
		VALUES(int_or_null(row, "id"), value_int(o->space), value_int(o->id), int_or_null(row, "at"),
		       text_of(row, "channel"), text_of(row, "recipient"), text_of(row, "key"),
		       value_text(leaves ? "waiting" : "done"), leaves ? value_int(0) : value_null(),
		       int_or_null(row, "letter"), text_of(row, "via")),
		NULL, why);
}

static int put_check(struct house *house, const struct object *o, const json_t *row, struct fault *why)
{
	return store_run(house->store,
			 "INSERT INTO checks(id, object, name, digest, good, detail, at) VALUES($1, $2, $3, "
			 "$4, $5, $6, $7)"
			 " ON CONFLICT DO NOTHING",
			 VALUES(int_or_null(row, "id"), value_int(o->id), text_of(row, "name"),
				text_of(row, "digest"), int_or_null(row, "good"), text_of(row, "detail"),
				int_or_null(row, "at")),
			 NULL, why);
}

/* clang-format off */
/* Lists of whole rows in a change, and the table each is a row of. */
static const struct {
	const char *list;
	int (*put)(struct house *, const struct object *, const json_t *, struct fault *);
} row_lists[] = {
	{ "clocks",    put_clock },
	{ "proposals", put_proposal },
	{ "series",    put_series },
	{ "letters",   put_letter },
	{ "out",       put_message },
	{ "checks",    put_check },
};
/* clang-format on */

static int write_rows(struct house *house, const struct object *o, struct fault *why)
{
	json_t *row;
	size_t i;
	int ret;

	for (size_t k = 0; k < sizeof(row_lists) / sizeof(*row_lists); k++)
		json_array_foreach(json_object_get(o->change, row_lists[k].list), i, row)
			if ((ret = row_lists[k].put(house, o, row, why)) < 0)
				return ret;
	return 0;
}

/* Write what `o->change` says happened; states and body already hold it. */
int view_write(struct house *house, const struct object *o, struct fault *why)
{
	json_t *set = json_object_get(o->change, "set"), *value;
	const char *name;
	int ret;

	if ((ret = write_object(house, o, why)) < 0)
		return ret;
	json_object_foreach(set, name, value) {
		const struct field *field = kind_field(o->kind, name);

		if (field && (ret = field_facets(house, o, field, why)) < 0)
			return ret;
	}
	if (o->fresh || json_object_get(o->change, "state"))
		ret = state_facets(house, o, o->states, why);
	if (ret >= 0 && set)
		ret = feed_search(house, o, set);
	return ret < 0 ? ret : write_rows(house, o, why);
}

/* ---- rebuild -------------------------------------------------------------- */

static int merge_states(struct object *o, const json_t *change)
{
	json_t *fresh = json_object_get(json_object_get(change, "new"), "states");

	if (fresh)
		json_object_update(o->states, fresh);
	json_object_update(o->states, json_object_get(change, "state"));
	return 0;
}

static void merge_fields(struct object *o, const json_t *change)
{
	const char *name;
	json_t *value;

	json_object_foreach(json_object_get(change, "set"), name, value) {
		if (json_is_null(value))
			json_object_del(o->body, name);
		else
			json_object_set(o->body, name, value);
	}
}

static int begin_object(struct deed *deed, struct object *o, const struct record_read *entry,
			struct fault *why)
{
	const json_t *fresh = json_object_get(entry->change, "new");
	const char *digest = json_string_value(json_object_get(fresh, "pack"));

	o->id = entry->object;
	o->fresh = true;
	o->created_at = entry->recorded_at;
	o->states = json_object();
	o->body = json_object();
	o->space = (int)json_integer_value(json_object_get(fresh, "space"));
	o->number = arena_copy(deed->mem, json_string_value(json_object_get(fresh, "number")));
	if (!digest || !(o->pack = house_pack_by(deed->house, digest, why)))
		return fault_set(why, FAULT_CORRUPT, "entry %" PRIu64 " begins a record without a plan pack",
				 entry->seq);
	o->kind = pack_kind(o->pack, entry->kind);
	return o->kind ? 0
		       : fault_set(why, FAULT_CORRUPT, "entry %" PRIu64 " is about a '%s'", entry->seq,
				   entry->kind);
}

static int replay(struct deed *deed, const struct record_read *entry, struct fault *why)
{
	struct object *o, made = { 0 };
	int ret;

	if (!entry->object)
		return 0;
	if (json_object_get(entry->change, "new")) {
		if ((ret = begin_object(deed, &made, entry, why)) < 0)
			return ret;
		o = &made;
	} else if (!(o = world_get(deed, entry->object, why))) {
		return -why->code;
	}
	merge_states(o, entry->change);
	merge_fields(o, entry->change);
	o->change = json_incref(entry->change);
	o->version = (int64_t)entry->oseq + 1;
	o->updated_at = entry->recorded_at;
	ret = view_write(deed->house, o, why);
	if (o == &made) {
		json_decref(made.states);
		json_decref(made.body);
		json_decref(made.change);
	}
	return ret;
}

/* The record of one object read again from its entries: what was erased since
 * shows as erased. */
int view_refresh(struct house *house, struct object *object, struct fault *why)
{
	struct record_cursor *cursor = NULL;
	struct record_read entry;
	struct deed scratch;
	int got;

	deed_open(&scratch, house, NULL, 0);
	json_object_clear(object->body);
	json_object_clear(object->states);
	got = record_scan(house->record, object->space == RECORD_DRILL ? RECORD_DRILL : RECORD_REAL, 0,
			  object->id, &cursor, why);
	while (got >= 0 && (got = record_step(cursor, scratch.mem, &entry, why)) == 1) {
		merge_states(object, entry.change);
		merge_fields(object, entry.change);
	}
	if (cursor)
		record_cursor_close(cursor);
	deed_close(&scratch);
	if (got < 0 || (got = write_object(house, object, why)) < 0)
		return got;
	for (size_t i = 0; got == 0 && i < object->kind->field_count; i++)
		got = field_facets(house, object, &object->kind->fields[i], why);
	return got < 0 ? got : feed_search_again(house, object);
}

static int replay_space(struct house *house, enum record_space space, struct fault *why)
{
	struct record_cursor *cursor;
	struct record_read entry;
	int ret = record_scan(house->record, space, 0, 0, &cursor, why), got = 1;

	while (ret >= 0 && got == 1) {
		struct deed deed;

		deed_open(&deed, house, NULL, 0);
		if ((got = record_step(cursor, deed.mem, &entry, why)) == 1)
			ret = replay(&deed, &entry, why);
		deed_close(&deed);
	}
	if (cursor)
		record_cursor_close(cursor);
	return ret < 0 ? ret : got;
}

static const char *const views[] = {
	"objects", "facets", "links", "clocks", "proposals", "series", "checks"
};

/* One digestible text of a view: every row, every column, in a fixed order. */
static int snapshot(struct house *house, const char *table, struct buf *out, struct fault *why)
{
	static const char *const dumps[] = {
		"SELECT id, space, kind, number, states, body, pack, version, created_at, updated_at FROM "
		"objects ORDER BY id",
		"SELECT object, kind, name, value FROM facets ORDER BY object, kind, name, value",
		"SELECT parent, kind, field, child FROM links ORDER BY parent, kind, field, child",
		"SELECT id, space, object, code, state, started_at, due_at, stopped_at, left, missed_at, "
		"step, next_at"
		" FROM clocks ORDER BY id",
		"SELECT id, object, move, version, input, signers, opened_at, state FROM proposals ORDER BY "
		"id",
		"SELECT name, next FROM series ORDER BY name",
		"SELECT id, object, name, digest, good, detail, at FROM checks ORDER BY id",
	};
	static const int widths[] = { 10, 4, 4, 12, 8, 2, 7 };
	struct rows *rows;
	size_t t = 0;
	int got, ret;

	while (strcmp(views[t], table))
		t++;
	if ((ret = store_query(house->store, dumps[t], NO_VALUES, &rows, why)) < 0)
		return ret;
	while ((got = rows_next(rows, why)) == 1) {
		for (int i = 0; i < widths[t]; i++) {
			const char *text = rows_text(rows, i, NULL);

			buf_text(out, text ? text : "-");
			buf_char(out, '\t');
		}
		buf_char(out, '\n');
	}
	rows_close(rows);
	return got;
}

static int64_t lines_apart(const struct buf *a, const struct buf *b)
{
	int64_t apart = 0;
	size_t i = 0, j = 0;

	while (i < a->len || j < b->len) {
		size_t m = i < a->len ? strcspn(a->data + i, "\n") : 0,
		       n = j < b->len ? strcspn(b->data + j, "\n") : 0;

		apart += m != n || memcmp(a->data + i, b->data + j, m);
		i += i < a->len ? m + 1 : 0;
		j += j < b->len ? n + 1 : 0;
	}
	return apart;
}

static int clear_views(struct house *house, struct fault *why)
{
	static const char *const deletes[] = { "DELETE FROM objects", "DELETE FROM links",
					       "DELETE FROM clocks",  "DELETE FROM proposals",
					       "DELETE FROM series",  "DELETE FROM checks" };
	int ret = facet_clear(house->store, why);

	for (size_t i = 0; ret >= 0 && i < sizeof(deletes) / sizeof(*deletes); i++)
		ret = store_run(house->store, deletes[i], NO_VALUES, NULL, why);
	return ret < 0 ? ret : search_forget_all(house->store, why);
}

int house_rebuild(struct house *house, bool check_only, int64_t *differing, struct fault *why)
{
	enum { VIEWS = sizeof(views) / sizeof(*views) };
	struct buf before[VIEWS] = { 0 }, after[VIEWS] = { 0 };
	int ret;

	*differing = 0;
	house->told_changes++;
	if ((ret = house_begin(house, why)) < 0)
		return ret;
	for (size_t i = 0; ret >= 0 && i < VIEWS; i++)
		ret = snapshot(house, views[i], &before[i], why);
	if (ret >= 0)
		ret = clear_views(house, why);
	if (ret >= 0)
		ret = replay_space(house, RECORD_REAL, why);
	if (ret >= 0)
		ret = replay_space(house, RECORD_DRILL, why);
	for (size_t i = 0; ret >= 0 && i < VIEWS; i++)
		if ((ret = snapshot(house, views[i], &after[i], why)) >= 0)
			*differing += lines_apart(&before[i], &after[i]);
	for (size_t i = 0; i < VIEWS; i++) {
		buf_fini(&before[i]);
		buf_fini(&after[i]);
	}
	if (ret < 0 || check_only) {
		house_rollback(house);
		return ret;
	}
	return house_commit(house, why);
}
