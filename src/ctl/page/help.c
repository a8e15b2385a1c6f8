#include <string.h>

#include "ctl/ctl_private.h"

/*
 * help -- what can be typed, on every level; what the plan says comes from the daemon.
 */
static const char *text_of(const json_t *thing, const char *name)
{
	const char *text = json_string_value(json_object_get(thing, name));

	return text ? text : "";
}

/* clang-format off */
static const struct {
	const char *usage, *en, *zh;
} flags[] = {
	{ "--data FOLDER",   "the data folder ($FENGSUI_DATA, else ./data)",             "数据目录（默认 $FENGSUI_DATA，否则 ./data）" },
	{ "--json",          "answers as JSON",                                          "以 JSON 输出" },
	{ "--lang zh|en",    "language (from LANG)",                                     "语言（默认取自 LANG）" },
	{ "--as LOGIN",      "demonstration folder: who acts ($FENGSUI_AS)",             "演示目录：以谁的身份（$FENGSUI_AS）" },
	{ "--at TIME",       "demonstration folder: when; also '+15 min'",               "演示目录：何时；也可用 '+15 min'" },
	{ "--key KEY",       "the same key gives the same answer and one entry",         "幂等键：相同的键只记录一次" },
	{ "--seen VERSION",  "refuse when the record has changed since",                 "记录若已变更则拒绝" },
	{ "--occurred TIME", "when it happened, where entered late",                     "补录时的实际发生时间" },
	{ "--ask",           "ask on the terminal for what the move needs",              "在终端逐项询问所需内容" },
	{ "--drill",         "in the space of drills",                                   "演练空间" },
	{ "--url URL",       "the daemon of another machine, https://HOST:PORT ($FENGSUI_URL)", "远端守护进程，https://主机:端口（$FENGSUI_URL）" },
	{ "--token-file FILE", "with --url: an API token ($FENGSUI_TOKEN_FILE; else fengsui sign-in)", "与 --url 同用：接口令牌（$FENGSUI_TOKEN_FILE；否则用 fengsui sign-in）" },
	{ "--ca FILE",       "with --url: who signed its certificate ($FENGSUI_CA)",     "与 --url 同用：签发其证书的机构（$FENGSUI_CA）" },
	{ "--pin SHA256",    "with --url: this very certificate; remembered",            "与 --url 同用：指定证书的指纹，自此记住" },
	{ "--proxy URL",     "with --url: through this proxy; none otherwise",           "与 --url 同用：经此代理；默认不用代理" },
};

static const struct {
	const char *usage, *en, *zh;
} offline[] = {
	{ "serve",  "open a data folder and serve it",                       "打开数据目录并提供服务" },
	{ "watch",  "run detection rules over a file or a pipe",             "对文件或管道运行检测规则" },
	{ "rules",  "check detection rules: what they read, cost, could find", "检查检测规则：读取什么、开销、能否命中" },
	{ "plan",   "check, show, compare plan packs",                       "检查、查看、比较预案包" },
	{ "record", "take the record, or cases of it, out as a bundle", "将记录或其中的案件导出为包" },
	{ "verify", "verify a data folder, a case bundle or an archive",     "验证数据目录、案件包或归档" },
	{ "backup", "copy a data folder while its daemon works",             "备份数据目录，守护进程照常工作" },
	{ "restore", "make a data folder out of a backup",                   "由备份恢复数据目录" },
	{ "doctor", "look at a data folder and the machine under it",        "检查数据目录及其所在机器" },
};
/* clang-format on */

static void say_flags(const struct ctl *ctl)
{
	printf("\n%s\n", in_words(ctl, "Flags of every command:", "通用选项："));
	for (size_t i = 0; i < sizeof(flags) / sizeof(*flags); i++)
		printf("  %-17s %s\n", flags[i].usage, in_words(ctl, flags[i].en, flags[i].zh));
}

