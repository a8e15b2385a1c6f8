/* Another centre's CAP file becomes a warning to be reviewed: checked, its signature said, what it follows
 * found. */

#include "action/cap/cap.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "host/file.h"
#include "seal/hex.h"
#include "warn/check.h"
#include "warn/proposal.h"
#include "warn/sign.h"

enum { PEM_MOST = 256 * 1024, KEY_CHARS = 32 };

/* ---- is it one, and for us ---------------------------------------------------------- */

static int refuse_finding(const struct findings *found, struct fault *why)
{
	const struct finding *first = findings_first(found);

	return fault_say(why, FAULT_INVALID, "N38: the CAP file is not taken: line %u, %s: [%s] %s%.0s%s%s",
			 "N38：CAP 文件不予接受：第 %u 行，%s：[%s] %.0s%s%s%s", first->line, first->element,
			 rule_code(first->rule), rule_en(first->rule), rule_zh(first->rule),
			 *first->what ? ": " : "", first->what);
}

/* A test of somebody else's house is none of ours; between demonstrations it is. */
static int for_us(const struct house *house, const struct proposal *said, int *space, struct fault *why)
{
	if (!strcmp(said->type, "Ack") || !strcmp(said->type, "Error"))
		return fault_say(why, FAULT_REFUSED, "an %s is an answer to a warning, and none itself",
				 "%s 是对预警的答复，本身不是预警", said->type);
	*space = !strcmp(said->status, "Exercise") ? RECORD_DRILL : RECORD_REAL;
	if (!strcmp(said->status, "Actual") || *space == RECORD_DRILL ||
	    (house_demo(house) && !strcmp(said->status, "Test")))
		return 0;
	return fault_say(why, FAULT_REFUSED, "the message says %s: nobody acts upon it",
			 "消息状态为 %s：不据此处置", said->status);
}

int house_cap_look(struct house *house, const char *bytes, size_t len, struct arena *mem,
		   struct proposal *out, int *space, struct fault *why)
{
	struct findings found = { 0 };
	const struct node *alert = check_message(bytes, len, mem, &found);

	if (!alert || found.refused)
		return refuse_finding(&found, why);
	*out = proposal_of(message_of(alert, mem), mem);
	return for_us(house, out, space, why);
}

/* ---- the effect, when the warning is made ---------------------------------------------- */

/* FOLDER/keys/cap-trusted.pem: certificates of centres that this one knows. */
static const char *trusted_of(struct deed *deed)
{
	const char *path = arena_text(deed->mem, "%s/keys/cap-trusted.pem", deed->house->folder);
	struct fault why;
	char *text;
	size_t len;

	return file_read(path, PEM_MOST, deed->mem, &text, &len, &why) == 0 ? text : NULL;
}

/* The state of its signatures, "unsigned" for none. A list of trust that cannot
 * be read vouches for nobody. */
static const char *signature_word(struct deed *deed, const char *bytes, size_t len)
{
	const char *trusted = trusted_of(deed);
	struct signatures all;
	struct fault why;

	if (sign_verify(bytes, len, trusted, &all, &why) < 0 &&
	    (!trusted || sign_verify(bytes, len, NULL, &all, &why) < 0))
		return signed_name(SIGNED_UNCLEAR);
	return all.count ? signed_name(signatures_state(&all)) : "unsigned";
}

static int64_t warning_with(struct deed *deed, const char *reference)
{
	struct fault why;
	int64_t id = 0;

	store_int(deed->house->store,
		  "SELECT object FROM facets WHERE kind = 'warning' AND name = 'imported_ref' AND value = $1"
		  " ORDER BY object DESC LIMIT 1",
		  VALUES(value_text(reference)), &id, &why);
	return id;
}

/* The newest warning here that one of its references names. */
static int64_t earlier_of(struct deed *deed, const char *references)
{
	struct reference ref;
	int64_t latest = 0;

	while (reference_next(&references, deed->mem, &ref) == 1) {
		const int64_t id = warning_with(
			deed, arena_text(deed->mem, "%s,%s,%s", ref.sender, ref.identifier, ref.sent));

		latest = id > latest ? id : latest;
	}
	return latest;
}

