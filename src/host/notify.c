#include "host/notify.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

/* The address, and its length; 0 where there is none or it cannot be one. */
static socklen_t address_of(struct sockaddr_un *out)
{
	const char *path = getenv("NOTIFY_SOCKET");
	const size_t len = path ? strlen(path) : 0;

	if (len < 2 || len >= sizeof(out->sun_path) || (path[0] != '/' && path[0] != '@'))
		return 0;
	*out = (struct sockaddr_un){ .sun_family = AF_UNIX };
	memcpy(out->sun_path, path, len);
	if (path[0] == '@')
		out->sun_path[0] = '\0';
	return (socklen_t)(offsetof(struct sockaddr_un, sun_path) + len);
}

void notify_say(const char *words)
{
	struct sockaddr_un address;
	const socklen_t len = address_of(&address);
	int fd;

	if (!len || (fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0)) < 0)
		return;
	sendto(fd, words, strlen(words), MSG_DONTWAIT | MSG_NOSIGNAL, (struct sockaddr *)&address, len);
	close(fd);
}

int64_t notify_watchdog(void)
{
	const char *pid = getenv("WATCHDOG_PID"), *span = getenv("WATCHDOG_USEC");
	const long long wanted = span ? strtoll(span, NULL, 10) : 0;

	if (wanted <= 0 || (pid && strtol(pid, NULL, 10) != getpid()))
		return 0;
	return wanted;
}
