#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

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
	{ "serve",   daemon_serve },
	{ "watch",   ctl_watch },
	{ "rules",   ctl_rules },
	{ "plan",    ctl_plan },
	{ "verify",  ctl_verify },
	{ "record",  ctl_record },
	{ "backup",  ctl_backup },
	{ "restore", ctl_restore },
	{ "doctor",  ctl_doctor },
	{ "cap",     ctl_cap },
};
/* clang-format on */

/* Where 0 to 2 are closed, the next file opened would take what is printed. */
static int keep_low_descriptors(void)
{
	int fd;

	do
		fd = open("/dev/null", O_RDWR);
	while (fd >= 0 && fd < 3);
	return fd < 0 ? -1 : close(fd);
}

/* What could not be written was not said: nobody may take it for success. */
static int all_written(const char *word, int status)
{
	if (fflush(stdout) == 0 && !ferror(stdout))
		return status;
	fprintf(stderr, "fengsui %s: 标准输出写入失败 / standard output: %s\n", word,
		errno ? strerror(errno) : "not everything could be written");
	return status ? status : EX_IOERR;
}

static int run(int argc, char **argv)
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

int main(int argc, char **argv)
{
	if (keep_low_descriptors() < 0)
		return EX_OSERR;
	return all_written(argc > 1 ? argv[1] : "", run(argc, argv));
}
