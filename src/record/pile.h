#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/fault.h"

/*
 * pile -- the files of a bundle, whether they stand in a folder or in a tar.
 *
 * Names are relative, parts joined by '/', ascending. Links and devices are
 * listed and never followed or read. A tar is ustar, as POSIX.1-1988 has it,
 * with GNU's binary sizes; one folder around everything is taken off.
 */
enum { PILE_FILES = 100000, PILE_DEPTH = 8, PILE_NAME = 200 };

struct pile;

struct pile_file {
	const char *name;
	uint64_t size;
	bool plain; /* an ordinary file that can be read */
};

/* FAULT_ABSENT where nothing is there, FAULT_INVALID where it is neither. */
int pile_open(const char *path, struct pile **out, struct fault *why);
void pile_close(struct pile *pile);
void pile_drop(struct pile **pile); /* for SCOPED */

size_t pile_count(const struct pile *pile);
const struct pile_file *pile_at(const struct pile *pile, size_t index);
/* NULL where there is none of that name. */
const struct pile_file *pile_find(const struct pile *pile, const char *name);

/* Reads a file from its beginning. */
struct pile_reader;
int pile_read(const struct pile *pile, const struct pile_file *file, struct pile_reader **out,
	      struct fault *why);
/* Up to `room` bytes; 0 at the end, <0 a fault. */
int64_t pile_next(struct pile_reader *reader, void *bytes, size_t room, struct fault *why);
void pile_reader_close(struct pile_reader *reader);

/* The whole of a file; FAULT_LIMIT beyond `limit_bytes`. */
int pile_load(const struct pile *pile, const struct pile_file *file, size_t limit_bytes, struct arena *mem,
	      char **out, size_t *len, struct fault *why);

/* May a file of a bundle be called that? */
bool pile_name_ok(const char *name);
