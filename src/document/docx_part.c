#include "document/docx_part.h"

#include <string.h>

#include "document/document_private.h"

/*
 * Sizes are half points (w:sz) and twentieths of a point (spacing, margins);
 * 1 mm is 56.7 of these. Chinese: GB/T 9704-2012, A4, margins 37, 35, 28 and
 * 26 mm, 22 lines of 28 characters; English: margins of 25 mm.
 */

struct look {
	const char *id, *name;
	const char *latin, *east; /* fonts */
	int half_points;
	bool bold;
	const char *color;
	const char *paragraph; /* its w:pPr */
};

/* clang-format off */
#define EXACT "<w:spacing w:before=\"0\" w:after=\"0\" w:line=\"579\" w:lineRule=\"exact\"/>"
static const struct look looks_zh[] = {
	{ "Normal",     "Normal",     "Times New Roman", "仿宋_GB2312",      32, false, NULL, "<w:snapToGrid w:val=\"0\"/>" EXACT "<w:ind w:firstLineChars=\"200\" w:firstLine=\"632\"/><w:jc w:val=\"both\"/>" },
	{ "Title",      "Title",      "Times New Roman", "方正小标宋简体",    44, false, NULL, "<w:keepNext/><w:spacing w:before=\"579\" w:after=\"579\" w:line=\"680\" w:lineRule=\"exact\"/><w:ind w:firstLine=\"0\"/><w:jc w:val=\"center\"/>" },
	{ "Letterhead", "Letterhead", "Times New Roman", "方正小标宋简体",    72, false, "E60000", "<w:spacing w:before=\"600\" w:after=\"1100\" w:line=\"1000\" w:lineRule=\"atLeast\"/><w:ind w:firstLine=\"0\"/><w:jc w:val=\"center\"/>" },
	{ "Number",     "Number",     "Times New Roman", "仿宋_GB2312",      32, false, NULL, EXACT "<w:ind w:firstLine=\"0\"/><w:jc w:val=\"center\"/>" },
	{ "NumberLine", "Number under a letterhead", "Times New Roman", "仿宋_GB2312", 32, false, NULL, "<w:pBdr><w:bottom w:val=\"single\" w:sz=\"12\" w:space=\"11\" w:color=\"E60000\"/></w:pBdr>" EXACT "<w:ind w:firstLine=\"0\"/><w:jc w:val=\"center\"/>" },
	{ "Heading1",   "heading 1",  "Times New Roman", "黑体",             32, false, NULL, "<w:keepNext/>" EXACT "<w:ind w:firstLineChars=\"200\" w:firstLine=\"632\"/><w:jc w:val=\"left\"/><w:outlineLvl w:val=\"0\"/>" },
	{ "Heading2",   "heading 2",  "Times New Roman", "楷体_GB2312",      32, false, NULL, "<w:keepNext/>" EXACT "<w:ind w:firstLineChars=\"200\" w:firstLine=\"632\"/><w:jc w:val=\"left\"/><w:outlineLvl w:val=\"1\"/>" },
	{ "Heading3",   "heading 3",  "Times New Roman", "仿宋_GB2312",      32, true,  NULL, "<w:keepNext/>" EXACT "<w:ind w:firstLineChars=\"200\" w:firstLine=\"632\"/><w:jc w:val=\"left\"/><w:outlineLvl w:val=\"2\"/>" },
	{ "Item",       "Item",       "Times New Roman", "仿宋_GB2312",      32, false, NULL, "<w:tabs><w:tab w:val=\"left\" w:pos=\"1264\"/></w:tabs>" EXACT "<w:ind w:left=\"0\" w:firstLine=\"632\"/><w:jc w:val=\"both\"/>" },
	{ "Note",       "Note",       "Times New Roman", "楷体_GB2312",      32, false, NULL, EXACT "<w:ind w:left=\"316\" w:right=\"316\" w:firstLine=\"632\"/><w:jc w:val=\"both\"/>" },
	{ "Seal",       "Seal",       "Times New Roman", "仿宋_GB2312",      32, false, NULL, "<w:keepNext/><w:spacing w:before=\"1158\" w:after=\"0\"/><w:jc w:val=\"right\"/>" },
	{ "Signature",  "Signature",  "Times New Roman", "仿宋_GB2312",      32, false, NULL, "<w:keepNext/>" EXACT "<w:ind w:right=\"1264\" w:firstLine=\"0\"/><w:jc w:val=\"right\"/>" },
	{ "Cell",       "Cell",       "Times New Roman", "仿宋_GB2312",      21, false, NULL, "<w:spacing w:before=\"40\" w:after=\"40\" w:line=\"320\" w:lineRule=\"exact\"/><w:ind w:firstLine=\"0\"/><w:jc w:val=\"left\"/>" },
	{ "CellHead",   "Head of a cell", "Times New Roman", "黑体",         21, false, NULL, "<w:spacing w:before=\"40\" w:after=\"40\" w:line=\"320\" w:lineRule=\"exact\"/><w:ind w:firstLine=\"0\"/><w:jc w:val=\"left\"/>" },
	{ "Gap",        "Gap",        "Times New Roman", "仿宋_GB2312",      10, false, NULL, "<w:spacing w:before=\"0\" w:after=\"0\" w:line=\"240\" w:lineRule=\"exact\"/><w:jc w:val=\"left\"/>" },
	{ "Checkpoint", "Checkpoint", "Courier New",     "仿宋_GB2312",      17, false, NULL, "<w:keepNext/><w:spacing w:before=\"0\" w:after=\"0\" w:line=\"260\" w:lineRule=\"exact\"/><w:ind w:firstLine=\"0\"/><w:jc w:val=\"left\"/>" },
	{ "Header",     "header",     "Times New Roman", "黑体",             32, false, NULL, "<w:spacing w:before=\"0\" w:after=\"0\"/><w:ind w:firstLine=\"0\"/><w:jc w:val=\"left\"/>" },
	{ "Footer",     "footer",     "Times New Roman", "宋体",             28, false, NULL, "<w:spacing w:before=\"0\" w:after=\"0\"/><w:ind w:firstLine=\"0\"/><w:jc w:val=\"left\"/>" },
	{ "FooterNote", "Footer note", "Times New Roman", "宋体",            15, false, NULL, "<w:spacing w:before=\"0\" w:after=\"0\"/><w:ind w:firstLine=\"0\"/><w:jc w:val=\"left\"/>" },
	{ NULL, NULL, NULL, NULL, 0, false, NULL, NULL },
};

