#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/fault.h"
#include "store/store.h"

/*
 * account -- who may sign in: the accounts of one data folder.
 *
 * An account belongs to a person (the row id of a record of the plan). It is
 * no view of the record: secrets and sessions stand in tables of their own, and
 * whoever calls notes in the record what was done by whom. Roles are not known
 * here.
 *
 * Every function of this room that writes runs inside the caller's
 * transaction. FAULT_INVALID, FAULT_REFUSED, FAULT_ABSENT, FAULT_CONFLICT and
 * FAULT_LIMIT are answers for who asked; every other fault means that the
 * transaction must be dropped. Where one of the answers is given, nothing was
 * written that must be kept, so it may be undone to a mark or not.
 */
struct accounts;

/* Open on a store with its tables, outside a transaction. The secret of the
 * room is in FOLDER/keys/account.key (32 bytes, 0600), made when it was never
 * there; FAULT_CORRUPT where it is gone or another than the accounts were made
 * with, FAULT_REFUSED where others may read it. The store outlives it. */
int accounts_open(struct store *store, const char *folder, struct accounts **out, struct fault *why);
void accounts_close(struct accounts *accounts);
void accounts_drop(struct accounts **accounts); /* for SCOPED */

enum account_state {
	ACCOUNT_INVITED, /* has no password yet */
	ACCOUNT_ACTIVE,
	ACCOUNT_LOCKED,   /* THROTTLE_LOCK failures in a row */
	ACCOUNT_DISABLED, /* by decision; wins over the others */
};
const char *account_state_name(enum account_state state); /* "invited" ... */

struct account {
	int64_t person;
	enum account_state state;
	bool has_password, has_factor; /* the factor: one-time codes (account/factor.h) */
	int recovery_left;             /* codes that were not used yet */
	int failures;                  /* in a row, of all addresses */
	int64_t made_at;
	int64_t signed_in_at;  /* last; 0: never */
	int64_t password_at;   /* when it was set; 0: none */
	int64_t invited_until; /* an invitation that may still be used; 0: none */
};

/* FAULT_ABSENT where the person was never invited. */
int account_show(struct accounts *accounts, int64_t person, int64_t now, struct account *out,
		 struct fault *why);
/* By row id of the person, those after `after` (0: from the first); at most ACCOUNT_PAGE. */
enum { ACCOUNT_PAGE = 500 };
int account_list(struct accounts *accounts, int64_t after, int limit, int64_t now, struct arena *mem,
		 struct account **out, size_t *count, struct fault *why);

/* Each gives FAULT_ABSENT without an account, FAULT_CONFLICT where it is so
 * already. Disabling ends every session, invitation and open break-glass, and
 * stops the person's tokens (they work again when enabled, unless revoked). */
int account_disable(struct accounts *accounts, int64_t person, int64_t now, int64_t *sessions_ended,
		    struct fault *why);
int account_enable(struct accounts *accounts, int64_t person, struct fault *why);
int account_unlock(struct accounts *accounts, int64_t person, struct fault *why);

/* Was the password set with a code that two people stood behind (break-glass),
 * or that of whoever owns the folder (made by 0)? No other account decides for
 * the house; whose must be so, the caller knows. */
bool account_by_two(struct accounts *accounts, int64_t person);

/* What may go: expired sessions, invitations, break-glass and throttle rows.
 * Every few minutes; a late sweep lets nobody in. */
int account_sweep(struct accounts *accounts, int64_t now, struct fault *why);
