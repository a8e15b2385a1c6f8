#include "account/throttle.h"

#include <inttypes.h>
#include <string.h>

#include "account/account_private.h"
#include "account/network.h"
#include "base/stamp.h"

/* clang-format off */
/*                  free  first  longest  window  of strangers   */
const struct counter_rule counter_rules[COUNT__COUNT] = {
	[COUNT_PAIR]  = {   5,  1,     900,      0, false },  /* this login from this place */
	[COUNT_LOGIN] = {  20,  1,     900,      0, true  },  /* this login from everywhere */
	[COUNT_PLACE] = {  60,  0,       0,    600, false },  /* every login from this place */
	[COUNT_HOUSE] = { 300,  0,       0,     60, true  },  /* all there is */
};
/* clang-format on */

/* After a day without an attempt a counter begins anew. */
#define FORGET (24 * STAMP_HOUR)
#define KNOWN (30 * STAMP_DAY)
enum { KNOWN_MOST = 20 };

struct tally {
	unsigned char digest[DIGEST_BYTES];
	bool used;
	int64_t count, at, until_at;
};

static void digests_of(const struct accounts *accounts, const struct throttle_ask *ask,
		       struct tally tallies[static COUNT__COUNT])
{
	SCOPED(buf_fini) struct buf text = { 0 };
	size_t place_len;

	memset(tallies, 0, COUNT__COUNT * sizeof(*tallies));
	network_place(ask->address, &text);
	place_len = text.len;
	for (int i = 0; i < COUNT__COUNT; i++)
		tallies[i].used = ask->login || i == COUNT_PLACE || i == COUNT_HOUSE;
	keys_digest(accounts->keys.counters, COUNT_HOUSE, "", 0, tallies[COUNT_HOUSE].digest);
	keys_digest(accounts->keys.counters, COUNT_PLACE, text.data, place_len, tallies[COUNT_PLACE].digest);
	if (!ask->login)
		return;
	keys_digest(accounts->keys.counters, COUNT_LOGIN, ask->login, strlen(ask->login),
		    tallies[COUNT_LOGIN].digest);
	buf_char(&text, ' ');
	buf_text(&text, ask->login);
	keys_digest(accounts->keys.counters, COUNT_PAIR, text.data, text.len, tallies[COUNT_PAIR].digest);
}

static int read_tally(struct accounts *accounts, int64_t now, struct tally *tally, struct fault *why)
{
	SCOPED(rows_drop) struct rows *rows = NULL;
	int ret;

	if ((ret = store_query(accounts->store, "SELECT count, at, until_at FROM throttles WHERE digest = $1",
			       VALUES(value_blob(tally->digest, DIGEST_BYTES)), &rows, why)) < 0 ||
	    (ret = rows_next(rows, why)) <= 0)
		return ret;
	tally->count = rows_int(rows, 0);
	tally->at = rows_int(rows, 1);
	tally->until_at = rows_int(rows, 2);
	if (now - tally->at >= FORGET)
		tally->count = 0;
	/* A clock that was ahead and was set back must not keep people out until it is there again. */
	if (now - tally->at >= FORGET || tally->at > now)
		tally->until_at = 0;
	return 0;
}

static int64_t pause_of(const struct counter_rule *rule, int64_t count)
{
	int64_t pause_s = rule->first_s;

	if (count < rule->free)
		return 0;
	for (int64_t n = count - rule->free; n > 0 && pause_s < rule->longest_s; n--)
		pause_s *= 2;
	return (pause_s < rule->longest_s ? pause_s : rule->longest_s) * STAMP_SECOND;
}

/* Microseconds until the next attempt is heard; 0: this one is. */
static int64_t wait_of(const struct counter_rule *rule, const struct tally *tally, int64_t now)
{
	const bool full = !rule->window_s || tally->count >= rule->free;

	return full && tally->until_at > now ? tally->until_at - now : 0;
}

static void count_one(const struct counter_rule *rule, struct tally *tally, int64_t now)
{
	if (rule->window_s && tally->until_at <= now) {
		tally->count = 0;
		tally->until_at = now + rule->window_s * STAMP_SECOND;
	}
	tally->count++;
	tally->at = now;
	if (!rule->window_s)
		tally->until_at = now + pause_of(rule, tally->count);
}

static int write_tally(struct accounts *accounts, const struct tally *tally, struct fault *why)
{
	static const char sql[] =
		"INSERT INTO throttles(digest, count, at, until_at) VALUES($1, $2, $3, $4)"
		" ON CONFLICT(digest) DO UPDATE SET count = excluded.count, at = excluded.at,"
		" until_at = excluded.until_at";

	return store_run(accounts->store, sql,
			 VALUES(value_blob(tally->digest, DIGEST_BYTES), value_int(tally->count),
				value_int(tally->at), value_int(tally->until_at)),
			 NULL, why);
}

/* Logins may be made up without end; those whose pause is over longest go. */
static int keep_bounds(struct accounts *accounts, struct fault *why)
{
	int64_t rows;
	int ret;

	if ((ret = store_int(accounts->store, "SELECT count(*) FROM throttles", NO_VALUES, &rows, why)) < 0 ||
	    rows <= THROTTLE_ROWS)
		return ret < 0 ? ret : 0;
	return store_run(accounts->store,
			 "DELETE FROM throttles WHERE digest IN"
			 " (SELECT digest FROM throttles ORDER BY until_at, digest LIMIT $1)",
			 VALUES(value_int(rows - THROTTLE_ROWS)), NULL, why);
}

