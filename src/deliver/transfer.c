#include "deliver/transfer.h"

#include <stdlib.h>
#include <string.h>

struct transfer *transfer_new(struct message *message)
{
	struct transfer *t = must_alloc(sizeof(*t));

	*t = (struct transfer){ .message = message, .easy = curl_easy_init() };
	curl_easy_setopt(t->easy, CURLOPT_PRIVATE, t);
	curl_easy_setopt(t->easy, CURLOPT_ERRORBUFFER, t->detail);
	curl_easy_setopt(t->easy, CURLOPT_NOSIGNAL, 1L);
	/* What the environment says about proxies is meant for others. */
	curl_easy_setopt(t->easy, CURLOPT_PROXY, "");
	curl_easy_setopt(t->easy, CURLOPT_NOPROXY, "*");
	curl_easy_setopt(t->easy, CURLOPT_TIMEOUT_MS, (long)message->channel->timeout_ms);
	curl_easy_setopt(t->easy, CURLOPT_CONNECTTIMEOUT_MS,
			 message->channel->timeout_ms < 5000 ? (long)message->channel->timeout_ms : 5000L);
	if (message->channel->ca)
		curl_easy_setopt(t->easy, CURLOPT_CAINFO, message->channel->ca);
	return t;
}

void transfer_free(struct transfer *t)
{
	if (!t)
		return;
	curl_easy_cleanup(t->easy);
	curl_slist_free_all(t->rcpt);
	curl_slist_free_all(t->heads);
	buf_fini(&t->body);
	buf_fini(&t->said);
	free(t);
}

struct transfer *transfer_refused(struct transfer *t, const char *zh_en)
{
	t->message->outcome = MESSAGE_REFUSED;
	message_say(t->message, zh_en, strlen(zh_en));
	transfer_free(t);
	return NULL;
}

void transfer_tell(struct transfer *t, CURLcode code)
{
	struct buf line = { 0 };

	if (t->said.len && (code == CURLE_OK || t->message->code >= 400))
		buf_put(&line, t->said.data, t->said.len);
	else
		buf_text(&line, *t->detail ? t->detail : curl_easy_strerror(code));
	message_say(t->message, line.data ? line.data : "", line.len);
	buf_fini(&line);
}
