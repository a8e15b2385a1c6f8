#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "account/upload.h"
#include "base/stamp.h"
#include "evidence/blob.h"
#include "gate/http/parts.h"
#include "gate/http/pieces.h"
#include "host/ballast.h"
#include "host/faultpoint.h"

/*
 * upload -- evidence that arrives in pieces, over as many connections as it takes.
 *
 * The row says that there is an upload; the bytes stand in a file (pieces.h).
 * At the end that is read again, its digest compared, and it becomes an evidence
 * file, in a thread, for that takes as long as the file is long.
 */
enum { STALE_HOURS = 24, ACTIVE_MOST = 256 };

#define UPLOAD_BYTES (INT64_C(16) * 1024 * 1024 * 1024)

/* A piece that is coming in, or the end that is being made: one at a time of an upload. */
struct piece {
	struct uploads *uploads;
	struct upload upload;
	char digest[BLOB_NAME];
	int fd;
	int64_t offset;
	int ret; /* of the thread */
	struct fault why;
	uint64_t size;
	struct piece *next;
};

struct uploads {
	struct web *web;
	struct piece *active;
	unsigned count;
	bool sealing;
	struct swept { /* of an open batch */
		char id[UPLOAD_ID];
		struct swept *next;
	} * swept;
};

static const char *folder_of(const struct web *web) { return house_folder(web->gate->house); }

int uploads_open(struct web *web, struct uploads **out, struct fault *why)
{
	int ret = pieces_sweep(web->accounts, folder_of(web), why);

	if (ret < 0)
		return ret;
	*out = must_alloc(sizeof(**out));
	**out = (struct uploads){ .web = web };
	return 0;
}

void uploads_free(struct uploads *uploads)
{
	if (!uploads)
		return;
	for (struct swept *one = uploads->swept, *next; one; one = next) {
		next = one->next;
		free(one);
	}
	free(uploads);
}

/* ---- one at a time -------------------------------------------------------- */

static void piece_free(void *matter)
{
	struct piece *piece = matter, **at = &piece->uploads->active;

	while (*at && *at != piece)
		at = &(*at)->next;
	if (*at) {
		*at = piece->next;
		piece->uploads->count--;
	}
	if (piece->fd >= 0)
		close(piece->fd);
	free(piece);
}

static int claim(struct call *call, struct piece **out, struct fault *why)
{
	struct uploads *uploads = call->web->uploads;
	struct upload upload;
	struct piece *piece;
	int ret = upload_find(call->web->accounts, call->who.person, call->words[0], &upload, why);

	if (ret < 0)
		return ret;
	for (piece = uploads->active; piece; piece = piece->next)
		if (!strcmp(piece->upload.id, upload.id))
			return fault_say(why, FAULT_CONFLICT, "a piece of this upload is coming in already",
					 "此上传正有另一段在传输");
	if (uploads->count >= ACTIVE_MOST)
		return fault_say(why, FAULT_BUSY, "%d uploads are under way already",
				 "已有 %d 个上传正在进行", ACTIVE_MOST);
	piece = must_alloc(sizeof(*piece));
	*piece = (struct piece){ .uploads = uploads, .upload = upload, .fd = -1, .next = uploads->active };
	uploads->active = piece;
	uploads->count++;
	call->matter = piece;
	call->drop = piece_free;
	*out = piece;
	return 0;
}

static int open_piece(struct call *call, struct piece *piece, bool write, struct fault *why)
{
	return pieces_open(folder_of(call->web), piece->upload.id, write, &piece->fd, &piece->offset, why);
}

static const char *number_text(struct call *call, int64_t number)
{
	return arena_text(call->mem, "%" PRId64, number);
}

/* ---- begin ---------------------------------------------------------------- */

static int make(struct gate *gate, struct job *job, int64_t now, struct fault *why)
{
	struct call *call = call_of(job);
	const int64_t size = json_integer_value(json_object_get(call->said, "size"));
	struct upload upload;
	int ret = upload_make(call->web->accounts, call->who.person, size, now, &upload, why);

	(void)gate;
	if (ret == 0)
		job->answer =
			json_pack("{s:b, s:s, s:I}", "ok", 1, "upload", upload.id, "size", (json_int_t)size);
	return job_settle(job, ret, why);
}

