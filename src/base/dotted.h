#pragma once

#include <stdbool.h>
#include <stddef.h>

/*
 * dotted -- versions of products such as 2.4.1, and conditions on them such as ">=2.0, <2.4.1".
 *
 * Numbers are compared as numbers, place by place; a place that is missing is 0. What
 * stands behind them ("-rc1", "k", "(build 7)") decides nothing: where it would have to,
 * the answer is unclear, and whoever asks takes the careful side.
 */
enum dotted_answer { DOTTED_NO, DOTTED_YES, DOTTED_UNCLEAR };

enum { DOTTED_PLACES = 8, DOTTED_CONDITIONS = 16 };

struct dotted {
	unsigned long long at[DOTTED_PLACES];
	bool more; /* something stands behind the numbers */
};

struct dotted_condition {
	enum { DOTTED_LESS, DOTTED_LESS_EQUAL, DOTTED_EQUAL, DOTTED_MORE_EQUAL, DOTTED_MORE } sign;
	struct dotted version;
	bool either; /* begins another way to fit */
};

struct dotted_range {
	struct dotted_condition at[DOTTED_CONDITIONS];
	size_t count;
};

/* False where it does not begin with a number (a "v" may stand before it), or is beyond what is counted. */
bool dotted_read(const char *text, struct dotted *out);
/* Conditions with < <= = >= > (also ≤ ≥ ＜ ＞), between them blanks or commas where all must hold, ";" or
 * "||" where one group is enough. False where that is not what it says. */
bool dotted_range_read(const char *text, struct dotted_range *out);
/* Is this version within? A text that is no version is unclear. */
enum dotted_answer dotted_within(const struct dotted_range *range, const char *version);
