#pragma once

#include <stdint.h>

#include "base/fault.h"
#include "ctl/keep/progress.h"

/*
 * evidence -- one evidence file from one folder to another, its digest held against its name.
 */

/* From FROM/blobs to TO/blobs, durable on 0. FAULT_ABSENT where it is not there,
 * FAULT_CORRUPT where it cannot be read or is not what its name says. */
int evidence_copy(const char *from, const char *to, const char *digest, struct progress *progress,
		  uint64_t *size, struct fault *why);
