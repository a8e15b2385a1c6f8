/* Lists, with what the asker may not see left out. */

#include "action/action_private.h"

#include <string.h>

#include "base/stamp.h"
#include "store/filter.h"
#include "store/list.h"

enum { PAGES = 20 };

static size_t filter_names(const struct kind *kind, const char **names, size_t room)
{
	size_t count = 0;

	for (size_t i = 0; i < kind->field_count && count + 4 < room; i++)
		if (kind->fields[i].filter || kind->fields[i].type == FIELD_REF ||
		    (kind->title && !strcmp(kind->title, kind->fields[i].name)) ||
		    !strcmp(kind->fields[i].name, "login"))
			names[count++] = kind->fields[i].name;
	for (size_t i = 0; i < kind->region_count && count + 1 < room; i++)
		names[count++] = kind->regions[i].name;
	names[count++] = "open";
	return count;
}

static json_t *value_words(struct deed *deed, const struct field *field, json_t *value)
{
	struct fault why;
	struct object *o;
	const char *title;

	if (field->type != FIELD_REF || !json_is_integer(value))
		return json_incref(value);
	if (!(o = world_get(deed, json_integer_value(value), &why)))
		return json_incref(value);
	title = o->number ? o->number : title_of(deed, o);
	return json_string(title ? title : object_name(deed, o));
}

static json_t *row_words(struct deed *deed, struct object *o)
{
	json_t *fields = json_object(), *row;
	char at[STAMP_LEN];

	for (size_t i = 0; i < o->kind->field_count; i++) {
		const struct field *field = &o->kind->fields[i];
		json_t *value = json_object_get(o->body, field->name);

		if (value && (field->column || (o->kind->title && !strcmp(o->kind->title, field->name))))
			json_object_set_new(fields, field->name, value_words(deed, field, value));
	}
	stamp_format(o->updated_at, at);
	row = json_pack("{s:I, s:s*, s:O, s:o, s:I, s:s}", "id", (json_int_t)o->id, "number", o->number,
			"states", o->states, "fields", fields, "version", (json_int_t)o->version,
			"updated_at", at);
	return row;
}

/* A list that is being filled with what the asker may see. */
struct filling {
	json_t *rows;
	size_t most;
	const char *last; /* behind the last row that was given */
	bool more;        /* and the asker may see another one there */
};

static int one_page(struct deed *deed, const struct list_query *query, const struct list_page *page,
		    struct filling *filling, struct fault *why)
{
	for (size_t i = 0; i < page->count && !filling->more; i++) {
		struct object *o = world_get(deed, page->rows[i].id, why);

		if (!o)
			return -why->code;
		if (!staff_sees(deed, o))
			continue;
		filling->more = json_array_size(filling->rows) == filling->most;
		if (filling->more)
			break;
		json_array_append_new(filling->rows, row_words(deed, o));
		filling->last = list_cursor(query, &page->rows[i], deed->mem);
	}
	return 0;
}

/* One row more than is wanted is looked for: whether a list goes on must not
 * tell of what the asker may not see. A unit that sees little of a long list is
 * read on for, but not for ever. */
static int fill(struct house *house, struct deed *deed, struct list_query *query, json_t *rows,
		const char **after, struct fault *why)
{
	struct filling filling = { .rows = rows, .most = (size_t)query->limit };
	struct list_page page;
	int ret = 0, ahead = 1;

	*after = NULL;
	query->limit += query->limit > 0 && query->limit < LIST_LIMIT;
	for (int i = 0; i < PAGES; i++) {
		if ((ret = list_run(house->store, query, deed->mem, &page, why)) < 0 ||
		    (ret = one_page(deed, query, &page, &filling, why)) < 0)
			return ret;
		if (filling.more || !page.after)
			break;
		query->after = page.after;
		/* Full already: the next one is mostly seen at once. */
		query->limit = json_array_size(rows) < filling.most ? LIST_LIMIT : ahead;
		ahead = 2 * ahead < LIST_LIMIT ? 2 * ahead : LIST_LIMIT;
	}
	if (filling.more || page.after)
		*after = json_array_size(rows) < filling.most ? page.after : filling.last;
	return 0;
}

