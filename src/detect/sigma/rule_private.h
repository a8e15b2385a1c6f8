#pragma once

#include "detect/sigma/rule.h"

/* What the readers of the parts of one rule share. */
struct rule_reading {
	struct arena *mem;
	const struct lists *lists; /* or NULL */
	const char *file;
	struct fault *why;
	struct rule *rule;
	size_t values, bytes; /* that its texts came to so far */
	size_t letters;       /* those that became expressions, see letters.h */
};

/* selection.c: a named part of `detection`. */
int selection_read(struct rule_reading *r, const struct tree *at, struct selection **out);

/* value.c: "field|modifier|..." with its scalar or list, as an item; as several
 * that must all hold, where `all` meets values that are alternatives themselves. */
int item_read(struct rule_reading *r, const char *key, const struct tree *at, struct item **out);

/* condition.c: the text of `condition`, over the rule's selections. */
int condition_read(struct rule_reading *r, const struct tree *at, struct condition **out);
/* The same text over the names of the rules that a correlation lists. */
int expression_read(struct rule_reading *r, const struct tree *at, const char *const *names, size_t count,
		    struct condition_names **out);

/* correlation.c; `generate` may also stand beside `correlation` (or be NULL). */
int correlation_read(struct rule_reading *r, const struct tree *at, const struct tree *generate,
		     struct correlation **out);

/* filter.c: selections, condition and rules of a filter, into the rule. */
int filter_read(struct rule_reading *r, const struct tree *at);

/* join.c: the attribute `fengsui` of a rule, or NULL. */
int join_read(struct rule_reading *r, const struct tree *at);

/* boundary.c: log source and tags; refuses with N33. */
int boundary_check_source(struct rule_reading *r, const struct tree *at);
int boundary_check_tags(struct rule_reading *r, const struct tree *at);

/* Refuses a word with the one of `known` that was probably meant, or with all of
 * them; `noun` says what the words are. */
int unknown_word(struct rule_reading *r, const struct tree *at, const char *noun, const char *word,
		 const char *const *known, size_t count);

/* A plain decimal number, finite; false for anything else. */
bool number_read(const struct tree *at, double *out);

/* "10s", "5m", "1h", "7d" */
int span_read(struct rule_reading *r, const struct tree *at, int64_t *out);
