/* The records a deed looks at: read once, seen with the deed's own changes. */

#include "action/action_private.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/stamp.h"

void deed_open(struct deed *deed, struct house *house, const struct asker *asker, int64_t now)
{
	*deed = (struct deed){
		.house = house,
		.mem = arena_new(),
		.machine = asker ? asker->machine : "system",
		.session = asker ? asker->session : NULL,
		.now = now,
		.occurred_at = now,
	};
}

void deed_close(struct deed *deed)
{
	for (struct object *o = deed->objects; o; o = o->next) {
		json_decref(o->states);
		json_decref(o->body);
		json_decref(o->change);
	}
	json_decref(deed->authority);
	json_decref(deed->pending);
	arena_drop(&deed->mem);
}

/* A place for each record by its id, open addressing, never more than half full. */
static struct object **slot_of(struct deed *deed, int64_t id)
{
	size_t at = (size_t)((uint64_t)id * UINT64_C(0x9e3779b97f4a7c15) >> 32) & (deed->slot_count - 1);

	while (deed->slots[at] && deed->slots[at]->id != id)
		at = (at + 1) & (deed->slot_count - 1);
	return &deed->slots[at];
}

static void make_room(struct deed *deed)
{
	if (deed->slot_count > deed->object_count * 2)
		return;
	deed->slot_count = deed->slot_count ? deed->slot_count * 4 : 64;
	deed->slots = arena_many(deed->mem, deed->slot_count, sizeof(struct object *));
	for (struct object *o = deed->objects; o; o = o->next)
		*slot_of(deed, o->id) = o;
}

static struct object *keep(struct deed *deed, struct object *object)
{
	deed->object_count++;
	make_room(deed);
	*slot_of(deed, object->id) = object;
	if (deed->last_object)
		deed->last_object->next = object;
	else
		deed->objects = object;
	deed->last_object = object;
	return object;
}

static struct object *cached(struct deed *deed, int64_t id)
{
	return deed->slot_count ? *slot_of(deed, id) : NULL;
}

static json_t *parse_stored(const struct object *o, const char *text, size_t len, struct fault *why)
{
	json_t *value = json_loadb(text ? text : "", len, 0, NULL);

	if (!value)
		fault_say(why, FAULT_CORRUPT,
			  "the row of record #%" PRId64 " is damaged; fengsui rebuild makes it anew",
			  "记录 #%" PRId64 " 的行已损坏；“fengsui rebuild”可重建", o->id);
	return value;
}

static struct object *read_row(struct deed *deed, struct rows *rows, struct fault *why)
{
	struct object *o = arena_take(deed->mem, sizeof(*o));
	const char *text;
	size_t len;

	o->id = rows_int(rows, 0);
	o->space = (int)rows_int(rows, 1);
	o->pack = house_pack_by(deed->house, rows_text(rows, 6, NULL), why);
	if (!o->pack)
		return NULL;
	o->kind = pack_kind(o->pack, rows_text(rows, 2, NULL));
	if (!o->kind) {
		fault_say(why, FAULT_CORRUPT,
			  "record #%" PRId64 " is a '%s', which its plan pack does not know",
			  "记录 #%" PRId64 " 属于“%s”，其预案包中没有这一类", o->id,
			  rows_text(rows, 2, NULL));
		return NULL;
	}
	o->number = arena_copy(deed->mem, rows_text(rows, 3, NULL));
	text = rows_text(rows, 4, &len);
	if (!(o->states = parse_stored(o, text, len, why)))
		return NULL;
	text = rows_text(rows, 5, &len);
	if (!(o->body = parse_stored(o, text, len, why))) {
		json_decref(o->states);
		return NULL;
	}
	o->version = rows_int(rows, 7);
	o->created_at = rows_int(rows, 8);
	o->updated_at = rows_int(rows, 9);
	return keep(deed, o);
}

