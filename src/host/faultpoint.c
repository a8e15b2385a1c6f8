#include "host/faultpoint.h"

#include <assert.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* clang-format off */
const char *const faultpoint_names[] = {
	"file.create",      /* the draft exists, empty */
	"file.write",       /* a part of it is written */
	"file.written",     /* all of it, not yet synced */
	"file.synced",      /* not yet under its name */
	"file.renamed",     /* the folder not yet synced */
	"file.landed",      /* safe on disk, not yet told to anyone */
	"folder.made",      /* a new folder, its parent not yet synced */
	"store.begin",      /* a transaction was opened */
	"store.commit",     /* all was said, nothing is durable */
	"store.committed",  /* durable, not yet told to anyone */
	"files.doubt",      /* evidence files of this commit may still be in doubt */
	"upload.piece",     /* a piece has come, not yet synced */
	"upload.copied",    /* in a draft as a whole */
	"upload.sealed",    /* under its digest, which no row names */
	"upload.noting",    /* in the batch that will */
	"upload.noted",     /* durable, the pieces not yet removed, nobody told */
	"message.taken",    /* a message is handed to the worker, which has not begun */
	"message.sent",     /* its receiver has it, and nobody was told */
	"message.noted",    /* what became of it is in a batch that is not durable */
	"mail.filing",      /* a report that came by mail is durable, its message still lies in the box */
};
/* clang-format on */

const size_t faultpoint_count = sizeof(faultpoint_names) / sizeof(*faultpoint_names);

static bool listed(const char *name)
{
	for (size_t i = 0; i < faultpoint_count; i++)
		if (!strcmp(faultpoint_names[i], name))
			return true;
	return false;
}

/* Read anew each time, so that a test can set it in a child. */
void faultpoint(const char *name)
{
	static _Atomic long passed; /* also in threads */
	const char *wanted = getenv("FENGSUI_FAULTPOINT"), *colon;
	size_t len;

	assert(listed(name));
	if (!wanted)
		return;
	colon = strchr(wanted, ':');
	len = colon ? (size_t)(colon - wanted) : strlen(wanted);
	if (strlen(name) != len || memcmp(name, wanted, len) != 0)
		return;
	if (++passed == (colon ? strtol(colon + 1, NULL, 10) : 1))
		kill(getpid(), SIGKILL);
}
