#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/fault.h"

/*
 * tree -- a YAML file as nodes that know their place, for rules and mappings.
 *
 * Scalars are text, whatever they look like; whether they stood in quotes is
 * kept, since `null` and "null" differ. Aliases and tags are refused: they can
 * make a small file very large. Depth, nodes and bytes are limited.
 */
enum tree_kind { TREE_SCALAR, TREE_LIST, TREE_MAP };

enum { TREE_DEPTH = 24, TREE_BYTES = 4 * 1024 * 1024, TREE_NODES = 200000, TREE_KEYS = 2000 };

struct tree {
	enum tree_kind kind;
	int line, column; /* from 1 */
	bool quoted;
	const char *key; /* of a map's member */
	const char *text;
	size_t len;
	struct tree *first, *next; /* members; the next one beside this */
};

/* Every document of the text, the first in *out, the others beside it. Names
 * in messages begin with `name`. Fails with "name:line:column: ...". */
int tree_read(struct arena *mem, const char *name, const char *bytes, size_t len, struct tree **out,
	      struct fault *why);

/* The same from a file. FAULT_ABSENT, FAULT_LIMIT or FAULT_IO where it cannot be read. */
int tree_read_file(struct arena *mem, const char *path, struct tree **out, struct fault *why);

const struct tree *tree_find(const struct tree *map, const char *key);
size_t tree_count(const struct tree *parent);
/* A plain ~, null or nothing. */
bool tree_is_null(const struct tree *node);

/* "name:line:column: message" as a fault of FAULT_INVALID. */
int tree_fault(struct fault *why, const char *name, const struct tree *at, const char *format, ...)
	__attribute__((format(printf, 4, 5)));
/* The same in both languages, as fault_say. */
int tree_say(struct fault *why, const char *name, const struct tree *at, const char *en, const char *zh, ...)
	__attribute__((format(printf, 4, 6), format(printf, 5, 6)));
