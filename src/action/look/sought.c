/* Can what a list is filtered by stand there at all? A word that no record can
 * hold would be answered as if there were none. */

#include "action/action_private.h"

#include <string.h>

#include "store/filter.h"

static bool says(const struct filter *term, const char *word)
{
	return strlen(word) == term->len && !memcmp(term->text, word, term->len);
}

/* Takes the lists of what is right. */
static int not_among(const struct filter *term, struct buf *en, struct buf *zh, struct fault *why)
{
	fault_say(why, FAULT_INVALID, "filter: %s cannot be '%.*s'; one of: %s%.0s",
		  "筛选式：%s 不能是“%.*s”；可填：%.0s%s", term->name, term->len > 64 ? 64 : (int)term->len,
		  term->text, en->data ? en->data : "", zh->data ? zh->data : "");
	buf_fini(en);
	buf_fini(zh);
	return -FAULT_INVALID;
}

static void add_word(struct buf *en, struct buf *zh, const char *word, const char *label)
{
	buf_format(en, "%s%s", en->len ? ", " : "", word);
	buf_format(zh, "%s“%s”（%s）", zh->len ? "、" : "", word, label);
}

static int ask_yes(const struct filter *term, struct fault *why)
{
	struct buf en = { 0 }, zh = { 0 };

	if (says(term, "yes") || says(term, "no"))
		return 0;
	add_word(&en, &zh, "yes", "是");
	add_word(&en, &zh, "no", "否");
	return not_among(term, &en, &zh, why);
}

static int ask_code(const struct enumeration *codes, const struct filter *term, struct fault *why)
{
	struct buf en = { 0 }, zh = { 0 };

	for (size_t i = 0; i < codes->count; i++)
		if (says(term, codes->codes[i].code))
			return 0;
	for (size_t i = 0; i < codes->count; i++)
		add_word(&en, &zh, codes->codes[i].code, codes->codes[i].label.zh);
	return not_among(term, &en, &zh, why);
}

static int ask_state(const struct region *region, const struct filter *term, struct fault *why)
{
	struct buf en = { 0 }, zh = { 0 };

	for (size_t i = 0; i < region->state_count; i++)
		if (says(term, region->states[i].name))
			return 0;
	for (size_t i = 0; i < region->state_count; i++)
		add_word(&en, &zh, region->states[i].name, region->states[i].label.zh);
	return not_among(term, &en, &zh, why);
}

static int ask_number(const struct filter *term, struct fault *why)
{
	const size_t sign = term->len > 1 && *term->text == '-';
	bool digits = term->len > 0;

	for (size_t i = sign; i < term->len; i++)
		digits &= term->text[i] >= '0' && term->text[i] <= '9';
	return digits ? 0
		      : fault_say(why, FAULT_INVALID, "filter: %s is a number, and '%.*s' is none",
				  "筛选式：%s 须是数字，“%.*s”不是", term->name,
				  term->len > 64 ? 64 : (int)term->len, term->text);
}

/* What was not known, with a reason, stands as "unknown" for every type. */
static int ask_term(const struct kind *kind, const struct filter *term, struct fault *why)
{
	const struct field *field = kind_field(kind, term->name);
	const struct region *region = kind_region(kind, term->name);

	if (term->test == TEST_ANY || (field && says(term, "unknown")))
		return 0;
	if (field && field->type == FIELD_NUMBER)
		return ask_number(term, why);
	if (field && field->type == FIELD_YES)
		return ask_yes(term, why);
	if (field && field->type == FIELD_ENUM && field->codes && term->test == TEST_IS)
		return ask_code(field->codes, term, why);
	if (!field && region && term->test == TEST_IS)
		return ask_state(region, term, why);
	return !field && !region && !strcmp(term->name, "open") ? ask_yes(term, why) : 0;
}

int sought_ask(const struct kind *kind, const struct filter *filter, struct fault *why)
{
	int ret = 0;

	if (!filter)
		return 0;
	if (filter->type == FILTER_FIELD && (ret = ask_term(kind, filter, why)) == 0 && filter->bound)
		ret = ask_term(kind, filter->bound, why);
	for (const struct filter *child = filter->first; ret == 0 && child; child = child->next)
		ret = sought_ask(kind, child, why);
	return ret;
}
