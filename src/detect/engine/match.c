#include "detect/engine/match.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "detect/engine/regex.h"
#include "detect/engine/calendar.h"

void view_init(struct view *v, const struct program *p)
{
	*v = (struct view){ .program = p };
	v->judged = must_alloc((p->predicate_count + 1) * sizeof(*v->judged));
	v->regex_room = regex_room_new();
}

void view_fini(struct view *v)
{
	regex_room_free(v->regex_room);
	free(v->judged);
	free(v->room);
}

/* Epochs are 30 bits; before they come round again everything is forgotten. */
static void next_epoch(struct view *v)
{
	if (++v->epoch < UINT32_MAX / VERDICTS)
		return;
	memset(v->judged, 0, v->program->predicate_count * sizeof(*v->judged));
	memset(v->folded_in, 0, sizeof(v->folded_in));
	v->epoch = 1;
}

void view_take(struct view *v, const struct event *e, const uint64_t *looked_for)
{
	const size_t need = e->text_bytes + e->raw_len;

	next_epoch(v);
	v->event = e;
	v->looked_for = looked_for;
	v->asked = NULL;
	v->used = 0;
	v->work = 0;
	if (need > v->size) {
		v->size = need * 2;
		free(v->room);
		v->room = must_alloc(v->size);
	}
}

struct text view_given(const struct view *v, uint32_t value)
{
	if (value == EVENT_FIELDS)
		return (struct text){ v->event->raw, v->event->raw_len };
	return (struct text){ v->event->fields[value].text, v->event->fields[value].len };
}

struct text view_lower(struct view *v, uint32_t value)
{
	struct text t = view_given(v, value);

	if (v->folded_in[value] != v->epoch) {
		v->folded_in[value] = v->epoch;
		v->folded[value] = v->room + v->used;
		v->used += t.len;
		fold_copy(v->room + v->used - t.len, t.at, t.len);
	}
	return (struct text){ v->folded[value], t.len };
}

