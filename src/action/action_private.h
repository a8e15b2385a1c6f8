#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "action/action.h"
#include "base/arena.h"
#include "base/fault.h"
#include "evidence/doubt.h"
#include "pack/pack.h"
#include "record/record.h"
#include "seal/digest.h"
#include "store/store.h"

/*
 * action_private -- what the files of the runner share.
 *
 * A deed is one act: a request, or something the timer, a signal or an alert
 * set off, with all that it carries along. Records are read into the deed,
 * changed there, and written once at its end: all of it or nothing.
 */

/* A record as the deed sees it. */
struct object {
	int64_t id;
	int space;
	const struct pack *pack; /* the version it began under */
	const struct kind *kind;
	const char *number;    /* or NULL */
	json_t *states, *body; /* owned by the deed */
	int64_t version;       /* entries in the record so far */
	int64_t created_at, updated_at;
	bool fresh;                /* made by this deed */
	json_t *change;            /* what the record will say; NULL: untouched */
	const char *type;          /* of its entry */
	bool checked;              /* its always: rules were asked after the last change */
	struct record_place place; /* of its newest entry, once written */
	struct object *next;
};

/* Who acts, and by what authority; see staff.c. */
struct post {
	const char *role;
	int64_t id, unit, sector, incident, territory;
	int64_t from, to; /* validity; 0: open */
	const char *by;   /* post, seat, deputy; without a post also lead, delegation */
};

struct staff {
	int64_t person, unit;
	const char *name;
	struct post *posts;
	size_t post_count;
	bool left;
	struct staff *next;
};

struct missing {
	const char *code;
	const char *zh, *en, *what;
	struct missing *next;
};

/* Something that happened in the deed and that moves may wait for. */
struct happened {
	struct object *object;
	const struct move *move; /* or NULL with a name */
	const char *name;
	struct happened *next;
};

struct deed {
	size_t feeds; /* of the house when it began */
	struct house *house;
	struct arena *mem;
	struct object *objects, *last_object;
	struct object **slots; /* the same by id, see world.c */
	size_t slot_count, object_count;
	const struct staff *staff; /* NULL for an automatic act */
	int64_t person;            /* who set it off, also behind what rules carry along; 0 */
	const char *machine;       /* timer, rule, system */
	const char *session;
	int64_t now, occurred_at, act;
	json_t *input;           /* of the move being made */
	const struct move *move; /* being made */
	json_t *authority;       /* how the right to act was resolved */
	const char *proposer_name;
	int64_t proposer; /* person who proposed the move being confirmed, 0 */
	struct missing *missing, *last_missing;
	struct happened *first, *last;
	int depth;               /* of cascades */
	bool begun;              /* a move of it has been carried out */
	json_t *pending;         /* a proposal opened or signed by this deed */
	struct object *received; /* a move of it that gives a receipt was made; or NULL */
	struct pack *pack;       /* in force when it began */
};

/* Words for the search index, fed at the end of the batch. */
struct feed {
	int64_t object;
	char *words;
};

enum { UPLOADS_KNOWN = 256 };

/* The release check made ready, and of which register. */
struct release;
struct restricted {
	struct release *release;
	int64_t count, versions; /* of the records that it was made from */
	int64_t made_at, until;  /* until: a declaration ends then; 0: none */
	const struct pack *pack;
};

struct house {
	struct store *store;
	struct record *record;
	char *folder;
	char *cap_sender, *public_url; /* the second may be NULL */
	struct pack **packs;
	size_t pack_count;
	struct pack *pack;        /* in force */
	struct pack *pack_before; /* the open batch began */
	bool demo;
	int64_t given_now;
	int64_t away_until; /* under given time: what fell due before this comes late */
	struct store_txn *txn;
	struct arena *mem; /* of the house, for the staff cache */
	struct staff *staff;
	int64_t next_object, next_clock, next_proposal, next_outbox, next_letter, next_check;
	struct channels *channels; /* by which messages leave; NULL: none */
	bool posted;               /* messages were written since this was last asked */
	char mark[13];             /* of this house, in the keys of its messages */
	bool link_known;
	unsigned char link_key[DIGEST_LEN]; /* of links to acknowledge by */
	bool staff_changed;
	struct feed *feeds;
	size_t feed_count;
	bool erased;          /* by the open batch */
	struct doubts doubts; /* files that it noted or disposed of */
	bool scrub_owed;      /* committed, but not off the disk yet */
	struct uploaded {
		char digest[2 * DIGEST_LEN + 1];
		int64_t person;
	} uploaded[UPLOADS_KNOWN]; /* a ring: who brought which file */
	size_t uploads;
	struct restricted restricted;
	uint64_t public_made;
	struct shown_public *shown;    /* what the public page shows, made ready; see public.c */
	struct shown_feed *feed_shown; /* the feed that anybody gets, likewise; see cap/seen.c */
	uint64_t told_changes; /* of records that either is made of; grows, also by what was rolled back */
};

