#include "intake/json/read.h"

#include <string.h>
#ifdef __x86_64__
#include <immintrin.h>
#endif

#include "intake/json/jsonl.h"
#include "intake/json/scan.h"
#include "intake/json/squeeze.h"
#include "intake/name_private.h"

#ifdef __AVX2__
#define READ read_wide
#else
#define READ read_any
#endif

/* From a place that is so far from the end, all that is looked at at once is there. */
enum { AHEAD = 64 };

static inline void blanks(struct scan *s)
{
	if (s->at<s->end && * s->at> ' ')
		return;
	while (s->at < s->end && (*s->at == ' ' || *s->at == '\t' || *s->at == '\r' || *s->at == '\n'))
		s->at++;
}

/* ---- strings -------------------------------------------------------------------- */

/* s->at is where it begins. */
static int unescape(struct scan *s, uint32_t from, uint32_t stop, struct text *out)
{
	char *room;
	uint32_t len;

	if (squeeze_possible(s->marks->reach, (size_t)(s->end - s->from) - stop) &&
	    (room = event_room(s->e, stop - from))) {
		len = squeeze(s->marks, s->from, from, stop, room, &s->e->rewritten);
		s->e->used -= len == UINT32_MAX ? stop - from : stop - from - len;
		if (len != UINT32_MAX) {
			*out = (struct text){ room, len };
			s->at = s->from + stop + 1;
			return 0;
		}
	}
	return scan_unescape(s, s->from + from, s->from + stop, out);
}

static int string(struct scan *s, struct text *out)
{
	const uint32_t *quote = s->quote;
	const char *stop;

	/* Something is wrong here, or soon will be. */
	if (s->marks && (s->from + quote[0] != s->at || s->from + quote[1] == s->end))
		s->marks = NULL;
	if (!s->marks)
		return scan_string(s, out);
	stop = s->from + quote[1];
	s->quote += 2;
	if (s->escape < quote[0])
		s->escape = marks_escape_from(s->marks, quote[0]);
	if (s->escape < quote[1])
		return unescape(s, quote[0] + 1, quote[1], out);
	*out = (struct text){ s->at + 1, (size_t)(stop - s->at - 1) };
	s->at = stop + 1;
	return 0;
}

/* ---- numbers -------------------------------------------------------------------- */

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
		return scan_bad(s, "this is no number");
	*out = (struct text){ from, (size_t)(s->at - from) };
	return whole ? 0 : scan_plain_number(s, out);
}

/* How many of the first bytes are digits, at most 32; as many may be read. */
static inline unsigned digits_ahead(const char *p)
{
#ifdef __AVX2__
	const __m256i x =
		_mm256_sub_epi8(_mm256_loadu_si256((const __m256i *)(const void *)p), _mm256_set1_epi8('0'));
	const __m256i nine = _mm256_set1_epi8(9);

	return (unsigned)__builtin_ctzll(
		~(uint64_t)(unsigned)_mm256_movemask_epi8(_mm256_cmpeq_epi8(_mm256_min_epu8(x, nine), x)));
#else
	unsigned n = 0;

	for (uint64_t x; n < 32; n += 8) {
		memcpy(&x, p + n, sizeof(x));
		if (digits_of(x) < 8)
			return n + (unsigned)digits_of(x);
	}
	return n;
#endif
}

/* An integer with a comma behind it; 0: it is otherwise. */
static inline unsigned integer(const char *p)
{
	const unsigned minus = *p == '-', digits = digits_ahead(p + minus), len = minus + digits;

	return digits && p[len] == ',' && (p[minus] != '0' || digits == 1) ? len : 0;
}

/* ---- members -------------------------------------------------------------------- */

/* May NAME_ROOM bytes be read? Most names stand in the line, with more of it behind
 * them, or in the scratch. */
static inline bool roomy(const struct scan *s, const char *name)
{
	return (name >= s->from && name < s->end && s->end - name >= NAME_ROOM) ||
	       (name >= s->e->scratch && name < s->e->scratch + EVENT_SCRATCH);
}

static int put(struct scan *s, struct text name, struct text value, enum field_type type)
{
	const uint32_t number =
		roomy(s, name.at) ? name_find_roomy(name.at, name.len) : name_find(name.at, name.len);

	s->e->spaced |= memchr(name.at, ' ', name.len) != NULL;
	return event_put(s->e, name.at, name.len, number, value.at, value.len, type) ? 0 : scan_full(s);
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
	return scan_bad(s, "a value is expected");
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
			return scan_bad(s, "',' or ']' is expected");
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
		return scan_full(s);
	memcpy(room, outer.at, outer.len);
	room[outer.len] = '.';
	memcpy(room + outer.len + 1, name->at, name->len);
	*name = (struct text){ room, outer.len + 1 + name->len };
	return 0;
}

/* What of usual members is gathered on the way. */
#ifdef __AVX2__
typedef __m256i blanks_seen;

static inline blanks_seen blanks_in(name_bytes name)
{
	return _mm256_cmpeq_epi8(name, _mm256_set1_epi8(' '));
}
static inline blanks_seen blanks_both(blanks_seen a, blanks_seen b) { return _mm256_or_si256(a, b); }
static inline bool blanks_any(blanks_seen a) { return _mm256_movemask_epi8(a) != 0; }
#else
typedef uint64_t blanks_seen;

