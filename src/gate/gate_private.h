#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <uv.h>

#include "action/action.h"
#include "base/buf.h"
#include "gate/courier.h"
#include "gate/gate.h"
#include "gate/request.h"
#include "host/user.h"
#include "intake/frame.h"

/*
 * gate_private -- what the files of this folder know of each other.
 */
enum {
	CLIENTS_MOST = 256,
	JOBS_MOST = 256,              /* waiting of one client; then it is not read any more */
	BATCH_MOST = 256,             /* requests in one commit */
	BATCH_NS = 8 * 1000 * 1000,   /* and so much work */
	READS_NS = 5 * 1000 * 1000,   /* reading in one turn, so that writers come through */
	OUTPUT_CLOGGED = 1024 * 1024, /* bytes not taken; then it is not answered any more */
	UPLOADS_MOST = 16,            /* open at the same time, of one client */
};

struct caller;

/* One request that waits for its turn, or for its commit. */
struct job {
	struct ask ask;
	struct caller *caller;
	bool writes;
	/* What is done in a batch; NULL: what `ask` says. <0 only when the house failed. */
	int (*act)(struct gate *gate, struct job *job, int64_t now, struct fault *why);
	json_t *answer;
	void (*then)(struct caller *caller, json_t *answer); /* of the network: takes it; or NULL */
	/* Of the socket: what is done in a thread behind the commit, and in the loop behind that, to give the
	 * answer; NULL: nothing. Meanwhile nothing else that this caller asks is done. */
	void (*work)(struct job *job);
	void (*worked)(struct job *job);
	void *matter;
	void (*drop)(void *matter);
	struct job *next;
};

/* How the answers go to those who came by one of the ways in. */
struct way {
	bool (*clogged)(const struct caller *caller); /* they are not taken: serve others meanwhile */
	void (*say)(struct caller *caller, const struct job *job, json_t *answer); /* takes the answer */
	void (*go_on)(struct caller *caller); /* it was held, and is no more */
};

/* Whoever waits for answers. Stands in the ring of those to be served while it
 * has requests, so that the silent cost nothing. */
struct caller {
	struct gate *gate;
	const struct way *way;
	struct job *first, **last;
	unsigned waiting;
	bool held;                  /* by work in a thread */
	struct caller *prev, *next; /* the ring; NULL outside */
	struct user user;           /* of the operating system, at the other end of the socket */
	bool remote;                /* came over the network: signed in, or nobody */
	int64_t person;             /* signed in; or 0 */
	const char *session;        /* its name in the record */
	bool unproven;              /* has not proven of late who it is */
};

/* One connection of the socket. */
struct client {
	struct caller caller; /* first: the two are one */
	uv_pipe_t pipe;
	struct frame in;
	struct buf out; /* said in this turn, not yet sent */
	bool deaf, ended, closing, gone;
	struct upload *uploads[UPLOADS_MOST];
	int64_t next_upload;
	struct client *prev, *next;
};

struct gate {
	uv_loop_t loop;
	uv_pipe_t listener;
	uv_check_t check; /* after each poll: the turn */
	uv_idle_t more;   /* running while work is left: the poll does not wait then */
	uv_timer_t timer; /* the next due moment, in a real folder */
	uv_timer_t beat;
	uv_signal_t term, intr;
	struct house *house;
	int64_t (*clock)(void);
	const struct gate_options *options; /* while it runs */
	bool demo, stopping, due, beat_due;
	bool telling;     /* listeners wait to be told */
	bool failing;     /* the last batch could not be stored */
	int64_t now;      /* of the last batch; given in a demonstration folder */
	int64_t next_due; /* or 0 */
	int64_t started_at;
	char path[108];         /* of the socket */
	struct caller *waiting; /* a ring, from the one to serve first */
	unsigned waiting_count;
	struct job *works, **last_work; /* for a thread, one at a time */
	struct job *at_work;
	uv_work_t thread;
	struct client *clients; /* a ring */
	unsigned client_count;
	struct ingest *ingest; /* NULL: no rules */
	struct listen *listen; /* NULL: no syslog */
	struct web *web;       /* NULL: not over the network */
	struct accounts *accounts;
	struct mailbox *mailbox; /* NULL: no mail */
	struct courier *courier;
	struct public_page *public_page; /* NULL: not written as files */
	uint64_t requests, batches, refused_clients;
};

