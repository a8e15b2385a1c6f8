#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/fault.h"

/*
 * place -- where `watch --follow` stands, kept in a file over its end (--state).
 *
 * Written in one piece after what came of the lines was written, so that a line is
 * at worst told again, never left out. What goes to a file of ours is cut back
 * to where it was then: nothing is told twice there.
 *
 *   {"follow":1,"output":FILE,"rejects":FILE,"files":[{"path","tail","lines","head"?}]}
 *   FILE: {"device","inode","bytes"}
 */
enum { PLACE_BYTES = 64 * 1024 * 1024 };

/* *out is NULL where there is no such file. FAULT_INVALID: it is no place. */
int place_load(const char *path, json_t **out, struct fault *why);
int place_store(const char *path, const json_t *place, struct fault *why);

/* How long an open file is, on the disk and not only in memory; and back to that
 * length, if it is the same file and longer. */
json_t *place_of_file(int fd);
int place_cut(int fd, const json_t *was, const char *path, struct fault *why);

/* Names of files need not be text: "path", or "path_hex". */
void place_put_path(json_t *one, const char *path);
/* A copy for the caller to free(); NULL where there is none. */
char *place_path(const json_t *one);
