/* Reports that came by mail: a claim with its evidence, for the duty officer to call back. */

#include "action/action_private.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/stamp.h"

/* ---- whose address it claims to be -------------------------------------------- */

/* One of the addresses in a field of the register, blanks and commas between. */
static bool has_address(const char *addresses, const char *address)
{
	static const char between[] = " ,;\t\n";
	const size_t len = strlen(address);

	while (addresses && *addresses) {
		size_t one;

		addresses += strspn(addresses, between);
		one = strcspn(addresses, between);
		if (one == len && !strncasecmp(addresses, address, len))
			return true;
		addresses += one;
	}
	return false;
}

/* The unit of the person with this address; 0: nobody, or people of several units. */
static int claimed_unit(struct deed *deed, const char *address, int64_t *out, struct fault *why)
{
	int64_t ids[50];
	struct rows *rows;
	size_t count = 0;

	*out = 0;
	if (store_query(deed->house->store,
			"SELECT id FROM objects WHERE kind = 'person' AND instr(lower(body), lower($1)) > 0"
			" ORDER BY id LIMIT 50",
			VALUES(value_text(address)), &rows, why) < 0)
		return -why->code;
	while (count < 50 && rows_next(rows, why) == 1)
		ids[count++] = rows_int(rows, 0);
	rows_close(rows);
	for (size_t i = 0; i < count; i++) {
		struct object *person = world_get(deed, ids[i], why);
		int64_t unit;

		if (!person)
			return -why->code;
		unit = world_ref(deed, person, "unit");
		if (!has_address(json_string_value(json_object_get(person->body, "mail")), address) || !unit)
			continue;
		if (*out && *out != unit) {
			*out = 0;
			return 0;
		}
		*out = unit;
	}
	return 0;
}

/* ---- the report ------------------------------------------------------------------ */

static json_t *unit_value(int64_t unit)
{
	return unit ? json_integer(unit)
		    : json_pack("{s:s}", "unknown", "发件地址不在人员名册 / sender not in the register");
}

static json_t *input_of(const struct mailed *mail, int64_t unit, int64_t aware)
{
	json_t *files = json_array(), *input;
	char at[STAMP_LEN];

	stamp_format(aware, at);
	for (size_t i = 0; i < mail->file_count; i++)
		json_array_append_new(files, json_string(mail->files[i]));
	input = json_pack("{s:o, s:s, s:s, s:s, s:s, s:s, s:s}", "unit", unit_value(unit), "reporter",
			  *mail->name ? mail->name : mail->sender, "sender", mail->sender, "what",
			  *mail->subject ? mail->subject : "（无主题 / no subject）", "message",
			  mail->message, "via", "mail", "aware_at", at);
	if (*mail->text)
		json_object_set_new(input, "content", json_string(mail->text));
	if (mail->file_count)
		json_object_set(input, "attachment", files);
	json_decref(files);
	return input;
}

static int hand_in(struct house *house, const struct request *made, json_t **answer, struct fault *why)
{
	struct request request = *made;
	char ref[32];

	snprintf(ref, sizeof(ref), "#%lld", (long long)json_integer_value(json_object_get(*answer, "id")));
	json_decref(*answer);
	*answer = NULL;
	request.move = "submit";
	request.ref = ref;
	request.input = NULL;
	request.key = NULL; /* the first carries it for both: they are durable together */
	return house_do(house, &request, answer, why);
}

/* Word of a report that came by mail came back itself: a report of that would go on for ever. */
static int goes_round(struct house *house, const struct mailed *mail, bool *out, struct fault *why)
{
	SCOPED(arena_drop) struct arena *mem = arena_new();
	const char *about = "";
	int64_t message = 0;
	int ret = mail->returned ? message_named(house, mail->returned, &message, &about, mem, why) : 0;

	*out = message && !strcmp(about, "report");
	return ret;
}

int house_mail(struct house *house, const struct mailed *mail, const char *key, int64_t now, json_t **answer,
	       struct fault *why)
{
	const int64_t arrived = mail->arrived && mail->arrived < now ? mail->arrived : now;
	struct request request = {
		.asker = { .machine = "mail" },
		.kind = "report",
		.move = "create",
		.key = key,
		.seen = -1,
		.now = now,
		.occurred_at = arrived,
		.space = RECORD_REAL,
	};
	struct deed deed;
	int64_t unit;
	bool round;
	int ret = goes_round(house, mail, &round, why);

	if (ret < 0)
		return ret;
	if (round) {
		*answer = json_pack("{s:b, s:s, s:s}", "ok", 0, "en", "word of a report that came back", "zh",
				    "关于报告的通知被退回");
		return 0;
	}
	deed_open(&deed, house, NULL, now);
	ret = claimed_unit(&deed, mail->sender, &unit, why);
	deed_close(&deed);
	if (ret < 0)
		return ret;
	request.input = input_of(mail, unit, arrived);
	ret = house_do(house, &request, answer, why);
	json_decref(request.input);
	if (ret < 0 || !json_is_true(json_object_get(*answer, "ok")))
		return ret;
	return hand_in(house, &request, answer, why);
}
