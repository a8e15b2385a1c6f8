#include "host/http/reader.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <llhttp.h>

#include "base/arena.h"

struct reader {
	llhttp_t llhttp;
	const char *target; /* inside the bytes that are being read */
	size_t target_len, headers, data;
	bool headed, complete;
};

static int on_target(llhttp_t *llhttp, const char *at, size_t len)
{
	struct reader *reader = llhttp->data;

	if (!reader->target)
		reader->target = at;
	reader->target_len += len;
	return 0;
}

static int on_header(llhttp_t *llhttp)
{
	((struct reader *)llhttp->data)->headers++;
	return 0;
}

static int on_headed(llhttp_t *llhttp)
{
	((struct reader *)llhttp->data)->headed = true;
	return 0;
}

static int on_data(llhttp_t *llhttp, const char *at, size_t len)
{
	(void)at;
	((struct reader *)llhttp->data)->data += len;
	return 0;
}

static int on_complete(llhttp_t *llhttp)
{
	((struct reader *)llhttp->data)->complete = true;
	return 0;
}

static const llhttp_settings_t *settings(void)
{
	static llhttp_settings_t ours;

	if (!ours.on_url) {
		llhttp_settings_init(&ours);
		ours.on_url = on_target;
		ours.on_header_value_complete = on_header;
		ours.on_headers_complete = on_headed;
		ours.on_body = on_data;
		ours.on_message_complete = on_complete;
	}
	return &ours;
}

struct reader *reader_new(void)
{
	struct reader *reader = must_alloc(sizeof(*reader));

	*reader = (struct reader){ 0 };
	llhttp_init(&reader->llhttp, HTTP_REQUEST, settings());
	reader->llhttp.data = reader;
	return reader;
}

void reader_free(struct reader *reader) { free(reader); }

static bool same_length(const struct reader *reader, const struct head *head)
{
	const bool chunked = (reader->llhttp.flags & F_CHUNKED) != 0;

	if (head->request.length < 0)
		return chunked && !reader->complete;
	return !chunked && reader->complete == (head->request.length == 0);
}

bool reader_agrees(struct reader *reader, const char *bytes, size_t len, const struct head *head)
{
	const struct http_request *request = &head->request;

	if (llhttp_execute(&reader->llhttp, bytes, len) != HPE_OK || !reader->headed || reader->data)
		return false;
	return strcmp(llhttp_method_name(reader->llhttp.method), request->method) == 0 &&
	       reader->target_len == strlen(request->target) &&
	       memcmp(reader->target, request->target, reader->target_len) == 0 &&
	       reader->headers == request->header_count && reader->llhttp.http_major == 1 &&
	       reader->llhttp.http_minor == (head->old ? 0 : 1) && same_length(reader, head);
}

bool reader_takes(struct reader *reader, const char *bytes, size_t len, size_t data, bool ends)
{
	reader->data = 0;
	return llhttp_execute(&reader->llhttp, bytes, len) == HPE_OK && reader->data == data &&
	       reader->complete == ends;
}