/* public.c: the public page as files. */
void public_open(struct gate *gate, const char *folder);
void public_committed(struct gate *gate);
void public_close(struct gate *gate);
int public_export(struct gate *gate, const char *folder, json_t **out, struct fault *why);

/* queue.c: who is served next. */
void caller_open(struct caller *caller, struct gate *gate, const struct way *way);
void caller_push(struct caller *caller, struct job *job);
struct job *caller_pop(struct caller *caller); /* NULL: nothing waits */
void caller_forget(struct caller *caller);     /* what waits is not done any more */
/* The next one whose first request writes (or reads), going around once; NULL: there is none. */
struct caller *queue_next(struct gate *gate, bool writes);

/* What this job has for a thread, when its turn comes; then it is answered. */
void job_begin(struct gate *gate, struct job *job);

/* client.c */
void client_admit(struct gate *gate);
void client_flush(struct client *client);
void client_end(struct client *client);

/* turn.c */
void gate_turn(struct gate *gate);
/* The next poll does not wait, and a batch runs after it. */
void gate_wake(struct gate *gate);
bool gate_busy(const struct gate *gate); /* is there a request that can be served? */

/* operation.c: <0 only when the house failed and the batch must be dropped. */
int operation_write(struct gate *gate, struct job *job, struct fault *why);
void operation_read(struct gate *gate, struct job *job);

/* Fire what is due up to `now`, which never goes back. */
int operation_tick(struct gate *gate, int64_t now, struct fault *why);

/* asker.c: who asks and when, as far as the folder lets them say so. */
int asker_of(struct gate *gate, const struct job *job, struct asker *out, struct fault *why);
int asker_time(struct gate *gate, const struct job *job, int64_t *out, struct fault *why);
int asker_operates(struct gate *gate, const struct job *job, struct fault *why);
/* May this person look at raw events, or run the software? The sources are those of all units. */
bool asker_sees_sources(const struct gate *gate, int64_t person, int64_t now);

/* answer.c */
json_t *answer_fault(const struct fault *why);
json_t *answer_ok(void);
void answer_moment(json_t *answer, const char *name, int64_t moment); /* null for 0 */
void job_answer(struct gate *gate, struct job *job);                  /* says it and ends the job */
void job_free(struct job *job);
/* An answer of a fault that is the asker's; else the fault goes on, and the batch is dropped. */
int job_settle(struct job *job, int ret, struct fault *why);

/* account/owner.c: what whoever owns the folder does with accounts. */
int account_do(struct gate *gate, struct job *job, int64_t now, struct fault *why);
/* shown/enclosed.c: a file of a message, in base64 */
int enclosed_asked(struct gate *gate, const struct asker *asker, int64_t id, const char *digest, json_t **out,
		   struct fault *why);
/* shown/document.c */
int document_asked(struct gate *gate, struct job *job, int64_t now, struct fault *why);

/* upload.c */
struct upload;
int upload_step(struct gate *gate, struct job *job, struct fault *why);
void upload_free(struct upload *upload);

/* ingest.c: lines go through detection; what it reports waits until a batch
 * brings it to the house, so that nothing is lost when a commit fails. */
struct maps;
struct roster;
struct ruleset;
struct source;
int ingest_open(const struct gate_options *options, int64_t now, struct ingest **out, struct fault *why);
void ingest_close(struct ingest *ingest);
/* Read the roster of sources again; on a fault it stays as it was. */
int ingest_reload(struct ingest *ingest, int64_t now, struct fault *why);
/* The rules and their lists, where there are any; on a fault they stay as they were. */
int ingest_reload_rules(struct ingest *ingest, struct fault *why);
/* The mappings besides our own: one that is broken is named and leaves the others. */
int ingest_reload_maps(struct ingest *ingest, struct fault *why);
const struct roster *ingest_roster(const struct ingest *ingest); /* until the next reload */
const struct ruleset *ingest_rules(const struct ingest *ingest); /* NULL: none */
const struct maps *ingest_maps(const struct ingest *ingest);     /* the same as long as the gate */
const char *ingest_rules_path(const struct ingest *ingest);      /* NULL: none */
const char *ingest_lists_path(const struct ingest *ingest);      /* NULL: none */
struct source *ingest_source(struct ingest *ingest, const char *name);
/* Files whose places are written with what came of their lines; borrowed. */
struct files;
void ingest_set_files(struct ingest *ingest, struct files *files);
/* source_recall() with the mappings in force. */
void ingest_recall(struct ingest *ingest, struct source *source, const char *head, size_t len);
/* A line that came in at `now`. A `limited` one is held to the quota of its
 * source: false, and counted, where that is used up. */
