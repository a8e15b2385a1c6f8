/* Alerts of detection: equal ones join, some are kept quiet, and some go into an open case. */

#include "action/alert/alert_private.h"

#include <stdio.h>
#include <string.h>

#include "base/stamp.h"
#include "evidence/blob.h"

/* ---- hearing --------------------------------------------------------------- */

static int64_t hits_of(const json_t *alert)
{
	const json_int_t hits = json_integer_value(json_object_get(alert, "count"));

	return hits > 0 ? hits : 1;
}

static int hear(struct deed *deed, const json_t *alert, struct heard *out, struct fault *why)
{
	const struct kind *kind = pack_kind(deed->house->pack, "alert");
	int ret;

	if (!kind || !alert_text(alert, "rule") || !alert_text(alert, "title"))
		return fault_say(why, FAULT_INVALID, "an alert has a rule and a title", "告警须有规则和标题");
	*out = (struct heard){ .alert = alert, .hits = hits_of(alert) };
	out->fields = alert_fields(deed, kind, alert);
	alert_windows(deed, out);
	if ((ret = alert_find_suppression(deed, out, why)) == 0)
		ret = alert_find_equal(deed, out, why);
	return ret;
}

/* ---- raising and joining --------------------------------------------------- */

static int make(struct deed *deed, struct object *o, const char *name, json_t *input, struct fault *why)
{
	const struct move *move = kind_move(o->kind, name);
	json_t *said = input ? input : json_object();
	int ret = 0;

	if (move && move_from_here(o, move))
		ret = move_make(deed, o, move, said, BY_RULE, why);
	json_decref(said);
	return ret;
}

static void raise_number(struct deed *deed, struct object *o, const char *field, int64_t by)
{
	change_set(deed, o, field, json_integer(json_integer_value(json_object_get(o->body, field)) + by));
}

/* Counted on the suppression as well: whoever answers for it sees what it took. */
static int take_quietly(struct deed *deed, const struct heard *heard, struct fault *why)
{
	char now[STAMP_LEN];
	int ret = make(deed, heard->suppression, "take", NULL, why);

	stamp_format(deed->now, now);
	change_of(deed, heard->suppression, "suppression.take");
	raise_number(deed, heard->suppression, "taken", heard->hits);
	change_set(deed, heard->suppression, "taken_at", json_string(now));
	return ret;
}

/* One file more of the lines that made it, as long as there is room. */
static json_t *sample_of(struct deed *deed, const struct heard *heard)
{
	const char *raw = alert_text(heard->alert, "raw");

	if (!raw || !alert_keeps_more(deed, heard->equal) || !kind_field(heard->equal->kind, "sample"))
		return NULL;
	return json_pack("{s:s}", "sample", raw);
}

static void keep_sample(struct deed *deed, struct object *record, const char *raw)
{
	json_t *events = json_copy(json_object_get(record->body, "events"));

	if (!events)
		events = json_array();
	json_array_append_new(events, json_string(raw));
	change_set(deed, record, "events", events);
}

static int repeat(struct deed *deed, const struct heard *heard, json_t **answer, struct fault *why)
{
	struct object *record = heard->equal;
	json_t *sample = sample_of(deed, heard);
	const char *at = alert_text(heard->alert, "time");
	char now[STAMP_LEN];
	int ret;

	stamp_format(deed->now, now);
	if (sample)
		keep_sample(deed, record, alert_text(heard->alert, "raw"));
	ret = make(deed, record, "repeat", sample, why);
	change_of(deed, record, "alert.repeat");
	raise_number(deed, record, "count", heard->hits);
	change_set(deed, record, "received_at", json_string(now));
	if (at)
		change_set(deed, record, "last_at", json_string(at));
	if (ret == 0 && heard->suppression)
		ret = take_quietly(deed, heard, why);
	*answer = json_pack("{s:b, s:I, s:s*, s:s}", "ok", 1, "id", (json_int_t)record->id, "number",
			    record->number, "did", heard->suppression ? "suppressed" : "repeated");
	return ret;
}

