#include "document/zip.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "base/arena.h"

enum {
	LOCAL_SIGN = 0x04034b50,
	CENTRAL_SIGN = 0x02014b50,
	END_SIGN = 0x06054b50,
	NEEDS_2_0 = 20,     /* version that can read it: deflate */
	NAMES_UTF8 = 0x800, /* flag */
	DEFLATED = 8,
	FIRST_DAY = 0x21, /* 1980-01-01 */
	ZIP_PARTS_MOST = 64,
};

static void put16(struct buf *out, uint32_t value)
{
	buf_char(out, (char)(value & 0xff));
	buf_char(out, (char)(value >> 8 & 0xff));
}

static void put32(struct buf *out, uint32_t value)
{
	put16(out, value & 0xffff);
	put16(out, value >> 16);
}

struct packed {
	uint32_t crc, offset;
	struct buf bytes;
};

/* Raw deflate: ZIP has a checksum of its own. */
static int pack(const struct zip_part *part, struct packed *out, struct fault *why)
{
	z_stream stream = { 0 };
	char *room;
	size_t most;

	if (part->len > INT32_MAX)
		return fault_set(why, FAULT_LIMIT, "%s: a part of a document has at most 2 GB", part->name);
	if (deflateInit2(&stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED, -MAX_WBITS, 8, Z_DEFAULT_STRATEGY) !=
	    Z_OK)
		return fault_set(why, FAULT_IO, "%s: zlib does not start", part->name);
	most = deflateBound(&stream, part->len);
	room = must_alloc(most);
	stream.next_in = (unsigned char *)(uintptr_t)part->bytes;
	stream.avail_in = (uInt)part->len;
	stream.next_out = (unsigned char *)room;
	stream.avail_out = (uInt)most;
	deflate(&stream, Z_FINISH); /* the bound makes it end in one step */
	buf_put(&out->bytes, room, most - stream.avail_out);
	deflateEnd(&stream);
	free(room);
	out->crc = (uint32_t)crc32(crc32(0, NULL, 0), (const unsigned char *)part->bytes, (uInt)part->len);
	return 0;
}

/* What a local and a central header have in common. */
static void put_facts(struct buf *out, const struct zip_part *part, const struct packed *packed)
{
	put16(out, NEEDS_2_0);
	put16(out, NAMES_UTF8);
	put16(out, DEFLATED);
	put16(out, 0); /* 00:00 */
	put16(out, FIRST_DAY);
	put32(out, packed->crc);
	put32(out, (uint32_t)packed->bytes.len);
	put32(out, (uint32_t)part->len);
	put16(out, (uint32_t)strlen(part->name));
	put16(out, 0); /* no extra fields */
}

static void put_central(struct buf *out, const struct zip_part *part, const struct packed *packed)
{
	put32(out, CENTRAL_SIGN);
	put16(out, NEEDS_2_0); /* made by: no system in particular */
	put_facts(out, part, packed);
	put16(out, 0); /* comment */
	put16(out, 0); /* disk */
	put16(out, 0);
	put32(out, 0);
	put32(out, packed->offset);
	buf_text(out, part->name);
}

int zip_write(const struct zip_part *parts, size_t count, struct buf *out, struct fault *why)
{
	struct packed packed[ZIP_PARTS_MOST] = { 0 };
	uint32_t begin;
	int ret = 0;

	if (count > ZIP_PARTS_MOST)
		return fault_set(why, FAULT_LIMIT, "a document has at most %d parts", ZIP_PARTS_MOST);
	for (size_t i = 0; i < count && ret == 0; i++) {
		packed[i].offset = (uint32_t)out->len;
		if ((ret = pack(&parts[i], &packed[i], why)) < 0)
			break;
		put32(out, LOCAL_SIGN);
		put_facts(out, &parts[i], &packed[i]);
		buf_text(out, parts[i].name);
		buf_put(out, packed[i].bytes.data, packed[i].bytes.len);
	}
	begin = (uint32_t)out->len;
	for (size_t i = 0; i < count && ret == 0; i++)
		put_central(out, &parts[i], &packed[i]);
	put32(out, END_SIGN);
	put32(out, 0); /* disks */
	put16(out, (uint32_t)count);
	put16(out, (uint32_t)count);
	put32(out, (uint32_t)out->len - 12 - begin);
	put32(out, begin);
	put16(out, 0);
	for (size_t i = 0; i < count; i++)
		buf_fini(&packed[i].bytes);
	return ret;
}
