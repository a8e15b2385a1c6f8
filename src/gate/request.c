#include "gate/request.h"

#include <string.h>

#include "base/buf.h"
#include "base/canon.h"
#include "record/record.h"

/* clang-format off */
enum shape { A_TEXT, A_NUMBER, A_YES, AN_OBJECT, A_LIST, A_NAME /* number or text */, A_SPACE };

static const struct {
	const char *name;
	enum shape shape;
} fields[] = {
	[SAYS_ID]       = { "id",       A_NAME },
	[SAYS_OP]       = { "op",       A_TEXT },
	[SAYS_AS]       = { "as",       A_TEXT },
	[SAYS_AT]       = { "at",       A_TEXT },
	[SAYS_KIND]     = { "kind",     A_TEXT },
	[SAYS_MOVE]     = { "move",     A_TEXT },
	[SAYS_REF]      = { "ref",      A_TEXT },
	[SAYS_WITH]     = { "with",     A_TEXT },
	[SAYS_INPUT]    = { "input",    AN_OBJECT },
	[SAYS_KEY]      = { "key",      A_TEXT },
	[SAYS_SEEN]     = { "seen",     A_NUMBER },
	[SAYS_OCCURRED] = { "occurred", A_TEXT },
	[SAYS_SPACE]    = { "space",    A_SPACE },
	[SAYS_PROPOSAL] = { "proposal", A_NUMBER },
	[SAYS_WHERE]    = { "where",    A_TEXT },
	[SAYS_LIMIT]    = { "limit",    A_NUMBER },
	[SAYS_AFTER]    = { "after",    A_TEXT },
	[SAYS_ORDER]    = { "order",    A_TEXT },
	[SAYS_SINCE]    = { "since",    A_TEXT },
	[SAYS_STEP]     = { "step",     A_TEXT },
	[SAYS_UPLOAD]   = { "upload",   A_NUMBER },
	[SAYS_DATA]     = { "data",     A_TEXT },
	[SAYS_DIGEST]   = { "digest",   A_TEXT },
	[SAYS_SOURCE]   = { "source",   A_TEXT },
	[SAYS_LINES]    = { "lines",    A_LIST },
	[SAYS_REFS]     = { "refs",     A_LIST },
	[SAYS_DIR]      = { "dir",      A_TEXT },
	[SAYS_CHECK]    = { "check",    A_YES },
	[SAYS_PACK]     = { "pack",     A_TEXT },
	[SAYS_LOGIN]    = { "login",    A_TEXT },
	[SAYS_ACT]      = { "act",      A_TEXT },
	[SAYS_STATE]    = { "state",    A_TEXT },
	[SAYS_BEFORE]   = { "before",   A_TEXT },
	[SAYS_FROM]     = { "from",     A_TEXT },
	[SAYS_TO]       = { "to",       A_TEXT },
	[SAYS_BY]       = { "by",       A_TEXT },
	[SAYS_TYPE]     = { "type",     A_TEXT },
	[SAYS_ACTOR]    = { "actor",    A_TEXT },
	[SAYS_CHANNEL]  = { "channel",  A_TEXT },
	[SAYS_MESSAGE]  = { "message",  A_NUMBER },
	[SAYS_REASON]   = { "reason",   A_TEXT },
	[SAYS_TEMPLATE] = { "template", A_TEXT },
	[SAYS_FORMAT]   = { "format",   A_TEXT },
	[SAYS_LANG]     = { "lang",     A_TEXT },
};

_Static_assert(sizeof(fields) / sizeof(*fields) == SAYS__COUNT, "every field has its row");

#define F(name) (UINT64_C(1) << SAYS_##name)
#define ALL (F(ID) | F(OP) | F(AS) | F(AT))

