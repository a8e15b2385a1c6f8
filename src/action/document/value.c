#include "action/document/making.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/stamp.h"

/*
 * value -- what a record says, in words of one language.
 */

const char *in_tongue(const struct making *m, const struct words *words)
{
	return m->zh ? words->zh : words->en;
}

const char *say_time(const struct making *m, int64_t stamp)
{
	const struct civil d = stamp_civil(stamp + m->offset);

	return arena_text(m->deed->mem, "%04d-%02d-%02d %02d:%02d:%02d", d.year, d.month, d.day, d.hour,
			  d.minute, d.second);
}

const char *say_date(const struct making *m, int64_t stamp)
{
	static const char *const months[] = { "January",   "February", "March",    "April",
					      "May",       "June",     "July",     "August",
					      "September", "October",  "November", "December" };
	const struct civil d = stamp_civil(stamp + m->offset);

	return m->zh ? arena_text(m->deed->mem, "%d年%d月%d日", d.year, d.month, d.day)
		     : arena_text(m->deed->mem, "%d %s %d", d.day, months[d.month - 1], d.year);
}

/* ---- records ------------------------------------------------------------------ */

/* Units and organs have a name for each language. */
static const char *own_name(const struct making *m, struct object *o)
{
	const char *english = json_string_value(json_object_get(o->body, "name_en"));

	return !m->zh && english && *english && staff_sees(m->deed, o) ? english : title_of(m->deed, o);
}

const char *say_name(const struct making *m, struct object *o)
{
	const char *name = own_name(m, o), *number = o->number ? o->number : "";

	return arena_text(m->deed->mem, "%s%s%s", number, *number && name ? " " : "",
			  name      ? name
			  : *number ? ""
				    : in_tongue(m, &o->kind->label));
}

static const char *say_ref(const struct making *m, json_t *value)
{
	struct fault why;
	struct object *o = world_get(m->deed, json_integer_value(value), &why);

	return o ? say_name(m, o) : "";
}

const char *say_person(const struct making *m, const char *actor)
{
	static const struct {
		const char *name;
		struct words words;
	} machines[] = {
		{ "timer", { "计时器", "timer" } },    { "rule", { "规则", "rule" } },
		{ "system", { "系统", "system" } },    { "mail", { "邮件", "mail" } },
		{ "setup", { "初始设置", "set-up" } },
	};
	struct fault why;
	struct object *o;

	if (!strncmp(actor, "person:", 7))
		return (o = world_get(m->deed, strtoll(actor + 7, NULL, 10), &why)) ? say_name(m, o) : "";
	for (size_t i = 0; i < sizeof(machines) / sizeof(*machines); i++)
		if (!strcmp(machines[i].name, actor))
			return in_tongue(m, &machines[i].words);
	return actor;
}

/* ---- fields ------------------------------------------------------------------- */

static const char *say_one(const struct making *m, const struct field *field, json_t *value)
{
	const char *text = json_string_value(value);
	const struct code *code;
	int64_t stamp;

	switch (field->type) {
	case FIELD_NUMBER:
		return arena_text(m->deed->mem, "%" JSON_INTEGER_FORMAT, json_integer_value(value));
	case FIELD_YES:
		return json_is_true(value) ? (m->zh ? "是" : "yes") : m->zh ? "否" : "no";
	case FIELD_TIME:
		return text && stamp_parse(text, strlen(text), &stamp, NULL) == 0 ? say_time(m, stamp) : "";
	case FIELD_ENUM:
		code = field->codes ? enum_code(field->codes, text) : NULL;
		return code ? in_tongue(m, &code->label) : text ? text : "";
	case FIELD_REF:
		return json_is_integer(value) ? say_ref(m, value) : "";
	default:
		return text ? text : "";
	}
}

/* {"unknown": "why"}, {"none": "why"}, or what was erased. */
static const char *say_instead(const struct making *m, json_t *value)
{
	const char *why = json_string_value(json_object_get(value, "unknown"));

	if (why)
		return arena_text(m->deed->mem, m->zh ? "不详：%s" : "unknown: %s", why);
	if ((why = json_string_value(json_object_get(value, "none"))))
		return arena_text(m->deed->mem, m->zh ? "无：%s" : "none: %s", why);
	return m->zh ? "（已按规定擦除）" : "(erased by order)";
}

