#pragma once

#include <stddef.h>

#include "base/arena.h"
#include "base/fault.h"
#include "pack/pack.h"

/*
 * yaml -- a YAML file as a small tree that remembers where everything stood.
 *
 * Every scalar is text: `no` is the word no. Anchors, aliases, tags and second
 * documents are refused, since a reader of a plan should see all of it in its
 * place; so are duplicate keys. What is too large is refused before memory is
 * taken for it.
 */
enum {
	YAML_BYTES_MOST = 1024 * 1024,
	YAML_DEPTH_MOST = 32,
	YAML_NODES_MOST = 20000,
};

enum yaml_form { YAML_TEXT, YAML_LIST, YAML_MAP };

/* Children stand in a chain: the items of a list, or the keys of a map, each
 * with its `value`. */
struct yaml_node {
	enum yaml_form form;
	struct place at;
	const char *text; /* YAML_TEXT; never NULL there */
	const struct yaml_node *first, *next, *value;
	size_t count; /* children */
};

/* Read one document. Nodes are taken from `nodes`, texts and the file's name
 * from `texts`, so that a caller may keep the texts and drop the tree. On
 * failure `where` holds the place and `why` what is wrong there, without it. */
int yaml_read(const char *bytes, size_t len, const char *file, struct arena *nodes, struct arena *texts,
	      const struct yaml_node **out, struct place *where, struct fault *why);

/* The value of a key, or NULL; `node` may be NULL or no map. */
const struct yaml_node *yaml_get(const struct yaml_node *node, const char *key);
