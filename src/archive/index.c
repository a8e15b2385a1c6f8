#include "archive/index.h"

#include <stdbool.h>
#include <string.h>

/* The second verifier, one JavaScript file, as it stands in web/lib/verify.js. */
__asm__(".section .rodata\n"
	".global archive_verify_js\n"
	".global archive_verify_js_end\n"
	"archive_verify_js:\n"
	".incbin \"" VERIFY_JS "\"\n"
	"archive_verify_js_end:\n"
	".byte 0\n"
	".previous\n");
extern const char archive_verify_js[], archive_verify_js_end[];

static void cell(struct buf *out, const char *text)
{
	buf_text(out, "<td>");
	buf_markup(out, text ? text : "");
	buf_text(out, "</td>");
}

static void head(struct buf *out, const char *lang, const char *title)
{
	buf_format(out, "<!doctype html>\n<html lang=\"%s\"><meta charset=\"utf-8\"><title>", lang);
	buf_markup(out, title);
	buf_text(
		out,
		"</title>\n<style>body{font:16px/1.5 sans-serif;max-width:60em;margin:2em auto;padding:0 1em}"
		"table{border-collapse:collapse;width:100%}td,th{border:1px solid #bbb;padding:.3em "
		".5em;text-align:left}"
		"code{word-break:break-all}pre{white-space:pre-wrap}</style>\n");
}

static void put_documents(struct buf *out, const struct package_plan *plan, const char *lang)
{
	buf_text(out, "<ul>\n");
	for (size_t i = 0; i < plan->document_count; i++) {
		const struct package_document *d = &plan->documents[i];
		const char *dot = strrchr(d->name, '.');

		/* "….zh.pdf": the language stands before the format. */
		if (!dot || dot - d->name < 3 || memcmp(dot - 2, lang, 2) != 0)
			continue;
		buf_text(out, "<li>");
		buf_markup(out, *lang == 'z' ? d->zh : d->en);
		buf_text(out, ": <a href=\"");
		buf_markup(out, d->name);
		buf_text(out, "\">");
		buf_markup(out, strchr(d->name, '/') ? strchr(d->name, '/') + 1 : d->name);
		buf_text(out, "</a></li>\n");
	}
	buf_text(out, "</ul>\n");
}

void index_front(struct buf *out, const struct package_plan *plan)
{
	head(out, "zh", plan->name);
	buf_text(out, "<h1>");
	buf_markup(out, plan->name);
	buf_text(out, " 档案包 / archive</h1>\n<p><a href=\"index.zh.html\">目录（中文）</a> · "
		      "<a href=\"index.en.html\">Index (English)</a> · <a href=\"verify.html\">核验 / "
		      "Verify</a></p>\n"
		      "<h2>文件</h2>\n");
	put_documents(out, plan, "zh");
	buf_text(out, "<h2>Documents</h2>\n");
	put_documents(out, plan, "en");
	buf_text(out, "</html>\n");
}

