#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "ctl/ctl_private.h"

/*
 * say -- what is said to the person: done, refused, not understood.
 */

const char *in_words(const struct ctl *ctl, const char *en, const char *zh) { return ctl->zh ? zh : en; }

const char *bold(const struct ctl *ctl) { return ctl->colour ? "\033[1m" : ""; }
const char *plain(const struct ctl *ctl) { return ctl->colour ? "\033[0m" : ""; }
const char *warn_colour(const struct ctl *ctl) { return ctl->colour ? "\033[31m" : ""; }

int say_fault(const struct ctl *ctl, const struct fault *why)
{
	char zh[FAULT_TOLD];

	fault_tell_zh(why, zh, sizeof(zh));
	if (ctl->zh)
		fprintf(stderr, "fengsui: %s\n", zh);
	else
		fprintf(stderr, "fengsui: %s: %s\n", fault_words_en(why->code), why->text);
	return fault_exit(why->code);
}

int say_usage(const struct ctl *ctl, const char *en, const char *zh, ...)
{
	va_list args;

	fputs("fengsui: ", stderr);
	va_start(args, zh);
	/* Both texts take the same arguments. */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
	vfprintf(stderr, in_words(ctl, en, zh), args);
#pragma GCC diagnostic pop
	va_end(args);
	fputc('\n', stderr);
	return EXIT_USAGE;
}

static const char *text_of(const json_t *thing, const char *name)
{
	const char *text = json_string_value(json_object_get(thing, name));

	return text ? text : "";
}

static const char *words_of(const struct ctl *ctl, const json_t *thing)
{
	return text_of(thing, ctl->zh ? "zh" : "en");
}

void say_missing(const struct ctl *ctl, FILE *out, const json_t *missing, const char *margin)
{
	const json_t *one;
	size_t i;

	json_array_foreach((json_t *)missing, i, one) {
		const char *code = text_of(one, "code"), *what = text_of(one, "what");

		fprintf(out, "%s- %s", margin, words_of(ctl, one));
		if (*what)
			fprintf(out, in_words(ctl, " (%s)", "（%s）"), what);
		fprintf(out, "%s%s%s\n", *code ? " [" : "", code, *code ? "]" : "");
	}
}

static void say_refusal(const struct ctl *ctl, const json_t *refusal)
{
	fprintf(stderr, "%s%s %s %s%s\n", warn_colour(ctl), in_words(ctl, "Refused", "未予受理"),
		text_of(refusal, "code"), words_of(ctl, refusal), plain(ctl));
	say_missing(ctl, stderr, json_object_get(refusal, "missing"), "  ");
}

int say_refused(const struct ctl *ctl, const json_t *answer)
{
	const json_t *refusals = json_object_get(answer, "refusals"), *one;
	const int code = fault_named(json_string_value(json_object_get(answer, "fault")));
	size_t i;

	if (ctl->typed.json) {
		say_json(answer);
		return fault_exit(code);
	}
	json_array_foreach((json_t *)refusals, i, one)
		say_refusal(ctl, one);
	if (!json_array_size(refusals))
		fprintf(stderr, "fengsui: %s%s%s\n", ctl->zh ? "" : fault_words_en(code), ctl->zh ? "" : ": ",
			words_of(ctl, answer));
	if (!json_array_size(refusals) && code == FAULT_REFUSED && !ctl->typed.as && !getenv("FENGSUI_AS") &&
	    !ctl->remote)
		fputs(in_words(ctl,
			       "In a demonstration folder say who acts: --as LOGIN (fengsui person list)\n",
			       "演示目录中请说明由谁办理：--as 登录名（见 fengsui person list）\n"),
		      stderr);
	return fault_exit(code);
}

void say_json(const json_t *value)
{
	char *text = json_dumps(value, JSON_INDENT(2) | JSON_ENCODE_ANY);

	if (text)
		puts(text);
	free(text);
}

static void say_states(const struct ctl *ctl, const json_t *kind, const json_t *states)
{
	const char *region, *separator = "";
	const json_t *state;

	json_object_foreach((json_t *)states, region, state) {
		const char *name = json_is_string(state) ? json_string_value(state) : text_of(state, "state");

		printf("%s%s", separator, state_label(ctl, kind, region, name));
		separator = in_words(ctl, ", ", "，");
	}
}

void say_waits(const struct ctl *ctl, const json_t *roles)
{
	const json_t *one;
	size_t i;

	json_array_foreach((json_t *)roles, i, one)
		printf("%s%s", i ? in_words(ctl, " or ", "或") : in_words(ctl, " ", ""),
		       json_is_string(one) ? role_label(ctl, json_string_value(one)) : words_of(ctl, one));
}

static void say_pending(const struct ctl *ctl, const json_t *pending)
{
	printf(in_words(ctl, "Proposed (no. %lld); waits for:", "已提议（第 %lld 号），等待："),
	       (long long)json_integer_value(json_object_get(pending, "proposal")));
	say_waits(ctl, json_object_get(pending, "waits_for"));
	putchar('\n');
}

void say_done(struct ctl *ctl, const json_t *kind, const json_t *answer)
{
	const char *number = text_of(answer, "number");
	const json_t *pending = json_object_get(answer, "pending");

	if (ctl->typed.json) {
		say_json(answer);
		return;
	}
	if (*number)
		printf("%s%s%s", bold(ctl), number, plain(ctl));
	else
		printf("%s%s #%lld%s", bold(ctl), text_of(answer, "kind"),
		       (long long)json_integer_value(json_object_get(answer, "id")), plain(ctl));
	if (json_object_size(json_object_get(answer, "states"))) {
		fputs(in_words(ctl, ": ", "："), stdout);
		say_states(ctl, kind, json_object_get(answer, "states"));
	}
	putchar('\n');
	if (json_is_object(pending))
		say_pending(ctl, pending);
	if (json_object_get(answer, "receipt"))
		say_receipt(ctl, json_object_get(answer, "receipt"), stdout);
}
