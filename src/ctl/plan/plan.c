#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/fault.h"
#include "ctl/ctl.h"
#include "ctl/plan/boundary.h"
#include "ctl/plan/play.h"
#include "pack/pack.h"
#include "pack/show.h"

/*
 * plan -- `fengsui plan`: a plan pack checked, played, shown, compared, published.
 *
 * Only publishing needs the daemon: an editor of plans works on a folder of files.
 */

enum { EXIT_USAGE = 64, OPERANDS_MOST = 3 };

struct plan_line {
	const char *operands[OPERANDS_MOST];
	int count;
	bool json, mermaid, chinese, help, no_play;
	const char *rules, *maps, *data, *as, *lang;
};

static const char usage_en[] =
	"fengsui plan check PACK [--no-play] [--json]\n"
	"                                            prove a plan pack sound and play its scenarios;\n"
	"                                            exit 0 sound, 65 not\n"
	"fengsui plan show PACK [KIND] [--mermaid]   draw its machines: moves, who, conditions, clocks\n"
	"fengsui plan regimes PACK                   duties to report upward: stages, terms, how certain\n"
	"fengsui plan diff A B                       two versions in words; exit 0 alike, 1 different\n"
	"fengsui plan boundary PACK [--rules DIR] [--maps DIR] [--data FOLDER]\n"
	"                                            for an auditor: what it can be about, and what not;\n"
	"                                            which logs are read, which rules are on, by whom\n"
	"fengsui plan publish PACK [--data FOLDER]   check it and have the daemon put it in force\n"
	"\n"
	"PACK is a folder with a pack.yml (docs/plan-packs.md). --lang zh|en chooses the language.\n"
	"Problems go to standard error as file:line:column: what, and what would be right.\n"
	"\n"
	"  fengsui plan check packs/jinan-2007\n"
	"  fengsui plan show packs/jinan-2007 incident --lang en\n";

static const char usage_zh[] =
	"fengsui plan check 预案包 [--no-play] [--json]\n"
	"                                              证明预案包完备并推演其场景；完备退出 0，否则 65\n"
	"fengsui plan show 预案包 [类别] [--mermaid]   画出状态机：状态、动作、由谁、条件、时钟\n"
	"fengsui plan regimes 预案包                   上报制度：阶段、期限、可靠程度\n"
	"fengsui plan diff 甲 乙                       以文字比较两个版本；相同退出 0，不同退出 1\n"
	"fengsui plan boundary 预案包 [--rules 目录] [--maps 目录] [--data 目录]\n"
	"                                              供审计：预案能涉及什么、不能涉及什么；\n"
	"                                              读取哪些日志、启用了哪些规则、由谁启用\n"
	"fengsui plan publish 预案包 [--data 目录]     检查后由守护进程发布生效\n"
	"\n"
	"预案包是含有 pack.yml 的目录（见 docs/plan-packs.md）。--lang zh|en 选择语言。\n"
	"问题输出到标准错误，格式为 文件:行:列: 问题及正确写法。\n"
	"\n"
	"  fengsui plan check packs/jinan-2007\n"
	"  fengsui plan show packs/jinan-2007 incident --lang zh\n";

/* With the folder in front, so that an editor can jump to the place. */
static void print_problem(const char *folder, const struct problem *p)
{
	size_t len = strlen(folder);

	while (len > 1 && folder[len - 1] == '/')
		len--;
	fprintf(stderr, "%.*s/%s:%d:%d: %s%s%s%s\n", (int)len, folder, p->at.file, p->at.line, p->at.column,
		p->warning ? "warning: " : "", p->code ? p->code : "", p->code ? ": " : "", p->text);
}

static void json_text(struct buf *out, const char *key, const char *text)
{
	buf_json_string(out, key, strlen(key));
	buf_char(out, ':');
	if (text)
		buf_json_string(out, text, strlen(text));
	else
		buf_text(out, "null");
}

