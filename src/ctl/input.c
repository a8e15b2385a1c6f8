#include <stdlib.h>
#include <string.h>

#include "ctl/ctl_private.h"
#include "host/file.h"

/*
 * input -- flags of fields become the input of a move, or a filter of a list.
 *
 * The daemon checks and converts values; here only their shape is made: a flag
 * given twice is a list, "business=3,data=2" an object, "unknown: why" the
 * reason for which a field is left open.
 */
enum { FILE_MOST = 64 * 1024 };

/* The longest part of a name that is typed: everything before "=". */
static json_t *pairs_of(const char *text)
{
	json_t *object = json_object();

	while (*text) {
		const size_t len = strcspn(text, ",");
		const char *equals = memchr(text, '=', len);

		if (!equals) {
			json_decref(object);
			return NULL;
		}
		json_object_setn_new(object, text, (size_t)(equals - text),
				     json_stringn(equals + 1, (size_t)(text + len - equals - 1)));
		text += len + (text[len] == ',');
	}
	return object;
}

static json_t *list_of(const char *text)
{
	json_t *list = json_array();

	while (*text) {
		const size_t len = strcspn(text, ",");

		json_array_append_new(list, json_stringn(text, len));
		text += len + (text[len] == ',');
	}
	return list;
}

/* {"unknown": "why"} for "unknown: why", {"none": "why"} likewise; else NULL. */
static json_t *left_open(const char *text)
{
	static const char *const words[] = { "unknown", "none" };

	for (size_t i = 0; i < 2; i++) {
		const size_t len = strlen(words[i]);

		if (strncmp(text, words[i], len) == 0 && text[len] == ':')
			return json_pack("{s:s}", words[i], text + len + 1 + strspn(text + len + 1, " "));
	}
	return NULL;
}

static const char *type_of(const json_t *field)
{
	const char *type = json_string_value(json_object_get(field, "type"));

	return type ? type : "";
}

static int file_text(struct ctl *ctl, const char *value, json_t **out, struct fault *why)
{
	char *text;
	size_t len;
	int ret;

	if ((ret = file_read(value + 1, FILE_MOST, ctl->mem, &text, &len, why)) < 0)
		return ret;
	if (!(*out = json_stringn(text, len)))
		return fault_say(why, FAULT_INVALID, "%s is not UTF-8", "%s 不是 UTF-8", value + 1);
	return 0;
}

static int value_of(struct ctl *ctl, const json_t *field, const struct flag *flag, json_t **out,
		    struct fault *why)
{
	const char *type = type_of(field), *value = flag->value;

	if (!value && strcmp(type, "yes") == 0) {
		*out = json_true();
		return 0;
	}
	if (!value)
		return fault_say(why, FAULT_INVALID, "--%s needs a value", "--%s 需要值", flag->name);
	if ((*out = left_open(value)))
		return 0;
	/* "@path" is the text of a file, "@@…" a text that begins with "@"; of a record, "@" is its name. */
	if (strcmp(type, "text") == 0 && value[0] == '@' && value[1] != '@')
		return file_text(ctl, value, out, why);
	if ((strcmp(type, "text") == 0 || strcmp(type, "ref") == 0) && value[0] == '@')
		value++;
	if (strcmp(type, "scores") == 0)
		*out = strchr(value, '=') ? pairs_of(value) : list_of(value);
	else if ((strcmp(type, "enum") == 0 || strcmp(type, "ref") == 0) && strchr(value, ',') &&
		 json_is_true(json_object_get(field, "many")))
		*out = list_of(value);
	else
		*out = json_string(value);
	return *out ? 0
		    : fault_say(why, FAULT_INVALID, "--%s '%s': name=value,name=value is wanted, in UTF-8",
				"--%s “%s”：应写作“名称=值,名称=值”，用 UTF-8", flag->name, value);
}

static void add(json_t *input, const char *name, json_t *value)
{
	json_t *before = json_object_get(input, name);

	if (!before) {
		json_object_set_new(input, name, value);
		return;
	}
	if (!json_is_array(before)) {
		json_object_set_new(input, name, json_pack("[O]", before));
		before = json_object_get(input, name);
	}
	if (json_is_array(value)) {
		json_array_extend(before, value);
		json_decref(value);
	} else {
		json_array_append_new(before, value);
	}
}

int input_of_flags(struct ctl *ctl, const json_t *kind, json_t **out, struct fault *why)
{
	json_t *input = json_object();
	int ret;

	for (size_t i = 0; i < ctl->typed.flag_count; i++) {
		const struct flag *flag = &ctl->typed.flags[i];
		json_t *value = NULL;

		if ((ret = value_of(ctl, catalogue_field(ctl, kind, flag->name), flag, &value, why)) < 0) {
			json_decref(input);
			return ret;
		}
		add(input, flag->name, value);
	}
	*out = input;
	return 0;
}

/* Bare where the filter's grammar reads it as one word; a comparison stands
 * before the quotes. */
static void put_term(struct buf *out, const char *name, const char *value)
{
	static const char plain_chars[] =
		"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.#-*";
	const size_t sign = strspn(value, "<>=");

	buf_format(out, "%s%s:%.*s", out->len ? " AND " : "", name, (int)sign, value);
	value += sign;
	if (*value && value[strspn(value, plain_chars)] == '\0') {
		buf_text(out, value);
		return;
	}
	buf_char(out, '"');
	for (; *value; value++) {
		if (*value == '"' || *value == '\\')
			buf_char(out, '\\');
		buf_char(out, *value);
	}
	buf_char(out, '"');
}

int filter_of_flags(struct ctl *ctl, const json_t *kind, const char *free_text, struct buf *out,
		    struct fault *why)
{
	(void)kind;
	for (size_t i = 0; i < ctl->typed.flag_count; i++) {
		const struct flag *flag = &ctl->typed.flags[i];

		if (flag->value && !*flag->value)
			return fault_say(why, FAULT_INVALID, "--%s has an empty value", "--%s 的值是空的",
					 flag->name);
		put_term(out, flag->name, flag->value ? flag->value : "yes");
	}
	if (free_text && *free_text)
		buf_format(out, out->len ? " AND (%s)" : "%s", free_text);
	return 0;
}
