/* What a unit keeps to prove later that the Office had its report. */

#include "action/action_private.h"

#include "base/stamp.h"
#include "seal/hex.h"

/* Its number: the receipt's own where the plan gives one, else the record's. */
static const char *number_of(const struct object *received)
{
	const char *number = json_string_value(json_object_get(received->body, "receipt_no"));

	return number ? number : received->number;
}

/* The checkpoint is signed in the transaction of the report, so that it is
 * durable with it, and leaves with the answer after their commit. */
int receipt_sign(struct deed *deed, json_t *answer, struct fault *why)
{
	const struct object *received = deed->received;
	const enum record_space space = received->space == RECORD_DRILL ? RECORD_DRILL : RECORD_REAL;
	char at[STAMP_LEN], leaf[2 * sizeof(received->place.hash) + 1];
	char *note;
	int ret = record_checkpoint(deed->house->record, space, deed->mem, &note, why);

	if (ret < 0)
		return ret;
	stamp_format(deed->now, at);
	hex_write(received->place.hash, sizeof(received->place.hash), leaf);
	json_object_set_new(answer, "receipt",
			    json_pack("{s:s*, s:s*, s:s, s:I, s:s, s:s}", "number", number_of(received),
				      "record", received->number, "at", at, "seq",
				      (json_int_t)received->place.seq, "leaf", leaf, "checkpoint", note));
	return 0;
}
