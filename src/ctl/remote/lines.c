#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <zlib.h>

#include "ctl/keep/progress.h"
#include "ctl/remote/remote_private.h"
#include "intake/event.h"

/*
 * lines -- lines of a log are posted as those of their source.
 *
 * The answer says how many were taken: what is over the quota is sent again
 * later, from there on. A line carries no key, so after a lost answer nothing is
 * sent twice: it is said which lines are certain.
 */
enum {
	LINES_AT_ONCE = 10000,
	BYTES_AT_ONCE = 4 * 1024 * 1024,
	RATIO_MOST = 200, /* the daemon takes what is packed for a bomb at 250 */
	WAIT_MOST_S = 600,
	BUSY_MOST = 60, /* times in a row */
};

struct posting {
	struct ctl *ctl;
	const char *source, *path;
	FILE *file;
	struct progress progress;
	char *line;
	struct buf text;
	size_t starts[LINES_AT_ONCE + 1]; /* of each line in `text`, and its end */
	long long places[LINES_AT_ONCE];  /* which line of the file it is */
	size_t count, first;              /* of those: not yet taken */
	long long read, taken, sent, malformed, alerts;
	unsigned busy;
};

/* Empty lines are none there either, and would be counted wrong. */
static bool fill(struct posting *posting)
{
	size_t len;

	posting->count = posting->first = 0;
	buf_clear(&posting->text);
	while (posting->count < LINES_AT_ONCE && posting->text.len < BYTES_AT_ONCE &&
	       ingest_next(posting->file, posting->line, &len)) {
		if (++posting->read <= posting->taken || !len)
			continue;
		posting->places[posting->count] = posting->read;
		posting->starts[posting->count++] = posting->text.len;
		buf_put(&posting->text, posting->line, len);
		buf_char(&posting->text, '\n');
	}
	posting->starts[posting->count] = posting->text.len;
	return posting->count;
}

/* False where it packs so well that it would look like a bomb. */
static bool pack(const char *text, size_t len, struct buf *out)
{
	z_stream z = { .next_in = (Bytef *)(uintptr_t)text, .avail_in = (uInt)len };
	unsigned char room[32 * 1024];
	int ret = deflateInit2(&z, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY);

	while (ret == Z_OK) {
		z.next_out = room;
		z.avail_out = sizeof(room);
		ret = deflate(&z, Z_FINISH);
		buf_put(out, room, sizeof(room) - z.avail_out);
	}
	deflateEnd(&z);
	return ret == Z_STREAM_END && out->len * RATIO_MOST > len;
}

static int post(struct posting *posting, struct wire_answer *answer, struct fault *why)
{
	const char *text = posting->text.data + posting->starts[posting->first];
	const size_t len = posting->text.len - posting->starts[posting->first];
	struct buf path = { 0 }, packed = { 0 };
	const bool gzip = pack(text, len, &packed);
	struct trip trip = { .method = "POST",
			     .type = "text/plain",
			     .bytes = gzip ? packed.data : text,
			     .len = gzip ? packed.len : len,
			     .headers = { gzip ? "Content-Encoding: gzip" : NULL },
			     .whole_s = -1 };
	int ret;

	buf_text(&path, "/api/v1/intake/");
	url_encode(&path, posting->source);
	trip.path = path.data;
	ret = trip_make(posting->ctl, &trip, answer, why);
	buf_fini(&path);
	buf_fini(&packed);
	return ret;
}

/* ---- what became of them -------------------------------------------------------------- */

static void wait_for(struct posting *posting, long seconds)
{
	seconds = seconds < 1 ? 1 : seconds > WAIT_MOST_S ? WAIT_MOST_S : seconds;
	if (posting->progress.shown)
		fprintf(stderr,
			in_words(posting->ctl, "\r%s: over its quota, going on in %ld s\033[K",
				 "\r%s：超过配额，%ld 秒后继续\033[K"),
			posting->source, seconds);
	trip_wait(seconds);
}

static long long number_of(const json_t *thing, const char *name)
{
	return (long long)json_integer_value(json_object_get(thing, name));
}

