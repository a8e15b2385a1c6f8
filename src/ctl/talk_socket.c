#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "ctl/ctl_private.h"

/*
 * talk_socket -- one request to the daemon of a data folder of this machine, and its answer.
 */

static int open_socket(struct ctl *ctl, struct fault *why)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	const char *folder = talk_folder(ctl);

	if ((size_t)snprintf(address.sun_path, sizeof(address.sun_path), "%s/fengsui.sock", folder) >=
	    sizeof(address.sun_path))
		return fault_say(why, FAULT_LIMIT, "%s is too long for a socket's path",
				 "%s 作为套接字路径过长", folder);
	ctl->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (ctl->fd < 0)
		return fault_say(why, FAULT_IO, "no socket: %s", "不能建立套接字（%s）", strerror(errno));
	if (ctl->patience_s) {
		const struct timeval patience = { .tv_sec = ctl->patience_s };

		setsockopt(ctl->fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
		setsockopt(ctl->fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof(patience));
	}
	if (connect(ctl->fd, (struct sockaddr *)&address, sizeof(address)) == 0)
		return 0;
	if (errno == EACCES)
		return fault_say(why, FAULT_REFUSED, "%s: %s", "%s：本机用户无权访问（%s）", address.sun_path,
				 strerror(errno));
	return fault_say(why, FAULT_ABSENT, "no daemon is running on %s (%s)",
			 "目录 %s 上没有运行中的守护进程（%s）", folder, strerror(errno));
}

static int send_all(int fd, const char *bytes, size_t len, struct fault *why)
{
	while (len) {
		ssize_t done = send(fd, bytes, len, MSG_NOSIGNAL);

		if (done < 0 && errno == EINTR)
			continue;
		if (done < 0)
			return fault_say(why, FAULT_IO, "the daemon went away: %s", "守护进程已断开（%s）",
					 strerror(errno));
		bytes += done;
		len -= (size_t)done;
	}
	return 0;
}

/* One line into ctl->in; its end is overwritten with a NUL. */
static int receive_line(struct ctl *ctl, struct fault *why)
{
	char room[64 * 1024];
	char *end = NULL;

	buf_clear(&ctl->in);
	while (!end) {
		ssize_t len = recv(ctl->fd, room, sizeof(room), 0);

		if (len < 0 && errno == EINTR)
			continue;
		if (len <= 0)
			return fault_say(why, FAULT_IO, "the daemon went away before it answered",
					 "守护进程未答复即断开");
		end = memchr(room, '\n', (size_t)len);
		buf_put(&ctl->in, room, end ? (size_t)(end - room) : (size_t)len);
	}
	return 0;
}

int socket_ask(struct ctl *ctl, json_t *request, json_t **answer, struct fault *why)
{
	char *text = json_dumps(request, JSON_COMPACT);
	struct buf line = { 0 };
	json_error_t error;
	int ret = 0;

	json_decref(request);
	if (!text)
		return fault_say(why, FAULT_INVALID, "what was typed is not UTF-8", "键入的内容不是 UTF-8");
	buf_text(&line, text);
	buf_char(&line, '\n');
	free(text);
	if (ctl->fd < 0)
		ret = open_socket(ctl, why);
	if (ret == 0 && (ret = send_all(ctl->fd, line.data, line.len, why)) == 0)
		ret = receive_line(ctl, why);
	buf_fini(&line);
	if (ret < 0)
		return ret;
	*answer = json_loadb(ctl->in.data, ctl->in.len, JSON_DECODE_ANY, &error);
	return *answer ? 0
		       : fault_say(why, FAULT_CORRUPT, "the answer is not JSON: %s", "答复不是 JSON（%s）",
				   error.text);
}