/* A suppressed alert stays on record and wakes nobody; one that belongs to an
 * open case joins it and brings its system along. */
static int settle_raised(struct deed *deed, const struct heard *heard, struct object *made, const char **did,
			 struct fault *why)
{
	const char *row = NULL;
	int64_t incident;
	int ret;

	if (heard->suppression) {
		change_set(deed, made, "suppression", json_integer(heard->suppression->id));
		*did = "suppressed";
		ret = make(deed, made, "suppress", NULL, why);
		return ret == 0 ? take_quietly(deed, heard, why) : ret;
	}
	if (heard->plainly)
		return 0;
	if ((ret = alert_find_case(deed, made, &incident, &row, why)) < 0 || !incident)
		return ret;
	change_set(deed, made, "incident", json_integer(incident));
	change_set(deed, made, "joined_by", json_string(row));
	*did = "joined";
	return make(deed, made, "join", NULL, why);
}

static const struct move *creation(const struct kind *kind)
{
	for (size_t i = 0; i < kind->move_count; i++)
		if (kind->moves[i]->form == MOVE_CREATE)
			return kind->moves[i];
	return NULL;
}

static int raise_alert(struct deed *deed, const struct heard *heard, json_t **answer, struct fault *why)
{
	const struct kind *kind = pack_kind(deed->house->pack, "alert");
	struct object *made = world_make(deed, deed->house->pack, kind, RECORD_REAL);
	const struct move *create = creation(kind);
	const char *did = "raised";
	int ret = create ? move_make(deed, made, create, heard->fields, BY_RULE, why)
			 : fault_set(why, FAULT_CORRUPT, "the plan pack has no way to make an alert");

	if (ret == 0) {
		raise_number(deed, made, "count", heard->hits);
		change_set(deed, made, "last_at", json_incref(json_object_get(made->body, "first_at")));
		if (heard->earlier)
			change_set(deed, made, "earlier", json_string(object_name(deed, heard->earlier)));
		ret = settle_raised(deed, heard, made, &did, why);
	}
	if (ret == 0 && !deed->missing)
		*answer = json_pack("{s:b, s:I, s:s*, s:s}", "ok", 1, "id", (json_int_t)made->id, "number",
				    made->number, "did", did);
	return ret;
}

/* Is this rule switched on? That is a move of two persons and stands in the
 * record; a demonstration folder hears every rule that it is given. */
int house_rule_on(struct house *house, const char *rule, bool *on, struct fault *why)
{
	int64_t count = 1;
	int ret = 0;

	if (!house->demo)
		ret = store_int(house->store,
				"SELECT count(*) FROM facets a JOIN facets b ON b.object = a.object AND "
				"b.name = 'life'"
				" AND b.value = 'on' WHERE a.kind = 'detection_switch' AND a.name = 'name' "
				"AND a.value = $1",
				VALUES(value_text(rule)), &count, why);
	*on = count > 0;
	return ret;
}

static int rule_of_is_on(struct house *house, const json_t *alert, bool *on, struct fault *why)
{
	const char *rule = alert_text(alert, "rule");

	if (!rule)
		return fault_say(why, FAULT_INVALID, "an alert has a rule and a title", "告警须有规则和标题");
	return house_rule_on(house, rule, on, why);
}

static void raise_plainly(struct heard *heard)
{
	heard->suppression = heard->equal = NULL;
	heard->plainly = true;
}

int house_alert_keeps(struct house *house, const json_t *alert, int64_t now, bool *keeps, struct fault *why)
{
	const struct asker rule = { .machine = "rule" };
	struct heard heard = { 0 };
	struct deed deed;
	int ret =
		house_rule_on(house, alert_text(alert, "rule") ? alert_text(alert, "rule") : "", keeps, why);

	if (ret < 0 || !*keeps)
		return ret;
	deed_open(&deed, house, &rule, now);
	if ((ret = hear(&deed, alert, &heard, why)) == 0)
		*keeps = !heard.equal || alert_keeps_more(&deed, heard.equal);
	json_decref(heard.fields);
	deed_close(&deed);
	return ret;
}

