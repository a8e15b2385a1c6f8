#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "seal/key.h"

/*
 * note -- a text with signatures below it (C2SP signed-note v1.0.0).
 *
 * The text ends with a newline; after an empty line each signature stands on a
 * line of its own: "— NAME BASE64(hash || signature)". What is checked and
 * what is shown are the same bytes.
 */
enum { NOTE_MOST = 64 * 1024 };

/* Append `text`, which ends with a newline, and its signature by `key`. */
void note_sign(struct buf *out, const char *text, size_t len, const struct key *key);

enum note_state {
	NOTE_GOOD,
	NOTE_FORM,      /* not a signed note */
	NOTE_OTHER_KEY, /* signed, but not by this key */
	NOTE_FORGED,    /* says this key, and is not */
};

/* Check a note against `key`; further signatures by others do no harm. The
 * signed text (with its last newline) is the first *text_len bytes. */
enum note_state note_check(const char *note, size_t len, const struct key *key, size_t *text_len);

/* The length of the first of several notes in a row, blank lines between; 0
 * where none begins here. */
size_t note_first(const char *text, size_t len);
