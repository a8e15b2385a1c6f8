#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "evidence/blob.h"
#include "gate/gate_private.h"
#include "seal/base64.h"

/*
 * upload -- evidence files that arrive in parts over the socket.
 *
 * The file is durable under its digest before the house notes it: the record
 * never speaks of a file that is not there.
 */
enum { PART_MOST = 1024 * 1024 };

#define FILE_MOST (UINT64_C(16) * 1024 * 1024 * 1024)

struct upload {
	int64_t id;
	struct blob_draft *draft;
};

void upload_free(struct upload *upload)
{
	if (!upload)
		return;
	blob_drop(&upload->draft);
	free(upload);
}

static struct upload **find(struct client *client, int64_t id)
{
	for (size_t i = 0; i < UPLOADS_MOST; i++)
		if (client->uploads[i] && client->uploads[i]->id == id)
			return &client->uploads[i];
	return NULL;
}

static int begin(struct gate *gate, struct job *job, struct fault *why)
{
	struct client *client = (struct client *)job->caller;
	struct blob_draft *draft;
	struct upload *upload;
	size_t place = 0;
	int ret;

	while (place < UPLOADS_MOST && client->uploads[place])
		place++;
	if (place == UPLOADS_MOST)
		return fault_say(why, FAULT_LIMIT, "%d files of this connection are on their way already",
				 "此连接已有 %d 个文件正在上传", UPLOADS_MOST);
	if ((ret = blob_open(house_folder(gate->house), &draft, why)) < 0)
		return ret;
	upload = must_alloc(sizeof(*upload));
	*upload = (struct upload){ .id = ++client->next_upload, .draft = draft };
	client->uploads[place] = upload;
	job->answer = json_pack("{s:b, s:I}", "ok", 1, "upload", (json_int_t)upload->id);
	return 0;
}

static int append(struct upload *upload, struct job *job, struct fault *why)
{
	static unsigned char bytes[PART_MOST];
	const json_t *data = job->ask.says[SAYS_DATA];
	size_t len;
	int ret;

	if (!data)
		return fault_say(why, FAULT_INVALID, "append needs 'data'", "“append”需要“data”");
	if (json_string_length(data) > BASE64_LEN(PART_MOST))
		return fault_say(why, FAULT_LIMIT, "a part has at most %d bytes", "每段最多 %d 字节",
				 PART_MOST);
	if (!base64_read(json_string_value(data), json_string_length(data), bytes, sizeof(bytes), &len))
		return fault_say(why, FAULT_INVALID, "'data' is not base64", "“data”不是 “base64”");
	if ((ret = blob_put(upload->draft, bytes, len, FILE_MOST, why)) < 0)
		return ret;
	job->answer = json_pack("{s:b, s:I}", "ok", 1, "upload", (json_int_t)upload->id);
	return 0;
}

/* The outer result is the house's, `mine` the asker's. */
static int end(struct gate *gate, struct upload **place, struct job *job, struct fault *mine,
	       struct fault *why)
{
	const char *expected = ask_text(&job->ask, SAYS_DIGEST);
	struct asker asker = { 0 };
	char digest[BLOB_NAME];
	struct fault none;
	uint64_t size;
	int ret = expected ? blob_seal(&(*place)->draft, expected, digest, &size, mine)
			   : fault_say(mine, FAULT_INVALID,
				       "end needs 'digest': the SHA-256 of the file in hex",
				       "“end”需要“digest”：文件的 SHA-256，十六进制");

	upload_free(*place);
	*place = NULL;
	if (ret < 0) {
		job->answer = answer_fault(mine);
		return 0;
	}
	if ((ret = house_blob(gate->house, digest, (int64_t)size, gate->now, why)) < 0)
		return ret;
	if (asker_of(gate, job, &asker, &none) == 0)
		house_uploaded(gate->house, digest, asker.person);
	job->answer = json_pack("{s:b, s:s, s:I}", "ok", 1, "digest", digest, "size", (json_int_t)size);
	return 0;
}

static int step(struct gate *gate, struct job *job, struct fault *mine, struct fault *why)
{
	const char *name = ask_text(&job->ask, SAYS_STEP);
	struct upload **place = find((struct client *)job->caller, ask_number(&job->ask, SAYS_UPLOAD, 0));
	int ret;

	if (strcmp(name, "begin") == 0)
		ret = begin(gate, job, mine);
	else if (strcmp(name, "append") != 0 && strcmp(name, "end") != 0)
		ret = fault_say(mine, FAULT_INVALID, "step is begin, append or end, not '%.40s'",
				"“step”应为“begin”“append”或“end”，不能是“%.40s”", name);
	else if (!place)
		ret = fault_say(mine, FAULT_ABSENT, "this connection has no such 'upload'",
				"此连接没有这样的“upload”");
	else if (strcmp(name, "end") == 0)
		return end(gate, place, job, mine, why);
	else
		ret = append(*place, job, mine);
	if (ret < 0)
		job->answer = answer_fault(mine);
	return 0;
}

int upload_step(struct gate *gate, struct job *job, struct fault *why)
{
	struct fault mine = { 0 };
	struct asker asker;

	if (asker_of(gate, job, &asker, &mine) < 0) {
		job->answer = answer_fault(&mine);
		return 0;
	}
	return step(gate, job, &mine, why);
}
