/* Checks: jobs whose result stands in the record, for guards to read. */

#include "action/action_private.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "action/document/shelf.h"
#include "archive/package.h"
#include "evidence/blob.h"

struct finding {
	bool good;
	char detail[256];
	char digest[65];
	json_t *found; /* of the release check: each with its place; or NULL */
};

/* Does the evidence file still have the digest under which it came? */
static int check_digest(struct house *house, struct object *object, struct finding *out)
{
	const char *blob = json_string_value(json_object_get(object->body, "blob"));
	struct fault why = { 0 };
	uint64_t size = 0;

	/* Evidence without a file (a device in a cupboard) has nothing to compare. */
	out->good = !blob || blob_check(house->folder, blob, &size, &why) == 0;
	if (out->good)
		snprintf(out->detail, sizeof(out->detail), blob ? "%" PRIu64 " bytes as captured" : "no file",
			 size);
	else
		snprintf(out->detail, sizeof(out->detail), "%.250s", why.text);
	return 0;
}

/* ---- the package of a case ------------------------------------------------ */

enum { PACKAGE_MOST = 20000 };

static struct package_file file_of(struct house *house, struct deed *deed, const char *digest)
{
	char path[4096];

	blob_path(house->folder, digest, path, sizeof(path));
	return (struct package_file){ digest, arena_copy(deed->mem, path) };
}

static int add_file(struct house *house, struct deed *deed, const char *digest, struct package_file *files,
		    size_t *count, struct fault *why)
{
	if (!digest)
		return 0;
	if (*count == PACKAGE_MOST)
		return fault_say(why, FAULT_LIMIT, "a package takes at most %d files",
				 "一个归档包最多含 %d 个文件", PACKAGE_MOST);
	files[(*count)++] = file_of(house, deed, digest);
	return 0;
}

/* Every file that a record names, whatever the field is called. */
static int files_of(struct house *house, struct deed *deed, const struct object *o,
		    struct package_file *files, size_t *count, struct fault *why)
{
	int ret = 0;

	for (size_t i = 0; ret == 0 && i < o->kind->field_count; i++) {
		const struct field *field = &o->kind->fields[i];
		json_t *value = json_object_get(o->body, field->name), *one;
		size_t k;

		if (field->type != FIELD_BLOB)
			continue;
		ret = add_file(house, deed, json_string_value(value), files, count, why);
		json_array_foreach(value, k, one)
			if (ret == 0)
				ret = add_file(house, deed, json_string_value(one), files, count, why);
	}
	return ret;
}

static const struct state *main_state(const struct object *o)
{
	const struct region *region = o->kind->region_count ? &o->kind->regions[0] : NULL;

	return region ? region_state(region, state_of(o, region->name)) : NULL;
}

/* The case and all that hangs on it, child of child, the case first; and the
 * letter of delegation that it was started under. */
static int belongings(struct house *house, struct deed *deed, struct object *object,
		      struct package_plan *plan, struct fault *why)
{
	struct package_object *list = arena_many(deed->mem, PACKAGE_MOST, sizeof(*list));
	struct package_file *files = arena_many(deed->mem, PACKAGE_MOST, sizeof(*files));
	int64_t *ids = arena_many(deed->mem, PACKAGE_MOST, sizeof(*ids));
	size_t count = 0;
	struct rows *rows;
	int got;

