/* Digests, tokens and keys; numbers of records; what an encoding hides. */

#include <ctype.h>
#include <string.h>

#include "base/utf8.h"
#include "release/release_private.h"

static void find_hash(struct look *look, const struct fold *in, size_t i)
{
	static const size_t lengths[] = { 32, 40, 48, 56, 64, 96, 128 };
	size_t n = 0, digits = 0;

	for (; isxdigit(in->s[i + n]); n++)
		digits += isdigit(in->s[i + n]) != 0;
	if (isalnum(in->s[i + n]) || !digits || digits == n)
		return;
	for (size_t k = 0; k < sizeof(lengths) / sizeof(*lengths); k++)
		if (n == lengths[k])
			look_found(look, in, i, i + n, RELEASE_HASH);
}

static bool begins(const struct fold *in, size_t i, const char *words)
{
	for (; *words; i++, words++)
		if (in->s[i] != (unsigned char)*words)
			return false;
	return true;
}

/* Of a longer one its beginning is enough; the work stays in bounds. */
enum { TOKEN_MOST = 512 };

static bool token_char(unsigned char s) { return isalnum(s) || (s && strchr("+/=_-.~", s)); }

/* Letters of both sizes and digits, mixed too well for words. */
static bool looks_random(const unsigned char *s, size_t n)
{
	size_t upper = 0, lower = 0, digits = 0, turns = 0, slashes = 0;

	for (size_t i = 0; i < n; i++) {
		upper += isupper(s[i]) != 0;
		lower += islower(s[i]) != 0;
		digits += isdigit(s[i]) != 0;
		slashes += s[i] == '/' || s[i] == '.';
		turns += i && (isdigit(s[i]) != 0) != (isdigit(s[i - 1]) != 0);
		turns += i && isalpha(s[i]) && isalpha(s[i - 1]) && isupper(s[i]) != 0 &&
			 islower(s[i - 1]) != 0;
	}
	return n >= 24 && upper >= 3 && lower >= 3 && digits >= 2 && turns * 6 >= n && slashes <= n / 12;
}

static void find_token(struct look *look, const struct fold *in, size_t i)
{
	static const char *const starts[] = { "eyJ",    "AKIA",  "ASIA",  "ghp_", "gho_", "ghs_",
					      "glpat-", "xoxb-", "xoxp-", "sk-",  "AIza", "LTAI",
					      "npm_",   "pypi-", "$2a$",  "$2b$", "$2y$", "$argon2",
					      "$6$",    "$5$",   "$1$",   "$y$",  "hvs.", "dop_v1_" };
	size_t n = 0;

	if (begins(in, i, "-----BEGIN ") && i + 11 < in->n) {
		look_found(look, in, i, i + 11, RELEASE_SECRET);
		return;
	}
	while (n < TOKEN_MOST && (token_char(in->s[i + n]) || in->s[i + n] == '$'))
		n++;
	for (size_t k = 0; k < sizeof(starts) / sizeof(*starts); k++)
		if (n >= strlen(starts[k]) + 12 && begins(in, i, starts[k])) {
			look_found(look, in, i, i + n, RELEASE_SECRET);
			return;
		}
	if (looks_random(in->s + i, n))
		look_found(look, in, i, i + n, RELEASE_SECRET);
}

/* "INC-2026-0001", also with other signs between. */
static void find_number(struct look *look, const struct fold *in, size_t i)
{
	for (size_t k = 0; k < look->release->number_count; k++) {
		const char *prefix = look->release->numbers[k];
		const size_t len = strlen(prefix);
		size_t at = i + len, n = 0;

		if (strncasecmp((const char *)in->s + i, prefix, len))
			continue;
		for (size_t s = 0; s < 3 && in->s[at] && strchr("- _/.", in->s[at]); s++)
			at++;
		for (; isdigit(in->s[at + n]) && n < 5; n++)
			;
		if (n != 4)
			continue;
		for (at += n, n = 0; n < 3 && in->s[at] && strchr("- _/.", in->s[at]); n++)
			at++;
		for (n = 0; isdigit(in->s[at + n]); n++)
			;
		if (n >= 1 && n <= 8)
			look_found(look, in, i, at + n, RELEASE_CASE);
	}
}

void secret_find(struct look *look, const struct fold *in)
{
	for (size_t i = 0; i < in->n; i++) {
		const unsigned char before = i ? in->s[i - 1] : ' ';

		if (isxdigit(in->s[i]) && !isalnum(before))
			find_hash(look, in, i);
		if ((isalnum(in->s[i]) || in->s[i] == '$' || in->s[i] == '-') && !token_char(before) &&
		    before != '$')
			find_token(look, in, i);
		else if (before == '=' || before == '/' || before == '.')
			find_token(look, in, i);
		if (isalpha(in->s[i]) && !isalnum(before))
			find_number(look, in, i);
	}
}

/* ---- what an encoding hides --------------------------------------------------------- */

static int sextet(unsigned char s)
{
	if (isupper(s))
		return s - 'A';
	if (islower(s))
		return s - 'a' + 26;
	if (isdigit(s))
		return s - '0' + 52;
	return s == '+' || s == '-' ? 62 : s == '/' || s == '_' ? 63 : -1;
}

static size_t base64_of(const unsigned char *s, size_t n, char *out)
{
	uint32_t bits = 0;
	size_t len = 0, have = 0;

	for (size_t i = 0; i < n; i++) {
		bits = bits << 6 | (uint32_t)sextet(s[i]);
		if ((have += 6) >= 8)
			out[len++] = (char)(bits >> (have -= 8) & 0xff);
	}
	return len;
}

static size_t hex_of(const unsigned char *s, size_t n, char *out)
{
	for (size_t i = 0; i + 1 < n; i += 2) {
		const int high = isdigit(s[i]) ? s[i] - '0' : (s[i] | 32) - 'a' + 10;
		const int low = isdigit(s[i + 1]) ? s[i + 1] - '0' : (s[i + 1] | 32) - 'a' + 10;

		out[i / 2] = (char)(high << 4 | low);
	}
	return n / 2;
}

static bool readable(const char *text, size_t len)
{
	if (len < 4 || utf8_valid(text, len) != len)
		return false;
	for (size_t i = 0; i < len; i++)
		if ((unsigned char)text[i] < 0x20 && !strchr("\t\r\n", text[i]))
			return false;
	return memchr(text, '\0', len) == NULL;
}

/* What it holds is found where it stands. */
static void look_within(struct look *look, const struct fold *in, size_t from, size_t to, const char *text,
			size_t len)
{
	const struct part where = { .from = in->from[from], .to = in->to[to - 1] }, *before = look->within;

	if (!readable(text, len))
		return;
	look->within = before ? before : &where;
	look->depth++;
	look_at_text(look, text, len);
	look->depth--;
	look->within = before;
}

void encoded_find(struct look *look, const struct fold *in)
{
	char *text = arena_take(look->mem, in->n + 1);

	if (look->depth >= 2)
		return;
	for (size_t i = 0, n; i < in->n; i += n ? n : 1) {
		size_t hex = 0;

		for (n = 0; i + n < in->n && sextet(in->s[i + n]) >= 0; n++)
			hex += isxdigit(in->s[i + n]) != 0;
		size_t fill = 0;

		while (n >= 10 && fill < 2 && in->s[i + n + fill] == '=')
			fill++;
		if (n >= 14 && hex == n && n % 2 == 0)
			look_within(look, in, i, i + n, text, hex_of(in->s + i, n, text));
		if (n >= 10)
			look_within(look, in, i, i + n + fill, text, base64_of(in->s + i, n, text));
	}
}
