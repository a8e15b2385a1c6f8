#include <string.h>

#include "ctl/remote/remote_private.h"

/*
 * route -- an operation of the socket as a request by address (docs/api/http.md).
 */
enum { KEY_MOST = 128 };

static const char *text_of(const json_t *thing, const char *name)
{
	return json_string_value(json_object_get(thing, name));
}

static const char *kept(struct ctl *ctl, struct buf *text)
{
	const char *copy = arena_copy_bytes(ctl->mem, text->data, text->len);

	buf_fini(text);
	return copy;
}

/* The kind need not be said over the socket; here it is the word that was typed. */
static const char *record_path(struct ctl *ctl, const json_t *request, const char *more)
{
	const char *kind = text_of(request, "kind"), *ref = text_of(request, "ref");
	struct buf path = { 0 };

	if (!kind)
		kind = ctl->typed.word_count ? ctl->typed.words[0] : "";
	buf_text(&path, "/api/v1/");
	url_encode(&path, kind);
	if (ref) {
		buf_char(&path, '/');
		url_encode(&path, ref + (*ref == '#'));
	}
	if (more) {
		buf_char(&path, '/');
		url_encode(&path, more);
	}
	return kept(ctl, &path);
}

static void put_space(const json_t *request, json_t *body)
{
	if (json_integer_value(json_object_get(request, "space")) == 2)
		json_object_set_new(body, "space", json_string("drill"));
}

/* ---- moves --------------------------------------------------------------------- */

/* A header is one line of plain text. */
static int check_key(const char *key, struct fault *why)
{
	const char *c = key;

	while (*c > ' ' && *c < 0x7f)
		c++;
	if (*c || c == key || c - key > KEY_MOST)
		return fault_say(why, FAULT_INVALID, "--key has 1 to %d letters, digits or signs, no blanks",
				 "--key 为 1 至 %d 个字母、数字或符号，不含空格", KEY_MOST);
	return 0;
}

static int do_route(struct ctl *ctl, const json_t *request, struct trip *out, json_t **body,
		    struct fault *why)
{
	static const char *const members[] = { "input", "occurred" };
	const char *move = text_of(request, "move"), *key = text_of(request, "key");
	const json_t *seen = json_object_get(request, "seen");
	size_t count = 0;

	if (!key)
		key = ctl->typed.key;
	if (check_key(key, why) < 0)
		return -why->code;
	*body = json_object();
	for (size_t i = 0; i < 2; i++)
		if (json_object_get(request, members[i]))
			json_object_set(*body, members[i], json_object_get(request, members[i]));
	put_space(request, *body);
	out->method = "POST";
	out->path = record_path(ctl, request, text_of(request, "ref") ? move : NULL);
	out->headers[count++] = arena_text(ctl->mem, "Idempotency-Key: %s", key);
	out->keyed = true;
	if (seen)
		out->headers[count] =
			arena_text(ctl->mem, "If-Match: \"%lld\"", (long long)json_integer_value(seen));
	return 0;
}

static int withdraw_route(struct ctl *ctl, const json_t *request, struct trip *out, json_t **body,
			  struct fault *why)
{
	(void)body, (void)why;
	out->method = "DELETE";
	out->path = arena_text(ctl->mem, "/api/v1/proposals/%lld",
			       (long long)json_integer_value(json_object_get(request, "proposal")));
	return 0;
}

/* ---- reading ---------------------------------------------------------------------- */

static void put_query(struct buf *path, const char *name, const char *value)
{
	if (!value)
		return;
	buf_format(path, "%c%s=", strchr(path->data, '?') ? '&' : '?', name);
	url_encode(path, value);
}

static int list_route(struct ctl *ctl, const json_t *request, struct trip *out, json_t **body,
		      struct fault *why)
{
	const json_t *limit = json_object_get(request, "limit");
	struct buf path = { 0 };

