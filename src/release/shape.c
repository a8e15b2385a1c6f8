/* Addresses: IPv4 and IPv6 in every spelling that a program takes, MAC, mail. */

#include <arpa/inet.h>
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "release/release_private.h"

static bool word_char(unsigned char s) { return isalnum(s) || s == '_'; }

/* ---- IPv4 -------------------------------------------------------------------- */

/* A digit, or a letter that looks like one. */
static int digit_like(unsigned char s)
{
	if (isdigit(s))
		return s - '0';
	return s == 'l' || s == 'I' || s == '|' ? 1 : s == 'O' || s == 'o' ? 0 : -1;
}

/* One part of a dotted quad: "192", "0300", "0xC0", "l92"; its length, or 0. */
static size_t quad_part(const unsigned char *s, unsigned *out, bool *real)
{
	unsigned value = 0, octal = 0;
	bool is_octal = true;
	size_t n = 0;

	if (s[0] == '0' && (s[1] == 'x' || s[1] == 'X')) {
		for (n = 2; n < 10 && isxdigit(s[n]); n++)
			value = value * 16 + (unsigned)(isdigit(s[n]) ? s[n] - '0' : (s[n] | 32) - 'a' + 10);
		*out = value;
		*real = true;
		return n > 2 && value <= 255 ? n : 0;
	}
	for (; n < 5 && digit_like(s[n]) >= 0; n++) {
		const unsigned d = (unsigned)digit_like(s[n]);

		*real |= isdigit(s[n]) != 0;
		value = value * 10 + d;
		octal = octal * 8 + d;
		is_octal &= d < 8;
	}
	*out = n > 3 || (n > 1 && s[0] == '0' && value > 255) ? octal : value;
	return n && n < 5 && *out <= 255 && (n < 4 || is_octal) ? n : 0;
}

static bool is_private(const unsigned v[4])
{
	return v[0] == 10 || v[0] == 127 || (v[0] == 172 && v[1] >= 16 && v[1] < 32) ||
	       (v[0] == 192 && v[1] == 168) || (v[0] == 169 && v[1] == 254) ||
	       (v[0] == 100 && v[1] >= 64 && v[1] < 128);
}

/* "version 5.1.2.3" is no address, unless it is one that only networks have. */
static bool is_version(const struct fold *in, size_t i, const unsigned v[4])
{
	static const char *const words[] = { "version", "versions", "release", "版本", "版本号", "升级到",
					     "更新到",  "升级至",   "更新至",  "ver",  "v",      NULL };

	return v[0] < 32 && !is_private(v) && word_before(in, i, words);
}

/* "/24", ":8080", "-254" belong to it. */
static size_t quad_tail(const struct fold *in, size_t at)
{
	size_t end = at;

	if (end < in->n && strchr("/:-", in->s[end]) && in->s[end] && isdigit(in->s[end + 1]))
		for (end++; end < in->n && isdigit(in->s[end]); end++)
			;
	return end;
}

static bool wild(unsigned char s) { return s == 'x' || s == 'X' || s == '*'; }

/* Numbers and, behind the first two or three, "x" or "*". `parts` of them. */
static size_t quad_at(const struct fold *in, size_t i, unsigned v[4], int *parts, bool *wilds)
{
	size_t at = i;
	bool real = false;

	*wilds = false;
	for (*parts = 0; *parts < 4;) {
		size_t n = *wilds ? 0 : quad_part(in->s + at, &v[*parts], &real);

		if (!n && *parts && wild(in->s[at])) {
			*wilds = true;
			v[*parts] = 0;
			for (n = 1; n < 3 && wild(in->s[at + n]); n++)
				;
		}
		if (!n)
			break;
		at += n;
		++*parts;
		if (*parts == 4 || in->s[at] != '.' ||
		    !(digit_like(in->s[at + 1]) >= 0 || wild(in->s[at + 1])))
			break;
		at++;
	}
	return real ? at : i;
}

static void find_quad(struct look *look, const struct fold *in, size_t i)
{
	unsigned v[4] = { 0 };
	bool wilds;
	int parts;
	const size_t end = quad_at(in, i, v, &parts, &wilds);
	const bool longer = in->s[end] == '.' && isdigit(in->s[end + 1]);

	if (end == i || word_char(in->s[end]))
		return;
	if (parts == 4 && (wilds ? is_private(v) || v[0] > 0 : true) && (!longer || is_private(v)) &&
	    !is_version(in, i, v))
		look_found(look, in, i, quad_tail(in, end), RELEASE_ADDRESS);
	else if (parts == 3 && v[0] == 192 && v[1] == 168)
		look_found(look, in, i, quad_tail(in, end), RELEASE_ADDRESS);
	else if (parts == 2 && (in->s[end] == '/' && isdigit(in->s[end + 1])) && v[0] == 10)
		look_found(look, in, i, quad_tail(in, end), RELEASE_ADDRESS);
}

/* Where a browser would go: "//3232235777", "//0x7f.1". */
static void find_in_url(struct look *look, const struct fold *in, size_t i)
{
	char host[48];
	struct in_addr any;
	size_t n = 0, at = i + 2;
	const char *user = NULL;

	for (size_t k = at; k < in->n && k < at + 64 && in->s[k] > ' ' && in->s[k] != '/'; k++)
		if (in->s[k] == '@')
			user = (const char *)in->s + k;
	if (user)
		at = (size_t)((const unsigned char *)user - in->s) + 1;
	for (; n + 1 < sizeof(host) && (isalnum(in->s[at + n]) || in->s[at + n] == '.'); n++)
		host[n] = (char)in->s[at + n];
	host[n] = '\0';
	if (n && isdigit((unsigned char)host[0]) && inet_aton(host, &any))
		look_found(look, in, at, quad_tail(in, at + n), RELEASE_ADDRESS);
}

