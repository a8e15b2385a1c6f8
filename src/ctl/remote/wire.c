#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ctl/remote/remote_private.h"

/*
 * wire -- one request to the machine and its answer, or how it failed.
 *
 * No redirects, no proxy that was not asked for, nothing of the environment's,
 * an end to every wait and to every answer.
 */
enum { CONNECT_S = 10, WHOLE_S = 60, STILL_S = 60, ANSWER_MOST = 64 * 1024 * 1024 };

struct wire {
	struct wire_site site;
	CURL *curl;
	char error[CURL_ERROR_SIZE];
	struct wire_answer *answer; /* of the request under way */
	bool too_long;
};

struct wire *wire_open(const struct wire_site *site)
{
	struct wire *wire = must_alloc(sizeof(*wire));

	curl_global_init(CURL_GLOBAL_DEFAULT);
	*wire = (struct wire){ .site = *site, .curl = curl_easy_init() };
	return wire;
}

void wire_close(struct wire *wire)
{
	if (!wire)
		return;
	curl_easy_cleanup(wire->curl);
	free(wire);
	curl_global_cleanup();
}

void wire_answer_fini(struct wire_answer *answer)
{
	buf_fini(&answer->body);
	explicit_bzero(answer->cookie, sizeof(answer->cookie));
}

/* ---- what arrives ----------------------------------------------------------- */

static size_t take_body(char *bytes, size_t size, size_t count, void *who)
{
	struct wire *wire = who;
	struct buf *body = &wire->answer->body;

	wire->too_long = size * count > ANSWER_MOST - body->len;
	if (wire->too_long)
		return 0;
	buf_put(body, bytes, size * count);
	return size * count;
}

/* The value of this header, without blanks around it, or NULL. */
static const char *value_of(const char *line, size_t len, const char *name, size_t *value_len)
{
	const size_t name_len = strlen(name);

	if (len <= name_len || strncasecmp(line, name, name_len) || line[name_len] != ':')
		return NULL;
	line += name_len + 1;
	len -= name_len + 1;
	while (len && (*line == ' ' || *line == '\t'))
		line++, len--;
	while (len && (line[len - 1] == '\r' || line[len - 1] == '\n' || line[len - 1] == ' '))
		len--;
	*value_len = len;
	return line;
}

/* Whole or not at all; it may reach a terminal, and nothing in it shall rule there. */
static void keep_text(char *out, size_t size, const char *value, size_t len)
{
	snprintf(out, size, "%.*s", (int)(len < size ? len : 0), value);
	for (; *out; out++)
		if ((unsigned char)*out < ' ' || *out == 0x7f)
			*out = '?';
}

static long long number_of(const char *value, size_t len)
{
	char digits[20];

	keep_text(digits, sizeof(digits), value, len);
	return *digits && strspn(digits, "0123456789") == strlen(digits) ? atoll(digits) : -1;
}

static void take_line(struct wire_answer *answer, const char *line, size_t len)
{
	const char *value;
	size_t size;

	if ((value = value_of(line, len, "set-cookie", &size)))
		keep_text(answer->cookie, sizeof(answer->cookie), value,
			  memchr(value, ';', size) ? (size_t)((char *)memchr(value, ';', size) - value)
						   : size);
	else if ((value = value_of(line, len, "location", &size)))
		keep_text(answer->location, sizeof(answer->location), value, size);
	else if ((value = value_of(line, len, "upload-offset", &size)))
		answer->offset = number_of(value, size);
	else if ((value = value_of(line, len, "upload-length", &size)))
		answer->length = number_of(value, size);
	else if ((value = value_of(line, len, "retry-after", &size)))
		answer->retry_after_s = (long)number_of(value, size);
}

static size_t take_header(char *line, size_t size, size_t count, void *who)
{
	take_line(((struct wire *)who)->answer, line, size * count);
	return size * count;
}

/* ---- what leaves ------------------------------------------------------------ */

static void set_always(struct wire *wire)
{
	CURL *curl = wire->curl;

	curl_easy_reset(curl); /* the connection stays */
	curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, wire->error);
	curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, wire->site.address->secure ? "https" : "http");
	curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 0L);
	curl_easy_setopt(curl, CURLOPT_NETRC, (long)CURL_NETRC_IGNORED);
	curl_easy_setopt(curl, CURLOPT_PROXY, wire->site.proxy ? wire->site.proxy : "");
	curl_easy_setopt(curl, CURLOPT_NOPROXY, "");
	curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(curl, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
	curl_easy_setopt(curl, CURLOPT_USERAGENT, "fengsui/" FENGSUI_VERSION);
	curl_easy_setopt(curl, CURLOPT_PATH_AS_IS, 1L);
	curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, take_body);
	curl_easy_setopt(curl, CURLOPT_WRITEDATA, wire);
	curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, take_header);
	curl_easy_setopt(curl, CURLOPT_HEADERDATA, wire);
	trust_apply(wire->site.trust, curl);
}

static void set_patience(const struct wire *wire, const struct wire_ask *ask)
{
	const long usual_s = wire->site.patience_s ? wire->site.patience_s : WHOLE_S;

	curl_easy_setopt(wire->curl, CURLOPT_CONNECTTIMEOUT,
			 wire->site.patience_s ? wire->site.patience_s : (long)CONNECT_S);
	if (ask->whole_s >= 0) {
		curl_easy_setopt(wire->curl, CURLOPT_TIMEOUT, ask->whole_s ? ask->whole_s : usual_s);
		return;
	}
	curl_easy_setopt(wire->curl, CURLOPT_LOW_SPEED_LIMIT, 1L);
	curl_easy_setopt(wire->curl, CURLOPT_LOW_SPEED_TIME,
			 wire->site.patience_s ? wire->site.patience_s : (long)STILL_S);
}

