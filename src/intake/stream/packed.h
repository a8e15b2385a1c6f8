#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/*
 * packed -- a gzip file that is read as the text within it, from front to back.
 *
 * Of what lies behind the place that is read, `behind_bytes` are held: to go back
 * further is to unpack from the beginning. A file that another program is still
 * writing ends where it ends for now, and goes on.
 */
struct packed;

/* Does the file begin as gzip does? Told by its bytes, never by its name. */
bool packed_is(int fd);

/* Of a file that stays the caller's, and outlives this. */
struct packed *packed_new(int fd, size_t behind_bytes);
void packed_free(struct packed *p); /* takes NULL */

/* As pread(), of the text: up to `len` bytes from `at` on. 0: there are no more, or none yet. */
ssize_t packed_read(struct packed *p, char *room, size_t len, uint64_t at);
/* Was all of it read, to the end that gzip promises? */
bool packed_ended(const struct packed *p);
/* No gzip from here on; what came before was read. */
bool packed_broken(const struct packed *p);
