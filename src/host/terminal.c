#include "host/terminal.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include "base/utf8.h"

bool terminal_is(int fd) { return isatty(fd) == 1; }

int terminal_width(int fd)
{
	const char *said = getenv("COLUMNS");
	struct winsize size;
	long columns;

	if (ioctl(fd, TIOCGWINSZ, &size) == 0 && size.ws_col)
		return size.ws_col;
	columns = said ? strtol(said, NULL, 10) : 0;
	return columns >= 20 && columns <= 10000 ? (int)columns : 80;
}

/* The marks that turn the direction of writing count too: a name from outside
 * could use them to make the rest of its line read otherwise. */
static bool is_control(uint32_t c)
{
	return c < 0x20 || (c >= 0x7f && c < 0xa0) || (c >= 0x202a && c <= 0x202e) ||
	       (c >= 0x2066 && c <= 0x2069) || c == 0x2028 || c == 0x2029;
}

/* One character as it may be shown; its columns. */
static int shown(const char **at, const char *end, char bytes[static 4], size_t *len)
{
	uint32_t c = utf8_next(at, end);

	*len = utf8_put(is_control(c) ? ' ' : c, bytes);
	return utf8_columns(bytes, *len);
}

static int columns_of(const char *text, size_t len)
{
	const char *at = text, *end = text + len;
	size_t bytes_len;
	char bytes[4];
	int all = 0;

	while (at < end)
		all += shown(&at, end, bytes, &bytes_len);
	return all;
}

void terminal_cell(struct buf *out, const char *text, size_t len, int columns)
{
	bool cut = columns_of(text, len) > columns;
	int room = cut ? columns - 1 : columns, used = 0;

	for (const char *at = text, *end = text + len; at < end;) {
		char bytes[4];
		size_t bytes_len;
		int wide = shown(&at, end, bytes, &bytes_len);

		if (used + wide > room)
			break;
		buf_put(out, bytes, bytes_len);
		used += wide;
	}
	if (cut && columns > 0) {
		buf_text(out, "…");
		used++;
	}
	for (; used < columns; used++)
		buf_char(out, ' ');
}

void terminal_lines(struct buf *out, const char *text, size_t len)
{
	for (const char *at = text, *end = text + len; at < end;) {
		const uint32_t c = utf8_next(&at, end);
		char bytes[4];

		if (is_control(c) && c != '\n' && c != '\t')
			buf_format(out, "[U+%04X]", c);
		else
			buf_put(out, bytes, utf8_put(c, bytes));
	}
}

/* ---- a question ------------------------------------------------------------- */

static volatile sig_atomic_t caught;

static void note_signal(int number) { caught = number; }

/* Ends that would leave the terminal mute are noted and delivered afterwards; a
 * stop from the keyboard waits. */
static const int held[] = { SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGTSTP };
enum { HELD = sizeof(held) / sizeof(*held) };

struct before {
	struct sigaction actions[HELD];
	sigset_t mask;
};

/* Blocked until somebody waits for a key (wait_typed): one that comes between a look at `caught` and the read
 * would else be noted, and waited past. */
static void hold_signals(struct before *before)
{
	sigset_t set;

	caught = 0;
	sigemptyset(&set);
	for (size_t i = 0; i < HELD; i++)
		sigaddset(&set, held[i]);
	sigprocmask(SIG_BLOCK, &set, &before->mask);
	for (size_t i = 0; i < HELD; i++) {
		struct sigaction note = { .sa_handler = held[i] == SIGTSTP ? SIG_IGN : note_signal };

		sigaction(held[i], &note, &before->actions[i]);
	}
}

static void give_signals_back(const struct before *before)
{
	for (size_t i = 0; i < HELD; i++)
		sigaction(held[i], &before->actions[i], NULL);
	sigprocmask(SIG_SETMASK, &before->mask, NULL);
	if (caught)
		raise(caught);
}

/* False where a signal came first. */
static bool wait_typed(int fd, const sigset_t *open)
{
	struct pollfd key = { .fd = fd, .events = POLLIN };

	while (!caught && ppoll(&key, 1, NULL, open) < 0)
		if (errno != EINTR)
			return false;
	return !caught;
}

/* Byte by byte: what comes behind the line is left for whoever reads next. */
static bool read_typed(int fd, char *out, size_t size, const sigset_t *open)
{
	size_t len = 0;
	bool fits = true;
	char c;

	for (;;) {
		if (!wait_typed(fd, open) || read(fd, &c, 1) <= 0)
			return false;
		if (c == '\n')
			break;
		fits &= len + 1 < size;
		if (fits)
			out[len++] = c;
	}
	out[fits ? len : 0] = '\0';
	return fits;
}

bool terminal_ask(int fd, const char *prompt, bool hidden, char *out, size_t size)
{
	struct before before;
	struct termios shown, mute;
	bool good = tcgetattr(fd, &shown) == 0;

	*out = '\0';
	if (!good)
		return false;
	mute = shown;
	mute.c_lflag &= ~(tcflag_t)(hidden ? ECHO | ECHOE | ECHOK | ECHONL : 0);
	hold_signals(&before);
	good = tcsetattr(fd, TCSAFLUSH, &mute) == 0;
	fputs(prompt, stderr);
	fflush(stderr);
	good = good && read_typed(fd, out, size, &before.mask);
	tcsetattr(fd, TCSADRAIN, &shown);
	if (hidden)
		fputc('\n', stderr);
	give_signals_back(&before);
	return good;
}
