#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/fault.h"

/*
 * ballast -- room on the disk that is held back for when there is no other.
 *
 * The file FOLDER/ballast. Thrown overboard when something could not be stored,
 * it lets the work that matters go on; what can wait has to, until there is
 * room for it again.
 */
struct ballast;

/* Hold `bytes` in the folder; 0: none, and never full. Where there is no room
 * for it now it is as if it had been thrown overboard. Never fails. */
struct ballast *ballast_open(const char *folder, uint64_t bytes);
void ballast_close(struct ballast *ballast); /* the file stays; takes NULL */

/* Something found no room. True where this made room. */
bool ballast_release(struct ballast *ballast);

/* Overboard and not made again: be sparing. NULL is never full. */
bool ballast_full(const struct ballast *ballast);

/* Make it again where there is room for it twice. True where it is there now
 * and was not before. */
bool ballast_refill(struct ballast *ballast);

uint64_t ballast_bytes(const struct ballast *ballast); /* that it is to hold */
uint64_t ballast_free(const char *folder);             /* bytes that we may still write there */

/* Before there is a struct: a start that found no room. True where there was a file. */
bool ballast_remove(const char *folder);
