#include <string.h>

#include "gate/http/parts.h"

/*
 * problem -- an answer that is no, as RFC 9457 has it.
 *
 * The words are those of the house, in both languages; `title` and `detail` in
 * the one that was asked for.
 */

static int code_of(const json_t *answer)
{
	const char *name = json_string_value(json_object_get(answer, "fault"));

	return name ? fault_named(name) : FAULT_INVALID;
}

/* The disk is not the asker's fault, and may do better in a moment. */
static int status_of(int code) { return code == FAULT_IO ? 503 : fault_status(code); }

/* A refusal says what its first reason says; all of them stand beside. */
static const char *words_of(const json_t *answer, const char *language)
{
	const char *words = json_string_value(json_object_get(answer, language));

	if (!words)
		words = json_string_value(
			json_object_get(json_array_get(json_object_get(answer, "refusals"), 0), language));
	return words ? words : "";
}

json_t *problem_of(const struct call *call, json_t *answer, int *status)
{
	const int code = code_of(answer);
	const char *en = words_of(answer, "en"), *zh = words_of(answer, "zh");
	json_t *problem;

	if (!*status)
		*status = status_of(code);
	if (code == FAULT_CONFLICT && call->exchange && http_header(call->exchange, "if-match"))
		*status = 412;
	problem = json_pack("{s:o, s:s, s:i, s:s, s:s, s:s, s:s, s:O*}", "type",
			    json_sprintf("urn:fengsui:fault:%s", fault_name(code)), "title",
			    call->chinese ? fault_words_zh(code) : fault_words_en(code), "status", *status,
			    "detail", call->chinese && *zh ? zh : en, "fault", fault_name(code), "en", en,
			    "zh", zh, "refusals", json_object_get(answer, "refusals"));
	json_decref(answer);
	return problem;
}
