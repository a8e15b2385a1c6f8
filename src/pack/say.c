#include <string.h>

#include "model/vocabulary.h"
#include "pack/pack_private.h"

/*
 * What is missing, as a sentence in both languages.
 *
 * A pack may say it itself. Where it does not, the sentence is made here from
 * the labels of kinds, fields and states, so that a refusal at 03:00 reads
 * like one of the plan and not like a condition of a program.
 */

static struct words words(const char *zh, const char *en) { return (struct words){ zh, en }; }

/* Labels of states or codes, as "A" or "B": “A”或“B”. */
struct listing {
	const char *zh, *en;
};

static void list_add(struct reader *r, struct listing *list, struct words label, bool last)
{
	const char *zh_join = last ? "或" : "、", *en_join = last ? " or " : ", ";

	list->zh = *list->zh ? arena_text(r->mem, "%s%s“%s”", list->zh, zh_join, label.zh)
			     : arena_text(r->mem, "“%s”", label.zh);
	list->en = *list->en ? arena_text(r->mem, "%s%s'%s'", list->en, en_join, label.en)
			     : arena_text(r->mem, "'%s'", label.en);
}

static struct listing states_listed(struct reader *r, const struct region *region, const struct names *names)
{
	struct listing list = { "", "" };
	const struct state *state;

