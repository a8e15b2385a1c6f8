#include "release/names.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "release/release.h"

struct node {
	uint32_t parent, c;
	uint32_t fail;    /* the longest end of it that is a beginning too */
	uint32_t out;     /* of a name: its place in `ends`, from 1 */
	uint32_t shorter; /* next node along `fail` at which a name ends; 0: none */
	uint32_t depth;
};

struct end {
	uint32_t mark;
	uint32_t gaps; /* signs and blanks between its parts */
	bool latin;    /* nothing but ASCII: found as whole words */
	uint32_t next; /* another name that reads the same */
};

struct names_tree {
	struct node *nodes;
	size_t node_count, node_room;
	struct end *ends;
	size_t end_count, end_room;
	uint32_t *slots; /* node + 1, by parent and character */
	size_t slot_count;
};

static size_t slot_of(const struct names_tree *tree, uint32_t parent, uint32_t c)
{
	uint64_t h = ((uint64_t)parent << 21 ^ c) * 0x9e3779b97f4a7c15u;

	h ^= h >> 29;
	for (size_t i = h & (tree->slot_count - 1);; i = (i + 1) & (tree->slot_count - 1)) {
		const uint32_t at = tree->slots[i];

		if (!at || (tree->nodes[at - 1].parent == parent && tree->nodes[at - 1].c == c))
			return i;
	}
}

static uint32_t child(const struct names_tree *tree, uint32_t parent, uint32_t c)
{
	const uint32_t at = tree->slots[slot_of(tree, parent, c)];

	return at ? at - 1 : 0;
}

static void widen(struct names_tree *tree)
{
	if (2 * tree->node_count < tree->slot_count)
		return;
	free(tree->slots);
	tree->slot_count = 4 * tree->slot_count;
	tree->slots = must_alloc(tree->slot_count * sizeof(*tree->slots));
	memset(tree->slots, 0, tree->slot_count * sizeof(*tree->slots));
	for (uint32_t i = 1; i < tree->node_count; i++)
		tree->slots[slot_of(tree, tree->nodes[i].parent, tree->nodes[i].c)] = i + 1;
}

static uint32_t add_node(struct names_tree *tree, uint32_t parent, uint32_t c)
{
	if (tree->node_count == tree->node_room) {
		tree->node_room = tree->node_room ? 2 * tree->node_room : 1024;
		tree->nodes = must_grow(tree->nodes, tree->node_room * sizeof(*tree->nodes));
	}
	tree->nodes[tree->node_count] = (struct node){
		.parent = parent, .c = c, .depth = tree->node_count ? tree->nodes[parent].depth + 1 : 0
	};
	return (uint32_t)tree->node_count++;
}

struct names_tree *names_new(void)
{
	struct names_tree *tree = must_alloc(sizeof(*tree));

	*tree = (struct names_tree){ .slot_count = 1024 };
	tree->slots = must_alloc(tree->slot_count * sizeof(*tree->slots));
	memset(tree->slots, 0, tree->slot_count * sizeof(*tree->slots));
	add_node(tree, 0, 0);
	return tree;
}

void names_free(struct names_tree *tree)
{
	if (!tree)
		return;
	free(tree->nodes);
	free(tree->ends);
	free(tree->slots);
	free(tree);
}

static uint32_t gaps_of(const char *name)
{
	uint32_t gaps = 0;

	for (; *name; name++)
		gaps += (unsigned char)*name < 0x80 && !isalnum((unsigned char)*name);
	return gaps;
}

void names_add(struct names_tree *tree, const char *name, uint32_t mark)
{
	uint32_t c[RELEASE_NAME_MOST], at = 0, next;
	const size_t n = fold_squeeze(name, c, RELEASE_NAME_MOST);
	bool latin = true;

	for (size_t i = 0; i < n; i++)
		latin &= c[i] < 0x80;
	if (n < 2 || (latin && n < 3))
		return;
	for (size_t i = 0; i < n; i++, at = next) {
		if ((next = child(tree, at, c[i])))
			continue;
		widen(tree);
		next = add_node(tree, at, c[i]);
		tree->slots[slot_of(tree, at, c[i])] = next + 1;
	}
	if (tree->end_count == tree->end_room) {
		tree->end_room = tree->end_room ? 2 * tree->end_room : 256;
		tree->ends = must_grow(tree->ends, tree->end_room * sizeof(*tree->ends));
	}
	tree->ends[tree->end_count++] = (struct end){ mark, gaps_of(name), latin, tree->nodes[at].out };
	tree->nodes[at].out = (uint32_t)tree->end_count;
}

