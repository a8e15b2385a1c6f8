#pragma once

#include <stdbool.h>
#include <stddef.h>

/*
 * hex -- bytes as lowercase hexadecimal digits, and back.
 */

/* 2 * len digits and a NUL. */
void hex_write(const void *bytes, size_t len, char *out);

/* Exactly 2 * len lowercase digits; false where one is something else. */
bool hex_read(const char *text, size_t len, void *out);
