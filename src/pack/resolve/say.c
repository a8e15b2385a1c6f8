#include <string.h>

#include "base/stamp.h"
#include "model/vocabulary.h"
#include "pack/pack_private.h"

/*
 * What is missing, as a sentence in both languages.
 *
 * A pack may say it itself. Where it does not, the sentence is made here from
 * the labels of kinds, fields and states, so that a refusal at 03:00 reads
 * like one of the plan and not like a condition of a program.
 */

/* A guard may be a demand ("must be in") or, under `when`, a supposition ("is
 * in"); `supposed` tells which is being said. */
struct saying {
	const struct reader *r;
	const struct pack *pack;
	struct arena *mem;
	bool supposed;
};

static struct words words(const char *zh, const char *en) { return (struct words){ zh, en }; }

static struct words mood(const struct saying *s, struct words demanded, struct words supposed)
{
	return s->supposed ? supposed : demanded;
}

/* Labels of states or codes, as "A" or "B": “A”或“B”. */
struct listing {
	const char *zh, *en;
};

static void list_add(struct saying *s, struct listing *list, struct words label, bool last)
{
	const char *zh_join = last ? "或" : "、", *en_join = last ? " or " : ", ";

	list->zh = *list->zh ? arena_text(s->mem, "%s%s“%s”", list->zh, zh_join, label.zh)
			     : arena_text(s->mem, "“%s”", label.zh);
	list->en = *list->en ? arena_text(s->mem, "%s%s'%s'", list->en, en_join, label.en)
			     : arena_text(s->mem, "'%s'", label.en);
}

static struct listing states_listed(struct saying *s, const struct region *region, const struct names *names)
{
	struct listing list = { "", "" };
	const struct state *state;

	for (size_t i = 0; i < names->count; i++) {
		state = region ? region_state(region, names->at[i]) : NULL;
		list_add(s, &list, state ? state->label : (struct words){ names->at[i], names->at[i] },
			 i + 1 == names->count);
	}
	return list;
}

static struct words code_label(const struct field *field, const char *value)
{
	const struct code *code = field && field->codes ? enum_code(field->codes, value) : NULL;

	if (code)
		return code->label;
	if (field && field->type == FIELD_YES)
		return !strcmp(value, "yes") ? (struct words){ "是", "yes" } : (struct words){ "否", "no" };
	return (struct words){ value, value };
}

static struct listing values_listed(struct saying *s, const struct field *field, const struct names *names)
{
	struct listing list = { "", "" };

	for (size_t i = 0; i < names->count; i++)
		list_add(s, &list, code_label(field, names->at[i]), i + 1 == names->count);
	return list;
}

static struct words field_label(const struct saying *s, const struct kind *kind, const char *path)
{
	const struct field *field = path_find(s->pack, kind, path);

	return field ? field->label : (struct words){ path, path };
}

/* Of which record a region is: of this one by its kind, across a ref by the ref's label. */
static struct words say_in(struct saying *s, const struct guard *guard, const struct kind *kind)
{
	const struct region *region;
	struct words subject = kind->label, be;
	struct listing list;
	struct path_end end;

	if (!path_follow(s->r, kind, guard->path, guard->at, &end))
		return (struct words){ 0 };
	if (end.cross)
		subject = end.cross->label;
	region = kind_region(end.kind, end.last);
	if (region && region->label.zh && region != &end.kind->regions[0])
		subject = (struct words){ arena_text(s->mem, "%s的%s", subject.zh, region->label.zh),
					  arena_text(s->mem, "%s: %s", subject.en, region->label.en) };
	list = states_listed(s, region, &guard->values);
	be = mood(s, words("须处于", "must be in"), words("处于", "is in"));
	return words(arena_text(s->mem, "%s%s%s", subject.zh, be.zh, list.zh),
		     arena_text(s->mem, "%s %s %s", subject.en, be.en, list.en));
}

static struct words say_is(struct saying *s, const struct guard *guard, const struct kind *kind)
{
	const struct field *field = path_find(s->pack, kind, guard->path);
	struct words label, be;
	struct listing list;

	if (!field)
		field = pack_input(s->pack, guard->path);
	label = field ? field->label : (struct words){ guard->path, guard->path };
	list = values_listed(s, field, &guard->values);
	be = mood(s, words("须为", "must be"), words("为", "is"));
	return words(arena_text(s->mem, "“%s”%s%s", label.zh, be.zh, list.zh),
		     arena_text(s->mem, "'%s' %s %s", label.en, be.en, list.en));
}

