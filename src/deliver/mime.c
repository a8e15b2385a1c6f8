#include <string.h>
#include <time.h>

#include "base/stamp.h"
#include "base/utf8.h"
#include "deliver/mailbox_name.h"
#include "deliver/message.h"
#include "host/file.h"
#include "seal/base64.h"

/*
 * A letter as mail. Everything that is not ours to word goes in base64, in heads as
 * encoded words (RFC 2047): no byte of it can end a line, begin a field or end the
 * message, whatever it holds.
 */
enum { WORD_BYTES = 42, LINE_BYTES = 57, SUBJECT_MOST = 240 };

/* At most `most` bytes, without half a character and without controls. */
static const char *cleaned(struct arena *mem, const char *text, size_t len, size_t most)
{
	char *out = arena_take(mem, len * 3 + 4);
	const char *p = text, *end = text + len;
	size_t used = 0;

	while (p < end) {
		char bytes[4];
		const uint32_t c = utf8_next(&p, end);
		const size_t wide =
			utf8_put(c < ' ' || c == 0x7f || (c >= 0x80 && c < 0xa0) ? ' ' : c, bytes);

		if (used + wide > most)
			break;
		memcpy(out + used, bytes, wide);
		used += wide;
	}
	out[used] = '\0';
	return out;
}

/* How many bytes of whole characters fit into one encoded word. */
static size_t word_of(const char *text)
{
	const char *p = text, *end = text + strlen(text);
	size_t len = 0;

	while (p < end) {
		utf8_next(&p, end);
		if ((size_t)(p - text) > WORD_BYTES)
			break;
		len = (size_t)(p - text);
	}
	return len;
}

static void put_words(struct buf *out, const char *text)
{
	char coded[BASE64_LEN(WORD_BYTES) + 1];
	size_t len;

	for (const char *p = text; *p; p += len) {
		len = word_of(p);
		base64_write(p, len, coded);
		buf_format(out, "%s=?UTF-8?B?%s?=", p == text ? "" : "\r\n ", coded);
	}
}

static void put_base64(struct buf *out, const char *bytes, size_t len)
{
	char coded[BASE64_LEN(LINE_BYTES) + 1];

	for (size_t at = 0; at < len; at += LINE_BYTES) {
		const size_t part = len - at < LINE_BYTES ? len - at : LINE_BYTES;

		base64_write(bytes + at, part, coded);
		buf_text(out, coded);
		buf_text(out, "\r\n");
	}
}

static void put_date(struct buf *out, int64_t at)
{
	static const char days[] = "SunMonTueWedThuFriSat", months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
	const struct civil c = stamp_civil(at);

	buf_format(out, "Date: %.3s, %02d %.3s %04d %02d:%02d:%02d +0000\r\n", days + 3 * c.weekday, c.day,
		   months + 3 * (c.month - 1), c.year, c.hour, c.minute, c.second);
}

static void put_head(const struct message *m, struct arena *mem, struct buf *out)
{
	const struct message_lines zh = message_lines(m->zh), en = message_lines(m->en);
	const char *subject = arena_text(mem, "%.*s / %.*s", (int)zh.subject_len, zh.subject,
					 (int)en.subject_len, en.subject);
	const char *words = mailbox_words(m->channel->from, mem), *from = m->channel->from_address;

	buf_text(out, "From: ");
	put_words(out, words);
	buf_format(out, "%s<%s>\r\nTo: <%s>\r\nSubject: ", *words ? " " : "", from, m->address);
	put_words(out, cleaned(mem, subject, strlen(subject), SUBJECT_MOST));
	buf_text(out, "\r\n");
	put_date(out, m->at);
	/* The same for every try: who has it already drops the repeat. */
	buf_format(out, "Message-ID: <%s%s>\r\n", m->key, strrchr(from, '@'));
	buf_text(out,
		 "Auto-Submitted: auto-generated\r\nX-Auto-Response-Suppress: All\r\nMIME-Version: 1.0\r\n");
}

static void put_text(const struct message *m, struct buf *out)
{
	struct buf text = { 0 };

	buf_format(&text, "%s\n", m->zh);
	if (m->link)
		buf_format(&text, "请打开以下链接确认收到：\n%s\n", m->link);
	buf_format(&text, "\n————————\n\n%s\n", m->en);
	if (m->link)
		buf_format(&text, "To acknowledge, open this link:\n%s\n", m->link);
	buf_format(&text, "\n[%s]\n", m->key);
	buf_text(out, "Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n");
	put_base64(out, text.data, text.len);
	buf_fini(&text);
}

/* RFC 2231, so that a name may be in any script; a type that is none is bytes. */
static void put_name(struct buf *out, const char *name)
{
	buf_text(out, "Content-Disposition: attachment; filename*=UTF-8''");
	buf_percent(out, name, ".-_");
	buf_text(out, "\r\n");
}

static const char *type_of(const char *type)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.+-/";

	return *type && strchr(type, '/') && !type[strspn(type, letters)] ? type : "application/octet-stream";
}

static int put_file(const struct message_file *file, struct arena *mem, struct buf *out, struct fault *why)
{
	char *bytes;
	size_t len;
	int ret = file_read(file->path, MESSAGE_BYTES_MOST, mem, &bytes, &len, why);

	if (ret < 0)
		return ret;
	buf_format(out, "Content-Type: %s\r\nContent-Transfer-Encoding: base64\r\n", type_of(file->type));
	put_name(out, cleaned(mem, file->name, strlen(file->name), 120));
	buf_text(out, "\r\n");
	put_base64(out, bytes, len);
	return out->len > 2 * MESSAGE_BYTES_MOST
		       ? fault_say(why, FAULT_LIMIT, "the message is longer than %d MiB", "消息超过 %d MiB",
				   MESSAGE_BYTES_MOST >> 20)
		       : 0;
}

int message_mail(const struct message *message, struct buf *out, struct fault *why)
{
	SCOPED(arena_drop) struct arena *mem = arena_new();
	int ret = 0;

	put_head(message, mem, out);
	if (!message->file_count) {
		put_text(message, out);
		return 0;
	}
	/* Base64 has no '-': no part can hold the boundary. */
	buf_format(out, "Content-Type: multipart/mixed; boundary=\"--%s--\"\r\n\r\n----%s--\r\n",
		   message->key, message->key);
	put_text(message, out);
	for (size_t i = 0; ret == 0 && i < message->file_count; i++) {
		buf_format(out, "----%s--\r\n", message->key);
		ret = put_file(&message->files[i], mem, out, why);
	}
	buf_format(out, "----%s----\r\n", message->key);
	return ret;
}
