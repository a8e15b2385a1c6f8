#include "intake/name.h"

#include <assert.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"

struct entry {
	uint32_t len, number;
	char text[]; /* beside them: they are looked at together */
};

struct slot {
	uint32_t hash;
	_Atomic(const struct entry *) entry; /* NULL: free */
};

/* Readers hold no lock, so a table that was outgrown stays where it is. They
 * double, so all old ones together are no larger than the one in force. */
struct table {
	uint32_t mask, count;
	const struct entry **entries; /* by number */
	struct table *outgrown;
	struct slot slots[];
};

static _Atomic(struct table *) current;
static atomic_uint count_now;
static pthread_mutex_t writing = PTHREAD_MUTEX_INITIALIZER;

static uint64_t eight(const char *at)
{
	uint64_t n;

	memcpy(&n, at, sizeof(n));
	return n;
}

static uint32_t four(const char *at)
{
	uint32_t n;

	memcpy(&n, at, sizeof(n));
	return n;
}

/* Both ends and the length: names differ there, and it costs the same for all. */
static uint32_t hash_of(const char *name, size_t len)
{
	uint64_t first = 0, last = 0;

	if (len >= 8) {
		first = eight(name);
		last = eight(name + len - 8);
	} else if (len >= 4) {
		first = four(name);
		last = four(name + len - 4);
	} else {
		for (size_t i = 0; i < len; i++)
			first = first << 8 | (unsigned char)name[i];
	}
	first = (first ^ (last + len) * UINT64_C(0x9E3779B97F4A7C15)) * UINT64_C(0xD6E8FEB86659FD93);
	return (uint32_t)(first >> 32);
}

static const struct entry *find_in(const struct table *table, const char *name, size_t len, uint32_t hash)
{
	for (uint32_t i = hash & table->mask;; i = (i + 1) & table->mask) {
		const struct slot *slot = &table->slots[i];
		const struct entry *entry = atomic_load_explicit(&slot->entry, memory_order_acquire);

		if (!entry)
			return NULL;
		if (slot->hash == hash && entry->len == len && !memcmp(entry->text, name, len))
			return entry;
	}
}

uint32_t name_find(const char *name, size_t len)
{
	const struct table *table = atomic_load_explicit(&current, memory_order_acquire);
	const struct entry *entry = table ? find_in(table, name, len, hash_of(name, len)) : NULL;

	return entry ? entry->number : NAME_NONE;
}

static void put(struct table *table, uint32_t hash, const struct entry *entry)
{
	uint32_t i = hash & table->mask;

	while (atomic_load_explicit(&table->slots[i].entry, memory_order_relaxed))
		i = (i + 1) & table->mask;
	table->slots[i].hash = hash;
	table->entries[entry->number] = entry;
	atomic_store_explicit(&table->slots[i].entry, entry, memory_order_release);
}

static struct table *grow(struct table *old)
{
	const uint32_t size = old ? (old->mask + 1) * 2 : 4096;
	struct table *table = must_alloc(sizeof(*table) + size * sizeof(*table->slots));

	table->mask = size - 1;
	table->entries = must_alloc(size * sizeof(struct entry *));
	table->outgrown = old;
	for (uint32_t i = 0; old && i <= old->mask; i++) {
		const struct entry *entry = atomic_load_explicit(&old->slots[i].entry, memory_order_relaxed);

		if (entry)
			put(table, old->slots[i].hash, entry);
	}
	atomic_store_explicit(&current, table, memory_order_release);
	return table;
}

static const struct entry *add(const char *name, size_t len, uint32_t hash)
{
	struct table *table = atomic_load_explicit(&current, memory_order_relaxed);
	const uint32_t number = atomic_load_explicit(&count_now, memory_order_relaxed);
	struct entry *entry = must_alloc(sizeof(*entry) + len + 1);

	if (!table || (number + 1) * 2 > table->mask)
		table = grow(table);
	memcpy(entry->text, name, len);
	entry->len = (uint32_t)len;
	entry->number = number;
	/* Whoever finds the number must already see a count above it. */
	atomic_store_explicit(&count_now, number + 1, memory_order_release);
	put(table, hash, entry);
	return entry;
}

uint32_t name_number(const char *name, size_t len)
{
	const uint32_t hash = hash_of(name, len), found = name_find(name, len);
	const struct table *table;
	const struct entry *entry;

	if (found != NAME_NONE)
		return found;
	pthread_mutex_lock(&writing);
	table = atomic_load_explicit(&current, memory_order_relaxed);
	entry = table ? find_in(table, name, len, hash) : NULL;
	if (!entry)
		entry = add(name, len, hash);
	pthread_mutex_unlock(&writing);
	return entry->number;
}

uint32_t name_count(void) { return atomic_load_explicit(&count_now, memory_order_acquire); }

const char *name_text(uint32_t number)
{
	const struct table *table = atomic_load_explicit(&current, memory_order_acquire);

	assert(number < name_count());
	return table->entries[number]->text;
}
