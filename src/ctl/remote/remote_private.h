#pragma once

#include <curl/curl.h>
#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/fault.h"
#include "ctl/ctl_private.h"
#include "ctl/remote/remote.h"
#include "seal/digest.h"

/*
 * remote_private -- what the files of this folder know of each other.
 */

/* ---- url.c: the machine, as it was typed -------------------------------- */
enum { URL_HOST = 256, URL_BASE = URL_HOST + 16 };

struct url {
	bool secure, loopback;
	char host[URL_HOST];
	char base[URL_BASE]; /* "https://host:8443" */
};
int url_read(const char *url, struct url *out, struct fault *why);

/* ---- trust.c: whose certificate it must be ----------------------------------- */
struct trust {
	const char *ca; /* NULL: the authorities of the system */
	bool pinned;
	char pin[REMOTE_DIGEST];
	/* Of the handshake that was last: */
	char shown[REMOTE_DIGEST]; /* SHA-256 of the certificate; "" where none was shown */
	long error;                /* X509_V_… */
};
/* 64 hex digits, with or without colons. */
int trust_pin(struct trust *trust, const char *text, struct fault *why);
void trust_apply(struct trust *trust, CURL *curl);
int trust_fault(const struct trust *trust, const struct url *address, const char *words, struct fault *why);

/* ---- wire.c: one request, one answer ------------------------------------------ */
enum wire_end {
	WIRE_ANSWERED,
	WIRE_UNREACHED, /* nobody was reached: nothing was sent */
	WIRE_BROKEN,    /* the connection ended before the answer: it may have arrived */
	WIRE_SLOW,      /* no answer in time, likewise */
	WIRE_UNTRUSTED, /* another certificate than it must be: nothing was sent */
	WIRE_WRONG,     /* an answer that is none, or too long */
};
enum { WIRE_HEADERS = 8, WIRE_COOKIE = 256, WIRE_LOCATION = 512 };

struct wire_ask {
	const char *method, *path; /* with the query */
	const char *type;          /* of the body, or NULL */
	const void *body;
	size_t len;
	const char *headers[WIRE_HEADERS]; /* whole lines; ends with NULL */
	bool fresh;                        /* on a connection of its own */
	long whole_s;                      /* 0: as usual; <0: as long as something moves */
};

struct wire_answer {
	enum wire_end end;
	long status;
	struct buf body;
	char cookie[WIRE_COOKIE]; /* "name=value" */
	char location[WIRE_LOCATION];
	long long offset, length; /* Upload-Offset and -Length; -1: not said */
	long retry_after_s;       /* 0: not said */
};

struct wire;
struct wire_site {
	const struct url *address;
	struct trust *trust;
	const char *proxy; /* NULL: none, whatever the environment says */
	long patience_s;   /* 0: as usual */
};
struct wire *wire_open(const struct wire_site *site);
void wire_close(struct wire *wire);
/* <0 unless it is answered; answer->end says how it ended in any case. */
int wire_send(struct wire *wire, const struct wire_ask *ask, struct wire_answer *answer, struct fault *why);
void wire_answer_fini(struct wire_answer *answer);

/* ---- keep.c: what is known of a URL from one command to the next -------------- */
/* A JSON object in $XDG_STATE_HOME/fengsui/: "pin", "login", "cookie", "page",
 * "demo", "upload:…". */
int keep_load(const char *base, struct arena *mem, json_t **out, struct fault *why);
/* These facts, null for one that goes; another command may have changed others. */
int keep_change(const char *base, struct arena *mem, const json_t *changes, struct fault *why);
/* A file that others may not read: FAULT_REFUSED where they may. */
int keep_secret(const char *path, struct arena *mem, char **out, struct fault *why);

/* ---- remote.c, trip.c ------------------------------------------------------------------ */
enum way { BY_NOBODY, BY_TOKEN, BY_SESSION };

struct remote {
	struct url address;
	struct trust trust;
	struct wire *wire;
	json_t *kept;
	enum way way;
	bool known;   /* who asks has been found out */
	bool passing; /* the session is of this command alone */
	bool demo;
	bool pin_typed, pin_asked;
	enum wire_end end; /* of the last request */
	bool doubt;        /* it may have been done all the same */
	bool resent;       /* the last request went more than once */
	const char *token, *login;
	char cookie[WIRE_COOKIE], page[WIRE_COOKIE];
};

struct trip {
	const char *method, *path;
	const json_t *body;
	const char *type; /* bytes instead of JSON */
	const void *bytes;
	size_t len;
	const char *headers[4]; /* more of them */
	bool keyed;             /* may arrive twice, and counts once */
	bool placed;            /* says where it belongs: in the wrong place it is refused */
	bool anybody;           /* does not say who asks */
	bool gives_bytes;       /* a good answer is a file: {"ok":true,"data":base64} */
	long whole_s;
};
/* Sent, sent again where that does no harm, and proven anew where that is asked. */
int trip_make(struct ctl *ctl, const struct trip *trip, struct wire_answer *answer, struct fault *why);
/* The answer in the form of the socket's. */
int trip_answer(struct ctl *ctl, const struct wire_answer *answer, json_t **out, struct fault *why);
int trip_json(struct ctl *ctl, const struct trip *trip, json_t **out, struct fault *why);
int trip_fault(const json_t *said, struct fault *why); /* an answer that is no */
void trip_pause(unsigned tries);                       /* longer each time */
void trip_wait(long seconds);
bool trip_failed_away(const struct ctl *ctl); /* might another try reach it? */

/* ---- route.c: an operation of the socket as a request by address ---------------- */
int route_of(struct ctl *ctl, const json_t *request, struct trip *out, json_t **body, struct fault *why);

/* ---- self.c ------------------------------------------------------------------ */
int self_find(struct ctl *ctl, struct fault *why);
int self_step_up(struct ctl *ctl, struct fault *why); /* 1: nobody could be asked */
void self_leave(struct ctl *ctl);
int self_note(struct ctl *ctl, json_t *changes, struct fault *why); /* takes them */
bool self_again(struct ctl *ctl); /* has another command changed the session meanwhile? */
