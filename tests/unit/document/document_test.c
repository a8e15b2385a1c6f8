#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "document/document.h"

/* The formats are kept beside the program, to be looked at: document-zh.pdf and so on. */

static const char hostile[] = "<script>alert(1)</script> &amp; [a](http://x) | *b* =1+1 \x07 \xe2\x80\xae"
			      "gnp.exe ]]> \xf0\x9f\x98\x80 \xd7\xa9\xd7\x9c\xd7\x95\xd7\x9d \xff";

static void facts(struct document *d, bool zh)
{
	struct block *table = document_table(d, BLOCK_FACTS, 2, NULL);

	document_cell(d, table, zh ? "案件编号" : "Number");
	document_cell(d, table, "INC-2026-0001");
	document_cell(d, table, zh ? "事件发生单位" : "Affected unit");
	document_cell(d, table, zh ? "济南市教育局" : "Education bureau");
	document_cell(d, table, zh ? "发现时间" : "Aware at");
	document_cell(d, table, "2026-03-01 16:05:00 +08:00");
}

static void timeline(struct document *d, bool zh, size_t rows)
{
	const char *const zh_head[] = { "时间", "事项", "办理人" }, *const en_head[] = { "When", "What",
											 "Who" };
	struct block *table = document_table(d, BLOCK_TIMELINE, 3, zh ? zh_head : en_head);

	for (size_t i = 0; i < rows; i++) {
		document_cell(d, table, "2026-03-01 16:05:00 +08:00");
		document_cell(
			d, table,
			i % 7 ? (zh ? "案件 INC-2026-0001：进入遏制" : "INC-2026-0001: begin containment")
			      : (zh ? "采取遏制措施：将受感染的三台服务器与教育城域网隔离，并通知各学校网络管"
				      "理员停用对外文件共享。"
				    : "Containment: three infected servers were cut off from the network of "
				      "the schools, and file sharing to the outside was stopped."));
		document_cell(d, table, zh ? "值班员 张三" : "duty officer Zhang San");
	}
}

static struct document *sample(struct arena *mem, enum document_language language, size_t rows)
{
	const bool zh = language == DOCUMENT_ZH;
	struct document *d = document_new(mem, language);
	struct block *block;

	d->name = "INC-2026-0001-case_report";
	d->title = document_text(d, zh ? "关于教育城域网蠕虫事件的处理报告"
				       : "Report on the worm in the network of the schools");
	d->letterhead =
		document_text(d, zh ? "济南市应急领导小组办公室" : "Office of the Leading Group, Jinan");
	d->number = document_text(d, "济网应急〔2026〕12号");
	d->marking = document_text(d, zh ? "内部" : "Members only");
	d->drill = true;
	d->foot = document_text(d, "Fengsui  demo.fengsui.example/2026  142  "
				   "m4l1Jr3Y0o2n8WgqTz9KXxkqv5h2m8c7c5hD3u1b0aE=");
	d->from = "济南市应急领导小组办公室";
	d->at = INT64_C(1772352300000000);
	document_heading(d, 1, zh ? "一、基本情况" : "1  What happened");
	facts(d, zh);
	document_add(
		d, BLOCK_PARAGRAPH,
		zh ? "2026年3月1日16时05分，市教育局信息中心值班人员发现“校园网”内多台主机向外大量发送数据，"
		     "经核实为蠕虫病毒（Worm.Win32）感染。事件影响42所学校的办公网络，未涉及师生个人信息。"
		   : "On 1 March 2026 the duty officer of the education bureau saw many hosts of the "
		     "schools' "
		     "network sending to the outside. It was verified as a worm; 42 schools were affected.");
	document_heading(d, 2, zh ? "（一）处置经过" : "1.1  Course");
	timeline(d, zh, rows);
	document_heading(d, 3, zh ? "1. 损失" : "Losses");
	block = document_table(d, BLOCK_LIST, 1, NULL);
	document_cell(d, block,
		      zh ? "办公中断四小时，折算人民币 12000 元。" : "Four hours of work lost, 12000 CNY.");
	document_cell(d, block, hostile);
	document_add(d, BLOCK_NOTE,
		     zh ? "以上时间均为北京时间，取自记录。" : "All times are those of the record.");
	document_add(d, BLOCK_PARAGRAPH, hostile);
	block = document_add(d, BLOCK_SIGNATURE,
			     zh ? "济南市应急领导小组办公室" : "Office of the Leading Group");
	block->second = document_text(d, zh ? "2026年3月3日" : "3 March 2026");
	document_add(d, BLOCK_CHECKPOINT,
		     "demo.fengsui.example/2026\n142\nm4l1Jr3Y0o2n8WgqTz9KXxkqv5h2m8c7c5hD3u1b0aE=");
	return d;
}