/* The kinds, when a daemon is there to ask; silence when not. */
static void say_kinds(struct ctl *ctl)
{
	struct fault why;
	json_t *answer;
	const json_t *kind;
	size_t i;

	ctl->quiet = true;
	if (talk_ask(ctl, json_pack("{s:s}", "op", "catalogue"), &answer, &why) < 0)
		answer = NULL;
	if (!json_object_get(answer, "kinds")) {
		json_decref(answer);
		printf(ctl->remote
			       ? in_words(ctl, "\nKinds of record are known when you are signed in at %s.\n",
					  "\n登录 %s 后可列出记录类别。\n")
			       : in_words(ctl, "\nKinds of record are known when a daemon runs on %s.\n",
					  "\n在 %s 上启动守护进程后可列出记录类别。\n"),
		       talk_place(ctl));
		return;
	}
	printf("\n%s\n",
	       in_words(ctl, "Kinds of record (fengsui KIND --help):", "记录类别（fengsui 类别 --help）："));
	json_array_foreach(json_object_get(answer, "kinds"), i, kind)
		printf("  %-22s %s\n", name_of(kind), label_of(ctl, kind));
	json_decref(answer);
}

int help_general(struct ctl *ctl)
{
	printf("%s\n\n", in_words(ctl, "Fengsui: emergency response for network and information security.",
				  "烽燧：网络与信息安全应急指挥系统。"));
	puts(in_words(ctl, "  fengsui serve --data FOLDER [--demo]", "  fengsui serve --data 目录 [--demo]"));
	puts(in_words(
		ctl,
		"  fengsui KIND list | show NUMBER | history NUMBER | create | MOVE NUMBER [--FIELD VALUE …]",
		"  fengsui 类别 list | show 编号 | history 编号 | create | 操作 编号 [--字段 值 …]"));
	printf("\n%s\n", in_words(ctl, "Without a daemon:", "无需守护进程："));
	for (size_t i = 0; i < sizeof(offline) / sizeof(*offline); i++)
		printf("  %-10s %-18s %s\n", offline[i].usage, "",
		       in_words(ctl, offline[i].en, offline[i].zh));
	printf("\n%s\n", in_words(ctl, "With one:", "需要守护进程："));
	help_admin(ctl);
	say_kinds(ctl);
	say_flags(ctl);
	return 0;
}

/* ---- a kind --------------------------------------------------------------- */

/* What a field takes, in a word: the kind it refers to, the list its codes are from, or its type. */
static const char *takes_words(struct ctl *ctl, const json_t *field)
{
	static const struct {
		const char *type, *en, *zh;
	} words[] = {
		{ "text", "text", "文字" },     { "word", "word", "代码或编号" },
		{ "number", "number", "数字" }, { "yes", "yes or no", "是否" },
		{ "time", "time", "时间" },     { "enum", "code", "代码" },
		{ "blob", "file", "文件" },     { "scores", "scores", "评分" },
	};
	const char *type = text_of(field, "type");
	const json_t *kind = catalogue_kind(ctl, text_of(field, "of"));

	if (kind && !strcmp(type, "ref"))
		return label_of(ctl, kind);
	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++)
		if (!strcmp(words[i].type, type))
			return in_words(ctl, words[i].en, words[i].zh);
	return type;
}

/* `typed`: only those that a person can type in. */
static void say_kind_fields(struct ctl *ctl, const json_t *kind, bool typed)
{
	const json_t *fields = json_object_get(kind, "fields"), *field;
	struct table *table = table_new(ctl, 3);
	size_t i;

	table_put(table, typed ? in_words(ctl, "  Field", "  字段")
			       : in_words(ctl, "  Field (* can be filtered on)", "  字段（* 可用于筛选）"));
	table_put(table, in_words(ctl, "Takes", "内容"));
	table_put(table, in_words(ctl, "Meaning", "含义"));
	json_array_foreach((json_t *)fields, i, field) {
		if (typed && json_is_true(json_object_get(field, "engine")))
			continue;
		table_put(table,
			  arena_text(ctl->mem, "%s --%s",
				     !typed && json_is_true(json_object_get(field, "filter")) ? "*" : " ",
				     name_of(field)));
		table_put(table, takes_words(ctl, field));
		table_put(table, label_of(ctl, field));
	}
	putchar('\n');
	table_wrap(table);
	table_print(table);
}

