#include "intake/frame.h"

#include <stdbool.h>
#include <string.h>

struct pass {
	const char *at, *end;
	frame_take *take;
	frame_lost *lost;
	void *who;
};

void frame_init(struct frame *f, enum frame_kind kind, size_t limit_bytes)
{
	*f = (struct frame){ .kind = kind, .limit_bytes = limit_bytes };
}

void frame_fini(struct frame *f) { buf_fini(&f->held); }

static void lose(struct frame *f, struct pass *p)
{
	f->too_long++;
	if (p->lost)
		p->lost(p->who);
}

static bool give(struct pass *p, const char *message, size_t len)
{
	if (len && message[len - 1] == '\r')
		len--;
	return p->take(p->who, message, len);
}

/* No end for so long: whoever sends this speaks something else. It was counted
 * when it grew too long. */
static void note_skipped(struct frame *f, size_t len)
{
	f->skipped += len;
	f->broken = f->kind == FRAME_SYSLOG_TCP && f->skipped > FRAME_LOST_BYTES;
}

/* Bytes of the message that is being passed over; true when more are to come. */
static bool passing_over(struct frame *f, struct pass *p)
{
	const char *at = p->at, *lf;
	size_t here = (size_t)(p->end - at);

	if (f->skip_bytes) {
		size_t n = f->skip_bytes < here ? f->skip_bytes : here;

		f->skip_bytes -= n;
		p->at += n;
	} else if (f->skip_line) {
		lf = memchr(at, '\n', here);
		p->at = lf ? lf + 1 : p->end;
		f->skip_line = !lf;
		note_skipped(f, lf ? (size_t)(lf - at) : here);
	}
	return p->at == p->end;
}

enum { COUNT_NONE = 0, COUNT_MORE = -1, COUNT_WRONG = -2, COUNT_DIGITS = 20 };

/* What follows a count: a blank and a priority; a line that only begins with a
 * number is a line. */
static long followed(const char *p, const char *end, long value)
{
	if (p == end || (*p == ' ' && p + 1 == end))
		return COUNT_MORE;
	return p[0] == ' ' && p[1] == '<' ? value : COUNT_NONE;
}

/* "34 " in front: the count, and in *head the bytes it takes. COUNT_MORE when
 * more bytes are needed to tell, COUNT_WRONG for a count that cannot be true. */
static long counted(const char *at, const char *end, size_t *head)
{
	const bool minus = at < end && *at == '-';
	const char *p = at + minus;
	long value = 0, count;

	for (; p < end && *p >= '0' && *p <= '9'; p++) {
		if (p - at > COUNT_DIGITS)
			return COUNT_NONE;
		if (value <= FRAME_LOST_BYTES)
			value = value * 10 + (*p - '0');
	}
	if (p == at + minus)
		return p == end ? COUNT_MORE : COUNT_NONE;
	if ((count = followed(p, end, 1)) != 1)
		return count;
	*head = (size_t)(p + 1 - at);
	return minus || *at == '0' || value > FRAME_LOST_BYTES ? COUNT_WRONG : value;
}

enum step { STEP_NEXT, STEP_MORE, STEP_STOP };

static enum step by_count(struct frame *f, struct pass *p, size_t head, size_t len)
{
	size_t here = (size_t)(p->end - p->at) - head;
	const char *message = p->at + head;

	if (len > f->limit_bytes) {
		lose(f, p);
		f->skip_bytes = len;
		p->at = message;
		return STEP_NEXT;
	}
	if (here < len)
		return STEP_MORE;
	p->at = message + len;
	/* Some senders end the counted message with an LF of its own. */
	if (message[len - 1] == '\n')
		len--;
	return give(p, message, len) ? STEP_NEXT : STEP_STOP;
}

static enum step by_line(struct frame *f, struct pass *p)
{
	size_t here = (size_t)(p->end - p->at);
	const char *lf = memchr(p->at, '\n', here), *from = p->at;
	size_t len = lf ? (size_t)(lf - from) : here;

	if (len > f->limit_bytes) {
		lose(f, p);
		f->skip_line = !lf;
		f->skipped = 0;
		note_skipped(f, len);
		p->at = lf ? lf + 1 : p->end;
		return STEP_NEXT;
	}
	if (!lf)
		return STEP_MORE;
	p->at = lf + 1;
	return give(p, from, len) ? STEP_NEXT : STEP_STOP;
}

static enum step step(struct frame *f, struct pass *p)
{
	size_t head = 0;
	long count;

	if (f->kind == FRAME_LINES)
		return by_line(f, p);
	count = counted(p->at, p->end, &head);
	if (count == COUNT_WRONG) {
		lose(f, p);
		f->broken = true;
		return STEP_STOP;
	}
	if (count == COUNT_MORE)
		return STEP_MORE;
	return count ? by_count(f, p, head, (size_t)count) : by_line(f, p);
}

/* Read from what is held, or straight from the caller's bytes when nothing is. */
static enum step run(struct frame *f, struct pass *p)
{
	enum step next = STEP_NEXT;

	while (next == STEP_NEXT && p->at < p->end && !f->broken)
		if (!((f->skip_bytes || f->skip_line) && passing_over(f, p)))
			next = step(f, p);
	return next;
}

/* The line that was begun, as far as it goes on in these bytes; they are used up to its
 * end, and the rest is read where it lies. */
static enum step finish_line(struct frame *f, struct pass *p)
{
	const char *lf = memchr(p->at, '\n', (size_t)(p->end - p->at)), *stop = lf ? lf + 1 : p->end;
	struct pass held = { .take = p->take, .lost = p->lost, .who = p->who };
	enum step next;

	buf_put(&f->held, p->at, (size_t)(stop - p->at));
	held.at = f->held.data;
	held.end = held.at + f->held.len;
	p->at = stop;
	next = run(f, &held);
	buf_eat(&f->held, (size_t)(held.at - f->held.data));
	return next;
}

/* Of other kinds nobody knows how far it goes. */
static enum step finish_message(struct frame *f, struct pass *p)
{
	enum step next;

	buf_put(&f->held, p->at, (size_t)(p->end - p->at));
	p->at = f->held.data;
	p->end = p->at + f->held.len;
	next = run(f, p);
	buf_eat(&f->held, (size_t)(p->at - f->held.data));
	p->at = p->end;
	return next;
}

bool frame_feed(struct frame *f, const char *bytes, size_t len, frame_take *take, frame_lost *lost, void *who)
{
	struct pass p = { bytes, bytes + len, take, lost, who };
	enum step next = STEP_NEXT;

	if (f->broken)
		return false;
	if (f->held.len)
		next = f->kind == FRAME_LINES ? finish_line(f, &p) : finish_message(f, &p);
	if (next != STEP_STOP && p.at < p.end)
		next = run(f, &p);
	if (p.at < p.end)
		buf_put(&f->held, p.at, (size_t)(p.end - p.at));
	if (f->broken)
		buf_clear(&f->held);
	return next != STEP_STOP && !f->broken;
}

bool frame_end(struct frame *f, frame_take *take, frame_lost *lost, void *who)
{
	size_t head = 0;
	bool going = true;

	f->skip_bytes = 0;
	f->skip_line = false;
	if (f->held.len) {
		struct pass p = { f->held.data, f->held.data + f->held.len, take, lost, who };

		if (f->kind == FRAME_SYSLOG_TCP && counted(p.at, p.end, &head) > 0)
			lose(f, &p); /* cut off in the middle: not a message */
		else
			going = give(&p, p.at, f->held.len);
	}
	buf_clear(&f->held);
	return going;
}
