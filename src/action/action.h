#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/fault.h"

/*
 * action -- the runner: what a move of the plan does, for whoever asks.
 *
 * A browser, a command, a timer, a drill and an alert all come through here.
 * The house is one data folder opened for work: store, record, packs. Acts are
 * done in a batch: begin, any number of acts, commit; an answer may be sent
 * only after the commit returned 0.
 */
struct house;
struct store_driver;

struct house_options {
	const char *folder;     /* the data folder */
	const char *pack;       /* folder of the pack to publish on a new folder; else NULL */
	const char *origin;     /* of the record, for a new folder; NULL: made from the host's name */
	bool demo;              /* a new folder becomes one for demonstration: given time, marked for ever */
	int64_t now;            /* the moment of opening (host/clock.h, or given in a demo) */
	bool given;             /* `now` was said by whoever starts it, not read from the machine */
	const char *cap_sender; /* who CAP messages are from; NULL: the host of the record's origin */
	const char *public_url; /* under which others reach the HTTP interface; NULL: nobody knows */
	const struct store_driver *driver; /* engine of the store; NULL: SQLite */
};

/* Open, making what is missing. Fails with FAULT_BUSY on a folder in use,
 * FAULT_NEWER, FAULT_CORRUPT; leaves the folder as it was. */
int house_open(const struct house_options *options, struct house **out, struct fault *why);
void house_close(struct house *house);

bool house_demo(const struct house *house);
/* Given time of a demo folder: the latest moment it was told; 0 in a real one. */
int64_t house_given_now(const struct house *house);
struct store *house_store(struct house *house);
struct record *house_record(struct house *house);
const struct pack *house_pack(struct house *house); /* the version in force */
const char *house_folder(const struct house *house);
const char *house_cap_sender(const struct house *house);
const char *house_public_url(const struct house *house); /* without a slash at its end; or NULL */

/* The house is served again after a time in which nobody was here: an entry of
 * the record says so. `facts` is borrowed. Outside a batch. */
int house_started(struct house *house, const json_t *facts, int64_t now, struct fault *why);

/* Who asks. `person` is the row id of a person, or 0 for the house itself. */
struct asker {
	int64_t person;
	const char *machine; /* "timer", "rule", "system" where person is 0 */
	const char *session; /* may be NULL */
	bool unproven;       /* signed in from afar, and not proven anew of late: no move with step_up */
};

/* The person with this login, or FAULT_ABSENT. */
int house_person(struct house *house, const char *login, int64_t *out, struct fault *why);

/* Is this a person of the register who has not left? */
bool house_active(struct house *house, int64_t person);
/* Does the person hold, or will it, a role that nobody gives alone? */
bool house_guarded(struct house *house, int64_t person);
/* Does the person hold this role at `now`, for whatever subject? */
bool house_holds(struct house *house, int64_t person, const char *role, int64_t now);

/* May whoever owns a real folder still enter this, as nobody is there who could?
 * The first administrator of accounts (SCA), who may be the owner, and the
 * first director (DIR): from then on each needs the other. */
bool house_sets_up(struct house *house, const char *kind, const char *move, const json_t *input);

/* A move, an act or a creation. Strings and input are borrowed. */
struct request {
	struct asker asker;
	const char *kind, *move; /* move "create" makes a record */
	const char *ref;         /* number, or "#" and row id; NULL to create */
	json_t *input;           /* object of field or input name -> value; may be NULL */
	const char *key;         /* idempotency key, or NULL */
	int64_t seen;            /* version the asker saw, or -1 */
	int64_t now;             /* when: host clock, or given */
	int64_t occurred_at;     /* earlier than now where entered late; 0: now */
	int space;               /* 1 real, 2 drill; 0: that of the record, else real */
};