static const struct {
	const char *name;
	bool writes;
	uint64_t must, may; /* fields besides those that all take */
} ops[] = {
	[ASK_DO]         = { "do",         true,  F(KIND) | F(MOVE), F(REF) | F(INPUT) | F(KEY) | F(SEEN) | F(OCCURRED) | F(SPACE) },
	[ASK_WITHDRAW]   = { "withdraw",   true,  F(PROPOSAL), 0 },
	[ASK_LIST]       = { "list",       false, F(KIND), F(WHERE) | F(LIMIT) | F(AFTER) | F(ORDER) | F(SINCE) | F(SPACE) },
	[ASK_SHOW]       = { "show",       false, F(REF), F(KIND) | F(WITH) },
	[ASK_HISTORY]    = { "history",    false, F(REF), F(KIND) },
	[ASK_CLOCKS]     = { "clocks",     false, 0, F(STATE) | F(BEFORE) | F(LIMIT) | F(SPACE) },
	[ASK_DEADLINES]  = { "deadlines",  false, 0, F(STATE) | F(LIMIT) | F(SPACE) },
	[ASK_COUNTS]     = { "counts",     false, F(KIND) | F(BY), F(WHERE) | F(SPACE) },
	[ASK_STATISTICS] = { "statistics", false, F(KIND), F(BY) | F(FROM) | F(TO) | F(STEP) | F(SPACE) },
	[ASK_RECORD]     = { "record",     false, 0, F(SPACE) | F(AFTER) | F(BEFORE) | F(LIMIT) | F(ORDER) | F(TYPE) | F(ACTOR) | F(KIND) },
	[ASK_CATALOGUE]  = { "catalogue",  false, 0, 0 },
	[ASK_STATUS]     = { "status",     false, 0, 0 },
	[ASK_QUARANTINE] = { "quarantine", false, 0, F(SOURCE) | F(LIMIT) },
	[ASK_WHOAMI]     = { "whoami",     false, 0, 0 },
	[ASK_TICK]       = { "tick",       true,  F(AT), 0 },
	[ASK_BLOB]       = { "blob",       true,  F(STEP), F(UPLOAD) | F(DATA) | F(DIGEST) },
	[ASK_INGEST]     = { "ingest",     true,  F(SOURCE) | F(LINES), 0 },
	[ASK_CHECKPOINT] = { "checkpoint", true,  0, F(SPACE) },
	[ASK_BUNDLE]     = { "bundle",     false, F(REFS) | F(DIR), 0 },
	[ASK_REBUILD]    = { "rebuild",    false, 0, F(CHECK) },
	[ASK_PUBLISH]    = { "publish",    true,  F(PACK), 0 },
	[ASK_PUBLIC]     = { "public",     false, F(DIR), 0 },
	[ASK_STOP]       = { "stop",       false, 0, 0 },
	[ASK_ACCOUNT]    = { "account",    true,  F(LOGIN) | F(ACT), 0 },
	[ASK_MESSAGES]   = { "messages",   false, 0, F(REF) | F(KIND) | F(STATE) | F(CHANNEL) | F(MESSAGE) | F(LIMIT) | F(SPACE) },
	[ASK_MESSAGE]    = { "message",    false, F(MESSAGE), F(DIGEST) },
	[ASK_CALLS]      = { "calls",      false, F(REF), 0 },
	[ASK_PREVIEW]    = { "preview",    false, F(REF), F(INPUT) },
	[ASK_CHANNELS]   = { "channels",   false, 0, 0 },
	[ASK_CHANNEL]    = { "channel",    true,  F(ACT), F(CHANNEL) | F(MESSAGE) | F(REASON) },
	[ASK_DOCUMENT]   = { "document",   true,  F(REF), F(KIND) | F(TEMPLATE) | F(FORMAT) | F(LANG) },
};
/* clang-format on */

_Static_assert(SAYS__COUNT <= 64, "a set of fields fits its bits");
_Static_assert(sizeof(ops) / sizeof(*ops) == ASK__COUNT, "every operation has its row");

static bool fits(const json_t *value, enum shape shape)
{
	switch (shape) {
	case A_TEXT:
		return json_is_string(value);
	case A_NUMBER:
		return json_is_integer(value);
	case A_YES:
		return json_is_boolean(value);
	case AN_OBJECT:
		return json_is_object(value);
	case A_LIST:
		return json_is_array(value);
	case A_NAME:
		return json_is_integer(value) || json_is_string(value);
	case A_SPACE:
		return json_is_integer(value) && (json_integer_value(value) == RECORD_REAL ||
						  json_integer_value(value) == RECORD_DRILL);
	}
	return false;
}

