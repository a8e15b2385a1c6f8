#pragma once

#include "record/merkle.h"
#include "seal/key.h"
#include "seal/mac.h"

/*
 * frontier -- the row that holds a log's tree, and who wrote it.
 *
 * The roots of the full subtrees and a code that only the holder of the key
 * can make (FORMAT.md 5): what was appended and is not signed yet was appended
 * by the house.
 */
enum { FRONTIER_MOST = (MERKLE_PEAKS + 1) * DIGEST_LEN };

void frontier_key(const struct key *key, struct mac_key *out);

/* The bytes of the row; gives their length. */
size_t frontier_write(const struct merkle *tree, const char *origin, const struct mac_key *key,
		      unsigned char out[static FRONTIER_MOST]);

enum frontier_state { FRONTIER_GOOD, FRONTIER_FORM, FRONTIER_FORGED };

/* Read one. Without a key (NULL) nobody can tell who wrote it. */
enum frontier_state frontier_read(uint64_t size, const void *bytes, size_t len, const char *origin,
				  const struct mac_key *key, struct merkle *out);
