/* The CAP files that are in force, for whoever may have them: the feed, and one file by its identifier. */

#include "action/cap/cap.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/stamp.h"
#include "warn/feed.h"
#include "warn/moment.h"

enum { EDITIONS_MOST = 2000, ENTRIES_MOST_SHOWN = 200, OFFSET_MIN = 8 * 60 };

/* No file says that it is in force longer than this (cap/plan.c). */
#define IN_FORCE_MOST (8 * STAMP_DAY)

struct seeing {
	struct deed deed;
	bool anybody; /* nobody is signed in */
	struct atom_entry *entries;
	size_t count;
	int64_t updated;
	int64_t until; /* when the first entry expires; 0: never */
};

/* What anybody gets, until something that it is made of changes, or an entry expires. */
struct shown_feed {
	struct buf text;
	int64_t updated, made_at, until;
	uint64_t changes; /* told_changes of the house when it was made */
};

/* Public is what left as public, of a warning that is still held for public. */
static bool is_public(struct deed *deed, struct object *edition)
{
	const char *scope = cap_text(edition, "cap_scope"), *marking;
	struct fault why;
	struct object *warning = world_get(deed, world_ref(deed, edition, "warning"), &why);

	marking = cap_text(warning, "marking");
	return edition->space == RECORD_REAL && scope && !strcmp(scope, "Public") && marking &&
	       !strcmp(marking, "public");
}

static bool may_have(struct seeing *seeing, struct object *edition)
{
	return is_public(&seeing->deed, edition) || (!seeing->anybody && staff_sees(&seeing->deed, edition));
}

static int begin(struct seeing *seeing, struct house *house, const struct asker *asker, int64_t now,
		 struct fault *why)
{
	*seeing = (struct seeing){ .anybody = !asker || !asker->person };
	deed_open(&seeing->deed, house, asker, now);
	return seeing->anybody ? 0 : staff_of(house, asker->person, &seeing->deed.staff, why);
}

/* ---- the feed ------------------------------------------------------------------------- */

static const char *moment_text(struct deed *deed, int64_t stamp)
{
	char text[MOMENT_LEN];

	moment_write(stamp, OFFSET_MIN, text);
	return arena_copy(deed->mem, text);
}

/* "demo.vm,2026" of the origin "demo.vm/fengsui/2026": RFC 4151 asks for who and since when. */
static const char *tag_of(struct deed *deed, const char *what)
{
	const char *origin = record_origin(deed->house->record, RECORD_REAL), *year = strrchr(origin, '/');

	return arena_text(deed->mem, "tag:%.*s,%s:fengsui/cap/%s", (int)strcspn(origin, "/"), origin,
			  year && year[1] ? year + 1 : "2026", what);
}

static const char *url_of(struct deed *deed, const char *file)
{
	const char *url = house_public_url(deed->house);

	return url ? arena_text(deed->mem, "%s/cap/%s", url, file) : file;
}

static void add_entry(struct seeing *seeing, struct object *edition, const char *id_field, int64_t at,
		      const char *head)
{
	struct deed *deed = &seeing->deed;
	const char *id = cap_text(edition, id_field), *title = cap_text(edition, "title");
	const int64_t ends = cap_time(edition, "cap_ends");

	if (!id || seeing->count == ENTRIES_MOST_SHOWN)
		return;
	seeing->entries[seeing->count++] = (struct atom_entry){
		.id = tag_of(deed, id),
		.title = arena_text(deed->mem, "%s%s%s", edition->space == RECORD_DRILL ? "[演练] " : "",
				    head, title ? title : id),
		.summary = *head ? NULL : cap_text(edition, "hazard"),
		.updated = moment_text(deed, at),
		.published = moment_text(deed, at),
		.href = url_of(deed, arena_text(deed->mem, "%s.xml", id)),
		.expires = moment_text(deed, ends),
		.category = "Infra",
	};
	seeing->updated = at > seeing->updated ? at : seeing->updated;
	seeing->until = !seeing->until || ends < seeing->until ? ends : seeing->until;
}

/* The edition in force; of a warning that was lifted, what lifts it, for as
 * long as somebody may still hold the former for true. */
static void take_edition(struct seeing *seeing, struct object *edition)
{
	const char *state = state_of(edition, "life");

	if (!state || cap_time(edition, "cap_ends") <= seeing->deed.now || !may_have(seeing, edition))
		return;
	if (!strcmp(state, "current"))
		add_entry(seeing, edition, "cap_id", cap_time(edition, "published_at"), "");
	else if (!strcmp(state, "withdrawn") && cap_text(edition, "cap_cancel"))
		add_entry(seeing, edition, "cap_cancel_id", edition->updated_at, "解除预警：");
}

