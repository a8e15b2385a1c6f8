#include "release/page.h"

#include <string.h>

#include "base/utf8.h"

const char page_style[] = "body{font:16px/1.6 sans-serif;max-width:46rem;margin:2rem auto;padding:0 "
			  "1rem;color:#111;background:#fff}\n"
			  "h1{font-size:1.5rem;unicode-bidi:isolate}\n"
			  "table{border-collapse:collapse;width:100%}\n"
			  "th,td{border-top:1px solid "
			  "#bbb;padding:.5rem;text-align:left;vertical-align:top;unicode-bidi:isolate;"
			  "overflow-wrap:anywhere}\n"
			  "th{width:11rem}\n"
			  ".state{border:2px solid #111;padding:.1rem .6rem}\n"
			  ".withdrawn h1,.withdrawn td,.replaced td{color:#555}\n"
			  ".withdrawn h1{text-decoration:line-through}\n"
			  ".blue{border-left:1rem solid #1e5fbf;padding-left:1rem}\n"
			  ".yellow{border-left:1rem solid #e0b400;padding-left:1rem}\n"
			  ".orange{border-left:1rem solid #d96b00;padding-left:1rem}\n"
			  ".red{border-left:1rem solid #c01818;padding-left:1rem}\n"
			  "button{min-height:3rem;padding:0 1.5rem;border:2px solid #111;border-radius:.3rem;"
			  "font:inherit;color:#fff;background:#111;cursor:pointer}\n";

static const char *const standings[] = { [PAGE_CURRENT] = "current",
					 [PAGE_REPLACED] = "replaced",
					 [PAGE_WITHDRAWN] = "withdrawn",
					 [PAGE_FINAL] = "final" };

static const char *pick(bool zh, const char *in_zh, const char *in_en) { return zh ? in_zh : in_en; }

/* Signs that turn the direction of what follows, or cannot be seen: a word in which one stands is not the
 * word that one reads. Joiners (U+200C, U+200D) stay: some scripts are not written without them. */
static bool unseen(uint32_t c)
{
	/* clang-format off */
	static const struct {
		uint32_t from, to;
	} ranges[] = {
		{ 0x00, 0x1f },     { 0x7f, 0x9f },     /* controls */
		{ 0xad, 0xad },                         /* a hyphen that is seen at the end of a line alone */
		{ 0x61c, 0x61c },                       /* the mark of Arabic letters */
		{ 0x180e, 0x180e },                     /* a Mongolian mark between vowels */
		{ 0x200b, 0x200b },                     /* a space of no width */
		{ 0x200e, 0x200f }, { 0x202a, 0x202e }, /* marks of direction */
		{ 0x2060, 0x206f },                     /* joins words; more marks of direction */
		{ 0xfeff, 0xfeff },                     /* a space of no width, once a mark of byte order */
		{ 0xfff9, 0xfffb },                     /* annotations */
		{ 0xe0000, 0xe007f },                   /* tags */
	};
	/* clang-format on */

	for (size_t i = 0; i < sizeof(ranges) / sizeof(*ranges); i++)
		if (c >= ranges[i].from && c <= ranges[i].to)
			return true;
	return false;
}

static void put_text(struct buf *out, const char *text)
{
	const char *at = text ? text : "", *end = at + strlen(at);

	while (at < end) {
		const char *from = at;
		const uint32_t c = utf8_next(&at, end);

		if (c == '&')
			buf_text(out, "&amp;");
		else if (c == '<')
			buf_text(out, "&lt;");
		else if (c == '>')
			buf_text(out, "&gt;");
		else if (c == '"')
			buf_text(out, "&quot;");
		else if (c == '\'')
			buf_text(out, "&#39;");
		else if (c == '\n')
			buf_text(out, "<br>");
		else if (unseen(c) || c == 0xfffd)
			buf_text(out, "\xef\xbf\xbd");
		else
			buf_put(out, from, (size_t)(at - from));
	}
}

