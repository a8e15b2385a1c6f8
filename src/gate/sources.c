#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "gate/gate_private.h"
#include "intake/intake.h"
#include "store/store.h"

/*
 * source -- who sent how many lines, and what became of them.
 *
 * sent = stored + limited + malformed + lost by the kernel, for each source, in
 * the table `sources`: counted in memory, added to the table with each batch.
 * Addresses can be forged, so the number of sources has a bound.
 */
enum { SOURCES_MOST = 1024, BUCKETS = 1024, LINES_PER_S = 20000 };

struct source_entry {
	struct source source; /* first: a source is its entry */
	struct tally_limit limit;
	struct tally written, settled; /* of source.tally: in the open batch, in the store */
	uint64_t lost, lost_written, lost_settled;
	struct source_entry *next, *next_all;
	char name[];
};

struct sources {
	struct source_entry *buckets[BUCKETS], *all;
	size_t count;
	bool changed;
};

struct sources *sources_new(void)
{
	struct sources *sources = must_alloc(sizeof(*sources));

	memset(sources, 0, sizeof(*sources));
	return sources;
}

void sources_free(struct sources *sources)
{
	if (!sources)
		return;
	for (struct source_entry *entry = sources->all, *next; entry; entry = next) {
		next = entry->next_all;
		free(entry);
	}
	free(sources);
}

static size_t bucket_of(const char *name)
{
	uint32_t h = 2166136261u;

	for (; *name; name++)
		h = (h ^ (unsigned char)*name) * 16777619u;
	return h % BUCKETS;
}

struct source *sources_find(struct sources *sources, const char *name)
{
	struct source_entry **bucket = &sources->buckets[bucket_of(name)], *entry;
	const size_t size = strlen(name) + 1;

	for (entry = *bucket; entry; entry = entry->next)
		if (strcmp(entry->name, name) == 0)
			return &entry->source;
	if (sources->count >= SOURCES_MOST && strcmp(name, "others") != 0)
		return sources_find(sources, "others");
	entry = must_alloc(sizeof(*entry) + size);
	memset(entry, 0, sizeof(*entry));
	memcpy(entry->name, name, size);
	entry->source.name = entry->name;
	entry->limit.per_second = LINES_PER_S;
	entry->next = *bucket;
	entry->next_all = sources->all;
	*bucket = sources->all = entry;
	sources->count++;
	return &entry->source;
}

void sources_refuse(struct sources *sources, struct source *source)
{
	sources->changed = true;
	source->tally.received++;
	source->tally.limited++;
}

bool sources_admit(struct sources *sources, struct source *source, int64_t now)
{
	struct source_entry *entry = (struct source_entry *)source;

	if (tally_admits(&entry->limit, now))
		return true;
	sources_refuse(sources, source);
	return false;
}

void sources_lost(struct sources *sources, struct source *source, uint64_t lines)
{
	sources->changed = true;
	((struct source_entry *)source)->lost += lines;
}

void sources_touch(struct sources *sources) { sources->changed = true; }
bool sources_changed(const struct sources *sources) { return sources->changed; }

static int write_one(struct source_entry *entry, struct store *store, int64_t now, struct fault *why)
{
	static const char sql[] =
		"INSERT INTO sources(name, received, stored, limited, malformed, lost, last_at)"
		" VALUES($1, $2, $3, $4, $5, $6, $7) ON CONFLICT(name) DO UPDATE SET"
		" received = sources.received + excluded.received, stored = sources.stored + excluded.stored,"
		" limited = sources.limited + excluded.limited, malformed = sources.malformed + "
		"excluded.malformed,"
		" lost = sources.lost + excluded.lost, last_at = excluded.last_at";
	const struct tally *is = &entry->source.tally, *was = &entry->settled;

	if (is->received == was->received && entry->lost == entry->lost_settled)
		return 0;
	entry->written = *is;
	entry->lost_written = entry->lost;
	return store_run(store, sql,
			 VALUES(value_text(entry->name), value_int((int64_t)(is->received - was->received)),
				value_int((int64_t)(is->stored - was->stored)),
				value_int((int64_t)(is->limited - was->limited)),
				value_int((int64_t)(is->malformed - was->malformed)),
				value_int((int64_t)(entry->lost - entry->lost_settled)), value_int(now)),
			 NULL, why);
}

int sources_write(struct sources *sources, struct store *store, int64_t now, struct fault *why)
{
	int ret;

	for (struct source_entry *entry = sources->all; entry; entry = entry->next_all) {
		entry->written = entry->settled;
		entry->lost_written = entry->lost_settled;
		if ((ret = write_one(entry, store, now, why)) < 0)
			return ret;
	}
	sources->changed = false;
	return 0;
}

void sources_settle(struct sources *sources, bool committed)
{
	for (struct source_entry *entry = sources->all; entry; entry = entry->next_all) {
		if (committed) {
			entry->settled = entry->written;
			entry->lost_settled = entry->lost_written;
		} else if (entry->source.tally.received != entry->settled.received) {
			sources->changed = true;
		}
	}
}

json_t *sources_status(struct store *store)
{
	static const char *const names[] = { "received", "stored", "limited", "malformed", "lost" };
	json_t *list = json_array();
	struct rows *rows;

	if (store_query(store,
			"SELECT name, received, stored, limited, malformed, lost, last_at FROM sources ORDER "
			"BY name",
			NO_VALUES, &rows, NULL) < 0)
		return list;
	while (rows_next(rows, NULL) > 0) {
		json_t *one = json_pack("{s:s}", "name", rows_text(rows, 0, NULL));

		for (int i = 0; i < 5; i++)
			json_object_set_new(one, names[i], json_integer(rows_int(rows, i + 1)));
		answer_moment(one, "last_at", rows_int(rows, 6));
		json_array_append_new(list, one);
	}
	rows_close(rows);
	return list;
}
