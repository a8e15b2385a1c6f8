#pragma once

#include <jansson.h>
#include <stdbool.h>

#include "base/fault.h"

/*
 * mailbox -- reports that come by mail: fetched, taken in the next batch, filed.
 *
 * The network is a worker's; the loop never waits for it. A message is put away
 * only after the commit of its report; one that was taken already, because
 * something broke in between, is known by its key and only put away.
 */
struct gate;
struct gate_options;
struct mailbox;

int mailbox_open(struct gate *gate, const struct gate_options *options, struct mailbox **out,
		 struct fault *why);
void mailbox_stop(struct mailbox *mailbox);  /* no more work is begun; what runs is broken off */
void mailbox_close(struct mailbox *mailbox); /* after the loop has run out */

/* Inside a batch: what was fetched goes to the house. */
int mailbox_deliver(struct mailbox *mailbox, struct fault *why);
/* That batch was committed, or it was not and everything waits on. */
void mailbox_settle(struct mailbox *mailbox, bool committed);

json_t *mailbox_status(const struct mailbox *mailbox); /* NULL: there is none */
