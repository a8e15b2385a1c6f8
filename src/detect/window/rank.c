#include "detect/window/rank.h"

#include <string.h>

enum { HIGH = UINT32_C(1) << 31, NONE = UINT32_MAX };

struct node {
	double number;
	uint32_t at; /* its place in a heap, with HIGH in the upper one; given back: the next such */
};

/* One piece: this, the nodes, then both heaps of node numbers. */
struct rank {
	uint32_t room, low, high, fresh, free, unused;
	struct node nodes[];
};

static size_t size_of(uint32_t room)
{
	return sizeof(struct rank) + room * (sizeof(struct node) + 2 * sizeof(uint32_t));
}

static uint32_t *heap_of(const struct rank *r, bool high)
{
	return (uint32_t *)(uintptr_t)&r->nodes[r->room] + (high ? r->room : 0);
}

static void put(struct rank *r, bool high, uint32_t at, uint32_t node)
{
	heap_of(r, high)[at] = node;
	r->nodes[node].at = at | (high ? (uint32_t)HIGH : 0);
}

/* Does `a` belong above `b`? The largest is on top of the lower heap. */
static bool above(const struct rank *r, bool high, uint32_t a, uint32_t b)
{
	return high ? r->nodes[a].number < r->nodes[b].number : r->nodes[a].number > r->nodes[b].number;
}

static void rise(struct rank *r, bool high, uint32_t at)
{
	uint32_t *heap = heap_of(r, high), node = heap[at];

	for (; at > 0 && above(r, high, node, heap[(at - 1) / 2]); at = (at - 1) / 2)
		put(r, high, at, heap[(at - 1) / 2]);
	put(r, high, at, node);
}

static void sink(struct rank *r, bool high, uint32_t at)
{
	uint32_t *heap = heap_of(r, high), node = heap[at], count = high ? r->high : r->low;

	for (uint32_t child; (child = 2 * at + 1) < count; at = child) {
		if (child + 1 < count && above(r, high, heap[child + 1], heap[child]))
			child++;
		if (!above(r, high, heap[child], node))
			break;
		put(r, high, at, heap[child]);
	}
	put(r, high, at, node);
}

static void push(struct rank *r, bool high, uint32_t node)
{
	uint32_t at = high ? r->high++ : r->low++;

	put(r, high, at, node);
	rise(r, high, at);
}

static void take_out(struct rank *r, bool high, uint32_t at)
{
	uint32_t last = high ? --r->high : --r->low, moved = heap_of(r, high)[last];

	if (at == last)
		return;
	put(r, high, at, moved);
	rise(r, high, at);
	sink(r, high, r->nodes[moved].at & ~(uint32_t)HIGH);
}

static void cross(struct rank *r, bool to_high)
{
	uint32_t node = heap_of(r, !to_high)[0];

	take_out(r, !to_high, 0);
	push(r, to_high, node);
}

/* The lower heap has as many as the percentile asks for. */
static void balance(struct rank *r, unsigned percentile)
{
	uint64_t wanted = ((uint64_t)(r->low + r->high) * percentile + 99) / 100;

	while (r->low < wanted)
		cross(r, false);
	while (r->low > wanted)
		cross(r, true);
}

bool rank_widen(struct pool *p, struct rank **r, uint32_t most)
{
	struct rank *old = *r, *wide;
	uint32_t room = old ? old->room * 2 : 1;

	if (old && old->low + old->high < old->room)
		return true;
	room = room > most ? most : room;
	if (!(wide = pool_take(p, size_of(room))))
		return false;
	*wide = (struct rank){ .room = room, .free = NONE };
	if (old) {
		uint32_t fresh = old->fresh;

		memcpy(wide, old, sizeof(*old) + fresh * sizeof(struct node));
		wide->room = room;
		memcpy(heap_of(wide, false), heap_of(old, false), old->low * sizeof(uint32_t));
		memcpy(heap_of(wide, true), heap_of(old, true), old->high * sizeof(uint32_t));
		rank_free(p, old);
	}
	*r = wide;
	return true;
}

bool rank_has_room(const struct rank *r) { return r && r->low + r->high < r->room; }

uint32_t rank_add(struct rank *r, double number, unsigned percentile)
{
	uint32_t node = r->free;

	if (node == NONE)
		node = r->fresh++;
	else
		r->free = r->nodes[node].at;
	r->nodes[node].number = number;
	push(r, r->low && number > rank_number(r), node);
	balance(r, percentile);
	return node;
}

void rank_remove(struct rank *r, uint32_t node, unsigned percentile)
{
	uint32_t at = r->nodes[node].at;

	take_out(r, at & HIGH, at & ~(uint32_t)HIGH);
	r->nodes[node].at = r->free;
	r->free = node;
	balance(r, percentile);
}

double rank_number(const struct rank *r) { return r->nodes[heap_of(r, false)[0]].number; }

void rank_free(struct pool *p, struct rank *r)
{
	if (r)
		pool_give(p, r, size_of(r->room));
}