static void say_kind_states(struct ctl *ctl, const json_t *kind)
{
	const json_t *regions = json_object_get(kind, "regions"), *region, *state;
	size_t i, k;

	json_array_foreach((json_t *)regions, i, region) {
		printf("\n%s --%s:", label_of(ctl, region), name_of(region));
		json_array_foreach(json_object_get(region, "states"), k, state)
			printf("%s %s (%s)", k ? "," : "", name_of(state), label_of(ctl, state));
		putchar('\n');
	}
}

int help_kind(struct ctl *ctl, const json_t *kind)
{
	const json_t *moves = json_object_get(kind, "moves"), *move;
	const char *name = name_of(kind);
	size_t i;

	printf("%s%s%s (%s)\n\n", bold(ctl), label_of(ctl, kind), plain(ctl), name);
	if (quick_move(kind))
		printf(in_words(ctl,
				"  fengsui %s [--phone] [--occurred TIME] [--FIELD VALUE …] [--out FILE]\n"
				"      asks for what is missing, hands it in and prints the receipt\n",
				"  fengsui %s [--phone] [--occurred 时间] [--字段 值 …] [--out 文件]\n"
				"      询问缺少的内容，提交并打印回执\n"),
		       name);
	printf(in_words(ctl,
			"  fengsui %s --form [--out FILE]\n      a blank form to print (HTML, one page of "
			"A4)\n",
			"  fengsui %s --form [--out 文件]\n      可打印的空白表格（HTML，A4 一页）\n"),
	       name);
	printf(in_words(ctl, "  fengsui %s list [FILTER] [--FIELD VALUE …]\n",
			"  fengsui %s list [筛选条件] [--字段 值 …]\n"),
	       name);
	printf(in_words(ctl, "  fengsui %s show NUMBER\n  fengsui %s history NUMBER\n",
			"  fengsui %s show 编号\n  fengsui %s history 编号\n"),
	       name, name);
	printf(in_words(ctl, "  fengsui %s attach NUMBER FILE\n", "  fengsui %s attach 编号 文件\n"), name);
	json_array_foreach((json_t *)moves, i, move) {
		const bool create = strcmp(name_of(move), "create") == 0;

		if (json_is_true(json_object_get(move, "automatic")) &&
		    !json_array_size(json_object_get(move, "who")))
			continue; /* nobody can type it */
		printf("  fengsui %s %s%s\n      %s\n", name, name_of(move),
		       create ? "" : in_words(ctl, " NUMBER", " 编号"), label_of(ctl, move));
	}
	say_kind_states(ctl, kind);
	say_kind_fields(ctl, kind, false);
	printf("\n%s\n",
	       in_words(ctl,
			"A filter: 'level:>=3 AND NOT handling:closed', words that are searched for, ().",
			"筛选示例：'level:>=3 AND NOT handling:closed'，可直接写要搜索的词，可用 ()。"));
	return 0;
}

/* ---- a move --------------------------------------------------------------- */

static void say_roles(const struct ctl *ctl, const char *en, const char *zh, const json_t *roles)
{
	const json_t *role;
	size_t i;

	if (!json_array_size(roles))
		return;
	printf("    %s", in_words(ctl, en, zh));
	json_array_foreach((json_t *)roles, i, role)
		printf("%s%s (%s)", i ? in_words(ctl, ", ", "、") : " ",
		       role_label(ctl, json_string_value(role)), json_string_value(role));
	putchar('\n');
}

static void say_who(const struct ctl *ctl, const json_t *move)
{
	const json_t *who = json_object_get(move, "who"), *branch;
	size_t i;

	printf("\n%s\n", in_words(ctl, "Who may:", "谁可以："));
	if (!json_array_size(who))
		printf("    %s\n", in_words(ctl, "happens by itself", "自动进行"));
	json_array_foreach((json_t *)who, i, branch) {
		if (*text_of(branch, ctl->zh ? "when_zh" : "when_en"))
			printf("  %s %s\n", in_words(ctl, "when:", "当："),
			       text_of(branch, ctl->zh ? "when_zh" : "when_en"));
		say_roles(ctl, "any of:", "任一：", json_object_get(branch, "do"));
		say_roles(ctl, "proposes:", "提议：", json_object_get(branch, "propose"));
		say_roles(ctl, "confirms (another person):", "另一人确认：",
			  json_object_get(branch, "confirm"));
		say_roles(ctl, "all sign, different persons:", "均须签字（不同人员）：",
			  json_object_get(branch, "sign"));
	}
}

