/* What is typed with a move: checked against its field, brought into the form it is kept in. */

#include "action/action_private.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/stamp.h"
#include "base/utf8.h"

enum { TEXT_MOST = 64 * 1024, WORD_MOST = 512, MANY_MOST = 1000, REASON_MOST = 4096 };

#define WHOLE_MOST ((1LL << 53) - 1)

static int bad(const struct field *field, struct fault *why, const char *en, const char *zh)
{
	return fault_say(why, FAULT_INVALID, "%.0s%s (%s): %s%.0s", "%s（%s）%.0s：%.0s%s", field->label.zh,
			 field->name, field->label.en, en, zh);
}

static int text_value(const struct field *field, json_t *typed, size_t most, json_t **out, struct fault *why)
{
	const char *text = json_string_value(typed);
	size_t len = json_string_length(typed);

	if (!text || !len)
		return bad(field, why, "text is wanted", "应填写文字");
	if (len > most)
		return fault_say(why, FAULT_LIMIT, "%.0s%s: %zu bytes, at most %zu are taken",
				 "%s（%s）：%zu 字节，最多 %zu 字节", field->label.zh, field->name, len,
				 most);
	if (memchr(text, '\0', len) || utf8_valid(text, len) != len)
		return bad(field, why, "the text is not valid UTF-8 without NUL",
			   "文字不是有效的 UTF-8，或含有空字符");
	*out = json_incref(typed);
	return 0;
}

static int number_value(const struct field *field, json_t *typed, json_t **out, struct fault *why)
{
	const char *text = json_string_value(typed);
	char *rest;
	long long n;

	if (json_is_integer(typed)) {
		n = json_integer_value(typed);
	} else {
		n = text ? strtoll(text, &rest, 10) : 0;
		if (!text || !*text || *rest)
			return bad(field, why, "a whole number is wanted", "应填写整数");
	}
	/* What the record can write down without loss in every language. */
	if (n > WHOLE_MOST || n < -WHOLE_MOST)
		return bad(field, why, "the number is beyond 2^53-1", "数值超出 2^53-1");
	*out = json_integer(n);
	return 0;
}

static int yes_value(const struct field *field, json_t *typed, json_t **out, struct fault *why)
{
	const char *text = json_string_value(typed);

	if (json_is_boolean(typed)) {
		*out = json_incref(typed);
		return 0;
	}
	if (text && (!strcmp(text, "yes") || !strcmp(text, "true"))) {
		*out = json_true();
		return 0;
	}
	if (text && (!strcmp(text, "no") || !strcmp(text, "false"))) {
		*out = json_false();
		return 0;
	}
	return bad(field, why, "yes or no is wanted", "应填“yes”（是）或“no”（否）");
}

static int time_value(const struct field *field, json_t *typed, json_t **out, struct fault *why)
{
	const char *text = json_string_value(typed);
	char form[STAMP_LEN];
	struct fault mine;
	int64_t stamp;

	if (!text)
		return bad(field, why, "a time like 2026-01-02T03:04:05Z is wanted",
			   "应填写 2026-01-02T03:04:05Z 这样的时间");
	if (stamp_parse(text, strlen(text), &stamp, &mine) < 0)
		return bad(field, why, mine.text, mine.zh);
	stamp_format(stamp, form);
	*out = json_string(form);
	return 0;
}

static int enum_value(struct deed *deed, const struct field *field, json_t *typed, json_t **out,
		      struct fault *why)
{
	const char *code = json_is_integer(typed)
				   ? arena_text(deed->mem, "%lld", (long long)json_integer_value(typed))
				   : json_string_value(typed);
	struct buf en = { 0 }, zh = { 0 };

	if (code && enum_code(field->codes, code)) {
		*out = json_string(code);
		return 0;
	}
	for (size_t i = 0; i < field->codes->count; i++) {
		const struct code *one = &field->codes->codes[i];

		buf_format(&en, "%s%s", i ? ", " : "one of: ", one->code);
		buf_format(&zh, "%s“%s”（%s）", i ? "、" : "可填：", one->code, one->label.zh);
	}
	bad(field, why, en.data ? en.data : "", zh.data ? zh.data : "");
	buf_fini(&en);
	buf_fini(&zh);
	return -FAULT_INVALID;
}

