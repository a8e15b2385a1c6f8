#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "intake/logsource.h"

/*
 * dictionary -- the names that a mapping may give to what it finds in a line.
 *
 * A closed table: names of hosts, addresses, accounts, requests, programs. There
 * is none for what somebody says, and a name of the process world is for logs of
 * processes only, so that no page text becomes a CommandLine.
 */

/* Is this a name of the dictionary? */
bool dictionary_has(const char *name);

/* May a mapping that says its events are from there give it? A name of some logs
 * only: every category of the mapping must be among those, or its product. */
bool dictionary_allows(const char *name, const struct logsource *at);
