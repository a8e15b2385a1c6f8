#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/stamp.h"
#include "ctl/ctl.h"
#include "detect/detector.h"
#include "host/clock.h"
#include "intake/frame.h"
#include "intake/intake.h"
#include "intake/stream/records.h"

/* watch -- rules over a file or a pipe, alerts out: no server, nothing kept. */

enum { EXIT_FINE = 0, EXIT_USAGE = 64, EXIT_RULES = 65, EXIT_NO_FILE = 66, EXIT_READ = 74 };
enum { CHUNK = 256 * 1024, PATHS_MOST = 32 };

static const char help_en[] =
	"fengsui watch --rules DIR FILE|-   print an alert for each line that a rule matches\n"
	"\n"
	"Reads syslog (RFC 3164, RFC 5424), JSON lines (Suricata EVE, Windows, clouds) and documents\n"
	"of them, web access logs, W3C and Zeek tables, CEF, LEEF and audit records, told apart line\n"
	"by line, from FILE or from standard input (-), which may never end. Rules are Sigma.\n"
	"Each alert is one JSON object on standard output, as soon as it is known:\n"
	"\n"
	"  {\"rule\":ID,\"title\":...,\"level\":...,\"author\":...,\"line\":N,\"source\":FILE,...}\n"
	"\n"
	"  --rules DIR     a folder of *.yml, read with its folders, or one file; may be repeated\n"
	"  --lists DIR     what placeholders of rules, like %Servers%, stand for\n"
	"  --maps DIR      mappings of your own, tried before those that come with the program\n"
	"  --year YEAR     the year of the first line, for old files whose lines have none\n"
	"  --zone +HH:MM   where lines without a time zone are from (UTC when not given)\n"
	"  --product WORD  what sent syslog lines: linux (when not given), cisco, ...\n"
	"  --strict        end with 65 when a rule is broken, instead of going on without it\n"
	"  --stats         at the end one JSON object with numbers on standard error\n"
	"  --lang zh|en    language (from LANG)\n"
	"\n"
	"Ends with 0 (alerts or none), 64 wrong usage, 65 no usable rule, 66 no such file,\n"
	"74 the input could not be read to its end, or an alert not be written.\n"
	"\n"
	"  fengsui watch --rules rules /var/log/auth.log\n"
	"  journalctl -f -o short-iso | fengsui watch --rules rules -\n"
	"  fengsui watch --rules sigma/rules --stats events.jsonl | jq -r .title | sort | uniq -c\n";

static const char help_zh[] =
	"fengsui watch --rules 目录 文件|-   规则命中的每一行给出一条告警\n"
	"\n"
	"读取系统日志（RFC 3164、RFC 5424）、JSON 行（Suricata EVE、Windows、云审计）及其整份文档、\n"
	"网站访问日志、W3C 与 Zeek 表格、CEF、LEEF、审计记录，逐行自动识别；来自文件或标准输入（-），\n"
	"后者可以没有尽头。规则为 Sigma 格式。每条告警是标准输出上的一个 JSON 对象，\n"
	"发现即输出：\n"
	"\n"
	"  {\"rule\":ID,\"title\":...,\"level\":...,\"author\":...,\"line\":N,\"source\":FILE,...}\n"
	"\n"
	"  --rules 目录    含 *.yml 的目录（连同子目录），或单个文件；可重复给出\n"
	"  --lists 目录    规则中 %Servers% 之类占位符所代表的值\n"
	"  --maps 目录     自己的字段映射，先于程序自带的映射\n"
	"  --year 年份     旧文件各行不带年份时，首行所在年份\n"
	"  --zone +HH:MM   各行不带时区时所在时区（默认 UTC）\n"
	"  --product 名称  系统日志来自何处：linux（默认）、cisco 等\n"
	"  --strict        规则有误时以 65 退出，而不是略过该规则\n"
	"  --stats         结束时在标准错误输出一个含统计数字的 JSON 对象\n"
	"  --lang zh|en    语言（默认取自 LANG）\n"
	"\n"
	"退出状态：0 完成（有无告警均可），64 用法有误，65 没有可用规则，66 没有此文件，\n"
	"74 输入未能读到结尾，或告警未能写出。\n"
	"\n"
	"  fengsui watch --rules rules /var/log/auth.log\n"
	"  journalctl -f -o short-iso | fengsui watch --rules rules -\n"
	"  fengsui watch --rules sigma/rules --stats events.jsonl | jq -r .title | sort | uniq -c\n";

