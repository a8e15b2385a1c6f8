#include "deliver/webhook.h"

#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "deliver/reach.h"
#include "deliver/transfer.h"
#include "seal/hex.h"
#include "seal/mac.h"

/*
 * A webhook: one POST of JSON, signed. The URL comes from the register of contacts, where
 * units write it themselves; so it may lead nowhere but into the public network, unless the
 * channels file names other networks. What is asked is the address that is about to be
 * connected to, not the name; and a redirect is no answer.
 */

/* ---- the signature --------------------------------------------------------------- */

static void mac_of(const unsigned char key[static DIGEST_LEN], const char *head, const char *bytes,
		   size_t len, unsigned char out[static DIGEST_LEN])
{
	struct mac_key ready;
	struct mac mac;

	mac_key_init(&ready, key);
	mac_init(&mac, &ready);
	mac_put(&mac, head, strlen(head));
	mac_put(&mac, bytes, len);
	mac_end(&mac, out);
}

/* The secret's digest is a key of the length that a mac wants. */
static void key_for(const char *secret, const char *url, unsigned char out[static DIGEST_LEN])
{
	unsigned char key[DIGEST_LEN];

	digest_of(secret, strlen(secret), key);
	mac_of(key, "webhook\n", url, strlen(url), out);
}

void webhook_key(const char *secret, const char *url, char out[static 65])
{
	unsigned char key[DIGEST_LEN];

	key_for(secret, url, key);
	hex_write(key, sizeof(key), out);
}

/* Over "SECONDS." and the body. The key is the bytes that webhook_key() gives in hex. */
void webhook_sign(const char *secret, const char *url, long long at, const char *body, size_t len,
		  char out[static 100])
{
	unsigned char key[DIGEST_LEN], mac[DIGEST_LEN];
	char head[32], hex[2 * DIGEST_LEN + 1];

	key_for(secret, url, key);
	snprintf(head, sizeof(head), "%lld.", at);
	mac_of(key, head, body, len, mac);
	hex_write(mac, sizeof(mac), hex);
	snprintf(out, 100, "t=%lld,v1=%s", at, hex);
}

/* ---- where it may go -------------------------------------------------------------- */

