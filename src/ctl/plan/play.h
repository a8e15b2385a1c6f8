#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/fault.h"
#include "pack/pack.h"

/*
 * play -- a plan's own scenarios, played: does it do what it promises?
 *
 * A step that does not come out as written is a problem at its place, in the
 * language that is wanted. FAULT_INVALID with one among them; another fault
 * where the stage itself failed. `played` counts scenarios.
 */
int play_scenarios(const char *path, const struct pack *pack, bool chinese, struct problems *problems,
		   size_t *played, struct fault *why);
