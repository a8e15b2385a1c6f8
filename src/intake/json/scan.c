#include "intake/json/scan.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#ifdef __SSE2__
#include <emmintrin.h>
#endif

#include "base/utf8.h"

const char scan_escapes[256] = {
	['"'] = '"',  ['\\'] = '\\', ['/'] = '/',  ['b'] = '\b',
	['f'] = '\f', ['n'] = '\n',  ['r'] = '\r', ['t'] = '\t',
};

/* clang-format off */
static const struct {
	const char *en, *zh;
} reasons[] = {
	{ "this is no number",                    "不是数字" },
	{ "a value is expected",                  "此处应为一个值" },
	{ "',' or ']' is expected",               "此处应为“,”或“]”" },
	{ "',' or '}' is expected",               "此处应为“,”或“}”" },
	{ "':' is expected",                      "此处应为“:”" },
	{ "the line ends too early",              "行过早结束" },
	{ "an object is expected",                "应为一个对象" },
	{ "nothing may follow the object",        "对象之后不应再有内容" },
	{ "a \\u escape wants four digits",       "\\u 转义应有四位十六进制数字" },
	{ "there is no such escape",              "没有此种转义" },
	{ "a string in quotes is expected",       "应为带引号的字符串" },
	{ "a control character must be escaped",  "控制字符须转义" },
	{ "the string does not end",              "字符串没有结束" },
};
/* clang-format on */

static const char *in_chinese(const char *reason)
{
	for (size_t i = 0; i < sizeof(reasons) / sizeof(*reasons); i++)
		if (!strcmp(reasons[i].en, reason))
			return reasons[i].zh;
	return reason;
}

int scan_bad(struct scan *s, const char *what)
{
	return fault_say(s->why, FAULT_INVALID, "byte %zu: %s%.0s", "第 %zu 字节：%.0s%s",
			 (size_t)(s->at - s->from) + 1, what, in_chinese(what));
}

int scan_full(struct scan *s)
{
	return fault_say(s->why, FAULT_LIMIT, "byte %zu: more than %d fields or %d bytes of text in one line",
			 "第 %zu 字节：一行超过 %d 个字段或 %d 字节文本", (size_t)(s->at - s->from) + 1,
			 EVENT_FIELDS, EVENT_SCRATCH);
}

static int hex4(struct scan *s, uint32_t *out)
{
	uint32_t value = 0;

	if (s->end - s->at < 4)
		return scan_bad(s, "a \\u escape wants four digits");
	for (int i = 0; i < 4; i++) {
		char c = s->at[i];
		int digit = c >= '0' && c <= '9'                 ? c - '0'
			    : (c | 32) >= 'a' && (c | 32) <= 'f' ? (c | 32) - 'a' + 10
								 : -1;

		if (digit < 0)
			return scan_bad(s, "a \\u escape wants four digits");
		value = value * 16 + (uint32_t)digit;
	}
	s->at += 4;
	*out = value;
	return 0;
}

static int unicode(struct scan *s, char **out)
{
	uint32_t c = 0, low = 0;
	int ret;

	if ((ret = hex4(s, &c)) < 0)
		return ret;
	if (c >= 0xD800 && c < 0xDC00 && s->end - s->at >= 6 && s->at[0] == '\\' && s->at[1] == 'u') {
		s->at += 2;
		if ((ret = hex4(s, &low)) < 0)
			return ret;
		c = low >= 0xDC00 && low < 0xE000 ? 0x10000 + ((c - 0xD800) << 10) + (low - 0xDC00) : 0xFFFD;
	}
	if (c >= 0xD800 && c < 0xE000)
		c = 0xFFFD; /* half a pair: Windows does write them */
	*out += utf8_put(c, *out);
	return 0;
}

/* The first byte of a string that is not plain text: a quote, a backslash, a
 * control character, or the end of the line. */
