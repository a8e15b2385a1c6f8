/* Host names that mean something inside only, and paths that name a person or a share. */

#include <ctype.h>
#include <string.h>

#include "release/release_private.h"

static bool host_char(unsigned char s) { return isalnum(s) || s == '-' || s == '_'; }

/* clang-format off */
static const char *const inside[] = { "local", "lan", "internal", "corp", "intranet", "intra", "localdomain", "home.arpa",
				      "private", "domain", "workgroup", "ad", NULL };
/* Words that hosts are called by; with a number, or before one. */
static const char *const hosts[] = { "srv", "svr", "server", "db", "dbs", "dc", "web", "app", "mail", "fs", "file", "sql", "mysql",
				     "ora", "oracle", "redis", "nas", "san", "gw", "fw", "sw", "vpn", "esx", "esxi", "host", "node",
				     "pc", "ws", "oa", "erp", "hr", "dns", "dhcp", "ldap", "proxy", "jump", "bastion", "k8s", "core",
				     "backup", "bak", "print", "prn", "ftp", "nfs", "log", "mon", "zabbix", "vcenter", "dev", "test",
				     "prod", "uat", "win", "desktop", "laptop", "his", "pacs", "lis", "cam", "nvr", "ap", "rtr", "router",
				     "switch", "dmz", "cache", "mq", "kafka", "es", "git", "jenkins", "nginx", "tomcat", NULL };
/* Strong enough to stand alone: "srv12". */
static const char *const alone[] = { "srv", "svr", "dc", "esx", "esxi", "node", "server", "dbs", "nas", "vcenter", NULL };
/* clang-format on */

static bool among(const unsigned char *s, size_t n, const char *const *words)
{
	for (; *words; words++)
		if (strlen(*words) == n && !strncasecmp((const char *)s, *words, n))
			return true;
	return false;
}

/* "web01": the word, and how many digits behind it. */
static bool numbered(const unsigned char *s, size_t n, const char *const *words, size_t *digits)
{
	size_t end = n;

	while (end && isdigit(s[end - 1]))
		end--;
	*digits = n - end;
	return among(s, end, words);
}

/* "edu-web01", "db-02", "WIN-8F3K2L1M0QD", "srv12" */
static bool looks_like_host(const unsigned char *s, size_t n)
{
	size_t at = 0, parts = 0, digits, all = 0;
	bool word = false, odd = false;

	if (n < 4 || n > 63 || !isalpha(s[0]))
		return false;
	while (at < n) {
		size_t len = 0;

		while (at + len < n && s[at + len] != '-' && s[at + len] != '_')
			len++;
		word |= numbered(s + at, len, hosts, &digits);
		all += digits;
		for (size_t k = at; k + 1 < at + len && len >= 6; k++)
			odd |= isdigit(s[k]) && isalpha(s[k + 1]);
		parts++;
		at += len + 1;
	}
	if (parts == 1)
		return numbered(s, n, alone, &digits) && digits >= 1 && digits <= 4;
	return word && (all > 0 || odd);
}

static bool ends_with(const unsigned char *s, size_t n, const char *domain)
{
	const size_t len = strlen(domain);

	return n >= len && !strncasecmp((const char *)s + n - len, domain, len) &&
	       (n == len || s[n - len - 1] == '.');
}

static bool internal(const struct look *look, const unsigned char *s, size_t n, size_t dots)
{
	const unsigned char *last = s + n;

	for (size_t i = 0; i < look->release->domain_count; i++)
		if (ends_with(s, n, look->release->domains[i]))
			return true;
	while (last > s && last[-1] != '.')
		last--;
	return dots && (among(last, (size_t)(s + n - last), inside) || ends_with(s, n, "home.arpa"));
}

static void find_host(struct look *look, const struct fold *in, size_t i)
{
	size_t n = 0, dots = 0, first = 0;

	while (i + n < in->n &&
	       (host_char(in->s[i + n]) || (in->s[i + n] == '.' && host_char(in->s[i + n + 1])))) {
		if (in->s[i + n] == '.' && !dots++)
			first = n;
		n++;
	}
	if (internal(look, in->s + i, n, dots) || looks_like_host(in->s + i, dots ? first : n))
		look_found(look, in, i, i + n, RELEASE_HOST);
}

