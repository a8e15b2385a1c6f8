/* Messages on their way: what is due goes out, what became of it comes back and is noted. */

#include "action/action_private.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "action/letter.h"
#include "base/stamp.h"
#include "deliver/channels.h"
#include "deliver/message.h"
#include "evidence/blob.h"
#include "host/faultpoint.h"

enum { HANDED_MOST = 256 };

/* ---- what waits ------------------------------------------------------------ */

bool channel_leaves(const char *channel)
{
	static const char *const stay[] = { "portal", "paper", "exercise", "call", "public" };

	for (size_t i = 0; i < sizeof(stay) / sizeof(*stay); i++)
		if (!strcmp(channel, stay[i]))
			return false;
	return true;
}

void house_set_channels(struct house *house, struct channels *channels)
{
	channels_hold(channels);
	channels_release(house->channels);
	house->channels = channels;
}

bool house_posted(struct house *house)
{
	const bool posted = house->posted;

	house->posted = false;
	return posted;
}

/* What was under way when the house ended may have arrived or not: its key tells. */
int messages_take_up(struct house *house, struct fault *why)
{
	SCOPED(store_txn_drop) struct store_txn *txn = NULL;
	int64_t count = 0;
	int ret = store_int(house->store, "SELECT count(*) FROM outbox WHERE state = 'sending'", NO_VALUES,
			    &count, why);

	if (ret < 0 || !count)
		return ret;
	if ((ret = store_begin(house->store, &txn, why)) < 0 ||
	    (ret = store_run(house->store,
			     "UPDATE outbox SET state = 'waiting', next_at = 0 WHERE state = 'sending'",
			     NO_VALUES, NULL, why)) < 0)
		return ret;
	return store_commit(&txn, why);
}

int house_message_next(struct house *house, const char *channel, int64_t *out, struct fault *why)
{
	return store_int(
		house->store,
		"SELECT coalesce(min(next_at), -1) FROM outbox WHERE channel = $1 AND state = 'waiting'",
		VALUES(value_text(channel)), out, why);
}

/* ---- one message, with all that sending it needs --------------------------------- */

struct due {
	int64_t id, object, letter, at;
	const char *recipient, *via, *key;
};

static int read_due(struct house *house, const char *channel, int64_t clock, int most, struct arena *mem,
		    struct due *out, size_t *count, struct fault *why)
{
	struct rows *rows;
	int got;

	if (store_query(
		    house->store,
		    "SELECT id, object, letter, at, recipient, via, key FROM outbox WHERE channel = $1 AND "
		    "state = 'waiting' AND next_at <= $2 ORDER BY next_at, id LIMIT $3",
		    VALUES(value_text(channel), value_int(clock), value_int(most)), &rows, why) < 0)
		return -why->code;
	while ((got = rows_next(rows, why)) == 1) {
		const char *via = rows_text(rows, 5, NULL);

		out[(*count)++] = (struct due){ .id = rows_int(rows, 0),
						.object = rows_int(rows, 1),
						.letter = rows_int(rows, 2),
						.at = rows_int(rows, 3),
						.recipient = arena_copy(mem, rows_text(rows, 4, NULL)),
						.via = via ? arena_copy(mem, via) : NULL,
						.key = arena_copy(mem, rows_text(rows, 6, NULL)) };
	}
	rows_close(rows);
	return got;
}

static void take_files(struct house *house, struct message *m, const char *list)
{
	json_t *files = json_loads(list, 0, NULL), *file;
	char path[4096];
	size_t i;

	json_array_foreach(files, i, file) {
		const char *digest = json_string_value(json_object_get(file, "digest"));

		if (m->file_count == MESSAGE_FILES_MOST)
			break;
		blob_path(house->folder, digest, path, sizeof(path));
		m->files[m->file_count++] = (struct message_file){
			.name = arena_copy(m->mem, json_string_value(json_object_get(file, "name"))),
			.type = arena_copy(m->mem, json_string_value(json_object_get(file, "type"))),
			.digest = arena_copy(m->mem, digest),
			.path = arena_copy(m->mem, path),
		};
	}
	json_decref(files);
}

