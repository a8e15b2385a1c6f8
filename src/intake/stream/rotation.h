#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * rotation -- what a name says about the log that rotation made it of.
 *
 * auth.log.2, auth.log.2.gz, auth.log-20260101, auth.log-2026010113.gz,
 * auth.log.2026-01-01, auth.log.2026-01-01_13: the log's own name, a '.' or
 * '-', and a number that counts back or a date. Nothing is asked of the disk.
 */
struct rotation {
	size_t stem; /* bytes of the log's own name; all of it where nothing was put behind */
	bool is;
	bool dated;
	uint64_t number;
};

struct rotation rotation_of(const char *name);
/* <0: what `a` names was put away before `b`; 0: at the same time (one of them packed). A
 * name that was not rotated comes last. Of names with the same stem. */
int rotation_by_age(const struct rotation *a, const struct rotation *b);
/* Was `name` made of the log that is called `base`? Then *out says when. */
bool rotation_is_of(const char *name, const char *base, struct rotation *out);
