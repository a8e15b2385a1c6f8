#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "detect/sigma/rule.h"
#include "intake/event.h"

/*
 * alert -- a rule has something to report.
 *
 * It lives during the call that hands it over; whoever keeps it copies. The
 * rule's author goes wherever the alert goes: the Detection Rule License asks
 * for that.
 */
enum { ALERT_FIELDS = 16, ALERT_ORIGINS = 100 };

struct alert_field {
	const char *name, *text;
	size_t name_len, len;
};

/* A line that took part. */
struct origin {
	const char *source;
	uint64_t line;
};

struct alert {
	const struct rule *rule;
	uint32_t number;           /* of the rule in its set */
	const struct event *event; /* the line that completed it */
	int64_t time;
	struct alert_field fields[ALERT_FIELDS]; /* what matched, of a plain rule */
	size_t field_count;
	struct alert_field group[ALERT_FIELDS]; /* of a correlation */
	size_t group_count;
	/* Of a correlation: the lines that made it true, the last ALERT_ORIGINS of
	 * them (correlate.h says which those are). */
	const struct origin *origins;
	size_t origin_count;
	uint64_t hits;  /* how many of them there are */
	uint64_t since; /* of a correlation: all hits of the group since it last reported */
};

/* What, beside the rule, makes two alerts equal: "group" (the key of a
 * correlation, else the address in what matched), "host", "source" (who sent
 * the line), or the name of a field of the event. */
struct alert_key {
	const char *const *by;
	size_t count;
};
extern const struct alert_key alert_key_usual; /* group, host and source */

/* The values of the key as one JSON object: equal ones are the same bytes. Of a
 * value the first 2 KiB count. */
void alert_key_write(struct buf *out, const struct alert *a, const struct alert_key *key);

/* One JSON object without a line end. Bytes that are not UTF-8 become U+FFFD. */
void alert_write(struct buf *out, const struct alert *a);

/* The same for whoever writes many: what all alerts of a rule have in common is
 * made once (zero it first), and does not change. */
struct alert_frame {
	struct buf head, tail;
};
void alert_frame_fini(struct alert_frame *f);
void alert_write_in(struct buf *out, const struct alert *a, struct alert_frame *f);