/*
 * The answer, a new JSON object:
 *   {"ok":true,"id":17,"number":"INC-2026-0001","kind":"incident","version":3,"act":41,
 *    "states":{"handling":"verify",...},"receipt":{...}?,"pending":{"proposal":5,"waits_for":[...]}?}
 *   {"ok":false,"fault":"refused","refusals":[{"code":"N04","zh":"…","en":"…",
 *    "missing":[{"code":"N07","zh":"…","en":"…","what":"affected_system AFS-3"}]}]}
 *   {"ok":false,"fault":"invalid","en":"…","zh":"…"}
 * Returns 0 also for a refusal; <0 only when the house itself failed and the
 * whole batch must be dropped.
 */
int house_begin(struct house *house, struct fault *why);
int house_do(struct house *house, const struct request *request, json_t **answer, struct fault *why);
/* Take back one's own pending proposal. */
int house_withdraw(struct house *house, const struct asker *asker, int64_t proposal, int64_t now,
		   json_t **answer, struct fault *why);
/* Fire what is due at `now`: clocks, dates. `next` gets the next due moment or 0. */
int house_tick(struct house *house, int64_t now, int64_t *next, struct fault *why);
/* A fact of the house that is no move of the plan, into the record of what is
 * real: type "account.invited" and so on. `fact` is an object; free text in it
 * is given as {"$":"words"}. Inside a batch. */
int house_note(struct house *house, const char *type, const struct asker *asker, const json_t *fact,
	       int64_t now, struct fault *why);
/* The same about a person, told to the Leading Group and the Office at once. */
int house_alarm(struct house *house, const char *type, int64_t person, const struct asker *asker, int64_t now,
		struct fault *why);
int house_commit(struct house *house, struct fault *why);
void house_rollback(struct house *house);

/* Reading; outside or inside a batch. Each gives a new JSON value. What the
 * asker may not see is answered as if it were not there. */
struct list_ask {
	const char *kind, *where; /* where: store/filter.h, or NULL */
	const char *after;        /* where a page before ended, or NULL */
	const char *order;        /* newest (or NULL), updated, number, changed; or a time, the longest ago first */
	int64_t since;            /* with `changed`: this moment or later */
	int limit;                /* 0: 50 */
	int space;                /* 0: real */
};
int house_list(struct house *house, const struct asker *asker, const struct list_ask *ask, json_t **answer,
	       struct fault *why);
/* How many, by the values of a filter or region, or of two ("a,b"); of `ask`
 * kind, where and space count: {"kind","by":[…],"total","groups":[{"values":[…],
 * "count"}],"others","all","names":{VALUE:{"id","kind",…}}}, the most frequent
 * first; a value is null where there is none. `others` have rarer values than
 * are shown; `all` is false where an asker who sees a part has more than
 * COUNT_EXAMINED to be asked about: those are the newest. */
enum { COUNT_GROUPS = 200, COUNT_EXAMINED = 2000 };
int house_count(struct house *house, const struct asker *asker, const struct list_ask *ask, const char *by,
		json_t **answer, struct fault *why);
/* How long cases took from their receipt to each step, and which clocks were
 * kept; of the newest STATISTIC_CASES that the asker sees and that were noticed
 * in from..to (0: any time), by level, unit or month, or together (NULL). With
 * `step` each group names the cases that came to it, the slowest first.
 * docs/api/http.md, Statistics, says which moves are taken for which step. */
enum { STATISTIC_CASES = 2000 };
struct statistic_ask {
	const char *kind, *by, *step;
	int64_t from, to;
	int space; /* 1 real, 2 drill */
};
int house_statistic(struct house *house, const struct asker *asker, const struct statistic_ask *ask,
		    json_t **answer, struct fault *why);
/* Clocks that run or were missed, of open records of all kinds, soonest due
 * first: {"clocks":[{"id","kind","number"?,"title"?,"code","zh","en","state",
 * "started","due","missed"?}],"more"}; the id is that of the record. */
