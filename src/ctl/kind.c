#include <stdlib.h>
#include <string.h>

#include "ctl/ctl_private.h"

/*
 * kind -- `fengsui KIND …`: list, show, history, attach, and every move.
 */

static int unknown_kind(struct ctl *ctl, const char *name)
{
	const char *near = nearest_name(json_object_get(ctl->catalogue, "kinds"), name);

	if (near)
		return say_usage(ctl, "there is no command or kind of record '%s'; did you mean '%s'?",
				 "没有命令或记录类别“%s”；您是否要输入“%s”？", name, near);
	return say_usage(ctl, "there is no command or kind of record '%s'; see fengsui --help",
			 "没有命令或记录类别“%s”；请看 fengsui --help", name);
}

static int unknown_move(struct ctl *ctl, const json_t *kind, const char *name)
{
	const char *near = nearest_name(json_object_get(kind, "moves"), name);

	if (near)
		return say_usage(ctl, "%s has no move '%s'; did you mean '%s'?",
				 "%s 没有操作“%s”；您是否要输入“%s”？", name_of(kind), name, near);
	return say_usage(ctl, "%s has no move '%s'; see fengsui %s --help",
			 "%s 没有操作“%s”；请看 fengsui %s --help", name_of(kind), name, name_of(kind));
}

static int no_ref(struct ctl *ctl, const json_t *kind, const char *verb)
{
	return say_usage(ctl, "which one? fengsui %s %s NUMBER", "是哪一件？fengsui %s %s 编号",
			 name_of(kind), verb);
}

static void put_text(json_t *request, const char *name, const char *value)
{
	if (value)
		json_object_set_new(request, name, json_string(value));
}

json_t *kind_request(struct ctl *ctl, const json_t *kind, const char *move, const char *ref, json_t *input)
{
	json_t *request = talk_request(ctl, "do");

	put_text(request, "kind", name_of(kind));
	put_text(request, "move", move);
	put_text(request, "ref", ref);
	put_text(request, "key", ctl->typed.key);
	put_text(request, "occurred", ctl->typed.occurred);
	if (ctl->typed.seen)
		json_object_set_new(request, "seen", json_integer(strtoll(ctl->typed.seen, NULL, 10)));
	if (ctl->typed.drill)
		json_object_set_new(request, "space", json_integer(2));
	json_object_set_new(request, "input", input);
	return request;
}

static int make_move(struct ctl *ctl, const json_t *kind, const char *move, const char *ref)
{
	struct fault why = { 0 };
	json_t *input, *answer;
	int ret;

	if (ctl->typed.ask && ask_can() &&
	    !ask_wants(ctl, kind, kind_named(kind, "moves", move), NULL, false))
		return EXIT_USAGE;
	if (input_of_flags(ctl, kind, &input, &why) < 0)
		return say_fault(ctl, &why);
	if ((ret = talk_or_say(ctl, kind_request(ctl, kind, move, ref, input), &answer)))
		return ret;
	say_done(ctl, kind, answer);
	json_decref(answer);
	return 0;
}

static int one_move(struct ctl *ctl, const json_t *kind, const char *verb, const char *ref)
{
	const json_t *move = kind_named(kind, "moves", verb);

	if (!move)
		return unknown_move(ctl, kind, verb);
	if (ctl->typed.help)
		return help_move(ctl, kind, move);
	if (!ref && strcmp(verb, "create") != 0)
		return no_ref(ctl, kind, verb);
	return make_move(ctl, kind, verb, ref);
}

static int about_record(struct ctl *ctl, const json_t *kind, const char *verb,
			int (*show)(struct ctl *, const char *), const char *ref)
{
	if (ctl->typed.help)
		return help_kind(ctl, kind);
	return ref ? show(ctl, ref) : no_ref(ctl, kind, verb);
}

/* A filter need not be quoted: all words after "list" are its parts. */
static const char *filter_words(struct ctl *ctl)
{
	const char *text = NULL;

	for (size_t i = 2; i < ctl->typed.word_count; i++)
		text = text ? arena_text(ctl->mem, "%s %s", text, ctl->typed.words[i]) : ctl->typed.words[i];
	return text;
}

static int too_many(struct ctl *ctl, const char *word)
{
	return say_usage(ctl, "'%s' is one word too many; values of fields are typed as --FIELD VALUE",
			 "“%s”是多余的；字段的值请写成 --字段 值", word);
}

/* Where the plan gives a receipt for it, and there is something to go by. */
static bool quick_wanted(const struct ctl *ctl, const json_t *kind)
{
	return !ctl->typed.help && quick_move(kind) &&
	       (ctl->typed.flag_count || ctl->typed.phone || ask_can());
}

int kind_command(struct ctl *ctl)
{
	const struct options *typed = &ctl->typed;
	const char *verb = typed->word_count > 1 ? typed->words[1] : NULL;
	const char *ref = typed->word_count > 2 ? typed->words[2] : NULL;
	const json_t *kind;
	int ret;

	if ((ret = catalogue_learn(ctl)))
		return ret;
	if (!(kind = catalogue_kind(ctl, typed->words[0])))
		return unknown_kind(ctl, typed->words[0]);
	if (!verb && typed->form && !typed->help)
		return form_command(ctl, kind);
	if (!verb)
		return quick_wanted(ctl, kind) ? quick_command(ctl, kind) : help_kind(ctl, kind);
	if (strcmp(verb, "list") == 0)
		return typed->help ? help_kind(ctl, kind) : show_list(ctl, kind, filter_words(ctl));
	if (typed->word_count > 4 || (typed->word_count == 4 && strcmp(verb, "attach")))
		return too_many(ctl, typed->words[typed->word_count - 1]);
	if (strcmp(verb, "show") == 0)
		return about_record(ctl, kind, verb, show_record, ref);
	if (strcmp(verb, "history") == 0)
		return about_record(ctl, kind, verb, show_history, ref);
	if (strcmp(verb, "attach") == 0 && !kind_named(kind, "moves", "attach"))
		return typed->help || typed->word_count < 4 ? help_kind(ctl, kind)
							    : attach_command(ctl, kind, ref, typed->words[3]);
	return one_move(ctl, kind, verb, ref);
}
