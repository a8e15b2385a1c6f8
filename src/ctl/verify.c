#include "ctl/verify.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "ctl/ctl_private.h"
#include "host/file.h"
#include "record/bundle.h"

enum { EXIT_NOTHING = 66, AGAINST_MOST = 64, AGAINST_BYTES = 1024 * 1024 };

static const char help_en[] =
	"fengsui verify PATH [--against FILE] [--json]\n"
	"\n"
	"Checks that a record is what it was. PATH is a data folder (a daemon may be at\n"
	"work in it), or a case bundle or archive: its folder, or the tar of it.\n"
	"\n"
	"  --against FILE  a checkpoint that was kept elsewhere: a receipt as it was printed or\n"
	"                  as JSON, a mail, a bulletin, the hand-over of a shift. Several may\n"
	"                  stand in one file, and the flag may be repeated; - reads standard input\n"
	"  --json          the verdict as one JSON object\n"
	"  --lang zh|en    language (from LANG)\n"
	"\n"
	"Every entry, text, chain and signature is reckoned anew from the bytes. But whoever\n"
	"holds the folder and its key can write another history and sign it. Only a checkpoint\n"
	"kept elsewhere shows that: without --against nobody can know whether the whole was\n"
	"set back, rewritten or signed by another key, and verify says so.\n"
	"\n"
	"Ends with 0 as it should be, 1 tampered with, 2 nothing wrong but something was erased,\n"
	"withheld or is not there, 64 wrong usage, 65 no checkpoint in FILE, 66 nothing to verify\n"
	"at PATH.\n"
	"\n"
	"  fengsui verify /var/lib/fengsui\n"
	"  fengsui verify /var/lib/fengsui --against shift-handover.txt\n"
	"  fengsui verify archive/INC-2026-0001.tar --json\n"
	"\n"
	"The second verifier, independent of this one: node web/lib/verify.js PATH (bundles).\n";

static const char help_zh[] =
	"fengsui verify 路径 [--against 文件] [--json]\n"
	"\n"
	"核验记录是否仍是原样。路径是数据目录（守护进程可以正在运行），或案件包、归档：\n"
	"其目录或 tar 文件。\n"
	"\n"
	"  --against 文件  另处保存的检查点：来自回执（所印原文或 JSON）、邮件、通报或交接班记录。\n"
	"                  一个文件可含多个，可重复给出；- 表示标准输入\n"
	"  --json          以一个 JSON 对象给出结论\n"
	"  --lang zh|en    语言（默认取自 LANG）\n"
	"\n"
	"每个条目、文本、链条和签名均由原始字节重新计算。但持有目录及其密钥者可以另写一份\n"
	"历史并签名，只有另处保存的检查点能揭示：不给 --against 就无法得知整体是否被回退、\n"
	"改写或换用另一把密钥签名，核验结果会说明这一点。\n"
	"\n"
	"退出状态：0 完好，1 已被篡改，2 无误但有内容已删除、未提供或缺失，64 用法有误，\n"
	"65 所给文件中没有检查点，66 路径上没有可核验的内容。\n"
	"\n"
	"  fengsui verify /var/lib/fengsui\n"
	"  fengsui verify /var/lib/fengsui --against shift-handover.txt\n"
	"  fengsui verify archive/INC-2026-0001.tar --json\n"
	"\n"
	"独立于本程序的第二核验器：node web/lib/verify.js 路径（用于案件包）。\n";

struct verify {
	const char *path;
	bool json;
	struct arena *mem;
	const char *against[AGAINST_MOST];
	struct verify_options options;
};

static int usage(const char *what, const char *arg)
{
	fprintf(stderr, "fengsui verify: %s%s%s\n用法见 / see fengsui verify --help\n", what, arg ? ": " : "",
		arg ? arg : "");
	return EXIT_USAGE;
}

static int fault(const struct fault *why)
{
	fprintf(stderr, "fengsui: %s%s%s / %s: %s\n", fault_words_zh(why->code), *why->zh ? "：" : "",
		why->zh, fault_words_en(why->code), why->text);
	return fault_exit(why->code);
}

static int verify_store(const char *folder, const char *path, const struct verify_options *options,
			struct verdict *out, struct fault *why)
{
	SCOPED(store_drop) struct store *store = NULL;
	int ret = store_open(&store_sqlite, path, STORE_READ, &store, why);

	/* What the engine cannot even open was damaged like anything else. */
	if (ret == -FAULT_CORRUPT) {
		*out = (struct verdict){ .subject = "folder", .without = options->without };
		verdict_add(out, FOUND_STORE, 0, -1, "%.200s", why->text);
		return 0;
	}
	return ret < 0 ? ret : verify_folder(store, folder, options, out, why);
}

