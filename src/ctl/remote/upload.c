#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "ctl/keep/progress.h"
#include "ctl/remote/remote_private.h"
#include "seal/hex.h"

/*
 * upload -- a file in pieces, over as many connections as it takes.
 *
 * The machine says how far it has come; what is sent goes on there. The number
 * of the upload is kept until the end, so that the same command goes on after
 * the program itself was ended.
 */
enum { PIECE = 4 * 1024 * 1024, TRIES = 6, END_S = 3600, ID_MOST = 64, KEPT_MOST = 40 };

struct upload {
	struct ctl *ctl;
	const char *path, *name; /* by which it is kept: place, length, time of change */
	char id[ID_MOST];
	int fd;
	long long size, offset; /* offset: how far it has come there */
	long long hashed;       /* how far it was read here */
	struct digest digest;
	struct progress progress;
	unsigned char *room;
};

/* It is no harm where that cannot be kept: the next command begins anew. */
static void keep(const struct upload *upload, bool going_on)
{
	json_t *changes = json_object(), *value;
	struct fault why;
	const char *name;

	json_object_foreach(upload->ctl->remote->kept, name, value)
		if (!strncmp(name, "upload:", 7) && json_object_size(upload->ctl->remote->kept) > KEPT_MOST)
			json_object_set_new(changes, name, json_null());
	json_object_set_new(changes, upload->name, going_on ? json_string(upload->id) : json_null());
	self_note(upload->ctl, changes, &why);
}

static const char *path_of(const struct upload *upload, const char *more)
{
	return arena_text(upload->ctl->mem, "/api/v1/uploads/%s%s", upload->id, more);
}

/* ---- reading ------------------------------------------------------------------------ */

static int read_piece(struct upload *upload, long long at, size_t *len, struct fault *why)
{
	size_t done = 0;

	while (done < PIECE && at + (long long)done < upload->size) {
		const ssize_t got =
			pread(upload->fd, upload->room + done, PIECE - done, at + (long long)done);

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return fault_say(why, FAULT_IO, "cannot read %s: %s", "不能读取 %s（%s）",
					 upload->path, strerror(errno));
		if (got == 0)
			return fault_say(why, FAULT_CONFLICT, "%s became shorter meanwhile",
					 "%s 在传输期间变短了", upload->path);
		done += (size_t)got;
	}
	*len = at + (long long)done > upload->size ? (size_t)(upload->size - at) : done;
	/* Each byte once, also of a piece that is sent again. */
	if (at <= upload->hashed && at + (long long)*len > upload->hashed) {
		const size_t known = (size_t)(upload->hashed - at);

		digest_put(&upload->digest, upload->room + known, *len - known);
		upload->hashed = at + (long long)*len;
	}
	return 0;
}

static int hash_up_to(struct upload *upload, long long offset, struct fault *why)
{
	size_t len;
	int ret = 0;

	while (ret == 0 && upload->hashed < offset)
		ret = read_piece(upload, upload->hashed, &len, why);
	return ret;
}

/* ---- where it stands ------------------------------------------------------------------ */

/* 1: it is not known there. */
static int look(struct upload *upload, struct fault *why)
{
	struct wire_answer answer;
	int ret = trip_make(upload->ctl, &(struct trip){ .method = "HEAD", .path = path_of(upload, "") },
			    &answer, why);

	if (ret == 0 && answer.status / 100 == 2 && answer.length == upload->size && answer.offset >= 0 &&
	    answer.offset <= upload->size)
		upload->offset = answer.offset;
	else if (ret == 0)
		ret = answer.status == 409 ? fault_say(why, FAULT_BUSY, "the upload is busy", "上传正忙") : 1;
	wire_answer_fini(&answer);
	return ret;
}

