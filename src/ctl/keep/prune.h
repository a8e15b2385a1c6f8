#pragma once

#include <stddef.h>

#include "base/fault.h"

/*
 * prune -- old backups removed, and what only they needed.
 *
 * Call with the lock of TO held.
 */

/* Remove what broken-off backups and removals left behind. */
int prune_leftovers(const char *to, struct fault *why);

/* Keep the `keep` newest generations; then remove evidence files that none of
 * them names. `removed` counts generations. */
int prune(const char *to, size_t keep, size_t *removed, struct fault *why);
