#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ctl/watch/settings.h"

/*
 * inputs -- which files the words of the command line mean, and in which order.
 *
 * Words keep their order. Files of a folder come by name, those of its folders
 * where the folder's name stands; a rotated file (auth.log.2.gz, auth.log-20260101)
 * comes before the one that replaced it, so that time goes on. What is passed
 * over is said, never left out in silence.
 */
enum { INPUTS_MOST = 100000, INPUT_FOLDERS_DEEP = 32 };

struct input {
	const char *path; /* "-": standard input */
	size_t number;    /* of it in the list */
	uint64_t bytes;   /* as it lies there; 0 where nobody knows */
	bool named;       /* on the command line, not found in a folder */
	bool piped;       /* it may never end, and nobody waits for it */
	bool continues;   /* the one before it, which rotation put away */
};

struct inputs {
	struct input *list;
	size_t count, room;
	uint64_t bytes;   /* of all together */
	bool all_known;   /* no pipe among them */
	size_t absent;    /* words that stand for nothing: no such file, a folder without one */
	size_t passed_by; /* entries of folders */
	size_t folders;   /* words that stand for one */
};

/* Never fails: what could not be found is said on standard error and counted. */
void inputs_find(struct inputs *inputs, const struct settings *settings);
/* The same once more, without a word. */
void inputs_look(struct inputs *inputs, const struct settings *settings);
void inputs_fini(struct inputs *inputs);

/* As it stands in alerts. */
const char *input_name(const struct input *input);
