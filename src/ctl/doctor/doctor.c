#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "ctl/ctl_private.h"
#include "ctl/doctor/doctor_private.h"
#include "ctl/keep/typed.h"
#include "host/clock.h"
#include "host/terminal.h"

/*
 * doctor -- one screen: is this folder, and the machine under it, as they should be?
 */
/* clang-format off */
static const struct {
	const char *name, *en, *zh;
	bool inside; /* only where the folder is there */
	void (*examine)(struct doctor *doctor, struct finding *out);
} table[] = {
	{ "filesystem",  "File system",   "文件系统",   true,  examine_filesystem },
	{ "sync",        "Disk sync",     "磁盘落盘",   true,  examine_sync },
	{ "room",        "Free room",     "可用空间",   true,  examine_room },
	{ "inodes",      "Inodes",        "索引节点",   true,  examine_inodes },
	{ "ballast",     "Ballast",       "预留空间",   true,  examine_ballast },
	{ "permissions", "Permissions",   "访问权限",   true,  examine_permissions },
	{ "daemon",      "Daemon",        "守护进程",   true,  examine_daemon },
	{ "before",      "Last end",      "上次结束",   true,  examine_before },
	{ "schema",      "Store",         "数据库",     true,  examine_schema },
	{ "checkpoint",  "Checkpoint",    "检查点",     true,  examine_checkpoint },
	{ "backup",      "Backup",        "备份",       true,  examine_backup },
	{ "verified",    "Verified",      "核验",       true,  examine_verified },
	{ "certificate", "Certificate",   "证书",       true,  examine_certificate },
	{ "channels",    "Channels",      "对外渠道",   true,  examine_channels },
	{ "fonts",       "Fonts",         "字体",       false, examine_fonts },
	{ "clock",       "Clock",         "时钟",       false, examine_clock },
	{ "ntp",         "Time service",  "时间同步",   false, examine_ntp },
	{ "ports",       "Ports",         "端口",       false, examine_ports },
	{ "core",        "Core dumps",    "内存转储",   false, examine_core },
	{ "files",       "Open files",    "文件句柄",   false, examine_files },
};

static const struct {
	const char *name, *en, *zh, *colour;
} healths[] = {
	[HEALTH_GOOD]    = { "good",    "good",    "正常", "\033[32m" },
	[HEALTH_WARNING] = { "warning", "warning", "注意", "\033[33m" },
	[HEALTH_TROUBLE] = { "trouble", "TROUBLE", "故障", "\033[31m" },
};
/* clang-format on */

enum { TABLE_COUNT = sizeof(table) / sizeof(*table) };

static const char help_en[] =
	"fengsui doctor [--data FOLDER] [--port ADDRESS:PORT]... [--json]\n"
	"\n"
	"Looks at a data folder and the machine under it: disk, room, permissions, daemon, store,\n"
	"backup, certificate, channels, fonts, clock, ports, limits. Nothing is changed; one small file is written\n"
	"and removed to see how long the disk takes to sync. A daemon may be running.\n"
	"\n"
	"  --data FOLDER          the data folder ($FENGSUI_DATA, else ./data)\n"
	"  --port ADDRESS:PORT    a TCP port to try; may be repeated. Those that the running daemon\n"
	"                         tells are tried in any case\n"
	"  --json                 the findings as one JSON object\n"
	"  --lang zh|en           language (from LANG)\n"
	"\n"
	"Ends with 0 all good, 1 something to look at, 2 trouble, 64 wrong usage.\n";

static const char help_zh[] =
	"fengsui doctor [--data 目录] [--port 地址:端口]... [--json]\n"
	"\n"
	"检查数据目录及其所在机器：磁盘、空间、权限、守护进程、数据库、备份、证书、对外渠道、字体、时钟、端口、限制。\n"
	"不作任何更改；为测量落盘时间会写入并删除一个小文件。守护进程可以正在运行。\n"
	"\n"
	"  --data 目录          数据目录（默认 $FENGSUI_DATA，否则 ./data）\n"
	"  --port 地址:端口     要试连的 TCP 端口；可重复给出。运行中的守护进程所报告的端口总会检查\n"
	"  --json               以一个 JSON 对象给出结果\n"
	"  --lang zh|en         语言（默认取自 LANG）\n"
	"\n"
	"退出状态：0 全部正常，1 有需注意之处，2 有故障，64 用法有误。\n";

void found(struct finding *out, enum health health, const char *en, const char *zh, ...)
{
	va_list args, again;

	out->health = health;
	va_start(args, zh);
	va_copy(again, args);
	vsnprintf(out->en, sizeof(out->en), en, args);
	vsnprintf(out->zh, sizeof(out->zh), zh, again);
	va_end(again);
	va_end(args);
}

void advise(struct finding *out, const char *en, const char *zh)
{
	out->do_en = en;
	out->do_zh = zh;
}

