#include "intake/name.h"

#include <assert.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"

/*
 * Every name of every event is looked up, so what that touches is kept small: a
 * slot is eight bytes, and a short name lies beside its length in one line of the
 * cache. Names that nobody asked for nearly always end at a free slot.
 */
enum { SHORT_NAME = 28, FIRST_SIZE = 1024, WORD = 8 };

struct entry {
	uint32_t len;
	char brief[SHORT_NAME]; /* the name, where it fits; then zeros */
};

/* Readers hold no lock, so a table that was outgrown stays where it is. They
 * double, so all old ones together are no larger than the one in force. */
struct table {
	uint32_t mask;
	struct entry *entries; /* by number */
	const char **texts;    /* the same in full */
	struct table *outgrown;
	_Atomic(uint64_t) slots[]; /* hash and, above it, number + 1; 0: free */
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

/* What is left of eight bytes, of which `len` (at most eight) count. */
static inline uint64_t first_of(uint64_t word, size_t len)
{
	static const uint64_t masks[WORD + 1] = { 0,
						  UINT64_C(0xff),
						  UINT64_C(0xffff),
						  UINT64_C(0xffffff),
						  UINT64_C(0xffffffff),
						  UINT64_C(0xffffffffff),
						  UINT64_C(0xffffffffffff),
						  UINT64_C(0xffffffffffffff),
						  UINT64_MAX };

	return word & masks[len];
}

static inline uint32_t mix(uint64_t a, uint64_t b, uint64_t c, size_t len)
{
	a = (a ^ (b + len) * UINT64_C(0x9E3779B97F4A7C15)) * UINT64_C(0xD6E8FEB86659FD93);
	a = (a ^ a >> 29 ^ c) * UINT64_C(0x9E3779B97F4A7C15);
	return (uint32_t)(a >> 32);
}

static inline size_t least(size_t a, size_t b) { return a < b ? a : b; }

/* The first sixteen bytes, of a longer name the last eight too, and the length. */
static inline uint32_t hash_roomy(const char *name, size_t len)
{
	const uint64_t a = first_of(eight(name), least(len, WORD));
	const uint64_t b = first_of(eight(name + WORD), least(len, 2 * WORD) - least(len, WORD));

	return mix(a, b, len > 2 * WORD ? eight(name + len - WORD) : 0, len);
}

static uint32_t hash_of(const char *name, size_t len)
{
	char room[2 * WORD] = { 0 };

	memcpy(room, name, least(len, sizeof(room)));
	return mix(eight(room), eight(room + WORD), len > 2 * WORD ? eight(name + len - WORD) : 0, len);
}

/* Word by word of all that an entry has room for; what does not count is zero there. */
static inline bool is_brief(const struct entry *entry, const char *name, size_t len)
{
	uint64_t apart = eight(entry->brief) ^ first_of(eight(name), least(len, WORD));

	apart |= eight(entry->brief + WORD) ^
		 first_of(eight(name + WORD), least(len, 2 * WORD) - least(len, WORD));
	if (len > 2 * WORD)
		apart |= eight(entry->brief + len - WORD) ^ eight(name + len - WORD);
	return !apart && (len <= 3 * WORD || eight(entry->brief + 2 * WORD) == eight(name + 2 * WORD));
}

static bool is(const struct table *table, uint32_t number, const char *name, size_t len)
{
	const struct entry *entry = &table->entries[number];

	return entry->len == len &&
	       !memcmp(len <= SHORT_NAME ? entry->brief : table->texts[number], name, len);
}

uint32_t name_find_roomy(const char *name, size_t len)
{
	const struct table *table = atomic_load_explicit(&current, memory_order_acquire);
	uint32_t hash;

	if (!table || len > SHORT_NAME)
		return name_find(name, len);
	hash = hash_roomy(name, len);
	for (uint32_t i = hash & table->mask;; i = (i + 1) & table->mask) {
		const uint64_t slot = atomic_load_explicit(&table->slots[i], memory_order_acquire);
		const uint32_t number = (uint32_t)(slot >> 32) - 1;

		if (!slot)
			return NAME_NONE;
		if ((uint32_t)slot == hash && table->entries[number].len == len &&
		    is_brief(&table->entries[number], name, len))
			return number;
	}
}

static uint32_t find_in(const struct table *table, const char *name, size_t len, uint32_t hash)
{
	for (uint32_t i = hash & table->mask;; i = (i + 1) & table->mask) {
		const uint64_t slot = atomic_load_explicit(&table->slots[i], memory_order_acquire);

		if (!slot)
			return NAME_NONE;
		if ((uint32_t)slot == hash && is(table, (uint32_t)(slot >> 32) - 1, name, len))
			return (uint32_t)(slot >> 32) - 1;
	}
}

uint32_t name_find(const char *name, size_t len)
{
	const struct table *table = atomic_load_explicit(&current, memory_order_acquire);

	return table ? find_in(table, name, len, hash_of(name, len)) : NAME_NONE;
}

/* The text is the table's; whoever finds the slot finds the entry whole. */
static void put(struct table *table, uint32_t hash, uint32_t number, const char *text, uint32_t len)
{
	uint32_t i = hash & table->mask;

	while (atomic_load_explicit(&table->slots[i], memory_order_relaxed))
		i = (i + 1) & table->mask;
	table->entries[number].len = len;
	if (len <= SHORT_NAME)
		memcpy(table->entries[number].brief, text, len);
	table->texts[number] = text;
	atomic_store_explicit(&table->slots[i], (uint64_t)(number + 1) << 32 | hash, memory_order_release);
}

static struct table *grow(struct table *old, uint32_t count)
{
	const uint32_t size = old ? (old->mask + 1) * 2 : FIRST_SIZE;
	struct table *table = must_alloc(sizeof(*table) + size * sizeof(*table->slots));

	table->mask = size - 1;
	table->entries = must_alloc(size * sizeof(*table->entries));
	table->texts = must_alloc(size * sizeof(*table->texts));
	table->outgrown = old;
	for (uint32_t i = 0; i < count; i++)
		put(table, hash_of(old->texts[i], old->entries[i].len), i, old->texts[i],
		    old->entries[i].len);
	atomic_store_explicit(&current, table, memory_order_release);
	return table;
}

static uint32_t add(const char *name, size_t len, uint32_t hash)
{
	struct table *table = atomic_load_explicit(&current, memory_order_relaxed);
	const uint32_t number = atomic_load_explicit(&count_now, memory_order_relaxed);
	char *text = must_alloc(len + 1);

	if (!table || (number + 1) * 2 > table->mask)
		table = grow(table, number);
	memcpy(text, name, len);
	/* Whoever finds the number must already see a count above it. */
	atomic_store_explicit(&count_now, number + 1, memory_order_release);
	put(table, hash, number, text, (uint32_t)len);
	return number;
}

uint32_t name_number(const char *name, size_t len)
{
	const uint32_t hash = hash_of(name, len);
	const struct table *table;
	uint32_t number = name_find(name, len);

	if (number != NAME_NONE)
		return number;
	pthread_mutex_lock(&writing);
	table = atomic_load_explicit(&current, memory_order_relaxed);
	number = table ? find_in(table, name, len, hash) : NAME_NONE;
	if (number == NAME_NONE)
		number = add(name, len, hash);
	pthread_mutex_unlock(&writing);
	return number;
}

uint32_t name_count(void) { return atomic_load_explicit(&count_now, memory_order_acquire); }

const char *name_text(uint32_t number)
{
	const struct table *table = atomic_load_explicit(&current, memory_order_acquire);

	assert(number < name_count());
	return table->texts[number];
}
