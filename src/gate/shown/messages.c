#include <string.h>

#include "gate/http/parts.h"

/*
 * messages -- what left or waits, by which ways, and whom to call: docs/api/http.md, Messages.
 */
enum { REASON_MOST = 500 };

static bool is_state(const char *word)
{
	static const char *const states[] = { "waiting", "sending", "sent", "failed", "dropped", "done" };

	for (size_t i = 0; i < sizeof(states) / sizeof(*states); i++)
		if (!strcmp(word, states[i]))
			return true;
	return false;
}

/* Values of the query in the order of their names below. */
static int check_asked(const char *const said[7], struct fault *why)
{
	static const struct {
		int at;
		const char *name;
		size_t most;
	} words[] = { { 0, "kind", 64 }, { 1, "ref", 128 }, { 3, "channel", 32 } };

	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++)
		if (said[words[i].at] && (!*said[words[i].at] || strlen(said[words[i].at]) > words[i].most))
			return fault_say(why, FAULT_INVALID, "%s: 1 to %zu bytes", "%s：1 至 %zu 字节",
					 words[i].name, words[i].most);
	if (said[2] && !is_state(said[2]))
		return fault_say(why, FAULT_INVALID,
				 "state: one of waiting, sending, sent, failed, dropped, done",
				 "状态（state）：waiting、sending、sent、failed、dropped、done 之一");
	if (said[4] && !call_id(said[4]))
		return fault_say(why, FAULT_INVALID, "before: the id of a message",
				 "之前（before）：消息编号");
	return 0;
}

int messages_list(struct call *call, struct fault *why)
{
	static const char *const names[] = { "kind",   "ref",   "state", "channel",
					     "before", "limit", "space", NULL };
	const char *said[7];
	json_t *fields;
	int ret;

	if ((ret = call_query(call, names, said, why)) < 0 || (ret = check_asked(said, why)) < 0)
		return ret;
	fields = json_pack("{s:s*, s:s*, s:s*, s:s*}", "kind", said[0], "ref",
			   said[1] ? call_ref(call, said[1]) : NULL, "state", said[2], "channel", said[3]);
	if ((ret = call_number(fields, "message", said[4], why)) < 0 ||
	    (ret = call_number(fields, "limit", said[5], why)) < 0 ||
	    (ret = call_space(fields, said[6], why)) < 0) {
		json_decref(fields);
		return ret;
	}
	return call_ask(call, ASK_MESSAGES, fields, NULL, why);
}

static int numbered(struct call *call, int64_t *out, struct fault *why)
{
	*out = call_id(call->words[0]);
	return *out ? 0
		    : fault_say(why, FAULT_ABSENT, "there is no message '%.40s'", "没有消息“%.40s”",
				call->words[0]);
}

int messages_show(struct call *call, struct fault *why)
{
	int64_t id;
	int ret;

	if ((ret = call_no_query(call, why)) < 0 || (ret = numbered(call, &id, why)) < 0)
		return ret;
	return call_ask(call, ASK_MESSAGE, json_pack("{s:I}", "message", (json_int_t)id), NULL, why);
}

int messages_retry(struct call *call, struct fault *why)
{
	static const char *const none[] = { NULL };
	int64_t id;
	int ret;

	if ((ret = call_members(call, none, why)) < 0 || (ret = numbered(call, &id, why)) < 0)
		return ret;
	return call_ask(call, ASK_CHANNEL, json_pack("{s:s, s:I}", "act", "retry", "message", (json_int_t)id),
			NULL, why);
}

int channels_list(struct call *call, struct fault *why)
{
	int ret = call_no_query(call, why);

	return ret < 0 ? ret : call_ask(call, ASK_CHANNELS, json_object(), NULL, why);
}

int channels_test_all(struct call *call, struct fault *why)
{
	static const char *const none[] = { NULL };
	int ret = call_members(call, none, why);

	return ret < 0 ? ret : call_ask(call, ASK_CHANNEL, json_pack("{s:s}", "act", "test"), NULL, why);
}

static int with_reason(struct call *call, const char *act, struct fault *why)
{
	static const char *const names[] = { "reason", NULL };
	const char *reason;
	int ret;

	if ((ret = call_members(call, names, why)) < 0 ||
	    (ret = call_text_of(call, "reason", REASON_MOST, true, &reason, why)) < 0)
		return ret;
	return call_ask(call, ASK_CHANNEL,
			json_pack("{s:s, s:s, s:s}", "act", act, "channel", call->words[0], "reason", reason),
			NULL, why);
}

int channels_hold_one(struct call *call, struct fault *why) { return with_reason(call, "hold", why); }
int channels_give_up_one(struct call *call, struct fault *why) { return with_reason(call, "give-up", why); }

int channels_resume_one(struct call *call, struct fault *why)
{
	static const char *const none[] = { NULL };
	int ret = call_members(call, none, why);

	return ret < 0 ? ret
		       : call_ask(call, ASK_CHANNEL,
				  json_pack("{s:s, s:s}", "act", "resume", "channel", call->words[0]), NULL,
				  why);
}

