#pragma once

#include "record/merkle.h"

/*
 * subtree -- roots of full subtrees, kept by level and index.
 *
 * Proofs say first which they want; while the leaves stream by, those are
 * kept and all others let go.
 */
struct subtrees;

struct subtrees *subtrees_new(void);
void subtrees_free(struct subtrees *subtrees);

/* These three have the forms that merkle.h and proof.h call for. */
void subtrees_want(void *subtrees, unsigned level, uint64_t index);
void subtrees_offer(void *subtrees, unsigned level, uint64_t index,
		    const unsigned char hash[static DIGEST_LEN]);
/* It was wanted and offered. */
const unsigned char *subtrees_get(void *subtrees, unsigned level, uint64_t index);
