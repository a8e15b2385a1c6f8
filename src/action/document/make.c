#include "action/document/making.h"

#include <inttypes.h>
#include <string.h>

#include "base/stamp.h"

/*
 * make -- a document of a record, by its template, from the first line to the checkpoint.
 */

bool document_offered(struct deed *deed, struct object *object, const struct document_template *template)
{
	return !strcmp(template->of, object->kind->name) &&
	       (!template->when || guard_holds(deed, object, template->when));
}

/* "fengsui.example/2026  142  m4l1…": what stands on every page of the note. */
static const char *foot_of(const struct making *m)
{
	const char *origin_end = strchr(m->note, '\n'),
		   *size_end = origin_end ? strchr(origin_end + 1, '\n') : NULL;
	const char *root_end = size_end ? strchr(size_end + 1, '\n') : NULL;
	const int minutes = m->template->offset_min < 0 ? -m->template->offset_min : m->template->offset_min;

	if (!root_end)
		return "";
	return arena_text(m->deed->mem,
			  m->zh ? "记录检查点 %.*s　%.*s　%.*s　·　文中时间为 UTC%c%02d:%02d"
				: "Checkpoint of the record %.*s  %.*s  %.*s  ·  times are UTC%c%02d:%02d",
			  (int)(origin_end - m->note), m->note, (int)(size_end - origin_end - 1),
			  origin_end + 1, (int)(root_end - size_end - 1), size_end + 1,
			  m->template->offset_min < 0 ? '-' : '+', minutes / 60, minutes % 60);
}

/* A name that any file system takes. */
static const char *file_name(const struct making *m)
{
	const struct object *o = m->subject;
	const char *whose =
		o->number ? o->number : arena_text(m->deed->mem, "%s-%" PRId64, o->kind->name, o->id);
	char *name = arena_text(m->deed->mem, "%s-%s.%s", whose, m->template->id, m->zh ? "zh" : "en");

	for (char *p = name; *p; p++)
		if (!strchr("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-.", *p))
			*p = '-';
	return name;
}

static const char *text_at(const struct making *m, const char *path)
{
	const char *text = path ? say_path(m, m->subject, path) : "";

	return *text ? document_text(m->document, text) : NULL;
}

static void put_head(struct making *m)
{
	struct document *d = m->document;

	d->title = document_text(d, say_words(m, m->subject, &m->template->title));
	d->letterhead =
		m->template->letterhead.zh ? document_text(d, in_tongue(m, &m->template->letterhead)) : NULL;
	d->number = text_at(m, m->template->number);
	d->marking = text_at(m, m->template->marking);
	d->drill = m->subject->space == RECORD_DRILL;
	d->foot = document_text(d, foot_of(m));
	d->from = document_text(d, in_tongue(m, &m->subject->pack->label));
	d->name = arena_copy(d->mem, file_name(m));
}

/* Dated by the newest change of what stands in it, which is a time of the record. */
static void date_it(struct making *m)
{
	m->document->at = m->latest;
	for (struct block *block = m->document->first; block; block = block->next)
		if (block->form == BLOCK_SIGNATURE)
			block->second = document_text(m->document, say_date(m, m->latest));
}

int make_document(struct deed *deed, struct object *object, const struct document_template *template,
		  enum document_language language, struct arena *mem, struct document **out,
		  struct fault *why)
{
	struct making m = { .deed = deed,
			    .subject = object,
			    .template = template,
			    .document = document_new(mem, language),
			    .zh = language == DOCUMENT_ZH,
			    .offset = template->offset_min * STAMP_MINUTE };
	char *note;
	int ret;

	if ((ret = record_checkpoint(deed->house->record,
				     object->space == RECORD_DRILL ? RECORD_DRILL : RECORD_REAL, deed->mem,
				     &note, why)) < 0)
		return ret;
	m.note = note;
	put_head(&m);
	if ((ret = put_parts(&m, object, template->parts, template->part_count, why)) < 0)
		return ret;
	date_it(&m);
	*out = m.document;
	return document_fault(m.document, why);
}

/* ---- for whoever looks ------------------------------------------------------------- */

static json_t *offer(const struct document_template *template)
{
	json_t *formats = json_array();

	for (int i = 0; i < DOCUMENT__COUNT; i++)
		json_array_append_new(formats, json_string(document_ending((enum document_format)i)));
	return json_pack("{s:s, s:s, s:s, s:o, s:[s,s]}", "template", template->id, "zh", template->label.zh,
			 "en", template->label.en, "formats", formats, "languages", "zh", "en");
}

int house_documents(struct house *house, const struct asker *asker, const char *kind, const char *ref,
		    int64_t now, json_t **answer, struct fault *why)
{
	struct object *object;
	struct deed deed;
	int ret = look_at(&deed, house, asker, kind, ref, now, &object, why);

	if (ret == 0) {
		json_t *list = json_array();

		for (size_t i = 0; i < object->pack->document_count; i++)
			if (document_offered(&deed, object, &object->pack->documents[i]))
				json_array_append_new(list, offer(&object->pack->documents[i]));
		*answer = json_pack("{s:b, s:I, s:s, s:s*, s:o}", "ok", 1, "id", (json_int_t)object->id,
				    "kind", object->kind->name, "number", object->number, "documents", list);
	}
	deed_close(&deed);
	return ret;
}

static int find_template(struct deed *deed, struct object *object, const char *name,
			 const struct document_template **out, struct fault *why)
{
	*out = pack_document(object->pack, name);
	if (*out && document_offered(deed, object, *out))
		return 0;
	return fault_say(why, FAULT_ABSENT, "no document '%.40s' is made of %s in its present state",
			 "%2$s 目前不能生成文件“%1$.40s”", name, object_name(deed, object));
}

int house_document(struct house *house, const struct asker *asker, const struct document_ask *ask,
		   int64_t now, struct arena *mem, struct document **out, struct fault *why)
{
	const struct document_template *template;
	struct object *object;
	struct deed deed;
	int ret = look_at(&deed, house, asker, ask->kind, ask->ref, now, &object, why);

	if (ret == 0)
		ret = find_template(&deed, object, ask->template, &template, why);
	if (ret == 0)
		ret = make_document(&deed, object, template, ask->english ? DOCUMENT_EN : DOCUMENT_ZH, mem,
				    out, why);
	deed_close(&deed);
	return ret;
}