enum { DUE_MOST = 500 };
struct due_ask {
	const char *state; /* running, missed, or NULL: both */
	int64_t before;    /* due before this moment */
	int limit;         /* 1..DUE_MOST */
	int space;         /* 1 real, 2 drill */
};
int house_due(struct house *house, const struct asker *asker, const struct due_ask *ask, json_t **answer,
	      struct fault *why);
/* Duties to report upward that are not done with, over all regimes, soonest first:
 * {"deadlines":[{"case","duty","regime","regime_name","stage"?,"stage_name"?,"rule"?,"recipient",
 * "type","certainty","life","state","counts","mandatory","due"?,"left_s"?,"missed"?}],"more"}.
 * state: running, at_once (no number in law), missed, unconfirmed (counts for nothing yet), sent. */
struct deadline_ask {
	const char *state; /* or NULL: all */
	int limit;         /* 1..DUE_MOST */
	int space;         /* 1 real, 2 drill */
	int64_t now;
};
int house_deadlines(struct house *house, const struct asker *asker, const struct deadline_ask *ask,
		    json_t **answer, struct fault *why);
/* The record of what is real or of drills, entry by entry, without what entries say, for LG, DIR and AUD
 * ("Verify log chain"): {"entries":[{"seq","at","occurred"?,"type","actor","who"?,"act","kind","id"?,
 * "number"?,"title"?,"hash"}],"size","next"?}. At most ENTRIES_EXAMINED are looked at, of which some may
 * not be asked for: `next` is the last of them where there are more, to go on before (or after) it. */
enum { ENTRIES_MOST = 500, ENTRIES_EXAMINED = 10000 };
struct entries_ask {
	const char *after, *before;      /* places in the log, in digits; NULL: any */
	const char *type, *actor, *kind; /* actor: a login, "person:5", "timer" and so on; NULL: any */
	const char *order;               /* newest (or NULL) or oldest first */
	int limit;                       /* 1..ENTRIES_MOST */
	int space;                       /* 1 real, 2 drill */
};
int house_entries(struct house *house, const struct asker *asker, const struct entries_ask *ask,
		  json_t **answer, struct fault *why);
/* May the asker see this record? Not there is no. */
bool house_sees(struct house *house, const struct asker *asker, int64_t object);
/* `kind` may be NULL; with it, `ref` may be a name too, and a record of another
 * kind is not there. */
/* One record with labels, states, clocks and pending proposals. Asked for by
 * name in `with` (words with commas between; NULL: none of them), for they cost
 * more than the record itself: `linked` records, those `alike` (what may be the
 * same thing), and `moves`: may the asker make each now, and what is missing. */
int house_show(struct house *house, const struct asker *asker, const char *kind, const char *ref,
	       const char *with, int64_t now, json_t **answer, struct fault *why);
/* Its entries, oldest first, words as they stand in the record. */
int house_history(struct house *house, const struct asker *asker, const char *kind, const char *ref,
		  json_t **answer, struct fault *why);
/* The digest of a file of a record, for whoever may have its bytes; inside a
 * batch, for it is noted in the record where the plan says who may (open_to). */
struct file_ask {
	const char *kind, *ref, *field;
	size_t n; /* of a field with many, from 0 */
};
int house_file(struct house *house, const struct asker *asker, const struct file_ask *ask, int64_t now,
	       char digest[static 65], struct fault *why);
/* The case, for whoever may hold the whole of one (AUD, ARC, DIR, for this case): its row id; that it was
 * taken is noted in the record by house_case_taken. A refusal of the plan is the answer, as of house_do. */
int house_case(struct house *house, const struct asker *asker, const char *ref, int64_t now, int64_t *out,
	       json_t **answer, struct fault *why);
int house_case_taken(struct house *house, const struct asker *asker, int64_t object, size_t records,
		     size_t files, int64_t now, struct fault *why);
/* May the asker have the bytes of files of this field? Who sees the record may, unless the plan says who. */
bool house_opens(struct house *house, const struct asker *asker, int64_t object, const char *field,
		 int64_t now);
