#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ctl/ctl_private.h"
#include "host/file.h"

/*
 * form -- a kind of record as one sheet of paper, for a drawer.
 *
 * Made from the plan: its fields with their labels, boxes to write in, the
 * codes in words. One HTML file with nothing around it: no script, no other
 * host. What was taken on paper is entered later with --occurred.
 */
static const char style[] =
	"@page{size:A4;margin:11mm 12mm}*{box-sizing:border-box}"
	"body{font:9.5pt/1.25 'Noto Sans CJK SC','Source Han Sans SC','Microsoft YaHei',sans-serif;margin:0 "
	"auto;"
	"max-width:186mm;color:#000;background:#fff}"
	"h1{font-size:15pt;margin:0 0 1mm;text-align:center}h2{font-size:10pt;margin:2.2mm 0 .8mm}"
	"p{margin:0 0 1mm}.head{display:flex;justify-content:space-between;gap:4mm}"
	"table{width:100%;border-collapse:collapse;page-break-inside:avoid}"
	"th,td{border:.3mm solid #000;padding:.7mm 1.5mm;vertical-align:top;text-align:left}"
	"th{width:38mm;font-weight:600}td{height:6.6mm}td.tall{height:15mm}td.page{height:36mm}"
	".code{display:inline-block;margin-right:3.5mm;white-space:nowrap}.foot{margin-top:1.5mm;font-size:"
	"8pt}"
	".line{display:inline-block;border-bottom:.3mm solid #000;min-width:52mm}";

static const char *text_of(const json_t *thing, const char *name)
{
	const char *text = json_string_value(json_object_get(thing, name));

	return text ? text : "";
}

/* ---- the register ------------------------------------------------------------ */

static json_t *rows_of(struct ctl *ctl, const char *kind, const char *where)
{
	json_t *request = talk_request(ctl, "list"), *answer, *rows = NULL;
	struct fault why;

	json_object_del(request, "at");
	json_object_update_new(request, json_pack("{s:s, s:s}", "kind", kind, "where", where));
	if (talk_ask(ctl, request, &answer, &why) < 0)
		return NULL;
	rows = json_incref(json_object_get(answer, "rows"));
	json_decref(answer);
	return rows;
}

/* The telephone of the unit that hosts the Office, the first in its chain; ""
 * where the register has none, or the asker may not see it. */
static const char *duty_phone(struct ctl *ctl)
{
	json_t *units = rows_of(ctl, "unit", "role:office"),
	       *contacts = rows_of(ctl, "contact", "channel:phone");
	const json_t *office = json_object_get(json_array_get(units, 0), "fields"), *contact;
	json_int_t best = 0;
	const char *phone = "";
	size_t i;

	json_array_foreach(contacts, i, contact) {
		const json_t *fields = json_object_get(contact, "fields");
		const json_int_t priority = json_integer_value(json_object_get(fields, "priority"));

		if (strcmp(text_of(fields, "unit"), text_of(office, "name")) || (*phone && priority >= best))
			continue;
		best = priority;
		phone = arena_copy(ctl->mem, text_of(fields, "address"));
	}
	json_decref(units);
	json_decref(contacts);
	return phone;
}

/* ---- a field ------------------------------------------------------------------ */

static void put_codes(const struct ctl *ctl, const json_t *field, struct buf *out)
{
	const json_t *codes = json_object_get(json_object_get(ctl->catalogue, "enums"), text_of(field, "of"));
	const json_t *code;
	size_t i;

	buf_text(out, "<td>");
	json_array_foreach((json_t *)codes, i, code) {
		buf_text(out, "<span class=\"code\">☐ ");
		buf_markup(out, label_of(ctl, code));
		buf_text(out, "</span>");
	}
	buf_text(out, "</td>");
}

static void put_box(const struct ctl *ctl, const json_t *field, bool office, struct buf *out)
{
	const char *type = text_of(field, "type");
	const bool searched = json_is_true(json_object_get(field, "search"));

	if (!strcmp(type, "enum"))
		put_codes(ctl, field, out);
	else if (!strcmp(type, "time"))
		buf_text(out,
			 in_words(ctl, "<td>YYYY-MM-DD&ensp;______________&ensp;hh:mm&ensp;________</td>",
				  "<td>______年____月____日____时____分</td>"));
	else if (!strcmp(type, "yes"))
		buf_text(out, in_words(ctl, "<td>☐ yes ☐ no</td>", "<td>☐ 是 ☐ 否</td>"));
	else if (!strcmp(type, "blob"))
		buf_text(out,
			 in_words(ctl, "<td>☐ enclosed, ____ pieces</td>", "<td>☐ 附后，共 ____ 份</td>"));
	else if (!strcmp(type, "text") && searched && !office)
		buf_text(out, json_is_true(json_object_get(field, "column")) ? "<td class=\"tall\"></td>"
									     : "<td class=\"page\"></td>");
	else
		buf_text(out, "<td></td>");
}