struct object *world_get(struct deed *deed, int64_t id, struct fault *why)
{
	struct object *o = cached(deed, id);
	struct rows *rows;
	int got;

	if (o)
		return o;
	if (store_query(deed->house->store,
			"SELECT id, space, kind, number, states, body, pack, version, created_at, updated_at"
			" FROM objects WHERE id = $1",
			VALUES(value_int(id)), &rows, why) < 0)
		return NULL;
	got = rows_next(rows, why);
	if (got == 1)
		o = read_row(deed, rows, why);
	else if (got == 0)
		fault_say(why, FAULT_ABSENT, "there is no record #%" PRId64, "没有记录 #%" PRId64, id);
	rows_close(rows);
	return o;
}

/* Of several that are called the same the first that the actor sees: one that
 * is hidden must not stand before it, or its absence would tell of it. Who
 * means one behind so many others names its number. */
static int first_called(struct deed *deed, const struct kind *kind, const char *name, const char *ref,
			int64_t *out, struct fault *why)
{
	enum { CALLED_MOST = 200 };
	int64_t ids[CALLED_MOST];
	size_t count = 0;
	struct rows *rows;
	int got;

	if (store_query(deed->house->store,
			"SELECT object FROM facets WHERE kind = $1 AND name = $2 AND value = $3"
			" ORDER BY object LIMIT 200",
			VALUES(value_text(kind->name), value_text(name), value_text(ref)), &rows, why) < 0)
		return -why->code;
	while ((got = rows_next(rows, why)) == 1)
		ids[count++] = rows_int(rows, 0);
	rows_close(rows);
	if (got < 0)
		return got;
	if (!count)
		return -FAULT_ABSENT;
	*out = ids[0];
	for (size_t i = 0; deed->staff && i < count; i++) {
		struct object *o = world_get(deed, ids[i], why);

		if (!o)
			return -why->code;
		if (staff_sees(deed, o)) {
			*out = o->id;
			break;
		}
	}
	return 0;
}

/* By its title's facet: a unit by name, a person by login. */
static int find_titled(struct deed *deed, const struct kind *kind, const char *ref, int64_t *out,
		       struct fault *why)
{
	const char *names[] = { "login", kind->title, "name" };

	for (size_t i = 0; i < 3; i++) {
		int ret;

		if (!names[i] || !kind_field(kind, names[i]))
			continue;
		ret = first_called(deed, kind, names[i], ref, out, why);
		if (ret != -FAULT_ABSENT)
			return ret;
	}
	return fault_say(why, FAULT_ABSENT, "there is no %s%.0s '%.80s'", "%.0s没有这样的%s“%.80s”",
			 kind->name, kind->label.zh, ref);
}

int world_find(struct deed *deed, const struct kind *kind, const char *ref, int64_t *out, struct fault *why)
{
	char *rest;
	int64_t id = strtoll(ref + (*ref == '#'), &rest, 10);
	int ret;

	for (struct object *o = deed->objects; o; o = o->next)
		if (o->number && !strcmp(o->number, ref)) {
			*out = o->id;
			return 0;
		}
	if (!*rest && rest != ref && id > 0) {
		*out = id;
		return 0;
	}
	ret = store_int(deed->house->store, "SELECT id FROM objects WHERE number = $1",
			VALUES(value_text(ref)), out, why);
	if (ret == -FAULT_ABSENT && kind)
		return find_titled(deed, kind, ref, out, why);
	if (ret == -FAULT_ABSENT)
		return fault_say(why, FAULT_ABSENT, "there is no record '%.80s'", "没有记录“%.80s”", ref);
	return ret;
}

struct object *world_make(struct deed *deed, const struct pack *pack, const struct kind *kind, int space)
{
	struct object *o = arena_take(deed->mem, sizeof(*o));

