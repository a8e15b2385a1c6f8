#pragma once

#include <jansson.h>

#include "action/action.h"
#include "base/fault.h"
#include "gate/request.h"
#include "intake/stream/quarantine.h"

/*
 * quarantine -- the newest lines of each source that were not what it promised, as others see them.
 */
struct gate;

enum { QUARANTINE_USUAL = 10, QUARANTINE_SOURCES = 100 };

/* The operation: of one source, or of those that have any, at most QUARANTINE_SOURCES.
 * {"rows":[{"name","kept","given_up","lines":[...]}],"more"}; the newest line first,
 * each as of quarantine_write(). Fails with FAULT_REFUSED where the asker has no role
 * that may see raw lines, FAULT_ABSENT for a source that nobody knows. */
int quarantine_asked(struct gate *gate, const struct ask *ask, const struct asker *asker, json_t **out,
		     struct fault *why);