/* The Atom feed of warnings in force, and of those lifted before they expired: what is public, and for a
 * person (asker->person; NULL or 0: anybody) what it may see besides. `updated`: when it last changed. */
struct buf;
int house_cap_feed(struct house *house, const struct asker *asker, int64_t now, struct buf *out,
		   int64_t *updated, struct fault *why);
/* The digest of the CAP file with this identifier, for the same; FAULT_ABSENT also where it is not for the
 * asker. */
int house_cap_file(struct house *house, const struct asker *asker, const char *identifier, int64_t now,
		   char digest[static 65], struct fault *why);
/* Another centre's CAP file becomes a warning that was submitted, by whoever may submit one; the same file
 * again gives the same answer. `answer` as of house_do. */
int house_cap_import(struct house *house, const struct asker *asker, const char *bytes, size_t len,
		     int64_t now, json_t **answer, struct fault *why);
/* What it would become: FAULT_INVALID with the rule that refuses it, FAULT_REFUSED where nobody acts upon it.
 * `space` 1 or 2 (an exercise). And the input of `warning create` for it. */
struct proposal;
struct arena;
int house_cap_look(struct house *house, const char *bytes, size_t len, struct arena *mem,
		   struct proposal *out, int *space, struct fault *why);
json_t *house_cap_input(const struct proposal *said, const char *digest);
/* What documents can be made of a record now: {"documents":[{"template","zh","en","formats","languages"}]}.
 */
int house_documents(struct house *house, const struct asker *asker, const char *kind, const char *ref,
		    int64_t now, json_t **answer, struct fault *why);
/* One of them, as blocks taken from `mem` (document/document.h), with what the
 * asker sees. Inside a batch: the checkpoint in it is signed, so it leaves the
 * house after the commit. FAULT_ABSENT where there is no such record or document. */
struct document;
struct document_ask {
	const char *kind, *ref, *template; /* kind may be NULL */
	bool english;
};
int house_document(struct house *house, const struct asker *asker, const struct document_ask *ask,
		   int64_t now, struct arena *mem, struct document **out, struct fault *why);
/* Kinds, fields, moves, inputs with labels: what a command line learns from. */
int house_catalogue(struct house *house, json_t **answer, struct fault *why);
/* The same of a pack that no house has in force. */
json_t *catalogue_make(const struct pack *pack);
/* ---- messages that leave (src/deliver) --------------------------------------- */
struct channels;
struct message;
/* From now on. The house holds it. */
void house_set_channels(struct house *house, struct channels *channels);
/* Were messages written since this was last asked? */
bool house_posted(struct house *house);
/* When the next message on this channel is to be tried, by the machine's clock; -1: none waits. */
int house_message_next(struct house *house, const char *channel, int64_t *out, struct fault *why);
/* Inside a batch: at most `most` of those that are due at `clock`, a chain that is the caller's and may be
 * sent once the batch is committed. Until then, and until house_message_done, they are nobody else's. */
int house_messages_due(struct house *house, const char *channel, int most, int64_t clock, int64_t now,
		       struct message **out, struct fault *why);
/* Inside a batch: one that was handed out waits on until `at`, as if it had not been. */
int house_message_later(struct house *house, int64_t id, int64_t at, struct fault *why);
/* How often its receiver would not have it. */
int house_message_refusals(struct house *house, int64_t id, int64_t *out, struct fault *why);
/* Inside a batch: what became of it. What was delivered is told to the plan; what is given up to the Office.
 */
int house_message_done(struct house *house, const struct message *message, int64_t clock, int64_t now,
		       struct fault *why);

/* Messages, the newest first:
 * {"messages":[{"id","at","channel","recipient","state","tries","key","letter"?,"via"?,
 * "next_at"?,"about","held"?:{"zh","en"}}],"more"}. Of one record for whoever sees it, else for the Office,
 * duty, administrators and auditors. */