/* ---- world.c: records in the deed ---------------------------------------- */
void deed_open(struct deed *deed, struct house *house, const struct asker *asker, int64_t now);
void deed_close(struct deed *deed);
struct object *world_get(struct deed *deed, int64_t id, struct fault *why); /* NULL and why */
int world_find(struct deed *deed, const struct kind *kind, const char *ref, int64_t *out, struct fault *why);
struct object *world_make(struct deed *deed, const struct pack *pack, const struct kind *kind, int space);
struct objects {
	struct object **at;
	size_t count;
};
/* Records of `kind` whose ref field (any, or `through`) points at `parent`. */
int world_linked(struct deed *deed, struct object *parent, const char *kind, const char *through,
		 struct objects *out, struct fault *why);
const char *state_of(const struct object *object, const char *region); /* NULL: no such region */
bool object_ended(const struct object *object); /* main region in an end state; kinds without: true */
/* A value along a path of at most one ref ("unit", "incident.level"). Borrowed; NULL: not there. */
json_t *world_value(struct deed *deed, struct object *subject, const char *path, struct object **holder);
int64_t world_ref(struct deed *deed, struct object *subject, const char *path); /* row id or 0 */
/* The case that a record belongs to: itself, or through `incident`; NULL. */
struct object *world_case(struct deed *deed, struct object *subject);
/* May the actor name this file in a record? */
bool blob_known(struct deed *deed, const char *digest);
const char *object_name(struct deed *deed,
			const struct object *object); /* "INC-2026-0001" or "affected_system #9" */
int64_t value_level(const json_t *value);             /* 1..5, 0 for none */
int64_t threshold_now(struct deed *deed);
void space_ask(struct deed *deed, struct object *subject, json_t *input); /* space.c */
int setting_now(struct deed *deed, const char *name, const char **out, struct fault *why);

/* ---- change.c: changes kept for the record -------------------------------- */
json_t *change_of(struct deed *deed, struct object *object, const char *type);
void change_field(struct deed *deed, struct object *object, const struct field *field,
		  json_t *value); /* steals */
void change_set(struct deed *deed, struct object *object, const char *field, json_t *value);
void change_state(struct deed *deed, struct object *object, const struct region *region,
		  const struct state *to);
void change_row(struct deed *deed, struct object *object, const char *list, json_t *row); /* steals */
void change_number(struct deed *deed, struct object *object);
int64_t series_next(struct deed *deed, struct object *object, const char *name, struct fault *why);
int deed_write(struct deed *deed, struct fault *why); /* record and views */
int deed_digest(struct deed *deed, struct object *object, char out[65], struct fault *why);

/* ---- input.c -------------------------------------------------------------- */
/* Check a typed value against its field and bring it into the form it is kept
 * in. New reference in `out`. FAULT_INVALID names field and what is right. */
int input_value(struct deed *deed, const struct field *field, json_t *typed, json_t **out, struct fault *why);
int input_check(struct deed *deed, const struct move *move, json_t *typed, json_t **out, struct fault *why);

/* Is this row id one of a list of refs? NULL: an empty one. */
bool refs_have(const json_t *list, int64_t id);

/* ---- refusal.c ------------------------------------------------------------ */
void refuse(struct deed *deed, const char *code, const char *zh, const char *en, const char *what);
json_t *refusal_answer(struct deed *deed, const struct pack *pack);
json_t *fault_answer(const struct fault *why);

/* ---- world/scope.c -------------------------------------------------------- */
/* Does this post of the actor's reach the record? NULL: any record at all. */
bool scope_has(struct deed *deed, struct object *subject, const struct post *post);
/* The case of the record, where the actor leads it; else NULL. */
struct object *scope_led(struct deed *deed, struct object *subject);
/* Does a field of the record itself name this unit? */
bool scope_names_unit(struct deed *deed, struct object *o, int64_t unit);

