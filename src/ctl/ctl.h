#pragma once

#include <stdbool.h>

/*
 * ctl -- the command line: what a person types, and what is shown for it.
 *
 * Each gives the exit status; argv[0] is the word that chose it, except that
 * ctl_command gets the whole command line.
 */

/* Everything that asks a daemon: kinds and their moves, status, stop ... */
int ctl_command(int argc, char **argv);

/* What works without a daemon. */
int ctl_watch(int argc, char **argv);
int ctl_rules(int argc, char **argv);
int ctl_plan(int argc, char **argv);
int ctl_verify(int argc, char **argv);
int ctl_record(int argc, char **argv);
int ctl_backup(int argc, char **argv);
int ctl_restore(int argc, char **argv);
int ctl_doctor(int argc, char **argv);
int ctl_cap(int argc, char **argv); /* but for `cap import` */

/* Is Chinese wanted? `lang` is what --lang said, or NULL: then LC_ALL,
 * LC_MESSAGES and LANG, the first that is set. */
bool ctl_chinese(const char *lang);

/* Take --lang zh|en out of the arguments, wherever it stands, and say as
 * ctl_chinese does: for commands that read their other flags themselves. */
bool ctl_take_language(int *argc, char **argv);
