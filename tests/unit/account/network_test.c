#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "account/network.h"
#include "base/arena.h"

/* Networks, lists of them, and where an address counts as being. */

static void reading(void **state)
{
	static const struct {
		const char *text, *plain, *reason;
	} cases[] = {
		{ "192.0.2.0/24", "192.0.2.0/24", "as it is" },
		{ "192.0.2.7", "192.0.2.7/32", "an address is a network of one" },
		{ "0.0.0.0/0", "0.0.0.0/0", "everything, said so" },
		{ "2001:DB8::/32", "2001:db8::/32", "in lower case" },
		{ "2001:db8::7", "2001:db8::7/128", "an address" },
		{ "::ffff:192.0.2.7", "192.0.2.7/32", "IPv4 inside IPv6 is IPv4" },
		{ "::ffff:192.0.2.0/120", "192.0.2.0/24", "and so is its network" },
		{ "::/0", "::/0", "every IPv6 address" },
		{ "", NULL, "nothing" },
		{ "192.0.2.7/24", NULL, "bits beyond the length" },
		{ "2001:db8::1/32", NULL, "likewise" },
		{ "192.0.2.0/33", NULL, "longer than an address" },
		{ "2001:db8::/129", NULL, "likewise" },
		{ "192.0.2.0/", NULL, "no length" },
		{ "192.0.2.0/+8", NULL, "a sign" },
		{ "192.0.2.0/024", NULL, "a zero before" },
		{ "192.0.2.0/24/24", NULL, "two lengths" },
		{ "192.0.2", NULL, "three numbers" },
		{ "192.0.2.0.0", NULL, "five" },
		{ "0300.0.2.1", NULL, "octal" },
		{ "3221225985", NULL, "one number" },
		{ "fe80::1%eth0", NULL, "a zone" },
		{ "[2001:db8::1]", NULL, "brackets belong to a URL" },
		{ "localhost", NULL, "a name" },
		{ "192.0.2.0/24,198.51.100.0/24", NULL, "a list is something else" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		SCOPED(buf_fini) struct buf plain = { 0 };
		struct fault why = { 0 };
		struct network network;
		const int ret = network_parse(cases[i].text, strlen(cases[i].text), &network, &why);

		if (ret != (cases[i].plain ? 0 : -FAULT_INVALID))
			fail_msg("%s (%s): %d", cases[i].text, cases[i].reason, ret);
		if (ret < 0)
			continue;
		network_write(&network, &plain);
		assert_string_equal(plain.data, cases[i].plain);
	}
	assert_int_equal(network_parse("192.0.2.7\0x", 11, &(struct network){ 0 }, NULL), -FAULT_INVALID);
}

static void who_is_in(void **state)
{
	static const struct {
		const char *list, *address;
		bool in;
		const char *reason;
	} cases[] = {
		{ "", "192.0.2.7", true, "no list: from anywhere" },
		{ "", NULL, true, "also from this machine" },
		{ "192.0.2.0/24", "192.0.2.0", true, "the first" },
		{ "192.0.2.0/24", "192.0.2.255", true, "the last" },
		{ "192.0.2.0/24", "192.0.3.0", false, "the one after" },
		{ "192.0.2.0/24", "192.0.1.255", false, "the one before" },
		{ "192.0.2.128/25", "192.0.2.127", false, "inside a byte" },
		{ "192.0.2.128/25", "192.0.2.128", true, "inside a byte" },
		{ "192.0.2.0/24", "::ffff:192.0.2.9", true, "as a socket for both shows it" },
		{ "192.0.2.0/24", "2001:db8::1", false, "the other family" },
		{ "0.0.0.0/0", "2001:db8::1", false, "the other family" },
		{ "::/0", "192.0.2.9", false, "the other family" },
		{ "2001:db8::/33", "2001:db8:7fff::1", true, "inside a byte" },
		{ "2001:db8::/33", "2001:db8:8000::1", false, "inside a byte" },
		{ "198.51.100.0/24 192.0.2.7/32", "192.0.2.7", true, "the second of two" },
		{ "192.0.2.0/24", NULL, false, "this machine is in no network" },
		{ "192.0.2.0/24", "192.0.2.7 ", false, "no address" },
		{ "192.0.2.7/24", "192.0.2.7", false, "a list that cannot be read lets nobody in" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		if (network_list_holds(cases[i].list, cases[i].address) != cases[i].in)
			fail_msg("'%s' and %s: %s", cases[i].list, cases[i].address, cases[i].reason);
}

static void lists(void **state)
{
	SCOPED(buf_fini) struct buf plain = { 0 }, more = { 0 };
	struct fault why = { 0 };

	(void)state;
	assert_int_equal(network_list_check("  192.0.2.7   2001:DB8::/32 ", 2, &plain, &why), 0);
	assert_string_equal(plain.data, "192.0.2.7/32 2001:db8::/32");
	assert_int_equal(network_list_check("192.0.2.7 nowhere", 2, &more, &why), -FAULT_INVALID);
	assert_non_null(strstr(why.text, "nowhere"));
	assert_non_null(strstr(why.zh, "nowhere"));
	assert_int_equal(network_list_check("192.0.2.7 192.0.2.8 192.0.2.9", 2, &more, &why), -FAULT_LIMIT);
}

static void places(void **state)
{
	static const struct {
		const char *address, *place;
	} cases[] = {
		{ "192.0.2.7", "192.0.2.0/24" },
		{ "::ffff:192.0.2.7", "192.0.2.0/24" },
		{ "2001:db8:1:2::7", "2001:db8:1::/48" },
		{ NULL, "local" },
		{ "what", "local" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		SCOPED(buf_fini) struct buf place = { 0 };

		network_place(cases[i].address, &place);
		assert_string_equal(place.data, cases[i].place);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reading),
		cmocka_unit_test(who_is_in),
		cmocka_unit_test(lists),
		cmocka_unit_test(places),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
