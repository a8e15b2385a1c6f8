#include "record/manifest.h"

#include <jansson.h>
#include <string.h>

#include "base/canon.h"
#include "record/doc.h"
#include "record/leaf.h"
#include "record/pile.h"
#include "seal/hex.h"

#define WHOLE ((INT64_C(1) << 53) - 1)

struct reading {
	struct arena *mem;
	const char *what; /* the first thing that is wrong */
};

static void wrong(struct reading *r, const char *what)
{
	if (!r->what)
		r->what = what;
}

static uint64_t number(struct reading *r, const json_t *object, const char *name)
{
	const json_t *value = json_object_get(object, name);

	if (!json_is_integer(value) || json_integer_value(value) < 0 || json_integer_value(value) > WHOLE) {
		wrong(r, name);
		return 0;
	}
	return (uint64_t)json_integer_value(value);
}

static const char *text(struct reading *r, const json_t *object, const char *name)
{
	const json_t *value = json_object_get(object, name);

	if (json_is_string(value))
		return arena_copy(r->mem, json_string_value(value));
	wrong(r, name);
	return "";
}

static bool members(struct reading *r, const json_t *object, size_t count)
{
	if (json_object_size(object) == count)
		return true;
	wrong(r, "members");
	return false;
}

static void read_file(struct reading *r, const json_t *value, struct manifest_file *out)
{
	const char *digest;

	if (!members(r, value, 3))
		return;
	out->name = text(r, value, "name");
	out->size = number(r, value, "size");
	digest = text(r, value, "sha256");
	if (!pile_name_ok(out->name) || !strcmp(out->name, "manifest.json") ||
	    !strcmp(out->name, "manifest.sig"))
		wrong(r, "name");
	if (strlen(digest) != 2 * DIGEST_LEN || !hex_read(digest, DIGEST_LEN, out->digest))
		wrong(r, "sha256");
}

static void read_files(struct reading *r, const json_t *list, struct manifest *out)
{
	out->file_count = json_array_size(list);
	out->files = arena_many(r->mem, out->file_count, sizeof(*out->files));
	for (size_t i = 0; i < out->file_count && !r->what; i++) {
		read_file(r, json_array_get(list, i), &out->files[i]);
		if (i && !r->what && strcmp(out->files[i - 1].name, out->files[i].name) >= 0)
			wrong(r, "order of files");
	}
}

/* "kind:id" in its one spelling. */
static bool object_ok(const char *obj)
{
	const char *colon = strchr(obj, ':');
	size_t digits = colon ? strlen(colon + 1) : 0;

	return colon && leaf_kind(obj, (size_t)(colon - obj)) && digits && digits <= 16 &&
	       strspn(colon + 1, "0123456789") == digits && (colon[1] != '0' || digits == 1);
}

static void read_objects(struct reading *r, const json_t *list, struct manifest *out)
{
	out->object_count = json_array_size(list);
	out->objects = arena_many(r->mem, out->object_count, sizeof(*out->objects));
	for (size_t i = 0; i < out->object_count && !r->what; i++) {
		struct manifest_object *object = &out->objects[i];
		const json_t *value = json_array_get(list, i);

		if (!members(r, value, 2))
			return;
		object->obj = text(r, value, "obj");
		object->entries = number(r, value, "entries");
		if (!object_ok(object->obj))
			wrong(r, "obj");
		if (i && !r->what && strcmp(out->objects[i - 1].obj, object->obj) >= 0)
			wrong(r, "order of objects");
	}
}

static void read_all(struct reading *r, const json_t *value, struct manifest *out)
{
	const json_t *files = json_object_get(value, "files"), *objects = json_object_get(value, "objects");

	if (!members(r, value, 8))
		return;
	if (strcmp(text(r, value, "format"), "fengsui-bundle/1"))
		wrong(r, "format");
	out->origin = text(r, value, "origin");
	out->product = text(r, value, "product");
	out->entries = number(r, value, "entries");
	out->size = number(r, value, "size");
	out->given_time = json_is_true(json_object_get(value, "given_time"));
	if (!json_is_boolean(json_object_get(value, "given_time")))
		wrong(r, "given_time");
	if (!leaf_origin(out->origin, strlen(out->origin)))
		wrong(r, "origin");
	if (!json_is_array(files) || !json_is_array(objects))
		wrong(r, "files or objects");
	read_files(r, files, out);
	read_objects(r, objects, out);
}

bool manifest_read(const char *bytes, size_t len, struct arena *mem, struct manifest *out, const char **what)
{
	struct reading r = { .mem = mem };
	json_t *value = NULL;

	*out = (struct manifest){ .origin = "", .product = "" };
	if (!doc_canonical(bytes, len) || canon_parse(bytes, len, MANIFEST_MOST, &value, NULL) < 0)
		wrong(&r, "not canonical JSON");
	else
		read_all(&r, value, out);
	json_decref(value);
	*what = r.what;
	return !r.what;
}
