#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/fault.h"

/*
 * mail -- one message of a mail box, taken apart into the draft of a report.
 *
 * Bytes in, texts and files out; no network, no store, no clock. Nothing in it
 * is believed: the sender is what the message says, a name of a file is words,
 * and what it answers (In-Reply-To, References) is not looked at.
 */
enum {
	MAIL_BYTES_MOST = 32 * 1024 * 1024, /* the whole message, and what it decodes to */
	MAIL_HEAD_MOST = 256 * 1024,
	MAIL_DEPTH_MOST = 16,
	MAIL_PARTS_MOST = 200,
	MAIL_FILES_MOST = 50,
	MAIL_TEXT_MOST = 48 * 1024, /* of the body in words; all of it stays in the message itself */
	MAIL_LINE_MOST = 300,       /* of the subject, a name, an address */
};

struct mail_file {
	const char *name, *type; /* in words, never a path; "" where it has none */
	const void *bytes;
	size_t len;
};

struct bounce;

struct mail {
	const char *id;              /* Message-ID, "" where it has none */
	const char *sender, *name;   /* as the message says */
	const char *subject, *text;  /* UTF-8 without controls; "" where there is none */
	bool shortened;              /* the text goes on in the message */
	const struct bounce *bounce; /* it says what became of a message; NULL: it does not (bounce.h) */
	struct mail_file *files;
	size_t file_count;
};

/* Once, before the first message and before there are threads. */
void mail_start(void);

/* All in `mem`. Of a bounce whose form is known there is no text and no file. FAULT_REFUSED where no person
 * and no mail server's fault wrote it (a loop, a list), FAULT_LIMIT where it is too much, FAULT_INVALID where
 * it is none. */
int mail_read(const char *bytes, size_t len, struct arena *mem, struct mail *out, struct fault *why);
