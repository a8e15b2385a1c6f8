#include <stdlib.h>
#include <string.h>

#include "evidence/blob.h"
#include "gate/gate_private.h"
#include "record/bundle.h"
#include "store/store.h"

/*
 * bundle -- cases, with all that belongs to them, as a folder a stranger can verify.
 *
 * What refers to a case belongs to it, and so on; evidence files that any of it
 * names are taken along.
 */
enum { OBJECTS_MOST = 10000, FILES_MOST = 4096 };

struct gathering {
	struct house *house;
	const struct asker *asker; /* who it is for; NULL: whoever owns the folder */
	int64_t now;
	struct store *store;
	const char *folder;
	struct arena *mem;
	int64_t objects[OBJECTS_MOST];
	size_t object_count;
	struct bundle_file files[FILES_MOST];
	size_t file_count;
	uint64_t bytes; /* of the files */
};

static int add_object(struct gathering *all, int64_t id, struct fault *why)
{
	for (size_t i = 0; i < all->object_count; i++)
		if (all->objects[i] == id)
			return 0;
	if (all->object_count == OBJECTS_MOST)
		return fault_say(why, FAULT_LIMIT, "a bundle has at most %d records",
				 "一个核验包最多含 %d 条记录", OBJECTS_MOST);
	/* The whole or nothing: what is left out unseen would pass for all there is. */
	if (all->asker && !house_sees(all->house, all->asker, id))
		return fault_say(why, FAULT_REFUSED, "N21: a part of this case is not for you to see",
				 "N21：此案件有您无权查看的部分");
	all->objects[all->object_count++] = id;
	return 0;
}

static int add_named(struct gathering *all, const char *ref, struct fault *why)
{
	int64_t id = ref[0] == '#' ? strtoll(ref + 1, NULL, 10) : 0;
	int ret = store_int(all->store, "SELECT id FROM objects WHERE number = $1 OR id = $2",
			    VALUES(value_text(ref), value_int(id)), &id, why);

	if (ret == -FAULT_ABSENT)
		return fault_say(why, FAULT_ABSENT, "there is no record '%.80s'", "没有记录“%.80s”", ref);
	return ret < 0 ? ret : add_object(all, id, why);
}

static int add_children(struct gathering *all, int64_t parent, struct fault *why)
{
	struct rows *rows;
	int ret, got;

	if ((ret = store_query(all->store,
			       "SELECT DISTINCT child FROM links WHERE parent = $1 ORDER BY child",
			       VALUES(value_int(parent)), &rows, why)) < 0)
		return ret;
	while ((got = rows_next(rows, why)) > 0 && ret == 0)
		ret = add_object(all, rows_int(rows, 0), why);
	rows_close(rows);
	return got < 0 ? got : ret;
}

/* The field of a record whose value is being looked through. */
struct place {
	int64_t object;
	const char *field;
};

static void add_file(struct gathering *all, const struct place *at, const char *digest)
{
	char path[4096];
	int64_t size;

	if (strlen(digest) != BLOB_NAME - 1 || all->file_count == FILES_MOST ||
	    store_int(all->store, "SELECT size FROM blobs WHERE digest = $1", VALUES(value_text(digest)),
		      &size, NULL) < 0)
		return;
	for (size_t i = 0; i < all->file_count; i++)
		if (strcmp(all->files[i].name + strlen("evidence/"), digest) == 0)
			return;
	if (all->asker && !house_opens(all->house, all->asker, at->object, at->field, all->now))
		return;
	blob_path(all->folder, digest, path, sizeof(path));
	all->bytes += (uint64_t)size;
	all->files[all->file_count++] = (struct bundle_file){
		.name = arena_text(all->mem, "evidence/%s", digest),
		.path = arena_copy(all->mem, path),
	};
}

static void add_files_in(struct gathering *all, const struct place *at, json_t *value)
{
	const char *name;
	json_t *one;
	size_t i;

	if (json_is_string(value))
		add_file(all, at, json_string_value(value));
	json_array_foreach(value, i, one)
		add_files_in(all, at, one);
	json_object_foreach(value, name, one)
		add_files_in(all, at, one);
}

static int add_files_of(struct gathering *all, int64_t object, struct fault *why)
{
	const char *name;
	char *text;
	json_t *body, *value;
	int ret = store_text(all->store, "SELECT body FROM objects WHERE id = $1", VALUES(value_int(object)),
			     all->mem, &text, why);

	if (ret < 0)
		return ret;
	body = json_loads(text, 0, NULL);
	json_object_foreach(body, name, value)
		add_files_in(all, &(struct place){ object, name }, value);
	json_decref(body);
	return 0;
}

/* What refers to them, and to that, and the files of all. */
static int gather_all(struct gathering *all, struct fault *why)
{
	int ret;

	for (size_t i = 0; i < all->object_count; i++)
		if ((ret = add_children(all, all->objects[i], why)) < 0 ||
		    (ret = add_files_of(all, all->objects[i], why)) < 0)
			return ret;
	return 0;
}

