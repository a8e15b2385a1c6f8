#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "ctl/ctl.h"
#include "ctl/rules/report.h"
#include "pack/nearest.h"

/* rules -- `fengsui rules`: detection rules read and looked at, without a log. */

enum { EXIT_FINE = 0, EXIT_USAGE = 64, EXIT_RULES = 65, EXIT_NO_FILE = 66 };
enum { MAPS_MOST = 32 };

static const char help_en[] =
	"fengsui rules check DIR...   read detection rules; what they ask for, cost, and could never find\n"
	"\n"
	"Reads Sigma rules, correlations and filters (docs/sigma.md) from folders or files, and prints\n"
	"each rule with its level, its log source, the fields it reads and\n"
	"  COST    cheap, ordinary, or dear: a dear rule has no text that must be in an event, so that it\n"
	"          is worked out on every event of its log source\n"
	"  FIRES   could it ever, on the logs that are read: those of Windows, of the mappings, and syslog\n"
	"  (?)     a field that no mapping of such a log gives\n"
	"Refusals go to standard error as file:line:column: what, and what would be right.\n"
	"\n"
	"  --lists DIR     what placeholders like %Servers% stand for\n"
	"  --maps DIR      mappings of your own, beside those that come with the program; may be repeated\n"
	"  --product WORD  what sent syslog lines: linux (when not given), cisco, ...\n"
	"  --level LEVEL   only this level and above\n"
	"  --cost WORD     only cheap, ordinary or dear ones\n"
	"  --never         only those that could not fire\n"
	"  --refused       only the refusals\n"
	"  --json          one JSON object\n"
	"  --lang zh|en    language (from LANG)\n"
	"\n"
	"Ends with 0 when nothing was refused, 65 when something was, 64 wrong usage, 66 no such file.\n"
	"\n"
	"  fengsui rules check sigma/rules --never --level high\n"
	"  fengsui rules check rules site/filters --lists site/lists --refused\n";

static const char help_zh[] =
	"fengsui rules check 目录...   读取检测规则：各读取什么、开销如何、哪些永远不会命中\n"
	"\n"
	"从目录或文件读取 Sigma 规则、关联规则和筛除规则（见 docs/sigma.md），逐条列出级别、日志来源、\n"
	"所读字段，以及\n"
	"  开销      低、中、高：开销高的规则没有事件中必须出现的文本，其来源的每个事件都要逐一计算\n"
	"  能否命中  就所读取的日志而言：Windows 日志、各映射可产生的日志、系统日志\n"
	"  (?)       没有任何映射会给出的字段\n"
	"被拒绝的规则输出到标准错误，格式为 文件:行:列: 问题及正确写法。\n"
	"\n"
	"  --lists 目录    %Servers% 之类占位符所代表的值\n"
	"  --maps 目录     自己的字段映射，与自带映射并用；可重复给出\n"
	"  --product 名称  系统日志来自何处：linux（默认）、cisco 等\n"
	"  --level 级别    只列此级别及以上\n"
	"  --cost 词       只列 cheap（低）、ordinary（中）或 dear（高）\n"
	"  --never         只列不能命中的\n"
	"  --refused       只列被拒绝的\n"
	"  --json          输出一个 JSON 对象\n"
	"  --lang zh|en    语言（默认取自 LANG）\n"
	"\n"
	"退出状态：0 无拒绝，65 有拒绝，64 用法有误，66 没有此文件。\n"
	"\n"
	"  fengsui rules check sigma/rules --never --level high\n"
	"  fengsui rules check rules site/filters --lists site/lists --refused\n";

struct rules_line {
	bool chinese, json;
	const char *lists, *product;
	const char *maps[MAPS_MOST];
	size_t map_count;
	struct report_choice choice;
};

struct rules {
	struct arena *mem;
	struct maps *maps;
	struct ruleset *set;
	struct refusal *refusals, **last;
};

static int usage(const char *what, const char *arg)
{
	fprintf(stderr, "fengsui rules: %s%s%s\n用法见 / see fengsui rules --help\n", what, arg ? ": " : "",
		arg ? arg : "");
	return EXIT_USAGE;
}

/* The number of a word among `count` words, or a refusal. */
static int take_word(const char *flag, const char *text, const char *const *known, size_t count, size_t *out)
{
	const char *near;

	for (size_t i = 0; i < count; i++)
		if (!strcmp(known[i], text)) {
			*out = i;
			return -1;
		}
	near = nearest(text, known, count);
	fprintf(stderr, "fengsui rules: --%s '%s'", flag, text);
	if (near)
		fprintf(stderr, "；是否指 / did you mean '%s'?", near);
	else
		for (size_t i = 0; i < count; i++)
			fprintf(stderr, "%s%s", i ? ", " : "；可用 / known: ", known[i]);
	fputs("\n用法见 / see fengsui rules --help\n", stderr);
	return EXIT_USAGE;
}

static int take_level(struct rules_line *line, const char *text)
{
	const char *words[LEVEL_CRITICAL + 1];
	size_t level = 0;
	int ret;

	for (size_t i = 0; i <= LEVEL_CRITICAL; i++)
		words[i] = rule_level_word((enum rule_level)i);
	ret = take_word("level", text, words, LEVEL_CRITICAL + 1, &level);
	line->choice.least = (enum rule_level)level;
	return ret;
}

