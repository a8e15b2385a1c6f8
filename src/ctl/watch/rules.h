#pragma once

#include "ctl/watch/settings.h"
#include "detect/ruleset.h"
#include "intake/map.h"

/*
 * rules -- what is looked for: the rules and mappings that were named, or those
 * that come with the program.
 */
struct rules {
	struct maps *maps;
	struct ruleset *set;
};

/* Gives -1, or the exit status after saying why. */
int rules_load(struct rules *rules, const struct settings *settings);
void rules_fini(struct rules *rules);
