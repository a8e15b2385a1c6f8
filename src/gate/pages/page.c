#include <assert.h>
#include <string.h>
#include <zlib.h>

#include "base/buf.h"
#include "gate/pages/pages.h"
#include "seal/hex.h"

/* clang-format off */
static const struct {
	const char *ending, *type;
	bool text; /* gzip helps */
} types[] = {
	{ "html",        "text/html; charset=utf-8",       true },
	{ "js",          "text/javascript; charset=utf-8", true },
	{ "css",         "text/css; charset=utf-8",        true },
	{ "svg",         "image/svg+xml",                  true },
	{ "png",         "image/png",                      false },
	{ "ico",         "image/x-icon",                   false },
	{ "woff2",       "font/woff2",                     false },
	{ "json",        "application/json",               true },
	{ "txt",         "text/plain; charset=utf-8",      true },
	{ "webmanifest", "application/manifest+json",      true },
};
/* clang-format on */

static const char *type_of(const char *path, bool *text)
{
	const char *ending = strrchr(path, '.');

	*text = false;
	for (size_t i = 0; ending && i < sizeof(types) / sizeof(*types); i++)
		if (strcmp(ending + 1, types[i].ending) == 0) {
			*text = types[i].text;
			return types[i].type;
		}
	return "application/octet-stream";
}

static struct page_form form_of(const char *bytes, size_t len)
{
	struct page_form form = { .bytes = bytes, .len = len };
	unsigned char digest[DIGEST_LEN];

	digest_of(bytes, len, digest);
	form.tag[0] = '"';
	hex_write(digest, sizeof(digest), form.tag + 1);
	strcat(form.tag, "\"");
	return form;
}

/* Once, at the start, and then as small as it gets. */
static struct page_form pack(const char *bytes, size_t len, struct arena *mem)
{
	z_stream z = { .next_in = (Bytef *)bytes, .avail_in = (uInt)len };
	SCOPED(buf_fini) struct buf room = { 0 };
	int ret = deflateInit2(&z, Z_BEST_COMPRESSION, Z_DEFLATED, MAX_WBITS + 16, 9, Z_DEFAULT_STRATEGY);

	assert(ret == Z_OK);
	room.room = deflateBound(&z, len);
	room.data = must_alloc(room.room);
	z.next_out = (Bytef *)room.data;
	z.avail_out = (uInt)room.room;
	ret = deflate(&z, Z_FINISH);
	assert(ret == Z_STREAM_END);
	deflateEnd(&z);
	if (z.total_out >= len)
		return (struct page_form){ 0 };
	return form_of(arena_copy_bytes(mem, room.data, z.total_out), z.total_out);
}

struct page page_make(const char *path, const char *bytes, size_t len, struct arena *mem)
{
	struct page page = { .path = path, .plain = form_of(bytes, len) };
	bool text;

	page.type = type_of(path, &text);
	if (text)
		page.packed = pack(bytes, len, mem);
	return page;
}
