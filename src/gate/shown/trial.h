#pragma once

#include <jansson.h>
#include <stdint.h>

/*
 * trial -- does this rule match these lines? Nothing is stored, nobody is alarmed.
 *
 * Read, made ready and matched as the daemon does it, with its mappings and its
 * lists. Takes as long as the rule was made to take, within the limits of a rule
 * and a second for the lines; so it is run in a thread.
 */
struct maps;

struct trial {
	const struct maps *maps;
	const char *lists;   /* folder of what placeholders stand for, or NULL */
	const char *rule;    /* YAML */
	const json_t *lines; /* texts */
	const char *source;  /* that they are said to be from */
	int64_t now;
	/* Lists of the caller's that are filled in: why the rule is refused,
	 * {"line","column","zh","en"}; or for each line {"matches","fault"?}. */
	json_t *faults, *tried;
};

void trial_run(struct trial *trial);
