#include "record/checkpoint.h"

#include <inttypes.h>
#include <string.h>

#include "seal/base64.h"

#define WHOLE ((UINT64_C(1) << 53) - 1)

void checkpoint_write(struct buf *out, const struct key *key, const struct merkle *tree)
{
	char root[BASE64_LEN(DIGEST_LEN) + 1];
	unsigned char hash[DIGEST_LEN];
	struct buf text = { 0 };

	merkle_root(tree, hash);
	base64_write(hash, sizeof(hash), root);
	buf_format(&text, "%s\n%" PRIu64 "\n%s\n", key->name, tree->size, root);
	note_sign(out, text.data, text.len, key);
	buf_fini(&text);
}

/* A line without its newline; moves past it. */
static bool take_line(const char **at, const char *end, struct span *out)
{
	const char *stop = memchr(*at, '\n', (size_t)(end - *at));

	if (!stop)
		return false;
	*out = (struct span){ *at, (size_t)(stop - *at) };
	*at = stop + 1;
	return true;
}

static bool read_size(struct span line, uint64_t *out)
{
	uint64_t n = 0;

	if (!line.len || (line.len > 1 && line.text[0] == '0'))
		return false;
	for (size_t i = 0; i < line.len; i++) {
		if (line.text[i] < '0' || line.text[i] > '9' || n > WHOLE / 10)
			return false;
		n = n * 10 + (uint64_t)(line.text[i] - '0');
	}
	*out = n;
	return n <= WHOLE;
}

bool checkpoint_read(const char *note, size_t len, struct checkpoint *out)
{
	const char *at = note, *end = note + len;
	struct span origin, size, root;
	size_t got;

	if (!take_line(&at, end, &origin) || !take_line(&at, end, &size) || !take_line(&at, end, &root) ||
	    (at < end && *at != '\n'))
		return false;
	if (!leaf_origin(origin.text, origin.len) || !read_size(size, &out->size) ||
	    !base64_read(root.text, root.len, out->root, DIGEST_LEN, &got) || got != DIGEST_LEN)
		return false;
	memcpy(out->origin, origin.text, origin.len);
	out->origin[origin.len] = '\0';
	return true;
}

enum note_state checkpoint_check(const char *note, size_t len, const struct key *key, struct checkpoint *out)
{
	size_t text_len;
	enum note_state state = note_check(note, len, key, &text_len);

	return checkpoint_read(note, len, out) ? state : NOTE_FORM;
}