static void json_problem(struct buf *out, const struct problem *p)
{
	buf_char(out, '{');
	json_text(out, "file", p->at.file);
	buf_format(out, ",\"line\":%d,\"column\":%d,", p->at.line, p->at.column);
	json_text(out, "code", p->code);
	buf_format(out, ",\"warning\":%s,", p->warning ? "true" : "false");
	json_text(out, "text", p->text);
	buf_char(out, '}');
}

static void print_json(const struct pack *pack, const struct problems *problems, size_t played)
{
	struct buf out = { 0 };

	buf_format(&out, "{\"sound\":%s,", problems->errors || !pack ? "false" : "true");
	json_text(&out, "digest", pack ? pack->digest : NULL);
	buf_format(&out, ",\"played\":%zu,\"problems\":[", played);
	for (size_t i = 0; i < problems->count; i++) {
		if (i)
			buf_char(&out, ',');
		json_problem(&out, &problems->at[i]);
	}
	buf_text(&out, "]}");
	puts(out.data);
	buf_fini(&out);
}

static void print_problems(const char *path, const struct problems *problems)
{
	for (size_t i = 0; i < problems->count; i++)
		print_problem(path, &problems->at[i]);
}

/* Load and, where asked, check; the exit status. What is no problem of the pack
 * itself, such as a folder that is not there, is told at once. */
static int take_quietly(const char *path, bool check, struct pack **pack, struct problems *problems)
{
	struct fault why = { 0 };
	int ret = pack_load(path, pack, problems, &why);

	if (ret == 0 && check)
		ret = pack_check(*pack, problems, &why);
	if (ret < 0 && !problems->errors)
		fprintf(stderr, "fengsui: %s\n", why.text);
	return ret < 0 ? fault_exit(ret) : 0;
}

static int take(const char *path, bool check, struct pack **pack, struct problems *problems)
{
	int status = take_quietly(path, check, pack, problems);

	print_problems(path, problems);
	return status;
}

static void print_sound(const struct pack *pack, const struct plan_line *line, size_t played)
{
	struct buf out = { 0 };

	show_counts(&out, pack, line->chinese);
	printf("%s%s\n", line->chinese ? "完备：" : "sound: ", out.data);
	if (!line->no_play && !played)
		puts(line->chinese ? "推演：预案包没有场景（tests/*.yml）"
				   : "played: the pack has no scenarios (tests/*.yml)");
	else if (!line->no_play)
		printf(line->chinese ? "推演：%zu个场景，结果均与预期一致\n"
				     : "played: %zu scenario%s, all as written\n",
		       played, played == 1 ? "" : "s");
	buf_fini(&out);
}

/* Only a sound plan is played: an unsound one would fail in ways that say nothing. */
static int play(const struct plan_line *line, const struct pack *pack, struct problems *problems,
		size_t *played)
{
	struct fault why = { 0 };
	int ret = play_scenarios(line->operands[0], pack, line->chinese, problems, played, &why);

	if (ret < 0 && !problems->errors)
		fprintf(stderr, "fengsui: %s\n", why.text);
	return ret < 0 ? fault_exit(ret) : 0;
}

static int plan_check(const struct plan_line *line)
{
	SCOPED(pack_drop) struct pack *pack = NULL;
	struct problems problems;
	size_t played = 0;
	int status;

	problems_init(&problems);
	status = take_quietly(line->operands[0], true, &pack, &problems);
	if (status == 0 && !line->no_play)
		status = play(line, pack, &problems, &played);
	if (line->json) {
		print_json(pack, &problems, played);
	} else {
		print_problems(line->operands[0], &problems);
		if (status == 0)
			print_sound(pack, line, played);
		else if (problems.errors)
			fprintf(stderr, line->chinese ? "不完备：%zu个问题\n" : "not sound: %zu problem%s\n",
				problems.errors, problems.errors == 1 ? "" : "s");
	}
	problems_fini(&problems);
	return status;
}

