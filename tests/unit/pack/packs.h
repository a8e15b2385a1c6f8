#pragma once

#include <stdbool.h>

#include "base/buf.h"
#include "pack/pack.h"

/*
 * packs -- small packs for tests: a sound one, and what somebody did to it.
 *
 * A case is a folder with files that replace those of the base, a file
 * `change` that edits them, and a file `expect` that holds what must be said.
 * An edit reads:
 *
 *     kinds/incident.yml
 *     <<<
 *     from: received
 *     ===
 *     from: recieved
 *     >>>
 */

/* A copy of the base with the case laid over it, in a folder of its own. The
 * path stands in `out`; packs_remove takes the folder away. */
void packs_make(const char *base, const char *kase, char out[static 64]);
void packs_remove(const char *path);
/* Put `new` where `old` stands in a file of it. */
void packs_edit(const char *path, const char *file, const char *old, const char *new);

/* Load and check; the problems as text, one a line, without warnings. */
void packs_judge(const char *path, struct buf *out);

/* Every case of a folder says exactly what its `expect` holds; the number of
 * cases. With FENGSUI_WRITE_EXPECT set they are written instead. */
size_t packs_all(const char *base, const char *cases);

/* The whole of a file; NULL where it is not there. The caller frees it. */
char *packs_read(const char *path);