/* Bytes that are a blank are zero when it is taken away, and then borrow their top bit. */
static inline blanks_seen blanks_in(name_bytes name)
{
	const uint64_t ones = UINT64_C(0x0101010101010101);
	uint64_t any = 0;

	for (size_t i = 0; i < NAME_ROOM / 8; i++) {
		const uint64_t x = name.words[i] ^ ones * ' ';

		any |= (x - ones) & ~x & ones << 7;
	}
	return any;
}
static inline blanks_seen blanks_both(blanks_seen a, blanks_seen b) { return a | b; }
static inline bool blanks_any(blanks_seen a) { return a != 0; }
#endif

struct usual {
	const char *name, *next; /* behind the value: a comma */
	struct text text;
	size_t name_len;
	enum field_type type;
	unsigned marks; /* that it has */
};

/* A plain name, a string or an integer, another member behind it, and no blanks. All
 * that is looked at lies before `last`, or no farther than AHEAD behind it. */
static inline bool is_usual(const struct scan *s, const uint32_t *quote, const char *last, struct usual *u)
{
	const char *name_end = s->from + quote[1];

	u->name = s->from + quote[0] + 1;
	u->name_len = quote[1] - quote[0] - 1;
	if (name_end >= last || name_end[1] != ':' || u->name_len > NAME_BRIEF)
		return false;
	u->text.at = name_end + 2;
	if (*u->text.at == '"') {
		if (s->from + quote[3] >= last)
			return false;
		u->next = s->from + quote[3] + 1;
		u->text.at++;
		u->text.len = quote[3] - quote[2] - 1;
		u->type = FIELD_TEXT;
		u->marks = 4;
	} else {
		u->text.len = integer(u->text.at);
		u->next = u->text.at + u->text.len;
		u->type = FIELD_NUMBER;
		u->marks = 2;
	}
	return u->text.len | (u->type == FIELD_TEXT) && u->next[0] == ',' && u->next[1] == '"';
}

/* As many of them as there are, up to one that is otherwise: where that begins. */
static int usual_members(struct scan *s)
{
	const char *const last = s->end - AHEAD;
	const struct name_places names = name_places_now();
	const uint32_t *quote = s->quote;
	blanks_seen spaced = { 0 };
	struct usual u;
	int ret;

	if (s->escape < quote[0])
		s->escape = marks_escape_from(s->marks, quote[0]);
	while (s->from + quote[0] == s->at && s->at < last && is_usual(s, quote, last, &u)) {
		const name_bytes name = name_bytes_of(u.name, u.name_len);

		if (s->escape < quote[u.marks - 1]) {
			if (s->escape < quote[1])
				break; /* in the name */
			s->at = u.text.at - 1;
			if ((ret = unescape(s, quote[2] + 1, quote[3], &u.text)) < 0)
				return ret;
			s->escape = marks_escape_from(s->marks, quote[3]);
		}
		s->at = u.next;
		spaced = blanks_both(spaced, blanks_in(name));
		if (!event_put(s->e, u.name, u.name_len, name_find_brief(&names, u.name, u.name_len, name),
			       u.text.at, u.text.len, u.type))
			return scan_full(s);
		s->at++;
		quote += u.marks;
	}
	s->e->spaced |= blanks_any(spaced);
	s->quote = quote;
	return 0;
}

/* One member, however it is. */
static inline int member(struct scan *s, struct text outer)
{
	struct text name;
	int ret;

	blanks(s);
	if ((ret = string(s, &name)) < 0 || (ret = join(s, outer, &name)) < 0)
		return ret;
	blanks(s);
	if (s->at == s->end || *s->at != ':')
		return scan_bad(s, "':' is expected");
	s->at++;
	return value(s, name);
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
		if (s->marks && !outer.len && s->end - s->from > AHEAD && (ret = usual_members(s)) < 0)
			return ret;
		if ((ret = member(s, outer)) < 0)
			return ret;
		blanks(s);
		if (s->at == s->end || (*s->at != ',' && *s->at != '}'))
			return scan_bad(s, "',' or '}' is expected");
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
		return scan_bad(s, "the line ends too early");
	if (*s->at == '"')
		return (ret = string(s, &text)) < 0 ? ret : put(s, name, text, FIELD_TEXT);
	if (*s->at == '-' || (*s->at >= '0' && *s->at <= '9'))
		return (ret = number(s, &text)) < 0 ? ret : put(s, name, text, FIELD_NUMBER);
	if (*s->at != '{' && *s->at != '[')
		return word(s, name);
	if (++s->depth > JSONL_DEPTH)
		return fault_say(s->why, FAULT_LIMIT, "byte %zu: nested deeper than %d",
				 "第 %zu 字节：嵌套超过 %d 层", (size_t)(s->at - s->from) + 1, JSONL_DEPTH);
	ret = *s->at == '{' ? object(s, name) : array(s, name);
	s->depth--;
	return ret;
}

/* With a control character somewhere it is read byte by byte, so that one that
 * stands in a string is found in its turn. */
static void find_marks(struct scan *s, size_t len)
{
	struct marks *m = s->e->marks;

	if (len > LINE_LIMIT)
		return;
	marks_find(m, s->from, len);
	s->e->plain = !m->controls && !m->high;
	s->marks = m->controls ? NULL : m;
	s->quote = m->quotes;
}

int READ(const char *line, size_t len, struct event *e, struct fault *why)
{
	struct scan s = { .from = line, .at = line, .end = line + len, .e = e, .why = why };
	int ret;

	find_marks(&s, len);
	blanks(&s);
	if (s.at == s.end || *s.at != '{')
		return scan_bad(&s, "an object is expected");
	if ((ret = value(&s, (struct text){ "", 0 })) < 0)
		return ret;
	blanks(&s);
	if (s.at != s.end)
		return scan_bad(&s, "nothing may follow the object");
	e->is_json = true;
	return 0;
}
