#include "ctl/keep/typed.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { EXIT_USAGE = 64 };

int typed_usage(const struct typed *typed, const char *what, const char *arg)
{
	fprintf(stderr, "fengsui %s: %s%s%s\n用法见 / see fengsui %s --help\n", typed->command, what,
		arg ? ": " : "", arg ? arg : "", typed->command);
	return EXIT_USAGE;
}

static const struct typed_flag *flag_of(const struct typed *typed, const char *name)
{
	for (size_t i = 0; i < typed->flag_count; i++)
		if (!strcmp(typed->flags[i].name, name))
			return &typed->flags[i];
	return NULL;
}

static int take_flag(const struct typed *typed, char **argv, int argc, int *i)
{
	const struct typed_flag *flag = flag_of(typed, argv[*i]);

	if (!flag)
		return typed_usage(typed, "没有这个选项 / no such flag", argv[*i]);
	if (flag->alone) {
		*flag->alone = true;
		return 0;
	}
	if (*i + 1 >= argc)
		return typed_usage(typed, "此选项须有值 / this flag wants a value", argv[*i]);
	*flag->value = argv[++*i];
	return 0;
}

int typed_read(int argc, char **argv, struct typed *typed)
{
	int ret;

	for (int i = 1; i < argc; i++) {
		if (argv[i][0] == '-' && argv[i][1]) {
			if ((ret = take_flag(typed, argv, argc, &i)) != 0)
				return ret;
		} else if (typed->word_count == typed->words_most) {
			return typed_usage(typed, "多余的参数 / one argument too many", argv[i]);
		} else {
			typed->words[typed->word_count++] = argv[i];
		}
	}
	return 0;
}

bool typed_number(const struct typed *typed, const char *flag, const char *text, long lowest, long highest,
		  long *out)
{
	char said[160], *end;
	const long number = strtol(text, &end, 10);

	if (end != text && !*end && number >= lowest && number <= highest) {
		*out = number;
		return true;
	}
	snprintf(said, sizeof(said), "%s 应为 %ld 至 %ld 的整数 / a whole number of %ld to %ld", flag, lowest,
		 highest, lowest, highest);
	typed_usage(typed, said, text);
	return false;
}

int typed_fault(bool zh, const struct fault *why)
{
	char told[FAULT_TOLD];

	fault_tell_zh(why, told, sizeof(told));
	if (zh)
		fprintf(stderr, "fengsui: %s\n", told);
	else
		fprintf(stderr, "fengsui: %s: %s\n", fault_words_en(why->code), why->text);
	return fault_exit(why->code);
}

bool typed_help(int argc, char **argv)
{
	for (int i = 1; i < argc; i++)
		if (!strcmp(argv[i], "--help") || !strcmp(argv[i], "-h"))
			return true;
	return false;
}
