#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/fault.h"
#include "deliver/reach.h"

/*
 * channels -- by which ways this house reaches others: the file that says so.
 *
 * Read whole and checked before it counts; a wrong word is told with file:line:column.
 * Never changed once it is read. The loop and the worker each hold it, since a new one
 * may be read while messages still leave by the old one.
 */
enum {
	CHANNELS_MOST = 16,
	CONNECTIONS_MOST = 64, /* of one channel */
	CHANNEL_ARGS_MOST = 32,
	CHANNEL_NAME = 32,
	CHANNELS_LISTED_MOST = 1000,
	CHANNEL_NETWORKS_MOST = 64,
	CHANNEL_SECRET_MOST = 4096,
	CHANNEL_ADDRESS_MOST = 2000, /* of a receiver: a mail address, a URL, a number */
};

enum channel_kind { CHANNEL_MAIL, CHANNEL_WEBHOOK, CHANNEL_COMMAND, CHANNEL_KINDS };
enum channel_tls { TLS_REQUIRED, TLS_OPTIONAL, TLS_OFF };

struct channel {
	const char *name; /* as contacts have it: mail, sms, webhook */
	enum channel_kind kind;
	bool off;        /* what is to leave by it waits */
	int connections; /* at the same time, at most */
	int timeout_ms;  /* of one message */
	int refusals;    /* after so many of its own a message is given up */
	const char *ca;  /* PEM; NULL: the system's */
	/* mail */
	const char *server; /* smtp://HOST:PORT or smtps://HOST:PORT */
	enum channel_tls tls;
	const char *user, *password, *from, *from_address;
	/* webhook */
	const char *secret;
	bool plain;          /* http as well */
	int pace;            /* requests a second to one host, at most; 0: as many as there are */
	int redirects;       /* followed at most */
	struct reach *reach; /* networks that may be reached though they are not public */
	size_t reach_count;
	/* command */
	const char *const *program; /* ends with NULL */
};

struct channels;

/* FAULT_ABSENT where there is no such file. The reference is the caller's. */
int channels_read(const char *path, struct channels **out, struct fault *why);
struct channels *channels_hold(struct channels *channels);
void channels_release(struct channels *channels); /* takes NULL */

const char *
channels_site(const struct channels *channels); /* https://… of this house, no slash behind; or NULL */
int64_t channels_give_up(const struct channels *channels); /* µs after which a message is given up */
const struct channel *channels_find(const struct channels *channels, const char *name); /* NULL; takes NULL */
const struct channel *channels_at(const struct channels *channels, size_t index);       /* NULL: no more */
/* Where a recipient that is a word ("office") is reached on this channel; NULL. */
const char *channels_listed(const struct channels *channels, const char *word, const char *channel);
const char *channel_kind_word(enum channel_kind kind);
