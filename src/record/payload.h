#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/fault.h"
#include "record/doc.h"
#include "seal/salt.h"

/*
 * payload -- what an entry says, parted so that one text can go and the rest
 * still proves what it proved.
 *
 * Part 0 is a canonical document; every {"$":"words"} of the change becomes
 * {"p":k,"sd":HEX} in it and the words become part k. Each part has a salt and
 * is bound by SHA-256(salt || bytes): part 0 in the leaf, the others in part 0.
 */
enum { PAYLOAD_DOC_MOST = 1024 * 1024, PAYLOAD_TEXT_MOST = 4 * 1024 * 1024 };

struct payload_part {
	unsigned char salt[SALT_LEN];
	const char *bytes; /* of part 0: in `doc`; of a text: in the change */
	size_t len;
};

struct payload {
	struct buf doc;
	size_t count; /* parts, part 0 included */
	struct payload_part parts[1 + DOC_TEXTS];
	unsigned char commitment[DIGEST_LEN]; /* of part 0 */
};

/* Part a change. Fails with FAULT_INVALID on what cannot be canonical and on
 * objects that would be mistaken for a reference ({"p","sd"}, {"erased"});
 * FAULT_LIMIT beyond DOC_TEXTS texts or the sizes above. `out` is used again
 * and again: init once, fini once. */
int payload_split(const json_t *change, struct payload *out, struct fault *why);
void payload_init(struct payload *payload);
void payload_fini(struct payload *payload);

/* One part as it was stored. */
struct payload_row {
	const char *bytes; /* NULL where it was erased or is not there */
	size_t len;
	int64_t erased; /* the entry that erased it, or -1 */
};

/* The change again: texts put in, or {"erased":seq}. rows[0] is part 0, and
 * there are as many rows as it refers to and one more. */
int payload_join(const struct payload_row *rows, size_t count, json_t **out, struct fault *why);
