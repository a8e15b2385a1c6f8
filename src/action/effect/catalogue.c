/* The effects that a plan pack may name: one file each. */

#include "action/action_private.h"

#include <string.h>

extern const struct effect effect_access;
extern const struct effect effect_address;
extern const struct effect effect_cap;
extern const struct effect effect_deliver;
extern const struct effect effect_document;
extern const struct effect effect_draft_report;
extern const struct effect effect_drill_space;
extern const struct effect effect_edition;
extern const struct effect effect_erase;
extern const struct effect effect_escalate;
extern const struct effect effect_free;
extern const struct effect effect_freeze;
extern const struct effect effect_gather;
extern const struct effect effect_grade;
extern const struct effect effect_inform;
extern const struct effect effect_issue;
extern const struct effect effect_link;
extern const struct effect effect_load_pack;
extern const struct effect effect_mark;
extern const struct effect effect_match_plans;
extern const struct effect effect_merge;
extern const struct effect effect_move;
extern const struct effect effect_number;
extern const struct effect effect_open;
extern const struct effect effect_package;
extern const struct effect effect_phase;
extern const struct effect effect_publish;
extern const struct effect effect_replan_clocks;
extern const struct effect effect_report_duties;
extern const struct effect effect_reserve;
extern const struct effect effect_run;
extern const struct effect effect_send;
extern const struct effect effect_separate;
extern const struct effect effect_set;
extern const struct effect effect_settle_grade;
extern const struct effect effect_snapshot;
extern const struct effect effect_start_plans;
extern const struct effect effect_test_channels;
extern const struct effect effect_unanswered;
extern const struct effect effect_void;

/* clang-format off */
const struct effect *const effects[] = {
	&effect_access, &effect_address, &effect_cap, &effect_deliver, &effect_document,
	&effect_draft_report, &effect_drill_space, &effect_edition, &effect_erase, &effect_escalate,
	&effect_free, &effect_freeze, &effect_gather, &effect_grade, &effect_inform, &effect_issue,
	&effect_link, &effect_load_pack, &effect_mark, &effect_match_plans, &effect_merge,
	&effect_move, &effect_number, &effect_open, &effect_package, &effect_phase, &effect_publish,
	&effect_replan_clocks, &effect_report_duties, &effect_reserve, &effect_run, &effect_send,
	&effect_separate, &effect_set, &effect_settle_grade, &effect_snapshot, &effect_start_plans,
	&effect_test_channels, &effect_unanswered, &effect_void, NULL,
};
/* clang-format on */

const struct effect *effect_named(const char *name)
{
	for (size_t i = 0; effects[i]; i++)
		if (!strcmp(effects[i]->name, name))
			return effects[i];
	return NULL;
}

const char *effect_arg(const struct effect_use *use, const char *key)
{
	for (size_t i = 0; i < use->arg_count; i++)
		if (!strcmp(use->keys[i], key))
			return use->args[i];
	return NULL;
}
