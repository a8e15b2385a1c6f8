#include "intake/mail/bounce.h"

#include <gmime/gmime.h>
#include <string.h>
#include <strings.h>

#include "intake/mail/mail.h"
#include "intake/mail/words.h"

/* ---- fields as RFC 822 writes them: name, colon, value, lines that begin with a blank go on ------------ */

struct field {
	const char *name, *value;
	size_t name_len, value_len; /* the value with its line ends in it */
};

static const char *line_end(const char *at, const char *end)
{
	const char *nl = memchr(at, '\n', (size_t)(end - at));

	return nl ? nl + 1 : end;
}

static bool empty_line(const char *at, const char *end)
{
	return at < end && (*at == '\n' || (*at == '\r' && at + 1 < end && at[1] == '\n'));
}

/* The next field; false at an empty line or the end. A line that is no field has no name. */
static bool next_field(const char **at, const char *end, struct field *out)
{
	const char *first = line_end(*at, end), *colon;

	if (*at >= end || empty_line(*at, end))
		return false;
	*out = (struct field){ .name = *at };
	colon = memchr(*at, ':', (size_t)(first - *at));
	while (first < end && (*first == ' ' || *first == '\t'))
		first = line_end(first, end);
	if (colon) {
		out->name_len = (size_t)(colon - *at);
		out->value = colon + 1;
		out->value_len = (size_t)(first - out->value);
	}
	*at = first;
	return true;
}

static bool named(const struct field *field, const char *name)
{
	return field->name_len == strlen(name) && !strncasecmp(field->name, name, field->name_len);
}

/* One line of clean text, blanks for what was folded. */
static const char *value_of(const struct field *field, size_t most, struct arena *mem)
{
	const char *text = words_line(arena_copy_bytes(mem, field->value, field->value_len), most, mem);
	size_t len;
	char *cut;

	text += strspn(text, " ");
	for (len = strlen(text); len && text[len - 1] == ' ';)
		len--;
	cut = arena_copy_bytes(mem, text, len);
	return cut;
}

/* What stands behind the type: "rfc822; a@b" or "smtp; 550 no". */
static const char *behind_type(const char *value)
{
	const char *semicolon = strchr(value, ';');

	if (!semicolon)
		return value;
	return semicolon + 1 + strspn(semicolon + 1, " ");
}

static const char *address_of(const struct field *field, struct arena *mem)
{
	const char *address = behind_type(value_of(field, MAIL_LINE_MOST, mem));
	const size_t len = strlen(address);

	/* Some write it as in a head. */
	if (len > 2 && address[0] == '<' && address[len - 1] == '>')
		return arena_copy_bytes(mem, address + 1, len - 2);
	return address;
}

/* ---- one group of fields: one recipient -------------------------------------------------------------- */

static bool read_action(const char *word, enum bounce_action *out)
{
	static const struct {
		const char *word;
		enum bounce_action action;
	} actions[] = {
		{ "failed", BOUNCE_FAILED },       { "delayed", BOUNCE_DELAYED },
		{ "delivered", BOUNCE_DELIVERED }, { "relayed", BOUNCE_DELIVERED },
		{ "expanded", BOUNCE_DELIVERED },
	};

	for (size_t i = 0; i < sizeof(actions) / sizeof(*actions); i++) {
		const size_t len = strlen(actions[i].word);

		/* A comment may follow. */
		if (!strncasecmp(word, actions[i].word, len) && (!word[len] || strchr(" (;", word[len]))) {
			*out = actions[i].action;
			return true;
		}
	}
	return false;
}

/* Class, subject, detail, at most three digits each. */
static bool read_status(const char *text, char out[static 16])
{
	size_t parts = 1, digits = 0, used = 0;

	for (; *text && !strchr(" (", *text); text++) {
		if (*text == '.' && digits && parts < 3) {
			parts++;
			digits = 0;
		} else if (*text >= '0' && *text <= '9' && digits < 3) {
			digits++;
		} else {
			return false;
		}
		out[used++] = *text;
	}
	out[used] = '\0';
	return parts == 3 && digits;
}

/* What failed is refused (5) or was tried in vain until it was too old (4); what is delayed is 4. */
static bool fits(const struct bounce_recipient *one)
{
	const char class = one->status[0];

	if (one->status[1] != '.')
		return false;
	return one->action == BOUNCE_FAILED    ? class == '5' || class == '4'
	       : one->action == BOUNCE_DELAYED ? class == '4'
					       : class == '2';
}

static void read_group(const char **at, const char *end, struct arena *mem, struct bounce *out)
{
	struct bounce_recipient one = { .final = "", .original = "", .words = "" };
	bool action = false, status = false;
	struct field field;

	while (next_field(at, end, &field)) {
		if (named(&field, "Final-Recipient"))
			one.final = address_of(&field, mem);
		else if (named(&field, "Original-Recipient"))
			one.original = address_of(&field, mem);
		else if (named(&field, "Action"))
			action = read_action(value_of(&field, MAIL_LINE_MOST, mem), &one.action);
		else if (named(&field, "Status"))
			status = read_status(value_of(&field, MAIL_LINE_MOST, mem), one.status);
		else if (named(&field, "Diagnostic-Code"))
			one.words = behind_type(value_of(&field, BOUNCE_WORDS, mem));
	}
	if (action && status && fits(&one) && (*one.final || *one.original) &&
	    out->count < BOUNCE_RECIPIENTS_MOST)
		out->recipients[out->count++] = one;
}

