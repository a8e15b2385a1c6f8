#include <string.h>

#include "document/document_private.h"

/*
 * html -- a document as one page that needs nothing else: no script, no image,
 * no other host. It prints on A4 with the margins of its layout.
 */

static const char style_both[] =
	"table{border-collapse:collapse;width:100%;margin:.6em 0;line-height:1.4}"
	"th,td{border:1px solid #555;padding:.25em .5em;text-align:left;vertical-align:top;"
	"overflow-wrap:anywhere;white-space:pre-line}"
	"th{background:#eee;-webkit-print-color-adjust:exact;print-color-adjust:exact}"
	"tr{break-inside:avoid}thead{display:table-header-group}h1,h2,h3,h4{break-after:avoid}"
	"p,li{white-space:pre-line;overflow-wrap:anywhere}"
	".head{font-weight:bold;text-align:center;letter-spacing:.1em}"
	".letterhead{color:#c00;text-align:center;font-size:2em;margin:1em 0 .4em}"
	".number{text-align:center}.letterhead+.number,.line{border-bottom:2px solid "
	"#c00;padding-bottom:.5em}"
	".note{border-left:4px solid "
	"#888;padding-left:.8em}.sign{text-align:right;margin-top:2em;break-inside:avoid}"
	".sign .seal{display:inline-block;border:1px dashed #888;width:8em;height:5em;margin-bottom:.3em}"
	".check,.foot{font-family:monospace;font-size:.75em;overflow-wrap:anywhere;line-height:1.4}"
	".foot{border-top:1px solid #888;margin-top:2em;padding-top:.4em}.break{break-before:page}"
	"@media screen{body{max-width:52em;margin:2em auto;padding:0 1em}}";

static const char style_zh[] =
	"@page{size:A4;margin:37mm 26mm 35mm 28mm}"
	"body{font:12pt/1.8 FangSong_GB2312,FangSong,STFangsong,\"Noto Serif CJK SC\",\"AR PL UMing "
	"CN\",serif}"
	"h1{font:bold 22pt/1.5 FZXiaoBiaoSong-B05S,SimSun,\"Noto Serif CJK SC\",\"AR PL UMing "
	"CN\",serif;text-align:center}"
	"h2{font:bold 14pt/1.6 SimHei,\"WenQuanYi Micro Hei\",\"Noto Sans CJK SC\",sans-serif}"
	"h3{font:bold 13pt/1.6 KaiTi_GB2312,KaiTi,\"AR PL UKai CN\",serif}h4{font-size:12pt}"
	"p{text-indent:2em;margin:0}.number,.head,.note p,.sign "
	"p,.foot{text-indent:0}table{font-size:10.5pt}";

static const char style_en[] =
	"@page{size:A4;margin:25mm}"
	"body{font:11pt/1.5 \"Liberation Serif\",Georgia,\"Times New Roman\",\"Noto Serif CJK SC\",\"AR PL "
	"UMing CN\",serif}"
	"h1{font-size:20pt;line-height:1.25}h2{font-size:14pt}h3{font-size:12pt}h4{font-size:11pt}"
	"h1,h2,h3,h4{font-family:\"Liberation Sans\",Arial,\"WenQuanYi Micro "
	"Hei\",sans-serif}table{font-size:9.5pt}";

static void put_in(struct buf *out, const char *tag, const char *class, const char *text)
{
	buf_format(out, class ? "<%s class=\"%s\">" : "<%s>", tag, class);
	buf_markup(out, text);
	buf_format(out, "</%s>\n", tag);
}

static void put_lines(struct document *document, struct buf *out, const char *class, const char *text)
{
	const char *rest = text, *line;

	while ((line = next_line(document->mem, &rest)))
		put_in(out, "p", class, line);
}

static void put_header(struct buf *out, const struct block *table)
{
	buf_text(out, "<thead><tr>");
	for (size_t c = 0; c < table->columns; c++) {
		buf_text(out, "<th scope=\"col\">");
		buf_markup(out, table->header[c]);
		buf_text(out, "</th>");
	}
	buf_text(out, "</tr></thead>\n");
}

