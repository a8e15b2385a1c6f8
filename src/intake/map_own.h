#pragma once

#include <stddef.h>

/* The mapping files of maps/, built into the program (embed.py writes the table). */
struct map_own {
	const char *name, *text;
};
extern const struct map_own map_own[];
extern const size_t map_own_count;
