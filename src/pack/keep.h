#pragma once

#include "base/fault.h"
#include "pack/pack.h"

/*
 * keep -- a published pack lives in the data folder, under its digest.
 */

/* Copy the files of `pack`, read from `path`, to `data`/packs/<digest>/, whole
 * or not at all; one that is kept already is left as it is. Fails with
 * FAULT_CONFLICT where the files are no longer those that were loaded. */
int pack_store(const struct pack *pack, const char *path, const char *data, struct fault *why);
