/* The record entry by entry, for those who watch over it: who did what, when, and the hash that proves it. */

#include "action/action_private.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/stamp.h"
#include "seal/hex.h"

enum { SEQ_DIGITS = 18 };

/* "Verify log chain, export accountability". The house's own entries, of accounts and of files that were
 * opened, are among them, so that to see all cases is not enough. */
static const char *const readers[] = { "LG", "DIR", "AUD" };

struct wanted {
	int64_t after, before;
	const char *type, *kind, *actor;
	bool oldest;
};

/* ---- what was asked --------------------------------------------------------- */

static int place_of(const char *name, const char *text, int64_t otherwise, int64_t *out, struct fault *why)
{
	const size_t len = text ? strlen(text) : 0;

	*out = text ? strtoll(text, NULL, 10) : otherwise;
	if (!text || (len && len <= SEQ_DIGITS && strspn(text, "0123456789") == len))
		return 0;
	return fault_say(why, FAULT_INVALID, "%s: '%.40s' is no place in the record",
			 "%s：“%.40s”不是记录中的序号", name, text);
}

static int kind_of(struct deed *deed, const char *text, const char **out, struct fault *why)
{
	*out = text;
	if (!text || !strcmp(text, "house") || pack_kind(deed->house->pack, text))
		return 0;
	return fault_say(why, FAULT_INVALID, "the plan pack knows no kind '%.64s'",
			 "预案包中没有“%.64s”这一类记录", text);
}

/* As it stands in an entry. Whoever is no person of the register may be a machine. */
static int actor_of(struct deed *deed, const char *text, const char **out, struct fault *why)
{
	static const char *const machines[] = { "timer", "rule", "mail", "system", "setup" };
	int64_t person;
	int ret;

	*out = text;
	if (!text || !strncmp(text, "person:", strlen("person:")))
		return 0;
	for (size_t i = 0; i < sizeof(machines) / sizeof(*machines); i++)
		if (!strcmp(text, machines[i]))
			return 0;
	if ((ret = house_person(deed->house, text, &person, why)) == 0)
		*out = arena_text(deed->mem, "person:%" PRId64, person);
	return ret == -FAULT_ABSENT
		       ? fault_say(why, FAULT_INVALID, "actor: '%.64s' is no login of a person here",
				   "办理人（actor）：没有登录名“%.64s”", text)
		       : ret;
}

static int order_of(const char *text, bool *oldest, struct fault *why)
{
	*oldest = text && !strcmp(text, "oldest");
	return !text || *oldest || !strcmp(text, "newest")
		       ? 0
		       : fault_say(why, FAULT_INVALID, "order is newest or oldest, not '%.40s'",
				   "排序（order）为“newest”或“oldest”，不能是“%.40s”", text);
}

static int read_ask(struct deed *deed, const struct entries_ask *ask, struct wanted *out, struct fault *why)
{
	int ret;

	out->type = ask->type;
	if ((ret = place_of("after", ask->after, -1, &out->after, why)) < 0 ||
	    (ret = place_of("before", ask->before, INT64_MAX, &out->before, why)) < 0 ||
	    (ret = kind_of(deed, ask->kind, &out->kind, why)) < 0 ||
	    (ret = actor_of(deed, ask->actor, &out->actor, why)) < 0 ||
	    (ret = order_of(ask->order, &out->oldest, why)) < 0)
		return ret;
	if (ask->limit < 1 || ask->limit > ENTRIES_MOST)
		return fault_say(why, FAULT_INVALID, "limit is 1 to %d, not %d",
				 "条数（limit）为 1 至 %d，不能是 %d", ENTRIES_MOST, ask->limit);
	return 0;
}

/* ---- entries ----------------------------------------------------------------- */

static bool is(const char *wanted, const char *has) { return !wanted || (has && !strcmp(wanted, has)); }

