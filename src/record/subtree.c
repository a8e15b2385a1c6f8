#include "record/subtree.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"

enum { FIRST_ROOM = 1024 };

struct node {
	uint64_t key; /* 0: an empty place */
	unsigned char hash[DIGEST_LEN];
};

struct subtrees {
	struct node *all; /* open addressing, at most half full */
	size_t room, count;
};

/* One number for both, never 0. */
static uint64_t key_of(unsigned level, uint64_t index) { return (index << 6 | level) + 1; }

struct subtrees *subtrees_new(void)
{
	struct subtrees *subtrees = must_alloc(sizeof(*subtrees));

	subtrees->room = FIRST_ROOM;
	subtrees->all = must_alloc(subtrees->room * sizeof(*subtrees->all));
	return subtrees;
}

void subtrees_free(struct subtrees *subtrees)
{
	if (!subtrees)
		return;
	free(subtrees->all);
	free(subtrees);
}

static struct node *place_of(struct node *all, size_t room, uint64_t key)
{
	size_t i = (size_t)((key * UINT64_C(0x9E3779B97F4A7C15)) >> 32) & (room - 1);

	while (all[i].key && all[i].key != key)
		i = (i + 1) & (room - 1);
	return &all[i];
}

static void grow(struct subtrees *s)
{
	struct node *all = must_alloc(s->room * 2 * sizeof(*all));

	for (size_t i = 0; i < s->room; i++)
		if (s->all[i].key)
			*place_of(all, s->room * 2, s->all[i].key) = s->all[i];
	free(s->all);
	s->all = all;
	s->room *= 2;
}

void subtrees_want(void *subtrees, unsigned level, uint64_t index)
{
	struct subtrees *s = subtrees;
	struct node *node;

	if (s->count * 2 >= s->room)
		grow(s);
	node = place_of(s->all, s->room, key_of(level, index));
	if (!node->key)
		s->count++;
	node->key = key_of(level, index);
}

void subtrees_offer(void *subtrees, unsigned level, uint64_t index,
		    const unsigned char hash[static DIGEST_LEN])
{
	struct subtrees *s = subtrees;
	struct node *node = place_of(s->all, s->room, key_of(level, index));

	if (node->key)
		memcpy(node->hash, hash, DIGEST_LEN);
}

const unsigned char *subtrees_get(void *subtrees, unsigned level, uint64_t index)
{
	struct subtrees *s = subtrees;
	const struct node *node = place_of(s->all, s->room, key_of(level, index));

	assert(node->key);
	return node->hash;
}
