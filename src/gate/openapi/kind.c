/* A kind of record: its list, its records, and an operation for each move that somebody may make. */

#include "gate/openapi/openapi_private.h"

#include <stdio.h>
#include <string.h>

enum { NAME_MOST = 256, LABEL_MOST = 1024 };

static bool creates(const json_t *move) { return !strcmp(said(move, "form"), "create"); }

/* A move without anybody who may make it happens by itself. */
static bool by_hand(const json_t *move) { return json_array_size(json_object_get(move, "who")) > 0; }

static bool open_input(const json_t *move) { return creates(move) || !strcmp(said(move, "name"), "update"); }

static const json_t *named(const json_t *list, const char *name)
{
	const json_t *one;
	size_t i;

	json_array_foreach((json_t *)list, i, one)
		if (!strcmp(said(one, "name"), name))
			return one;
	return NULL;
}

static const json_t *field_of(const json_t *catalogue, const json_t *kind, const char *name)
{
	const json_t *field = named(json_object_get(kind, "fields"), name);

	return field ? field : named(json_object_get(catalogue, "inputs"), name);
}

/* Whoever confirms what another proposed need not say again what was said. */
static bool by_one(const json_t *move)
{
	const json_t *branch;
	size_t i;

	json_array_foreach(json_object_get(move, "who"), i, branch)
		if (!json_object_get(branch, "do"))
			return false;
	return true;
}

/* What a move needs may stand on the record already; what it asks comes with it. */
static void put_wants(json_t *input, const json_t *catalogue, const json_t *kind, const json_t *move,
		      const char *list)
{
	const bool asks = !strcmp(list, "asks"), must = asks ? by_one(move) : creates(move);
	const json_t *want;
	size_t i;

	json_array_foreach(json_object_get(move, list), i, want) {
		const json_t *field = field_of(catalogue, kind, said(want, "name"));

		if (field)
			schema_property(input, said(want, "name"),
					schema_typed(field, said(want, "otherwise"), false),
					must && !json_is_true(json_object_get(want, "optional")));
	}
}

static json_t *input_of(const json_t *catalogue, const json_t *kind, const json_t *move)
{
	json_t *input = schema_object(true), *properties = json_object_get(input, "properties");
	const json_t *field, *reason = named(json_object_get(catalogue, "inputs"), "reason");
	size_t i;

	put_wants(input, catalogue, kind, move, "needs");
	put_wants(input, catalogue, kind, move, "asks");
	json_array_foreach(json_object_get(kind, "fields"), i, field)
		if (open_input(move) && !json_is_true(json_object_get(field, "engine")) &&
		    !json_object_get(properties, said(field, "name")))
			schema_property(input, said(field, "name"), schema_typed(field, NULL, true), false);
	if (reason && !json_object_get(properties, "reason"))
		schema_property(input, "reason", schema_typed(reason, NULL, false), false);
	return input;
}

static json_t *body_of(const char *input, bool must)
{
	json_t *body = schema_object(true);

	schema_property(body, "input", schema_ref(input), must);
	schema_property(body, "occurred", schema_ref("time"), false);
	schema_property(body, "space", schema_ref("space"), false);
	return body;
}

/* What a program may want to know of a move besides what it takes. */
static json_t *told_of(const json_t *move)
{
	static const char *const members[][2] = {
		{ "who", "x-roles" }, { "rows", "x-rows" },     { "from", "x-from" },
		{ "to", "x-to" },     { "region", "x-region" }, { "step_up", "x-step-up" },
	};
	json_t *told = json_object(), *value;

	for (size_t i = 0; i < sizeof(members) / sizeof(*members); i++)
		if ((value = json_object_get(move, members[i][0])) && !json_is_false(value))
			json_object_set(told, members[i][1], value);
	return told;
}

static void put_move(json_t *paths, json_t *schemas, const json_t *catalogue, const json_t *kind,
		     const json_t *move)
{
	const char *name = creates(move) ? "create" : said(move, "name");
	char path[NAME_MOST], id[NAME_MOST], takes[NAME_MOST + 8], answers[LABEL_MOST], *at = path;
	json_t *input = input_of(catalogue, kind, move);
	const char *made = creates(move) ? "201=%s.done+Location+ETag" : "200=%s.done+ETag";

	at += snprintf(path, sizeof(path), API "/%s", said(kind, "name"));
	if (!creates(move))
		snprintf(at, sizeof(path) - (size_t)(at - path), "/{ref}/%s", name);
	snprintf(id, sizeof(id), "%s.%s", said(kind, "name"), name);
	snprintf(answers, sizeof(answers), made, said(kind, "name"));
	/* Apart from the kind's own schemas: a move may be called "record". */
	snprintf(takes, sizeof(takes), "%s.input", id);
	json_object_set_new(schemas, takes, input);
	operation_put(paths,
		      &(struct operation){
			      .method = "post",
			      .path = path,
			      .id = id,
			      .tag = said(kind, "name"),
			      .en = said(move, "en"),
			      .zh = said(move, "zh"),
			      .way = json_is_true(json_object_get(move, "step_up")) ? WAY_PERSON : WAY_ANY,
			      .takes = creates(move) ? "idempotency_key" : "if_match idempotency_key",
			      .answers = answers,
			      .faults = "409 412",
		      },
		      body_of(takes, json_object_get(input, "required")), told_of(move));
}

/* ---- what is read --------------------------------------------------------- */