/* How scores are typed: "business=3,unit=2,…", each 1 to 5, or unknown. */
static void say_dimensions(const struct ctl *ctl)
{
	const json_t *dimensions = json_object_get(ctl->catalogue, "dimensions"), *one;
	size_t i;

	json_array_foreach((json_t *)dimensions, i, one)
		printf("%s%s=1", i ? "," : "        ", name_of(one));
	puts(in_words(ctl, "   (each 1 to 5, or unknown)", "   （各为 1 到 5，或 unknown）"));
	json_array_foreach((json_t *)dimensions, i, one)
		printf("        %s: %s\n", name_of(one), label_of(ctl, one));
}

static void say_codes(const struct ctl *ctl, const json_t *field)
{
	const json_t *codes = json_object_get(json_object_get(ctl->catalogue, "enums"), text_of(field, "of")),
		     *code;
	size_t i;

	if (strcmp(text_of(field, "type"), "scores") == 0)
		say_dimensions(ctl);
	if (strcmp(text_of(field, "type"), "enum") != 0)
		return;
	json_array_foreach((json_t *)codes, i, code)
		printf("%s%s (%s)", i ? ", " : "        ", name_of(code), label_of(ctl, code));
	if (json_array_size(codes))
		putchar('\n');
}

static void say_want(const struct ctl *ctl, const json_t *kind, const json_t *want)
{
	const char *name = name_of(want), *otherwise = text_of(want, "otherwise");
	const json_t *field = catalogue_field(ctl, kind, name);

	printf("    --%-20s %s%s", name, field ? label_of(ctl, field) : "",
	       json_is_true(json_object_get(want, "optional"))
		       ? in_words(ctl, " (may be left out)", "（可省略）")
		       : "");
	if (*otherwise)
		printf(in_words(ctl, "; or '%s: why'", "；或 '%s: 原因'"), otherwise);
	putchar('\n');
	say_codes(ctl, field);
}

static void say_wants(const struct ctl *ctl, const json_t *kind, const json_t *wants, const char *en,
		      const char *zh)
{
	const json_t *want;
	size_t i;

	if (!json_array_size(wants))
		return;
	printf("\n%s\n", in_words(ctl, en, zh));
	json_array_foreach((json_t *)wants, i, want)
		say_want(ctl, kind, want);
}

static void say_from_to(const struct ctl *ctl, const json_t *kind, const json_t *move)
{
	const char *to = text_of(move, "to"), *region = text_of(move, "region");
	const json_t *state;
	size_t i;

	if (!*to || !*region)
		return;
	fputs("  ", stdout);
	json_array_foreach(json_object_get(move, "from"), i, state)
		printf("%s%s", i ? " | " : "", state_label(ctl, kind, region, json_string_value(state)));
	printf(" → %s\n", state_label(ctl, kind, region, to));
}

int help_move(struct ctl *ctl, const json_t *kind, const json_t *move)
{
	const bool create = strcmp(name_of(move), "create") == 0;

	printf("%s%s%s%sfengsui %s %s%s [%s]\n", bold(ctl), label_of(ctl, move), plain(ctl),
	       in_words(ctl, ": ", "："), name_of(kind), name_of(move),
	       create ? "" : in_words(ctl, " NUMBER", " 编号"),
	       in_words(ctl, "--FIELD VALUE …", "--字段 值 …"));
	say_from_to(ctl, kind, move);
	say_who(ctl, move);
	say_wants(ctl, kind, json_object_get(move, "needs"),
		  "Must stand on the record, or come with it:", "记录上须有，或随本次填写：");
	say_wants(ctl, kind, json_object_get(move, "asks"), "Asked each time:", "每次填写：");
	if (create) {
		puts(in_words(ctl, "\nWhat else may come with it:", "\n还可填写："));
		say_kind_fields(ctl, kind, true);
	}
	return 0;
}
