#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "detect/sigma/draft.h"
#include "detect/sigma/rule_private.h"

/*
 * modifier -- what the words behind a field's name add up to: "field|contains|all".
 */
enum { CHANGES_MOST = 8 };

enum affix { AFFIX_FRONT = 1, AFFIX_BACK = 2 }; /* anything may stand there */

enum test { TEST_TEXT, TEST_REGEX, TEST_CIDR, TEST_EXISTS, TEST_REFERS, TEST_NUMBER, TEST_TIME };

/* What may stand beside a test. */
enum { WITH_ALL = 1, WITH_CASED = 2, WITH_NEQ = 4, WITH_AFFIX = 8, WITH_CHANGE = 16, WITH_EXPAND = 32 };

/* What the modifiers of a key add up to. */
struct modifiers {
	enum test test;
	unsigned with, affix, regex_flags;
	bool compares;
	enum compare_op compare;
	enum time_part part;
	const char *words[6]; /* of each of WITH_..., the one that was written; for messages */
	const char *test_word;
	draft_change *changes[CHANGES_MOST];
	size_t change_count;
};

/* Of the whole key; refuses a word that is none, and what does not go together. */
int modifiers_read(struct rule_reading *r, const struct tree *at, const char *key, struct modifiers *out);
