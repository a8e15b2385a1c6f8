#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

#include "base/fault.h"

/*
 * reach -- which addresses of the network a message may be sent to.
 *
 * Asked of the very address that a connection is about to be made to, after the name
 * was resolved, so that no second answer of a name server comes in between.
 */
struct reach {
	uint8_t bytes[16]; /* an IPv4 address as ::ffff:a.b.c.d */
	int bits;          /* of 128 */
};

/* "10.0.0.0/8", "2001:db8::/32", or an address for itself. */
int reach_parse(const char *text, struct reach *out, struct fault *why);

/* Public, or in one of the networks that the house allows. An address that carries
 * another in it (IPv4-mapped, NAT64, 6to4) is judged by that one. */
bool reach_may(const struct sockaddr *address, const struct reach *allowed, size_t count);
/* The same of an address that is written out; what is no address may not. */
bool reach_may_text(const char *address, const struct reach *allowed, size_t count);
