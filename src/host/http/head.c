#include "host/http/head.h"

#include <ctype.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/arena.h"
#include "host/http/target.h"

enum { LENGTH_DIGITS = 18 }; /* of a Content-Length: fits an int64_t */

static int refuse(int status, const char **what, const char *why)
{
	*what = why;
	return status;
}

bool head_is_token(const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (!isalnum((unsigned char)text[i]) && (!text[i] || !strchr("!#$%&'*+-.^_`|~", text[i])))
			return false;
	return len > 0;
}

/* Lines end with CR LF; neither stands elsewhere, nor does any control byte
 * but the tabulator. */
static const char *bytes_fault(const char *bytes, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		const unsigned char c = (unsigned char)bytes[i];

		if (c == '\r' && i + 1 < len && bytes[i + 1] == '\n')
			i++;
		else if (c == '\r' || c == '\n')
			return "a line ends otherwise than with CR LF";
		else if ((c < ' ' && c != '\t') || c == 0x7f)
			return "the head has a control byte";
	}
	return NULL;
}

/* ---- the request line --------------------------------------------------------- */

static bool is_known(const char *method)
{
	static const char *const known[] = { "GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS" };

	for (size_t i = 0; i < sizeof(known) / sizeof(*known); i++)
		if (strcmp(method, known[i]) == 0)
			return true;
	return false;
}

static int read_version(struct head *head, const char *version, const char **what)
{
	if (strcmp(version, "HTTP/1.1") == 0)
		return 0;
	head->old = strcmp(version, "HTTP/1.0") == 0;
	if (head->old)
		return 0;
	if (strncmp(version, "HTTP/", 5) == 0 && isdigit((unsigned char)version[5]) && version[6] == '.' &&
	    isdigit((unsigned char)version[7]) && !version[8])
		return refuse(505, what, "HTTP/1.1 is spoken here");
	return refuse(400, what, "the request line does not end with a version");
}

/* "METHOD SP target SP version", one blank each. */
static int read_line(struct head *head, char *line, const struct http_limits *limits, const char **what)
{
	struct http_request *request = &head->request;
	char *target = strchr(line, ' '), *version = target ? strchr(target + 1, ' ') : NULL;
	int status;

	if (!version || strchr(version + 1, ' ') || !head_is_token(line, (size_t)(target - line)))
		return refuse(400, what, "the request line is not METHOD, target and version");
	*target++ = '\0';
	*version++ = '\0';
	if ((status = read_version(head, version, what)))
		return status;
	if (!is_known(line))
		return refuse(501, what, "this method is not known here");
	if (strlen(target) > limits->target_bytes)
		return refuse(414, what, "the target is too long");
	request->method = line;
	request->target = target;
	head->path = must_alloc(strlen(target) + 1);
	request->path = head->path;
	return target_read(target, head->path, &request->query, what) ? 0 : 400;
}

/* ---- headers ------------------------------------------------------------------- */

static char *trimmed(char *text)
{
	char *end = text + strlen(text);

	while (end > text && (end[-1] == ' ' || end[-1] == '\t'))
		*--end = '\0';
	return text + strspn(text, " \t");
}

static int read_header(struct head *head, char *line, const struct http_limits *limits, const char **what)
{
	struct http_request *request = &head->request;
	char *colon = strchr(line, ':');

	if (*line == ' ' || *line == '\t')
		return refuse(400, what, "a header goes on in the next line");
	if (!colon || !head_is_token(line, (size_t)(colon - line)))
		return refuse(400, what, "a header line is not a name, a colon and a value");
	if (request->header_count == limits->headers)
		return refuse(431, what, "there are too many headers");
	*colon = '\0';
	for (char *c = line; *c; c++)
		*c = (char)tolower((unsigned char)*c);
	head->headers[request->header_count++] = (struct http_header){ line, trimmed(colon + 1) };
	return 0;
}

static unsigned count_of(const struct head *head, const char *name)
{
	unsigned count = 0;

	for (size_t i = 0; i < head->request.header_count; i++)
		count += strcmp(head->headers[i].name, name) == 0;
	return count;
}

const char *head_value(const struct head *head, const char *name)
{
	for (size_t i = 0; i < head->request.header_count; i++)
		if (strcmp(head->headers[i].name, name) == 0)
			return head->headers[i].value;
	return NULL;
}

