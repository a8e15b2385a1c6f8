#pragma once

#include <jansson.h>
#include <stdbool.h>

#include "base/buf.h"
#include "base/fault.h"

/*
 * canon -- canonical JSON: the exact bytes that the record hashes.
 *
 * RFC 8785 without floats: UTF-8, keys sorted, integers within 2^53-1, no
 * duplicate keys, no U+0000. What was written once is stored and hashed as
 * bytes and never written again from its parts.
 */

/* Append the canonical form of `value`. Fails on a float, an integer out of
 * range or a key that is not [a-z0-9_.:-]{1,64}; names the place. */
int canon_write(struct buf *out, const json_t *value, struct fault *why);

/* Parse strictly: one value, no duplicate keys, depth and size limited by
 * `limit_bytes`. The caller owns the result (json_decref). */
int canon_parse(const char *bytes, size_t len, size_t limit_bytes, json_t **out, struct fault *why);

/* Are these bytes exactly the canonical form of what they say? */
bool canon_is(const char *bytes, size_t len);
