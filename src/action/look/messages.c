/* Messages that left or wait: of one record for whoever sees it, of all for those who run the house. */

#include "action/action_private.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/stamp.h"

static const char *const readers[] = { "DIR", "DUT", "AUD" };

bool messages_may(struct deed *deed)
{
	return staff_holds_for_all(deed, readers, sizeof(readers) / sizeof(*readers));
}

static void put_time(json_t *into, const char *name, int64_t stamp)
{
	char text[STAMP_LEN];

	if (stamp <= 0)
		return;
	stamp_format(stamp, text);
	json_object_set_new(into, name, json_string(text));
}

static json_t *message_of(struct deed *deed, struct rows *rows)
{
	const char *via = rows_text(rows, 8, NULL);
	json_t *one = json_pack("{s:I, s:s, s:s, s:s, s:s, s:I}", "id", (json_int_t)rows_int(rows, 0),
				"channel", rows_text(rows, 3, NULL), "recipient", rows_text(rows, 4, NULL),
				"state", rows_text(rows, 5, NULL), "key", rows_text(rows, 9, NULL), "tries",
				(json_int_t)rows_int(rows, 6));

	put_time(one, "at", rows_int(rows, 2));
	put_time(one, "next_at", rows_int(rows, 7));
	if (via)
		json_object_set_new(one, "via", json_string(via));
	if (!rows_null(rows, 10))
		json_object_set_new(one, "letter", json_integer(rows_int(rows, 10)));
	if (!strcmp(rows_text(rows, 5, NULL), "waiting") &&
	    channel_gone(deed->house, rows_text(rows, 3, NULL)))
		json_object_set_new(one, "held", channel_gone_said());
	json_object_set_new(one, "about", handle_of(deed, rows_int(rows, 1)));
	return one;
}

#define COLUMNS                                                                                              \
	"SELECT id, object, at, channel, recipient, state, tries, next_at, via, key, letter FROM outbox"

static int object_asked(struct deed *deed, struct house *house, const struct asker *asker,
			const struct messages_ask *ask, int64_t *out, struct fault *why)
{
	struct object *object;
	int ret = look_at(deed, house, asker, ask->kind, ask->ref, house->given_now, &object, why);

	if (ret == 0)
		*out = object->id;
	return ret;
}

static int list_messages(struct deed *deed, const struct messages_ask *ask, int64_t object, json_t *list,
			 bool *more, struct fault *why)
{
	struct rows *rows;
	int got;

	if (store_query(deed->house->store,
			COLUMNS " WHERE ($1 = 0 OR object = $1) AND ($2 IS NULL OR state = $2)"
				" AND ($3 IS NULL OR channel = $3) AND ($4 = 0 OR id < $4) AND space = $5"
				" ORDER BY id DESC LIMIT $6",
			VALUES(value_int(object), value_text(ask->state), value_text(ask->channel),
			       value_int(ask->before), value_int(ask->space), value_int(ask->limit + 1)),
			&rows, why) < 0)
		return -why->code;
	while ((got = rows_next(rows, why)) == 1) {
		if ((*more = json_array_size(list) == (size_t)ask->limit))
			break;
		json_array_append_new(list, message_of(deed, rows));
	}
	rows_close(rows);
	return got < 0 ? got : 0;
}

static void none_of_yours(struct deed *deed)
{
	refuse(deed, "N21", "全部消息由办公室主任、值班员和审计员查阅",
	       "all messages are read by the Office director, the duty officer and auditors", NULL);
}

int house_messages(struct house *house, const struct asker *asker, const struct messages_ask *ask,
		   json_t **answer, struct fault *why)
{
	json_t *list = json_array();
	int64_t object = 0;
	struct deed deed;
	bool more = false;
	int ret = 0;

	*answer = NULL;
	if (ask->limit < 1 || ask->limit > MESSAGES_MOST) {
		json_decref(list);
		return fault_say(why, FAULT_INVALID, "limit: 1 to %d", "条数（limit）：1 至 %d",
				 MESSAGES_MOST);
	}
	/* A kind alone would be a promise that is not kept: messages are not sought by it. */
	if (ask->kind && !ask->ref) {
		json_decref(list);
		return fault_say(why, FAULT_INVALID,
				 "kind: says what a ref is of; without a ref it selects nothing",
				 "类别（kind）：说明编号（ref）属于哪一类；没有编号时不能用");
	}
	if (ask->ref) {
		ret = object_asked(&deed, house, asker, ask, &object, why);
	} else {
		deed_open(&deed, house, asker, house->given_now);
		if (asker->person)
			ret = staff_of(house, asker->person, &deed.staff, why);
		if (ret == 0 && asker->person && !messages_may(&deed)) {
			none_of_yours(&deed);
			*answer = refusal_answer(&deed, house->pack);
		}
	}
	if (ret == 0 && !*answer && (ret = list_messages(&deed, ask, object, list, &more, why)) == 0)
		*answer = json_pack("{s:b, s:O, s:b}", "ok", 1, "messages", list, "more", more);
	json_decref(list);
	deed_close(&deed);
	return ret;
}

