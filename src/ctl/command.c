#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "ctl/ctl_private.h"
#include "host/terminal.h"

/*
 * command -- one command line, from what was typed to the exit status.
 */

bool ctl_chinese(const char *lang)
{
	static const char *const names[] = { "LC_ALL", "LC_MESSAGES", "LANG" };

	for (size_t i = 0; !lang && i < 3; i++) {
		lang = getenv(names[i]);
		if (lang && !*lang)
			lang = NULL;
	}
	return lang && strncmp(lang, "zh", 2) == 0;
}

bool ctl_take_language(int *argc, char **argv)
{
	const char *lang = NULL;
	int kept = 0;

	for (int i = 0; i < *argc; i++)
		if (!strcmp(argv[i], "--lang") && i + 1 < *argc)
			lang = argv[++i];
		else if (!strncmp(argv[i], "--lang=", 7))
			lang = argv[i] + 7;
		else
			argv[kept++] = argv[i];
	argv[kept] = NULL;
	*argc = kept;
	return ctl_chinese(lang);
}

static void look_around(struct ctl *ctl)
{
	ctl->zh = ctl_chinese(ctl->typed.lang);
	if (terminal_is(STDOUT_FILENO)) {
		ctl->columns = terminal_width(STDOUT_FILENO);
		ctl->colour = !getenv("NO_COLOR");
	}
}

static int carry_out(struct ctl *ctl)
{
	bool mine;
	int ret;

	if (!ctl->typed.word_count || strcmp(ctl->typed.words[0], "help") == 0)
		return help_general(ctl);
	ret = admin_command(ctl, &mine);
	return mine ? ret : kind_command(ctl);
}

int ctl_command(int argc, char **argv)
{
	struct ctl ctl = { .mem = arena_new(), .fd = -1 };
	struct fault why = { 0 };
	int ret;

	if (options_read(argc - 1, argv + 1, ctl.mem, &ctl.typed, &why) < 0) {
		ctl.zh = ctl_chinese(ctl.typed.lang);
		ret = say_usage(&ctl, "%s%.0s", "%.0s%s", why.text, *why.zh ? why.zh : why.text);
	} else {
		look_around(&ctl);
		ret = talk_choose(&ctl, &why) < 0 ? say_fault(&ctl, &why) : carry_out(&ctl);
	}
	talk_end(&ctl);
	json_decref(ctl.catalogue);
	arena_free(ctl.mem);
	return ret;
}