static curl_socket_t open_socket(void *who, curlsocktype purpose, struct curl_sockaddr *address)
{
	struct transfer *t = who;
	const struct channel *channel = t->message->channel;

	if (purpose != CURLSOCKTYPE_IPCXN ||
	    !reach_may(&address->addr, channel->reach, channel->reach_count)) {
		t->barred = true;
		return CURL_SOCKET_BAD;
	}
	return socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

/* A connection that another channel made is used again without a socket of its own:
 * what that channel may reach, this one may not. */
static int before_request(void *who, char *address, char *own, int port, int own_port)
{
	struct transfer *t = who;
	const struct channel *channel = t->message->channel;

	(void)own;
	(void)port;
	(void)own_port;
	t->barred = !reach_may_text(address, channel->reach, channel->reach_count);
	return t->barred ? CURL_PREREQFUNC_ABORT : CURL_PREREQFUNC_OK;
}

/* Plain ASCII of a URL, so that all who read it read the same; no user in it. */
static const char *wrong_url(const struct channel *channel, const char *url)
{
	const char *host = strstr(url, "://");

	if (!*url)
		return "no URL is registered / 未登记地址";
	if (strncmp(url, "https://", 8) != 0 && !(channel->plain && !strncmp(url, "http://", 7)))
		return "the URL does not begin with https:// / 地址不以 https:// 开头";
	for (const unsigned char *p = (const unsigned char *)url; *p; p++)
		if (*p <= ' ' || *p >= 0x7f || *p == '\\' || *p == '"')
			return "the URL holds what belongs in none / 地址含有不应有的字符";
	if (strcspn(host + 3, "/?#") != strcspn(host + 3, "/?#@"))
		return "the URL holds a user / 地址中含有用户名";
	return NULL;
}

/* ---- the request ------------------------------------------------------------------- */

/* The beginning of the answer is kept for people; who says more than that is cut off. */
static size_t hear(char *bytes, size_t size, size_t count, void *who)
{
	struct transfer *t = who;
	const size_t len = size * count;

	if (t->said.len + len > 16 * TRANSFER_SAID_MOST) {
		t->too_long = true;
		return 0;
	}
	buf_put(&t->said, bytes, len);
	return len;
}

static void add_head(struct transfer *t, const char *line) { t->heads = curl_slist_append(t->heads, line); }

static void sign(struct transfer *t)
{
	const struct message *m = t->message;
	char line[200], signature[100];

	webhook_sign(m->channel->secret, m->address, (long long)time(NULL), t->body.data, t->body.len,
		     signature);
	add_head(t, "Content-Type: application/json");
	add_head(t, "Expect:");
	snprintf(line, sizeof(line), "Idempotency-Key: %s", m->key);
	add_head(t, line);
	snprintf(line, sizeof(line), "Fengsui-Signature: %s", signature);
	add_head(t, line);
	curl_easy_setopt(t->easy, CURLOPT_HTTPHEADER, t->heads);
}

struct transfer *webhook_transfer(struct message *message)
{
	struct transfer *t = transfer_new(message);
	const struct channel *channel = message->channel;
	const char *wrong = wrong_url(channel, message->address);
	struct fault why;

	if (wrong)
		return transfer_refused(t, wrong);
	if (message_json(message, &t->body, &why) < 0)
		return transfer_refused(t, why.text);
	sign(t);
	curl_easy_setopt(t->easy, CURLOPT_URL, message->address);
	curl_easy_setopt(t->easy, CURLOPT_PROTOCOLS_STR, channel->plain ? "http,https" : "https");
	curl_easy_setopt(t->easy, CURLOPT_REDIR_PROTOCOLS_STR, channel->plain ? "http,https" : "https");
	curl_easy_setopt(t->easy, CURLOPT_FOLLOWLOCATION, channel->redirects ? 1L : 0L);
	curl_easy_setopt(t->easy, CURLOPT_MAXREDIRS, (long)channel->redirects);
	curl_easy_setopt(t->easy, CURLOPT_POSTREDIR, (long)CURL_REDIR_POST_ALL);
	curl_easy_setopt(t->easy, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
	curl_easy_setopt(t->easy, CURLOPT_USERAGENT, "Fengsui/" FENGSUI_VERSION);
	curl_easy_setopt(t->easy, CURLOPT_POST, 1L);
	curl_easy_setopt(t->easy, CURLOPT_POSTFIELDS, t->body.data);
	curl_easy_setopt(t->easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)t->body.len);
	curl_easy_setopt(t->easy, CURLOPT_WRITEFUNCTION, hear);
	curl_easy_setopt(t->easy, CURLOPT_WRITEDATA, t);
	curl_easy_setopt(t->easy, CURLOPT_OPENSOCKETFUNCTION, open_socket);
	curl_easy_setopt(t->easy, CURLOPT_OPENSOCKETDATA, t);
	curl_easy_setopt(t->easy, CURLOPT_PREREQFUNCTION, before_request);
	curl_easy_setopt(t->easy, CURLOPT_PREREQDATA, t);
	return t;
}

/* Who says when may be asked again is heard, within reason: a warning does not wait a day for one receiver.
 */
static void heed_wait(struct transfer *t, long answer)
{
	curl_off_t wait = 0;

	if (answer != 429 && answer != 503)
		return;
	curl_easy_getinfo(t->easy, CURLINFO_RETRY_AFTER, &wait);
	t->message->wait_s = (int)(wait < 0 ? 0 : wait > MESSAGE_WAIT_MOST_S ? MESSAGE_WAIT_MOST_S : wait);
}

/* 2xx took it. A receiver that is busy or broken (429, 408, 5xx) is trouble of the way
 * to it; anything else it says is about this message, a redirect included. */
void webhook_judge(struct transfer *t, CURLcode code)
{
	struct message *m = t->message;
	long answer = 0;

	curl_easy_getinfo(t->easy, CURLINFO_RESPONSE_CODE, &answer);
	m->code = (int)answer;
	heed_wait(t, answer);
	if (t->barred) {
		static const char words[] =
			"the address is not of the public network, nor allowed / 地址不属于公网，也未获准";

		m->outcome = MESSAGE_REFUSED;
		message_say(m, words, strlen(words));
		return;
	}
	if (answer >= 200 && answer < 300 && (code == CURLE_OK || t->too_long))
		m->outcome = MESSAGE_SENT;
	else if (answer >= 300 && answer < 500 && answer != 408 && answer != 429)
		m->outcome = MESSAGE_REFUSED;
	else
		m->outcome = MESSAGE_TROUBLE;
	transfer_tell(t, code);
	if (answer >= 300 && answer < 400 && !t->said.len)
		message_say(m, "answered with a redirect / 以重定向作答",
			    strlen("answered with a redirect / 以重定向作答"));
}
