#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"

/*
 * tokens -- the words of a text, also where the text has no spaces.
 *
 * A run of Chinese, Japanese or Korean characters becomes its overlapping
 * pairs and, in a document, its last character alone; so a word of any length
 * is found exactly: two characters are a pair, more are pairs in a row, one is
 * what a pair begins with. Other letters and digits become lower-case words;
 * everything else splits. Full-width forms count as the letters they show.
 *
 *     document  "修复nginx漏洞"    修复 复 nginx 漏洞 洞
 *     query     "漏洞"             "漏洞"
 *     query     "nginx漏洞"        "nginx 漏洞"
 *     query     "漏"               "漏" *
 *
 * A token holds a-z, 0-9 and characters above U+007F only, so that it needs
 * no quoting, neither for full-text search nor for LIKE.
 */
enum { TOKEN_BYTES = 64 }; /* a longer word is cut here, in documents and queries alike */

/* Append the tokens of a document, a blank between two (and before the first
 * where `out` holds some already). */
void tokens_document(struct buf *out, const char *text, size_t len);

/* Append the tokens of something to search for, in the same way, to be found in
 * a row. `prefix` tells that the last of them may go on: one character, or a
 * word with `*` behind it. Gives false, and appends nothing, where the text
 * holds no letter or digit. */
bool tokens_query(struct buf *out, bool *prefix, const char *text, size_t len);
