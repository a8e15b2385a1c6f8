#pragma once

#include <stddef.h>

#include "base/buf.h"
#include "base/fault.h"

/*
 * zip -- parts put into one ZIP file, the same bytes each time.
 *
 * Every part carries the same date (1980-01-01, the first that ZIP knows) and
 * no owner, so that nothing of the machine or the moment is in it.
 */
struct zip_part {
	const char *name;
	const char *bytes;
	size_t len;
};

int zip_write(const struct zip_part *parts, size_t count, struct buf *out, struct fault *why);
