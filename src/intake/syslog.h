#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/fault.h"
#include "intake/event.h"
#include "intake/moment.h"

/*
 * syslog -- a line of RFC 5424, of RFC 3164, or of what is met in its place.
 *
 * Real devices leave out the priority, the time, the host or the process, put a
 * year in, or write ISO times. All of that is read; only a line without any of
 * it is left as bare text. Nothing is lost: `message` is the rest of the line.
 */
enum syslog_form { SYSLOG_BARE, SYSLOG_3164, SYSLOG_5424 };

/* Oddities, counted and carried on with. */
enum {
	SYSLOG_BAD_PRI = 1, /* above 191, or not a number: taken as 13, user.notice */
	SYSLOG_BAD_DATA = 2 /* structured data that does not end: part of the message */
};

struct span {
	const char *at;
	size_t len;
};

struct syslog {
	enum syslog_form form;
	unsigned odd;
	int pri; /* facility * 8 + severity; -1 when the line has none */
	int64_t time;
	bool timed;
	struct span host, program, pid, msgid, data, message;
};

/* Read a line; never fails, at worst it is SYSLOG_BARE. */
void syslog_read(const char *line, size_t len, struct moment_year *year, struct syslog *out);

/* Add its parts to an event: host, program, pid, msgid, facility, severity,
 * message and "ID.NAME" for structured data. Fails with FAULT_LIMIT. */
int syslog_fields(const struct syslog *s, struct event *e, struct fault *why);

/* May syslog_fields give a field of this name? In every name of structured data is a dot. */
bool syslog_gives(const char *field);
