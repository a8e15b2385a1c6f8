#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "ctl/ctl_private.h"
#include "seal/base64.h"

/*
 * document -- the documents of a record: which there are, and one of them as a file.
 */

static const char *text_in(const json_t *thing, const char *name)
{
	const char *text = json_string_value(json_object_get(thing, name));

	return text ? text : "";
}

static json_t *asked(struct ctl *ctl, const char *ref)
{
	json_t *request = talk_request(ctl, "document");

	json_object_set_new(request, "ref", json_string(ref));
	return request;
}

static int list(struct ctl *ctl, const char *ref)
{
	json_t *answer, *one;
	size_t i;
	int ret = talk_or_say(ctl, asked(ctl, ref), &answer);

	if (ret)
		return ret;
	if (ctl->typed.json)
		say_json(answer);
	else
		json_array_foreach(json_object_get(answer, "documents"), i, one)
			printf("  %-20s %s\n", text_in(one, "template"), text_in(one, ctl->zh ? "zh" : "en"));
	json_decref(answer);
	return 0;
}

/* ---- one as a file ------------------------------------------------------------- */

static int put_bytes(int fd, const char *bytes, size_t len)
{
	while (len) {
		const ssize_t done = write(fd, bytes, len);

		if (done < 0 && errno == EINTR)
			continue;
		if (done < 0)
			return -1;
		bytes += done;
		len -= (size_t)done;
	}
	return 0;
}

/* A file that is there already is not written over: it may have been signed by hand. */
static int put_file(struct ctl *ctl, const char *path, const char *bytes, size_t len)
{
	const bool out = !strcmp(path, "-");
	const int fd = out ? STDOUT_FILENO : open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
	struct fault why;

	if (fd < 0 || put_bytes(fd, bytes, len) < 0 || (!out && close(fd) < 0)) {
		fault_say(&why, errno == EEXIST ? FAULT_CONFLICT : FAULT_IO, "cannot write %s: %s",
			  "不能写入 %s（%s）", path, strerror(errno));
		return say_fault(ctl, &why);
	}
	if (!out)
		puts(path);
	return 0;
}

int document_keep(struct ctl *ctl, const json_t *answer, const char *name)
{
	const char *text = text_in(answer, "data"), *said = text_in(answer, "name");
	const size_t len = strlen(text);
	char *bytes = arena_take(ctl->mem, len + 1);
	const char *path = ctl->typed.out ? ctl->typed.out : *said && !strchr(said, '/') ? said : name;
	size_t got;
	struct fault why;

	if (!base64_read(text, len, bytes, len, &got)) {
		fault_say(&why, FAULT_CORRUPT, "the answer holds no file", "应答中没有文件");
		return say_fault(ctl, &why);
	}
	return put_file(ctl, path, bytes, got);
}

static int make(struct ctl *ctl, const char *ref, const char *name)
{
	const char *dot = strrchr(name, '.'), *lang = ctl->zh ? "zh" : "en";
	json_t *request, *answer;
	int ret;

	if (!dot || dot == name)
		return say_usage(
			ctl,
			"fengsui document make NUMBER TEMPLATE.pdf|docx|html|md [--lang zh|en] [--out "
			"FILE|-]",
			"fengsui document make 编号 模板.pdf|docx|html|md [--lang zh|en] [--out 文件|-]");
	request = asked(ctl, ref);
	json_object_set_new(request, "template",
			    json_string(arena_copy_bytes(ctl->mem, name, (size_t)(dot - name))));
	json_object_set_new(request, "format", json_string(dot + 1));
	json_object_set_new(request, "lang", json_string(lang));
	if ((ret = talk_or_say(ctl, request, &answer)))
		return ret;
	ret = document_keep(ctl, answer,
			    arena_text(ctl->mem, "%s-%.*s.%s%s", ref + (*ref == '#'), (int)(dot - name), name,
				       lang, dot));
	json_decref(answer);
	return ret;
}

int document_command(struct ctl *ctl)
{
	const struct options *typed = &ctl->typed;

	if (typed->word_count == 3 && !strcmp(typed->words[1], "list"))
		return list(ctl, typed->words[2]);
	if (typed->word_count == 4 && !strcmp(typed->words[1], "make"))
		return make(ctl, typed->words[2], typed->words[3]);
	return say_usage(
		ctl,
		"fengsui document list NUMBER | make NUMBER TEMPLATE.pdf|docx|html|md [--lang zh|en] "
		"[--out FILE|-]",
		"fengsui document list 编号 | make 编号 模板.pdf|docx|html|md [--lang zh|en] [--out 文件|-]");
}