	(void)body, (void)why;
	buf_text(&path, record_path(ctl, request, NULL));
	put_query(&path, "where", text_of(request, "where"));
	put_query(&path, "after", text_of(request, "after"));
	put_query(&path, "order", text_of(request, "order"));
	put_query(&path, "limit",
		  json_is_integer(limit) ? arena_text(ctl->mem, "%lld", (long long)json_integer_value(limit))
					 : json_string_value(limit));
	put_query(&path, "space",
		  json_integer_value(json_object_get(request, "space")) == 2 ? "drill" : NULL);
	out->path = kept(ctl, &path);
	return 0;
}

static int show_route(struct ctl *ctl, const json_t *request, struct trip *out, json_t **body,
		      struct fault *why)
{
	struct buf path = { 0 };

	(void)body, (void)why;
	buf_text(&path, record_path(ctl, request, NULL));
	put_query(&path, "with", text_of(request, "with"));
	out->path = kept(ctl, &path);
	return 0;
}

static int quarantine_route(struct ctl *ctl, const json_t *request, struct trip *out, json_t **body,
			    struct fault *why)
{
	const json_t *limit = json_object_get(request, "limit");
	struct buf path = { 0 };

	(void)body, (void)why;
	buf_text(&path, "/api/v1/quarantine");
	put_query(&path, "source", text_of(request, "source"));
	put_query(&path, "limit",
		  limit ? arena_text(ctl->mem, "%lld", (long long)json_integer_value(limit)) : NULL);
	out->path = kept(ctl, &path);
	return 0;
}

static int deadlines_route(struct ctl *ctl, const json_t *request, struct trip *out, json_t **body,
			   struct fault *why)
{
	const json_t *limit = json_object_get(request, "limit");
	struct buf path = { 0 };

	(void)body, (void)why;
	buf_text(&path, "/api/v1/deadlines");
	put_query(&path, "state", text_of(request, "state"));
	put_query(&path, "limit",
		  limit ? arena_text(ctl->mem, "%lld", (long long)json_integer_value(limit)) : NULL);
	put_query(&path, "space",
		  json_integer_value(json_object_get(request, "space")) == 2 ? "drill" : NULL);
	out->path = kept(ctl, &path);
	return 0;
}

static int messages_route(struct ctl *ctl, const json_t *request, struct trip *out, json_t **body,
			  struct fault *why)
{
	const json_t *limit = json_object_get(request, "limit");
	struct buf path = { 0 };

	(void)body, (void)why;
	buf_text(&path, "/api/v1/messages");
	put_query(&path, "ref", text_of(request, "ref"));
	put_query(&path, "limit",
		  limit ? arena_text(ctl->mem, "%lld", (long long)json_integer_value(limit)) : NULL);
	out->path = kept(ctl, &path);
	return 0;
}

static int message_route(struct ctl *ctl, const json_t *request, struct trip *out, json_t **body,
			 struct fault *why)
{
	const char *digest = text_of(request, "digest");

	(void)body, (void)why;
	out->path = arena_text(ctl->mem, "/api/v1/messages/%lld%s%s",
			       (long long)json_integer_value(json_object_get(request, "message")),
			       digest ? "/attachments/" : "", digest ? digest : "");
	out->gives_bytes = digest != NULL;
	return 0;
}

static int calls_route(struct ctl *ctl, const json_t *request, struct trip *out, json_t **body,
		       struct fault *why)
{
	struct buf path = { 0 };

	(void)body, (void)why;
	buf_text(&path, "/api/v1/warning/");
	url_encode(&path, text_of(request, "ref"));
	buf_text(&path, "/calls");
	out->path = kept(ctl, &path);
	return 0;
}

static int channel_route(struct ctl *ctl, const json_t *request, struct trip *out, json_t **body,
			 struct fault *why)
{
	const char *act = text_of(request, "act");
	struct buf path = { 0 };

