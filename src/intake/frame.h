#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

/*
 * frame -- where a line begins and ends in a stream of bytes.
 *
 * Files and pipes: LF, and CR LF. Syslog over TCP (RFC 6587): each message by
 * count ("34 <13>...") or by LF, decided message by message as real senders mix
 * them. Never holds more than the limit: what is longer is passed over up to its
 * end and counted once. Where a count of TCP cannot be true (zero, negative, of
 * ten digits, more than FRAME_LOST_BYTES) or no end comes for so long, nobody
 * knows where the next message begins: the framing is lost, for good.
 */
enum frame_kind { FRAME_LINES, FRAME_SYSLOG_TCP };
enum { FRAME_LOST_BYTES = 1024 * 1024 };

struct frame {
	enum frame_kind kind;
	size_t limit_bytes;
	struct buf held;   /* the beginning of a message whose end is not here yet */
	uint64_t too_long; /* messages passed over */
	size_t skip_bytes; /* still to be passed over, by count */
	bool skip_line;    /* pass over up to the next LF */
	size_t skipped;    /* of the line that is passed over */
	bool broken;       /* the framing is lost; nothing is read any more */
};

/* What is called for each message; false stops. The bytes live during the call. */
typedef bool frame_take(void *who, const char *message, size_t len);
/* What is called where one was too long, so that line numbers stay true. */
typedef void frame_lost(void *who);

void frame_init(struct frame *f, enum frame_kind kind, size_t limit_bytes);
void frame_fini(struct frame *f);

/* Hand over the next bytes. False when `take` stopped it (the rest is held, and
 * goes on with the next call), or when the framing is lost: that was counted
 * once, like a message that is too long. */
bool frame_feed(struct frame *f, const char *bytes, size_t len, frame_take *take, frame_lost *lost,
		void *who);
/* The stream ended: what is held is a message if it is whole but for its end. */
bool frame_end(struct frame *f, frame_take *take, frame_lost *lost, void *who);
