#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "seal/digest.h"

/*
 * manifest -- what a bundle says that it holds (FORMAT.md 7).
 */
struct manifest_file {
	const char *name;
	uint64_t size;
	unsigned char digest[DIGEST_LEN];
};

struct manifest_object {
	const char *obj;
	uint64_t entries;
};

struct manifest {
	const char *origin, *product;
	uint64_t entries, size;
	bool given_time;
	struct manifest_file *files;
	size_t file_count;
	struct manifest_object *objects;
	size_t object_count;
};

enum { MANIFEST_MOST = 64 * 1024 * 1024 };

/* Read one; everything is taken from `mem`. False, with a word on what is
 * wrong in `what`, where it is not exactly of this form. */
bool manifest_read(const char *bytes, size_t len, struct arena *mem, struct manifest *out, const char **what);