static uint32_t step(const struct names_tree *tree, uint32_t at, uint32_t c)
{
	uint32_t next;

	while (!(next = child(tree, at, c)) && at)
		at = tree->nodes[at].fail;
	return next;
}

/* By depth: what a node falls back to is less deep and known. */
void names_ready(struct names_tree *tree)
{
	uint32_t *order = must_alloc(tree->node_count * sizeof(*order)), deepest = 0;
	size_t starts[RELEASE_NAME_MOST + 2] = { 0 };

	for (size_t i = 0; i < tree->node_count; i++) {
		starts[tree->nodes[i].depth + 1]++;
		deepest = tree->nodes[i].depth > deepest ? tree->nodes[i].depth : deepest;
	}
	for (size_t d = 1; d <= deepest; d++)
		starts[d] += starts[d - 1];
	for (uint32_t i = 0; i < tree->node_count; i++)
		order[starts[tree->nodes[i].depth]++] = i;
	for (size_t k = 1; k < tree->node_count; k++) {
		struct node *node = &tree->nodes[order[k]];

		node->fail = node->depth > 1 ? step(tree, tree->nodes[node->parent].fail, node->c) : 0;
		node->shorter = tree->nodes[node->fail].out ? node->fail : tree->nodes[node->fail].shorter;
	}
	free(order);
}

/* Between the parts of a name a sentence does not end. */
static bool stops(const struct fold *text, size_t i)
{
	static const uint32_t marks[] = { '\n', ',', ';', '!', '?', 0x3001, 0x3002, '(', ')' };

	for (size_t k = 0; k < sizeof(marks) / sizeof(*marks); k++)
		if (text->c[i] == marks[k])
			return true;
	return false;
}

struct squeezed {
	uint32_t *c, *at; /* characters that count, and where in the fold */
	size_t n;
};

static bool whole(const struct fold *text, const struct end *end, size_t from, size_t to, size_t parts)
{
	size_t gaps = 0;

	for (size_t i = from; i < to; i++)
		if (!fold_counts(text->s[i]) && stops(text, i))
			return false;
	for (size_t i = from; i < to; i++)
		gaps += !fold_counts(text->s[i]) && fold_counts(text->s[i - 1]);
	if (!end->latin)
		return to - from <= 3 * parts;
	return gaps <= end->gaps && !(from && isalnum(text->s[from - 1])) &&
	       !(to < text->n && isalnum(text->s[to]));
}

static void tell(const struct names_tree *tree, const struct fold *text, const struct squeezed *all,
		 size_t last, uint32_t node, names_found *found, void *with)
{
	for (; node; node = tree->nodes[node].shorter) {
		const size_t parts = tree->nodes[node].depth, from = all->at[last + 1 - parts],
			     to = all->at[last] + 1;

		for (uint32_t i = tree->nodes[node].out; i; i = tree->ends[i - 1].next)
			if (whole(text, &tree->ends[i - 1], from, to, parts))
				found(with, tree->ends[i - 1].mark, from, to);
	}
}

void names_find(const struct names_tree *tree, const struct fold *text, struct arena *mem, names_found *found,
		void *with)
{
	struct squeezed all = { .c = arena_many(mem, text->n + 1, sizeof(*all.c)),
				.at = arena_many(mem, text->n + 1, sizeof(*all.at)) };
	uint32_t node = 0;

	for (size_t i = 0; i < text->n; i++)
		if (fold_counts(text->s[i])) {
			all.c[all.n] = fold_small(text->c[i]);
			all.at[all.n++] = (uint32_t)i;
		}
	for (size_t i = 0; i < all.n; i++) {
		node = step(tree, node, all.c[i]);
		tell(tree, text, &all, i, tree->nodes[node].out ? node : tree->nodes[node].shorter, found,
		     with);
	}
}
