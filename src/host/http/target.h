#pragma once

#include <stdbool.h>
#include <stddef.h>

/*
 * target -- the address in a request line, checked and taken apart.
 *
 * One spelling for one thing: what could be read as another path by somebody
 * else on the way (dots, empty segments, an encoded slash) is refused, never
 * put right.
 */

/* Origin form only ("/path?query"). `path` has room for strlen(target) + 1 and
 * gets the path decoded, valid UTF-8; `query` points into the target. False
 * with the reason in `what`. */
bool target_read(const char *target, char *path, const char **query, const char **what);
