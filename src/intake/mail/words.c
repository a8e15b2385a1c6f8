#include "intake/mail/words.h"

#include <errno.h>
#include <iconv.h>
#include <string.h>
#include <strings.h>

#include "base/buf.h"
#include "base/utf8.h"

/* What is called GB2312 or GBK is often more than that; GB18030 holds both. */
static const char *known_charset(const char *charset)
{
	static const char *const chinese[] = { "gb2312", "gb_2312-80", "gbk",    "cp936",
					       "x-gbk",  "euc-cn",     "gb18030" };
	static const char good[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.:-";

	if (!charset || !*charset || strlen(charset) > 40 || charset[strspn(charset, good)])
		return NULL;
	for (size_t i = 0; i < sizeof(chinese) / sizeof(*chinese); i++)
		if (!strcasecmp(charset, chinese[i]))
			return "GB18030";
	return charset;
}

/* What is wrong within it becomes U+FFFD where `lenient`, else it is not in this
 * charset. A character that is cut off at the end is left out. */
static bool convert(const char *bytes, size_t len, const char *charset, bool lenient, struct buf *out)
{
	iconv_t into = iconv_open("UTF-8", charset);
	char room[4096], *from = (char *)bytes;
	bool good = into != (iconv_t)-1;

	while (good && len) {
		char *to = room;
		size_t left = sizeof(room), got = iconv(into, &from, &len, &to, &left);

		buf_put(out, room, (size_t)(to - room));
		if (got != (size_t)-1 || errno == E2BIG)
			continue;
		if (errno == EINVAL)
			break;
		if ((good = lenient)) {
			buf_text(out, "\xef\xbf\xbd");
			from++;
			len--;
		}
	}
	if (into != (iconv_t)-1)
		iconv_close(into);
	return good;
}

static void to_utf8(const char *bytes, size_t len, const char *charset, struct buf *out)
{
	const char *const guesses[] = { known_charset(charset), "UTF-8", "GB18030" };

	for (size_t i = 0; i < 3; i++) {
		if (guesses[i] && convert(bytes, len, guesses[i], false, out))
			return;
		buf_clear(out);
	}
	/* A few wrong bytes do not make a text of another charset. */
	if (guesses[0] && convert(bytes, len, guesses[0], true, out))
		return;
	buf_clear(out);
	convert(bytes, len, "ISO-8859-1", true, out);
}

/* The marks that turn the direction of writing go too. */
static bool shown(uint32_t c)
{
	return c == '\n' || c == '\t' || (c >= 0x20 && c < 0x7f) ||
	       (c >= 0xa0 && !(c >= 0x200b && c <= 0x200f) && !(c >= 0x202a && c <= 0x202e) &&
		!(c >= 0x2060 && c <= 0x2069) && c != 0xfeff && !(c >= 0xfff9 && c <= 0xfffb));
}

static const char *clean(const struct buf *text, size_t most, struct arena *mem, bool *cut)
{
	const char *at = text->data ? text->data : "", *end = at + text->len, *kept;
	struct buf out = { 0 };
	bool more = false;

	while (at < end && !more) {
		uint32_t c = utf8_next(&at, end);
		char bytes[4];
		size_t len;

		if (!shown(c))
			continue;
		len = utf8_put(c, bytes);
		if ((more = out.len + len > most))
			break;
		buf_put(&out, bytes, len);
	}
	while (out.len && strchr(" \n\t", out.data[out.len - 1]))
		out.len--;
	kept = arena_copy_bytes(mem, out.data ? out.data : "", out.len);
	buf_fini(&out);
	if (cut)
		*cut = more;
	return kept;
}

const char *words_text(const char *bytes, size_t len, const char *charset, size_t most, struct arena *mem,
		       bool *cut)
{
	struct buf text = { 0 };
	const char *kept;
	bool fits = len <= 4 * most;

	/* No charset needs more than four bytes for what is one in UTF-8. */
	to_utf8(bytes, fits ? len : 4 * most, charset, &text);
	kept = clean(&text, most, mem, cut);
	buf_fini(&text);
	if (cut && !fits)
		*cut = true;
	return kept;
}

const char *words_line(const char *text, size_t most, struct arena *mem)
{
	char *line = arena_copy(
		mem, words_text(text ? text : "", text ? strlen(text) : 0, "UTF-8", most, mem, NULL));

	for (char *c = line; *c; c++)
		if (*c == '\n' || *c == '\t')
			*c = ' ';
	return line + strspn(line, " ");
}
