#include "intake/intake.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/stamp.h"

/* Every log source of the closed table is produced by what docs/formats.md says, or
 * stands there as not produced yet. A row that nobody wrote down fails. */

enum { ROWS_MOST = 400 };

struct row {
	char product[48], category[48], service[48], by[200];
};

static struct row table[ROWS_MOST];
static size_t rows;
static struct maps *maps;

/* The next cell of "| a | b |", without its blanks. */
static const char *cell(const char *at, char *out, size_t room)
{
	const char *end = strchr(at, '|');
	size_t len;

	assert_non_null(end);
	while (*at == ' ')
		at++;
	len = (size_t)(end - at);
	while (end > at && len && at[len - 1] == ' ')
		len--;
	if (end < at)
		len = 0;
	assert_true(len < room);
	memcpy(out, at, len);
	out[len] = '\0';
	return end + 1;
}

static int load(void **state)
{
	FILE *f = fopen(FENGSUI_ROOT "/docs/formats.md", "r");
	struct fault why = { 0 };
	bool within = false;
	char line[600];

	(void)state;
	maps = maps_new();
	if (!f || maps_add_own(maps, &why) < 0)
		return -1;
	while (fgets(line, sizeof(line), f)) {
		within |= !strncmp(line, "| product | category |", 22);
		if (!within || *line != '|' || !strncmp(line, "|---", 4) || strstr(line, "| product |") ||
		    rows == ROWS_MOST)
			continue;
		cell(cell(cell(cell(line + 1, table[rows].product, 48), table[rows].category, 48),
			  table[rows].service, 48),
		     table[rows].by, 200);
		rows++;
	}
	fclose(f);
	return 0;
}

static int unload(void **state)
{
	(void)state;
	maps_free(maps);
	return 0;
}

static bool same(const char *text, const char *word) { return !strcmp(text, word ? word : ""); }

static const struct row *find(const char *product, const char *category, const char *service)
{
	for (size_t i = 0; i < rows; i++)
		if (same(table[i].product, product) && same(table[i].category, category) &&
		    same(table[i].service, service))
			return &table[i];
	return NULL;
}

static bool maps_cover(const char *names, const char *product, const char *category, const char *service)
{
	struct map_row row;

	for (size_t i = 0; maps_row(maps, i, &row); i++)
		if (strstr(names, row.name) && logsource_covers(product, category, service, row.at))
			return true;
	return false;
}

/* Does the line, after those before it, become an event from there? */
static bool line_covers(const char *lines, const char *product, const char *category, const char *service)
{
	struct source source = { .name = "test", .year = { .now = INT64_C(1790000000) * STAMP_SECOND } };
	SCOPED(event_drop) struct event *e = event_new();
	bool covers;

	for (const char *at = lines, *end; *at; at = *end ? end + 1 : end) {
		end = strchrnul(at, '\n');
		assert_int_equal(intake_line(maps, &source, at, (size_t)(end - at), 1, e, NULL), 0);
	}
	covers = logsource_covers(product, category, service, &e->from);
	source_fini(&source);
	return covers;
}

/* "channel C", "channel C, event N", "channel C, event N, EventType T" */
static bool channel_covers(const char *by, const char *product, const char *category, const char *service)
{
	char channel[120] = "", type[40] = "";
	struct buf line = { 0 };
	int event = 1;
	bool covers;

	if (sscanf(by, "channel %119[^,], event %d, EventType %39s", channel, &event, type) < 1)
		return false;
	buf_format(&line, "{\"Channel\":\"%s\",\"EventID\":%d,\"EventType\":\"%s\"}", channel, event, type);
	buf_char(&line, '\0');
	covers = line_covers(line.data, product, category, service);
	buf_fini(&line);
	return covers;
}

#define SYSMON(id)                                                                                           \
	"<Event><System><EventID>" id "</EventID><Channel>Linux-Sysmon/Operational</Channel></System></"     \
	"Event>"
#define CALL "type=SYSCALL msg=audit(1.0:1): arch=c000003e syscall=42\n"

