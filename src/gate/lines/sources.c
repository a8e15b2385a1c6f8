#include "gate/lines/sources.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "action/action.h"
#include "base/arena.h"
#include "base/stamp.h"
#include "base/utf8.h"
#include "gate/gate_private.h"
#include "gate/lines/quarantine.h"
#include "store/store.h"

/* What a source may send where nobody said otherwise: a burst of several seconds
 * at the speed of a network card is a restart of many machines, not an attack. */
enum { BUCKETS = 4096, LINES_PER_S = 50000, LINES_AT_ONCE = 250000 };

static const char silent_rule[] = "fengsui-source-silent";
static const char silent_mark[] = "silent:"; /* in the table meta, before the name */

struct source_entry {
	struct source source; /* first: a source is its entry */
	struct tally_limit limit;
	struct tally written, settled; /* of source.tally: with the open batch, in the store */
	uint64_t lost, lost_written, lost_settled;
	uint64_t refused, refused_written; /* connections, since the start */
	int64_t heard_at;                  /* the last line; 0: none since the start */
	int64_t silent_after, quiet_since;
	bool is_file;                                /* read from files */
	bool silent, silent_written, silent_settled; /* now, with the open batch, in the store */
	struct source_entry *next, *next_all;
	char name[];
};

struct sources {
	struct source_entry *buckets[BUCKETS], *all;
	const struct roster *roster;
	size_t count;
	int64_t next_silence; /* not before this; 0: never */
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
		source_fini(&entry->source);
		free(entry);
	}
	free(sources);
}

/* ---- finding --------------------------------------------------------------- */

static struct source_entry *entry_of(struct source *source) { return (struct source_entry *)source; }

static size_t bucket_of(const char *name)
{
	uint32_t h = 2166136261u;

	for (; *name; name++)
		h = (h ^ (unsigned char)*name) * 16777619u;
	return h % BUCKETS;
}

static struct source_entry *find(const struct sources *sources, const char *name)
{
	struct source_entry *entry = sources->buckets[bucket_of(name)];

	while (entry && strcmp(entry->name, name) != 0)
		entry = entry->next;
	return entry;
}

static void heed(struct sources *sources, struct source_entry *entry)
{
	const struct roster_row *all = roster_find(sources->roster, "default");
	const struct roster_row *own = roster_find(sources->roster, entry->name);
	const int64_t rate = own && own->rate >= 0 ? own->rate : all && all->rate >= 0 ? all->rate : -1;
	const int64_t burst = own && own->burst >= 0 ? own->burst : all && all->burst >= 0 ? all->burst : -1;

	entry->limit.per_second = rate >= 0 ? (uint64_t)rate : LINES_PER_S;
	/* A rate of one's own without a burst: a second's worth. */
	entry->limit.burst = burst >= 0 ? (uint64_t)burst : rate >= 0 ? (uint64_t)rate : LINES_AT_ONCE;
	entry->silent_after = own ? own->silent_after : 0;
	entry->is_file = own && *own->file;
}

static struct source_entry *add(struct sources *sources, const char *name)
{
	struct source_entry **bucket = &sources->buckets[bucket_of(name)];
	const size_t size = strlen(name) + 1;
	struct source_entry *entry = must_alloc(sizeof(*entry) + size);

	memset(entry, 0, sizeof(*entry));
	memcpy(entry->name, name, size);
	entry->source.name = entry->name;
	entry->next = *bucket;
	entry->next_all = sources->all;
	*bucket = sources->all = entry;
	sources->count++;
	heed(sources, entry);
	return entry;
}

struct source *sources_find(struct sources *sources, const char *name)
{
	struct source_entry *entry = find(sources, name);

	if (!entry && sources->count >= SOURCES_MOST && strcmp(name, "others") != 0)
		return sources_find(sources, "others");
	return &(entry ? entry : add(sources, name))->source;
}

static void watch(struct sources *sources, struct source_entry *entry, int64_t now)
{
	const int64_t at = now + entry->silent_after;

	if (!entry->silent_after)
		return;
	entry->quiet_since = now;
	if (!sources->next_silence || at < sources->next_silence)
		sources->next_silence = at;
}

void sources_heed(struct sources *sources, const struct roster *roster, int64_t now)
{
	sources->roster = roster;
	for (size_t i = 0; i < roster_count(roster); i++)
		if (!find(sources, roster_at(roster, i)->name) &&
		    strcmp(roster_at(roster, i)->name, "default") != 0)
			add(sources, roster_at(roster, i)->name);
	for (struct source_entry *entry = sources->all; entry; entry = entry->next_all) {
		const bool watched = entry->silent_after;

		heed(sources, entry);
		if (!watched || !entry->quiet_since)
			watch(sources, entry, now);
		if (!entry->silent_after && entry->silent)
			entry->silent = false, sources->changed = true;
	}
	/* A shorter span may be over already. */
	if (sources->next_silence)
		sources->next_silence = now;
}

