#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * pool -- memory in pieces of a few sizes, with an account of every byte and a
 * limit that is tested before memory is taken.
 *
 * Small pieces of one size share a slab of 16 KiB; a slab that has become empty
 * goes back to the system, so that what one kind of piece no longer needs is
 * there for another. What is larger than 4 KiB comes from the system alone.
 */
struct pool;

struct pool *pool_new(size_t bytes_most);
void pool_free(struct pool *p); /* and all that was taken from it */

/* Not zeroed, aligned to 16. NULL when it would lead beyond the limit, or when
 * the system has no memory. */
void *pool_take(struct pool *p, size_t size_bytes);
/* A thirty-second part of the memory is held back, until somebody who may have
 * it asks; then it is lent until this is called again. */
void pool_lend(struct pool *p, bool lent);
/* `size_bytes` as it was taken; takes NULL. */
void pool_give(struct pool *p, void *piece, size_t size_bytes);

/* What a piece of that size costs, slab and rounding included. */
size_t pool_cost(size_t size_bytes);

size_t pool_bytes(const struct pool *p); /* taken from the system */
size_t pool_used(const struct pool *p);  /* the cost of all pieces that are out */
size_t pool_most(const struct pool *p);
