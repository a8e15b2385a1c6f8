#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/fault.h"
#include "gate/gate.h"

/*
 * web -- the ways in over the network: HTTP interface, live stream, health.
 *
 * Opened and closed by the gate; requests join its queue (docs/api/http.md).
 */
struct gate;
struct web;

int web_open(struct gate *gate, const struct gate_options *options, struct web **out, struct fault *why);
/* No new connections; what is being answered is finished. */
void web_stop(struct web *web);
void web_close(struct web *web);
/* Something was committed: whoever listens is told in this and the next turns. */
void web_committed(struct web *web);
/* Tell listeners for a bounded time; true while more is to be told. */
bool web_turn(struct web *web);
/* In a batch, now and then: what has run out goes. */
int web_tidy(struct web *web, int64_t now, struct fault *why);
/* The address of a listener, with its port; false: there is no such. */
bool web_address(const struct web *web, size_t listener, char *out, size_t size);
