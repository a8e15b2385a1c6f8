#include "intake/gunzip.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/buf.h"

/* Gzip in pieces of any size comes out the same, and never beyond its limits. */

static bool gather(void *who, const char *bytes, size_t len)
{
	assert_in_range(len, 1, GUNZIP_PIECE);
	buf_put(who, bytes, len);
	return true;
}

static void pack(struct buf *out, const char *text, size_t len)
{
	z_stream z = { 0 };
	const size_t room = len + 1024;
	char *packed = malloc(room);

	assert_int_equal(deflateInit2(&z, 9, Z_DEFLATED, MAX_WBITS + 16, 8, Z_DEFAULT_STRATEGY), Z_OK);
	z.next_in = (Bytef *)(uintptr_t)text;
	z.avail_in = (uInt)len;
	z.next_out = (Bytef *)packed;
	z.avail_out = (uInt)room;
	assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
	buf_put(out, packed, room - z.avail_out);
	deflateEnd(&z);
	free(packed);
}

/* Feed in steps; gives the first fault, that of the end included. */
static int unpack(const struct buf *packed, size_t step, struct gunzip_limits limits, struct buf *out,
		  struct fault *why)
{
	struct gunzip *g = gunzip_new(limits);
	int ret = 0;

	for (size_t at = 0; ret == 0 && at < packed->len; at += step)
		ret = gunzip_feed(g, packed->data + at, packed->len - at < step ? packed->len - at : step,
				  gather, out, why);
	if (ret == 0)
		ret = gunzip_end(g, why);
	gunzip_free(g);
	return ret;
}

static const struct gunzip_limits ample = { 64 * 1024 * 1024, 250 };

static void pieces_come_out_whole(void **state)
{
	SCOPED(buf_fini) struct buf packed = { 0 };
	SCOPED(buf_fini) struct buf text = { 0 };
	static const size_t steps[] = { 1, 2, 7, 100, 1 << 20 };

	(void)state;
	for (int i = 0; i < 5000; i++)
		buf_format(&text, "line %d of %x\n", i, i * 2654435761u);
	pack(&packed, text.data, 1000);
	pack(&packed, text.data + 1000, text.len - 1000); /* a second member */
	for (size_t i = 0; i < sizeof(steps) / sizeof(*steps); i++) {
		SCOPED(buf_fini) struct buf out = { 0 };
		struct fault why = { 0 };

		if (unpack(&packed, steps[i], ample, &out, &why) < 0)
			fail_msg("in steps of %zu: %s", steps[i], why.text);
		assert_int_equal(out.len, text.len);
		assert_memory_equal(out.data, text.data, text.len);
	}
}

static void limits_hold(void **state)
{
	SCOPED(buf_fini) struct buf bomb = { 0 };
	const size_t much = 32 * 1024 * 1024;
	char *zeros = calloc(1, much);
	const struct {
		struct gunzip_limits limits;
		size_t most; /* that came out before it was stopped */
		const char *says;
	} rows[] = {
		{ { 64 * 1024 * 1024, 250 }, GUNZIP_FREE_BYTES + 16 * 1024 * 1024, "250 times" },
		{ { 100 * 1000, 2000 }, 100 * 1000 + GUNZIP_PIECE, "100000 bytes" },
		{ { much, 2000 }, much, NULL },
		{ { much - 1, 2000 }, much, "more than 33554431" },
	};

	(void)state;
	pack(&bomb, zeros, much);
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		SCOPED(buf_fini) struct buf out = { 0 };
		struct fault why = { 0 };
		const int ret = unpack(&bomb, 1000, rows[i].limits, &out, &why);

		assert_int_equal(ret, rows[i].says ? -FAULT_LIMIT : 0);
		if (rows[i].says && !strstr(why.text, rows[i].says))
			fail_msg("row %zu: %s", i, why.text);
		assert_in_range(out.len, 1, rows[i].most);
	}
	free(zeros);
}

static void what_is_broken_is_said(void **state)
{
	SCOPED(buf_fini) struct buf good = { 0 };
	const struct {
		size_t cut; /* bytes taken from the end */
		int flip;   /* this byte is another, or -1 */
		const char *more, *why;
	} rows[] = {
		{ 1, -1, "", "cut off at the end" },
		{ 12, -1, "", "cut off in the data" },
		{ 0, 0, "", "no gzip" },
		{ 0, 12, "", "a broken code" },
		{ 0, 60, "", "a wrong byte" },
		{ 0, -1, "rubbish", "something behind it" },
		{ 1 << 20, -1, "", "nothing at all" },
	};

	(void)state;
	pack(&good, "a line\nanother line that is not like it\nand a third 0123456789\n", 64);
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		SCOPED(buf_fini) struct buf bad = { 0 };
		SCOPED(buf_fini) struct buf out = { 0 };
		struct fault why = { 0 };

		buf_put(&bad, good.data, rows[i].cut > good.len ? 0 : good.len - rows[i].cut);
		if (rows[i].flip >= 0)
			bad.data[rows[i].flip] ^= 0x55;
		buf_text(&bad, rows[i].more);
		for (size_t step = 1; step < 100; step += 9)
			if (unpack(&bad, step, ample, &out, &why) != -FAULT_INVALID || !*why.zh)
				fail_msg("%s, in steps of %zu: %s", rows[i].why, step, why.text);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(pieces_come_out_whole),
					    cmocka_unit_test(limits_hold),
					    cmocka_unit_test(what_is_broken_is_said) };

	return cmocka_run_group_tests_name("gunzip", tests, NULL, NULL);
}