/* "门户.内网" */
static void find_inner(struct look *look, const struct fold *in, size_t i)
{
	size_t from = i;

	while (from && i - from < 32 && (fold_counts(in->s[from - 1]) || in->s[from - 1] == '-'))
		from--;
	if (i + 3 <= in->n && from < i && fold_after(in, i + 3, "内网"))
		look_found(look, in, from, i + 3, RELEASE_HOST);
}

/* ---- paths ----------------------------------------------------------------------- */

enum { PATH_MOST = 512 };

static bool path_char(unsigned char s)
{
	return s == FOLD_WORD || (s > ' ' && s < 0x7f && !strchr("\"'<>|,;()", s));
}

static size_t slashes(const struct fold *in, size_t i)
{
	size_t n = 0;

	while (i + n < in->n && n < 4 && (in->s[i + n] == '/' || in->s[i + n] == '\\'))
		n++;
	return n;
}

static bool same(const struct fold *in, size_t i, const char *words)
{
	for (; *words; i++, words++)
		if (i >= in->n || tolower(in->s[i]) != *words)
			return false;
	return true;
}

/* The folder in which people have theirs: how long is its name? */
static size_t folder_of_people(const struct fold *in, size_t i)
{
	static const char *const folders[] = {
		"home", "users", "documents and settings", "user", "root", NULL
	};

	for (const char *const *folder = folders; *folder; folder++)
		if (same(in, i, *folder))
			return strlen(*folder);
	return i + 2 <= in->n && fold_after(in, i + 2, "用户") ? 2 : 0;
}

static void find_path(struct look *look, const struct fold *in, size_t i)
{
	size_t end = i + slashes(in, i), from = i;
	const size_t len = folder_of_people(in, end);

	if (!len || !slashes(in, end + len) || !path_char(in->s[end + len + 1]))
		return;
	/* ".../users/login" of a public web site is no path of ours. */
	if (i && (isalnum(in->s[i - 1]) || in->s[i - 1] == '.'))
		return;
	if (i > 1 && in->s[i - 1] == ':' && isalpha(in->s[i - 2]))
		from = i - 2;
	for (end += len; end < in->n && end < i + PATH_MOST && path_char(in->s[end]); end++)
		;
	look_found(look, in, from, end, RELEASE_PATH);
}

/* \\server\share, and as JSON writes it */
static void find_share(struct look *look, const struct fold *in, size_t i)
{
	size_t at = i, n = 0;

	while (in->s[at] == '\\')
		at++;
	while (host_char(in->s[at + n]) || in->s[at + n] == '.')
		n++;
	if (at - i < 2 || !n || in->s[at + n] != '\\')
		return;
	for (at += n; at < in->n && at < i + PATH_MOST && path_char(in->s[at]); at++)
		;
	look_found(look, in, i, at, RELEASE_PATH);
}

void host_find(struct look *look, const struct fold *in)
{
	for (size_t i = 0; i < in->n; i++) {
		const unsigned char before = i ? in->s[i - 1] : ' ';

		if (isalnum(in->s[i]) && !host_char(before) && before != '.' && before != '@')
			find_host(look, in, i);
		if (in->s[i] == '.')
			find_inner(look, in, i);
		if ((in->s[i] == '/' || in->s[i] == '\\') && before != '/' && before != '\\')
			find_path(look, in, i);
		if (in->s[i] == '\\' && before != '\\')
			find_share(look, in, i);
		if (in->s[i] == '~' && isalpha(in->s[i + 1]) && !isalnum(before)) {
			size_t n = 1;

			while (isalnum(in->s[i + n]) || in->s[i + n] == '_')
				n++;
			if (in->s[i + n] == '/')
				look_found(look, in, i, i + n + 1, RELEASE_PATH);
		}
	}
}