int sources_recall(struct sources *sources, struct store *store, struct fault *why)
{
	struct rows *rows;
	int ret;

	if (store_query(store, "SELECT name, value FROM meta WHERE name LIKE 'silent:%'", NO_VALUES, &rows,
			why) < 0)
		return -why->code;
	while ((ret = rows_next(rows, why)) > 0) {
		struct source *source =
			sources_find(sources, rows_text(rows, 0, NULL) + sizeof(silent_mark) - 1);
		struct source_entry *entry = entry_of(source);

		entry->silent_settled = entry->silent_written = true;
		entry->silent = entry->silent_after != 0;
		stamp_parse(rows_text(rows, 1, NULL), strlen(rows_text(rows, 1, NULL)), &entry->quiet_since,
			    NULL);
		sources->changed |= !entry->silent;
	}
	rows_close(rows);
	return ret;
}

/* ---- counting -------------------------------------------------------------- */

void sources_heard(struct sources *sources, struct source *source, int64_t now)
{
	struct source_entry *entry = entry_of(source);

	sources->changed = true;
	entry->heard_at = now;
	entry->silent = false;
	watch(sources, entry, now);
}

bool sources_admit(struct sources *sources, struct source *source, int64_t now)
{
	struct source_entry *entry = entry_of(source);

	if (tally_admits(&entry->limit, now))
		return true;
	sources_limited(sources, source, 1, now);
	return false;
}

int64_t sources_wait(const struct source *source, int64_t now)
{
	return tally_wait(&((const struct source_entry *)source)->limit, now);
}

void sources_limited(struct sources *sources, struct source *source, uint64_t lines, int64_t now)
{
	if (!lines)
		return;
	sources_heard(sources, source, now);
	source->tally.received += lines;
	source->tally.limited += lines;
}

void sources_lost(struct sources *sources, struct source *source, uint64_t lines, int64_t now)
{
	entry_of(source)->lost += lines;
	sources_heard(sources, source, now);
}

void sources_refused(struct sources *sources, struct source *source, int64_t now)
{
	entry_of(source)->refused++;
	sources_heard(sources, source, now);
}

void sources_remapped(struct sources *sources)
{
	for (struct source_entry *entry = sources->all; entry; entry = entry->next_all)
		entry->source.hint = 0;
}

bool sources_changed(const struct sources *sources) { return sources->changed; }

/* ---- silence --------------------------------------------------------------- */

bool sources_falls_silent(const struct sources *sources, int64_t now)
{
	return sources->next_silence && now >= sources->next_silence;
}

/* Who is silent by now, and when the next one may be. */
static void note_silences(struct sources *sources, int64_t now)
{
	int64_t next = 0;

	if (!sources_falls_silent(sources, now))
		return;
	for (struct source_entry *entry = sources->all; entry; entry = entry->next_all) {
		const int64_t at = entry->quiet_since + entry->silent_after;

		if (!entry->silent_after || entry->silent)
			continue;
		if (now >= at)
			entry->silent = true;
		else if (!next || at < next)
			next = at;
	}
	sources->next_silence = next;
}

static int raise_silence(const struct source_entry *entry, struct house *house, int64_t now,
			 struct fault *why)
{
	json_t *alert, *answer = NULL;
	char span[64], time[STAMP_LEN];
	int ret;

	stamp_format(entry->quiet_since, time);
	stamp_format_span(entry->silent_after, span, sizeof(span));
	alert = json_pack("{s:s, s:s+++, s:s, s:s, s:s, s:s}", "rule", silent_rule, "title",
			  "日志来源静默 / log source silent (", span, "): ", entry->name, "level", "medium",
			  "author", "fengsui", "source", entry->name, "time", time);
	ret = house_alert(house, alert, now, &answer, why);
	json_decref(answer);
	json_decref(alert);
	return ret;
}

static int write_silence(struct source_entry *entry, struct house *house, int64_t now, struct fault *why)
{
	char name[sizeof(silent_mark) + 128];
	char since[STAMP_LEN];
	int ret;

	if (entry->silent == entry->silent_written)
		return 0;
	entry->silent_written = entry->silent;
	snprintf(name, sizeof(name), "%s%s", silent_mark, entry->name);
	if (!entry->silent)
		return store_run(house_store(house), "DELETE FROM meta WHERE name = $1",
				 VALUES(value_text(name)), NULL, why);
	if ((ret = raise_silence(entry, house, now, why)) < 0)
		return ret;
	stamp_format(entry->quiet_since, since);
	return store_run(house_store(house),
			 "INSERT INTO meta(name, value) VALUES($1, $2) ON CONFLICT(name) DO NOTHING",
			 VALUES(value_text(name), value_text(since)), NULL, why);
}

/* ---- to the store ---------------------------------------------------------- */