/* A moment that lists are filtered by: what has waited longest comes first. */
static bool sorts(const struct kind *kind, const char *name)
{
	const struct field *field = kind_field(kind, name);

	return field && field->type == FIELD_TIME && field->filter && !field->many;
}

static int order_of(const struct kind *kind, const char *word, struct list_query *query, struct fault *why)
{
	static const char *const words[] = {
		[LIST_NEWEST] = "newest",
		[LIST_UPDATED] = "updated",
		[LIST_NUMBER] = "number",
		[LIST_CHANGED] = "changed",
	};

	query->order = LIST_NEWEST;
	for (size_t i = 0; word && i < sizeof(words) / sizeof(*words); i++)
		if (!strcmp(words[i], word)) {
			query->order = (enum list_order)i;
			return 0;
		}
	if (word && sorts(kind, word)) {
		query->order = LIST_BY;
		query->by = word;
		return 0;
	}
	return !word ? 0
		     : fault_say(why, FAULT_INVALID,
				 "order is newest, updated, number, changed or a time that %s%.0s is "
				 "filtered by, not "
				 "'%.40s'",
				 "%.0s排序（order）为“newest”“updated”“number”“changed”或“%"
				 "s”可用于筛选的时间字段，不能是“"
				 "%.40s”",
				 kind->name, kind->label.zh, word);
}

int list_query_of(struct deed *deed, const struct list_ask *ask, const char *names[static FILTER_NAMES],
		  struct list_query *query, struct fault *why)
{
	const struct kind *kind = pack_kind(deed->house->pack, ask->kind);
	struct filter *sought = NULL;
	int ret;

	if (!kind)
		return fault_say(why, FAULT_INVALID, "the plan pack knows no kind '%.64s'",
				 "预案包中没有“%.64s”这一类记录", ask->kind);
	*query = (struct list_query){ .kind = kind->name,
				      .space = ask->space ? ask->space : RECORD_REAL,
				      .filter = ask->where,
				      .fields = names,
				      .field_count = filter_names(kind, names, FILTER_NAMES),
				      .since = ask->since,
				      .lean = true,
				      .after = ask->after,
				      .limit = ask->limit ? ask->limit : 50 };
	if ((ret = order_of(kind, ask->order, query, why)) < 0 ||
	    (ret = filter_parse(ask->where ? ask->where : "", ask->where ? strlen(ask->where) : 0, names,
				query->field_count, deed->mem, &sought, why)) < 0)
		return ret;
	return sought_ask(kind, sought, why);
}

int house_list(struct house *house, const struct asker *asker, const struct list_ask *ask, json_t **answer,
	       struct fault *why)
{
	const char *names[FILTER_NAMES], *next = NULL;
	json_t *rows = json_array();
	struct list_query query;
	struct deed deed;
	int ret = 0;

	deed_open(&deed, house, asker, house->given_now);
	if (asker->person)
		ret = staff_of(house, asker->person, &deed.staff, why);
	if (ret == 0 && (ret = list_query_of(&deed, ask, names, &query, why)) == 0)
		ret = fill(house, &deed, &query, rows, &next, why);
	if (ret == 0)
		*answer = json_pack("{s:b, s:s, s:O, s:s*}", "ok", 1, "kind", query.kind, "rows", rows,
				    "after", next);
	json_decref(rows);
	deed_close(&deed);
	if (ret == -FAULT_INVALID || ret == -FAULT_LIMIT || ret == -FAULT_ABSENT) {
		*answer = fault_answer(why);
		ret = 0;
	}
	return ret;
}

bool house_sees(struct house *house, const struct asker *asker, int64_t object)
{
	struct object *found = NULL;
	struct fault why;
	struct deed deed;
	bool sees;

	deed_open(&deed, house, asker, house->given_now);
	sees = (!asker->person || staff_of(house, asker->person, &deed.staff, &why) == 0) &&
	       (found = world_get(&deed, object, &why)) && staff_sees(&deed, found);
	deed_close(&deed);
	return sees;
}
