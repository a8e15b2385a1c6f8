#include <errno.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/timex.h>
#include <unistd.h>

#include "base/stamp.h"
#include "ctl/doctor/doctor_private.h"

/* machine -- what the daemon leans on besides the disk: time, ports, limits. */

enum { FIRST_YEAR = 2026, FILES_WANTED = 1024 };

/* A drift that people do not notice, in microseconds. */
#define OFF_MOST STAMP_SECOND

void examine_clock(struct doctor *doctor, struct finding *out)
{
	char now[STAMP_LEN], last[STAMP_LEN];
	int64_t at = 0;

	stamp_format(doctor->now, now);
	if (stamp_civil(doctor->now).year < FIRST_YEAR) {
		found(out, HEALTH_TROUBLE, "%s: before %d", "%s：早于 %d 年", now, FIRST_YEAR);
		advise(out, "timedatectl set-time", "timedatectl set-time");
		return;
	}
	if (doctor->store && !doctor->demo)
		store_int(doctor->store, "SELECT coalesce(max(at), 0) FROM records", NO_VALUES, &at, NULL);
	stamp_format(at, last);
	if (at > doctor->now + 5 * STAMP_MINUTE) {
		found(out, HEALTH_TROUBLE, "%s, but the last entry is of %s", "%s，但最后一条记录于 %s", now,
		      last);
		advise(out, "set the clock; a daemon does not start before the last entry",
		       "请校准时钟；早于最后一条记录时守护进程不会启动");
		return;
	}
	found(out, HEALTH_GOOD, "%s", "%s", now);
}

void examine_ntp(struct doctor *doctor, struct finding *out)
{
	struct timex time = { 0 };
	const int state = adjtimex(&time);

	(void)doctor;
	if (state < 0) {
		found(out, HEALTH_WARNING, "cannot be asked: %s", "不能查询（%s）", strerror(errno));
		return;
	}
	if (state == TIME_ERROR || (time.status & STA_UNSYNC)) {
		found(out, HEALTH_WARNING, "the clock is not synchronised", "时钟未同步");
		advise(out,
		       "install and start chrony or systemd-timesyncd; deadlines are reckoned by this clock",
		       "请安装并启用 chrony 或 systemd-timesyncd；各项时限均以此时钟计算");
		return;
	}
	found(out, time.maxerror > OFF_MOST ? HEALTH_WARNING : HEALTH_GOOD,
	      "synchronised, at most %.3f s off", "已同步，误差不超过 %.3f 秒", (double)time.maxerror / 1e6);
}

/* The running daemon's own limit, else that of this shell. */
static bool limit_of(struct doctor *doctor, const char *name, int which, unsigned long long *out)
{
	const long long pid = (long long)json_integer_value(json_object_get(doctor->status, "pid"));
	char line[256], word[32] = "";
	struct rlimit mine;
	FILE *file = pid ? fopen(arena_text(doctor->mem, "/proc/%lld/limits", pid), "re") : NULL;

	while (file && fgets(line, sizeof(line), file))
		if (!strncmp(line, name, strlen(name)))
			sscanf(line + strlen(name), "%31s", word);
	if (file)
		fclose(file);
	if (*word) {
		*out = strcmp(word, "unlimited") ? strtoull(word, NULL, 10) : RLIM_INFINITY;
		return true;
	}
	if (getrlimit((unsigned)which, &mine) < 0)
		return false;
	*out = mine.rlim_cur;
	return true;
}

void examine_core(struct doctor *doctor, struct finding *out)
{
	unsigned long long limit;

	if (!limit_of(doctor, "Max core file size", RLIMIT_CORE, &limit))
		return;
	if (!limit) {
		found(out, HEALTH_GOOD, "off", "已关闭");
		return;
	}
	found(out, HEALTH_WARNING, "on: after a crash keys and texts may lie in a file",
	      "已开启：崩溃后密钥和内容可能留在文件中");
	advise(out, "ulimit -c 0, or LimitCORE=0 in the unit", "ulimit -c 0，或在服务单元中设 LimitCORE=0");
}

void examine_files(struct doctor *doctor, struct finding *out)
{
	unsigned long long limit;

	if (!limit_of(doctor, "Max open files", RLIMIT_NOFILE, &limit))
		return;
	found(out, limit < FILES_WANTED ? HEALTH_WARNING : HEALTH_GOOD, "at most %llu", "最多 %llu 个",
	      limit);
	if (limit < FILES_WANTED)
		advise(out, "ulimit -n 16384, or LimitNOFILE=16384 in the unit",
		       "ulimit -n 16384，或在服务单元中设 LimitNOFILE=16384");
}