struct watch {
	bool chinese;
	const char *rules[PATHS_MOST], *maps[PATHS_MOST];
	size_t rule_count, map_count;
	const char *lists;
	bool strict, stats;
	struct source source;
	const char *file;
	struct maps *mappings;
	struct ruleset *set;
	struct detector *detector;
	struct event *event;
	struct buf out;
	bool closed; /* nobody reads our output any more */
	bool lost;   /* alerts could not be written */
	int64_t now;
};

/* Asked to end: what was read is finished and the numbers are printed. */
static volatile sig_atomic_t asked_to_end;

static void ask_to_end(int signal)
{
	(void)signal;
	asked_to_end = 1;
}

static void heed_signals(void)
{
	struct sigaction action = { .sa_handler = ask_to_end }; /* no restart: a read must return */

	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
}

static int usage(const char *what, const char *arg)
{
	fprintf(stderr, "fengsui watch: %s%s%s\n用法见 / see fengsui watch --help\n", what, arg ? ": " : "",
		arg ? arg : "");
	return EXIT_USAGE;
}

static bool read_zone(const char *text, int *out)
{
	int hours, minutes, end = 0;
	char sign;

	if (sscanf(text, "%c%2d:%2d%n", &sign, &hours, &minutes, &end) != 3 || text[end] ||
	    (sign != '+' && sign != '-') || hours < 0 || hours > 14 || minutes < 0 || minutes > 59)
		return false;
	*out = (sign == '-' ? -1 : 1) * (hours * 60 + minutes);
	return true;
}

static bool read_year(const char *text, int *out)
{
	char *end;
	long year = strtol(text, &end, 10);

	*out = (int)year;
	return *text && !*end && year >= 1970 && year <= 9998;
}

/* One option into the watch; -1 when it is fine. */
static int take_option(struct watch *w, int option)
{
	switch (option) {
	case 'r':
		if (w->rule_count == PATHS_MOST)
			return usage("--rules 给出次数过多 / --rules is given too often", NULL);
		w->rules[w->rule_count++] = optarg;
		return -1;
	case 'm':
		if (w->map_count == PATHS_MOST)
			return usage("--maps 给出次数过多 / --maps is given too often", NULL);
		w->maps[w->map_count++] = optarg;
		return -1;
	case 'l':
		w->lists = optarg;
		return -1;
	case 'y':
		return read_year(optarg, &w->source.year.year)
			       ? -1
			       : usage("--year 应为 1970 至 9998 / --year wants 1970 to 9998", optarg);
	case 'z':
		return read_zone(optarg, &w->source.year.zone_minutes)
			       ? -1
			       : usage("--zone 的写法如 +08:00 / --zone wants a form like +08:00", optarg);
	case 'p':
		w->source.product = optarg;
		return logsource_word(optarg)
			       ? -1
			       : usage("--product 不在日志来源表中 / --product is in no log source", optarg);
	case 's':
		w->stats = true;
		return -1;
	case 't':
		w->strict = true;
		return -1;
	case 'h':
		fputs(w->chinese ? help_zh : help_en, stdout);
		return EXIT_FINE;
	default:
		fputs("用法见 / see fengsui watch --help\n", stderr);
		return EXIT_USAGE;
	}
}

