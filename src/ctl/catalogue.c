#include <string.h>

#include "ctl/ctl_private.h"
#include "pack/nearest.h"

/*
 * catalogue -- the kinds, fields and moves that the daemon carries out.
 *
 * The command line knows none by itself: another plan pack is another command
 * line, without a new program.
 */

int catalogue_learn(struct ctl *ctl)
{
	json_t *answer;
	int ret;

	if (ctl->catalogue)
		return 0;
	/* Neither person nor time matters here, and a wrong one would be refused. */
	if ((ret = talk_or_say(ctl, json_pack("{s:s}", "op", "catalogue"), &answer)))
		return ret;
	ctl->catalogue = answer;
	return 0;
}

const char *name_of(const json_t *thing)
{
	const char *name = json_string_value(json_object_get(thing, "name"));

	if (!name)
		name = json_string_value(json_object_get(thing, "code"));
	if (!name)
		name = json_string_value(json_object_get(thing, "move"));
	return name ? name : json_string_value(thing);
}

static const json_t *named(const json_t *list, const char *name)
{
	const json_t *one;
	size_t i;

	json_array_foreach((json_t *)list, i, one) {
		const char *its = name_of(one);

		if (its && strcmp(its, name) == 0)
			return one;
	}
	return NULL;
}

const json_t *catalogue_kind(const struct ctl *ctl, const char *name)
{
	return named(json_object_get(ctl->catalogue, "kinds"), name);
}

const json_t *kind_named(const json_t *kind, const char *list, const char *name)
{
	return named(json_object_get(kind, list), name);
}

const json_t *catalogue_field(const struct ctl *ctl, const json_t *kind, const char *name)
{
	const json_t *field = kind_named(kind, "fields", name);

	return field ? field : named(json_object_get(ctl->catalogue, "inputs"), name);
}

const char *label_of(const struct ctl *ctl, const json_t *thing)
{
	const char *text = json_string_value(json_object_get(thing, ctl->zh ? "zh" : "en"));

	if (text && *text)
		return text;
	text = name_of(thing);
	return text ? text : "";
}

const char *state_label(const struct ctl *ctl, const json_t *kind, const char *region, const char *state)
{
	const json_t *found = named(json_object_get(kind_named(kind, "regions", region), "states"), state);

	return found ? label_of(ctl, found) : state;
}

const char *role_label(const struct ctl *ctl, const char *role)
{
	const json_t *label = json_object_get(json_object_get(ctl->catalogue, "roles"), role);
	const char *text = json_string_value(json_object_get(label, ctl->zh ? "zh" : "en"));

	return text ? text : role;
}

/* Missed stays missed: a clock that was stopped too late says both. */
const char *clock_words(const struct ctl *ctl, const json_t *clock)
{
	const char *state = json_string_value(json_object_get(clock, "state"));
	const bool missed = json_object_get(clock, "missed");

	if (!state)
		return "";
	if (!strcmp(state, "running"))
		return missed ? in_words(ctl, "missed", "已超时") : in_words(ctl, "running", "计时中");
	if (!strcmp(state, "paused"))
		return missed ? in_words(ctl, "paused, missed", "暂停（已超时）")
			      : in_words(ctl, "paused", "暂停");
	if (!strcmp(state, "stopped"))
		return missed ? in_words(ctl, "stopped, too late", "已停止（超时）")
			      : in_words(ctl, "stopped", "已停止");
	return state;
}

const char *nearest_name(const json_t *list, const char *name)
{
	const char *names[512];
	size_t count = 0, i;
	const json_t *one;

	json_array_foreach((json_t *)list, i, one)
		if (count < 512 && name_of(one))
			names[count++] = name_of(one);
	return nearest(name, names, count);
}

static void enum_words(const struct ctl *ctl, const char *codes, const char *code, struct buf *out)
{
	const json_t *found = named(json_object_get(json_object_get(ctl->catalogue, "enums"), codes), code);

	buf_text(out, found ? label_of(ctl, found) : code);
}

/* A reference as the daemon gives it: number and title, whichever it has. */
static void handle_words(const json_t *handle, struct buf *out)
{
	const char *number = json_string_value(json_object_get(handle, "number"));
	const char *title = json_string_value(json_object_get(handle, "title"));

	if (!number && !title)
		buf_format(out, "#%lld", (long long)json_integer_value(json_object_get(handle, "id")));
	else
		buf_format(out, "%s%s%s", number ? number : "", number && title ? " " : "",
			   title ? title : "");
}

static void object_words(const struct ctl *ctl, const json_t *value, struct buf *out)
{
	const char *name, *separator = "";
	const json_t *one;

	if (json_is_integer(json_object_get(value, "id"))) {
		handle_words(value, out);
		return;
	}
	json_object_foreach((json_t *)value, name, one) {
		/* Scores stand under codes of dimensions; what is none has no label. */
		const json_t *dimension = named(json_object_get(ctl->catalogue, "dimensions"), name);

		buf_format(out, "%s%s ", separator, dimension ? label_of(ctl, dimension) : name);
		value_words(ctl, NULL, one, out);
		separator = in_words(ctl, ", ", "，");
	}
}

static void text_words(const struct ctl *ctl, const json_t *field, const char *text, struct buf *out)
{
	const char *type = json_string_value(json_object_get(field, "type"));
	const char *of = json_string_value(json_object_get(field, "of"));

	if (type && of && strcmp(type, "enum") == 0)
		enum_words(ctl, of, text, out);
	else if (type && strcmp(type, "time") == 0 && strlen(text) > 19)
		buf_format(out, "%.10s %.8sZ", text, text + 11);
	else
		buf_text(out, text);
}

static void list_words(const struct ctl *ctl, const json_t *field, const json_t *value, struct buf *out)
{
	const json_t *one;
	size_t i;

	json_array_foreach((json_t *)value, i, one) {
		if (i)
			buf_text(out, in_words(ctl, ", ", "、"));
		value_words(ctl, field, one, out);
	}
}

void value_words(const struct ctl *ctl, const json_t *field, const json_t *value, struct buf *out)
{
	const char *type = json_string_value(json_object_get(field, "type"));

	if (json_is_string(value))
		text_words(ctl, field, json_string_value(value), out);
	else if (json_is_integer(value))
		buf_format(out, type && strcmp(type, "ref") == 0 ? "#%lld" : "%lld",
			   (long long)json_integer_value(value));
	else if (json_is_boolean(value))
		buf_text(out, json_is_true(value) ? in_words(ctl, "yes", "是") : in_words(ctl, "no", "否"));
	else if (json_is_array(value))
		list_words(ctl, field, value, out);
	else if (json_is_object(value))
		object_words(ctl, value, out);
	else
		buf_text(out, "—");
}
