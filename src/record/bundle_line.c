#include "record/bundle_line.h"

#include <inttypes.h>
#include <string.h>

#include "base/utf8.h"
#include "seal/hex.h"
#include "seal/salt.h"

enum { CHUNK = 64 * 1024 };
#define WHOLE ((UINT64_C(1) << 53) - 1)

void line_put_record(struct buf *out, uint64_t seq, const char *leaf, size_t len)
{
	buf_text(out, "{\"leaf\":");
	buf_json_string(out, leaf, len);
	buf_format(out, ",\"seq\":%" PRIu64 "}\n", seq);
}

void line_put_part(struct buf *out, uint64_t seq, const struct check_part *part)
{
	char salt[2 * SALT_LEN + 1];

	if (part->withheld) {
		buf_format(out, "{\"part\":%" PRId64 ",\"seq\":%" PRIu64 ",\"withheld\":true}\n", part->part,
			   seq);
	} else if (!part->bytes) {
		buf_format(out, "{\"erased\":%" PRId64 ",\"part\":%" PRId64 ",\"seq\":%" PRIu64 "}\n",
			   part->erased, part->part, seq);
	} else {
		hex_write(part->salt, SALT_LEN, salt);
		buf_text(out, "{\"bytes\":");
		buf_json_string(out, part->bytes, part->len);
		buf_format(out, ",\"part\":%" PRId64 ",\"salt\":\"%s\",\"seq\":%" PRIu64 "}\n", part->part,
			   salt, seq);
	}
}

void line_put_proof(struct buf *out, uint64_t seq, const struct proof *proof)
{
	char digits[2 * DIGEST_LEN + 1];

	buf_text(out, "{\"proof\":[");
	for (size_t i = 0; i < proof->count; i++) {
		hex_write(proof->hashes[i], DIGEST_LEN, digits);
		buf_format(out, "%s\"%s\"", i ? "," : "", digits);
	}
	buf_format(out, "],\"seq\":%" PRIu64 "}\n", seq);
}

int lines_open(const struct pile *pile, const char *name, struct lines *out, struct fault *why)
{
	const struct pile_file *file = pile_find(pile, name);

	*out = (struct lines){ 0 };
	return file && file->plain ? pile_read(pile, file, &out->reader, why) : 0;
}

void lines_close(struct lines *lines)
{
	pile_reader_close(lines->reader);
	buf_fini(&lines->bytes);
	buf_fini(&lines->decoded);
}

static int fill(struct lines *lines, struct fault *why)
{
	char chunk[CHUNK];
	int64_t got;

	if (lines->next) {
		buf_eat(&lines->bytes, lines->next);
		lines->next = 0;
	}
	if (lines->bytes.len > LINE_MOST)
		return fault_set(why, FAULT_LIMIT, "line %" PRIu64 " is longer than %d bytes",
				 lines->number + 1, LINE_MOST);
	if ((got = pile_next(lines->reader, chunk, sizeof(chunk), why)) > 0)
		buf_put(&lines->bytes, chunk, (size_t)got);
	return (int)got;
}

int lines_next(struct lines *lines, struct fault *why)
{
	size_t seen = 0;
	int ret;

	if (!lines->reader || lines->ended)
		return 0;
	for (;;) {
		size_t left = lines->bytes.len - lines->next;
		const char *from = left ? lines->bytes.data + lines->next : NULL;
		const char *stop = left > seen ? memchr(from + seen, '\n', left - seen) : NULL;

		if (stop) {
			lines->at = lines->next;
			lines->len = (size_t)(stop - from);
			lines->next += lines->len + 1;
			lines->number++;
			return 1;
		}
		seen = left;
		if ((ret = fill(lines, why)) < 0)
			return ret;
		if (ret)
			continue;
		lines->ended = true;
		lines->at = lines->next;
		lines->len = left;
		lines->number++;
		return left > 0;
	}
}

struct reader {
	const char *at, *end;
	bool ok;
};

#define TAKE(r, literal) take(r, literal, sizeof(literal) - 1)

static bool ahead(const struct reader *r, const char *literal, size_t len)
{
	return r->ok && (size_t)(r->end - r->at) >= len && !memcmp(r->at, literal, len);
}

static void take(struct reader *r, const char *literal, size_t len)
{
	r->ok = ahead(r, literal, len);
	if (r->ok)
		r->at += len;
}

static uint64_t take_number(struct reader *r)
{
	const char *from = r->at;
	uint64_t n = 0;

	while (r->ok && r->at < r->end && *r->at >= '0' && *r->at <= '9' && n <= WHOLE)
		n = n * 10 + (uint64_t)(*r->at++ - '0');
	if (r->at == from || n > WHOLE || (*from == '0' && r->at - from > 1))
		r->ok = false;
	return n;
}

