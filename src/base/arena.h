#pragma once

#include <stdarg.h>
#include <stddef.h>

/*
 * arena -- the memory of one piece of work: a request, a tick, a batch.
 *
 * What is made on the way is taken from it and goes away with it; nothing
 * longer-lived points into it. It never gives NULL: out of memory ends the
 * process, and the open transaction leaves no trace.
 */
struct arena;

/* Release something at the end of the block: SCOPED(arena_drop) struct arena *mem. */
#define SCOPED(drop) __attribute__((cleanup(drop)))

struct arena *arena_new(void);
void arena_free(struct arena *mem);
void arena_drop(struct arena **mem);

/* Zeroed, aligned for any type. */
void *arena_take(struct arena *mem, size_t size_bytes);
/* `count` things of `size_bytes` each; an overflow ends the process. */
void *arena_many(struct arena *mem, size_t count, size_t size_bytes);
char *arena_copy(struct arena *mem, const char *text);
char *arena_copy_bytes(struct arena *mem, const void *bytes, size_t len); /* a NUL is added */
char *arena_text(struct arena *mem, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* malloc family of the house for what lives longer; they end the process too. */
void *must_alloc(size_t size_bytes);
void *must_grow(void *old, size_t size_bytes);
char *must_copy(const char *text);
