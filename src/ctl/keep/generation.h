#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/fault.h"
#include "record/verdict.h"

/*
 * generation -- one backup of a data folder, among others in the same place.
 *
 *   TO/2026-03-02T080000Z/   fengsui.db packs/ keys/ archive/ generation.json
 *   TO/blobs/ab/abcd…        evidence files, shared by all generations
 *   TO/.partial-NAME/        one that is not whole (yet); never taken for one
 */
enum { GENERATION_NAME = 19 }; /* "2026-03-02T080000Z" and a NUL */

#define GENERATION_FILE "generation.json"

bool generation_named(const char *name);
void generation_name(int64_t at, char out[static GENERATION_NAME]);
int64_t generation_moment(const char *name);

/* The names in TO, oldest first, from `mem`. */
int generation_list(const char *to, struct arena *mem, char ***names, size_t *count, struct fault *why);

/* What generation.json says; FAULT_CORRUPT where it is none of ours. Owned by the caller. */
int generation_read(const char *folder, json_t **out, struct fault *why);

/* Every file but the evidence against its digest. FAULT_CORRUPT names the first that differs. */
int generation_check(const char *folder, const json_t *about, struct fault *why);

/* Its record, as `fengsui verify` does it. `against`: texts, or NULL. */
int generation_verify(const char *folder, const char *const *against, size_t count, struct verdict *out,
		      struct fault *why);

/* The evidence files that its database names. */
struct generation_blob {
	char digest[65];
	uint64_t size;
};
int generation_blobs(const char *folder, struct arena *mem, struct generation_blob **out, size_t *count,
		     struct fault *why);
