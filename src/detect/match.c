#include "detect/match.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "detect/regex.h"
#include "detect/calendar.h"

void view_init(struct view *v, const struct program *p)
{
	*v = (struct view){ .program = p };
	v->seen = must_alloc(p->field_count * sizeof(*v->seen));
	v->head = must_alloc(p->field_count * sizeof(*v->head));
	v->judged = must_alloc((p->predicate_count + 1) * sizeof(*v->judged));
}

void view_fini(struct view *v)
{
	free(v->seen);
	free(v->head);
	free(v->judged);
	free(v->room);
}

/* Epochs are 31 bits; before they come round again everything is forgotten. */
static void next_epoch(struct view *v)
{
	if (++v->epoch < UINT32_MAX / 2)
		return;
	memset(v->seen, 0, v->program->field_count * sizeof(*v->seen));
	memset(v->judged, 0, v->program->predicate_count * sizeof(*v->judged));
	v->epoch = 1;
}

void view_take(struct view *v, const struct event *e)
{
	size_t need = e->raw_len + 2 * FRAME;

	next_epoch(v);
	v->event = e;
	for (size_t i = 0; i < e->count; i++) {
		uint32_t field = program_field(v->program, e->fields[i].name, e->fields[i].name_len);

		v->number[i] = field;
		v->folded[i] = NULL;
		need += e->fields[i].len + 2 * FRAME;
	}
	v->folded[EVENT_FIELDS] = NULL;
	/* Back to front, so that the first value comes first. */
	for (size_t i = e->count; i-- > 0;) {
		uint32_t field = v->number[i];

		if (field == UINT32_MAX)
			continue;
		v->next[i] = v->seen[field] == v->epoch ? v->head[field] : NO_VALUE;
		v->seen[field] = v->epoch;
		v->head[field] = (uint16_t)i;
	}
	v->used = 0;
	if (need > v->size) {
		v->size = need * 2;
		free(v->room);
		v->room = must_alloc(v->size);
	}
}

static uint16_t first_value(const struct view *v, uint32_t field)
{
	return v->seen[field] == v->epoch ? v->head[field] : NO_VALUE;
}

bool view_value(const struct view *v, const char *name, struct text *out)
{
	uint32_t field = program_field(v->program, name, strlen(name));
	uint16_t i = field == UINT32_MAX ? NO_VALUE : first_value(v, field);

	if (i == NO_VALUE || v->event->fields[i].type == FIELD_NULL)
		return false;
	*out = (struct text){ v->event->fields[i].text, v->event->fields[i].len };
	return true;
}

static struct text value_text(const struct view *v, uint32_t value)
{
	if (value == EVENT_FIELDS)
		return (struct text){ v->event->raw, v->event->raw_len };
	return (struct text){ v->event->fields[value].text, v->event->fields[value].len };
}

struct text view_framed(struct view *v, uint32_t value)
{
	struct text t = value_text(v, value);
	char *to = v->folded[value];

	if (!to) {
		to = v->folded[value] = v->room + v->used;
		v->used += t.len + 2 * FRAME;
		to[0] = to[1] = '\1';
		for (size_t i = 0; i < t.len; i++) {
			unsigned char c = (unsigned char)t.at[i];

			to[FRAME + i] = (char)(c + ((unsigned)(c - 'A') < 26u ? 32 : 0));
		}
		to[FRAME + t.len] = to[FRAME + t.len + 1] = '\2';
	}
	return (struct text){ to, t.len + 2 * FRAME };
}

static struct text folded(struct view *v, uint32_t value, bool cased)
{
	struct text t;

	if (cased)
		return value_text(v, value);
	t = view_framed(v, value);
	return (struct text){ t.at + FRAME, t.len - 2 * FRAME };
}

static bool has(struct text t, const char *text, size_t len)
{
	return !len || memmem(t.at, t.len, text, len) != NULL;
}

static bool begins(struct text t, const char *text, size_t len)
{
	return t.len >= len && !memcmp(t.at, text, len);
}

static bool ends(struct text t, const char *text, size_t len)
{
	return t.len >= len && !memcmp(t.at + t.len - len, text, len);
}

/* A `?` is one character: all bytes of it. */
static size_t character(const char *at, const char *end)
{
	size_t n = 1;

	while (at + n < end && ((unsigned char)at[n] & 0xC0) == 0x80)
		n++;
	return n;
}

static bool glob(struct text t, const struct predicate *x)
{
	const char *at = t.at, *end = t.at + t.len, *retry = NULL;
	size_t i = 0, star = 0;

	while (at < end || i < x->len) {
		if (i < x->len && x->wild[i] == WILD_MANY) {
			star = ++i;
			retry = at;
			continue;
		}
		if (i < x->len && at < end && x->wild[i] == WILD_ONE) {
			at += character(at, end);
			i++;
			continue;
		}
		if (i < x->len && at < end && *at == x->text[i]) {
			at++;
			i++;
			continue;
		}
		if (!retry || retry >= end)
			return false;
		at = ++retry;
		i = star;
	}
	return true;
}

static bool number_of(struct text t, double *out)
{
	char copy[64], *end;

	if (!t.len || t.len >= sizeof(copy))
		return false;
	memcpy(copy, t.at, t.len);
	copy[t.len] = '\0';
	*out = strtod(copy, &end);
	return *end == '\0' && end != copy;
}

static bool compare(enum match_op op, struct text t, double bound)
{
	double value;

	if (!number_of(t, &value))
		return false;
	switch (op) {
	case MATCH_LESS:
		return value < bound;
	case MATCH_LESS_EQUAL:
		return value <= bound;
	case MATCH_GREATER:
		return value > bound;
	default:
		return value >= bound;
	}
}

