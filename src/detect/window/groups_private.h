#pragma once

#include "detect/window/groups.h"

/*
 * groups_private -- how groups lie in memory, and what shares.c does for them.
 */
enum {
	PAGE = 1024,    /* groups */
	SLOTS = 16,     /* of a wheel */
	WIDTHS = 14,    /* into so many parts it cuts the time that a group is kept */
	LOOK = 64,      /* groups, or shares, that one new group has looked at */
	TRIES = 512,    /* groups that give way for one hit: more than a slab of them */
	BUCKETS = 4096, /* of shares and of sources */
	NAME_MOST = 256,
	NONE = UINT32_MAX
};

/* What is counted when somebody has to give way. */
enum measure { BY_GROUPS, BY_BYTES };

struct slot {
	uint32_t tag, group; /* number plus one; 0: free */
};

struct share {
	uint32_t source, rule;
	uint32_t next, previous, next_alike;
	uint64_t groups, bytes;
	int64_t tick; /* the last one whose slot has been emptied */
	uint32_t slots[SLOTS];
};

struct groups {
	struct pool *pool;
	uint64_t seed;
	size_t most;
	struct slot *table;
	uint32_t table_room;
	struct group **pages;
	uint32_t fresh, given; /* never used yet; given back, joined by `next` */
	struct share *shares;
	uint32_t share_count, share_room, share_given, hand;
	struct group_source *sources;
	uint32_t source_count, source_room, last_source;
	uint32_t share_heads[BUCKETS], source_heads[BUCKETS];
	struct group_rule *rules;
	uint32_t rule_count;
	uint32_t heaviest_of[2]; /* source, by groups and by bytes */
	uint64_t mark_of[2];     /* what it held when that was last known to be so */
	struct groups_counts counts;
};

static inline struct group *group_at(const struct groups *g, uint32_t i)
{
	return &g->pages[i / PAGE][i % PAGE];
}

/* Out of its wheel already, it goes for good; and its share, if it was the last. */
void groups_drop(struct groups *g, uint32_t i);

/* A larger piece with the same content, zeroed beyond it; NULL: no memory, and
 * the old one is as it was. */
void *piece_grown(struct pool *p, void *old, size_t before, size_t after);

/* ---- shares.c ---- */

uint32_t share_find(const struct groups *g, uint32_t source, uint32_t rule); /* NONE */
uint32_t share_add(struct groups *g, uint32_t source, uint32_t rule);        /* NONE: no memory */
void share_join(struct groups *g, uint32_t share); /* known by its source and correlation */
void share_drop(struct groups *g, uint32_t share); /* without groups */

/* So much more memory, or so many more groups, of its source and correlation too. */
void share_charge(struct groups *g, uint32_t share, int64_t bytes);
void share_count_groups(struct groups *g, uint32_t share, int64_t n);

/* Onto its wheel. */
void share_put(struct groups *g, uint32_t group);
/* Off its wheel: the one whose time is over last, other than `spared`; or NONE. */
uint32_t share_take_last(struct groups *g, uint32_t share, const struct group *spared);
/* Look at `budget` groups whose time may be over. */
void share_turn(struct groups *g, uint32_t share, unsigned budget);
/* The next share in turn looks as well. */
void share_turn_next(struct groups *g, uint32_t other_than);

/* Does this source hold most? */
bool share_is_heaviest(struct groups *g, uint32_t share);
/* One group less for the sake of `share`, by the order of groups.h; false where it
 * is `share` that holds most. */
bool share_make_room(struct groups *g, uint32_t share, const struct group *spared, enum measure by);
