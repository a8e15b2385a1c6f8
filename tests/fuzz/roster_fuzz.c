#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "gate/lines/roster.h"

/* Property: refused with a place, or every row is found by its name and by each of its keys. */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void look(const struct roster *roster)
{
	for (size_t i = 0; i < roster_count(roster); i++) {
		const struct roster_row *row = roster_at(roster, i);

		if (roster_find(roster, row->name) != row || !*row->name || row->key_count > ROSTER_KEYS)
			abort();
		for (unsigned k = 0; k < row->key_count; k++)
			if (roster_of_key(roster, row->keys[k]) != row || strchr(row->name, ':'))
				abort();
		if (row->rate < -1 || row->rate > ROSTER_RATE_MOST || row->burst < -1 ||
		    row->silent_after < 0)
			abort();
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct roster *roster = NULL;
	struct fault why = { 0 };

	if (roster_read((const char *)data, size, "sources", &roster, &why) < 0) {
		if (roster || strncmp(why.text, "sources", 7))
			abort();
		return 0;
	}
	look(roster);
	roster_free(roster);
	return 0;
}
