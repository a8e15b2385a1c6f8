#pragma once

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "account/attempt.h"
#include "account/attempt_private.h"
#include "account/factor.h"
#include "account/invitation.h"
#include "account/totp.h"
#include "base/buf.h"
#include "base/stamp.h"

/*
 * room -- a data folder for one test, with its store and accounts open.
 */
struct room {
	char path[64];
	struct store *store;
	struct accounts *accounts;
	struct store_txn *txn;
	struct arena *mem;
	struct fault why;
};

/* 2026-03-01T08:00:00Z, when a test begins. */
#define ROOM_NOW INT64_C(1772352000000000)
/* Persons of the tests; each may have an account, nobody has a record. */
enum { JIA = 5, YI = 6, BING = 7 };
#define GOOD_PASSWORD "blue lamp over the river"
#define OTHER_PASSWORD "nine slow trains at dusk"

/* For cmocka: *state becomes a struct room on a file, or on the engine that fails. */
int room_setup(void **state);
int room_setup_fake(void **state);
int room_teardown(void **state);
void room_close(struct room *room); /* store and accounts */
int room_open(struct room *room, const struct store_driver *driver);

void room_begin(struct room *room);
void room_commit(struct room *room);
int64_t room_int(struct room *room, const char *sql);
void room_sql(struct room *room, const char *sql);

/* An account with this password, set by hand: a hash of little cost where it is
 * only to be wrong (`cheap`), else as the house makes it. */
void room_account(struct room *room, int64_t person, const char *password, bool cheap);
/* One-time codes for it, in force from the step of `now`; the secret is kept here. */
void room_factor(struct room *room, int64_t person, int64_t now, unsigned char secret[static TOTP_SECRET]);

/* All three parts, each in a transaction of its own. `try_code` and `code` are
 * what try and settle gave; settle is not reached where try refused. */
struct tried {
	int try_code, code;
	int64_t wait_s;
	bool locks;
	struct attempt_result result;
};
struct tried room_try(struct room *room, const struct attempt_ask *ask, int64_t now);
