#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "document/document.h"
#include "gate/http/parts.h"
#include "seal/base64.h"

/*
 * document -- documents of a record, as files: put together in a batch, written
 * by a worker after its commit, so that a long one keeps nobody waiting.
 */
enum { NAME_MOST = 64 };

/* ---- one of them ---------------------------------------------------------------- */

struct making_one {
	struct arena *mem;
	struct document_ask ask;
	enum document_format format;
	struct document *document;
	struct buf bytes;
	struct fault why;
	int ret;
};

static void drop_one(void *matter)
{
	struct making_one *one = matter;

	buf_fini(&one->bytes);
	arena_free(one->mem);
	free(one);
}

#ifdef FENGSUI_TEST_HOOKS
/* A document that takes long, however fast the machine. */
static void linger(void)
{
	const char *ms = getenv("FENGSUI_TEST_SLOW_DOCUMENT");

	if (ms)
		usleep((useconds_t)atoi(ms) * 1000);
}
#else
#define linger() ((void)0)
#endif

static void write_one(struct making_one *one)
{
	linger();
	one->ret = document_write(one->document, one->format, &one->bytes, &one->why);
}

/* ---- over the socket ---------------------------------------------------------- */

static struct making_one *one_new(struct job *job)
{
	struct making_one *one = must_alloc(sizeof(*one));

	*one = (struct making_one){ .mem = arena_new() };
	job->matter = one;
	job->drop = drop_one;
	return one;
}

static void write_asked(struct job *job) { write_one(job->matter); }

static void answer_with_it(struct job *job)
{
	const struct making_one *one = job->matter;
	char *text;

	if (one->ret < 0) {
		job->answer = answer_fault(&one->why);
		return;
	}
	text = must_alloc(BASE64_LEN(one->bytes.len) + 1);
	base64_write(one->bytes.data, one->bytes.len, text);
	job->answer =
		json_pack("{s:b, s:s++, s:s, s:s}", "ok", 1, "name", one->document->name, ".",
			  document_ending(one->format), "media", document_media(one->format), "data", text);
	free(text);
}

static int known_format(const char *format, struct fault *why)
{
	const int known = document_format_of(format);

	return known >= 0 ? known
			  : fault_say(why, FAULT_INVALID, "a document is docx, pdf, html or md, not '%.20s'",
				      "文件格式为 docx、pdf、html 或 md，不能是“%.20s”", format);
}

static int known_language(const char *lang, bool *english, struct fault *why)
{
	*english = lang && !strcmp(lang, "en");
	return !lang || *english || !strcmp(lang, "zh")
		       ? 0
		       : fault_say(why, FAULT_INVALID, "lang is zh or en, not '%.20s'",
				   "语言（lang）为“zh”或“en”，不能是“%.20s”", lang);
}

static int one_of_record(struct gate *gate, struct job *job, const struct asker *asker, int64_t now,
			 struct fault *why)
{
	const struct ask *ask = &job->ask;
	const char *format = ask_text(ask, SAYS_FORMAT);
	struct making_one *one;
	int known;

	if ((known = known_format(format ? format : "", why)) < 0)
		return known;
	one = one_new(job);
	one->format = (enum document_format)known;
	one->ask = (struct document_ask){ .kind = ask_text(ask, SAYS_KIND),
					  .ref = ask_text(ask, SAYS_REF),
					  .template = ask_text(ask, SAYS_TEMPLATE) };
	if (known_language(ask_text(ask, SAYS_LANG), &one->ask.english, why) < 0 ||
	    house_document(gate->house, asker, &one->ask, now, one->mem, &one->document, why) < 0)
		return -why->code;
	job->work = write_asked;
	job->worked = answer_with_it;
	return 0;
}

int document_asked(struct gate *gate, struct job *job, int64_t now, struct fault *why)
{
	const struct ask *ask = &job->ask;
	struct asker asker = { 0 };
	int ret = asker_of(gate, job, &asker, why);

	if (ret == 0 && ask_text(ask, SAYS_TEMPLATE))
		ret = one_of_record(gate, job, &asker, now, why);
	else if (ret == 0)
		ret = house_documents(gate->house, &asker, ask_text(ask, SAYS_KIND), ask_text(ask, SAYS_REF),
				      now, &job->answer, why);
	return job_settle(job, ret, why);
}

