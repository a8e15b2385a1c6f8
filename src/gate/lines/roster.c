#include "gate/lines/roster.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/stamp.h"
#include "base/utf8.h"
#include "host/file.h"

struct key {
	char hex[ROSTER_KEY];
	const struct roster_row *row;
};

struct roster {
	struct roster_row *rows; /* by name */
	size_t count;
	struct key *keys; /* by hex */
	size_t key_count;
};

/* A word of a line. */
struct word {
	const char *at;
	size_t len;
};

struct reading {
	const char *at, *end;
	const char *place;
	unsigned line;
	struct roster *roster;
};

static int by_name(const void *a, const void *b)
{
	return strcmp(((const struct roster_row *)a)->name, ((const struct roster_row *)b)->name);
}

static int by_hex(const void *a, const void *b)
{
	return strcmp(((const struct key *)a)->hex, ((const struct key *)b)->hex);
}

/* ---- one line -------------------------------------------------------------- */

static bool blank(char c) { return c == ' ' || c == '\t' || c == '\r'; }

static bool next_word(const char **at, const char *end, struct word *out)
{
	while (*at < end && blank(**at))
		(*at)++;
	if (*at == end || **at == '#')
		return false;
	out->at = *at;
	while (*at < end && !blank(**at))
		(*at)++;
	out->len = (size_t)(*at - out->at);
	return true;
}

static bool is_name(const struct word *w)
{
	if (!w->len || w->len >= ROSTER_NAME || utf8_valid(w->at, w->len) != w->len)
		return false;
	for (size_t i = 0; i < w->len; i++)
		if ((unsigned char)w->at[i] < ' ' || w->at[i] == 0x7f || w->at[i] == '=')
			return false;
	return !(w->len == 6 && !memcmp(w->at, "others", 6));
}

/* A value as text that ends; too long ones are cut, and no value is that long. */
static void value_of(const struct word *w, size_t skip, char out[static 80])
{
	size_t len = w->len - skip < 79 ? w->len - skip : 79;

	memcpy(out, w->at + skip, len);
	out[len] = '\0';
}

static int take_key(struct roster_row *row, const char *value, struct fault *why)
{
	char *key = row->keys[row->key_count];

	if (strchr(row->name, ':') || !strcmp(row->name, "default"))
		return fault_set(why, FAULT_INVALID, "%s has no key: only a name without ':' does",
				 row->name);
	if (row->key_count == ROSTER_KEYS)
		return fault_set(why, FAULT_LIMIT, "%s has more than %d keys", row->name, ROSTER_KEYS);
	if (strlen(value) != ROSTER_KEY - 1 || strspn(value, "0123456789abcdefABCDEF") != ROSTER_KEY - 1)
		return fault_set(why, FAULT_INVALID,
				 "key=%.20s: a key is the SHA-256 of a public key, 64 hex digits", value);
	for (size_t i = 0; i < ROSTER_KEY; i++)
		key[i] = (char)(value[i] >= 'A' && value[i] <= 'F' ? value[i] | 0x20 : value[i]);
	row->key_count++;
	return 0;
}

static int take_number(const char *what, const char *value, int64_t *out, struct fault *why)
{
	char *rest;
	const long n = strtol(value, &rest, 10);

	if (*value < '0' || *value > '9' || *rest || n > ROSTER_RATE_MOST)
		return fault_set(why, FAULT_INVALID, "%s=%.40s is not 0..%d lines", what, value,
				 ROSTER_RATE_MOST);
	*out = n;
	return 0;
}

static int take_silence(struct roster_row *row, const char *value, struct fault *why)
{
	if (stamp_parse_span(value, &row->silent_after, why) < 0)
		return -why->code;
	if (row->silent_after < STAMP_SECOND || !strcmp(row->name, "default"))
		return fault_set(why, FAULT_INVALID, "silent=%.40s: a span of 1s or more, of one source",
				 value);
	return 0;
}

static int take_file(struct roster_row *row, const char *path, size_t len, struct fault *why)
{
	if (*path != '/' || len >= ROSTER_FILE || !strcmp(row->name, "default") || *row->file)
		return fault_set(why, FAULT_INVALID,
				 "file=%.*s: one path from / on, of at most %d bytes and of one source",
				 (int)(len > 80 ? 80 : len), path, ROSTER_FILE - 1);
	memcpy(row->file, path, len);
	row->file[len] = '\0';
	return 0;
}

static bool starts(const struct word *w, const char *with, size_t *skip)
{
	*skip = strlen(with);
	return w->len > *skip && !memcmp(w->at, with, *skip);
}

static int take_word(struct roster_row *row, const struct word *w, struct fault *why)
{
	char value[80];
	size_t skip;

	if (starts(w, "key=", &skip)) {
		value_of(w, skip, value);
		return take_key(row, value, why);
	}
	if (starts(w, "rate=", &skip)) {
		value_of(w, skip, value);
		return take_number("rate", value, &row->rate, why);
	}
	if (starts(w, "burst=", &skip)) {
		value_of(w, skip, value);
		return take_number("burst", value, &row->burst, why);
	}
	if (starts(w, "silent=", &skip)) {
		value_of(w, skip, value);
		return take_silence(row, value, why);
	}
	if (starts(w, "file=", &skip))
		return take_file(row, w->at + skip, w->len - skip, why);
	return fault_set(why, FAULT_INVALID, "'%.*s' is none of key=, rate=, burst=, silent=, file=",
			 (int)(w->len > 40 ? 40 : w->len), w->at);
}

