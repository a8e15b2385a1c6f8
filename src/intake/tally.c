#include "intake/tally.h"

#include "base/stamp.h"

int tally_admits(struct tally_limit *limit, int64_t now)
{
	int64_t cost;

	if (!limit->per_second)
		return 1;
	cost = STAMP_SECOND / (int64_t)limit->per_second;
	if (limit->credit_until < now)
		limit->credit_until = now;
	if (limit->credit_until + cost > now + STAMP_SECOND)
		return 0;
	limit->credit_until += cost ? cost : 1;
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
