#include "record/payload.h"

#include <stdlib.h>
#include <string.h>

#include "base/canon.h"
#include "seal/hex.h"

enum { DEPTH = 64, KEY = 64, FEW = 32 };

static int write_value(struct payload *out, const json_t *value, int depth, struct fault *why);

void payload_init(struct payload *payload)
{
	buf_init(&payload->doc);
	payload->count = 0;
}

void payload_fini(struct payload *payload) { buf_fini(&payload->doc); }

static int text_ok(const json_t *value, struct fault *why)
{
	size_t len = json_string_length(value);

	if (memchr(json_string_value(value), '\0', len))
		return fault_set(why, FAULT_INVALID,
				 "text '%.80s' holds U+0000, which the record does not take",
				 json_string_value(value));
	if (len > PAYLOAD_TEXT_MOST)
		return fault_set(why, FAULT_LIMIT, "a text of %zu bytes, at most %d are taken", len,
				 PAYLOAD_TEXT_MOST);
	return 0;
}

static int write_text(struct payload *out, const json_t *words, struct fault *why)
{
	struct payload_part *part = &out->parts[out->count];
	char digits[2 * DIGEST_LEN + 1];
	unsigned char hash[DIGEST_LEN];
	int ret;

	if (!json_is_string(words))
		return fault_set(why, FAULT_INVALID, "{\"$\":...} takes a string");
	if (out->count > DOC_TEXTS)
		return fault_set(why, FAULT_LIMIT, "more than %d texts in one entry", DOC_TEXTS);
	if ((ret = text_ok(words, why)) < 0)
		return ret;
	salt_make(part->salt);
	part->bytes = json_string_value(words);
	part->len = json_string_length(words);
	digest_of_two(part->salt, SALT_LEN, part->bytes, part->len, hash);
	hex_write(hash, DIGEST_LEN, digits);
	buf_format(&out->doc, "{\"p\":%zu,\"sd\":\"%s\"}", out->count++, digits);
	return 0;
}

static int key_ok(const char *key, struct fault *why)
{
	size_t len = strspn(key, "abcdefghijklmnopqrstuvwxyz0123456789_.:-");

	if (!len || len > KEY || key[len])
		return fault_set(why, FAULT_INVALID, "name '%.80s': [a-z0-9_.:-], 1 to %d of them, are taken",
				 key, KEY);
	return 0;
}