static int note_taken(struct deed *deed, struct object *warning, const char *bytes, size_t len,
		      struct fault *why)
{
	struct proposal said;
	struct object *same;
	int64_t id;
	int ret, space;

	if ((ret = house_cap_look(deed->house, bytes, len, deed->mem, &said, &space, why)) < 0)
		return ret;
	if (space != warning->space)
		return fault_say(why, FAULT_REFUSED,
				 "the message says %s: an exercise belongs into a drill, all else not",
				 "消息状态为 %s：演练消息归演练，其他不归演练", said.status);
	if ((id = warning_with(deed, said.reference)) && (same = world_get(deed, id, why)))
		return fault_say(why, FAULT_CONFLICT, "this message is here already, as %s",
				 "此消息已导入，编号 %s", object_name(deed, same));
	change_set(deed, warning, "imported_ref", json_string(said.reference));
	change_set(deed, warning, "imported_signature", json_string(signature_word(deed, bytes, len)));
	if ((id = earlier_of(deed, said.earlier)))
		change_set(deed, warning, "follows", json_integer(id));
	return 0;
}

int cap_taken(struct deed *deed, struct object *warning, struct fault *why)
{
	const char *digest = cap_text(warning, "imported_file");
	char path[4096], *bytes;
	size_t len;
	int ret;

	if (!digest)
		return 0;
	blob_path(deed->house->folder, digest, path, sizeof(path));
	if ((ret = file_read(path, XML_BYTES_MOST, deed->mem, &bytes, &len, why)) < 0)
		return ret == -FAULT_LIMIT ? fault_say(why, FAULT_LIMIT, "a CAP file has at most 1 MiB",
						       "CAP 文件最大 1 MiB")
					   : ret;
	return note_taken(deed, warning, bytes, len, why);
}

/* ---- a whole file at once ---------------------------------------------------------------- */

json_t *house_cap_input(const struct proposal *said, const char *digest)
{
	json_t *input =
		json_pack("{s:s, s:s, s:s*, s:s*, s:s}", "title", said->title, "hazard", said->hazard,
			  "measures", said->measures, "valid_to", said->valid_to, "imported_file", digest);

	if (said->level)
		json_object_set_new(input, "level", json_integer(said->level));
	return input;
}

static bool here_before(struct house *house, const char *bytes, size_t len)
{
	unsigned char digest[DIGEST_LEN];
	char hex[BLOB_NAME];
	int64_t count = 0;

	digest_of(bytes, len, digest);
	hex_write(digest, sizeof(digest), hex);
	return store_int(house->store, "SELECT count(*) FROM blobs WHERE digest = $1",
			 VALUES(value_text(hex)), &count, NULL) < 0 ||
	       count;
}

/* What was refused leaves no file: after the commit one that the store does not name goes. */
static int forget_file(struct house *house, const char *digest, struct fault *why)
{
	return store_run(house->store, "DELETE FROM blobs WHERE digest = $1", VALUES(value_text(digest)),
			 NULL, why);
}

int house_cap_import(struct house *house, const struct asker *asker, const char *bytes, size_t len,
		     int64_t now, json_t **answer, struct fault *why)
{
	SCOPED(arena_drop) struct arena *mem = arena_new();
	struct request request = {
		.asker = *asker, .kind = "warning", .move = "create", .seen = -1, .now = now
	};
	const bool before = here_before(house, bytes, len);
	char digest[BLOB_NAME];
	struct proposal said;
	struct fault mine;
	int ret;

	if (house_cap_look(house, bytes, len, mem, &said, &request.space, &mine) < 0) {
		*answer = fault_answer(&mine);
		return 0;
	}
	if ((ret = house_keep(house, bytes, len, now, digest, why)) < 0)
		return ret;
	house_uploaded(house, digest, asker->person);
	request.key = arena_text(mem, "cap-%.*s-%" PRId64, KEY_CHARS, digest, asker->person);
	request.input = house_cap_input(&said, digest);
	ret = house_do(house, &request, answer, why);
	json_decref(request.input);
	if (ret == 0 && !before && !json_is_true(json_object_get(*answer, "ok")))
		ret = forget_file(house, digest, why);
	return ret;
}
