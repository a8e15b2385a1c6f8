#include "gate/mail/imap.h"

#include <curl/curl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/arena.h"
#include "base/stamp.h"

enum { CONNECT_S = 20, WHOLE_S = 300, PLACE_MOST = 600 };

struct imap {
	CURL *curl;
	char error[CURL_ERROR_SIZE];
	char place[PLACE_MOST]; /* imaps://user@host:port/BOX */
	char server[PLACE_MOST], box[200];
	const atomic_bool *stop;
};

/* ---- opening ----------------------------------------------------------------------- */

static bool on_loopback(const char *host)
{
	return !strcmp(host, "127.0.0.1") || !strcmp(host, "[::1]") || !strcmp(host, "localhost");
}

static int stopped(void *who, curl_off_t a, curl_off_t b, curl_off_t c, curl_off_t d)
{
	const struct imap *imap = who;

	(void)a, (void)b, (void)c, (void)d;
	return imap->stop && atomic_load(imap->stop);
}

static void set_up(struct imap *imap, const struct imap_options *options, const char *user, bool secure)
{
	curl_easy_setopt(imap->curl, CURLOPT_ERRORBUFFER, imap->error);
	curl_easy_setopt(imap->curl, CURLOPT_PROTOCOLS_STR, "imap,imaps");
	curl_easy_setopt(imap->curl, CURLOPT_NOPROXY, "*");
	curl_easy_setopt(imap->curl, CURLOPT_NETRC, (long)CURL_NETRC_IGNORED);
	curl_easy_setopt(imap->curl, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(imap->curl, CURLOPT_USERNAME, user);
	curl_easy_setopt(imap->curl, CURLOPT_PASSWORD, options->password);
	curl_easy_setopt(imap->curl, CURLOPT_USE_SSL, (long)(secure ? CURLUSESSL_ALL : CURLUSESSL_TRY));
	curl_easy_setopt(imap->curl, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
	if (options->ca)
		curl_easy_setopt(imap->curl, CURLOPT_CAINFO, options->ca);
	curl_easy_setopt(imap->curl, CURLOPT_CONNECTTIMEOUT, (long)CONNECT_S);
	curl_easy_setopt(imap->curl, CURLOPT_TIMEOUT, (long)WHOLE_S);
	curl_easy_setopt(imap->curl, CURLOPT_NOPROGRESS, 0L);
	curl_easy_setopt(imap->curl, CURLOPT_XFERINFOFUNCTION, stopped);
	curl_easy_setopt(imap->curl, CURLOPT_XFERINFODATA, imap);
}

struct parts {
	char *scheme, *user, *password, *host, *port, *path;
};

static void parts_fini(struct parts *p)
{
	char *all[] = { p->scheme, p->user, p->password, p->host, p->port, p->path };

	for (size_t i = 0; i < sizeof(all) / sizeof(*all); i++)
		curl_free(all[i]);
}

static void take_apart(const char *address, struct parts *p)
{
	CURLU *url = curl_url();

	if (curl_url_set(url, CURLUPART_URL, address, CURLU_NON_SUPPORT_SCHEME) == CURLUE_OK) {
		curl_url_get(url, CURLUPART_SCHEME, &p->scheme, 0);
		curl_url_get(url, CURLUPART_USER, &p->user, CURLU_URLDECODE);
		curl_url_get(url, CURLUPART_PASSWORD, &p->password, 0);
		curl_url_get(url, CURLUPART_HOST, &p->host, 0);
		curl_url_get(url, CURLUPART_PORT, &p->port, 0);
		curl_url_get(url, CURLUPART_PATH, &p->path, 0);
	}
	curl_url_cleanup(url);
}

static int accept_parts(const struct parts *p, const char *address, struct fault *why)
{
	static const char box_chars[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.%-";

	if (p->password)
		return fault_say(
			why, FAULT_INVALID,
			"a password does not belong into the address of the mail box; it stands in a "
			"file (--mail-password-file)",
			"邮箱地址中不得含有密码；密码写入文件（--mail-password-file）");
	if (!p->scheme || (strcmp(p->scheme, "imaps") && strcmp(p->scheme, "imap")) || !p->user || !p->host ||
	    !p->path || !p->path[1] || strlen(p->path) > 150 || p->path[1 + strspn(p->path + 1, box_chars)])
		return fault_say(why, FAULT_INVALID,
				 "'%.200s' is no mail box; imaps://USER@HOST[:PORT]/INBOX is wanted",
				 "“%.200s”不是邮箱地址；应为 imaps://用户@主机[:端口]/INBOX", address);
	return 0;
}

int imap_open(const struct imap_options *options, struct imap **out, struct fault *why)
{
	struct parts p = { 0 };
	struct imap *imap;
	int ret;

	take_apart(options->address, &p);
	if ((ret = accept_parts(&p, options->address, why)) == 0) {
		imap = must_alloc(sizeof(*imap));
		*imap = (struct imap){ .curl = curl_easy_init(), .stop = options->stop };
		snprintf(imap->server, sizeof(imap->server), "%s://%.255s%s%s", p.scheme, p.host,
			 p.port ? ":" : "", p.port ? p.port : "");
		snprintf(imap->box, sizeof(imap->box), "%s", p.path + 1);
		snprintf(imap->place, sizeof(imap->place), "%.550s", options->address);
		set_up(imap, options, p.user, !on_loopback(p.host));
		*out = imap;
	}
	parts_fini(&p);
	return ret;
}

void imap_close(struct imap *imap)
{
	if (!imap)
		return;
	curl_easy_cleanup(imap->curl);
	free(imap);
}

const char *imap_place(const struct imap *imap) { return imap->place; }

/* ---- one exchange -------------------------------------------------------------------- */

struct taking {
	struct buf *out;
	size_t most;
	bool full;
};

static size_t take(char *bytes, size_t size, size_t count, void *who)
{
	struct taking *taking = who;
	const size_t len = size * count;

	if (taking->out->len + len > taking->most) {
		taking->full = true;
		return 0;
	}
	buf_put(taking->out, bytes, len);
	return len;
}

/* `uid_part` names one message; without a command that one is fetched. */
static int perform(struct imap *imap, const char *uid_part, const char *command, curl_write_callback write,
		   void *who, struct fault *why)
{
	char url[2 * PLACE_MOST];
	CURLcode code;

	snprintf(url, sizeof(url), "%s/%s%s", imap->server, imap->box, uid_part);
	curl_easy_setopt(imap->curl, CURLOPT_URL, url);
	curl_easy_setopt(imap->curl, CURLOPT_CUSTOMREQUEST, command);
	curl_easy_setopt(imap->curl, CURLOPT_WRITEFUNCTION, write);
	curl_easy_setopt(imap->curl, CURLOPT_WRITEDATA, who);
	imap->error[0] = '\0';
	if ((code = curl_easy_perform(imap->curl)) == CURLE_OK)
		return 0;
	if (code == CURLE_LOGIN_DENIED)
		return fault_say(why, FAULT_REFUSED, "%s: the server does not take this user or password",
				 "%s：邮件服务器拒绝该用户或密码", imap->place);
	return fault_say(why, FAULT_IO, "%s: %s", "%s：无法收取邮件（%s）", imap->place,
			 imap->error[0] ? imap->error : curl_easy_strerror(code));
}

/* ---- what lies there -------------------------------------------------------------------- */

struct listing {
	struct imap_about *out;
	size_t room, count;
	bool more;
	char line[400]; /* of which the beginning is enough */
	size_t len;
};

/* "26-Nov-2026 01:59:19 +0000" */
static int64_t moment_of(const char *text)
{
	static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
	struct civil date = { 0 };
	int zone = 0;
	char month[4];
	const char *found;

	if (sscanf(text, "%2d-%3[A-Za-z]-%4d %2d:%2d:%2d %5d", &date.day, month, &date.year, &date.hour,
		   &date.minute, &date.second, &zone) < 6 ||
	    !(found = strstr(months, month)) || date.year < 1970 || date.year > 9999)
		return 0;
	date.month = (int)(found - months) / 3 + 1;
	return stamp_of(date) - (zone / 100 * STAMP_HOUR + zone % 100 * STAMP_MINUTE);
}

static void list_line(struct listing *l)
{
	const char *uid = strstr(l->line, "UID "), *size = strstr(l->line, "RFC822.SIZE "),
		   *date = strstr(l->line, "INTERNALDATE \"");

	if (!uid || !size || !strstr(l->line, " FETCH "))
		return;
	if (l->count == l->room) {
		l->more = true;
		return;
	}
	l->out[l->count++] = (struct imap_about){
		.uid = (uint32_t)strtoul(uid + 4, NULL, 10),
		.size_bytes = strtoull(size + 12, NULL, 10),
		.arrived = date ? moment_of(date + 14 + (date[14] == ' ')) : 0,
	};
}

static size_t take_listing(char *bytes, size_t size, size_t count, void *who)
{
	struct listing *l = who;

	for (size_t i = 0; i < size * count; i++) {
		if (bytes[i] == '\n') {
			l->line[l->len] = '\0';
			list_line(l);
			l->len = 0;
		} else if (l->len + 1 < sizeof(l->line)) {
			l->line[l->len++] = bytes[i];
		}
	}
	return size * count;
}

int imap_list(struct imap *imap, struct imap_about *out, size_t room, size_t *count, bool *more,
	      struct fault *why)
{
	struct listing listing = { .out = out, .room = room };
	int ret = perform(imap, "", "UID FETCH 1:* (RFC822.SIZE INTERNALDATE)", take_listing, &listing, why);

	if (ret < 0)
		return ret;
	*count = listing.count;
	*more = listing.more;
	return 0;
}

/* ---- one message --------------------------------------------------------------------------- */

int imap_fetch(struct imap *imap, uint32_t uid, size_t most, struct buf *out, struct fault *why)
{
	struct taking taking = { .out = out, .most = most };
	char part[40];
	int ret;

	snprintf(part, sizeof(part), "/;UID=%u", uid);
	buf_clear(out);
	ret = perform(imap, part, NULL, take, &taking, why);
	if (ret < 0 && taking.full)
		return fault_say(why, FAULT_LIMIT, "the message has more than %zu bytes", "邮件超过 %zu 字节",
				 most);
	return ret;
}

static int tell(struct imap *imap, struct fault *why, const char *format, ...)
{
	struct buf said = { 0 };
	struct taking taking = { .out = &said, .most = 64 * 1024 };
	char command[400];
	va_list args;
	int ret;

	va_start(args, format);
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
	vsnprintf(command, sizeof(command), format, args);
#pragma GCC diagnostic pop
	va_end(args);
	ret = perform(imap, "", command, take, &taking, why);
	buf_fini(&said);
	return ret;
}

/* A server without MOVE (RFC 6851) copies and removes. */
static int copy_and_remove(struct imap *imap, uint32_t uid, const char *folder, struct fault *why)
{
	int ret;

	if ((ret = tell(imap, why, "UID COPY %u %s", uid, folder)) < 0 ||
	    (ret = tell(imap, why, "UID STORE %u +FLAGS.SILENT (\\Deleted)", uid)) < 0)
		return ret;
	return tell(imap, why, "UID EXPUNGE %u", uid);
}

int imap_move(struct imap *imap, uint32_t uid, const char *folder, struct fault *why)
{
	struct fault first;

	if (tell(imap, &first, "UID MOVE %u %s", uid, folder) == 0)
		return 0;
	/* It may only be missing; where it is there, the server says so and no harm is done. */
	tell(imap, &first, "CREATE %s", folder);
	if (tell(imap, &first, "UID MOVE %u %s", uid, folder) == 0)
		return 0;
	return copy_and_remove(imap, uid, folder, why);
}