static int read_options(struct watch *w, int argc, char **argv)
{
	static const struct option options[] = {
		{ "rules", required_argument, NULL, 'r' }, { "lists", required_argument, NULL, 'l' },
		{ "maps", required_argument, NULL, 'm' },  { "year", required_argument, NULL, 'y' },
		{ "zone", required_argument, NULL, 'z' },  { "product", required_argument, NULL, 'p' },
		{ "stats", no_argument, NULL, 's' },       { "strict", no_argument, NULL, 't' },
		{ "help", no_argument, NULL, 'h' },        { NULL, 0, NULL, 0 },
	};
	int option, ret;

	optind = 0;
	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1)
		if ((ret = take_option(w, option)) >= 0)
			return ret;
	if (!w->rule_count)
		return usage("缺少 --rules 目录 / --rules DIR is missing", NULL);
	if (argc - optind != 1)
		return usage(argc == optind ? "缺少文件，或以 - 表示标准输入 / a FILE, or - for standard "
					      "input, is missing"
					    : "一次只读一个文件 / one FILE at a time",
			     NULL);
	w->file = argv[optind];
	return -1;
}

static void say(void *who, const struct fault *why)
{
	(void)who;
	fprintf(stderr, "fengsui watch: %s%s%s\n", why->text, *why->zh ? " / " : "", why->zh);
}

static int load(struct watch *w)
{
	struct fault why;
	int ret;

	w->mappings = maps_new();
	ret = maps_add_own(w->mappings, &why);
	for (size_t i = w->map_count; ret == 0 && i-- > 0;)
		ret = maps_add_folder(w->mappings, w->maps[i], &why);
	if (ret < 0) {
		say(NULL, &why);
		return EXIT_RULES;
	}
	w->set = ruleset_new(say, NULL);
	if (w->lists && (ret = ruleset_set_lists(w->set, w->lists, &why)) < 0) {
		say(NULL, &why);
		return ret == -FAULT_ABSENT ? EXIT_NO_FILE : EXIT_RULES;
	}
	for (size_t i = 0; i < w->rule_count; i++)
		if (ruleset_add_path(w->set, w->rules[i], &why) < 0) {
			say(NULL, &why);
			return EXIT_NO_FILE;
		}
	ruleset_finish(w->set);
	if (ruleset_refusals(w->set) && w->strict)
		return EXIT_RULES;
	if (!ruleset_count(w->set)) {
		fprintf(stderr, "fengsui watch: there is no usable rule in %s\n", w->rules[0]);
		return EXIT_RULES;
	}
	return -1;
}

static void write_alert(void *who, const struct alert *alert)
{
	struct watch *w = who;

	alert_write(&w->out, alert);
	buf_char(&w->out, '\n');
}

static bool flush(struct watch *w)
{
	for (size_t at = 0; at < w->out.len;) {
		ssize_t n = write(STDOUT_FILENO, w->out.data + at, w->out.len - at);

		if (n < 0 && errno != EINTR) {
			w->closed = true;
			w->lost = errno != EPIPE;
			if (w->lost)
				fprintf(stderr, "fengsui watch: 标准输出写入失败 / standard output: %s\n",
					strerror(errno));
		}
		if (w->closed)
			return false;
		at += n > 0 ? (size_t)n : 0;
	}
	buf_clear(&w->out);
	return true;
}

static bool take_line(void *who, const char *line, size_t len)
{
	struct watch *w = who;
	struct fault why;

	if (intake_line(w->mappings, &w->source, line, len, w->now, w->event, &why) == 0)
		detector_feed(w->detector, w->event);
	/* Much output at once is handed on in pieces. */
	return w->out.len < CHUNK || flush(w);
}

static void take_loss(void *who) { intake_lost(&((struct watch *)who)->source); }

static int follow(struct watch *w, int fd)
{
	char *chunk = must_alloc(CHUNK);
	struct records records;
	struct frame frame;
	ssize_t n = 0;

	frame_init(&frame, FRAME_LINES, LINE_LIMIT);
	records_init(&records, &frame, LINE_LIMIT);
	while (!w->closed && !asked_to_end &&
	       ((n = read(fd, chunk, CHUNK)) > 0 || (n < 0 && errno == EINTR))) {
		w->now = clock_wall();
		if (!w->source.year.year)
			w->source.year.now = w->now;
		if (n > 0)
			records_feed(&records, chunk, (size_t)n, take_line, take_loss, w);
		flush(w);
	}
	if (asked_to_end)
		n = 0;
	if (n < 0)
		fprintf(stderr, "fengsui watch: %s: %s\n", w->file, strerror(errno));
	if (!w->closed)
		records_end(&records, take_line, take_loss, w);
	flush(w);
	records_fini(&records);
	frame_fini(&frame);
	free(chunk);
	return n < 0 || w->lost ? EXIT_READ : EXIT_FINE;
}

