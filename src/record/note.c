#include "record/note.h"

#include <stdio.h>
#include <string.h>

#include "base/utf8.h"
#include "seal/base64.h"

static const char dash[] = "\xe2\x80\x94 ";
enum { DASH = sizeof(dash) - 1, TYPED = 4 + KEY_SIGNATURE };

void note_sign(struct buf *out, const char *text, size_t len, const struct key *key)
{
	unsigned char typed[TYPED] = { (unsigned char)(key->hash >> 24), (unsigned char)(key->hash >> 16),
				       (unsigned char)(key->hash >> 8), (unsigned char)key->hash };
	char line[BASE64_LEN(TYPED) + 1];

	key_sign(key, text, len, typed + 4);
	base64_write(typed, sizeof(typed), line);
	buf_put(out, text, len);
	buf_format(out, "\n%s%s %s\n", dash, key->name, line);
}

/* Where the signatures begin: behind the last empty line. */
static const char *signatures_of(const char *note, size_t len)
{
	for (size_t i = len; i >= 2; i--)
		if (note[i - 1] == '\n' && note[i - 2] == '\n')
			return note + i;
	return NULL;
}

/* One line "— NAME BASE64", without its newline. */
static enum note_state check_line(const char *line, size_t len, const struct key *key, const char *text,
				  size_t text_len)
{
	const char *name = line + DASH, *blank;
	unsigned char typed[256];
	size_t got;
	uint32_t hash;

	if (len <= DASH || memcmp(line, dash, DASH) || !(blank = memchr(name, ' ', len - DASH)) ||
	    blank == name ||
	    !base64_read(blank + 1, (size_t)(line + len - blank - 1), typed, sizeof(typed), &got) || got <= 4)
		return NOTE_FORM;
	hash = (uint32_t)typed[0] << 24 | (uint32_t)typed[1] << 16 | (uint32_t)typed[2] << 8 | typed[3];
	if ((size_t)(blank - name) != strlen(key->name) || memcmp(name, key->name, strlen(key->name)) ||
	    hash != key->hash)
		return NOTE_OTHER_KEY;
	return got == TYPED && key_verifies(key, text, text_len, typed + 4) ? NOTE_GOOD : NOTE_FORGED;
}

static bool text_ok(const char *text, size_t len)
{
	if (len > NOTE_MOST || utf8_valid(text, len) != len)
		return false;
	for (size_t i = 0; i < len; i++)
		if ((unsigned char)text[i] < 0x20 && text[i] != '\n')
			return false;
	return true;
}

enum note_state note_check(const char *note, size_t len, const struct key *key, size_t *text_len)
{
	const char *line = signatures_of(note, len), *end = note + len, *stop;
	enum note_state state = NOTE_FORM;

	if (!line || line == end || line - note < 3 || !text_ok(note, len))
		return NOTE_FORM;
	*text_len = (size_t)(line - note) - 1;
	for (; line < end; line = stop + 1) {
		enum note_state one;

		if (!(stop = memchr(line, '\n', (size_t)(end - line))))
			return NOTE_FORM;
		one = check_line(line, (size_t)(stop - line), key, note, *text_len);
		if (one == NOTE_FORM || one == NOTE_FORGED)
			return one;
		if (state != NOTE_GOOD)
			state = one;
	}
	return state;
}

size_t note_first(const char *text, size_t len)
{
	const char *end = text + len, *at = len ? memmem(text, len, "\n\n", 2) : NULL, *stop;

	if (!at)
		return 0;
	at += 2;
	if ((size_t)(end - at) < DASH || memcmp(at, dash, DASH))
		return 0;
	while ((size_t)(end - at) >= DASH && !memcmp(at, dash, DASH)) {
		if (!(stop = memchr(at, '\n', (size_t)(end - at))))
			return 0;
		at = stop + 1;
	}
	return (size_t)(at - text);
}
