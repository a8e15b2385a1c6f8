#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "host/http/http_private.h"

/*
 * listener -- an address on which clients are taken.
 */

/* "127.0.0.1:8080", "[::1]:8080", ":8080" for all addresses of IPv4. */
static bool read_address(const char *text, struct sockaddr_storage *out)
{
	const char *colon = strrchr(text, ':');
	const size_t len = colon ? (size_t)(colon - text) : 0;
	char host[INET6_ADDRSTRLEN + 2];
	unsigned long port;

	if (!colon || len >= sizeof(host) || !colon[1] ||
	    strspn(colon + 1, "0123456789") != strlen(colon + 1) || strlen(colon + 1) > 5 ||
	    (port = strtoul(colon + 1, NULL, 10)) > 65535)
		return false;
	memcpy(host, text, len);
	host[len] = '\0';
	if (host[0] != '[')
		return uv_ip4_addr(len ? host : "0.0.0.0", (int)port, (struct sockaddr_in *)out) == 0;
	if (host[len - 1] != ']')
		return false;
	host[len - 1] = '\0';
	return uv_ip6_addr(host + 1, (int)port, (struct sockaddr_in6 *)out) == 0;
}

static bool is_loopback(const struct sockaddr_storage *address)
{
	if (address->ss_family == AF_INET)
		return ntohl(((const struct sockaddr_in *)address)->sin_addr.s_addr) >> 24 == 127;
	return IN6_IS_ADDR_LOOPBACK(&((const struct sockaddr_in6 *)address)->sin6_addr);
}

/* The address in use, with the port that the kernel chose. */
static void name_address(struct listener *listener)
{
	const char *scheme = listener->site ? "https" : "http";
	struct sockaddr_storage address = { 0 };
	char host[INET6_ADDRSTRLEN] = "";
	int size = sizeof(address);
	bool six;

	uv_tcp_getsockname(&listener->tcp, (struct sockaddr *)&address, &size);
	uv_ip_name((struct sockaddr *)&address, host, sizeof(host));
	six = address.ss_family == AF_INET6;
	snprintf(listener->address, sizeof(listener->address), "%s://%s%s%s:%u", scheme, six ? "[" : "", host,
		 six ? "]" : "", ntohs(((const struct sockaddr_in *)&address)->sin_port));
}

static void on_client(uv_stream_t *stream, int status)
{
	if (status == 0)
		connection_admit(stream->data);
}

static void on_closed(uv_handle_t *handle)
{
	struct listener *listener = handle->data;
	struct http *http = listener->http;

	free(listener);
	http_handle_closed(http);
}

int http_listen(struct http *http, const char *address, struct tls_site *site, struct fault *why)
{
	struct listener *listener, **at = &http->listeners;
	struct sockaddr_storage where = { 0 };
	int ret;

	if (!read_address(address, &where))
		return fault_say(why, FAULT_INVALID,
				 "'%.80s' is no ADDRESS:PORT such as 127.0.0.1:8080 or [::1]:8443",
				 "“%.80s”不是 地址:端口，例如 127.0.0.1:8080 或 [::1]:8443", address);
	if (!site && !is_loopback(&where))
		return fault_say(why, FAULT_INVALID, "%.80s: HTTP in clear is taken on loopback only",
				 "%.80s：明文 HTTP 只能用于本机回环地址", address);
	listener = must_alloc(sizeof(*listener));
	*listener = (struct listener){ .http = http, .site = site };
	uv_tcp_init(http->loop, &listener->tcp);
	listener->tcp.data = listener;
	http->handles++;
	if ((ret = uv_tcp_bind(&listener->tcp, (struct sockaddr *)&where, 0)) < 0 ||
	    (ret = uv_listen((uv_stream_t *)&listener->tcp, BACKLOG, on_client)) < 0) {
		uv_close((uv_handle_t *)&listener->tcp, on_closed);
		return fault_say(why, FAULT_IO, "cannot take connections on %.80s: %s",
				 "不能在 %.80s 上接受连接：%s", address, uv_strerror(ret));
	}
	name_address(listener);
	while (*at)
		at = &(*at)->next;
	*at = listener;
	return 0;
}

void http_address(const struct http *http, size_t number, char *out, size_t size)
{
	const struct listener *listener = http->listeners;

	while (listener && number--)
		listener = listener->next;
	snprintf(out, size, "%s", listener ? listener->address : "");
}

void listener_close_all(struct http *http)
{
	struct listener *next;

	for (struct listener *one = http->listeners; one; one = next) {
		next = one->next;
		uv_close((uv_handle_t *)&one->tcp, on_closed);
	}
	http->listeners = NULL;
}
