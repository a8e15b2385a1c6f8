#pragma once

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/fault.h"

/*
 * imap -- one box of a mail server: what lies in it, one message, where it goes.
 *
 * TLS always, but on loopback. Each call waits for the network and belongs into
 * a worker; `stop` breaks it off. FAULT_REFUSED: the server does not let us in.
 */
struct imap;

struct imap_options {
	const char *address;  /* imaps://USER@HOST[:PORT]/BOX */
	const char *password; /* borrowed until imap_close */
	const char *ca;       /* certificates to trust, PEM; NULL: the system's */
	const atomic_bool *stop;
};

struct imap_about {
	uint32_t uid;
	uint64_t size_bytes;
	int64_t arrived; /* by the server's clock */
};

/* FAULT_INVALID where the address is none; connects to nothing yet. */
int imap_open(const struct imap_options *options, struct imap **out, struct fault *why);
void imap_close(struct imap *imap);
const char *imap_place(const struct imap *imap); /* the address; there is no password in it */

/* The first messages of the box, at most `room`; `more` says whether there are others. */
int imap_list(struct imap *imap, struct imap_about *out, size_t room, size_t *count, bool *more,
	      struct fault *why);
/* Its bytes; FAULT_LIMIT where there are more than `most`. */
int imap_fetch(struct imap *imap, uint32_t uid, size_t most, struct buf *out, struct fault *why);
/* Into another folder of the server, which is made where it is not there. */
int imap_move(struct imap *imap, uint32_t uid, const char *folder, struct fault *why);
