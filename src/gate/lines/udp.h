#pragma once

#include <stdint.h>
#include <uv.h>

#include "base/fault.h"
#include "gate/lines/lanes.h"

/*
 * udp -- syslog by UDP (RFC 5426), received in a thread of its own.
 *
 * The thread does nothing but empty the kernel's buffer into the lanes, so that
 * neither a commit nor detection makes the kernel throw messages away. It
 * touches nothing else of the house. Why it is one: docs/decisions/0034.
 */
struct udp;

struct udp_options {
	const char *address; /* "ADDRESS:PORT" */
	struct lanes *lanes;
	uv_async_t *wake;       /* sent when lines have come; initialised */
	int64_t (*clock)(void); /* when they came; NULL: 0 is put, time is given */
};

int udp_open(const struct udp_options *options, struct udp **out, struct fault *why);
/* Nothing more is let in; what the kernel holds goes into the lanes. */
void udp_stop(struct udp *udp);
void udp_close(struct udp *udp);
/* Messages that the kernel threw away since this was asked last. */
uint64_t udp_dropped(struct udp *udp);
