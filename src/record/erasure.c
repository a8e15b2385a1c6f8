#include "record/erasure.h"

#include <stdbool.h>
#include <stdlib.h>

#include "base/arena.h"

/* Texts of an entry in one word: many entries have some, few are erased. */
enum { COUNT_BITS = 10 };

struct gone {
	uint64_t seq, part;
	int64_t by;
};

struct order {
	uint64_t by, seq, part;
};

struct erasures {
	uint64_t *entries;    /* seq << COUNT_BITS | texts, ascending */
	struct gone *gone;    /* by ascending seq and part */
	struct order *orders; /* by ascending `by` */
	size_t entry_count, entry_room, gone_count, gone_room, order_count, order_room;
};

struct erasures *erasures_new(void) { return must_alloc(sizeof(struct erasures)); }

void erasures_free(struct erasures *e)
{
	if (!e)
		return;
	free(e->entries);
	free(e->gone);
	free(e->orders);
	free(e);
}

static void *room_for(void *array, size_t count, size_t *room, size_t size)
{
	if (count < *room)
		return array;
	*room = *room ? *room * 2 : 64;
	return must_grow(array, *room * size);
}

void erasures_entry(struct erasures *e, uint64_t seq, size_t texts)
{
	e->entries = room_for(e->entries, e->entry_count, &e->entry_room, sizeof(*e->entries));
	e->entries[e->entry_count++] = seq << COUNT_BITS | texts;
}

void erasures_gone(struct erasures *e, uint64_t seq, uint64_t part, int64_t by)
{
	e->gone = room_for(e->gone, e->gone_count, &e->gone_room, sizeof(*e->gone));
	e->gone[e->gone_count++] = (struct gone){ seq, part, by };
}

void erasures_order(struct erasures *e, uint64_t by, uint64_t seq, uint64_t part)
{
	e->orders = room_for(e->orders, e->order_count, &e->order_room, sizeof(*e->orders));
	e->orders[e->order_count++] = (struct order){ by, seq, part };
}

static int by_number(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a >> COUNT_BITS, y = *(const uint64_t *)b >> COUNT_BITS;

	return x < y ? -1 : x > y;
}

static int by_place(const void *a, const void *b)
{
	const struct gone *x = a, *y = b;

	if (x->seq != y->seq)
		return x->seq < y->seq ? -1 : 1;
	return x->part < y->part ? -1 : x->part > y->part;
}

static int by_order(const void *a, const void *b)
{
	const struct order *x = a, *y = b;

	return x->by < y->by ? -1 : x->by > y->by;
}

static const void *search(const void *key, const void *array, size_t count, size_t size,
			  int (*compare)(const void *, const void *))
{
	return count ? bsearch(key, array, count, size, compare) : NULL;
}

static size_t texts_of(const struct erasures *e, uint64_t seq)
{
	uint64_t key = seq << COUNT_BITS;
	const uint64_t *found = search(&key, e->entries, e->entry_count, sizeof(*e->entries), by_number);

	return found ? *found & ((1U << COUNT_BITS) - 1) : 0;
}

static bool is_gone(const struct erasures *e, uint64_t seq, uint64_t part)
{
	struct gone key = { seq, part, 0 };

	return search(&key, e->gone, e->gone_count, sizeof(*e->gone), by_place);
}

static bool is_named(const struct erasures *e, const struct gone *gone)
{
	struct order key = { (uint64_t)gone->by, 0, 0 };
	const struct order *order = search(&key, e->orders, e->order_count, sizeof(*e->orders), by_order);

	return order && order->seq == gone->seq && order->by > gone->seq &&
	       (order->part == 0 || order->part == gone->part);
}

static void settle_order(const struct erasures *e, const struct order *order, erasure_tell undone,
			 void *context)
{
	size_t texts = order->seq < order->by ? texts_of(e, order->seq) : 0;

	for (uint64_t part = 1; part <= texts; part++)
		if ((order->part == 0 || order->part == part) && !is_gone(e, order->seq, part))
			undone(context, order->seq, part, (int64_t)order->by);
}

void erasures_settle(struct erasures *e, erasure_tell unnamed, erasure_tell undone, void *context)
{
	/* Ascending as they come, unless somebody moved entries about. */
	if (e->entry_count && e->order_count)
		qsort(e->entries, e->entry_count, sizeof(*e->entries), by_number);
	if (e->gone_count)
		qsort(e->gone, e->gone_count, sizeof(*e->gone), by_place);
	if (e->order_count)
		qsort(e->orders, e->order_count, sizeof(*e->orders), by_order);
	for (size_t i = 0; i < e->gone_count; i++)
		if (e->gone[i].by >= 0 && !is_named(e, &e->gone[i]))
			unnamed(context, e->gone[i].seq, e->gone[i].part, e->gone[i].by);
	for (size_t i = 0; i < e->order_count; i++)
		settle_order(e, &e->orders[i], undone, context);
}
