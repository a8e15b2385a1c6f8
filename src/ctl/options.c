#include <string.h>

#include "ctl/ctl_private.h"

/*
 * options -- the command line taken apart: words, flags of ours, flags of fields.
 *
 * A flag takes the next argument as its value unless that is a flag itself;
 * "--what=--json" says such a value, and "--" ends the flags.
 */
/* clang-format off */
static const struct {
	const char *name;
	size_t offset;
	bool takes_value;
} own[] = {
	{ "data",     offsetof(struct options, data),     true },
	{ "as",       offsetof(struct options, as),       true },
	{ "at",       offsetof(struct options, at),       true },
	{ "lang",     offsetof(struct options, lang),     true },
	{ "key",      offsetof(struct options, key),      true },
	{ "seen",     offsetof(struct options, seen),     true },
	{ "occurred", offsetof(struct options, occurred), true },
	{ "limit",    offsetof(struct options, limit),    true },
	{ "after",    offsetof(struct options, after),    true },
	{ "out",      offsetof(struct options, out),      true },
	{ "url",      offsetof(struct options, url),      true },
	{ "token_file", offsetof(struct options, token_file), true },
	{ "ca",       offsetof(struct options, ca),       true },
	{ "pin",      offsetof(struct options, pin),      true },
	{ "proxy",    offsetof(struct options, proxy),    true },
	{ "json",     offsetof(struct options, json),     false },
	{ "help",     offsetof(struct options, help),     false },
	{ "drill",    offsetof(struct options, drill),    false },
	{ "check",    offsetof(struct options, check),    false },
	{ "ask",      offsetof(struct options, ask),      false },
	{ "phone",    offsetof(struct options, phone),    false },
	{ "form",     offsetof(struct options, form),     false },
};
/* clang-format on */

static int put_own(struct options *out, const struct flag *flag, bool *mine, struct fault *why)
{
	*mine = false;
	for (size_t i = 0; i < sizeof(own) / sizeof(*own); i++) {
		void *place = (char *)out + own[i].offset;

		if (strcmp(own[i].name, flag->name) != 0)
			continue;
		*mine = true;
		if (!own[i].takes_value)
			*(bool *)place = true;
		else if (flag->value)
			*(const char **)place = flag->value;
		else
			return fault_say(why, FAULT_INVALID, "--%s needs a value", "--%s 需要值", flag->name);
	}
	return 0;
}

static bool bare(const char *name)
{
	for (size_t i = 0; i < sizeof(own) / sizeof(*own); i++)
		if (strcmp(own[i].name, name) == 0)
			return !own[i].takes_value;
	return false;
}

/* A flag at argv[*i]; moves over its value. */
static struct flag take_flag(int argc, char **argv, int *i, struct arena *mem)
{
	const char *text = argv[*i] + 2, *equals = strchr(text, '=');
	struct flag flag = { .name = text };
	char *name;

	if (equals) {
		flag.name = arena_copy_bytes(mem, text, (size_t)(equals - text));
		flag.value = equals + 1;
		flag.joined = true;
	} else if (!bare(text) && *i + 1 < argc && strncmp(argv[*i + 1], "--", 2) != 0) {
		flag.value = argv[++*i];
	}
	/* --on-scene and --on_scene are the same field. */
	name = arena_copy(mem, flag.name);
	for (char *c = name; *c; c++)
		if (*c == '-')
			*c = '_';
	flag.name = name;
	return flag;
}

int options_read(int argc, char **argv, struct arena *mem, struct options *out, struct fault *why)
{
	bool ended = false, mine;
	int ret = 0, got;

	*out = (struct options){ 0 };
	out->flags = arena_many(mem, (size_t)argc + 1, sizeof(*out->flags));
	out->words = arena_many(mem, (size_t)argc + 1, sizeof(*out->words));
	for (int i = 0; i < argc; i++) {
		if (!ended && strcmp(argv[i], "--") == 0) {
			ended = true;
		} else if (!ended && strcmp(argv[i], "-h") == 0) {
			out->help = true;
		} else if (!ended && strncmp(argv[i], "--", 2) == 0) {
			struct flag flag = take_flag(argc, argv, &i, mem);

			/* Read on after a fault: the language to tell it in may come later. */
			got = put_own(out, &flag, &mine, ret < 0 ? NULL : why);
			ret = ret < 0 ? ret : got;
			if (!mine)
				out->flags[out->flag_count++] = flag;
		} else {
			out->words[out->word_count++] = argv[i];
		}
	}
	return ret;
}
