#include "gate/http/web.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/stamp.h"
#include "gate/http/parts.h"
#include "gate/pages/pages.h"
#include "host/file.h"

/*
 * web -- listeners, certificate and the parts of the HTTP interface, put together.
 */
enum { SWEEP_MINUTES = 5 };

static void name_of_host(char *out, size_t size)
{
	if (gethostname(out, size) < 0)
		snprintf(out, size, "localhost");
	out[size - 1] = '\0';
}

static int make_anew(const char *chain, const char *key, const char *const *names, int64_t now,
		     struct fault *why)
{
	fprintf(stderr, "fengsui: %s: a new certificate is made / 重新制作证书\n", why->text);
	if (unlink(chain) < 0 || unlink(key) < 0)
		return fault_set(why, FAULT_IO, "cannot remove %s: %s", chain, strerror(errno));
	return tls_site_make(chain, key, names, now, why);
}

/* The site's own, or one that is made here: people compare its fingerprint once. */
static int open_site(struct web *web, const struct gate_options *options, struct fault *why)
{
	const char *folder = house_folder(web->gate->house);
	char chain[4096], key[4096], host[256], print[TLS_KEY_NAME];
	const char *const names[] = { "localhost", host, "127.0.0.1", "::1", NULL };
	int ret;

	if (options->cert && options->cert_key)
		return tls_site_open(options->cert, options->cert_key, NULL, &web->site, why);
	if (options->cert || options->cert_key)
		return fault_say(why, FAULT_INVALID, "--cert and --key go together",
				 "--cert 与 --key 须同时给出");
	name_of_host(host, sizeof(host));
	snprintf(chain, sizeof(chain), "%s/keys/https.pem", folder);
	snprintf(key, sizeof(key), "%s/keys/https.key", folder);
	if ((ret = tls_site_make(chain, key, names, options->clock(), why)) < 0)
		return ret;
	/* Ours, and run out: nobody else renews it. A new key, which people compare anew. */
	if ((ret = tls_site_open(chain, key, NULL, &web->site, why)) == -FAULT_INVALID &&
	    (ret = make_anew(chain, key, names, options->clock(), why)) == 0)
		ret = tls_site_open(chain, key, NULL, &web->site, why);
	if (ret < 0)
		return ret;
	tls_site_print(web->site, print);
	fprintf(stderr, "fengsui: certificate made here, SHA-256 %s / 自制证书，指纹如上\n", print);
	return 0;
}

static int listen_all(struct web *web, const struct gate_options *options, struct fault *why)
{
	int ret;

	if (options->https && ((ret = open_site(web, options, why)) < 0 ||
			       (ret = http_listen(web->http, options->https, web->site, why)) < 0))
		return fault_within(why, "--https");
	web->listeners += options->https != NULL;
	if (options->http && (ret = http_listen(web->http, options->http, NULL, why)) < 0)
		return fault_within(why, "--http");
	web->listeners += options->http != NULL;
	return 0;
}

static int open_pages(struct web *web, const char *folder, struct fault *why)
{
	return !folder || pages_open(folder, &web->pages, why) == 0 ? 0 : fault_within(why, "--web");
}

int web_open(struct gate *gate, const struct gate_options *options, struct web **out, struct fault *why)
{
	struct web *web = must_alloc(sizeof(*web));
	const struct http_limits limits = http_limits_usual();
	struct http_taker taker = call_taker(web);
	int ret;

	*web = (struct web){ .gate = gate, .accounts = gate->accounts };
	web->events = events_new(web);
	if ((ret = open_pages(web, options->web, why)) < 0 ||
	    (ret = uploads_open(web, &web->uploads, why)) < 0 ||
	    (ret = parcels_open(web, &web->parcels, why)) < 0 ||
	    (ret = http_open(&gate->loop, &taker, &limits, &web->http, why)) < 0 ||
	    (ret = listen_all(web, options, why)) < 0) {
		web_close(web);
		return ret;
	}
	*out = web;
	return 0;
}

void web_stop(struct web *web)
{
	web->stopping = true;
	http_stop(web->http);
}

void web_close(struct web *web)
{
	if (!web)
		return;
	http_close(web->http);
	while (web_working(web)) /* a thread still holds what it works on */
		uv_run(&web->gate->loop, UV_RUN_ONCE);
	events_free(web->events);
	uploads_free(web->uploads);
	parcels_free(web->parcels);
	pages_free(web->pages);
	tls_site_close(web->site);
	free(web);
}

void web_committed(struct web *web)
{
	uploads_committed(web->uploads);
	events_committed(web->events);
}

bool web_turn(struct web *web) { return events_turn(web->events); }

int web_tidy(struct web *web, int64_t now, struct fault *why)
{
	int ret;

	if (now - web->swept_at < SWEEP_MINUTES * STAMP_MINUTE)
		return 0;
	web->swept_at = now;
	if ((ret = account_sweep(web->accounts, now, why)) < 0)
		return ret;
	return uploads_sweep(web->uploads, now, why);
}

bool web_address(const struct web *web, size_t listener, char *out, size_t size)
{
	if (listener >= web->listeners)
		return false;
	http_address(web->http, listener, out, size);
	return true;
}
