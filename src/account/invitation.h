#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "account/account.h"
#include "base/stamp.h"

/*
 * invitation -- a code with which a person sets the password of an account.
 *
 * 140 bits, once, for 72 hours; the store has its digest. Nobody sets a
 * password for somebody else: this is the only way to a first one, and used by
 * an account that has a password it is a reset. It is used through
 * ATTEMPT_ENROL (account/attempt.h).
 */
enum { INVITATION_CODE = 40 };
#define INVITATION_LIFE (72 * STAMP_HOUR)

struct invitation {
	int64_t person, until;
	bool reset;                 /* the account has a password: it is replaced when the code is used */
	char code[INVITATION_CODE]; /* "k3vq2-…": base32 in groups, given this once */
};

/* Makes the account where there is none; an earlier code of the person is
 * gone. FAULT_CONFLICT where the account is disabled, FAULT_REFUSED where
 * somebody invites himself. */
int invitation_make(struct accounts *accounts, int64_t person, int64_t by, int64_t now,
		    struct invitation *out, struct fault *why);
/* FAULT_ABSENT where there is none that could be used. */
int invitation_withdraw(struct accounts *accounts, int64_t person, struct fault *why);
void invitation_wipe(struct invitation *invitation);