static struct words level_words(struct saying *s, const struct kind *kind, const char *path)
{
	const char *dot = strrchr(path, '.');
	const struct level_word *word = vocabulary_level(dot ? dot + 1 : path);
	struct words label;

	if (word)
		return (struct words){ word->zh, word->en };
	if (!strcmp(path, "threshold"))
		return (struct words){ "现行启动标准", "the threshold in force" };
	label = field_label(s, kind, path);
	return words(arena_text(s->mem, "“%s”", label.zh), arena_text(s->mem, "'%s'", label.en));
}

static struct words say_level(struct saying *s, const struct guard *guard, const struct kind *kind)
{
	/* clang-format off */
	static const struct words demanded[] = {
		[LT] = { "须低于", "must be below" },    [LE] = { "不得高于", "must be at most" },
		[EQ] = { "须为", "must be" },            [NE] = { "不得为", "must not be" },
		[GE] = { "须达到", "must be at least" }, [GT] = { "须高于", "must be above" },
	}, supposed[] = {
		[LT] = { "低于", "is below" },           [LE] = { "不高于", "is at most" },
		[EQ] = { "为", "is" },                   [NE] = { "不为", "is not" },
		[GE] = { "达到", "is at least" },        [GT] = { "高于", "is above" },
	};
	/* clang-format on */
	struct words how = mood(s, demanded[guard->compare], supposed[guard->compare]);
	struct words which = level_words(s, kind, guard->path), than;

	if (guard->against)
		than = level_words(s, kind, guard->against);
	else
		than = (struct words){ arena_text(s->mem, "%d级", guard->number),
				       arena_text(s->mem, "%d", guard->number) };
	return words(arena_text(s->mem, "%s%s%s", which.zh, how.zh, than.zh),
		     arena_text(s->mem, "%s %s %s", which.en, how.en, than.en));
}

/* “证据”、“任务”: the kinds that are asked for. */
static struct listing kinds_listed(struct saying *s, const struct names *of)
{
	struct listing list = { "", "" };
	const struct kind *kind;

	for (size_t i = 0; i < of->count; i++)
		if ((kind = pack_kind(s->pack, of->at[i])))
			list_add(s, &list, kind->label, i + 1 == of->count);
	return list;
}

/* Of which states the linked records are: "in 'A' or 'B', open". */
static struct words states_words(struct saying *s, const struct among *among)
{
	const struct kind *kind = among->of.count ? pack_kind(s->pack, among->of.at[0]) : NULL;
	const struct region *main = kind && kind->region_count ? &kind->regions[0] : NULL;
	struct words w = { "", "" };
	struct listing list;

	if (among->in.count) {
		list = states_listed(s, main, &among->in);
		w = words(arena_text(s->mem, "处于%s", list.zh), arena_text(s->mem, "in %s", list.en));
	}
	if (among->not_in.count) {
		list = states_listed(s, main, &among->not_in);
		w = words(arena_text(s->mem, "%s%s不处于%s", w.zh, *w.zh ? "且" : "", list.zh),
			  arena_text(s->mem, "%s%snot in %s", w.en, *w.en ? " and " : "", list.en));
	}
	if (among->open)
		w = words(arena_text(s->mem, "%s%s未结束", w.zh, *w.zh ? "且" : ""),
			  arena_text(s->mem, "%s%sopen", w.en, *w.en ? " and " : ""));
	return w;
}

static struct words say_every(struct saying *s, const struct among *among, const struct listing *kinds)
{
	struct words be = mood(s, words("均须", "must be"), words("均", "is")), in = states_words(s, among);
	struct words such = among->where ? among->where->say : (struct words){ "", "" };

	if (!among->where)
		return words(arena_text(s->mem, "每项%s%s%s", kinds->zh, be.zh, in.zh),
			     arena_text(s->mem, "every %s %s %s", kinds->en, be.en, in.en));
	return words(arena_text(s->mem, "每项%s%s%s%s符合：%s", kinds->zh, be.zh, in.zh, *in.zh ? "且" : "",
				such.zh),
		     arena_text(s->mem, "every %s %s %s%ssuch that %s", kinds->en, be.en, in.en,
				*in.en ? " and " : "", such.en));
}

