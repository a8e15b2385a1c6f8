#include "intake/name.h"

#include <assert.h>
#include <pthread.h>
#include <stdlib.h>

#include "base/arena.h"
#include "intake/name_private.h"

enum { FIRST_SIZE = 1024, SPARSE = 4 /* places for each name, so that most are found at once */ };

_Atomic(struct name_table *) name_table_now;
const struct brief name_nowhere[2] __attribute__((aligned(NAME_ROOM)));
const unsigned char name_mask[2 * NAME_ROOM] = {
	0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
	0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
};

static atomic_uint count_now;
static pthread_mutex_t writing = PTHREAD_MUTEX_INITIALIZER;

/* ---- names that are longer --------------------------------------------------- */

static uint32_t hash_of(const char *name, size_t len)
{
	uint64_t h = len;

	for (; len >= 8; name += 8, len -= 8)
		h = (h ^ name_word(name, 0)) * UINT64_C(0x9E3779B97F4A7C15), h ^= h >> 29;
	for (; len; name++, len--)
		h = (h ^ (unsigned char)*name) * UINT64_C(0xD6E8FEB86659FD93);
	return (uint32_t)(h >> 32);
}

static bool is(const struct name_table *table, uint32_t number, const char *name, size_t len)
{
	return table->lens[number] == len && !memcmp(table->texts[number], name, len);
}

static uint32_t find_long(const struct name_table *table, const char *name, size_t len)
{
	const uint32_t hash = hash_of(name, len);

	for (uint32_t i = hash & table->mask;; i = (i + 1) & table->mask) {
		const uint64_t slot = atomic_load_explicit(&table->slots[i], memory_order_acquire);

		if (!slot)
			return NAME_NONE;
		if ((uint32_t)slot == hash && is(table, (uint32_t)(slot >> 32) - 1, name, len))
			return (uint32_t)(slot >> 32) - 1;
	}
}

static void put_long(struct name_table *table, uint32_t number, const char *text, size_t len)
{
	const uint32_t hash = hash_of(text, len);
	uint32_t i = hash & table->mask;

	while (atomic_load_explicit(&table->slots[i], memory_order_relaxed))
		i = (i + 1) & table->mask;
	atomic_store_explicit(&table->slots[i], (uint64_t)(number + 1) << 32 | hash, memory_order_release);
}

/* ---- finding ----------------------------------------------------------------- */

uint32_t name_find_roomy(const char *name, size_t len)
{
	const struct name_places in = name_places_now();

	return len <= NAME_BRIEF ? name_find_brief(&in, name, len, name_bytes_of(name, len))
				 : name_find(name, len);
}

uint32_t name_find(const char *name, size_t len)
{
	const struct name_table *table = atomic_load_explicit(&name_table_now, memory_order_acquire);
	char room[NAME_ROOM] = { 0 };
	struct name_places in;

	if (len > NAME_BRIEF)
		return table ? find_long(table, name, len) : NAME_NONE;
	memcpy(room, name, len);
	in = name_places_now();
	return name_find_brief(&in, room, len, name_bytes_of(room, len));
}

/* ---- adding ------------------------------------------------------------------ */

static void put_brief(struct name_table *table, uint32_t number, const char *text, size_t len)
{
	char room[NAME_ROOM] = { 0 };
	struct brief *at;
	uint32_t i;

	memcpy(room, text, len);
	i = (uint32_t)(name_hash(room, len) >> table->shift);
	while (atomic_load_explicit(&table->briefs[i].tag, memory_order_relaxed))
		i = (i + 1) & table->mask;
	at = &table->briefs[i];
	memcpy(at->text, text, len);
	at->len = (uint8_t)len;
	atomic_store_explicit(&at->tag, number + 1, memory_order_release);
}

/* The text is the table's; whoever finds the name's place finds all of it. */
static void put(struct name_table *table, uint32_t number, const char *text, uint32_t len)
{
	table->texts[number] = text;
	table->lens[number] = len;
	if (len <= NAME_BRIEF)
		put_brief(table, number, text, len);
	else
		put_long(table, number, text, len);
}

/* Places lie in whole halves of the cache's lines. */
static struct name_table *make(uint32_t size)
{
	struct name_table *table = must_alloc(sizeof(*table) + size * sizeof(*table->slots) +
					      (size + 1) * sizeof(*table->briefs));
	const uintptr_t behind = (uintptr_t)&table->slots[size], step = sizeof(struct brief);

	table->briefs = (struct brief *)((behind + step - 1) / step * step);
	table->mask = size - 1;
	table->shift = 64 - (unsigned)__builtin_ctz(size);
	table->texts = must_alloc(size / SPARSE * sizeof(*table->texts));
	table->lens = must_alloc(size / SPARSE * sizeof(*table->lens));
	return table;
}

static struct name_table *grow(struct name_table *old, uint32_t count)
{
	struct name_table *table = make(old ? (old->mask + 1) * 2 : FIRST_SIZE);

	table->outgrown = old;
	for (uint32_t i = 0; i < count; i++)
		put(table, i, old->texts[i], old->lens[i]);
	atomic_store_explicit(&name_table_now, table, memory_order_release);
	return table;
}

static uint32_t add(const char *name, size_t len)
{
	struct name_table *table = atomic_load_explicit(&name_table_now, memory_order_relaxed);
	const uint32_t number = atomic_load_explicit(&count_now, memory_order_relaxed);
	char *text = must_alloc(len + 1);

	if (!table || number >= (table->mask + 1) / SPARSE)
		table = grow(table, number);
	memcpy(text, name, len);
	/* Whoever finds the number must already see a count above it. */
	atomic_store_explicit(&count_now, number + 1, memory_order_release);
	put(table, number, text, (uint32_t)len);
	return number;
}

uint32_t name_number(const char *name, size_t len)
{
	uint32_t number = name_find(name, len);

	if (number != NAME_NONE)
		return number;
	pthread_mutex_lock(&writing);
	number = name_find(name, len);
	if (number == NAME_NONE)
		number = add(name, len);
	pthread_mutex_unlock(&writing);
	return number;
}

uint32_t name_count(void) { return atomic_load_explicit(&count_now, memory_order_acquire); }

const char *name_text(uint32_t number)
{
	const struct name_table *table = atomic_load_explicit(&name_table_now, memory_order_acquire);

	assert(number < name_count());
	return table->texts[number];
}