int verify_path(const char *path, const struct verify_options *options, struct verdict *out,
		struct fault *why)
{
	struct buf file = { 0 };
	struct stat about;
	int ret;

	buf_format(&file, "%s/fengsui.db", path);
	if (stat(file.data, &about) == 0)
		ret = verify_store(path, file.data, options, out, why);
	else
		ret = verify_bundle(path, options, out, why);
	buf_fini(&file);
	return ret;
}

static char *read_stdin(struct arena *mem)
{
	char *text = arena_take(mem, AGAINST_BYTES + 1);

	text[fread(text, 1, AGAINST_BYTES, stdin)] = '\0';
	return text;
}

/* A file; or, as it comes out of a mail or a QR code, the note itself. */
static int take_against(struct verify *v, const char *value, struct fault *why)
{
	const char *kept;
	char *text = NULL;
	size_t len;
	int ret;

	if (v->options.against_count == AGAINST_MOST)
		return fault_set(why, FAULT_LIMIT, "--against more than %d times; put several into one file",
				 AGAINST_MOST);
	if (strchr(value, '\n'))
		text = arena_copy(v->mem, value);
	else if (!strcmp(value, "-"))
		text = read_stdin(v->mem);
	else if ((ret = file_read(value, AGAINST_BYTES, v->mem, &text, &len, why)) < 0)
		return ret;
	/* What holds no checkpoint at all says nothing about the record. */
	kept = receipt_notes(text, v->mem);
	if (!kept || !strstr(kept, "\xe2\x80\x94 "))
		return fault_set(
			why, FAULT_INVALID,
			"--against %.200s: 其中没有检查点 / there is no checkpoint in it, which is a few "
			"lines ending in one with a signature",
			strchr(value, '\n') ? "" : value);
	v->against[v->options.against_count++] = kept;
	return 0;
}

/* For the experiment that shows what each check is good for; not in the help,
 * and the verdict says it. */
static int take_without(struct verify *v, const char *name)
{
	int check = check_named(name);

	if (check < 0)
		return usage("没有这项检查 / no check is called", name);
	v->options.without |= 1U << check;
	return 0;
}

static int take_flag(struct verify *v, const char *flag, const char *value, struct fault *why)
{
	int ret;

	if (!strcmp(flag, "--against") && value) {
		if ((ret = take_against(v, value, why)) < 0)
			return fault(why);
		return 0;
	}
	if (!strcmp(flag, "--without") && value)
		return take_without(v, value);
	return usage(value ? "没有这个选项 / no such flag"
			   : "此选项须有值，或没有此选项 / this flag wants a value, or there is no such flag",
		     flag);
}

/* 0, or the exit status. */
static int read_flags(int argc, char **argv, struct verify *v, struct fault *why)
{
	int ret;

	for (int i = 1; i < argc; i++) {
		if (!strcmp(argv[i], "--json"))
			v->json = true;
		else if (argv[i][0] == '-' && argv[i][1]) {
			if ((ret = take_flag(v, argv[i], i + 1 < argc ? argv[i + 1] : NULL, why)) != 0)
				return ret;
			i++;
		} else if (v->path)
			return usage("只取一个路径，多出 / one path is taken, and this is another", argv[i]);
		else
			v->path = argv[i];
	}
	return v->path ? 0 : usage("请给出目录或案件包 / which folder or bundle?", NULL);
}

static void print_json(const struct verdict *verdict, const char *path)
{
	json_t *value = verdict_json(verdict, path);

	json_dumpf(value, stdout, JSON_INDENT(2));
	putchar('\n');
	json_decref(value);
}

static int run(struct verify *v, int argc, char **argv)
{
	struct verdict *verdict = arena_take(v->mem, sizeof(*verdict));
	struct fault why;
	int ret;

	v->options.against = v->against;
	if ((ret = read_flags(argc, argv, v, &why)) != 0)
		return ret;
	if (verify_path(v->path, &v->options, verdict, &why) < 0)
		return why.code == FAULT_INVALID ? (fault(&why), EXIT_NOTHING) : fault(&why);
	if (v->json)
		print_json(verdict, v->path);
	else
		verdict_print(verdict, v->path, stdout);
	return verdict_exit(verdict);
}

int ctl_verify(int argc, char **argv)
{
	SCOPED(arena_drop) struct arena *mem = arena_new();
	struct verify v = { .mem = mem };
	const bool chinese = ctl_take_language(&argc, argv);

	for (int i = 1; i < argc; i++)
		if (!strcmp(argv[i], "--help") || !strcmp(argv[i], "-h")) {
			fputs(chinese ? help_zh : help_en, stdout);
			return 0;
		}
	return run(&v, argc, argv);
}