/* "at least 2 'Opinion' in 'Given' ('Verdict' must be 'pass')", without its verb. */
static struct words among_noun(struct saying *s, const struct among *among, const struct listing *kinds)
{
	struct words in = states_words(s, among), w;

	w = words(*in.zh ? arena_text(s->mem, "%s的%s", in.zh, kinds->zh) : kinds->zh,
		  *in.en ? arena_text(s->mem, "%s %s", kinds->en, in.en) : kinds->en);
	if (among->where)
		w = words(arena_text(s->mem, "%s（%s）", w.zh, among->where->say.zh),
			  arena_text(s->mem, "%s (%s)", w.en, among->where->say.en));
	return w;
}

static struct words how_many(struct saying *s, const struct among *among)
{
	if (among->at_least_setting)
		return words("规定数量的", "the set number of");
	if (among->at_least <= 1)
		return words("", "at least one");
	return words(arena_text(s->mem, "至少%d项", among->at_least),
		     arena_text(s->mem, "at least %d", among->at_least));
}

static struct words say_among(struct saying *s, const struct guard *guard)
{
	struct listing kinds = kinds_listed(s, &guard->among.of);
	struct words noun, many;

	if (guard->form == GUARD_EVERY)
		return say_every(s, &guard->among, &kinds);
	noun = among_noun(s, &guard->among, &kinds);
	if (guard->form == GUARD_NONE)
		return words(arena_text(s->mem, "%s%s", s->supposed ? "没有" : "不得有", noun.zh),
			     arena_text(s->mem, "there %s no %s", s->supposed ? "is" : "must be", noun.en));
	many = how_many(s, &guard->among);
	return words(arena_text(s->mem, "%s%s%s", s->supposed ? "有" : "须有", many.zh, noun.zh),
		     arena_text(s->mem, "there %s %s %s", s->supposed ? "is" : "must be", many.en, noun.en));
}

static struct words say_clock(struct saying *s, const struct guard *guard)
{
	/* clang-format off */
	static const struct words demanded[] = {
		[CLOCK_RUNNING] = { "须正在计时", "must be running" }, [CLOCK_MISSED] = { "须已超时", "must have been missed" },
		[CLOCK_OVER] = { "须已到时", "must be over" },         [CLOCK_STOPPED] = { "须已停止", "must have been stopped" },
	}, supposed[] = {
		[CLOCK_RUNNING] = { "正在计时", "is running" },        [CLOCK_MISSED] = { "已超时", "has been missed" },
		[CLOCK_OVER] = { "已到时", "is over" },                [CLOCK_STOPPED] = { "已停止", "has been stopped" },
	};
	/* clang-format on */
	struct words how = mood(s, demanded[guard->clock], supposed[guard->clock]);
	const struct clock_def *clock = pack_clock(s->pack, guard->path);
	struct words label = clock ? clock->label : (struct words){ guard->path, guard->path };

	return words(arena_text(s->mem, "时钟%s“%s”%s", guard->path, label.zh, how.zh),
		     arena_text(s->mem, "clock %s '%s' %s", guard->path, label.en, how.en));
}

/* Something in C that speaks for itself: a check or a named guard. */
static struct words say_spoken(struct saying *s, const struct guard *guard)
{
	const struct spoken *spoken = vocabulary_find(
		guard->form == GUARD_CHECKED ? vocabulary_checks : vocabulary_guards, guard->path);

	if (!spoken)
		return words(guard->path, guard->path);
	if (s->supposed)
		return words(spoken->zh, spoken->en);
	return words(arena_text(s->mem, "要求：%s", spoken->zh),
		     arena_text(s->mem, "required: %s", spoken->en));
}

/* What stands around the name, in both moods. */
static struct words named_verb(struct saying *s, enum guard_form form)
{
	switch (form) {
	case GUARD_REACHED:
		return mood(s, words("须已到", "must have come"), words("已到", "has come"));
	case GUARD_SETTING:
		return mood(s, words("须有生效的设置", "must be in force as a setting"),
			    words("有生效的设置", "is in force as a setting"));
	case GUARD_SAME_TEXT:
		return mood(s, words("须与定稿一致：", "must be the text that was approved"),
			    words("与定稿一致：", "is the text that was approved"));
	default:
		return mood(s, words("须填写", "must be given"), words("已填写", "is given"));
	}
}

/* Guards that name one field, input, setting, check. */
static struct words say_named(struct saying *s, const struct guard *guard, const struct kind *kind)
{
	struct words label = field_label(s, kind, guard->path), verb;
	const struct field *input = pack_input(s->pack, guard->path);

