/* One data folder opened for work: made, opened, and acted on in batches. */

#include "action/action_private.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "archive/package.h"
#include "deliver/channels.h"
#include "base/canon.h"
#include "base/stamp.h"
#include "host/faultpoint.h"
#include "host/file.h"
#include "pack/keep.h"
#include "seal/digest.h"
#include "seal/hex.h"
#include "store/search.h"

/* ---- packs ---------------------------------------------------------------- */

struct pack *house_pack_by(struct house *house, const char *digest, struct fault *why)
{
	char path[4096];
	struct problems problems;
	struct pack *pack = NULL;

	for (size_t i = 0; i < house->pack_count; i++)
		if (!strcmp(house->packs[i]->digest, digest))
			return house->packs[i];
	snprintf(path, sizeof(path), "%s/packs/%s", house->folder, digest);
	problems_init(&problems);
	if (pack_load(path, &pack, &problems, why) < 0)
		fault_within(why, "plan pack %.12s", digest);
	else if (strcmp(pack->digest, digest)) {
		fault_set(why, FAULT_CORRUPT, "plan pack %.12s in %s is not what was published", digest,
			  path);
		pack_drop(&pack);
	}
	problems_fini(&problems);
	if (!pack)
		return NULL;
	house->packs = must_grow(house->packs, (house->pack_count + 1) * sizeof(*house->packs));
	house->packs[house->pack_count++] = pack;
	return pack;
}

static int read_pack_in_force(struct house *house, struct fault *why)
{
	SCOPED(arena_drop) struct arena *mem = arena_new();
	char *digest;
	int ret = store_text(house->store,
			     "SELECT digest FROM packs WHERE in_force = 1 ORDER BY at DESC LIMIT 1",
			     NO_VALUES, mem, &digest, why);

	if (ret == -FAULT_ABSENT)
		return fault_set(why, FAULT_CORRUPT, "%s holds no plan pack in force", house->folder);
	if (ret < 0)
		return ret;
	house->pack = house_pack_by(house, digest, why);
	return house->pack ? 0 : -why->code;
}

/* ---- the first start ------------------------------------------------------ */

static int64_t seed_named(const struct pack *pack, const int64_t *ids, const char *name)
{
	for (size_t i = 0; i < pack->seed_count; i++)
		if (pack->seeds[i].name && !strcmp(pack->seeds[i].name, name))
			return ids[i];
	return 0;
}

static int seed_field(struct deed *deed, const struct pack *pack, const int64_t *ids, struct object *object,
		      const char *name, const char *typed, struct fault *why)
{
	const struct field *field = kind_field(object->kind, name);
	json_t *value = NULL, *text;
	int ret;

	if (!field)
		return fault_set(why, FAULT_INVALID, "organisation.yml: %s has no field '%s'",
				 object->kind->name, name);
	if (field->type == FIELD_REF && *typed == '@') {
		int64_t id = seed_named(pack, ids, typed + 1);

		if (!id)
			return fault_set(why, FAULT_INVALID, "organisation.yml: nothing before is named '%s'",
					 typed + 1);
		change_field(deed, object, field,
			     field->many ? json_pack("[I]", (json_int_t)id) : json_integer(id));
		return 0;
	}
	text = json_string(typed);
	if ((ret = input_value(deed, field, text, &value, why)) == 0)
		change_field(deed, object, field, value);
	json_decref(text);
	return ret;
}

/* The organisation of the template: one act, entered by the house itself. */
static int seed_house(struct house *house, const struct pack *pack, int64_t now, struct fault *why)
{
	struct deed deed;
	int64_t *ids;
	int ret = 0;

	deed_open(&deed, house, NULL, now);
	ids = arena_many(deed.mem, pack->seed_count + 1, sizeof(*ids));
	for (size_t i = 0; ret == 0 && i < pack->seed_count; i++) {
		const struct seed *seed = &pack->seeds[i];
		struct object *object = world_make(&deed, pack, seed->kind, RECORD_REAL);

		ids[i] = object->id;
		change_of(&deed, object, arena_text(deed.mem, "%s.create", seed->kind->name));
		for (size_t k = 0; ret == 0 && k < seed->count; k++)
			ret = seed_field(&deed, pack, ids, object, seed->keys[k], seed->values[k], why);
		change_number(&deed, object);
	}
	if (ret == 0)
		ret = deed_write(&deed, why);
	deed_close(&deed);
	return ret;
}

