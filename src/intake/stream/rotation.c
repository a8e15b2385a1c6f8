#include "intake/stream/rotation.h"

#include <string.h>

enum { DATE_DIGITS = 8, DIGITS_MOST = 18 };

static bool is_digit(char c) { return c >= '0' && c <= '9'; }

/* Does the text end in a date of this form ('0' is a digit) behind a '.' or '-'? */
static bool ends_in(const char *name, size_t len, const char *form)
{
	const size_t room = strlen(form);

	if (len < room + 2 || !strchr(".-", name[len - room - 1]))
		return false;
	for (size_t i = 0; i < room; i++) {
		const char c = name[len - room + i];

		if (form[i] == '0' ? !is_digit(c) : c != form[i])
			return false;
	}
	return true;
}

static uint64_t number_of(const char *text, size_t len)
{
	uint64_t n = 0;

	for (size_t i = 0; i < len; i++)
		if (is_digit(text[i]))
			n = n * 10 + (uint64_t)(text[i] - '0');
	return n;
}

static struct rotation put_away(const char *name, size_t len, size_t behind, bool dated)
{
	return (struct rotation){ .stem = len - behind - 1,
				  .is = true,
				  .dated = dated,
				  .number = number_of(name + len - behind, behind) };
}

struct rotation rotation_of(const char *name)
{
	static const char *const dates[] = {
		"0000-00-00_00-00-00", "0000-00-00_00-00",    "0000-00-00_00", "0000-00-00-00",
		"0000-00-00T00",       "00000000-0000000000", "0000-00-00",
	};
	size_t len = strlen(name), digits = 0;

	if (len > 3 && !strcmp(name + len - 3, ".gz"))
		len -= 3;
	for (size_t i = 0; i < sizeof(dates) / sizeof(*dates); i++)
		if (ends_in(name, len, dates[i]))
			return put_away(name, len, strlen(dates[i]), true);
	while (digits < len && is_digit(name[len - digits - 1]))
		digits++;
	if (!digits || digits > DIGITS_MOST || digits + 1 >= len || !strchr(".-", name[len - digits - 1]))
		return (struct rotation){ .stem = strlen(name) };
	return put_away(name, len, digits, digits >= DATE_DIGITS);
}

/* Dates: the early ones first. Numbers: the high ones first, as logrotate counts. */
int rotation_by_age(const struct rotation *a, const struct rotation *b)
{
	if (a->is != b->is)
		return a->is ? -1 : 1;
	if (a->dated != b->dated)
		return a->dated ? -1 : 1;
	if (a->number == b->number)
		return 0;
	return (a->number < b->number) == a->dated ? -1 : 1;
}

bool rotation_is_of(const char *name, const char *base, struct rotation *out)
{
	const size_t len = strlen(base);

	*out = rotation_of(name);
	return out->is && out->stem == len && !memcmp(name, base, len);
}
