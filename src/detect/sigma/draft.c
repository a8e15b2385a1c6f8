#include "detect/sigma/draft.h"

#include <string.h>

#include "base/utf8.h"
#include "detect/sigma/rule_private.h"

enum { WINDASH_MOST = 3 };

struct draft *draft_new(struct arena *mem, size_t room)
{
	struct draft *d = arena_take(mem, sizeof(*d));

	d->text = arena_take(mem, room + 1);
	d->wild = arena_take(mem, room + 1);
	return d;
}

void draft_put(struct draft *d, char c, unsigned char wild)
{
	d->text[d->len] = c;
	d->wild[d->len++] = wild;
}

bool draft_has_wild(const struct draft *d)
{
	for (size_t i = 0; i < d->len; i++)
		if (d->wild[i])
			return true;
	return false;
}

/* `*` and `?` are wildcards, `\` before them, or before another `\`, takes them
 * as they are; before anything else it is an ordinary character. */
struct draft *draft_of(struct arena *mem, const struct tree *at)
{
	struct draft *d = draft_new(mem, at->len);

	for (size_t i = 0; i < at->len; i++) {
		char c = at->text[i];

		if (c == '\\' && i + 1 < at->len && strchr("*?\\", at->text[i + 1]) && at->text[i + 1])
			draft_put(d, at->text[++i], WILD_NONE);
		else
			draft_put(d, c, c == '*' ? WILD_MANY : c == '?' ? WILD_ONE : WILD_NONE);
	}
	return d;
}

static int plain_only(struct rule_reading *r, const struct tree *at, const struct draft *d,
		      const char *modifier)
{
	if (!draft_has_wild(d))
		return 0;
	return tree_fault(r->why, r->file, at, "%s takes no wildcards; write \\* or \\? for the characters",
			  modifier);
}