static int settle(struct posting *posting, const json_t *said, struct fault *why)
{
	const long long taken = number_of(said, "stored") + number_of(said, "malformed");
	const long wait_s = (long)number_of(said, "retry_after_s");
	const size_t left = posting->count - posting->first;

	if (taken < 0 || taken > (long long)left || (taken < (long long)left && !wait_s))
		return fault_say(why, FAULT_CORRUPT, "%s says that it took %lld of %zu lines",
				 "%s 称收到 %lld 行，而发出的是 %zu 行", remote_url(posting->ctl->remote),
				 taken, left);
	posting->first += (size_t)taken;
	posting->sent += taken;
	posting->malformed += number_of(said, "malformed");
	posting->alerts += number_of(said, "alerts");
	if (posting->first)
		posting->taken = posting->places[posting->first - 1];
	if (posting->first < posting->count)
		wait_for(posting, wait_s);
	return 0;
}

/* >0: an exit status. */
static int take_answer(struct posting *posting, const struct wire_answer *answer, struct fault *why)
{
	const bool later = answer->status == 429 || answer->status == 503;
	json_t *said;
	int ret = trip_answer(posting->ctl, answer, &said, why);

	if (ret < 0)
		return ret;
	if (later && (answer->status == 429 || ++posting->busy < BUSY_MOST)) {
		json_decref(said);
		wait_for(posting, answer->retry_after_s);
		return 0;
	}
	if ((ret = talk_said(posting->ctl, 0, said, why, &said)))
		return ret;
	posting->busy = 0;
	ret = settle(posting, said, why);
	json_decref(said);
	return ret;
}

static int send_all(struct posting *posting, struct fault *why)
{
	struct wire_answer answer;
	int ret = 0;

	while (ret == 0 && fill(posting))
		while (ret == 0 && posting->first < posting->count) {
			if ((ret = post(posting, &answer, why)) == 0)
				ret = take_answer(posting, &answer, why);
			wire_answer_fini(&answer);
			if (posting->progress.shown)
				progress_to(&posting->progress, (uint64_t)ftello(posting->file));
		}
	return ret;
}

/* ---- the whole ------------------------------------------------------------------------- */

static void begin_progress(struct posting *posting)
{
	struct stat info;

	posting->progress.zh = posting->ctl->zh;
	if (fstat(fileno(posting->file), &info) == 0 && S_ISREG(info.st_mode))
		progress_begin(&posting->progress, posting->source, (uint64_t)info.st_size);
}

static void say_certain(const struct posting *posting)
{
	fprintf(stderr,
		in_words(posting->ctl,
			 "%s: taken up to line %lld for certain; go on behind it with --after %lld\n",
			 "%s：可以确定已接收至第 %lld 行；请以 --after %lld 从其后继续\n"),
		posting->path, posting->taken, posting->taken);
}

static int begin_behind(struct posting *posting, struct fault *why)
{
	const char *after = posting->ctl->typed.after;
	char *rest;

	if (!after)
		return 0;
	posting->taken = strtoll(after, &rest, 10);
	return rest != after && !*rest && posting->taken >= 0
		       ? 0
		       : fault_say(why, FAULT_INVALID, "--after is the number of a line, not '%.40s'",
				   "--after 应为行号，不能是“%.40s”", after);
}

static int run(struct posting *posting)
{
	struct fault why = { 0 };
	int ret = begin_behind(posting, &why);

	begin_progress(posting);
	if (ret == 0)
		ret = send_all(posting, &why);
	progress_end(&posting->progress);
	if (ret == 0 && ferror(posting->file))
		ret = fault_say(&why, FAULT_IO, "cannot read %s to its end: %s", "不能读完 %s（%s）",
				posting->path, strerror(errno));
	if (ret < 0)
		ret = talk_said(posting->ctl, ret, NULL, &why, NULL);
	if (ret && posting->read)
		say_certain(posting);
	if (ret)
		return ret;
	printf(in_words(posting->ctl, "%lld lines, %lld alerts\n", "%lld 行，%lld 条告警\n"), posting->sent,
	       posting->alerts);
	if (posting->malformed)
		printf(in_words(posting->ctl, "%lld of them were malformed\n", "其中 %lld 行格式错误\n"),
		       posting->malformed);
	return 0;
}

int remote_lines(struct ctl *ctl, const char *source, const char *path, FILE *file)
{
	struct posting *posting = must_alloc(sizeof(*posting));
	int ret;

	*posting = (struct posting){ .ctl = ctl, .source = source, .path = path, .file = file };
	posting->line = arena_take(ctl->mem, LINE_LIMIT + 1);
	ret = run(posting);
	buf_fini(&posting->text);
	free(posting);
	return ret;
}
