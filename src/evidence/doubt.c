#include "evidence/doubt.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "evidence/blob.h"

#define MARK ".doubt-"

static void path_of(const char *folder, const char *digest, char out[static 4096])
{
	snprintf(out, 4096, "%s/blobs/" MARK "%s", folder, digest);
}

int doubt_raise(const char *folder, const char *digest, struct fault *why)
{
	char path[4096];
	int fd;

	path_of(folder, digest, path);
	fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0 && (errno == ENOSPC || errno == EDQUOT))
		return fault_no_room(why, path);
	if (fd < 0)
		return fault_set(why, FAULT_IO, "%s: %s", path, strerror(errno));
	close(fd);
	return 0;
}

/* A mark that stays, or comes back after a power cut, is asked about once more. */
void doubt_settle(const char *folder, const char *digest)
{
	char path[4096];

	path_of(folder, digest, path);
	unlink(path);
}

/* Asked of the store, for a deed may have been taken back. */
static int decide(const char *folder, struct store *store, const char *digest, doubt_gone_fn *gone,
		  unsigned *removed, struct fault *why)
{
	int64_t named = 0;
	int ret = store_int(store, "SELECT count(*) FROM blobs WHERE digest = $1", VALUES(value_text(digest)),
			    &named, why);

	if (ret == 0 && !named) {
		ret = blob_remove(folder, digest, why);
		*removed += ret == 0;
		if (ret == 0 && gone)
			gone(folder, digest);
	}
	if (ret == 0)
		doubt_settle(folder, digest);
	return ret;
}

void doubts_add(struct doubts *doubts, const char *digest)
{
	doubts->at = must_grow(doubts->at, (doubts->count + 1) * sizeof(*doubts->at));
	doubts->at[doubts->count++] = must_copy(digest);
}

void doubts_forget(struct doubts *doubts)
{
	while (doubts->count)
		free(doubts->at[--doubts->count]);
	free(doubts->at);
	doubts->at = NULL;
}

int doubts_decide(struct doubts *doubts, const char *folder, struct store *store, doubt_gone_fn *gone,
		  struct fault *why)
{
	unsigned removed = 0;
	int ret = 0;

	for (size_t i = 0; ret == 0 && i < doubts->count; i++)
		ret = decide(folder, store, doubts->at[i], gone, &removed, why);
	doubts_forget(doubts);
	return ret;
}

int doubts_resolve(const char *folder, struct store *store, doubt_gone_fn *gone, unsigned *removed,
		   struct fault *why)
{
	char path[4096];
	DIR *dir;
	int ret = 0;

	snprintf(path, sizeof(path), "%s/blobs", folder);
	*removed = 0;
	if (!(dir = opendir(path)))
		return errno == ENOENT ? 0 : fault_set(why, FAULT_IO, "%s: %s", path, strerror(errno));
	for (const struct dirent *entry; ret == 0 && (entry = readdir(dir));)
		if (!strncmp(entry->d_name, MARK, strlen(MARK)))
			ret = decide(folder, store, entry->d_name + strlen(MARK), gone, removed, why);
	closedir(dir);
	return ret;
}
