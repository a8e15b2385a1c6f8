#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "host/http/http.h"

/*
 * head -- the raw head of a request, looked at before anyone interprets it.
 *
 * Whoever stands before us may read a doubtful head in another way than we do,
 * and then sees one request where we see two. So nothing doubtful is read: it
 * is refused, with the status and a word about why.
 */
struct head {
	struct http_request request; /* its strings stand in `text` and `path` */
	bool old;                    /* HTTP/1.0 */
	bool last;                   /* the client wants the connection to end */
	char *text, *path;
	struct http_header *headers;
};

/* `bytes` end with the empty line. 0, or the status of the refusal with the
 * reason in `what`; `out` is to be ended (head_fini) in either case. */
int head_read(const char *bytes, size_t len, const struct http_limits *limits, struct head *out,
	      const char **what);
void head_fini(struct head *head);

/* The value of the header of this name (lower case), or NULL. */
const char *head_value(const struct head *head, const char *name);

/* RFC 9110: what names consist of. */
bool head_is_token(const char *text, size_t len);
