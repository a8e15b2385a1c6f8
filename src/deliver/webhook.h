#pragma once

#include <stddef.h>

/*
 * webhook -- how a POST is signed, for those who send it and those who must know how to check it.
 *
 * The key is HMAC-SHA256(SHA256(secret), "webhook\n" URL), so that no receiver can speak for us to another.
 */

/* The header of the signature for this body at `at` (seconds): "t=…,v1=HEX". */
void webhook_sign(const char *secret, const char *url, long long at, const char *body, size_t len,
		  char out[static 100]);
/* The key of this URL, in hex. */
void webhook_key(const char *secret, const char *url, char out[static 65]);
