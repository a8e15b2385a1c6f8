#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>

#include "base/buf.h"
#include "base/fault.h"
#include "seal/digest.h"

/*
 * remote -- the daemon of another machine, asked over HTTPS (docs/api/http.md).
 *
 * The requests and answers are those of the socket, so that the rest of the
 * command line does not know which way they went. What was signed in, and which
 * certificate somebody compared, is kept for each URL in a file of the user's.
 */
struct ctl;
struct remote;

enum { REMOTE_PASSWORD = 1024, REMOTE_CODE = 64, REMOTE_DIGEST = 2 * DIGEST_LEN + 1 };

/* Nothing is sent yet. FAULT_INVALID where it is no such URL; http:// is for
 * this machine alone. */
int remote_open(struct ctl *ctl, const char *url, struct fault *why);
void remote_close(struct ctl *ctl); /* a session of this command alone ends with it */
const char *remote_url(const struct remote *remote);

/* For one part of a path, or a value of a query. */
void url_encode(struct buf *out, const char *text);

/* An operation of the socket; takes the request. */
int remote_ask(struct ctl *ctl, json_t *request, json_t **answer, struct fault *why);
/* Any other address below /api/v1; takes the body (NULL: none). An answer that
 * is no is given too: {"ok":false,"fault",…}. */
int remote_call(struct ctl *ctl, const char *method, const char *path, json_t *body, json_t **answer,
		struct fault *why);
/* The same, with talk_or_say's words. */
int remote_or_say(struct ctl *ctl, const char *method, const char *path, json_t *body, json_t **answer);
bool remote_unreached(const struct ctl *ctl); /* did the last request find nobody? */
/* Where the last request may have been done without an answer: what to do. */
void remote_doubt(const struct ctl *ctl, bool move);
/* What to do after an answer that is no, on standard error. */
void remote_hint(const struct ctl *ctl, const json_t *answer);

/* upload.c: a file, in pieces; goes on where it was broken off. The exit status. */
int remote_file(struct ctl *ctl, int fd, const char *path, char digest[static REMOTE_DIGEST]);
/* lines.c: lines of a log, as their source. The exit status. */
int remote_lines(struct ctl *ctl, const char *source, const char *path, FILE *file);

/* self.c. FAULT_REFUSED where there is no terminal to ask on. */
int self_ask(const struct ctl *ctl, const char *prompt, bool hidden, char *out, size_t size,
	     struct fault *why);
/* Is it a demonstration folder, whose people need no password here? Reaches it
 * without saying who asks, so that no password is typed to a stranger. */
int self_meet(struct ctl *ctl, bool *demo, struct fault *why);
/* POST of a proof (taken), of a password or code; what comes of it is the session
 * from now on. Answers as remote_call. */
int self_prove_by(struct ctl *ctl, const char *path, json_t *proof, json_t **answer, struct fault *why);
int self_keep(struct ctl *ctl, const char *login, struct fault *why); /* for the next command */
int self_forget(struct ctl *ctl, struct fault *why);
const char *self_login(const struct ctl *ctl); /* of the session that is kept, or NULL */
void self_wipe(json_t *proof);                 /* overwrite its texts, and let it go */
