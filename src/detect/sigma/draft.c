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
	return tree_say(r->why, r->file, at, "%s takes no wildcards; write \\* or \\? for the characters",
			"%s 不接受通配符；字符本身写作 \\* 或 \\?", modifier);
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

int draft_base64(struct rule_reading *r, const struct tree *at, struct draft **list)
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
int draft_base64offset(struct rule_reading *r, const struct tree *at, struct draft **list)
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
				return tree_say(r->why, r->file, at, "too short for base64offset",
						"对 base64offset 而言过短");
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

int draft_utf16le(struct rule_reading *r, const struct tree *at, struct draft **list)
{
	return to_wide(r, at, list, false, false);
}

int draft_utf16be(struct rule_reading *r, const struct tree *at, struct draft **list)
{
	return to_wide(r, at, list, true, false);
}

int draft_utf16(struct rule_reading *r, const struct tree *at, struct draft **list)
{
	return to_wide(r, at, list, false, true);
}

static bool wordy(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
	       (unsigned char)c >= 0x80;
}

/* The dashes of Windows, as the specification lists them. */
static const char *const dashes[] = { "-", "/", "\xE2\x80\x93", "\xE2\x80\x94", "\xE2\x80\x95" };

enum { DASHES = sizeof(dashes) / sizeof(*dashes) };

/* The length of a dash that begins an option: nothing of a word before it, a word
 * behind; 0 where there is none. */
static size_t dash_at(const struct draft *d, size_t i)
{
	if (d->wild[i] || (i > 0 && wordy(d->text[i - 1])))
		return 0;
	for (size_t k = 0; k < DASHES; k++) {
		const size_t n = strlen(dashes[k]);

		if (i + n < d->len && !memcmp(d->text + i, dashes[k], n))
			return wordy(d->text[i + n]) ? n : 0;
	}
	return 0;
}

static struct draft *with_dash(struct arena *mem, const struct draft *from, size_t at, size_t len,
			       const char *dash)
{
	struct draft *d = draft_new(mem, from->len + 3);

	for (size_t i = 0; i < at; i++)
		draft_put(d, from->text[i], from->wild[i]);
	for (const char *p = dash; *p; p++)
		draft_put(d, *p, WILD_NONE);
	for (size_t i = at + len; i < from->len; i++)
		draft_put(d, from->text[i], from->wild[i]);
	return d;
}

/* Every dash as each of the five; `behind` counts from the end of the text, since
 * what was replaced in front of it changed length. */
static void spread(struct arena *mem, struct draft *d, size_t behind, struct draft **out)
{
	for (; behind > 0; behind--) {
		const size_t at = d->len - behind, len = dash_at(d, at);

		if (!len)
			continue;
		for (size_t i = 0; i < DASHES; i++)
			spread(mem, with_dash(mem, d, at, len, dashes[i]), behind - len, out);
		return;
	}
	d->next = *out;
	*out = d;
}

int draft_windash(struct rule_reading *r, const struct tree *at, struct draft **list)
{
	struct draft *out = NULL, *next;

	for (struct draft *d = *list; d; d = next) {
		size_t found = 0;

		next = d->next;
		for (size_t i = 0; i < d->len; i++)
			found += dash_at(d, i) > 0;
		if (found > WINDASH_MOST)
			return tree_say(r->why, r->file, at,
					"windash with %zu dashes in one value; at most %d, split the value",
					"windash 的一个值中有 %zu 个破折号，至多 %d 个；请拆分", found,
					WINDASH_MOST);
		spread(r->mem, d, d->len, &out);
	}
	*list = out;
	return 0;
}