/* Rubbish is counted with the statistics; without them it is said. */
static void say_malformed(const struct watch *w)
{
	const struct tally *t = &w->source.tally;

	if (t->malformed)
		fprintf(stderr,
			"fengsui watch: %s: %llu 行中有 %llu 行不是日志 / %llu of %llu lines are no log "
			"lines\n",
			w->file, (unsigned long long)t->received, (unsigned long long)t->malformed,
			(unsigned long long)t->malformed, (unsigned long long)t->received);
}

static void print_stats(const struct watch *w, int64_t span)
{
	const struct tally *t = &w->source.tally;
	struct detector_counts c = detector_counts(w->detector);

	fprintf(stderr,
		"{\"events\":%llu,\"bytes\":%llu,\"seconds\":%.6f,\"alerts\":%llu,\"malformed\":%llu,"
		"\"rules\":%zu,\"refused\":%zu,\"odd_pri\":%llu,\"odd_nul\":%llu,\"odd_utf8\":%llu,"
		"\"odd_data\":%llu,\"tried\":%llu,\"late\":%llu,\"groups_refused\":%llu,"
		"\"hits_dropped\":%llu,\"regex_limited\":%llu,\"ahead\":%llu,\"unfit\":%llu,"
		"\"groups\":%llu,\"groups_given_up\":%llu,\"correlation_bytes\":%llu}\n",
		(unsigned long long)t->received, (unsigned long long)t->bytes, (double)span / 1e6,
		(unsigned long long)c.alerts, (unsigned long long)t->malformed, ruleset_count(w->set),
		ruleset_refusals(w->set), (unsigned long long)t->odd_pri, (unsigned long long)t->odd_nul,
		(unsigned long long)t->odd_utf8, (unsigned long long)t->odd_data, (unsigned long long)c.tried,
		(unsigned long long)c.late, (unsigned long long)c.groups_refused,
		(unsigned long long)c.hits_dropped, (unsigned long long)c.regex_limited,
		(unsigned long long)c.ahead, (unsigned long long)c.unfit, (unsigned long long)c.groups,
		(unsigned long long)c.groups_given_up, (unsigned long long)c.bytes);
}

static int run(struct watch *w, int fd)
{
	int64_t begun;
	int ret;

	w->event = event_new();
	w->detector = detector_new(w->set, NULL, write_alert, w);
	w->source.name = fd == STDIN_FILENO ? "stdin" : w->file;
	heed_signals();
	begun = clock_steady();
	ret = follow(w, fd);
	if (w->stats)
		print_stats(w, clock_steady() - begun);
	else
		say_malformed(w);
	detector_free(w->detector);
	event_free(w->event);
	source_fini(&w->source);
	return ret;
}

int ctl_watch(int argc, char **argv)
{
	struct watch w = { .chinese = ctl_take_language(&argc, argv) };
	int fd = STDIN_FILENO, ret;

	if ((ret = read_options(&w, argc, argv)) >= 0)
		return ret;
	if (strcmp(w.file, "-") && (fd = open(w.file, O_RDONLY | O_CLOEXEC)) < 0) {
		fprintf(stderr, "fengsui watch: %s: %s\n", w.file, strerror(errno));
		return EXIT_NO_FILE;
	}
	if ((ret = load(&w)) < 0)
		ret = run(&w, fd);
	ruleset_free(w.set);
	maps_free(w.mappings);
	buf_fini(&w.out);
	if (fd != STDIN_FILENO)
		close(fd);
	return ret;
}
