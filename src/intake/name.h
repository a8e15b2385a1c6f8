#pragma once

#include <stddef.h>
#include <stdint.h>

/*
 * name -- the names of fields as numbers, one table for the whole program.
 *
 * Whoever looks at events (rules, mappings, the readers of formats) asks for a
 * name's number once; from then on events carry it and nobody compares text.
 * Numbers are for good and begin at 0. A name that nobody asked for has none,
 * so what comes in cannot make the table grow.
 *
 * Finding takes no lock and may run in any thread beside a name_number().
 */
enum { NAME_NONE = UINT32_MAX };

uint32_t name_number(const char *name, size_t len); /* gives it one when it has none */
uint32_t name_find(const char *name, size_t len);   /* or NAME_NONE */
/* The same where NAME_ROOM bytes from `name` on may be read, whatever they are. */
enum { NAME_ROOM = 32 };
uint32_t name_find_roomy(const char *name, size_t len);
uint32_t name_count(void); /* all numbers are below this */
const char *name_text(uint32_t number);
