#pragma once

#include <stdbool.h>

#include "base/buf.h"
#include "base/fault.h"

/*
 * boundary -- for the auditor: what a house can hear of, beside what its plan is about.
 *
 * Each adds a part to `out`; a part that cannot be read is a fault.
 */

/* The rules of a folder that may load, each with its title, its log source and
 * the ATT&CK tag or technical class that admits it; and what was refused. */
int boundary_rules(struct buf *out, const char *folder, bool chinese, struct fault *why);

/* The field mappings that come with the program and those of a folder (NULL:
 * none), each with the log sources that its events may say they are from. */
int boundary_maps(struct buf *out, const char *folder, bool chinese, struct fault *why);

/* Rules and mappings that are on in a data folder, and which two people
 * switched them on: asked of its daemon. Gives the exit status. */
int boundary_switches(struct buf *out, const char *folder, const char *as, bool chinese);
