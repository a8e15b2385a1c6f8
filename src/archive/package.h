#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/fault.h"
#include "record/record.h"
#include "store/store.h"

/*
 * package -- the archive of a case: one folder in open formats.
 *
 * The entries of the case and of all that belongs to it, with proofs and a
 * signed checkpoint, the evidence files, a signed manifest, an index in
 * Chinese and English, and a verifier that opens in a browser. It is readable
 * and verifiable without the product. Source: goal G42, record/FORMAT.md.
 */
struct package_object {
	int64_t id;
	const char *name;                /* "INC-2026-0001" */
	const char *zh, *en;             /* what it is */
	const char *title;               /* or NULL */
	const char *state_zh, *state_en; /* of its main region, or NULL */
};

struct package_file {
	const char *digest; /* its name in the package: evidence/DIGEST */
	const char *path;
};

/* For people to read: documents/NAME.zh.pdf and so on. */
struct package_document {
	const char *name; /* in the package, with its folder */
	const char *path; /* the file to copy; or NULL, and then: */
	const void *bytes;
	size_t len;
	const char *zh, *en; /* what it is */
};

struct package_plan {
	struct store *store;
	struct record *record;
	enum record_space space;
	const char *folder; /* the data folder; the package goes to FOLDER/archive/NAME */
	const char *name;
	const struct package_object *objects; /* the case first */
	size_t object_count;
	const struct package_file *files; /* evidence files */
	size_t file_count;
	const struct package_document *documents;
	size_t document_count;
};

/* Build and verify it, inside the open transaction. The path goes to `path`.
 * An older package of the same name is replaced only when the new one is whole
 * and verifies. */
int package_build(const struct package_plan *plan, char *path, size_t size, struct fault *why);

/* An evidence file that was disposed of leaves the packages of this folder too;
 * their manifests still name it, and a verifier says that it is not there. */
int package_forget(const char *folder, const char *digest, struct fault *why);
