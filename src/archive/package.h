#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/fault.h"
#include "record/record.h"

/*
 * package -- the archive of a case: one folder in open formats.
 *
 * The entries of the case and of all that belongs to it, with proofs and a
 * signed checkpoint, the evidence files, an index in Chinese and English and a
 * verifier that opens in a browser. It is readable and verifiable without the
 * product. Source: goal G42, record/FORMAT.md.
 */
struct package_object {
	int64_t id;
	const char *name;    /* "INC-2026-0001" */
	const char *zh, *en; /* what it is */
	const char *title;   /* or NULL */
	const char *states;
};

struct package_plan {
	const char *folder; /* data folder; the package goes to FOLDER/archive/NAME */
	const char *name;
	const struct package_object *objects; /* the case first */
	size_t object_count;
	const char *const *blobs; /* digests of its evidence files */
	size_t blob_count;
	const char *title;
	int64_t now;
};

/* Build and verify it. The path goes to `path`. An older package of the same
 * name is replaced only when the new one is whole. */
int package_build(struct record *record, const struct package_plan *plan, char *path, size_t size,
		  struct fault *why);