static bool has(struct text t, const char *text, size_t len)
{
	return !len || (t.len >= len && fold_has(t, text, len));
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

static bool glob(struct view *v, struct text t, const struct predicate *x)
{
	const char *at = t.at, *end = t.at + t.len, *retry = NULL;
	size_t i = 0, star = 0;

	while (at < end || i < x->len) {
		if (++v->work > WORK_MOST)
			return false;
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

static size_t digits(struct text t, size_t at)
{
	size_t i = at;

	while (i < t.len && t.at[i] >= '0' && t.at[i] <= '9')
		i++;
	return i - at;
}

/* [-+]digits[.digits][e[-+]digits], or a fraction alone. */
static bool is_decimal(struct text t)
{
	size_t i = t.len && (*t.at == '-' || *t.at == '+'), whole, part = 0, power = 1;

	whole = digits(t, i);
	i += whole;
	if (i < t.len && t.at[i] == '.') {
		part = digits(t, ++i);
		i += part;
	}
	if (!whole && !part)
		return false;
	if (i < t.len && (t.at[i] | 32) == 'e') {
		i++;
		i += i < t.len && (t.at[i] == '-' || t.at[i] == '+');
		power = digits(t, i);
		i += power;
	}
	return power && i == t.len;
}

bool text_number(struct text t, double *out)
{
	char copy[64], *end;

	if (t.len >= sizeof(copy) || !is_decimal(t))
		return false;
	memcpy(copy, t.at, t.len);
	copy[t.len] = '\0';
	*out = strtod(copy, &end);
	return *end == '\0' && end != copy;
}

static bool compare(enum match_op op, struct text t, double bound)
{
	double value;

	if (!text_number(t, &value))
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

	if (!t.len || t.len >= sizeof(copy) || memchr(t.at, '\0', t.len))
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

static struct text cased_or_not(struct view *v, uint32_t value, bool cased)
{
	return cased ? view_given(v, value) : view_lower(v, value);
}

static bool refers(struct view *v, const struct predicate *x, uint32_t value)
{
	const struct event *e = v->event;
	const struct text t = cased_or_not(v, value, x->cased);

	for (uint16_t i = event_first(e, x->other_field); i != NO_FIELD; i = e->fields[i].next) {
		struct text other;

		if (e->fields[i].type == FIELD_NULL)
			continue;
		other = cased_or_not(v, i, x->cased);
		v->work += t.len;
		if ((x->op == MATCH_REFERS_EQUALS && t.len == other.len && !memcmp(t.at, other.at, t.len)) ||
		    (x->op == MATCH_REFERS_STARTS && begins(t, other.at, other.len)) ||
		    (x->op == MATCH_REFERS_ENDS && ends(t, other.at, other.len)) ||
		    (x->op == MATCH_REFERS_CONTAINS && has(t, other.at, other.len)))
			return true;
	}
	return false;
}

static bool matches(struct view *v, const struct predicate *x, struct text t)
{
	bool limited = false;
	const bool yes = regex_matches(x->regex, v->regex_room, t.at, t.len, &limited);

	v->limited += limited;
	v->work += t.len * REGEX_WORK;
	return yes;
}

/* The texts of a rule are lower-case unless it asked for their case. */
static bool passes_text(struct view *v, const struct predicate *x, uint32_t value)
{
	const struct text t = view_given(v, value);

	if (x->op == MATCH_CONTAINS || x->op == MATCH_GLOB) {
		const struct text in = cased_or_not(v, value, x->cased);

		v->work += in.len;
		return x->op == MATCH_GLOB ? glob(v, in, x) : has(in, x->text, x->len);
	}
	if (t.len < x->len || (x->op == MATCH_EQUALS && t.len != x->len))
		return false;
	v->work += x->len;
	if (x->cased)
		return x->op == MATCH_ENDS ? ends(t, x->text, x->len) : begins(t, x->text, x->len);
	return fold_equal(x->op == MATCH_ENDS ? t.at + t.len - x->len : t.at, x->text, x->len);
}

/* Does one value (never a null) pass the test? */
static bool passes(struct view *v, const struct predicate *x, uint32_t value)
{
	v->work += VALUE_WORK;
	switch (x->op) {
	case MATCH_ANY:
		return true;
	case MATCH_REGEX:
		return matches(v, x, view_given(v, value));
	case MATCH_CIDR:
		return in_network(view_given(v, value), x);
	case MATCH_LESS:
	case MATCH_LESS_EQUAL:
	case MATCH_GREATER:
	case MATCH_GREATER_EQUAL:
		return compare(x->op, view_given(v, value), x->number);
	case MATCH_TIME:
		return in_time(view_given(v, value), x);
	case MATCH_REFERS_EQUALS:
	case MATCH_REFERS_STARTS:
	case MATCH_REFERS_ENDS:
	case MATCH_REFERS_CONTAINS:
		return refers(v, x, value);
	default:
		return passes_text(v, x, value);
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
	const struct event *e = v->event;
	uint16_t i;

	if (x->field == FIELD_ANYWHERE)
		return anywhere(v, x);
	i = event_first(e, x->field);
	if (x->op == MATCH_EXISTS)
		return i != NO_FIELD;
	for (; i != NO_FIELD; i = e->fields[i].next) {
		if (e->fields[i].type == FIELD_NULL)
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

	if (v->asked)
		v->asked[predicate]++;
	if (*judged / VERDICTS == v->epoch && *judged % VERDICTS != VERDICT_MAYBE)
		return *judged % VERDICTS;
	/* Looked for with all others of its field, and not found. */
	if (*judged / VERDICTS != v->epoch && v->looked_for &&
	    v->looked_for[predicate / 64] >> predicate % 64 & 1)
		return false;
	*judged = v->epoch * VERDICTS + judge(v, &v->program->predicates[predicate]);
	return *judged % VERDICTS;
}

bool match_rule(struct view *v, uint32_t rule)
{
	const struct step *steps = v->program->steps;
	uint32_t at = v->program->rules[rule].start;

	while (at < STEP_NO)
		at = match_predicate(v, steps[at].predicate) ? steps[at].yes : steps[at].no;
	return at == STEP_YES;
}

bool match_node(struct view *v, uint32_t number)
{
	const struct node *n = &v->program->nodes[number];
	const uint32_t *members = v->program->members + n->first;
	uint32_t found = 0;

	if (n->kind == NODE_PREDICATE)
		return match_predicate(v, n->first);
	if (n->kind == NODE_NOT)
		return !match_node(v, members[0]);
	for (uint32_t i = 0; i < n->count; i++)
		found += match_node(v, members[i]);
	return n->kind == NODE_AND ? found == n->count : found >= (n->kind == NODE_OR ? 1 : n->need);
}
