#include "deliver/command.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { SAID_MOST = 4096, READS_MOST = 64, TEMPORARY = 75, NOT_FOUND = 127 };

/* Nothing of the daemon's environment is the gateway's business. */
static char *const environment[] = { (char[]){ "PATH=/usr/local/bin:/usr/bin:/bin" },
				     (char[]){ "LANG=C.UTF-8" }, NULL };

static int spawn(pid_t *pid, const char *const *program, int in, int out)
{
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t how;
	sigset_t none, usual;
	int ret;

	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_adddup2(&actions, in, 0);
	posix_spawn_file_actions_adddup2(&actions, out, 1);
	posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0);
	posix_spawn_file_actions_addclosefrom_np(&actions, 3);
	posix_spawn_file_actions_addchdir_np(&actions, "/");
	posix_spawnattr_init(&how);
	sigemptyset(&none);
	sigemptyset(&usual);
	sigaddset(&usual, SIGPIPE);
	posix_spawnattr_setsigmask(&how, &none);
	posix_spawnattr_setsigdefault(&how, &usual);
	posix_spawnattr_setpgroup(&how, 0);
	posix_spawnattr_setflags(&how,
				 POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP);
	ret = posix_spawn(pid, program[0], &actions, &how, (char *const *)(uintptr_t)program, environment);
	posix_spawn_file_actions_destroy(&actions);
	posix_spawnattr_destroy(&how);
	return ret;
}

static struct command *not_begun(struct command *c, const char *why)
{
	c->message->outcome = MESSAGE_TROUBLE;
	c->message->code = 0;
	message_say(c->message, why, strlen(why));
	command_free(c);
	return NULL;
}

struct command *command_begin(struct message *message, int64_t now_ms)
{
	struct command *c = must_alloc(sizeof(*c));
	int in[2], out[2], failed;
	struct fault why;

	*c = (struct command){
		.message = message, .in = -1, .out = -1, .until = now_ms + message->channel->timeout_ms
	};
	if (message_json(message, &c->body, &why) < 0)
		return not_begun(c, why.text);
	buf_char(&c->body, '\n');
	if (pipe2(in, O_CLOEXEC) < 0)
		return not_begun(c, strerror(errno));
	if (pipe2(out, O_CLOEXEC) < 0) {
		close(in[0]);
		close(in[1]);
		return not_begun(c, strerror(errno));
	}
	failed = spawn(&c->pid, message->channel->program, in[0], out[1]);
	close(in[0]);
	close(out[1]);
	c->in = in[1];
	c->out = out[0];
	fcntl(c->in, F_SETFL, O_NONBLOCK);
	fcntl(c->out, F_SETFL, O_NONBLOCK);
	if (failed) {
		char words[300];

		c->pid = 0;
		snprintf(words, sizeof(words), "%s: %s", message->channel->program[0], strerror(failed));
		return not_begun(c, words);
	}
	return c;
}

unsigned command_wants(const struct command *c, struct pollfd *fds)
{
	unsigned count = 0;

	if (c->in >= 0)
		fds[count++] = (struct pollfd){ .fd = c->in, .events = POLLOUT };
	if (c->out >= 0)
		fds[count++] = (struct pollfd){ .fd = c->out, .events = POLLIN };
	return count;
}

static void shut(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

/* Whoever does not read all of it may still have what it needs. */
static void write_more(struct command *c)
{
	ssize_t len;

	while (c->in >= 0 && c->sent < c->body.len) {
		len = write(c->in, c->body.data + c->sent, c->body.len - c->sent);
		if (len > 0)
			c->sent += (size_t)len;
		else if (len < 0 && errno == EAGAIN)
			return;
		else if (len == 0 || errno != EINTR)
			break;
	}
	shut(&c->in);
}

/* So much in one step: who never stops talking keeps no other message waiting. */
static void read_more(struct command *c)
{
	char bytes[1024];
	ssize_t len;

	for (int reads = 0; c->out >= 0 && reads < READS_MOST; reads++) {
		len = read(c->out, bytes, sizeof(bytes));
		if (len > 0) {
			if (c->said.len < SAID_MOST)
				buf_put(&c->said, bytes, (size_t)len);
		} else if (len < 0 && errno == EINTR) {
			continue;
		} else if (len < 0 && errno == EAGAIN) {
			return;
		} else {
			shut(&c->out);
		}
	}
}

static void judge(struct command *c, int status)
{
	struct message *m = c->message;
	const bool ended = WIFEXITED(status);
	char words[64];

	c->pid = 0;
	m->code = ended ? WEXITSTATUS(status) : 0;
	m->outcome = ended && m->code == 0 ? MESSAGE_SENT
		     : !ended || c->over || m->code == TEMPORARY || m->code >= NOT_FOUND - 1
			     ? MESSAGE_TROUBLE
			     : MESSAGE_REFUSED;
	if (c->over)
		snprintf(words, sizeof(words), "not done within %d s", m->channel->timeout_ms / 1000);
	else if (!ended)
		snprintf(words, sizeof(words), "ended by signal %d", WTERMSIG(status));
	else
		snprintf(words, sizeof(words), "exit status %d", m->code);
	if (!c->over && c->said.len)
		message_say(m, c->said.data, c->said.len);
	else
		message_say(m, words, strlen(words));
}

bool command_step(struct command *c, int64_t now_ms)
{
	int status;

	write_more(c);
	read_more(c);
	if (now_ms >= c->until && !c->over) {
		c->over = true;
		kill(-c->pid, SIGKILL);
	}
	if (waitpid(c->pid, &status, WNOHANG) != c->pid)
		return false;
	/* What it left behind holds the pipe open; that is not waited for. */
	read_more(c);
	judge(c, status);
	return true;
}

void command_free(struct command *c)
{
	if (!c)
		return;
	if (c->pid > 0) {
		kill(-c->pid, SIGKILL);
		waitpid(c->pid, NULL, 0);
	}
	shut(&c->in);
	shut(&c->out);
	buf_fini(&c->body);
	buf_fini(&c->said);
	free(c);
}