	for (size_t i = 0; i < names->count; i++) {
		state = region ? region_state(region, names->at[i]) : NULL;
		list_add(r, &list, state ? state->label : (struct words){ names->at[i], names->at[i] },
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

static struct listing values_listed(struct reader *r, const struct field *field, const struct names *names)
{
	struct listing list = { "", "" };

	for (size_t i = 0; i < names->count; i++)
		list_add(r, &list, code_label(field, names->at[i]), i + 1 == names->count);
	return list;
}

static struct words field_label(const struct reader *r, const struct kind *kind, const char *path)
{
	const struct field *field = path_find(r->pack, kind, path);

	return field ? field->label : (struct words){ path, path };
}

/* Of which record a region is: of this one by its kind, across a ref by the ref's label. */
static struct words say_in(struct reader *r, const struct guard *guard, const struct kind *kind)
{
	const struct region *region;
	struct words subject = kind->label;
	struct listing list;
	struct path_end end;

	if (!path_follow(r, kind, guard->path, guard->at, &end))
		return (struct words){ 0 };
	if (end.cross)
		subject = end.cross->label;
	region = kind_region(end.kind, end.last);
	if (region && region->label.zh && region != &end.kind->regions[0])
		subject = (struct words){ arena_text(r->mem, "%s的%s", subject.zh, region->label.zh),
					  arena_text(r->mem, "%s: %s", subject.en, region->label.en) };
	list = states_listed(r, region, &guard->values);
	return words(arena_text(r->mem, "%s须处于%s", subject.zh, list.zh),
		     arena_text(r->mem, "%s must be in %s", subject.en, list.en));
}

static struct words say_is(struct reader *r, const struct guard *guard, const struct kind *kind)
{
	const struct field *field = path_find(r->pack, kind, guard->path);
	struct listing list;
	struct words label;

	if (!field)
		field = pack_input(r->pack, guard->path);
	label = field ? field->label : (struct words){ guard->path, guard->path };
	list = values_listed(r, field, &guard->values);
	return words(arena_text(r->mem, "“%s”须为%s", label.zh, list.zh),
		     arena_text(r->mem, "'%s' must be %s", label.en, list.en));
}

static struct words level_words(struct reader *r, const struct kind *kind, const char *path)
{
	const char *dot = strrchr(path, '.');
	const struct level_word *word = vocabulary_level(dot ? dot + 1 : path);
	struct words label;

	if (word)
		return (struct words){ word->zh, word->en };
	if (!strcmp(path, "threshold"))
		return (struct words){ "现行启动标准", "the threshold in force" };
	label = field_label(r, kind, path);
	return words(arena_text(r->mem, "“%s”", label.zh), arena_text(r->mem, "'%s'", label.en));
}

static struct words say_level(struct reader *r, const struct guard *guard, const struct kind *kind)
{
	static const struct words how[] = {
		[LT] = { "须低于", "must be below" },
		[LE] = { "不得高于", "must be at most" },
		[EQ] = { "须为", "must be" },
		[NE] = { "不得为", "must not be" },
		[GE] = { "须达到", "must be at least" },
		[GT] = { "须高于", "must be above" },
	};
	struct words which = level_words(r, kind, guard->path), than;

	if (guard->against)
		than = level_words(r, kind, guard->against);
	else
		than = (struct words){ arena_text(r->mem, "%d级", guard->number),
				       arena_text(r->mem, "%d", guard->number) };
	return words(arena_text(r->mem, "%s%s%s", which.zh, how[guard->compare].zh, than.zh),
		     arena_text(r->mem, "%s %s %s", which.en, how[guard->compare].en, than.en));
}

/* “证据”、“任务”: the kinds that are asked for. */
static struct listing kinds_listed(struct reader *r, const struct names *of)
{
	struct listing list = { "", "" };
	const struct kind *kind;

	for (size_t i = 0; i < of->count; i++)
		if ((kind = pack_kind(r->pack, of->at[i])))
			list_add(r, &list, kind->label, i + 1 == of->count);
	return list;
}

/* The qualifications of a linked record: its state, whether it is open, and what else must hold of it. */
static struct words among_words(struct reader *r, const struct among *among)
{
	const struct kind *kind = among->of.count ? pack_kind(r->pack, among->of.at[0]) : NULL;
	const struct region *main = kind && kind->region_count ? &kind->regions[0] : NULL;
	struct words w = { "", "" };
	struct listing list;

	if (among->in.count) {
		list = states_listed(r, main, &among->in);
		w = (struct words){ arena_text(r->mem, "处于%s", list.zh),
				    arena_text(r->mem, "in %s", list.en) };
	}
	if (among->not_in.count) {
		list = states_listed(r, main, &among->not_in);
		w = (struct words){ arena_text(r->mem, "%s%s不处于%s", w.zh, *w.zh ? "，" : "", list.zh),
				    arena_text(r->mem, "%s%snot in %s", w.en, *w.en ? ", " : "", list.en) };
	}
	if (among->open)
		w = (struct words){ arena_text(r->mem, "%s%s未结束", w.zh, *w.zh ? "，" : ""),
				    arena_text(r->mem, "%s%sopen", w.en, *w.en ? ", " : "") };
	if (among->where)
		w = (struct words){
			arena_text(r->mem, "%s%s%s", w.zh, *w.zh ? "，" : "", among->where->say.zh),
			arena_text(r->mem, "%s%s%s", w.en, *w.en ? ", " : "", among->where->say.en)
		};
	return w;
}

static struct words say_every(struct reader *r, const struct listing *kinds, const struct words *what)
{
	return words(arena_text(r->mem, "每项%s均须符合：%s", kinds->zh, what->zh),
		     arena_text(r->mem, "every %s must fit: %s", kinds->en, what->en));
}

static struct words say_some(struct reader *r, const struct among *among, const struct listing *kinds,
			     const struct words *what)
{
	const char *zh = among->at_least_setting ? arena_text(r->mem, "设定数量的")
						 : arena_text(r->mem, "至少%d项", among->at_least);
	const char *en = among->at_least_setting ? arena_text(r->mem, "the set number of")
			 : among->at_least == 1  ? "at least one"
						 : arena_text(r->mem, "at least %d", among->at_least);

	if (!*what->zh)
		return words(arena_text(r->mem, "须有%s%s", zh, kinds->zh),
			     arena_text(r->mem, "there must be %s %s", en, kinds->en));
	return words(arena_text(r->mem, "须有%s%s（%s）", zh, kinds->zh, what->zh),
		     arena_text(r->mem, "there must be %s %s (%s)", en, kinds->en, what->en));
}

static struct words say_none(struct reader *r, const struct listing *kinds, const struct words *what)
{
	if (!*what->zh)
		return words(arena_text(r->mem, "不得有%s", kinds->zh),
			     arena_text(r->mem, "there must be no %s", kinds->en));
	return words(arena_text(r->mem, "不得有%s（%s）", kinds->zh, what->zh),
		     arena_text(r->mem, "there must be no %s (%s)", kinds->en, what->en));
}

static struct words say_among(struct reader *r, const struct guard *guard)
{
	struct listing kinds = kinds_listed(r, &guard->among.of);
	struct words what = among_words(r, &guard->among);

	if (guard->form == GUARD_EVERY)
		return say_every(r, &kinds, &what);
	if (guard->form == GUARD_SOME)
		return say_some(r, &guard->among, &kinds, &what);
	return say_none(r, &kinds, &what);
}

static struct words say_clock(struct reader *r, const struct guard *guard)
{
	static const struct words how[] = {
		[CLOCK_RUNNING] = { "须正在计时", "must be running" },
		[CLOCK_MISSED] = { "须已超时", "must have been missed" },
		[CLOCK_OVER] = { "须已到时", "must be over" },
		[CLOCK_STOPPED] = { "须已停止", "must have been stopped" },
	};
	const struct clock_def *clock = pack_clock(r->pack, guard->path);
	struct words label = clock ? clock->label : (struct words){ guard->path, guard->path };

	return words(arena_text(r->mem, "时钟%s“%s”%s", guard->path, label.zh, how[guard->clock].zh),
		     arena_text(r->mem, "clock %s '%s' %s", guard->path, label.en, how[guard->clock].en));
}

/* Guards that name one field, input, setting, check. */
static struct words say_named(struct reader *r, const struct guard *guard, const struct kind *kind)
{
	struct words label = field_label(r, kind, guard->path);
	const struct field *input = pack_input(r->pack, guard->path);
	const struct spoken *spoken;

	if (label.zh == guard->path && input)
		label = input->label;
	switch (guard->form) {
	case GUARD_HAS:
	case GUARD_ASKED:
		return words(arena_text(r->mem, "须填写“%s”", label.zh),
			     arena_text(r->mem, "'%s' must be given", label.en));
	case GUARD_REACHED:
		return words(arena_text(r->mem, "须已到“%s”", label.zh),
			     arena_text(r->mem, "'%s' must have come", label.en));
	case GUARD_SETTING:
		return words(arena_text(r->mem, "设置“%s”须已生效", guard->path),
			     arena_text(r->mem, "the setting '%s' must be in force", guard->path));
	case GUARD_SAME_TEXT:
		return words(arena_text(r->mem, "“%s”须与定稿一致", label.zh),
			     arena_text(r->mem, "'%s' must be the text that was approved", label.en));
	default:
		spoken = vocabulary_find(guard->form == GUARD_CHECKED ? vocabulary_checks : vocabulary_guards,
					 guard->path);
		return spoken ? (struct words){ arena_text(r->mem, "须%s", spoken->zh),
						arena_text(r->mem, "it must be so that %s", spoken->en) }
			      : words(guard->path, guard->path);
	}
}

static struct listing persons_listed(struct reader *r, const struct guard *guard, const struct kind *kind)
{
	struct listing list = { "", "" };

	for (size_t i = 0; i < guard->values.count; i++)
		list_add(r, &list,
			 !strcmp(guard->values.at[i], "proposer") ? (struct words){ "提议人", "proposer" }
								  : field_label(r, kind, guard->values.at[i]),
			 i + 1 == guard->values.count);
	return list;
}

static struct words say_actor(struct reader *r, const struct guard *guard, const struct kind *kind)
{
	struct listing who = persons_listed(r, guard, kind);
	const struct spoken *held;

	switch (guard->form) {
	case GUARD_HOLDS:
		held = vocabulary_find(vocabulary_holds, guard->path);
		return held ? words(arena_text(r->mem, "办理人须%s", held->zh),
				    arena_text(r->mem, "who acts must %s", held->en))
			    : words(guard->path, guard->path);
	case GUARD_DELEGATION:
		return words(
			arena_text(r->mem, "办理人须持有有效授权“%s”", guard->path),
			arena_text(r->mem, "who acts must have the delegation '%s' in force", guard->path));
	case GUARD_OTHER_THAN:
		return words(arena_text(r->mem, "须由%s以外的人办理", who.zh),
			     arena_text(r->mem, "someone other than %s must do this", who.en));
	case GUARD_ACTOR_IS:
		return words(arena_text(r->mem, "须由%s本人办理", who.zh),
			     arena_text(r->mem, "only %s may do this", who.en));
	case GUARD_ACTOR_OF:
		return words(arena_text(r->mem, "须由%s的人员办理", who.zh),
			     arena_text(r->mem, "only people of %s may do this", who.en));
	default:
		return words(arena_text(r->mem, "不得由%s的人员办理", who.zh),
			     arena_text(r->mem, "people of %s may not do this", who.en));
	}
}

static struct words say_parts(struct reader *r, const struct guard *guard)
{
	bool any = guard->form == GUARD_ANY;
	struct words w = { "", "" };

	for (size_t i = 0; i < guard->part_count; i++) {
		const struct words *part = &guard->parts[i]->say;

		w.zh = i ? arena_text(r->mem, "%s%s%s", w.zh, any ? "，或者" : "，并且", part->zh) : part->zh;
		w.en = i ? arena_text(r->mem, "%s%s%s", w.en, any ? ", or " : ", and ", part->en) : part->en;
	}
	return w;
}

static struct words say_of(struct reader *r, const struct guard *guard, const struct kind *kind)
{
	switch (guard->form) {
	case GUARD_IN:
		return say_in(r, guard, kind);
	case GUARD_IS:
		return say_is(r, guard, kind);
	case GUARD_LEVEL:
		return say_level(r, guard, kind);
	case GUARD_EVERY:
	case GUARD_SOME:
	case GUARD_NONE:
		return say_among(r, guard);
	case GUARD_CLOCK:
		return say_clock(r, guard);
	case GUARD_ANY:
	case GUARD_ALL:
		return say_parts(r, guard);
	case GUARD_HOLDS:
	case GUARD_DELEGATION:
	case GUARD_OTHER_THAN:
	case GUARD_ACTOR_IS:
	case GUARD_ACTOR_OF:
	case GUARD_NOT_ACTOR_OF:
		return say_actor(r, guard, kind);
	default:
		return say_named(r, guard, kind);
	}
}

/* Parts first: a sentence is made of the sentences within it. */
static void say_guard(struct reader *r, struct guard *guard, const struct kind *kind)
{
	const struct kind *of;

	if (!guard)
		return;
	say_guard(r, guard->when, kind);
	for (size_t i = 0; i < guard->part_count; i++)
		say_guard(r, guard->parts[i], kind);
	of = guard->among.of.count ? pack_kind(r->pack, guard->among.of.at[0]) : NULL;
	if (of)
		say_guard(r, guard->among.where, of);
	if (!guard->say.zh || !*guard->say.zh)
		guard->say = say_of(r, guard, kind);
}

static void say_move(struct reader *r, struct move *move)
{
	for (size_t i = 0; i < move->who_count; i++)
		say_guard(r, move->who[i].when, move->kind);
	for (size_t i = 0; i < move->by.count; i++)
		say_guard(r, move->by.at[i], move->kind);
	for (size_t i = 0; i < move->conditions.count; i++)
		say_guard(r, move->conditions.at[i], move->kind);
	for (size_t i = 0; i < move->clock_count; i++)
		say_guard(r, move->clocks[i].when, move->kind);
	for (size_t i = 0; i < move->does_count; i++)
		say_guard(r, move->does[i].when, move->kind);
}

static void say_kind(struct reader *r, struct kind *kind)
{
	for (size_t i = 0; i < kind->move_count; i++)
		say_move(r, kind->moves[i]);
	for (size_t i = 0; i < kind->always_count; i++) {
		struct always *always = &kind->always[i];

		say_guard(r, always->when, kind);
		say_guard(r, always->then, kind);
		if (always->say.zh)
			continue;
		always->say = always->then
				      ? always->then->say
				      : (struct words){ arena_text(r->mem, "此时%s不可再改", kind->label.zh),
							arena_text(r->mem, "%s can no longer be changed",
								   kind->label.en) };
	}
}

void say_all(struct reader *r)
{
	const struct kind *cases = pack_kind(r->pack, "incident");

	for (size_t i = 0; i < r->pack->kind_count; i++)
		say_kind(r, &r->pack->kinds[i]);
	for (size_t i = 0; cases && i < r->pack->plan_count; i++)
		say_guard(r, r->pack->plans[i].when, cases);
	for (size_t i = 0; cases && i < r->pack->regime_count; i++)
		say_guard(r, r->pack->regimes[i].when, cases);
}
