#pragma once

#include "record/frontier.h"
#include "record/merkle.h"
#include "record/checkpoint.h"
#include "record/payload.h"
#include "record/record.h"
#include "seal/key.h"

/*
 * record_private -- the inside of a record, for the folder record alone.
 */
enum { SPACES = 2 };

/* What moves with an append and goes back with record_forget. */
struct log_state {
	struct merkle tree;
	int64_t last_act, last_at;
};

struct log {
	char origin[LEAF_ORIGIN + 1];
	struct key key;
	struct mac_key frontier_key;
	struct log_state now;

	/* A checkpoint that was signed in the open transaction: its note, and
	 * the tree it signs. It is remembered outside the store after the
	 * commit, never before: the store must not look older than it is. */
	struct buf fresh;
	struct merkle fresh_tree;
	uint64_t signed_size; /* when it was signed last, also in a transaction that was dropped */
};

struct mark {
	struct log_state logs[SPACES];
	int64_t next_act;
};

struct record {
	struct store *store;
	char *folder;
	bool given_time;
	struct log logs[SPACES]; /* by space - 1 */
	int64_t next_act;

	struct mark *marks;
	size_t marked, room;

	struct payload payload; /* reused from append to append */
	struct buf leaf;
};

static inline struct log *log_of(struct record *record, enum record_space space)
{
	return &record->logs[space - 1];
}

/* Drills have an origin of their own. FAULT_INVALID where one cannot be an origin. */
int record_origins(const char *origin, char out[static SPACES][LEAF_ORIGIN + 1], struct fault *why);
void record_key_path(const char *folder, struct buf *out);

/* signed.c: what was signed last, kept beside the key and not in the store, so
 * that a store of yesterday is recognised. */
struct signed_state {
	struct checkpoint checkpoint;
	struct merkle tree;
};
enum { SIGNED_MOST = 16 * 1024 };
void signed_path(const char *folder, enum record_space space, struct buf *out);
void signed_write(struct buf *out, const char *note, size_t len, const struct merkle *tree);
/* False where the bytes are not such a file, or its tree has not the root that
 * was signed by `key`. */
bool signed_read(const char *bytes, size_t len, const struct key *key, struct signed_state *out);

/* resume.c: bring a log back from the store, and hold it against what was signed. */
int log_resume(struct record *record, enum record_space space, struct fault *why);
