#include "intake/intake.h"

#include <pthread.h>
#include <string.h>

#include "base/utf8.h"
#include "intake/json/jsonl.h"
#include "intake/syslog.h"
#include "intake/format/endpoint.h"
#include "intake/format/windows.h"

/* Where events say when they happened, by preference. */
static const char *const time_names[] = {
	"TimeCreated_SystemTime",
	"UtcTime",
	"@timestamp",
	"timestamp",
	"EventTime",
	"eventTime",
	"time",
	"ts",
	"Timestamp",
};

static bool read_time(const struct field *f, const struct source *source, int64_t *out)
{
	if (f->type == FIELD_NUMBER)
		return moment_epoch(f->text, f->len, out);
	return moment_iso(f->text, f->len, source->year.zone_minutes, out) > 0 ||
	       moment_epoch(f->text, f->len, out);
}

enum { TIME_NAMES = sizeof(time_names) / sizeof(*time_names) };

static uint32_t time_numbers[TIME_NAMES];

/* Of a syslog line whose program no mapping knows. */
static const char *word_linux, *word_auth, *word_cron, *word_syslog;

/* Before the first event is made: what nobody asked for has no number. */
static void prepare(void)
{
	windows_prepare();
	endpoint_prepare();
	for (size_t i = 0; i < TIME_NAMES; i++)
		time_numbers[i] = name_number(time_names[i], strlen(time_names[i]));
	word_linux = logsource_word("linux");
	word_auth = logsource_word("auth");
	word_cron = logsource_word("cron");
	word_syslog = logsource_word("syslog");
}

static void find_time(struct event *e, const struct source *source)
{
	for (size_t i = 0; i < TIME_NAMES && !e->timed; i++) {
		const uint16_t at = event_first(e, time_numbers[i]);

		e->timed = at != NO_FIELD && read_time(&e->fields[at], source, &e->time);
	}
}

static int read_json(const struct maps *maps, struct source *source, struct event *e, struct fault *why)
{
	const int ret = jsonl_read(e->raw, e->raw_len, e, why);

	if (ret < 0)
		return ret;
	windows_place(e);
	if (!e->from.product)
		endpoint_place(e);
	if (!e->from.product)
		maps_apply(maps, MAP_JSON, NULL, 0, NULL, 0, &source->hint, e);
	find_time(e, source);
	return 0;
}

/* Facilities whose messages are of one service, for programs no mapping knows. */
static void place_syslog(const struct source *source, const struct syslog *s, struct event *e)
{
	const int facility = s->pri >= 0 ? s->pri / 8 : -1;

	if (!e->from.product && !e->from.categories[0])
		e->from.product = source->product ? logsource_word(source->product) : word_linux;
	if (facility == 4 || facility == 10)
		logsource_add_service(&e->from, word_auth);
	else if (!e->from.services[0])
		logsource_add_service(&e->from, facility == 9 ? word_cron : word_syslog);
}

static int read_syslog(const struct maps *maps, struct source *source, const struct syslog *s,
		       struct event *e, struct fault *why)
{
	int ret = syslog_fields(s, e, why);

	if (ret < 0)
		return ret;
	source->tally.odd_pri += !!(s->odd & SYSLOG_BAD_PRI);
	source->tally.odd_data += !!(s->odd & SYSLOG_BAD_DATA);
	/* A web server's name for the time is taken from the request; the
	 * envelope's is the one that all lines of a host share. */
	if (s->program.len) {
		const int64_t time = e->time;
		const bool timed = e->timed;

		maps_apply(maps, MAP_SYSLOG, s->program.at, s->program.len, s->message.at, s->message.len,
			   &source->hint, e);
		if (timed)
			e->time = time;
	}
	place_syslog(source, s, e);
	return 0;
}

static int read_text(const struct maps *maps, struct source *source, struct event *e, struct fault *why)
{
	struct syslog s;
	int ret;

	if ((ret = formats_table(&source->formats, maps, e, why)) != 0)
		return ret < 0 ? ret : 0;
	syslog_read(e->raw, e->raw_len, &source->year, &s);
	if ((ret = formats_message(&source->formats, maps, &s, source->year.zone_minutes, e, why)) != 0)
		return ret < 0 ? ret : 0;
	if (s.form != SYSLOG_BARE)
		return read_syslog(maps, source, &s, e, why);
	if (maps_apply(maps, MAP_LINE, NULL, 0, e->raw, e->raw_len, &source->hint, e))
		return 0;
	return read_syslog(maps, source, &s, e, why);
}

