#pragma once

#include <stdint.h>

#include "base/buf.h"
#include "record/note.h"
#include "record/merkle.h"
#include "record/leaf.h"

/*
 * checkpoint -- a signed statement of how large a log is and what its root is.
 *
 * C2SP tlog-checkpoint: three lines (origin, size in decimal, root in base64)
 * as a signed note; the key's name is the origin. Extension lines are not
 * written and not taken.
 */
struct checkpoint {
	char origin[LEAF_ORIGIN + 1];
	uint64_t size;
	unsigned char root[DIGEST_LEN];
};

/* Append the signed note for `tree`; the key's name is the origin. */
void checkpoint_write(struct buf *out, const struct key *key, const struct merkle *tree);

/* The three lines, without or with signatures behind them. */
bool checkpoint_read(const char *note, size_t len, struct checkpoint *out);

/* Both: read it, and check it against `key`. */
enum note_state checkpoint_check(const char *note, size_t len, const struct key *key, struct checkpoint *out);
