/* How many records there are by the values of one or two fields, of those that the asker may see. */

#include "action/action_private.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "store/facet.h"

/* OTHERS stands for the first values that are too rare to be shown. */
enum { NONE = 0, OTHERS = UINT32_MAX };

struct tally {
	const char *value; /* NULL: none */
	uint32_t first;    /* number of the first value; NONE where there is none */
	int64_t sample;    /* a record that has it */
	int64_t count;
};

struct tallies {
	struct tally *at;
	size_t count, room;
};

/* What one second value has counted, by first value. */
struct line {
	const char *value;
	int64_t sample;
	int64_t *counts; /* by number of the first value */
	size_t room;
};

struct counting {
	struct deed *deed;
	const struct kind *kind;
	struct list_ids ids;
	struct list_ids seen; /* which of them have a value */
	struct tallies *into;
	uint32_t *first; /* by id: the number of its first value, from 1; NULL where there is no second */
	const uint32_t *kept; /* by number of the first value: where it is counted */
	struct line line;
	int64_t others;
};

static struct tally *add(struct deed *deed, struct tallies *list, struct tally tally)
{
	struct tally *more;

	if (list->count == list->room) {
		list->room = list->room ? 2 * list->room : 64;
		more = arena_many(deed->mem, list->room, sizeof(*more));
		if (list->count)
			memcpy(more, list->at, list->count * sizeof(*more));
		list->at = more;
	}
	list->at[list->count] = tally;
	return &list->at[list->count++];
}

/* ---- values --------------------------------------------------------------- */

static struct list_ids nobody(struct counting *c)
{
	const size_t words = (size_t)c->ids.most / 64 + 1;

	return (struct list_ids){ .words = arena_many(c->deed->mem, words, sizeof(uint64_t)),
				  .most = c->ids.most };
}

/* How many have none. */
static int64_t without(const struct counting *c)
{
	int64_t count = 0;

	for (int64_t i = 0; i <= c->ids.most / 64; i++)
		count += __builtin_popcountll(c->ids.words[i] & ~c->seen.words[i]);
	return count;
}

/* Each record with each value it has: one value after the other, given where it begins. */
static int each(struct counting *c, const char *name, void (*count)(struct counting *, const char *, int64_t),
		struct fault *why)
{
	SCOPED(facet_walk_drop) struct facet_walk *walk = NULL;
	const char *value;
	int64_t id;
	int ret;

	c->seen = nobody(c);
	if ((ret = facet_walk(c->deed->house->store, c->kind->name, name, &c->ids, c->deed->mem, &walk,
			      why)) < 0)
		return ret;
	while ((ret = facet_next(walk, &value, &id, why)) == 1) {
		c->seen.words[id / 64] |= UINT64_C(1) << (id % 64);
		count(c, value, id);
	}
	return ret;
}

static void count_first(struct counting *c, const char *value, int64_t id)
{
	if (value)
		add(c->deed, c->into, (struct tally){ .value = value, .sample = id });
	c->into->at[c->into->count - 1].count++;
	if (c->first)
		c->first[id] = (uint32_t)c->into->count;
}

static int by_one(struct counting *c, const char *name, struct tallies *out, struct fault *why)
{
	int ret;

	c->into = out;
	if ((ret = each(c, name, count_first, why)) == 0 && without(c))
		add(c->deed, out, (struct tally){ .count = without(c) });
	return ret;
}

static int most_first(const void *one, const void *other)
{
	const struct tally *a = one, *b = other;

	if (a->count != b->count)
		return a->count > b->count ? -1 : 1;
	if (a->first != b->first)
		return a->first < b->first ? -1 : 1;
	return strcmp(a->value ? a->value : "", b->value ? b->value : "");
}

static void sort(struct tallies *list)
{
	if (list->count)
		qsort(list->at, list->count, sizeof(*list->at), most_first);
}

/* ---- two fields ----------------------------------------------------------- */

/* Which first values are shown: the frequent ones keep their number. */
static void keep_frequent(struct counting *c, struct tallies *first, uint32_t *kept)
{
	struct tallies order = { 0 };

	for (uint32_t i = 0; i < first->count; i++)
		add(c->deed, &order, (struct tally){ .value = "", .first = i, .count = first->at[i].count });
	sort(&order);
	for (size_t i = 0; i < order.count; i++) {
		const uint32_t which = order.at[i].first;

		if (first->at[which].value)
			kept[which + 1] = i < COUNT_GROUPS ? which + 1 : OTHERS;
	}
}

