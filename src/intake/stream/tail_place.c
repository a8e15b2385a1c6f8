#include "intake/stream/tail_private.h"

#include <stdio.h>
#include <string.h>

#include "seal/hex.h"

struct place tail_place_of(const struct file *f)
{
	struct place place = { f->device, f->inode, f->born,    f->offset, f->seen,
			       { 0 },     { 0 },    f->is_copy, f->done };

	mark_digest(&f->mark, place.head, place.digest);
	return place;
}

static void save_place(const struct place *place, struct buf *out)
{
	char head[2 * MARK_HEAD + 1], digest[2 * DIGEST_LEN + 1];

	hex_write(place->head, MARK_HEAD, head);
	hex_write(place->digest, DIGEST_LEN, digest);
	buf_format(out, "tail1 %d %llu %llu %llu %llu %llu %s %s\n", place->is_copy + 2 * place->done,
		   (unsigned long long)place->device, (unsigned long long)place->inode,
		   (unsigned long long)place->born, (unsigned long long)place->offset,
		   (unsigned long long)place->seen, head, digest);
}

void tail_save(const struct tail *t, struct buf *out)
{
	for (size_t i = 0; i < t->place_count; i++)
		save_place(&t->places[i], out);
	for (size_t i = 0; i < t->count; i++) {
		const struct place place = tail_place_of(&t->files[i]);

		save_place(&place, out);
	}
}

static bool read_place(const char *line, struct place *out)
{
	unsigned long long device, inode, born, offset, seen;
	char head[2 * MARK_HEAD + 1], digest[2 * DIGEST_LEN + 1];
	unsigned flags;
	int end = 0;

	if (sscanf(line, "tail1 %1u %20llu %20llu %20llu %20llu %20llu %16[0-9a-f] %64[0-9a-f]%n", &flags,
		   &device, &inode, &born, &offset, &seen, head, digest, &end) != 8 ||
	    line[end] || flags > 3 || offset > seen || seen > INT64_MAX)
		return false;
	*out = (struct place){ device, inode, born, offset, seen, { 0 }, { 0 }, flags & 1, flags & 2 };
	return hex_read(head, MARK_HEAD, out->head) && hex_read(digest, DIGEST_LEN, out->digest) &&
	       strlen(head) == 2 * MARK_HEAD && strlen(digest) == 2 * DIGEST_LEN;
}

int tail_resume(struct tail *t, const char *text, size_t len, struct fault *why)
{
	struct place places[TAIL_FILES];
	const char *end = text + len;
	size_t count = 0;

	while (text < end) {
		const char *lf = memchr(text, '\n', (size_t)(end - text));
		char line[220];

		if (!lf || (size_t)(lf - text) >= sizeof(line) || count == TAIL_FILES)
			return fault_set(why, FAULT_INVALID, "%s: place %zu of a followed file is not one",
					 t->path, count + 1);
		memcpy(line, text, (size_t)(lf - text));
		line[lf - text] = '\0';
		if (!read_place(line, &places[count++]))
			return fault_set(why, FAULT_INVALID, "%s: place %zu of a followed file is not one",
					 t->path, count);
		text = lf + 1;
	}
	memcpy(t->places, places, count * sizeof(*places));
	t->place_count = count;
	return 0;
}
