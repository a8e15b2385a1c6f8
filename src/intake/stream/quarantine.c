#include "intake/stream/quarantine.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/stamp.h"
#include "base/utf8.h"

struct row {
	struct quarantine_row about; /* why, zh and text in one piece, at `why` */
	size_t bytes;
};

struct quarantine {
	struct row rows[QUARANTINE_ROWS];
	size_t first, count, bytes;
	uint64_t given_up;
};

static void drop_first(struct quarantine *q)
{
	struct row *row = &q->rows[q->first];

	free((char *)row->about.why);
	q->bytes -= row->bytes;
	q->first = (q->first + 1) % QUARANTINE_ROWS;
	q->count--;
}

void quarantine_free(struct quarantine *q)
{
	if (!q)
		return;
	while (q->count)
		drop_first(q);
	free(q);
}

static void make_room(struct quarantine *q, size_t bytes)
{
	while (q->count && (q->count == QUARANTINE_ROWS || q->bytes + bytes > QUARANTINE_BYTES)) {
		drop_first(q);
		q->given_up++;
	}
}

static size_t cut(const char *text, size_t most)
{
	size_t len = strlen(text);

	if (len <= most)
		return len;
	for (len = most; len && ((unsigned char)text[len] & 0xC0) == 0x80;)
		len--;
	return len;
}

static char *keep(char *room, const char *text, size_t len)
{
	memcpy(room, text, len);
	room[len] = '\0';
	return room + len + 1;
}

void quarantine_put(struct quarantine **at, uint64_t line, int64_t now, const char *why, const char *zh,
		    const char *text, size_t len)
{
	const size_t kept = len < QUARANTINE_LINE ? len : QUARANTINE_LINE;
	const size_t en_len = cut(why, QUARANTINE_WHY), zh_len = cut(zh, QUARANTINE_WHY);
	const size_t bytes = en_len + zh_len + 2 + kept;
	struct quarantine *q = *at;
	struct row *row;
	char *room, *behind;

	if (!q)
		q = *at = memset(must_alloc(sizeof(*q)), 0, sizeof(*q));
	make_room(q, bytes);
	row = &q->rows[(q->first + q->count++) % QUARANTINE_ROWS];
	room = must_alloc(bytes);
	behind = keep(room, why, en_len);
	row->about = (struct quarantine_row){ line, now, room, behind, NULL, kept, len };
	row->about.text = memcpy(keep(behind, zh, zh_len), text, kept);
	row->bytes = bytes;
	q->bytes += bytes;
}

bool quarantine_row(const struct quarantine *q, size_t i, struct quarantine_row *out)
{
	if (!q || i >= q->count)
		return false;
	*out = q->rows[(q->first + i) % QUARANTINE_ROWS].about;
	return true;
}

size_t quarantine_count(const struct quarantine *q) { return q ? q->count : 0; }

size_t quarantine_bytes(const struct quarantine *q) { return q ? q->bytes : 0; }

uint64_t quarantine_given_up(const struct quarantine *q) { return q ? q->given_up : 0; }

/* What a terminal would act upon, or what no text is, as U+FFFD. */
static bool is_plain(uint32_t c)
{
	const bool control = (c < 0x20 && c != '\t') || (c >= 0x7F && c < 0xA0);
	const bool turns = (c >= 0x200B && c <= 0x200F) || (c >= 0x2028 && c <= 0x202E) ||
			   (c >= 0x2060 && c <= 0x206F) || c == 0xFEFF;

	return !control && !turns;
}

static void write_text(const char *text, size_t len, struct buf *out)
{
	const char *p = text, *end = text + len;
	struct buf clean = { 0 };
	char bytes[4];

	while (p < end) {
		const uint32_t c = utf8_next(&p, end);

		buf_put(&clean, bytes, utf8_put(is_plain(c) ? c : 0xFFFD, bytes));
	}
	buf_json_string(out, clean.data, clean.len);
	buf_fini(&clean);
}

void quarantine_write(const struct quarantine_row *row, struct buf *out)
{
	char stamp[STAMP_LEN];

	buf_format(out, "{\"line\":%llu", (unsigned long long)row->line);
	if (row->at) {
		stamp_format(row->at, stamp);
		buf_format(out, ",\"at\":\"%s\"", stamp);
	}
	buf_text(out, ",\"en\":");
	write_text(row->why, strlen(row->why), out);
	buf_text(out, ",\"zh\":");
	write_text(*row->zh ? row->zh : row->why, strlen(*row->zh ? row->zh : row->why), out);
	buf_text(out, ",\"text\":");
	write_text(row->text, row->len, out);
	buf_format(out, ",\"bytes\":%zu,\"of\":%zu}", row->len, row->whole_len);
}