static const char base64[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/* Base64 of `shift` spaces and the text. */
static struct draft *encode(struct arena *mem, const struct draft *from, size_t shift)
{
	size_t len = from->len + shift;
	struct draft *d = draft_new(mem, len / 3 * 4 + 4);

	for (size_t i = 0; i < len; i += 3) {
		uint32_t three = 0;

		for (size_t k = i; k < i + 3; k++) {
			unsigned char c = 0;

			if (k < shift)
				c = ' ';
			else if (k < len)
				c = (unsigned char)from->text[k - shift];
			three = three << 8 | c;
		}
		for (size_t k = 0; k < 4; k++)
			draft_put(d, i + k > len ? '=' : base64[three >> (18 - 6 * k) & 63], WILD_NONE);
	}
	return d;
}

static int to_base64(struct rule_reading *r, const struct tree *at, struct draft **list)
{
	for (struct draft **d = list; *d; d = &(*d)->next) {
		struct draft *next = (*d)->next;
		int ret = plain_only(r, at, *d, "base64");

		if (ret < 0)
			return ret;
		*d = encode(r->mem, *d, 0);
		(*d)->next = next;
	}
	return 0;
}

/* The three ways a text looks inside a longer base64 string; the characters
 * that its neighbours decide are cut off. */
static int to_base64_offset(struct rule_reading *r, const struct tree *at, struct draft **list)
{
	static const size_t cut_front[] = { 0, 2, 3 }, cut_back[] = { 0, 3, 2 };
	struct draft *out = NULL;

	for (struct draft *d = *list; d; d = d->next) {
		int ret = plain_only(r, at, d, "base64offset");

		if (ret < 0)
			return ret;
		for (size_t shift = 0; shift < 3; shift++) {
			struct draft *coded = encode(r->mem, d, shift);
			size_t cut = cut_front[shift] + cut_back[(d->len + shift) % 3];

			if (coded->len <= cut)
				return tree_fault(r->why, r->file, at, "too short for base64offset");
			coded->text += cut_front[shift];
			coded->len -= cut;
			coded->next = out;
			out = coded;
		}
	}
	*list = out;
	return 0;
}

static struct draft *widen(struct arena *mem, const struct draft *from, bool big, bool mark)
{
	struct draft *d = draft_new(mem, from->len * 2 + 2);
	const char *p = from->text, *end = p + from->len;
	uint32_t units[2];

	if (mark)
		units[0] = 0xFEFF;
	for (bool first = mark; first || p < end; first = false) {
		size_t n = 1;

		if (!first) {
			uint32_t c = utf8_next(&p, end);

			n = c > 0xFFFF ? 2 : 1;
			units[0] = n == 2 ? 0xD800 + ((c - 0x10000) >> 10) : c;
			units[1] = 0xDC00 + ((c - 0x10000) & 0x3FF);
		}
		for (size_t i = 0; i < n; i++) {
			draft_put(d, (char)(big ? units[i] >> 8 : units[i] & 255), WILD_NONE);
			draft_put(d, (char)(big ? units[i] & 255 : units[i] >> 8), WILD_NONE);
		}
	}
	return d;
}

static int to_wide(struct rule_reading *r, const struct tree *at, struct draft **list, bool big, bool mark)
{
	for (struct draft **d = list; *d; d = &(*d)->next) {
		struct draft *next = (*d)->next;
		int ret = plain_only(r, at, *d, "a utf16 modifier");

		if (ret < 0)
			return ret;
		*d = widen(r->mem, *d, big, mark);
		(*d)->next = next;
	}
	return 0;
}

static int to_utf16le(struct rule_reading *r, const struct tree *at, struct draft **list)
{
	return to_wide(r, at, list, false, false);
}

static int to_utf16be(struct rule_reading *r, const struct tree *at, struct draft **list)
{
	return to_wide(r, at, list, true, false);
}

static int to_utf16(struct rule_reading *r, const struct tree *at, struct draft **list)
{
	return to_wide(r, at, list, false, true);
}

static bool wordy(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
	       (unsigned char)c >= 0x80;
}

/* A dash that begins an option: nothing of a word before it, a word behind. */
static bool is_dash(const struct draft *d, size_t i)
{
	return !d->wild[i] && (d->text[i] == '-' || d->text[i] == '/') &&
	       (i == 0 || !wordy(d->text[i - 1])) && i + 1 < d->len && wordy(d->text[i + 1]);
}

static struct draft *with_dash(struct arena *mem, const struct draft *from, size_t at, const char *dash)
{
	struct draft *d = draft_new(mem, from->len + 3);

	for (size_t i = 0; i < from->len; i++)
		if (i != at)
			draft_put(d, from->text[i], from->wild[i]);
		else
			for (const char *p = dash; *p; p++)
				draft_put(d, *p, WILD_NONE);
	return d;
}

/* Every dash as each of the five; `behind` counts from the end of the text, since
 * what was replaced in front of it changed length. */
static void spread(struct arena *mem, struct draft *d, size_t behind, struct draft **out)
{
	static const char *const dashes[] = { "-", "/", "\xE2\x80\x93", "\xE2\x80\x94", "\xE2\x80\x95" };

	for (; behind > 0; behind--) {
		size_t at = d->len - behind;

		if (!is_dash(d, at))
			continue;
		for (size_t i = 0; i < 5; i++)
			spread(mem, with_dash(mem, d, at, dashes[i]), behind - 1, out);
		return;
	}
	d->next = *out;
	*out = d;
}

static int to_windash(struct rule_reading *r, const struct tree *at, struct draft **list)
{
	struct draft *out = NULL, *next;

	for (struct draft *d = *list; d; d = next) {
		size_t dashes = 0;

		next = d->next;
		for (size_t i = 0; i < d->len; i++)
			dashes += is_dash(d, i);
		if (dashes > WINDASH_MOST)
			return tree_fault(r->why, r->file, at,
					  "windash with %zu dashes in one value; at most %d, split the value",
					  dashes, WINDASH_MOST);
		spread(r->mem, d, d->len, &out);
	}
	*list = out;
	return 0;
}

/* clang-format off */
/* Modifiers that change the text itself. */
static const struct {
	const char *word;
	draft_change *run;
} changes[] = {
	{ "base64", to_base64 },   { "base64offset", to_base64_offset }, { "wide", to_utf16le },
	{ "utf16le", to_utf16le }, { "utf16be", to_utf16be },            { "utf16", to_utf16 },
	{ "windash", to_windash },
};
/* clang-format on */

draft_change *draft_find_change(const char *word, size_t len)
{
	for (size_t i = 0; i < sizeof(changes) / sizeof(*changes); i++)
		if (strlen(changes[i].word) == len && !memcmp(word, changes[i].word, len))
			return changes[i].run;
	return NULL;
}
