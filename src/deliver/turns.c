#include "deliver/turns.h"

#include <ctype.h>
#include <string.h>

#include "base/stamp.h"

/* The name alone, whatever its port and path: FNV-1a, and never 0. */
static uint64_t host_of(const char *url)
{
	const char *at = strstr(url, "://");
	uint64_t hash = UINT64_C(14695981039346656037);

	at = at ? at + 3 : url;
	if (*at == '[')
		for (; *at && *at != ']'; at++)
			hash = (hash ^ (unsigned char)tolower((unsigned char)*at)) * UINT64_C(1099511628211);
	else
		for (; *at && !strchr("/:?#", *at); at++)
			hash = (hash ^ (unsigned char)tolower((unsigned char)*at)) * UINT64_C(1099511628211);
	return hash | 1;
}

static size_t place_of(struct turns *turns, uint64_t host)
{
	size_t oldest = 0;

	for (size_t i = 0; i < TURNS_HOSTS; i++) {
		if (turns->at[i].host == host)
			return i;
		if (turns->at[i].free_at < turns->at[oldest].free_at)
			oldest = i;
	}
	turns->at[oldest].host = host;
	turns->at[oldest].free_at = turns->at[oldest].given_to = 0;
	return oldest;
}

int64_t turns_ask(struct turns *turns, const char *url, int per_second, int64_t now)
{
	const int64_t gap = STAMP_SECOND / per_second;
	const size_t i = place_of(turns, host_of(url));
	int64_t *free_at = &turns->at[i].free_at, *given_to = &turns->at[i].given_to;

	/* Who comes at the moment that it was told may find the one before a little late. */
	if (now + gap / 2 >= *free_at) {
		*free_at = (now > *free_at ? now : *free_at) + gap;
		return 0;
	}
	*given_to = *given_to > *free_at - gap ? *given_to + gap : *free_at;
	return *given_to;
}