/* ---- whom to call, for the screen and for paper ------------------------------------- */

static void put_plain(struct buf *out, const char *text)
{
	for (; text && *text; text++)
		buf_char(out, (unsigned char)*text < ' ' ? ' ' : *text);
}

static void put_html(struct buf *out, const char *text)
{
	SCOPED(buf_fini) struct buf plain = { 0 };

	put_plain(&plain, text);
	if (plain.len)
		buf_markup(out, plain.data);
}

static const char *member(const json_t *of, const char *name)
{
	return json_string_value(json_object_get(of, name));
}

/* A list to tick off, whoever calls: unit, state, each contact, head, a box. */
static void put_call(struct buf *out, const json_t *row, bool html, bool zh)
{
	void (*put)(struct buf *, const char *) = html ? put_html : put_plain;
	const json_t *head = json_object_get(row, "head");
	json_t *contact;
	size_t i;

	buf_text(out, html ? "<tr><td>" : "[ ] ");
	put(out, member(json_object_get(row, "unit"), "title"));
	buf_text(out, html ? "<td>" : "\t");
	put(out, member(row, zh ? "zh" : "en"));
	buf_text(out, html ? "<td>" : "\n");
	json_array_foreach(json_object_get(row, "contacts"), i, contact) {
		buf_text(out, html ? "" : "    ");
		put(out, member(contact, "channel"));
		buf_text(out, ": ");
		put(out, member(contact, "address"));
		buf_text(out, html ? "<br>" : "\n");
	}
	if (head) {
		buf_text(out, html ? "" : "    ");
		put(out, member(head, "name"));
		buf_text(out, " ");
		put(out, member(head, "phones"));
		buf_text(out, html ? "" : "\n");
	}
	buf_text(out, html ? "<td class=tick>&#9744;</tr>\n" : "\n");
}

static void put_calls(struct buf *out, const json_t *answer, bool html, bool zh)
{
	const json_t *warning = json_object_get(answer, "warning");
	void (*put)(struct buf *, const char *) = html ? put_html : put_plain;
	json_t *row;
	size_t i;

	if (html)
		buf_format(
			out,
			"<!doctype html><html lang=\"%s\"><meta charset=\"utf-8\"><title>%s</title>\n<h1>%s ",
			zh ? "zh" : "en", zh ? "电话通知单" : "Call list", zh ? "电话通知单" : "Call list");
	else
		buf_format(out, "%s ", zh ? "电话通知单" : "Call list");
	put(out, member(warning, "number"));
	buf_text(out, " ");
	put(out, member(warning, "title"));
	buf_text(out, html ? "</h1>\n<table border=1>\n" : "\n\n");
	json_array_foreach(json_object_get(answer, "calls"), i, row)
		put_call(out, row, html, zh);
	buf_text(out, html ? "</table>\n</html>\n" : "");
}

static void shown(struct call *call, json_t *answer, bool html)
{
	SCOPED(buf_fini) struct buf out = { 0 };

	if (!json_is_true(json_object_get(answer, "ok"))) {
		call_answer_house(call, 200, answer);
		return;
	}
	put_calls(&out, answer, html, call->chinese);
	json_decref(answer);
	if (html)
		call_header(
			call, "Content-Security-Policy",
			"default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'");
	call_text(call, 200, html ? "text/html; charset=utf-8" : "text/plain; charset=utf-8", out.data,
		  out.len);
}

static void as_html(struct call *call, json_t *answer) { shown(call, answer, true); }
static void as_text(struct call *call, json_t *answer) { shown(call, answer, false); }

int calls_list(struct call *call, struct fault *why)
{
	static const char *const names[] = { "form", NULL };
	const char *form;
	int ret;

	if ((ret = call_query(call, names, &form, why)) < 0)
		return ret;
	if (form && strcmp(form, "html") != 0 && strcmp(form, "text") != 0 && strcmp(form, "json") != 0)
		return fault_say(why, FAULT_INVALID, "form: one of json, html, text",
				 "格式（form）：json、html、text 之一");
	return call_ask(call, ASK_CALLS, json_pack("{s:s}", "ref", call_ref(call, call->words[0])),
			!form || !strcmp(form, "json") ? NULL
			: !strcmp(form, "html")        ? as_html
						       : as_text,
			why);
}

/* ---- a warning before it leaves ------------------------------------------------------ */

int warning_preview(struct call *call, struct fault *why)
{
	static const char *const names[] = { "input", NULL };
	json_t *typed = json_object_get(call->said, "input");
	int ret;

	if ((ret = call_members(call, names, why)) < 0)
		return ret;
	if (typed && !json_is_object(typed))
		return fault_say(why, FAULT_INVALID, "input: an object", "内容（input）应为对象");
	return call_ask(call, ASK_PREVIEW,
			json_pack("{s:s, s:O*}", "ref", call_ref(call, call->words[0]), "input", typed), NULL,
			why);
}