	if (store_query(
		    house->store,
		    "WITH RECURSIVE down(id) AS (SELECT $1 UNION SELECT l.child FROM links l JOIN down "
		    "ON l.parent = down.id)"
		    " SELECT id FROM (SELECT id FROM down UNION SELECT l.parent FROM links l JOIN objects o"
		    " ON o.id = l.parent WHERE l.child = $1 AND o.kind = 'delegation') ORDER BY id = $1 "
		    "DESC, id",
		    VALUES(value_int(object->id)), &rows, why) < 0)
		return -why->code;
	while ((got = rows_next(rows, why)) == 1 && count < PACKAGE_MOST)
		ids[count++] = rows_int(rows, 0);
	rows_close(rows);
	if (got == 1)
		return fault_say(why, FAULT_LIMIT, "%s has more than %d records; a package takes no more",
				 "%s 的记录超过 %d 条；一个归档包最多含这么多", object_name(deed, object),
				 PACKAGE_MOST);
	for (size_t i = 0; got == 0 && i < count; i++) {
		struct object *o = world_get(deed, ids[i], why);
		const struct state *state;

		if (!o)
			return -why->code;
		state = main_state(o);
		list[plan->object_count++] = (struct package_object){
			.id = o->id,
			.name = object_name(deed, o),
			.zh = o->kind->label.zh,
			.en = o->kind->label.en,
			.title = o->kind->title ? json_string_value(json_object_get(o->body, o->kind->title))
						: NULL,
			.state_zh = state ? state->label.zh : NULL,
			.state_en = state ? state->label.en : NULL,
		};
		if ((got = files_of(house, deed, o, files, &plan->file_count, why)) < 0)
			return got;
	}
	plan->objects = list;
	plan->files = files;
	return got < 0 ? got : shelf_fill(deed, ids, count, plan, why);
}

/* Everything of a case, sealed in one folder that opens without the product. */
static int check_package(struct house *house, struct deed *deed, struct object *object, struct finding *out)
{
	struct package_plan plan = { .store = house->store,
				     .record = house->record,
				     .space = object->space == RECORD_DRILL ? RECORD_DRILL : RECORD_REAL,
				     .folder = house->folder,
				     .name = object_name(deed, object) };
	struct fault why = { 0 };
	char path[4096] = "";

	out->good = belongings(house, deed, object, &plan, &why) == 0 &&
		    package_build(&plan, path, sizeof(path), &why) == 0;
	snprintf(out->detail, sizeof(out->detail), "%.250s", out->good ? path : why.text);
	return 0;
}

/* What a result holds for: the file itself where a digest was checked, else
 * the record as it stands. */
static int made_over(struct deed *deed, struct object *object, const char *name, char out[65],
		     struct fault *why)
{
	const char *blob = json_string_value(json_object_get(object->body, "blob"));

	if (strcmp(name, "digest"))
		return deed_digest(deed, object, out, why);
	snprintf(out, 65, "%s", blob ? blob : "no file");
	return 0;
}

/* Is the plan pack of a draft sound? */
static int check_plan(struct house *house, const struct object *draft, struct finding *out)
{
	struct fault why = { 0 };

	out->good = draft_check(house, draft, &why) == 0;
	snprintf(out->detail, sizeof(out->detail), "%.250s", out->good ? "sound" : why.text);
	return 0;
}

/* Does the text hold anything that must not leave? The words found are told to
 * whoever writes it, and stand apart in the record, so that they can be erased. */
static int check_release(struct deed *deed, struct object *object, struct finding *out)
{
	const struct field *field = kind_field(object->kind, "found");
	struct fault why = { 0 };
	const int count = restricted_of(deed, object, &out->found, &why);

	out->good = count == 0;
	if (count < 0)
		snprintf(out->detail, sizeof(out->detail), "%.250s", why.text);
	else
		snprintf(out->detail, sizeof(out->detail),
			 count ? "%d 处 / findings" : "未发现 / nothing found", count);
	if (field && (count > 0 || json_object_get(object->body, "found")))
		change_field(deed, object, field,
			     count > 0 ? json_string(restricted_said(deed, out->found, "\n", 100))
				       : json_null());
	return 0;
}

static int find_out(struct house *house, struct deed *deed, struct object *object, const char *name,
		    struct finding *out, struct fault *why)
{
	int ret = made_over(deed, object, name, out->digest, why);

