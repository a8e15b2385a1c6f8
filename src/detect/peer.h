#pragma once

#include <stddef.h>

/*
 * peer -- the other side that an alert speaks of: the first IPv4 address in a
 * text, but not one of this host itself.
 */

/* Points into the text; NULL where there is none. */
const char *peer_in(const char *text, size_t len, size_t *out_len);
