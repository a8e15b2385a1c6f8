#include "host/http/peers.h"

#include <netinet/in.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "host/random.h"

enum { ROWS = 4096 };

struct peer {
	uint64_t key;
	unsigned count;
	struct peer *next;
};

/* Rows are chosen with a number that nobody knows, so that nobody can choose
 * addresses that all stand in one. */
struct peers {
	uint64_t odd;
	struct peer *rows[ROWS];
};

struct peers *peers_new(void)
{
	struct peers *peers = must_alloc(sizeof(*peers));

	*peers = (struct peers){ 0 };
	random_fill(&peers->odd, sizeof(peers->odd));
	peers->odd |= 1;
	return peers;
}

void peers_free(struct peers *peers)
{
	struct peer *next;

	if (!peers)
		return;
	for (size_t i = 0; i < ROWS; i++)
		for (struct peer *one = peers->rows[i]; one; one = next) {
			next = one->next;
			free(one);
		}
	free(peers);
}

/* Addresses of the two families cannot be taken for one another: nothing that
 * is routed begins with 32 zero bits in IPv6. */
static uint64_t key_of(const struct sockaddr_storage *address)
{
	const struct in6_addr *six = &((const struct sockaddr_in6 *)address)->sin6_addr;
	uint64_t key = 0;
	uint32_t four;

	if (address->ss_family == AF_INET) {
		return ((const struct sockaddr_in *)address)->sin_addr.s_addr;
	} else if (IN6_IS_ADDR_V4MAPPED(six)) {
		memcpy(&four, six->s6_addr + 12, sizeof(four));
		return four;
	}
	for (size_t i = 0; i < 8; i++)
		key = key << 8 | six->s6_addr[i];
	return key;
}

static struct peer **row_of(struct peers *peers, uint64_t key)
{
	key *= peers->odd;
	key ^= key >> 29;
	key *= peers->odd;
	return &peers->rows[key >> 52];
}

struct peer *peers_enter(struct peers *peers, const struct sockaddr_storage *address, unsigned most)
{
	const uint64_t key = key_of(address);
	struct peer **row = row_of(peers, key), *one = *row;

	while (one && one->key != key)
		one = one->next;
	if (!one) {
		one = must_alloc(sizeof(*one));
		*one = (struct peer){ .key = key, .next = *row };
		*row = one;
	}
	if (one->count >= most)
		return NULL;
	one->count++;
	return one;
}

void peers_leave(struct peers *peers, struct peer *peer)
{
	struct peer **at;

	if (!peer || --peer->count)
		return;
	for (at = row_of(peers, peer->key); *at != peer; at = &(*at)->next)
		;
	*at = peer->next;
	free(peer);
}
