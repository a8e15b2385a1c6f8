#include "record/tar.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Where the fields of a header stand. */
enum {
	NAME = 0,
	MODE = 100,
	OWNER = 108,
	GROUP = 116,
	SIZE = 124,
	TIME = 136,
	SUM = 148,
	TYPE = 156,
	MAGIC = 257,
	PREFIX = 345,
	NAME_LEN = 100,
	SIZE_LEN = 12,
	SUM_LEN = 8,
	PREFIX_LEN = 155
};

#define OCTAL_MOST ((UINT64_C(1) << 33) - 1)

/* Octal digits up to a blank or NUL; or, with the first bit set, a binary number. */
static bool read_number(const unsigned char *field, size_t len, uint64_t *out)
{
	bool binary = field[0] & 0x80;
	uint64_t n = binary ? field[0] & 0x7f : 0;
	size_t i = binary;

	while (!binary && i < len && field[i] == ' ')
		i++;
	for (; i < len && (binary || (field[i] && field[i] != ' ')); i++) {
		if (n >> 55 || (!binary && (field[i] < '0' || field[i] > '7')))
			return false;
		n = binary ? n << 8 | field[i] : n << 3 | (field[i] - '0');
	}
	*out = n;
	return true;
}

static uint64_t sum_of(const unsigned char *header)
{
	uint64_t sum = SUM_LEN * ' ';

	for (size_t i = 0; i < TAR_BLOCK; i++)
		if (i < SUM || i >= SUM + SUM_LEN)
			sum += header[i];
	return sum;
}

static void read_name(const unsigned char *header, char *out)
{
	char name[TAR_NAME + 2];
	int prefix = (int)strnlen((const char *)header + PREFIX, PREFIX_LEN);

	/* GNU's own magic has other things in the place of the prefix. */
	if (memcmp(header + MAGIC, "ustar\0", 6))
		prefix = 0;
	snprintf(name, sizeof(name), "%.*s%s%.*s", prefix, header + PREFIX, prefix ? "/" : "",
		 (int)strnlen((const char *)header + NAME, NAME_LEN), header + NAME);
	snprintf(out, TAR_NAME + 2, "%s", strncmp(name, "./", 2) ? name : name + 2);
}

static bool all_zero(const unsigned char *block)
{
	for (size_t i = 0; i < TAR_BLOCK; i++)
		if (block[i])
			return false;
	return true;
}

static int cut(uint64_t at, struct fault *why)
{
	return fault_set(why, FAULT_INVALID, "not a tar, or cut short, at byte %llu", (unsigned long long)at);
}

int tar_next(int fd, uint64_t *at, struct tar_entry *out, struct fault *why)
{
	unsigned char header[TAR_BLOCK];
	uint64_t sum, end;
	struct stat about;
	ssize_t got = pread(fd, header, sizeof(header), (off_t)*at);

	if (got < 0 || fstat(fd, &about) < 0)
		return fault_set(why, FAULT_IO, "tar: %s", strerror(errno));
	if (got == TAR_BLOCK && all_zero(header))
		return 0;
	if (got != TAR_BLOCK || memcmp(header + MAGIC, "ustar", 5) ||
	    !read_number(header + SUM, SUM_LEN, &sum) || sum != sum_of(header) ||
	    !read_number(header + SIZE, SIZE_LEN, &out->size))
		return cut(*at, why);
	out->at = *at + TAR_BLOCK;
	end = out->at + (out->size + TAR_BLOCK - 1) / TAR_BLOCK * TAR_BLOCK;
	if (out->size > (uint64_t)about.st_size || out->at + out->size > (uint64_t)about.st_size)
		return cut(*at, why);
	read_name(header, out->name);
	out->is_plain = header[TYPE] == '0' || header[TYPE] == '\0';
	out->is_folder = header[TYPE] == '5';
	*at = end;
	return 1;
}

static void write_size(uint64_t size, unsigned char *field)
{
	if (size <= OCTAL_MOST) {
		snprintf((char *)field, SIZE_LEN, "%011llo", (unsigned long long)size);
		return;
	}
	field[0] = 0x80;
	for (int i = SIZE_LEN - 1; i > 3; i--, size >>= 8)
		field[i] = (unsigned char)size;
}

/* A name longer than its field is parted at a '/'. */
static bool write_name(const char *name, unsigned char *header)
{
	size_t len = strlen(name);
	const char *slash;

	if (len <= NAME_LEN) {
		memcpy(header + NAME, name, len);
		return true;
	}
	slash = strchr(name + (len - NAME_LEN - 1), '/');
	if (!slash || slash - name > PREFIX_LEN)
		return false;
	memcpy(header + PREFIX, name, (size_t)(slash - name));
	memcpy(header + NAME, slash + 1, strlen(slash + 1));
	return true;
}

int tar_header(const char *name, uint64_t size, unsigned char out[static TAR_BLOCK], struct fault *why)
{
	memset(out, 0, TAR_BLOCK);
	if (!write_name(name, out))
		return fault_set(why, FAULT_LIMIT, "%s: the name is too long for a tar", name);
	/* No owner and no time: the same bundle gives the same tar. */
	memcpy(out + MODE, "0000644", 8);
	memcpy(out + OWNER, "0000000", 8);
	memcpy(out + GROUP, "0000000", 8);
	write_size(size, out + SIZE);
	memcpy(out + TIME, "00000000000", 12);
	out[TYPE] = '0';
	memcpy(out + MAGIC, "ustar\00000", 8);
	snprintf((char *)out + SUM, SUM_LEN, "%06llo", (unsigned long long)sum_of(out));
	out[SUM + 7] = ' ';
	return 0;
}