/* ---- one, with all that became of it --------------------------------------------- */

static int put_attempts(struct deed *deed, int64_t id, json_t *list, struct fault *why)
{
	struct rows *rows;
	int got;

	if (store_query(deed->house->store,
			"SELECT at, channel, address, code, result, words, next_at FROM attempts"
			" WHERE message = $1 ORDER BY try",
			VALUES(value_int(id)), &rows, why) < 0)
		return -why->code;
	while ((got = rows_next(rows, why)) == 1) {
		json_t *one =
			json_pack("{s:s, s:s, s:I, s:s, s:s}", "channel", rows_text(rows, 1, NULL), "address",
				  rows_text(rows, 2, NULL), "code", (json_int_t)rows_int(rows, 3), "result",
				  rows_text(rows, 4, NULL), "words", rows_text(rows, 5, NULL));

		put_time(one, "at", rows_int(rows, 0));
		put_time(one, "next_at", rows_int(rows, 6));
		json_array_append_new(list, one);
	}
	rows_close(rows);
	return got;
}

static int put_letter_of(struct deed *deed, json_t *message, struct fault *why)
{
	struct rows *rows;
	int got;

	if (!json_object_get(message, "letter"))
		return 0;
	if (store_query(deed->house->store, "SELECT purpose, text, files FROM letters WHERE id = $1",
			VALUES(value_int(json_integer_value(json_object_get(message, "letter")))), &rows,
			why) < 0)
		return -why->code;
	if ((got = rows_next(rows, why)) == 1) {
		json_t *letter = json_loads(rows_text(rows, 1, NULL), 0, NULL);

		json_object_set_new(letter, "purpose", json_string(rows_text(rows, 0, NULL)));
		json_object_set_new(letter, "files", json_loads(rows_text(rows, 2, NULL), 0, NULL));
		json_object_set_new(message, "letter", letter);
	}
	rows_close(rows);
	return got < 0 ? got : 0;
}

static int one_message(struct deed *deed, int64_t id, json_t **out, int64_t *object, struct fault *why)
{
	struct rows *rows;
	int got;

	if (store_query(deed->house->store, COLUMNS " WHERE id = $1", VALUES(value_int(id)), &rows, why) < 0)
		return -why->code;
	if ((got = rows_next(rows, why)) == 1) {
		*object = rows_int(rows, 1);
		*out = message_of(deed, rows);
	}
	rows_close(rows);
	if (got == 0)
		return fault_say(why, FAULT_ABSENT, "there is no message %" PRId64, "没有消息 %" PRId64, id);
	return got < 0 ? got : 0;
}

/* For those who run the house, and for whoever sees what it is about. */
static int seen_message(struct deed *deed, const struct asker *asker, int64_t id, json_t **out,
			struct fault *why)
{
	struct object *about;
	int64_t object = 0;
	int ret = asker->person ? staff_of(deed->house, asker->person, &deed->staff, why) : 0;

	if (ret < 0 || (ret = one_message(deed, id, out, &object, why)) < 0)
		return ret;
	if (asker->person && !messages_may(deed) &&
	    (!(about = world_get(deed, object, why)) || !staff_sees(deed, about)))
		return fault_say(why, FAULT_ABSENT, "there is no message %" PRId64, "没有消息 %" PRId64, id);
	return put_letter_of(deed, *out, why);
}

int house_message(struct house *house, const struct asker *asker, int64_t id, json_t **answer,
		  struct fault *why)
{
	json_t *message = NULL, *attempts = json_array();
	struct deed deed;
	int ret;

