#include "detect/window.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"

struct window_value {
	uint64_t hash;
	size_t uses, len;
	struct window_value *next;
	char text[];
};

void window_init(struct window *w, bool counts_values)
{
	*w = (struct window){ .counts_values = counts_values };
}

void window_fini(struct window *w)
{
	for (size_t i = 0; i < w->value_room; i++)
		for (struct window_value *v = w->values[i], *next; v; v = next) {
			next = v->next;
			free(v);
		}
	free(w->values);
	free(w->hits);
}

size_t window_count(const struct window *w) { return w->count; }
size_t window_values(const struct window *w) { return w->value_count; }

static struct window_hit *ring_at(const struct window *w, size_t i)
{
	return &w->hits[(w->from + i) & (w->room - 1)];
}

const struct window_hit *window_at(const struct window *w, size_t i) { return ring_at(w, i); }

int64_t window_last(const struct window *w)
{
	return w->count ? ring_at(w, w->count - 1)->time : INT64_MIN / 2;
}

static uint64_t hash_of(const char *text, size_t len)
{
	uint64_t h = UINT64_C(14695981039346656037);

	for (size_t i = 0; i < len; i++)
		h = (h ^ (unsigned char)text[i]) * UINT64_C(1099511628211);
	return h ^ h >> 29;
}

static void grow_values(struct window *w)
{
	struct window_value **old = w->values;
	size_t room = w->value_room;

	w->value_room = room ? room * 4 : 16;
	w->values = must_alloc(w->value_room * sizeof(*w->values));
	for (size_t i = 0; i < room; i++)
		for (struct window_value *v = old[i], *next; v; v = next) {
			next = v->next;
			v->next = w->values[v->hash % w->value_room];
			w->values[v->hash % w->value_room] = v;
		}
	free(old);
}

static struct window_value *value_take(struct window *w, const char *text, size_t len)
{
	uint64_t hash = hash_of(text, len);
	struct window_value *v;

	if (w->value_count >= w->value_room)
		grow_values(w);
	for (v = w->values[hash % w->value_room]; v; v = v->next)
		if (v->hash == hash && v->len == len && !memcmp(v->text, text, len)) {
			v->uses++;
			return v;
		}
	v = must_alloc(sizeof(*v) + len + 1);
	v->hash = hash;
	v->uses = 1;
	v->len = len;
	memcpy(v->text, text, len);
	v->next = w->values[hash % w->value_room];
	w->values[hash % w->value_room] = v;
	w->value_count++;
	return v;
}

static void value_leave(struct window *w, struct window_value *v)
{
	struct window_value **at;

	if (!v || --v->uses)
		return;
	for (at = &w->values[v->hash % w->value_room]; *at != v; at = &(*at)->next)
		;
	*at = v->next;
	free(v);
	w->value_count--;
}

static void drop_oldest(struct window *w)
{
	value_leave(w, ring_at(w, 0)->value);
	w->from = (w->from + 1) & (w->room - 1);
	w->count--;
}

static void grow_hits(struct window *w)
{
	size_t room = w->room ? w->room * 2 : 4;
	struct window_hit *hits = must_alloc(room * sizeof(*hits));

	for (size_t i = 0; i < w->count; i++)
		hits[i] = *ring_at(w, i);
	free(w->hits);
	w->hits = hits;
	w->room = room;
	w->from = 0;
}

bool window_add(struct window *w, int64_t span, const struct window_hit *hit, const char *value,
		size_t value_len, size_t most, uint64_t *dropped)
{
	int64_t newest = window_last(w) > hit->time ? window_last(w) : hit->time;
	size_t i;

	if (hit->time < newest - span)
		return false;
	while (w->count && ring_at(w, 0)->time < newest - span)
		drop_oldest(w);
	if (w->count >= most) {
		drop_oldest(w);
		(*dropped)++;
	}
	if (w->count == w->room)
		grow_hits(w);
	/* Almost always at the end; a late one goes where its time puts it. */
	for (i = w->count++; i > 0 && ring_at(w, i - 1)->time > hit->time; i--)
		*ring_at(w, i) = *ring_at(w, i - 1);
	*ring_at(w, i) = *hit;
	ring_at(w, i)->value = w->counts_values ? value_take(w, value, value_len) : NULL;
	return true;
}
