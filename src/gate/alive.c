#include "gate/gate_private.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "gate/http/web.h"
#include "host/ballast.h"
#include "host/file.h"

/*
 * alive -- what tells whether the house is safe and well: its backup, its room.
 */
enum { WORD_MOST = 64 * 1024 };

json_t *alive_backup(const struct gate *gate)
{
	SCOPED(arena_drop) struct arena *mem = arena_new();
	json_t *value = NULL;
	char *text;
	size_t len;

	if (file_read(arena_text(mem, "%s/backup.json", house_folder(gate->house)), WORD_MOST, mem, &text,
		      &len, NULL) == 0)
		value = json_loadb(text, len, 0, NULL);
	return value ? value : json_null();
}

json_t *alive_room(const struct gate *gate)
{
	return json_pack("{s:s, s:I, s:I}", "state", alive_full(gate) ? "full" : "good", "free",
			 (json_int_t)ballast_free(house_folder(gate->house)), "ballast",
			 (json_int_t)ballast_bytes(gate->options->ballast));
}

json_t *alive_ways(const struct gate *gate)
{
	json_t *ways = json_object();
	char address[128];

	if (gate->options->syslog_udp)
		json_object_set_new(ways, "syslog_udp", json_string(gate->options->syslog_udp));
	if (gate->options->syslog_tcp)
		json_object_set_new(ways, "syslog_tcp", json_string(gate->options->syslog_tcp));
	for (size_t i = 0; gate->web && web_address(gate->web, i, address, sizeof(address)); i++)
		json_object_set_new(ways, strncmp(address, "https", 5) ? "http" : "https",
				    json_string(strstr(address, "//") + 2));
	return ways;
}

bool alive_full(const struct gate *gate) { return ballast_full(gate->options->ballast); }

/* The end of an upload that is here already takes no room worth speaking of. */
int alive_refuses(const struct gate *gate, const struct ask *ask, struct fault *why)
{
	const char *step = ask_text(ask, SAYS_STEP);
	const bool takes_room =
		ask->op == ASK_INGEST || (ask->op == ASK_BLOB && step && strcmp(step, "end") != 0);

	if (!takes_room || !alive_full(gate))
		return 0;
	return fault_say(why, FAULT_BUSY,
			 "disk is full: %s; logs and files are not taken until there is room again, work on "
			 "cases goes on",
			 "磁盘已满：%s；腾出空间之前不接收日志和文件，案件处理照常",
			 house_folder(gate->house));
}

void alive_no_room(struct gate *gate)
{
	struct ballast *ballast = gate->options->ballast;

	if (!ballast_release(ballast))
		return;
	ingest_pause(gate->ingest, true);
	fprintf(stderr,
		"fengsui: the disk of %s is full: %" PRIu64
		" MiB held back are given up for work on cases; logs and files wait until there is room\n",
		house_folder(gate->house), ballast_bytes(ballast) >> 20);
}

void alive_room_again(struct gate *gate)
{
	if (!ballast_refill(gate->options->ballast))
		return;
	ingest_pause(gate->ingest, false);
	fprintf(stderr, "fengsui: there is room in %s again: logs and files are taken\n",
		house_folder(gate->house));
}