static bool in_time(struct text t, const struct predicate *x)
{
	int is, bound = (int)x->number;

	if (!calendar_part(t.at, t.len, x->part, &is))
		return false;
	switch (x->compare) {
	case COMPARE_LT:
		return is < bound;
	case COMPARE_LTE:
		return is <= bound;
	case COMPARE_GT:
		return is > bound;
	case COMPARE_GTE:
		return is >= bound;
	case COMPARE_EQ:
		return is == bound;
	case COMPARE_NEQ:
		return is != bound;
	}
	return false;
}

static bool same_bits(const unsigned char *a, const unsigned char *b, unsigned bits)
{
	unsigned whole = bits / 8, rest = bits % 8;

	if (memcmp(a, b, whole))
		return false;
	return !rest || !((a[whole] ^ b[whole]) >> (8 - rest));
}

static bool in_network(struct text t, const struct predicate *x)
{
	static const char mapped[] = "::ffff:";
	char copy[INET6_ADDRSTRLEN + 1];
	unsigned char bytes[16];

	if (!t.len || t.len >= sizeof(copy))
		return false;
	/* An IPv4 address that a dual-stack socket wrote is one all the same. */
	if (!x->is_v6 && t.len > strlen(mapped) && !strncasecmp(t.at, mapped, strlen(mapped))) {
		t.at += strlen(mapped);
		t.len -= strlen(mapped);
	}
	memcpy(copy, t.at, t.len);
	copy[t.len] = '\0';
	return inet_pton(x->is_v6 ? AF_INET6 : AF_INET, copy, bytes) == 1 &&
	       same_bits(bytes, x->network, (unsigned)x->number);
}

static bool refers(struct view *v, const struct predicate *x, struct text t)
{
	for (uint16_t i = first_value(v, x->other_field); i != NO_VALUE; i = v->next[i]) {
		struct text other;

		if (v->event->fields[i].type == FIELD_NULL)
			continue;
		other = folded(v, i, x->cased);
		if ((x->op == MATCH_REFERS_EQUALS && t.len == other.len && !memcmp(t.at, other.at, t.len)) ||
		    (x->op == MATCH_REFERS_STARTS && begins(t, other.at, other.len)) ||
		    (x->op == MATCH_REFERS_ENDS && ends(t, other.at, other.len)) ||
		    (x->op == MATCH_REFERS_CONTAINS && has(t, other.at, other.len)))
			return true;
	}
	return false;
}

/* Does one value (never a null) pass the test? */
static bool passes(struct view *v, const struct predicate *x, uint32_t value)
{
	bool limited = false, yes;
	struct text t;

	switch (x->op) {
	case MATCH_ANY:
		return true;
	case MATCH_REGEX:
		t = value_text(v, value);
		yes = regex_matches(x->regex, t.at, t.len, &limited);
		v->limited += limited;
		return yes;
	case MATCH_CIDR:
		return in_network(value_text(v, value), x);
	case MATCH_LESS:
	case MATCH_LESS_EQUAL:
	case MATCH_GREATER:
	case MATCH_GREATER_EQUAL:
		return compare(x->op, value_text(v, value), x->number);
	case MATCH_TIME:
		return in_time(value_text(v, value), x);
	default:
		break;
	}
	t = folded(v, value, x->cased);
	switch (x->op) {
	case MATCH_EQUALS:
		return t.len == x->len && !memcmp(t.at, x->text, x->len);
	case MATCH_STARTS:
		return begins(t, x->text, x->len);
	case MATCH_ENDS:
		return ends(t, x->text, x->len);
	case MATCH_CONTAINS:
		return has(t, x->text, x->len);
	case MATCH_GLOB:
		return glob(t, x);
	default:
		return refers(v, x, t);
	}
}

/* A search reads the line as it came; of JSON, whose text is escaped there, all
 * values. */
static bool anywhere(struct view *v, const struct predicate *x)
{
	if (!v->event->is_json)
		return passes(v, x, EVENT_FIELDS);
	for (size_t i = 0; i < v->event->count; i++)
		if (v->event->fields[i].type != FIELD_NULL && passes(v, x, (uint32_t)i))
			return true;
	return false;
}

static bool judge(struct view *v, const struct predicate *x)
{
	uint16_t i;

	if (x->field == FIELD_ANYWHERE)
		return anywhere(v, x);
	i = first_value(v, x->field);
	if (x->op == MATCH_EXISTS)
		return i != NO_VALUE;
	for (; i != NO_VALUE; i = v->next[i]) {
		if (v->event->fields[i].type == FIELD_NULL)
			continue;
		if (x->op == MATCH_NULL)
			return false;
		if (passes(v, x, i))
			return true;
	}
	return x->op == MATCH_NULL;
}

bool match_predicate(struct view *v, uint32_t predicate)
{
	uint32_t *judged = &v->judged[predicate];

	if (*judged >> 1 != v->epoch)
		*judged = v->epoch << 1 | judge(v, &v->program->predicates[predicate]);
	return *judged & 1;
}

bool match_node(struct view *v, uint32_t number)
{
	const struct node *n = &v->program->nodes[number];
	const uint32_t *members = v->program->members + n->first;
	uint32_t found = 0;

	switch (n->kind) {
	case NODE_PREDICATE:
		return match_predicate(v, n->first);
	case NODE_NOT:
		return !match_node(v, members[0]);
	case NODE_AND:
		for (uint32_t i = 0; i < n->count; i++)
			if (!match_node(v, members[i]))
				return false;
		return true;
	case NODE_OR:
		for (uint32_t i = 0; i < n->count; i++)
			if (match_node(v, members[i]))
				return true;
		return false;
	case NODE_COUNT:
		for (uint32_t i = 0; i < n->count && found < n->need; i++)
			found += match_node(v, members[i]);
		return found >= n->need;
	}
	return false;
}