static void origin_of(const struct house_options *options, char *out, size_t size)
{
	char host[128] = "localhost";

	gethostname(host, sizeof(host) - 1);
	for (char *p = host; *p; p++)
		if (!((*p >= 'a' && *p <= 'z') || (*p >= '0' && *p <= '9') || *p == '.' || *p == '-'))
			*p = '-';
	snprintf(out, size, "%s%s/fengsui/%d", options->demo ? "demo." : "",
		 options->origin ? options->origin : host, stamp_civil(options->now).year);
}

/* Read and proven before anything is made, so that a broken pack leaves nothing
 * half-made behind. */
static int read_first_pack(const struct house_options *options, struct pack **out, struct fault *why)
{
	struct problems problems;
	struct pack *pack = NULL;
	int ret;

	if (!options->pack)
		return fault_say(why, FAULT_ABSENT, "%s is a new folder and no plan pack was named (--pack)",
				 "%s 是新目录，未指定预案包（--pack）", options->folder);
	problems_init(&problems);
	ret = pack_load(options->pack, &pack, &problems, why);
	if (ret == 0)
		ret = pack_check(pack, &problems, why);
	if (ret < 0 && problems.errors)
		fault_within(why, "the plan pack is not sound (fengsui plan check %s says more)",
			     options->pack);
	if (ret == 0)
		*out = pack;
	else
		pack_drop(&pack);
	problems_fini(&problems);
	return ret;
}

static int first_pack(struct house *house, const struct pack *pack, const struct house_options *options,
		      struct fault *why)
{
	int ret;

	if ((ret = pack_store(pack, options->pack, options->folder, why)) < 0 ||
	    (ret = store_begin(house->store, &house->txn, why)) < 0)
		return ret;
	ret = pack_put_in_force(house, pack, options->now, why);
	if (ret == 0)
		ret = store_commit(&house->txn, why);
	store_txn_drop(&house->txn);
	return ret;
}

/* A start that was broken off after the record was made goes on with that record. */
static int first_record(struct house *house, const struct house_options *options, struct fault *why)
{
	char origin[256];
	int64_t logs = 0;
	int ret = store_int(house->store, "SELECT count(*) FROM logs", NO_VALUES, &logs, why);

	if (ret < 0 || logs)
		return ret;
	origin_of(options, origin, sizeof(origin));
	return record_create(house->store, house->folder, origin, options->demo, options->now, why);
}

static int first_start(struct house *house, const struct house_options *options, struct fault *why)
{
	struct pack *pack = NULL;
	int ret = read_first_pack(options, &pack, why);

	if (ret == 0)
		ret = first_record(house, options, why);
	if (ret == 0)
		ret = first_pack(house, pack, options, why);
	pack_drop(&pack);
	return ret;
}

static int first_people(struct house *house, int64_t now, struct fault *why)
{
	int64_t any = 0;
	int ret = store_int(house->store, "SELECT count(*) FROM (SELECT 1 FROM objects LIMIT 1)", NO_VALUES,
			    &any, why);

	if (ret < 0 || any || !house->pack->seed_count)
		return ret;
	if ((ret = house_begin(house, why)) < 0)
		return ret;
	if ((ret = seed_house(house, house->pack, now, why)) < 0) {
		house_rollback(house);
		return ret;
	}
	return house_commit(house, why);
}

/* ---- opening -------------------------------------------------------------- */

static int next_id(struct house *house, const char *sql, int64_t *out, struct fault *why)
{
	int ret = store_int(house->store, sql, NO_VALUES, out, why);

	*out += 1;
	return ret;
}

