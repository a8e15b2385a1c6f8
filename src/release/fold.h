#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"

/*
 * fold -- a text as people read it, each character with its place in the original.
 *
 * Several readings of one text: as it stands (full-width, look-alike and
 * invisible characters put right), with escapes resolved, and with defanging,
 * spacing tricks and written-out digits undone.
 */
struct fold {
	uint32_t *c;      /* characters; Latin letters keep their case */
	unsigned char *s; /* the same where ASCII, else FOLD_WORD or FOLD_MARK; a NUL behind */
	uint32_t *from;   /* place of the character in the original text */
	uint32_t *to;     /* and behind it */
	size_t n, room;
};

enum { FOLD_WORD = 0x80 /* a letter beyond ASCII */, FOLD_MARK = 0x81 /* a sign beyond ASCII */ };

/* Valid UTF-8 or not: bytes that are none become U+FFFD. */
void fold_text(const char *text, size_t len, struct arena *mem, struct fold *out);
/* Percent, HTML and backslash escapes, and those of mail (=2E), which elsewhere are
 * something else ("ip=31.2..."); false: there were none. */
bool fold_escapes(const struct fold *in, bool of_mail, struct arena *mem, struct fold *out);
/* Defanged dots and signs, spaces between single characters, digits in words. */
void fold_tricks(const struct fold *in, struct arena *mem, struct fold *out);

/* A name, or a stretch of a text, down to what counts: letters and digits, small. */
size_t fold_squeeze(const char *text, uint32_t *out, size_t most);
bool fold_counts(unsigned char s); /* letter or digit */
uint32_t fold_small(uint32_t c);
/* Does the text before `at` end with these words (UTF-8, small)? */
bool fold_after(const struct fold *text, size_t at, const char *words);
