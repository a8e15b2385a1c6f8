#pragma once

#include <jansson.h>

#include "base/fault.h"

/*
 * listen -- what comes in as lines from the network, from the sockets to detection.
 *
 * UDP and streams put lines into lanes; after each poll the loop takes some of
 * them out, source by source, and hands them to `ingest`.
 */
struct gate;
struct gate_options;

int listen_open(struct gate *gate, const struct gate_options *options, struct fault *why);
/* Take nothing more in, and bring what was taken in through detection. */
void listen_stop(struct gate *gate);
void listen_close(struct gate *gate);
/* What the sources cannot say: connections, lines that wait. */
json_t *listen_status(const struct gate *gate);
