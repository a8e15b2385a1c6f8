#pragma once

#include <stddef.h>
#include <stdint.h>

#include "account/account.h"

/*
 * pieces -- the file of an upload, FOLDER/uploads/ID: a line, and the bytes that came.
 *
 * The line says how far it had come when that was last said and synced. A power
 * cut may leave more than that, with bytes that never came: a start cuts the
 * file there. Without a file it stands at 0. A file without a row of the table
 * `uploads` means nothing: it goes after the commit that took the row, or at the
 * next start.
 */
int pieces_open(const char *folder, const char *id, bool write, int *fd, int64_t *offset, struct fault *why);
/* Bytes behind *offset, which goes on. */
int pieces_put(int fd, int64_t *offset, const char *bytes, size_t len, struct fault *why);
/* After that nothing takes back what came up to `offset`. Slow; may be in a thread. */
int pieces_keep(const char *folder, const char *id, int fd, int64_t offset, struct fault *why);
/* The next read gives the first byte. */
void pieces_rewind(int fd);
void pieces_drop(const char *folder, const char *id);
/* Only where no row says that there is such an upload. */
int pieces_drop_if_over(struct accounts *accounts, const char *folder, const char *id, struct fault *why);
/* At a start. */
int pieces_sweep(struct accounts *accounts, const char *folder, struct fault *why);
