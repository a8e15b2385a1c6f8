#pragma once

#include <stddef.h>
#include <sys/types.h>

#include "base/fault.h"

/*
 * user -- who is on the other side of a local socket, as the kernel says.
 */
enum { USER_NAME = 64 };

struct user {
	uid_t uid;
	pid_t pid;            /* for messages; it may be gone by now */
	char name[USER_NAME]; /* "uid:1234" where the machine has no name for it */
};

/* FAULT_IO where the socket is not a local one. */
int user_of_peer(int fd, struct user *out, struct fault *why);
void user_of_uid(uid_t uid, struct user *out);
/* Nobody of this machine: whoever comes over the network. */
void user_nobody(struct user *out);
