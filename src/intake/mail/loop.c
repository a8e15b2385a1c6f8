#include "intake/mail/loop.h"

#include <gmime/gmime.h>
#include <stdbool.h>
#include <string.h>
#include <strings.h>

/* clang-format off */
/* A header that is there at all, or that says one of these words. Nobody reports
 * an incident through a list; what a machine answers would be answered again. */
static const struct {
	const char *header;
	const char *words; /* with commas; NULL: whatever it says */
	const char *but;   /* unless it says this */
	bool bounces;      /* bounces say it, too, and are wanted */
	const char *en, *zh;
} signs[] = {
	{ "Auto-Submitted",           NULL,             "no",   true,  "an automatic answer", "自动答复" },
	{ "X-Auto-Response-Suppress", NULL,             "none", true,  "an automatic answer", "自动答复" },
	{ "X-Autoreply",              NULL,             "no",   false, "an automatic answer", "自动答复" },
	{ "X-Loop",                   NULL,             NULL,   false, "a message that went around", "循环邮件" },
	{ "Precedence",               "bulk,junk,list,auto_reply", NULL, true, "bulk mail",   "群发邮件" },
	{ "Return-Path",              "<>",             NULL,   true,  "an automatic answer", "自动答复" },
};
/* clang-format on */

/* Messages of our own bear an id that begins so. */
static const char own_id[] = "fengsui-";

static bool among(const char *words, const char *said)
{
	const size_t len = strlen(said);

	while (*words) {
		const size_t one = strcspn(words, ",");

		if (one == len && !strncasecmp(words, said, len))
			return true;
		words += one + (words[one] == ',');
	}
	return false;
}

/* The first word: what follows are comments and parameters. */
static void first_word(const char *value, char *out, size_t size)
{
	size_t len;

	value += strspn(value, " \t\r\n");
	len = strcspn(value, " \t\r\n;(");
	if (len >= size)
		len = size - 1;
	memcpy(out, value, len);
	out[len] = '\0';
}

static int by_list(GMimeMessage *message, struct fault *why)
{
	GMimeHeaderList *headers = g_mime_object_get_header_list(GMIME_OBJECT(message));

	for (int i = 0; i < g_mime_header_list_get_count(headers); i++) {
		const char *name = g_mime_header_get_name(g_mime_header_list_get_header_at(headers, i));

		if (name && !strncasecmp(name, "List-", 5))
			return fault_say(why, FAULT_REFUSED, "mail of a list (%.40s)", "邮件列表（%.40s）",
					 name);
	}
	return 0;
}

int loop_ask(GMimeMessage *message, bool bounce, struct fault *why)
{
	GMimeObject *object = GMIME_OBJECT(message);
	GMimeObject *body = g_mime_message_get_mime_part(message);
	const char *id = g_mime_message_get_message_id(message);
	GMimeContentType *type = body ? g_mime_object_get_content_type(body) : NULL;
	char word[64];

	for (size_t i = 0; i < sizeof(signs) / sizeof(*signs); i++) {
		const char *value = g_mime_object_get_header(object, signs[i].header);

		if (!value || (bounce && signs[i].bounces))
			continue;
		first_word(value, word, sizeof(word));
		if ((!signs[i].words && !(signs[i].but && !strcasecmp(word, signs[i].but))) ||
		    (signs[i].words && among(signs[i].words, word)))
			return fault_say(why, FAULT_REFUSED, "%s (%s)%.0s", "%.0s%.0s%s", signs[i].en,
					 signs[i].header, signs[i].zh);
	}
	if (id && !strncasecmp(id, own_id, strlen(own_id)))
		return fault_say(why, FAULT_REFUSED, "a message of our own", "本系统发出的邮件");
	if (!bounce && type && g_mime_content_type_is_type(type, "multipart", "report"))
		return fault_say(why, FAULT_REFUSED, "a receipt", "回执");
	return by_list(message, why);
}
