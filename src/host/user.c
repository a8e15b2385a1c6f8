#include "host/user.h"

#include <errno.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

void user_nobody(struct user *out) { *out = (struct user){ .uid = (uid_t)-1 }; }

void user_of_uid(uid_t uid, struct user *out)
{
	struct passwd entry, *found = NULL;
	char room[4096];

	*out = (struct user){ .uid = uid };
	if (getpwuid_r(uid, &entry, room, sizeof(room), &found) == 0 && found &&
	    strlen(found->pw_name) < sizeof(out->name))
		strcpy(out->name, found->pw_name);
	else
		snprintf(out->name, sizeof(out->name), "uid:%lu", (unsigned long)uid);
}

int user_of_peer(int fd, struct user *out, struct fault *why)
{
	struct ucred peer;
	socklen_t len = sizeof(peer);

	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &len) < 0)
		return fault_set(why, FAULT_IO, "cannot tell who is at the socket: %s", strerror(errno));
	/* What is not a local stream answers with nobody. */
	if (peer.pid == 0)
		return fault_set(why, FAULT_IO, "the socket does not say who is at its other end");
	user_of_uid(peer.uid, out);
	out->pid = peer.pid;
	return 0;
}
