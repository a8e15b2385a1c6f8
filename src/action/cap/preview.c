/* A warning as it would leave now: letter, CAP file, and what must not leave. Nothing of it is written. */

#include "action/cap/cap.h"

#include <string.h>

#include "action/letter.h"
#include "release/release.h"

/* What may be typed into a draft, before it is sent as `edit`. */
static int put_typed(struct object *warning, json_t *typed, struct fault *why)
{
	const struct field *field;
	const char *name;
	json_t *value;

	json_object_foreach(typed, name, value) {
		field = kind_field(warning->kind, name);
		if (!field || field->engine || field->type == FIELD_REF || field->type == FIELD_BLOB)
			return fault_say(why, FAULT_INVALID, "'%.64s' is no text of a warning",
					 "“%.64s”不是预警的文字内容", name);
		if (field->type == FIELD_NUMBER ? !json_is_integer(value) : !json_is_string(value))
			return fault_say(why, FAULT_INVALID, "'%.64s' has another type", "“%.64s”的类型不符", name);
		if (json_is_string(value) && !*json_string_value(value))
			json_object_del(warning->body, name);
		else
			json_object_set(warning->body, name, value);
	}
	return 0;
}

/* Whoever may write it. */
static bool may_write(struct deed *deed, struct object *warning)
{
	static const char *const writing[] = { "edit", "approve" };

	for (size_t i = 0; i < sizeof(writing) / sizeof(*writing); i++) {
		const struct move *move = kind_move(warning->kind, writing[i]);

		for (size_t k = 0; move && k < move->who_count; k++)
			if (staff_holds_any(deed, warning, &move->who[k].roles, NULL))
				return true;
	}
	return false;
}

static bool makes_cap(const struct kind *kind)
{
	const struct move *publish = kind_move(kind, "publish");

	for (size_t i = 0; publish && i < publish->does_count; i++)
		if (!strcmp(publish->does[i].name, "cap"))
			return true;
	return false;
}

/* {"xml"}, or {"none"} with the reason in both languages. */
static json_t *cap_told(struct deed *deed, struct object *warning)
{
	struct cap_about about = { .warning = warning, .edition = warning };
	struct fault why = { 0 };
	const char *text = NULL;
	int ret = 0;

	if (makes_cap(warning->kind)) {
		about.colour = cap_level(warning, value_level(json_object_get(warning->body, "level")));
		if ((ret = cap_plan(deed, &about, &why)) == 1 && cap_draft(deed, &about, &text, &why) == 0)
			return json_pack("{s:s}", "xml", text);
	}
	if (ret == 0)
		fault_say(&why, FAULT_ABSENT, "this warning leaves as no CAP file (its marking, or its time is over)",
			  "此预警不生成 CAP 文件（公开范围不允许，或有效期已过）");
	return json_pack("{s:{s:s, s:s}}", "none", "zh", *why.zh ? why.zh : why.text, "en", why.text);
}

/* Each with what its class is called. */
static json_t *named(json_t *found)
{
	json_t *list = json_array(), *one;
	size_t i;

	json_array_foreach(found, i, one) {
		const char *word = json_string_value(json_object_get(one, "class"));
		json_t *told = json_copy(one);

		for (int of = 0; of < RELEASE__COUNT; of++)
			if (!strcmp(release_word(of), word)) {
				json_object_set_new(told, "zh", json_string(release_zh(of)));
				json_object_set_new(told, "en", json_string(release_en(of)));
			}
		json_object_set(told, "what", json_object_get(json_object_get(one, "what"), "$"));
		json_array_append_new(list, told);
	}
	return list;
}

int house_preview(struct house *house, const struct asker *asker, const char *ref, json_t *typed, int64_t now,
		  json_t **answer, struct fault *why)
{
	json_t *found = NULL;
	struct object *warning;
	struct deed deed;
	int ret = look_at(&deed, house, asker, "warning", ref, now, &warning, why);

	*answer = NULL;
	if (ret == 0 && asker->person && !may_write(&deed, warning)) {
		refuse(&deed, "N21", "预警草稿由拟稿和批准的人查看", "a draft is looked at by those who write and approve it",
		       NULL);
		*answer = refusal_answer(&deed, house->pack);
	}
	if (ret == 0 && !*answer && (ret = put_typed(warning, typed, why)) == 0 &&
	    (ret = restricted_of(&deed, warning, &found, why)) >= 0) {
		ret = 0;
		*answer = json_pack("{s:b, s:o*, s:o, s:o}", "ok", 1, "letter",
				    letter_draft(&deed, warning, "warning"), "cap", cap_told(&deed, warning),
				    "found", named(found));
	}
	json_decref(found);
	deed_close(&deed);
	return ret;
}