static int wrong_shape(const char *name, enum shape shape, struct fault *why)
{
	static const struct {
		const char *en, *zh;
	} words[] = {
		[A_TEXT] = { "a text", "文字" },
		[A_NUMBER] = { "a whole number", "整数" },
		[A_YES] = { "true or false", "“true”或“false”" },
		[AN_OBJECT] = { "an object", "对象" },
		[A_LIST] = { "a list", "列表" },
		[A_NAME] = { "a number or a text", "数字或文字" },
		[A_SPACE] = { "1 (real) or 2 (drill)", "1（实战）或 2（演练）" },
	};

	return fault_say(why, FAULT_INVALID, "'%s' must be %s%.0s", "“%s”应为%.0s%s", name, words[shape].en,
			 words[shape].zh);
}

static int known_field(const char *name)
{
	for (int i = 0; i < SAYS__COUNT; i++)
		if (strcmp(fields[i].name, name) == 0)
			return i;
	return -1;
}

static int sort_fields(struct ask *ask, struct fault *why)
{
	const char *name;
	json_t *value;
	int ret = 0, field;

	json_object_foreach(ask->root, name, value) {
		if ((field = known_field(name)) < 0)
			ret = fault_say(why, FAULT_INVALID, "a request has no field '%.64s'",
					"请求没有字段“%.64s”", name);
		else if (!fits(value, fields[field].shape))
			ret = wrong_shape(name, fields[field].shape, why);
		else
			ask->says[field] = value;
	}
	return ret;
}

static int find_op(struct ask *ask, struct fault *why)
{
	const char *name = ask_text(ask, SAYS_OP);
	struct buf all = { 0 };
	int ret;

	if (!name)
		return fault_say(why, FAULT_INVALID, "the request does not say its 'op'", "请求未说明“op”");
	for (int i = 0; i < ASK__COUNT; i++) {
		if (strcmp(ops[i].name, name) == 0) {
			ask->op = (enum ask_op)i;
			buf_fini(&all);
			return 0;
		}
		buf_format(&all, "%s%s", i ? " " : "", ops[i].name);
	}
	ret = fault_say(why, FAULT_INVALID, "there is no op '%.64s'; there are: %s",
			"没有“%.64s”这一操作；有：“%s”", name, all.data);
	buf_fini(&all);
	return ret;
}

static int fitting_fields(const struct ask *ask, struct fault *why)
{
	const uint64_t must = ops[ask->op].must, may = ops[ask->op].may | ALL | must;

	for (int i = 0; i < SAYS__COUNT; i++) {
		if (!ask->says[i] && (must & UINT64_C(1) << i))
			return fault_say(why, FAULT_INVALID, "'%s' needs the field '%s'", "“%s”需要字段“%s”",
					 ops[ask->op].name, fields[i].name);
		if (ask->says[i] && !(may & UINT64_C(1) << i))
			return fault_say(why, FAULT_INVALID, "'%s' does not take the field '%s'",
					 "“%s”不接受字段“%s”", ops[ask->op].name, fields[i].name);
	}
	return 0;
}

int ask_read(const char *line, size_t len, struct ask *out, struct fault *why)
{
	json_t *root;
	int ret;

	*out = (struct ask){ 0 };
	if ((ret = canon_parse(line, len, ASK_MOST, &root, why)) < 0)
		return fault_within(why, "the request");
	return ask_from(root, out, why);
}

int ask_from(json_t *root, struct ask *out, struct fault *why)
{
	int ret;

	*out = (struct ask){ .root = root };
	if (!json_is_object(out->root))
		return fault_say(why, FAULT_INVALID, "a request is a JSON object on one line",
				 "请求应为写在一行的 JSON 对象");
	if ((ret = sort_fields(out, why)) < 0 || (ret = find_op(out, why)) < 0)
		return ret;
	return fitting_fields(out, why);
}

void ask_fini(struct ask *ask)
{
	json_decref(ask->root);
	*ask = (struct ask){ 0 };
}

const char *ask_text(const struct ask *ask, enum ask_field field)
{
	return json_string_value(ask->says[field]);
}

int64_t ask_number(const struct ask *ask, enum ask_field field, int64_t otherwise)
{
	return ask->says[field] ? json_integer_value(ask->says[field]) : otherwise;
}

const char *ask_op_name(enum ask_op op) { return ops[op].name; }
bool ask_writes(enum ask_op op) { return ops[op].writes; }
