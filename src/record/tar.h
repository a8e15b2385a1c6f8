#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/fault.h"

/*
 * tar -- just enough of ustar (POSIX.1-1988) to read and write a bundle.
 *
 * Ordinary files and folders. Nothing is ever unpacked: a file is read in its
 * place.
 */
enum { TAR_BLOCK = 512, TAR_NAME = 256 };

struct tar_entry {
	char name[TAR_NAME + 2]; /* a leading "./" is taken off */
	uint64_t size, at;       /* bytes, and where they begin */
	bool is_plain, is_folder;
};

/* The entry whose header stands at *at, which moves behind its bytes. 1, or 0
 * at the end; FAULT_INVALID where it is not a tar, or cut short. */
int tar_next(int fd, uint64_t *at, struct tar_entry *out, struct fault *why);

/* The header of an ordinary file. FAULT_LIMIT where the name does not fit. */
int tar_header(const char *name, uint64_t size, unsigned char out[static TAR_BLOCK], struct fault *why);
