/* Numbers that belong to somebody: cards, identity, telephones, accounts. */

#include <ctype.h>
#include <string.h>

#include "release/release_private.h"

/* clang-format off */
static const char *const accounts[] = { "账号", "帐号", "账户", "帐户", "卡号", "银行卡", "户号", "用户名", "用户", "登录名", "登陆名",
					"account", "account no", "account number", "account no.", "acct", "login", "user", "username",
					"user name", "密码", "口令", "password", "passwd", "pwd", "pass", "uid", NULL };
static const char *const calls[] = { "电话", "手机", "致电", "拨打", "座机", "传真", "热线", "联系方式", "联系", "tel", "tel.", "phone",
				     "call", "fax", "mobile", "dial", "telephone", "hotline", NULL };
static const char *const persons[] = { "身份证", "身份证号", "证件号", "证件", "id card", "identity card", NULL };
/* clang-format on */

bool word_before(const struct fold *in, size_t at, const char *const *words)
{
	static const uint32_t fill[] = { ' ',    ':',    '=',    '(',    '#', '"',   '\'',
					 0x4e3a, 0x662f, 0x53f7, 0x7801, '[', 0x201c };

	for (size_t k = 0; k < 6; k++) {
		bool filler = false;

		for (size_t i = 0; words[i]; i++)
			if (fold_after(in, at, words[i]))
				return true;
		for (size_t i = 0; at && i < sizeof(fill) / sizeof(*fill); i++)
			filler |= in->c[at - 1] == fill[i];
		if (!filler)
			return false;
		at--;
	}
	return false;
}

/* ---- digits in groups --------------------------------------------------------- */

enum { GROUPS_MOST = 10, DIGITS_MOST = 34 };

struct digits {
	char d[DIGITS_MOST + 1];
	size_t n;
	size_t groups, len[GROUPS_MOST];
	size_t from, to;
	bool plus; /* before it */
};

/* Signs between two groups of one number: at most two ("(0531) 8205"). */
static size_t between(const struct fold *in, size_t i)
{
	size_t n = 0;

	while (n < 3 && i + n < in->n && in->s[i + n] && strchr(" -._)(/*", in->s[i + n]))
		n++;
	return n <= 2 && isdigit(in->s[i + n]) ? n : 0;
}

/* Only the groups from the first on; each window of them is looked at. */
static bool next_group(const struct fold *in, struct digits *all)
{
	const size_t gap = all->groups ? between(in, all->to) : 0;
	size_t at = all->to + gap, n = 0;

	if (all->groups == GROUPS_MOST || (all->groups && !gap))
		return false;
	while (isdigit(in->s[at + n]))
		n++;
	if (!n || all->n + n > DIGITS_MOST)
		return false;
	for (size_t k = 0; k < n; k++)
		all->d[all->n++] = (char)in->s[at + k];
	all->d[all->n] = '\0';
	all->len[all->groups++] = n;
	all->to = at + n;
	return true;
}

static bool luhn(const char *d, size_t n)
{
	unsigned sum = 0;

	for (size_t i = 0; i < n; i++) {
		unsigned v = (unsigned)(d[n - 1 - i] - '0') * (i % 2 ? 2 : 1);

		sum += v > 9 ? v - 9 : v;
	}
	return sum % 10 == 0;
}

static bool even_groups(const struct digits *all)
{
	for (size_t i = 0; i + 1 < all->groups; i++)
		if (all->len[i] < 3)
			return false;
	return all->groups <= 6;
}

static bool is_card(const struct digits *all)
{
	return all->n >= 13 && all->n <= 19 && all->d[0] >= '3' && all->d[0] <= '9' && even_groups(all) &&
	       luhn(all->d, all->n) && strspn(all->d, "0") < all->n &&
	       strspn(all->d, all->d + all->n - 1) < all->n;
}

static bool is_day(const char *d, size_t year)
{
	const int month = (d[year] - '0') * 10 + d[year + 1] - '0',
		  day = (d[year + 2] - '0') * 10 + d[year + 3] - '0';

	return month >= 1 && month <= 12 && day >= 1 && day <= 31 &&
	       (year == 2 || !strncmp(d, "19", 2) || !strncmp(d, "20", 2) || !strncmp(d, "18", 2));
}

/* GB 11643: 17 digits and a check digit that may be X. */
static bool is_identity(const char *d, char last)
{
	static const int weights[] = { 7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2 };
	int sum = 0;

	for (size_t i = 0; i < 17; i++)
		sum += (d[i] - '0') * weights[i];
	return "10X98765432"[sum % 11] == last && is_day(d + 6, 4);
}

