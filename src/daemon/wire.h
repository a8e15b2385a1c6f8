#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/fault.h"

/*
 * wire -- the parts put together: who gets which clock, store, rules and ways in.
 */
struct gate;

struct settings {
	const char *data, *pack, *origin, *rules, *lists, *maps;
	const char *at; /* given time to begin with; demonstration only */
	const char *syslog_udp, *syslog_tcp, *syslog_tls;
	const char *syslog_cert, *syslog_key, *syslog_clients;
	const char *sources;
	const char *https, *http, *cert, *key, *web;
	const char *ballast, *heartbeat;
	const char *channels; /* file of the ways out */
	const char *cap_sender, *public_url;
	const char *public_folder; /* the public page as files */
	const char *mail, *mail_password_file, *mail_ca, *mail_every;
	bool demo;
};

/* Open house and gate, work until told to end, close. `ready` is called when
 * the ways in are open; `now` is the given time of a demonstration folder. */
int wire_run(const struct settings *settings,
	     void (*ready)(const struct settings *settings, const struct gate *gate, bool demo, int64_t now),
	     struct fault *why);
