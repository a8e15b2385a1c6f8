#include "daemon/daemon.h"

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fault.h"
#include "base/stamp.h"
#include "ctl/ctl.h"
#include "daemon/wire.h"
#include "gate/gate.h"

/* clang-format off */
static const struct {
	const char *name, *value;
	size_t offset;
	const char *en, *zh;
} options[] = {
	{ "--data",       "FOLDER",       offsetof(struct settings, data),       "the data folder ($FENGSUI_DATA, else ./data)", "数据目录（默认 $FENGSUI_DATA，否则 ./data）" },
	{ "--demo",       NULL,           offsetof(struct settings, demo),       "a new folder becomes one for demonstration, for ever: its time is given", "新目录用于演示，不可更改：时间由命令给定" },
	{ "--pack",       "FOLDER",       offsetof(struct settings, pack),       "plan pack that a new folder begins with (packs/jinan-2007)", "新目录启用的预案包（packs/jinan-2007）" },
	{ "--origin",     "NAME",         offsetof(struct settings, origin),     "name of the record of a new folder", "新目录的记录名称" },
	{ "--at",         "TIME",         offsetof(struct settings, at),         "with --demo: the time to begin with", "与 --demo 同用：起始时间" },
	{ "--rules",      "FOLDER",       offsetof(struct settings, rules),      "detection rules (Sigma); read again on SIGHUP", "检测规则（Sigma）；收到 SIGHUP 时重读" },
	{ "--lists",      "FOLDER",       offsetof(struct settings, lists),      "what placeholders of rules stand for", "规则中占位符所代表的值" },
	{ "--maps",       "FOLDER",       offsetof(struct settings, maps),       "mappings of log formats besides our own; read again on SIGHUP", "自带之外的日志格式映射；收到 SIGHUP 时重读" },
	{ "--syslog-udp", "ADDRESS:PORT", offsetof(struct settings, syslog_udp), "take syslog by UDP", "以 UDP 接收 syslog" },
	{ "--https",      "ADDRESS:PORT", offsetof(struct settings, https),      "HTTP interface by TLS", "以 TLS 提供 HTTP 接口" },
	{ "--cert",       "FILE",         offsetof(struct settings, cert),       "its certificate, with the chain (PEM); else one is made", "其证书及证书链（PEM）；未给出则自制" },
	{ "--key",        "FILE",         offsetof(struct settings, key),        "and the key of that (PEM)", "该证书的私钥（PEM）" },
	{ "--http",       "ADDRESS:PORT", offsetof(struct settings, http),       "HTTP interface in clear, on loopback only", "明文 HTTP 接口，仅限回环地址" },
	{ "--web",        "FOLDER",       offsetof(struct settings, web),        "the command centre for browsers, built (web/dist)", "浏览器指挥台的构建目录（web/dist）" },
	{ "--public",     "FOLDER",       offsetof(struct settings, public_folder), "where published notices and warnings are written as pages, for a web server", "将公告与公开预警写为网页的目录，供网站服务器使用" },
	{ "--heartbeat",  "URL",          offsetof(struct settings, heartbeat),  "ask this URL each minute, so that somebody notices when it falls silent", "每分钟访问该地址，无声即由对方报警" },
	{ "--ballast",    "MIB",          offsetof(struct settings, ballast),    "room held back on the disk for when it is full (64; demonstration 0)", "为磁盘写满时预留的空间，单位 MiB（默认 64；演示目录为 0）" },
	{ "--syslog-tcp", "ADDRESS:PORT", offsetof(struct settings, syslog_tcp), "take syslog by TCP", "以 TCP 接收 syslog" },
	{ "--syslog-tls", "ADDRESS:PORT", offsetof(struct settings, syslog_tls), "take syslog by TLS from clients with a certificate", "以 TLS 接收 syslog，来源须有证书" },
	{ "--syslog-cert", "FILE",        offsetof(struct settings, syslog_cert), "its own certificate (PEM, with the chain)", "本机证书（PEM，含证书链）" },
	{ "--syslog-key", "FILE",         offsetof(struct settings, syslog_key), "and the key of that", "及其私钥" },
	{ "--syslog-clients", "FILE",     offsetof(struct settings, syslog_clients), "authorities that sign certificates of clients (PEM)", "签发来源证书的机构（PEM）" },
	{ "--sources",    "FILE",         offsetof(struct settings, sources),    "names, keys, quotas and silences of sources (DATA/sources); read again on SIGHUP", "各来源的名称、密钥、配额与静默时限（数据目录/sources）；收到 SIGHUP 时重读" },
	{ "--channels",   "FILE",         offsetof(struct settings, channels),   "by which ways messages leave: mail, webhooks, gateways (DATA/channels.yml); read again on SIGHUP", "对外渠道：邮件、网络推送、短信网关（数据目录/channels.yml）；收到 SIGHUP 时重读" },
	{ "--public-url", "URL",          offsetof(struct settings, public_url), "the address under which others reach the HTTP interface; it stands in the CAP feed", "外界访问 HTTP 接口的地址，写入 CAP 源" },
	{ "--cap-sender", "NAME",         offsetof(struct settings, cap_sender), "who CAP messages are from, such as csirt@example.gov.cn (the host of the record)", "CAP 消息的发送者，如 csirt@example.gov.cn（默认为记录的主机名）" },
	{ "--mail",       "imaps://USER@HOST/BOX", offsetof(struct settings, mail), "take reports from a mail box", "从邮箱收取报告" },
	{ "--mail-password-file", "FILE", offsetof(struct settings, mail_password_file), "the password of its user", "该邮箱用户的密码文件" },
	{ "--mail-ca",    "FILE",         offsetof(struct settings, mail_ca),    "certificates to trust (PEM) instead of the system's", "所信任的证书（PEM），替代系统证书" },
	{ "--mail-every", "SPAN",         offsetof(struct settings, mail_every), "how often it is looked into (60 s)", "查看间隔（60 s）" },
};
/* clang-format on */

