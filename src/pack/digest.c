#include <sodium.h>
#include <string.h>

#include "base/buf.h"
#include "pack/pack_private.h"

/*
 * The digest of a pack: SHA-256 over one line a file, "<sha256> <name>\n",
 * sorted by name. Whoever has coreutils reckons it again: sha256sum of what
 * sha256sum prints for the files, with one blank instead of two.
 */
static void hex_of(const void *bytes, size_t len, char out[static 65])
{
	unsigned char hash[crypto_hash_sha256_BYTES];

	crypto_hash_sha256(hash, bytes, len);
	sodium_bin2hex(out, 65, hash, sizeof(hash));
}

void digest_files(const struct source *files, size_t count, char out[static 65])
{
	struct buf list = { 0 };
	char one[65];

	for (size_t i = 0; i < count; i++) {
		hex_of(files[i].bytes, files[i].len, one);
		buf_format(&list, "%s %s\n", one, files[i].name);
	}
	hex_of(list.data ? list.data : "", list.len, out);
	buf_fini(&list);
}