static void put_line(struct counting *c)
{
	const struct line *line = &c->line;

	for (size_t i = 0; i < line->room; i++) {
		if (line->counts[i])
			add(c->deed, c->into,
			    (struct tally){ .value = line->value,
					    .sample = line->sample,
					    .first = (uint32_t)i,
					    .count = line->counts[i] });
		line->counts[i] = 0;
	}
}

static void count_in(struct counting *c, int64_t id)
{
	const uint32_t which = c->kept[c->first[id]];

	if (which == OTHERS)
		c->others++;
	else
		c->line.counts[which]++;
}

static void count_second(struct counting *c, const char *value, int64_t id)
{
	if (value) {
		put_line(c);
		c->line.value = value;
		c->line.sample = id;
	}
	count_in(c, id);
}

static int by_second(struct counting *c, const char *name, struct tallies *out, struct fault *why)
{
	int ret;

	c->into = out;
	if ((ret = each(c, name, count_second, why)) < 0)
		return ret;
	put_line(c);
	c->line.value = NULL;
	for (int64_t id = 0; id <= c->ids.most; id++)
		if (list_has(&c->ids, id) && !list_has(&c->seen, id))
			count_in(c, id);
	put_line(c);
	return 0;
}

static int by_two(struct counting *c, const char *const by[2], struct tallies *first, struct tallies *out,
		  struct fault *why)
{
	uint32_t *kept;
	int ret;

	c->first = arena_many(c->deed->mem, (size_t)c->ids.most + 1, sizeof(*c->first));
	if ((ret = by_one(c, by[0], first, why)) < 0)
		return ret;
	c->kept = kept = arena_many(c->deed->mem, first->count + 1, sizeof(*kept));
	keep_frequent(c, first, kept);
	c->line.room = first->count + 1;
	c->line.counts = arena_many(c->deed->mem, c->line.room, sizeof(*c->line.counts));
	return by_second(c, by[1], out, why);
}

/* ---- the question --------------------------------------------------------- */

static bool among(const char *name, const char *const *names, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (!strcmp(names[i], name))
			return true;
	return false;
}

/* "a" or "a,b"; each a filter or a region, and the first of two has one value a record. */
static int read_by(struct counting *c, const char *said, const struct list_query *query, const char *by[2],
		   struct fault *why)
{
	const char *comma = strchr(said, ',');
	const struct field *field;

	by[0] = comma ? arena_copy_bytes(c->deed->mem, said, (size_t)(comma - said)) : said;
	by[1] = comma ? comma + 1 : NULL;
	for (int i = 0; i < 2 && by[i]; i++)
		if (!among(by[i], query->fields, query->field_count))
			return fault_say(why, FAULT_INVALID,
					 "by: %s has no '%.64s' that a list is filtered by",
					 "分组（by）：“%s”没有可用于筛选的“%.64s”", c->kind->name, by[i]);
	if (by[1] && !strcmp(by[0], by[1]))
		return fault_say(why, FAULT_INVALID, "by: '%.64s' stands twice", "分组（by）：“%.64s”重复",
				 by[0]);
	field = kind_field(c->kind, by[0]);
	if (by[1] && field && field->many)
		return fault_say(why, FAULT_INVALID,
				 "by: a record may have several of '%.64s'; it stands second",
				 "分组（by）：一条记录可有多个“%.64s”，应放在第二位", by[0]);
	return 0;
}

/* What a reference stands as in the filter: its number, else a login or a name. */
static bool stands_as(const struct object *o, const char *value)
{
	static const char *const names[] = { "login", "name" };

	if (o->number)
		return !strcmp(o->number, value);
	for (size_t i = 0; i < 2; i++) {
		const char *name = json_string_value(json_object_get(o->body, names[i]));

		if (name && !strcmp(name, value))
			return true;
	}
	return false;
}

