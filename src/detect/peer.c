#include "detect/peer.h"

#include <stdbool.h>
#include <string.h>

enum { SHORTEST = 7, LONGEST = 15 };

static bool in_address(char c) { return (c >= '0' && c <= '9') || c == '.'; }

const char *peer_in(const char *text, size_t len, size_t *out_len)
{
	for (size_t at = 0, run, dots; at < len; at += run ? run : 1) {
		for (run = dots = 0; at + run < len && in_address(text[at + run]); run++)
			dots += text[at + run] == '.';
		if (dots == 3 && run >= SHORTEST && run <= LONGEST && strncmp(text + at, "127.", 4)) {
			*out_len = run;
			return text + at;
		}
	}
	return NULL;
}
