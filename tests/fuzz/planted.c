#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/stamp.h"

/* The control: a target with a fault of one byte, which the runner must see
 * found. Without -DPLANTED it has none, and nothing may be found. */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	int64_t stamp;
	char *copy;

	if (stamp_parse((const char *)data, size, &stamp, NULL) < 0)
		return 0;
	copy = malloc(size);
	if (!copy)
		return 0;
	memcpy(copy, data, size);
#ifdef PLANTED
	copy[size] = '\0'; /* one beyond the end */
#endif
	free(copy);
	return 0;
}