/* The key of its record is its own, also where it was restored. */
static int read_mark(struct house *house, struct fault *why)
{
	SCOPED(arena_drop) struct arena *mem = arena_new();
	unsigned char hash[DIGEST_LEN];
	char *vkey, hex[2 * DIGEST_LEN + 1];
	int ret = store_text(house->store, "SELECT vkey FROM logs ORDER BY id LIMIT 1", NO_VALUES, mem, &vkey,
			     why);

	if (ret < 0)
		return ret;
	digest_of(vkey, strlen(vkey), hash);
	hex_write(hash, sizeof(hash), hex);
	memcpy(house->mark, hex, sizeof(house->mark) - 1);
	return 0;
}

const char *house_mark(struct house *house) { return house->mark; }

static int read_counters(struct house *house, struct fault *why)
{
	int ret;

	if ((ret = next_id(house, "SELECT coalesce(max(id), 0) FROM objects", &house->next_object, why)) <
		    0 ||
	    (ret = next_id(house, "SELECT coalesce(max(id), 0) FROM clocks", &house->next_clock, why)) < 0 ||
	    (ret = next_id(house, "SELECT coalesce(max(id), 0) FROM proposals", &house->next_proposal, why)) <
		    0 ||
	    (ret = next_id(house, "SELECT coalesce(max(id), 0) FROM outbox", &house->next_outbox, why)) < 0 ||
	    (ret = next_id(house, "SELECT coalesce(max(id), 0) FROM letters", &house->next_letter, why)) < 0)
		return ret;
	return next_id(house, "SELECT coalesce(max(id), 0) FROM checks", &house->next_check, why);
}

/* How far the machine's clock may stand behind the last entry: a second or two
 * is a correction by NTP, more is a clock that somebody set wrong. */
#define BEHIND_MOST (5 * STAMP_MINUTE)

static int read_given_now(struct house *house, int64_t now, struct fault *why)
{
	char last[STAMP_LEN], says[STAMP_LEN];

	house->demo = record_given_time(house->record);
	house->given_now = record_last_at(house->record);
	if (house->demo || now + BEHIND_MOST >= house->given_now)
		return 0;
	stamp_format(now, says);
	stamp_format(house->given_now, last);
	return fault_say(why, FAULT_INVALID,
			 "the clock of this machine says %s, but the last entry in %s was recorded at %s; "
			 "set the clock first"
			 " (timedatectl set-time)",
			 "本机时钟为 %s，而 %s 中最后一条记录于 %s；请先校准时钟（timedatectl set-time）",
			 says, house->folder, last);
}

static int open_all(struct house *house, const struct house_options *options, struct fault *why)
{
	char path[4096];
	struct stat st;
	bool fresh;
	int ret;

	snprintf(path, sizeof(path), "%s/fengsui.db", house->folder);
	fresh = stat(path, &st) < 0;
	if ((ret = store_open(options->driver ? options->driver : &store_sqlite, path, STORE_WRITE,
			      &house->store, why)) < 0 ||
	    (!fresh && (ret = keep_before_migration(house, why)) < 0) ||
	    (ret = store_schema(house->store, why)) < 0)
		return ret;
	if (!fresh) {
		int64_t logs = 0;

		ret = store_int(house->store, "SELECT count(*) FROM packs", NO_VALUES, &logs, why);
		fresh = ret == 0 && logs == 0;
	}
	if (fresh && (ret = first_start(house, options, why)) < 0)
		return ret;
	if ((ret = record_open(house->store, house->folder, &house->record, why)) < 0 ||
	    (ret = read_counters(house, why)) < 0 || (ret = read_mark(house, why)) < 0 ||
	    (ret = read_given_now(house, options->now, why)) < 0 ||
	    (ret = read_pack_in_force(house, why)) < 0)
		return ret;
	if (!house->demo && options->demo)
		return fault_say(why, FAULT_REFUSED,
				 "%s is a real data folder; --demo wants a folder of its own",
				 "%s 是正式数据目录；--demo 须用单独的目录", house->folder);
	/* Started again at a later moment: nobody was here until then. */
	if (house->demo && options->given && options->now > house->given_now && !fresh)
		house->given_now = house->away_until = options->now;
	if ((ret = first_people(house, options->now, why)) < 0)
		return ret;
	return take_up_work(house, why);
}

