#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/fault.h"

/*
 * courier -- carries messages from the outbox to the thread that sends them, and back.
 *
 * What is due is handed over after the commit that marked it, never before; what became
 * of it is entered in the next batch. A channel in trouble is tried with one message at a
 * time until one gets through.
 */
struct courier;
struct gate;
struct gate_options;

int courier_open(struct gate *gate, const struct gate_options *options, struct courier **out,
		 struct fault *why);
/* Inside a batch; takes NULL. */
int courier_deliver(struct courier *courier, struct fault *why);
/* That batch was committed, or it was not and all of it waits on. */
void courier_settle(struct courier *courier, bool committed);
/* Nothing more is handed over; what is under way may end, for three seconds at most. Takes NULL. */
void courier_stop(struct courier *courier);
void courier_end_thread(struct courier *courier); /* what was not taken back is sent again; takes NULL */
/* After the loop ran out. */
void courier_close(struct courier *courier);

/* Each channel: {"name","kind","state","waiting","sending","failed",…}; a new list. */
json_t *courier_status(struct courier *courier, struct fault *why);
/* Who holds which channel is changed in this batch. */
void courier_heed(struct courier *courier);
/* All that waits for this channel is due at once, and it is tried. FAULT_ABSENT: there is none. */
int courier_wake_channel(struct courier *courier, const char *name, struct fault *why);
