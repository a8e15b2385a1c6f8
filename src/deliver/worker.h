#pragma once

#include "base/fault.h"
#include "deliver/message.h"

/*
 * worker -- the threads in which messages leave: one for webhooks and programs, hands for mail.
 *
 * The loop gives it messages and takes them back with what became of them; nothing else
 * passes between the two. Of each channel at most `connections` messages are under way at
 * the same time, over connections that are kept; the others wait here in their order.
 */
struct worker;

/* `told` is called in a thread of the worker when there is something to take back. */
int worker_open(void (*told)(void *who), void *who, struct worker **out, struct fault *why);
/* Stops what is under way; what was not taken back is gone, and will be sent again. */
void worker_close(struct worker *worker);

void worker_send(struct worker *worker, struct message *message); /* takes it */
/* Those that are done, the first to end first; a chain that is the caller's. */
struct message *worker_take(struct worker *worker);
