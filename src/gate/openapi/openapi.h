#pragma once

#include <jansson.h>

/*
 * openapi -- the HTTP interface as an OpenAPI 3.1 document, made from what the plan offers.
 *
 * Nothing here knows a kind: the catalogue (house_catalogue) says which there
 * are, and each of their moves becomes an operation of its own, named
 * KIND.MOVE (the others have no dot). The same catalogue gives the same document, byte for byte. What
 * stands beside the kinds is in route.c (operations) and shapes.json (schemas).
 */
struct openapi_site {
	const char *version; /* of the program */
	const char *server;  /* URL that the paths stand under; NULL: wherever it was read */
};

/* A new object; the catalogue is only read. */
json_t *openapi_make(const json_t *catalogue, const struct openapi_site *site);