/* `plainly`: a record of its own that waits for the duty officer, whatever else
 * the plan would do with it. */
static int attempt(struct house *house, const json_t *alert, int64_t now, bool plainly, json_t **answer,
		   struct fault *why)
{
	const struct asker rule = { .machine = "rule" };
	struct heard heard = { 0 };
	struct deed deed;
	int ret = deed_begin(&deed, house, &rule, now, why);

	*answer = NULL;
	if (ret == 0) {
		if ((ret = hear(&deed, alert, &heard, why)) == 0 && plainly)
			raise_plainly(&heard);
		if (ret == 0)
			ret = heard.equal ? repeat(&deed, &heard, answer, why)
					  : raise_alert(&deed, &heard, answer, why);
		ret = deed_end(&deed, ret, why);
	}
	json_decref(heard.fields);
	if (ret == 0 && deed.missing) {
		json_decref(*answer);
		*answer = refusal_answer(&deed, house->pack);
	}
	deed_close(&deed);
	return ret;
}

int house_alert(struct house *house, const json_t *alert, int64_t now, json_t **answer, struct fault *why)
{
	bool on;
	int ret = rule_of_is_on(house, alert, &on, why);

	*answer = NULL;
	if (ret < 0)
		return ret;
	if (!on) {
		*answer = json_pack("{s:b, s:s}", "ok", 1, "did", "off");
		return 0;
	}
	ret = attempt(house, alert, now, false, answer, why);
	/* A plan whose moves disagree must not cost an alert. */
	if (ret == 0 && !json_is_true(json_object_get(*answer, "ok"))) {
		json_decref(*answer);
		ret = attempt(house, alert, now, true, answer, why);
	}
	return ret;
}

/* ---- evidence files -------------------------------------------------------- */

int house_blob(struct house *house, const char *digest, int64_t size_bytes, int64_t now, struct fault *why)
{
	doubts_add(&house->doubts, digest);
	return store_run(
		house->store,
		"INSERT INTO blobs(digest, size, at) VALUES($1, $2, $3) ON CONFLICT(digest) DO NOTHING",
		VALUES(value_text(digest), value_int(size_bytes), value_int(now)), NULL, why);
}

int house_keep(struct house *house, const void *bytes, size_t len, int64_t now, char digest[static 65],
	       struct fault *why)
{
	uint64_t size;
	const int ret = blob_keep(house->folder, bytes, len, UINT64_MAX, digest, &size, why);

	return ret < 0 ? ret : house_blob(house, digest, (int64_t)size, now, why);
}

void house_uploaded(struct house *house, const char *digest, int64_t person)
{
	struct uploaded *one = &house->uploaded[house->uploads++ % UPLOADS_KNOWN];

	snprintf(one->digest, sizeof(one->digest), "%s", digest);
	one->person = person;
}

static bool brought(const struct deed *deed, const char *digest)
{
	const struct house *house = deed->house;

	for (size_t i = 0; i < UPLOADS_KNOWN; i++)
		if (house->uploaded[i].person == deed->staff->person &&
		    !strcmp(house->uploaded[i].digest, digest))
			return true;
	return false;
}

/* Who has only heard of a digest must not get the file by naming it in a
 * record of his own. Read through only where somebody else brought it. */
bool blob_known(struct deed *deed, const char *digest)
{
	enum { NAMED_MOST = 200 };
	int64_t ids[NAMED_MOST];
	size_t count = 0;
	struct rows *rows;
	struct object *o;
	struct fault why;

	if (!deed->staff || brought(deed, digest))
		return true;
	if (store_query(deed->house->store, "SELECT id FROM objects WHERE instr(body, $1) > 0 LIMIT 200",
			VALUES(value_text(digest)), &rows, &why) < 0)
		return false;
	while (count < NAMED_MOST && rows_next(rows, &why) == 1)
		ids[count++] = rows_int(rows, 0);
	rows_close(rows);
	for (size_t i = 0; i < count; i++)
		if ((o = world_get(deed, ids[i], &why)) && staff_sees(deed, o))
			return true;
	return !count;
}