/* FAULT_ABSENT where its words were erased: then it does not leave. */
static int take_letter(struct house *house, struct message *m, int64_t letter, struct fault *why)
{
	struct rows *rows;
	json_t *texts;
	int got;

	if (store_query(house->store, "SELECT text, files, at FROM letters WHERE id = $1",
			VALUES(value_int(letter)), &rows, why) < 0)
		return -why->code;
	if ((got = rows_next(rows, why)) == 1) {
		texts = json_loads(rows_text(rows, 0, NULL), 0, NULL);
		m->zh = arena_copy(m->mem, json_string_value(json_object_get(texts, "zh")));
		m->en = arena_copy(m->mem, json_string_value(json_object_get(texts, "en")));
		json_decref(texts);
		take_files(house, m, rows_text(rows, 1, NULL));
		m->at = rows_int(rows, 2);
	}
	rows_close(rows);
	if (got < 0)
		return got;
	return m->zh && m->en ? 0 : fault_say(why, FAULT_ABSENT, "its words were erased", "内容已清除");
}

static int take_about(struct house *house, struct message *m, const struct due *due, struct fault *why)
{
	struct rows *rows;
	int got;

	if (store_query(house->store, "SELECT number, kind FROM objects WHERE id = $1",
			VALUES(value_int(due->object)), &rows, why) < 0)
		return -why->code;
	m->about = "";
	if ((got = rows_next(rows, why)) == 1) {
		const char *number = rows_text(rows, 0, NULL), *kind = rows_text(rows, 1, NULL);

		m->about = number ? arena_copy(m->mem, number)
				  : arena_text(m->mem, "%s #%" PRId64, kind, due->object);
		if (!strcmp(kind, "warning_target") && !strncmp(due->recipient, "unit:", 5))
			m->link = link_for(house, due->object, strtoll(due->recipient + 5, NULL, 10), due->at,
					   m->mem);
	}
	rows_close(rows);
	return got < 0 ? got : 0;
}

static int make_message(struct house *house, const struct channel *channel, const struct due *due,
			struct message **out, struct fault *why)
{
	struct message *m = message_new(house->channels, channel);
	int ret;

	m->id = due->id;
	m->key = arena_copy(m->mem, due->key);
	m->recipient = arena_copy(m->mem, due->recipient);
	m->address = "";
	if ((ret = take_letter(house, m, due->letter, why)) < 0 ||
	    (ret = take_about(house, m, due, why)) < 0 ||
	    ((ret = address_of(house, due->via, channel->name, m->mem, &m->address, why)) < 0 &&
	     ret != -FAULT_ABSENT)) {
		message_free(m);
		return ret;
	}
	*out = m;
	return 0;
}

static int set_state(struct house *house, int64_t id, const char *state, struct fault *why)
{
	return store_run(house->store, "UPDATE outbox SET state = $2, next_at = NULL WHERE id = $1",
			 VALUES(value_int(id), value_text(state)), NULL, why);
}

/* Under given time nothing grows old by the machine's clock. */
static bool too_old(const struct house *house, const struct due *due, int64_t clock)
{
	return !house->demo && clock - due->at > channels_give_up(house->channels);
}

static int hand_out(struct house *house, const struct channel *channel, const struct due *due, int64_t clock,
		    int64_t now, struct message **out, struct fault *why)
{
	int ret;

	*out = NULL;
	if (too_old(house, due, clock))
		return message_fail(house, due->id, "given up: it waited too long / 等待过久，已放弃", now,
				    why);
	ret = make_message(house, channel, due, out, why);
	if (ret == -FAULT_ABSENT)
		return set_state(house, due->id, "dropped", why);
	return ret < 0 ? ret : set_state(house, due->id, "sending", why);
}

int house_messages_due(struct house *house, const char *name, int most, int64_t clock, int64_t now,
		       struct message **out, struct fault *why)
{
	const struct channel *channel = channels_find(house->channels, name);
	SCOPED(arena_drop) struct arena *mem = arena_new();
	struct due due[HANDED_MOST];
	size_t count = 0;
	int ret;

	*out = NULL;
	if (!channel)
		return 0;
	ret = read_due(house, name, clock, most < HANDED_MOST ? most : HANDED_MOST, mem, due, &count, why);
	for (size_t i = 0; ret == 0 && i < count; i++) {
		struct message *m;

		if ((ret = hand_out(house, channel, &due[i], clock, now, &m, why)) == 0 && m) {
			*out = m;
			out = &m->next;
		}
	}
	return ret;
}

