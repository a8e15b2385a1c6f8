#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <uv.h>

#include "action/action.h"
#include "base/buf.h"
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

/* One request that waits for its turn, or for its commit. */
struct job {
	struct ask ask;
	struct client *client;
	json_t *answer;
	struct job *next;
};

struct client {
	struct gate *gate;
	uv_pipe_t pipe;
	struct frame in;
	struct buf out; /* said in this turn, not yet sent */
	struct job *first, **last;
	unsigned waiting;
	struct user user; /* of the operating system, at the other end */
	bool deaf, ended, closing;
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
	uv_signal_t term, intr;
	struct house *house;
	int64_t (*clock)(void);
	bool demo, stopping, due;
	int64_t now;      /* of the last batch; given in a demonstration folder */
	int64_t next_due; /* or 0 */
	int64_t started_at;
	char path[108];         /* of the socket */
	struct client *clients; /* a ring, from the one to serve first */
	unsigned client_count;
	struct ingest *ingest;   /* NULL: no rules */
	struct listen *listen;   /* NULL: no syslog */
	struct mailbox *mailbox; /* NULL: no mail */
	uint64_t requests, batches, refused_clients;
};

/* client.c */
void client_admit(struct gate *gate);
struct job *client_pop(struct client *client);
void client_say(struct client *client, json_t *answer); /* takes the answer */
void client_flush(struct client *client);
bool client_clogged(const struct client *client);
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

/* answer.c */
json_t *answer_fault(const struct fault *why);
json_t *answer_ok(void);
void answer_moment(json_t *answer, const char *name, int64_t moment); /* null for 0 */
void job_answer(struct gate *gate, struct job *job);                  /* says it and ends the job */
void job_free(struct job *job);

/* upload.c */
struct upload;
int upload_step(struct gate *gate, struct job *job, struct fault *why);
void upload_free(struct upload *upload);

/* ingest.c: lines go through detection; what it reports waits until a batch
 * brings it to the house, so that nothing is lost when a commit fails. */
int ingest_open(const struct gate_options *options, struct ingest **out, struct fault *why);
void ingest_close(struct ingest *ingest);
/* A line of a source that came in at `now`; `limited` sources are held to a rate. */
void ingest_line(struct ingest *ingest, const char *source, const char *line, size_t len, int64_t now,
		 bool limited);
void ingest_lost(struct ingest *ingest, const char *source, uint64_t lines); /* by the kernel */
void ingest_too_long(struct ingest *ingest, const char *source);
bool ingest_waiting(const struct ingest *ingest); /* an alert */
bool ingest_counted(const struct ingest *ingest); /* lines that the tallies do not show yet */
/* Inside a batch: bring alerts to the house and write the tallies. `answers`
 * (may be NULL) gets what the house said to each alert. */
int ingest_deliver(struct gate *gate, json_t *answers, struct fault *why);
/* That batch was committed, or it was not and everything waits on. */
void ingest_settle(struct ingest *ingest, bool committed);
int ingest_lines(struct gate *gate, const char *source, json_t *lines, json_t **answer, struct fault *why);

/* bundle.c */
int bundle_cases(struct gate *gate, const struct ask *ask, json_t **out, struct fault *why);

/* sources.c: who sent how much, and what became of it. */
struct sources;
struct sources *sources_new(void);
void sources_free(struct sources *sources);
/* The source of this name; beyond a limit all others are one, "others". */
struct source *sources_find(struct sources *sources, const char *name);
bool sources_admit(struct sources *sources, struct source *source, int64_t now);
void sources_lost(struct sources *sources, struct source *source, uint64_t lines);
void sources_touch(struct sources *sources); /* something was counted */
bool sources_changed(const struct sources *sources);
int sources_write(struct sources *sources, struct store *store, int64_t now, struct fault *why);
void sources_settle(struct sources *sources, bool committed);
json_t *sources_status(struct store *store); /* as they stand in the store */

/* listen.c: syslog by UDP and TCP. */
int listen_open(struct gate *gate, const struct gate_options *options, struct fault *why);
void listen_close(struct gate *gate);
