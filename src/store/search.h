#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "store/store.h"

/*
 * search -- the words of objects, to find the objects by.
 *
 * The index holds tokens (store/tokens.h), never the text. What was fed is
 * kept beside it, since the index can only be told to forget the very words
 * that it was told. In the index each token begins with the kind of its object,
 * so that a word that is everywhere in a million reports costs a search among
 * the cases nothing. Changes happen inside the caller's transaction.
 */

/* The words of an object that stands in the store; what was fed before is
 * forgotten. A text without words forgets the object. */
int search_feed(struct store *store, int64_t object, const char *text, struct fault *why);
int search_forget(struct store *store, int64_t object, struct fault *why);
int search_forget_all(struct store *store, struct fault *why);

/* Write the index anew without what was forgotten, so that erased words are
 * not in its pages any more; then store_scrub() clears the log of them. Takes
 * seconds for a million objects. */
int search_purge(struct store *store, struct fault *why);

/* For store/list.c. Append these words, to stand in a row in an object of this
 * kind, to an expression for `search MATCH`, with AND where `out` holds some
 * already; false, and nothing, where there is no word. */
bool search_match(struct buf *out, const char *kind, const char *text, size_t len);
/* The same question to a row of search_fed: a pattern for ' '||words||' ' LIKE. */
bool search_like(struct buf *out, const char *text, size_t len);
