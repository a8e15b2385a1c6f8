#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/fault.h"

/*
 * gate -- the ways in: a local socket for people and programs, syslog, time.
 *
 * One loop in one thread. What may change the house and can be read in one
 * turn of the loop runs as one batch; answers leave after its commit, never
 * before (docs/api/socket.md).
 */
struct ballast;
struct gate;
struct house;

struct gate_options {
	struct house *house;    /* borrowed */
	int64_t (*clock)(void); /* the machine's clock; not asked in a demonstration folder */
	const char *rules;      /* folder of detection rules, or NULL: what comes in is counted only */
	const char *lists;      /* folder with what placeholders of rules stand for, or NULL */
	const char *maps;       /* folder of field mappings, or NULL */
	const char *syslog_udp; /* "ADDRESS:PORT", or NULL */
	const char *syslog_tcp, *syslog_tls;
	const char *syslog_cert, *syslog_key, *syslog_clients; /* PEM files, of TLS */
	const char *sources; /* roster of sources; NULL: FOLDER/sources, which need not be there */
	const char *mail;    /* imaps://USER@HOST/BOX, or NULL */
	const char *mail_password_file, *mail_ca, *mail_every;
	const char
		*channels; /* by which messages leave; NULL: FOLDER/channels.yml, which need not be there */
	const char *https, *http;    /* "ADDRESS:PORT"; http on loopback alone; or NULL */
	const char *cert, *cert_key; /* PEM files for https; NULL: made here */
	const char *web;             /* folder of the command centre, built; or NULL */
	const char *public_folder;   /* where the public page is written as files, or NULL */

	struct ballast *ballast;    /* borrowed; NULL: none */
	const json_t *past;         /* how this start found the folder, for `status`; borrowed, or NULL */
	unsigned beat_ms;           /* how often beat is called, from the turn of the loop itself */
	void (*beat)(void *living); /* may be NULL */
	void (*ending)(void *living);
	json_t *(*heartbeat)(void *living); /* for `status`; may be NULL */
	void *living;
};

/* Listen on FOLDER/fengsui.sock (0600); a socket that a dead daemon left behind
 * is replaced, the folder's lock is what keeps a second one out. */
/* `options` outlives the gate. */
int gate_open(const struct gate_options *options, struct gate **out, struct fault *why);

/* Work until SIGTERM, SIGINT or the operation `stop`; then finish the batch
 * and sign a checkpoint. */
int gate_run(struct gate *gate, struct fault *why);
void gate_close(struct gate *gate);
/* "https://127.0.0.1:8443" of each network listener; false: there is no such. */
bool gate_address(const struct gate *gate, size_t listener, char *out, size_t size);
