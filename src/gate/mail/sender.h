#pragma once

#include <stdbool.h>
#include <stdint.h>

/*
 * sender -- how many messages of one sender are taken in an hour.
 */
enum { SENDER_HOURLY_MOST = 30 };

struct senders;
struct senders *senders_new(void);
void senders_free(struct senders *senders);
/* One more of this address at `now`; false where that is too many. */
bool senders_admit(struct senders *senders, const char *address, int64_t now);