static int gather(struct gathering *all, const json_t *refs, struct fault *why)
{
	const json_t *ref;
	size_t i;
	int ret;

	json_array_foreach((json_t *)refs, i, ref) {
		if (!json_is_string(ref))
			return fault_say(why, FAULT_INVALID, "refs[%zu] is not a text",
					 "“refs”第 %zu 项不是文字", i);
		if ((ret = add_named(all, json_string_value(ref), why)) < 0)
			return ret;
	}
	if (!all->object_count)
		return fault_say(why, FAULT_INVALID, "'refs' names no record", "“refs”未指明任何记录");
	return gather_all(all, why);
}

/* Signed and stored before it is shown to anybody. */
static int sign(struct gate *gate, enum record_space space, struct arena *mem, struct fault *why)
{
	char *note;
	int ret;

	if ((ret = house_begin(gate->house, why)) < 0)
		return ret;
	if ((ret = record_checkpoint(house_record(gate->house), space, mem, &note, why)) < 0) {
		house_rollback(gate->house);
		return ret;
	}
	return house_commit(gate->house, why);
}

static int write_from(const struct gathering *all, struct store *store, struct record *signer,
		      const char *dir, struct bundle_made *made, struct fault *why)
{
	int64_t space;
	const int ret = store_int(store, "SELECT space FROM objects WHERE id = $1",
				  VALUES(value_int(all->objects[0])), &space, why);

	if (ret < 0)
		return ret;
	return bundle_write(&(struct bundle_order){ .store = store,
						    .space = (enum record_space)space,
						    .objects = all->objects,
						    .object_count = all->object_count,
						    .files = all->files,
						    .file_count = all->file_count,
						    .signer = signer },
			    dir, made, why);
}

static int write_bundle(struct gate *gate, const struct gathering *all, const char *dir,
			struct bundle_made *made, struct fault *why)
{
	int64_t space;
	int ret;

	if ((ret = store_int(all->store, "SELECT space FROM objects WHERE id = $1",
			     VALUES(value_int(all->objects[0])), &space, why)) < 0 ||
	    (ret = sign(gate, (enum record_space)space, all->mem, why)) < 0)
		return ret;
	return write_from(all, all->store, house_record(gate->house), dir, made, why);
}

static struct gathering *gathering_new(struct gate *gate, struct arena *mem)
{
	struct gathering *all = arena_take(mem, sizeof(*all));

	all->house = gate->house;
	all->store = house_store(gate->house);
	all->folder = house_folder(gate->house);
	all->mem = mem;
	return all;
}

int bundle_gather(struct gate *gate, const struct asker *asker, int64_t object, int64_t now, struct arena *mem,
		  struct gathering **out, struct fault *why)
{
	struct gathering *all = gathering_new(gate, mem);
	int64_t space;
	char *note;
	int ret;

	all->asker = asker;
	all->now = now;
	if ((ret = add_object(all, object, why)) < 0 || (ret = gather_all(all, why)) < 0 ||
	    (ret = house_case_taken(gate->house, asker, object, all->object_count, all->file_count, now,
				    why)) < 0 ||
	    (ret = store_int(all->store, "SELECT space FROM objects WHERE id = $1", VALUES(value_int(object)),
			     &space, why)) < 0 ||
	    (ret = record_checkpoint(house_record(gate->house), (enum record_space)space, mem, &note, why)) <
		    0)
		return ret;
	all->asker = NULL; /* the caller's */
	*out = all;
	return 0;
}

uint64_t bundle_bytes(const struct gathering *all) { return all->bytes; }

int bundle_write_gathered(const struct gathering *all, const char *dir, struct fault *why)
{
	SCOPED(store_drop) struct store *store = NULL;
	struct bundle_made made;
	int ret;

	if ((ret = store_open_again(all->store, &store, why)) < 0 || (ret = store_look(store, why)) < 0)
		return ret;
	ret = write_from(all, store, house_record(all->house), dir, &made, why);
	store_look_end(store);
	return ret;
}

int bundle_cases(struct gate *gate, const struct ask *ask, json_t **out, struct fault *why)
{
	SCOPED(arena_drop) struct arena *mem = arena_new();
	struct gathering *all = gathering_new(gate, mem);
	struct bundle_made made;
	int ret;

	if ((ret = gather(all, ask->says[SAYS_REFS], why)) < 0 ||
	    (ret = write_bundle(gate, all, ask_text(ask, SAYS_DIR), &made, why)) < 0)
		return ret;
	*out = json_pack("{s:b, s:s, s:I, s:I, s:I}", "ok", 1, "dir", ask_text(ask, SAYS_DIR), "entries",
			 (json_int_t)made.entries, "records", (json_int_t)all->object_count, "files",
			 (json_int_t)all->file_count);
	return 0;
}