/* Also where it is there and the actor may not see it: the same words. */
static int no_record(const struct field *field, const struct kind *kind, json_t *typed, struct fault *why)
{
	char number[24];

	snprintf(number, sizeof(number), "#%lld", (long long)json_integer_value(typed));
	return fault_say(why, FAULT_INVALID, "%.0s%s: there is no %s%.0s '%.80s'",
			 "%s（%s）：%.0s没有这样的%s“%.80s”", field->label.zh, field->name, field->of,
			 kind ? kind->label.zh : field->of,
			 json_is_string(typed) ? json_string_value(typed) : number);
}

static int ref_value(struct deed *deed, const struct field *field, json_t *typed, json_t **out,
		     struct fault *why)
{
	const struct kind *kind = pack_kind(deed->house->pack, field->of);
	struct object *found;
	int64_t id = json_integer_value(typed);
	int ret;

	if (!json_is_integer(typed)) {
		if (!json_is_string(typed))
			return bad(field, why, "a number, '#id' or name of a record is wanted",
				   "应填写记录的编号、“#序号”或名称");
		ret = world_find(deed, kind, json_string_value(typed), &id, why);
		if (ret < 0)
			return ret == -FAULT_ABSENT ? no_record(field, kind, typed, why) : ret;
	}
	found = world_get(deed, id, why);
	if (!found || (strcmp(found->kind->name, field->of) && !staff_sees(deed, found)))
		return no_record(field, kind, typed, why);
	if (strcmp(found->kind->name, field->of))
		return fault_say(why, FAULT_INVALID, "%.0s%s: '%s' is no %s%.0s", "%s（%s）：“%s”不是%.0s%s",
				 field->label.zh, field->name,
				 json_is_string(typed) ? json_string_value(typed) : "#", field->of,
				 kind ? kind->label.zh : field->of);
	*out = json_integer(id);
	return 0;
}

static int blob_value(struct deed *deed, const struct field *field, json_t *typed, json_t **out,
		      struct fault *why)
{
	const char *digest = json_string_value(typed);
	int64_t size;

	if (!digest || strspn(digest, "0123456789abcdef") != 64 || digest[64])
		return bad(field, why, "the SHA-256 of an uploaded file is wanted, 64 hex digits",
			   "应填写已上传文件的 SHA-256，即 64 位十六进制数字");
	if (store_int(deed->house->store, "SELECT size FROM blobs WHERE digest = $1",
		      VALUES(value_text(digest)), &size, why) < 0 ||
	    !blob_known(deed, digest))
		return fault_say(why, FAULT_INVALID, "%.0s%s: no file with digest %.16s... was uploaded",
				 "%s（%s）：没有上传过摘要为“%.16s”的文件", field->label.zh, field->name,
				 digest);
	*out = json_incref(typed);
	return 0;
}

/* Dimension -> 1..5 or "unknown", as an object or a list in the pack's order. */
static int scores_value(struct deed *deed, const struct field *field, json_t *typed, json_t **out,
			struct fault *why)
{
	const struct pack *pack = deed->house->pack;
	json_t *scores = json_object();

	for (size_t i = 0; i < pack->dimension_count; i++) {
		const char *name = pack->dimensions[i].code;
		json_t *one = json_is_array(typed) ? json_array_get(typed, i) : json_object_get(typed, name);
		const char *word = json_string_value(one);
		int64_t level = value_level(one);

		if (level && (!word || !word[1])) {
			json_object_set_new(scores, name, json_integer(level));
		} else if (word && (!strcmp(word, "unknown") || !strcmp(word, "?"))) {
			json_object_set_new(scores, name, json_string("unknown"));
		} else {
			json_decref(scores);
			return fault_say(why, FAULT_INVALID, "%.0s%s.%.0s%s: 1 to 5, or unknown, is wanted",
					 "%s（%s）中的%s（%s）：应填 1 至 5，或“unknown”（未知）",
					 field->label.zh, field->name, pack->dimensions[i].label.zh, name);
		}
	}
	*out = scores;
	return 0;
}

