#pragma once

#include <stddef.h>

/*
 * nearest -- the word that was probably meant, by edit distance.
 */

/* The entry of `words` (`count` of them) that is close to `word`, or NULL
 * where none is: two slips of the pen, one for short words. */
const char *nearest(const char *word, const char *const *words, size_t count);