/* Loaded without proofs: a plan in the making is shown, too. */
static int open_pack(const char *path, struct pack **pack)
{
	struct problems problems;
	int status;

	problems_init(&problems);
	status = take(path, false, pack, &problems);
	problems_fini(&problems);
	return status;
}

static int print_out(struct buf *out)
{
	bool ok = !out->len || fwrite(out->data, 1, out->len, stdout) == out->len;

	buf_fini(out);
	return ok && fflush(stdout) == 0 ? 0 : fault_exit(-FAULT_IO);
}

static int plan_show(const struct plan_line *line)
{
	SCOPED(pack_drop) struct pack *pack = NULL;
	const struct kind *kind = NULL;
	struct buf out = { 0 };
	int status = open_pack(line->operands[0], &pack);

	if (status)
		return status;
	if (line->operands[1] && !(kind = pack_kind(pack, line->operands[1]))) {
		fprintf(stderr,
			line->chinese ? "fengsui: %s 没有类别“%s”；其类别有"
				      : "fengsui: %s has no kind '%s'; it has",
			line->operands[0], line->operands[1]);
		for (size_t i = 0; i < pack->kind_count; i++)
			fprintf(stderr, " %s", pack->kinds[i].name);
		fputc('\n', stderr);
		return fault_exit(-FAULT_ABSENT);
	}
	if (line->mermaid)
		show_mermaid(&out, pack, kind, line->chinese);
	else
		show_machines(&out, pack, kind, line->chinese);
	return print_out(&out);
}

static int plan_regimes(const struct plan_line *line)
{
	SCOPED(pack_drop) struct pack *pack = NULL;
	struct buf out = { 0 };
	int status = open_pack(line->operands[0], &pack);

	if (status)
		return status;
	show_regimes(&out, pack, line->chinese);
	return print_out(&out);
}

static int plan_diff(const struct plan_line *line)
{
	SCOPED(pack_drop) struct pack *a = NULL;
	SCOPED(pack_drop) struct pack *b = NULL;
	struct buf out = { 0 };
	size_t lines;
	int status;

	if ((status = open_pack(line->operands[0], &a)) || (status = open_pack(line->operands[1], &b)))
		return status;
	lines = show_differences(&out, a, b, line->chinese);
	status = print_out(&out);
	return status ? status : lines ? 1 : 0;
}

/* What its rules and mappings let in, beside what the plan is about. */
static int add_intake(struct buf *out, const struct plan_line *line)
{
	struct fault why;

	if (boundary_maps(out, line->maps, line->chinese, &why) < 0 ||
	    (line->rules && boundary_rules(out, line->rules, line->chinese, &why) < 0)) {
		fprintf(stderr, "fengsui: %s\n", why.text);
		return fault_exit(why.code);
	}
	return line->data ? boundary_switches(out, line->data, line->as, line->chinese) : 0;
}

static int plan_boundary(const struct plan_line *line)
{
	SCOPED(pack_drop) struct pack *pack = NULL;
	struct problems problems;
	struct buf out = { 0 };
	int status;

	problems_init(&problems);
	status = take(line->operands[0], true, &pack, &problems);
	problems_fini(&problems);
	if (status)
		return status;
	show_boundary(&out, pack, line->chinese);
	if ((status = add_intake(&out, line))) {
		buf_fini(&out);
		return status;
	}
	return print_out(&out);
}

/* What is unsound is told here, with its places; the daemon checks again and
 * decides who may. */
static int plan_publish(const struct plan_line *line)
{
	SCOPED(pack_drop) struct pack *pack = NULL;
	char *argv[9] = { "fengsui", "publish", (char *)line->operands[0] };
	const char *const flags[][2] = { { "--data", line->data },
					 { "--as", line->as },
					 { "--lang", line->lang } };
	struct problems problems;
	int status, argc = 3;

	problems_init(&problems);
	status = take(line->operands[0], true, &pack, &problems);
	problems_fini(&problems);
	if (status)
		return status;
	for (size_t i = 0; i < sizeof(flags) / sizeof(*flags); i++)
		if (flags[i][1]) {
			argv[argc++] = (char *)flags[i][0];
			argv[argc++] = (char *)flags[i][1];
		}
	return ctl_command(argc, argv);
}

