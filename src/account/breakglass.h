#pragma once

#include <stddef.h>
#include <stdint.h>

#include "account/invitation.h"

/*
 * breakglass -- two others let somebody in again who is locked out.
 *
 * One opens it, another confirms it within 30 minutes, neither is the one it
 * is for. It gives a code for ATTEMPT_ENROL, good for 15 minutes and once: a
 * new password, without lock and without the old second factor.
 */
#define BREAKGLASS_OPEN (30 * STAMP_MINUTE)
#define BREAKGLASS_LIFE (15 * STAMP_MINUTE)

struct breakglass {
	int64_t id, person, opened_by, opened_at, until;
};

/* FAULT_REFUSED where somebody opens it for himself, FAULT_INVALID for `by` 0, FAULT_ABSENT without an
 * account, FAULT_CONFLICT where it is disabled or one is open already. */
int breakglass_open(struct accounts *accounts, int64_t person, int64_t by, int64_t now,
		    struct breakglass *out, struct fault *why);
/* FAULT_REFUSED for the one who opened it and the one it is for; FAULT_ABSENT
 * where it is not open any more. `out` says what was confirmed. */
int breakglass_confirm(struct accounts *accounts, int64_t id, int64_t by, int64_t now, struct breakglass *out,
		       struct invitation *code, struct fault *why);
/* `out` says what was withdrawn. */
int breakglass_withdraw(struct accounts *accounts, int64_t id, int64_t now, struct breakglass *out,
			struct fault *why);
/* Those that wait for the second person, the oldest first. */
int breakglass_list(struct accounts *accounts, int64_t now, struct arena *mem, struct breakglass **out,
		    size_t *count, struct fault *why);
