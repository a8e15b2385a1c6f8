#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/fault.h"
#include "gate/lines/roster.h"

/*
 * files -- logs on this machine, followed by name, that are a source of the roster.
 *
 * How far each was read stands in the store and is written by the commit that holds
 * what came of its lines: alerts, and the tally of its source. After any end the
 * next start goes on there, through rotation (intake/stream/tail.h): no line is
 * counted or detected twice, and none is left out. A source over its quota is not
 * read for a while; while alerts wait to be stored no file is.
 */
enum { FILES_MOST = 256, FILES_EVERY_MS = 250, FILES_LOOK_S = 2 };

struct files;
struct gate;
struct store;

struct files *files_new(struct gate *gate);
void files_free(struct files *files);

/* Which there are from now on. Lives at least as long as the roster is in force. */
void files_heed(struct files *files, const struct roster *roster);
/* Read for a bounded time. True when there is more. */
bool files_read(struct files *files);
unsigned files_count(const struct files *files);

/* Do lines wait for their batch? It must bring all that came of them: a part of the alerts
 * without the places would be brought again after a kill. Takes NULL. */
bool files_wait(const struct files *files);
/* Inside a batch that brings all that came of the lines so far: the places. Takes NULL. */
int files_write(struct files *files, struct store *store, struct fault *why);
void files_settle(struct files *files, bool committed);
