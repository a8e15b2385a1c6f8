#include "ctl/watch/merge.h"

static bool earlier(const struct merge_entry *a, const struct merge_entry *b)
{
	const int64_t one = lane_time(a->lane), other = lane_time(b->lane);

	return one != other ? one < other : a->number < b->number;
}

static void swap(struct merge *m, size_t i, size_t k)
{
	const struct merge_entry kept = m->heap[i];

	m->heap[i] = m->heap[k];
	m->heap[k] = kept;
}

void merge_add(struct merge *m, struct lane *lane, size_t number)
{
	size_t i = m->count++;

	m->heap[i] = (struct merge_entry){ lane, number };
	for (; i > 0 && earlier(&m->heap[i], &m->heap[(i - 1) / 2]); i = (i - 1) / 2)
		swap(m, i, (i - 1) / 2);
}

struct lane *merge_first(const struct merge *m) { return m->count ? m->heap[0].lane : NULL; }

void merge_moved(struct merge *m, bool ended)
{
	size_t i = 0, child;

	if (ended)
		m->heap[0] = m->heap[--m->count];
	while ((child = 2 * i + 1) < m->count) {
		if (child + 1 < m->count && earlier(&m->heap[child + 1], &m->heap[child]))
			child++;
		if (!earlier(&m->heap[child], &m->heap[i]))
			return;
		swap(m, i, child);
		i = child;
	}
}
