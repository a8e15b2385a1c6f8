#include "gate/mail/sender.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/stamp.h"

/* An address is a place in the table; those that share a place share their
 * allowance, so that made-up addresses take no memory. */
enum { PLACES = 4096 };

struct senders {
	struct {
		int64_t since;
		int count;
	} at[PLACES];
};

struct senders *senders_new(void) { return must_alloc(sizeof(struct senders)); }
void senders_free(struct senders *senders) { free(senders); }

static uint32_t place_of(const char *address)
{
	uint32_t h = 2166136261U;

	for (; *address; address++)
		h = (h ^ (unsigned char)tolower((unsigned char)*address)) * 16777619U;
	return (h ^ (h >> 16)) % PLACES;
}

bool senders_admit(struct senders *senders, const char *address, int64_t now)
{
	const uint32_t place = place_of(address);

	if (now - senders->at[place].since >= STAMP_HOUR || now < senders->at[place].since) {
		senders->at[place].since = now;
		senders->at[place].count = 0;
	}
	if (senders->at[place].count >= SENDER_HOURLY_MOST)
		return false;
	senders->at[place].count++;
	return true;
}