/* ---- staff.c -------------------------------------------------------------- */
int staff_of(struct house *house, int64_t person, const struct staff **out, struct fault *why);
void staff_forget(struct house *house);
/* Does the actor hold this role for this subject now? How goes to `how`. */
bool staff_holds(struct deed *deed, struct object *subject, const char *role, json_t **how);
bool staff_holds_any(struct deed *deed, struct object *subject, const struct names *roles, json_t **how);
bool staff_on_shift(struct deed *deed);
/* The shift that runs now, else the newest of the roster; NULL: there is none. */
struct object *staff_shift_now(struct deed *deed);
bool staff_delegated(struct deed *deed, struct object *subject, const char *power, bool *expired,
		     json_t **how);
bool staff_sees(struct deed *deed, struct object *object);
/* Every record of the kind, so that none needs to be asked about? */
bool staff_sees_all(struct deed *deed, const struct kind *kind);
/* One of these roles, given for everything that there is, not for one case, unit or place? */
bool staff_holds_for_all(struct deed *deed, const char *const *roles, size_t count);
const char *title_of(struct deed *deed, struct object *object); /* NULL: none, or not to be seen */

/* look/show.c: one record, for whoever may see it. */
int look_at(struct deed *deed, struct house *house, const struct asker *asker, const char *kind_name,
	    const char *ref, int64_t now, struct object **out, struct fault *why);

/* look/browse.c: the query that an asker's list is; `names` is what its filter may name. */
enum { FILTER_NAMES = 160 };
struct list_query;
int list_query_of(struct deed *deed, const struct list_ask *ask, const char *names[static FILTER_NAMES],
		  struct list_query *query, struct fault *why);

/* look/reach.c: leaves in the set what the asker sees; `all` is false where that
 * is a part of the kind and more than COUNT_EXAMINED would have to be asked
 * about: then the newest of them. */
struct list_ids;
int reach_seen(struct deed *deed, const struct kind *kind, struct list_ids *ids, bool *all,
	       struct fault *why);

/* look/sought.c: FAULT_INVALID where no record of the kind can hold what is sought. */
struct filter;
int sought_ask(const struct kind *kind, const struct filter *filter, struct fault *why);
const char *staff_role(struct deed *deed, struct object *given);

/* register.c */
int register_login(struct deed *deed, const struct kind *kind, const struct object *subject, json_t *input,
		   struct fault *why);
void register_ask(struct deed *deed, struct object *subject, const struct move *move);
void register_given(struct deed *deed, struct object *subject, const struct move *move);

/* ---- guard.c -------------------------------------------------------------- */
bool guard_holds(struct deed *deed, struct object *subject, const struct guard *guard);
/* Ask each; what does not hold is noted as missing. `code` where a guard has none. */
void guards_ask(struct deed *deed, struct object *subject, const struct guards *guards, const char *code);

/* ---- clock.c -------------------------------------------------------------- */
int clock_ops(struct deed *deed, struct object *subject, const struct move *move, struct fault *why);
int clock_do(struct deed *deed, struct object *owner, const char *code, enum clock_do op, struct fault *why);
int clock_lives(struct deed *deed, struct object *owner, struct fault *why); /* end what no longer may run */
int clock_end_all(struct deed *deed, struct object *owner, struct fault *why);
int clock_replan(struct deed *deed, struct object *owner, struct fault *why);
/* A running clock whose length is a field that has changed; a missed one stays as it was. */
int clock_again(struct deed *deed, struct object *owner, const char *code, struct fault *why);
bool clock_asks(struct deed *deed, struct object *owner, const char *code, enum clock_question question);
int clock_date(struct deed *deed, struct object *owner, const struct field *field); /* reached: triggers */
json_t *clock_rows(struct deed *deed, struct object *owner); /* present rows, new reference */

/* ---- move.c --------------------------------------------------------------- */
enum how { BY_PERSON, BY_RULE };
/* Decide and carry out. Returns 0 with deed->missing empty when it was made
 * (or became pending); 0 with something missing when refused; <0 on faults. */
int move_make(struct deed *deed, struct object *subject, const struct move *move, json_t *input, enum how how,
	      struct fault *why);
/* Would it be refused? Asks without changing anything; fills deed->missing. */
int move_ask(struct deed *deed, struct object *subject, const struct move *move, struct fault *why);
bool move_from_here(const struct object *subject, const struct move *move);
bool move_open_to(struct deed *deed, struct object *subject, const struct move *move);
int rules_ask(struct deed *deed, struct fault *why); /* always: and ends_with of all that changed */

/* ---- pending.c ------------------------------------------------------------ */
enum pending { PENDING_GO, PENDING_WAITS };
int pending_settle(struct deed *deed, struct object *subject, const struct move *move,
		   const struct branch *branch, json_t **input, enum pending *out, struct fault *why);
int pending_lapse(struct deed *deed, struct object *object, struct fault *why);
int pending_void(struct deed *deed, struct object *object, struct fault *why);

