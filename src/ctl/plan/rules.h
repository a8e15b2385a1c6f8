#pragma once

#include <stdbool.h>

#include "base/buf.h"
#include "base/fault.h"

/*
 * rules -- for the auditor: which rules a folder switches on.
 *
 * Each with its title, where its events come from and the ATT&CK tag or
 * technical class that admits it; and what was refused, with its code.
 */
int plan_rules(struct buf *out, const char *folder, bool chinese, struct fault *why);