void bounce_fields(const char *bytes, size_t len, struct arena *mem, struct bounce *out)
{
	const char *at = bytes, *end = bytes + (len < BOUNCE_BYTES_MOST ? len : BOUNCE_BYTES_MOST);

	out->count = 0;
	/* The first group speaks of the message, but what has an address counts wherever it stands. */
	while (at < end && out->count < BOUNCE_RECIPIENTS_MOST) {
		if (empty_line(at, end))
			at = line_end(at, end);
		else
			read_group(&at, end, mem, out);
	}
}

const char *bounce_returned(const char *bytes, size_t len, struct arena *mem)
{
	const char *at = bytes, *end = bytes + (len < BOUNCE_BYTES_MOST ? len : BOUNCE_BYTES_MOST);
	struct field field;

	while (next_field(&at, end, &field)) {
		const char *id;
		size_t most;

		if (!named(&field, "Message-ID"))
			continue;
		id = value_of(&field, MAIL_LINE_MOST, mem);
		id += *id == '<';
		most = strcspn(id, "> ");
		return arena_copy_bytes(mem, id, most);
	}
	return "";
}

/* ---- the message ---------------------------------------------------------------------------- */

static bool is(GMimeObject *object, const char *type, const char *subtype)
{
	return g_mime_content_type_is_type(g_mime_object_get_content_type(object), type, subtype);
}

static bool by_nobody(GMimeMessage *message)
{
	const char *path = g_mime_object_get_header(GMIME_OBJECT(message), "Return-Path");

	return path && !strncmp(path + strspn(path, " \t\r\n"), "<>", 2);
}

bool bounce_is(GMimeMessage *message)
{
	GMimeObject *body = g_mime_message_get_mime_part(message);
	const char *of = body ? g_mime_object_get_content_type_parameter(body, "report-type") : NULL;
	const char *answer = g_mime_object_get_header(GMIME_OBJECT(message), "Auto-Submitted");

	if (body && is(body, "multipart", "report"))
		return !of || !strcasecmp(of, "delivery-status");
	/* Who is away answers so, too, and says that it is an answer. */
	return by_nobody(message) && !(answer && strstr(answer, "replied"));
}

/* A head, or a status: never more than that is decoded. */
static const char *content_of(GMimeObject *object, struct arena *mem, size_t *len)
{
	GMimeDataWrapper *content =
		GMIME_IS_PART(object) ? g_mime_part_get_content(GMIME_PART(object)) : NULL;
	GMimeStream *stream = g_mime_stream_mem_new();
	const char *bytes = "";
	GByteArray *all;

	if (content)
		g_mime_data_wrapper_write_to_stream(content, stream);
	all = g_mime_stream_mem_get_byte_array(GMIME_STREAM_MEM(stream));
	*len = all->len < BOUNCE_BYTES_MOST ? all->len : BOUNCE_BYTES_MOST;
	if (*len)
		bytes = arena_copy_bytes(mem, all->data, *len);
	g_object_unref(stream);
	return bytes;
}

static void take_part(GMimeObject *part, struct arena *mem, struct bounce *out)
{
	const char *bytes;
	size_t len;

	if (GMIME_IS_MESSAGE_PART(part)) {
		GMimeMessage *inner = g_mime_message_part_get_message(GMIME_MESSAGE_PART(part));

		if (inner && !*out->id)
			out->id = words_line(g_mime_message_get_message_id(inner), MAIL_LINE_MOST, mem);
		return;
	}
	if (!is(part, "message", "*") && !is(part, "text", "rfc822-headers"))
		return;
	bytes = content_of(part, mem, &len);
	if (!out->count &&
	    (is(part, "message", "delivery-status") || is(part, "message", "global-delivery-status")))
		bounce_fields(bytes, len, mem, out);
	else if (!*out->id)
		out->id = bounce_returned(bytes, len, mem);
}

/* Where the form is not known the head that came back often stands in the text. */
static const char *id_in_text(GMimeObject *body, struct arena *mem)
{
	static const char name[] = "\nMessage-ID:";
	const char *bytes;
	size_t len;

	if (!body || !is(body, "text", "plain"))
		return "";
	bytes = content_of(body, mem, &len);
	for (const char *at = bytes; (at = memchr(at, '\n', len - (size_t)(at - bytes))); at++)
		if (len - (size_t)(at - bytes) > sizeof(name) && !strncasecmp(at, name, sizeof(name) - 1))
			return bounce_returned(at + 1, len - (size_t)(at + 1 - bytes), mem);
	return "";
}

void bounce_read(GMimeMessage *message, struct arena *mem, struct bounce *out)
{
	GMimeObject *body = g_mime_message_get_mime_part(message);

	*out = (struct bounce){ .id = "" };
	if (!body || !GMIME_IS_MULTIPART(body)) {
		out->id = id_in_text(body, mem);
		return;
	}
	for (int i = 0; i < g_mime_multipart_get_count(GMIME_MULTIPART(body)) && i < MAIL_PARTS_MOST; i++)
		take_part(g_mime_multipart_get_part(GMIME_MULTIPART(body), i), mem, out);
}
