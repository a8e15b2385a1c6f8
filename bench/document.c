#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "document/document.h"

/*
 * document -- a report of fifty pages: how long until its bytes are there, in each format?
 *
 *     bench_document ROUNDS PAGES
 *
 * As a case report has it: headings, facts, paragraphs, a table of acts. Wall
 * time and processor time of each format, the least and the median of the rounds.
 */
enum { ROUNDS_MOST = 1000 };

static double clock_of(clockid_t which)
{
	struct timespec t;

	clock_gettime(which, &t);
	return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static void section(struct document *d, bool zh, int n)
{
	const char *const zh_head[] = { "时间", "事项", "办理人" }, *const en_head[] = { "Time", "Act",
											 "By" };
	char words[128];
	struct block *table;

	snprintf(words, sizeof(words), zh ? "第%d部分　处置情况" : "%d  Course of the handling", n);
	document_heading(d, 1, words);
	for (int i = 0; i < 3; i++)
		document_add(d, BLOCK_PARAGRAPH,
			     zh ? "值班人员于2026年3月2日16时接到市教育局信息中心报告，校园网内多台主机对外大"
				  "量发包，经核实为蠕虫病毒感染。"
				  "办公室随即组织响应小组赶赴现场，切断受感染主机与教育城域网的连接，并通知各"
				  "单位关闭对外共享端口、更换口令。"
				: "At 16:00 on 2 March 2026 the duty officer was told by the education "
				  "bureau that many hosts sent to "
				  "the outside; it was verified as a worm. The Office sent the response "
				  "team, cut the infected hosts off "
				  "and told all units to close their shares and to change their passwords.");
	table = document_table(d, BLOCK_TIMELINE, 3, zh ? zh_head : en_head);
	for (int i = 0; i < 20; i++) {
		document_cell(d, table, "2026-03-02 16:00:00");
		snprintf(words, sizeof(words),
			 zh ? "遏制措施 ACT-2026-%05d 涉事主机：效果确认有效"
			    : "Containment action ACT-2026-%05d: effect confirmed",
			 n * 20 + i);
		document_cell(d, table, words);
		document_cell(d, table, zh ? "响应人员一" : "responder one");
	}
}

static struct document *report(struct arena *mem, bool zh, int sections)
{
	struct document *d = document_new(mem, zh ? DOCUMENT_ZH : DOCUMENT_EN);

	d->title = document_text(d, zh ? "关于校园网蠕虫事件的处理报告"
				       : "Report on the worm in the schools' network");
	d->foot = document_text(d, "fengsui.example/2026  173  m4l1Jr3Y0o2n8WgqTz9KXxkqv5h2m8c7c5hD3u1b0aE=");
	for (int i = 1; i <= sections; i++)
		section(d, zh, i);
	return d;
}

static int by_size(const void *a, const void *b)
{
	const double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

/* Pages of a PDF of ours: each has its own object. */
static unsigned pages_of(const struct buf *pdf)
{
	const char *p = pdf->data, *end = p + pdf->len;
	unsigned pages = 0;

	while ((p = memmem(p, (size_t)(end - p), "/Type /Page %", 13)))
		pages++, p++;
	return pages;
}

static void measure(bool zh, int format, int rounds, int sections)
{
	static double wall[ROUNDS_MOST], used[ROUNDS_MOST];
	unsigned pages = 0;
	size_t bytes = 0;

	for (int i = 0; i < rounds; i++) {
		SCOPED(arena_drop) struct arena *mem = arena_new();
		const double from = clock_of(CLOCK_MONOTONIC), worked = clock_of(CLOCK_PROCESS_CPUTIME_ID);
		struct buf out = { 0 };
		struct fault why;

		if (document_write(report(mem, zh, sections), (enum document_format)format, &out, &why) < 0) {
			fprintf(stderr, "%s\n", why.text);
			exit(1);
		}
		wall[i] = clock_of(CLOCK_MONOTONIC) - from;
		used[i] = clock_of(CLOCK_PROCESS_CPUTIME_ID) - worked;
		bytes = out.len;
		if (format == DOCUMENT_PDF)
			pages = pages_of(&out);
		buf_fini(&out);
	}
	printf("%s.%-4s first %7.1f ms, ", zh ? "zh" : "en", document_ending((enum document_format)format),
	       wall[0]);
	qsort(wall, (size_t)rounds, sizeof(*wall), by_size);
	qsort(used, (size_t)rounds, sizeof(*used), by_size);
	printf("median %7.1f ms, cpu least %7.1f ms, %8zu bytes", wall[rounds / 2], used[0], bytes);
	if (pages)
		printf(", %u pages", pages);
	putchar('\n');
}

int main(int argc, char **argv)
{
	const int rounds = argc > 1 ? atoi(argv[1]) : 5, sections = argc > 2 ? atoi(argv[2]) : 36;

	for (int zh = 1; zh >= 0; zh--)
		for (int format = 0; format < DOCUMENT__COUNT; format++)
			measure(zh, format,
				rounds < 1             ? 1
				: rounds > ROUNDS_MOST ? ROUNDS_MOST
						       : rounds,
				sections);
	return 0;
}