static int read_line(struct reading *r, const char *end, struct fault *why)
{
	struct roster_row row = { .rate = -1, .burst = -1 };
	const char *at = r->at;
	struct word w;
	int ret;

	if (!next_word(&at, end, &w))
		return 0;
	if (!is_name(&w))
		return fault_set(why, FAULT_INVALID,
				 "'%.*s' is no name of a source: 1 to %d bytes without blanks and '='",
				 (int)(w.len > 40 ? 40 : w.len), w.at, ROSTER_NAME - 1);
	if (r->roster->count == ROSTER_ROWS)
		return fault_set(why, FAULT_LIMIT, "more than %d sources", ROSTER_ROWS);
	memcpy(row.name, w.at, w.len);
	while (next_word(&at, end, &w))
		if ((ret = take_word(&row, &w, why)) < 0)
			return ret;
	r->roster->rows[r->roster->count++] = row;
	r->roster->key_count += row.key_count;
	return 0;
}

/* ---- the whole ------------------------------------------------------------- */

static int index_rows(struct roster *roster, const char *place, struct fault *why)
{
	size_t n = 0;

	qsort(roster->rows, roster->count, sizeof(*roster->rows), by_name);
	for (size_t i = 1; i < roster->count; i++)
		if (!strcmp(roster->rows[i - 1].name, roster->rows[i].name))
			return fault_set(why, FAULT_INVALID, "%s: '%s' stands there twice", place,
					 roster->rows[i].name);
	roster->keys = must_alloc((roster->key_count + 1) * sizeof(*roster->keys));
	for (size_t i = 0; i < roster->count; i++)
		for (unsigned k = 0; k < roster->rows[i].key_count; k++) {
			memcpy(roster->keys[n].hex, roster->rows[i].keys[k], ROSTER_KEY);
			roster->keys[n++].row = &roster->rows[i];
		}
	qsort(roster->keys, n, sizeof(*roster->keys), by_hex);
	for (size_t i = 1; i < n; i++)
		if (!strcmp(roster->keys[i - 1].hex, roster->keys[i].hex))
			return fault_set(why, FAULT_INVALID, "%s: the key %.16s… stands there twice", place,
					 roster->keys[i].hex);
	return 0;
}

static size_t count_lines(const char *text, size_t len)
{
	size_t lines = 1;

	for (size_t i = 0; i < len; i++)
		lines += text[i] == '\n';
	return lines < ROSTER_ROWS ? lines : ROSTER_ROWS;
}

static int read_all(struct reading *r, struct fault *why)
{
	for (; r->at < r->end; r->line++) {
		const char *lf = memchr(r->at, '\n', (size_t)(r->end - r->at)), *end = lf ? lf : r->end;

		if (memchr(r->at, '\0', (size_t)(end - r->at)))
			return fault_set(why, FAULT_INVALID, "%s:%u: a NUL byte", r->place, r->line);
		if (read_line(r, end, why) < 0)
			return fault_within(why, "%s:%u", r->place, r->line);
		r->at = lf ? lf + 1 : r->end;
	}
	return index_rows(r->roster, r->place, why);
}

int roster_read(const char *text, size_t len, const char *place, struct roster **out, struct fault *why)
{
	struct roster *roster = must_alloc(sizeof(*roster));
	struct reading r = { .at = text, .end = text + len, .place = place, .line = 1, .roster = roster };
	int ret;

	*roster = (struct roster){ .rows = must_alloc(count_lines(text, len) * sizeof(*roster->rows)) };
	if ((ret = read_all(&r, why)) < 0) {
		roster_free(roster);
		return ret;
	}
	*out = roster;
	return 0;
}

int roster_load(const char *path, struct roster **out, struct fault *why)
{
	SCOPED(arena_drop) struct arena *mem = arena_new();
	char *text;
	size_t len;
	int ret;

	if ((ret = file_read(path, ROSTER_BYTES, mem, &text, &len, why)) < 0)
		return ret;
	return roster_read(text, len, path, out, why);
}

void roster_free(struct roster *roster)
{
	if (!roster)
		return;
	free(roster->rows);
	free(roster->keys);
	free(roster);
}

size_t roster_count(const struct roster *roster) { return roster ? roster->count : 0; }
const struct roster_row *roster_at(const struct roster *roster, size_t i) { return &roster->rows[i]; }

const struct roster_row *roster_find(const struct roster *roster, const char *name)
{
	size_t low = 0, high = roster_count(roster);

	while (low < high) {
		const size_t mid = (low + high) / 2;
		const int order = strcmp(name, roster->rows[mid].name);

		if (!order)
			return &roster->rows[mid];
		if (order < 0)
			high = mid;
		else
			low = mid + 1;
	}
	return NULL;
}

const struct roster_row *roster_of_key(const struct roster *roster, const char *key)
{
	struct key wanted = { .row = NULL };
	const struct key *found;

	if (!roster || !roster->key_count || strlen(key) != ROSTER_KEY - 1)
		return NULL;
	memcpy(wanted.hex, key, ROSTER_KEY);
	found = bsearch(&wanted, roster->keys, roster->key_count, sizeof(wanted), by_hex);
	return found ? found->row : NULL;
}
