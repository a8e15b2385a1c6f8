/* Address a message: one linked record for every unit of the register that it is meant for, by sector, by
 * territory with all within it, by a product that a system of the unit runs, in certain versions. Of several
 * that are said, all must fit. */

#include "action/action_private.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/dotted.h"
#include "base/stamp.h"

enum { UNITS_MOST = 50000, SYSTEMS_MOST = 100000 };

struct addressed {
	int64_t unit;
	const int64_t *systems; /* of it, that run the product; or NULL */
	size_t system_count;
};

struct list {
	struct addressed *at;
	size_t count;
};

static int by_unit(const void *a, const void *b)
{
	const struct addressed *x = a, *y = b;

	return (x->unit > y->unit) - (x->unit < y->unit);
}

static bool comes_with(const struct deed *deed, const char *name)
{
	const json_t *value = json_object_get(deed->input, name);

	return value && !json_is_null(value);
}

/* What is said with the move; where nothing is, what stands on the record, or on the advisory that it is
 * from. */
static json_t *said(struct deed *deed, struct object *subject, const char *name)
{
	json_t *value;

	if (comes_with(deed, "sector") || comes_with(deed, "territory") || comes_with(deed, "product"))
		return comes_with(deed, name) ? json_object_get(deed->input, name) : NULL;
	if ((value = world_value(deed, subject, name, NULL)))
		return value;
	return kind_field(subject->kind, "advisory") &&
			       (!strcmp(name, "product") || !strcmp(name, "versions"))
		       ? world_value(deed, subject, arena_text(deed->mem, "advisory.%s", name), NULL)
		       : NULL;
}

/* Which versions are concerned. What is typed with the move must be such conditions; what an advisory says is
 * for people, and where it is nothing else every version is. */
static int versions_said(struct deed *deed, struct object *subject, struct dotted_range *out,
			 struct fault *why)
{
	const char *text =
		json_string_value(comes_with(deed, "versions") ? json_object_get(deed->input, "versions")
							       : said(deed, subject, "versions"));

	out->count = 0;
	if (!text || !*text || dotted_range_read(text, out))
		return 0;
	out->count = 0;
	return comes_with(deed, "versions")
		       ? fault_say(why, FAULT_INVALID,
				   "versions: '%.60s' is not such as '<2.4.1' or '>=2.0, <2.4.1; =3.0'",
				   "受影响版本（versions）：“%.60s”应写作“<2.4.1”或“>=2.0, <2.4.1; =3.0”",
				   text)
		       : 0;
}

/* Whose version nobody recorded, or nobody can compare, may be concerned. */
static bool concerned(const struct dotted_range *range, const char *version)
{
	return !range->count || !version || dotted_within(range, version) != DOTTED_NO;
}

static int read_units(struct deed *deed, const char *sql, const struct value *values, size_t count,
		      struct list *out, struct fault *why)
{
	struct rows *rows;
	int got, ret = store_query(deed->house->store, sql, values, count, &rows, why);

	out->at = arena_many(deed->mem, UNITS_MOST, sizeof(*out->at));
	out->count = 0;
	if (ret < 0)
		return ret;
	while ((got = rows_next(rows, why)) == 1 && out->count < UNITS_MOST) {
		const int64_t unit = rows_int(rows, 0);

		if (!out->count || out->at[out->count - 1].unit != unit)
			out->at[out->count++] = (struct addressed){ unit, NULL, 0 };
	}
	rows_close(rows);
	return got == 1 ? fault_say(why, FAULT_LIMIT, "more than %d units fit", "符合条件的单位超过 %d 个",
				    UNITS_MOST)
			: got;
}

/* Rows of unit and system, in the order of units. */
static int read_systems(struct deed *deed, const char *product, const struct dotted_range *versions,
			struct list *out, struct fault *why)
{
	struct rows *rows;
	int64_t *systems = arena_many(deed->mem, SYSTEMS_MOST, sizeof(*systems));
	size_t count = 0;
	int got, ret;

	ret = store_query(
		deed->house->store,
		"SELECT DISTINCT o.parent, t.parent, v.value FROM facets f"
		" JOIN links t ON t.child = f.object AND t.kind = 'tech_record' AND t.field = 'system'"
		" JOIN links o ON o.child = t.parent AND o.kind = 'system' AND o.field IN ('owner', "
		"'operator')"
		" LEFT JOIN facets v ON v.object = f.object AND v.name = 'version'"
		" WHERE f.kind = 'tech_record' AND f.name = 'product' AND lower(f.value) = lower($1)"
		" ORDER BY o.parent, t.parent",
		VALUES(value_text(product)), &rows, why);
	out->at = arena_many(deed->mem, UNITS_MOST, sizeof(*out->at));
	out->count = 0;
	if (ret < 0)
		return ret;
	while ((got = rows_next(rows, why)) == 1 && count < SYSTEMS_MOST && out->count < UNITS_MOST) {
		const bool of_last = out->count && out->at[out->count - 1].unit == rows_int(rows, 0);

		/* A system may run it in several versions. */
		if (!concerned(versions, rows_text(rows, 2, NULL)) ||
		    (of_last && systems[count - 1] == rows_int(rows, 1)))
			continue;
		if (!of_last)
			out->at[out->count++] = (struct addressed){ rows_int(rows, 0), &systems[count], 0 };
		systems[count++] = rows_int(rows, 1);
		out->at[out->count - 1].system_count++;
	}
	rows_close(rows);
	return got == 1 ? fault_say(why, FAULT_LIMIT, "more than %d systems run this product",
				    "运行该产品的系统超过 %d 个", SYSTEMS_MOST)
			: got;
}

