#include "base/fault.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/utf8.h"

/* clang-format off */
/* What a fault means to a program (HTTP status, exit status, name) and to a person. */
static const struct {
	int status, exit;
	const char *name, *en, *zh;
} table[] = {
	[FAULT_NONE]     = { 200,  0, "none",       "done",                         "已完成" },
	[FAULT_INVALID]  = { 422, 65, "invalid",    "not acceptable",               "内容不符合要求" },
	[FAULT_REFUSED]  = { 403, 77, "refused",    "refused",                      "未予受理" },
	[FAULT_ABSENT]   = { 404, 66, "absent",     "not there",                    "不存在" },
	[FAULT_CONFLICT] = { 409, 73, "conflict",   "changed in the meantime",      "已被他人更改" },
	[FAULT_LIMIT]    = { 413, 65, "limit",      "over the limit",               "超出限制" },
	[FAULT_BUSY]     = { 503, 75, "busy",       "cannot store at present",      "暂时无法保存" },
	[FAULT_IO]       = { 500, 74, "io",         "disk or network failed",       "磁盘或网络故障" },
	[FAULT_CORRUPT]  = { 500, 70, "corrupt",    "stored data is damaged",       "存储数据已损坏" },
	[FAULT_NEWER]    = { 500, 78, "newer",      "written by a newer version",   "由更新版本写入" },
	[FAULT_UNKNOWN]  = { 401, 77, "unauthenticated", "not signed in",            "尚未登录" },
	[FAULT_STEP_UP]  = { 401, 77, "step_up",    "prove anew who you are",       "请再次验证身份" },
};
/* clang-format on */

_Static_assert(sizeof(table) / sizeof(*table) == FAULT__COUNT, "every fault has its row");

static int known(int code)
{
	if (code < 0)
		code = -code;
	return code < FAULT__COUNT ? code : FAULT_INVALID;
}

/* A character that was cut, or came broken from outside, could not be sent on. */
static void mend(char *text)
{
	size_t len = strlen(text), valid;

	for (; (valid = utf8_valid(text, len)) < len; len--)
		memmove(text + valid, text + valid + 1, len - valid);
}

int fault_set(struct fault *why, enum fault_code code, const char *format, ...)
{
	va_list args;

	if (why) {
		why->code = code;
		why->no_room = false;
		why->zh[0] = '\0';
		va_start(args, format);
		vsnprintf(why->text, sizeof(why->text), format, args);
		va_end(args);
		mend(why->text);
	}
	return -(int)code;
}

int fault_say(struct fault *why, enum fault_code code, const char *en, const char *zh, ...)
{
	va_list args, again;

	if (why) {
		why->code = code;
		why->no_room = false;
		va_start(args, zh);
		va_copy(again, args);
		vsnprintf(why->text, sizeof(why->text), en, args);
		vsnprintf(why->zh, sizeof(why->zh), zh, again);
		va_end(again);
		va_end(args);
		mend(why->text);
		mend(why->zh);
	}
	return -(int)code;
}

int fault_no_room(struct fault *why, const char *path)
{
	int ret = fault_say(why, FAULT_BUSY, "disk is full: %s", "磁盘已满：%s", path);

	if (why)
		why->no_room = true;
	return ret;
}

static void put_before(char *text, size_t size, const char *prefix, const char *colon)
{
	const size_t more = strlen(prefix) + strlen(colon);

	if (more >= size)
		return;
	memmove(text + more, text, size - more);
	memcpy(text, prefix, strlen(prefix));
	memcpy(text + strlen(prefix), colon, strlen(colon));
	text[size - 1] = '\0';
	mend(text);
}

int fault_within(struct fault *why, const char *format, ...)
{
	char prefix[sizeof(why->text)];
	va_list args;

	if (!why)
		return -FAULT_INVALID;
	va_start(args, format);
	vsnprintf(prefix, sizeof(prefix), format, args);
	va_end(args);
	put_before(why->text, sizeof(why->text), prefix, ": ");
	if (*why->zh)
		put_before(why->zh, sizeof(why->zh), prefix, "：");
	return -why->code;
}

void fault_tell_zh(const struct fault *why, char *out, size_t size)
{
	if (*why->zh)
		snprintf(out, size, "%s", why->zh);
	else
		snprintf(out, size, "%s：%s", fault_words_zh(why->code), why->text);
	mend(out);
}

int fault_status(int code) { return table[known(code)].status; }
const char *fault_name(int code) { return table[known(code)].name; }

int fault_named(const char *name)
{
	for (int code = 0; name && code < FAULT__COUNT; code++)
		if (strcmp(table[code].name, name) == 0)
			return code;
	return FAULT_INVALID;
}

const char *fault_words_en(int code) { return table[known(code)].en; }
const char *fault_words_zh(int code) { return table[known(code)].zh; }
int fault_exit(int code) { return table[known(code)].exit; }
