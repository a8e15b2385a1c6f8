#pragma once

#include "record/leaf.h"

/*
 * chain -- the entries of one object, each bound to the one before.
 *
 * A table by row id that grows; it is what shows that nothing of an object was
 * left out.
 */
struct chains;

struct chains *chains_new(void);
void chains_free(struct chains *chains);

/* A bundle says that all entries of this object ("kind:id") are in it. */
void chains_claim(struct chains *chains, const char *obj, uint64_t entries);

enum chain_state { CHAIN_GOOD, CHAIN_BROKEN, CHAIN_KIND };

/* The next entry. Not `whole`: objects that nobody claimed are not checked. */
enum chain_state chains_follow(struct chains *chains, const struct leaf *leaf,
			       const unsigned char hash[static DIGEST_LEN], bool whole);

/* For each claim, in their order: how many entries came. */
typedef void (*chain_claim)(void *context, const char *obj, uint64_t claimed, uint64_t found);
void chains_settle(const struct chains *chains, chain_claim call, void *context);
