#pragma once

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/fault.h"

/*
 * inlet -- the text of one input: a file or a pipe, gzip or not.
 *
 * Told by its first bytes, never by its name. What is packed otherwise or is no
 * text at all (a journal, an EVTX file) is refused with what to do instead.
 * Unpacked text goes on in pieces; nothing is held.
 */
struct inlet;

/* Text bombs: 400 times what went in, once a megabyte has come out (gunzip.h). */
enum { INLET_RATIO = 400 };

/* `path` "-" is standard input. FAULT_ABSENT with the reason where it cannot be opened. */
int inlet_open(const char *path, struct inlet **out, struct fault *why);
void inlet_close(struct inlet *s);

/* What is called for each piece; false stops. */
typedef bool inlet_take(void *who, const char *bytes, size_t len);

/* So much at once that it is still in the second cache when its lines are looked at. */
enum { INLET_ROOM = 128 * 1024 };

/* Hand on what comes next. What is read goes to `room`, and is handed on from there where it
 * is plain. 1: more may come (a signal may have ended the wait), 0: that was all. FAULT_REFUSED: not a thing
 * to be read as a log; FAULT_INVALID or FAULT_LIMIT: gzip that is broken or a bomb; FAULT_IO. What came
 * before was handed on. */
int inlet_read(struct inlet *s, char room[static INLET_ROOM], inlet_take *take, void *who, struct fault *why);

/* Bytes of the file that lie behind, packed as they are. */
uint64_t inlet_position(const struct inlet *s);
/* Wait until there is something to read, at most so long (-1: for ever), or a signal
 * came that is let in for so long. */
void inlet_wait(const struct inlet *s, int milliseconds, const sigset_t *let_in);
