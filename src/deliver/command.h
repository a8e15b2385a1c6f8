#pragma once

#include <poll.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/buf.h"
#include "deliver/message.h"

/*
 * command -- a program of the site that carries a message on: SMS, a call gateway.
 *
 * Run with the words of the channels file, never by a shell; nothing of the message
 * becomes a word of the command line. The message is JSON on its input, the first line
 * of its output is what it says. 0: taken; 75 (EX_TEMPFAIL), a signal or no end in time:
 * trouble; any other status: refused.
 */
struct command {
	struct message *message;
	pid_t pid;
	int in, out; /* -1: closed */
	struct buf body;
	size_t sent;
	struct buf said;
	int64_t until; /* ms of the steady clock */
	bool over;     /* killed, since its time was up */
	struct command *next;
};

/* NULL: it could not be begun, and the message says why. */
struct command *command_begin(struct message *message, int64_t now_ms);
/* What it waits for; the number of entries written, at most 2. */
unsigned command_wants(const struct command *command, struct pollfd *fds);
/* Goes on with it; true when it has ended and the message says what became of it. */
bool command_step(struct command *command, int64_t now_ms);
void command_free(struct command *command); /* kills it where it runs */
