#pragma once

#include <stddef.h>

/* The rules of rules/, built into the program (embed.py writes the table). */
struct rule_own {
	const char *name, *text;
};
extern const struct rule_own rule_own[];
extern const size_t rule_own_count;
