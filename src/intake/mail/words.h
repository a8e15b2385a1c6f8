#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"

/*
 * words -- text of a message in whatever charset, as clean UTF-8.
 */

/* At most `most` bytes of UTF-8, cut between characters; `cut` (may be NULL)
 * says whether. A charset that is not known or does not fit is guessed: UTF-8,
 * else GB18030, else Latin-1. Controls but line ends and tabs are left out. */
const char *words_text(const char *bytes, size_t len, const char *charset, size_t most, struct arena *mem,
		       bool *cut);

/* One line of it: line ends and tabs become blanks. */
const char *words_line(const char *text, size_t most, struct arena *mem);
