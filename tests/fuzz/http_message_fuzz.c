#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <llhttp.h>

#include "base/buf.h"
#include "host/http/message.h"

/* Properties: however the bytes of a connection are cut into reads, the same
 * requests come out of them; and where one is taken, llhttp alone, given the
 * whole, reads the same requests with the same bodies. */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool is_so)
{
	if (!is_so)
		abort();
}

/* All that was read, one request after the other; how far; how it ended. */
struct reading {
	struct buf said;
	size_t requests;
	int status;
	bool last, over; /* a connection ends with such a request */
};

static void note_head(struct message *message, struct reading *out)
{
	struct head head = message_take_head(message);

	buf_format(&out->said, "%s %s %zu\n", head.request.method, head.request.target,
		   head.request.header_count);
	out->last = head.last;
	head_fini(&head);
}

static struct reading read_in_pieces(const struct http_limits *limits, const char *bytes, size_t size,
				     size_t piece)
{
	struct reading out = { 0 };
	struct message message;

	message_init(&message, limits);
	for (size_t from = 0; from < size && !out.status && !out.over; from += piece) {
		size_t left = size - from < piece ? size - from : piece;
		const char *at = bytes + from;
		enum message_event event;

		do {
			event = message_feed(&message, &at, &left);
			if (event == MESSAGE_HEAD)
				note_head(&message, &out);
			else if (event == MESSAGE_PART)
				buf_put(&out.said, message.part, message.part_len);
			else if (event == MESSAGE_WHOLE)
				out.requests++, out.over = out.last;
			else if (event == MESSAGE_BAD)
				out.status = message.status;
		} while (event != MESSAGE_MORE && event != MESSAGE_BAD && !out.over);
		must(message.raw.len <= limits->head_bytes);
	}
	message_fini(&message);
	return out;
}

/* ---- llhttp alone ------------------------------------------------------------- */

struct other {
	struct buf said, target;
	size_t requests, headers, wanted;
};

static int on_target(llhttp_t *llhttp, const char *at, size_t len)
{
	buf_put(&((struct other *)llhttp->data)->target, at, len);
	return 0;
}

static int on_header(llhttp_t *llhttp)
{
	((struct other *)llhttp->data)->headers++;
	return 0;
}

static int on_head(llhttp_t *llhttp)
{
	struct other *other = llhttp->data;

	buf_format(&other->said, "%s %s %zu\n", llhttp_method_name(llhttp->method), other->target.data,
		   other->headers);
	buf_clear(&other->target);
	other->headers = 0;
	return 0;
}

static int on_body(llhttp_t *llhttp, const char *at, size_t len)
{
	buf_put(&((struct other *)llhttp->data)->said, at, len);
	return 0;
}

/* No further than what was taken by ours. */
static int on_complete(llhttp_t *llhttp)
{
	struct other *other = llhttp->data;

	return ++other->requests == other->wanted ? HPE_PAUSED : 0;
}

static void compare(const char *bytes, size_t size, const struct reading *ours)
{
	struct other other = { .wanted = ours->requests };
	llhttp_settings_t settings;
	llhttp_t llhttp;

	llhttp_settings_init(&settings);
	settings.on_url = on_target;
	settings.on_header_value_complete = on_header;
	settings.on_headers_complete = on_head;
	settings.on_body = on_body;
	settings.on_message_complete = on_complete;
	llhttp_init(&llhttp, HTTP_REQUEST, &settings);
	llhttp.data = &other;
	if (ours->requests) {
		llhttp_execute(&llhttp, bytes, size);
		must(other.requests == ours->requests);
		must(other.said.len <= ours->said.len &&
		     memcmp(other.said.data, ours->said.data, other.said.len) == 0);
	}
	buf_fini(&other.said);
	buf_fini(&other.target);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *bytes = (const char *)data + 1;
	struct http_limits limits = http_limits_usual();
	struct reading whole, pieces;

	if (size < 2)
		return 0;
	limits.head_bytes = 512;
	limits.target_bytes = 128;
	limits.headers = 8;
	whole = read_in_pieces(&limits, bytes, size - 1, size);
	pieces = read_in_pieces(&limits, bytes, size - 1, data[0] % 16 + 1);
	must(whole.requests == pieces.requests && whole.status == pieces.status);
	must(whole.said.len == pieces.said.len &&
	     (!whole.said.len || memcmp(whole.said.data, pieces.said.data, whole.said.len) == 0));
	compare(bytes, size - 1, &whole);
	buf_fini(&whole.said);
	buf_fini(&pieces.said);
	return 0;
}
