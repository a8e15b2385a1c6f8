#pragma once

#include <stdbool.h>
#include <stddef.h>

/*
 * base64 -- bytes as RFC 4648 base64 with padding, and back.
 *
 * Reading takes the one canonical form only (no blanks, no stray bits), so
 * that two texts which differ never mean the same bytes.
 */
#define BASE64_LEN(len) (((len) + 2) / 3 * 4)

/* BASE64_LEN(len) characters and a NUL. */
void base64_write(const void *bytes, size_t len, char *out);

/* Into `out` of `room` bytes; the number of bytes goes to `out_len`. */
bool base64_read(const char *text, size_t len, void *out, size_t room, size_t *out_len);
