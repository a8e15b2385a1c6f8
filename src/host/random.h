#pragma once

#include <stddef.h>

/*
 * random -- bytes that nobody can guess: salts, keys, tokens.
 */

/* From the kernel, once it is seeded. A kernel that gives none ends the
 * process: nothing that needs such bytes may go on without them. */
void random_fill(void *out, size_t len);