void index_page(struct buf *out, const struct package_plan *plan, const char *lang)
{
	bool zh = !strcmp(lang, "zh");

	head(out, lang, plan->name);
	buf_text(out, "<h1>");
	buf_markup(out, plan->name);
	buf_text(out,
		 zh ? " 档案包</h1>\n<p>记录、内容、证据与证明均以公开格式存放，无需本系统即可阅读和核验："
		      "打开 <a href=\"verify.html\">verify.html</a>，选择本文件夹。</p>\n"
		    : " archive</h1>\n<p>Records, contents, evidence and proofs stand here in open formats "
		      "and can be read "
		      "and checked without the product: open <a href=\"verify.html\">verify.html</a> and "
		      "choose this "
		      "folder.</p>\n");
	if (plan->document_count) {
		buf_text(out, zh ? "<h2>文件</h2>\n" : "<h2>Documents</h2>\n");
		put_documents(out, plan, lang);
	}
	buf_text(out, zh ? "<h2>记录</h2>\n" : "<h2>Records</h2>\n");
	buf_text(out, zh ? "<table><tr><th>编号</th><th>类别</th><th>名称</th><th>状态</th></tr>\n"
			 : "<table><tr><th>Number</th><th>Kind</th><th>Title</th><th>State</th></tr>\n");
	for (size_t i = 0; i < plan->object_count; i++) {
		const struct package_object *o = &plan->objects[i];

		buf_text(out, "<tr>");
		cell(out, o->name);
		cell(out, zh ? o->zh : o->en);
		cell(out, o->title);
		cell(out, zh ? o->state_zh : o->state_en);
		buf_text(out, "</tr>\n");
	}
	buf_text(out, "</table>\n");
	buf_text(out, zh ? "<h2>证据文件</h2>\n<ul>\n" : "<h2>Evidence files</h2>\n<ul>\n");
	for (size_t i = 0; i < plan->file_count; i++)
		buf_format(out, "<li><code><a href=\"evidence/%s\">%s</a></code></li>\n",
			   plan->files[i].digest, plan->files[i].digest);
	buf_text(out, "</ul>\n</html>\n");
}

/* A page has no command line: what follows this line in the verifier reads
 * files by path, which a reader of the page need not have to think about. */
static const char command_line[] = "/* ---- command line ";

static const char *script_end(void)
{
	const char *from = archive_verify_js, *end = archive_verify_js_end;
	const char *at = memmem(from, (size_t)(end - from), command_line, strlen(command_line));

	return at ? at : end;
}

/* A script may not hold its own end; the verifier's text is put in with care. */
static void put_script(struct buf *out)
{
	const char *from = archive_verify_js, *end = script_end(), *at;

	while ((at = memmem(from, (size_t)(end - from), "</", 2))) {
		buf_put(out, from, (size_t)(at - from));
		buf_text(out, "<\\/");
		from = at + 2;
	}
	buf_put(out, from, (size_t)(end - from));
	if (end != archive_verify_js_end)
		buf_text(out, "})();\n");
}

static const char page_script[] =
	"document.getElementById('pick').addEventListener('change', async (event) => {\n"
	"  const out = document.getElementById('out'), files = new Map();\n"
	"  out.textContent = '…';\n"
	"  for (const file of event.target.files) {\n"
	"    const name = file.webkitRelativePath.split('/').slice(1).join('/') || file.name;\n"
	"    files.set(name, new Uint8Array(await file.arrayBuffer()));\n"
	"  }\n"
	"  const known = document.getElementById('against').value.trim();\n"
	"  const verdict = fengsuiVerify.verify(files, {against: known ? [known + '\\n'] : []});\n"
	"  out.textContent = fengsuiVerify.describe(verdict).join('\\n');\n"
	"});\n";

void index_verifier(struct buf *out)
{
	head(out, "zh", "核验 / Verify");
	/* Not a promise only: the browser itself lets nothing be asked for or sent. */
	buf_text(out, "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; script-src "
		      "'unsafe-inline'; style-src 'unsafe-inline'; form-action 'none'; base-uri 'none'\">\n"
		      "<h1>核验档案包 / Verify an archive</h1>\n"
		      "<p>选择档案包所在文件夹；一切在本机完成，不访问网络。<br>Choose the folder of the "
		      "archive; everything happens on "
		      "this machine, nothing is sent.</p>\n"
		      "<p><input type=\"file\" id=\"pick\" webkitdirectory multiple></p>\n"
		      "<p>另存的检查点（可选）/ a checkpoint kept elsewhere (optional):<br>"
		      "<textarea id=\"against\" rows=\"6\" cols=\"80\"></textarea></p>\n<pre "
		      "id=\"out\"></pre>\n<script>\n");
	put_script(out);
	buf_text(out, "\n");
	buf_text(out, page_script);
	buf_text(out, "</script></html>\n");
}
