#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "seal/digest.h"

/*
 * link_token -- what stands in a signed link: TARGET-UNIT-SECONDS-MAC.
 *
 * It names one target and one unit, for one purpose, until then. Only its form is looked at here; whoever has
 * the key says whether the MAC is right.
 */
enum { LINK_MAC = 2 * DIGEST_LEN, LINK_TOKEN = 3 * 20 + LINK_MAC + 1 };

struct link_token {
	int64_t target, unit, until_s;
	char mac[LINK_MAC + 1]; /* hex */
};

/* False where it is none. There is one way to write each: no signs, no zeros in front. */
bool link_token_read(const char *text, struct link_token *out);
void link_token_write(const struct link_token *token, char out[static LINK_TOKEN]);