	if (guard->form == GUARD_CHECKED || guard->form == GUARD_NAMED)
		return say_spoken(s, guard);
	if (label.zh == guard->path && input)
		label = input->label;
	verb = named_verb(s, guard->form);
	return words(arena_text(s->mem, "%s“%s”", verb.zh, label.zh),
		     arena_text(s->mem, "'%s' %s", label.en, verb.en));
}

static struct listing persons_listed(struct saying *s, const struct guard *guard, const struct kind *kind)
{
	struct listing list = { "", "" };

	for (size_t i = 0; i < guard->values.count; i++)
		list_add(s, &list,
			 !strcmp(guard->values.at[i], "proposer") ? (struct words){ "提议人", "proposer" }
								  : field_label(s, kind, guard->values.at[i]),
			 i + 1 == guard->values.count);
	return list;
}

static struct words say_actor(struct saying *s, const struct guard *guard, const struct kind *kind)
{
	struct listing who = persons_listed(s, guard, kind);
	const struct spoken *held;

	switch (guard->form) {
	case GUARD_HOLDS:
		held = vocabulary_find(vocabulary_holds, guard->path);
		return held ? words(arena_text(s->mem, "办理人须%s", held->zh),
				    arena_text(s->mem, "who acts must %s", held->en))
			    : words(guard->path, guard->path);
	case GUARD_DELEGATION:
		return words(
			arena_text(s->mem, "办理人须持有有效授权“%s”", guard->path),
			arena_text(s->mem, "who acts must have the delegation '%s' in force", guard->path));
	case GUARD_OTHER_THAN:
		return words(arena_text(s->mem, "须由%s以外的人办理", who.zh),
			     arena_text(s->mem, "someone other than %s must do this", who.en));
	case GUARD_ACTOR_IS:
		return words(arena_text(s->mem, "须由%s本人办理", who.zh),
			     arena_text(s->mem, "only %s may do this", who.en));
	case GUARD_ACTOR_OF:
		return words(arena_text(s->mem, "须由%s的人员办理", who.zh),
			     arena_text(s->mem, "only people of %s may do this", who.en));
	default:
		return words(arena_text(s->mem, "不得由%s的人员办理", who.zh),
			     arena_text(s->mem, "people of %s may not do this", who.en));
	}
}

static struct words say_ahead(struct saying *s, const struct guard *guard, const struct kind *kind)
{
	struct words label = field_label(s, kind, guard->path), than;
	char span[64];

	if (guard->values.count > 1) {
		than = field_label(s, kind, guard->values.at[1]);
		return words(arena_text(s->mem, "“%s”%s晚于“%s”", label.zh, s->supposed ? "" : "须", than.zh),
			     arena_text(s->mem, "'%s' %s after '%s'", label.en,
					s->supposed ? "comes" : "must come", than.en));
	}
	if (guard->within) {
		stamp_format_span(guard->within, span, sizeof(span));
		return words(arena_text(s->mem, "“%s”%s晚于此刻，且不超过%s", label.zh,
					s->supposed ? "" : "须", span),
			     arena_text(s->mem, "'%s' %s in the future, at most %s from now", label.en,
					s->supposed ? "lies" : "must lie", span));
	}
	return words(
		arena_text(s->mem, "“%s”%s晚于此刻", label.zh, s->supposed ? "" : "须"),
		arena_text(s->mem, "'%s' %s in the future", label.en, s->supposed ? "lies" : "must lie"));
}

static struct words say_parts(struct saying *s, const struct guard *guard)
{
	bool any = guard->form == GUARD_ANY;
	struct words w = { "", "" };

	for (size_t i = 0; i < guard->part_count; i++) {
		const struct words *part = &guard->parts[i]->say;

		w.zh = i ? arena_text(s->mem, "%s%s%s", w.zh, any ? "，或者" : "，并且", part->zh) : part->zh;
		w.en = i ? arena_text(s->mem, "%s%s%s", w.en, any ? ", or " : ", and ", part->en) : part->en;
	}
	return w;
}

