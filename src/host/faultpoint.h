#pragma once

#include <stddef.h>

/*
 * faultpoint -- places where a test may let the process die.
 *
 * A build with -DFENGSUI_TEST_HOOKS ends by SIGKILL at the n-th passage of the
 * point that the environment names: FENGSUI_FAULTPOINT=file.rename:2 (the
 * first where no number is given). In any other build nothing is left of it.
 */
#ifdef FENGSUI_TEST_HOOKS
#define FAULTPOINT(name) faultpoint(name)
#else
#define FAULTPOINT(name) ((void)0)
#endif

/* Use FAULTPOINT. `name` stands in the list, or it is a mistake of ours. */
void faultpoint(const char *name);

/* Every point there is, for campaigns that try each. */
extern const char *const faultpoint_names[];
extern const size_t faultpoint_count;
