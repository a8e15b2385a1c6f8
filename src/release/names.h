#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/fault.h"
#include "release/fold.h"

/*
 * names -- all names of the register at once, in one pass over a text.
 *
 * Aho and Corasick's automaton over characters (not bytes), edges in one hash
 * table: its size follows the names, its work the text.
 */
struct names_tree;

struct names_tree *names_new(void);
void names_free(struct names_tree *tree);
/* `mark` comes back with each place; names that are too short are left out. */
void names_add(struct names_tree *tree, const char *name, uint32_t mark);
void names_ready(struct names_tree *tree); /* after the last one */

typedef void names_found(void *with, uint32_t mark, size_t from, size_t to); /* characters of the fold */
void names_find(const struct names_tree *tree, const struct fold *text, struct arena *mem, names_found *found,
		void *with);
