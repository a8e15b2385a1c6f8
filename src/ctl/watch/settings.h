#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "detect/sigma/rule.h"
#include "intake/moment.h"

/*
 * settings -- what was typed behind `fengsui watch`.
 *
 * All text is that of the command line.
 */
enum { PATHS_MOST = 32, THREADS_MOST = 64 };

enum watch_format { FORMAT_CHOSEN_BY_OUTPUT, FORMAT_JSON, FORMAT_TABLE, FORMAT_SUMMARY };

struct path_list {
	const char *paths[PATHS_MOST];
	size_t count;
};

struct settings {
	bool chinese, help, strict, stats, no_progress;
	bool follow; /* files are followed by name; there is no end */
	struct path_list rules, maps;
	struct path_list includes; /* patterns for the files of folders; none: all of them */
	struct path_list only;     /* ids or names of rules; none: all of them */
	enum watch_format format;
	bool asks_level; /* --level was given: the exit status says what matched */
	enum rule_level level;
	uint64_t limit;    /* alerts to print; 0: all */
	unsigned threads;  /* 0: as many as the machine has for us */
	const char *lists; /* what placeholders of rules stand for */
	const char *rejects;
	const char *state;  /* where a follow keeps its place; NULL: nowhere */
	const char *output; /* NULL: standard output */
	const char *product;
	struct moment_year year;
	char **files;
	size_t file_count;
};

enum { EXIT_FINE = 0, EXIT_MATCHED = 1, EXIT_USAGE = 64, EXIT_RULES = 65, EXIT_NO_FILE = 66, EXIT_READ = 74 };

/* Gives -1, or the exit status when there is nothing more to do. */
int settings_read(struct settings *out, int argc, char **argv);

/* One of two texts, in the language that is wanted. */
static inline const char *in_language(const struct settings *s, const char *en, const char *zh)
{
	return s->chinese ? zh : en;
}
