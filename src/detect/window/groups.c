#include "detect/window/groups_private.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "detect/window/hash.h"
#include "host/random.h"

/* ---- the whole ---------------------------------------------------------------- */

void *piece_grown(struct pool *p, void *old, size_t before, size_t after)
{
	void *wide = pool_take(p, after);

	if (!wide)
		return NULL;
	if (old)
		memcpy(wide, old, before);
	memset((char *)wide + before, 0, after - before);
	pool_give(p, old, before);
	return wide;
}

struct groups *groups_new(size_t groups_most, size_t bytes_most)
{
	struct groups *g = must_alloc(sizeof(*g));

	g->most = groups_most < NONE - PAGE ? groups_most : NONE - PAGE;
	g->pool = pool_new(bytes_most);
	g->pages = must_alloc((g->most / PAGE + 1) * sizeof(*g->pages));
	g->given = g->share_given = g->last_source = g->heaviest_of[0] = g->heaviest_of[1] = NONE;
	memset(g->share_heads, 0xFF, sizeof(g->share_heads));
	memset(g->source_heads, 0xFF, sizeof(g->source_heads));
	random_fill(&g->seed, sizeof(g->seed));
	return g;
}

void groups_free(struct groups *g)
{
	if (!g)
		return;
	pool_free(g->pool);
	free(g->pages);
	free(g->rules);
	free(g);
}

struct pool *groups_pool(struct groups *g) { return g->pool; }
struct groups_counts groups_counts(const struct groups *g) { return g->counts; }
struct group_source *groups_source_at(struct groups *g, uint32_t source) { return &g->sources[source]; }
uint32_t groups_source_count(const struct groups *g) { return g->source_count; }
struct group_rule *groups_rule_at(struct groups *g, uint32_t rule) { return &g->rules[rule]; }
uint32_t groups_rule_of(const struct groups *g, const struct group *one)
{
	return g->shares[one->share].rule;
}

uint64_t groups_hash(const struct groups *g, const void *bytes, size_t len)
{
	return hash_bytes(bytes, len, g->seed);
}

const char *group_key(const struct group *one)
{
	const char *far;

	if (one->key_len <= KEY_INSIDE)
		return one->key;
	memcpy(&far, one->key, sizeof(far));
	return far;
}

/* ---- the table ------------------------------------------------------------------- */

static uint32_t tag_of(const struct groups *g, uint32_t rule, const char *key, size_t len)
{
	return (uint32_t)hash_bytes(key, len, g->seed ^ g->rules[rule].salt);
}

static void table_put(struct slot *table, uint32_t mask, struct slot one)
{
	uint32_t s = one.tag & mask;

	while (table[s].group)
		s = (s + 1) & mask;
	table[s] = one;
}

/* At most three quarters full; false when there is no memory for a larger one. */
static bool table_widen(struct groups *g)
{
	uint32_t room = g->table_room ? g->table_room * 2 : 1024;
	struct slot *wide;

	if (g->counts.groups + 1 <= g->table_room / 4 * 3)
		return true;
	if (!(wide = piece_grown(g->pool, NULL, 0, room * sizeof(*wide))))
		return false;
	for (uint32_t i = 0; i < g->table_room; i++)
		if (g->table[i].group)
			table_put(wide, room - 1, g->table[i]);
	pool_give(g->pool, g->table, g->table_room * sizeof(*wide));
	g->table = wide;
	g->table_room = room;
	return true;
}

static void table_remove(struct groups *g, uint32_t i)
{
	const struct group *one = group_at(g, i);
	uint32_t mask = g->table_room - 1;
	uint32_t hole = tag_of(g, groups_rule_of(g, one), group_key(one), one->key_len) & mask;

	while (g->table[hole].group != i + 1)
		hole = (hole + 1) & mask;
	for (uint32_t s = (hole + 1) & mask; g->table[s].group; s = (s + 1) & mask) {
		if (((s - g->table[s].tag) & mask) < ((s - hole) & mask))
			continue;
		g->table[hole] = g->table[s];
		hole = s;
	}
	g->table[hole] = (struct slot){ 0 };
}

