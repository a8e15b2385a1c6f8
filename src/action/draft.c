/* The plan pack that a draft of the plan carries: looked at, and put in force on its day. */

#include "action/action_private.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "evidence/blob.h"
#include "pack/unpack.h"

enum { PATH_MOST = 4096 };

/* The folders of a pack are one deep. */
static void remove_folder(const char *path)
{
	DIR *dir = opendir(path);
	struct dirent *entry;
	char name[PATH_MOST];

	while (dir && (entry = readdir(dir))) {
		if (!strcmp(entry->d_name, ".") || !strcmp(entry->d_name, ".."))
			continue;
		snprintf(name, sizeof(name), "%s/%s", path, entry->d_name);
		if (unlink(name) < 0)
			remove_folder(name);
	}
	if (dir)
		closedir(dir);
	rmdir(path);
}

static int unpack_draft(struct house *house, const char *blob, char *folder, size_t size, struct fault *why)
{
	char archive[PATH_MOST];

	snprintf(folder, size, "%s/draft-XXXXXX", house->folder);
	if (!mkdtemp(folder)) {
		*folder = '\0';
		return fault_set(why, FAULT_IO, "no folder can be made in %s", house->folder);
	}
	blob_path(house->folder, blob, archive, sizeof(archive));
	return unpack_into(archive, folder, why);
}

/* The first thing that is wrong, with its place. */
static int judged(int ret, const struct problems *problems, struct fault *why)
{
	for (size_t i = 0; i < problems->count; i++)
		if (!problems->at[i].warning)
			return fault_set(why, FAULT_INVALID, "%s:%d:%d: %s", problems->at[i].at.file,
					 problems->at[i].at.line, problems->at[i].at.column,
					 problems->at[i].text);
	return ret;
}

/* Load and check the pack of a draft; `then` gets it with its folder. */
static int with_pack(struct house *house, const struct object *draft, draft_use *then, struct deed *deed,
		     struct fault *why)
{
	const char *blob = json_string_value(json_object_get(draft->body, "pack"));
	struct pack *pack = NULL;
	struct problems problems;
	char folder[PATH_MOST];
	int ret;

	if (!blob)
		return fault_say(why, FAULT_INVALID, "the draft carries no plan pack", "草案未附预案包");
	problems_init(&problems);
	if ((ret = unpack_draft(house, blob, folder, sizeof(folder), why)) == 0) {
		ret = pack_load(folder, &pack, &problems, why);
		if (ret == 0)
			ret = pack_check(pack, &problems, why);
		ret = judged(ret, &problems, why);
	}
	if (ret == 0 && then)
		ret = then(deed, pack, folder, why);
	if (*folder)
		remove_folder(folder);
	pack_drop(&pack);
	problems_fini(&problems);
	return ret;
}

int draft_check(struct house *house, const struct object *draft, struct fault *why)
{
	return with_pack(house, draft, NULL, NULL, why);
}

int draft_use_pack(struct deed *deed, const struct object *draft, draft_use *then, struct fault *why)
{
	return with_pack(deed->house, draft, then, deed, why);
}
