#include "record/leaf.h"

#include <string.h>

#include "seal/hex.h"

#define WHOLE ((UINT64_C(1) << 53) - 1)

static bool all_of(const char *text, size_t len, size_t most, bool (*good)(char c))
{
	if (!text || !len || len > most)
		return false;
	for (size_t i = 0; i < len; i++)
		if (!good(text[i]))
			return false;
	return true;
}

static bool in_kind(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
}
static bool in_word(char c) { return in_kind(c) || (c >= 'A' && c <= 'Z') || c == '.' || c == ':'; }
static bool in_origin(char c) { return c > ' ' && c < 0x7f && c != '"' && c != '\\' && c != '+'; }

bool leaf_word(const char *text, size_t len) { return all_of(text, len, LEAF_WORD, in_word); }
bool leaf_kind(const char *text, size_t len) { return all_of(text, len, LEAF_WORD, in_kind); }
bool leaf_origin(const char *text, size_t len) { return all_of(text, len, LEAF_ORIGIN, in_origin); }

static void put_number(struct buf *out, uint64_t n)
{
	char digits[20];
	size_t at = sizeof(digits);

	do
		digits[--at] = (char)('0' + n % 10);
	while (n /= 10);
	buf_put(out, digits + at, sizeof(digits) - at);
}

static void put_hex(struct buf *out, const unsigned char hash[static DIGEST_LEN])
{
	char digits[2 * DIGEST_LEN + 1];

	hex_write(hash, DIGEST_LEN, digits);
	buf_put(out, digits, 2 * DIGEST_LEN);
}

#define PUT(out, literal) buf_put(out, literal, sizeof(literal) - 1)

static void put_optional(struct buf *out, const char *name, struct span value)
{
	if (!value.text)
		return;
	buf_text(out, name);
	buf_put(out, value.text, value.len);
}

/* The members stand in the order of their names, which is what makes it canonical. */
void leaf_write(struct buf *out, const struct leaf *leaf)
{
	char at[STAMP_LEN];

	stamp_format(leaf->at, at);
	PUT(out, "{\"act\":");
	put_number(out, (uint64_t)leaf->act);
	put_optional(out, ",\"actor\":\"", leaf->actor);
	PUT(out, "\",\"at\":\"");
	buf_put(out, at, STAMP_LEN - 1);
	put_optional(out, "\",\"log\":\"", leaf->origin);
	put_optional(out, "\",\"obj\":\"", leaf->kind);
	buf_char(out, ':');
	put_number(out, (uint64_t)leaf->object);
	PUT(out, "\",\"oprev\":\"");
	put_hex(out, leaf->oprev);
	PUT(out, "\",\"oseq\":");
	put_number(out, leaf->oseq);
	PUT(out, ",\"pay\":{\"len\":");
	put_number(out, leaf->pay_len);
	PUT(out, ",\"sha256\":\"");
	put_hex(out, leaf->pay);
	PUT(out, "\"},\"seq\":");
	put_number(out, leaf->seq);
	if (leaf->session.text) {
		put_optional(out, ",\"sess\":\"", leaf->session);
		buf_char(out, '"');
	}
	put_optional(out, ",\"type\":\"", leaf->type);
	put_optional(out, "\",\"unit\":\"", leaf->unit);
	PUT(out, "\",\"v\":1}");
}

struct reader {
	const char *at, *end;
	bool ok;
};

#define TAKE(r, literal) take(r, literal, sizeof(literal) - 1)

static bool ahead(const struct reader *r, const char *literal, size_t len)
{
	return (size_t)(r->end - r->at) >= len && !memcmp(r->at, literal, len);
}

static void take(struct reader *r, const char *literal, size_t len)
{
	if (r->ok && (r->ok = ahead(r, literal, len)))
		r->at += len;
}

/* Digits without a leading zero, up to 2^53-1. */
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

static void take_hex(struct reader *r, unsigned char out[static DIGEST_LEN])
{
	r->ok = r->ok && r->end - r->at >= 2 * DIGEST_LEN && hex_read(r->at, DIGEST_LEN, out);
	if (r->ok)
		r->at += 2 * DIGEST_LEN;
}

/* Up to the next `stop`, which stays; `good` says what may stand there. */
static struct span take_until(struct reader *r, char stop, bool (*good)(const char *, size_t))
{
	const char *from = r->at, *to = r->ok ? memchr(from, stop, (size_t)(r->end - from)) : NULL;

	r->ok = to && good(from, (size_t)(to - from));
	if (!r->ok)
		return (struct span){ 0 };
	r->at = to;
	return (struct span){ from, (size_t)(to - from) };
}

/* The one spelling of a stamp: what stamp_parse takes beyond it is refused. */
static int64_t take_stamp(struct reader *r)
{
	int64_t at = 0;

	r->ok = r->ok && r->end - r->at >= STAMP_LEN - 1 && r->at[10] == 'T' && r->at[19] == '.' &&
		r->at[26] == 'Z' && r->at[17] < '6' && stamp_parse(r->at, STAMP_LEN - 1, &at, NULL) == 0;
	if (r->ok)
		r->at += STAMP_LEN - 1;
	return at;
}

/* The optional member whose name and opening quote are `name`. */
static struct span take_optional(struct reader *r, const char *name, size_t len)
{
	struct span value;

	if (!r->ok || !ahead(r, name, len))
		return (struct span){ 0 };
	r->at += len;
	value = take_until(r, '"', leaf_word);
	TAKE(r, "\"");
	return value;
}

static void take_middle(struct reader *r, struct leaf *leaf)
{
	TAKE(r, "\",\"obj\":\"");
	leaf->kind = take_until(r, ':', leaf_kind);
	TAKE(r, ":");
	leaf->object = (int64_t)take_number(r);
	TAKE(r, "\",\"oprev\":\"");
	take_hex(r, leaf->oprev);
	TAKE(r, "\",\"oseq\":");
	leaf->oseq = take_number(r);
	TAKE(r, ",\"pay\":{\"len\":");
	leaf->pay_len = take_number(r);
	TAKE(r, ",\"sha256\":\"");
	take_hex(r, leaf->pay);
	TAKE(r, "\"},\"seq\":");
	leaf->seq = take_number(r);
}

bool leaf_read(const char *bytes, size_t len, struct leaf *out)
{
	struct reader r = { bytes, bytes + len, len <= LEAF_MOST };

	TAKE(&r, "{\"act\":");
	out->act = (int64_t)take_number(&r);
	TAKE(&r, ",\"actor\":\"");
	out->actor = take_until(&r, '"', leaf_word);
	TAKE(&r, "\",\"at\":\"");
	out->at = take_stamp(&r);
	TAKE(&r, "\",\"log\":\"");
	out->origin = take_until(&r, '"', leaf_origin);
	take_middle(&r, out);
	out->session = take_optional(&r, ",\"sess\":\"", 9);
	TAKE(&r, ",\"type\":\"");
	out->type = take_until(&r, '"', leaf_word);
	TAKE(&r, "\"");
	out->unit = take_optional(&r, ",\"unit\":\"", 9);
	TAKE(&r, ",\"v\":1}");
	return r.ok && r.at == r.end;
}
