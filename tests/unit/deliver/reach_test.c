#include <arpa/inet.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "deliver/reach.h"

/* Which addresses a message may be sent to. */

static bool may(const char *text, const struct reach *allowed, size_t count)
{
	struct sockaddr_in v4 = { .sin_family = AF_INET };
	struct sockaddr_in6 v6 = { .sin6_family = AF_INET6 };

	if (inet_pton(AF_INET, text, &v4.sin_addr) == 1)
		return reach_may((const struct sockaddr *)&v4, allowed, count);
	assert_int_equal(inet_pton(AF_INET6, text, &v6.sin6_addr), 1);
	return reach_may((const struct sockaddr *)&v6, allowed, count);
}

static void only_the_public_network(void **state)
{
	static const struct {
		const char *address;
		bool good;
		const char *reason;
	} cases[] = {
		{ "8.8.8.8", true, "public" },
		{ "203.0.112.255", true, "beside a network of documentation" },
		{ "172.15.255.255", true, "below 172.16/12" },
		{ "172.32.0.0", true, "above it" },
		{ "100.63.255.255", true, "below 100.64/10" },
		{ "2606:4700::1111", true, "public" },
		{ "64:ff9b::808:808", true, "NAT64 of a public address" },
		{ "2002:808:808::1", true, "6to4 of a public address" },
		{ "::ffff:8.8.8.8", true, "mapped public address" },
		{ "0.0.0.0", false, "this host" },
		{ "0.1.2.3", false, "this network" },
		{ "10.255.255.255", false, "private" },
		{ "100.64.0.1", false, "shared" },
		{ "127.0.0.1", false, "loopback" },
		{ "127.255.255.254", false, "all of it" },
		{ "169.254.169.254", false, "link-local, metadata of clouds" },
		{ "172.16.0.1", false, "private" },
		{ "172.31.255.255", false, "its end" },
		{ "192.168.1.1", false, "private" },
		{ "198.19.255.255", false, "benchmarks" },
		{ "224.0.0.1", false, "multicast" },
		{ "255.255.255.255", false, "broadcast" },
		{ "::", false, "unspecified" },
		{ "::1", false, "loopback" },
		{ "::7f00:1", false, "IPv4-compatible" },
		{ "::ffff:127.0.0.1", false, "mapped loopback" },
		{ "::ffff:10.0.0.1", false, "mapped private" },
		{ "64:ff9b::7f00:1", false, "NAT64 of loopback" },
		{ "64:ff9b::a9fe:a9fe", false, "NAT64 of link-local" },
		{ "64:ff9b:1::1", false, "NAT64 of one's own" },
		{ "2002:7f00:1::1", false, "6to4 of loopback" },
		{ "2002:c0a8:101::1", false, "6to4 of private" },
		{ "2001:0:1::1", false, "Teredo" },
		{ "2001:db8::1", false, "documentation" },
		{ "fc00::1", false, "unique local" },
		{ "fd12::1", false, "likewise" },
		{ "fe80::1", false, "link-local" },
		{ "ff02::1", false, "multicast" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		if (may(cases[i].address, NULL, 0) != cases[i].good ||
		    reach_may_text(cases[i].address, NULL, 0) != cases[i].good)
			fail_msg("%s (%s)", cases[i].address, cases[i].reason);
}

static void what_is_no_address_is_not_public(void **state)
{
	static const char *const words[] = { "", "localhost", "8.8.8", "0x8.8.8.8", "8.8.8.8 ", "fe80::1%eth0" };

	(void)state;
	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++)
		assert_false(reach_may_text(words[i], NULL, 0));
}

static void what_the_house_allows(void **state)
{
	struct reach allowed[2];

	(void)state;
	assert_int_equal(reach_parse("10.1.0.0/16", &allowed[0], NULL), 0);
	assert_int_equal(reach_parse("fd00::7", &allowed[1], NULL), 0);
	assert_true(may("10.1.2.3", allowed, 2));
	assert_true(may("::ffff:10.1.2.3", allowed, 2));
	assert_true(may("fd00::7", allowed, 2));
	assert_false(may("10.2.0.1", allowed, 2));
	assert_false(may("fd00::8", allowed, 2));
	assert_false(may("127.0.0.1", allowed, 2));
}

static void networks_that_are_none(void **state)
{
	static const char *const cases[] = {
		"",          "10.0.0.0/33", "10.0.0.0/", "10.0.0.0/-1", "10.0.0.0/8x",
		"localhost", "fd00::/129",  "10.0.0/8",  "/8",          "010.0.0.1/x"
	};
	struct reach out;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		if (reach_parse(cases[i], &out, NULL) != -FAULT_INVALID)
			fail_msg("%s", cases[i]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_the_public_network),
		cmocka_unit_test(what_is_no_address_is_not_public),
		cmocka_unit_test(what_the_house_allows),
		cmocka_unit_test(networks_that_are_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