static struct words say_of(struct saying *s, const struct guard *guard, const struct kind *kind)
{
	switch (guard->form) {
	case GUARD_IN:
		return say_in(s, guard, kind);
	case GUARD_IS:
		return say_is(s, guard, kind);
	case GUARD_LEVEL:
		return say_level(s, guard, kind);
	case GUARD_EVERY:
	case GUARD_SOME:
	case GUARD_NONE:
		return say_among(s, guard);
	case GUARD_CLOCK:
		return say_clock(s, guard);
	case GUARD_AHEAD:
		return say_ahead(s, guard, kind);
	case GUARD_ANY:
	case GUARD_ALL:
		return say_parts(s, guard);
	case GUARD_HOLDS:
	case GUARD_DELEGATION:
	case GUARD_OTHER_THAN:
	case GUARD_ACTOR_IS:
	case GUARD_ACTOR_OF:
	case GUARD_NOT_ACTOR_OF:
		return say_actor(s, guard, kind);
	default:
		return say_named(s, guard, kind);
	}
}

/* Parts first: a sentence is made of the sentences within it. */
static void say_guard(struct saying *s, struct guard *guard, const struct kind *kind, bool supposed)
{
	const struct kind *of;

	if (!guard)
		return;
	say_guard(s, guard->when, kind, true);
	for (size_t i = 0; i < guard->part_count; i++)
		say_guard(s, guard->parts[i], kind, supposed);
	of = guard->among.of.count ? pack_kind(s->pack, guard->among.of.at[0]) : NULL;
	if (of)
		say_guard(s, guard->among.where, of, true);
	s->supposed = supposed;
	if (!guard->say.zh || !*guard->say.zh)
		guard->say = say_of(s, guard, kind);
}

static void say_move(struct saying *s, struct move *move)
{
	for (size_t i = 0; i < move->who_count; i++)
		say_guard(s, move->who[i].when, move->kind, true);
	for (size_t i = 0; i < move->by.count; i++)
		say_guard(s, move->by.at[i], move->kind, false);
	for (size_t i = 0; i < move->conditions.count; i++)
		say_guard(s, move->conditions.at[i], move->kind, false);
	for (size_t i = 0; i < move->clock_count; i++)
		say_guard(s, move->clocks[i].when, move->kind, true);
	for (size_t i = 0; i < move->does_count; i++)
		say_guard(s, move->does[i].when, move->kind, true);
}

static void say_always(struct saying *s, struct always *always, const struct kind *kind)
{
	say_guard(s, always->when, kind, true);
	say_guard(s, always->then, kind, false);
	if (always->say.zh)
		return;
	if (always->then)
		always->say = always->then->say;
	else
		always->say = words(arena_text(s->mem, "此时%s不可再改", kind->label.zh),
				    arena_text(s->mem, "%s can no longer be changed", kind->label.en));
}

static void say_list(struct saying *s, const struct guards *guards, const struct kind *kind)
{
	for (size_t i = 0; kind && i < guards->count; i++)
		say_guard(s, guards->at[i], kind, true);
}

static void say_alerts(struct saying *s, const struct kind *kind)
{
	const char *by = kind->suppressed.by;

	say_list(s, &kind->joins.conditions, kind);
	say_list(s, &kind->belongs.conditions, pack_kind(s->pack, "incident"));
	say_list(s, &kind->suppressed.conditions, by ? pack_kind(s->pack, by) : NULL);
}

static void say_kind(struct saying *s, struct kind *kind)
{
	say_alerts(s, kind);
	for (size_t i = 0; i < kind->move_count; i++)
		say_move(s, kind->moves[i]);
	for (size_t i = 0; i < kind->always_count; i++)
		say_always(s, &kind->always[i], kind);
}

static void say_regime(struct saying *s, const struct regime *regime, const struct kind *cases)
{
	say_guard(s, regime->when, cases, true);
	for (size_t i = 0; i < regime->stage_count; i++) {
		say_guard(s, regime->stages[i].when, cases, true);
		for (size_t k = 0; k < regime->stages[i].exception_count; k++)
			say_guard(s, regime->stages[i].exceptions[k].when, cases, true);
	}
}

void say_all(struct reader *r)
{
	const struct kind *cases = pack_kind(r->pack, "incident");
	struct saying s = { .r = r, .pack = r->pack, .mem = r->mem };

	for (size_t i = 0; i < r->pack->kind_count; i++)
		say_kind(&s, &r->pack->kinds[i]);
	for (size_t i = 0; cases && i < r->pack->plan_count; i++)
		say_guard(&s, r->pack->plans[i].when, cases, true);
	for (size_t i = 0; cases && i < r->pack->regime_count; i++)
		say_regime(&s, &r->pack->regimes[i], cases);
}
