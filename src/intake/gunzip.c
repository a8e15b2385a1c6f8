#include "intake/gunzip.h"

#include <stdlib.h>
#include <zlib.h>

#include "base/arena.h"

enum { GZIP_ONLY = 16 };

struct gunzip {
	z_stream z;
	struct gunzip_limits limits;
	uint64_t in, out;
	bool between, broken; /* `between`: a member has ended, and none begun */
};

struct gunzip *gunzip_new(struct gunzip_limits limits)
{
	struct gunzip *g = must_alloc(sizeof(*g));

	*g = (struct gunzip){ .limits = limits };
	if (inflateInit2(&g->z, MAX_WBITS + GZIP_ONLY) != Z_OK)
		abort(); /* out of memory, as everywhere */
	return g;
}

void gunzip_free(struct gunzip *g)
{
	if (!g)
		return;
	inflateEnd(&g->z);
	free(g);
}

static int within(struct gunzip *g, struct fault *why)
{
	if (g->out > g->limits.out_bytes)
		return fault_say(why, FAULT_LIMIT, "unpacked it is more than %llu bytes",
				 "解压后超过 %llu 字节", (unsigned long long)g->limits.out_bytes);
	if (g->out > GUNZIP_FREE_BYTES && g->out / g->limits.ratio > g->in)
		return fault_say(why, FAULT_LIMIT, "it unpacks to more than %u times its size",
				 "解压后超过原大小的 %u 倍", g->limits.ratio);
	return 0;
}

static int broken(struct gunzip *g, const char *reason, struct fault *why)
{
	g->broken = true;
	return fault_say(why, FAULT_INVALID, "it is not whole gzip: %s", "不是完整的 gzip 数据：%s", reason);
}

/* One piece out; 1 when more may come, 0 when all that was fed is used up. */
static int step(struct gunzip *g, gunzip_take *take, void *who, struct fault *why)
{
	char room[GUNZIP_PIECE];
	const uInt before = g->z.avail_in;
	size_t len;
	int state, ret;

	if (g->between && (g->between = false, inflateReset(&g->z)) != Z_OK)
		return broken(g, "it cannot go on", why);
	g->z.next_out = (Bytef *)room;
	g->z.avail_out = sizeof(room);
	state = inflate(&g->z, Z_NO_FLUSH);
	len = sizeof(room) - g->z.avail_out;
	g->in += before - g->z.avail_in;
	g->out += len;
	if (state != Z_OK && state != Z_STREAM_END && state != Z_BUF_ERROR)
		return broken(g, g->z.msg ? g->z.msg : "a checksum is wrong", why);
	if ((ret = within(g, why)) < 0) {
		g->broken = true;
		return ret;
	}
	g->between = state == Z_STREAM_END;
	if (len && !take(who, room, len))
		return 0;
	return g->z.avail_in > 0 || (!g->z.avail_out && state == Z_OK);
}

int gunzip_feed(struct gunzip *g, const void *bytes, size_t len, gunzip_take *take, void *who,
		struct fault *why)
{
	int more = len > 0;

	if (g->broken)
		return broken(g, "nothing is taken any more", why);
	g->z.next_in = (Bytef *)(uintptr_t)bytes;
	g->z.avail_in = (uInt)len;
	while (more > 0)
		more = step(g, take, who, why);
	return more;
}

int gunzip_end(const struct gunzip *g, struct fault *why)
{
	if (g->between && !g->broken)
		return 0;
	return fault_say(why, FAULT_INVALID, "the gzip data ends in the middle", "gzip 数据不完整");
}