static int by_name(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static int write_members(struct payload *out, const json_t *value, const char **keys, int depth,
			 struct fault *why)
{
	size_t count = json_object_size(value);
	int ret;

	buf_char(&out->doc, '{');
	for (size_t i = 0; i < count; i++) {
		if ((ret = key_ok(keys[i], why)) < 0)
			return ret;
		if (i)
			buf_char(&out->doc, ',');
		buf_char(&out->doc, '"');
		buf_text(&out->doc, keys[i]);
		buf_put(&out->doc, "\":", 2);
		if ((ret = write_value(out, json_object_get(value, keys[i]), depth + 1, why)) < 0)
			return ret;
	}
	buf_char(&out->doc, '}');
	return 0;
}

/* What payload_join puts in may not come in by itself. */
static bool is_reserved(const json_t *value)
{
	size_t count = json_object_size(value);

	return (count == 2 && json_object_get(value, "p") && json_object_get(value, "sd")) ||
	       (count == 1 && json_is_integer(json_object_get(value, "erased")));
}

static int write_object(struct payload *out, const json_t *value, int depth, struct fault *why)
{
	size_t count = json_object_size(value), n = 0;
	const json_t *words = json_object_get(value, "$");
	const char *few[FEW], **keys = few, *key;
	json_t *member;
	int ret;

	if (words && count == 1)
		return write_text(out, words, why);
	if (is_reserved(value))
		return fault_set(why, FAULT_INVALID,
				 "{\"p\",\"sd\"} and {\"erased\"} are words of the record itself");
	if (count > FEW)
		keys = must_alloc(count * sizeof(*keys));
	json_object_foreach((json_t *)value, key, member)
		keys[n++] = key;
	qsort(keys, n, sizeof(*keys), by_name);
	ret = write_members(out, value, keys, depth, why);
	if (keys != few)
		free(keys);
	return ret;
}

static int write_array(struct payload *out, const json_t *value, int depth, struct fault *why)
{
	int ret;

	buf_char(&out->doc, '[');
	for (size_t i = 0; i < json_array_size(value); i++) {
		if (i)
			buf_char(&out->doc, ',');
		if ((ret = write_value(out, json_array_get(value, i), depth + 1, why)) < 0)
			return ret;
	}
	buf_char(&out->doc, ']');
	return 0;
}

static int write_value(struct payload *out, const json_t *value, int depth, struct fault *why)
{
	int ret;

	if (depth > DEPTH)
		return fault_set(why, FAULT_LIMIT, "JSON nested deeper than %d", DEPTH);
	if (json_is_object(value))
		return write_object(out, value, depth, why);
	if (json_is_array(value))
		return write_array(out, value, depth, why);
	if (json_is_string(value) && (ret = text_ok(value, why)) < 0)
		return ret;
	return canon_write(&out->doc, value, why);
}

int payload_split(const json_t *change, struct payload *out, struct fault *why)
{
	int ret;

	if (!json_is_object(change))
		return fault_set(why, FAULT_INVALID, "a change is a JSON object");
	if (json_object_get(change, "$"))
		return fault_set(why, FAULT_INVALID, "a change cannot be a text itself");
	buf_clear(&out->doc);
	out->count = 1;
	if ((ret = write_value(out, change, 0, why)) < 0)
		return ret;
	if (out->doc.len > PAYLOAD_DOC_MOST)
		return fault_set(why, FAULT_LIMIT, "a change of %zu bytes, at most %d are taken",
				 out->doc.len, PAYLOAD_DOC_MOST);
	salt_make(out->parts[0].salt);
	out->parts[0].bytes = out->doc.data;
	out->parts[0].len = out->doc.len;
	digest_of_two(out->parts[0].salt, SALT_LEN, out->doc.data, out->doc.len, out->commitment);
	return 0;
}

/* The part that a value refers to; 0 where it is no reference. */
static size_t part_of(const json_t *value)
{
	const json_t *p = json_object_get(value, "p");

	if (json_object_size(value) != 2 || !json_is_integer(p) || !json_object_get(value, "sd"))
		return 0;
	return (size_t)json_integer_value(p);
}

static json_t *put_in(const struct payload_row *row)
{
	if (!row->bytes)
		return json_pack("{s:I}", "erased", (json_int_t)row->erased);
	return json_stringn(row->bytes, row->len);
}

static int join(json_t *value, const struct payload_row *rows, size_t count, struct fault *why);

/* `value` stays what it is, or a new one comes into its place. */
static int join_one(json_t *value, const struct payload_row *rows, size_t count, json_t **out,
		    struct fault *why)
{
	size_t part = part_of(value);

	*out = NULL;
	if (!part)
		return join(value, rows, count, why);
	if (part >= count || !(*out = put_in(&rows[part])))
		return fault_set(why, FAULT_CORRUPT, "text %zu is not there or not UTF-8", part);
	return 0;
}

static int join(json_t *value, const struct payload_row *rows, size_t count, struct fault *why)
{
	const char *key;
	json_t *member, *made;
	size_t i;
	void *safe;
	int ret;

	json_object_foreach_safe(value, safe, key, member)
	{
		if ((ret = join_one(member, rows, count, &made, why)) < 0)
			return ret;
		if (made)
			json_object_set_new(value, key, made);
	}
	if (!json_is_array(value))
		return 0;
	json_array_foreach(value, i, member) {
		if ((ret = join_one(member, rows, count, &made, why)) < 0)
			return ret;
		if (made)
			json_array_set_new(value, i, made);
	}
	return 0;
}

int payload_join(const struct payload_row *rows, size_t count, json_t **out, struct fault *why)
{
	json_t *value = NULL;
	int ret;

	if ((ret = canon_parse(rows[0].bytes, rows[0].len, PAYLOAD_DOC_MOST, &value, why)) < 0)
		return ret;
	if ((ret = join(value, rows, count, why)) < 0) {
		json_decref(value);
		return ret;
	}
	*out = value;
	return 0;
}
