#include "base/dotted.h"

#include <string.h>

/* The end of the numbers; NULL: there are none, or too many. */
static const char *read_numbers(const char *p, struct dotted *out)
{
	size_t places = 0;

	memset(out, 0, sizeof(*out));
	p += (*p == 'v' || *p == 'V') && p[1] >= '0' && p[1] <= '9';
	do {
		unsigned long long number = 0;
		int digits = 0;

		for (; *p >= '0' && *p <= '9'; p++, digits++)
			number = number * 10 + (unsigned long long)(*p - '0');
		if (!digits || digits > 18 || places == DOTTED_PLACES)
			return NULL;
		out->at[places++] = number;
	} while (*p == '.' && p[1] >= '0' && p[1] <= '9' && p++);
	return p;
}

static const char *past_blanks(const char *p) { return p + strspn(p, " \t"); }

bool dotted_read(const char *text, struct dotted *out)
{
	const char *end = read_numbers(past_blanks(text), out);

	if (end)
		out->more = *past_blanks(end) != '\0';
	return end != NULL;
}

/* ---- conditions ----------------------------------------------------------------- */

static const struct {
	const char *text;
	int sign;
} signs[] = {
	{ "<=", DOTTED_LESS_EQUAL }, { ">=", DOTTED_MORE_EQUAL }, { "==", DOTTED_EQUAL },
	{ "<", DOTTED_LESS },        { ">", DOTTED_MORE },        { "=", DOTTED_EQUAL },
	{ "≤", DOTTED_LESS_EQUAL },  { "≥", DOTTED_MORE_EQUAL },  { "＜", DOTTED_LESS },
	{ "＞", DOTTED_MORE },
};

static bool read_sign(const char **at, struct dotted_condition *out)
{
	for (size_t i = 0; i < sizeof(signs) / sizeof(*signs); i++) {
		const size_t len = strlen(signs[i].text);

		if (strncmp(*at, signs[i].text, len) != 0)
			continue;
		out->sign = signs[i].sign;
		*at = past_blanks(*at + len);
		return true;
	}
	return false;
}

/* What stands between two conditions; `either` where the next begins another way to fit. */
static const char *past_between(const char *p, bool *either)
{
	static const struct {
		const char *text;
		bool either;
	} between[] = { { ",", false }, { "，", false }, { ";", true }, { "；", true }, { "||", true } };

	*either = false;
	p = past_blanks(p);
	for (size_t i = 0; i < sizeof(between) / sizeof(*between); i++) {
		const size_t len = strlen(between[i].text);

		if (strncmp(p, between[i].text, len) != 0)
			continue;
		*either = between[i].either;
		return past_blanks(p + len);
	}
	return p;
}

bool dotted_range_read(const char *text, struct dotted_range *out)
{
	const char *p = past_blanks(text);
	bool either = true;

	out->count = 0;
	do {
		struct dotted_condition *one = &out->at[out->count];
		const char *behind;

		if (out->count == DOTTED_CONDITIONS || !read_sign(&p, one) ||
		    !(p = read_numbers(p, &one->version)) ||
		    (*p && !strchr(" \t,;|<>=", *p) && (unsigned char)*p < 0x80))
			return false;
		one->either = either;
		out->count++;
		behind = past_blanks(p);
		p = past_between(p, &either);
		/* A comma promises one more. */
		if (!*p && p != behind)
			return false;
	} while (*p);
	return true;
}

/* ---- within ------------------------------------------------------------------------ */

static int compare(const struct dotted *a, const struct dotted *b)
{
	for (size_t i = 0; i < DOTTED_PLACES; i++)
		if (a->at[i] != b->at[i])
			return a->at[i] < b->at[i] ? -1 : 1;
	return 0;
}

static enum dotted_answer holds(const struct dotted_condition *one, const struct dotted *version)
{
	const int order = compare(version, &one->version);

	/* "2.4.1-rc1" is before 2.4.1 and "1.0.2k" behind 1.0.2: who knows. */
	if (!order && version->more)
		return DOTTED_UNCLEAR;
	switch (one->sign) {
	case DOTTED_LESS:
		return order < 0 ? DOTTED_YES : DOTTED_NO;
	case DOTTED_LESS_EQUAL:
		return order <= 0 ? DOTTED_YES : DOTTED_NO;
	case DOTTED_EQUAL:
		return order == 0 ? DOTTED_YES : DOTTED_NO;
	case DOTTED_MORE_EQUAL:
		return order >= 0 ? DOTTED_YES : DOTTED_NO;
	default:
		return order > 0 ? DOTTED_YES : DOTTED_NO;
	}
}

enum dotted_answer dotted_within(const struct dotted_range *range, const char *text)
{
	enum dotted_answer any = DOTTED_NO, group = DOTTED_NO;
	struct dotted version;

	if (!dotted_read(text, &version))
		return DOTTED_UNCLEAR;
	for (size_t i = 0; i < range->count; i++) {
		const enum dotted_answer one = holds(&range->at[i], &version);

		if (range->at[i].either)
			group = one;
		else if (one == DOTTED_NO || group == DOTTED_NO)
			group = DOTTED_NO;
		else if (one == DOTTED_UNCLEAR)
			group = DOTTED_UNCLEAR;
		if (i + 1 < range->count && !range->at[i + 1].either)
			continue;
		if (group == DOTTED_YES)
			return DOTTED_YES;
		if (group == DOTTED_UNCLEAR)
			any = DOTTED_UNCLEAR;
	}
	return any;
}