static int take_editions(struct seeing *seeing, struct fault *why)
{
	int64_t *ids = arena_many(seeing->deed.mem, EDITIONS_MOST, sizeof(*ids));
	struct rows *rows;
	size_t count = 0;

	if (store_query(seeing->deed.house->store,
			"SELECT id FROM objects WHERE kind = 'edition' AND created_at > $1 AND space = 1"
			" ORDER BY id DESC LIMIT 2000",
			VALUES(value_int(seeing->deed.now - IN_FORCE_MOST)), &rows, why) < 0)
		return -why->code;
	while (count < EDITIONS_MOST && rows_next(rows, why) == 1)
		ids[count++] = rows_int(rows, 0);
	rows_close(rows);
	for (size_t i = 0; i < count; i++) {
		struct object *edition = world_get(&seeing->deed, ids[i], why);

		if (edition)
			take_edition(seeing, edition);
	}
	return 0;
}

/* The moment at which the record of this folder began: for a feed of nothing. */
static int64_t beginning(struct deed *deed)
{
	struct fault why;
	int64_t at = 0;

	store_int(deed->house->store, "SELECT created_at FROM objects ORDER BY id LIMIT 1", NO_VALUES, &at,
		  &why);
	return at;
}

static void write_feed(struct seeing *seeing, struct buf *out)
{
	struct deed *deed = &seeing->deed;
	struct fault why;
	const int64_t office = effect_office(deed);
	const char *name = cap_text(office ? world_get(deed, office, &why) : NULL, "name");
	const struct atom_feed feed = {
		.id = tag_of(deed, "feed"),
		.title = house_demo(deed->house)
				 ? "网络安全预警（演示） / Cyber security warnings (demonstration)"
				 : "网络安全预警 / Cyber security warnings",
		.author = name ? name : house_cap_sender(deed->house),
		.updated = moment_text(deed, seeing->updated),
		.self = url_of(deed, "feed.atom"),
		.entries = seeing->entries,
		.count = seeing->count,
	};

	feed_write(&feed, out);
}

static void keep_feed(struct seeing *seeing, const struct buf *text)
{
	struct house *house = seeing->deed.house;
	struct shown_feed *shown = must_alloc(sizeof(*shown));

	*shown = (struct shown_feed){ .updated = seeing->updated,
				      .made_at = seeing->deed.now,
				      .until = seeing->until,
				      .changes = house->told_changes };
	buf_put(&shown->text, text->data, text->len);
	feed_forget(house);
	house->feed_shown = shown;
}

void feed_forget(struct house *house)
{
	if (!house->feed_shown)
		return;
	buf_fini(&house->feed_shown->text);
	free(house->feed_shown);
	house->feed_shown = NULL;
}

static bool kept(const struct house *house, const struct asker *asker, int64_t now)
{
	const struct shown_feed *shown = house->feed_shown;

	return shown && (!asker || !asker->person) && shown->changes == house->told_changes &&
	       now >= shown->made_at && (!shown->until || now < shown->until);
}

int house_cap_feed(struct house *house, const struct asker *asker, int64_t now, struct buf *out,
		   int64_t *updated, struct fault *why)
{
	struct seeing seeing;
	int ret;

	if (kept(house, asker, now)) {
		buf_put(out, house->feed_shown->text.data, house->feed_shown->text.len);
		*updated = house->feed_shown->updated;
		return 0;
	}
	if ((ret = begin(&seeing, house, asker, now, why)) == 0) {
		seeing.entries = arena_many(seeing.deed.mem, ENTRIES_MOST_SHOWN, sizeof(*seeing.entries));
		ret = take_editions(&seeing, why);
	}
	if (ret == 0) {
		if (!seeing.updated)
			seeing.updated = beginning(&seeing.deed);
		*updated = seeing.updated;
		write_feed(&seeing, out);
		if (seeing.anybody)
			keep_feed(&seeing, out);
	}
	deed_close(&seeing.deed);
	return ret;
}

/* ---- one file -------------------------------------------------------------------------- */

static struct object *edition_with(struct seeing *seeing, const char *field, const char *identifier)
{
	struct fault why;
	int64_t id = 0;

	if (store_int(seeing->deed.house->store,
		      "SELECT object FROM facets WHERE kind = 'edition' AND name = $1 AND value = $2"
		      " ORDER BY object DESC LIMIT 1",
		      VALUES(value_text(field), value_text(identifier)), &id, &why) < 0)
		return NULL;
	return world_get(&seeing->deed, id, &why);
}

int house_cap_file(struct house *house, const struct asker *asker, const char *identifier, int64_t now,
		   char digest[static 65], struct fault *why)
{
	struct seeing seeing;
	struct object *edition = NULL;
	const char *found = NULL;
	int ret = begin(&seeing, house, asker, now, why);

	if (ret == 0 && (edition = edition_with(&seeing, "cap_id", identifier)))
		found = cap_text(edition, "cap_file");
	else if (ret == 0 && (edition = edition_with(&seeing, "cap_cancel_id", identifier)))
		found = cap_text(edition, "cap_cancel");
	/* Whether there is one that is not public concerns nobody outside. */
	if (ret == 0 && (!found || !may_have(&seeing, edition)))
		ret = fault_say(why, FAULT_ABSENT, "there is no CAP file '%.80s'", "没有 CAP 文件“%.80s”",
				identifier);
	if (ret == 0)
		snprintf(digest, 65, "%s", found);
	deed_close(&seeing.deed);
	return ret;
}
