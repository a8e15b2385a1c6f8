#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/fault.h"
#include "gate/http/call.h"

/*
 * route -- what can be asked for over HTTP, by whom: the whole table.
 *
 * docs/api/http.md says the same to people, openapi.c to programs.
 */
enum route_for {
	FOR_ANYBODY, /* nobody has to be known */
	FOR_SESSION, /* a person who is signed in; no token does */
	FOR_BOTH,    /* a session, or a token with one of the scopes */
};

enum route_body {
	BODY_NONE,
	BODY_JSON,  /* an object, or nothing */
	BODY_BYTES, /* taken by the route as it comes */
};

struct route {
	const char *method, *path; /* "/api/v1/{kind}/{ref}"; fixed words go before variables */
	enum route_for who;
	unsigned scopes;        /* of a token */
	unsigned report_scopes; /* besides, where the first variable is the kind `report` */
	enum route_body body;
	/* The request is complete: ask the house, or answer. A fault is the answer. */
	int (*run)(struct call *call, struct fault *why);
	/* BODY_BYTES: before the body comes, and each piece of it. */
	int (*begin)(struct call *call, struct fault *why);
	int (*part)(struct call *call, const char *bytes, size_t len, struct fault *why);
};

size_t route_count(void);
const struct route *route_at(size_t index);

/* The route of a request; the words for its variables go to the call. NULL with
 * FAULT_ABSENT, or with the methods that are there in `allow`. */
const struct route *route_find(struct call *call, const char *method, const char *path, const char **allow,
			       struct fault *why);
