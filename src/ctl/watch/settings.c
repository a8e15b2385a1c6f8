#include "ctl/watch/settings.h"

#include <errno.h>
#include <getopt.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ctl/ctl.h"
#include "ctl/watch/manual.h"
#include "intake/logsource.h"

static bool add_path(struct path_list *list, const char *text)
{
	if (list->count == PATHS_MOST)
		return false;
	list->paths[list->count++] = text;
	return true;
}

static bool take_rules(struct settings *s, const char *text) { return add_path(&s->rules, text); }
static bool take_maps(struct settings *s, const char *text) { return add_path(&s->maps, text); }
static bool take_include(struct settings *s, const char *text) { return add_path(&s->includes, text); }
static bool take_only(struct settings *s, const char *text) { return add_path(&s->only, text); }

static bool take_format(struct settings *s, const char *text)
{
	static const char *const words[] = {
		[FORMAT_JSON] = "json",
		[FORMAT_TABLE] = "table",
		[FORMAT_SUMMARY] = "summary",
	};

	for (s->format = FORMAT_JSON; s->format <= FORMAT_SUMMARY; s->format++)
		if (!strcmp(words[s->format], text))
			return true;
	return false;
}

static bool take_level(struct settings *s, const char *text)
{
	s->asks_level = true;
	for (s->level = LEVEL_INFORMATIONAL; s->level <= LEVEL_CRITICAL; s->level++)
		if (!strcmp(rule_level_word(s->level), text))
			return true;
	return false;
}

static bool take_limit(struct settings *s, const char *text)
{
	char *end;

	errno = 0;
	s->limit = strtoull(text, &end, 10);
	return *text >= '1' && *text <= '9' && !*end && !errno;
}

static bool take_threads(struct settings *s, const char *text)
{
	char *end;
	const long threads = strtol(text, &end, 10);

	s->threads = (unsigned)threads;
	return *text && !*end && threads >= 1 && threads <= THREADS_MOST;
}

static bool take_rejects(struct settings *s, const char *text)
{
	s->rejects = text;
	return true;
}

static bool take_state(struct settings *s, const char *text)
{
	s->state = text;
	return true;
}

static bool take_output(struct settings *s, const char *text)
{
	s->output = text;
	return true;
}

static bool take_lists(struct settings *s, const char *text)
{
	s->lists = text;
	return true;
}

static bool take_zone(struct settings *s, const char *text)
{
	int hours, minutes, end = 0;
	char sign;

	if (sscanf(text, "%c%2d:%2d%n", &sign, &hours, &minutes, &end) != 3 || text[end] ||
	    (sign != '+' && sign != '-') || hours < 0 || hours > 14 || minutes < 0 || minutes > 59)
		return false;
	s->year.zone_minutes = (sign == '-' ? -1 : 1) * (hours * 60 + minutes);
	return true;
}

static bool take_year(struct settings *s, const char *text)
{
	char *end;
	const long year = strtol(text, &end, 10);

	s->year.year = (int)year;
	return *text && !*end && year >= 1970 && year <= 9998;
}

static bool take_product(struct settings *s, const char *text)
{
	s->product = text;
	return logsource_word(text) != NULL;
}

/* clang-format off */
static const struct {
	const char *name;
	bool (*take)(struct settings *s, const char *text); /* NULL: no value follows, and this is set: */
	size_t flag;
	const char *wrong; /* what is said of a value that is not taken */
} table[] = {
	{ "rules",    take_rules,   0, "--rules 给出次数过多 / --rules is given more than 32 times" },
	{ "lists",    take_lists,   0, "" },
	{ "maps",     take_maps,    0, "--maps 给出次数过多 / --maps is given more than 32 times" },
	{ "include",  take_include, 0, "--include 给出次数过多 / --include is given more than 32 times" },
	{ "rule",     take_only,    0, "--rule 给出次数过多 / --rule is given more than 32 times" },
	{ "format",   take_format,  0, "--format 应为 json、table 或 summary / --format wants json, table or summary" },
	{ "level",    take_level,   0, "--level 应为 informational、low、medium、high 或 critical / --level wants informational, low, medium, high or critical" },
	{ "limit",    take_limit,   0, "--limit 应为正整数 / --limit wants a whole number from 1 on" },
	{ "threads",  take_threads, 0, "--threads 应为 1 至 64 / --threads wants 1 to 64" },
	{ "rejects",  take_rejects, 0, "" },
	{ "state",    take_state,   0, "" },
	{ "output",   take_output,  0, "" },
	{ "year",     take_year,    0, "--year 应为 1970 至 9998 / --year wants 1970 to 9998" },
	{ "zone",     take_zone,    0, "--zone 的写法如 +08:00 / --zone wants a form like +08:00" },
	{ "product",  take_product, 0, "--product 不在日志来源表中 / --product is in no log source" },
	{ "strict", NULL, offsetof(struct settings, strict), NULL },
	{ "stats", NULL, offsetof(struct settings, stats), NULL },
	{ "follow", NULL, offsetof(struct settings, follow), NULL },
	{ "no-progress", NULL, offsetof(struct settings, no_progress), NULL },
	{ "help", NULL, offsetof(struct settings, help), NULL },
};
/* clang-format on */

enum { OPTIONS = sizeof(table) / sizeof(*table) };

static int usage(const char *what, const char *arg)
{
	fprintf(stderr, "fengsui watch: %s%s%s\n用法见 / see fengsui watch --help\n", what, arg ? ": " : "",
		arg ? arg : "");
	return EXIT_USAGE;
}

static int take_options(struct settings *s, int argc, char **argv)
{
	struct option options[OPTIONS + 1] = { { 0 } };
	int i;

	for (i = 0; i < OPTIONS; i++)
		options[i] = (struct option){ table[i].name, table[i].take ? required_argument : no_argument,
					      NULL, i };
	optind = 0;
	while ((i = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (i < 0 || i >= OPTIONS)
			return usage("没有这个选项，或缺少值 / no such option, or its value is missing",
				     NULL);
		if (!table[i].take)
			*(bool *)((char *)s + table[i].flag) = true;
		else if (!table[i].take(s, optarg))
			return usage(table[i].wrong, optarg);
	}
	return -1;
}

int settings_read(struct settings *s, int argc, char **argv)
{
	int ret;

	*s = (struct settings){ .chinese = ctl_take_language(&argc, argv) };
	if ((ret = take_options(s, argc, argv)) >= 0)
		return ret;
	if (s->help) {
		fputs(manual_text(s->chinese), stdout);
		return EXIT_FINE;
	}
	s->files = argv + optind;
	s->file_count = (size_t)(argc - optind);
	if (!s->file_count)
		return usage(
			"缺少文件或目录，或以 - 表示标准输入 / a FILE or folder, or - for standard input, is "
			"missing",
			NULL);
	if (s->state && !s->follow)
		return usage("--state 须与 --follow 同用 / --state needs --follow", NULL);
	for (size_t i = 0; s->follow && i < s->file_count; i++)
		if (!strcmp(s->files[i], "-"))
			return usage("标准输入无须跟踪，随到随读 / standard input cannot be followed; it is "
				     "read as it "
				     "comes anyway",
				     "--follow -");
	return -1;
}
