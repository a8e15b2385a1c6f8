#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "account/account.h"
#include "account/session.h"
#include "base/arena.h"
#include "base/buf.h"
#include "gate/gate_private.h"
#include "host/http/http.h"

/*
 * call -- one request of the network: who asks, what becomes of it, its answer.
 *
 * It lives from the head of the request until it is answered and nothing that
 * was set off for it is still under way; the connection may go before.
 */
struct call;
struct pages;
struct parcels;
struct route;
struct work;

enum { CALL_WORDS = 4, CALL_HEADERS = 16, CALL_BODY = 8 * 1024 * 1024, CALL_DEPTH = 64 };

/* Lines for a worker; who waits in one keeps nobody waiting in another. */
enum line { LINE_PROOF, LINE_DOCUMENT, LINE__COUNT };

struct web {
	struct gate *gate;
	struct http *http;
	struct accounts *accounts; /* borrowed of the gate */
	struct tls_site *site;
	unsigned listeners;      /* addresses that are listened on */
	struct uploads *uploads; /* upload.c */
	struct events *events;   /* events.c */
	struct pages *pages;     /* the command centre; NULL: not built */
	struct {
		unsigned working, waiting;
		struct work *first, *last; /* those that wait */
	} lines[LINE__COUNT];
	struct parcels *parcels; /* shown/parcel.c */
	bool trying;             /* a rule, in a worker: one at a time */
	int64_t swept_at;        /* accounts, uploads */
	bool stopping;
	uint64_t answered[6]; /* by the first digit of the status */
};

enum asking { ASKS_NOBODY, ASKS_BY_SESSION, ASKS_BY_TOKEN };

struct identity {
	enum asking way;
	int64_t person;
	int64_t id;             /* of the session or token */
	unsigned scopes;        /* of a token: bits of enum token_scope */
	bool proven;            /* of late */
	bool touch;             /* a minute since it was noted as used */
	char name[24];          /* in the record: "session:17", "token:4" */
	char source[65];        /* of a token for intake */
	const char *page_token; /* of a session: what X-Fengsui-Token must be; in the call's memory */
};

struct call {
	struct caller caller; /* first: the two are one */
	struct web *web;
	struct http_exchange *exchange; /* NULL: nobody is there any more */
	const struct route *route;
	const char *words[CALL_WORDS]; /* what stands for the variables of the route */
	struct arena *mem;             /* NULL once it streams */
	struct identity who;
	struct buf body;
	json_t *said; /* the body, where it is JSON */
	struct http_header headers[CALL_HEADERS];
	size_t header_count;
	bool chinese;
	unsigned busy; /* jobs and workers under way */
	void *matter;  /* of the route, with how it is freed */
	void (*drop)(void *matter);
};

/* For http_open. */
struct http_taker call_taker(struct web *web);

int64_t call_now(const struct call *call);

/* ---- answering; each once ------------------------------------------------- */
void call_header(struct call *call, const char *name, const char *value); /* before the answer; both kept */
void call_answer(struct call *call, int status, json_t *body);            /* takes the body; NULL: none */
/* As the house answers: {"ok":true,...} or a refusal or fault. */
void call_answer_house(struct call *call, int status, json_t *answer); /* takes it */
/* The bytes which that sends of a good one, to be freed; takes it. */
char *call_words(struct call *call, json_t *answer);
void call_refuse(struct call *call, int status, const struct fault *why);
void call_fault(struct call *call, const struct fault *why); /* with the status of its code */
/* 429 or 503 with Retry-After. */
void call_later(struct call *call, int status, int64_t wait_s, const struct fault *why);
void call_text(struct call *call, int status, const char *type, const char *text, size_t len);
/* An evidence file: takes the descriptor. The disposition says that it is saved and under which name. */
void call_file(struct call *call, int fd, uint64_t size, const char *type, const char *disposition,
	       const char *digest);
/* The same of the kept file with this digest. */
void call_kept(struct call *call, const char *digest, const char *type, const char *disposition);
/* Takes the house's answer: true where it is a good one, else it goes out. */
bool call_good(struct call *call, json_t *answer);
/* With the headers that were given and no others: what is nobody's and may be kept. */
void call_bytes(struct call *call, int status, const char *bytes, size_t len);

/* ---- asking the house ----------------------------------------------------- */
/* What becomes of the house's answer (takes it); NULL: it is the answer. */
typedef void call_then_fn(struct call *call, json_t *answer);
/* An operation of the socket with these fields (taken). */
int call_ask(struct call *call, enum ask_op op, json_t *fields, call_then_fn *then, struct fault *why);
/* Something of ours, in a batch; it sets job->answer. */
typedef int call_act_fn(struct gate *gate, struct job *job, int64_t now, struct fault *why);
void call_act(struct call *call, call_act_fn *act, call_then_fn *then);
struct call *call_of(struct job *job);
struct asker call_asker(const struct call *call);

/* ---- lines for a worker ------------------------------------------------------ */
/* `work` runs in a thread, then `done` here. FAULT_BUSY where too many wait. */
int call_work_in(struct call *call, enum line line, void (*work)(struct call *call),
		 void (*done)(struct call *call), struct fault *why);
/* In the line of the password hashes. */
int call_work(struct call *call, void (*work)(struct call *call), void (*done)(struct call *call),
	      struct fault *why);
/* FAULT_BUSY where call_work_in() would refuse now: asked before what leads to it is done. */
int call_line_open(const struct call *call, enum line line, struct fault *why);
bool web_working(const struct web *web);

/* ---- what was said ---------------------------------------------------------- */
/* The value of a member of the body; FAULT_INVALID where it is no text of at most
 * `most` bytes. *out is NULL where it is not said and `must` is false. */
int call_text_of(struct call *call, const char *name, size_t most, bool must, const char **out,
		 struct fault *why);
/* Every member of the body must be among `names` (ends with NULL). */
int call_members(struct call *call, const char *const *names, struct fault *why);
/* The row id that a word of the address or query is: digits alone; 0 for anything else. */
int64_t call_id(const char *word);
/* A row id in an address is a number; the house writes it with a #. */
const char *call_ref(struct call *call, const char *word);
/* Values of the query by name, decoded; names are those of `names`, each at
 * most once. `values` has room for as many. */
int call_query(struct call *call, const char *const *names, const char **values, struct fault *why);
/* Put what the query says, where it says it, into the fields of a question. */
int call_number(json_t *fields, const char *name, const char *text, struct fault *why);
int call_space(json_t *fields, const char *word, struct fault *why); /* real or drill */
int call_no_query(struct call *call, struct fault *why); /* FAULT_INVALID where it says anything */
