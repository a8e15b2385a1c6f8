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

static uint64_t hash_of(const struct buf *key)
{
	uint64_t h = UINT64_C(14695981039346656037);

	for (size_t i = 0; i < key->len; i++)
		h = (h ^ (unsigned char)key->data[i]) * UINT64_C(1099511628211);
	return h;
}

/* The key is compared, not its hash alone: who can choose field values could
 * make two hashes meet, and hide one thing behind another. */
static struct gathered *find(const struct gather *g, const struct buf *key, uint64_t hash)
{
	struct gathered *one = g->buckets[hash % BUCKETS];

	while (one && (one->closed || one->hash != hash || one->key.len != key->len ||
		       memcmp(one->key.data, key->data, key->len) != 0))
		one = one->next_alike;
	return one;
}

/* Takes the key. */
static struct gathered *begin(struct gather *g, const struct alert *alert, struct buf *key, uint64_t hash)
{
	struct gathered **bucket = &g->buckets[hash % BUCKETS], *one;

	if (g->count >= g->limits.alerts)
		return NULL;
	one = must_alloc(sizeof(*one));
	*one = (struct gathered){ .hash = hash,
				  .key = *key,
				  .within = alert->rule->join.within,
				  .at_most = alert->rule->join.at_most,
				  .next_alike = *bucket };
	*key = (struct buf){ 0 };
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

bool gather_add(struct gather *g, const struct alert *alert, const struct alert_key *by)
{
	struct buf key = { 0 };
	struct gathered *one;
	uint64_t hash;

	alert_key_write(&key, alert, by);
	hash = hash_of(&key);
	if (!(one = find(g, &key, hash)))
		one = begin(g, alert, &key, hash);
	buf_fini(&key);
	if (!one) {
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
	struct gathered *one = g->first, **at = &g->buckets[one->hash % BUCKETS];

	while (*at != one)
		at = &(*at)->next_alike;
	*at = one->next_alike;
	g->first = one->next;
	if (!g->first)
		g->last = &g->first;
	g->count--;
	g->raw_bytes -= one->raw.len;
	buf_fini(&one->key);
	buf_fini(&one->text);
	buf_fini(&one->raw);
	free(one);
}

size_t gather_count(const struct gather *g) { return g->count; }
uint64_t gather_seen(const struct gather *g) { return g->seen; }
uint64_t gather_dropped(const struct gather *g) { return g->dropped; }
