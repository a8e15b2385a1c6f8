#include "deliver/reach.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const uint8_t mapped[12] = { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff };

static bool inside(const uint8_t address[16], const uint8_t network[16], int bits)
{
	const int whole = bits / 8, rest = bits % 8;

	if (memcmp(address, network, (size_t)whole) != 0)
		return false;
	return !rest || !((address[whole] ^ network[whole]) >> (8 - rest));
}

static bool read_address(const char *text, uint8_t out[16], bool *v4)
{
	memcpy(out, mapped, sizeof(mapped));
	*v4 = inet_pton(AF_INET, text, out + 12) == 1;
	return *v4 || inet_pton(AF_INET6, text, out) == 1;
}

int reach_parse(const char *text, struct reach *out, struct fault *why)
{
	char address[64];
	const char *slash = strchr(text, '/');
	const size_t len = slash ? (size_t)(slash - text) : strlen(text);
	char *end = NULL;
	bool v4 = false;
	long bits;

	snprintf(address, sizeof(address), "%.*s", (int)(len < 63 ? len : 63), text);
	*out = (struct reach){ 0 };
	if (!read_address(address, out->bytes, &v4))
		return fault_say(why, FAULT_INVALID, "'%.60s' is no network such as 10.0.0.0/8 or fd00::/8",
				 "“%.60s”不是网段，例如 10.0.0.0/8 或 fd00::/8", text);
	bits = slash ? strtol(slash + 1, &end, 10) : v4 ? 32 : 128;
	if (slash && (end == slash + 1 || *end || bits < 0 || bits > (v4 ? 32 : 128)))
		return fault_say(why, FAULT_INVALID, "'%.60s': the length behind / is 0..%d",
				 "“%.60s”：/ 之后应为 0..%d", text, v4 ? 32 : 128);
	out->bits = (int)bits + (v4 ? 96 : 0);
	return 0;
}

/* clang-format off */
/* What is not of the public network (IANA special-purpose registries, RFC 6890 and after). */
static const char *const closed[] = {
	"0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12",
	"192.0.0.0/24", "192.0.2.0/24", "192.31.196.0/24", "192.52.193.0/24", "192.88.99.0/24",
	"192.168.0.0/16", "192.175.48.0/24", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24",
	"224.0.0.0/4", "240.0.0.0/4",
	"::/96", "100::/64", "2001::/23", "2001:db8::/32", "3fff::/20", "5f00::/16", "fc00::/7", "fe80::/10",
	"fec0::/10", "ff00::/8", "64:ff9b:1::/48",
};
/* Addresses that carry an IPv4 address from this byte on. */
static const struct { const char *network; int at; } carriers[] = {
	{ "64:ff9b::/96", 12 }, /* NAT64 */
	{ "2002::/16", 2 },     /* 6to4 */
};
/* clang-format on */

static bool in(const char *network, const uint8_t address[16])
{
	struct reach reach;

	return reach_parse(network, &reach, NULL) == 0 && inside(address, reach.bytes, reach.bits);
}

static bool public_address(const uint8_t address[16])
{
	uint8_t carried[16];

	for (size_t i = 0; i < sizeof(closed) / sizeof(*closed); i++)
		if (in(closed[i], address))
			return false;
	memcpy(carried, mapped, sizeof(mapped));
	for (size_t i = 0; i < sizeof(carriers) / sizeof(*carriers); i++)
		if (in(carriers[i].network, address)) {
			memcpy(carried + 12, address + carriers[i].at, 4);
			return public_address(carried);
		}
	return true;
}

static bool may(const uint8_t bytes[16], const struct reach *allowed, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (inside(bytes, allowed[i].bytes, allowed[i].bits))
			return true;
	return public_address(bytes);
}

bool reach_may(const struct sockaddr *address, const struct reach *allowed, size_t count)
{
	uint8_t bytes[16];

	memcpy(bytes, mapped, sizeof(mapped));
	if (address->sa_family == AF_INET)
		memcpy(bytes + 12, &((const struct sockaddr_in *)(const void *)address)->sin_addr, 4);
	else if (address->sa_family == AF_INET6)
		memcpy(bytes, &((const struct sockaddr_in6 *)(const void *)address)->sin6_addr, 16);
	else
		return false;
	return may(bytes, allowed, count);
}

bool reach_may_text(const char *address, const struct reach *allowed, size_t count)
{
	uint8_t bytes[16];
	bool v4;

	return read_address(address, bytes, &v4) && may(bytes, allowed, count);
}
