#pragma once

#include <stdbool.h>

#include "detect/sigma/draft.h"
#include "detect/sigma/rule.h"

/*
 * letters -- values with letters beyond ASCII that have two cases.
 *
 * The engine folds ASCII, at the speed of memory. A value with an é or a П in it becomes
 * all the ways to write it where those are few, and else an expression, which PCRE2
 * matches by Unicode's simple case folding: one character for one, whatever bytes it
 * takes (and an s is also a ſ there, a k the Kelvin sign). Chinese has no case and stays
 * as it is.
 */
enum { LETTERS_WAYS = 16 };

/* Is there such a letter in it? */
bool letters_beyond(const struct draft *d);

/* All ways to write it, ASCII left alone; NULL: more than LETTERS_WAYS, or no table has one of its letters.
 */
struct draft *letters_ways(struct arena *mem, const struct draft *d);

/* The value as an expression of `affix` (AFFIX_...); its text in the arena. */
void letters_value(struct arena *mem, const struct draft *d, unsigned affix, struct value *v);
