#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/fault.h"

/*
 * typed -- flags and words of the commands that keep a folder safe.
 */

/* One flag: with a value, or alone. */
struct typed_flag {
	const char *name;   /* "--keep" */
	const char **value; /* or NULL */
	bool *alone;        /* or NULL */
};

struct typed {
	const char *command; /* for messages: "backup" */
	const struct typed_flag *flags;
	size_t flag_count;
	const char **words; /* what is no flag goes here, in order */
	size_t words_most, word_count;
};

/* 0, or the exit status; what is wrong has been said then. */
int typed_read(int argc, char **argv, struct typed *typed);
int typed_usage(const struct typed *typed, const char *what, const char *arg);

/* A whole number of `lowest` to `highest`; false and said where it is none. */
bool typed_number(const struct typed *typed, const char *flag, const char *text, long lowest, long highest,
		  long *out);

/* Say a fault in the language that is wanted; gives its exit status. */
int typed_fault(bool zh, const struct fault *why);

/* Is --help or -h among the arguments? */
bool typed_help(int argc, char **argv);
