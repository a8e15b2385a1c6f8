#include "ctl/watch/inlet.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/arena.h"
#include "intake/gunzip.h"

/* Of gzip little at once: it may become 400 times as much. */
enum { PACKED_ROOM = 16 * 1024, MAGIC_MOST = 8 };

#define OUT_BYTES_MOST (UINT64_C(1) << 40)

/* clang-format off */
/* What begins like this is no text. The advice is what one pipes in instead. */
static const struct {
	const char *magic;
	size_t len;
	const char *en, *zh;
} others[] = {
	{ "\xFD" "7zXZ\0",  6, "packed with xz; xz -dc FILE | fengsui watch -",    "xz 压缩；请用 xz -dc 文件 | fengsui watch -" },
	{ "\x28\xB5\x2F\xFD", 4, "packed with zstd; zstd -dc FILE | fengsui watch -", "zstd 压缩；请用 zstd -dc 文件 | fengsui watch -" },
	{ "BZh",            3, "packed with bzip2; bzip2 -dc FILE | fengsui watch -", "bzip2 压缩；请用 bzip2 -dc 文件 | fengsui watch -" },
	{ "PK\x03\x04",     4, "a zip archive; unpack it first",                   "zip 归档；请先解开" },
	{ "LPKSHHRH",       8, "a journal of systemd; journalctl -o short-iso --file FILE | fengsui watch -", "systemd 日志库；请用 journalctl -o short-iso --file 文件 | fengsui watch -" },
	{ "ElfFile\0",      8, "an event log of Windows (EVTX); turn it into JSON lines first", "Windows 事件日志（EVTX）；请先转换为 JSON 行" },
	{ "\x7F" "ELF",     4, "a program, not a log",                              "是程序，不是日志" },
};
/* clang-format on */

static const char gzip_magic[] = { '\x1F', '\x8B' };

struct inlet {
	int fd;
	bool known; /* what it is */
	bool ended;
	struct gunzip *gunzip; /* NULL: plain */
	uint64_t position;
	size_t len; /* of its beginning, as long as nobody knows what it is */
	char begun[MAGIC_MOST];
};

int inlet_open(const char *path, struct inlet **out, struct fault *why)
{
	const int fd = strcmp(path, "-") ? open(path, O_RDONLY | O_CLOEXEC) : STDIN_FILENO;
	struct inlet *s;

	if (fd < 0)
		return fault_set(why, FAULT_ABSENT, "%s", strerror(errno));
	s = must_alloc(sizeof(*s));
	s->fd = fd;
	*out = s;
	return 0;
}

void inlet_close(struct inlet *s)
{
	if (!s)
		return;
	if (s->fd != STDIN_FILENO)
		close(s->fd);
	gunzip_free(s->gunzip);
	free(s);
}

uint64_t inlet_position(const struct inlet *s) { return s->position; }

void inlet_wait(const struct inlet *s, int milliseconds, const sigset_t *let_in)
{
	const struct timespec most = { .tv_sec = milliseconds / 1000,
				       .tv_nsec = milliseconds % 1000 * 1000000L };
	struct pollfd p = { .fd = s->fd, .events = POLLIN };

	ppoll(&p, 1, milliseconds < 0 ? NULL : &most, let_in);
}

/* Does it begin so, as far as it is there? */
static bool begins(const char *begun, size_t len, const char *magic, size_t magic_len)
{
	return !memcmp(begun, magic, len < magic_len ? len : magic_len);
}

/* 1: it is known what it is; 0: the next byte may tell. */
static int recognise(struct inlet *s, const char *begun, size_t len, struct fault *why)
{
	bool open = false;

	for (size_t i = 0; i < sizeof(others) / sizeof(*others); i++) {
		if (!begins(begun, len, others[i].magic, others[i].len))
			continue;
		if (len >= others[i].len)
			return fault_say(why, FAULT_REFUSED, "%s%.0s", "%.0s%s", others[i].en, others[i].zh);
		open = true;
	}
	if (begins(begun, len, gzip_magic, sizeof(gzip_magic))) {
		open |= len < sizeof(gzip_magic);
		if (len >= sizeof(gzip_magic))
			s->gunzip = gunzip_new((struct gunzip_limits){ OUT_BYTES_MOST, INLET_RATIO });
	}
	return s->gunzip || !open || s->ended;
}

static int hand_on(struct inlet *s, const char *bytes, size_t len, inlet_take *take, void *who,
		   struct fault *why)
{
	if (!len)
		return 0;
	if (s->gunzip)
		return gunzip_feed(s->gunzip, bytes, len, take, who, why);
	take(who, bytes, len);
	return 0;
}

/* Is it clear what the first bytes are? Else they wait: there are fewer than any magic has. */
static int is_clear(struct inlet *s, const char *bytes, size_t len, struct fault *why)
{
	int ret;

	if (s->known)
		return 1;
	if ((ret = recognise(s, bytes, len, why)) < 0)
		return ret;
	s->known = ret;
	s->len = s->known ? 0 : len;
	memcpy(s->begun, bytes, s->len);
	return ret;
}

int inlet_read(struct inlet *s, char room[static INLET_ROOM], inlet_take *take, void *who, struct fault *why)
{
	const size_t before = s->len, most = (s->gunzip ? PACKED_ROOM : INLET_ROOM) - before;
	const ssize_t n = read(s->fd, memcpy(room, s->begun, before) + before, most);
	int ret;

	if (n < 0)
		return errno == EINTR || errno == EAGAIN ? 1
							 : fault_set(why, FAULT_IO, "%s", strerror(errno));
	s->position += (uint64_t)n;
	s->ended = n == 0;
	if ((ret = is_clear(s, room, before + (size_t)n, why)) < 0)
		return ret;
	if (ret && (ret = hand_on(s, room, before + (size_t)n, take, who, why)) < 0)
		return ret;
	if (s->ended && s->gunzip)
		return gunzip_end(s->gunzip, why);
	return !s->ended;
}
