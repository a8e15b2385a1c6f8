#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "ctl/ctl.h"
#include "record/bundle.h"

/* record -- what is signed of a data folder's record, taken out as a bundle. */

enum { EXIT_USAGE = 64, OBJECTS_MOST = 1000 };

static const char help_en[] =
	"fengsui record export FOLDER --out DIR [--object ID]... [--drill] [--withhold-texts] [--tar FILE]\n"
	"\n"
	"Takes the record of a data folder out as a bundle of plain files that anybody can\n"
	"check without the product: entries, what they say, proofs, a signed checkpoint. A\n"
	"daemon may be at work in the folder; what is in the bundle ends with the last\n"
	"checkpoint that was signed.\n"
	"\n"
	"  --out DIR         the folder to make; it must not be there\n"
	"  --object ID       only the entries of this object, by row id; may be repeated\n"
	"  --drill           the record of drills instead of the real one\n"
	"  --withhold-texts  leave the free texts out: what is there still proves\n"
	"  --tar FILE        pack the same files as a tar, too\n"
	"  --lang zh|en      language (from LANG)\n"
	"\n"
	"Ends with 0, 64 wrong usage, 66 no such folder, 73 the place is taken.\n"
	"\n"
	"  fengsui record export /var/lib/fengsui --out record-2026 && fengsui verify record-2026\n";

static const char help_zh[] =
	"fengsui record export 目录 --out 目标目录 [--object 行号]... [--drill] [--withhold-texts] [--tar "
	"文件]\n"
	"\n"
	"将数据目录的记录导出为由普通文件组成的包，任何人不用本产品即可核验：条目及其内容、\n"
	"证明、签名检查点。守护进程可以正在运行；包的内容止于最近一次签署的检查点。\n"
	"\n"
	"  --out 目标目录    新建的目录；不得已存在\n"
	"  --object 行号     只导出该对象的条目；可重复给出\n"
	"  --drill           导出演练记录，而非实战记录\n"
	"  --withhold-texts  不带正文：其余部分仍可证明\n"
	"  --tar 文件        同时将这些文件打包为 tar\n"
	"  --lang zh|en      语言（默认取自 LANG）\n"
	"\n"
	"退出状态：0 完成，64 用法有误，66 没有此目录，73 目标已存在。\n"
	"\n"
	"  fengsui record export /var/lib/fengsui --out record-2026 && fengsui verify record-2026\n";

struct export
{
	const char *folder, *out, *tar;
	int64_t objects[OBJECTS_MOST];
	struct bundle_order order;
};

static int usage(const char *what, const char *arg)
{
	fprintf(stderr, "fengsui record: %s%s%s\n用法见 / see fengsui record --help\n", what, arg ? ": " : "",
		arg ? arg : "");
	return EXIT_USAGE;
}

static int take_object(struct export *e, const char *text)
{
	char *end;
	long long id = strtoll(text, &end, 10);

	if (*end || id < 1)
		return usage(
			"对象以行号指定，这不是行号 / an object is named by its row id, and this is none",
			text);
	if (e->order.object_count == OBJECTS_MOST)
		return usage("对象超过1000个；导出全部请勿给 --object / more than 1000 objects; leave "
			     "--object out to take all",
			     NULL);
	e->objects[e->order.object_count++] = id;
	return 0;
}

static int take_value(struct export *e, const char *flag, const char *value)
{
	if (!value)
		return usage("此选项须有值，或没有此选项 / this flag wants a value, or there is no such flag",
			     flag);
	if (!strcmp(flag, "--object"))
		return take_object(e, value);
	if (!strcmp(flag, "--out"))
		e->out = value;
	else if (!strcmp(flag, "--tar"))
		e->tar = value;
	else
		return usage("没有这个选项 / no such flag", flag);
	return 0;
}

static int read_flags(int argc, char **argv, struct export *e)
{
	int ret;

	for (int i = 2; i < argc; i++) {
		if (!strcmp(argv[i], "--drill"))
			e->order.space = RECORD_DRILL;
		else if (!strcmp(argv[i], "--withhold-texts"))
			e->order.withhold_texts = true;
		else if (argv[i][0] == '-') {
			if ((ret = take_value(e, argv[i], i + 1 < argc ? argv[i + 1] : NULL)) != 0)
				return ret;
			i++;
		} else if (e->folder)
			return usage("只取一个目录，多出 / one folder is taken, and this is another",
				     argv[i]);
		else
			e->folder = argv[i];
	}
	return e->folder && e->out
		       ? 0
		       : usage("应为：export 目录 --out 目标目录 / export FOLDER --out DIR", NULL);
}

/* One snapshot for all of it, while a daemon may go on writing. */
static int export_from(struct export *e, struct store *store, struct bundle_made *made, struct fault *why)
{
	SCOPED(store_txn_drop) struct store_txn *snapshot = NULL;
	int ret;

	e->order.store = store;
	if ((ret = store_begin(store, &snapshot, why)) < 0 ||
	    (ret = bundle_write(&e->order, e->out, made, why)) < 0)
		return ret;
	return e->tar ? bundle_pack(e->out, e->tar, why) : 0;
}

static int run(struct export *e, struct bundle_made *made, struct fault *why)
{
	SCOPED(store_drop) struct store *store = NULL;
	struct buf path = { 0 };
	int ret;

	buf_format(&path, "%s/fengsui.db", e->folder);
	ret = store_open(&store_sqlite, path.data, STORE_READ, &store, why);
	buf_fini(&path);
	return ret < 0 ? ret : export_from(e, store, made, why);
}

int ctl_record(int argc, char **argv)
{
	struct export e = { .order.space = RECORD_REAL };
	const bool chinese = ctl_take_language(&argc, argv);
	struct bundle_made made;
	struct fault why;
	int ret;

	for (int i = 1; i < argc; i++)
		if (!strcmp(argv[i], "--help") || !strcmp(argv[i], "-h")) {
			fputs(chinese ? help_zh : help_en, stdout);
			return 0;
		}
	if (argc < 2 || strcmp(argv[1], "export"))
		return usage("可用的只有 export / what is known is: export", argc < 2 ? NULL : argv[1]);
	if ((ret = read_flags(argc, argv, &e)) != 0)
		return ret;
	e.order.objects = e.objects;
	if (run(&e, &made, &why) < 0) {
		fprintf(stderr, "fengsui: %s%s%s / %s: %s\n", fault_words_zh(why.code), *why.zh ? "：" : "",
			why.zh, fault_words_en(why.code), why.text);
		return fault_exit(why.code);
	}
	printf("%s: 条目 entries %llu, 检查点 checkpoint of %llu\n", e.out, (unsigned long long)made.entries,
	       (unsigned long long)made.size);
	return 0;
}
