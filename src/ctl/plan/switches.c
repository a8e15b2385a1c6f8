#include "ctl/plan/boundary.h"

#include <string.h>

#include "ctl/ctl_private.h"

/* Who stands behind one switch, as its history tells. */
struct hands {
	const char *type, *proposed, *confirmed, *at;
};

static const char *text_of(const json_t *thing, const char *name)
{
	const char *text = json_string_value(json_object_get(thing, name));

	return text ? text : "";
}

static bool ends_in(const char *text, const char *end)
{
	size_t len = strlen(text), tail = strlen(end);

	return len >= tail && !strcmp(text + len - tail, end);
}

/* The last time counts: it may have been off in between. */
static void read_hands(const json_t *history, struct hands *out)
{
	const json_t *entry;
	const char *proposed = "";
	size_t i;

	*out = (struct hands){ "", "", "", "" };
	json_array_foreach(json_object_get(history, "entries"), i, entry) {
		const char *type = text_of(entry, "type"),
			   *who = text_of(json_object_get(entry, "who"), "title"),
			   *set = text_of(json_object_get(json_object_get(entry, "change"), "set"), "type");

		if (*set)
			out->type = set;
		if (ends_in(type, ".switch_on.proposed"))
			proposed = who;
		if (ends_in(type, ".switch_on"))
			*out = (struct hands){ out->type, proposed, who, text_of(entry, "at") };
	}
}

static void say_switch(struct buf *out, const json_t *row, const struct hands *by, bool chinese)
{
	const json_t *fields = json_object_get(row, "fields");

	if (!strcmp(by->type, "mapping"))
		buf_text(out, chinese ? "  字段映射 " : "  field mapping ");
	else
		buf_text(out, chinese ? "  检测规则 " : "  detection rule ");
	buf_format(out, "%s (%s)", text_of(fields, "name"), text_of(fields, "digest"));
	buf_format(out, chinese ? "  提议 %s，确认 %s，" : "  proposed by %s, confirmed by %s, ",
		   by->proposed, by->confirmed);
	buf_format(out, "%.10s %.5sZ\n", by->at, *by->at ? by->at + 11 : "");
}

static int one(struct ctl *ctl, struct buf *out, const json_t *row)
{
	json_t *request = talk_request(ctl, "history"), *history;
	struct hands by;
	int ret;

	json_object_set_new(request, "ref",
			    json_sprintf("#%lld", (long long)json_integer_value(json_object_get(row, "id"))));
	if ((ret = talk_or_say(ctl, request, &history)))
		return ret;
	read_hands(history, &by);
	say_switch(out, row, &by, ctl->zh);
	json_decref(history);
	return 0;
}

/* One page; `after` is where the next one begins, or empty. */
static int page(struct ctl *ctl, struct buf *out, char *after, size_t room, size_t *count)
{
	json_t *request = talk_request(ctl, "list"), *answer;
	const json_t *row;
	size_t i;
	int ret;

	json_object_set_new(request, "kind", json_string("detection_switch"));
	json_object_set_new(request, "where", json_string("life:on"));
	if (*after)
		json_object_set_new(request, "after", json_string(after));
	if ((ret = talk_or_say(ctl, request, &answer)))
		return ret;
	snprintf(after, room, "%s", text_of(answer, "after"));
	json_array_foreach(json_object_get(answer, "rows"), i, row) {
		if ((ret = one(ctl, out, row)))
			break;
		++*count;
	}
	json_decref(answer);
	return ret;
}

/* There the switch decides nothing, and an auditor must not think so. */
static int demonstration(struct ctl *ctl, bool *demo)
{
	json_t *status;
	int ret = talk_or_say(ctl, talk_request(ctl, "status"), &status);

	if (ret)
		return ret;
	*demo = json_is_true(json_object_get(status, "demo"));
	json_decref(status);
	return 0;
}

static int all(struct ctl *ctl, struct buf *out)
{
	struct buf rows = { 0 };
	char after[512] = "";
	size_t count = 0;
	bool demo = false;
	int ret = demonstration(ctl, &demo);

	if (ret == 0)
		do
			ret = page(ctl, &rows, after, sizeof(after), &count);
		while (ret == 0 && *after);
	if (ret == 0) {
		buf_format(out, in_words(ctl, "\nSwitched on in %s: %zu\n", "\n在 %s 中已启用：%zu条\n"),
			   talk_folder(ctl), count);
		if (demo)
			buf_text(out,
				 in_words(ctl,
					  "  a folder for demonstration: it hears every rule that loads\n",
					  "  演示目录：加载的规则一律生效\n"));
		buf_text(out, rows.data ? rows.data : "");
	}
	buf_fini(&rows);
	return ret;
}

int boundary_switches(struct buf *out, const char *folder, const char *as, bool chinese)
{
	struct ctl ctl = {
		.mem = arena_new(), .fd = -1, .zh = chinese, .typed = { .data = folder, .as = as }
	};
	int ret = all(&ctl, out);

	talk_end(&ctl);
	arena_free(ctl.mem);
	return ret;
}
