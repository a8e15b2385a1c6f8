#include "gate/lines/address.h"

#include <arpa/inet.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <uv.h>

int address_read(const char *text, struct sockaddr_storage *out, struct fault *why)
{
	const char *colon = strrchr(text, ':');
	char host[INET6_ADDRSTRLEN + 2], *rest = NULL;
	const long port = colon ? strtol(colon + 1, &rest, 10) : 0;
	size_t len = colon ? (size_t)(colon - text) : 0;
	bool good = port > 0 && port < 65536 && !*rest && len < sizeof(host);

	if (good) {
		memcpy(host, text, len);
		host[len] = '\0';
		if (len > 1 && host[0] == '[' && host[len - 1] == ']') {
			host[len - 1] = '\0';
			good = uv_ip6_addr(host + 1, (int)port, (struct sockaddr_in6 *)out) == 0;
		} else {
			good = uv_ip4_addr(len ? host : "0.0.0.0", (int)port, (struct sockaddr_in *)out) == 0;
		}
	}
	return good ? 0
		    : fault_set(why, FAULT_INVALID,
				"'%.80s' is no ADDRESS:PORT such as 0.0.0.0:514 or [::1]:5514", text);
}

void address_key(const struct sockaddr_storage *peer, struct in6_addr *out)
{
	const struct sockaddr_in *four = (const struct sockaddr_in *)peer;

	memset(out, 0, sizeof(*out));
	if (peer->ss_family == AF_INET6) {
		*out = ((const struct sockaddr_in6 *)peer)->sin6_addr;
		return;
	}
	out->s6_addr[10] = out->s6_addr[11] = 0xff;
	memcpy(out->s6_addr + 12, &four->sin_addr, 4);
}

void address_name(const char *how, const struct sockaddr_storage *peer, char out[static ADDRESS_NAME])
{
	char address[INET6_ADDRSTRLEN] = "?";
	struct in6_addr key;

	address_key(peer, &key);
	if (IN6_IS_ADDR_V4MAPPED(&key))
		inet_ntop(AF_INET, key.s6_addr + 12, address, sizeof(address));
	else
		inet_ntop(AF_INET6, &key, address, sizeof(address));
	snprintf(out, ADDRESS_NAME, "%s:%s", how, address);
}