static void keep(const char *name, const struct buf *bytes)
{
	char path[4096 + 64];
	const ssize_t len = readlink("/proc/self/exe", path, 4096);
	FILE *file;

	assert_in_range(len, 1, 4095);
	path[len] = '\0';
	snprintf(strrchr(path, '/') + 1, 64, "%s", name);
	file = fopen(path, "wb");
	if (!file)
		return;
	fwrite(bytes->data, 1, bytes->len, file);
	fclose(file);
}

static void the_same_blocks_give_the_same_bytes(void **state)
{
	(void)state;
	for (int language = 0; language < 2; language++)
		for (int format = 0; format < DOCUMENT__COUNT; format++) {
			struct buf made[2] = { 0 };
			char name[64];

			for (int i = 0; i < 2; i++) {
				SCOPED(arena_drop) struct arena *mem = arena_new();
				struct fault why;

				setenv("TZ", i ? "Asia/Shanghai" : "America/New_York", 1);
				assert_int_equal(
					document_write(sample(mem, (enum document_language)language, 30),
						       (enum document_format)format, &made[i], &why),
					0);
			}
			assert_int_equal(made[0].len, made[1].len);
			assert_memory_equal(made[0].data, made[1].data, made[0].len);
			snprintf(name, sizeof(name), "document-%s.%s", language ? "en" : "zh",
				 document_ending((enum document_format)format));
			keep(name, &made[0]);
			buf_fini(&made[0]);
			buf_fini(&made[1]);
		}
}

static void a_format_has_a_name_and_finds_it_again(void **state)
{
	(void)state;
	for (int format = 0; format < DOCUMENT__COUNT; format++) {
		assert_int_equal(document_format_of(document_ending((enum document_format)format)), format);
		assert_non_null(strchr(document_media((enum document_format)format), '/'));
	}
	assert_int_equal(document_format_of("exe"), -1);
	assert_int_equal(document_format_of(""), -1);
}

static void what_steers_the_reader_stands_by_its_number(void **state)
{
	static const struct {
		const char *typed, *stands;
	} cases[] = {
		{ "a\x07z", "a[U+0007]z" },
		{ "\xe2\x80\xaegnp.exe", "[U+202E]gnp.exe" }, /* turns the direction of writing */
		{ "\xe2\x80\x8b", "[U+200B]" },               /* no width */
		{ "\xef\xbb\xbf", "[U+FEFF]" },
		{ "a\r\nb\rc", "a\nb\nc" },
		{ "\xe2\x80\xa8", "\n" },
		{ "\xff", "\xef\xbf\xbd" },
		{ "\xf0\x9f\x98\x80", "\xf0\x9f\x98\x80" },
		{ "", "" },
	};
	SCOPED(arena_drop) struct arena *mem = arena_new();
	struct document *d = document_new(mem, DOCUMENT_EN);

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		assert_string_equal(document_text(d, cases[i].typed), cases[i].stands);
	assert_null(document_text(d, NULL));
}

static bool holds(const struct buf *bytes, const char *text)
{
	return memmem(bytes->data, bytes->len, text, strlen(text)) != NULL;
}

static void a_field_is_text_in_every_format(void **state)
{
	SCOPED(arena_drop) struct arena *mem = arena_new();
	struct document *d = sample(mem, DOCUMENT_EN, 1);
	struct buf html = { 0 }, md = { 0 };
	struct fault why;

	(void)state;
	assert_int_equal(document_write(d, DOCUMENT_HTML, &html, &why), 0);
	assert_int_equal(document_write(d, DOCUMENT_MD, &md, &why), 0);
	assert_false(holds(&html, "<script"));
	assert_true(holds(&html, "&lt;script&gt;"));
	assert_true(holds(&md, "\\<script\\>"));
	assert_true(holds(&md, "\\[a\\]\\("));
	assert_true(holds(&md, "\\=1\\+1"));
	buf_fini(&html);
	buf_fini(&md);
}

