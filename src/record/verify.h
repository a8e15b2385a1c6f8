#pragma once

#include "record/verdict.h"

/*
 * verify -- is this record what it was, as far as it can tell by itself?
 *
 * Everything is reckoned anew from the bytes: nothing that the store says of
 * itself is taken on trust, and nothing is written. What stands in a verdict
 * and not in a fault is a finding; a fault means that it could not be looked at.
 */
struct verify_options {
	uint32_t without; /* checks to leave out, bits of enum check_kind */
	/* Texts that hold checkpoints kept elsewhere, one or several each. */
	const char *const *against;
	size_t against_count;
};

/* A data folder through `store`, opened for reading on the store in it; it may
 * be in use at the same time. */
int verify_folder(struct store *store, const char *folder, const struct verify_options *options,
		  struct verdict *out, struct fault *why);
