#include "intake/jsonl.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#ifdef __SSE2__
#include <emmintrin.h>
#endif

#include "base/utf8.h"

enum { BLOCK = 64 };

struct scan {
	const char *from, *at, *end;
	struct event *e;
	struct fault *why;
	int depth;
	/* The quotes that begin and end strings, found a block ahead of `at`. */
	const char *block;
	uint64_t quotes; /* bits: not yet passed */
	uint64_t slashes;
	uint64_t carried; /* 1: the next block begins with what a backslash stands before */
	bool bytewise;    /* a control character: strings are read byte by byte from here */
};

struct text {
	const char *at;
	size_t len;
};

static int bad(struct scan *s, const char *what)
{
	return fault_set(s->why, FAULT_INVALID, "byte %zu: %s", (size_t)(s->at - s->from) + 1, what);
}

static int full(struct scan *s)
{
	return fault_set(s->why, FAULT_LIMIT, "byte %zu: more than %d fields or %d bytes of text in one line",
			 (size_t)(s->at - s->from) + 1, EVENT_FIELDS, EVENT_SCRATCH);
}

static inline void blanks(struct scan *s)
{
	if (s->at<s->end && * s->at> ' ')
		return;
	while (s->at < s->end && (*s->at == ' ' || *s->at == '\t' || *s->at == '\r' || *s->at == '\n'))
		s->at++;
}

static int hex4(struct scan *s, uint32_t *out)
{
	uint32_t value = 0;

	if (s->end - s->at < 4)
		return bad(s, "a \\u escape wants four digits");
	for (int i = 0; i < 4; i++) {
		char c = s->at[i];
		int digit = c >= '0' && c <= '9'                 ? c - '0'
			    : (c | 32) >= 'a' && (c | 32) <= 'f' ? (c | 32) - 'a' + 10
								 : -1;

		if (digit < 0)
			return bad(s, "a \\u escape wants four digits");
		value = value * 16 + (uint32_t)digit;
	}
	s->at += 4;
	*out = value;
	return 0;
}

static int unicode(struct scan *s, char **out)
{
	uint32_t c, low;
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
	static const char shorts[] = "\\\\\"\"//b\bf\fn\nr\rt\t";
	const char *pair = shorts;

	s->e->rewritten |= *s->at == 'u' || *s->at == '/';
	if (*s->at == 'u') {
		s->at++;
		return unicode(s, to);
	}
	while (*pair && *pair != *s->at)
		pair += 2;
	if (!*pair)
		return bad(s, "there is no such escape");
	*(*to)++ = pair[1];
	s->at++;
	return 0;
}

/* The rest of a string that has escapes, copied to the scratch. What is written
 * is never longer than what was read. */