/* Who CAP messages are from: what was said, else the host of the record. */
static int name_sender(struct house *house, const struct house_options *options, struct fault *why)
{
	const char *origin = record_origin(house->record, RECORD_REAL);
	const char *name = options->cap_sender ? options->cap_sender : origin;
	const size_t len = options->cap_sender ? strlen(name) : strcspn(origin, "/");

	if (!len || strcspn(name, " \t\r\n,<&") < len)
		return fault_say(why, FAULT_INVALID,
				 "--cap-sender '%.80s': no blanks, commas, < or & stand in it",
				 "--cap-sender“%.80s”：不得含有空格、逗号、< 或 &", name);
	house->cap_sender = must_copy(name);
	house->cap_sender[len] = '\0';
	return 0;
}

static int name_address(struct house *house, const char *url, struct fault *why)
{
	size_t len = url ? strlen(url) : 0;

	if (!url)
		return 0;
	if ((strncmp(url, "http://", 7) && strncmp(url, "https://", 8)) || url[strcspn(url, " \t\r\n\"<>")])
		return fault_say(why, FAULT_INVALID,
				 "--public-url '%.80s': it is an address like https://HOST",
				 "--public-url“%.80s”：应为 https://主机 这样的地址", url);
	house->public_url = must_copy(url);
	while (len && house->public_url[len - 1] == '/')
		house->public_url[--len] = '\0';
	return 0;
}

int house_open(const struct house_options *options, struct house **out, struct fault *why)
{
	struct house *house = must_alloc(sizeof(*house));
	int ret;

	house->folder = must_copy(options->folder);
	ret = file_make_folder(house->folder, 0700, why);
	if (ret == 0)
		ret = open_all(house, options, why);
	if (ret == 0 && (ret = name_sender(house, options, why)) == 0)
		ret = name_address(house, options->public_url, why);
	if (ret < 0)
		house_close(house);
	else
		*out = house;
	return ret;
}

void house_close(struct house *house)
{
	if (!house)
		return;
	staff_forget(house);
	store_txn_drop(&house->txn);
	record_close(house->record);
	store_close(house->store);
	channels_release(house->channels);
	for (size_t i = 0; i < house->pack_count; i++)
		pack_free(house->packs[i]);
	free(house->packs);
	feeds_forget(house, 0);
	free(house->feeds);
	doubts_forget(&house->doubts);
	restricted_fini(&house->restricted);
	public_forget(house);
	feed_forget(house);
	free(house->folder);
	free(house->cap_sender);
	free(house->public_url);
	free(house);
}

const char *house_cap_sender(const struct house *house) { return house->cap_sender; }
const char *house_public_url(const struct house *house) { return house->public_url; }
bool house_demo(const struct house *house) { return house->demo; }
int64_t house_given_now(const struct house *house) { return house->given_now; }
struct store *house_store(struct house *house) { return house->store; }
struct record *house_record(struct house *house) { return house->record; }
const struct pack *house_pack(struct house *house) { return house->pack; }
const char *house_folder(const struct house *house) { return house->folder; }

int house_person(struct house *house, const char *login, int64_t *out, struct fault *why)
{
	int ret =
		store_int(house->store,
			  "SELECT object FROM facets WHERE kind = 'person' AND name = 'login' AND value = $1",
			  VALUES(value_text(login)), out, why);

	return ret == -FAULT_ABSENT ? fault_say(why, FAULT_ABSENT, "nobody here has the login '%.64s'",
						"这里没有登录名为“%.64s”的人员", login)
				    : ret;
}

/* ---- batches -------------------------------------------------------------- */

int house_begin(struct house *house, struct fault *why)
{
	int ret = store_begin(house->store, &house->txn, why);

	if (ret == 0)
		record_remember(house->record);
	house->pack_before = house->pack;
	return ret;
}

/* What was disposed of leaves the packages of archived cases as well. */
void leave_packages(const char *folder, const char *digest)
{
	struct fault why;

	if (package_forget(folder, digest, &why) < 0)
		fprintf(stderr, "fengsui: %s\n", why.text);
}

/* What was erased leaves the disk too: the log of the store is folded in, and
 * files that were disposed of go, after the commit that says so. */
