#include <string.h>
#include <strings.h>

#include "gate/http/parts.h"
#include "gate/pages/pages.h"

/*
 * visit -- the command centre, as a browser comes to it.
 */

/* clang-format off */
static const struct http_header always[] = {
	/* Only what the built folder brought along runs, and no text of a record becomes a script. */
	{ "Content-Security-Policy",
	  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; font-src 'self'; "
	  "connect-src 'self'; frame-src 'self'; manifest-src 'self'; worker-src 'self'; frame-ancestors 'none'; base-uri 'none'; "
	  "form-action 'self'; require-trusted-types-for 'script'; trusted-types svelte-trusted-html fengsui-worker" },
	{ "X-Content-Type-Options",       "nosniff" },
	{ "Referrer-Policy",              "no-referrer" },
	{ "Cross-Origin-Opener-Policy",   "same-origin" },
	{ "Cross-Origin-Resource-Policy", "same-origin" },
	{ "Permissions-Policy",           "camera=(), microphone=(), geolocation=()" },
};
/* clang-format on */

static bool is_asset(const char *path) { return strncmp(path, "/assets/", strlen("/assets/")) == 0; }

static bool is_of_interface(const char *path)
{
	/* What is published is no part of the command centre: a page that is not there is not there. */
	return strcmp(path, "/api") == 0 || strncmp(path, "/api/", strlen("/api/")) == 0 ||
	       strcmp(path, "/public") == 0 || strncmp(path, "/public/", strlen("/public/")) == 0;
}

bool visit_fits(const struct call *call, const char *path)
{
	return call->web->pages && !is_of_interface(path);
}

/* ";q=0" behind a coding: anything but that. */
static bool of_some_weight(const char *at, size_t len)
{
	const char *q = memmem(at, len, "q=", 2);

	if (!q)
		return true;
	for (q += 2; q < at + len && *q != ' ' && *q != ';'; q++)
		if (*q >= '1' && *q <= '9')
			return true;
	return false;
}

/* RFC 9110, 12.5.3: by its name, else by the star. */
static bool takes_gzip(const char *codings)
{
	bool star = false;

	for (const char *at = codings ? codings : ""; *at;) {
		const size_t len = strcspn(at += strspn(at, " \t,"), ","), name = strcspn(at, " \t,;");

		if (name == 4 && strncasecmp(at, "gzip", 4) == 0)
			return of_some_weight(at, len);
		if (name == 1 && *at == '*')
			star = of_some_weight(at, len);
		at += len;
	}
	return star;
}

static bool known(const char *tags, const char *tag)
{
	return tags && (strcmp(tags, "*") == 0 || strstr(tags, tag));
}

static void send_page(struct call *call, const struct page *page)
{
	const bool packed = page->packed.bytes && takes_gzip(http_header(call->exchange, "accept-encoding"));
	const struct page_form *form = packed ? &page->packed : &page->plain;

	for (size_t i = 0; i < sizeof(always) / sizeof(*always); i++)
		call_header(call, always[i].name, always[i].value);
	/* Their names change with what is in them. */
	call_header(call, "Cache-Control",
		    is_asset(page->path) ? "public, max-age=31536000, immutable" : "no-cache");
	call_header(call, "ETag", form->tag);
	if (page->packed.bytes)
		call_header(call, "Vary", "Accept-Encoding");
	if (known(http_header(call->exchange, "if-none-match"), form->tag)) {
		call_bytes(call, 304, NULL, 0);
		return;
	}
	call_header(call, "Content-Type", page->type);
	if (packed)
		call_header(call, "Content-Encoding", "gzip");
	call_bytes(call, 200, form->bytes, form->len);
}

/* An address within the command centre is its one page, which knows what to show there. */
int visit_page(struct call *call, struct fault *why)
{
	const char *path = http_request(call->exchange)->path;
	const struct page *page;

	if (!call->web->pages)
		return site_front(call, why);
	page = pages_find(call->web->pages, path);
	if (!page && is_asset(path))
		return fault_say(why, FAULT_ABSENT, "there is nothing at this address", "此地址没有内容");
	send_page(call, page ? page : pages_find(call->web->pages, "/index.html"));
	return 0;
}
