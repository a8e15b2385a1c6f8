#include <stdlib.h>
#include <string.h>

#include "ctl/ctl_private.h"

/*
 * receipt -- what a unit keeps of its report: printed, and read again by verify.
 *
 * The checkpoint stands between two lines that nothing else has, so that the
 * whole of what was printed may be kept, and no part of it be taken for another.
 */
static const char begins[] = "-----BEGIN FENGSUI CHECKPOINT-----\n";
static const char ends[] = "-----END FENGSUI CHECKPOINT-----\n";

static const char *text_of(const json_t *thing, const char *name)
{
	const char *text = json_string_value(json_object_get(thing, name));

	return text ? text : "";
}

void say_receipt(const struct ctl *ctl, const json_t *receipt, FILE *out)
{
	const char *at = text_of(receipt, "at");

	fprintf(out,
		in_words(ctl, "Receipt %s for %s, recorded %.10s %.8sZ, entry %lld of the record\n",
			 "回执 %s（%s），记录于 %.10s %.8sZ，记录第 %lld 条\n"),
		text_of(receipt, "number"), text_of(receipt, "record"), at, strlen(at) > 11 ? at + 11 : "",
		(long long)json_integer_value(json_object_get(receipt, "seq")));
	fprintf(out,
		in_words(ctl,
			 "Leaf %s\nKeep this: it proves that the record held the report (fengsui verify "
			 "FOLDER "
			 "--against FILE).\n",
			 "叶 %s\n请妥善保存：凭此可证明记录中已有该报告（fengsui verify 目录 --against "
			 "文件）。\n"),
		text_of(receipt, "leaf"));
	fprintf(out, "%s%s%s", begins, text_of(receipt, "checkpoint"), ends);
}

/* The answer of the daemon as it was kept: the checkpoint in it, or NULL. */
static const char *note_of_answer(const char *text, struct arena *mem)
{
	json_error_t error;
	json_t *answer = json_loads(text, JSON_REJECT_DUPLICATES, &error);
	const json_t *receipt = json_object_get(answer, "receipt");
	const char *note = text_of(receipt ? receipt : answer, "checkpoint");

	note = *note ? arena_copy(mem, note) : NULL;
	json_decref(answer);
	return note;
}

/* Line ends as a mail has them become those of a note. */
static const char *plain_lines(const char *text, struct arena *mem)
{
	char *copy = arena_copy(mem, text), *to = copy;

	for (const char *c = text; *c; c++)
		if (*c != '\r')
			*to++ = *c;
	*to = '\0';
	return copy;
}

const char *receipt_notes(const char *text, struct arena *mem)
{
	struct buf notes = { 0 };
	const char *at, *end, *kept;

	if (text[strspn(text, " \t\r\n")] == '{')
		return note_of_answer(text, mem);
	at = text = plain_lines(text, mem);
	if (!strstr(text, begins))
		return text;
	while ((at = strstr(at, begins))) {
		at += strlen(begins);
		if (!(end = strstr(at, ends))) {
			buf_fini(&notes);
			return NULL;
		}
		buf_format(&notes, "%.*s\n", (int)(end - at), at);
		at = end;
	}
	kept = arena_copy(mem, notes.data);
	buf_fini(&notes);
	return kept;
}
