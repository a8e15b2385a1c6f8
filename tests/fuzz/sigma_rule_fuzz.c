#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "detect/detector.h"

/* Property: a rule is refused with its place, or it can be compiled and read
 * again with the same result; either way nothing is lost or left behind. */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void refused(void *who, const struct fault *why)
{
	(void)who;
	if (strncmp(why->text, "fuzz.yml:", 9))
		abort();
}

static const char lists[] = "Servers: [dc01, 'a*', {pattern: srv*}]\nNets: [10.0.0.0/8]\nNone: []\n";

static struct ruleset *read(const char *text, size_t size)
{
	struct ruleset *set = ruleset_new(refused, NULL);
	struct fault why;

	if (ruleset_add_list(set, "lists.yml", lists, sizeof(lists) - 1, &why) < 0)
		abort();
	ruleset_add(set, "fuzz.yml", text, size);
	ruleset_finish(set);
	return set;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct ruleset *one, *two;

	if (size > 16384)
		return 0;
	one = read((const char *)data, size);
	two = read((const char *)data, size);
	if (ruleset_count(one) != ruleset_count(two) || ruleset_refusals(one) != ruleset_refusals(two))
		abort();
	for (size_t i = 0; i < ruleset_count(one); i++)
		if (strcmp(ruleset_at(one, i)->id, ruleset_at(two, i)->id))
			abort();
	detector_free(detector_new(one, NULL, NULL, NULL));
	ruleset_free(one);
	ruleset_free(two);
	return 0;
}
