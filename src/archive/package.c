#include "archive/package.h"

int package_build(struct record *record, const struct package_plan *plan, char *path, size_t size,
		  struct fault *why)
{
	(void)record;
	(void)path;
	(void)size;
	return fault_set(why, FAULT_ABSENT, "no package of %s can be built", plan->name);
}
