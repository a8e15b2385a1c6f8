#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"

/*
 * terminal -- what fits on the screen that somebody is looking at.
 */

bool terminal_is(int fd);

/* Columns: of the terminal, else of the variable COLUMNS, else 80. */
int terminal_width(int fd);

/* Ask on standard error and read a line from the terminal `fd`, without its end;
 * `hidden`: what is typed does not appear. False where the input is at an end,
 * is interrupted or longer than `size` - 1 bytes. What is shown and what is not
 * is afterwards as it was before, whatever ends it. */
bool terminal_ask(int fd, const char *prompt, bool hidden, char *out, size_t size);

/* Append `text` in exactly `columns` columns: filled up with blanks, or cut
 * with an ellipsis. East Asian characters take two; line ends, tabs and other
 * control characters become blanks, so that a cell cannot leave its place. */
void terminal_cell(struct buf *out, const char *text, size_t len, int columns);

/* Append `text` as lines: line ends and tabs stay; what else would steer the terminal, or
 * turn the direction of writing, stands there by its number: "[U+001B]". */
void terminal_lines(struct buf *out, const char *text, size_t len);