static const char *say_scores(const struct making *m, const struct pack *pack, json_t *scores)
{
	const char *all = "";

	for (size_t i = 0; i < pack->dimension_count; i++) {
		const struct dimension *d = &pack->dimensions[i];
		json_t *score = json_object_get(scores, d->code);

		if (json_is_integer(score))
			all = arena_text(m->deed->mem, "%s%s%s %" JSON_INTEGER_FORMAT, all,
					 *all ? (m->zh ? "，" : ", ") : "", in_tongue(m, &d->label),
					 json_integer_value(score));
	}
	return all;
}

static const char *say_field(const struct making *m, const struct object *o, const struct field *field)
{
	json_t *value = json_object_get(o->body, field->name), *one;
	const char *all = "";
	size_t i;

	if (!value || json_is_null(value))
		return "";
	if (field->type == FIELD_SCORES)
		return say_scores(m, o->pack, value);
	if (json_is_object(value))
		return say_instead(m, value);
	if (!json_is_array(value))
		return say_one(m, field, value);
	json_array_foreach(value, i, one)
		all = arena_text(m->deed->mem, "%s%s%s", all, i ? (m->zh ? "、" : ", ") : "",
				 say_one(m, field, one));
	return all;
}

/* ---- paths ---------------------------------------------------------------------- */

/* Where a path ends: the record across its one ref, if the reader sees it. */
static struct object *follow(const struct making *m, struct object *subject, const char *path,
			     const char **last)
{
	const char *dot = strchr(path, '.');
	struct object *o;
	struct fault why;
	int64_t id;

	*last = dot ? dot + 1 : path;
	if (!dot)
		return subject;
	id = world_ref(m->deed, subject, arena_copy_bytes(m->deed->mem, path, (size_t)(dot - path)));
	o = id ? world_get(m->deed, id, &why) : NULL;
	return o && staff_sees(m->deed, o) ? o : NULL;
}

static const char *say_itself(const struct making *m, const struct object *o, const char *name)
{
	if (!strcmp(name, "created_at"))
		return say_time(m, o->fresh ? m->deed->now : o->created_at);
	if (!strcmp(name, "updated_at"))
		return say_time(m, o->change ? m->deed->now : o->updated_at);
	return o->number ? o->number : arena_text(m->deed->mem, "#%" PRId64, o->id);
}

const char *say_path(const struct making *m, struct object *subject, const char *path)
{
	const struct region *region;
	const struct field *field;
	const struct state *state;
	const char *last;
	struct object *o = follow(m, subject, path, &last);

	if (!o)
		return "";
	if ((field = kind_field(o->kind, last)))
		return say_field(m, o, field);
	if (!(region = kind_region(o->kind, last)))
		return say_itself(m, o, last);
	state = region_state(region, state_of(o, last));
	return state ? in_tongue(m, &state->label) : "";
}

const char *say_label(const struct making *m, const struct kind *kind, const char *path)
{
	const char *dot = strchr(path, '.'), *last = dot ? dot + 1 : path;
	const struct field *cross =
		dot ? kind_field(kind, arena_copy_bytes(m->deed->mem, path, (size_t)(dot - path))) : NULL;
	const struct region *region;
	const struct field *field;
	const struct itself *itself;

	if (dot && !(kind = cross ? pack_kind(m->subject->pack, cross->of) : NULL))
		return last;
	if ((field = kind_field(kind, last)))
		return in_tongue(m, &field->label);
	if ((region = kind_region(kind, last)))
		return in_tongue(m, &region->label);
	if (!(itself = document_itself_of(last)))
		return last;
	return dot ? arena_text(m->deed->mem, m->zh ? "%s%s" : "%s: %s", in_tongue(m, &kind->label),
				in_tongue(m, &itself->label))
		   : in_tongue(m, &itself->label);
}

const char *say_words(const struct making *m, struct object *subject, const struct words *words)
{
	const char *p = in_tongue(m, words), *slot, *made;
	struct buf out = { 0 };
	size_t len;

	for (; (slot = document_slot(p, &len)); p = slot + len) {
		buf_put(&out, p, (size_t)(slot - p));
		buf_text(&out, say_path(m, subject, arena_copy_bytes(m->deed->mem, slot + 1, len - 2)));
	}
	buf_text(&out, p);
	made = arena_copy_bytes(m->deed->mem, out.data ? out.data : "", out.len);
	buf_fini(&out);
	return made;
}
