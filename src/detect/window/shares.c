#include "detect/window/groups_private.h"

#include <string.h>

/* Who the sources are, who holds most, whose time is over and who gives way. */

/* ---- sources ------------------------------------------------------------------- */

/* The tables of who there is may take what is held back: they are small, and
 * without them nobody is counted. */
static void *grown_in_reserve(struct pool *p, void *old, size_t before, size_t after)
{
	void *wide;

	pool_lend(p, true);
	wide = piece_grown(p, old, before, after);
	pool_lend(p, false);
	return wide;
}

static uint32_t source_find(const struct groups *g, const char *name, uint32_t bucket)
{
	uint32_t i = g->source_heads[bucket];

	while (i != NONE && strcmp(g->sources[i].name, name))
		i = g->sources[i].next_alike;
	return i;
}

static uint32_t source_add(struct groups *g, const char *name, uint32_t bucket)
{
	size_t len = strlen(name);
	struct group_source *wide = g->sources;
	char *copy;

	if (g->source_count == SOURCES_MOST)
		return 0;
	if (g->source_count == g->source_room) {
		uint32_t room = g->source_room ? g->source_room * 2 : 16;

		wide = grown_in_reserve(g->pool, wide, g->source_room * sizeof(*wide), room * sizeof(*wide));
		if (!wide)
			return g->source_count ? 0 : NONE;
		g->sources = wide;
		g->source_room = room;
	}
	if (!(copy = grown_in_reserve(g->pool, NULL, 0, len + 1)))
		return g->source_count ? 0 : NONE;
	memcpy(copy, name, len + 1);
	g->sources[g->source_count] = (struct group_source){ .name = copy,
							     .clock = NEVER,
							     .shares = NONE,
							     .heaviest_of = { NONE, NONE },
							     .next_alike = g->source_heads[bucket] };
	return g->source_heads[bucket] = g->source_count++;
}

uint32_t groups_source(struct groups *g, const char *name)
{
	char cut[NAME_MOST];
	uint32_t bucket;

	if (g->last_source != NONE && !strcmp(g->sources[g->last_source].name, name))
		return g->last_source;
	if (strlen(name) >= sizeof(cut)) {
		memcpy(cut, name, sizeof(cut) - 1);
		cut[sizeof(cut) - 1] = '\0';
		name = cut;
	}
	bucket = (uint32_t)groups_hash(g, name, strlen(name)) % BUCKETS;
	if (!g->source_count && source_add(g, "", (uint32_t)groups_hash(g, "", 0) % BUCKETS) == NONE)
		return NONE;
	g->last_source = source_find(g, name, bucket);
	if (g->last_source == NONE)
		g->last_source = source_add(g, name, bucket);
	return g->last_source;
}

/* ---- who holds most ------------------------------------------------------------- */

static uint64_t source_holds(const struct groups *g, uint32_t i, enum measure by)
{
	return by == BY_GROUPS ? g->sources[i].groups : g->sources[i].bytes;
}

static uint64_t share_holds(const struct groups *g, uint32_t i, enum measure by)
{
	return by == BY_GROUPS ? g->shares[i].groups : g->shares[i].bytes;
}

/* The heaviest is known from each change; only when it has lost an eighth since
 * is it looked for among all. */
static bool has_lost(uint64_t holds, uint64_t mark) { return holds + mark / 8 < mark; }

static uint32_t heaviest_source(struct groups *g, enum measure by)
{
	uint32_t most = g->heaviest_of[by];

	if (most != NONE && !has_lost(source_holds(g, most, by), g->mark_of[by]))
		return most;
	for (uint32_t i = most = 0; i < g->source_count; i++)
		if (source_holds(g, i, by) > source_holds(g, most, by))
			most = i;
	g->heaviest_of[by] = most;
	g->mark_of[by] = source_holds(g, most, by);
	return most;
}

static uint32_t heaviest_share(struct groups *g, uint32_t source, enum measure by)
{
	struct group_source *s = &g->sources[source];
	uint32_t most = s->heaviest_of[by];

	if (most != NONE && !has_lost(share_holds(g, most, by), s->mark_of[by]))
		return most;
	most = s->shares;
	for (uint32_t i = most; i != NONE; i = g->shares[i].next)
		if (share_holds(g, i, by) > share_holds(g, most, by))
			most = i;
	s->heaviest_of[by] = most;
	s->mark_of[by] = most == NONE ? 0 : share_holds(g, most, by);
	return most;
}

