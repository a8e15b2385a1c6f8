#include "base/arena.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { BLOCK = 16 * 1024 };

struct block {
	struct block *next;
	size_t used, size;
	_Alignas(max_align_t) char bytes[];
};

struct arena {
	struct block *first;
};

static _Noreturn void out_of_memory(size_t size)
{
	fprintf(stderr, "fengsui: out of memory, %zu bytes wanted\n", size);
	abort();
}

void *must_alloc(size_t size)
{
	void *p = calloc(1, size ? size : 1);

	if (!p)
		out_of_memory(size);
	return p;
}

void *must_grow(void *old, size_t size)
{
	void *p = realloc(old, size ? size : 1);

	if (!p)
		out_of_memory(size);
	return p;
}

char *must_copy(const char *text)
{
	size_t len = strlen(text) + 1;

	return memcpy(must_alloc(len), text, len);
}

struct arena *arena_new(void) { return must_alloc(sizeof(struct arena)); }

void arena_free(struct arena *mem)
{
	struct block *b, *next;

	if (!mem)
		return;
	for (b = mem->first; b; b = next) {
		next = b->next;
		free(b);
	}
	free(mem);
}

void arena_drop(struct arena **mem)
{
	arena_free(*mem);
	*mem = NULL;
}

void *arena_take(struct arena *mem, size_t size)
{
	const size_t align = _Alignof(max_align_t);
	struct block *b = mem->first;
	void *p;

	if (size > SIZE_MAX / 2)
		out_of_memory(size);
	size = (size + align - 1) & ~(align - 1);
	if (!b || b->size - b->used < size) {
		size_t room = size > BLOCK ? size : BLOCK;

		b = must_alloc(sizeof(*b) + room);
		b->size = room;
		b->next = mem->first;
		mem->first = b;
	}
	p = b->bytes + b->used;
	b->used += size;
	return p;
}

void *arena_many(struct arena *mem, size_t count, size_t size)
{
	if (size && count > SIZE_MAX / 2 / size)
		out_of_memory(SIZE_MAX);
	return arena_take(mem, count * size);
}

char *arena_copy_bytes(struct arena *mem, const void *bytes, size_t len)
{
	char *p = arena_take(mem, len + 1);

	if (len)
		memcpy(p, bytes, len);
	return p;
}

char *arena_copy(struct arena *mem, const char *text)
{
	return text ? arena_copy_bytes(mem, text, strlen(text)) : NULL;
}

char *arena_text(struct arena *mem, const char *format, ...)
{
	va_list args;
	char *p;
	int len;

	va_start(args, format);
	len = vsnprintf(NULL, 0, format, args);
	va_end(args);
	p = arena_take(mem, (size_t)(len < 0 ? 0 : len) + 1);
	va_start(args, format);
	vsnprintf(p, (size_t)(len < 0 ? 0 : len) + 1, format, args);
	va_end(args);
	return p;
}
