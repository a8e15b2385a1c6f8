#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "intake/frame.h"

/*
 * records -- a document that holds many events, handed on as one line for each.
 *
 * Clouds export whole documents: {"Records":[{...},{...}]} (CloudTrail),
 * {"records":[...]} (Azure), {"@odata.context":...,"value":[...]} (Microsoft
 * Graph), or just [{...},{...}] (Okta, GitHub). Where a stream begins so, each
 * object of the list becomes a line, without its line ends; anything else goes to
 * the framing of lines unchanged. Documents may follow one another; the first
 * that is none makes the rest lines. Memory: one object, at most a line's limit;
 * what is longer is passed over and counted once.
 */
enum { RECORDS_HEAD = 4096 /* bytes in which a document must have shown what it is */ };

struct records {
	struct frame *lines;
	size_t limit_bytes;
	int state;
	struct buf held; /* the head that is not decided yet, or the beginning of an object */
	int depth;
	bool outer; /* the list is a member of an object */
	bool in_string, escaped, too_long;
	uint64_t documents;
};

/* `lines` is the caller's, for what is no document, and lives as long as this. */
void records_init(struct records *r, struct frame *lines, size_t limit_bytes);
void records_fini(struct records *r);

/* As frame_feed() and frame_end(). False when `take` stopped it: what came
 * behind in these bytes is lost, as the caller reads no more. */
bool records_feed(struct records *r, const char *bytes, size_t len, frame_take *take, frame_lost *lost,
		  void *who);
/* An object that is cut off is counted as lost. */
bool records_end(struct records *r, frame_take *take, frame_lost *lost, void *who);