struct group *groups_find(struct groups *g, uint32_t rule, const char *key, size_t len)
{
	uint32_t tag = tag_of(g, rule, key, len), mask = g->table_room - 1;

	for (uint32_t s = tag & mask; g->table_room && g->table[s].group; s = (s + 1) & mask) {
		struct group *one;

		if (g->table[s].tag != tag)
			continue;
		one = group_at(g, g->table[s].group - 1);
		if (one->key_len == len && groups_rule_of(g, one) == rule &&
		    !memcmp(group_key(one), key, len))
			return one;
	}
	return NULL;
}

/* ---- groups that come and go ------------------------------------------------------ */

void groups_drop(struct groups *g, uint32_t i)
{
	struct group *one = group_at(g, i);
	uint32_t share = one->share;
	const struct asked *asked = g->rules[groups_rule_of(g, one)].asked;
	size_t before = pool_used(g->pool);

	table_remove(g, i);
	asked->keeper->free(g->pool, one->state, asked);
	if (one->key_len > KEY_INSIDE)
		pool_give(g->pool, (void *)(uintptr_t)group_key(one), one->key_len);
	share_charge(g, share, (int64_t)pool_used(g->pool) - (int64_t)before);
	share_count_groups(g, share, -1);
	one->next = g->given;
	g->given = i;
	if (!g->shares[share].groups)
		share_drop(g, share);
}

static uint32_t take_number(struct groups *g)
{
	uint32_t i = g->given;

	if (i != NONE) {
		g->given = group_at(g, i)->next;
		return i;
	}
	i = g->fresh;
	if (i % PAGE == 0) {
		struct group *page = pool_take(g->pool, PAGE * sizeof(*page));

		if (!page)
			return NONE;
		g->pages[i / PAGE] = page;
	}
	g->fresh++;
	return i;
}

static bool set_key(struct groups *g, struct group *one, const char *key, size_t len)
{
	char *far = NULL;

	if (len > KEY_INSIDE && !(far = pool_take(g->pool, len)))
		return false;
	if (far)
		memcpy(one->key, &far, sizeof(far));
	memcpy(far ? far : one->key, key, len);
	one->key_len = (uint16_t)len;
	return true;
}

/* A number and a key, if there is memory for both. */
static uint32_t try_new(struct groups *g, const char *key, size_t len)
{
	uint32_t i;

	if (!table_widen(g) || (i = take_number(g)) == NONE)
		return NONE;
	*group_at(g, i) = (struct group){ .last = NEVER, .touched = NEVER, .reported = NEVER };
	if (set_key(g, group_at(g, i), key, len))
		return i;
	group_at(g, i)->next = g->given;
	g->given = i;
	return NONE;
}

static void refuse(struct groups *g, uint32_t rule, uint32_t source)
{
	g->rules[rule].refused++;
	g->sources[source].refused++;
	g->counts.refused++;
}

/* Nobody lends a share its first group: it holds nothing, so all others do. */
static uint32_t find_room(struct groups *g, uint32_t share, const char *key, size_t len)
{
	for (unsigned tries = 0; tries < TRIES; tries++) {
		bool full = g->counts.groups >= g->most;
		uint32_t i = full ? NONE : try_new(g, key, len);

		if (i != NONE || !share_make_room(g, share, NULL, full ? BY_GROUPS : BY_BYTES))
			return i;
	}
	return NONE;
}

struct group *groups_add(struct groups *g, uint32_t rule, uint32_t source, const char *key, size_t len)
{
	uint32_t share, i = NONE;

	if ((share = share_find(g, source, rule)) != NONE)
		share_turn(g, share, LOOK);
	share_turn_next(g, NONE);
	share = share_find(g, source, rule); /* either may have lost its last group */
	if (share == NONE)
		share = share_add(g, source, rule);
	if (share != NONE)
		i = find_room(g, share, key, len);
	if (i == NONE) {
		refuse(g, rule, source);
		if (share != NONE && !g->shares[share].groups)
			share_drop(g, share);
		return NULL;
	}
	group_at(g, i)->share = share;
	share_count_groups(g, share, 1);
	if (len > KEY_INSIDE)
		share_charge(g, share, (int64_t)pool_cost(len));
	table_put(g->table, g->table_room - 1, (struct slot){ tag_of(g, rule, key, len), i + 1 });
	group_at(g, i)->next = i;
	return group_at(g, i);
}