/* The record that is meant, found by one that refers to it; NULL: it is called otherwise by now. */
static struct object *meant(struct counting *c, const struct field *field, const struct tally *group)
{
	struct object *holder, *o, *found = NULL;
	json_t *list, *one;
	struct fault why;
	size_t i;

	if (!(holder = world_get(c->deed, group->sample, &why)))
		return NULL;
	one = json_object_get(holder->body, field->name);
	list = json_is_array(one) ? json_incref(one) : json_pack("[O]", one);
	json_array_foreach(list, i, one)
		if (!found && (o = world_get(c->deed, json_integer_value(one), &why)) &&
		    (json_array_size(list) == 1 || stands_as(o, group->value)))
			found = o;
	json_decref(list);
	return found;
}

/* What the asker may not see has a number at most, as everywhere. */
static const char *name_of(struct counting *c, const struct field *field, const struct tally *group,
			   json_t *names)
{
	struct object *o = meant(c, field, group);
	const char *value;

	if (!o)
		return "";
	value = staff_sees(c->deed, o) ? group->value : object_name(c->deed, o);
	if (!json_object_get(names, value))
		json_object_set_new(names, value, handle_of(c->deed, o->id));
	return value;
}

static void put_value(struct counting *c, const char *by, const struct tally *group, json_t *values,
		      json_t *names)
{
	const struct field *field = kind_field(c->kind, by);
	const bool refers = field && field->type == FIELD_REF;

	if (!group || !group->value)
		json_array_append_new(values, json_null());
	else
		json_array_append_new(values,
				      json_string(refers ? name_of(c, field, group, names) : group->value));
}

static json_t *say(struct counting *c, const char *const by[2], const struct tallies *first,
		   struct tallies *groups, bool all)
{
	json_t *list = json_array(), *names = json_object(), *fields = json_array();

	sort(groups);
	json_array_append_new(fields, json_string(by[0]));
	if (by[1])
		json_array_append_new(fields, json_string(by[1]));
	for (size_t i = 0; i < groups->count; i++) {
		const struct tally *group = &groups->at[i];
		json_t *values;

		if (i >= COUNT_GROUPS) {
			c->others += group->count;
			continue;
		}
		values = json_array();
		if (by[1])
			put_value(c, by[0], group->first ? &first->at[group->first - 1] : NULL, values,
				  names);
		put_value(c, by[1] ? by[1] : by[0], group, values, names);
		json_array_append_new(
			list, json_pack("{s:o, s:I}", "values", values, "count", (json_int_t)group->count));
	}
	return json_pack("{s:b, s:s, s:o, s:I, s:o, s:I, s:b, s:o}", "ok", 1, "kind", c->kind->name, "by",
			 fields, "total", (json_int_t)c->ids.count, "groups", list, "others",
			 (json_int_t)c->others, "all", all, "names", names);
}

static int answer_with(struct counting *c, const char *said, const struct list_query *query, json_t **answer,
		       struct fault *why)
{
	struct tallies first = { 0 }, groups = { 0 };
	const char *by[2];
	bool all = true;
	int ret;

	if ((ret = read_by(c, said, query, by, why)) < 0 ||
	    (ret = list_ids(c->deed->house->store, query, c->deed->mem, &c->ids, why)) < 0 ||
	    (ret = reach_seen(c->deed, c->kind, &c->ids, &all, why)) < 0)
		return ret;
	ret = by[1] ? by_two(c, by, &first, &groups, why) : by_one(c, by[0], &groups, why);
	if (ret == 0)
		*answer = say(c, by, &first, &groups, all);
	return ret;
}

int house_count(struct house *house, const struct asker *asker, const struct list_ask *ask, const char *by,
		json_t **answer, struct fault *why)
{
	const char *names[FILTER_NAMES];
	struct list_query query;
	struct deed deed;
	int ret = 0;

	deed_open(&deed, house, asker, house->given_now);
	if (asker->person)
		ret = staff_of(house, asker->person, &deed.staff, why);
	if (ret == 0 && (ret = list_query_of(&deed, ask, names, &query, why)) == 0) {
		struct counting c = { .deed = &deed, .kind = pack_kind(house->pack, ask->kind) };

		ret = answer_with(&c, by, &query, answer, why);
	}
	deed_close(&deed);
	return ret;
}
