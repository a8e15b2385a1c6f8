#pragma once

#include "base/fault.h"

/*
 * loop -- messages that no person wrote: answers of machines, lists, bounces, our own.
 */
struct _GMimeMessage; /* of GMime, which only the sources here include */

/* FAULT_REFUSED with the reason, or 0. */
int loop_ask(struct _GMimeMessage *message, struct fault *why);
