#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/fault.h"
#include "intake/event.h"
#include "intake/format/formats.h"
#include "intake/map.h"
#include "intake/moment.h"
#include "intake/stream/quarantine.h"
#include "intake/tally.h"

/*
 * intake -- a line from a source becomes an event, whatever its format.
 *
 * JSON, syslog in its forms, access lines, and what formats.h knows: told apart
 * line by line. What cannot be read is counted in the source's tally and kept in
 * its quarantine, never dropped in silence.
 */
struct source {
	const char *name;        /* of the caller's, lives as long as this */
	const char *product;     /* what sends when the line does not say; NULL: linux */
	struct moment_year year; /* for lines without a year or zone */
	struct tally tally;
	uint64_t lines;                /* so far, those passed over too */
	unsigned hint;                 /* the mapping that fitted last */
	struct formats *formats;       /* what its lines said for those behind them; source_fini() */
	struct quarantine *quarantine; /* its malformed lines; NULL: none yet. source_fini() */
};

/* What its lines said that those behind them lean on, as lines, and back: for a source
 * that goes on in the middle. These are not counted. */
void source_head(const struct source *source, struct buf *out);
void source_recall(struct source *source, const struct maps *maps, const char *head, size_t len);

/* Give back what the lines of a source left behind. */
void source_fini(struct source *source);

/* Make an event of the next line. `now` is when it was received; it stands for
 * the time of a line that has none. Returns 0, or a fault after counting the line
 * as malformed: FAULT_LIMIT (too long, too many fields), FAULT_INVALID (broken
 * JSON; an empty line gives FAULT_ABSENT and counts as stored). */
int intake_line(const struct maps *maps, struct source *source, const char *line, size_t len, int64_t now,
		struct event *out, struct fault *why);

/* A line was passed over because it was too long; the quarantine says so. */
void intake_lost(struct source *source);