static int one_value(struct deed *deed, const struct field *field, json_t *typed, json_t **out,
		     struct fault *why)
{
	switch (field->type) {
	case FIELD_TEXT:
		return text_value(field, typed, TEXT_MOST, out, why);
	case FIELD_WORD:
		return text_value(field, typed, WORD_MOST, out, why);
	case FIELD_NUMBER:
		return number_value(field, typed, out, why);
	case FIELD_YES:
		return yes_value(field, typed, out, why);
	case FIELD_TIME:
		return time_value(field, typed, out, why);
	case FIELD_ENUM:
		return enum_value(deed, field, typed, out, why);
	case FIELD_REF:
		return ref_value(deed, field, typed, out, why);
	case FIELD_BLOB:
		return blob_value(deed, field, typed, out, why);
	case FIELD_SCORES:
		return scores_value(deed, field, typed, out, why);
	case FIELD__COUNT:
		break;
	}
	return bad(field, why, "a field of this type cannot be typed in", "此类字段不能填写");
}

static int many_values(struct deed *deed, const struct field *field, json_t *typed, json_t **out,
		       struct fault *why)
{
	json_t *list = json_array(), *one, *value;
	size_t i;
	int ret = 0;

	if (json_array_size(typed) > MANY_MOST)
		ret = fault_say(why, FAULT_LIMIT, "%.0s%s: %zu values, at most %d are taken",
				"%s（%s）：%zu 项，最多 %d 项", field->label.zh, field->name,
				json_array_size(typed), MANY_MOST);
	json_array_foreach(typed, i, one) {
		if (ret < 0 || (ret = one_value(deed, field, one, &value, why)) < 0)
			break;
		json_array_append_new(list, value);
	}
	if (ret < 0)
		json_decref(list);
	else
		*out = list;
	return ret;
}

int input_value(struct deed *deed, const struct field *field, json_t *typed, json_t **out, struct fault *why)
{
	json_t *list, *reason = json_object_get(typed, "unknown");
	int ret;

	if (!reason)
		reason = json_object_get(typed, "none");
	if (reason && json_object_size(typed) == 1) {
		if ((ret = text_value(field, reason, REASON_MOST, &reason, why)) < 0)
			return ret;
		json_decref(reason);
		*out = json_incref(typed);
		return 0;
	}
	if (json_is_null(typed)) {
		*out = json_null();
		return 0;
	}
	if (!field->many)
		return one_value(deed, field, typed, out, why);
	list = json_is_array(typed) ? json_incref(typed) : json_pack("[O]", typed);
	ret = many_values(deed, field, list, out, why);
	json_decref(list);
	return ret;
}

static const struct field *asked_field(const struct deed *deed, const struct move *move, const char *name)
{
	const struct field *field = NULL;
	bool open = move->form == MOVE_CREATE || !strcmp(move->name, "update");

	for (size_t i = 0; !field && i < move->need_count; i++)
		if (!strcmp(move->needs[i].name, name))
			field = move->needs[i].field;
	for (size_t i = 0; !field && i < move->ask_count; i++)
		if (!strcmp(move->asks[i].name, name))
			field = move->asks[i].field;
	if (!field && open && (field = kind_field(move->kind, name)) && field->engine)
		field = NULL;
	/* A reason, and when it happened, may come with every move. */
	if (!field && !strcmp(name, "reason"))
		field = pack_input(deed->house->pack, name);
	return field;
}

static void name_input(struct buf *en, struct buf *zh, const char *name, const struct field *field)
{
	buf_format(en, " %s", name);
	buf_format(zh, "%s%s（%s）", zh->len ? "、" : "", field ? field->label.zh : "", name);
}

static int unknown_input(const struct move *move, const char *name, struct fault *why)
{
	struct buf names = { 0 }, zh = { 0 };
	int ret;

	for (size_t i = 0; i < move->need_count; i++)
		name_input(&names, &zh, move->needs[i].name, move->needs[i].field);
	for (size_t i = 0; i < move->ask_count; i++)
		name_input(&names, &zh, move->asks[i].name, move->asks[i].field);
	ret = fault_say(why, FAULT_INVALID, "%.0s%s.%s takes no '%.64s'; it takes:%s%.0s",
			"“%s”（%s.%s）不接受“%.64s”，可填：%.0s%s", move->label.zh, move->kind->name,
			move->name, name, names.len ? names.data : " nothing", zh.len ? zh.data : "无");
	buf_fini(&names);
	buf_fini(&zh);
	return ret;
}

