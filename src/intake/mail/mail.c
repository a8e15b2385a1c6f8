#include "intake/mail/mail.h"

#include <gmime/gmime.h>
#include <string.h>
#include <strings.h>

#include "intake/mail/bounce.h"
#include "intake/mail/loop.h"
#include "intake/mail/words.h"

/* Lines that may begin a part. More would be a tree so deep that reading it
 * takes the stack; far more than parts are allowed, since text may hold such
 * lines too. */
enum { TYPE_LINES_MOST = 1024 };

struct reading {
	struct arena *mem;
	struct mail *mail;
	size_t parts, decoded;
	struct fault *why;
};

void mail_start(void) { g_mime_init(); }

/* ---- before anything is taken for it ----------------------------------------- */

static bool type_line(const char *at, const char *end)
{
	static const char name[] = "content-type";

	return (size_t)(end - at) >= sizeof(name) - 1 && !strncasecmp(at, name, sizeof(name) - 1);
}

/* Where the head ends: behind the first empty line. */
static size_t head_len(const char *bytes, size_t len)
{
	for (size_t i = 0; i + 1 < len; i++)
		if (bytes[i] == '\n' &&
		    (bytes[i + 1] == '\n' || (i + 2 < len && bytes[i + 1] == '\r' && bytes[i + 2] == '\n')))
			return i + 1;
	return len;
}

static int measure(const char *bytes, size_t len, struct fault *why)
{
	const char *end = bytes + len;
	size_t types = 0;

	if (len > MAIL_BYTES_MOST)
		return fault_say(why, FAULT_LIMIT, "the message has %zu bytes, at most %d are taken",
				 "邮件 %zu 字节，最多 %d 字节", len, MAIL_BYTES_MOST);
	if (head_len(bytes, len) > MAIL_HEAD_MOST)
		return fault_say(why, FAULT_LIMIT, "the head of the message is longer than %d bytes",
				 "邮件头超过 %d 字节", MAIL_HEAD_MOST);
	for (const char *at = bytes; at && at < end;) {
		types += type_line(at, end);
		at = memchr(at, '\n', (size_t)(end - at));
		at = at ? at + 1 : NULL;
	}
	if (types > TYPE_LINES_MOST)
		return fault_say(why, FAULT_LIMIT, "the message has %zu parts, at most %d are taken",
				 "邮件 %zu 个部分，最多 %d 个", types, MAIL_PARTS_MOST);
	return 0;
}

/* ---- parts --------------------------------------------------------------------- */

/* What was written to a stream in memory; counted against what may be decoded. */
static int take_bytes(struct reading *r, GMimeStream *stream, const char **out, size_t *len)
{
	GByteArray *bytes = g_mime_stream_mem_get_byte_array(GMIME_STREAM_MEM(stream));

	r->decoded += bytes->len;
	if (r->decoded > MAIL_BYTES_MOST)
		return fault_say(r->why, FAULT_LIMIT, "the parts of the message are longer than %d bytes",
				 "邮件各部分合计超过 %d 字节", MAIL_BYTES_MOST);
	*out = arena_copy_bytes(r->mem, bytes->data ? (const void *)bytes->data : "", bytes->len);
	*len = bytes->len;
	return 0;
}

static int decoded(struct reading *r, GMimeObject *object, const char **out, size_t *len)
{
	GMimeStream *stream = g_mime_stream_mem_new();
	GMimeDataWrapper *content =
		GMIME_IS_PART(object) ? g_mime_part_get_content(GMIME_PART(object)) : NULL;
	GMimeMessage *inner = GMIME_IS_MESSAGE_PART(object)
				      ? g_mime_message_part_get_message(GMIME_MESSAGE_PART(object))
				      : NULL;
	int ret;

	if (content)
		g_mime_data_wrapper_write_to_stream(content, stream);
	else if (inner)
		g_mime_object_write_to_stream(GMIME_OBJECT(inner), NULL, stream);
	ret = take_bytes(r, stream, out, len);
	g_object_unref(stream);
	return ret;
}

static bool is_text(GMimeObject *object)
{
	GMimeContentDisposition *how = g_mime_object_get_content_disposition(object);

	return g_mime_content_type_is_type(g_mime_object_get_content_type(object), "text", "plain") &&
	       !(how && !strcasecmp(g_mime_content_disposition_get_disposition(how), "attachment"));
}

static int add_text(struct reading *r, GMimeObject *object)
{
	const char *bytes, *charset = g_mime_object_get_content_type_parameter(object, "charset"), *text;
	const size_t had = strlen(r->mail->text);
	bool cut = false;
	size_t len;
	int ret;

	if ((ret = decoded(r, object, &bytes, &len)) < 0)
		return ret;
	text = words_text(bytes, len, charset, MAIL_TEXT_MOST - had, r->mem, &cut);
	r->mail->shortened |= cut;
	if (*text)
		r->mail->text = had && had + strlen(text) + 1 < MAIL_TEXT_MOST
					? arena_text(r->mem, "%s\n%s", r->mail->text, text)
				: had ? r->mail->text
				      : text;
	return 0;
}

static int add_file(struct reading *r, GMimeObject *object)
{
	GMimeContentType *type = g_mime_object_get_content_type(object);
	struct mail_file *file = &r->mail->files[r->mail->file_count];
	const char *name = GMIME_IS_PART(object) ? g_mime_part_get_filename(GMIME_PART(object)) : NULL;
	const char *bytes;
	char *words;
	int ret;

	if (r->mail->file_count == MAIL_FILES_MOST)
		return fault_say(r->why, FAULT_LIMIT, "the message has more than %d attachments",
				 "邮件附件超过 %d 个", MAIL_FILES_MOST);
	if ((ret = decoded(r, object, &bytes, &file->len)) < 0)
		return ret;
	words = g_mime_content_type_get_mime_type(type);
	file->bytes = bytes;
	file->name = words_line(name, MAIL_LINE_MOST, r->mem);
	file->type = words_line(words, 100, r->mem);
	g_free(words);
	r->mail->file_count++;
	return 0;
}