/* clang-format off */
static const struct {
	const char *word;
	int least, most;
	int (*run)(const struct plan_line *line);
} commands[] = {
	{ "check",    1, 1, plan_check },
	{ "show",     1, 2, plan_show },
	{ "diff",     2, 2, plan_diff },
	{ "regimes",  1, 1, plan_regimes },
	{ "boundary", 1, 1, plan_boundary },
	{ "publish",  1, 1, plan_publish },
};
/* clang-format on */

static int usage(FILE *to, bool chinese)
{
	fputs(chinese ? usage_zh : usage_en, to);
	return to == stdout ? 0 : EXIT_USAGE;
}

static bool flag(struct plan_line *line, const char *word)
{
	if (!strcmp(word, "--json"))
		line->json = true;
	else if (!strcmp(word, "--mermaid"))
		line->mermaid = true;
	else if (!strcmp(word, "--no-play"))
		line->no_play = true;
	else if (!strcmp(word, "--help") || !strcmp(word, "-h"))
		line->help = true;
	else
		return false;
	return true;
}

/* Flags with a value, as "--lang zh" or "--lang=zh". The number of words eaten, 0 where it is none. */
static int valued(const char *name, char **argv, int left, const char **out)
{
	size_t len = strlen(name);

	if (strncmp(argv[0], name, len))
		return 0;
	if (argv[0][len] == '=') {
		*out = argv[0] + len + 1;
		return 1;
	}
	if (argv[0][len] || left < 2)
		return 0;
	*out = argv[1];
	return 2;
}

static bool read_line(int argc, char **argv, struct plan_line *line)
{
	int eaten;

	for (int i = 0; i < argc; i += eaten) {
		if ((eaten = valued("--lang", argv + i, argc - i, &line->lang)) ||
		    (eaten = valued("--rules", argv + i, argc - i, &line->rules)) ||
		    (eaten = valued("--maps", argv + i, argc - i, &line->maps)) ||
		    (eaten = valued("--as", argv + i, argc - i, &line->as)) ||
		    (eaten = valued("--data", argv + i, argc - i, &line->data)))
			continue;
		eaten = 1;
		if (flag(line, argv[i]))
			continue;
		if (argv[i][0] == '-' || line->count == OPERANDS_MOST) {
			fprintf(stderr, "fengsui plan: 不认识 / not known here: '%s'\n", argv[i]);
			return false;
		}
		line->operands[line->count++] = argv[i];
	}
	line->chinese = ctl_chinese(line->lang);
	return true;
}

int ctl_plan(int argc, char **argv)
{
	struct plan_line line = { 0 };

	if (!read_line(argc - 1, argv + 1, &line))
		return EXIT_USAGE;
	if (line.help || !line.count)
		return usage(line.help ? stdout : stderr, line.chinese);
	for (size_t i = 0; i < sizeof(commands) / sizeof(*commands); i++) {
		if (strcmp(line.operands[0], commands[i].word))
			continue;
		memmove(&line.operands[0], &line.operands[1],
			sizeof(line.operands) - sizeof(line.operands[0]));
		line.operands[OPERANDS_MOST - 1] = NULL;
		line.count--;
		if (line.count < commands[i].least || line.count > commands[i].most)
			return usage(stderr, line.chinese);
		return commands[i].run(&line);
	}
	fprintf(stderr, line.chinese ? "fengsui plan: 没有“%s”\n" : "fengsui plan: there is no '%s'\n",
		line.operands[0]);
	return usage(stderr, line.chinese);
}
