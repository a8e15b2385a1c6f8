#include <assert.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/stamp.h"
#include "host/clock.h"
#include "host/http/http_private.h"

/*
 * answer -- the head of an answer in bytes.
 */

/* clang-format off */
static const struct {
	int status;
	const char *words;
} statuses[] = {
	{ 200, "OK" },
	{ 201, "Created" },
	{ 202, "Accepted" },
	{ 204, "No Content" },
	{ 303, "See Other" },
	{ 304, "Not Modified" },
	{ 400, "Bad Request" },
	{ 401, "Unauthorized" },
	{ 403, "Forbidden" },
	{ 404, "Not Found" },
	{ 405, "Method Not Allowed" },
	{ 406, "Not Acceptable" },
	{ 408, "Request Timeout" },
	{ 409, "Conflict" },
	{ 410, "Gone" },
	{ 412, "Precondition Failed" },
	{ 413, "Content Too Large" },
	{ 414, "URI Too Long" },
	{ 415, "Unsupported Media Type" },
	{ 417, "Expectation Failed" },
	{ 421, "Misdirected Request" },
	{ 422, "Unprocessable Content" },
	{ 428, "Precondition Required" },
	{ 429, "Too Many Requests" },
	{ 431, "Request Header Fields Too Large" },
	{ 500, "Internal Server Error" },
	{ 501, "Not Implemented" },
	{ 503, "Service Unavailable" },
	{ 505, "HTTP Version Not Supported" },
};

/* Those that say how the answer ends are ours alone. */
static const char *const ours[] = { "date", "content-length", "connection", "transfer-encoding" };
/* clang-format on */

const char *answer_words(int status)
{
	for (size_t i = 0; i < sizeof(statuses) / sizeof(*statuses); i++)
		if (statuses[i].status == status)
			return statuses[i].words;
	return "Other";
}

static bool is_ours(const char *name)
{
	for (size_t i = 0; i < sizeof(ours) / sizeof(*ours); i++)
		if (strcasecmp(name, ours[i]) == 0)
			return true;
	return false;
}

static bool is_value(const char *value)
{
	for (; *value; value++)
		if (((unsigned char)*value < ' ' && *value != '\t') || *value == 0x7f)
			return false;
	return true;
}

/* RFC 9110: "Sun, 06 Nov 1994 08:49:37 GMT"; the same for a second. */
static const char *date_now(void)
{
	static char text[32];
	static int64_t of = -1;
	const time_t now = (time_t)(clock_wall() / STAMP_SECOND);
	struct tm parts;

	if (now != of && gmtime_r(&now, &parts)) {
		static const char days[] = "SunMonTueWedThuFriSat",
				  months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";

		of = now;
		snprintf(text, sizeof(text), "%.3s, %02d %.3s %04d %02d:%02d:%02d GMT",
			 days + 3 * parts.tm_wday, parts.tm_mday, months + 3 * parts.tm_mon,
			 parts.tm_year + 1900, parts.tm_hour, parts.tm_min, parts.tm_sec);
	}
	return text;
}

void answer_head(struct buf *out, int status, const struct http_header *headers, size_t count)
{
	assert(status >= 200 && status <= 599);
	buf_format(out, "HTTP/1.1 %d %s\r\nDate: %s\r\n", status, answer_words(status), date_now());
	for (size_t i = 0; i < count; i++) {
		assert(head_is_token(headers[i].name, strlen(headers[i].name)) && !is_ours(headers[i].name));
		assert(is_value(headers[i].value));
		buf_text(out, headers[i].name);
		buf_text(out, ": ");
		buf_text(out, headers[i].value);
		buf_text(out, "\r\n");
	}
}

void answer_refusal(struct connection *connection, int status, const char *what)
{
	static const struct http_header plain[] = { { "Content-Type", "text/plain; charset=utf-8" },
						    { "Cache-Control", "no-store" } };
	const struct http_exchange *exchange = connection->exchange;
	const bool bare = exchange && strcmp(exchange->head.request.method, "HEAD") == 0;
	struct buf head = { 0 }, body = { 0 };

	buf_format(&body, "%d %s: %s\n", status, answer_words(status), what);
	answer_head(&head, status, plain, 2);
	buf_format(&head, "Content-Length: %zu\r\nConnection: close\r\n\r\n", body.len);
	if (!bare)
		buf_put(&head, body.data, body.len);
	output_say(connection, head.data, head.len);
	buf_fini(&head);
	buf_fini(&body);
	output_flush(connection);
}
