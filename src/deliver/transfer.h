#pragma once

#include <curl/curl.h>

#include "base/buf.h"
#include "deliver/message.h"

/*
 * transfer -- one message being carried by libcurl: mail, or a webhook.
 *
 * Only inside this room, and only in the worker's thread.
 */
enum { TRANSFER_SAID_MOST = 4096 };

struct transfer {
	struct message *message;
	CURL *easy;
	struct curl_slist *rcpt, *heads;
	struct buf body; /* what is sent */
	size_t sent;     /* of it */
	struct buf said; /* the last answer's line, or the beginning of a body */
	bool barred;     /* an address was asked for that may not be reached */
	bool too_long;   /* the answer was */
	char detail[CURL_ERROR_SIZE];
	struct transfer *next;
};

/* Made ready to be added to a multi handle. Where it cannot be (an address that is
 * none), the message says why, and NULL comes back. */
struct transfer *mail_transfer(struct message *message);
struct transfer *webhook_transfer(struct message *message);
/* What became of it goes into the message. */
void mail_judge(struct transfer *transfer, CURLcode code);
void webhook_judge(struct transfer *transfer, CURLcode code);

struct transfer *transfer_new(struct message *message);
void transfer_free(struct transfer *transfer);
/* The message is refused before anything was sent; NULL. */
struct transfer *transfer_refused(struct transfer *transfer, const char *zh_en);
/* "28: timed out" and what the receiver said last, into the message. */
void transfer_tell(struct transfer *transfer, CURLcode code);