/* ---- what became of it ---------------------------------------------------------------- */

/* Whatever the plan makes of it, the message itself is noted. */
static int outcome_of(int ret, const struct deed *deed, const char *what, int64_t message,
		      const struct fault *why)
{
	if (ret == 0 && !deed->missing)
		return 0;
	if (ret == 0 || ret == -FAULT_REFUSED || ret == -FAULT_ABSENT || ret == -FAULT_INVALID ||
	    ret == -FAULT_CONFLICT || ret == -FAULT_LIMIT) {
		fprintf(stderr, "fengsui: %s of message %" PRId64 " changes nothing: %s\n", what, message,
			ret < 0 ? why->text : deed->missing->en);
		return 0;
	}
	return ret;
}

static int signal_delivered(struct house *house, int64_t message, int64_t object, int64_t now,
			    struct fault *why)
{
	const struct asker system = { .machine = "system" };
	struct object *subject;
	struct deed deed;
	int ret = deed_begin(&deed, house, &system, now, why);

	if (ret == 0) {
		subject = world_get(&deed, object, why);
		ret = subject ? trigger_name(&deed, subject, TRIGGER_SIGNAL, "channel_delivered", why)
			      : -why->code;
		ret = deed_end(&deed, ret, why);
	}
	ret = outcome_of(ret, &deed, "the delivery", message, why);
	deed_close(&deed);
	return ret;
}

/* What a server said without the address, which stands with the try, where it can be erased. */
static const char *without_address(struct house *house, int64_t message, const char *words, struct arena *mem)
{
	char *out = arena_copy(mem, words), *at;
	struct rows *rows;
	struct fault why;

	for (char *p = out; *p; p += strcspn(p, " <>()\"'")) {
		p += strspn(p, " <>()\"'");
		if (memchr(p, '@', strcspn(p, " <>()\"'")))
			memset(p, '*', strcspn(p, " <>()\"'"));
	}
	if (store_query(house->store,
			"SELECT DISTINCT address FROM attempts WHERE message = $1 AND address <> ''",
			VALUES(value_int(message)), &rows, &why) < 0)
		return out;
	while (rows_next(rows, &why) == 1)
		while ((at = strstr(out, rows_text(rows, 0, NULL))))
			memset(at, '*', strlen(rows_text(rows, 0, NULL)));
	rows_close(rows);
	return out;
}

/* The Office is told in the portal alone: word of a mail that failed must not hang on mail. Whoever must be
 * reached is tried by the next contact. */
static int tell_failed(struct deed *deed, struct object *subject, int64_t message, const char *words,
		       struct fault *why)
{
	const struct letter *letter;
	int64_t unit = world_ref(deed, subject, "unit");

	json_object_set_new(change_of(deed, subject, "message.failed"), "message",
			    json_pack("{s:I, s:{s:s}}", "id", (json_int_t)message, "words", "$",
				      without_address(deed->house, message, words, deed->mem)));
	letter = letter_about(deed, subject, NULL);
	outbox_row(deed, subject, letter, "portal", "organ:office", NULL);
	if (strcmp(subject->kind->name, "warning_target") != 0 || !unit || object_ended(subject))
		return 0;
	return next_contact(deed, subject, letter, unit, why);
}

int message_fail(struct house *house, int64_t id, const char *words, int64_t now, struct fault *why)
{
	const struct asker system = { .machine = "system" };
	struct object *subject;
	int64_t object = 0;
	struct deed deed;
	int ret;

	if ((ret = set_state(house, id, "failed", why)) < 0 ||
	    (ret = store_int(house->store, "SELECT object FROM outbox WHERE id = $1", VALUES(value_int(id)),
			     &object, why)) < 0)
		return ret;
	if ((ret = deed_begin(&deed, house, &system, now, why)) == 0) {
		subject = world_get(&deed, object, why);
		ret = subject ? tell_failed(&deed, subject, id, words, why) : -why->code;
		ret = deed_end(&deed, ret, why);
	}
	ret = outcome_of(ret, &deed, "the failure", id, why);
	deed_close(&deed);
	return ret;
}

/* A test of the path: what became of it stands on the shift that was handed over. */
static int note_tested(struct house *house, const struct message *m, int64_t object, int64_t now,
		       struct fault *why)
{
	const struct asker system = { .machine = "system" };
	struct object *shift;
	struct deed deed;
	int ret = deed_begin(&deed, house, &system, now, why);

