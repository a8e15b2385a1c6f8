#include "intake/stream/records.h"

#include <string.h>

enum { AT_START, IN_LIST, AFTER_LIST, AS_LINES };
enum verdict { VERDICT_MORE, VERDICT_NO, VERDICT_LIST };

void records_init(struct records *r, struct frame *lines, size_t limit_bytes)
{
	*r = (struct records){ .lines = lines, .limit_bytes = limit_bytes };
}

void records_fini(struct records *r) { buf_fini(&r->held); }

/* ---- the head -------------------------------------------------------------- */

struct scan {
	const char *at, *end;
};

static bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

static bool blanks(struct scan *s)
{
	while (s->at < s->end && is_blank(*s->at))
		s->at++;
	return s->at < s->end;
}

/* A string from its quote on; false when its end is not here yet. */
static bool string(struct scan *s, const char **text, size_t *len)
{
	const char *from = ++s->at;

	for (; s->at < s->end; s->at++) {
		if (*s->at == '\\')
			s->at++;
		else if (*s->at == '"') {
			*text = from;
			*len = (size_t)(s->at++ - from);
			return true;
		}
	}
	return false;
}

static bool is(const char *text, size_t len, const char *word)
{
	return len == strlen(word) && !memcmp(text, word, len);
}

/* Behind '[': objects or nothing, else it is a list of something else. */
static enum verdict list_of_objects(struct scan s, size_t *used, const char *from)
{
	if (!blanks(&s))
		return VERDICT_MORE;
	*used = (size_t)(s.at - from);
	return *s.at == '{' || *s.at == ']' ? VERDICT_LIST : VERDICT_NO;
}

/* A number or word in front of the list, up to the comma. */
static bool plain_value(struct scan *s)
{
	while (s->at < s->end && *s->at != ',' && *s->at != '}' && *s->at != '\n')
		s->at++;
	return s->at < s->end;
}

static enum verdict members(struct scan s, size_t *used, const char *from)
{
	bool graph = false;
	const char *key, *value;
	size_t key_len, value_len;

	for (;; s.at++) {
		if (!blanks(&s))
			return VERDICT_MORE;
		if (*s.at != '"')
			return VERDICT_NO;
		if (!string(&s, &key, &key_len) || !blanks(&s))
			return VERDICT_MORE;
		if (*s.at++ != ':')
			return VERDICT_NO;
		if (!blanks(&s))
			return VERDICT_MORE;
		if (*s.at == '[') {
			s.at++;
			return is(key, key_len, "Records") || is(key, key_len, "records") ||
					       (graph && is(key, key_len, "value"))
				       ? list_of_objects(s, used, from)
				       : VERDICT_NO;
		}
		if (*s.at == '{')
			return VERDICT_NO;
		graph |= is(key, key_len, "@odata.context");
		if (*s.at == '"' ? !string(&s, &value, &value_len) : !plain_value(&s))
			return VERDICT_MORE;
		if (!blanks(&s))
			return VERDICT_MORE;
		if (*s.at != ',')
			return VERDICT_NO;
	}
}

static enum verdict head(const char *bytes, size_t len, size_t *used)
{
	static const char mark[] = "\xEF\xBB\xBF";
	struct scan s = { bytes, bytes + len };

	if (len && !memcmp(bytes, mark, len < 3 ? len : 3)) {
		if (len < 3)
			return VERDICT_MORE;
		s.at += 3;
	}
	if (!blanks(&s))
		return VERDICT_MORE;
	if (*s.at == '[') {
		s.at++;
		return list_of_objects(s, used, bytes);
	}
	if (*s.at != '{')
		return VERDICT_NO;
	s.at++;
	return members(s, used, bytes);
}

/* ---- the list -------------------------------------------------------------- */

struct pass {
	frame_take *take;
	frame_lost *lost;
	void *who;
};

static bool give(struct records *r, const struct pass *p)
{
	bool going = true;

	if (!r->too_long)
		going = p->take(p->who, r->held.data, r->held.len);
	else if (p->lost)
		p->lost(p->who);
	r->too_long = false;
	buf_clear(&r->held);
	return going;
}

