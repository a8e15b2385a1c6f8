#include <string.h>

#include "ctl/ctl_private.h"

/*
 * status -- what the daemon is doing, on one screen.
 */
static const char *text_of(const json_t *thing, const char *name)
{
	const char *text = json_string_value(json_object_get(thing, name));

	return text ? text : "";
}

static long long number_of(const json_t *thing, const char *name)
{
	return (long long)json_integer_value(json_object_get(thing, name));
}

/* With what one should know about it at a glance. */
static const char *name_of_source(struct ctl *ctl, const json_t *source)
{
	const bool silent = json_is_true(json_object_get(source, "silent"));
	const bool refused = number_of(source, "refused") > 0;

	return arena_text(ctl->mem, "%s%s%s", text_of(source, "name"),
			  silent ? in_words(ctl, " (silent)", "（静默）") : "",
			  refused ? in_words(ctl, " (not enrolled)", "（未登记）") : "");
}

static void say_sources(struct ctl *ctl, const json_t *sources)
{
	static const char *const names[] = { "received", "stored", "limited", "malformed", "lost" };
	struct table *table = table_new(ctl, 6);
	const json_t *source;
	size_t i;

	if (!json_array_size(sources))
		return;
	putchar('\n');
	table_put(table, in_words(ctl, "Source", "来源"));
	table_put(table, in_words(ctl, "received", "收到"));
	table_put(table, in_words(ctl, "stored", "处理"));
	table_put(table, in_words(ctl, "limited", "限流"));
	table_put(table, in_words(ctl, "malformed", "格式错误"));
	table_put(table, in_words(ctl, "lost", "丢失"));
	json_array_foreach((json_t *)sources, i, source) {
		table_put(table, name_of_source(ctl, source));
		for (size_t k = 0; k < 5; k++)
			table_put(table, arena_text(ctl->mem, "%lld", number_of(source, names[k])));
	}
	table_print(table);
}

static void say_safety(struct ctl *ctl, const json_t *status)
{
	const json_t *backup = json_object_get(status, "backup"), *room = json_object_get(status, "room");

	if (json_is_object(backup))
		printf("%s%s\n", in_words(ctl, "Backup:   ", "备份："), text_of(backup, "at"));
	if (!strcmp(text_of(room, "state"), "full"))
		printf("%s%s%s\n", warn_colour(ctl),
		       in_words(ctl, "Disk full: logs and files are not taken, work on cases goes on",
				"磁盘已满：暂不接收日志和文件，案件处理照常"),
		       plain(ctl));
}

static void say_heartbeat(struct ctl *ctl, const json_t *heartbeat)
{
	if (!json_is_object(heartbeat))
		return;
	printf("%s%s, %lld / %lld%s%s%s\n", in_words(ctl, "Heartbeat: ", "心跳："), text_of(heartbeat, "to"),
	       number_of(heartbeat, "sent"), number_of(heartbeat, "failed"),
	       in_words(ctl, " (heard / failed)", "（成功 / 失败）"),
	       json_is_true(json_object_get(heartbeat, "failing")) ? ": " : "",
	       json_is_true(json_object_get(heartbeat, "failing")) ? text_of(heartbeat, "last") : "");
}

/* Only when windows had to be done without: then with who holds what. */
static void say_detection(struct ctl *ctl, const json_t *detection)
{
	const json_t *one;
	size_t i;

	if (!number_of(detection, "groups_refused") && !number_of(detection, "groups_given_up") &&
	    !number_of(detection, "ahead"))
		return;
	printf("%s%lld / %lld%s%lld%s%lld%s%lld\n", in_words(ctl, "Windows:  ", "关联窗口："),
	       number_of(detection, "groups"), number_of(detection, "groups_most"),
	       in_words(ctl, "; no room for ", "；未能建立 "), number_of(detection, "groups_refused"),
	       in_words(ctl, ", given up ", "，让出 "), number_of(detection, "groups_given_up"),
	       in_words(ctl, ", hits ahead of their time ", "，时间超前的命中 "),
	       number_of(detection, "ahead"));
	json_array_foreach(json_object_get(detection, "by_source"), i, one)
		printf("%s%s: %lld%s%lld\n", "          ", text_of(one, "name"), number_of(one, "groups"),
		       in_words(ctl, " held, refused ", " 个窗口，被拒 "), number_of(one, "refused"));
}

void say_status(struct ctl *ctl, const json_t *status)
{
	const json_t *pack = json_object_get(status, "pack"), *record = json_object_get(status, "record");

	printf("fengsui %s  ", text_of(status, "version"));
	if (json_object_get(status, "pid"))
		printf("pid %lld  ", number_of(status, "pid"));
	puts(json_object_get(status, "folder") ? text_of(status, "folder") : talk_place(ctl));
	if (json_is_true(json_object_get(status, "demo")))
		printf("%s%s%s\n", warn_colour(ctl),
		       in_words(ctl, "DEMONSTRATION folder: its time is given, nothing in it is real",
				"演示目录：时间由命令给定，内容均非真实"),
		       plain(ctl));
	printf("%s%s\n", in_words(ctl, "Time:     ", "时间："), text_of(status, "now"));
	if (*text_of(status, "next_due"))
		printf("%s%s\n", in_words(ctl, "Next due: ", "下一到期："), text_of(status, "next_due"));
	printf("%s%s %s (%.12s…)\n", in_words(ctl, "Plan:     ", "预案："), text_of(pack, "id"),
	       text_of(pack, "version"), text_of(pack, "digest"));
	printf("%s%s, %lld %s\n", in_words(ctl, "Record:   ", "记录："), text_of(record, "origin"),
	       number_of(record, "entries"), in_words(ctl, "entries", "条"));
	say_safety(ctl, status);
	say_heartbeat(ctl, json_object_get(status, "heartbeat"));
	say_detection(ctl, json_object_get(status, "detection"));
	say_sources(ctl, json_object_get(status, "sources"));
}