static void upload_made(struct call *call, json_t *answer)
{
	const char *id = json_string_value(json_object_get(answer, "upload"));

	if (id && call->mem) {
		call_header(call, "Location", arena_text(call->mem, "/api/v1/uploads/%s", id));
		call_header(call, "Upload-Offset", "0");
	}
	call_answer_house(call, 201, answer);
}

/* While the disk is full what room there is belongs to the work on cases. */
static int room_left(const struct call *call, struct fault *why)
{
	return alive_full(call->web->gate)
		       ? fault_say(why, FAULT_BUSY,
				   "the disk is full: files are not taken until there is room again, work on "
				   "cases goes on",
				   "磁盘已满：腾出空间之前不接收文件，案件处理照常")
		       : 0;
}

/* What came, and the evidence file that is made of it, stand beside each other for a while. */
static bool fits(const struct call *call, uint64_t size)
{
	return ballast_free(house_folder(call->web->gate->house)) / 2 > size;
}

int uploads_make(struct call *call, struct fault *why)
{
	static const char *const members[] = { "size", NULL };
	const json_t *size;
	int ret;

	if ((ret = call_members(call, members, why)) < 0 || (ret = room_left(call, why)) < 0)
		return ret;
	size = json_object_get(call->said, "size");
	if (!json_is_integer(size) || json_integer_value(size) < 0 || json_integer_value(size) > UPLOAD_BYTES)
		return fault_say(why, FAULT_INVALID, "'size' is a number of bytes, 0 to %" PRId64,
				 "“size”为字节数，0 至 %" PRId64, UPLOAD_BYTES);
	if (!fits(call, (uint64_t)json_integer_value(size)))
		return fault_say(why, FAULT_BUSY, "there is no room for a file of that size",
				 "磁盘空间不足，放不下这样大的文件");
	call_act(call, make, upload_made);
	return 0;
}

/* ---- how far -------------------------------------------------------------- */

int uploads_head(struct call *call, struct fault *why)
{
	struct piece *piece;
	int ret;

	if ((ret = claim(call, &piece, why)) < 0 || (ret = open_piece(call, piece, false, why)) < 0)
		return ret;
	call_header(call, "Upload-Offset", number_text(call, piece->offset));
	call_header(call, "Upload-Length", number_text(call, piece->upload.size_bytes));
	call_answer(call, 204, NULL);
	return 0;
}

/* ---- a piece -------------------------------------------------------------- */

static int wrong_place(struct call *call, const struct piece *piece, struct fault *why)
{
	call_header(call, "Upload-Offset", number_text(call, piece->offset));
	return fault_say(why, FAULT_CONFLICT, "the upload stands at %" PRId64, "上传已到 %" PRId64 " 字节",
			 piece->offset);
}

int uploads_begin(struct call *call, struct fault *why)
{
	const char *type = http_header(call->exchange, "content-type");
	const char *said = http_header(call->exchange, "upload-offset");
	struct piece *piece;
	int64_t offset;
	char *end;
	int ret;

	if (!type || strcmp(type, "application/offset+octet-stream")) {
		fault_say(why, FAULT_INVALID, "a piece is 'application/offset+octet-stream'",
			  "分段的类型应为“application/offset+octet-stream”");
		call_refuse(call, 415, why);
		return 0;
	}
	offset = said ? strtoll(said, &end, 10) : -1;
	if (!said || *end || end == said || offset < 0)
		return fault_say(why, FAULT_INVALID, "Upload-Offset says from where on",
				 "须以“Upload-Offset”说明起点");
	if ((ret = room_left(call, why)) < 0 || (ret = claim(call, &piece, why)) < 0 ||
	    (ret = open_piece(call, piece, true, why)) < 0)
		return ret;
	if (offset != piece->offset)
		return wrong_place(call, piece, why);
	http_take_body(call->exchange, (uint64_t)(piece->upload.size_bytes - piece->offset));
	return 0;
}

int uploads_part(struct call *call, const char *bytes, size_t len, struct fault *why)
{
	struct piece *piece = call->matter;

	return pieces_put(piece->fd, &piece->offset, bytes, len, why);
}

