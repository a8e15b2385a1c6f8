#include "gate/openapi/openapi_private.h"

#include <assert.h>

#include "base/fault.h"

/* Every fault that an answer can name. */
static json_t *fault_names(void)
{
	json_t *names = json_array();

	for (int code = FAULT_NONE + 1; code < FAULT__COUNT; code++)
		json_array_append_new(names, json_string(fault_name(code)));
	return json_pack("{s:s, s:o}", "type", "string", "enum", names);
}

/* The schemas that come from the plan, but not from a kind of it. */
static void put_schemas(json_t *schemas, const json_t *catalogue)
{
	const char *name;
	json_t *codes;
	char key[256];

	json_object_set_new(schemas, "fault", fault_names());
	json_object_set_new(schemas, "refusal_code", schema_enum(json_object_get(catalogue, "refusals")));
	json_object_set_new(schemas, "scores", schema_scores(json_object_get(catalogue, "dimensions")));
	json_object_set_new(schemas, "kind", schema_codes(json_object_get(catalogue, "kinds")));
	json_object_foreach(json_object_get(catalogue, "enums"), name, codes) {
		snprintf(key, sizeof(key), "enum.%s", name);
		json_object_set_new(schemas, key, schema_enum(codes));
	}
}

static void put_tags(json_t *tags, const json_t *catalogue)
{
	json_t *kind;
	size_t i;

	json_array_foreach(json_object_get(catalogue, "kinds"), i, kind)
		json_array_append_new(
			tags, json_pack("{s:O, s:O, s:O, s:O}", "name", json_object_get(kind, "name"),
					"description", json_object_get(kind, "en"), "x-en",
					json_object_get(kind, "en"), "x-zh", json_object_get(kind, "zh")));
}

static json_t *plan_of(const json_t *catalogue)
{
	return json_pack("{s:s, s:s, s:s, s:s, s:s}", "id", said(catalogue, "pack"), "version",
			 said(catalogue, "version"), "digest", said(catalogue, "digest"), "zh",
			 said(catalogue, "zh"), "en", said(catalogue, "en"));
}

json_t *openapi_make(const json_t *catalogue, const struct openapi_site *site)
{
	json_t *document = json_loads(openapi_shapes, JSON_REJECT_DUPLICATES, NULL), *kind;
	json_t *components = json_object_get(document, "components"),
	       *schemas = json_object_get(components, "schemas"), *paths = json_object();
	size_t i;

	assert(schemas);
	json_object_set_new(json_object_get(document, "info"), "version", json_string(site->version));
	json_object_set_new(document, "x-plan", plan_of(catalogue));
	if (site->server)
		json_object_set_new(document, "servers", json_pack("[{s:s}]", "url", site->server));
	put_tags(json_object_get(document, "tags"), catalogue);
	json_object_set_new(components, "responses", operation_problems());
	put_schemas(schemas, catalogue);
	route_put_all(paths);
	json_array_foreach(json_object_get(catalogue, "kinds"), i, kind)
		kind_put(paths, schemas, catalogue, kind);
	json_object_set_new(document, "paths", paths);
	return document;
}