/* Only what is in both stays; what is known of systems stays with it. */
static void keep_common(struct list *all, const struct list *also)
{
	size_t n = 0;

	for (size_t i = 0; i < all->count; i++) {
		struct addressed *found =
			bsearch(&all->at[i], also->at, also->count, sizeof(*also->at), by_unit);

		if (!found)
			continue;
		all->at[n] = all->at[i];
		if (found->systems)
			all->at[n] = *found;
		n++;
	}
	all->count = n;
}

static int narrow(struct list *all, bool *any, int ret, const struct list *also)
{
	if (ret < 0)
		return ret;
	if (*any)
		keep_common(all, also);
	else
		*all = *also;
	*any = true;
	return 0;
}

static int find_units(struct deed *deed, struct object *subject, struct list *all, bool *any,
		      struct fault *why)
{
	json_t *sector = said(deed, subject, "sector"), *territory = said(deed, subject, "territory");
	json_t *product = said(deed, subject, "product");
	struct dotted_range versions;
	struct list also = { 0 };
	int ret = 0;

	if (json_is_integer(sector)) {
		ret = read_units(
			deed,
			"SELECT child FROM links WHERE parent = $1 AND kind = 'unit' AND field = 'sector' "
			"ORDER BY child",
			VALUES(value_int(json_integer_value(sector))), &also, why);
		ret = narrow(all, any, ret, &also);
	}
	if (ret == 0 && json_is_integer(territory)) {
		ret = read_units(deed,
				 "WITH RECURSIVE down(id) AS (SELECT $1 UNION SELECT l.child FROM links l "
				 "JOIN down ON "
				 "l.parent = down.id WHERE l.kind = 'territory' AND l.field = 'parent')"
				 " SELECT l.child FROM links l JOIN down ON l.parent = down.id WHERE l.kind "
				 "= 'unit' AND"
				 " l.field = 'territory' ORDER BY l.child",
				 VALUES(value_int(json_integer_value(territory))), &also, why);
		ret = narrow(all, any, ret, &also);
	}
	if (ret == 0 && json_is_string(product)) {
		if ((ret = versions_said(deed, subject, &versions, why)) == 0)
			ret = read_systems(deed, json_string_value(product), &versions, &also, why);
		ret = narrow(all, any, ret, &also);
	}
	return ret;
}

/* Who is no member any more is not written to. 1: so it is. */
static int left(struct deed *deed, int64_t unit, struct fault *why)
{
	struct object *o = world_get(deed, unit, why);
	const char *to = o ? json_string_value(json_object_get(o->body, "valid_to")) : NULL;
	int64_t at = 0;

	if (!o)
		return -why->code;
	if (to)
		stamp_parse(to, strlen(to), &at, NULL);
	return at && at <= deed->now;
}

static bool known(const struct objects *there, int64_t unit)
{
	for (size_t i = 0; i < there->count; i++)
		if (json_integer_value(json_object_get(there->at[i]->body, "unit")) == unit)
			return true;
	return false;
}

static int open_one(struct deed *deed, struct object *subject, const char *kind, const struct addressed *to,
		    struct fault *why)
{
	json_t *input = json_pack("{s:I}", "unit", (json_int_t)to->unit), *systems;
	int ret;

	if (to->systems && kind_field(pack_kind(subject->pack, kind), "systems")) {
		json_object_set_new(input, "systems", systems = json_array());
		for (size_t i = 0; i < to->system_count; i++)
			json_array_append_new(systems, json_integer(to->systems[i]));
	}
	ret = open_linked(deed, subject, kind, input, NULL, why);
	json_decref(input);
	return ret;
}

static int run(struct deed *deed, struct object *subject, const struct effect_use *use, struct fault *why)
{
	struct list all = { 0 };
	struct objects there;
	bool any = false;
	size_t fit = 0;
	int ret;

	if ((ret = find_units(deed, subject, &all, &any, why)) < 0 ||
	    (ret = world_linked(deed, subject, use->value, NULL, &there, why)) < 0)
		return ret;
	for (size_t i = 0; ret == 0 && i < all.count; i++) {
		if ((ret = left(deed, all.at[i].unit, why)) != 0) {
			ret = ret < 0 ? ret : 0;
			continue;
		}
		fit++;
		if (!known(&there, all.at[i].unit))
			ret = open_one(deed, subject, use->value, &all.at[i], why);
	}
	if (ret == 0 && !fit)
		refuse(deed, deed->move && deed->move->refuse ? deed->move->refuse : "N04",
		       any ? "登记中没有符合条件的单位" : "须说明行业、区划或产品",
		       any ? "no unit of the register fits" : "say a sector, a territory or a product", NULL);
	return ret;
}

const struct effect effect_address = {
	.name = "address",
	.en = "addresses every unit of a sector, a territory or with a product",
	.zh = "按行业、区划或产品确定对象单位",
	.run = run,
};
