#include <stdio.h>
#include <string.h>

#include "ctl/ctl.h"
#include "daemon/daemon.h"

/*
 * main -- which part of the program a word on the command line means.
 *
 * What is not in the table is a kind of record, which the daemon knows.
 */
/* clang-format off */
static const struct {
	const char *word;
	int (*run)(int argc, char **argv);
} table[] = {
	{ "serve",  daemon_serve },
	{ "watch",  ctl_watch },
	{ "plan",   ctl_plan },
	{ "verify", ctl_verify },
	{ "record", ctl_record },
};
/* clang-format on */

int main(int argc, char **argv)
{
	if (argc > 1 && strcmp(argv[1], "--version") == 0) {
		printf("fengsui %s\n", FENGSUI_VERSION);
		return 0;
	}
	for (size_t i = 0; argc > 1 && i < sizeof(table) / sizeof(*table); i++)
		if (strcmp(argv[1], table[i].word) == 0)
			return table[i].run(argc - 1, argv + 1);
	return ctl_command(argc, argv);
}
