#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ctl/ctl_private.h"
#include "ctl/remote/remote.h"
#include "intake/event.h"

/*
 * ingest -- `fengsui ingest SOURCE FILE`: lines of a log go through detection.
 */

/* A byte can take six in JSON, and a request is at most 8 MiB. */
enum { LINES_AT_ONCE = 2000, BYTES_AT_ONCE = 1024 * 1024 };

static int send_lines(struct ctl *ctl, const char *source, json_t *lines, long long *sent, long long *alerts)
{
	json_t *request = talk_request(ctl, "ingest"), *answer;
	int ret;

	*sent += (long long)json_array_size(lines);
	json_object_set_new(request, "source", json_string(source));
	json_object_set_new(request, "lines", lines);
	if ((ret = talk_or_say(ctl, request, &answer)))
		return ret;
	*alerts += (long long)json_array_size(json_object_get(answer, "alerts"));
	json_decref(answer);
	return 0;
}

/* A byte that is not UTF-8 cannot stand in JSON, nor can NUL: it arrives as a
 * question mark. */
static json_t *line_text(char *line, size_t len)
{
	json_t *text;

	for (size_t i = 0; i < len; i++)
		if (!line[i])
			line[i] = '?';
	text = json_stringn(line, len);
	for (size_t i = 0; !text && i < len; i++)
		if ((unsigned char)line[i] >= 0x80)
			line[i] = '?';
	return text ? text : json_stringn(line, len);
}

/* One line without its end into LINE_LIMIT + 1 bytes; of a longer one as much as
 * shows the daemon that it is too long, so that it is counted there. False at
 * the end. */
bool ingest_next(FILE *file, char *line, size_t *len)
{
	int c;

	*len = 0;
	while ((c = getc_unlocked(file)) != EOF && c != '\n')
		if (*len <= LINE_LIMIT)
			line[(*len)++] = (char)c;
	if (c == EOF && !*len)
		return false;
	while (*len && *len <= LINE_LIMIT && line[*len - 1] == '\r')
		(*len)--;
	return true;
}

static int send_all(struct ctl *ctl, const char *source, FILE *file, char *line, long long *sent,
		    long long *alerts)
{
	json_t *lines = json_array();
	size_t len, bytes = 0;
	int ret = 0;

	while (ret == 0 && ingest_next(file, line, &len)) {
		json_array_append_new(lines, line_text(line, len));
		bytes += len;
		if (json_array_size(lines) < LINES_AT_ONCE && bytes < BYTES_AT_ONCE)
			continue;
		ret = send_lines(ctl, source, lines, sent, alerts);
		lines = json_array();
		bytes = 0;
	}
	if (ret == 0 && json_array_size(lines))
		return send_lines(ctl, source, lines, sent, alerts);
	json_decref(lines);
	return ret;
}

static int ingest_file(struct ctl *ctl, const char *source, const char *path, FILE *file)
{
	long long sent = 0, alerts = 0;
	struct fault why;
	int ret = send_all(ctl, source, file, arena_take(ctl->mem, LINE_LIMIT + 1), &sent, &alerts);

	if (ret)
		return ret;
	printf(in_words(ctl, "%lld lines, %lld alerts\n", "%lld 行，%lld 条告警\n"), sent, alerts);
	if (!ferror(file))
		return 0;
	fault_say(&why, FAULT_IO, "cannot read %s to its end: %s", "不能读完 %s（%s）", path,
		  strerror(errno));
	return say_fault(ctl, &why);
}

int ingest_command(struct ctl *ctl)
{
	const char *path = ctl->typed.word_count > 2 ? ctl->typed.words[2] : NULL;
	struct fault why;
	FILE *file;
	int ret;

	if (!path)
		return say_usage(ctl, "fengsui ingest SOURCE FILE|-", "fengsui ingest 来源 文件|-");
	file = strcmp(path, "-") == 0 ? stdin : fopen(path, "re");
	if (!file) {
		fault_say(&why, errno == ENOENT ? FAULT_ABSENT : FAULT_IO, "cannot open %s: %s",
			  "不能打开 %s（%s）", path, strerror(errno));
		return say_fault(ctl, &why);
	}
	ret = ctl->remote ? remote_lines(ctl, ctl->typed.words[1], path, file)
			  : ingest_file(ctl, ctl->typed.words[1], path, file);
	fclose(file);
	return ret;
}
