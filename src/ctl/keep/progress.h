#pragma once

#include <stdbool.h>
#include <stdint.h>

/*
 * progress -- how far a long copy has come, for who looks at a terminal.
 *
 * One line on standard error that writes over itself, with rate and time left;
 * nothing where standard error is no terminal.
 */
struct progress {
	bool shown, zh;
	const char *what;
	uint64_t done, all; /* bytes */
	int64_t began, said;
};

void progress_begin(struct progress *progress, const char *what, uint64_t all);
void progress_to(struct progress *progress, uint64_t done);
void progress_add(struct progress *progress, uint64_t more);
void progress_end(struct progress *progress);
