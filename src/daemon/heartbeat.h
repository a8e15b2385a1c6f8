#pragma once

#include <jansson.h>
#include <stdint.h>

#include "base/fault.h"

/*
 * heartbeat -- somebody elsewhere hears each minute that this daemon lives.
 *
 * A GET by HTTP or HTTPS from a thread of its own, so that nobody waits for the
 * network. It is sent only while the loop turns: a daemon that is stuck falls
 * silent, and whoever listens raises the alarm.
 */
struct heartbeat;

/* FAULT_INVALID where it is no http or https URL. */
int heartbeat_open(const char *url, struct heartbeat **out, struct fault *why);
void heartbeat_close(struct heartbeat *heartbeat); /* at once; takes NULL */

/* The loop has turned, at this moment of the steady clock. */
void heartbeat_turned(struct heartbeat *heartbeat, int64_t steady);

/* {"to":HOST,"sent","failed","failing","last"?}: what became of them. A URL may hold
 * a secret, so only its host is told. */
json_t *heartbeat_status(struct heartbeat *heartbeat);
