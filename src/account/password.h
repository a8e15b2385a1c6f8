#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/fault.h"

/*
 * password -- what may be one, and what is kept of it.
 *
 * Long and not easily guessed is all that is asked: no composition, no expiry.
 * What is kept is argon2id (3 passes, 64 MiB, 1 lane) as a PHC string, over
 * what a key outside the database made of the password.
 */
enum {
	PASSWORD_LONG = 15,  /* characters at least, where it stands alone */
	PASSWORD_SHORT = 12, /* with a second factor */
	PASSWORD_BYTES = 256,
};

/* FAULT_INVALID (FAULT_LIMIT above PASSWORD_BYTES) naming the rule in both
 * languages. `shorter` tells that it has fewer than PASSWORD_LONG characters. */
int password_check(const char *password, const char *login, bool has_factor, bool *shorter,
		   struct fault *why);
