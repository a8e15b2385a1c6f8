#pragma once

#include <stdbool.h>
#include <sys/socket.h>

/*
 * peers -- how many connections each address has.
 *
 * An IPv6 network of 64 bits counts as one address: whoever has one has all
 * of it.
 */
struct peers;
struct peer;

struct peers *peers_new(void);
void peers_free(struct peers *peers);

/* One more of this address; NULL where it has `most` already. */
struct peer *peers_enter(struct peers *peers, const struct sockaddr_storage *address, unsigned most);
void peers_leave(struct peers *peers, struct peer *peer); /* takes NULL */
