#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "ctl/ctl_private.h"
#include "ctl/remote/remote.h"
#include "seal/base64.h"
#include "seal/digest.h"
#include "seal/hex.h"

/*
 * attach -- a file is sent in parts and becomes evidence of a case.
 *
 * The digest is taken here and checked by the daemon: what is stored is what
 * was read.
 */
enum { PART = 512 * 1024 };

struct sending {
	struct ctl *ctl;
	int fd;
	long long upload;
	struct digest digest;
};

static json_t *step(struct sending *sending, const char *name)
{
	json_t *request = talk_request(sending->ctl, "blob");

	json_object_set_new(request, "step", json_string(name));
	if (sending->upload)
		json_object_set_new(request, "upload", json_integer(sending->upload));
	return request;
}

static int begin(struct sending *sending)
{
	json_t *answer;
	int ret = talk_or_say(sending->ctl, step(sending, "begin"), &answer);

	if (ret)
		return ret;
	sending->upload = json_integer_value(json_object_get(answer, "upload"));
	json_decref(answer);
	return 0;
}

static int send_part(struct sending *sending, const unsigned char *bytes, size_t len)
{
	static char text[BASE64_LEN(PART) + 1];
	json_t *request = step(sending, "append"), *answer;
	int ret;

	base64_write(bytes, len, text);
	digest_put(&sending->digest, bytes, len);
	json_object_set_new(request, "data", json_string(text));
	if ((ret = talk_or_say(sending->ctl, request, &answer)))
		return ret;
	json_decref(answer);
	return 0;
}

static int send_parts(struct sending *sending, const char *path)
{
	static unsigned char bytes[PART];
	struct fault why;
	ssize_t len;
	int ret;

	while ((len = read(sending->fd, bytes, sizeof(bytes))) > 0)
		if ((ret = send_part(sending, bytes, (size_t)len)))
			return ret;
	if (len == 0)
		return 0;
	fault_say(&why, FAULT_IO, "cannot read %s: %s", "不能读取 %s（%s）", path, strerror(errno));
	return say_fault(sending->ctl, &why);
}

static int end(struct sending *sending, char digest[static 2 * DIGEST_LEN + 1])
{
	unsigned char bytes[DIGEST_LEN];
	json_t *request = step(sending, "end"), *answer;
	int ret;

	digest_end(&sending->digest, bytes);
	hex_write(bytes, sizeof(bytes), digest);
	json_object_set_new(request, "digest", json_string(digest));
	if ((ret = talk_or_say(sending->ctl, request, &answer)))
		return ret;
	json_decref(answer);
	return 0;
}

int attach_file(struct ctl *ctl, const char *path, char digest[static 2 * DIGEST_LEN + 1])
{
	struct sending sending = { .ctl = ctl, .fd = open(path, O_RDONLY | O_CLOEXEC) };
	struct fault why;
	int ret;

	if (sending.fd < 0) {
		fault_say(&why, errno == ENOENT ? FAULT_ABSENT : FAULT_IO, "cannot open %s: %s",
			  "不能打开 %s（%s）", path, strerror(errno));
		return say_fault(ctl, &why);
	}
	digest_init(&sending.digest);
	if (ctl->remote)
		ret = remote_file(ctl, sending.fd, path, digest);
	else if ((ret = begin(&sending)) == 0 && (ret = send_parts(&sending, path)) == 0)
		ret = end(&sending, digest);
	close(sending.fd);
	return ret;
}

/* The field of evidence that holds the file, and the one that names it. */
static const char *field_of_type(const json_t *kind, const char *type)
{
	const json_t *fields = json_object_get(kind, "fields"), *field;
	size_t i;

	json_array_foreach((json_t *)fields, i, field) {
		const char *its = json_string_value(json_object_get(field, "type"));

		if (its && strcmp(its, type) == 0)
			return name_of(field);
	}
	return NULL;
}

static void name_it(const json_t *evidence, json_t *input, const char *path)
{
	const char *title = json_string_value(json_object_get(evidence, "title"));
	const char *base = strrchr(path, '/');

	if (title && !json_object_get(input, title))
		json_object_set_new(input, title, json_string(base ? base + 1 : path));
}

static const char *field_to(const json_t *evidence, const char *kind)
{
	const json_t *fields = json_object_get(evidence, "fields"), *field;
	size_t i;

	json_array_foreach((json_t *)fields, i, field) {
		const char *of = json_string_value(json_object_get(field, "of"));

		if (of && strcmp(of, kind) == 0)
			return name_of(field);
	}
	return NULL;
}

int attach_command(struct ctl *ctl, const json_t *kind, const char *ref, const char *path)
{
	const json_t *evidence = catalogue_kind(ctl, "evidence");
	const char *file = field_of_type(evidence, "blob"), *to = field_to(evidence, name_of(kind));
	char digest[2 * DIGEST_LEN + 1];
	json_t *input, *answer;
	struct fault why = { 0 };
	int ret;

	if (!file || !to)
		return say_usage(ctl, "this plan keeps no evidence files for '%s'",
				 "本预案不为“%s”保存证据文件", name_of(kind));
	if (input_of_flags(ctl, evidence, &input, &why) < 0)
		return say_fault(ctl, &why);
	if ((ret = attach_file(ctl, path, digest))) {
		json_decref(input);
		return ret;
	}
	json_object_set_new(input, file, json_string(digest));
	json_object_set_new(input, to, json_string(ref));
	name_it(evidence, input, path);
	if ((ret = talk_or_say(ctl, kind_request(ctl, evidence, "create", NULL, input), &answer)))
		return ret;
	say_done(ctl, evidence, answer);
	json_decref(answer);
	return 0;
}
