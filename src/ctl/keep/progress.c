#include "ctl/keep/progress.h"

#include <inttypes.h>
#include <stdio.h>
#include <unistd.h>

#include "host/clock.h"
#include "host/terminal.h"

enum { BETWEEN = 200 * 1000, MEGABYTE = 1024 * 1024 }; /* microseconds; bytes */

void progress_begin(struct progress *progress, const char *what, uint64_t all)
{
	progress->shown = terminal_is(STDERR_FILENO);
	progress->what = what;
	progress->done = 0;
	progress->all = all;
	progress->began = progress->said = clock_steady();
}

static void say(struct progress *progress, int64_t now)
{
	const double seconds = (double)(now - progress->began) / 1e6;
	const double rate = seconds > 0 ? (double)progress->done / seconds : 0;
	const double left = rate > 0 ? (double)(progress->all - progress->done) / rate : 0;

	fprintf(stderr,
		progress->zh ? "\r%s：%3u %%，%.1f MiB/s，剩余 %.0f 秒\033[K"
			     : "\r%s: %3u %%, %.1f MiB/s, %.0f s left\033[K",
		progress->what, progress->all ? (unsigned)(progress->done * 100 / progress->all) : 100,
		rate / MEGABYTE, left);
	fflush(stderr);
	progress->said = now;
}

void progress_to(struct progress *progress, uint64_t done)
{
	const int64_t now = progress->shown ? clock_steady() : 0;

	progress->done = done > progress->all ? progress->all : done;
	if (progress->shown && now - progress->said >= BETWEEN)
		say(progress, now);
}

void progress_add(struct progress *progress, uint64_t more) { progress_to(progress, progress->done + more); }

void progress_end(struct progress *progress)
{
	if (progress->shown)
		fputs("\r\033[K", stderr);
	progress->shown = false;
}
