#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "deliver/message.h"
#include "evidence/blob.h"
#include "gate/http/parts.h"
#include "host/file.h"
#include "seal/base64.h"

/*
 * enclosed -- the files that a message carries, as they left: over the network and over the socket.
 */

/* What the house itself writes. Whatever else a letter carries is bytes to a browser. */
static const char *media_of(const char *type)
{
	static const char *const known[] = {
		"application/cap+xml",
		"application/pdf",
		"text/html",
		"text/markdown",
		"application/vnd.openxmlformats-officedocument.wordprocessingml.document",
	};

	for (size_t i = 0; i < sizeof(known) / sizeof(*known); i++)
		if (!strncmp(type, known[i], strlen(known[i])))
			return known[i];
	return "application/octet-stream";
}

static int is_digest(const char *text, struct fault *why)
{
	return strlen(text) == BLOB_NAME - 1 && !text[strspn(text, "0123456789abcdef")]
		       ? 0
		       : fault_say(why, FAULT_ABSENT, "'%.64s' is no digest", "“%.64s”不是摘要", text);
}

/* ---- over the socket ---------------------------------------------------------- */

int enclosed_asked(struct gate *gate, const struct asker *asker, int64_t id, const char *digest, json_t **out,
		   struct fault *why)
{
	SCOPED(arena_drop) struct arena *mem = arena_new();
	const char *name, *type;
	char path[4096], *bytes, *text;
	size_t len;
	int ret;

	if ((ret = is_digest(digest, why)) < 0 ||
	    (ret = house_message_file(gate->house, asker, id, digest, mem, &name, &type, why)) < 0)
		return ret;
	blob_path(house_folder(gate->house), digest, path, sizeof(path));
	if ((ret = file_read(path, MESSAGE_BYTES_MOST, mem, &bytes, &len, why)) < 0)
		return ret;
	text = must_alloc(BASE64_LEN(len) + 1);
	base64_write(bytes, len, text);
	*out = json_pack("{s:b, s:s, s:s}", "ok", 1, "media", media_of(type), "data", text);
	free(text);
	return 0;
}

/* ---- over the network ------------------------------------------------------------ */

struct enclosed {
	const char *name, *type; /* of the call's memory */
};

static int find_it(struct gate *gate, struct job *job, int64_t now, struct fault *why)
{
	struct call *call = call_of(job);
	struct enclosed *one = call->matter;
	const struct asker asker = call_asker(call);
	int ret = house_message_file(gate->house, &asker, call_id(call->words[0]), call->words[1], call->mem,
				     &one->name, &one->type, why);

	(void)now;
	if (ret == 0)
		job->answer = answer_ok();
	return job_settle(job, ret, why);
}

/* RFC 6266: a name in any script, and one for those who cannot read it. */
static const char *saved_as(struct call *call, const char *name)
{
	struct buf text = { 0 };
	const char *kept;

	buf_format(&text, "attachment; filename=\"%.16s.bin\"; filename*=UTF-8''", call->words[1]);
	buf_percent(&text, name, ".-_");
	kept = arena_copy_bytes(call->mem, text.data, text.len);
	buf_fini(&text);
	return kept;
}

static void found_it(struct call *call, json_t *answer)
{
	const struct enclosed *one = call->matter;

	if (call_good(call, answer))
		call_kept(call, call->words[1], media_of(one->type), saved_as(call, one->name));
}

int message_enclosed(struct call *call, struct fault *why)
{
	int ret;

	call->matter = must_alloc(sizeof(struct enclosed));
	call->drop = free;
	if ((ret = call_no_query(call, why)) < 0 || (ret = is_digest(call->words[1], why)) < 0)
		return ret;
	if (!call_id(call->words[0]))
		return fault_say(why, FAULT_ABSENT, "there is no message '%.40s'", "没有消息“%.40s”",
				 call->words[0]);
	call_act(call, find_it, found_it);
	return 0;
}