	o->id = deed->house->next_object++;
	o->space = space;
	o->pack = pack;
	o->kind = kind;
	o->states = json_object();
	o->body = json_object();
	o->created_at = o->updated_at = deed->now;
	o->fresh = true;
	for (size_t i = 0; i < kind->region_count; i++)
		if (kind->regions[i].start)
			json_object_set_new(o->states, kind->regions[i].name,
					    json_string(kind->regions[i].start->name));
	return keep(deed, o);
}

static bool points_at(const struct object *child, const struct field *field, int64_t parent)
{
	const json_t *value = json_object_get(child->body, field->name);
	json_t *one;
	size_t i;

	if (json_is_array(value)) {
		json_array_foreach((json_t *)value, i, one)
			if (json_integer_value(one) == parent)
				return true;
		return false;
	}
	return json_is_integer(value) && json_integer_value(value) == parent;
}

static bool refers(const struct object *child, const struct object *parent, const char *through)
{
	for (size_t i = 0; i < child->kind->field_count; i++) {
		const struct field *field = &child->kind->fields[i];

		if (field->type == FIELD_REF && !strcmp(field->of, parent->kind->name) &&
		    (!through || !strcmp(through, field->name)) && points_at(child, field, parent->id))
			return true;
	}
	return false;
}

static int stored_children(struct deed *deed, const struct object *parent, const char *kind,
			   struct fault *why)
{
	int64_t few[64], *ids = few;
	size_t count = 0, room = 64;
	struct rows *rows;
	int got;

	if (store_query(deed->house->store,
			"SELECT DISTINCT child FROM links WHERE parent = $1 AND kind = $2",
			VALUES(value_int(parent->id), value_text(kind)), &rows, why) < 0)
		return -why->code;
	while ((got = rows_next(rows, why)) == 1) {
		if (count == room) {
			int64_t *more = arena_many(deed->mem, room * 4, sizeof(*more));

			memcpy(more, ids, count * sizeof(*ids));
			ids = more;
			room *= 4;
		}
		ids[count++] = rows_int(rows, 0);
	}
	rows_close(rows);
	for (size_t i = 0; got == 0 && i < count; i++)
		if (!world_get(deed, ids[i], why))
			return -why->code;
	return got;
}

static int by_id(const void *a, const void *b)
{
	int64_t x = (*(struct object *const *)a)->id, y = (*(struct object *const *)b)->id;

	return x < y ? -1 : x > y;
}

int world_linked(struct deed *deed, struct object *parent, const char *kind, const char *through,
		 struct objects *out, struct fault *why)
{
	size_t count = 0;
	int ret;

	if (!parent->fresh && (ret = stored_children(deed, parent, kind, why)) < 0)
		return ret;
	for (struct object *o = deed->objects; o; o = o->next)
		count += !strcmp(o->kind->name, kind) && refers(o, parent, through);
	out->at = arena_many(deed->mem, count + 1, sizeof(*out->at));
	out->count = 0;
	for (struct object *o = deed->objects; o; o = o->next)
		if (!strcmp(o->kind->name, kind) && refers(o, parent, through))
			out->at[out->count++] = o;
	qsort(out->at, out->count, sizeof(*out->at), by_id);
	return 0;
}

const char *state_of(const struct object *object, const char *region)
{
	return json_string_value(json_object_get(object->states, region));
}

bool object_ended(const struct object *object)
{
	const struct region *main_region = object->kind->regions;
	const struct state *state;

	if (!object->kind->region_count)
		return true;
	state = region_state(main_region, state_of(object, main_region->name));
	return state && state->end;
}

int64_t world_ref(struct deed *deed, struct object *subject, const char *path)
{
	const json_t *value = world_value(deed, subject, path, NULL);

	return json_is_integer(value) ? json_integer_value(value) : 0;
}

bool refs_have(const json_t *list, int64_t id)
{
	const json_t *one;
	size_t i;

	json_array_foreach((json_t *)list, i, one)
		if (json_integer_value(one) == id)
			return true;
	return false;
}

