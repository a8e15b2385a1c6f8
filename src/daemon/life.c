#include "daemon/life.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "action/action.h"
#include "base/arena.h"
#include "base/stamp.h"
#include "host/file.h"
#include "host/notify.h"

enum { BEAT_MS = 5000, WORD_MOST = 64 * 1024 };

#define FILE_EVERY (10 * STAMP_SECOND)

struct life {
	char *folder;
	bool served_before, clean; /* as the file said */
	int64_t last_alive;        /* 0: not known */
	json_t *restored;          /* what fengsui restore left, or NULL */
	json_t *past;
	int fd; /* of the file, or -1: a demonstration folder has none */
	int64_t written_at;
};

static void path_of(const struct life *life, const char *name, char out[static 4096])
{
	snprintf(out, 4096, "%s/%s", life->folder, name);
}

/* "running 2026-03-02T08:00:00.000000Z\n": always as long, so that it is overwritten in place. */
static void read_file(struct life *life, struct arena *mem)
{
	char path[4096], *text;
	size_t len;

	path_of(life, "alive", path);
	if (file_read(path, 4096, mem, &text, &len, NULL) < 0 || len < 8 + STAMP_LEN - 1)
		return;
	if (stamp_parse(text + 8, STAMP_LEN - 1, &life->last_alive, NULL) < 0)
		life->last_alive = 0;
	else
		life->clean = !strncmp(text, "stopped ", 8);
}

static void read_restored(struct life *life, struct arena *mem)
{
	char path[4096], *text;
	size_t len;

	path_of(life, "restored.json", path);
	if (file_read(path, WORD_MOST, mem, &text, &len, NULL) == 0)
		life->restored = json_loadb(text, len, 0, NULL);
}

struct life *life_open(const char *folder)
{
	SCOPED(arena_drop) struct arena *mem = arena_new();
	struct life *life = must_alloc(sizeof(*life));
	char path[4096];

	*life = (struct life){ .folder = must_copy(folder), .fd = -1 };
	path_of(life, "fengsui.db", path);
	life->served_before = access(path, F_OK) == 0;
	read_file(life, mem);
	read_restored(life, mem);
	return life;
}

void life_close(struct life *life)
{
	if (!life)
		return;
	if (life->fd >= 0)
		close(life->fd);
	json_decref(life->restored);
	json_decref(life->past);
	free(life->folder);
	free(life);
}

static void write_file(struct life *life, const char *word, int64_t now)
{
	char at[STAMP_LEN], line[STAMP_LEN + 16];

	if (life->fd < 0)
		return;
	stamp_format(now, at);
	snprintf(line, sizeof(line), "%s %s\n", word, at);
	/* Where there is no room for it the last entry of the record has to do. */
	if (pwrite(life->fd, line, strlen(line), 0) < 0)
		return;
	life->written_at = now;
}

/* What is known of before; the last entry is never later than the last moment alive. */
static json_t *past_of(struct life *life, int64_t last_entry, int64_t now)
{
	char at[STAMP_LEN];
	int64_t last = life->last_alive > last_entry ? life->last_alive : last_entry;
	json_t *past;

	if (last > now)
		last = now;
	stamp_format(last, at);
	past = json_pack("{s:b, s:s, s:I, s:s}", "clean", life->clean && !life->restored, "last_alive", at,
			 "gap_s", (json_int_t)((now - last) / STAMP_SECOND), "version", FENGSUI_VERSION);
	if (life->restored)
		json_object_set(past, "restored", life->restored);
	return past;
}

int life_begin(struct life *life, struct house *house, int64_t now, struct fault *why)
{
	char path[4096];
	int ret = 0;

	path_of(life, "restored.json", path);
	if (!house_demo(house) && life->served_before) {
		life->past = past_of(life, house_given_now(house), now);
		ret = house_started(house, life->past, now, why);
	}
	if (ret < 0)
		return ret;
	if (life->restored)
		unlink(path);
	if (house_demo(house))
		return 0;
	path_of(life, "alive", path);
	life->fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	write_file(life, "running", now);
	return 0;
}

unsigned life_beat_ms(void)
{
	const int64_t third = notify_watchdog() / 3000;

	return third && third < BEAT_MS ? (unsigned)third + 1 : BEAT_MS;
}

void life_beat(struct life *life, int64_t now)
{
	notify_say("WATCHDOG=1");
	if (now - life->written_at >= FILE_EVERY || now < life->written_at)
		write_file(life, "running", now);
}

void life_ready(const char *folder)
{
	char words[512];

	snprintf(words, sizeof(words), "READY=1\nSTATUS=serving %.400s", folder);
	notify_say(words);
}

void life_stopping(void) { notify_say("STOPPING=1\nSTATUS=finishing"); }

void life_end(struct life *life, int64_t now)
{
	write_file(life, "stopped", now);
	if (life->fd >= 0)
		fsync(life->fd);
}

const json_t *life_past(const struct life *life) { return life->past; }
