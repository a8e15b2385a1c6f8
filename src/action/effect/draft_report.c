/* Draft a report upward: the words of its form, filled from the case, and what nobody has entered yet. */

#include "action/action_private.h"

#include <string.h>

#include "base/buf.h"

struct drafting {
	struct deed *deed;
	struct object *duty, *incident;
	const char *body_zh, *body_en; /* what {text} stands for */
	bool chinese;
};

/* ---- values for people ------------------------------------------------------- */

static const char *label(const struct words *words, bool chinese) { return chinese ? words->zh : words->en; }

static void put_one(struct drafting *d, struct buf *out, const struct field *field, const json_t *value)
{
	const struct code *code;
	struct object *o;
	struct fault why;

	if (field->type == FIELD_REF) {
		o = json_is_integer(value) ? world_get(d->deed, json_integer_value(value), &why) : NULL;
		if (o)
			buf_text(out, title_of(d->deed, o) ? title_of(d->deed, o) : object_name(d->deed, o));
	} else if (field->type == FIELD_ENUM && json_is_string(value)) {
		code = enum_code(field->codes, json_string_value(value));
		buf_text(out, code ? label(&code->label, d->chinese) : json_string_value(value));
	} else if (field->type == FIELD_TIME && json_is_string(value)) {
		/* To the minute, as the law counts. */
		buf_format(out, "%.10s %.5sZ", json_string_value(value), json_string_value(value) + 11);
	} else if (field->type == FIELD_YES) {
		buf_text(out, json_is_true(value) ? (d->chinese ? "是" : "yes") : (d->chinese ? "否" : "no"));
	} else if (json_is_integer(value)) {
		buf_format(out, "%lld", (long long)json_integer_value(value));
	} else if (json_is_string(value)) {
		buf_text(out, json_string_value(value));
	}
}

static void put_value(struct drafting *d, struct buf *out, const struct field *field, const json_t *value)
{
	json_t *one;
	size_t i;

	if (!json_is_array(value)) {
		put_one(d, out, field, value);
		return;
	}
	json_array_foreach(value, i, one) {
		if (i)
			buf_text(out, d->chinese ? "、" : ", ");
		put_one(d, out, field, one);
	}
}

/* False where nothing stands there, or only a reason why nothing is known. */
static bool put_path(struct drafting *d, struct buf *out, struct object *subject, const char *path)
{
	struct object *holder = NULL;
	const json_t *value = world_value(d->deed, subject, path, &holder);
	const char *last = strrchr(path, '.');
	const struct field *field = kind_field((holder ? holder : subject)->kind, last ? last + 1 : path);
	const size_t before = out->len;

	if (!value || !field || (json_is_object(value) && field->type != FIELD_SCORES))
		return false;
	put_value(d, out, field, value);
	return out->len > before;
}

/* ---- what the regime asks for ---------------------------------------------------- */

static bool put_field(struct drafting *d, struct buf *out, const struct report_field *field)
{
	bool stands = false;

	buf_format(out, d->chinese ? "%s：" : "%s: ", label(&field->label, d->chinese));
	for (size_t i = 0; i < field->from.count; i++) {
		SCOPED(buf_fini) struct buf value = { 0 };

		if (!put_path(d, &value, d->incident, field->from.at[i]))
			continue;
		buf_format(out, "%s%s", stands ? (d->chinese ? "；" : "; ") : "", value.data);
		stands = true;
	}
	buf_text(out, stands ? "\n" : d->chinese ? "（待填）\n" : "(to be filled in)\n");
	return stands;
}

/* The fields as lines of the text; those that are still empty into `empty`, where it is given. */
static const char *fields_text(struct drafting *d, const struct report_field *fields, size_t count,
			       json_t *empty)
{
	SCOPED(buf_fini) struct buf out = { 0 };

	for (size_t i = 0; i < count; i++)
		if (!put_field(d, &out, &fields[i]) && empty)
			json_array_append_new(
				empty, json_string(arena_text(d->deed->mem, "%s / %s", fields[i].label.zh,
							      fields[i].label.en)));
	return arena_copy(d->deed->mem, out.data ? out.data : "");
}

