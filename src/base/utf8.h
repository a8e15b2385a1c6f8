#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * utf8 -- text from outside: is it valid, and what are its characters.
 *
 * RFC 3629: no overlong forms, no surrogates, nothing above U+10FFFF.
 */

/* The number of leading bytes that are valid; equal to len when all are. */
size_t utf8_valid(const char *text, size_t len);

/* The character at *p, which moves past it; invalid bytes give U+FFFD each. */
uint32_t utf8_next(const char **p, const char *end);

/* Bytes written (1..4) for a character. */
size_t utf8_put(uint32_t c, char out[static 4]);

/* Columns on a terminal: 2 for East Asian wide characters, 0 for combining. */
int utf8_columns(const char *text, size_t len);
