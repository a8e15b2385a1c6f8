#include "intake/tally.h"

enum { NS_PER_S = 1000000000, NS_PER_US = 1000 };

static int64_t cost_ns(const struct tally_limit *limit)
{
	const int64_t cost = NS_PER_S / (int64_t)limit->per_second;

	return cost ? cost : 1;
}

/* The bucket is full as far as `credit_ns` lies ahead of now; a burst is how far it may. */
static int64_t ahead_ns(const struct tally_limit *limit, int64_t now)
{
	const int64_t ahead = limit->credit_ns - now * NS_PER_US;

	return ahead > 0 ? ahead : 0;
}

int64_t tally_wait(const struct tally_limit *limit, int64_t now)
{
	int64_t over;

	if (!limit->per_second)
		return 0;
	over = ahead_ns(limit, now) - ((int64_t)(limit->burst ? limit->burst : 1) - 1) * cost_ns(limit);
	return over > 0 ? (over + NS_PER_US - 1) / NS_PER_US : 0;
}

int tally_admits(struct tally_limit *limit, int64_t now)
{
	int64_t most;

	if (!limit->per_second)
		return 1;
	/* Further ahead than full: the clock was set back. */
	most = now * NS_PER_US + (int64_t)(limit->burst ? limit->burst : 1) * cost_ns(limit);
	if (limit->credit_ns > most)
		limit->credit_ns = most;
	if (tally_wait(limit, now))
		return 0;
	limit->credit_ns = now * NS_PER_US + ahead_ns(limit, now) + cost_ns(limit);
	return 1;
}

void tally_add(struct tally *sum, const struct tally *more)
{
	sum->received += more->received;
	sum->stored += more->stored;
	sum->limited += more->limited;
	sum->malformed += more->malformed;
	sum->bytes += more->bytes;
	sum->odd_pri += more->odd_pri;
	sum->odd_nul += more->odd_nul;
	sum->odd_utf8 += more->odd_utf8;
	sum->odd_data += more->odd_data;
}
