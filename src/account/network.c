#include "account/network.h"

#include <arpa/inet.h>
#include <inttypes.h>
#include <string.h>

static const uint8_t mapped[12] = { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff };

/* "::ffff:192.0.2.0/120" means the IPv4 network 192.0.2.0/24. */
static void unmap(struct network *network)
{
	if (!network->v6 || network->bits < 96 || memcmp(network->bytes, mapped, sizeof(mapped)) != 0)
		return;
	network->v6 = false;
	network->bits -= 96;
	memmove(network->bytes, network->bytes + 12, 4);
	memset(network->bytes + 4, 0, 12);
}

static bool read_address(const char *text, size_t len, struct network *out)
{
	char copy[INET6_ADDRSTRLEN];

	if (len >= sizeof(copy) || memchr(text, '\0', len))
		return false;
	memcpy(copy, text, len);
	copy[len] = '\0';
	*out = (struct network){ .v6 = strchr(copy, ':') != NULL };
	out->bits = out->v6 ? 128 : 32;
	return inet_pton(out->v6 ? AF_INET6 : AF_INET, copy, out->bytes) == 1;
}

/* One to three digits without a zero before them. */
static bool read_bits(const char *text, size_t len, int most, int *out)
{
	int bits = 0;

	if (len < 1 || len > 3 || (text[0] == '0' && len > 1))
		return false;
	for (size_t i = 0; i < len; i++) {
		if (text[i] < '0' || text[i] > '9')
			return false;
		bits = 10 * bits + (text[i] - '0');
	}
	*out = bits;
	return bits <= most;
}

static void cut(struct network *network, int bits)
{
	network->bits = bits;
	for (int i = 0; i < 16; i++, bits -= 8)
		network->bytes[i] &= (uint8_t)(bits >= 8 ? 0xff : bits <= 0 ? 0 : 0xff << (8 - bits));
}

int network_parse(const char *text, size_t len, struct network *out, struct fault *why)
{
	const char *slash = memchr(text, '/', len);
	const size_t address = slash ? (size_t)(slash - text) : len;
	const int shown = len > 60 ? 60 : (int)len;
	struct network network, whole;
	int bits;

	if (!read_address(text, address, &network))
		return fault_say(why, FAULT_INVALID, "'%.*s' is no address or network like 192.0.2.0/24",
				 "“%.*s”不是地址，也不是 192.0.2.0/24 这样的网段", shown, text);
	bits = network.bits;
	if (slash && !read_bits(slash + 1, len - address - 1, network.bits, &bits))
		return fault_say(why, FAULT_INVALID, "'%.*s': the length after the / is not 0..%d",
				 "“%.*s”：/ 后的长度不在 0..%d 之内", shown, text, network.bits);
	whole = network;
	cut(&network, bits);
	if (memcmp(whole.bytes, network.bytes, sizeof(whole.bytes)) != 0)
		return fault_say(why, FAULT_INVALID, "'%.*s': bits are set beyond the length %d",
				 "“%.*s”：长度 %d 之外还有置位", shown, text, bits);
	unmap(&network);
	*out = network;
	return 0;
}

void network_write(const struct network *network, struct buf *out)
{
	char text[INET6_ADDRSTRLEN];

	inet_ntop(network->v6 ? AF_INET6 : AF_INET, network->bytes, text, sizeof(text));
	buf_format(out, "%s/%d", text, network->bits);
}

static bool holds(const struct network *network, const struct network *address)
{
	struct network part = *address;

	if (network->v6 != address->v6)
		return false;
	cut(&part, network->bits);
	return !memcmp(part.bytes, network->bytes, sizeof(part.bytes));
}

/* An address alone, an IPv4 address inside IPv6 taken out of it. */
static bool address_of(const char *text, struct network *out)
{
	if (!text || !read_address(text, strlen(text), out))
		return false;
	unmap(out);
	return true;
}

/* The next entry of a list; moves behind it. NULL at the end. */
static const char *next_entry(const char **list, size_t *len)
{
	const char *entry = *list + strspn(*list, " ");

	*len = strcspn(entry, " ");
	*list = entry + *len;
	return *len ? entry : NULL;
}

bool network_list_holds(const char *list, const char *address)
{
	struct network from, one;
	const char *entry;
	size_t len;

	if (!list[strspn(list, " ")])
		return true;
	if (!address_of(address, &from))
		return false;
	while ((entry = next_entry(&list, &len)))
		if (network_parse(entry, len, &one, NULL) == 0 && holds(&one, &from))
			return true;
	return false;
}

int network_list_check(const char *list, int most, struct buf *out, struct fault *why)
{
	struct network one;
	const char *entry;
	size_t len;
	int ret, count = 0;

	while ((entry = next_entry(&list, &len))) {
		if (++count > most)
			return fault_say(why, FAULT_LIMIT, "more than %d networks", "网段多于 %d 个", most);
		if ((ret = network_parse(entry, len, &one, why)) < 0)
			return ret;
		if (out->len)
			buf_char(out, ' ');
		network_write(&one, out);
	}
	return 0;
}

void network_place(const char *address, struct buf *out)
{
	struct network from;

	if (!address_of(address, &from)) {
		buf_text(out, "local");
		return;
	}
	cut(&from, from.v6 ? 48 : 24);
	network_write(&from, out);
}
