#pragma once

/*
 * daemon -- `fengsui serve`: one data folder opened for work until told to end.
 */

/* Give the exit status. argv[0] is "serve". */
int daemon_serve(int argc, char **argv);