#define SANS "Liberation Sans"
#define SERIF "Liberation Serif"
static const struct look looks_en[] = {
	{ "Normal",     "Normal",     SERIF, "仿宋",   22, false, NULL, "<w:spacing w:before=\"0\" w:after=\"120\" w:line=\"300\" w:lineRule=\"auto\"/>" },
	{ "Title",      "Title",      SANS,  "黑体",   40, true,  NULL, "<w:keepNext/><w:spacing w:before=\"120\" w:after=\"360\"/>" },
	{ "Letterhead", "Letterhead", SANS,  "黑体",   32, true,  "E60000", "<w:spacing w:before=\"0\" w:after=\"120\"/>" },
	{ "Number",     "Number",     SERIF, "仿宋",   22, false, NULL, "<w:spacing w:before=\"0\" w:after=\"120\"/>" },
	{ "NumberLine", "Number under a letterhead", SERIF, "仿宋", 22, false, NULL, "<w:pBdr><w:bottom w:val=\"single\" w:sz=\"12\" w:space=\"4\" w:color=\"E60000\"/></w:pBdr><w:spacing w:before=\"0\" w:after=\"240\"/>" },
	{ "Heading1",   "heading 1",  SANS,  "黑体",   28, true,  NULL, "<w:keepNext/><w:spacing w:before=\"320\" w:after=\"120\"/><w:outlineLvl w:val=\"0\"/>" },
	{ "Heading2",   "heading 2",  SANS,  "黑体",   24, true,  NULL, "<w:keepNext/><w:spacing w:before=\"240\" w:after=\"80\"/><w:outlineLvl w:val=\"1\"/>" },
	{ "Heading3",   "heading 3",  SANS,  "黑体",   22, true,  NULL, "<w:keepNext/><w:spacing w:before=\"200\" w:after=\"60\"/><w:outlineLvl w:val=\"2\"/>" },
	{ "Item",       "Item",       SERIF, "仿宋",   22, false, NULL, "<w:tabs><w:tab w:val=\"left\" w:pos=\"500\"/></w:tabs><w:spacing w:before=\"0\" w:after=\"80\" w:line=\"300\" w:lineRule=\"auto\"/><w:ind w:left=\"500\" w:hanging=\"500\"/>" },
	{ "Note",       "Note",       SERIF, "楷体",   21, false, NULL, "<w:pBdr><w:left w:val=\"single\" w:sz=\"18\" w:space=\"8\" w:color=\"888888\"/></w:pBdr><w:spacing w:before=\"60\" w:after=\"120\"/><w:ind w:left=\"240\"/>" },
	{ "Seal",       "Seal",       SERIF, "仿宋",   22, false, NULL, "<w:keepNext/><w:spacing w:before=\"900\" w:after=\"0\"/>" },
	{ "Signature",  "Signature",  SERIF, "仿宋",   22, false, NULL, "<w:keepNext/><w:spacing w:before=\"0\" w:after=\"60\"/><w:jc w:val=\"right\"/>" },
	{ "Cell",       "Cell",       SERIF, "仿宋",   19, false, NULL, "<w:spacing w:before=\"30\" w:after=\"30\"/>" },
	{ "CellHead",   "Head of a cell", SANS, "黑体", 18, true, NULL, "<w:spacing w:before=\"30\" w:after=\"30\"/>" },
	{ "Gap",        "Gap",        SERIF, "仿宋",   10, false, NULL, "<w:spacing w:before=\"0\" w:after=\"0\" w:line=\"200\" w:lineRule=\"exact\"/>" },
	{ "Checkpoint", "Checkpoint", "Liberation Mono", "仿宋", 16, false, NULL, "<w:spacing w:before=\"0\" w:after=\"0\"/>" },
	{ "Header",     "header",     SANS,  "黑体",   22, true,  NULL, "<w:spacing w:before=\"0\" w:after=\"0\"/>" },
	{ "Footer",     "footer",     SERIF, "宋体",   20, false, NULL, "<w:spacing w:before=\"0\" w:after=\"0\"/>" },
	{ "FooterNote", "Footer note", SERIF, "宋体",  15, false, NULL, "<w:spacing w:before=\"0\" w:after=\"0\"/>" },
	{ NULL, NULL, NULL, NULL, 0, false, NULL, NULL },
};

