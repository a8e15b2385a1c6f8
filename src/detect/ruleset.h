#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/fault.h"
#include "detect/sigma/rule.h"

/*
 * ruleset -- the rules that were read together, and those that were refused.
 *
 * A refused rule is named with its place and leaves the others usable. What a
 * correlation or a filter refers to must be in the same set, before it or after.
 */
struct ruleset;

/* Called for each refusal, as it is found. */
typedef void ruleset_refused(void *who, const struct fault *why);

struct ruleset *ruleset_new(ruleset_refused *refused, void *who);
void ruleset_free(struct ruleset *set);

/* What the placeholders of rules stand for (sigma/lists.h): a folder of lists, or
 * one file's text. Before the rules, which are refused without what they name. */
int ruleset_set_lists(struct ruleset *set, const char *folder, struct fault *why);
int ruleset_add_list(struct ruleset *set, const char *name, const char *bytes, size_t len, struct fault *why);

/* Every *.yml below a folder, in the order of their names, or one file. Fails
 * with FAULT_ABSENT when there is nothing at that path. */
int ruleset_add_path(struct ruleset *set, const char *path, struct fault *why);
/* The same from memory. */
void ruleset_add(struct ruleset *set, const char *name, const char *bytes, size_t len);
/* After the last: lay filters on their rules, look up what correlations refer to,
 * refuse those that cannot be. Once. */
void ruleset_finish(struct ruleset *set);

size_t ruleset_count(const struct ruleset *set);
size_t ruleset_refusals(const struct ruleset *set);
const struct rule *ruleset_at(const struct ruleset *set, size_t i);
/* By id or name; SIZE_MAX when there is none. */
size_t ruleset_find(const struct ruleset *set, const char *name);