bool ingest_line(struct ingest *ingest, struct source *source, const char *line, size_t len, int64_t now,
		 bool limited);
int64_t ingest_wait(const struct source *source, int64_t now); /* microseconds until the next may come */
void ingest_too_long(struct ingest *ingest, const char *source, int64_t now);
/* No room for them; thrown away by the kernel; of somebody who is not enrolled. */
void ingest_limited(struct ingest *ingest, struct source *source, uint64_t lines, int64_t now);
void ingest_lost(struct ingest *ingest, struct source *source, uint64_t lines, int64_t now);
void ingest_refused(struct ingest *ingest, const char *source, uint64_t lines, int64_t now);
/* No room: lines are counted as held to a rate, until it is told otherwise. Takes NULL. */
void ingest_pause(struct ingest *ingest, bool paused);
bool ingest_waiting(const struct ingest *ingest); /* an alert */
bool ingest_full(const struct ingest *ingest);    /* of alerts: nothing more should go through */
bool ingest_counted(const struct ingest *ingest); /* lines that the tallies do not show yet */
bool ingest_falls_silent(const struct ingest *ingest, int64_t now);
uint64_t ingest_alerts(const struct ingest *ingest); /* that detection has reported so far */
size_t ingest_alerts_waiting(const struct ingest *ingest);
uint64_t ingest_alerts_dropped(const struct ingest *ingest);             /* too many waited */
bool ingest_detects(const struct ingest *ingest);                        /* are there rules? */
json_t *ingest_status(const struct ingest *ingest, struct store *store); /* the sources */
/* lines/quarantine.h; NULL where there is no source `name`. */
json_t *ingest_quarantine(const struct ingest *ingest, const char *name, size_t limit, bool *more);
json_t *ingest_detection(
	const struct ingest *ingest); /* what went by and what correlations hold; null without rules */
/* Inside a batch: bring alerts to the house and write the tallies. A bounded
 * time; the rest comes with the next batch, which then does not wait. */
int ingest_deliver(struct gate *gate, struct fault *why);
/* The same to the end, where somebody is told that it is done. `answers` (may
 * be NULL) gets what the house said to each alert. */
int ingest_deliver_all(struct gate *gate, json_t *answers, struct fault *why);
/* That batch was committed, or it was not and everything waits on. */
void ingest_settle(struct ingest *ingest, bool committed);
int ingest_lines(struct gate *gate, const char *source, json_t *lines, json_t **answer, struct fault *why);

/* bundle.c */
int bundle_cases(struct gate *gate, const struct ask *ask, json_t **out, struct fault *why);
/* One case for whoever may take it: all that belongs to it, in a batch in which that is noted and the record
 * signed. FAULT_REFUSED where a part of it is not the asker's to see. Files that the plan does not open to
 * the asker are left out: the bundle proves without them. */
struct gathering; /* in `mem` */
int bundle_gather(struct gate *gate, const struct asker *asker, int64_t object, int64_t now,
		  struct arena *mem, struct gathering **out, struct fault *why);
uint64_t bundle_bytes(const struct gathering *all); /* of the files */
/* After that batch, in a thread. */
int bundle_write_gathered(const struct gathering *all, const char *dir, struct fault *why);

/* channel.c: the operation `channel` */
int channel_do(struct gate *gate, struct job *job, int64_t now, struct fault *why);

/* alive.c: what tells whether the house is safe and well. */
json_t *alive_backup(const struct gate *gate); /* the last good one (FOLDER/backup.json), or null */
json_t *alive_room(const struct gate *gate);   /* {"state":"good"|"full","free":…,"ballast":…} */
json_t *alive_ways(const struct gate *gate);   /* name -> "ADDRESS:PORT" */
bool alive_full(const struct gate *gate);      /* intake and uploads wait; case work goes on */
int alive_refuses(const struct gate *gate, const struct ask *ask, struct fault *why);
void alive_no_room(struct gate *gate); /* a batch found none */
void alive_room_again(struct gate *gate);
