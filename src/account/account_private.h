#pragma once

#include "account/account.h"
#include "account/throttle.h"

/*
 * account_private -- what the files of this room share.
 */
enum { KEY_LEN = 32, DIGEST_BYTES = 32, HASH_TEXT = 128, SEALED_BYTES = 60 };

/* All made from the one secret in keys/account.key, each for one purpose. */
struct account_keys {
	unsigned char pepper[KEY_LEN];   /* over passwords, before the hash */
	unsigned char factor[KEY_LEN];   /* seals secrets of one-time codes */
	unsigned char codes[KEY_LEN];    /* digests of recovery codes and invitations */
	unsigned char tokens[KEY_LEN];   /* digests of API tokens */
	unsigned char csrf[KEY_LEN];     /* makes a session's token from its secret */
	unsigned char counters[KEY_LEN]; /* hides logins and places among the counters */
};

struct accounts {
	struct store *store;
	struct account_keys keys;
};

int keys_open(struct store *store, const char *folder, struct account_keys *out, struct fault *why);
/* Keyed BLAKE2b of a number and some bytes. */
void keys_digest(const unsigned char key[static KEY_LEN], int64_t number, const void *bytes, size_t len,
		 unsigned char out[static DIGEST_BYTES]);

/* A row of the table accounts; `person` is 0 where there is none. */
struct account_row {
	int64_t person, made_at, password_at, disabled_at, signed_in_at;
	char hash[HASH_TEXT]; /* empty: no password yet */
	bool shorter;         /* the password is too short to stand alone */
	int failures;
	bool has_factor, has_offer;
	unsigned char factor[SEALED_BYTES], offer[SEALED_BYTES];
	int64_t factor_last; /* the step of the last code that was taken; -1: none */
	bool by_two;         /* the password was set with a code that two stood behind */
};

int account_row(struct accounts *accounts, int64_t person, struct account_row *out, struct fault *why);
/* The same, and FAULT_ABSENT where there is none. */
int account_need(struct accounts *accounts, int64_t person, struct account_row *out, struct fault *why);
enum account_state account_row_state(const struct account_row *row);
/* After an enrolment: did two stand behind its code? */
int account_set_by_two(struct accounts *accounts, int64_t person, bool by_two, struct fault *why);
int account_set_password(struct accounts *accounts, int64_t person, const char *hash, bool shorter,
			 int64_t now, struct fault *why);

/* A number for something that is referred to from outside and may be gone
 * again: drawn, not counted up, so that it never means another one later. */
int64_t account_draw_id(void);

/* A code for people: so many characters of base32, 5 bits each, in groups of
 * four. And its digest as it was typed, where case, blanks and dashes do not
 * count; false where it is no code of that length. */
enum { CODE_RECOVERY = 16, CODE_INVITATION = 28, CODE_TEXT = 40 };
void code_make(int chars, char out[static CODE_TEXT]);
bool code_digest(const struct accounts *accounts, int64_t person, const char *typed, int chars,
		 unsigned char out[static DIGEST_BYTES]);

/* The answer of the second factor: a one-time code, or a recovery code, which is
 * used up. 1: right, 0: wrong, <0: a fault. */
int factor_prove(struct accounts *accounts, const struct account_row *row, const char *code, int64_t now,
		 bool *used_recovery, struct fault *why);
int factor_drop(struct accounts *accounts, int64_t person, struct fault *why);
int factor_recovery_left(struct accounts *accounts, int64_t person, int *out, struct fault *why);

/* What the pepper makes of a password, and the slow hash over that. */
enum { PROOF_LEN = 32 };
void password_proof(const struct accounts *accounts, const char *password,
		    unsigned char out[static PROOF_LEN]);
bool password_hash(const unsigned char proof[static PROOF_LEN], char out[static HASH_TEXT]);
bool password_verify(const char *hash, const unsigned char proof[static PROOF_LEN]);
bool password_is_old(const char *hash); /* made with other parameters than today's */
/* A hash of today's cost that no password has: for logins that nobody has. */
extern const char password_nobody[];

/* A code for ATTEMPT_ENROL in the place of any other of the person. */
struct invitation;
int invitation_put(struct accounts *accounts, int64_t person, int64_t by, int64_t now, int64_t until,
		   bool breakglass, struct invitation *out, struct fault *why);
/* Is this the person's code, and still good? `found` tells. */
int invitation_find(struct accounts *accounts, int64_t person, const char *code, int64_t now, bool *found,
		    bool *breakglass, bool *by_two, struct fault *why);
int invitation_drop(struct accounts *accounts, int64_t person, bool *dropped, struct fault *why);

struct session;
/* A new secret for a session, proven now. */
int session_rotate(struct accounts *accounts, int64_t id, int64_t now, struct session *out, char *secret,
		   struct fault *why);
int session_sweep(struct accounts *accounts, int64_t now, struct fault *why);

/* Rules of the counters, for the test. */
enum counter { COUNT_PAIR, COUNT_LOGIN, COUNT_PLACE, COUNT_HOUSE, COUNT__COUNT };
struct counter_rule {
	int free;          /* attempts before the first pause; of a window, all there are */
	int64_t first_s;   /* the first pause, doubled at every further attempt ... */
	int64_t longest_s; /* ... up to this; 0: a window */
	int64_t window_s;
	bool of_strangers; /* not asked where the person is known to sign in from this place */
};
extern const struct counter_rule counter_rules[COUNT__COUNT];