static void what_is_too_much_is_named_with_its_limit(void **state)
{
	static const char *const header[9] = { "a", "b", "c", "d", "e", "f", "g", "h", "i" };
	SCOPED(arena_drop) struct arena *mem = arena_new();
	struct document *d = document_new(mem, DOCUMENT_EN);
	struct buf out = { 0 };
	struct fault why;
	char *text;

	(void)state;
	document_table(d, BLOCK_TABLE, 9, header);
	assert_int_equal(document_write(d, DOCUMENT_MD, &out, &why), -FAULT_LIMIT);
	assert_non_null(strstr(why.text, "8 columns"));
	assert_int_equal(out.len, 0);

	d = document_new(mem, DOCUMENT_EN);
	for (int i = 0; i <= DOCUMENT_BLOCKS_MOST; i++)
		document_add(d, BLOCK_PARAGRAPH, "");
	assert_int_equal(document_fault(d, &why), -FAULT_LIMIT);
	assert_non_null(strstr(why.text, "20000 blocks"));

	d = document_new(mem, DOCUMENT_EN);
	text = malloc(DOCUMENT_TEXT_MOST + 2);
	memset(text, 'a', DOCUMENT_TEXT_MOST + 1);
	text[DOCUMENT_TEXT_MOST + 1] = '\0';
	document_add(d, BLOCK_PARAGRAPH, text);
	free(text);
	assert_int_equal(document_fault(d, &why), -FAULT_LIMIT);
	assert_non_null(strstr(why.text, "4194304 bytes"));
}

static void a_megabyte_in_one_field_is_drawn(void **state)
{
	SCOPED(arena_drop) struct arena *mem = arena_new();
	struct document *d = document_new(mem, DOCUMENT_ZH);
	struct buf out = { 0 };
	struct fault why;
	char *text = malloc(1024 * 1024 + 1);

	(void)state;
	for (size_t i = 0; i + 3 <= 1024 * 1024; i += 3)
		memcpy(text + i, "\xe5\xad\x97", 4);
	document_add(d, BLOCK_PARAGRAPH, text);
	free(text);
	assert_int_equal(document_write(d, DOCUMENT_PDF, &out, &why), 0);
	assert_true(out.len > 1024);
	buf_fini(&out);
}

static void without_a_font_no_boxes_are_drawn(void **state)
{
	static const char *const packages[] = { "fonts-arphic-uming", "fonts-arphic-ukai",
						"fonts-wqy-microhei" };

	(void)state;
	for (size_t i = 0; i < sizeof(packages) / sizeof(*packages); i++) {
		SCOPED(arena_drop) struct arena *mem = arena_new();
		struct buf out = { 0 };
		struct fault why;

		setenv("FENGSUI_TEST_NO_FONT", packages[i], 1);
		assert_int_equal(document_write(sample(mem, DOCUMENT_ZH, 1), DOCUMENT_PDF, &out, &why),
				 -FAULT_ABSENT);
		assert_non_null(strstr(why.text, packages[i]));
		assert_non_null(strstr(why.zh, packages[i]));
		assert_int_equal(out.len, 0);
		assert_int_equal(document_write(sample(mem, DOCUMENT_ZH, 1), DOCUMENT_DOCX, &out, &why), 0);
		buf_fini(&out);
	}
	unsetenv("FENGSUI_TEST_NO_FONT");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_same_blocks_give_the_same_bytes),
		cmocka_unit_test(a_format_has_a_name_and_finds_it_again),
		cmocka_unit_test(what_steers_the_reader_stands_by_its_number),
		cmocka_unit_test(a_field_is_text_in_every_format),
		cmocka_unit_test(what_is_too_much_is_named_with_its_limit),
		cmocka_unit_test(a_megabyte_in_one_field_is_drawn),
		cmocka_unit_test(without_a_font_no_boxes_are_drawn),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