static int begin(struct upload *upload, struct fault *why)
{
	json_t *body = json_pack("{s:I}", "size", (json_int_t)upload->size), *answer;
	const char *id;
	int ret = trip_json(upload->ctl,
			    &(struct trip){ .method = "POST", .path = "/api/v1/uploads", .body = body },
			    &answer, why);

	json_decref(body);
	if (ret < 0)
		return ret;
	id = json_string_value(json_object_get(answer, "upload"));
	if (!json_is_true(json_object_get(answer, "ok"))) {
		ret = talk_said(upload->ctl, 0, answer, why, NULL);
		return ret;
	}
	if (!id || !*id || strlen(id) >= ID_MOST || strspn(id, "0123456789abcdefABCDEF-_") != strlen(id))
		ret = fault_say(why, FAULT_CORRUPT, "%s gave no upload", "%s 未给出上传编号",
				remote_url(upload->ctl->remote));
	else
		strcpy(upload->id, id);
	json_decref(answer);
	if (ret == 0)
		keep(upload, true);
	return ret;
}

/* Go on with what was broken off, or begin. >0: an exit status. */
static int find(struct upload *upload, struct fault *why)
{
	const char *id = json_string_value(json_object_get(upload->ctl->remote->kept, upload->name));
	int ret = 1;

	if (id && strlen(id) < ID_MOST) {
		strcpy(upload->id, id);
		if ((ret = look(upload, why)) < 0)
			return ret;
	}
	if (ret == 1)
		return begin(upload, why);
	if (upload->offset)
		fprintf(stderr,
			in_words(upload->ctl, "%s: going on behind %lld of %lld bytes\n",
				 "%s：自第 %lld 字节起继续，共 %lld 字节\n"),
			upload->path, upload->offset, upload->size);
	return hash_up_to(upload, upload->offset, why);
}

/* ---- pieces ----------------------------------------------------------------------------- */

/* Not there, or not now: that may pass. Takes what was said. */
static int not_taken(const struct upload *upload, const struct wire_answer *answer, json_t *said,
		     struct fault *why)
{
	if (answer->status != 409 && answer->status != 503)
		return talk_said(upload->ctl, 0, said, why, NULL);
	trip_fault(said, why);
	json_decref(said);
	return -(why->code = FAULT_BUSY);
}

/* >0: an exit status. */
static int send_piece(struct upload *upload, struct fault *why)
{
	struct wire_answer answer;
	json_t *said;
	size_t len;
	int ret = read_piece(upload, upload->offset, &len, why);

	if (ret < 0)
		return ret;
	ret = trip_make(upload->ctl,
			&(struct trip){ .method = "PATCH",
					.path = path_of(upload, ""),
					.type = "application/offset+octet-stream",
					.bytes = upload->room,
					.len = len,
					.headers = { arena_text(upload->ctl->mem, "Upload-Offset: %lld",
								upload->offset) },
					.placed = true,
					.whole_s = -1 },
			&answer, why);
	if (ret == 0 && answer.status / 100 == 2)
		upload->offset += (long long)len;
	else if (ret == 0 && (ret = trip_answer(upload->ctl, &answer, &said, why)) == 0)
		ret = not_taken(upload, &answer, said, why);
	wire_answer_fini(&answer);
	return ret;
}

/* A broken link, or a piece of before it that is still being taken there. */
static bool may_go_on(const struct upload *upload, int ret)
{
	return ret == -FAULT_BUSY || (ret == -FAULT_ABSENT && trip_failed_away(upload->ctl));
}

static int gone_there(const struct upload *upload, struct fault *why)
{
	keep(upload, false);
	return fault_say(why, FAULT_CONFLICT, "%s: what had come of it is not there any more; do it again",
			 "%s：已传输的部分不在了，请重新上传", upload->path);
}

static int send_pieces(struct upload *upload, struct fault *why)
{
	unsigned tries = 0;
	int ret = 0;

	while (ret == 0 && upload->offset < upload->size) {
		const long long before = upload->offset;

		ret = send_piece(upload, why);
		while (may_go_on(upload, ret) && tries < TRIES) {
			trip_pause(tries++);
			ret = look(upload, why);
		}
		if (ret == 1)
			return gone_there(upload, why);
		if (upload->offset > before)
			tries = 0;
		progress_to(&upload->progress, (uint64_t)upload->offset);
	}
	return ret;
}

/* ---- the end ----------------------------------------------------------------------------- */

/* Another file is being sealed; or this one, by the request whose answer was lost. */
static bool seals_yet(const char *fault, bool lost)
{
	return fault && (!strcmp(fault, "busy") || (lost && !strcmp(fault, "conflict")));
}