	if (ret < 0)
		return ret;
	if (!strcmp(name, "digest"))
		return check_digest(house, object, out);
	if (!strcmp(name, "archive_package"))
		return check_package(house, deed, object, out);
	if (!strcmp(name, "plan_check"))
		return check_plan(house, object, out);
	if (!strcmp(name, "release_check"))
		return check_release(deed, object, out);
	out->good = false;
	snprintf(out->detail, sizeof(out->detail), "this version does not carry out the check '%s'", name);
	return 0;
}

bool check_known(const char *name)
{
	return !strcmp(name, "digest") || !strcmp(name, "archive_package") || !strcmp(name, "plan_check") ||
	       !strcmp(name, "release_check");
}

/* Evidence that is no longer what was captured is told at once, by its name;
 * the plan says what becomes of it, and of a text that a move had checked. Where
 * a decision asked for the check, the decision is refused and that is all. */
static int alarm_for(struct deed *deed, struct object *subject, const char *name, bool decided,
		     struct fault *why)
{
	int ret;

	if (!strcmp(name, "release_check") && !decided)
		return trigger_name(deed, subject, TRIGGER_SIGNAL, "check_failed", why);
	if (strcmp(name, "digest"))
		return 0;
	ret = inform_target(deed, subject, "office", why);
	return ret == 0 ? trigger_name(deed, subject, TRIGGER_SIGNAL, "check_failed", why) : ret;
}

/* Run the check and write its result as an act of the house. */
int check_run(struct house *house, int64_t object, const char *name, bool decided, int64_t now,
	      struct fault *why)
{
	const struct asker self = { .machine = "system" };
	struct finding found = { 0 };
	struct object *subject;
	struct deed deed;
	int ret;

	ret = deed_begin(&deed, house, &self, now, why);
	if (ret == 0) {
		if (!(subject = world_get(&deed, object, why)))
			ret = -why->code;
		else
			ret = find_out(house, &deed, subject, name, &found, why);
		if (ret == 0) {
			change_of(&deed, subject, arena_text(deed.mem, "check.%s", name));
			change_row(&deed, subject, "checks",
				   json_pack("{s:I, s:s, s:s, s:i, s:s, s:I, s:O*}", "id",
					     (json_int_t)house->next_check++, "name", name, "digest",
					     found.digest, "good", found.good, "detail", found.detail, "at",
					     (json_int_t)now, "findings", found.found));
			if (!found.good)
				ret = alarm_for(&deed, subject, name, decided, why);
		}
		ret = deed_end(&deed, ret, why);
	}
	json_decref(found.found);
	deed_close(&deed);
	return ret;
}

/* A text that comes with the move itself was not there when the check ran. */
static bool clean_now(struct deed *deed, struct object *object)
{
	json_t *found = NULL;
	struct fault why;
	const int count = restricted_of(deed, object, &found, &why);

	json_decref(found);
	return count == 0;
}

/* What a refusal names: which words, and where. NULL: nothing. */
const char *check_said(struct deed *deed, struct object *object, const char *name)
{
	json_t *found = NULL;
	struct fault why;
	const char *said = NULL;

	if (strcmp(name, "release_check"))
		return NULL;
	if (restricted_of(deed, object, &found, &why) > 0)
		said = restricted_said(deed, found, "; ", 5);
	json_decref(found);
	return said;
}

/* The newest result is good, and was found on what stands there now. */
bool check_good(struct deed *deed, struct object *object, const char *name)
{
	struct rows *rows;
	char digest[65];
	struct fault why;
	bool good = false;

	if (made_over(deed, object, name, digest, &why) < 0 ||
	    store_query(deed->house->store,
			"SELECT good, digest FROM checks WHERE object = $1 AND name = $2 ORDER BY id DESC "
			"LIMIT 1",
			VALUES(value_int(object->id), value_text(name)), &rows, &why) < 0)
		return false;
	if (rows_next(rows, &why) == 1)
		good = rows_int(rows, 0) && !strcmp(rows_text(rows, 1, NULL), digest);
	rows_close(rows);
	if (!good && !strcmp(name, "release_check"))
		return clean_now(deed, object);
	return good;
}
