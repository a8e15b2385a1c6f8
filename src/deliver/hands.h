#pragma once

#include "deliver/message.h"

/*
 * hands -- threads in which mail leaves, one for each connection.
 *
 * libcurl waits in place for a mail server's last word about a message, also where it is
 * driven as one of many. In one thread each message would wait until the one before is on
 * the server's disk, and webhooks and programs would wait with it.
 */
struct hands;

/* `done` is called in a hand's thread with a message that it has ended, which is then the caller's. */
struct hands *hands_new(void (*done)(void *who, struct message *message), void *who);
/* Takes it. Of each channel at most `connections` are under way; the others wait in their order. */
void hands_send(struct hands *hands, struct message *message);
/* Stops what is under way, within a second or two; takes NULL. */
void hands_close(struct hands *hands);