static void put_read(json_t *paths, const json_t *kind, const char *what)
{
	/* clang-format off */
	static const struct {
		const char *what, *path, *en, *zh, *takes, *answers, *faults;
	} rows[] = {
		{ "list",    "",               "List: %s",    "列表：%s", "where limit after space order updated_since", "200=%s.list+Link", "413" },
		{ "show",    "/{ref}",         "One: %s",     "单条：%s", "with if_none_match", "200=%s.record+ETag 304", "" },
		{ "history", "/{ref}/history", "History: %s", "经过：%s", "",              "200=history", "" },
	};
	/* clang-format on */
	char path[NAME_MOST], id[NAME_MOST], answers[NAME_MOST], en[LABEL_MOST], zh[LABEL_MOST];
	const char *name = said(kind, "name");
	size_t i = 0;

	while (strcmp(rows[i].what, what) != 0)
		i++;
	snprintf(path, sizeof(path), API "/%s%s", name, rows[i].path);
	snprintf(id, sizeof(id), "%s.%s", name, what);
	snprintf(answers, sizeof(answers), rows[i].answers, name);
	snprintf(en, sizeof(en), rows[i].en, said(kind, "en"));
	snprintf(zh, sizeof(zh), rows[i].zh, said(kind, "zh"));
	operation_put(paths,
		      &(struct operation){ .method = "get",
					   .path = path,
					   .id = id,
					   .tag = name,
					   .en = en,
					   .zh = zh,
					   .takes = rows[i].takes,
					   .answers = answers,
					   .faults = rows[i].faults },
		      NULL, NULL);
}

/* A file of evidence is reached through the record that names it, by whoever may see that. */
static void put_files(json_t *paths, const json_t *kind)
{
	char path[NAME_MOST], id[NAME_MOST];
	json_t *field;
	size_t i;

	json_array_foreach(json_object_get(kind, "fields"), i, field) {
		if (strcmp(said(field, "type"), "blob") != 0)
			continue;
		snprintf(path, sizeof(path), API "/%s/{ref}/file/%s", said(kind, "name"),
			 said(field, "name"));
		snprintf(id, sizeof(id), "%s.file.%s", said(kind, "name"), said(field, "name"));
		operation_put(paths,
			      &(struct operation){ .method = "get",
						   .path = path,
						   .id = id,
						   .tag = said(kind, "name"),
						   .en = said(field, "en"),
						   .zh = said(field, "zh"),
						   .takes = json_is_true(json_object_get(field, "many"))
								    ? "file_number"
								    : NULL,
						   .answers = "200~application/octet-stream" },
			      NULL, NULL);
	}
}

static json_t *states_of(const json_t *kind)
{
	json_t *states = schema_object(false), *region;
	size_t i;

	json_array_foreach(json_object_get(kind, "regions"), i, region) {
		json_t *codes = schema_codes(json_object_get(region, "states"));

		json_object_set(codes, "title", json_object_get(region, "en"));
		json_object_set(codes, "x-zh", json_object_get(region, "zh"));
		schema_property(states, said(region, "name"), codes, false);
	}
	return states;
}

static json_t *fields_of(const json_t *kind, bool row)
{
	json_t *fields = schema_object(false), *field;
	size_t i;

	json_array_foreach(json_object_get(kind, "fields"), i, field)
		if (!row || json_is_true(json_object_get(field, "column")) ||
		    !strcmp(said(field, "name"), said(kind, "title")))
			schema_property(fields, said(field, "name"), schema_shown(field, row), false);
	return fields;
}

/* `base` with what is the kind's own: its name, states and fields. */
static json_t *of_kind(const json_t *kind, const char *base, json_t *fields, bool names)
{
	const char *name = said(kind, "name");
	json_t *own = schema_object(false);
	char states[NAME_MOST];

	snprintf(states, sizeof(states), "%s.states", name);
	if (names)
		schema_property(own, "kind", json_pack("{s:s}", "const", name), true);
	schema_property(own, "states", schema_ref(states), true);
	if (fields)
		schema_property(own, "fields", fields, true);
	return json_pack("{s:[o, o]}", "allOf", schema_ref(base), own);
}

static void put_schema(json_t *schemas, const json_t *kind, const char *what, json_t *schema)
{
	char name[NAME_MOST];

	snprintf(name, sizeof(name), "%s.%s", said(kind, "name"), what);
	json_object_set_new(schemas, name, schema);
}

static json_t *list_of(const json_t *kind)
{
	json_t *list = schema_object(false);

	schema_property(list, "rows",
			json_pack("{s:s, s:o}", "type", "array", "items",
				  of_kind(kind, "row", fields_of(kind, true), false)),
			true);
	schema_property(list, "after", json_pack("{s:s}", "type", "string"), false);
	return list;
}

static void put_schemas(json_t *schemas, const json_t *kind)
{
	put_schema(schemas, kind, "states", states_of(kind));
	put_schema(schemas, kind, "done", of_kind(kind, "done", NULL, true));
	put_schema(schemas, kind, "record", of_kind(kind, "record", fields_of(kind, false), true));
	put_schema(schemas, kind, "list", list_of(kind));
}

void kind_put(json_t *paths, json_t *schemas, const json_t *catalogue, const json_t *kind)
{
	const json_t *move;
	size_t i;

	put_schemas(schemas, kind);
	put_read(paths, kind, "list");
	json_array_foreach(json_object_get(kind, "moves"), i, move)
		if (creates(move) && by_hand(move))
			put_move(paths, schemas, catalogue, kind, move);
	put_read(paths, kind, "show");
	put_read(paths, kind, "history");
	put_files(paths, kind);
	json_array_foreach(json_object_get(kind, "moves"), i, move)
		if (!creates(move) && by_hand(move))
			put_move(paths, schemas, catalogue, kind, move);
}