static int is_known(struct accounts *accounts, int64_t person, const struct tally *place, int64_t now,
		    bool *out, struct fault *why)
{
	int64_t at = 0;
	int ret = 0;

	if (person)
		ret = store_int(accounts->store,
				"SELECT at FROM known_places WHERE person = $1 AND place = $2",
				VALUES(value_int(person), value_blob(place->digest, DIGEST_BYTES)), &at, why);
	if (ret < 0 && ret != -FAULT_ABSENT)
		return ret;
	*out = ret == 0 && at && now - at < KNOWN;
	return 0;
}

static int too_many(int64_t wait, int64_t *wait_s, struct fault *why)
{
	*wait_s = (wait + STAMP_SECOND - 1) / STAMP_SECOND;
	return fault_say(why, FAULT_LIMIT, "too many attempts; the next one is heard in %" PRId64 " s",
			 "尝试过多，%" PRId64 " 秒后再试", *wait_s);
}

static int write_all(struct accounts *accounts, struct tally tallies[static COUNT__COUNT], int64_t now,
		     struct fault *why)
{
	int ret;

	for (int i = 0; i < COUNT__COUNT; i++) {
		if (!tallies[i].used)
			continue;
		count_one(&counter_rules[i], &tallies[i], now);
		if ((ret = write_tally(accounts, &tallies[i], why)) < 0)
			return ret;
	}
	return keep_bounds(accounts, why);
}

int throttle_count(struct accounts *accounts, const struct throttle_ask *ask, int64_t now, int64_t *wait_s,
		   struct fault *why)
{
	struct tally tallies[COUNT__COUNT];
	int64_t wait = 0, one;
	bool known;
	int ret;

	digests_of(accounts, ask, tallies);
	if ((ret = is_known(accounts, ask->login ? ask->person : 0, &tallies[COUNT_PLACE], now, &known,
			    why)) < 0)
		return ret;
	for (int i = 0; i < COUNT__COUNT; i++) {
		if (!tallies[i].used)
			continue;
		if ((ret = read_tally(accounts, now, &tallies[i], why)) < 0)
			return ret;
		one = known && counter_rules[i].of_strangers ? 0
							     : wait_of(&counter_rules[i], &tallies[i], now);
		wait = one > wait ? one : wait;
	}
	if (wait)
		return too_many(wait, wait_s, why);
	if ((ret = write_all(accounts, tallies, now, why)) < 0 || !ask->login || !ask->person)
		return ret;
	return store_run(accounts->store, "UPDATE accounts SET failures = failures + 1 WHERE person = $1",
			 VALUES(value_int(ask->person)), NULL, why);
}

static int know(struct accounts *accounts, int64_t person, const struct tally *place, int64_t now,
		struct fault *why)
{
	static const char keep[] = "INSERT INTO known_places(person, place, at) VALUES($1, $2, $3)"
				   " ON CONFLICT(person, place) DO UPDATE SET at = excluded.at";
	static const char drop[] =
		"DELETE FROM known_places WHERE person = $1 AND place NOT IN (SELECT place FROM"
		" known_places WHERE person = $1 ORDER BY at DESC, place LIMIT $2)";
	int ret;

	if ((ret = store_run(
		     accounts->store, keep,
		     VALUES(value_int(person), value_blob(place->digest, DIGEST_BYTES), value_int(now)), NULL,
		     why)) < 0)
		return ret;
	return store_run(accounts->store, drop, VALUES(value_int(person), value_int(KNOWN_MOST)), NULL, why);
}

int throttle_clear(struct accounts *accounts, const struct throttle_ask *ask, int64_t now, struct fault *why)
{
	static const char forget[] = "DELETE FROM throttles WHERE digest = $1";
	static const char uncount[] =
		"UPDATE throttles SET count = count - 1 WHERE digest = $1 AND count > 0";
	struct tally tallies[COUNT__COUNT];
	int ret;

	digests_of(accounts, ask, tallies);
	for (int i = 0; i < COUNT__COUNT; i++)
		if (tallies[i].used &&
		    (ret = store_run(accounts->store, counter_rules[i].window_s ? uncount : forget,
				     VALUES(value_blob(tallies[i].digest, DIGEST_BYTES)), NULL, why)) < 0)
			return ret;
	if (!ask->login || !ask->person)
		return 0;
	if ((ret = store_run(accounts->store, "UPDATE accounts SET failures = 0 WHERE person = $1",
			     VALUES(value_int(ask->person)), NULL, why)) < 0)
		return ret;
	return know(accounts, ask->person, &tallies[COUNT_PLACE], now, why);
}

int throttle_sweep(struct accounts *accounts, int64_t now, struct fault *why)
{
	int ret;

	if ((ret = store_run(accounts->store, "DELETE FROM throttles WHERE until_at <= $1",
			     VALUES(value_int(now - FORGET)), NULL, why)) < 0)
		return ret;
	return store_run(accounts->store, "DELETE FROM known_places WHERE at <= $1",
			 VALUES(value_int(now - KNOWN)), NULL, why);
}