/* The object a name leads to: a ref field, or the case a child belongs to. */
static struct object *step(struct deed *deed, struct object *from, const char *name)
{
	struct fault why;
	const struct field *field = kind_field(from->kind, name);
	int64_t id =
		field && field->type == FIELD_REF ? json_integer_value(json_object_get(from->body, name)) : 0;

	return id ? world_get(deed, id, &why) : NULL;
}

json_t *world_value(struct deed *deed, struct object *subject, const char *path, struct object **holder)
{
	const char *dot = strchr(path, '.');

	while (dot && subject) {
		subject = step(deed, subject, arena_copy_bytes(deed->mem, path, (size_t)(dot - path)));
		path = dot + 1;
		dot = strchr(path, '.');
	}
	if (!subject)
		return NULL;
	if (holder)
		*holder = subject;
	return json_object_get(subject->body, path);
}

struct object *world_case(struct deed *deed, struct object *subject)
{
	struct object *found = subject;

	static const char *const ways[] = { "incident", "affected_system", "warning", "special_plan" };

	for (int i = 0; found && i < 4; i++) {
		struct object *next = NULL;

		if (!strcmp(found->kind->name, "incident"))
			return found;
		for (size_t k = 0; !next && k < sizeof(ways) / sizeof(*ways); k++)
			next = step(deed, found, ways[k]);
		found = next;
	}
	return NULL;
}

const char *object_name(struct deed *deed, const struct object *object)
{
	return object->number ? object->number
			      : arena_text(deed->mem, "%s #%" PRId64, object->kind->name, object->id);
}

int64_t value_level(const json_t *value)
{
	int64_t level = json_is_integer(value)  ? json_integer_value(value)
			: json_is_string(value) ? atoi(json_string_value(value))
						: 0;

	return level >= 1 && level <= 5 ? level : 0;
}

/* The newest setting of this name that is in force now. */
int setting_now(struct deed *deed, const char *name, const char **out, struct fault *why)
{
	struct rows *rows;
	int64_t ids[64];
	size_t count = 0;
	int got;

	*out = NULL;
	for (struct object *o = deed->objects; o && count < 64; o = o->next)
		if (o->fresh && !strcmp(o->kind->name, "setting"))
			ids[count++] = o->id;
	if (store_query(deed->house->store,
			"SELECT object FROM facets WHERE kind = 'setting' AND name = 'name' AND value = $1"
			" ORDER BY object DESC LIMIT 32",
			VALUES(value_text(name)), &rows, why) < 0)
		return -why->code;
	while ((got = rows_next(rows, why)) == 1 && count < 64)
		ids[count++] = rows_int(rows, 0);
	rows_close(rows);
	for (size_t i = 0; got >= 0 && i < count; i++) {
		struct object *o = world_get(deed, ids[i], why);
		const char *from, *to, *value;
		int64_t start = 0, end = INT64_MAX;

		if (!o)
			return -why->code;
		value = json_string_value(json_object_get(o->body, "name"));
		if (!value || strcmp(value, name))
			continue;
		from = json_string_value(json_object_get(o->body, "valid_from"));
		to = json_string_value(json_object_get(o->body, "valid_to"));
		if (from)
			stamp_parse(from, strlen(from), &start, NULL);
		if (to)
			stamp_parse(to, strlen(to), &end, NULL);
		if (start <= deed->now && deed->now < end) {
			*out = json_string_value(json_object_get(o->body, "value"));
			return 0;
		}
	}
	return got < 0 ? got : 0;
}

int64_t threshold_now(struct deed *deed)
{
	const char *value = NULL;
	struct fault why;

	if (setting_now(deed, "threshold", &value, &why) == 0 && value && atoi(value) >= 1 &&
	    atoi(value) <= deed->house->pack->threshold)
		return atoi(value);
	return deed->house->pack->threshold;
}
