#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ctl/ctl_private.h"
#include "host/file.h"

/*
 * quick -- `fengsui KIND` where the plan gives a receipt: made and handed in at one go.
 *
 * The creating move and the one that gives the receipt, asked for together.
 * What the plan refuses is asked again, with what was typed before.
 */
enum { ROUNDS_MOST = 8 };

static const char *text_of(const json_t *thing, const char *name)
{
	const char *text = json_string_value(json_object_get(thing, name));

	return text ? text : "";
}

const json_t *quick_move(const json_t *kind)
{
	const json_t *moves = json_object_get(kind, "moves"), *move;
	size_t i;

	json_array_foreach((json_t *)moves, i, move)
		if (json_is_true(json_object_get(move, "receipt")))
			return move;
	return NULL;
}

/* ---- what is known without asking ------------------------------------------- */

/* By which way it came, where the plan has such ways. */
static void set_way(struct ctl *ctl, const json_t *kind)
{
	const json_t *field = kind_named(kind, "fields", "via"), *code;
	const char *way = ctl->typed.phone ? "phone" : "cli";
	size_t i;

	if (!field || flag_value(ctl, "via"))
		return;
	json_array_foreach(json_object_get(json_object_get(ctl->catalogue, "enums"), text_of(field, "of")), i,
			   code)
		if (!strcmp(name_of(code), way))
			flag_set(ctl, "via", way);
}

static void set_usual(struct ctl *ctl, const json_t *kind, const char *name, const char *value)
{
	if (*value && kind_named(kind, "fields", name) && !flag_value(ctl, name))
		flag_set(ctl, name, arena_copy(ctl->mem, value));
}

/* Who writes for himself is the reporter; who writes down a call is not. */
static void set_asker(struct ctl *ctl, const json_t *kind)
{
	json_t *request = talk_request(ctl, "whoami"), *who;
	struct fault why;

	json_object_del(request, "at");
	if (ctl->typed.phone)
		json_decref(request);
	else if (talk_ask(ctl, request, &who, &why) == 0) {
		set_usual(ctl, kind, "reporter", text_of(who, "name"));
		set_usual(ctl, kind, "unit", text_of(who, "unit"));
		json_decref(who);
	}
}

/* ---- making it -------------------------------------------------------------- */

static json_t *request_of(struct ctl *ctl, const json_t *kind, const char *move, const char *ref,
			  json_t *input)
{
	json_t *request = kind_request(ctl, kind, move, ref, input);

	/* The second is another request: with a key of its own, and in the same moment. */
	if (ref && ctl->typed.key)
		json_object_set_new(request, "key",
				    json_string(arena_text(ctl->mem, "%.100s+%s", ctl->typed.key, move)));
	if (ref)
		json_object_del(request, "at");
	return request;
}

/* Only what the move takes: the rest came with the creating move. */
static json_t *input_for(struct ctl *ctl, const json_t *kind, const json_t *move, struct fault *why)
{
	json_t *all, *input = json_object(), *value;
	const char *name;

	if (input_of_flags(ctl, kind, &all, why) < 0) {
		json_decref(input);
		return NULL;
	}
	json_object_foreach(all, name, value)
		if (kind_named(move, "needs", name) || kind_named(move, "asks", name))
			json_object_set(input, name, value);
	json_decref(all);
	return input;
}

static int create(struct ctl *ctl, const json_t *kind, const char **number)
{
	json_t *input, *answer;
	struct fault why;
	int ret;

	if (input_of_flags(ctl, kind, &input, &why) < 0)
		return say_fault(ctl, &why);
	if ((ret = talk_or_say(ctl, request_of(ctl, kind, "create", NULL, input), &answer)))
		return ret;
	*number = arena_text(ctl->mem, "#%lld", (long long)json_integer_value(json_object_get(answer, "id")));
	json_decref(answer);
	return 0;
}

static int hand_in(struct ctl *ctl, const json_t *kind, const json_t *move, const char *number,
		   json_t **answer)
{
	struct fault why;
	json_t *input = input_for(ctl, kind, move, &why);

	if (!input)
		return say_fault(ctl, &why);
	return talk_or_say(ctl, request_of(ctl, kind, name_of(move), number, input), answer);
}

/* ---- what comes of it -------------------------------------------------------- */

/* By when somebody has to act on it. */
static void say_next(struct ctl *ctl, const char *number)
{
	json_t *request = talk_request(ctl, "show"), *record, *clock;
	struct fault why;
	size_t i;

	json_object_del(request, "at");
	json_object_set_new(request, "ref", json_string(number));
	if (talk_ask(ctl, request, &record, &why) < 0)
		return;
	json_array_foreach(json_object_get(record, "clocks"), i, clock) {
		const char *due = text_of(clock, "due");

		if (!strcmp(text_of(clock, "state"), "running") && strlen(due) > 19)
			printf(in_words(ctl, "Next: %s, by %.10s %.5sZ\n", "接下来：%s，期限 %.10s %.5sZ\n"),
			       label_of(ctl, clock), due, due + 11);
	}
	json_decref(record);
}

static int keep_receipt(const struct ctl *ctl, const json_t *receipt)
{
	struct fault why;
	char *text = NULL;
	size_t len = 0;
	FILE *out;
	int ret = 0;

	if (!ctl->typed.out || !(out = open_memstream(&text, &len)))
		return 0;
	say_receipt(ctl, receipt, out);
	if (fclose(out) == 0 && file_write(ctl->typed.out, 0600, text, len, &why) < 0)
		ret = say_fault(ctl, &why);
	free(text);
	return ret;
}

static int say_all(struct ctl *ctl, const json_t *kind, const char *number, const json_t *answer)
{
	say_done(ctl, kind, answer);
	if (!ctl->typed.json)
		say_next(ctl, number);
	return keep_receipt(ctl, json_object_get(answer, "receipt"));
}

/* Handed in, or the exit status; what the plan refuses may be put right and
 * tried again, by whoever sits at a terminal. */
static int try_all(struct ctl *ctl, const json_t *kind, const json_t *move, json_t **answer,
		   const char **number)
{
	const json_t *first = kind_named(kind, "moves", "create");
	int ret = EXIT_USAGE;

	for (int round = 0; round < ROUNDS_MOST; round++) {
		if (ask_can() && !ask_wants(ctl, kind, first, move, round > 0))
			return EXIT_USAGE;
		if ((*number || (ret = create(ctl, kind, number)) == 0) &&
		    (ret = hand_in(ctl, kind, move, *number, answer)) == 0)
			return 0;
		if (!ask_can() || ret == EXIT_NO_DAEMON)
			break;
	}
	if (*number)
		fprintf(stderr,
			in_words(ctl, "The draft stands: fengsui %s %s %s\n",
				 "草稿已保留：fengsui %s %s %s\n"),
			name_of(kind), name_of(move), *number);
	return ret;
}

int quick_command(struct ctl *ctl, const json_t *kind)
{
	const char *number = NULL;
	json_t *answer;
	int ret;

	set_way(ctl, kind);
	set_asker(ctl, kind);
	if ((ret = try_all(ctl, kind, quick_move(kind), &answer, &number)))
		return ret;
	ret = say_all(ctl, kind, number, answer);
	json_decref(answer);
	return ret;
}
