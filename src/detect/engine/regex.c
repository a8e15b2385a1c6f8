#include "detect/engine/regex.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>
#include <stdlib.h>

#include "base/arena.h"
#include "detect/sigma/rule.h"

enum { MATCH_STEPS = 200000, MATCH_DEPTH = 2000, MATCH_HEAP_KIB = 4096 };

struct regex {
	pcre2_code *code;
	pcre2_match_context *limits;
};

/* PCRE2 explains itself in English alone; what people run into most often. */
static const char *in_chinese(int problem)
{
	static const struct {
		int problem;
		const char *zh;
	} words[] = {
		{ PCRE2_ERROR_END_BACKSLASH, "以“\\”结尾" },
		{ PCRE2_ERROR_UNKNOWN_ESCAPE, "“\\”后的字符无法识别" },
		{ PCRE2_ERROR_QUANTIFIER_OUT_OF_ORDER, "量词“{}”中的数字次序颠倒" },
		{ PCRE2_ERROR_QUANTIFIER_TOO_BIG, "量词“{}”中的数字过大" },
		{ PCRE2_ERROR_MISSING_SQUARE_BRACKET, "字符组缺少“]”" },
		{ PCRE2_ERROR_CLASS_RANGE_ORDER, "字符组中的范围次序颠倒" },
		{ PCRE2_ERROR_QUANTIFIER_INVALID, "量词前没有可重复的内容" },
		{ PCRE2_ERROR_INVALID_AFTER_PARENS_QUERY, "“(?”后的字符无法识别" },
		{ PCRE2_ERROR_MISSING_CLOSING_PARENTHESIS, "缺少“)”" },
		{ PCRE2_ERROR_UNMATCHED_CLOSING_PARENTHESIS, "多余的“)”" },
		{ PCRE2_ERROR_BAD_SUBPATTERN_REFERENCE, "所引用的分组不存在" },
		{ PCRE2_ERROR_UNKNOWN_POSIX_CLASS, "POSIX 字符类名称无法识别" },
		{ PCRE2_ERROR_LOOKBEHIND_NOT_FIXED_LENGTH, "后行断言的长度不固定" },
	};

	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++)
		if (words[i].problem == problem)
			return words[i].zh;
	return "";
}

int regex_new(const char *text, size_t len, unsigned flags, struct regex **out, struct fault *why)
{
	uint32_t options = PCRE2_UTF | PCRE2_MATCH_INVALID_UTF | PCRE2_NEVER_BACKSLASH_C;
	struct regex *x;
	pcre2_code *code;
	PCRE2_SIZE at;
	int problem;

	options |= flags & REGEX_CASELESS ? PCRE2_CASELESS : 0;
	options |= flags & REGEX_LINES ? PCRE2_MULTILINE : 0;
	options |= flags & REGEX_DOT_ALL ? PCRE2_DOTALL : 0;
	code = pcre2_compile((PCRE2_SPTR)text, len, options, &problem, &at, NULL);
	if (!code) {
		PCRE2_UCHAR words[160];
		const char *zh = in_chinese(problem);

		pcre2_get_error_message(problem, words, sizeof(words));
		if (!*zh)
			return fault_say(why, FAULT_INVALID, "regular expression, character %zu: %s",
					 "正则表达式第 %zu 个字符：%s", at + 1, (const char *)words);
		return fault_say(why, FAULT_INVALID, "regular expression, character %zu: %.0s%s",
				 "正则表达式第 %zu 个字符：%s（%s）", at + 1, zh, (const char *)words);
	}
	/* Where memory must not be both written and run (MemoryDenyWriteExecute) this
	 * fails, and the interpreter matches the same. */
	pcre2_jit_compile(code, PCRE2_JIT_COMPLETE);
	x = must_alloc(sizeof(*x));
	x->code = code;
	x->limits = pcre2_match_context_create(NULL);
	pcre2_set_match_limit(x->limits, MATCH_STEPS);
	pcre2_set_depth_limit(x->limits, MATCH_DEPTH);
	pcre2_set_heap_limit(x->limits, MATCH_HEAP_KIB);
	*out = x;
	return 0;
}

void regex_free(struct regex *x)
{
	if (!x)
		return;
	pcre2_match_context_free(x->limits);
	pcre2_code_free(x->code);
	free(x);
}

struct regex_room *regex_room_new(void) { return (struct regex_room *)pcre2_match_data_create(1, NULL); }

void regex_room_free(struct regex_room *room) { pcre2_match_data_free((pcre2_match_data *)room); }

bool regex_matches(const struct regex *x, struct regex_room *room, const char *text, size_t len,
		   bool *limited)
{
	int ret = pcre2_match(x->code, (PCRE2_SPTR)text, len, 0, 0, (pcre2_match_data *)room, x->limits);

	*limited = ret == PCRE2_ERROR_MATCHLIMIT || ret == PCRE2_ERROR_DEPTHLIMIT ||
		   ret == PCRE2_ERROR_HEAPLIMIT || ret == PCRE2_ERROR_JIT_STACKLIMIT;
	return ret >= 0;
}
