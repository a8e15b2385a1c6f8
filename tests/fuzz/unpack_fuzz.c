#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "pack/unpack.h"

/* Property: what is taken has a name that stays in its folder, and bytes that lie within the archive. */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct whole {
	const char *bytes;
	size_t len;
};

static int take(void *with, const char *name, const char *bytes, size_t len, struct fault *why)
{
	const struct whole *all = with;

	(void)why;
	if (!*name || *name == '/' || strstr(name, "..") == name || strstr(name, "/.") || strchr(name, '\\'))
		abort();
	if (strchr(name, '/') && strchr(strchr(name, '/') + 1, '/'))
		abort();
	if (bytes < all->bytes || len > all->len || bytes + len > all->bytes + all->len)
		abort();
	return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct whole all = { (const char *)data, size };
	struct fault why = { 0 };

	unpack_each(all.bytes, all.len, take, &all, &why);
	return 0;
}
