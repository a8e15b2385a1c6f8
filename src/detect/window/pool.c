#include "detect/window/pool.h"

#include <stdlib.h>

#include "base/arena.h"

/* The allocator puts its own head before what it hands out: a slab is so much
 * smaller that the next one can begin at the next boundary. */
enum {
	SLAB = 16 * 1024,
	SLAB_TRIM = 64,
	SMALL_MOST = 4 * 1024,
	FINE_MOST = 256,
	CLASSES = 32,
	HEAD = 16,
	HELD_BACK = 32
};

struct link {
	struct link *next, *previous;
};

struct slab {
	_Alignas(16) struct link all;
	struct slab *next, *previous; /* of those that have room */
	void *given;                  /* pieces that came back, each pointing to the next */
	uint32_t live, fresh;         /* out; never handed out yet */
};

_Static_assert(sizeof(struct link) == HEAD && sizeof(struct slab) % HEAD == 0, "pieces are aligned");

struct pool {
	size_t most, bytes, used;
	bool lent;
	struct slab *open[CLASSES];
	struct slab *spare; /* one empty slab, so that one piece that comes and goes costs nothing */
	struct link slabs, large;
};

static void link_in(struct link *head, struct link *one)
{
	*one = (struct link){ head->next, head };
	if (one->next)
		one->next->previous = one;
	head->next = one;
}

static void link_out(struct link *one)
{
	one->previous->next = one->next;
	if (one->next)
		one->next->previous = one->previous;
}

/* Multiples of 16 up to 256, then four sizes for each doubling. */
static unsigned class_of(size_t size, size_t *rounded)
{
	unsigned top, shift;

	if (size <= FINE_MOST) {
		unsigned n = size ? (unsigned)(size + 15) / 16 : 1;

		*rounded = (size_t)n * 16;
		return n - 1;
	}
	top = 63 - (unsigned)__builtin_clzll((unsigned long long)size - 1);
	shift = top - 2;
	*rounded = (((size - 1) >> shift) + 1) << shift;
	return FINE_MOST / 16 + (top - 8) * 4 + (unsigned)((size - 1) >> shift) - 4;
}

struct pool *pool_new(size_t most)
{
	struct pool *p = must_alloc(sizeof(*p));

	p->most = most;
	p->bytes = sizeof(*p);
	return p;
}

static void free_all(struct link *head)
{
	for (struct link *one = head->next, *next; one; one = next) {
		next = one->next;
		free(one);
	}
}

void pool_free(struct pool *p)
{
	if (!p)
		return;
	free_all(&p->slabs);
	free_all(&p->large);
	free(p);
}

size_t pool_bytes(const struct pool *p) { return p->bytes; }
size_t pool_used(const struct pool *p) { return p->used; }
size_t pool_most(const struct pool *p) { return p->most; }

size_t pool_cost(size_t size)
{
	size_t rounded = size + HEAD;

	if (size <= SMALL_MOST)
		class_of(size, &rounded);
	return rounded;
}

static struct slab *slab_of(void *piece)
{
	return (struct slab *)((uintptr_t)piece & ~(uintptr_t)(SLAB - 1));
}

static size_t fits(size_t size) { return (SLAB - SLAB_TRIM - sizeof(struct slab)) / size; }

static void open_slab(struct pool *p, unsigned class, struct slab *s)
{
	s->previous = NULL;
	s->next = p->open[class];
	if (s->next)
		s->next->previous = s;
	p->open[class] = s;
}

static void close_slab(struct pool *p, unsigned class, struct slab *s)
{
	if (s->previous)
		s->previous->next = s->next;
	else
		p->open[class] = s->next;
	if (s->next)
		s->next->previous = s->previous;
	s->next = s->previous = NULL;
}

void pool_lend(struct pool *p, bool lent) { p->lent = lent; }

static bool may_take(const struct pool *p, size_t more)
{
	const size_t most = p->lent ? p->most : p->most - p->most / HELD_BACK;

	return more <= most && p->bytes <= most - more;
}

static struct slab *slab_new(struct pool *p, unsigned class, size_t size)
{
	struct slab *s = p->spare;
	void *at;

	p->spare = NULL;
	if (!s) {
		if (!may_take(p, SLAB) || posix_memalign(&at, SLAB, SLAB - SLAB_TRIM))
			return NULL;
		p->bytes += SLAB;
		s = at;
		link_in(&p->slabs, &s->all);
	}
	s->given = NULL;
	s->live = 0;
	s->fresh = (uint32_t)fits(size);
	open_slab(p, class, s);
	return s;
}

static void slab_free(struct pool *p, struct slab *s)
{
	link_out(&s->all);
	free(s);
	p->bytes -= SLAB;
}

static void *take_large(struct pool *p, size_t size)
{
	struct link *l;

	if (p->spare) {
		slab_free(p, p->spare);
		p->spare = NULL;
	}
	if (!may_take(p, size + HEAD) || !(l = malloc(size + HEAD)))
		return NULL;
	link_in(&p->large, l);
	p->bytes += size + HEAD;
	p->used += size + HEAD;
	return (char *)l + HEAD;
}

void *pool_take(struct pool *p, size_t size)
{
	size_t rounded;
	unsigned class;
	struct slab *s;
	void *piece;

	if (size > SMALL_MOST)
		return take_large(p, size);
	class = class_of(size, &rounded);
	if (!(s = p->open[class]) && !(s = slab_new(p, class, rounded)))
		return NULL;
	if ((piece = s->given))
		s->given = *(void **)piece;
	else
		piece = (char *)(s + 1) + (fits(rounded) - s->fresh--) * rounded;
	s->live++;
	if (!s->given && !s->fresh)
		close_slab(p, class, s);
	p->used += rounded;
	return piece;
}

static void give_large(struct pool *p, void *piece, size_t size)
{
	struct link *l = (struct link *)((char *)piece - HEAD);

	link_out(l);
	p->bytes -= size + HEAD;
	p->used -= size + HEAD;
	free(l);
}

static void retire(struct pool *p, unsigned class, struct slab *s)
{
	close_slab(p, class, s);
	if (p->spare)
		slab_free(p, s);
	else
		p->spare = s;
}

void pool_give(struct pool *p, void *piece, size_t size)
{
	size_t rounded;
	unsigned class;
	struct slab *s;

	if (!piece)
		return;
	if (size > SMALL_MOST) {
		give_large(p, piece, size);
		return;
	}
	class = class_of(size, &rounded);
	s = slab_of(piece);
	if (!s->given && !s->fresh)
		open_slab(p, class, s);
	*(void **)piece = s->given;
	s->given = piece;
	p->used -= rounded;
	if (!--s->live)
		retire(p, class, s);
}
