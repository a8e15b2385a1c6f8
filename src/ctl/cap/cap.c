#include "ctl/cap/cap.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "ctl/cap/manual.h"
#include "ctl/ctl.h"
#include "host/file.h"
#include "host/terminal.h"
#include "warn/rules.h"
#include "warn/xml.h"

enum { PEM_MOST = 256 * 1024 };

const char *cap_words(const struct cap_line *line, const char *en, const char *zh)
{
	return line->chinese ? zh : en;
}

const char *cap_legible(const struct cap_line *line, const char *text)
{
	struct buf lines = { 0 };
	const char *out;

	terminal_lines(&lines, text, strlen(text));
	out = lines.len ? arena_copy(line->mem, lines.data) : "";
	buf_fini(&lines);
	return out;
}

int cap_fault(const struct cap_line *line, const char *path, const struct fault *why)
{
	char zh[FAULT_TOLD];

	fault_tell_zh(why, zh, sizeof(zh));
	fprintf(stderr, "fengsui cap: %s: %s\n", path, line->chinese ? zh : why->text);
	return why->code == FAULT_ABSENT ? CAP_NO_FILE : fault_exit(why->code);
}

/* One byte more than is taken is enough to refuse it. */
static void read_stdin(const struct cap_line *line, char **bytes, size_t *len)
{
	*bytes = arena_take(line->mem, XML_BYTES_MOST + 2);
	*len = fread(*bytes, 1, XML_BYTES_MOST + 1, stdin);
}

int cap_read(const struct cap_line *line, const char *path, char **bytes, size_t *len)
{
	struct fault why = { 0 };
	int ret;

	if (!strcmp(path, "-")) {
		read_stdin(line, bytes, len);
		return 0;
	}
	ret = file_read(path, 64 * (size_t)XML_BYTES_MOST, line->mem, bytes, len, &why);
	return ret < 0 ? cap_fault(line, path, &why) : 0;
}

int cap_trusted(const struct cap_line *line, const char **pem)
{
	const char *path = line->certificate ? line->certificate
			   : line->data      ? arena_text(line->mem, "%s/keys/cap.pem", line->data)
					     : NULL;
	struct fault why = { 0 };
	char *text;
	size_t len;

	*pem = NULL;
	if (!path)
		return 0;
	if (file_read(path, PEM_MOST, line->mem, &text, &len, &why) < 0)
		return cap_fault(line, path, &why);
	*pem = text;
	return 0;
}

/* ---- the command line -------------------------------------------------------------- */

static int usage(const struct cap_line *line, const char *en, const char *zh, const char *what)
{
	fprintf(stderr, "fengsui cap: %s%s%s\n%s\n", cap_words(line, en, zh), *what ? ": " : "", what,
		cap_words(line, "see fengsui cap --help", "用法见 fengsui cap --help"));
	return CAP_USAGE;
}

static const char **flag_place(struct cap_line *line, const char *name)
{
	const struct {
		const char *name;
		const char **place;
	} flags[] = {
		{ "--key", &line->key },
		{ "--cert", &line->certificate },
		{ "--data", &line->data },
		{ "--out", &line->out },
	};

	for (size_t i = 0; i < sizeof(flags) / sizeof(*flags); i++)
		if (!strcmp(flags[i].name, name))
			return flags[i].place;
	return NULL;
}

static int read_flags(struct cap_line *line, int argc, char **argv)
{
	line->files = argv;
	for (int i = 0; i < argc; i++) {
		const char **place = flag_place(line, argv[i]);

		if (!strcmp(argv[i], "--json")) {
			line->json = true;
		} else if (place) {
			if (++i == argc)
				return usage(line, "this flag wants a value", "此选项须有值", argv[i - 1]);
			*place = argv[i];
		} else if (!strncmp(argv[i], "--", 2)) {
			return usage(line, "there is no such flag", "没有此选项", argv[i]);
		} else {
			line->files[line->count++] = argv[i];
		}
	}
	return 0;
}

/* Every code there is, with its stage and its words. */
static int say_rules(const struct cap_line *line)
{
	for (int i = 0; i < RULE__COUNT; i++)
		printf("%-8s %-20s %s\n", rule_stage_name(rule_stage((enum rule)i)), rule_code((enum rule)i),
		       cap_words(line, rule_en((enum rule)i), rule_zh((enum rule)i)));
	return 0;
}

static const struct {
	const char *word;
	int (*run)(const struct cap_line *line, const char *path);
} table[] = {
	{ "check", cap_check },
	{ "show", cap_show },
	{ "sign", cap_sign },
	{ "verify", cap_verify },
};

/* What is worst counts: a file that is not there before one that is refused. */
static int worse(int one, int other)
{
	if (!one || !other)
		return one ? one : other;
	if (one > CAP_UNPROVEN || other > CAP_UNPROVEN)
		return one > other ? one : other;
	return one < other ? one : other;
}

static int run(struct cap_line *line, const char *word)
{
	int ret = 0;

	for (size_t i = 0; i < sizeof(table) / sizeof(*table); i++) {
		if (strcmp(table[i].word, word) != 0)
			continue;
		if (!line->count)
			return usage(line, "which file?", "哪个文件？", "");
		for (size_t k = 0; k < line->count; k++)
			ret = worse(ret, table[i].run(line, line->files[k]));
		return ret;
	}
	return usage(line, "it is check, show, sign, verify, import or rules",
		     "应为 check、show、sign、verify、import 或 rules", word);
}

int ctl_cap(int argc, char **argv)
{
	SCOPED(arena_drop) struct arena *mem = arena_new();
	struct cap_line line = { .mem = mem };
	int ret;

	if (argc > 1 && !strcmp(argv[1], "import"))
		return ctl_command(argc + 1, argv - 1);
	line.chinese = ctl_take_language(&argc, argv);
	for (int i = 1; i < argc; i++)
		if (!strcmp(argv[i], "--help") || !strcmp(argv[i], "-h")) {
			fputs(manual_cap(line.chinese), stdout);
			return 0;
		}
	if (argc < 2)
		return usage(&line, "it is check, show, sign, verify, import or rules",
			     "应为 check、show、sign、verify、import 或 rules", "");
	if ((ret = read_flags(&line, argc - 2, argv + 2)))
		return ret;
	if (!strcmp(argv[1], "rules"))
		return say_rules(&line);
	return run(&line, argv[1]);
}
