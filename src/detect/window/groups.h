#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "detect/window/keeper.h"
#include "detect/window/pool.h"

/*
 * groups -- all groups of all correlations, by key, within a bound of number and
 * of bytes, and who gives way when there is no room.
 *
 * A group belongs to the source whose hit began it and to its correlation; the
 * groups of one source and one correlation are a share. A group goes when the
 * clock of its source, the latest time a hit of it had, has passed the group's
 * last hit by the timespan and the lateness that is allowed for; it is found by
 * a wheel of its share within a fourteenth of that. When there is no room, in
 * this order:
 *
 *   1. groups whose time is over go;
 *   2. the source that holds most gives way to one that holds less, and within
 *      one source the correlation that holds most: with its newest group, as if
 *      that had not been let in. Older ones stay, so that a flood does not push
 *      out a slow window, not even one of its own source;
 *   3. whoever holds most is refused, and counted by source and correlation.
 */
enum { KEY_INSIDE = 18, SOURCES_MOST = 65536 };

struct group {
	int64_t last;     /* the time of its latest hit */
	int64_t touched;  /* the clock of its source then, if that is later */
	int64_t reported; /* NEVER while it has nothing to report */
	void *state;      /* the keeper's */
	uint32_t next, share;
	uint32_t since; /* hits since it last reported */
	uint16_t key_len;
	char key[KEY_INSIDE]; /* or, when it is longer, a pointer to it */
};

_Static_assert(sizeof(struct group) == 64, "a group is a line of the cache");

/* A correlation, as far as its groups are concerned. */
struct group_rule {
	const struct asked *asked;
	uint64_t salt;    /* the same for as long as its definition is */
	int64_t lateness; /* how long after its timespan a group is still kept */
	uint64_t groups, bytes, refused, given_up;
};

struct group_source {
	const char *name;
	int64_t clock; /* the latest time of its hits; NEVER before the first */
	uint64_t groups, bytes, refused, given_up, late, ahead;
	uint32_t shares, heaviest_of[2], next_alike;
	uint64_t mark_of[2];
};

struct groups_counts {
	uint64_t groups, refused, given_up, expired;
};

struct groups;

struct groups *groups_new(size_t groups_most, size_t bytes_most);
/* Frees what the keepers keep as well. */
void groups_free(struct groups *g);

/* The correlations are numbers 0 to `count` - 1. `number_of`, by the old number,
 * is the new one, or UINT32_MAX for those whose groups go. NULL: there were none. */
void groups_rules(struct groups *g, const struct group_rule *rules, uint32_t count,
		  const uint32_t *number_of);

/* The number of a source; beyond SOURCES_MOST all others are one, number 0. */
uint32_t groups_source(struct groups *g, const char *name);
struct group_source *groups_source_at(struct groups *g, uint32_t source);
uint32_t groups_source_count(const struct groups *g);
struct group_rule *groups_rule_at(struct groups *g, uint32_t rule);

struct pool *groups_pool(struct groups *g);
struct groups_counts groups_counts(const struct groups *g);
uint64_t groups_hash(const struct groups *g, const void *bytes, size_t len);

struct group *groups_find(struct groups *g, uint32_t rule, const char *key, size_t len);
/* A new one; NULL when it is refused. When its first hit has been kept,
 * groups_begin, else groups_refuse must follow. */
struct group *groups_add(struct groups *g, uint32_t rule, uint32_t source, const char *key, size_t len);
void groups_begin(struct groups *g, struct group *one);
void groups_refuse(struct groups *g, struct group *one);
/* A hit of that time belongs to it. */
void groups_touch(struct groups *g, struct group *one, int64_t time);

/* Take a hit into its state; asks others to give way when memory is short. False
 * when it could not be kept. */
bool groups_keep(struct groups *g, struct group *one, const struct incoming *in, uint64_t *dropped);

uint32_t groups_rule_of(const struct groups *g, const struct group *one);
const char *group_key(const struct group *one);
