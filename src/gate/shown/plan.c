#include <string.h>

#include "gate/http/parts.h"
#include "pack/show.h"

/*
 * plan -- what `fengsui plan diff` and `fengsui plan boundary` say, of the versions that were published here.
 *
 * The same words, taken apart for a page. A phrase may read alike in one language and not in the other, so
 * that each has lines of its own.
 */
enum { DIGEST_BYTES = 64 };

int plan_versions(struct call *call, struct fault *why)
{
	json_t *versions;
	int ret;

	if ((ret = call_no_query(call, why)) < 0 ||
	    (ret = house_versions(call->web->gate->house, &versions, why)) < 0)
		return ret;
	call_answer(call, 200, json_pack("{s:o}", "versions", versions));
	return 0;
}

static int version_of(struct call *call, const char *name, const char *digest, const struct pack **out,
		      struct fault *why)
{
	if (!digest)
		return fault_say(why, FAULT_INVALID, "'%s' is missing: the digest of a version", "缺少“%s”：版本的摘要",
				 name);
	if (strlen(digest) != DIGEST_BYTES)
		return fault_say(why, FAULT_INVALID, "%s: '%.64s' is no digest of 64 hexadecimal digits",
				 "%s：“%.64s”不是 64 位十六进制摘要", name, digest);
	return house_version(call->web->gate->house, digest, out, why);
}

static json_t *version_told(const struct pack *pack)
{
	return json_pack("{s:s, s:s, s:s}", "digest", pack->digest, "id", pack->id, "version", pack->version);
}

/* ---- differences ------------------------------------------------------------- */

static bool marked(const char *line) { return strchr("+-~", *line) && line[0] && line[1] == ' '; }

/* "+ kind lesson": a mark and what it marks; a label may go on in lines of its own. */
static json_t *differences(const struct pack *from, const struct pack *to, bool chinese)
{
	SCOPED(buf_fini) struct buf text = { 0 };
	json_t *list = json_array();
	const char *at, *end;

	show_differences(&text, from, to, chinese);
	for (at = text.data; at && *at; at = *end ? end + 1 : end) {
		for (end = strchrnul(at, '\n'); *end && end[1] && !marked(end + 1); end = strchrnul(end + 1, '\n'))
			;
		json_array_append_new(list, json_pack("{s:s%, s:s%}", "mark", at, (size_t)1, "text", at + 2,
						      (size_t)(end - at - 2)));
	}
	return list;
}

int plan_diff(struct call *call, struct fault *why)
{
	static const char *const names[] = { "from", "to", NULL };
	const struct pack *from, *to;
	const char *said[2];
	int ret;

	if ((ret = call_query(call, names, said, why)) < 0 ||
	    (ret = version_of(call, "from", said[0], &from, why)) < 0 ||
	    (ret = version_of(call, "to", said[1], &to, why)) < 0)
		return ret;
	call_answer(call, 200,
		    json_pack("{s:o, s:o, s:o, s:o}", "from", version_told(from), "to", version_told(to), "zh",
			      differences(from, to, true), "en", differences(from, to, false)));
	return 0;
}

/* ---- the boundary ------------------------------------------------------------- */

/* Headlines stand at the margin, what belongs to them two spaces in. */
static json_t *boundary(const struct pack *pack, bool chinese)
{
	SCOPED(buf_fini) struct buf text = { 0 };
	json_t *sections = json_array(), *lines = NULL;
	const char *at, *end;

	show_boundary(&text, pack, chinese);
	for (at = text.data; at && *at; at = *end ? end + 1 : end) {
		end = strchrnul(at, '\n');
		if (*at == ' ' && lines) {
			json_array_append_new(lines, json_stringn(at + 2, (size_t)(end - at - 2)));
		} else if (end > at) {
			lines = json_array();
			json_array_append_new(sections, json_pack("{s:s%, s:o}", "title", at, (size_t)(end - at),
								  "lines", lines));
		}
	}
	return sections;
}

int plan_boundary(struct call *call, struct fault *why)
{
	static const char *const names[] = { "version", NULL };
	const struct pack *pack = house_pack(call->web->gate->house);
	const char *said[1];
	int ret;

	if ((ret = call_query(call, names, said, why)) < 0 ||
	    (said[0] && (ret = version_of(call, "version", said[0], &pack, why)) < 0))
		return ret;
	call_answer(call, 200, json_pack("{s:o, s:o, s:o}", "version", version_told(pack), "zh",
					 boundary(pack, true), "en", boundary(pack, false)));
	return 0;
}
