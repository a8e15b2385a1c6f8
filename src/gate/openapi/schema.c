/* The schemas of what is typed into a field and of what is answered. */

#include "gate/openapi/openapi_private.h"

#include <stdio.h>
#include <string.h>

enum { NAME_MOST = 256 };

json_t *schema_ref(const char *name) { return json_pack("{s:s+}", "$ref", "#/components/schemas/", name); }

json_t *schema_object(bool closed)
{
	json_t *object = json_pack("{s:s, s:{}}", "type", "object", "properties");

	if (closed)
		json_object_set_new(object, "additionalProperties", json_false());
	return object;
}

void schema_property(json_t *object, const char *name, json_t *schema, bool required)
{
	json_t *list = json_object_get(object, "required");

	json_object_set_new(json_object_get(object, "properties"), name, schema);
	if (!required)
		return;
	if (!list) {
		list = json_array();
		json_object_set_new(object, "required", list);
	}
	json_array_append_new(list, json_string(name));
}

static json_t *either(json_t *one, json_t *other) { return json_pack("{s:[o, o]}", "anyOf", one, other); }

static json_t *labelled(json_t *schema, const json_t *thing)
{
	json_object_set(schema, "title", json_object_get(thing, "en"));
	json_object_set(schema, "x-zh", json_object_get(thing, "zh"));
	return schema;
}

/* One value of the field's type; the types are shapes of their own. */
static json_t *one_typed(const json_t *field)
{
	const char *type = said(field, "type"), *of = said(field, "of");
	char name[NAME_MOST];
	json_t *schema;

	if (!strcmp(type, "enum")) {
		snprintf(name, sizeof(name), "enum.%s", of);
		return schema_ref(name);
	}
	schema = schema_ref(type);
	if (*of)
		json_object_set_new(schema, "x-of", json_string(of));
	return schema;
}

json_t *schema_typed(const json_t *field, const char *otherwise, bool clears)
{
	json_t *schema = one_typed(field);

	/* One of several may come by itself; of words that shows, for any word is one. */
	if (json_is_true(json_object_get(field, "many"))) {
		json_t *one = !strcmp(said(field, "type"), "word") ? json_deep_copy(schema) : NULL;

		schema = json_pack("{s:s, s:o, s:i}", "type", "array", "items", schema, "maxItems", 1000);
		schema = one ? either(schema, one) : schema;
	}
	if (otherwise && *otherwise)
		schema = either(schema, schema_ref(strcmp(otherwise, "none") ? "unknown" : "none"));
	if (clears)
		schema = either(schema, json_pack("{s:s}", "type", "null"));
	return labelled(schema, field);
}

/* What was found under an earlier version of the plan may carry its codes, so
 * that a code is a text here. A list shows a reference by its name. */
json_t *schema_shown(const json_t *field, bool row)
{
	const char *type = said(field, "type");
	char name[NAME_MOST];
	json_t *schema;

	snprintf(name, sizeof(name), "shown.%s", row && !strcmp(type, "ref") ? "name" : type);
	schema = schema_ref(name);
	if (json_is_true(json_object_get(field, "many")) && !(row && !strcmp(type, "ref")))
		schema = either(json_pack("{s:s, s:o}", "type", "array", "items", schema),
				schema_ref("left_open"));
	json_object_set(schema, "x-of", json_object_get(field, "of"));
	return labelled(schema, field);
}

json_t *schema_codes(const json_t *list)
{
	json_t *codes = json_array(), *one;
	size_t i;

	json_array_foreach((json_t *)list, i, one)
		json_array_append_new(
			codes, json_string(*said(one, "code") ? said(one, "code") : said(one, "name")));
	return json_pack("{s:s, s:o}", "type", "string", "enum", codes);
}

json_t *schema_enum(const json_t *codes)
{
	json_t *schema = schema_codes(codes), *words = json_object(), *one;
	size_t i;

	json_array_foreach((json_t *)codes, i, one)
		json_object_set_new(words, said(one, "code"),
				    json_pack("{s:s, s:s}", "zh", said(one, "zh"), "en", said(one, "en")));
	json_object_set_new(schema, "x-labels", words);
	return schema;
}

json_t *schema_scores(const json_t *dimensions)
{
	json_t *scores = schema_object(true), *one;
	size_t i;

	json_array_foreach((json_t *)dimensions, i, one)
		schema_property(scores, said(one, "code"), labelled(schema_ref("score"), one), true);
	return scores;
}
