#pragma once

#include <sqlite3.h>

#include "store/store.h"

/*
 * sqlite_copy -- the database as it is at one moment, in a file of its own.
 */

/* Copy what `from` reads to the new file `to`. Others go on writing: a reading
 * transaction holds the moment. The copy is one file without a log beside it. */
int sqlite_copy(sqlite3 *from, const char *to, void (*told)(void *who, uint64_t done, uint64_t all),
		void *who, struct fault *why);