static void open_folder(struct doctor *doctor)
{
	struct ctl ctl = { .mem = doctor->mem, .fd = -1, .patience_s = 5, .typed.data = doctor->folder };
	const char *path = arena_text(doctor->mem, "%s/fengsui.db", doctor->folder);
	struct stat is;
	int64_t given = 0;

	doctor->there = stat(path, &is) == 0;
	if (!doctor->there)
		return;
	if (talk_ask(&ctl, json_pack("{s:s}", "op", "status"), &doctor->status, NULL) < 0)
		doctor->status = NULL;
	talk_end(&ctl);
	if (store_open(&store_sqlite, path, STORE_READ, &doctor->store, &doctor->unreadable) < 0)
		doctor->store = NULL;
	else
		store_int(doctor->store, "SELECT given_time FROM logs WHERE id = 1", NO_VALUES, &given, NULL);
	doctor->demo = given != 0;
}

static void say(const struct finding *one, size_t i, bool zh, bool colour)
{
	const char *name = zh ? table[i].zh : table[i].en, *advice = zh ? one->do_zh : one->do_en;
	SCOPED(buf_fini) struct buf cell = { 0 };

	terminal_cell(&cell, name, strlen(name), 13);
	printf("%s%s%s  %.*s  %s\n", colour ? healths[one->health].colour : "",
	       zh ? healths[one->health].zh : healths[one->health].en, colour ? "\033[0m" : "", (int)cell.len,
	       cell.data, zh ? one->zh : one->en);
	if (advice)
		printf("%*s%s %s\n",
		       zh                           ? 21
		       : one->health == HEALTH_GOOD ? 21
						    : 24,
		       "", zh ? "→" : "->", advice);
}

static json_t *as_json(const struct finding *one, size_t i)
{
	json_t *value = json_pack("{s:s, s:s, s:s, s:s}", "check", table[i].name, "health",
				  healths[one->health].name, "en", one->en, "zh", one->zh);

	if (one->do_en)
		json_object_set_new(value, "do", json_pack("{s:s, s:s}", "en", one->do_en, "zh", one->do_zh));
	return value;
}

static int examine(struct doctor *doctor, bool zh, bool json)
{
	const bool colour = terminal_is(1);
	json_t *list = json_array(), *value;
	enum health worst = HEALTH_GOOD;

	if (!doctor->there) {
		worst = HEALTH_TROUBLE;
		if (!json)
			printf(zh ? "%s 不是数据目录：没有 fengsui.db\n"
				  : "%s is no data folder: there is no fengsui.db\n",
			       doctor->folder);
	}
	for (size_t i = 0; i < TABLE_COUNT; i++) {
		struct finding one = { .health = HEALTH_GOOD };

		if (table[i].inside && !doctor->there)
			continue;
		table[i].examine(doctor, &one);
		worst = one.health > worst ? one.health : worst;
		if (!json && *one.en)
			say(&one, i, zh, colour);
		if (*one.en)
			json_array_append_new(list, as_json(&one, i));
	}
	value = json_pack("{s:s, s:b, s:s, s:o}", "folder", doctor->folder, "is_folder", doctor->there,
			  "health", healths[worst].name, "findings", list);
	if (json)
		say_json(value);
	json_decref(value);
	return (int)worst;
}

/* --port may stand several times; the rest is read in the ordinary way. */
static int take_ports(int *argc, char **argv, struct doctor *doctor)
{
	int kept = 1;

	for (int i = 1; i < *argc; i++) {
		if (strcmp(argv[i], "--port") != 0 || i + 1 >= *argc) {
			argv[kept++] = argv[i];
			continue;
		}
		if (doctor->port_count == PORTS_MOST)
			return -1;
		doctor->ports[doctor->port_count++] = argv[++i];
	}
	*argc = kept;
	return 0;
}

int ctl_doctor(int argc, char **argv)
{
	SCOPED(arena_drop) struct arena *mem = arena_new();
	struct doctor *doctor = arena_take(mem, sizeof(*doctor));
	const bool zh = ctl_take_language(&argc, argv);
	bool json = false;
	const struct typed_flag flags[] = { { "--data", &doctor->folder, NULL }, { "--json", NULL, &json } };
	struct typed typed = { "doctor", flags, sizeof(flags) / sizeof(*flags), NULL, 0, 0 };
	int ret;

	*doctor = (struct doctor){ .mem = mem, .now = clock_wall() };
	if (typed_help(argc, argv)) {
		fputs(zh ? help_zh : help_en, stdout);
		return 0;
	}
	if (take_ports(&argc, argv, doctor) < 0)
		return typed_usage(&typed, "端口过多 / too many ports", NULL);
	if ((ret = typed_read(argc, argv, &typed)) != 0)
		return ret;
	if (!doctor->folder)
		doctor->folder = getenv("FENGSUI_DATA") ? getenv("FENGSUI_DATA") : "./data";
	open_folder(doctor);
	ret = examine(doctor, zh, json);
	store_close(doctor->store);
	json_decref(doctor->status);
	return ret;
}