static int take_part(struct reading *r, GMimeObject *object, int depth);

/* Of the same thing said twice the plain text is enough; the message has both. */
static int take_parts(struct reading *r, GMimeMultipart *parts, int depth)
{
	const bool same = g_mime_content_type_is_type(g_mime_object_get_content_type(GMIME_OBJECT(parts)),
						      "multipart", "alternative");
	const int count = g_mime_multipart_get_count(parts);
	bool plain = false;
	int ret = 0;

	for (int i = 0; same && i < count; i++)
		plain |= is_text(g_mime_multipart_get_part(parts, i));
	for (int i = 0; ret == 0 && i < count; i++) {
		GMimeObject *one = g_mime_multipart_get_part(parts, i);

		if (plain && g_mime_content_type_is_type(g_mime_object_get_content_type(one), "text", "html"))
			r->parts++;
		else
			ret = take_part(r, one, depth + 1);
	}
	return ret;
}

static int take_part(struct reading *r, GMimeObject *object, int depth)
{
	if (depth > MAIL_DEPTH_MOST)
		return fault_say(r->why, FAULT_LIMIT,
				 "parts of the message stand deeper than %d within each other",
				 "邮件各部分嵌套超过 %d 层", MAIL_DEPTH_MOST);
	if (++r->parts > MAIL_PARTS_MOST)
		return fault_say(r->why, FAULT_LIMIT, "the message has more than %d parts",
				 "邮件超过 %d 个部分", MAIL_PARTS_MOST);
	if (GMIME_IS_MULTIPART(object))
		return take_parts(r, GMIME_MULTIPART(object), depth);
	return is_text(object) ? add_text(r, object) : add_file(r, object);
}

/* ---- the message ----------------------------------------------------------------- */

static void take_sender(struct reading *r, GMimeMessage *message)
{
	InternetAddressList *from = g_mime_message_get_from(message);
	InternetAddress *first = from && internet_address_list_length(from)
					 ? internet_address_list_get_address(from, 0)
					 : NULL;

	r->mail->name = words_line(first ? internet_address_get_name(first) : NULL, MAIL_LINE_MOST, r->mem);
	r->mail->sender =
		words_line(first && INTERNET_ADDRESS_IS_MAILBOX(first)
				   ? internet_address_mailbox_get_addr(INTERNET_ADDRESS_MAILBOX(first))
				   : NULL,
			   MAIL_LINE_MOST, r->mem);
}

/* True where nothing more is to be read. */
static bool take_bounce(struct reading *r, GMimeMessage *message)
{
	struct bounce *bounce = arena_take(r->mem, sizeof(*bounce));

	bounce_read(message, r->mem, bounce);
	r->mail->bounce = bounce;
	return bounce->count != 0;
}

static int take_message(struct reading *r, GMimeMessage *message)
{
	GMimeObject *body = g_mime_message_get_mime_part(message);
	const bool bounce = bounce_is(message);
	int ret = loop_ask(message, bounce, r->why);

	if (ret < 0)
		return ret;
	take_sender(r, message);
	r->mail->id = words_line(g_mime_message_get_message_id(message), MAIL_LINE_MOST, r->mem);
	r->mail->subject = words_line(g_mime_message_get_subject(message), MAIL_LINE_MOST, r->mem);
	/* A bounce may come from nobody (RFC 5321, 4.5.5). */
	if (bounce && !*r->mail->sender)
		r->mail->sender = "<>";
	if (bounce && take_bounce(r, message))
		return 0;
	if (!*r->mail->sender)
		return fault_say(r->why, FAULT_INVALID, "the message says no sender", "邮件未写明发件人");
	return body ? take_part(r, body, 1) : 0;
}

static GMimeMessage *parse(const char *bytes, size_t len)
{
	/* What stands in a head without saying its charset. */
	static const char *charsets[] = { "utf-8", "gb18030", "iso-8859-1", NULL };
	GMimeStream *stream = g_mime_stream_mem_new_with_buffer(bytes, len);
	GMimeParser *parser = g_mime_parser_new_with_stream(stream);
	GMimeParserOptions *options = g_mime_parser_options_new();
	GMimeMessage *message;

	g_mime_parser_options_set_fallback_charsets(options, charsets);
	message = g_mime_parser_construct_message(parser, options);
	g_mime_parser_options_free(options);
	g_object_unref(parser);
	g_object_unref(stream);
	return message;
}

int mail_read(const char *bytes, size_t len, struct arena *mem, struct mail *out, struct fault *why)
{
	struct mail mail = { .id = "", .sender = "", .name = "", .subject = "", .text = "" };
	struct reading r = { .mem = mem, .mail = &mail, .why = why };
	GMimeMessage *message;
	int ret;

	if ((ret = measure(bytes, len, why)) < 0)
		return ret;
	mail.files = arena_many(mem, MAIL_FILES_MOST, sizeof(*mail.files));
	if (!(message = parse(bytes, len)))
		return fault_say(why, FAULT_INVALID, "this is no mail message", "不是邮件");
	ret = take_message(&r, message);
	g_object_unref(message);
	if (ret == 0)
		*out = mail;
	return ret;
}
