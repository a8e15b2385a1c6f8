#include "detect/gather.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"

enum { BUCKETS = 4096 };

struct gather {
	struct gather_limits limits;
	struct gathered *first, **last;
	struct gathered *buckets[BUCKETS];
	size_t count, raw_bytes;
	uint64_t seen, dropped;
};

struct gather *gather_new(struct gather_limits limits)
{
	struct gather *g = must_alloc(sizeof(*g));

	*g = (struct gather){ .limits = limits };
	g->last = &g->first;
	return g;
}

void gather_free(struct gather *g)
{
	if (!g)
		return;
	while (g->first)
		gather_drop_first(g);
	free(g);
}

static uint64_t mix(uint64_t h, const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++)
		h = (h ^ (unsigned char)text[i]) * UINT64_C(1099511628211);
	return (h ^ 0x100) * UINT64_C(1099511628211);
}

static uint64_t identity(const struct alert *alert)
{
	const struct field *host = event_find(alert->event, "host");
	uint64_t h = alert_fingerprint(alert);

	h = mix(h, alert->event->source, strlen(alert->event->source));
	return host ? mix(h, host->text, host->len) : h;
}

static struct gathered *find(const struct gather *g, uint64_t fingerprint)
{
	struct gathered *one = g->buckets[fingerprint % BUCKETS];

	while (one && (one->fingerprint != fingerprint || one->mark[0]))
		one = one->next_alike;
	return one;
}

static struct gathered *begin(struct gather *g, const struct alert *alert, uint64_t fingerprint)
{
	struct gathered **bucket = &g->buckets[fingerprint % BUCKETS], *one;

	if (g->count >= g->limits.alerts)
		return NULL;
	one = must_alloc(sizeof(*one));
	*one = (struct gathered){ .fingerprint = fingerprint, .next_alike = *bucket };
	alert_write(&one->text, alert);
	*bucket = *g->last = one;
	g->last = &one->next;
	g->count++;
	return one;
}

static void keep_line(struct gather *g, struct gathered *one, const struct event *event)
{
	const size_t more = event->raw_len + 1;

	if (one->raw.len + more > g->limits.raw_bytes || g->raw_bytes + more > g->limits.all_raw_bytes)
		return;
	buf_put(&one->raw, event->raw, event->raw_len);
	buf_char(&one->raw, '\n');
	g->raw_bytes += more;
}

bool gather_add(struct gather *g, const struct alert *alert)
{
	const uint64_t fingerprint = identity(alert);
	struct gathered *one = find(g, fingerprint);

	if (!one && !(one = begin(g, alert, fingerprint))) {
		g->dropped++;
		return false;
	}
	g->seen++;
	one->hits += alert->hits ? alert->hits : 1;
	keep_line(g, one, alert->event);
	return true;
}

struct gathered *gather_first(const struct gather *g) { return g->first; }

void gather_drop_first(struct gather *g)
{
	struct gathered *one = g->first, **at = &g->buckets[one->fingerprint % BUCKETS];

	while (*at != one)
		at = &(*at)->next_alike;
	*at = one->next_alike;
	g->first = one->next;
	if (!g->first)
		g->last = &g->first;
	g->count--;
	g->raw_bytes -= one->raw.len;
	buf_fini(&one->text);
	buf_fini(&one->raw);
	free(one);
}

size_t gather_count(const struct gather *g) { return g->count; }
uint64_t gather_seen(const struct gather *g) { return g->seen; }
uint64_t gather_dropped(const struct gather *g) { return g->dropped; }
