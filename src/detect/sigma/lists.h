#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/fault.h"

/*
 * lists -- what the placeholders of `expand` stand for: values that a site keeps.
 *
 * NAME.txt is one list, a value on each line ('#' begins a remark). A .yml file
 * is a map of lists:
 *
 *   Servers:
 *     - dc01
 *     - pattern: srv*        # here, and nowhere else, * and ? are wildcards
 *
 * A name belongs to one list. All memory is the arena's.
 */
enum { LISTS_MOST = 1000, LIST_VALUES = 10000, LIST_NAME = 64, LIST_VALUE_BYTES = 4096 };

struct list_value {
	const char *text;
	size_t len;
	bool pattern;
	struct list_value *next;
};

struct list {
	const char *name, *file;
	struct list_value *values;
	size_t count;
	struct list *next;
};

struct lists;

struct lists *lists_new(struct arena *mem);

/* Every *.txt and *.yml of a folder, in the order of their names. Fails at the
 * first that is broken, with FAULT_ABSENT when there is no such folder. */
int lists_add_folder(struct lists *lists, const char *path, struct fault *why);
/* The same of one file's bytes; `name` ends in .txt, .yml or .yaml. */
int lists_add(struct lists *lists, const char *name, const char *bytes, size_t len, struct fault *why);

/* By name, or NULL. */
const struct list *lists_find(const struct lists *lists, const char *name);
/* The name of a list that was probably meant, or NULL. */
const char *lists_nearest(const struct lists *lists, const char *name);