static int touch(struct gate *gate, struct job *job, int64_t now, struct fault *why)
{
	struct call *call = call_of(job);
	struct piece *piece = call->matter;
	int ret = upload_touch(call->web->accounts, piece->upload.id, now, why);

	(void)gate;
	if (ret == 0)
		job->answer = json_pack("{s:b, s:I}", "ok", 1, "offset", (json_int_t)piece->offset);
	return job_settle(job, ret, why);
}

static void touched(struct call *call, json_t *answer)
{
	if (!call->exchange || !json_is_true(json_object_get(answer, "ok"))) {
		call_answer_house(call, 200, answer);
		return;
	}
	call_header(call, "Upload-Offset", number_text(call, ((struct piece *)call->matter)->offset));
	json_decref(answer);
	call_answer(call, 204, NULL);
}

/* In a thread. How far it has come is said when a power cut cannot take it back. */
static void sync_piece(struct call *call)
{
	struct piece *piece = call->matter;

	FAULTPOINT("upload.piece");
	piece->ret =
		pieces_keep(folder_of(call->web), piece->upload.id, piece->fd, piece->offset, &piece->why);
}

static void synced(struct call *call)
{
	struct piece *piece = call->matter;

	if (piece->ret == 0)
		call_act(call, touch, touched);
	else if (call->exchange)
		call_fault(call, &piece->why);
}

int uploads_whole(struct call *call, struct fault *why) { return call_work(call, sync_piece, synced, why); }

/* ---- the end -------------------------------------------------------------- */

/* In a thread: nothing of the loop's is touched. */
static int copy_and_seal(struct piece *piece, const char *folder)
{
	static const size_t room = 256 * 1024;
	struct blob_draft *draft;
	char *bytes, digest[BLOB_NAME];
	ssize_t got = 0;
	int ret = blob_open(folder, &draft, &piece->why);

	if (ret < 0)
		return ret;
	pieces_rewind(piece->fd);
	bytes = must_alloc(room);
	while (ret == 0 && (got = read(piece->fd, bytes, room)) > 0)
		ret = blob_put(draft, bytes, (size_t)got, UPLOAD_BYTES, &piece->why);
	free(bytes);
	if (ret == 0 && got < 0)
		ret = fault_set(&piece->why, FAULT_IO, "upload %.32s: %s", piece->upload.id, strerror(errno));
	FAULTPOINT("upload.copied");
	if (ret == 0)
		ret = blob_seal(&draft, piece->digest, digest, &piece->size, &piece->why);
	blob_drop(&draft);
	return ret;
}

static void seal(struct call *call)
{
	struct piece *piece = call->matter;

	piece->ret = copy_and_seal(piece, folder_of(call->web));
}

static int note(struct gate *gate, struct job *job, int64_t now, struct fault *why)
{
	struct call *call = call_of(job);
	struct piece *piece = call->matter;
	int ret;

	FAULTPOINT("upload.noting");
	ret = house_blob(gate->house, piece->digest, (int64_t)piece->size, now, why);
	if (ret == 0)
		ret = upload_remove(call->web->accounts, piece->upload.id, why);
	if (ret == 0) {
		house_uploaded(gate->house, piece->digest, call->who.person);
		job->answer = json_pack("{s:b, s:s, s:I}", "ok", 1, "digest", piece->digest, "size",
					(json_int_t)piece->size);
	}
	return job_settle(job, ret, why);
}

static void noted(struct call *call, json_t *answer)
{
	FAULTPOINT("upload.noted");
	if (json_is_true(json_object_get(answer, "ok")))
		pieces_drop(folder_of(call->web), ((struct piece *)call->matter)->upload.id);
	call_answer_house(call, 200, answer);
}

#ifdef FENGSUI_TEST_HOOKS
/* The fault that the crash campaign must catch: it is said to be sealed, and noted later. */
static void answer_early(struct call *call)
{
	struct piece *piece = call->matter;

	if (!getenv("FENGSUI_TEST_SEAL_EARLY") || !call->exchange)
		return;
	call_answer(call, 200,
		    json_pack("{s:s, s:I}", "digest", piece->digest, "size", (json_int_t)piece->size));
	usleep(30000);
}
#else
#define answer_early(call) ((void)0)
#endif