/* ---- over the network: what can be made ---------------------------------------- */

static int list_them(struct gate *gate, struct job *job, int64_t now, struct fault *why)
{
	struct call *call = call_of(job);
	const struct asker asker = call_asker(call);

	return job_settle(
		job, house_documents(gate->house, &asker, NULL, call->matter, now, &job->answer, why), why);
}

int documents_of_record(struct call *call, struct fault *why)
{
	static const char *const names[] = { "ref", NULL };
	const char *said[1];
	int ret;

	if ((ret = call_query(call, names, said, why)) < 0)
		return ret;
	if (!said[0])
		return fault_say(why, FAULT_INVALID, "ref is missing: of which record?",
				 "缺少“ref”：请给出记录编号");
	call->matter = (void *)(uintptr_t)call_ref(call, said[0]);
	call_act(call, list_them, NULL);
	return 0;
}

/* ---- over the network: one of them ---------------------------------------------- */

static int put_together(struct gate *gate, struct job *job, int64_t now, struct fault *why)
{
	struct call *call = call_of(job);
	struct making_one *one = call->matter;
	const struct asker asker = call_asker(call);
	const int ret = house_document(gate->house, &asker, &one->ask, now, one->mem, &one->document, why);

	if (ret == 0)
		job->answer = answer_ok();
	return job_settle(job, ret, why);
}

static void write_it(struct call *call) { write_one(call->matter); }

/* It may be looked at in a browser, in a frame of the command centre too, and does nothing there. */
static void send_it(struct call *call)
{
	struct making_one *one = call->matter;
	const bool looked_at = one->format == DOCUMENT_PDF || one->format == DOCUMENT_HTML;

	if (one->ret < 0) {
		call_fault(call, &one->why);
		return;
	}
	if (!call->exchange)
		return;
	call_header(call, "Content-Disposition",
		    arena_text(call->mem, "%s; filename=\"%s.%s\"", looked_at ? "inline" : "attachment",
			       one->document->name, document_ending(one->format)));
	call_header(call, "Content-Security-Policy",
		    "sandbox; default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'self'");
	call_text(call, 200, document_media(one->format), one->bytes.data, one->bytes.len);
}

static void then_write(struct call *call, json_t *answer)
{
	struct fault why;

	if (!call->exchange || !json_is_true(json_object_get(answer, "ok"))) {
		call_answer_house(call, 0, answer);
		return;
	}
	json_decref(answer);
	if (call_work_in(call, LINE_DOCUMENT, write_it, send_it, &why) < 0)
		call_fault(call, &why);
}

/* "case_report.pdf": the document and its format. */
static int read_file_name(struct making_one *one, const char *name, struct fault *why)
{
	const char *dot = strrchr(name, '.');
	int format;

	if (!dot || dot == name || strlen(name) > NAME_MOST)
		return fault_say(why, FAULT_INVALID, "a document is named TEMPLATE.docx, .pdf, .html or .md",
				 "文件名应为“模板.docx”“.pdf”“.html”或“.md”");
	if ((format = known_format(dot + 1, why)) < 0)
		return format;
	one->format = (enum document_format)format;
	one->ask.template = arena_copy_bytes(one->mem, name, (size_t)(dot - name));
	return 0;
}

int document_of_record(struct call *call, struct fault *why)
{
	static const char *const names[] = { "lang", NULL };
	struct making_one *one = must_alloc(sizeof(*one));
	const char *said[1];
	int ret;

	*one = (struct making_one){ .mem = arena_new() };
	call->matter = one;
	call->drop = drop_one;
	if ((ret = call_query(call, names, said, why)) < 0 ||
	    (ret = known_language(said[0]         ? said[0]
				  : call->chinese ? "zh"
						  : "en",
				  &one->ask.english, why)) < 0 ||
	    (ret = read_file_name(one, call->words[1], why)) < 0 ||
	    (ret = call_line_open(call, LINE_DOCUMENT, why)) < 0)
		return ret;
	one->ask.ref = call_ref(call, call->words[0]);
	call_act(call, put_together, then_write);
	return 0;
}
