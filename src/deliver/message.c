#include "deliver/message.h"

#include <stdlib.h>
#include <string.h>

#include "base/stamp.h"
#include "base/utf8.h"
#include "host/file.h"
#include "seal/base64.h"

struct message *message_new(struct channels *channels, const struct channel *channel)
{
	struct arena *mem = arena_new();
	struct message *message = arena_take(mem, sizeof(*message));

	message->mem = mem;
	message->channels = channels_hold(channels);
	message->channel = channel;
	return message;
}

void message_free(struct message *message)
{
	if (!message)
		return;
	channels_release(message->channels);
	arena_free(message->mem);
}

void messages_init(struct messages *messages)
{
	messages->first = NULL;
	messages->last = &messages->first;
}

void messages_put(struct messages *messages, struct message *message)
{
	message->next = NULL;
	*messages->last = message;
	messages->last = &message->next;
}

struct message *messages_take(struct messages *messages)
{
	struct message *message = messages->first;

	if (message && !(messages->first = message->next))
		messages_init(messages);
	return message;
}

void messages_fini(struct messages *messages)
{
	struct message *message;

	while ((message = messages_take(messages)))
		message_free(message);
}

void message_say(struct message *message, const char *text, size_t len)
{
	const char *p = text, *end = text + len;
	size_t used = 0;

	while (p < end && *p != '\n') {
		char bytes[4];
		const uint32_t c = utf8_next(&p, end);
		const size_t wide =
			utf8_put(c < ' ' || c == 0x7f || (c >= 0x80 && c < 0xa0) ? ' ' : c, bytes);

		if (used + wide >= MESSAGE_WORDS)
			break;
		memcpy(message->words + used, bytes, wide);
		used += wide;
	}
	while (used && message->words[used - 1] == ' ')
		used--;
	message->words[used] = '\0';
}

struct message_lines message_lines(const char *text)
{
	struct message_lines lines = { .subject = text };

	lines.subject_len = strcspn(text, "\r\n");
	lines.rest = text + lines.subject_len;
	lines.rest += strspn(lines.rest, "\r\n");
	return lines;
}

/* ---- JSON --------------------------------------------------------------------- */

static void member(struct buf *out, const char *name, const char *value)
{
	buf_format(out, ",\"%s\":", name);
	buf_json_string(out, value, strlen(value));
}

static void both(struct buf *out, const char *name, const char *zh, size_t zh_len, const char *en,
		 size_t en_len)
{
	buf_format(out, ",\"%s\":{\"zh\":", name);
	buf_json_string(out, zh, zh_len);
	buf_text(out, ",\"en\":");
	buf_json_string(out, en, en_len);
	buf_char(out, '}');
}

static int put_file(const struct message_file *file, struct arena *mem, struct buf *out, struct fault *why)
{
	char *bytes, *coded;
	size_t len;
	int ret = file_read(file->path, MESSAGE_BYTES_MOST, mem, &bytes, &len, why);

	if (ret < 0)
		return ret;
	coded = arena_take(mem, BASE64_LEN(len) + 1);
	base64_write(bytes, len, coded);
	buf_text(out, "{\"name\":");
	buf_json_string(out, file->name, strlen(file->name));
	member(out, "type", file->type);
	member(out, "sha256", file->digest);
	member(out, "base64", coded);
	buf_char(out, '}');
	return out->len > MESSAGE_BYTES_MOST
		       ? fault_say(why, FAULT_LIMIT, "the message is longer than %d MiB", "消息超过 %d MiB",
				   MESSAGE_BYTES_MOST >> 20)
		       : 0;
}

int message_json(const struct message *message, struct buf *out, struct fault *why)
{
	const struct message_lines zh = message_lines(message->zh), en = message_lines(message->en);
	SCOPED(arena_drop) struct arena *mem = arena_new();
	char at[STAMP_LEN];
	int ret = 0;

	stamp_format(message->at, at);
	buf_text(out, "{\"key\":");
	buf_json_string(out, message->key, strlen(message->key));
	member(out, "at", at);
	member(out, "channel", message->channel->name);
	member(out, "recipient", message->recipient);
	if (message->channel->kind == CHANNEL_COMMAND)
		member(out, "address", message->address);
	member(out, "about", message->about);
	both(out, "subject", zh.subject, zh.subject_len, en.subject, en.subject_len);
	both(out, "text", message->zh, strlen(message->zh), message->en, strlen(message->en));
	if (message->link)
		member(out, "link", message->link);
	buf_text(out, ",\"files\":[");
	for (size_t i = 0; ret == 0 && i < message->file_count; i++) {
		buf_text(out, i ? "," : "");
		ret = put_file(&message->files[i], mem, out, why);
	}
	buf_text(out, "]}");
	return ret;
}
