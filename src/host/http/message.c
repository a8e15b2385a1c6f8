#include "host/http/message.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "host/http/reader.h"

enum step { STEP_HEAD, STEP_LENGTH, STEP_SIZE, STEP_DATA, STEP_AFTER, STEP_END, STEP_DONE, STEP_BAD };

enum {
	LINE_MORE = 32,   /* what a request line has besides its target */
	SIZE_DIGITS = 15, /* of a chunk's size: no overflow */
};

void message_init(struct message *message, const struct http_limits *limits)
{
	*message = (struct message){ .limits = limits };
}

void message_fini(struct message *message)
{
	buf_fini(&message->raw);
	head_fini(&message->head);
	reader_free(message->reader);
	message->reader = NULL;
}

bool message_begun(const struct message *message)
{
	return message->step != STEP_HEAD || message->raw.len > 0;
}

struct head message_take_head(struct message *message)
{
	struct head head = message->head;

	message->head = (struct head){ 0 };
	return head;
}

static enum message_event bad(struct message *message, int status, const char *what)
{
	message->step = STEP_BAD;
	message->status = status;
	message->what = what;
	message_fini(message);
	return MESSAGE_BAD;
}

/* ---- the head ------------------------------------------------------------------ */

/* Whether this byte may follow; what cannot end well is not waited for. */
static int head_byte(struct message *message, char c, const char **what)
{
	if (!c || (message->last == '\r') != (c == '\n')) {
		*what = c ? "a line ends otherwise than with CR LF" : "the head has a NUL";
		return 400;
	}
	message->last = c;
	if (c == '\r')
		return 0;
	if (c != '\n') {
		message->line_bytes++;
		*what = "the target is too long";
		return !message->lines && message->line_bytes > message->limits->target_bytes + LINE_MORE
			       ? 414
			       : 0;
	}
	if (!message->lines && !message->line_bytes) {
		*what = "a request does not begin with an empty line";
		return 400;
	}
	*what = "there are too many headers";
	return message->line_bytes && ++message->lines > message->limits->headers + 1 ? 431 : 0;
}

static enum message_event end_head(struct message *message)
{
	const char *what;
	int status = head_read(message->raw.data, message->raw.len, message->limits, &message->head, &what);

	if (status)
		return bad(message, status, what);
	message->reader = reader_new();
	if (!reader_agrees(message->reader, message->raw.data, message->raw.len, &message->head))
		return bad(message, 400, "the head can be read in two ways");
	buf_fini(&message->raw);
	message->left = message->head.request.length > 0 ? (uint64_t)message->head.request.length : 0;
	message->step = message->head.request.length < 0 ? STEP_SIZE
			: message->left                  ? STEP_LENGTH
							 : STEP_DONE;
	message->last = 0;
	message->digits = 0;
	return MESSAGE_HEAD;
}

static enum message_event feed_head(struct message *message, const char **at, size_t *left)
{
	size_t taken = 0;
	bool ended = false;

	while (taken < *left && !ended) {
		const char c = (*at)[taken];
		const char *what;
		const int status = head_byte(message, c, &what);

		if (status)
			return bad(message, status, what);
		ended = c == '\n' && !message->line_bytes;
		if (c == '\n')
			message->line_bytes = 0;
		if (message->raw.len + ++taken > message->limits->head_bytes)
			return bad(message, 431, "the head is too long");
	}
	buf_put(&message->raw, *at, taken);
	*at += taken;
	*left -= taken;
	return ended ? end_head(message) : MESSAGE_MORE;
}

/* ---- the body ------------------------------------------------------------------ */

static enum message_event feed_data(struct message *message, const char **at, size_t *left)
{
	const size_t len = *left < message->left ? *left : (size_t)message->left;
	const bool ends = message->step == STEP_LENGTH && len == message->left;

	message->part = *at;
	message->part_len = len;
	if (!reader_takes(message->reader, *at, len, len, ends))
		return bad(message, 400, "the body can be read in two ways");
	*at += len;
	*left -= len;
	message->left -= len;
	if (!message->left)
		message->step = message->step == STEP_LENGTH ? STEP_DONE : STEP_AFTER;
	return MESSAGE_PART;
}

static int hex_digit(char c)
{
	static const char digits[] = "0123456789abcdef";
	const char *at = c ? strchr(digits, c >= 'A' && c <= 'F' ? c - 'A' + 'a' : c) : NULL;

	return at ? (int)(at - digits) : -1;
}

/* A line that begins with CR: true at its LF. */
static const char *line_end(struct message *message, char c, bool *ended)
{
	const bool good = message->last == '\r' ? c == '\n' : c == '\r';

	*ended = c == '\n';
	message->last = *ended ? 0 : c;
	return good ? NULL : "a line of a chunk ends otherwise than with CR LF";
}

static const char *size_byte(struct message *message, char c)
{
	const int digit = message->last ? -1 : hex_digit(c);
	const char *what;
	bool ended;

	if (digit >= 0) {
		message->left = message->left << 4 | (unsigned)digit;
		return ++message->digits > SIZE_DIGITS ? "the size of a chunk has too many digits" : NULL;
	}
	if (!message->digits || (!message->last && c != '\r'))
		return c == ';' ? "chunk extensions are not taken" : "the size of a chunk is no number";
	if (!(what = line_end(message, c, &ended)) && ended)
		message->step = message->left ? STEP_DATA : STEP_END;
	return what;
}

/* One byte of what stands between the data of chunks. */
static const char *framing_byte(struct message *message, char c)
{
	const char *what;
	bool ended;

	if (message->step == STEP_SIZE)
		return size_byte(message, c);
	what = line_end(message, c, &ended);
	if (what)
		return message->step == STEP_END ? "trailers are not taken" : what;
	if (ended) {
		message->step = message->step == STEP_END ? STEP_DONE : STEP_SIZE;
		message->digits = 0;
	}
	return NULL;
}

static enum message_event feed_framing(struct message *message, const char **at, size_t *left)
{
	size_t taken = 0;
	const char *what = NULL;

	while (taken < *left && !what && message->step != STEP_DATA && message->step != STEP_DONE)
		what = framing_byte(message, (*at)[taken++]);
	if (!what && !reader_takes(message->reader, *at, taken, 0, message->step == STEP_DONE))
		what = "the body can be read in two ways";
	if (what)
		return bad(message, 400, what);
	*at += taken;
	*left -= taken;
	return MESSAGE_MORE;
}

/* Ready for another one. */
static enum message_event end_message(struct message *message)
{
	const struct http_limits *limits = message->limits;

	message_fini(message);
	message_init(message, limits);
	return MESSAGE_WHOLE;
}

enum message_event message_feed(struct message *message, const char **at, size_t *left)
{
	enum message_event event = MESSAGE_MORE;

	if (message->step == STEP_BAD)
		return MESSAGE_BAD;
	if (message->step == STEP_DONE)
		return end_message(message);
	while (*left && event == MESSAGE_MORE) {
		if (message->step == STEP_DONE)
			return end_message(message);
		if (message->step == STEP_HEAD)
			event = feed_head(message, at, left);
		else if (message->step == STEP_LENGTH || message->step == STEP_DATA)
			event = feed_data(message, at, left);
		else
			event = feed_framing(message, at, left);
	}
	return event == MESSAGE_MORE && message->step == STEP_DONE ? end_message(message) : event;
}
