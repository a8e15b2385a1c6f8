#pragma once

#include "account/account_private.h"
#include "account/attempt.h"

/*
 * attempt_private -- what an attempt holds on its way, for attempt.c and its test.
 */
struct attempt {
	enum attempt_type type;
	int64_t person, session;
	char *login, *code, *address, *agent; /* copies; NULL: none */
	int failures_before;                  /* in a row, before this one was counted */
	bool hopeless;                        /* whatever the work brings: refused, and nobody sees why */
	bool verify;                          /* the work compares `proof` with `hash` */
	bool renew;                           /* the work hashes `fresh_proof` into `fresh` */
	bool shorter;                         /* of the new password */
	bool worked, good, no_memory, settled;
	unsigned char proof[PROOF_LEN], fresh_proof[PROOF_LEN]; /* zeros after the work */
	char hash[HASH_TEXT];                                   /* of the person, or password_nobody */
	char fresh[HASH_TEXT]; /* to be kept: of the new password, or of the same at today's cost */
};