void groups_touch(struct groups *g, struct group *one, int64_t time)
{
	const int64_t clock = g->sources[g->shares[one->share].source].clock;

	if (time > one->last)
		one->last = time;
	one->touched = clock > one->last ? clock : one->last;
}

/* Until then `next` is its own number. */
void groups_begin(struct groups *g, struct group *one) { share_put(g, one->next); }

void groups_refuse(struct groups *g, struct group *one)
{
	const struct share *s = &g->shares[one->share];

	refuse(g, s->rule, s->source);
	groups_drop(g, one->next);
}

static bool try_keep(struct groups *g, struct group *one, const struct asked *asked,
		     const struct incoming *in, bool tight, uint64_t *dropped)
{
	size_t before = pool_used(g->pool);
	bool kept = asked->keeper->keep(g->pool, &one->state, asked, in, one->last, tight, dropped);

	share_charge(g, one->share, (int64_t)pool_used(g->pool) - (int64_t)before);
	return kept;
}

/* What is held back is for the windows of those who do not hold most: what
 * others give up is in pieces of another size, perhaps. */
static bool keep_in_reserve(struct groups *g, struct group *one, const struct asked *asked,
			    const struct incoming *in, uint64_t *dropped)
{
	bool kept;

	if (share_is_heaviest(g, one->share))
		return false;
	pool_lend(g->pool, true);
	kept = try_keep(g, one, asked, in, false, dropped);
	pool_lend(g->pool, false);
	return kept;
}

bool groups_keep(struct groups *g, struct group *one, const struct incoming *in, uint64_t *dropped)
{
	const struct asked *asked = g->rules[groups_rule_of(g, one)].asked;

	if (try_keep(g, one, asked, in, false, dropped) || keep_in_reserve(g, one, asked, in, dropped))
		return true;
	for (unsigned tries = 0; tries < TRIES && share_make_room(g, one->share, one, BY_BYTES); tries++)
		if (try_keep(g, one, asked, in, false, dropped))
			return true;
	return try_keep(g, one, asked, in, true, dropped);
}

/* ---- another set of rules ------------------------------------------------------------- */

static void empty_share(struct groups *g, uint32_t share)
{
	uint32_t i;

	while (g->shares[share].rule != NONE && (i = share_take_last(g, share, NULL)) != NONE)
		groups_drop(g, i);
}

static void renumber(struct groups *g, const uint32_t *number_of)
{
	for (uint32_t i = 0; i < g->share_count; i++)
		if (g->shares[i].rule != NONE && number_of[g->shares[i].rule] == NONE)
			empty_share(g, i);
	memset(g->share_heads, 0xFF, sizeof(g->share_heads));
	for (uint32_t i = 0; i < g->source_count; i++)
		g->sources[i].shares = NONE;
	for (uint32_t i = 0; i < g->share_count; i++)
		if (g->shares[i].rule != NONE) {
			g->shares[i].rule = number_of[g->shares[i].rule];
			share_join(g, i);
		}
}

void groups_rules(struct groups *g, const struct group_rule *rules, uint32_t count, const uint32_t *number_of)
{
	struct group_rule *next = must_alloc((count + 1) * sizeof(*next));

	memcpy(next, rules, count * sizeof(*next));
	if (number_of)
		renumber(g, number_of);
	for (uint32_t i = 0; i < g->rule_count && number_of; i++)
		if (number_of[i] != NONE) {
			next[number_of[i]].groups = g->rules[i].groups;
			next[number_of[i]].bytes = g->rules[i].bytes;
			next[number_of[i]].refused = g->rules[i].refused;
			next[number_of[i]].given_up = g->rules[i].given_up;
		}
	free(g->rules);
	g->rules = next;
	g->rule_count = count;
}