static void put_table(struct buf *out, const struct block *table)
{
	unsigned shares[DOCUMENT_COLUMNS_MOST];

	column_shares(table, shares);
	buf_text(out, "<table><colgroup>");
	for (size_t c = 0; c < table->columns; c++)
		buf_format(out, "<col style=\"width:%u.%u%%\">", shares[c] / 10, shares[c] % 10);
	buf_text(out, "</colgroup>\n");
	if (table->header)
		put_header(out, table);
	buf_text(out, "<tbody>\n");
	for (size_t r = 0; r < row_count(table); r++) {
		buf_text(out, "<tr>");
		for (size_t c = 0; c < table->columns; c++) {
			const bool names = table->form == BLOCK_FACTS && c == 0;

			buf_text(out, names ? "<th scope=\"row\">" : "<td>");
			buf_markup(out, cell_at(table, r, c));
			buf_text(out, names ? "</th>" : "</td>");
		}
		buf_text(out, "</tr>\n");
	}
	buf_text(out, "</tbody></table>\n");
}

static void put_list(struct buf *out, const struct block *list)
{
	buf_text(out, "<ol>\n");
	for (size_t r = 0; r < row_count(list); r++)
		put_in(out, "li", NULL, cell_at(list, r, 0));
	buf_text(out, "</ol>\n");
}

static void put_signature(struct document *document, struct buf *out, const struct block *block)
{
	buf_text(out, "<div class=\"sign\"><span class=\"seal\"></span>\n");
	put_lines(document, out, NULL, block->text);
	if (block->second)
		put_in(out, "p", NULL, block->second);
	buf_text(out, "</div>\n");
}

static void put_block(struct document *document, struct buf *out, const struct block *block)
{
	static const char *const headings[] = { "h2", "h2", "h3", "h4" };

	switch (block->form) {
	case BLOCK_HEADING:
		put_in(out, headings[block->level], NULL, block->text);
		break;
	case BLOCK_LIST:
		put_list(out, block);
		break;
	case BLOCK_TABLE:
	case BLOCK_FACTS:
	case BLOCK_TIMELINE:
		put_table(out, block);
		break;
	case BLOCK_BREAK:
		buf_text(out, "<div class=\"break\"></div>\n");
		break;
	case BLOCK_NOTE:
		buf_text(out, "<div class=\"note\">\n");
		put_lines(document, out, NULL, block->text);
		buf_text(out, "</div>\n");
		break;
	case BLOCK_SIGNATURE:
		put_signature(document, out, block);
		break;
	case BLOCK_CHECKPOINT:
		put_in(out, "pre", "check", block->text);
		break;
	default:
		put_lines(document, out, NULL, block->text);
	}
}

static void put_head(struct document *document, struct buf *out)
{
	buf_format(out,
		   "<!DOCTYPE html>\n<html lang=\"%s\">\n<head>\n<meta charset=\"utf-8\">\n"
		   "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src "
		   "'unsafe-inline'\">\n<meta name=\"viewport\" content=\"width=device-width\">\n",
		   in_language(document, "zh-CN", "en"));
	put_in(out, "title", NULL, document->title);
	buf_format(out, "<style>%s%s</style>\n</head>\n<body>\n", style_both,
		   in_language(document, style_zh, style_en));
}

int html_write(struct document *document, struct buf *out, struct fault *why)
{
	const char *head = running_head(document);

	(void)why;
	put_head(document, out);
	if (*head)
		put_in(out, "p", "head", head);
	if (document->letterhead)
		put_in(out, "p", document->number ? "letterhead" : "letterhead line", document->letterhead);
	if (document->number)
		put_in(out, "p", "number", document->number);
	put_in(out, "h1", NULL, document->title);
	for (const struct block *block = document->first; block; block = block->next)
		put_block(document, out, block);
	if (document->foot)
		put_in(out, "p", "foot", document->foot);
	buf_text(out, "</body>\n</html>\n");
	return 0;
}