static bool is_old_identity(const struct digits *all)
{
	return all->n == 15 && all->groups == 1 && all->d[0] >= '1' && all->d[0] <= '6' &&
	       is_day(all->d + 6, 2);
}

static bool is_mobile(const char *d, size_t n) { return n == 11 && d[0] == '1' && d[1] >= '3'; }

static bool in_areas(const char *d, size_t area, size_t all)
{
	const size_t rest = all - area;

	return d[0] == '0' && (rest == 7 || rest == 8) &&
	       (area == 3 ? d[1] == '1' || d[1] == '2' : d[1] >= '3' && d[1] <= '9') && d[area] >= '2';
}

static bool is_landline(const struct digits *all)
{
	if (all->groups == 1)
		return (all->n == 11 || all->n == 12) &&
		       (in_areas(all->d, 3, all->n) || in_areas(all->d, 4, all->n));
	return all->groups <= 4 && (all->len[0] == 3 || all->len[0] == 4) &&
	       in_areas(all->d, all->len[0], all->n);
}

static bool is_phone(const struct fold *in, const struct digits *all)
{
	const char *d = all->d;

	if (all->groups > 5)
		return false;
	if (is_mobile(d, all->n) || is_landline(all))
		return true;
	if (all->n >= 12 && !strncmp(d, "86", 2) && is_mobile(d + 2, all->n - 2))
		return true;
	if (all->n >= 14 && !strncmp(d, "0086", 4) && is_mobile(d + 4, all->n - 4))
		return true;
	if (all->n == 10 && (!strncmp(d, "400", 3) || !strncmp(d, "800", 3)) &&
	    (all->groups == 1 || all->groups <= 4))
		return true;
	if (all->plus && all->n >= 8 && all->n <= 15)
		return true;
	return (all->n == 7 || all->n == 8) && all->groups <= 2 && d[0] >= '2' &&
	       word_before(in, all->from, calls);
}

static bool ends_in_x(const struct fold *in, const struct digits *all)
{
	return (in->s[all->to] == 'x' || in->s[all->to] == 'X') && !isalnum(in->s[all->to + 1]);
}

static void look_at_window(struct look *look, const struct fold *in, const struct digits *all)
{
	const bool x = ends_in_x(in, all);

	if (isalnum(in->s[all->to]) && !x)
		return;
	if (all->n == 17 && x && is_identity(all->d, 'X'))
		look_found(look, in, all->from, all->to + 1, RELEASE_IDENTITY);
	if (x)
		return;
	if ((all->n == 18 && is_identity(all->d, all->d[17])) ||
	    (is_old_identity(all) && word_before(in, all->from, persons)))
		look_found(look, in, all->from, all->to, RELEASE_IDENTITY);
	else if (is_card(all))
		look_found(look, in, all->from, all->to, RELEASE_CARD);
	if (is_phone(in, all))
		look_found(look, in, all->from, all->to, RELEASE_PHONE);
	if (all->n >= 6 && word_before(in, all->from, accounts))
		look_found(look, in, all->from, all->to, RELEASE_ACCOUNT);
}

static void find_digits(struct look *look, const struct fold *in, size_t i)
{
	struct digits all = { .from = i, .to = i, .plus = i && in->s[i - 1] == '+' };

	while (next_group(in, &all))
		look_at_window(look, in, &all);
}

/* ---- "username: zhangsan", "password=..." --------------------------------------- */

static void find_said(struct look *look, const struct fold *in, size_t i)
{
	size_t n = 0, from = i + 1;

	while (from < in->n && in->s[from] && strchr(" \"'", in->s[from]))
		from++;
	while (from + n < in->n && n < 128 && in->s[from + n] > ' ' && in->s[from + n] < 0x7f &&
	       !strchr(",;\"'()<>", in->s[from + n]))
		n++;
	while (n && in->s[from + n - 1] == '.')
		n--;
	if (n >= 3 && word_before(in, i, accounts))
		look_found(look, in, from, from + n, RELEASE_ACCOUNT);
}

void number_find(struct look *look, const struct fold *in)
{
	for (size_t i = 0; i < in->n; i++) {
		const unsigned char before = i ? in->s[i - 1] : ' ';

		if (isdigit(in->s[i]) && !isalnum(before))
			find_digits(look, in, i);
		if (in->s[i] == ':' || in->s[i] == '=')
			find_said(look, in, i);
	}
}
