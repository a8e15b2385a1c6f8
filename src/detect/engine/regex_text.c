#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "detect/engine/regex.h"
#include "detect/sigma/rule.h"

/*
 * regex_text -- which plain text a regular expression cannot do without.
 *
 * It reads the expression from left to right and keeps what must stand side by
 * side; whatever it does not understand ends a run, or all of it. Too little is
 * a rule that is tried more often, too much would be a rule that never fires.
 */
struct reading {
	const char *at, *end;
	char *run, *best;
	uint32_t run_len, best_len, best_worth;
	bool caseless, lost; /* lost: nothing can be told */
};

/* Signs are rarer than letters: "&&" says more than "et". */
static uint32_t worth(const char *text, uint32_t len)
{
	uint32_t sum = 0;

	for (uint32_t i = 0; i < len; i++)
		sum += isalnum((unsigned char)text[i]) || text[i] == ' ' ? 2 : 3;
	return sum;
}

static void end_run(struct reading *r)
{
	const uint32_t mine = worth(r->run, r->run_len);

	if (mine > r->best_worth) {
		memcpy(r->best, r->run, r->run_len);
		r->best_len = r->run_len;
		r->best_worth = mine;
	}
	r->run_len = 0;
}

/* To a caseless match k is also the Kelvin sign and s the long s. */
static bool has_a_stranger(const struct reading *r, char c)
{
	return r->caseless && (strchr("kKsS", c) || (unsigned char)c >= 0x80);
}

/* How often, at least, and moves past it; *once: exactly once. */
static unsigned long least(struct reading *r, bool *once)
{
	unsigned long n = 1;
	char *end;

	*once = false;
	if (r->at == r->end || !strchr("?*+{", *r->at) ||
	    (*r->at == '{' && !isdigit((unsigned char)r->at[1]))) {
		*once = true;
		return 1;
	}
	if (*r->at == '{') {
		n = strtoul(r->at + 1, &end, 10);
		while (r->at < r->end && *r->at != '}')
			r->at++;
	} else if (*r->at != '+') {
		n = 0;
	}
	if (r->at < r->end)
		r->at++;
	if (r->at < r->end && (*r->at == '?' || *r->at == '+'))
		r->at++; /* lazy, possessive */
	return n;
}

/* What is repeated is a character: of one that may be absent no byte is needed. */
static void take_back(struct reading *r, char last)
{
	bool whole = ((unsigned char)last & 0xc0) != 0x80;

	while (!whole && r->run_len)
		whole = ((unsigned char)r->run[--r->run_len] & 0xc0) != 0x80;
}

static void letter(struct reading *r, char c)
{
	bool once;
	const unsigned long n = least(r, &once);

	if (!n)
		take_back(r, c);
	if (!n || has_a_stranger(r, c)) {
		end_run(r);
		return;
	}
	r->run[r->run_len++] = c;
	if (!once)
		end_run(r);
}

static void skip_class(struct reading *r)
{
	r->at += r->at < r->end && *r->at == '^';
	r->at += r->at < r->end && *r->at == ']'; /* the first one is a member */
	while (r->at < r->end && *r->at != ']') {
		if (*r->at == '[' && r->at + 1 < r->end && strchr(":.=", r->at[1]))
			r->lost = true;
		r->at += *r->at == '\\' ? 2 : 1;
	}
	r->at++;
}

/* Up to the bracket that closes; s->at is behind the one that opened. */
static void skip_group(struct reading *r, bool *alternates)
{
	int depth = 1;

	*alternates = false;
	while (r->at < r->end && depth) {
		const char c = *r->at++;

		if (c == '\\')
			r->at++;
		else if (c == '[')
			skip_class(r);
		else if (c == '(')
			depth++;
		else if (c == ')')
			depth--;
		else if (c == '|' && depth == 1)
			*alternates = true;
	}
}

static void read_all(struct reading *r);

/* What stands in a group must be there where the group must, and it is no choice. */
static void group(struct reading *r)
{
	const char *inside = r->at, *close;
	bool alternates, once;

	end_run(r);
	if (r->end - r->at >= 2 && r->at[0] == '?') {
		if (r->at[1] != ':') {
			/* Flags, names, looking around: only (?i) and its like are known. */
			const size_t n = strspn(r->at + 1, "ims");

			if (!n || r->at + 1 + n >= r->end || r->at[1 + n] != ')')
				r->lost = true;
			r->caseless |= memchr(r->at + 1, 'i', n) != NULL;
			r->at += n + 2;
			return;
		}
		inside += 2;
	}
	skip_group(r, &alternates);
	close = r->at - 1;
	if (least(r, &once) && !alternates && !r->lost && close > inside) {
		struct reading within = *r;

		within.at = inside;
		within.end = close;
		read_all(&within);
		end_run(&within);
		r->best_len = within.best_len;
		r->best_worth = within.best_worth;
		r->lost = within.lost;
		r->caseless = within.caseless;
	}
}

static void escaped(struct reading *r)
{
	const char c = r->at < r->end ? *r->at++ : '\0';
	bool once;

	if (!isalnum((unsigned char)c) && c) {
		letter(r, c);
		return;
	}
	end_run(r);
	if (!c || !strchr("dDwWsSbBtnrfevhHVRAzZG", c))
		r->lost = true;
	least(r, &once);
}

static void read_all(struct reading *r)
{
	bool once;

	while (r->at < r->end && !r->lost) {
		const char c = *r->at++;

		switch (c) {
		case '\\':
			escaped(r);
			break;
		case '(':
			group(r);
			break;
		case '[':
			end_run(r);
			skip_class(r);
			least(r, &once);
			break;
		case '.':
		case '^':
		case '$':
			end_run(r);
			least(r, &once);
			break;
		case '|':
		case ')':
			r->lost = true;
			break;
		default:
			letter(r, c);
		}
		if (r->at > r->end)
			r->lost = true;
	}
}

const char *regex_must_have(struct arena *mem, const char *text, size_t len, unsigned flags,
			    uint32_t *out_len)
{
	struct reading r = { .at = text,
			     .end = text + len,
			     .run = arena_take(mem, len + 1),
			     .best = arena_take(mem, len + 1),
			     .caseless = flags & REGEX_CASELESS };

	/* Somewhere inside (?i), which then counts for all of it. */
	r.caseless |= memmem(text, len, "(?", 2) != NULL;
	read_all(&r);
	end_run(&r);
	*out_len = r.lost ? 0 : r.best_len;
	return *out_len ? r.best : NULL;
}
