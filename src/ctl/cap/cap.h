#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/fault.h"
#include "warn/sign.h"

/*
 * cap -- `fengsui cap`: warnings of other centres, read and looked at without a daemon.
 */
enum {
	CAP_FINE = 0,
	CAP_REFUSED = 1,
	CAP_UNPROVEN = 2,
	CAP_USAGE = 64,
	CAP_NO_FILE = 66,
};

struct cap_line {
	struct arena *mem;
	bool chinese, json;
	const char *key, *certificate, *data, *out;
	char **files;
	size_t count;
};

/* A file that was named, or - for standard input; the exit status when it cannot be read. */
int cap_read(const struct cap_line *line, const char *path, char **bytes, size_t *len);
int cap_fault(const struct cap_line *line, const char *path, const struct fault *why);
/* PEM of what is trusted: --cert, or the certificate of --data; NULL for none. */
int cap_trusted(const struct cap_line *line, const char **pem);
const char *cap_words(const struct cap_line *line, const char *en, const char *zh);
/* What a stranger wrote, so that it steers no terminal. */
const char *cap_legible(const struct cap_line *line, const char *text);

/* Each of the words; of one file. */
int cap_check(const struct cap_line *line, const char *path);
int cap_show(const struct cap_line *line, const char *path);
int cap_sign(const struct cap_line *line, const char *path);
int cap_verify(const struct cap_line *line, const char *path);

/* sign.c: what was found of signatures, on standard output, each line after `margin`. */
void cap_say_signatures(const struct cap_line *line, const struct signatures *all, const char *margin);
json_t *cap_json_signatures(const struct signatures *all);
