#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "account/account.h"
#include "base/stamp.h"

/*
 * session -- who is signed in, and until when.
 *
 * The secret (256 bits) is with the client alone; the store has its SHA-256,
 * so that a lookup tells nothing by its time. The CSRF token is made from the
 * secret under a key of the house and is stored nowhere.
 */
enum {
	SESSION_SECRET = 65,
	SESSION_TOKEN = 65,
	SESSION_ADDRESS = 64,
	SESSION_AGENT = 201,
	SESSION_MOST = 50
};
#define SESSION_IDLE (30 * STAMP_MINUTE)
#define SESSION_LIFE (12 * STAMP_HOUR)
#define SESSION_PROVEN (5 * STAMP_MINUTE) /* how long a proof is fresh enough for moves that step up */

struct session {
	int64_t id, person;
	char address[SESSION_ADDRESS], agent[SESSION_AGENT]; /* where it was opened; cut, valid UTF-8 */
	int64_t opened_at, touched_at, proven_at, ends_at;   /* ends_at: whatever is done meanwhile */
	char token[SESSION_TOKEN]; /* what X-Fengsui-Token must be; empty in lists */
};

/* By its secret. Reads only. FAULT_ABSENT where there is none, or not any more. */
int session_find(struct accounts *accounts, const char *secret, int64_t now, struct session *out,
		 struct fault *why);
/* By its id, without the token: does it still go on? For streams. */
int session_show(struct accounts *accounts, int64_t id, int64_t now, struct session *out, struct fault *why);
/* Compare what came in the header in constant time; NULL is wrong. */
bool session_token_is(const struct session *session, const char *token);
bool session_is_proven(const struct session *session, int64_t now);

/* Is it a minute since the last touch? Then one session_touch in the next batch. */
bool session_wants_touch(const struct session *session, int64_t now);
int session_touch(struct accounts *accounts, int64_t id, int64_t now, struct fault *why);

/* Of one person, the newest first; those that are over are left out. */
int session_list(struct accounts *accounts, int64_t person, int64_t now, struct arena *mem,
		 struct session **out, size_t *count, struct fault *why);

/* One of this person; FAULT_ABSENT where it is not, or another's. */
int session_end(struct accounts *accounts, int64_t person, int64_t id, struct fault *why);
/* All of a person but `except` (0: all). `ended` may be NULL. */
int session_end_all(struct accounts *accounts, int64_t person, int64_t except, int64_t *ended,
		    struct fault *why);

/* For attempt.c, and for a demonstration folder, where a login alone is
 * enough: a session, proven now. The oldest of a person goes where there
 * would be more than SESSION_MOST. `secret` is given this once. */
int session_open(struct accounts *accounts, int64_t person, const char *address, const char *agent,
		 int64_t now, struct session *out, char secret[static SESSION_SECRET], struct fault *why);
