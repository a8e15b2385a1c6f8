#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/fault.h"
#include "gate/lines/roster.h"
#include "intake/intake.h"

/*
 * sources -- who sent how much, what became of it, and who has gone silent.
 *
 * received = stored + limited + malformed, and sent = received + lost by the
 * kernel, for each source, in the table `sources`: counted in memory, added to
 * the table with each batch. Names of UDP senders can be forged, so the number
 * of sources has a bound; those that the roster names always have their place.
 */
enum { SOURCES_MOST = 4096 };

struct house;
struct store;
struct sources;

struct sources *sources_new(void);
void sources_free(struct sources *sources);

/* Quotas and silences as the roster has them from now on (NULL: none). */
void sources_heed(struct sources *sources, const struct roster *roster, int64_t now);
/* Which silences the store knows of; once, after sources_heed. */
int sources_recall(struct sources *sources, struct store *store, struct fault *why);

/* The source of this name; beyond a limit all others are one, "others". */
struct source *sources_find(struct sources *sources, const char *name);

/* A line of it came at `now`: is it within the quota? If not, it is counted. */
bool sources_admit(struct sources *sources, struct source *source, int64_t now);
int64_t sources_wait(const struct source *source, int64_t now); /* microseconds until the next may */
void sources_heard(struct sources *sources, struct source *source, int64_t now);
/* Lines that were not taken for want of room, or of an enrolled key. */
void sources_limited(struct sources *sources, struct source *source, uint64_t lines, int64_t now);
void sources_lost(struct sources *sources, struct source *source, uint64_t lines, int64_t now);
/* A connection was not taken because nobody enrolled the key. */
void sources_refused(struct sources *sources, struct source *source, int64_t now);

/* Which mapping fitted last says nothing any more: there are others. */
void sources_remapped(struct sources *sources);

bool sources_changed(const struct sources *sources);
/* Has somebody been silent for too long by now? */
bool sources_falls_silent(const struct sources *sources, int64_t now);

/* Inside a batch: the tallies, and an alert for each that has fallen silent. Those of
 * sources that are read from files only when the batch is `whole`: when it holds all
 * that came of their lines, and how far they were read. */
int sources_write(struct sources *sources, struct house *house, int64_t now, bool whole, struct fault *why);
void sources_settle(struct sources *sources, bool committed);
/* See lines/quarantine.h; NULL where there is no source of that name. */
json_t *sources_quarantine(const struct sources *sources, const char *name, size_t limit, bool *more);
/* As they stand in the store, with what only the running daemon knows. */
json_t *sources_status(const struct sources *sources, struct store *store);
