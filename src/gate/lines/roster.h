#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/fault.h"

/*
 * roster -- which sources are known: their keys, how much each may send, how long one may be silent.
 *
 * A file of lines; '#' begins a remark, words are parted by blanks:
 *
 *   default          rate=50000 burst=250000
 *   edu-fw01         key=0f3a…(64 hex digits)  silent=10min
 *   udp:192.0.2.7    rate=500 burst=5000 silent=1h
 *   web01            file=/var/log/nginx/access.log   (or a pattern)
 *
 * A key is the SHA-256 of a client's public key; who shows it over TLS is the
 * source of that name. Names of other ways in ("udp:192.0.2.7", "http:edu-fw01")
 * have a colon and never have a key: an address is no proof.
 */
enum {
	ROSTER_BYTES = 1024 * 1024,
	ROSTER_ROWS = 4096,
	ROSTER_KEYS = 4, /* of one source: an old and a new one while they change */
	ROSTER_NAME = 64 + 1,
	ROSTER_KEY = 64 + 1,
	ROSTER_FILE = 256 + 1,
	ROSTER_RATE_MOST = 10 * 1000 * 1000, /* lines a second, and a burst */
};

struct roster_row {
	char name[ROSTER_NAME];
	char keys[ROSTER_KEYS][ROSTER_KEY];
	unsigned key_count;
	char file[ROSTER_FILE]; /* path or pattern of the logs that are this source; or "" */
	int64_t rate, burst;    /* lines a second, lines at once; -1: the default */
	int64_t silent_after;   /* microseconds; 0: may be silent as long as it likes */
};

struct roster; /* NULL is one without rows */

/* `place` names the file in faults: "sources:7: …", FAULT_INVALID or FAULT_LIMIT. */
int roster_read(const char *text, size_t len, const char *place, struct roster **out, struct fault *why);
/* From a file; one that is not there is FAULT_ABSENT. */
int roster_load(const char *path, struct roster **out, struct fault *why);
void roster_free(struct roster *roster);

size_t roster_count(const struct roster *roster);
const struct roster_row *roster_at(const struct roster *roster, size_t i);
const struct roster_row *roster_find(const struct roster *roster, const char *name); /* or NULL */
/* Whose key this is, or NULL. */
const struct roster_row *roster_of_key(const struct roster *roster, const char *key);