/* The font that is asked for, and the free ones that stand in where it is not. */
static const struct { const char *name, *stands_in; } fonts[] = {
	{ "仿宋_GB2312", "仿宋,FangSong,AR PL UMing CN" }, { "仿宋", "FangSong,AR PL UMing CN" },
	{ "方正小标宋简体", "FZXiaoBiaoSong-B05S,宋体,AR PL UMing CN" },
	{ "黑体", "SimHei,WenQuanYi Micro Hei" },
	{ "楷体_GB2312", "楷体,KaiTi,AR PL UKai CN" }, { "楷体", "KaiTi,AR PL UKai CN" },
	{ "宋体", "SimSun,AR PL UMing CN" }, { "Times New Roman", "Liberation Serif" },
	{ "Liberation Serif", "Times New Roman" }, { "Liberation Sans", "Arial" },
	{ "Courier New", "Liberation Mono" }, { "Liberation Mono", "Courier New" },
};
/* clang-format on */

static bool chinese(const struct document *document) { return document->language == DOCUMENT_ZH; }

int docx_width(const struct document *document) { return chinese(document) ? 8844 : 9071; }

void docx_types(struct document *document, struct buf *out)
{
	static const struct {
		const char *part, *type;
	} parts[] = {
		{ "document", "document.main" }, { "styles", "styles" },  { "settings", "settings" },
		{ "fontTable", "fontTable" },    { "header1", "header" }, { "footer1", "footer" },
		{ "footer2", "footer" },
	};

	(void)document;
	buf_text(out,
		 DOCX_XML "<Types xmlns=\"http://schemas.openxmlformats.org/package/2006/content-types\">"
			  "<Default Extension=\"rels\" "
			  "ContentType=\"application/vnd.openxmlformats-package.relationships+xml\"/>"
			  "<Default Extension=\"xml\" ContentType=\"application/xml\"/>"
			  "<Override PartName=\"/docProps/core.xml\" "
			  "ContentType=\"application/vnd.openxmlformats-package.core-properties+xml\"/>");
	for (size_t i = 0; i < sizeof(parts) / sizeof(*parts); i++)
		buf_format(out,
			   "<Override PartName=\"/word/%s.xml\" "
			   "ContentType=\"application/"
			   "vnd.openxmlformats-officedocument.wordprocessingml.%s+xml\"/>",
			   parts[i].part, parts[i].type);
	buf_text(out, "</Types>\n");
}