static json_t *entry_of(struct deed *deed, const struct record_read *entry)
{
	json_t *one = entry->object ? handle_of(deed, entry->object) : json_object();
	char at[STAMP_LEN], hash[2 * DIGEST_LEN + 1];

	stamp_format(entry->recorded_at, at);
	hex_write(entry->hash, DIGEST_LEN, hash);
	json_object_set_new(one, "kind", json_string(entry->kind ? entry->kind : "house"));
	json_object_set_new(one, "seq", json_integer((json_int_t)entry->seq));
	json_object_set_new(one, "at", json_string(at));
	json_object_set_new(one, "type", json_string(entry->type));
	json_object_set_new(one, "actor", json_string(entry->actor));
	json_object_set_new(one, "act", json_integer(entry->act));
	json_object_set_new(one, "hash", json_string(hash));
	if (json_object_get(entry->change, "occurred"))
		json_object_set(one, "occurred", json_object_get(entry->change, "occurred"));
	if (!strncmp(entry->actor, "person:", strlen("person:")))
		json_object_set_new(one, "who",
				    handle_of(deed, strtoll(entry->actor + strlen("person:"), NULL, 10)));
	return one;
}

/* `last` is where it ended, -1 at the end of the record. */
static int fill(struct deed *deed, const struct wanted *wanted, struct record_cursor *cursor, size_t most,
		json_t *entries, int64_t *last, struct fault *why)
{
	struct record_read entry;
	int got, ret = 0;

	for (int examined = 0; (got = record_step_head(cursor, deed->mem, &entry, why)) == 1; examined++) {
		if (examined == ENTRIES_EXAMINED || json_array_size(entries) == most)
			return 0;
		*last = (int64_t)entry.seq;
		if (!is(wanted->type, entry.type) || !is(wanted->actor, entry.actor) ||
		    !is(wanted->kind, entry.kind ? entry.kind : "house"))
			continue;
		if ((ret = record_say(cursor, deed->mem, &entry, why)) < 0)
			return ret;
		json_array_append_new(entries, entry_of(deed, &entry));
	}
	*last = -1;
	return got;
}

static int answer_for(struct deed *deed, const struct entries_ask *ask, json_t **answer, struct fault *why)
{
	const enum record_space space = ask->space == RECORD_DRILL ? RECORD_DRILL : RECORD_REAL;
	struct record *record = deed->house->record;
	struct record_cursor *cursor = NULL;
	json_t *entries;
	struct wanted wanted;
	int64_t last = -1;
	int ret;

	if ((ret = read_ask(deed, ask, &wanted, why)) < 0 ||
	    (ret = record_scan_between(record, space, wanted.after, wanted.before, !wanted.oldest, &cursor,
				       why)) < 0)
		return ret;
	entries = json_array();
	ret = fill(deed, &wanted, cursor, (size_t)ask->limit, entries, &last, why);
	record_cursor_close(cursor);
	*answer = json_pack("{s:b, s:o, s:I}", "ok", 1, "entries", entries, "size",
			    (json_int_t)record_size(record, space));
	if (last >= 0)
		json_object_set_new(*answer, "next", json_integer(last));
	return ret;
}

int house_entries(struct house *house, const struct asker *asker, const struct entries_ask *ask,
		  json_t **answer, struct fault *why)
{
	struct deed deed;
	int ret = 0;

	*answer = NULL;
	deed_open(&deed, house, asker, house->given_now);
	if (asker->person)
		ret = staff_of(house, asker->person, &deed.staff, why);
	if (ret == 0 && !staff_holds_for_all(&deed, readers, sizeof(readers) / sizeof(*readers))) {
		refuse(&deed, "N21", "完整记录由领导小组、办公室主任和审计员查阅",
		       "the whole record is read by the Leading Group, the Office director and auditors",
		       NULL);
		*answer = refusal_answer(&deed, house->pack);
	} else if (ret == 0) {
		ret = answer_for(&deed, ask, answer, why);
	}
	deed_close(&deed);
	if (ret < 0) {
		json_decref(*answer);
		*answer = NULL;
	}
	return ret;
}