static int take_cost(struct rules_line *line, const char *text)
{
	const char *words[COST_DEAR + 1];
	size_t cost = 0;
	int ret;

	for (size_t i = 0; i <= COST_DEAR; i++)
		words[i] = survey_cost_word((enum rule_cost)i);
	ret = take_word("cost", text, words, COST_DEAR + 1, &cost);
	line->choice.cost = (enum rule_cost)cost;
	line->choice.one_cost = true;
	return ret;
}

static int take_map(struct rules_line *line, const char *path)
{
	if (line->map_count == MAPS_MOST)
		return usage("--maps 给出次数过多 / --maps is given too often", NULL);
	line->maps[line->map_count++] = path;
	return -1;
}

static int take_option(struct rules_line *line, int option)
{
	switch (option) {
	case 'l':
		line->lists = optarg;
		return -1;
	case 'm':
		return take_map(line, optarg);
	case 'p':
		line->product = optarg;
		return logsource_word(optarg)
			       ? -1
			       : usage("--product 不在日志来源表中 / --product is in no log source", optarg);
	case 'v':
		return take_level(line, optarg);
	case 'c':
		return take_cost(line, optarg);
	case 'n':
		line->choice.never = true;
		return -1;
	case 'r':
		line->choice.refused = true;
		return -1;
	case 'j':
		line->json = true;
		return -1;
	case 'h':
		fputs(line->chinese ? help_zh : help_en, stdout);
		return EXIT_FINE;
	default:
		fputs("用法见 / see fengsui rules --help\n", stderr);
		return EXIT_USAGE;
	}
}

static int read_options(struct rules_line *line, int argc, char **argv)
{
	static const struct option options[] = {
		{ "lists", required_argument, NULL, 'l' },   { "maps", required_argument, NULL, 'm' },
		{ "product", required_argument, NULL, 'p' }, { "level", required_argument, NULL, 'v' },
		{ "cost", required_argument, NULL, 'c' },    { "never", no_argument, NULL, 'n' },
		{ "refused", no_argument, NULL, 'r' },       { "json", no_argument, NULL, 'j' },
		{ "help", no_argument, NULL, 'h' },          { NULL, 0, NULL, 0 },
	};
	int option, ret;

	optind = 0;
	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1)
		if ((ret = take_option(line, option)) >= 0)
			return ret;
	if (optind == argc || strcmp(argv[optind], "check"))
		return usage("应为 rules check 目录 / rules check DIR", optind < argc ? argv[optind] : NULL);
	if (optind + 1 == argc)
		return usage("缺少规则目录 / a DIR with rules is missing", NULL);
	return -1;
}

static void refused(void *who, const struct fault *why)
{
	struct rules *rules = who;
	struct refusal *r = arena_take(rules->mem, sizeof(*r));

	r->text = arena_copy(rules->mem, why->text);
	r->zh = arena_copy(rules->mem, why->zh);
	*rules->last = r;
	rules->last = &r->next;
}

static int say(const struct fault *why)
{
	fprintf(stderr, "fengsui rules: %s%s%s\n", why->text, *why->zh ? " / " : "", why->zh);
	return why->code == FAULT_ABSENT ? EXIT_NO_FILE : EXIT_RULES;
}

static int load(struct rules *rules, const struct rules_line *line, char **paths)
{
	struct fault why;
	int ret = maps_add_own(rules->maps, &why);

	for (size_t i = line->map_count; ret == 0 && i-- > 0;)
		ret = maps_add_folder(rules->maps, line->maps[i], &why);
	if (ret == 0 && line->lists)
		ret = ruleset_set_lists(rules->set, line->lists, &why);
	for (; ret == 0 && *paths; paths++)
		ret = ruleset_add_path(rules->set, *paths, &why);
	if (ret < 0)
		return say(&why);
	ruleset_finish(rules->set);
	return -1;
}

static int run(struct rules *rules, const struct rules_line *line, char **paths)
{
	const struct report *report;
	int ret = load(rules, line, paths);

	if (ret >= 0)
		return ret;
	report = report_new(rules->mem, rules->set, reach_new(rules->mem, rules->maps, line->product),
			    rules->refusals, line->choice);
	if (line->json)
		report_json(report);
	else
		report_print(report, line->chinese);
	return ruleset_refusals(rules->set) ? EXIT_RULES : EXIT_FINE;
}

int ctl_rules(int argc, char **argv)
{
	SCOPED(arena_drop) struct arena *mem = arena_new();
	struct rules_line line = { .chinese = ctl_take_language(&argc, argv), .product = "linux" };
	struct rules rules = { .mem = mem };
	int ret = read_options(&line, argc, argv);

	if (ret >= 0)
		return ret;
	rules.last = &rules.refusals;
	rules.maps = maps_new();
	rules.set = ruleset_new(refused, &rules);
	ret = run(&rules, &line, argv + optind + 1);
	ruleset_free(rules.set);
	maps_free(rules.maps);
	return ret;
}