static void note_weight(struct groups *g, uint32_t share, enum measure by)
{
	uint32_t source = g->shares[share].source;
	struct group_source *s = &g->sources[source];

	if (g->heaviest_of[by] == NONE || source_holds(g, source, by) >= g->mark_of[by]) {
		g->heaviest_of[by] = source;
		g->mark_of[by] = source_holds(g, source, by);
	}
	if (s->heaviest_of[by] == NONE || share_holds(g, share, by) >= s->mark_of[by]) {
		s->heaviest_of[by] = share;
		s->mark_of[by] = share_holds(g, share, by);
	}
}

bool share_is_heaviest(struct groups *g, uint32_t share)
{
	return heaviest_source(g, BY_BYTES) == g->shares[share].source;
}

void share_charge(struct groups *g, uint32_t share, int64_t bytes)
{
	struct share *s = &g->shares[share];

	if (!bytes)
		return;
	s->bytes += (uint64_t)bytes;
	g->sources[s->source].bytes += (uint64_t)bytes;
	g->rules[s->rule].bytes += (uint64_t)bytes;
	if (bytes > 0)
		note_weight(g, share, BY_BYTES);
}

void share_count_groups(struct groups *g, uint32_t share, int64_t n)
{
	struct share *s = &g->shares[share];

	s->groups += (uint64_t)n;
	g->sources[s->source].groups += (uint64_t)n;
	g->rules[s->rule].groups += (uint64_t)n;
	g->counts.groups += (uint64_t)n;
	share_charge(g, share, n * (int64_t)(sizeof(struct group) + 2 * sizeof(struct slot)));
	if (n > 0)
		note_weight(g, share, BY_GROUPS);
}

/* ---- shares ---------------------------------------------------------------------- */

static uint32_t bucket_of(uint32_t source, uint32_t rule) { return (source * 31 + rule) % BUCKETS; }

uint32_t share_find(const struct groups *g, uint32_t source, uint32_t rule)
{
	uint32_t i = g->share_heads[bucket_of(source, rule)];

	while (i != NONE && (g->shares[i].source != source || g->shares[i].rule != rule))
		i = g->shares[i].next_alike;
	return i;
}

static int64_t width_of(const struct groups *g, const struct share *s)
{
	const struct group_rule *r = &g->rules[s->rule];

	return (r->asked->span + r->lateness) / WIDTHS + 1;
}

void share_join(struct groups *g, uint32_t i)
{
	struct share *s = &g->shares[i];
	uint32_t *bucket = &g->share_heads[bucket_of(s->source, s->rule)];

	s->next = g->sources[s->source].shares;
	s->previous = NONE;
	if (s->next != NONE)
		g->shares[s->next].previous = i;
	g->sources[s->source].shares = i;
	s->next_alike = *bucket;
	*bucket = i;
}

uint32_t share_add(struct groups *g, uint32_t source, uint32_t rule)
{
	uint32_t i = g->share_given;
	struct share *s;

	if (i != NONE) {
		g->share_given = g->shares[i].next;
	} else {
		if (g->share_count == g->share_room) {
			uint32_t room = g->share_room ? g->share_room * 2 : 16;

			s = grown_in_reserve(g->pool, g->shares, g->share_room * sizeof(*s),
					     room * sizeof(*s));
			if (!s)
				return NONE;
			g->shares = s;
			g->share_room = room;
		}
		i = g->share_count++;
	}
	s = &g->shares[i];
	*s = (struct share){ .source = source, .rule = rule };
	memset(s->slots, 0xFF, sizeof(s->slots));
	s->tick = g->sources[source].clock / width_of(g, s) - 1;
	share_join(g, i);
	return i;
}