/* ---- trigger.c ------------------------------------------------------------ */
int trigger_run(struct deed *deed, struct fault *why); /* what waited for what happened */
void happen(struct deed *deed, struct object *object, const struct move *move, const char *name);
int trigger_name(struct deed *deed, struct object *object, enum trigger_form form, const char *name,
		 struct fault *why);

/* ---- effects -------------------------------------------------------------- */
struct effect {
	const char *name;
	const char *en, *zh;
	int (*run)(struct deed *deed, struct object *subject, const struct effect_use *use,
		   struct fault *why);
};
extern const struct effect *const effects[]; /* ends with NULL; effect/catalogue.c */
const struct effect *effect_named(const char *name);
const char *effect_arg(const struct effect_use *use, const char *key); /* NULL */
/* ---- outbox.c: a message leaves with a key that drops repeats. `recipient` is "unit:5",
 * "person:7", "organ:office" or a word; `via` says whose address it is: "contact:9",
 * "person:7", "word:office"; or NULL. */
struct letter;
void outbox_row(struct deed *deed, struct object *about, const struct letter *letter, const char *channel,
		const char *recipient, const char *via);
/* By `first` ("portal", "paper"), and each other way that is known to that recipient. */
int outbox_by(struct deed *deed, struct object *about, const struct letter *letter, const char *first,
	      const char *recipient, struct fault *why);
/* The same, by the portal. */
int outbox_tell(struct deed *deed, struct object *about, const struct letter *letter, const char *recipient,
		struct fault *why);
int inform_with(struct deed *deed, struct object *about, const struct letter *letter, const char *target,
		struct fault *why);
int inform_target(struct deed *deed, struct object *about, const char *target, struct fault *why);

/* ---- channel.c */
int channels_test(struct deed *deed, struct object *shift, int *count, struct fault *why);
/* look/messages.c: may the asker read of all messages? */
bool messages_may(struct deed *deed);

/* ---- delivery.c */
bool channel_leaves(
	const char *channel); /* or it stays in the house: portal, paper, exercise, call, public */
int messages_take_up(struct house *house, struct fault *why);
const char *house_mark(struct house *house); /* twelve digits that no other house has */

/* ---- delivery.c: given up; the Office is told, a unit's next contact is tried */
int message_fail(struct house *house, int64_t id, const char *words, int64_t now, struct fault *why);

/* ---- channel.c: does the channels file not name it any more? */
bool channel_gone(const struct house *house, const char *name);
json_t *channel_gone_said(void);

/* ---- bounce.c: the message with this Message-ID, of what kind of record it is about; 0: none of ours */
int message_named(struct house *house, const char *id, int64_t *out, const char **about, struct arena *mem,
		  struct fault *why);

/* ---- link.c: NULL where the channels file names no site */
const char *link_for(struct house *house, int64_t target, int64_t unit, int64_t at, struct arena *mem);

/* ---- contact.c: by which ways somebody is reached ------------------------- */
enum { CONTACTS_MOST = 50, WAYS_MOST = 8 };
struct contact {
	int64_t id, priority;
	const char *channel, *address;
};
struct contacts {
	struct contact *at; /* the first to try first */
	size_t count;
};
int contacts_of(struct house *house, int64_t unit, struct arena *mem, struct contacts *out,
		struct fault *why);
struct outway {
	const char *channel, *via;
};
struct ways {
	struct outway at[WAYS_MOST];
	size_t count;
};
int ways_to(struct deed *deed, const char *recipient, struct ways *out, struct fault *why);
/* The address behind `via` as it is now; "" where there is none any more. */
int address_of(struct house *house, const char *via, const char *channel, struct arena *mem, const char **out,
	       struct fault *why);
/* "unit_head" or "authority" of this unit as a recipient; NULL: there is none. */
/* Its own competent authority, or that of its sector; 0: none is registered. */
int64_t authority_of(struct deed *deed, int64_t unit);
const char *chain_step(struct deed *deed, int64_t unit, const char *step);
/* By the next contact of the unit that was not tried yet for this record, else on the call list. */
int next_contact(struct deed *deed, struct object *about, const struct letter *letter, int64_t unit,
		 struct fault *why);

/* ---- effect/cap.c: a file that a letter may carry ---------------------------- */
struct enclosure {
	const char *digest, *name, *type; /* of the deed's memory */
};
/* The CAP file of what the warning said last; false: there is none. */
bool cap_enclosure(struct deed *deed, struct object *warning, struct enclosure *out);

