#pragma once

#include <stddef.h>

#include "base/fault.h"

/*
 * unpack -- a plan pack that came as one file: a tar archive of its folder.
 *
 * `tar cf pack.tar -C packs/mine .` makes one. Plain files named as in a pack
 * are taken, from the top of the archive or from its one folder; whatever else
 * an archive can hold (links, devices, paths that lead out) is refused.
 */
enum { UNPACK_BYTES_MOST = 8 * 1024 * 1024, UNPACK_FILES_MOST = 400 };

/* Each file: its name within the pack ("kinds/incident.yml") and its bytes.
 * Stops at the first that does not return 0. */
int unpack_each(const char *bytes, size_t len,
		int (*take)(void *with, const char *name, const char *bytes, size_t len, struct fault *why),
		void *with, struct fault *why);

/* Write the files of the archive at `path` into the empty folder `into`. */
int unpack_into(const char *path, const char *into, struct fault *why);