/* One without groups goes, so that there are never more than groups. */
void share_drop(struct groups *g, uint32_t i)
{
	struct share *s = &g->shares[i];
	struct group_source *source = &g->sources[s->source];
	uint32_t *alike = &g->share_heads[bucket_of(s->source, s->rule)];

	while (*alike != i)
		alike = &g->shares[*alike].next_alike;
	*alike = s->next_alike;
	*(s->previous == NONE ? &source->shares : &g->shares[s->previous].next) = s->next;
	if (s->next != NONE)
		g->shares[s->next].previous = s->previous;
	for (int by = BY_GROUPS; by <= BY_BYTES; by++)
		if (source->heaviest_of[by] == i)
			source->heaviest_of[by] = NONE;
	s->rule = NONE;
	s->next = g->share_given;
	g->share_given = i;
}

/* ---- time, and giving way ------------------------------------------------------- */

static int64_t over_at(const struct groups *g, const struct group *one)
{
	const struct group_rule *r = &g->rules[groups_rule_of(g, one)];

	return one->touched + r->asked->span + r->lateness;
}

void share_put(struct groups *g, uint32_t i)
{
	struct group *one = group_at(g, i);
	struct share *s = &g->shares[one->share];
	int64_t tick = over_at(g, one) / width_of(g, s);
	uint32_t *slot;

	tick = tick <= s->tick ? s->tick + 1 : tick > s->tick + SLOTS ? s->tick + SLOTS : tick;
	slot = &s->slots[(uint64_t)tick % SLOTS];
	one->next = *slot;
	*slot = i;
}

/* Of the slots that the clock has passed: a group goes, or to where its time now
 * is. Never more than `budget`, however many there are: the next call goes on. */
void share_turn(struct groups *g, uint32_t share, unsigned budget)
{
	struct share *s = &g->shares[share];
	const int64_t clock = g->sources[s->source].clock, now = clock / width_of(g, s);

	if (now - s->tick > SLOTS + 1)
		s->tick = now - SLOTS - 1;
	while (s->tick + 1 < now) {
		uint32_t *slot = &s->slots[(uint64_t)(s->tick + 1) % SLOTS], i = *slot;

		if (i == NONE) {
			s->tick++;
			continue;
		}
		if (!budget--)
			return;
		*slot = group_at(g, i)->next;
		if (over_at(g, group_at(g, i)) >= clock) {
			share_put(g, i);
			continue;
		}
		g->counts.expired++;
		groups_drop(g, i);
		if (s->rule == NONE)
			return; /* that was its last one */
	}
}

void share_turn_next(struct groups *g, uint32_t other_than)
{
	if (!g->share_count)
		return;
	g->hand = (g->hand + 1) % g->share_count;
	if (g->shares[g->hand].rule != NONE && g->hand != other_than)
		share_turn(g, g->hand, LOOK);
}

uint32_t share_take_last(struct groups *g, uint32_t share, const struct group *spared)
{
	struct share *s = &g->shares[share];

	for (int64_t tick = s->tick + SLOTS; tick > s->tick; tick--) {
		uint32_t *link = &s->slots[(uint64_t)tick % SLOTS], i = *link;

		if (i != NONE && group_at(g, i) == spared) {
			link = &group_at(g, i)->next;
			i = *link;
		}
		if (i == NONE)
			continue;
		*link = group_at(g, i)->next;
		return i;
	}
	return NONE;
}

static bool give_way(struct groups *g, uint32_t share, const struct group *spared)
{
	const struct share *s = &g->shares[share];
	uint32_t i = share_take_last(g, share, spared);

	if (i == NONE)
		return false;
	g->rules[s->rule].given_up++;
	g->sources[s->source].given_up++;
	g->counts.given_up++;
	groups_drop(g, i);
	return true;
}

bool share_make_room(struct groups *g, uint32_t share, const struct group *spared, enum measure by)
{
	const uint64_t gone = g->counts.expired;
	uint32_t source = g->shares[share].source, other;

	for (unsigned i = 0; i < LOOK && i < g->share_count; i++) {
		share_turn_next(g, share);
		if (g->counts.expired > gone)
			return true;
	}
	other = heaviest_source(g, by);
	if (other != source && source_holds(g, other, by) > source_holds(g, source, by) + 1)
		return give_way(g, heaviest_share(g, other, by), spared);
	other = heaviest_share(g, source, by);
	if (other != share && share_holds(g, other, by) > share_holds(g, share, by) + 1)
		return give_way(g, other, spared);
	return false;
}
