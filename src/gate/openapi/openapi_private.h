#pragma once

#include <jansson.h>
#include <stdbool.h>

#include "gate/openapi/openapi.h"

/*
 * openapi_private -- what the files of this folder know of each other.
 */
#define API "/api/v1"

/* Who may ask, and how they say who they are. */
enum way {
	WAY_ANY,    /* a session or an API token */
	WAY_PERSON, /* a session: a token never may */
	WAY_OPEN,   /* nobody needs to say who they are */
};

/*
 * One operation, before it is written out. Lists are texts of words:
 *   path      "/api/v1/tokens/{id}": each name in braces is a parameter of shapes.json
 *   takes     further parameters of shapes.json: "where limit"
 *   body      a schema of shapes.json ("proof?": may be left out), or media types whose bytes mean
 * themselves: "~text/plain" answers   STATUS, its schema or media type, its headers: "201=upload+Location 204
 * 200~text/plain" faults    statuses that a problem may have besides those that follow from the rest: "409
 * 412"
 */
struct operation {
	const char *method, *path, *id, *tag;
	const char *en, *zh;
	enum way way;
	const char *takes, *body, *answers, *faults;
};

/* operation.c: put it under its path. `body` is the schema of a body that has no
 * name of its own, `more` its x- members; both are taken over and may be NULL. */
void operation_put(json_t *paths, const struct operation *operation, json_t *body, json_t *more);
/* The answers that problems give, for components/responses. */
json_t *operation_problems(void);

/* route.c: what does not come from the plan. */
void route_put_all(json_t *paths);

/* kind.c: paths and schemas of one kind of record. */
void kind_put(json_t *paths, json_t *schemas, const json_t *catalogue, const json_t *kind);

/* schema.c: each gives a new object. */
json_t *schema_ref(const char *name); /* {"$ref":"#/components/schemas/NAME"} */
json_t *schema_object(bool closed);   /* an object without properties so far */
void schema_property(json_t *object, const char *name, json_t *schema, bool required);
json_t *schema_typed(const json_t *field, const char *otherwise, bool clears); /* a value that is given */
json_t *schema_shown(const json_t *field, bool row); /* a value that is answered, in a list or alone */
json_t *schema_enum(const json_t *codes);
json_t *schema_codes(const json_t *list); /* a text that is the `code` or `name` of one of them */
json_t *schema_scores(const json_t *dimensions);

/* shapes.json, as embed.py has set it. */
extern const char openapi_shapes[];

/* A text member, "" where there is none. */
static inline const char *said(const json_t *thing, const char *name)
{
	const char *text = json_string_value(json_object_get(thing, name));

	return text ? text : "";
}
