#include <stdio.h>
#include <string.h>

#include "action/action.h"
#include "ctl/ctl_private.h"
#include "host/file.h"
#include "record/record.h"
#include "seal/digest.h"
#include "warn/check.h"
#include "warn/proposal.h"

/*
 * import -- `fengsui cap import`: another centre's message goes to the daemon, to be reviewed.
 *
 * Looked at here first, so that a file that nobody will take is not sent; the
 * daemon looks at it all the same.
 */
enum { KEY_CHARS = 32 };

static int look(struct ctl *ctl, const char *path, struct proposal *out)
{
	struct findings found = { 0 };
	const struct finding *first;
	struct fault why = { 0 };
	const struct node *alert;
	char *bytes;
	size_t len;

	if (file_read(path, XML_BYTES_MOST, ctl->mem, &bytes, &len, &why) < 0)
		return say_fault(ctl, &why);
	alert = check_message(bytes, len, ctl->mem, &found);
	if ((first = findings_first(&found))) {
		fault_say(&why, FAULT_INVALID, "%s:%u: %s: [%s] %s%.0s", "%s:%u：%s：[%s] %.0s%s", path,
			  first->line, first->element, rule_code(first->rule), rule_en(first->rule),
			  rule_zh(first->rule));
		return say_fault(ctl, &why);
	}
	*out = proposal_of(message_of(alert, ctl->mem), ctl->mem);
	return 0;
}

/* The same file again is the same request. */
static json_t *request_of(struct ctl *ctl, const json_t *kind, const struct proposal *said,
			  const char *digest)
{
	json_t *request = kind_request(ctl, kind, "create", NULL, house_cap_input(said, digest));

	if (!ctl->typed.key)
		json_object_set_new(request, "key",
				    json_string(arena_text(ctl->mem, "cap-import-%.*s", KEY_CHARS, digest)));
	if (!strcmp(said->status, "Exercise"))
		json_object_set_new(request, "space", json_integer(RECORD_DRILL));
	return request;
}

static int import_file(struct ctl *ctl, const json_t *kind, const char *path)
{
	char digest[2 * DIGEST_LEN + 1];
	struct proposal said;
	json_t *answer;
	int ret;

	if ((ret = look(ctl, path, &said)) || (ret = attach_file(ctl, path, digest)) ||
	    (ret = talk_or_say(ctl, request_of(ctl, kind, &said, digest), &answer)))
		return ret;
	say_done(ctl, kind, answer);
	json_decref(answer);
	return 0;
}

int cap_import_command(struct ctl *ctl)
{
	const json_t *kind;
	int ret, worst = 0;

	if (ctl->typed.word_count < 3 || strcmp(ctl->typed.words[1], "import"))
		return say_usage(ctl, "fengsui cap import FILE...; see fengsui cap --help",
				 "fengsui cap import 文件...；见 fengsui cap --help");
	if ((ret = catalogue_learn(ctl)))
		return ret;
	if (!(kind = catalogue_kind(ctl, "warning")))
		return say_usage(ctl, "this plan has no warnings", "本预案没有预警");
	for (size_t i = 2; i < ctl->typed.word_count; i++)
		if ((ret = import_file(ctl, kind, ctl->typed.words[i])))
			worst = ret;
	return worst;
}
