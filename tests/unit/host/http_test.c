#include <arpa/inet.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "host/http/head.h"
#include "host/http/peers.h"
#include "host/http/target.h"

/* Our own reader by itself: tests/http cannot tell which of the two refused. */

#define LINE "POST /a HTTP/1.1\r\nHost: x\r\n"
#define CHUNKED "Transfer-Encoding: chunked\r\n"

static int status_of(const char *bytes, size_t len, const char **what)
{
	const struct http_limits limits = http_limits_usual();
	struct head head;
	const int status = head_read(bytes, len, &limits, &head, what);

	head_fini(&head);
	return status;
}

static void doubtful_heads_are_refused(void **state)
{
	static const struct {
		const char *head, *says;
		int status;
	} cases[] = {
		{ LINE "Content-Length: 5\r\n" CHUNKED "\r\n", "twice: Content-Length", 400 },
		{ LINE "Content-Length: 5\r\nContent-Length: 5\r\n\r\n", "stands twice", 400 },
		{ LINE "Content-Length: +5\r\n\r\n", "no number", 400 },
		{ LINE "Content-Length: 5, 5\r\n\r\n", "no number", 400 },
		{ LINE "Content-Length:\r\n\r\n", "no number", 400 },
		{ LINE "Content-Length : 5\r\n\r\n", "not a name", 400 },
		{ LINE "Content-Length: 9999999999999999999\r\n\r\n", "beyond", 413 },
		{ LINE "Transfer-Encoding: gzip, chunked\r\n\r\n", "only chunked", 501 },
		{ LINE CHUNKED CHUNKED "\r\n", "stands twice", 400 },
		{ LINE "X: a\r\n b\r\n\r\n", "next line", 400 },
		{ LINE "X: a\rb\r\n\r\n", "CR LF", 400 },
		{ LINE "X: a\nb\r\n\r\n", "CR LF", 400 },
		{ LINE "X: a\x01\r\n\r\n", "control byte", 400 },
		{ LINE ": x\r\n\r\n", "not a name", 400 },
		{ LINE "x\r\n\r\n", "not a name", 400 },
		{ "GET / HTTP/1.1\r\n\r\n", "no Host", 400 },
		{ "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", "stands twice", 400 },
		{ "GET / HTTP/1.0\r\n" CHUNKED "\r\n", "HTTP/1.0", 400 },
		{ "\r\n", "empty", 400 },
	};
	const char *what;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		const int status = status_of(cases[i].head, strlen(cases[i].head), &what);

		if (status != cases[i].status || !strstr(what, cases[i].says))
			fail_msg("%s: %d %s", cases[i].head, status, what);
	}
	assert_int_equal(status_of(LINE "X: a\0b\r\n\r\n", sizeof(LINE "X: a\0b\r\n\r\n") - 1, &what), 400);
	assert_int_equal(status_of(LINE CHUNKED "\r\n", strlen(LINE CHUNKED "\r\n"), &what), 0);
}

static void a_head_is_taken_apart(void **state)
{
	static const char text[] =
		"PATCH /u/%E7%83%BD%20x?a=%41&b HTTP/1.1\r\nHOST: x:1\r\nContent-Length: 12\r\n"
		"X-Two:  a \t\r\nConnection: Keep-Alive, CLOSE\r\n\r\n";
	const struct http_limits limits = http_limits_usual();
	struct head head;
	const char *what;

	(void)state;
	assert_int_equal(head_read(text, strlen(text), &limits, &head, &what), 0);
	assert_string_equal(head.request.method, "PATCH");
	assert_string_equal(head.request.target, "/u/%E7%83%BD%20x?a=%41&b");
	assert_string_equal(head.request.path, "/u/烽 x");
	assert_string_equal(head.request.query, "a=%41&b");
	assert_int_equal(head.request.header_count, 4);
	assert_int_equal(head.request.length, 12);
	assert_string_equal(head_value(&head, "host"), "x:1");
	assert_string_equal(head_value(&head, "x-two"), "a");
	assert_null(head_value(&head, "x-three"));
	assert_true(head.last && !head.old);
	head_fini(&head);
}

static struct sockaddr_storage six(const char *text)
{
	struct sockaddr_storage out = { 0 };
	struct sockaddr_in6 *address = (struct sockaddr_in6 *)&out;

	address->sin6_family = AF_INET6;
	assert_int_equal(inet_pton(AF_INET6, text, &address->sin6_addr), 1);
	return out;
}

static void networks_count_as_one(void **state)
{
	struct peers *peers = peers_new();
	struct sockaddr_storage one = six("2001:db8:0:1::1"), same = six("2001:db8:0:1:ffff::2"),
				other = six("2001:db8:0:2::1"), mapped = six("::ffff:10.0.0.1"), four = { 0 };
	struct peer *first, *second;

	(void)state;
	four.ss_family = AF_INET;
	inet_pton(AF_INET, "10.0.0.1", &((struct sockaddr_in *)&four)->sin_addr);
	first = peers_enter(peers, &one, 2);
	second = peers_enter(peers, &same, 2);
	assert_ptr_equal(first, second);
	assert_null(peers_enter(peers, &one, 2));
	assert_non_null(peers_enter(peers, &other, 2));
	assert_ptr_equal(peers_enter(peers, &mapped, 2), peers_enter(peers, &four, 2));
	assert_null(peers_enter(peers, &four, 2));
	peers_leave(peers, first);
	assert_non_null(peers_enter(peers, &same, 2));
	peers_leave(peers, NULL);
	peers_free(peers);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(doubtful_heads_are_refused),
		cmocka_unit_test(a_head_is_taken_apart),
		cmocka_unit_test(networks_count_as_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
