#include "ctl/keep/evidence.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "evidence/blob.h"
#include "evidence/doubt.h"

enum { PATH_MOST = 4096, CHUNK = 256 * 1024 };

static int pour(FILE *file, const char *path, struct blob_draft *draft, struct progress *progress,
		struct fault *why)
{
	static char bytes[CHUNK];
	size_t got;
	int ret;

	while ((got = fread(bytes, 1, sizeof(bytes), file)) > 0) {
		if ((ret = blob_put(draft, bytes, got, UINT64_MAX, why)) < 0)
			return ret;
		progress_add(progress, got);
	}
	return ferror(file) ? fault_say(why, FAULT_CORRUPT, "%s cannot be read", "%s 不能读取", path) : 0;
}

int evidence_copy(const char *from, const char *to, const char *digest, struct progress *progress,
		  uint64_t *size, struct fault *why)
{
	SCOPED(blob_drop) struct blob_draft *draft = NULL;
	char path[PATH_MOST], found[BLOB_NAME];
	FILE *file;
	int ret;

	blob_path(from, digest, path, sizeof(path));
	if (!(file = fopen(path, "re")))
		return fault_say(why, errno == ENOENT ? FAULT_ABSENT : FAULT_CORRUPT, "%s: %s", "%s（%s）",
				 path, strerror(errno));
	if ((ret = blob_open(to, &draft, why)) == 0)
		ret = pour(file, path, draft, progress, why);
	fclose(file);
	if (ret < 0)
		return ret;
	if ((ret = blob_seal(&draft, digest, found, size, why)) == 0)
		doubt_settle(to, digest); /* the store that is copied with it names it */
	return ret == -FAULT_INVALID ? fault_say(why, FAULT_CORRUPT, "%s was altered: its digest is %.16s…",
						 "%s 已被改动：摘要为 %.16s…", path, found)
				     : ret;
}
