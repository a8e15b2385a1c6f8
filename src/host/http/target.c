#include "host/http/target.h"

#include <string.h>

#include "base/utf8.h"

static int hex_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

/* The byte that stands at `at`, and how far it reaches; -1: none that may. */
static int byte_at(const char *at, size_t *len)
{
	int high, low;

	*len = 1;
	if (*at != '%')
		return (unsigned char)*at;
	if ((high = hex_value(at[1])) < 0 || (low = hex_value(at[2])) < 0)
		return -1;
	*len = 3;
	return high << 4 | low;
}

/* Bytes that RFC 3986 has only in percent-encoding. Browsers send some of them
 * as they are behind the question mark. */
static bool must_be_encoded(char c, bool in_query)
{
	return c <= ' ' || c >= 0x7f || strchr(in_query ? "\"<>#" : "\"<>#\\^`{|}", c);
}

static const char *query_fault(const char *query)
{
	size_t len;

	for (; *query; query += len) {
		const int byte = byte_at(query, &len);

		if (must_be_encoded(*query, true))
			return "a byte of the target must be percent-encoded";
		if (byte <= 0)
			return "a percent-encoding of the target is none, or is NUL";
	}
	return NULL;
}

static bool is_dots(const char *segment, size_t len)
{
	return (len == 1 && segment[0] == '.') || (len == 2 && segment[0] == '.' && segment[1] == '.');
}

static const char *segments_fault(const char *path)
{
	if (strcmp(path, "/") == 0)
		return NULL;
	for (const char *at = path; *at;) {
		const size_t len = strcspn(++at, "/");

		if (!len)
			return "the path has an empty segment";
		if (is_dots(at, len))
			return "the path has a segment of dots";
		at += len;
	}
	return NULL;
}

static const char *path_fault(const char *target, size_t length, char *path)
{
	const char *end = target + length;
	char *out = path;
	size_t len;

	for (const char *at = target; at < end; at += len) {
		const int byte = byte_at(at, &len);

		if (must_be_encoded(*at, false))
			return "a byte of the target must be percent-encoded";
		if (byte < 0)
			return "a percent-encoding of the target is none";
		if (len == 3 && (byte < ' ' || byte == 0x7f || byte == '/'))
			return "the path has an encoded slash or control byte";
		*out++ = (char)byte;
	}
	*out = '\0';
	if (utf8_valid(path, (size_t)(out - path)) != (size_t)(out - path))
		return "the path is no UTF-8";
	return segments_fault(path);
}

bool target_read(const char *target, char *path, const char **query, const char **what)
{
	const size_t length = strcspn(target, "?");
	const char *rest = target[length] ? target + length + 1 : target + length;

	*what = target[0] != '/' ? "only a path is taken as target" : path_fault(target, length, path);
	if (!*what)
		*what = query_fault(rest);
	*query = rest;
	return !*what;
}
