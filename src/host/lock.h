#pragma once

#include "base/fault.h"

/*
 * lock -- one process at a time: who holds a data folder, or a store in it.
 *
 * An advisory lock (flock) on a small file that holds the pid of its holder in
 * digits and a newline. It ends with the process, however that ends; the file
 * stays behind and means nothing by itself.
 */
struct lock;

/* Take the lock of a data folder: the file FOLDER/lock. Fails at once with
 * FAULT_BUSY naming folder and pid when somebody holds it. */
int lock_folder(const char *folder, struct lock **out, struct fault *why);

/* The same on any file; `what` is what the message says is in use. */
int lock_file(const char *path, const char *what, struct lock **out, struct fault *why);

void lock_free(struct lock *lock);  /* lets go; takes NULL */
void lock_drop(struct lock **lock); /* for SCOPED */