	if (ret == 0 && !(shift = world_get(&deed, object, why)))
		ret = -why->code;
	if (ret == 0)
		json_object_set_new(change_of(&deed, shift, "channel.tested"), "tested",
				    json_pack("{s:s, s:b, s:i, s:{s:s}}", "channel", m->channel->name, "good",
					      m->outcome == MESSAGE_SENT, "code", m->code, "words", "$",
					      m->words));
	ret = deed_end(&deed, ret, why);
	ret = outcome_of(ret, &deed, "the test", m->id, why);
	deed_close(&deed);
	return ret;
}

static const char *outcome_word(enum message_outcome outcome)
{
	return outcome == MESSAGE_SENT ? "sent" : outcome == MESSAGE_REFUSED ? "refused" : "trouble";
}

static int note_attempt(struct house *house, const struct message *m, int64_t clock, struct fault *why)
{
	return store_run(
		house->store,
		"INSERT INTO attempts(message, try, at, channel, address, code, result, words, next_at)"
		" SELECT $1, tries + 1, $2, $3, $4, $5, $6, $7, $8 FROM outbox WHERE id = $1",
		VALUES(value_int(m->id), value_int(clock), value_text(m->channel->name),
		       value_text(m->address), value_int(m->code), value_text(outcome_word(m->outcome)),
		       value_text(m->words),
		       m->outcome == MESSAGE_SENT ? value_null() : value_int(m->next_at)),
		NULL, why);
}

static int put_back(struct house *house, const struct message *m, struct fault *why)
{
	return store_run(
		house->store,
		"UPDATE outbox SET state = $2, tries = tries + 1, refused = refused + $3, next_at = $4"
		" WHERE id = $1",
		VALUES(value_int(m->id), value_text(m->outcome == MESSAGE_SENT ? "sent" : "waiting"),
		       value_int(m->charged),
		       m->outcome == MESSAGE_SENT ? value_null() : value_int(m->next_at)),
		NULL, why);
}

int house_message_done(struct house *house, const struct message *m, int64_t clock, int64_t now,
		       struct fault *why)
{
	int64_t refused = 0, object = 0, tries = 0;
	int ret;

	FAULTPOINT("message.noted");
	if ((ret = note_attempt(house, m, clock, why)) < 0 || (ret = put_back(house, m, why)) < 0 ||
	    (ret = store_int(house->store, "SELECT refused FROM outbox WHERE id = $1",
			     VALUES(value_int(m->id)), &refused, why)) < 0)
		return ret;
	if (!strcmp(m->recipient, "test") &&
	    ((ret = store_int(house->store, "SELECT tries FROM outbox WHERE id = $1",
			      VALUES(value_int(m->id)), &tries, why)) < 0 ||
	     (ret = store_int(house->store, "SELECT object FROM outbox WHERE id = $1",
			      VALUES(value_int(m->id)), &object, why)) < 0))
		return ret;
	if (object && (tries == 1 || m->outcome == MESSAGE_SENT))
		return note_tested(house, m, object, now, why);
	if (m->charged && refused >= m->channel->refusals)
		return message_fail(house, m->id, m->words, now, why);
	if (m->outcome != MESSAGE_SENT)
		return 0;
	ret = store_int(house->store,
			"SELECT m.object FROM outbox m JOIN objects o ON o.id = m.object"
			" WHERE m.id = $1 AND o.kind = 'warning_target'",
			VALUES(value_int(m->id)), &object, why);
	if (ret == -FAULT_ABSENT)
		return 0;
	return ret < 0 ? ret : signal_delivered(house, m->id, object, now, why);
}

int house_message_later(struct house *house, int64_t id, int64_t at, struct fault *why)
{
	return store_run(
		house->store,
		"UPDATE outbox SET state = 'waiting', next_at = $2 WHERE id = $1 AND state = 'sending'",
		VALUES(value_int(id), value_int(at)), NULL, why);
}

int house_message_refusals(struct house *house, int64_t id, int64_t *out, struct fault *why)
{
	return store_int(house->store, "SELECT refused FROM outbox WHERE id = $1", VALUES(value_int(id)), out,
			 why);
}
