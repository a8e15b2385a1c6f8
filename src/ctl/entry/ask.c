#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/stamp.h"
#include "ctl/ctl_private.h"
#include "host/terminal.h"

/*
 * ask -- what a move needs is asked on the terminal, one question a field.
 *
 * The plan says what is needed; questions go to standard error, so that what
 * is printed may be kept in a file. An answer is a flag as if it were typed.
 */
enum { LINE_MOST = 16 * 1024 };

static const char *text_of(const json_t *thing, const char *name)
{
	const char *text = json_string_value(json_object_get(thing, name));

	return text ? text : "";
}

bool ask_can(void) { return terminal_is(STDIN_FILENO); }

const char *flag_value(const struct ctl *ctl, const char *name)
{
	for (size_t i = 0; i < ctl->typed.flag_count; i++)
		if (!strcmp(ctl->typed.flags[i].name, name))
			return ctl->typed.flags[i].value ? ctl->typed.flags[i].value : "yes";
	return NULL;
}

void flag_set(struct ctl *ctl, const char *name, const char *value)
{
	struct options *typed = &ctl->typed;
	struct flag *more;

	for (size_t i = 0; i < typed->flag_count; i++)
		if (!strcmp(typed->flags[i].name, name)) {
			typed->flags[i].value = value;
			return;
		}
	more = arena_many(ctl->mem, typed->flag_count + 1, sizeof(*more));
	if (typed->flag_count)
		memcpy(more, typed->flags, typed->flag_count * sizeof(*more));
	more[typed->flag_count++] = (struct flag){ .name = name, .value = value };
	typed->flags = more;
}

/* ---- one question ---------------------------------------------------------- */

static void say_choices(const struct ctl *ctl, const json_t *field)
{
	const json_t *codes = json_object_get(json_object_get(ctl->catalogue, "enums"), text_of(field, "of"));
	const json_t *code;
	size_t i;

	json_array_foreach((json_t *)codes, i, code)
		fprintf(stderr, "    %-12s %s\n", name_of(code), label_of(ctl, code));
}

static void say_help(const struct ctl *ctl, const json_t *field, const json_t *want)
{
	const char *type = text_of(field, "type"), *otherwise = text_of(want, "otherwise");

	if (!strcmp(type, "enum"))
		say_choices(ctl, field);
	else if (!strcmp(type, "time"))
		fputs(in_words(ctl, "    2026-03-02T15:40:00+08:00, or how long ago: 30 min\n",
			       "    如 2026-03-02T15:40:00+08:00，或距今多久：30 min\n"),
		      stderr);
	else if (!strcmp(type, "ref"))
		fputs(in_words(ctl, "    its number or name\n", "    编号或名称\n"), stderr);
	if (*otherwise)
		fprintf(stderr, in_words(ctl, "    not known: %s: WHY\n", "    不清楚时：%s: 原因\n"),
			otherwise);
}

/* A line without its end; false where the input is at an end. */
static bool read_line(struct ctl *ctl, const char **out)
{
	static char line[LINE_MOST];
	size_t len;

	if (!fgets(line, sizeof(line), stdin))
		return false;
	len = strcspn(line, "\r\n");
	while (len && line[len - 1] == ' ')
		len--;
	line[len] = '\0';
	*out = arena_copy(ctl->mem, line + strspn(line, " "));
	return true;
}

static const char *now_text(struct ctl *ctl)
{
	struct fault why;
	json_t *status;
	const char *now;

	if (talk_ask(ctl, json_pack("{s:s}", "op", "status"), &status, &why) < 0)
		return "";
	now = arena_copy(ctl->mem, text_of(status, "now"));
	json_decref(status);
	return now;
}

/* "30 min" is so long ago; everything else is left to the daemon. */
static const char *time_of(struct ctl *ctl, const char *typed)
{
	const char *now = now_text(ctl);
	char text[STAMP_LEN];
	int64_t span, moment;

	if (stamp_parse_span(typed, &span, NULL) < 0 || stamp_parse(now, strlen(now), &moment, NULL) < 0)
		return typed;
	stamp_format(moment - span, text);
	return arena_copy(ctl->mem, text);
}

/* 1: answered or left out, 0: the input is at an end. */
static int ask_one(struct ctl *ctl, const json_t *field, const json_t *want, const char *usual)
{
	const bool optional = json_is_true(json_object_get(want, "optional"));
	const char *typed;

	if (!usual && !strcmp(text_of(field, "type"), "time"))
		usual = now_text(ctl);
	for (;;) {
		fprintf(stderr, "%s%s%s", bold(ctl), label_of(ctl, field), plain(ctl));
		if (usual)
			fprintf(stderr, " [%s]", usual);
		else if (optional)
			fputs(in_words(ctl, " (may be left out)", "（可不填）"), stderr);
		fputs(in_words(ctl, ": ", "："), stderr);
		if (!read_line(ctl, &typed))
			return 0;
		if (!*typed && usual)
			typed = usual;
		if (*typed)
			break;
		if (optional)
			return 1;
		say_help(ctl, field, want);
	}
	if (!strcmp(text_of(field, "type"), "time"))
		typed = time_of(ctl, typed);
	flag_set(ctl, name_of(field), typed);
	return 1;
}

/* ---- all that a move wants -------------------------------------------------- */

static const json_t *want_named(const json_t *move, const char *name)
{
	const json_t *want = move ? kind_named(move, "needs", name) : NULL;

	return want || !move ? want : kind_named(move, "asks", name);
}

static bool left_out(struct ctl *ctl)
{
	fputs(in_words(ctl, "\nNothing was sent.\n", "\n未发送任何内容。\n"), stderr);
	return false;
}

/* In the order of the kind's fields: that is the order of the form on paper. */
bool ask_wants(struct ctl *ctl, const json_t *kind, const json_t *move, const json_t *then, bool again)
{
	const json_t *lists[] = { json_object_get(kind, "fields"),
				  json_object_get(ctl->catalogue, "inputs") };
	const json_t *field;
	size_t i;

	for (size_t k = 0; k < 2; k++)
		json_array_foreach((json_t *)lists[k], i, field) {
			const json_t *want = want_named(move, name_of(field));
			const char *before = flag_value(ctl, name_of(field));

			if (!want && !(want = want_named(then, name_of(field))))
				continue;
			if ((!before || again) && !ask_one(ctl, field, want, before))
				return left_out(ctl);
		}
	return true;
}
