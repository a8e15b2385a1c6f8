#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * moment -- when a line says it happened, in the ways logs write it.
 *
 * Each reader returns the bytes it read, 0 when the text is not of that form.
 * What has no zone is taken in the zone of the source.
 */

/* The years that lines without one fall into. */
struct moment_year {
	int64_t now;      /* when the line was received; 0 when `year` is given */
	int year;         /* the year of the first line, else 0 */
	int month;        /* of the line before; 0 at first */
	int zone_minutes; /* east of Greenwich, for times without zone */
	/* The last line that was read so; those of one minute begin alike. */
	struct {
		char text[13]; /* "Jan  2 03:04:" */
		int64_t now, at;
		int zone_minutes;
	} minute;
};

/* 2026-01-02T03:04:05[.frac][Z|+08:00|+0800], also with a space, and with
 * slashes in the date as nginx writes it. */
size_t moment_iso(const char *text, size_t len, int zone_minutes, int64_t *out);
/* "Jan  2 03:04:05[.frac]", "Jan 2 2026 03:04:05": RFC 3164 and what is met instead. */
size_t moment_bsd(const char *text, size_t len, struct moment_year *year, int64_t *out);
/* 02/Jan/2026:03:04:05 +0800 of web servers. */
size_t moment_clf(const char *text, size_t len, int64_t *out);
/* Sun Dec 04 04:47:44[.frac] 2005 of Apache's error log. */
size_t moment_ctime(const char *text, size_t len, int zone_minutes, int64_t *out);
/* Seconds since 1970 with a fraction; milliseconds where it is that large. */
bool moment_epoch(const char *text, size_t len, int64_t *out);
