#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/fault.h"

/*
 * network -- addresses, and lists of the networks that they may come from.
 *
 * IPv4 and IPv6 as they are written; an IPv4 address inside IPv6
 * (::ffff:192.0.2.7) is the IPv4 address. No names, no zones, no ports.
 */
struct network {
	bool v6;
	uint8_t bytes[16]; /* the first 4 for IPv4; nothing set beyond `bits` */
	int bits;
};

/* "192.0.2.0/24", "2001:db8::/32", or an address alone for itself. Bits beyond
 * the length are refused: who writes 192.0.2.7/24 may mean either. */
int network_parse(const char *text, size_t len, struct network *out, struct fault *why);
void network_write(const struct network *network, struct buf *out);

/* Is the address in one of the networks of a list with blanks between? An empty
 * list holds every address, an address that cannot be read is in none. */
bool network_list_holds(const char *list, const char *address);
/* The list in its plain form; FAULT_INVALID naming the entry, FAULT_LIMIT above `most`. */
int network_list_check(const char *list, int most, struct buf *out, struct fault *why);

/* Where an address counts as being: its /24 or /48; "local" for NULL and what is no address. */
void network_place(const char *address, struct buf *out);