static inline const char *after_plain(const char *p, const char *end)
{
#ifdef __SSE2__
	const __m128i quote = _mm_set1_epi8('"'), slash = _mm_set1_epi8('\\'), last = _mm_set1_epi8(0x1f);

	for (; end - p >= 16; p += 16) {
		const __m128i block = _mm_loadu_si128((const __m128i *)(const void *)p);
		const __m128i found =
			_mm_or_si128(_mm_or_si128(_mm_cmpeq_epi8(block, quote), _mm_cmpeq_epi8(block, slash)),
				     _mm_cmpeq_epi8(_mm_min_epu8(block, last), block));
		const int mask = _mm_movemask_epi8(found);

		if (mask)
			return p + __builtin_ctz((unsigned)mask);
	}
#endif
	while (p < end && *p != '"' && *p != '\\' && (unsigned char)*p >= 0x20)
		p++;
	return p;
}

/* Copy what stands before the next backslash. Both sides have room for whole
 * blocks as long as one is left to read: less was written than read. */
static inline const char *copy_plain(const char *p, const char *stop, char **to)
{
#ifdef __SSE2__
	const __m128i slash = _mm_set1_epi8('\\');

	while (stop - p >= 16) {
		const __m128i block = _mm_loadu_si128((const __m128i *)(const void *)p);
		const int mask = _mm_movemask_epi8(_mm_cmpeq_epi8(block, slash));
		const int n = mask ? __builtin_ctz((unsigned)mask) : 16;

		_mm_storeu_si128((__m128i *)(void *)*to, block);
		*to += n;
		p += n;
		if (mask)
			return p;
	}
#endif
	while (p < stop && *p != '\\')
		*(*to)++ = *p++;
	return p;
}

/* What a backslash stands before; s->at is behind it. */
static int escape(struct scan *s, char **to)
{
	const char plain = scan_escapes[(unsigned char)*s->at];

	s->e->rewritten |= *s->at == 'u' || *s->at == '/';
	if (*s->at == 'u') {
		s->at++;
		return unicode(s, to);
	}
	if (!plain)
		return scan_bad(s, "there is no such escape");
	*(*to)++ = plain;
	s->at++;
	return 0;
}

/* What is written is never longer than what was read. */
int scan_unescape(struct scan *s, const char *from, const char *stop, struct text *out)
{
	char *room = event_room(s->e, (size_t)(stop - from)), *to = room;
	int ret;

	if (!room)
		return scan_full(s);
	s->at = from;
	while ((s->at = copy_plain(s->at, stop, &to)) < stop) {
		s->at++;
		if ((ret = escape(s, &to)) < 0)
			return ret;
	}
	s->at++;
	s->e->used -= (size_t)(room + (stop - from) - to);
	*out = (struct text){ room, (size_t)(to - room) };
	return 0;
}

int scan_string(struct scan *s, struct text *out)
{
	const char *from, *p;
	bool escaped = false;

	if (s->at == s->end || *s->at != '"')
		return scan_bad(s, "a string in quotes is expected");
	from = s->at + 1;
	for (p = after_plain(from, s->end); p < s->end && *p != '"'; p = after_plain(p, s->end)) {
		if (*p != '\\') {
			s->at = p;
			return scan_bad(s, "a control character must be escaped");
		}
		escaped = true;
		p += 2;
		if (p > s->end)
			p = s->end;
	}
	if (p >= s->end)
		return scan_bad(s, "the string does not end");
	if (escaped)
		return scan_unescape(s, from, p, out);
	*out = (struct text){ from, (size_t)(p - from) };
	s->at = p + 1;
	return 0;
}

int scan_plain_number(struct scan *s, struct text *number)
{
	char given[64], plain[64];
	double value;
	char *room;
	int len;

	if (number->len >= sizeof(given))
		return 0;
	memcpy(given, number->at, number->len);
	given[number->len] = '\0';
	value = strtod(given, NULL);
	if (floor(value) < value || fabs(value) > 9e15)
		return 0;
	len = snprintf(plain, sizeof(plain), "%.0f", value);
	if (!(room = event_room(s->e, (size_t)len)))
		return scan_full(s);
	memcpy(room, plain, (size_t)len);
	s->e->rewritten = true;
	*number = (struct text){ room, (size_t)len };
	return 0;
}
