#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/fault.h"

/*
 * try -- rules over lines, for the tests of this folder.
 */

/* What came out: "rule-name@line " for each alert, in order, and the first
 * refusal. `json`: the alerts themselves, one a line. */
struct tried {
	const char *lists; /* set before: the text of a lists.yml for placeholders, or NULL */
	struct buf hits, json;
	size_t rules, refusals, alerts;
	struct fault first;
};

void try_init(struct tried *t);
void try_fini(struct tried *t);
/* `lines` separated by LF; `rules` one file's text. */
void try_rules(struct tried *t, const char *rules, const char *lines);
/* The same from paths. `groups`: how many the correlations may have (0: the default). */
void try_paths(struct tried *t, const char *rules, const char *lines_path, size_t groups);

/* A file's bytes, or false when it is not there. */
bool try_read(const char *path, struct buf *out);
/* Does the shared reference data exist? In CI it must: the test fails there. */
bool try_shared(char *path, size_t size, const char *name);