/* Most lines are ASCII: many bytes at a time say so. */
static size_t ascii_run(const char *text, size_t len)
{
	enum { BLOCK = 64 };
	size_t i = 0;

	for (; i + BLOCK <= len; i += BLOCK) {
		uint64_t words[BLOCK / 8], any = 0;

		memcpy(words, text + i, BLOCK);
		for (size_t k = 0; k < BLOCK / 8; k++)
			any |= words[k];
		if (any & UINT64_C(0x8080808080808080))
			break;
	}
	return i;
}

static bool is_utf8(const char *text, size_t len)
{
	const size_t ascii = ascii_run(text, len);

	return utf8_valid(text + ascii, len - ascii) == len - ascii;
}

/* Some senders end a message with NUL; one inside is kept, and said. */
static void trim(struct event *e)
{
	while (e->raw_len && e->raw[e->raw_len - 1] == '\0')
		e->raw_len--;
}

/* Whatever becomes of the line. */
static void note_bytes(struct source *source, const struct event *e)
{
	if (e->plain)
		return;
	source->tally.odd_nul += memchr(e->raw, '\0', e->raw_len) != NULL;
	source->tally.odd_utf8 += !is_utf8(e->raw, e->raw_len);
}

/* Counted, kept for a person to read, and on with the next one. */
static int refuse(struct source *source, const char *line, size_t len, int64_t now, int code,
		  struct fault *why)
{
	char zh[FAULT_TOLD];

	source->tally.malformed++;
	fault_tell_zh(why, zh, sizeof(zh));
	quarantine_put(&source->quarantine, source->lines, now, why->text, zh, line, len);
	fault_within(why, "%s:%llu", source->name, (unsigned long long)source->lines);
	return code;
}

int intake_line(const struct maps *maps, struct source *source, const char *line, size_t len, int64_t now,
		struct event *e, struct fault *told)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	struct fault unheard, *why = told ? told : &unheard; /* the quarantine wants the reason */
	const char *first = line;
	int ret;

	pthread_once(&once, prepare);
	event_clear(e);
	source->lines++;
	source->tally.received++;
	source->tally.bytes += len;
	if (len > LINE_LIMIT) {
		fault_say(why, FAULT_LIMIT, "%zu bytes; a line has at most %d", "%zu 字节；一行最多 %d 字节",
			  len, LINE_LIMIT);
		return refuse(source, line, len, now, -FAULT_LIMIT, why);
	}
	e->raw = line;
	e->raw_len = len;
	e->source = source->name;
	e->line = source->lines;
	e->received = now;
	trim(e);
	while (first < line + e->raw_len && (*first == ' ' || *first == '\t'))
		first++;
	if (first == line + e->raw_len) {
		source->tally.stored++;
		return fault_set(why, FAULT_ABSENT, "an empty line");
	}
	ret = *first == '{' ? read_json(maps, source, e, why) : read_text(maps, source, e, why);
	note_bytes(source, e);
	if (ret == -FAULT_ABSENT) { /* the head of a table: read, and no event */
		source->tally.stored++;
		return ret;
	}
	if (ret < 0)
		return refuse(source, line, len, now, ret, why);
	source->tally.stored++;
	if (!e->timed)
		e->time = now;
	return 0;
}

void intake_lost(struct source *source)
{
	source->lines++;
	source->tally.received++;
	source->tally.malformed++;
	quarantine_put(&source->quarantine, source->lines, 0, "longer than a line may be; passed over",
		       "行过长，已跳过", "", 0);
}

void source_head(const struct source *source, struct buf *out) { formats_head(source->formats, out); }

void source_recall(struct source *source, const struct maps *maps, const char *head, size_t len)
{
	struct source alone = { .name = source->name, .product = source->product, .year = source->year };
	struct event *e = event_new();

	for (const char *end = head + len; head < end;) {
		const char *lf = memchr(head, '\n', (size_t)(end - head));
		const size_t line = (size_t)((lf ? lf : end) - head);

		intake_line(maps, &alone, head, line, 0, e, NULL);
		head += line + !!lf;
	}
	event_free(e);
	formats_free(source->formats);
	source->formats = alone.formats;
	alone.formats = NULL;
	source_fini(&alone);
}

void source_fini(struct source *source)
{
	formats_free(source->formats);
	quarantine_free(source->quarantine);
	source->formats = NULL;
	source->quarantine = NULL;
}