static int write_tally(struct source_entry *entry, struct store *store, struct fault *why)
{
	static const char sql[] =
		"INSERT INTO sources(name, received, stored, limited, malformed, lost, last_at)"
		" VALUES($1, $2, $3, $4, $5, $6, $7) ON CONFLICT(name) DO UPDATE SET"
		" received = sources.received + excluded.received, stored = sources.stored + excluded.stored,"
		" limited = sources.limited + excluded.limited, malformed = sources.malformed + "
		"excluded.malformed,"
		" lost = sources.lost + excluded.lost, last_at = CASE WHEN excluded.last_at > sources.last_at"
		" THEN excluded.last_at ELSE sources.last_at END";
	const struct tally is = entry->source.tally, was = entry->written;
	const uint64_t lost = entry->lost - entry->lost_written;

	entry->written = is;
	entry->lost_written = entry->lost;
	entry->refused_written = entry->refused;
	return store_run(store, sql,
			 VALUES(value_text(entry->name), value_int((int64_t)(is.received - was.received)),
				value_int((int64_t)(is.stored - was.stored)),
				value_int((int64_t)(is.limited - was.limited)),
				value_int((int64_t)(is.malformed - was.malformed)), value_int((int64_t)lost),
				value_int(entry->heard_at)),
			 NULL, why);
}

static bool to_write(const struct source_entry *entry)
{
	return entry->source.tally.received != entry->written.received ||
	       entry->lost != entry->lost_written || entry->silent != entry->silent_written ||
	       entry->refused != entry->refused_written;
}

int sources_write(struct sources *sources, struct house *house, int64_t now, bool whole, struct fault *why)
{
	int ret;

	note_silences(sources, now);
	for (struct source_entry *entry = sources->all; entry; entry = entry->next_all) {
		if ((whole || !entry->is_file) && to_write(entry) &&
		    ((ret = write_tally(entry, house_store(house), why)) < 0 ||
		     (ret = write_silence(entry, house, now, why)) < 0))
			return fault_within(why, "source %s", entry->name);
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
			entry->silent_settled = entry->silent_written;
		} else {
			entry->written = entry->settled;
			entry->lost_written = entry->lost_settled;
			entry->silent_written = entry->silent_settled;
			entry->refused_written = 0;
			sources->changed |= to_write(entry);
		}
	}
}

/* ---- as others see it ------------------------------------------------------ */

static void put_live(const struct source_entry *entry, json_t *one)
{
	if (entry->silent_after) {
		json_object_set_new(one, "silent", json_boolean(entry->silent));
		answer_moment(one, "silent_since", entry->silent ? entry->quiet_since : 0);
	}
	if (entry->refused)
		json_object_set_new(one, "refused", json_integer((json_int_t)entry->refused));
}

json_t *sources_status(const struct sources *sources, struct store *store)
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
		const char *name = rows_text(rows, 0, NULL);
		const struct source_entry *entry = sources ? find(sources, name) : NULL;
		json_t *one = json_pack("{s:s}", "name", name);

		for (int i = 0; i < 5; i++)
			json_object_set_new(one, names[i], json_integer(rows_int(rows, i + 1)));
		answer_moment(one, "last_at", rows_int(rows, 6));
		if (entry)
			put_live(entry, one);
		json_array_append_new(list, one);
	}
	rows_close(rows);
	return list;
}

static json_t *quarantine_of(const struct source_entry *entry, size_t limit)
{
	const struct quarantine *q = entry->source.quarantine;
	json_t *lines = json_array();
	struct buf text = { 0 };
	struct quarantine_row row;

	for (size_t i = quarantine_count(q); i && json_array_size(lines) < limit; i--) {
		quarantine_row(q, i - 1, &row);
		buf_clear(&text);
		quarantine_write(&row, &text);
		json_array_append_new(lines, json_loadb(text.data, text.len, 0, NULL));
	}
	buf_fini(&text);
	return json_pack("{s:s#, s:I, s:I, s:o}", "name", entry->name,
			 utf8_valid(entry->name, strlen(entry->name)), "kept",
			 (json_int_t)quarantine_count(q), "given_up", (json_int_t)quarantine_given_up(q),
			 "lines", lines);
}

json_t *sources_quarantine(const struct sources *sources, const char *name, size_t limit, bool *more)
{
	const struct source_entry *one = name && sources ? find(sources, name) : NULL;
	json_t *rows;

	*more = false;
	if (name && !one)
		return NULL;
	rows = json_array();
	if (one)
		json_array_append_new(rows, quarantine_of(one, limit));
	for (const struct source_entry *entry = sources && !name ? sources->all : NULL; entry && !*more;
	     entry = entry->next_all) {
		if (!quarantine_count(entry->source.quarantine))
			continue;
		*more = json_array_size(rows) == QUARANTINE_SOURCES;
		if (!*more)
			json_array_append_new(rows, quarantine_of(entry, limit));
	}
	return rows;
}