static int unescape(struct scan *s, const char *from, const char *stop, struct text *out)
{
	char *room = event_room(s->e, (size_t)(stop - from)), *to = room;
	int ret;

	if (!room)
		return full(s);
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

#ifdef __SSE2__

struct marks {
	uint64_t quotes, slashes, controls;
};

static inline struct marks marks_of(const char *p)
{
	const __m128i quote = _mm_set1_epi8('"'), slash = _mm_set1_epi8('\\'), last = _mm_set1_epi8(0x1f);
	struct marks m = { 0 };

	for (int i = 0; i < BLOCK; i += 16) {
		const __m128i x = _mm_loadu_si128((const __m128i *)(const void *)(p + i));
		const __m128i low = _mm_cmpeq_epi8(_mm_min_epu8(x, last), x);

		m.quotes |= (uint64_t)(unsigned)_mm_movemask_epi8(_mm_cmpeq_epi8(x, quote)) << i;
		m.slashes |= (uint64_t)(unsigned)_mm_movemask_epi8(_mm_cmpeq_epi8(x, slash)) << i;
		m.controls |= (uint64_t)(unsigned)_mm_movemask_epi8(low) << i;
	}
	return m;
}

/* What a backslash stands before, of runs of them every second (Langdale and
 * Lemire, "Parsing gigabytes of JSON per second", 2019). */
static uint64_t escaped_bits(uint64_t slashes, uint64_t *carried)
{
	const uint64_t even = UINT64_C(0x5555555555555555);
	uint64_t follows, odd_starts, sum;

	slashes &= ~*carried;
	follows = slashes << 1 | *carried;
	odd_starts = slashes & ~even & ~follows;
	*carried = __builtin_add_overflow(odd_starts, slashes, &sum);
	return (even ^ sum << 1) & follows;
}

static void read_block(struct scan *s)
{
	char rest[BLOCK];
	const char *p = s->block;
	struct marks m;

	if (s->end - p < BLOCK) {
		memset(rest, ' ', BLOCK);
		memcpy(rest, p, (size_t)(s->end - p));
		p = rest;
	}
	m = marks_of(p);
	s->slashes = m.slashes;
	s->quotes = m.quotes;
	s->bytewise |= m.controls != 0;
	if (m.slashes | s->carried)
		s->quotes &= ~escaped_bits(m.slashes, &s->carried);
}

/* Move on to the block in which the next quote is; false at the end of the line. */
static inline bool next_block(struct scan *s)
{
	s->block += BLOCK;
	if (s->block >= s->end) {
		s->bytewise = true;
		return false;
	}
	read_block(s);
	return true;
}

/* The string that begins at s->at, by the marks; false: read it byte by byte. */
static inline bool marked_string(struct scan *s, const char **end, bool *escaped)
{
	uint64_t slashes;
	int at;

	while (!s->quotes && !s->bytewise)
		if (!next_block(s))
			return false;
	at = s->quotes ? __builtin_ctzll(s->quotes) : 0;
	if (s->bytewise || s->block + at != s->at) {
		s->bytewise = true;
		return false;
	}
	s->quotes &= s->quotes - 1;
	slashes = s->slashes >> at;
	while (!s->quotes) {
		*escaped |= slashes != 0;
		if (!next_block(s) || s->bytewise)
			return false;
		slashes = s->slashes;
		at = 0;
	}
	*end = s->block + __builtin_ctzll(s->quotes);
	*escaped |= (slashes & ((UINT64_C(1) << (__builtin_ctzll(s->quotes) - at)) - 1)) != 0;
	s->quotes &= s->quotes - 1;
	return true;
}

#else

static void read_block(struct scan *s) { s->bytewise = true; }

static bool marked_string(struct scan *s, const char **end, bool *escaped)
{
	(void)s, (void)end, (void)escaped;
	return false;
}

#endif

static int string_by_byte(struct scan *s, struct text *out)
{
	const char *from, *p;
	bool escaped = false;

	if (s->at == s->end || *s->at != '"')
		return bad(s, "a string in quotes is expected");
	from = s->at + 1;
	for (p = after_plain(from, s->end); p < s->end && *p != '"'; p = after_plain(p, s->end)) {
		if (*p != '\\') {
			s->at = p;
			return bad(s, "a control character must be escaped");
		}
		escaped = true;
		p += 2;
		if (p > s->end)
			p = s->end;
	}
	if (p >= s->end)
		return bad(s, "the string does not end");
	if (escaped)
		return unescape(s, from, p, out);
	*out = (struct text){ from, (size_t)(p - from) };
	s->at = p + 1;
	return 0;
}

static inline int string(struct scan *s, struct text *out)
{
	const char *from = s->at + 1, *end;
	bool escaped = false;

	if (s->bytewise || !marked_string(s, &end, &escaped))
		return string_by_byte(s, out);
	if (escaped)
		return unescape(s, from, end, out);
	*out = (struct text){ from, (size_t)(end - from) };
	s->at = end + 1;
	return 0;
}

/* 1.0 and 1e3 as the integers they are, so that equal numbers are equal text. */
static int plain_number(struct scan *s, struct text *number)
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
		return full(s);
	memcpy(room, plain, (size_t)len);
	s->e->rewritten = true;
	*number = (struct text){ room, (size_t)len };
	return 0;
}

/* Eight at a time: how many bytes from the first on are digits. */
static inline size_t digits_of(uint64_t x)
{
	const uint64_t ones = UINT64_C(0x0101010101010101), tops = ones << 7;

	x ^= ones * '0';                                     /* digits are 0 to 9 now */
	x = (((x & ~tops) + ones * (0x80 - 10)) | x) & tops; /* and what is more has its top bit */
	return x ? (size_t)__builtin_ctzll(x) / 8 : 8;
}

static bool digit_run(struct scan *s)
{
	const char *from = s->at;

	while (s->end - s->at >= 8) {
		uint64_t x;
		size_t n;

		memcpy(&x, s->at, sizeof(x));
		n = digits_of(x);
		s->at += n;
		if (n < 8)
			return s->at > from;
	}
	while (s->at < s->end && *s->at >= '0' && *s->at <= '9')
		s->at++;
	return s->at > from;
}

static int number(struct scan *s, struct text *out)
{
	const char *from = s->at;
	bool good, whole = true;

	if (*s->at == '-')
		s->at++;
	good = s->at < s->end && (*s->at != '0' || s->at + 1 == s->end || s->at[1] < '0' || s->at[1] > '9') &&
	       digit_run(s);
	if (good && s->at < s->end && *s->at == '.') {
		whole = false;
		s->at++;
		good = digit_run(s);
	}
	if (good && s->at < s->end && (*s->at | 32) == 'e') {
		whole = false;
		s->at++;
		if (s->at < s->end && (*s->at == '+' || *s->at == '-'))
			s->at++;
		good = digit_run(s);
	}
	if (!good)
		return bad(s, "this is no number");
	*out = (struct text){ from, (size_t)(s->at - from) };
	return whole ? 0 : plain_number(s, out);
}

