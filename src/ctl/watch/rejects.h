#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "base/fault.h"
#include "ctl/watch/block.h"

/*
 * rejects -- lines that are no log lines, so that a person can see why.
 *
 * The first few of each input are kept with their reason; all go to a file when
 * one was named, as JSON lines.
 */
enum { REJECTS_KEPT = 20, REJECTS_OF_ONE = 3, REJECT_BYTES = 200 };

struct rejects {
	FILE *file; /* NULL: none was named */
	const char *path;
	struct reject {
		size_t input;
		const char *source;
		uint64_t line;
		char reason[160], text[REJECT_BYTES + 1];
	} kept[REJECTS_KEPT];
	size_t count;
};

/* `path` may be NULL. What is in the file stays where it `goes_on`. Fails with FAULT_IO
 * where the file cannot be made. */
int rejects_open(struct rejects *r, const char *path, bool goes_on, struct fault *why);
/* Of input number `input`, of which `kept_of_it` were kept so far. In the order of
 * its lines; those of several inputs may alternate, and what is kept is the same. */
void rejects_add(struct rejects *r, size_t input, unsigned *kept_of_it, const char *source,
		 const struct block_reject *one);
/* Before a wait, so that a person can read them meanwhile. */
void rejects_flush(struct rejects *r);
/* Fails where not all could be written. */
int rejects_close(struct rejects *r, struct fault *why);