static int check_host(const struct head *head, const char **what)
{
	const char *host = head_value(head, "host");

	if (!host)
		return head->old ? 0 : refuse(400, what, "there is no Host");
	if (!*host || strspn(host, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_:[]") !=
			      strlen(host))
		return refuse(400, what, "Host is no name with a port");
	return 0;
}

/* How long the body is: two ways to say it, and never both. */
static int check_length(struct head *head, const char **what)
{
	const char *length = head_value(head, "content-length");
	const char *coding = head_value(head, "transfer-encoding");

	if (length && coding)
		return refuse(400, what, "the length is given twice: Content-Length and Transfer-Encoding");
	if (coding && head->old)
		return refuse(400, what, "HTTP/1.0 has no Transfer-Encoding");
	if (coding && strcasecmp(coding, "chunked") != 0)
		return refuse(501, what, "of transfer codings only chunked is taken");
	head->request.length = coding ? -1 : 0;
	if (!length)
		return 0;
	if (!*length || strspn(length, "0123456789") != strlen(length))
		return refuse(400, what, "Content-Length is no number");
	if (strlen(length) > LENGTH_DIGITS)
		return refuse(413, what, "Content-Length is beyond all limits");
	head->request.length = strtoll(length, NULL, 10);
	return 0;
}

/* clang-format off */

/* Headers that may stand once, and those that are not taken at all. */
static const char *const once[] = { "host", "content-length", "transfer-encoding", "content-type", "authorization" };

static const struct {
	const char *name;
	int status;
	const char *what;
} never[] = {
	{ "expect",  417, "Expect is not offered; send the body with the head" },
	{ "upgrade", 501, "no other protocol is spoken here" },
	{ "trailer", 400, "trailers are not taken" },
};
/* clang-format on */

static int check_counts(const struct head *head, const char **what)
{
	for (size_t i = 0; i < sizeof(once) / sizeof(*once); i++)
		if (count_of(head, once[i]) > 1)
			return refuse(400, what, "a header that may stand once stands twice");
	for (size_t i = 0; i < sizeof(never) / sizeof(*never); i++)
		if (count_of(head, never[i].name))
			return refuse(never[i].status, what, never[i].what);
	return 0;
}

/* "close" among the words of any Connection header. */
static bool wants_end(const struct head *head)
{
	for (size_t i = 0; i < head->request.header_count; i++) {
		if (strcmp(head->headers[i].name, "connection") != 0)
			continue;
		for (const char *at = head->headers[i].value; *at;) {
			const size_t len = strcspn(at, ", \t");

			if (len == 5 && strncasecmp(at, "close", 5) == 0)
				return true;
			at += len + strspn(at + len, ", \t");
		}
	}
	return false;
}

static size_t count_lines(const char *text)
{
	size_t count = 0;

	for (const char *at = text; (at = strstr(at, "\r\n")); at += 2)
		count++;
	return count;
}

static int read_lines(struct head *head, const struct http_limits *limits, const char **what)
{
	char *line = head->text, *end;
	int status = 0;

	for (bool first = true; !status && (end = strstr(line, "\r\n")) && end != line; first = false) {
		*end = '\0';
		status = first ? read_line(head, line, limits, what) : read_header(head, line, limits, what);
		line = end + 2;
	}
	if (!status && !head->request.method)
		return refuse(400, what, "the request line is empty");
	return status;
}

int head_read(const char *bytes, size_t len, const struct http_limits *limits, struct head *out,
	      const char **what)
{
	int status;

	*out = (struct head){ 0 };
	if ((*what = bytes_fault(bytes, len)))
		return 400;
	out->text = must_alloc(len + 1);
	memcpy(out->text, bytes, len);
	out->text[len] = '\0';
	out->headers = must_alloc((count_lines(out->text) + 1) * sizeof(*out->headers));
	out->request.headers = out->headers;
	if ((status = read_lines(out, limits, what)) || (status = check_counts(out, what)) ||
	    (status = check_host(out, what)) || (status = check_length(out, what)))
		return status;
	out->last = out->old || wants_end(out);
	return 0;
}

void head_fini(struct head *head)
{
	free(head->text);
	free(head->path);
	free(head->headers);
	*head = (struct head){ 0 };
}