/* ---- the form ---------------------------------------------------------------------- */

/* As the pack names it, unless the site named another. */
static const char *recipient(const struct drafting *d)
{
	const char *said = json_string_value(json_object_get(d->duty->body, "recipient"));
	const char *regime = json_string_value(json_object_get(d->duty->body, "regime"));
	const char *id = json_string_value(json_object_get(d->duty->body, "stage"));
	const struct regime *law = pack_regime(d->duty->pack, regime);
	const struct report_stage *stage = law ? regime_stage(law, id) : NULL;

	return stage && said && !strcmp(said, stage->recipient.zh) ? label(&stage->recipient, d->chinese)
								   : said;
}

static const char *own_value(const struct drafting *d, const char *name)
{
	if (!strcmp(name, "recipient"))
		return recipient(d);
	if (!strcmp(name, "text"))
		return d->chinese ? d->body_zh : d->body_en;
	if (!strcmp(name, "number"))
		return d->duty->number;
	if (!strcmp(name, "incident.number"))
		return d->incident->number;
	return NULL;
}

static void put_slot(struct drafting *d, struct buf *out, const char *name)
{
	const char *own = own_value(d, name);

	if (own)
		buf_text(out, own);
	else if (!put_path(d, out, d->duty, name))
		buf_text(out, d->chinese ? "（待填）" : "(to be filled in)");
}

static void put_form(struct drafting *d, struct buf *out, const char *form)
{
	const char *end;

	for (; *form; form++) {
		if (*form != '{' || !(end = strchr(form, '}'))) {
			buf_char(out, *form);
			continue;
		}
		put_slot(d, out, arena_copy_bytes(d->deed->mem, form + 1, (size_t)(end - form - 1)));
		form = end;
	}
}

static const struct text *form_of(const struct object *duty)
{
	const char *name = json_string_value(json_object_get(duty->body, "form"));
	const struct pack *pack = duty->pack;

	for (size_t i = 0; name && i < pack->text_count; i++)
		if (!strcmp(pack->texts[i].name, name))
			return &pack->texts[i];
	return NULL;
}

static const char *both_languages(struct drafting *d, const struct text *form)
{
	SCOPED(buf_fini) struct buf out = { 0 };

	for (int english = 0; english <= 1; english++) {
		d->chinese = !english;
		if (english)
			buf_char(&out, '\n');
		if (d->duty->space == RECORD_DRILL)
			buf_text(&out, english ? "[EXERCISE]\n" : "【演练】\n");
		put_form(d, &out, form ? label(&form->form, d->chinese) : "{text}");
	}
	return arena_copy(d->deed->mem, out.data ? out.data : "");
}

static int run(struct deed *deed, struct object *subject, const struct effect_use *use, struct fault *why)
{
	const char *id = json_string_value(json_object_get(subject->body, "regime"));
	const char *type = json_string_value(json_object_get(subject->body, "type"));
	const struct regime *regime = pack_regime(subject->pack, id);
	struct drafting d = { .deed = deed, .duty = subject, .incident = world_case(deed, subject) };
	const bool final = regime && type && !strcmp(type, "final") && regime->final_field_count;
	json_t *empty = json_array();

	(void)use, (void)why;
	if (!d.incident) {
		json_decref(empty);
		return 0;
	}
	d.body_zh = d.body_en = "";
	if (regime) {
		const struct report_field *fields = final ? regime->final_fields : regime->fields;
		const size_t count = final ? regime->final_field_count : regime->field_count;

		d.chinese = true;
		d.body_zh = fields_text(&d, fields, count, empty);
		d.chinese = false;
		d.body_en = fields_text(&d, fields, count, NULL);
	}
	change_set(deed, subject, "proposed_text", json_string(both_languages(&d, form_of(subject))));
	change_set(deed, subject, "still_empty", empty);
	return 0;
}

const struct effect effect_draft_report = {
	.name = "draft_report",
	.en = "drafts a report upward from the case",
	.zh = "由案件拟写上报材料",
	.run = run,
};
