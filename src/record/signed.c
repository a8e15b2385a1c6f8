#include "record/record_private.h"

#include <string.h>

#include "seal/hex.h"

/* What was signed last: the note, an empty line, and the frontier of that tree
 * as hexadecimal lines. With the frontier, opening needs only the entries
 * that came since to see that the store continues what was signed. */

void signed_path(const char *folder, enum record_space space, struct buf *out)
{
	buf_format(out, "%s/keys/%s.signed", folder, space == RECORD_REAL ? "real" : "drill");
}

void signed_write(struct buf *out, const char *note, size_t len, const struct merkle *tree)
{
	char digits[2 * DIGEST_LEN + 1];

	buf_put(out, note, len);
	buf_char(out, '\n');
	for (size_t i = 0; i < merkle_peaks(tree->size); i++) {
		hex_write(tree->peaks[i], DIGEST_LEN, digits);
		buf_format(out, "%s\n", digits);
	}
}

bool signed_read(const char *bytes, size_t len, const struct key *key, struct signed_state *out)
{
	size_t note = note_first(bytes, len), line = 2 * DIGEST_LEN + 1, peaks;
	unsigned char root[DIGEST_LEN];

	if (!note || checkpoint_check(bytes, note, key, &out->checkpoint) != NOTE_GOOD)
		return false;
	peaks = merkle_peaks(out->checkpoint.size);
	if (strcmp(out->checkpoint.origin, key->name) || len != note + 1 + peaks * line ||
	    bytes[note] != '\n')
		return false;
	out->tree.size = out->checkpoint.size;
	for (size_t i = 0; i < peaks; i++) {
		const char *at = bytes + note + 1 + i * line;

		if (!hex_read(at, DIGEST_LEN, out->tree.peaks[i]) || at[line - 1] != '\n')
			return false;
	}
	merkle_root(&out->tree, root);
	return !memcmp(root, out->checkpoint.root, DIGEST_LEN);
}
