#pragma once

#include "record/record.h"
#include "record/verify.h"

/*
 * bundle -- entries of a log taken out, with everything a stranger needs.
 *
 * A folder of plain files (FORMAT.md 7), or the same in a tar. It is proven by
 * the last checkpoint that the store holds: sign one before (record_checkpoint)
 * where the newest entries must be in it.
 */
struct bundle_file {
	const char *name; /* in the bundle; "evidence/HEX" is held against its digest */
	const char *path; /* the file to copy; or NULL, and then: */
	const void *bytes;
	size_t len;
};

struct bundle_order {
	struct store *store;
	enum record_space space;
	const int64_t *objects; /* row ids; none: the whole log */
	size_t object_count;
	const struct bundle_file *files;
	size_t file_count;
	bool withhold_texts;   /* for readers who may not see free text */
	struct record *signer; /* signs the manifest, for an archive; may be NULL */
};

struct bundle_made {
	uint64_t entries, size; /* in it; of the checkpoint */
	unsigned char manifest[32];
};

/* Make the folder `dir`, which must not be there (FAULT_CONFLICT). FAULT_ABSENT
 * where the log has no entry of an object; FAULT_CORRUPT where the store does
 * not agree with its own checkpoint. Durable when it returns 0; on a fault
 * what is there so far stays, without a manifest. */
int bundle_write(const struct bundle_order *order, const char *dir, struct bundle_made *out,
		 struct fault *why);

/* The same files as one tar, beside or elsewhere; the same bundle gives the
 * same bytes. The tar must not be there. */
int bundle_pack(const char *dir, const char *tar, struct fault *why);

/* Check a bundle, folder or tar. FAULT_ABSENT where there is none. */
int verify_bundle(const char *path, const struct verify_options *options, struct verdict *out,
		  struct fault *why);

/* The signed note that stands in manifest.sig. */
int record_sign_manifest(struct record *record, enum record_space space,
			 const unsigned char digest[static 32], struct buf *out, struct fault *why);
void bundle_manifest_text(struct buf *out, const char *origin, const unsigned char digest[static 32]);
