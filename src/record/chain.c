#include "record/chain.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"

enum { FIRST_ROOM = 1024 };

struct chain {
	int64_t object; /* -1: an empty place */
	uint32_t kind;
	bool claimed;
	uint64_t next; /* the oseq that is to come */
	unsigned char last[DIGEST_LEN];
};

struct claim {
	char *obj;
	int64_t object;
	uint64_t entries;
};

struct chains {
	struct chain *all; /* open addressing, at most half full */
	size_t room, count;
	char **kinds;
	size_t kind_count;
	struct claim *claims;
	size_t claim_count;
};

static struct chain *empty_table(size_t room)
{
	struct chain *all = must_alloc(room * sizeof(*all));

	for (size_t i = 0; i < room; i++)
		all[i].object = -1;
	return all;
}

struct chains *chains_new(void)
{
	struct chains *chains = must_alloc(sizeof(*chains));

	chains->room = FIRST_ROOM;
	chains->all = empty_table(chains->room);
	return chains;
}

void chains_free(struct chains *chains)
{
	if (!chains)
		return;
	for (size_t i = 0; i < chains->kind_count; i++)
		free(chains->kinds[i]);
	for (size_t i = 0; i < chains->claim_count; i++)
		free(chains->claims[i].obj);
	free(chains->kinds);
	free(chains->claims);
	free(chains->all);
	free(chains);
}

static struct chain *place_of(struct chain *all, size_t room, int64_t object)
{
	size_t i = (size_t)(((uint64_t)object * UINT64_C(0x9E3779B97F4A7C15)) >> 32) & (room - 1);

	while (all[i].object >= 0 && all[i].object != object)
		i = (i + 1) & (room - 1);
	return &all[i];
}

static void grow(struct chains *chains)
{
	struct chain *all = empty_table(chains->room * 2);

	for (size_t i = 0; i < chains->room; i++)
		if (chains->all[i].object >= 0)
			*place_of(all, chains->room * 2, chains->all[i].object) = chains->all[i];
	free(chains->all);
	chains->all = all;
	chains->room *= 2;
}

/* Kinds are few; the last one comes again most often. */
static uint32_t kind_number(struct chains *chains, struct span kind)
{
	for (size_t i = chains->kind_count; i-- > 0;)
		if (!strncmp(chains->kinds[i], kind.text, kind.len) && !chains->kinds[i][kind.len])
			return (uint32_t)i;
	chains->kinds = must_grow(chains->kinds, (chains->kind_count + 1) * sizeof(*chains->kinds));
	chains->kinds[chains->kind_count] = must_alloc(kind.len + 1);
	memcpy(chains->kinds[chains->kind_count], kind.text, kind.len);
	return (uint32_t)chains->kind_count++;
}

static struct chain *find(struct chains *chains, int64_t object, struct span kind)
{
	struct chain *chain = place_of(chains->all, chains->room, object);

	if (chain->object >= 0)
		return chain;
	if (chains->count * 2 >= chains->room) {
		grow(chains);
		chain = place_of(chains->all, chains->room, object);
	}
	chains->count++;
	*chain = (struct chain){ .object = object, .kind = kind_number(chains, kind) };
	return chain;
}

void chains_claim(struct chains *chains, const char *obj, uint64_t entries)
{
	const char *colon = strchr(obj, ':');
	struct claim *claim;

	chains->claims = must_grow(chains->claims, (chains->claim_count + 1) * sizeof(*chains->claims));
	claim = &chains->claims[chains->claim_count++];
	*claim = (struct claim){ must_copy(obj), colon ? strtoll(colon + 1, NULL, 10) : 0, entries };
	if (claim->object < 0)
		claim->object = 0;
	find(chains, claim->object, (struct span){ obj, colon ? (size_t)(colon - obj) : strlen(obj) })
		->claimed = true;
}

enum chain_state chains_follow(struct chains *chains, const struct leaf *leaf,
			       const unsigned char hash[static DIGEST_LEN], bool whole)
{
	struct chain *chain = find(chains, leaf->object, leaf->kind);
	enum chain_state state = CHAIN_GOOD;

	if (chain->kind != kind_number(chains, leaf->kind))
		state = CHAIN_KIND;
	else if ((whole || chain->claimed) &&
		 (leaf->oseq != chain->next || memcmp(leaf->oprev, chain->last, DIGEST_LEN)))
		state = CHAIN_BROKEN;
	/* Go on from what is there, so that one fault is told once. */
	chain->next = whole || chain->claimed ? leaf->oseq + 1 : chain->next + 1;
	memcpy(chain->last, hash, DIGEST_LEN);
	return state;
}

void chains_settle(const struct chains *chains, chain_claim call, void *context)
{
	for (size_t i = 0; i < chains->claim_count; i++) {
		const struct claim *claim = &chains->claims[i];
		const struct chain *chain = place_of(chains->all, chains->room, claim->object);

		call(context, claim->obj, claim->entries, chain->object >= 0 ? chain->next : 0);
	}
}
