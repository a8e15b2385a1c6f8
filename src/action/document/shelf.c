#include "action/document/shelf.h"

#include <string.h>

#include "evidence/blob.h"

struct shelf {
	struct deed *deed;
	struct package_document *at;
	size_t count;
};

static int put(struct shelf *shelf, struct package_document document, struct fault *why)
{
	if (shelf->count == SHELF_MOST)
		return fault_say(why, FAULT_LIMIT, "a package takes at most %d documents",
				 "一个归档包最多含 %d 份文件", SHELF_MOST);
	shelf->at[shelf->count++] = document;
	return 0;
}

static const char *word_of(const struct object *o, const char *field)
{
	const char *word = json_string_value(json_object_get(o->body, field));

	return word ? word : "";
}

/* One of the same name that was put in before is older: a case was closed anew. */
static struct package_document *same_name(struct shelf *shelf, const char *name)
{
	for (size_t i = 0; i < shelf->count; i++)
		if (!strcmp(shelf->at[i].name, name))
			return &shelf->at[i];
	return NULL;
}

static int put_kept(struct shelf *shelf, const struct object *kept, const struct document_template *template,
		    struct fault *why)
{
	struct package_document document = { .name = arena_text(shelf->deed->mem, "documents/%s",
								word_of(kept, "name")),
					     .zh = template->label.zh,
					     .en = template->label.en },
				*older;
	char path[4096];

	blob_path(shelf->deed->house->folder, word_of(kept, "file"), path, sizeof(path));
	document.path = arena_copy(shelf->deed->mem, path);
	if (!(older = same_name(shelf, document.name)))
		return put(shelf, document, why);
	*older = document;
	return 0;
}

/* What was kept of this record by this template; `any` says whether there was some. */
static int kept_of(struct shelf *shelf, const struct object *o, const struct document_template *template,
		   bool *any, struct fault *why)
{
	const struct kind *kind = pack_kind(o->pack, "issued_document");
	struct objects all;
	int ret = 0;

	*any = false;
	if (!kind || !kind_field(kind, o->kind->name))
		return 0;
	if ((ret = world_linked(shelf->deed, (struct object *)(uintptr_t)o, "issued_document", o->kind->name,
				&all, why)) < 0)
		return ret;
	for (size_t i = 0; ret == 0 && i < all.count; i++)
		if (!strcmp(word_of(all.at[i], "template"), template->id)) {
			*any = true;
			ret = put_kept(shelf, all.at[i], template, why);
		}
	return ret;
}

static int make_now(struct shelf *shelf, struct object *o, const struct document_template *template,
		    enum document_language language, struct fault *why)
{
	struct arena *mem = shelf->deed->mem;
	struct document *document;
	int ret = make_document(shelf->deed, o, template, language, mem, &document, why);

	for (size_t i = 0; ret == 0 && i < template->fixed.count; i++) {
		const enum document_format format =
			(enum document_format)document_format_of(template->fixed.at[i]);
		struct buf bytes = { 0 };

		ret = document_write(document, format, &bytes, why);
		if (ret == 0)
			ret = put(shelf,
				  (struct package_document){
					  .name = arena_text(mem, "documents/%s.%s", document->name,
							     document_ending(format)),
					  .bytes = arena_copy_bytes(mem, bytes.data, bytes.len),
					  .len = bytes.len,
					  .zh = template->label.zh,
					  .en = template->label.en },
				  why);
		else if (ret == -FAULT_ABSENT && format == DOCUMENT_PDF)
			ret = 0; /* no font here: the other formats stand for it */
		buf_fini(&bytes);
	}
	return ret;
}

static int of_record(struct shelf *shelf, struct object *o, struct fault *why)
{
	int ret = 0;

	for (size_t i = 0; ret == 0 && i < o->pack->document_count; i++) {
		const struct document_template *template = &o->pack->documents[i];
		bool any;

		if (!template->archived || !document_offered(shelf->deed, o, template))
			continue;
		if ((ret = kept_of(shelf, o, template, &any, why)) < 0 || any)
			continue;
		ret = make_now(shelf, o, template, DOCUMENT_ZH, why);
		if (ret == 0)
			ret = make_now(shelf, o, template, DOCUMENT_EN, why);
	}
	return ret;
}

int shelf_fill(struct deed *deed, const int64_t *ids, size_t count, struct package_plan *plan,
	       struct fault *why)
{
	struct shelf shelf = { .deed = deed, .at = arena_many(deed->mem, SHELF_MOST, sizeof(*shelf.at)) };
	int ret = 0;

	for (size_t i = 0; ret == 0 && i < count; i++) {
		struct object *o = world_get(deed, ids[i], why);

		ret = o ? of_record(&shelf, o, why) : -why->code;
	}
	plan->documents = shelf.at;
	plan->document_count = shelf.count;
	return ret;
}
