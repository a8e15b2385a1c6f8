#include <stdlib.h>
#include <string.h>

#include "gate/http/parts.h"

/*
 * ack -- the page behind the link in a warning's mail. Looking at it changes nothing, since
 * programs that search mail for evil follow every link; the button acknowledges.
 *
 * It asks for no script and no cookie, and looks like the public page. Whoever has the link may say for its
 * unit that the warning came, and nothing else.
 */

static void put_html(struct buf *out, const char *text)
{
	for (; text && *text; text++)
		if (strchr("&<>\"'", *text))
			buf_format(out, "&#%d;", *text);
		else
			buf_char(out, (unsigned char)*text < ' ' ? ' ' : *text);
}

static const char *member(const json_t *of, const char *name)
{
	return json_string_value(json_object_get(of, name));
}

static void begin(struct buf *out)
{
	buf_text(out, "<!doctype html>\n<html lang=\"zh\">\n<meta charset=\"utf-8\"><meta name=\"viewport\" "
		      "content=\"width=device-width\"><meta name=\"robots\" content=\"noindex\">\n<link "
		      "rel=\"stylesheet\" href=\"/public/style.css\">\n"
		      "<title>预警确认 / Acknowledge a warning</title>\n<h1>烽燧 Fengsui</h1>\n");
}

static void send_page(struct call *call, int status, const struct buf *out)
{
	call_header(call, "Content-Security-Policy",
		    "default-src 'none'; style-src 'self'; frame-ancestors 'none'; base-uri 'none'; "
		    "form-action 'self'");
	call_header(call, "Referrer-Policy", "no-referrer");
	call_header(call, "Cache-Control", "no-store");
	call_text(call, status, "text/html; charset=utf-8", out->data, out->len);
}

static bool waits(const char *state)
{
	return !strcmp(state, "pending") || !strcmp(state, "delivered") || !strcmp(state, "escalated");
}

/* The form leads to where it stands: the address is the link itself. */
static void say_target(struct call *call, const json_t *answer)
{
	SCOPED(buf_fini) struct buf out = { 0 };
	const char *state = member(answer, "state");

	begin(&out);
	buf_text(&out, "<p>");
	put_html(&out, member(answer, "number"));
	buf_text(&out, "　");
	put_html(&out, member(answer, "title"));
	buf_text(&out, "</p>\n<p>");
	put_html(&out, member(answer, "unit"));
	buf_text(&out, "：");
	put_html(&out, member(answer, "zh"));
	buf_text(&out, " / ");
	put_html(&out, member(answer, "en"));
	buf_text(&out, "</p>\n");
	if (waits(state))
		buf_text(&out, "<form method=\"post\"><button>确认收到 / Acknowledge</button></form>\n");
	else
		buf_text(&out, "<p>已确认，谢谢。<br lang=\"en\">It is acknowledged. Thank you.</p>\n");
	buf_text(&out, "</html>\n");
	send_page(call, 200, &out);
}

static void say_no(struct call *call, int code, const struct fault *why)
{
	SCOPED(buf_fini) struct buf out = { 0 };
	char zh[FAULT_TOLD];

	fault_tell_zh(why, zh, sizeof(zh));
	begin(&out);
	buf_text(&out, "<p>");
	put_html(&out, zh);
	buf_text(&out, "</p>\n<p lang=\"en\">");
	put_html(&out, why->text);
	buf_text(&out, "</p>\n</html>\n");
	send_page(call, code, &out);
}

int ack_page(struct call *call, struct fault *why)
{
	json_t *answer = NULL;

	if (house_link_show(call->web->gate->house, call->words[0], call_now(call), &answer, why) < 0) {
		say_no(call, fault_status(why->code), why);
		return 0;
	}
	say_target(call, answer);
	json_decref(answer);
	return 0;
}

/* What is refused stands in the answer; <0 only where the house failed. */
static int use_link(struct gate *gate, struct job *job, int64_t now, struct fault *why)
{
	struct fault mine = { 0 };
	int ret = house_link_use(gate->house, call_of(job)->words[0], now, &job->answer, &mine);

	if (ret == 0)
		return 0;
	if (mine.code == FAULT_REFUSED || mine.code == FAULT_ABSENT) {
		job->answer = json_pack("{s:b, s:i, s:s, s:s}", "ok", 0, "code", mine.code, "en", mine.text,
					"zh", mine.zh);
		return 0;
	}
	*why = mine;
	return ret;
}

static void used(struct call *call, json_t *answer)
{
	if (json_is_true(json_object_get(answer, "ok"))) {
		say_target(call, answer);
	} else {
		struct fault mine = { 0 };
		const char *en = member(answer, "en"), *zh = member(answer, "zh");
		const int code = (int)json_integer_value(json_object_get(answer, "code"));

		fault_say(&mine, FAULT_REFUSED, "%s%.0s", "%.0s%s", en ? en : "", zh ? zh : "");
		say_no(call, code ? fault_status(code) : 503, &mine);
	}
	json_decref(answer);
}

int ack_use(struct call *call, struct fault *why)
{
	(void)why;
	call_act(call, use_link, used);
	return 0;
}