/* 0xC0A80101 */
static void find_hex_word(struct look *look, const struct fold *in, size_t i)
{
	size_t n = 2;

	if (in->s[i] != '0' || (in->s[i + 1] | 32) != 'x')
		return;
	while (isxdigit(in->s[i + n]))
		n++;
	if (n == 10 && !word_char(in->s[i + n]))
		look_found(look, in, i, i + n, RELEASE_ADDRESS);
}

/* ---- IPv6 and MAC -------------------------------------------------------------- */

static void find_colons(struct look *look, const struct fold *in, size_t i)
{
	unsigned char bytes[16];
	char text[48];
	size_t n = 0, colons = 0, digits = 0;

	for (; n + 1 < sizeof(text) && (isxdigit(in->s[i + n]) || in->s[i + n] == ':' || in->s[i + n] == '.');
	     n++) {
		text[n] = (char)in->s[i + n];
		colons += text[n] == ':';
		digits += isdigit((unsigned char)text[n]) != 0;
	}
	while (n && (text[n - 1] == '.' || (text[n - 1] == ':' && (n < 2 || text[n - 2] != ':'))))
		n--;
	text[n] = '\0';
	if (colons < 2 || (!digits && colons < 3) || word_char(in->s[i + n]) ||
	    inet_pton(AF_INET6, text, bytes) != 1 || n < 3)
		return;
	look_found(look, in, i, quad_tail(in, i + n), RELEASE_ADDRESS);
}

static size_t pairs(const struct fold *in, size_t i, unsigned char sign, size_t of)
{
	size_t groups = 0, at = i;

	for (;;) {
		for (size_t k = 0; k < of; k++)
			if (!isxdigit(in->s[at + k]))
				return 0;
		at += of;
		groups++;
		if (in->s[at] != sign || groups == 12 / of)
			break;
		at++;
	}
	return groups == 12 / of && !word_char(in->s[at]) && !(in->s[at] == sign && isxdigit(in->s[at + 1]))
		       ? at - i
		       : 0;
}

static void find_mac(struct look *look, const struct fold *in, size_t i)
{
	static const char *const words[] = { "mac",    "物理地址",    "mac地址", "ether",
					     "hwaddr", "mac address", NULL };
	size_t n = pairs(in, i, ':', 2);

	if (!n)
		n = pairs(in, i, '-', 2);
	if (!n)
		n = pairs(in, i, '.', 4);
	if (!n && strcspn((const char *)in->s + i, "abcdefABCDEF") < 17)
		n = pairs(in, i, ' ', 2);
	if (!n && word_before(in, i, words)) {
		while (n < 13 && isxdigit(in->s[i + n]))
			n++;
		n = n == 12 && !word_char(in->s[i + n]) ? n : 0;
	}
	if (n)
		look_found(look, in, i, i + n, RELEASE_MAC);
}

/* ---- mail ---------------------------------------------------------------------- */

static bool local_char(unsigned char s) { return isalnum(s) || (s && strchr("._+-", s)); }

static void find_mail(struct look *look, const struct fold *in, size_t i)
{
	size_t from = i, to = i + 1, dots = 0;

	while (from && local_char(in->s[from - 1]) && i - from < 64)
		from--;
	while (to < in->n && (isalnum(in->s[to]) || (strchr(".-", in->s[to]) && isalnum(in->s[to + 1])))) {
		dots += in->s[to] == '.';
		to++;
	}
	/* An internal name needs no dot: "root@db01". */
	if (from < i && to > i + 2 && (dots || isdigit(in->s[to - 1])))
		look_found(look, in, from, to, RELEASE_MAIL);
}

/* Behind "2001:", which is a part of the same address, but not behind a label. */
static bool after_group(const struct fold *in, size_t i)
{
	size_t n = 0;

	if (i < 2 || in->s[i - 1] != ':')
		return false;
	while (n < i - 1 && n < 5 && isxdigit(in->s[i - 2 - n]))
		n++;
	return in->s[i - 2] == ':' || (n && n < 5 && (n == i - 1 || !word_char(in->s[i - 2 - n])));
}

void shape_find(struct look *look, const struct fold *in)
{
	for (size_t i = 0; i < in->n; i++) {
		const unsigned char s = in->s[i], before = i ? in->s[i - 1] : ' ';
		const bool fresh = !word_char(before) && !(before == '.' && i > 1 && isalnum(in->s[i - 2]));

		if (s == '@')
			find_mail(look, in, i);
		if (s == '/' && in->s[i + 1] == '/')
			find_in_url(look, in, i);
		if (digit_like(s) >= 0 && (fresh || before == 'v' || before == 'V'))
			find_quad(look, in, i);
		if (s == '0' && fresh)
			find_hex_word(look, in, i);
		if ((isxdigit(s) || (s == ':' && in->s[i + 1] == ':' && before != ':')) &&
		    !word_char(before) && !after_group(in, i))
			find_colons(look, in, i);
		if (isxdigit(s) && !word_char(before) && !after_group(in, i) && before != '-')
			find_mac(look, in, i);
	}
}
