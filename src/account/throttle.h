#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "account/account.h"

/*
 * throttle -- how many attempts are heard, counted before they are.
 *
 * Four counters an attempt: of login and place together, of the login from
 * everywhere, of the place, and of the house. A counter is found by a keyed
 * digest, for logins that exist and for those that do not. docs/decisions/0030
 * says why a stranger cannot keep somebody out.
 */
enum { THROTTLE_LOCK = 100, THROTTLE_ROWS = 20000 };

struct throttle_ask {
	const char *login;   /* NULL: of place and house only */
	const char *address; /* NULL: of this machine */
	int64_t person;      /* 0: nobody */
};

/* Count one attempt, or FAULT_LIMIT and the seconds to wait, and then nothing was counted. */
int throttle_count(struct accounts *accounts, const struct throttle_ask *ask, int64_t now, int64_t *wait_s,
		   struct fault *why);
/* It was right: login and place begin anew, and the place is known for this person. */
int throttle_clear(struct accounts *accounts, const struct throttle_ask *ask, int64_t now, struct fault *why);
int throttle_sweep(struct accounts *accounts, int64_t now, struct fault *why);