static void put_head(struct buf *out, bool zh, const char *title)
{
	buf_format(out,
		   "<!DOCTYPE html>\n<html lang=\"%s\"><head><meta charset=\"utf-8\">\n"
		   "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src "
		   "'self'; "
		   "base-uri 'none'; form-action 'none'\">\n"
		   "<meta name=\"viewport\" content=\"width=device-width\">\n<title>",
		   zh ? "zh-CN" : "en");
	put_text(out, title);
	buf_text(out, "</title>\n<link rel=\"stylesheet\" href=\"style.css\"></head>\n");
}

static void put_demo(struct buf *out, bool zh, bool demo)
{
	if (demo)
		buf_format(out, "<p class=\"state\">%s</p>\n",
			   pick(zh, "演示数据，均非真实", "DEMONSTRATION: nothing here is real"));
}

static void put_row(struct buf *out, bool zh, const struct page_row *row)
{
	const bool only_zh = !zh && !row->en;

	buf_text(out, "<tr><th>");
	put_text(out, pick(zh, row->label_zh, row->label_en));
	buf_format(out, "</th><td dir=\"auto\"%s>", only_zh ? " lang=\"zh-CN\"" : "");
	put_text(out, zh || only_zh ? row->zh : row->en);
	buf_text(out, "</td></tr>\n");
}

static void put_standing(struct buf *out, bool zh, const struct page *page)
{
	buf_text(out, "<p><span class=\"state\">");
	put_text(out, pick(zh, page->state_zh, page->state_en));
	buf_text(out, "</span></p>\n");
	if (page->standing != PAGE_WITHDRAWN || !page->reason)
		return;
	buf_format(out, "<p dir=\"auto\"><strong>%s</strong>", pick(zh, "原因：", "Reason: "));
	put_text(out, page->reason);
	buf_text(out, "</p>\n");
}

void page_write(const struct page *page, bool zh, bool demo, struct buf *out)
{
	put_head(out, zh, pick(zh, page->title_zh, page->title_en));
	buf_format(out,
		   "<body class=\"%s\">\n<p><a href=\"%s\">%s</a> · <a href=\"%s%s\">%s</a></p>\n<main "
		   "class=\"%s\">\n<p>",
		   standings[page->standing], zh ? "index.html" : "index.en.html",
		   pick(zh, "全部公开信息", "All that is published"), page->name, zh ? ".en.html" : ".html",
		   pick(zh, "English", "中文"), page->colour ? page->colour : "plain");
	put_text(out, pick(zh, page->kind_zh, page->kind_en));
	buf_text(out, "</p>\n");
	put_demo(out, zh, demo);
	buf_text(out, "<h1 dir=\"auto\">");
	put_text(out, pick(zh, page->title_zh, page->title_en));
	buf_text(out, "</h1>\n");
	put_standing(out, zh, page);
	buf_text(out, "<table>\n");
	for (size_t i = 0; i < page->row_count; i++)
		put_row(out, zh, &page->rows[i]);
	buf_text(out, "</table>\n</main></body></html>\n");
}

void page_index(const struct page *pages, size_t count, bool zh, bool demo, struct buf *out)
{
	put_head(out, zh, pick(zh, "公告与公开预警", "Public notices and warnings"));
	buf_format(out, "<body>\n<p><a href=\"%s\">%s</a></p>\n<h1>%s</h1>\n<table>\n",
		   zh ? "index.en.html" : "index.html", pick(zh, "English", "中文"),
		   pick(zh, "公告与公开预警", "Public notices and warnings"));
	for (size_t i = 0; i < count; i++) {
		buf_format(out, "<tr class=\"%s\"><td>", standings[pages[i].standing]);
		put_text(out, pages[i].published_at);
		buf_format(out, "</td><td><a href=\"%s%s\">", pages[i].name, zh ? ".html" : ".en.html");
		put_text(out, pick(zh, pages[i].title_zh, pages[i].title_en));
		buf_text(out, "</a></td><td>");
		put_text(out, pick(zh, pages[i].state_zh, pages[i].state_en));
		buf_text(out, "</td></tr>\n");
	}
	if (!count)
		buf_format(out, "<tr><td>%s</td></tr>\n",
			   pick(zh, "目前没有公开信息。", "Nothing is published at present."));
	buf_text(out, "</table>\n");
	put_demo(out, zh, demo);
	buf_text(out, "</body></html>\n");
}