/* ---- check.c: checks as jobs ---------------------------------------------- */
/* `decided`: a decision asks for it, and reads the result itself. */
int check_run(struct house *house, int64_t object, const char *name, bool decided, int64_t now,
	      struct fault *why);
const char *check_said(struct deed *deed, struct object *object, const char *name);
bool check_good(struct deed *deed, struct object *object, const char *name);
bool check_known(const char *name);

/* ---- restricted.c: what must not leave ------------------------------------- */
/* Appends {"field","from","to","class","what":{"$":…}} for each finding; how many. */
int restricted_in(struct deed *deed, const char *field, const char *text, json_t *list, struct fault *why);
int restricted_of(struct deed *deed, struct object *object, json_t **out, struct fault *why); /* all texts */
const char *restricted_said(struct deed *deed, const json_t *list, const char *between, size_t most);
void public_forget(struct house *house); /* public.c */
void feed_forget(struct house *house);   /* cap/seen.c */
void restricted_fini(struct restricted *restricted);

/* ---- receipt.c: what proves later that the Office had it --------------------- */
int receipt_sign(struct deed *deed, json_t *answer, struct fault *why);

/* ---- draft.c: the plan pack that a draft of the plan carries ---------------- */
typedef int draft_use(struct deed *deed, const struct pack *pack, const char *folder, struct fault *why);
int draft_check(struct house *house, const struct object *draft, struct fault *why);
int draft_use_pack(struct deed *deed, const struct object *draft, draft_use *then, struct fault *why);

/* ---- view.c --------------------------------------------------------------- */
/* Write what `object->change` says; its states and body already hold it. */
int view_write(struct house *house, const struct object *object, struct fault *why);
void feeds_forget(struct house *house, size_t keep);
int feeds_write(struct house *house, struct fault *why);
struct pack *house_pack_by(struct house *house, const char *digest, struct fault *why);

/* ---- named.c: guards that are written in C --------------------------------- */
bool guard_named(struct deed *deed, struct object *subject, const char *name);
bool branch_holds(struct deed *deed, struct object *subject, const struct branch *branch);
json_t *pending_open(struct deed *deed, struct object *object); /* new reference */
int pending_take_back(struct deed *deed, struct object *object, int64_t proposal, struct fault *why);

/* ---- house.c: for evidence/doubt.h ---- */
void leave_packages(const char *folder, const char *digest);

/* ---- house.c: a deed inside the batch -------------------------------------- */
int deed_begin(struct deed *deed, struct house *house, const struct asker *asker, int64_t now,
	       struct fault *why);
int deed_end(struct deed *deed, int ret, struct fault *why);

/* ---- effect/value.c: what effects share ------------------------------------ */
/* "$actor", "$now", "$field" or plain words, in the form of `field`; new
 * reference, NULL where it leads to nothing. */
json_t *effect_value(struct deed *deed, struct object *subject, const struct field *field, const char *said,
		     struct fault *why);
/* Make a linked record of this kind through its own creation, by the rule. */
int open_linked(struct deed *deed, struct object *subject, const char *kind, json_t *input,
		struct object **out, struct fault *why);
int move_tools(struct deed *deed, struct object *subject, const char *name, struct fault *why);
int64_t effect_unit_with_role(struct deed *deed, const char *role); /* the unit with this role, 0 */
int64_t effect_office(struct deed *deed);                           /* the unit that hosts the Office, 0 */

/* ---- erase.c ---------------------------------------------------------------- */
int erase_field(struct deed *deed, struct object *object, const char *field, struct fault *why);
int view_refresh(struct house *house, struct object *object, struct fault *why);
int erase_ordered(struct deed *deed, struct object *object, struct fault *why);
/* start.c: a copy of the store, FOLDER/before-vN.db, where N is newer than what wrote it. */
int keep_before_migration(struct house *house, struct fault *why);
int take_up_work(struct house *house, struct fault *why); /* that a crash cut off */
void forget_before_migration(struct house *house);        /* erased means erased */

int pack_put_in_force(struct house *house, const struct pack *pack, int64_t now, struct fault *why);
int pack_publish(struct house *house, const struct asker *asker, const struct pack *pack, const char *folder,
		 int64_t now, struct fault *why);

/* ---- look/: answers to those who look --------------------------------------- */
json_t *wants_of(const struct want *wants, size_t count); /* new reference */
json_t *handle_of(struct deed *deed, int64_t id); /* new reference: {"id","kind","number"?,"title"?} */
/* What may be the same thing as the plan says of its kind, handles into `list`. */
int alike_of(struct deed *deed, struct object *object, json_t *list, struct fault *why);