/* Takes the answer. Sealed there, it is an evidence file and no upload any more:
 * whether that is so after a lost answer shows in the move that names the file. */
static int sealed(struct upload *upload, const char *fault, bool lost, json_t *answer, struct fault *why)
{
	const bool absent = fault && !strcmp(fault, "absent");
	int ret = 0;

	if (fault && !strcmp(fault, "invalid"))
		keep(upload, false);
	if (absent && !lost)
		ret = gone_there(upload, why);
	else if (!absent && (ret = talk_said(upload->ctl, 0, answer, why, &answer)))
		return ret;
	json_decref(answer);
	return ret;
}

static int finish(struct upload *upload, const char *digest, struct fault *why)
{
	json_t *body = json_pack("{s:s}", "digest", digest), *answer = NULL;
	const struct trip trip = { .method = "POST",
				   .path = path_of(upload, "/end"),
				   .body = body,
				   .keyed = true, /* a second time finds it sealed, and no upload */
				   .whole_s = END_S };
	const char *fault = "busy";
	bool lost = false;
	int ret = 0;

	for (unsigned tries = 0; ret == 0 && seals_yet(fault, lost) && tries < TRIES; tries++) {
		if (tries)
			trip_pause(tries);
		json_decref(answer);
		answer = NULL;
		ret = trip_json(upload->ctl, &trip, &answer, why);
		fault = ret ? NULL : json_string_value(json_object_get(answer, "fault"));
		lost |= upload->ctl->remote->resent;
	}
	json_decref(body);
	return ret < 0 ? ret : sealed(upload, fault, lost, answer, why);
}

static int send_file(struct upload *upload, char digest[static REMOTE_DIGEST], struct fault *why)
{
	unsigned char bytes[DIGEST_LEN];
	int ret;

	if ((ret = find(upload, why)))
		return ret;
	progress_begin(&upload->progress, upload->path, (uint64_t)upload->size);
	ret = send_pieces(upload, why);
	progress_end(&upload->progress);
	if (ret)
		return ret;
	digest_end(&upload->digest, bytes);
	hex_write(bytes, sizeof(bytes), digest);
	if ((ret = finish(upload, digest, why)) == 0)
		keep(upload, false);
	return ret;
}

/* The same file is the same upload: its place, how long it is, when it was changed. */
static const char *name_of_file(struct ctl *ctl, const char *path, const struct stat *info)
{
	char *whole = realpath(path, NULL);
	const char *name =
		arena_text(ctl->mem, "upload:%s:%lld:%lld.%09ld", whole ? whole : path,
			   (long long)info->st_size, (long long)info->st_mtim.tv_sec, info->st_mtim.tv_nsec);

	free(whole);
	return name;
}

static void say_broken_off(const struct upload *upload)
{
	if (upload->id[0] && trip_failed_away(upload->ctl))
		fprintf(stderr,
			in_words(upload->ctl,
				 "%lld of %lld bytes have arrived; the same command goes on there.\n",
				 "已到达 %lld 字节，共 %lld 字节；重发同一命令即可继续。\n"),
			upload->offset, upload->size);
}

int remote_file(struct ctl *ctl, int fd, const char *path, char digest[static REMOTE_DIGEST])
{
	struct upload upload = { .ctl = ctl, .path = path, .fd = fd, .progress.zh = ctl->zh };
	struct fault why = { 0 };
	struct stat info;
	int ret;

	if (fstat(fd, &info) < 0 || !S_ISREG(info.st_mode)) {
		fault_say(&why, FAULT_INVALID, "%s is no file whose length is known", "%s 不是长度确定的文件",
			  path);
		return say_fault(ctl, &why);
	}
	upload.size = info.st_size;
	upload.name = name_of_file(ctl, path, &info);
	upload.room = must_alloc(PIECE);
	digest_init(&upload.digest);
	if ((ret = send_file(&upload, digest, &why)) < 0) {
		ret = talk_said(ctl, ret, NULL, &why, NULL);
		say_broken_off(&upload);
	}
	free(upload.room);
	return ret;
}