static void put(struct records *r, char c)
{
	if (r->too_long)
		return;
	if (r->held.len == r->limit_bytes) {
		r->too_long = true;
		buf_clear(&r->held);
		return;
	}
	/* A line end between members is a blank like any other. */
	buf_char(&r->held, c == '\n' || c == '\r' ? ' ' : c);
}

static void step_within(struct records *r, char c)
{
	if (r->in_string) {
		r->in_string = r->escaped || c != '"';
		r->escaped = !r->escaped && c == '\\';
	} else if (c == '"')
		r->in_string = true;
	else if (c == '{' || c == '[')
		r->depth++;
	else if (c == '}' || c == ']')
		r->depth--;
}

static void start_anew(struct records *r)
{
	r->state = AT_START;
	r->depth = 0;
	r->in_string = r->escaped = r->too_long = false;
	buf_clear(&r->held);
}

/* A line end within a string: the document was cut off here. What comes next is
 * read as if it were the beginning. */
static bool cut_off(struct records *r, char c, const struct pass *p)
{
	if (!r->in_string || c != '\n')
		return false;
	start_anew(r);
	if (p->lost)
		p->lost(p->who);
	return true;
}

/* One byte of the list; false when the caller wants no more. */
static bool in_list(struct records *r, char c, const struct pass *p)
{
	if (r->depth) {
		if (cut_off(r, c, p))
			return true;
		step_within(r, c);
		put(r, c);
		return r->depth || give(r, p);
	}
	if (c == '{') {
		r->depth = 1;
		put(r, c);
	} else if (c == ']' && r->outer) {
		r->state = AFTER_LIST;
		r->depth = 1;
	} else if (c == ']')
		start_anew(r);
	return true;
}

/* Behind the list: the document's other members, up to its end. */
static void after_list(struct records *r, char c, const struct pass *p)
{
	if (cut_off(r, c, p))
		return;
	step_within(r, c);
	if (!r->depth)
		start_anew(r);
}

static bool decide(struct records *r, bool last, const struct pass *p)
{
	size_t used = 0;
	enum verdict v = head(r->held.data, r->held.len, &used);
	bool going = true;
	struct buf rest;

	if (v == VERDICT_MORE && !last && r->held.len < RECORDS_HEAD)
		return true;
	if (v == VERDICT_LIST) {
		r->state = IN_LIST;
		r->documents++;
		r->outer = memchr(r->held.data, '{', used) != NULL;
		buf_eat(&r->held, used);
		/* What was read beyond the head is the list's. */
		rest = r->held;
		r->held = (struct buf){ 0 };
		going = records_feed(r, rest.data, rest.len, p->take, p->lost, p->who);
		buf_fini(&rest);
		return going;
	}
	r->state = AS_LINES;
	if (r->held.len >= 3 && !memcmp(r->held.data, "\xEF\xBB\xBF", 3))
		buf_eat(&r->held, 3);
	if (r->held.len)
		going = frame_feed(r->lines, r->held.data, r->held.len, p->take, p->lost, p->who);
	buf_clear(&r->held);
	return going;
}

bool records_feed(struct records *r, const char *bytes, size_t len, frame_take *take, frame_lost *lost,
		  void *who)
{
	const struct pass p = { take, lost, who };
	const char *end = bytes + len;

	while (bytes < end) {
		if (r->state == AS_LINES)
			return frame_feed(r->lines, bytes, (size_t)(end - bytes), take, lost, who);
		if (r->state == AT_START && r->documents && !r->held.len && is_blank(*bytes))
			bytes++; /* between two documents */
		else if (r->state == AT_START) {
			size_t n = RECORDS_HEAD - r->held.len, here = (size_t)(end - bytes);

			n = n < here ? n : here;
			buf_put(&r->held, bytes, n);
			bytes += n;
			if (!decide(r, false, &p))
				return false;
		} else if (r->state == IN_LIST) {
			if (!in_list(r, *bytes++, &p))
				return false;
		} else
			after_list(r, *bytes++, &p);
	}
	return true;
}

bool records_end(struct records *r, frame_take *take, frame_lost *lost, void *who)
{
	const struct pass p = { take, lost, who };

	if (r->state == AT_START && r->held.len && !decide(r, true, &p))
		return false;
	if (r->state == AS_LINES)
		return frame_end(r->lines, take, lost, who);
	if (r->depth && r->state == IN_LIST && lost)
		lost(who);
	start_anew(r);
	return true;
}
