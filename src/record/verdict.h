#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "base/buf.h"
#include "record/record.h"

/*
 * verdict -- what a verification found, for a person and for a program.
 *
 * The words of a finding are shared with the second verifier
 * (web/lib/verify.js): on the same input both name the same codes.
 */

/* The checks there are; each can be left out for the experiment that shows
 * what it is good for. */
enum check_kind {
	CHECK_LEAF,
	CHECK_HASH,
	CHECK_SEQ,
	CHECK_ACT,
	CHECK_CHAIN,
	CHECK_ROW,
	CHECK_PAYLOAD,
	CHECK_TEXT,
	CHECK_ERASE,
	CHECK_ROOT,
	CHECK_SIGNATURE,
	CHECK_FRONTIER,
	CHECK_LOG,
	CHECK_SIGNED,
	CHECK_AGAINST,
	CHECK_FILE,
	CHECK_PROOF,
	CHECK_OBJECT,
	CHECK__COUNT,
};

/* -1 where there is no check of that name. */
int check_named(const char *name);
const char *check_name(enum check_kind check);

/* clang-format off */
enum finding_code {
	FOUND_LEAF_FORM, FOUND_LEAF_ORIGIN, FOUND_LEAF_HASH, FOUND_ROW, FOUND_SEQ, FOUND_ACT, FOUND_CHAIN,
	FOUND_KIND, FOUND_OPEN, FOUND_PAYLOAD_MISSING, FOUND_PAYLOAD_FORM, FOUND_PAYLOAD, FOUND_PAYLOAD_STRAY,
	FOUND_TEXT_MISSING, FOUND_TEXT, FOUND_ERASE_UNNAMED, FOUND_ERASE_UNDONE, FOUND_ROOT, FOUND_CHECKPOINT_FORM,
	FOUND_CHECKPOINT_FORGED, FOUND_CHECKPOINT_KEY, FOUND_CHECKPOINT_SIZE, FOUND_CHECKPOINT_ROW,
	FOUND_CHECKPOINT_NONE, FOUND_FRONTIER, FOUND_LOG, FOUND_LOG_STRAY, FOUND_LOG_KEY, FOUND_SIGNED_FORM,
	FOUND_SIGNED_SIZE, FOUND_SIGNED_ROOT, FOUND_AGAINST_FORM, FOUND_AGAINST_ORIGIN, FOUND_AGAINST_KEY,
	FOUND_AGAINST_FORGED, FOUND_AGAINST_SIZE, FOUND_AGAINST_ROOT, FOUND_MANIFEST, FOUND_MANIFEST_FORGED,
	FOUND_MANIFEST_KEY, FOUND_FILE, FOUND_FILE_STRAY, FOUND_LINE, FOUND_PROOF_MISSING, FOUND_PROOF,
	FOUND_OBJECT, FOUND_OBJECT_MISSING, FOUND_VKEY, FOUND_STORE,
	/* Nothing wrong, but something that cannot be seen. */
	FOUND_FILE_MISSING, FOUND_SIGNED_MISSING, FOUND_TEXT_ERASED, FOUND_TEXT_WITHHELD, FOUND_BEYOND,
	FOUND__COUNT,
};
/* clang-format on */

struct finding {
	enum finding_code code;
	enum record_space space; /* 0: of no one log */
	bool has_seq;
	uint64_t seq;
	char detail[240];
};

enum { VERDICT_KEPT = 50 };

struct verdict_log {
	bool present;
	char origin[256], vkey[400], root[65];
	uint64_t entries, texts, erased, withheld, checkpoints, last_checkpoint;
	bool given_time;
	unsigned against; /* checkpoints kept elsewhere that were held against it */
};

struct verdict {
	const char *subject; /* "folder" or "bundle" */
	uint32_t without;    /* checks left out, bits of enum check_kind */
	struct verdict_log logs[2];
	uint64_t counts[FOUND__COUNT];
	size_t kept;
	struct finding first[VERDICT_KEPT]; /* as they were found */
	uint64_t files, objects;
	bool key_compared;    /* folder: the store's key was held against the key file */
	bool manifest_signed; /* bundle */
};

static inline bool verdict_checks(const struct verdict *verdict, enum check_kind check)
{
	return !(verdict->without & (1U << check));
}

/* Note a finding, unless its check was left out. `seq` < 0: of no one entry. */
void verdict_add(struct verdict *verdict, enum finding_code code, enum record_space space, int64_t seq,
		 const char *format, ...) __attribute__((format(printf, 5, 6)));

uint64_t verdict_bad(const struct verdict *verdict);

/* 0 as it should be; 1 tampered; 2 something was erased, withheld or is not there. */
int verdict_exit(const struct verdict *verdict);

const char *finding_word(enum finding_code code);
enum check_kind finding_check(enum finding_code code);

/* For a person, Chinese and English side by side; for a program, one object. */
void verdict_print(const struct verdict *verdict, const char *path, FILE *out);
json_t *verdict_json(const struct verdict *verdict, const char *path);
