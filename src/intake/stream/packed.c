#include "intake/stream/packed.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/buf.h"
#include "intake/gunzip.h"

/* Deflate makes at most 1,032 of one: whatever lies beside a log is unpacked, as nothing of it is held. */
enum { RATIO_MOST = 1100, PIECE = 4096, HELD_MOST = 1024 * 1024 };
#define TEXT_MOST (UINT64_C(1) << 44)

struct packed {
	int fd;
	size_t behind;
	struct gunzip *gunzip;
	uint64_t in;  /* bytes of the file that were unpacked */
	uint64_t out; /* where `text` begins */
	struct buf text;
	bool broken;
};

bool packed_is(int fd)
{
	unsigned char magic[2];

	return pread(fd, magic, sizeof(magic), 0) == sizeof(magic) && magic[0] == 0x1F && magic[1] == 0x8B;
}

static struct gunzip *unpacker(void) { return gunzip_new((struct gunzip_limits){ TEXT_MOST, RATIO_MOST }); }

struct packed *packed_new(int fd, size_t behind_bytes)
{
	struct packed *p = memset(must_alloc(sizeof(*p)), 0, sizeof(*p));

	p->fd = fd;
	p->behind = behind_bytes;
	p->gunzip = unpacker();
	return p;
}

void packed_free(struct packed *p)
{
	if (!p)
		return;
	gunzip_free(p->gunzip);
	buf_fini(&p->text);
	free(p);
}

static bool keep(void *who, const char *bytes, size_t len)
{
	buf_put(&((struct packed *)who)->text, bytes, len);
	return true;
}

static void begin_again(struct packed *p)
{
	gunzip_free(p->gunzip);
	p->gunzip = unpacker();
	p->in = p->out = 0;
	p->broken = false;
	buf_clear(&p->text);
}

static void let_go(struct packed *p, uint64_t at)
{
	const uint64_t needed = at > p->behind ? at - p->behind : 0;
	const uint64_t spare = needed > p->out ? needed - p->out : 0;
	const size_t less = spare < p->text.len ? (size_t)spare : p->text.len;

	if (less < HELD_MOST && less < p->text.len)
		return; /* not for a few bytes */
	buf_eat(&p->text, less);
	p->out += less;
}

/* Some more of the text; false when there is none. */
static bool unpack(struct packed *p)
{
	char piece[PIECE];
	const ssize_t n = p->broken ? 0 : pread(p->fd, piece, sizeof(piece), (off_t)p->in);

	if (n <= 0)
		return false;
	p->in += (uint64_t)n;
	p->broken = gunzip_feed(p->gunzip, piece, (size_t)n, keep, p, NULL) < 0;
	return true;
}

ssize_t packed_read(struct packed *p, char *room, size_t len, uint64_t at)
{
	size_t from, there;

	if (at < p->out)
		begin_again(p);
	while (p->out + p->text.len < at + len) {
		let_go(p, at);
		if (!unpack(p))
			break;
	}
	if (p->out + p->text.len <= at)
		return 0;
	from = (size_t)(at - p->out);
	there = p->text.len - from < len ? p->text.len - from : len;
	memcpy(room, p->text.data + from, there);
	return (ssize_t)there;
}

bool packed_ended(const struct packed *p) { return !p->broken && gunzip_end(p->gunzip, NULL) == 0; }

bool packed_broken(const struct packed *p) { return p->broken; }
