#pragma once

#include <netinet/in.h>
#include <sys/socket.h>

#include "base/fault.h"

/*
 * address -- where to listen, and how a peer is called.
 */
enum { ADDRESS_NAME = 8 + INET6_ADDRSTRLEN };

/* "127.0.0.1:5514", "[::1]:5514", ":5514" for all addresses. */
int address_read(const char *text, struct sockaddr_storage *out, struct fault *why);
/* "udp:192.0.2.7"; an IPv4 address inside IPv6 is called by its own name. */
void address_name(const char *how, const struct sockaddr_storage *peer, char out[static ADDRESS_NAME]);
/* What makes two peers equal: the address without the port. */
void address_key(const struct sockaddr_storage *peer, struct in6_addr *out);