static bool wanted(const json_t *move, const char *name)
{
	return kind_named(move, "needs", name) || kind_named(move, "asks", name);
}

/* Is it for whoever reports? What no such move takes, the Office fills in. */
static bool of_reporter(const json_t *kind, const char *name)
{
	static const char *const moves[] = { "create", "edit" };

	for (size_t i = 0; i < 2; i++)
		if (wanted(kind_named(kind, "moves", moves[i]), name))
			return true;
	return quick_move(kind) && wanted(quick_move(kind), name);
}

static bool must_stand(const json_t *kind, const char *name)
{
	return kind_named(kind_named(kind, "moves", "create"), "needs", name) ||
	       (quick_move(kind) && kind_named(quick_move(kind), "needs", name));
}

static void put_fields(const struct ctl *ctl, const json_t *kind, bool office, struct buf *out)
{
	const json_t *field;
	size_t i;

	json_array_foreach(json_object_get(kind, "fields"), i, field) {
		if (of_reporter(kind, name_of(field)) == office)
			continue;
		buf_format(out, "<tr data-field=\"%s\"><th>", name_of(field));
		buf_markup(out, label_of(ctl, field));
		buf_text(out, must_stand(kind, name_of(field)) ? " *</th>" : "</th>");
		put_box(ctl, field, office, out);
		buf_text(out, "</tr>\n");
	}
}

/* ---- the sheet ------------------------------------------------------------------ */

static void put_row(const struct ctl *ctl, const char *en, const char *zh, bool moment, struct buf *out)
{
	buf_format(out, "<tr><th>%s</th>%s</tr>\n", in_words(ctl, en, zh),
		   !moment ? "<td></td>"
			   : in_words(ctl, "<td>YYYY-MM-DD&ensp;______________&ensp;hh:mm&ensp;________</td>",
				      "<td>______年____月____日____时____分</td>"));
}

static void put_head(struct ctl *ctl, const json_t *kind, struct buf *out)
{
	const char *phone = duty_phone(ctl);

	buf_format(out,
		   "<!DOCTYPE html>\n<html lang=\"%s\"><head><meta charset=\"utf-8\">"
		   "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src "
		   "'unsafe-inline'\"><title>",
		   ctl->zh ? "zh-CN" : "en");
	buf_markup(out, label_of(ctl, kind));
	buf_format(out, "</title><style>%s</style></head><body>\n<h1>", style);
	buf_markup(out, label_of(ctl, kind));
	buf_text(out, "</h1>\n<p class=\"head\"><span>");
	buf_markup(out, label_of(ctl, ctl->catalogue));
	buf_format(out, " %s</span><span>%s<span class=\"line\">", text_of(ctl->catalogue, "version"),
		   in_words(ctl, "Telephone of the duty desk: ", "值班电话："));
	buf_markup(out, phone);
	buf_text(out, "</span></span></p>\n");
}

static void put_sheet(struct ctl *ctl, const json_t *kind, struct buf *out)
{
	put_head(ctl, kind, out);
	buf_format(out, "<h2>%s</h2>\n<table>\n",
		   in_words(ctl, "For whoever reports (* is needed, or why it is not known)",
			    "由报告人填写（* 为必填；不清楚时写明原因）"));
	put_fields(ctl, kind, false, out);
	put_row(ctl, "Signature of the reporter", "报告人签名", false, out);
	buf_format(out, "</table>\n<h2>%s</h2>\n<table>\n", in_words(ctl, "For the Office", "由办公室填写"));
	put_row(ctl, "Number", "编号", false, out);
	put_fields(ctl, kind, true, out);
	put_row(ctl, "Taken down at (--occurred)", "接报时间（--occurred）", true, out);
	put_row(ctl, "Entered at", "录入时间", true, out);
	put_row(ctl, "Receiver, signature", "接收人签名", false, out);
	buf_format(out, "</table>\n<p class=\"foot\">%s: fengsui %s --occurred %s</p>\n</body></html>\n",
		   in_words(ctl, "Entered later with", "事后补录"), name_of(kind),
		   in_words(ctl, "TIME", "接报时间"));
}

int form_command(struct ctl *ctl, const json_t *kind)
{
	struct buf sheet = { 0 };
	struct fault why;
	int ret = 0;

	put_sheet(ctl, kind, &sheet);
	if (!ctl->typed.out)
		fwrite(sheet.data, 1, sheet.len, stdout);
	else if (file_write(ctl->typed.out, 0644, sheet.data, sheet.len, &why) < 0)
		ret = say_fault(ctl, &why);
	buf_fini(&sheet);
	return ret;
}