enum { MESSAGES_MOST = 500 };
struct messages_ask {
	const char *kind, *ref;      /* of one record; or NULL */
	const char *state, *channel; /* or NULL */
	int64_t before;              /* an id; 0: the newest */
	int limit, space;
};
int house_messages(struct house *house, const struct asker *asker, const struct messages_ask *ask,
		   json_t **answer, struct fault *why);
/* One with its letter and every try:
 * {"message":{…,"letter":{"purpose","zh","en","files"},"attempts":[{"at","channel",
 * "address","code","result","words","next_at"?}]}} */
int house_message(struct house *house, const struct asker *asker, int64_t id, json_t **answer,
		  struct fault *why);
/* One of the files that its letter carries, for whoever sees the message; its name and media type of `mem`.
 */
int house_message_file(struct house *house, const struct asker *asker, int64_t id, const char *digest,
		       struct arena *mem, const char **name, const char **type, struct fault *why);
/* Units that have not acknowledged this warning, and how to reach them. */
int house_calls(struct house *house, const struct asker *asker, const char *ref, json_t **answer,
		struct fault *why);
/* A warning as it would leave now, with `typed` ({"title": …}; NULL) over what stands:
 * {"letter":{"zh","en"},"cap":{"xml"} or {"none":{"zh","en"}},"found":[{"field","from","to","class",
 * "zh","en","what"}]}, for those who write and approve it (N21). Writes nothing, signs nothing. */
int house_preview(struct house *house, const struct asker *asker, const char *ref, json_t *typed, int64_t now,
		  json_t **answer, struct fault *why);
/* Inside a batch, for the Office director and the duty officer. */
int house_channel_hold(struct house *house, const struct asker *asker, const char *name, const char *reason,
		       int64_t now, json_t **answer, struct fault *why);
int house_channel_resume(struct house *house, const struct asker *asker, const char *name, int64_t now,
			 json_t **answer, struct fault *why);
/* What waits for a channel that the channels file does not name any more, at most 200 at once:
 * {"channel","given_up","waiting"}, the last being what is left. The Office is told of each, a warning goes
 * to the next contact. */
int house_channel_give_up(struct house *house, const struct asker *asker, const char *name,
			  const char *reason, int64_t now, json_t **answer, struct fault *why);
/* Adds to `list` the channels that are not configured any more and have something waiting:
 * {"name","kind":"none","state":"held","waiting","sending","failed","because":{"zh","en"},"words"}. */
int house_channels_gone(struct house *house, json_t *list, struct fault *why);
int house_message_retry(struct house *house, const struct asker *asker, int64_t id, int64_t now,
			json_t **answer, struct fault *why);
/* A message by each channel that lists the recipient `test`; it stands on the newest duty shift. */
int house_channel_test(struct house *house, const struct asker *asker, int64_t now, json_t **answer,
		       struct fault *why);

/* What a signed link (action/link.c) asks to acknowledge: {"ok","state","zh","en","unit","number","title"};
 * and to acknowledge it, inside a batch. FAULT_ABSENT where it is none of ours, FAULT_REFUSED where it is
 * over or for something else by now. */
int house_link_show(struct house *house, const char *token, int64_t now, json_t **answer, struct fault *why);
int house_link_use(struct house *house, const char *token, int64_t now, json_t **answer, struct fault *why);

/* The versions of the plan that were published here, the one in force first, then the newest:
 * [{"digest","id","version","at","in_force"}], where `at` is when it came into force last. */
int house_versions(struct house *house, json_t **out, struct fault *why);
/* One of them, the house's own; FAULT_ABSENT, or FAULT_CORRUPT where its files are not what was published. */
int house_version(struct house *house, const char *digest, const struct pack **out, struct fault *why);
/* Login, name and roles of the asker, as they are held now. */
int house_who(struct house *house, const struct asker *asker, json_t **answer, struct fault *why);

/* Whether a detection rule is switched on: a move of two persons, on record. A
 * demonstration folder hears every rule. */
int house_rule_on(struct house *house, const char *rule, bool *on, struct fault *why);