	deed_open(&deed, house, asker, house->given_now);
	if ((ret = seen_message(&deed, asker, id, &message, why)) == 0 &&
	    (ret = put_attempts(&deed, id, attempts, why)) == 0) {
		json_object_set(message, "attempts", attempts);
		*answer = json_pack("{s:b, s:O}", "ok", 1, "message", message);
	}
	json_decref(message);
	json_decref(attempts);
	deed_close(&deed);
	return ret;
}

int house_message_file(struct house *house, const struct asker *asker, int64_t id, const char *digest,
		       struct arena *mem, const char **name, const char **type, struct fault *why)
{
	json_t *message = NULL, *file, *found = NULL;
	struct deed deed;
	size_t i;
	int ret;

	deed_open(&deed, house, asker, house->given_now);
	if ((ret = seen_message(&deed, asker, id, &message, why)) == 0)
		json_array_foreach(json_object_get(json_object_get(message, "letter"), "files"), i, file)
			if (!strcmp(json_string_value(json_object_get(file, "digest")), digest))
				found = file;
	if (ret == 0 && !found)
		ret = fault_say(why, FAULT_ABSENT, "message %" PRId64 " carries no file %.64s",
				"消息 %" PRId64 " 没有附件 %.64s", id, digest);
	if (ret == 0) {
		*name = arena_copy(mem, json_string_value(json_object_get(found, "name")));
		*type = arena_copy(mem, json_string_value(json_object_get(found, "type")));
	}
	json_decref(message);
	deed_close(&deed);
	return ret;
}

/* ---- whom to call ------------------------------------------------------------------ */

static json_t *contacts_told(struct deed *deed, int64_t unit, struct fault *why)
{
	json_t *list = json_array();
	struct contacts contacts;

	if (contacts_of(deed->house, unit, deed->mem, &contacts, why) < 0)
		return list;
	for (size_t i = 0; i < contacts.count; i++)
		json_array_append_new(list, json_pack("{s:s, s:s}", "channel", contacts.at[i].channel,
						      "address", contacts.at[i].address));
	return list;
}

/* The head of the unit with its telephones, behind the contacts. */
static void put_head(struct deed *deed, int64_t unit, json_t *row)
{
	const char *head = chain_step(deed, unit, "unit_head");
	struct fault why;
	struct object *person = head ? world_get(deed, strtoll(head + 7, NULL, 10), &why) : NULL;

	if (person)
		json_object_set_new(row, "head",
				    json_pack("{s:O*, s:O*}", "name", json_object_get(person->body, "name"),
					      "phones", json_object_get(person->body, "phones")));
}

static void put_call(struct deed *deed, struct object *target, json_t *list, struct fault *why)
{
	const char *state = state_of(target, target->kind->regions[0].name);
	const struct state *now = region_state(&target->kind->regions[0], state);
	int64_t unit = world_ref(deed, target, "unit");
	json_t *row;

	if (!unit || (strcmp(state, "pending") && strcmp(state, "delivered") && strcmp(state, "escalated")))
		return;
	row = json_pack("{s:I, s:s, s:s, s:s, s:o, s:o}", "target", (json_int_t)target->id, "state", state,
			"zh", now->label.zh, "en", now->label.en, "unit", handle_of(deed, unit), "contacts",
			contacts_told(deed, unit, why));
	put_head(deed, unit, row);
	json_array_append_new(list, row);
}

int house_calls(struct house *house, const struct asker *asker, const char *ref, json_t **answer,
		struct fault *why)
{
	json_t *list = json_array();
	struct object *warning;
	struct objects targets;
	struct deed deed;
	int ret = look_at(&deed, house, asker, "warning", ref, house->given_now, &warning, why);

	*answer = NULL;
	if (ret == 0 && asker->person && !messages_may(&deed)) {
		none_of_yours(&deed);
		*answer = refusal_answer(&deed, house->pack);
	}
	if (ret == 0 && !*answer &&
	    (ret = world_linked(&deed, warning, "warning_target", "warning", &targets, why)) == 0) {
		for (size_t i = 0; i < targets.count; i++)
			put_call(&deed, targets.at[i], list, why);
		*answer = json_pack("{s:b, s:o, s:O}", "ok", 1, "warning", handle_of(&deed, warning->id),
				    "calls", list);
	}
	json_decref(list);
	deed_close(&deed);
	return ret;
}