static struct curl_slist *headers_of(const struct wire_ask *ask)
{
	struct curl_slist *list = curl_slist_append(NULL, "Expect:");
	char type[128];

	snprintf(type, sizeof(type), "Content-Type: %s", ask->type ? ask->type : "");
	list = curl_slist_append(list, ask->type ? type : "Content-Type:");
	for (size_t i = 0; i < WIRE_HEADERS && ask->headers[i]; i++)
		list = curl_slist_append(list, ask->headers[i]);
	return list;
}

static void set_request(const struct wire *wire, const struct wire_ask *ask, const char *url)
{
	CURL *curl = wire->curl;

	curl_easy_setopt(curl, CURLOPT_URL, url);
	if (!strcmp(ask->method, "HEAD"))
		curl_easy_setopt(curl, CURLOPT_NOBODY, 1L);
	else if (ask->body || !strcmp(ask->method, "POST")) {
		curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)ask->len);
		curl_easy_setopt(curl, CURLOPT_POSTFIELDS, ask->body ? ask->body : "");
	}
	curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, ask->method);
	/* On one that was open already the library itself would send it again, uncounted. */
	curl_easy_setopt(curl, CURLOPT_FRESH_CONNECT, ask->fresh ? 1L : 0L);
	set_patience(wire, ask);
}

/* ---- how it ended ------------------------------------------------------------ */

static bool connected(const struct wire *wire)
{
	curl_off_t connect = 0, secured = 0;

	curl_easy_getinfo(wire->curl, CURLINFO_CONNECT_TIME_T, &connect);
	curl_easy_getinfo(wire->curl, CURLINFO_APPCONNECT_TIME_T, &secured);
	return wire->site.address->secure ? secured > 0 : connect > 0;
}

static enum wire_end end_of(const struct wire *wire, CURLcode code)
{
	switch (code) {
	case CURLE_OK:
		return WIRE_ANSWERED;
	case CURLE_PEER_FAILED_VERIFICATION:
		return WIRE_UNTRUSTED;
	case CURLE_GOT_NOTHING:
	case CURLE_SEND_ERROR:
	case CURLE_RECV_ERROR:
	case CURLE_PARTIAL_FILE:
		return WIRE_BROKEN;
	case CURLE_OPERATION_TIMEDOUT:
		return connected(wire) ? WIRE_SLOW : WIRE_UNREACHED;
	case CURLE_COULDNT_CONNECT:
	case CURLE_COULDNT_RESOLVE_HOST:
	case CURLE_COULDNT_RESOLVE_PROXY:
	case CURLE_SSL_CONNECT_ERROR:
		return WIRE_UNREACHED;
	default:
		return WIRE_WRONG;
	}
}

static int say_end(const struct wire *wire, enum wire_end end, CURLcode code, struct fault *why)
{
	const char *base = wire->site.address->base;
	const char *words = wire->error[0] ? wire->error : curl_easy_strerror(code);

	switch (end) {
	case WIRE_UNTRUSTED:
		return trust_fault(wire->site.trust, wire->site.address, words, why);
	case WIRE_BROKEN:
		return fault_say(why, FAULT_ABSENT, "the connection to %s ended before the answer came (%s)",
				 "与 %s 的连接在收到答复前中断（%s）", base, words);
	case WIRE_SLOW:
		return fault_say(why, FAULT_ABSENT, "%s did not answer in time (%s)", "%s 未及时答复（%s）",
				 base, words);
	case WIRE_UNREACHED:
		return fault_say(why, FAULT_ABSENT, "cannot reach %s: %s", "不能连接 %s（%s）", base, words);
	default:
		break;
	}
	if (wire->too_long)
		return fault_say(why, FAULT_LIMIT, "the answer of %s is longer than %d MiB",
				 "%s 的答复超过 %d MiB", base, ANSWER_MOST >> 20);
	if (code == CURLE_SSL_CACERT_BADFILE)
		return fault_say(why, FAULT_INVALID, "--ca %s: no certificates can be read there",
				 "--ca %s：不能读取证书",
				 wire->site.trust->ca ? wire->site.trust->ca : "(system)");
	return fault_say(why, FAULT_IO, "%s: %s", "%s：%s", base, words);
}

int wire_send(struct wire *wire, const struct wire_ask *ask, struct wire_answer *answer, struct fault *why)
{
	char url[16 * 1024];
	struct curl_slist *headers;
	CURLcode code;

	*answer = (struct wire_answer){ .end = WIRE_WRONG, .offset = -1, .length = -1 };
	if ((size_t)snprintf(url, sizeof(url), "%s%s", wire->site.address->base, ask->path) >= sizeof(url))
		return fault_say(why, FAULT_LIMIT, "what is asked for is longer than %zu bytes as an address",
				 "请求地址超过 %zu 字节", sizeof(url));
	wire->answer = answer;
	wire->error[0] = '\0';
	wire->too_long = false;
	set_always(wire);
	set_request(wire, ask, url);
	headers = headers_of(ask);
	curl_easy_setopt(wire->curl, CURLOPT_HTTPHEADER, headers);
	code = curl_easy_perform(wire->curl);
	curl_easy_getinfo(wire->curl, CURLINFO_RESPONSE_CODE, &answer->status);
	curl_slist_free_all(headers);
	answer->end = end_of(wire, code);
	return answer->end == WIRE_ANSWERED ? 0 : say_end(wire, answer->end, code, why);
}
