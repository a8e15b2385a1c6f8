#include <stdio.h>
#include <string.h>

#include "ctl/remote/remote_private.h"

/*
 * url -- https://HOST:PORT as it was typed, and what may stand in a path.
 */

/* The name itself: what a resolver says of another one is no proof. */
static bool is_loopback(const char *host)
{
	return !strcmp(host, "localhost") || !strcmp(host, "[::1]") ||
	       (!strncmp(host, "127.", 4) && strspn(host, "0123456789.") == strlen(host));
}

static bool part(CURLU *parts, CURLUPart which, unsigned flags, char **out)
{
	return curl_url_get(parts, which, out, flags) == CURLUE_OK;
}

/* Nothing but scheme, host and port. */
static bool bare(CURLU *parts)
{
	static const CURLUPart others[] = { CURLUPART_USER, CURLUPART_PASSWORD, CURLUPART_QUERY,
					    CURLUPART_FRAGMENT };
	char *text = NULL;
	bool good = part(parts, CURLUPART_PATH, 0, &text) && !strcmp(text, "/");

	curl_free(text);
	for (size_t i = 0; good && i < sizeof(others) / sizeof(*others); i++)
		if (part(parts, others[i], 0, &text)) {
			curl_free(text);
			good = false;
		}
	return good;
}

static bool take(CURLU *parts, struct url *out)
{
	char *scheme = NULL, *host = NULL, *port = NULL;
	bool good = part(parts, CURLUPART_SCHEME, 0, &scheme) && part(parts, CURLUPART_HOST, 0, &host) &&
		    part(parts, CURLUPART_PORT, CURLU_DEFAULT_PORT, &port) && bare(parts) &&
		    strlen(host) < URL_HOST && (!strcmp(scheme, "https") || !strcmp(scheme, "http"));

	if (good) {
		*out = (struct url){ .secure = !strcmp(scheme, "https") };
		for (size_t i = 0; host[i]; i++)
			out->host[i] = host[i] >= 'A' && host[i] <= 'Z' ? (char)(host[i] + 32) : host[i];
		snprintf(out->base, sizeof(out->base), "%s://%s:%.5s", scheme, out->host, port);
		out->loopback = is_loopback(out->host);
	}
	curl_free(scheme);
	curl_free(host);
	curl_free(port);
	return good;
}

int url_read(const char *url, struct url *out, struct fault *why)
{
	CURLU *parts = curl_url();
	const bool good =
		parts && curl_url_set(parts, CURLUPART_URL, url, 0) == CURLUE_OK && take(parts, out);

	curl_url_cleanup(parts);
	if (!good)
		return fault_say(why, FAULT_INVALID, "--url '%.80s': https://HOST[:PORT] is wanted",
				 "--url“%.80s”：应为 https://主机[:端口]", url);
	if (!out->secure && !out->loopback)
		return fault_say(why, FAULT_INVALID,
				 "--url '%.80s': http:// is for this machine alone; elsewhere https://",
				 "--url“%.80s”：http:// 仅限本机；访问其他机器请用 https://", url);
	return 0;
}

void url_encode(struct buf *out, const char *text) { buf_percent(out, text, "-._~"); }
