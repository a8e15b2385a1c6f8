#pragma once

#include <stdint.h>

#include "base/fault.h"

/*
 * gate -- the ways in: a local socket for people and programs, syslog, time.
 *
 * One loop in one thread. What may change the house and can be read in one
 * turn of the loop runs as one batch; answers leave after its commit, never
 * before (docs/api/socket.md).
 */
struct gate;
struct house;

struct gate_options {
	struct house *house;    /* borrowed */
	int64_t (*clock)(void); /* the machine's clock; not asked in a demonstration folder */
	const char *rules;      /* folder of detection rules, or NULL: what comes in is counted only */
	const char *maps;       /* folder of field mappings, or NULL */
	const char *syslog_udp; /* "ADDRESS:PORT", or NULL */
	const char *syslog_tcp;
	const char *mail; /* imaps://USER@HOST/BOX, or NULL */
	const char *mail_password_file, *mail_ca, *mail_every;
};

/* Listen on FOLDER/fengsui.sock (0600); a socket that a dead daemon left behind
 * is replaced, the folder's lock is what keeps a second one out. */
int gate_open(const struct gate_options *options, struct gate **out, struct fault *why);

/* Work until SIGTERM, SIGINT or the operation `stop`; then finish the batch
 * and sign a checkpoint. */
int gate_run(struct gate *gate, struct fault *why);
void gate_close(struct gate *gate);