void docx_root(struct document *document, struct buf *out)
{
	(void)document;
	buf_text(out, DOCX_XML
		 "<Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\">"
		 "<Relationship Id=\"rId1\" "
		 "Type=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships/"
		 "officeDocument\" Target=\"word/document.xml\"/>"
		 "<Relationship Id=\"rId2\" "
		 "Type=\"http://schemas.openxmlformats.org/package/2006/relationships/metadata/"
		 "core-properties\" Target=\"docProps/core.xml\"/></Relationships>\n");
}

void docx_links(struct document *document, struct buf *out)
{
	static const char *const targets[][2] = {
		{ "styles", "styles" },  { "settings", "settings" }, { "fontTable", "fontTable" },
		{ "header", "header1" }, { "footer", "footer1" },    { "footer", "footer2" },
	};

	(void)document;
	buf_text(out, DOCX_XML
		 "<Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\">");
	for (size_t i = 0; i < sizeof(targets) / sizeof(*targets); i++)
		buf_format(out,
			   "<Relationship Id=\"rId%zu\" "
			   "Type=\"http://schemas.openxmlformats.org/officeDocument/2006/"
			   "relationships/%s\" Target=\"%s.xml\"/>",
			   i + 1, targets[i][0], targets[i][1]);
	buf_text(out, "</Relationships>\n");
}

static void put_fonts(struct buf *out, const struct look *look)
{
	buf_format(out, "<w:rFonts w:ascii=\"%s\" w:hAnsi=\"%s\" w:eastAsia=\"%s\" w:cs=\"%s\"/>",
		   look->latin, look->latin, look->east, look->latin);
}

static void put_look(struct buf *out, const struct look *look)
{
	const bool normal = !strcmp(look->id, "Normal");

	buf_format(out,
		   "<w:style w:type=\"paragraph\"%s w:styleId=\"%s\"><w:name w:val=\"%s\"/>%s<w:qFormat/>"
		   "<w:pPr>%s</w:pPr><w:rPr>",
		   normal ? " w:default=\"1\"" : "", look->id, look->name,
		   normal ? "" : "<w:basedOn w:val=\"Normal\"/>", look->paragraph);
	put_fonts(out, look);
	if (look->bold)
		buf_text(out, "<w:b/>");
	if (look->color)
		buf_format(out, "<w:color w:val=\"%s\"/>", look->color);
	if (look == looks_zh) /* 28 characters of 16 pt in 156 mm; the other styles are based on it */
		buf_text(out, "<w:spacing w:val=\"-5\"/>");
	buf_format(out, "<w:sz w:val=\"%d\"/><w:szCs w:val=\"%d\"/></w:rPr></w:style>\n", look->half_points,
		   look->half_points);
}

void docx_styles(struct document *document, struct buf *out)
{
	const struct look *looks = chinese(document) ? looks_zh : looks_en;

	buf_text(out, DOCX_XML "<w:styles " DOCX_NAMES "><w:docDefaults><w:rPrDefault><w:rPr>");
	put_fonts(out, &looks[0]);
	buf_text(out,
		 "<w:lang w:val=\"en-GB\" w:eastAsia=\"zh-CN\"/></w:rPr></w:rPrDefault></w:docDefaults>\n");
	for (const struct look *look = looks; look->id; look++)
		put_look(out, look);
	buf_text(out, "<w:style w:type=\"table\" w:styleId=\"Grid\"><w:name w:val=\"Table Grid\"/><w:tblPr>"
		      "<w:tblBorders>");
	static const char *const edges[] = { "top", "left", "bottom", "right", "insideH", "insideV" };
	for (size_t i = 0; i < sizeof(edges) / sizeof(*edges); i++)
		buf_format(out, "<w:%s w:val=\"single\" w:sz=\"4\" w:space=\"0\" w:color=\"555555\"/>",
			   edges[i]);
	buf_text(out, "</w:tblBorders></w:tblPr></w:style></w:styles>\n");
}

