#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"

/*
 * account -- the commands about who one is: one's own account, and those of others.
 *
 * user.c is for whoever owns the folder, over the socket; all others go over
 * HTTPS. A password is asked on the terminal and never stands on the command line.
 */
struct ctl;
struct table;

/* sign.c */
int sign_in_command(struct ctl *ctl);
int sign_out_command(struct ctl *ctl);
int enrol_command(struct ctl *ctl);
int password_command(struct ctl *ctl);

/* factor.c, sessions.c, tokens.c, accounts.c, user.c */
int totp_command(struct ctl *ctl);
int sessions_command(struct ctl *ctl);
int tokens_command(struct ctl *ctl);
int accounts_command(struct ctl *ctl);
int user_command(struct ctl *ctl);

/* listing.c: what a path answers, as a table: each of its rows, or itself where it is one. */
enum { LISTING_COLUMNS = 6 };
struct listing {
	struct {
		const char *en, *zh;
	} heads[LISTING_COLUMNS]; /* ends early with NULL */
	void (*put_row)(struct ctl *ctl, struct table *table, const json_t *row);
};
int listing_say(struct ctl *ctl, const struct listing *what, const char *path);

/* accounts.c: one account in a line, and a code that is given once. */
const char *account_state_words(const struct ctl *ctl, const char *state);
void account_say_code(const struct ctl *ctl, const char *login, const char *until, const char *code);
/* A moment as people read it, to the minute; "" for NULL. */
const char *account_when(struct ctl *ctl, const char *at);

/* qr.c: `text` as a QR code of half blocks, light on dark; false where it does not
 * fit into `columns`, or this program was built without libqrencode. */
bool qr_draw(const char *text, int columns, struct buf *out);
