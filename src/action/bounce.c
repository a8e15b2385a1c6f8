/* What a mail server says of a message after it had taken it: late, arrived, or come back. */

#include "action/action_private.h"

#include <stdio.h>
#include <string.h>

#include "intake/mail/bounce.h"

/* A server may say every hour that it still tries; after that it is known. */
enum { NOTES_MOST = 20 };

static const char *const results[] = {
	[BOUNCE_FAILED] = "bounced",
	[BOUNCE_DELAYED] = "delayed",
	[BOUNCE_DELIVERED] = "delivered",
};

/* Keys have no '@'; what stands behind it is the host of the sender. */
int message_named(struct house *house, const char *id, int64_t *out, const char **about, struct arena *mem,
		  struct fault *why)
{
	const char *key = arena_copy_bytes(mem, id, strcspn(id, "@"));
	struct rows *rows;
	int got;

	*out = 0;
	*about = "";
	if (store_query(
		    house->store,
		    "SELECT m.id, o.kind FROM outbox m JOIN objects o ON o.id = m.object WHERE m.key = $1",
		    VALUES(value_text(key)), &rows, why) < 0)
		return -why->code;
	if ((got = rows_next(rows, why)) == 1) {
		*out = rows_int(rows, 0);
		*about = arena_copy(mem, rows_text(rows, 1, NULL));
	}
	rows_close(rows);
	return got < 0 ? got : 0;
}

/* Did a server take this message for this address? */
static int went_to(struct house *house, int64_t message, const char *address, bool *out, struct fault *why)
{
	int64_t count = 0;
	int ret;

	*out = false;
	if (!*address)
		return 0;
	ret = store_int(house->store,
			"SELECT count(*) FROM attempts WHERE message = $1 AND result = 'sent'"
			" AND lower(address) = lower($2)",
			VALUES(value_int(message), value_text(address)), &count, why);
	*out = count > 0;
	return ret;
}

/* The recipient that is spoken of: where mail was sent on, the final address is another one. */
static int find_recipient(struct house *house, int64_t message, const struct bounce *bounce,
			  const struct bounce_recipient **out, struct fault *why)
{
	bool found = false;
	int ret = 0;

	*out = NULL;
	for (size_t i = 0; ret == 0 && !found && i < bounce->count; i++) {
		const struct bounce_recipient *one = &bounce->recipients[i];

		if ((ret = went_to(house, message, one->original, &found, why)) == 0 && !found)
			ret = went_to(house, message, one->final, &found, why);
		if (found)
			*out = one;
	}
	return ret;
}

/* A warning target whose unit has answered in whatever way. */
static bool ended(const char *kind, const char *states)
{
	static const char *const waits[] = { "pending", "delivered", "escalated" };
	json_t *all = json_loads(states, 0, NULL);
	const char *life = json_string_value(json_object_get(all, "life"));
	bool waiting = strcmp(kind, "warning_target") != 0;

	for (size_t i = 0; life && i < sizeof(waits) / sizeof(*waits); i++)
		waiting |= !strcmp(life, waits[i]);
	json_decref(all);
	return !waiting;
}

static int answered(struct house *house, int64_t message, bool *out, struct fault *why)
{
	struct rows *rows;
	int got;

	*out = false;
	if (store_query(house->store,
			"SELECT o.kind, o.states FROM outbox m JOIN objects o ON o.id = m.object"
			" WHERE m.id = $1",
			VALUES(value_int(message)), &rows, why) < 0)
		return -why->code;
	if ((got = rows_next(rows, why)) == 1)
		*out = ended(rows_text(rows, 0, NULL), rows_text(rows, 1, NULL));
	rows_close(rows);
	return got < 0 ? got : 0;
}

static int said_before(struct house *house, int64_t message, const char *result, int64_t arrived, bool *out,
		       struct fault *why)
{
	int64_t count = 0;
	int ret = store_int(
		house->store,
		"SELECT coalesce(sum(CASE WHEN result = $2 AND at = $3 THEN 1000 ELSE 1 END), 0)"
		" FROM attempts WHERE message = $1 AND result IN ('bounced', 'delayed', 'delivered')",
		VALUES(value_int(message), value_text(result), value_int(arrived)), &count, why);

	*out = count >= NOTES_MOST;
	return ret;
}

/* "550 5.1.1 no such user": the code that SMTP gave, where it did. */
static int64_t code_of(const char *words)
{
	int code = 0, used = 0;

	return sscanf(words, "%3d%n", &code, &used) == 1 && used == 3 && code >= 200 && code < 600 ? code : 0;
}

static int note(struct house *house, int64_t message, const struct bounce_recipient *one, const char *words,
		int64_t arrived, struct fault *why)
{
	int ret = store_run(
		house->store,
		"INSERT INTO attempts(message, try, at, channel, address, code, result, words, next_at)"
		" SELECT $1, tries + 1, $2, channel, $3, $4, $5, $6, NULL FROM outbox WHERE id = $1",
		VALUES(value_int(message), value_int(arrived),
		       value_text(*one->original ? one->original : one->final),
		       value_int(code_of(one->words)), value_text(results[one->action]), value_text(words)),
		NULL, why);

	return ret < 0 ? ret
		       : store_run(house->store, "UPDATE outbox SET tries = tries + 1 WHERE id = $1",
				   VALUES(value_int(message)), NULL, why);
}

static int is_out(struct house *house, int64_t message, bool *out, struct fault *why)
{
	int64_t count = 0;
	int ret = store_int(house->store, "SELECT count(*) FROM outbox WHERE id = $1 AND state = 'sent'",
			    VALUES(value_int(message)), &count, why);

	*out = count > 0;
	return ret;
}

/* Nothing is believed that could not be: `out` says which of it. */
static int judge(struct house *house, int64_t message, const struct bounce *bounce, int64_t arrived,
		 const struct bounce_recipient **one, enum bounced *out, struct fault *why)
{
	bool sent, over, before;
	int ret;

	if ((ret = find_recipient(house, message, bounce, one, why)) < 0 || !*one) {
		*out = BOUNCED_ELSEWHERE;
		return ret;
	}
	if ((ret = answered(house, message, &over, why)) < 0 ||
	    (ret = is_out(house, message, &sent, why)) < 0 ||
	    (ret = said_before(house, message, results[(*one)->action], arrived, &before, why)) < 0)
		return ret;
	*out = over                              ? BOUNCED_ANSWERED
	       : !sent || before                 ? BOUNCED_AGAIN
	       : (*one)->action == BOUNCE_FAILED ? BOUNCED_FAILED
						 : BOUNCED_NOTED;
	return 0;
}

int house_bounce(struct house *house, const struct bounce *bounce, int64_t arrived, int64_t now,
		 enum bounced *out, struct fault *why)
{
	SCOPED(arena_drop) struct arena *mem = arena_new();
	const struct bounce_recipient *one = NULL;
	const char *about, *words;
	int64_t message;
	int ret = message_named(house, bounce->id, &message, &about, mem, why);

	if (ret < 0 || !message) {
		*out = BOUNCED_FOREIGN;
		return ret;
	}
	if ((ret = judge(house, message, bounce, arrived, &one, out, why)) < 0 ||
	    (*out != BOUNCED_FAILED && *out != BOUNCED_NOTED))
		return ret;
	words = arena_text(mem, "%s%s%s", one->status, *one->words ? " " : "", one->words);
	if ((ret = note(house, message, one, words, arrived, why)) < 0 || *out == BOUNCED_NOTED)
		return ret;
	return message_fail(house, message, words, now, why);
}