enum { OPTION_COUNT = sizeof(options) / sizeof(*options), EXIT_USAGE = 64 };

static int help(void)
{
	const bool zh = ctl_chinese(NULL);

	printf("fengsui serve [--data FOLDER] [--demo] …\n\n%s\n\n",
	       zh ? "打开一个数据目录并为之服务，直到 fengsui stop、SIGTERM 或 Ctrl-C。"
		  : "Opens a data folder and serves it until fengsui stop, SIGTERM or Ctrl-C.");
	for (size_t i = 0; i < OPTION_COUNT; i++)
		printf("  %-16s %-13s %s\n", options[i].name, options[i].value ? options[i].value : "",
		       zh ? options[i].zh : options[i].en);
	return 0;
}

/* Consumes argv[*i], and its value; false where it is no option of ours. */
static bool take(struct settings *settings, int argc, char **argv, int *i)
{
	for (size_t k = 0; k < OPTION_COUNT; k++) {
		void *place = (char *)settings + options[k].offset;

		if (strcmp(argv[*i], options[k].name) != 0)
			continue;
		if (!options[k].value) {
			*(bool *)place = true;
			return true;
		}
		if (*i + 1 >= argc)
			return false;
		*(const char **)place = argv[++*i];
		return true;
	}
	return false;
}

/* Time does not go back: what was asked for is said not to be. */
static void say_late(const char *asked, int64_t now)
{
	char from[STAMP_LEN];
	int64_t at;

	if (stamp_parse(asked, strlen(asked), &at, NULL) < 0 || at >= now)
		return;
	stamp_format(now, from);
	fprintf(stderr,
		"fengsui: the record of this folder goes on to %s already; it begins there, not at %s / "
		"该目录的记录已到 %s，由此继续，而非 %s\n",
		from, asked, from, asked);
}

static void ready(const struct settings *settings, const struct gate *gate, bool demo, int64_t now)
{
	char address[128];

	if (demo && settings->at)
		say_late(settings->at, now);
	fprintf(stderr, "fengsui %s: serving %s%s\n", FENGSUI_VERSION, settings->data,
		demo ? " (DEMONSTRATION folder, time is given / 演示目录，时间由命令给定)" : "");
	for (size_t i = 0; gate_address(gate, i, address, sizeof(address)); i++)
		fprintf(stderr, "fengsui: HTTP interface on %s\n", address);
	if (settings->syslog_udp)
		fprintf(stderr, "fengsui: syslog by UDP on %s\n", settings->syslog_udp);
	if (settings->syslog_tcp)
		fprintf(stderr, "fengsui: syslog by TCP on %s\n", settings->syslog_tcp);
	if (settings->syslog_tls)
		fprintf(stderr, "fengsui: syslog by TLS on %s\n", settings->syslog_tls);
}

/* What comes with the program: beside the build, or installed. */
static const char *const packs[] = { "/../packs/jinan-2007", "/../share/fengsui/packs/jinan-2007" };
static const char *const pages[] = { "/../web/dist", "/../share/fengsui/web" };

/* The first of the two places that has this in it. */
static const char *own(const char *const places[2], const char *sign, char *room, size_t size)
{
	char self[4000], found[4200];
	ssize_t len = readlink("/proc/self/exe", self, sizeof(self) - 1);

	if (len <= 0)
		return NULL;
	self[len] = '\0';
	*strrchr(self, '/') = '\0';
	for (size_t i = 0; i < 2; i++) {
		snprintf(found, sizeof(found), "%s%s/%s", self, places[i], sign);
		if ((size_t)snprintf(room, size, "%s%s", self, places[i]) < size && access(found, R_OK) == 0)
			return room;
	}
	return NULL;
}

int daemon_serve(int argc, char **argv)
{
	struct settings settings = { .data = getenv("FENGSUI_DATA") };
	struct fault why = { 0 };
	char pack[4096], web[4096];

	/* What the folder holds is for whoever runs the daemon, whatever the folder lets in. */
	umask(077);
	for (int i = 1; i < argc; i++) {
		if (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0)
			return help();
		if (!take(&settings, argc, argv, &i)) {
			fprintf(stderr,
				"fengsui serve: '%s' is no option, or its value is missing; see fengsui "
				"serve --help\n",
				argv[i]);
			return EXIT_USAGE;
		}
	}
	if (!settings.data)
		settings.data = "./data";
	if (!settings.pack)
		settings.pack = own(packs, "", pack, sizeof(pack));
	if (!settings.web)
		settings.web = own(pages, "index.html", web, sizeof(web));
	if (wire_run(&settings, ready, &why) == 0)
		return 0;
	fprintf(stderr, "fengsui serve: %s%s%s\n", why.text, *why.zh ? " / " : "", why.zh);
	return fault_exit(why.code);
}
