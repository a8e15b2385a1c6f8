#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "account/account.h"
#include "account/session.h"

/*
 * attempt -- somebody proves who it is: in three parts, for the hash is slow.
 *
 *     attempt_try      in a transaction: counted, durably, before any work
 *     attempt_work     in any thread, without store or keys: argon2id
 *     attempt_settle   in a later transaction: decides, and makes the session
 *
 * Whatever is wrong (no such login, no password yet, wrong password, wrong or
 * used code, locked, disabled) gives one and the same refusal after the same
 * work. An attempt holds no password, only what the pepper made of it.
 */
enum attempt_type {
	ATTEMPT_SIGN_IN, /* login, password, code where there is a second factor */
	ATTEMPT_STEP_UP, /* session, and password or code */
	ATTEMPT_CHANGE,  /* session, password, fresh: a new password */
	ATTEMPT_ENROL,   /* login, code of the invitation or break-glass, fresh: the first password */
};

struct attempt_ask {
	enum attempt_type type;
	const char *login; /* as it was typed; of the session's person otherwise; at most 256 bytes count */
	int64_t person;    /* whose login it is; 0: nobody's */
	int64_t session;   /* STEP_UP, CHANGE */
	const char *password; /* NULL or "": none; at most PASSWORD_BYTES */
	const char *code;     /* NULL or "": none */
	const char *fresh;    /* CHANGE, ENROL */
	const char *address;  /* "192.0.2.7", "2001:db8::1"; NULL: of this machine */
	const char *agent;    /* User-Agent; NULL: unknown */
};

struct attempt;

/* Count it and gather what the worker needs. Strings are read and not kept.
 *   FAULT_LIMIT    too many: `wait_s` says how many seconds to wait; not counted
 *   FAULT_INVALID  the new password is against a rule, which is named
 * After 0 the attempt goes through work and settle, also where it is hopeless. */
int attempt_try(struct accounts *accounts, const struct attempt_ask *ask, int64_t now, struct attempt **out,
		int64_t *wait_s, struct fault *why);

/* Takes about 0.1 s and 64 MiB (at most twice, one after the other); whoever
 * runs workers bounds how many. Pure: two attempts may be worked at once. */
void attempt_work(struct attempt *attempt);

struct attempt_result {
	int64_t person;
	bool wants_code;        /* SIGN_IN: the password is right and a one-time code is wanted; no session */
	struct session session; /* SIGN_IN: the new one; STEP_UP, CHANGE: the session that goes on */
	char secret[SESSION_SECRET]; /* of that session, given this once; STEP_UP and CHANGE rotate it.
				      * Wipe it (attempt_result_wipe). Empty after ENROL */
	bool used_recovery;          /* a recovery code was used up ... */
	int recovery_left;           /* ... and so many are left */
	bool first;                  /* ENROL: there was no password before */
	bool factor_removed;         /* ENROL by break-glass: one-time codes have to be set up anew */
	int64_t sessions_ended;      /* CHANGE, ENROL: others of this person */
};

/* FAULT_REFUSED, always with the same words, where it is not accepted. */
int attempt_settle(struct accounts *accounts, struct attempt *attempt, int64_t now,
		   struct attempt_result *out, struct fault *why);
void attempt_result_wipe(struct attempt_result *result);

/* This attempt was the one that filled the measure: when settle refuses it, the
 * account is locked from now on, which belongs into the record. */
bool attempt_locks(const struct attempt *attempt);

void attempt_free(struct attempt *attempt);  /* takes NULL; nothing secret is left in memory */
void attempt_drop(struct attempt **attempt); /* for SCOPED */
