/* Take the next number of a series of documents or receipts. */

#include "action/action_private.h"

#include <inttypes.h>
#include <string.h>

#include "base/stamp.h"

static int run(struct deed *deed, struct object *subject, const struct effect_use *use, struct fault *why)
{
	const char *series = use->value ? use->value : "document";
	const char *field = !strcmp(series, "receipt") ? "receipt_no" : "document_no";
	const char *drill = subject->space == RECORD_DRILL ? "EX-" : "";
	int year = stamp_civil(deed->now).year;
	int64_t n;

	if (!kind_field(subject->kind, field) || json_object_get(subject->body, field))
		return 0;
	n = series_next(deed, subject, arena_text(deed->mem, "%s%s-%d", drill, series, year), why);
	if (n < 0)
		return (int)n;
	change_set(deed, subject, field,
		   json_string(arena_text(deed->mem, "%s%s-%d-%04" PRId64, drill,
					  !strcmp(series, "receipt") ? "RCP" : "DOC", year, n)));
	return 0;
}

const struct effect effect_number = {
	.name = "number",
	.en = "takes the next number of a series",
	.zh = "取序列的下一编号",
	.run = run,
};
