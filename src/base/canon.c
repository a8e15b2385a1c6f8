#include "base/canon.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"

enum { DEPTH = 64, KEY = 64 };
#define WHOLE ((INT64_C(1) << 53) - 1)

static int write_value(struct buf *out, const json_t *value, int depth, struct fault *why);

static bool key_ok(const char *key)
{
	size_t len = strspn(key, "abcdefghijklmnopqrstuvwxyz0123456789_.:-");

	return len >= 1 && len <= KEY && !key[len];
}

static int by_name(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static int write_members(struct buf *out, const json_t *value, const char **keys, int depth,
			 struct fault *why)
{
	size_t count = json_object_size(value);
	int ret;

	buf_char(out, '{');
	for (size_t i = 0; i < count; i++) {
		if (!key_ok(keys[i]))
			return fault_set(why, FAULT_INVALID,
					 "key '%.80s': keys of the record are [a-z0-9_.:-], 1 to %d of them",
					 keys[i], KEY);
		if (i)
			buf_char(out, ',');
		buf_json_string(out, keys[i], strlen(keys[i]));
		buf_char(out, ':');
		if ((ret = write_value(out, json_object_get(value, keys[i]), depth + 1, why)) < 0)
			return ret;
	}
	buf_char(out, '}');
	return 0;
}

static int write_object(struct buf *out, const json_t *value, int depth, struct fault *why)
{
	const char *few[32], **keys = few;
	size_t count = json_object_size(value), n = 0;
	const char *key;
	json_t *member;
	int ret;

	if (count > 32)
		keys = must_alloc(count * sizeof(*keys));
	json_object_foreach((json_t *)value, key, member)
		keys[n++] = key;
	qsort(keys, n, sizeof(*keys), by_name);
	ret = write_members(out, value, keys, depth, why);
	if (keys != few)
		free(keys);
	return ret;
}

static int write_array(struct buf *out, const json_t *value, int depth, struct fault *why)
{
	int ret;

	buf_char(out, '[');
	for (size_t i = 0; i < json_array_size(value); i++) {
		if (i)
			buf_char(out, ',');
		if ((ret = write_value(out, json_array_get(value, i), depth + 1, why)) < 0)
			return ret;
	}
	buf_char(out, ']');
	return 0;
}

static int write_integer(struct buf *out, json_int_t n, struct fault *why)
{
	if (n > WHOLE || n < -WHOLE)
		return fault_set(why, FAULT_INVALID, "%" PRId64 " is beyond 2^53-1; write it as text",
				 (int64_t)n);
	buf_format(out, "%" PRId64, (int64_t)n);
	return 0;
}

static int write_value(struct buf *out, const json_t *value, int depth, struct fault *why)
{
	if (depth > DEPTH)
		return fault_set(why, FAULT_LIMIT, "JSON nested deeper than %d", DEPTH);
	switch (value ? json_typeof(value) : JSON_NULL) {
	case JSON_OBJECT:
		return write_object(out, value, depth, why);
	case JSON_ARRAY:
		return write_array(out, value, depth, why);
	case JSON_STRING:
		buf_json_string(out, json_string_value(value), json_string_length(value));
		return 0;
	case JSON_INTEGER:
		return write_integer(out, json_integer_value(value), why);
	case JSON_REAL:
		return fault_set(why, FAULT_INVALID, "%g: the record takes no fractions; write it as text",
				 json_real_value(value));
	case JSON_TRUE:
		buf_text(out, "true");
		return 0;
	case JSON_FALSE:
		buf_text(out, "false");
		return 0;
	case JSON_NULL:
		break;
	}
	buf_text(out, "null");
	return 0;
}

int canon_write(struct buf *out, const json_t *value, struct fault *why)
{
	return write_value(out, value, 0, why);
}

int canon_parse(const char *bytes, size_t len, size_t limit_bytes, json_t **out, struct fault *why)
{
	json_error_t error;
	json_t *value;

	if (len > limit_bytes)
		return fault_set(why, FAULT_LIMIT, "%zu bytes of JSON, at most %zu are taken", len,
				 limit_bytes);
	value = json_loadb(bytes, len, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, &error);
	if (!value)
		return fault_set(why, FAULT_INVALID, "JSON line %d column %d: %s", error.line, error.column,
				 error.text);
	*out = value;
	return 0;
}

bool canon_is(const char *bytes, size_t len)
{
	struct buf again = { 0 };
	json_t *value = NULL;
	bool same;

	if (canon_parse(bytes, len, len, &value, NULL) < 0)
		return false;
	same = canon_write(&again, value, NULL) == 0 && again.len == len && !memcmp(again.data, bytes, len);
	json_decref(value);
	buf_fini(&again);
	return same;
}