/* ---- ports ------------------------------------------------------------------- */

enum port { PORT_ANSWERS, PORT_FREE, PORT_CLOSED, PORT_NONE };

static bool answers(const struct addrinfo *at)
{
	const int fd = socket(at->ai_family, at->ai_socktype | SOCK_CLOEXEC, at->ai_protocol);
	const struct timeval patience = { .tv_sec = 2 };
	bool did;

	if (fd < 0)
		return false;
	setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof(patience));
	did = connect(fd, at->ai_addr, at->ai_addrlen) == 0;
	close(fd);
	return did;
}

/* Whoever holds a port keeps us from it; that is all that can be seen of a datagram's. */
static enum port try_one(const struct addrinfo *at, bool datagram)
{
	const int fd = socket(at->ai_family, at->ai_socktype | SOCK_CLOEXEC, at->ai_protocol), yes = 1;
	bool is_free;

	if (fd < 0)
		return PORT_NONE;
	if (!datagram)
		setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes));
	is_free = bind(fd, at->ai_addr, at->ai_addrlen) == 0;
	close(fd);
	if (is_free)
		return PORT_FREE;
	return datagram || answers(at) ? PORT_ANSWERS : PORT_CLOSED;
}

/* "127.0.0.1:5514", "[::1]:5514", ":5514". */
static enum port try_port(struct doctor *doctor, const char *text, bool datagram)
{
	const struct addrinfo hints = { .ai_flags = AI_NUMERICHOST | AI_NUMERICSERV | AI_PASSIVE,
					.ai_socktype = datagram ? SOCK_DGRAM : SOCK_STREAM };
	char *host = arena_copy(doctor->mem, text), *colon = strrchr(host, ':');
	struct addrinfo *list;
	enum port is;

	if (!colon)
		return PORT_NONE;
	*colon = '\0';
	if (*host == '[' && colon > host && colon[-1] == ']') {
		colon[-1] = '\0';
		host++;
	}
	if (getaddrinfo(*host ? host : NULL, colon + 1, &hints, &list) != 0)
		return PORT_NONE;
	is = try_one(list, datagram);
	freeaddrinfo(list);
	return is;
}

/* One port more in the line. */
static void note(struct finding *out, enum health health, const char *port, const char *en, const char *zh)
{
	const size_t en_len = strlen(out->en), zh_len = strlen(out->zh);

	out->health = health > out->health ? health : out->health;
	snprintf(out->en + en_len, sizeof(out->en) - en_len, "%s%.80s %s", en_len ? ", " : "", port, en);
	snprintf(out->zh + zh_len, sizeof(out->zh) - zh_len, "%s%.80s %s", zh_len ? "，" : "", port, zh);
}

static void report(struct doctor *doctor, struct finding *out, const char *port, bool datagram, bool served)
{
	switch (try_port(doctor, port, datagram)) {
	case PORT_ANSWERS:
		note(out, HEALTH_GOOD, port, served ? "is served" : "answers",
		     served ? "正在服务" : "有应答");
		break;
	case PORT_FREE:
		note(out, served ? HEALTH_TROUBLE : HEALTH_GOOD, port, served ? "is not served" : "is free",
		     served ? "未在服务" : "空闲");
		break;
	case PORT_CLOSED:
		note(out, HEALTH_WARNING, port, "cannot be reached from here", "由本机不可达");
		break;
	default:
		note(out, HEALTH_WARNING, port, "is no ADDRESS:PORT of this machine", "不是可用的 地址:端口");
	}
	if (out->health != HEALTH_GOOD)
		advise(out, "see address, port and packet filter (ss -ltnp, nft list ruleset)",
		       "请检查地址、端口和防火墙（ss -ltnp，nft list ruleset）");
}

void examine_ports(struct doctor *doctor, struct finding *out)
{
	const json_t *ways = json_object_get(doctor->status, "ways"), *way;
	const char *name;

	json_object_foreach((json_t *)ways, name, way)
		if (json_is_string(way))
			report(doctor, out, json_string_value(way), strstr(name, "udp") != NULL, true);
	for (size_t i = 0; i < doctor->port_count; i++)
		report(doctor, out, doctor->ports[i], false, false);
}