/* What the plan says alerts of this rule are equal by (detect/alert.h), of a rule
 * in particular, or with NULL of all others. False where it says nothing. The
 * words are the pack's: to be used at once. */
bool house_joins(struct house *house, const char *rule, const char *const **by, size_t *count);

/* Alerts of detection enter here: opens or joins (see alert kind). `alert` is
 * the JSON line of `fengsui watch` plus "raw" (digest of the raw lines), "count",
 * "key" (what makes it equal to others), "within" and "at_most" (microseconds,
 * where the rule says how long it joins). Those of a rule that is off are
 * answered with "did":"off" and leave no trace. */
/* Would another file of raw lines be kept of it? */
int house_alert_keeps(struct house *house, const json_t *alert, int64_t now, bool *keeps, struct fault *why);
int house_alert(struct house *house, const json_t *alert, int64_t now, json_t **answer, struct fault *why);

/* The public page as files, made from the editions that were published to
 * everybody; of the house, until the next call. Anybody may read them. */
struct public_file {
	const char *name, *type, *bytes;
	size_t len;
};
struct public_files {
	const struct public_file *at;
	size_t count;
	uint64_t made; /* grows with each change */
};
int house_public(struct house *house, struct public_files *out, struct fault *why);

/* Has a request with this idempotency key been carried out? */
int house_answered(struct house *house, const char *key, bool *out, struct fault *why);

/* A report that came by mail: made and handed in, once for each key. Nobody is
 * authenticated by it: person and unit are found by the sender's address as a
 * claim only. The files are noted before (house_blob). */
struct mailed {
	const char *sender, *name, *subject, *text; /* "" where there is none */
	const char *message;                        /* digest of the message as it came */
	const char *const *files;                   /* digests of what it encloses */
	size_t file_count;
	int64_t arrived;      /* when the mail box had it */
	const char *returned; /* Message-ID of what came back with it, a bounce of a form that is not known;
				 or NULL */
};
int house_mail(struct house *house, const struct mailed *mail, const char *key, int64_t now, json_t **answer,
	       struct fault *why);

/* Inside a batch: a mail server says what became of a message that it took (intake/mail/bounce.h). Believed
 * where a message with this id left to this very address. `arrived`: when the mail box had the report, by
 * the machine's clock. */
enum bounced {
	BOUNCED_FAILED,    /* it did not arrive: given up, escalation goes on */
	BOUNCED_NOTED,     /* late, or arrived: stands with the message */
	BOUNCED_AGAIN,     /* said before, or the message is not out any more: nothing changed */
	BOUNCED_ANSWERED,  /* its receiver has acknowledged: nothing changed */
	BOUNCED_ELSEWHERE, /* it was never sent to that address: nothing changed */
	BOUNCED_FOREIGN,   /* it names no message of ours: nothing changed */
	BOUNCED__COUNT,
};
struct bounce;
int house_bounce(struct house *house, const struct bounce *bounce, int64_t arrived, int64_t now,
		 enum bounced *out, struct fault *why);

/* Evidence file already stored under its digest (evidence/blob.h): note it. */
int house_blob(struct house *house, const char *digest, int64_t size_bytes, int64_t now, struct fault *why);
/* Bytes that the house itself makes or was handed: stored, and noted. `digest`: 64 hex digits and a NUL. */
int house_keep(struct house *house, const void *bytes, size_t len, int64_t now, char digest[static 65],
	       struct fault *why);
/* Whoever brought all the bytes of a file may name it, also where it stands in
 * a record that this person may not see. Remembered for the last few uploads. */
void house_uploaded(struct house *house, const char *digest, int64_t person);

/* Rebuild every view from the record; counts what differed before. */
int house_rebuild(struct house *house, bool check_only, int64_t *differing, struct fault *why);

/* Publish a pack from a folder: checked, stored under its digest, in force from now. */
int house_publish(struct house *house, const struct asker *asker, const char *pack_folder, int64_t now,
		  json_t **answer, struct fault *why);
