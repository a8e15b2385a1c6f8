#pragma once

#include <stddef.h>

#include "base/buf.h"
#include "base/fault.h"
#include "intake/event.h"
#include "intake/map.h"
#include "intake/syslog.h"

/*
 * formats -- the formats beside JSON and plain syslog, told apart line by line.
 *
 * Zeek's and W3C's tables, CEF, LEEF, audit records, key=value of firewalls. What
 * a source said before (which columns, which call) is kept per source, bounded.
 */
struct formats; /* what one source said before; made when it is first needed */

void formats_free(struct formats *f);

/* The lines that said which columns the next ones have, each with its end; nothing
 * for a source without tables. To be read again by whoever begins in the middle. */
enum { FORMATS_HEAD = 64 * 1024 /* bytes of them; a longer head is not kept */ };
void formats_head(const struct formats *f, struct buf *out);

/* Is the line one of a table? 1: it is read, 0: it is not, or a fault as of
 * columns_read(). Asked before a line is read as syslog. */
int formats_table(struct formats **at, const struct maps *maps, struct event *e, struct fault *why);

/* The same for what stands behind a syslog header, or for a line without one. */
int formats_message(struct formats **at, const struct maps *maps, const struct syslog *s, int zone_minutes,
		    struct event *e, struct fault *why);
