#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"
#include "gate/http/call.h"

/*
 * said -- what a request says: members of its body, values of its query.
 */
int call_text_of(struct call *call, const char *name, size_t most, bool must, const char **out,
		 struct fault *why)
{
	const json_t *value = json_object_get(call->said, name);

	*out = NULL;
	if (!value)
		return must ? fault_say(why, FAULT_INVALID, "'%s' is missing", "缺少“%s”", name) : 0;
	if (!json_is_string(value))
		return fault_say(why, FAULT_INVALID, "'%s' must be a text", "“%s”应为文字", name);
	if (json_string_length(value) > most)
		return fault_say(why, FAULT_INVALID, "'%s' has at most %zu bytes", "“%s”最多 %zu 字节", name,
				 most);
	*out = json_string_value(value);
	return 0;
}

static bool among(const char *name, const char *const *names, size_t *at)
{
	for (*at = 0; names[*at]; ++*at)
		if (!strcmp(names[*at], name))
			return true;
	return false;
}

int call_members(struct call *call, const char *const *names, struct fault *why)
{
	const char *name;
	json_t *value;
	size_t at;

	json_object_foreach(call->said, name, value) {
		if (!among(name, names, &at))
			return fault_say(why, FAULT_INVALID, "the body has no member '%.64s'",
					 "请求体没有“%.64s”这一项", name);
	}
	return 0;
}

int64_t call_id(const char *word)
{
	const size_t len = strlen(word);

	return len && len < 19 && strspn(word, "0123456789") == len ? strtoll(word, NULL, 10) : 0;
}

const char *call_ref(struct call *call, const char *word)
{
	return strspn(word, "0123456789") == strlen(word) ? arena_text(call->mem, "#%s", word) : word;
}

static int digit(char c)
{
	return c >= '0' && c <= '9'   ? c - '0'
	       : c >= 'a' && c <= 'f' ? c - 'a' + 10
	       : c >= 'A' && c <= 'F' ? c - 'A' + 10
				      : -1;
}

/* As forms send it: + is a blank. NULL where it is not encoded text. */
static char *decode(struct arena *mem, const char *text, size_t len)
{
	char *out = arena_take(mem, len + 1);
	size_t n = 0;

	for (size_t i = 0; i < len; i++) {
		if (text[i] != '%') {
			out[n++] = text[i] == '+' ? ' ' : text[i];
			continue;
		}
		if (len - i < 3 || digit(text[i + 1]) < 0 || digit(text[i + 2]) < 0)
			return NULL;
		out[n++] = (char)(digit(text[i + 1]) * 16 + digit(text[i + 2]));
		i += 2;
	}
	return memchr(out, '\0', n) || utf8_valid(out, n) != n ? NULL : out;
}

static int take_pair(struct call *call, const char *pair, size_t len, const char *const *names,
		     const char **values, struct fault *why)
{
	const char *equals = memchr(pair, '=', len);
	const size_t name_len = equals ? (size_t)(equals - pair) : len;
	char *name = decode(call->mem, pair, name_len);
	char *value = equals ? decode(call->mem, equals + 1, len - name_len - 1) : arena_copy(call->mem, "");
	size_t at;

	if (!name || !value)
		return fault_say(why, FAULT_INVALID, "the query is not percent-encoded UTF-8",
				 "查询部分不是百分号编码的 UTF-8");
	if (!among(name, names, &at))
		return fault_say(why, FAULT_INVALID, "the query has no '%.64s' here", "此处的查询没有“%.64s”",
				 name);
	if (values[at])
		return fault_say(why, FAULT_INVALID, "'%.64s' stands twice in the query",
				 "查询中“%.64s”出现两次", name);
	values[at] = value;
	return 0;
}

int call_query(struct call *call, const char *const *names, const char **values, struct fault *why)
{
	const char *at = http_request(call->exchange)->query;
	int ret = 0;

	for (size_t i = 0; names[i]; i++)
		values[i] = NULL;
	while (*at && ret == 0) {
		const size_t len = strcspn(at, "&");

		if (len)
			ret = take_pair(call, at, len, names, values, why);
		at += len + (at[len] == '&');
	}
	return ret;
}

int call_no_query(struct call *call, struct fault *why)
{
	static const char *const none[] = { NULL };

	return call_query(call, none, NULL, why);
}

int call_number(json_t *fields, const char *name, const char *text, struct fault *why)
{
	char *end;
	const long number = text ? strtol(text, &end, 10) : 0;

	if (!text)
		return 0;
	if (end == text || *end)
		return fault_say(why, FAULT_INVALID, "'%s' must be a whole number", "“%s”应为整数", name);
	json_object_set_new(fields, name, json_integer(number));
	return 0;
}

int call_space(json_t *fields, const char *word, struct fault *why)
{
	if (!word)
		return 0;
	if (strcmp(word, "real") && strcmp(word, "drill"))
		return fault_say(why, FAULT_INVALID, "space is real or drill, not '%.40s'",
				 "空间（space）为“real”或“drill”，不能是“%.40s”", word);
	json_object_set_new(fields, "space", json_integer(strcmp(word, "drill") ? 1 : 2));
	return 0;
}
