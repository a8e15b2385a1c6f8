#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/fault.h"

/*
 * request -- one line of the socket, read and checked for its form.
 *
 * Which operations there are, what each may say and what it must; nothing here
 * knows the house. docs/api/socket.md says the same to people.
 */
enum { ASK_MOST = 8 * 1024 * 1024 }; /* bytes in a line */

enum ask_op {
	ASK_DO,
	ASK_WITHDRAW,
	ASK_LIST,
	ASK_SHOW,
	ASK_HISTORY,
	ASK_CLOCKS,
	ASK_DEADLINES,
	ASK_COUNTS,
	ASK_STATISTICS,
	ASK_RECORD,
	ASK_CATALOGUE,
	ASK_STATUS,
	ASK_QUARANTINE,
	ASK_WHOAMI,
	ASK_TICK,
	ASK_BLOB,
	ASK_INGEST,
	ASK_CHECKPOINT,
	ASK_BUNDLE,
	ASK_REBUILD,
	ASK_PUBLISH,
	ASK_PUBLIC,
	ASK_STOP,
	ASK_ACCOUNT,
	ASK_MESSAGES,
	ASK_MESSAGE,
	ASK_CALLS,
	ASK_PREVIEW,
	ASK_CHANNELS,
	ASK_CHANNEL,
	ASK_DOCUMENT,
	ASK__COUNT,
};

enum ask_field {
	SAYS_ID,
	SAYS_OP,
	SAYS_AS, /* login of a person; demonstration folders only */
	SAYS_AT, /* moment or "+15 min"; demonstration folders only */
	SAYS_KIND,
	SAYS_MOVE,
	SAYS_REF,
	SAYS_WITH, /* what else of a record: linked alike moves */
	SAYS_INPUT,
	SAYS_KEY,      /* idempotency key */
	SAYS_SEEN,     /* version the asker saw */
	SAYS_OCCURRED, /* when it happened, where entered late */
	SAYS_SPACE,    /* 1 real, 2 drill */
	SAYS_PROPOSAL,
	SAYS_WHERE,
	SAYS_LIMIT,
	SAYS_AFTER,
	SAYS_ORDER,
	SAYS_SINCE, /* with the order `changed` */
	SAYS_STEP,  /* of a blob: begin, append, end */
	SAYS_UPLOAD,
	SAYS_DATA, /* base64 */
	SAYS_DIGEST,
	SAYS_SOURCE,
	SAYS_LINES,
	SAYS_REFS,
	SAYS_DIR,
	SAYS_CHECK,
	SAYS_PACK,
	SAYS_LOGIN, /* whose account */
	SAYS_ACT,   /* what is done with it */
	SAYS_STATE,
	SAYS_BEFORE,
	SAYS_FROM,
	SAYS_TO,
	SAYS_BY, /* what is counted by */
	SAYS_TYPE,
	SAYS_ACTOR,
	SAYS_CHANNEL,
	SAYS_MESSAGE, /* its id */
	SAYS_REASON,
	SAYS_TEMPLATE, /* of a document */
	SAYS_FORMAT,
	SAYS_LANG,
	SAYS__COUNT,
};

struct ask {
	json_t *root; /* owned */
	enum ask_op op;
	json_t *says[SAYS__COUNT]; /* inside root; NULL where not said */
};

/* Read a line. Fails with FAULT_INVALID naming the field and what would be
 * right. When it fails `out->says[SAYS_ID]` may still be there, for the
 * answer; ask_fini in either case. */
int ask_read(const char *line, size_t len, struct ask *out, struct fault *why);
/* The same of an object that is made already; takes it, also where it fails. */
int ask_from(json_t *root, struct ask *out, struct fault *why);
void ask_fini(struct ask *ask);

const char *ask_text(const struct ask *ask, enum ask_field field); /* or NULL */
int64_t ask_number(const struct ask *ask, enum ask_field field, int64_t otherwise);
const char *ask_op_name(enum ask_op op);

/* Does it change the house, and therefore run in a batch? */
bool ask_writes(enum ask_op op);