static void finish_erasing(struct house *house)
{
	struct fault left;

	/* What cannot be settled now is settled at the next start. */
	if (doubts_decide(&house->doubts, house->folder, house->store, leave_packages, &left) < 0)
		fprintf(stderr, "fengsui: %s\n", left.text);
	if (house->erased)
		forget_before_migration(house);
	house->scrub_owed |= house->erased;
	house->erased = false;
	/* What was committed stands; what still lies on the disk goes with a later commit. */
	if (!house->scrub_owed)
		return;
	if (store_scrub(house->store, &left) < 0) {
		fprintf(stderr, "fengsui: what was erased is not off the disk yet: %s\n", left.text);
		return;
	}
	house->scrub_owed = false;
	store_run(house->store, "DELETE FROM meta WHERE name = 'scrub'", NO_VALUES, NULL, NULL);
}

/* In the commit that erases, so that a start after a crash knows of it. */
static int owe_scrub(struct house *house, struct fault *why)
{
	return store_run(house->store,
			 "INSERT INTO meta(name, value) VALUES('scrub', 'owed') ON CONFLICT(name) DO NOTHING",
			 NO_VALUES, NULL, why);
}

/* Entries that a start reckons through, for want of a signature of later. */
enum { UNSIGNED_MOST = 10000 };

static int sign(struct house *house, struct fault *why)
{
	SCOPED(arena_drop) struct arena *mem = NULL;
	char *note;
	int ret = 0;

	for (int space = RECORD_REAL; ret == 0 && space <= RECORD_DRILL; space++)
		if (record_unsigned(house->record, space) >= UNSIGNED_MOST) {
			mem = mem ? mem : arena_new();
			ret = record_checkpoint(house->record, space, mem, &note, why);
		}
	return ret;
}

int house_commit(struct house *house, struct fault *why)
{
	int ret = feeds_write(house, why);

	if (ret == 0 && house->erased && (ret = search_purge(house->store, why)) == 0)
		ret = owe_scrub(house, why);
	if (ret == 0)
		ret = sign(house, why);
	if (ret == 0)
		ret = store_commit(&house->txn, why);
	if (ret < 0) {
		house_rollback(house);
		return ret;
	}
	FAULTPOINT("files.doubt");
	record_settle(house->record);
	finish_erasing(house);
	return 0;
}

void house_rollback(struct house *house)
{
	store_txn_drop(&house->txn);
	record_forget(house->record);
	feeds_forget(house, 0);
	doubts_forget(&house->doubts);
	house->erased = false;
	house->pack = house->pack_before;
	staff_forget(house);
}

/* ---- one deed, all of it or nothing --------------------------------------- */

int deed_begin(struct deed *deed, struct house *house, const struct asker *asker, int64_t now,
	       struct fault *why)
{
	int ret;

	/* Entries never go back in time, whatever the clock does meanwhile. */
	if (now < house->given_now)
		now = house->given_now;
	deed_open(deed, house, asker, now);
	deed->person = asker ? asker->person : 0;
	if (now > house->given_now)
		house->given_now = now;
	if (asker && asker->person && (ret = staff_of(house, asker->person, &deed->staff, why)) < 0)
		return ret;
	if ((ret = store_mark(house->store, why)) < 0)
		return ret;
	record_remember(house->record);
	deed->feeds = house->feed_count;
	deed->pack = house->pack;
	return 0;
}

/* Write it, or take it all back where something is missing or failed. */
int deed_end(struct deed *deed, int ret, struct fault *why)
{
	struct house *house = deed->house;
	struct fault undo;

	if (ret == 0 && !deed->missing)
		ret = trigger_run(deed, why);
	if (ret == 0 && !deed->missing)
		ret = rules_ask(deed, why);
	if (ret == 0 && !deed->missing)
		ret = deed_write(deed, why);
	if (ret == 0 && !deed->missing) {
		ret = store_keep(house->store, why);
		record_keep(house->record);
	} else {
		record_forget(house->record);
		feeds_forget(house, deed->feeds);
		house->pack = deed->pack;
		if (store_undo(house->store, &undo) < 0 && ret == 0) {
			*why = undo;
			ret = -undo.code;
		}
	}
	if (house->staff_changed)
		staff_forget(house);
	return ret;
}