static void sealed(struct call *call)
{
	struct piece *piece = call->matter;

	FAULTPOINT("upload.sealed");
	call->web->uploads->sealing = false;
	if (piece->ret == 0)
		answer_early(call);
	if (piece->ret == 0)
		call_act(call, note, noted);
	else if (call->exchange)
		call_fault(call, &piece->why);
}

int uploads_end(struct call *call, struct fault *why)
{
	static const char *const members[] = { "digest", NULL };
	struct uploads *uploads = call->web->uploads;
	struct piece *piece;
	const char *digest;
	int ret;

	if ((ret = call_members(call, members, why)) < 0 ||
	    (ret = call_text_of(call, "digest", 64, true, &digest, why)) < 0)
		return ret;
	if (strlen(digest) != 64 || strspn(digest, "0123456789abcdef") != 64)
		return fault_say(why, FAULT_INVALID, "'digest' is the SHA-256 of the file in hex",
				 "“digest”为文件的 SHA-256，十六进制");
	if ((ret = claim(call, &piece, why)) < 0 || (ret = open_piece(call, piece, false, why)) < 0)
		return ret;
	if (piece->offset != piece->upload.size_bytes)
		return wrong_place(call, piece, why);
	if (uploads->sealing)
		return fault_say(why, FAULT_BUSY, "another file is being sealed", "正在封存另一个文件");
	memcpy(piece->digest, digest, sizeof(piece->digest));
	if ((ret = call_work(call, seal, sealed, why)) == 0)
		uploads->sealing = true;
	return ret;
}

/* ---- given up ------------------------------------------------------------- */

static int drop(struct gate *gate, struct job *job, int64_t now, struct fault *why)
{
	struct call *call = call_of(job);
	struct piece *piece = call->matter;
	int ret = upload_remove(call->web->accounts, piece->upload.id, why);

	(void)gate;
	(void)now;
	if (ret == 0)
		job->answer = answer_ok();
	return job_settle(job, ret, why);
}

static void dropped(struct call *call, json_t *answer)
{
	if (json_is_true(json_object_get(answer, "ok")))
		pieces_drop(folder_of(call->web), ((struct piece *)call->matter)->upload.id);
	call_answer_house(call, 200, answer);
}

int uploads_drop(struct call *call, struct fault *why)
{
	struct piece *piece;
	const int ret = claim(call, &piece, why);

	if (ret == 0)
		call_act(call, drop, dropped);
	return ret;
}

static bool active(const struct uploads *uploads, const char *id)
{
	for (const struct piece *piece = uploads->active; piece; piece = piece->next)
		if (!strcmp(piece->upload.id, id))
			return true;
	return false;
}

static int sweep(struct uploads *uploads, const char *id, struct fault *why)
{
	struct swept *one;
	int ret;

	if (active(uploads, id))
		return 0;
	if ((ret = upload_remove(uploads->web->accounts, id, why)) < 0)
		return ret;
	one = must_alloc(sizeof(*one));
	*one = (struct swept){ .next = uploads->swept };
	memcpy(one->id, id, sizeof(one->id));
	uploads->swept = one;
	return 0;
}

int uploads_sweep(struct uploads *uploads, int64_t now, struct fault *why)
{
	SCOPED(arena_drop) struct arena *mem = arena_new();
	struct upload *stale;
	size_t count;
	int ret = upload_stale(uploads->web->accounts, now - STALE_HOURS * STAMP_HOUR, mem, &stale, &count,
			       why);

	for (size_t i = 0; ret == 0 && i < count; i++)
		ret = sweep(uploads, stale[i].id, why);
	return ret;
}

/* The store is asked: what was swept in a batch that failed is still there. */
void uploads_committed(struct uploads *uploads)
{
	struct swept *one;
	struct fault left;

	while ((one = uploads->swept)) {
		uploads->swept = one->next;
		pieces_drop_if_over(uploads->web->accounts, folder_of(uploads->web), one->id, &left);
		free(one);
	}
}
