#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/fault.h"
#include "store/store.h"

/*
 * record -- the append-only record: what happened, provable by a stranger.
 *
 * An RFC 6962 Merkle tree (SHA-256) over leaves that are exact canonical JSON
 * bytes, checkpoints as C2SP signed notes (Ed25519). One leaf for each object
 * that an act changed, all leaves of an act sharing its number. A leaf holds
 * ids, types and salted commitments only; what was said stands in payloads.
 *
 * A payload has part 0, a canonical JSON document of what changed, and a part
 * for each free text in it. A text is given as {"$":"words"} and stored as
 * {"p":k,"sd":"<hex of SHA-256(salt || bytes)>"}, the words in part k, so that
 * one text can be erased and the rest still proves what it proved.
 */
struct record;

/* Keys and origin of one log. A data folder has two: what is real, and what
 * is drill. They never share an origin. */
enum record_space { RECORD_REAL = 1, RECORD_DRILL = 2 };

/* Start the logs of a new data folder. `origin` such as "fengsui.example/2026";
 * a demonstration folder's origin begins with "demo.". Keys go to
 * FOLDER/keys/record.key, 0600. `given_time` is marked in the first leaf. */
int record_create(struct store *store, const char *folder, const char *origin, bool given_time, int64_t now,
		  struct fault *why);

/* Open both logs: read key, frontier and last signed checkpoint, and refuse a
 * tree smaller than or different from what was signed (FAULT_CORRUPT). */
int record_open(struct store *store, const char *folder, struct record **out, struct fault *why);
void record_close(struct record *record);

const char *record_origin(const struct record *record, enum record_space space);
uint64_t record_size(const struct record *record, enum record_space space);
int64_t record_last_at(const struct record *record); /* of the newest entry of all; 0: none */
bool record_given_time(const struct record *record); /* a folder for demonstration or test, for ever */

/* What an act did to one object. Strings are borrowed. */
struct record_entry {
	enum record_space space;
	int64_t act;         /* shared by the leaves of one act; from record_next_act */
	int64_t object;      /* row id of the object; 0: the house itself */
	const char *kind;    /* "incident"; with the id it names the object: "incident:17" */
	const char *type;    /* "incident.confirm", "record.erase", "clock.missed" ... */
	const char *actor;   /* "person:5", "timer", "rule", "system" */
	const char *unit;    /* "unit:3", or NULL */
	const char *session; /* or NULL */
	int64_t recorded_at; /* when it was recorded: the time given to the runner */
	json_t *change;      /* part 0 with {"$":...} texts; borrowed, not changed */
};

struct record_place {
	uint64_t seq;  /* index in the tree */
	uint64_t oseq; /* which entry of its object this is, from 0 */
	unsigned char hash[32];
};

int record_next_act(struct record *record, int64_t *out, struct fault *why);

/* Append inside the open transaction. The tree in memory moves with it, as the
 * store does with its marks: record_remember beside store_begin and store_mark,
 * record_keep beside store_keep, record_forget beside store_undo and a dropped
 * transaction, record_settle after the commit. record_forget takes tree and act
 * numbers back to the last record_remember that was neither kept nor forgotten.
 * FAULT_INVALID where an act number is below that of the entry before it, or an
 * object changes its kind. */
int record_append(struct record *record, const struct record_entry *entry, struct record_place *out,
		  struct fault *why);
void record_remember(struct record *record);
void record_keep(struct record *record);
void record_forget(struct record *record);
void record_settle(struct record *record);

/* Entries since the last signature: what a start reckons through. */
uint64_t record_unsigned(const struct record *record, enum record_space space);
/* Sign the present tree, inside the open transaction. Kept in the store, and by
 * record_settle beside the key; the text (a signed note) is taken from `mem`
 * and leaves the house after the commit, never before. */
int record_checkpoint(struct record *record, enum record_space space, struct arena *mem, char **note,
		      struct fault *why);

/* Read entries back, oldest first. `change` has its texts put in again:
 * {"p":k,"sd":..} becomes the words, or {"erased":seq} where they were erased. */
struct record_read {
	uint64_t seq, oseq;
	int64_t act, object, recorded_at;
	const char *kind, *type, *actor, *unit; /* from the leaf, in `mem` */
	const char *leaf;                       /* exact bytes */
	size_t leaf_len;
	unsigned char hash[32]; /* of the leaf, as it stands in the tree */
	json_t *change; /* owned by the reader; gone at the next step */
};
struct record_cursor;
/* All of a space from `from` on, or of one object (object != 0). */
int record_scan(struct record *record, enum record_space space, uint64_t from, int64_t object,
		struct record_cursor **out, struct fault *why);
/* Those behind `after` and before `before` (-1 and INT64_MAX: all), in either direction. */
int record_scan_between(struct record *record, enum record_space space, int64_t after, int64_t before,
			bool newest_first, struct record_cursor **out, struct fault *why);
int record_step(struct record_cursor *cursor, struct arena *mem, struct record_read *out,
		struct fault *why); /* 1, 0, <0 */
/* The same without what the entry says: `change` is NULL, and no payload is read. */
int record_step_head(struct record_cursor *cursor, struct arena *mem, struct record_read *out,
		     struct fault *why);
/* What the entry says that the step before gave without it: `out->change`. */
int record_say(struct record_cursor *cursor, struct arena *mem, struct record_read *out, struct fault *why);
void record_cursor_close(struct record_cursor *cursor);

/* Erase the texts of one entry, or one part of it (part > 0; 0: all texts).
 * Salt and bytes go; the commitment stays. The caller appends the entry of
 * type record.erase whose change is {"erase":{"seq":n,"part":k}} in the same
 * transaction, before this call, and passes its place. */
int record_erase(struct record *record, enum record_space space, uint64_t seq, unsigned part, uint64_t by_seq,
		 struct fault *why);
