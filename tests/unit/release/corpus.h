#pragma once

#include "release/release.h"

/*
 * corpus -- texts in which something is planted, and texts in which nothing is.
 *
 * Ours alone: hard.tsv is written by hand, the rest is made here, the same each time.
 */
struct planted {
	enum release_class of;
	const char *what, *text; /* `what` as it stands in the text */
};

struct release *corpus_release(void); /* with a small register of its own */
void corpus_planted(void (*use)(void *, const struct planted *), void *with);
void corpus_clean(void (*use)(void *, const char *), void *with);
