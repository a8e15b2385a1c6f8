#pragma once

#include <gmime/gmime.h>

#include "base/fault.h"

/*
 * loop -- messages that no person wrote: answers of machines, lists, bounces, our own.
 */

/* FAULT_REFUSED with the reason, or 0. */
int loop_ask(GMimeMessage *message, struct fault *why);