static const struct {
	const char *by, *lines;
} told[] = {
	{ "audit records", "type=PATH msg=audit(1.0:1): name=\"x\"" },
	{ "audit records: EXECVE", "type=EXECVE msg=audit(1.0:1): a0=\"x\"" },
	{ "audit records: PATH", "type=PATH msg=audit(1.0:1): name=\"/x\" nametype=CREATE" },
	{ "audit records: SOCKADDR", CALL "type=SOCKADDR msg=audit(1.0:1): saddr=02001F90CB007142" },
	{ "Sysmon for Linux", SYSMON("1") },
	{ "Sysmon for Linux, event 4", SYSMON("4") },
	{ "Sysmon for Linux, event 5", SYSMON("5") },
	{ "Sysmon for Linux, event 9", SYSMON("9") },
	{ "Sysmon for Linux, event 23", SYSMON("23") },
	{ "Endpoint Security: exec",
	  "{\"process\":{\"executable\":{\"path\":\"/a\"}},\"event\":{\"exec\":{\"target\":{"
	  "\"executable\":{\"path\":\"/b\"}}}}}" },
	{ "Endpoint Security: create, rename",
	  "{\"process\":{\"executable\":{\"path\":\"/a\"}},\"event\":{\"create\":{\"destination\":{"
	  "\"existing_file\":{\"path\":\"/b\"}}}}}" },
	{ "syslog: any program", "<13>Oct 11 22:14:15 h foo: bar" },
};

static bool produced(const struct row *row, const char *product, const char *category, const char *service)
{
	if (!strncmp(row->by, "map ", 4))
		return maps_cover(row->by + 4, product, category, service);
	if (!strncmp(row->by, "channel ", 8))
		return channel_covers(row->by, product, category, service);
	for (size_t i = 0; i < sizeof(told) / sizeof(*told); i++)
		if (!strcmp(told[i].by, row->by))
			return line_covers(told[i].lines, product, category, service);
	return false;
}

static void every_log_source_is_produced_or_named(void **state)
{
	const char *product, *category, *service;
	size_t not_yet = 0, i = 0;

	(void)state;
	for (; logsource_row(i, &product, &category, &service); i++) {
		const struct row *row = find(product, category, service);

		if (!row)
			fail_msg("%s/%s/%s has no row in docs/formats.md", product, category, service);
		if (!strncmp(row->by, "not yet: ", 9))
			not_yet++;
		else if (!produced(row, product, category, service))
			fail_msg("%s/%s/%s is not produced by '%s'", product, category, service, row->by);
	}
	assert_int_equal(i, rows); /* nor one that is no longer in the table */
	print_message("%zu log sources, %zu of them not produced yet\n", i, not_yet);
	assert_int_equal(not_yet, 4);
}

/* A channel is the same however its letters are written; a number is one way alone. */
static void windows_events_are_placed(void **state)
{
	static const struct {
		const char *line, *category, *service;
		bool covers;
	} placed[] = {
		{ "{\"Channel\":\"SECURITY\",\"EventID\":4688}", "process_creation", "security", true },
		{ "{\"Channel\":\"sEcurity\",\"EventID\":\"4688\"}", "process_creation", NULL, true },
		{ "{\"Channel\":\"SYStem\",\"EventID\":1}", NULL, "system", true },
		{ "{\"Channel\":\"MICROSOFT-Windows-SYSMON/OPERATIONAL\",\"EventID\":13}", "registry_event",
		  "sysmon", true },
		{ "{\"Channel\":\"Microsoft-Windows-Sysmon/Operational\",\"EventID\":13}", "registry_set",
		  NULL, true },
		{ "{\"Channel\":\"Microsoft-Windows-Sysmon/Operational\",\"EventID\":13}", "registry_add",
		  NULL, false },
		{ "{\"Channel\":\"Microsoft-Windows-Sysmon/Operationall\",\"EventID\":13}", NULL, "sysmon",
		  false },
		{ "{\"Channel\":\"Microsoft-Windows-Symson/Operational\",\"EventID\":13}", NULL, "sysmon",
		  false },
		{ "{\"Channel\":\"\",\"EventID\":13}", NULL, "sysmon", false },
		{ "{\"Channel\":\"Security\",\"EventID\":\"04688\"}", "process_creation", NULL, false },
		{ "{\"Channel\":\"Security\",\"EventID\":\"\\u00004688\"}", "process_creation", NULL, false },
		{ "{\"Channel\":\"Security\",\"EventID\":\"4688 \"}", "process_creation", NULL, false },
		{ "{\"Channel\":\"Security\",\"EventID\":\"\"}", "process_creation", NULL, false },
		{ "{\"Channel\":\"Security\",\"EventID\":46880000000000000000}", "process_creation", NULL,
		  false },
		{ "{\"Channel\":\"Security\",\"EventID\":46880000000000000000}", NULL, "security", true },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(placed) / sizeof(*placed); i++)
		if (line_covers(placed[i].line, logsource_word("windows"), logsource_word(placed[i].category),
				logsource_word(placed[i].service)) != placed[i].covers)
			fail_msg("%s", placed[i].line);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_log_source_is_produced_or_named),
		cmocka_unit_test(windows_events_are_placed),
	};

	return cmocka_run_group_tests_name("sources", tests, load, unload);
}