void docx_settings(struct document *document, struct buf *out)
{
	buf_format(out,
		   DOCX_XML "<w:settings " DOCX_NAMES
			    ">%s<w:compat><w:compatSetting w:name=\"compatibilityMode\" "
			    "w:uri=\"http://schemas.microsoft.com/office/word\" w:val=\"15\"/></w:compat>"
			    "</w:settings>\n",
		   chinese(document) ? "<w:evenAndOddHeaders/>" : "");
}

void docx_fonts(struct document *document, struct buf *out)
{
	(void)document;
	buf_text(out, DOCX_XML "<w:fonts " DOCX_NAMES ">");
	for (size_t i = 0; i < sizeof(fonts) / sizeof(*fonts); i++)
		buf_format(out, "<w:font w:name=\"%s\"><w:altName w:val=\"%s\"/></w:font>", fonts[i].name,
			   fonts[i].stands_in);
	buf_text(out, "</w:fonts>\n");
}

/* ---- above and below every page --------------------------------------------- */

static void put_words(struct buf *out, const char *text)
{
	buf_text(out, "<w:r><w:t xml:space=\"preserve\">");
	buf_markup(out, text);
	buf_text(out, "</w:t></w:r>");
}

static void put_counted(struct buf *out, const char *what)
{
	buf_format(
		out,
		"<w:r><w:fldChar w:fldCharType=\"begin\"/></w:r><w:r><w:instrText xml:space=\"preserve\"> %s "
		"</w:instrText></w:r><w:r><w:fldChar "
		"w:fldCharType=\"separate\"/></w:r><w:r><w:t>1</w:t></w:r>"
		"<w:r><w:fldChar w:fldCharType=\"end\"/></w:r>",
		what);
}

void docx_header(struct document *document, struct buf *out)
{
	buf_text(out, DOCX_XML "<w:hdr " DOCX_NAMES "><w:p><w:pPr><w:pStyle w:val=\"Header\"/></w:pPr>");
	put_words(out, running_head(document));
	buf_text(out, "</w:p></w:hdr>\n");
}

static void put_footer(struct document *document, struct buf *out, const char *side, const char *indent)
{
	buf_format(out,
		   DOCX_XML "<w:ftr " DOCX_NAMES
			    "><w:p><w:pPr><w:pStyle w:val=\"Footer\"/><w:ind w:%s=\"280\"/>"
			    "<w:jc w:val=\"%s\"/></w:pPr>",
		   indent, side);
	put_words(out, in_language(document, "— ", "Page "));
	put_counted(out, "PAGE");
	put_words(out, in_language(document, " / ", " of "));
	put_counted(out, "NUMPAGES");
	put_words(out, in_language(document, " —", ""));
	buf_text(out, "</w:p><w:p><w:pPr><w:pStyle w:val=\"FooterNote\"/></w:pPr>");
	put_words(out, document->foot ? document->foot : "");
	buf_text(out, "</w:p></w:ftr>\n");
}

void docx_footer_odd(struct document *document, struct buf *out)
{
	put_footer(document, out, chinese(document) ? "right" : "left",
		   chinese(document) ? "right" : "firstLine");
}

void docx_footer_even(struct document *document, struct buf *out)
{
	put_footer(document, out, "left", "left");
}

void docx_section(struct document *document, struct buf *out)
{
	buf_text(out,
		 "<w:sectPr><w:headerReference w:type=\"default\" r:id=\"rId4\"/>"
		 "<w:headerReference w:type=\"even\" r:id=\"rId4\"/>"
		 "<w:footerReference w:type=\"default\" r:id=\"rId5\"/>"
		 "<w:footerReference w:type=\"even\" r:id=\"rId6\"/><w:pgSz w:w=\"11906\" w:h=\"16838\"/>");
	if (chinese(document))
		buf_text(out, "<w:pgMar w:top=\"2098\" w:right=\"1474\" w:bottom=\"1984\" w:left=\"1588\" "
			      "w:header=\"1134\" w:footer=\"1134\" w:gutter=\"0\"/>"
			      "<w:docGrid w:type=\"lines\" w:linePitch=\"579\"/>");
	else
		buf_text(out, "<w:pgMar w:top=\"1417\" w:right=\"1417\" w:bottom=\"1417\" w:left=\"1417\" "
			      "w:header=\"709\" w:footer=\"709\" w:gutter=\"0\"/>");
	buf_text(out, "</w:sectPr>\n");
}
