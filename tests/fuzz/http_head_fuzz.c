#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/utf8.h"
#include "host/http/head.h"

/* Property: a head is refused with a status and a reason, or what is read out of
 * it holds what http.h promises of a request. */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool is_so)
{
	if (!is_so)
		abort();
}

static void check_path(const char *path)
{
	must(path[0] == '/' && utf8_valid(path, strlen(path)) == strlen(path));
	must(!strstr(path, "//") && !strstr(path, "/./") && !strstr(path, "/../"));
	must(!path[1] || path[strlen(path) - 1] != '/');
}

static void check_headers(const struct head *head)
{
	unsigned hosts = 0, lengths = 0;

	for (size_t i = 0; i < head->request.header_count; i++) {
		const char *name = head->request.headers[i].name, *value = head->request.headers[i].value;

		must(head_is_token(name, strlen(name)) && !strpbrk(value, "\r\n") && *value != ' ');
		for (const char *c = name; *c; c++)
			must(*c < 'A' || *c > 'Z');
		hosts += strcmp(name, "host") == 0;
		lengths += strcmp(name, "content-length") == 0 || strcmp(name, "transfer-encoding") == 0;
	}
	must(lengths <= 1 && (hosts == 1 || (head->old && !hosts)));
	must(head->request.length == 0 || lengths == 1);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct http_limits limits = http_limits_usual();
	struct head head;
	const char *what = NULL;
	int status;

	limits.headers = 8;
	status = head_read((const char *)data, size, &limits, &head, &what);
	if (status) {
		must(status >= 400 && status <= 505 && what);
	} else {
		must(head.request.header_count <= limits.headers && !strchr(head.request.target, ' '));
		check_path(head.request.path);
		check_headers(&head);
	}
	head_fini(&head);
	return 0;
}
