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

		pcre2_get_error_message(problem, words, sizeof(words));
		return fault_set(why, FAULT_INVALID, "regular expression, character %zu: %s", at + 1,
				 (const char *)words);
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