/* Is there a blank among the first sixteen bytes, of a longer name in all of it? */
static inline bool has_blank(const char *name, size_t len)
{
#ifdef __SSE2__
	const __m128i x = _mm_loadu_si128((const __m128i *)(const void *)name);
	const unsigned blanks_at = (unsigned)_mm_movemask_epi8(_mm_cmpeq_epi8(x, _mm_set1_epi8(' ')));

	if (len <= 16)
		return (blanks_at & ((1u << len) - 1)) != 0;
#endif
	return memchr(name, ' ', len) != NULL;
}

static int put(struct scan *s, struct text name, struct text value, enum field_type type)
{
	/* Most names stand in the line, with more of it behind them. */
	const bool roomy = name.at >= s->from && name.at < s->end && s->end - name.at >= NAME_ROOM;
	const uint32_t number = roomy ? name_find_roomy(name.at, name.len) : name_find(name.at, name.len);

	s->e->spaced |= roomy ? has_blank(name.at, name.len) : memchr(name.at, ' ', name.len) != NULL;
	return event_put(s->e, name.at, name.len, number, value.at, value.len, type) ? 0 : full(s);
}

static int word(struct scan *s, struct text name)
{
	static const struct {
		const char *text;
		enum field_type type;
	} words[] = { { "true", FIELD_TRUTH }, { "false", FIELD_TRUTH }, { "null", FIELD_NULL } };

	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++) {
		size_t len = strlen(words[i].text);

		if ((size_t)(s->end - s->at) < len || memcmp(s->at, words[i].text, len))
			continue;
		s->at += len;
		return put(s, name, (struct text){ words[i].text, words[i].type == FIELD_NULL ? 0 : len },
			   words[i].type);
	}
	return bad(s, "a value is expected");
}

static int value(struct scan *s, struct text name);

static int array(struct scan *s, struct text name)
{
	int ret;

	s->at++;
	blanks(s);
	if (s->at < s->end && *s->at == ']') {
		s->at++;
		return 0;
	}
	for (;;) {
		if ((ret = value(s, name)) < 0)
			return ret;
		blanks(s);
		if (s->at == s->end || (*s->at != ',' && *s->at != ']'))
			return bad(s, "',' or ']' is expected");
		if (*s->at++ == ']')
			return 0;
	}
}

static int join(struct scan *s, struct text outer, struct text *name)
{
	char *room;

	if (!outer.len)
		return 0;
	if (!(room = event_room(s->e, outer.len + 1 + name->len)))
		return full(s);
	memcpy(room, outer.at, outer.len);
	room[outer.len] = '.';
	memcpy(room + outer.len + 1, name->at, name->len);
	*name = (struct text){ room, outer.len + 1 + name->len };
	return 0;
}

static int object(struct scan *s, struct text outer)
{
	int ret;

	s->at++;
	blanks(s);
	if (s->at < s->end && *s->at == '}') {
		s->at++;
		return 0;
	}
	for (;;) {
		struct text name;

		blanks(s);
		if ((ret = string(s, &name)) < 0 || (ret = join(s, outer, &name)) < 0)
			return ret;
		blanks(s);
		if (s->at == s->end || *s->at != ':')
			return bad(s, "':' is expected");
		s->at++;
		if ((ret = value(s, name)) < 0)
			return ret;
		blanks(s);
		if (s->at == s->end || (*s->at != ',' && *s->at != '}'))
			return bad(s, "',' or '}' is expected");
		if (*s->at++ == '}')
			return 0;
	}
}

static int value(struct scan *s, struct text name)
{
	struct text text;
	int ret;

	blanks(s);
	if (s->at == s->end)
		return bad(s, "the line ends too early");
	if (*s->at == '"')
		return (ret = string(s, &text)) < 0 ? ret : put(s, name, text, FIELD_TEXT);
	if (*s->at == '-' || (*s->at >= '0' && *s->at <= '9'))
		return (ret = number(s, &text)) < 0 ? ret : put(s, name, text, FIELD_NUMBER);
	if (*s->at != '{' && *s->at != '[')
		return word(s, name);
	if (++s->depth > JSONL_DEPTH)
		return fault_set(s->why, FAULT_LIMIT, "byte %zu: nested deeper than %d",
				 (size_t)(s->at - s->from) + 1, JSONL_DEPTH);
	ret = *s->at == '{' ? object(s, name) : array(s, name);
	s->depth--;
	return ret;
}

int jsonl_read(const char *line, size_t len, struct event *e, struct fault *why)
{
	struct scan s = { .from = line, .at = line, .end = line + len, .e = e, .why = why, .block = line };
	int ret;

	read_block(&s);
	blanks(&s);
	if (s.at == s.end || *s.at != '{')
		return bad(&s, "an object is expected");
	if ((ret = value(&s, (struct text){ "", 0 })) < 0)
		return ret;
	blanks(&s);
	if (s.at != s.end)
		return bad(&s, "nothing may follow the object");
	e->is_json = true;
	return 0;
}