	(void)why;
	out->method = "POST";
	*body = json_object();
	if (!strcmp(act, "retry")) {
		buf_format(&path, "/api/v1/messages/%lld/retry",
			   (long long)json_integer_value(json_object_get(request, "message")));
	} else {
		buf_text(&path, "/api/v1/channels/");
		if (text_of(request, "channel")) {
			url_encode(&path, text_of(request, "channel"));
			buf_char(&path, '/');
		}
		buf_text(&path, act);
	}
	if (text_of(request, "reason"))
		json_object_set(*body, "reason", json_object_get(request, "reason"));
	out->path = kept(ctl, &path);
	return 0;
}

static int history_route(struct ctl *ctl, const json_t *request, struct trip *out, json_t **body,
			 struct fault *why)
{
	(void)body, (void)why;
	out->path = record_path(ctl, request, "history");
	return 0;
}

/* ---- the house itself -------------------------------------------------------------- */

static int checkpoint_route(struct ctl *ctl, const json_t *request, struct trip *out, json_t **body,
			    struct fault *why)
{
	(void)ctl, (void)why;
	out->method = "POST";
	*body = json_object();
	put_space(request, *body);
	return 0;
}

static int tick_route(struct ctl *ctl, const json_t *request, struct trip *out, json_t **body,
		      struct fault *why)
{
	(void)ctl, (void)why;
	out->method = "POST";
	*body = json_object();
	if (json_object_get(request, "at"))
		json_object_set(*body, "at", json_object_get(request, "at"));
	return 0;
}

static int document_route(struct ctl *ctl, const json_t *request, struct trip *out, json_t **body,
			  struct fault *why)
{
	const char *ref = text_of(request, "ref"), *template = text_of(request, "template");
	struct buf path = { 0 };

	(void)body, (void)why;
	ref += *ref == '#';
	if (!template) {
		buf_text(&path, "/api/v1/documents");
		put_query(&path, "ref", ref);
	} else {
		buf_text(&path, "/api/v1/document/");
		url_encode(&path, ref);
		buf_char(&path, '/');
		url_encode(&path, arena_text(ctl->mem, "%s.%s", template, text_of(request, "format")));
		put_query(&path, "lang", text_of(request, "lang"));
		out->gives_bytes = true;
	}
	out->path = kept(ctl, &path);
	return 0;
}

/* clang-format off */
static const struct {
	const char *op, *path;
	int (*fill)(struct ctl *ctl, const json_t *request, struct trip *out, json_t **body, struct fault *why);
} routes[] = {
	{ "do",         NULL,                 do_route },
	{ "withdraw",   NULL,                 withdraw_route },
	{ "list",       NULL,                 list_route },
	{ "show",       NULL,                 show_route },
	{ "history",    NULL,                 history_route },
	{ "catalogue",  "/api/v1/catalogue",  NULL },
	{ "status",     "/api/v1/status",     NULL },
	{ "quarantine", "/api/v1/quarantine", quarantine_route },
	{ "deadlines",  "/api/v1/deadlines",  deadlines_route },
	{ "whoami",     "/api/v1/session",    NULL },
	{ "messages",   "/api/v1/messages",   messages_route },
	{ "message",    "/api/v1/messages",   message_route },
	{ "calls",      "/api/v1/warning",    calls_route },
	{ "channels",   "/api/v1/channels",   NULL },
	{ "channel",    "/api/v1/channels",   channel_route },
	{ "checkpoint", "/api/v1/checkpoint", checkpoint_route },
	{ "tick",       "/api/v1/time",       tick_route },
	{ "document",   NULL,                 document_route },
};
/* clang-format on */

int route_of(struct ctl *ctl, const json_t *request, struct trip *out, json_t **body, struct fault *why)
{
	const char *op = text_of(request, "op");

	*body = NULL;
	for (size_t i = 0; i < sizeof(routes) / sizeof(*routes); i++) {
		if (strcmp(routes[i].op, op))
			continue;
		*out = (struct trip){ .method = "GET", .path = routes[i].path };
		if (routes[i].fill && routes[i].fill(ctl, request, out, body, why) < 0)
			return -why->code;
		out->body = *body;
		return 0;
	}
	return fault_say(why, FAULT_REFUSED, "'%s' goes on the machine itself alone", "“%s”只能在本机办理",
			 op);
}