static void take_hex(struct reader *r, size_t len, unsigned char *out)
{
	r->ok = r->ok && (size_t)(r->end - r->at) >= 2 * len && hex_read(r->at, len, out);
	if (r->ok)
		r->at += 2 * len;
}

/* The character that an escape stands for, in its one spelling; -1 where it is
 * none. `at` is behind the backslash. */
static int escaped(struct reader *r)
{
	static const char from[] = "\"\\bfnrt", to[] = "\"\\\b\f\n\r\t";
	unsigned char byte;
	const char *found;

	if (r->at == r->end)
		return -1;
	if (*r->at && (found = strchr(from, *r->at))) {
		r->at++;
		return to[found - from];
	}
	if (r->end - r->at < 5 || memcmp(r->at, "u00", 3) || !hex_read(r->at + 3, 1, &byte) || byte >= 0x20 ||
	    !byte || strchr("\b\f\n\r\t", byte))
		return -1;
	r->at += 5;
	return byte;
}

/* A string up to its closing quote, decoded. */
static void take_string(struct reader *r, struct buf *out)
{
	const char *from = r->at;

	buf_clear(out);
	buf_put(out, "", 0);
	while (r->ok && r->at < r->end && *r->at != '"') {
		int c = (unsigned char)*r->at++;

		if (c >= 0x20 && c != '\\')
			continue;
		buf_put(out, from, (size_t)(r->at - 1 - from));
		r->ok = c == '\\' && (c = escaped(r)) > 0;
		if (r->ok)
			buf_char(out, (char)c);
		from = r->at;
	}
	if (r->ok)
		buf_put(out, from, (size_t)(r->at - from));
	r->ok = r->ok && utf8_valid(out->data, out->len) == out->len;
	TAKE(r, "\"");
}

static struct reader begin(const struct lines *lines)
{
	const char *at = lines->bytes.data ? lines->bytes.data + lines->at : "";

	return (struct reader){ at, at + lines->len, !lines->ended };
}

static bool finish(const struct reader *r) { return r->ok && r->at == r->end; }

bool line_record(struct lines *lines, uint64_t *seq, const char **leaf, size_t *len)
{
	struct reader r = begin(lines);

	TAKE(&r, "{\"leaf\":\"");
	take_string(&r, &lines->decoded);
	TAKE(&r, ",\"seq\":");
	*seq = take_number(&r);
	TAKE(&r, "}");
	*leaf = lines->decoded.data;
	*len = lines->decoded.len;
	return finish(&r);
}

/* {"bytes":…,"part":k,"salt":HEX,"seq":n} */
static void take_there(struct reader *r, struct lines *lines, uint64_t *seq, struct check_part *out,
		       unsigned char salt[static SALT_LEN])
{
	TAKE(r, "{\"bytes\":\"");
	take_string(r, &lines->decoded);
	TAKE(r, ",\"part\":");
	out->part = (int64_t)take_number(r);
	TAKE(r, ",\"salt\":\"");
	take_hex(r, SALT_LEN, salt);
	TAKE(r, "\",\"seq\":");
	*seq = take_number(r);
	TAKE(r, "}");
	out->bytes = lines->decoded.data;
	out->len = lines->decoded.len;
	out->salt = salt;
	out->salt_len = SALT_LEN;
}

bool line_part(struct lines *lines, uint64_t *seq, struct check_part *out,
	       unsigned char salt[static SALT_LEN])
{
	struct reader r = begin(lines);

	*out = (struct check_part){ .erased = -1 };
	if (ahead(&r, "{\"bytes\"", 8)) {
		take_there(&r, lines, seq, out, salt);
		return finish(&r);
	}
	out->withheld = !ahead(&r, "{\"erased\":", 10);
	if (!out->withheld) {
		TAKE(&r, "{\"erased\":");
		out->erased = (int64_t)take_number(&r);
		TAKE(&r, ",\"part\":");
	} else {
		TAKE(&r, "{\"part\":");
	}
	out->part = (int64_t)take_number(&r);
	TAKE(&r, ",\"seq\":");
	*seq = take_number(&r);
	if (out->withheld)
		TAKE(&r, ",\"withheld\":true");
	TAKE(&r, "}");
	return finish(&r);
}

bool line_proof(struct lines *lines, uint64_t *seq, struct proof *out)
{
	struct reader r = begin(lines);

	out->count = 0;
	TAKE(&r, "{\"proof\":[");
	while (r.ok && out->count < PROOF_MOST && ahead(&r, "\"", 1)) {
		TAKE(&r, "\"");
		take_hex(&r, DIGEST_LEN, out->hashes[out->count++]);
		TAKE(&r, "\"");
		if (!ahead(&r, ",\"", 2))
			break;
		TAKE(&r, ",");
	}
	TAKE(&r, "],\"seq\":");
	*seq = take_number(&r);
	TAKE(&r, "}");
	return finish(&r);
}
