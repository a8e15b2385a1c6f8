#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "account/account.h"

/*
 * token -- what a program shows in the place of a person: fs_ID_SECRET.
 *
 * ID is public (the number in lists and in the record), SECRET 256 bits in hex,
 * of which the store has a keyed digest. A token is of a person, whose rights it
 * narrows, or of a source, for which it takes lines in and nothing else.
 */
enum {
	TOKEN_TEXT = 96,
	TOKEN_NAME = 81,   /* at most 80 bytes of UTF-8 */
	TOKEN_SOURCE = 65, /* at most 64 bytes */
	TOKEN_NETWORKS = 1024,
	TOKEN_NETWORKS_MOST = 16,
	TOKEN_MOST = 50, /* of one person, and 500 of sources, that are not revoked */
	TOKEN_SOURCES_MOST = 500,
	TOKEN_DAYS = 366,
};

enum token_scope { TOKEN_READ = 1, TOKEN_REPORT = 2, TOKEN_INTAKE = 4, TOKEN_ACT = 8 };
const char *token_scope_name(enum token_scope scope);              /* "read", ... */
bool token_scope_named(const char *name, enum token_scope *scope); /* false: no such scope */

struct token {
	int64_t id;
	int64_t person;                /* 0: of a source */
	char source[TOKEN_SOURCE];     /* empty: of a person */
	char name[TOKEN_NAME];         /* what it is for */
	unsigned scopes;               /* bits of enum token_scope; INTAKE goes with a source, and alone */
	char networks[TOKEN_NETWORKS]; /* "192.0.2.0/24 2001:db8::/32": from where; empty: anywhere */
	int64_t made_by, made_at, expires_at;
	int64_t used_at;    /* 0: never */
	int64_t revoked_at; /* 0: not */
};

/* Make one from `ask` (person or source, name, scopes, networks, made_by, expires_at).
 * `text` is given this once; `out` what is kept. FAULT_INVALID naming what is
 * wrong, FAULT_LIMIT beyond TOKEN_MOST, FAULT_CONFLICT where the person's
 * account is disabled. */
int token_make(struct accounts *accounts, const struct token *ask, int64_t now, struct token *out,
	       char text[static TOKEN_TEXT], struct fault *why);

/* Form alone, without any lookup: the id and the secret. */
bool token_parse(const char *text, size_t len, int64_t *id, unsigned char secret[static 32]);

/* Whose is it? Reads only. FAULT_REFUSED in the same words for whatever is
 * wrong: form, secret, expired, revoked, owner disabled, another network. */
int token_find(struct accounts *accounts, const char *text, size_t len, const char *address, int64_t now,
	       struct token *out, struct fault *why);

bool token_wants_touch(const struct token *token, int64_t now);
int token_touch(struct accounts *accounts, int64_t id, int64_t now, struct fault *why);

int token_show(struct accounts *accounts, int64_t id, struct token *out, struct fault *why);
/* Of a person, or with 0 of all sources; the newest first, revoked ones too while they are kept. */
int token_list(struct accounts *accounts, int64_t person, struct arena *mem, struct token **out,
	       size_t *count, struct fault *why);
/* FAULT_CONFLICT where it is revoked already. Whose it is, is for the caller to ask (token_show). */
int token_revoke(struct accounts *accounts, int64_t id, int64_t now, struct fault *why);
