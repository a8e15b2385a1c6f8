#include <string.h>

#include "deliver/mailbox_name.h"
#include "deliver/transfer.h"

/*
 * Mail by SMTP (RFC 5321). One message a recipient: nobody learns of the others, and each
 * has its own fate. Connections are kept and used again by the multi handle.
 */

static size_t give(char *into, size_t size, size_t count, void *who)
{
	struct transfer *t = who;
	const size_t room = size * count, left = t->body.len - t->sent, part = left < room ? left : room;

	memcpy(into, t->body.data + t->sent, part);
	t->sent += part;
	return part;
}

/* Each line that the server says; the last one is what became of it. 221 is its good-bye after that. */
static size_t hear(char *line, size_t size, size_t count, void *who)
{
	struct transfer *t = who;

	if (size * count >= 3 && !memcmp(line, "221", 3))
		return size * count;
	buf_clear(&t->said);
	buf_put(&t->said, line, size * count < TRANSFER_SAID_MOST ? size * count : TRANSFER_SAID_MOST);
	return size * count;
}

static void secure(struct transfer *t, const struct channel *channel)
{
	static const long levels[] = {
		[TLS_REQUIRED] = CURLUSESSL_ALL, [TLS_OPTIONAL] = CURLUSESSL_TRY, [TLS_OFF] = CURLUSESSL_NONE
	};

	curl_easy_setopt(t->easy, CURLOPT_USE_SSL, levels[channel->tls]);
	curl_easy_setopt(t->easy, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
	if (channel->user) {
		curl_easy_setopt(t->easy, CURLOPT_USERNAME, channel->user);
		curl_easy_setopt(t->easy, CURLOPT_PASSWORD, channel->password);
	}
}

struct transfer *mail_transfer(struct message *message)
{
	struct transfer *t = transfer_new(message);
	const struct channel *channel = message->channel;
	struct fault why;

	if (!mailbox_valid(message->address))
		return transfer_refused(t, *message->address
						   ? "not a mail address / 不是邮件地址"
						   : "no mail address is registered / 未登记邮件地址");
	if (message_mail(message, &t->body, &why) < 0)
		return transfer_refused(t, why.text);
	t->rcpt = curl_slist_append(NULL, message->address);
	curl_easy_setopt(t->easy, CURLOPT_URL, channel->server);
	curl_easy_setopt(t->easy, CURLOPT_PROTOCOLS_STR, "smtp,smtps");
	curl_easy_setopt(t->easy, CURLOPT_MAIL_FROM, channel->from_address);
	curl_easy_setopt(t->easy, CURLOPT_MAIL_RCPT, t->rcpt);
	curl_easy_setopt(t->easy, CURLOPT_UPLOAD, 1L);
	curl_easy_setopt(t->easy, CURLOPT_READFUNCTION, give);
	curl_easy_setopt(t->easy, CURLOPT_READDATA, t);
	curl_easy_setopt(t->easy, CURLOPT_HEADERFUNCTION, hear);
	curl_easy_setopt(t->easy, CURLOPT_HEADERDATA, t);
	secure(t, channel);
	return t;
}

/* An answer of 4xx or 5xx is about this message, but for those that are about us. */
void mail_judge(struct transfer *t, CURLcode code)
{
	struct message *m = t->message;
	long answer = 0;

	curl_easy_getinfo(t->easy, CURLINFO_RESPONSE_CODE, &answer);
	m->code = (int)answer;
	m->outcome = code == CURLE_OK ? MESSAGE_SENT
		     : code == CURLE_LOGIN_DENIED || code == CURLE_USE_SSL_FAILED || answer < 400 ||
				     answer == 421 || answer == 530 || answer == 535
			     ? MESSAGE_TROUBLE
			     : MESSAGE_REFUSED;
	transfer_tell(t, code);
}
