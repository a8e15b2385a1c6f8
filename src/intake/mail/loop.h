#pragma once

#include <stdbool.h>

#include "base/fault.h"

/*
 * loop -- messages that no person wrote: answers of machines, lists, our own.
 */
struct _GMimeMessage; /* of GMime, which only the sources here include */

/* FAULT_REFUSED with the reason, or 0. Of a bounce, which a machine wrote, only what is more than that. */
int loop_ask(struct _GMimeMessage *message, bool bounce, struct fault *why);
