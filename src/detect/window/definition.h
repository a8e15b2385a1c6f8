#pragma once

#include <stdint.h>

#include "detect/ruleset.h"

/*
 * definition -- what a rule says, as a number that stays the same for as long as it
 * says the same: its identity, its tests and condition, and those of all rules
 * that a correlation refers to. Title, level and tags are not among it.
 */
uint64_t definition_digest(const struct ruleset *set, const struct rule *rule);
