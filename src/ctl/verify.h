#pragma once

#include "base/fault.h"
#include "record/verify.h"

/*
 * verify -- the record of a data folder, or a bundle of it, is checked.
 *
 * Needs no daemon, and may run beside one.
 */

/* A data folder, a bundle's folder or its tar; told apart by what is in it.
 * FAULT_ABSENT where it is none of them. */
int verify_path(const char *path, const struct verify_options *options, struct verdict *out,
		struct fault *why);
