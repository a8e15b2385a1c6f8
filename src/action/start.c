/* What the house does at a start besides opening: it says that it was away, ends
 * what a crash cut off, and keeps its store before a newer program changes the
 * form of it. */

#include "action/action_private.h"

#include <dirent.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "evidence/blob.h"

int house_started(struct house *house, const json_t *facts, int64_t now, struct fault *why)
{
	struct record_entry entry = { .space = RECORD_REAL,
				      .kind = "house",
				      .type = "daemon.started",
				      .actor = "system",
				      /* Entries never go back in time, whatever the clock did meanwhile. */
				      .recorded_at = now > house->given_now ? now : house->given_now,
				      .change = json_pack("{s:O}", "started", (json_t *)facts) };
	int ret = house_begin(house, why);

	if (ret == 0) {
		if ((ret = record_next_act(house->record, &entry.act, why)) < 0 ||
		    (ret = record_append(house->record, &entry, NULL, why)) < 0)
			house_rollback(house);
		else if ((ret = house_commit(house, why)) == 0)
			house->given_now = entry.recorded_at;
	}
	json_decref(entry.change);
	return ret;
}

/* A file that a crash cut off was never acknowledged. The store's lock keeps others out. */
static int sweep_files(const struct house *house, struct fault *why)
{
	unsigned drafts = 0, left = 0;
	int ret = blob_sweep(house->folder, &drafts, why);

	if (ret == 0)
		ret = doubts_resolve(house->folder, house->store, leave_packages, &left, why);
	if (drafts + left)
		fprintf(stderr, "fengsui: unfinished uploads removed from %s: %u\n", house->folder,
			drafts + left);
	return ret;
}

int take_up_work(struct house *house, struct fault *why)
{
	int64_t owed = 0;
	int ret = store_int(house->store, "SELECT count(*) FROM meta WHERE name = 'scrub'", NO_VALUES, &owed,
			    why);

	house->scrub_owed = owed > 0;
	if (ret == 0)
		ret = messages_take_up(house, why);
	return ret < 0 ? ret : sweep_files(house, why);
}

/* All but the newest, or all where `newest` is "". */
static void remove_older(const char *folder, const char *newest)
{
	const struct dirent *entry;
	char path[4096];
	DIR *dir = opendir(folder);

	while (dir && (entry = readdir(dir))) {
		if (strncmp(entry->d_name, "before-v", 8) != 0 || !strcmp(entry->d_name, newest))
			continue;
		snprintf(path, sizeof(path), "%s/%s", folder, entry->d_name);
		unlink(path);
	}
	if (dir)
		closedir(dir);
}

void forget_before_migration(struct house *house) { remove_older(house->folder, ""); }

int keep_before_migration(struct house *house, struct fault *why)
{
	SCOPED(arena_drop) struct arena *mem = arena_new();
	char name[32], draft[4096], path[4096], *version;
	int ret = store_text(house->store, "SELECT value FROM meta WHERE name = 'schema'", NO_VALUES, mem,
			     &version, NULL);

	/* A store that was not begun yet, or is not ours, is for others to judge. */
	if (ret < 0 || strtol(version, NULL, 10) >= STORE_SCHEMA)
		return 0;
	snprintf(name, sizeof(name), "before-v%d.db", STORE_SCHEMA);
	snprintf(path, sizeof(path), "%s/%s", house->folder, name);
	snprintf(draft, sizeof(draft), "%s/.before.db", house->folder);
	unlink(draft);
	if ((ret = store_copy(house->store, draft, NULL, NULL, why)) < 0)
		return fault_within(why, "before the change to schema version %d", STORE_SCHEMA);
	if (rename(draft, path) < 0)
		return fault_say(why, FAULT_IO, "cannot rename to %s", "不能改名为 %s", path);
	remove_older(house->folder, name);
	return 0;
}