/* A reason why nothing is known stands for a value only where the move takes
 * one; of what it wants, the runner says what is missing. */
static int reason_stands(const struct move *move, const struct field *field, const char *name, json_t *value,
			 struct fault *why)
{
	if (!json_is_object(value) || field->type == FIELD_SCORES)
		return 0;
	for (size_t i = 0; i < move->need_count; i++)
		if (!strcmp(move->needs[i].name, name))
			return 0;
	for (size_t i = 0; i < move->ask_count; i++)
		if (!strcmp(move->asks[i].name, name) && (move->asks[i].otherwise || !move->asks[i].optional))
			return 0;
	return bad(field, why,
		   "a reason does not stand for the value here; leave it out where it is not known",
		   "此处不能以理由代替内容；不清楚时不填");
}

static bool hidden(struct deed *deed, const json_t *value)
{
	struct object *o;
	struct fault why;

	return json_is_integer(value) && (o = world_get(deed, json_integer_value(value), &why)) &&
	       !staff_sees(deed, o);
}

/* The one of what was typed that the actor may not see, or NULL. */
static json_t *first_hidden(struct deed *deed, json_t *typed, json_t *value)
{
	json_t *one;
	size_t i;

	json_array_foreach(value, i, one)
		if (hidden(deed, one))
			return json_is_array(typed) ? json_array_get(typed, i) : typed;
	return hidden(deed, value) ? typed : NULL;
}

/* Does the actor hold one of these for the whole house? */
static bool keeps(struct deed *deed, const struct names *roles)
{
	for (size_t i = 0; i < roles->count; i++) {
		const struct role *role = pack_role(deed->house->pack, roles->at[i]);

		if (role && role->scope == SCOPE_ALL && staff_holds(deed, NULL, role->code, NULL))
			return true;
	}
	return false;
}

/* The house's registers name cases also for those who keep them: a post, a reservation. */
static bool keeps_register(struct deed *deed, const struct move *move)
{
	static const char *const registers[] = { "organisation", "plan", "duty", "resource" };
	bool about = false;

	for (size_t i = 0; i < sizeof(registers) / sizeof(*registers); i++)
		about = about || !strcmp(move->kind->about, registers[i]);
	for (size_t i = 0; about && i < move->who_count; i++)
		if (keeps(deed, &move->who[i].roles) || keeps(deed, &move->who[i].confirm))
			return true;
	return false;
}

/* What the actor may not read is as if it were not there: an answer would tell
 * of it, and whoever adds something to a case would gain a part in it. */
static int in_sight(struct deed *deed, const struct move *move, const struct field *field, json_t *typed,
		    json_t *value, struct fault *why)
{
	json_t *unseen;

	if (!deed->staff || field->type != FIELD_REF || !(unseen = first_hidden(deed, typed, value)) ||
	    keeps_register(deed, move))
		return 0;
	return no_record(field, pack_kind(deed->house->pack, field->of), unseen, why);
}

/* Every input is known and right; a new object in the form that is kept. */
int input_check(struct deed *deed, const struct move *move, json_t *typed, json_t **out, struct fault *why)
{
	json_t *kept = json_object(), *one, *value;
	const char *name;
	int ret = 0;

	if (typed && !json_is_object(typed))
		ret = fault_say(why, FAULT_INVALID, "the input of a move is an object of names and values",
				"办理时填写的内容应为名称与值组成的对象");
	json_object_foreach(typed, name, one) {
		const struct field *field = ret < 0 ? NULL : asked_field(deed, move, name);

		if (!field) {
			ret = ret < 0 ? ret : unknown_input(move, name, why);
			break;
		}
		if ((ret = input_value(deed, field, one, &value, why)) < 0)
			break;
		json_object_set_new(kept, name, value);
		if ((ret = reason_stands(move, field, name, value, why)) < 0 ||
		    (ret = in_sight(deed, move, field, one, value, why)) < 0)
			break;
	}
	if (ret < 0)
		json_decref(kept);
	else
		*out = kept;
	return ret;
}
