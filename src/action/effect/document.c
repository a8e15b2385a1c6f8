/* Make a document in both languages and keep it as it stands: a record and a file for each format. */

#include "action/action_private.h"

#include <string.h>

#include "action/document/keep.h"

static int open_record(struct deed *deed, struct object *subject, const struct document_template *template,
		       enum document_language language, enum document_format format, const struct kept *kept,
		       struct fault *why)
{
	json_t *input = json_pack("{s:s, s:s, s:s, s:s, s:s, s:s}", "name", kept->name, "template",
				  template->id, "language", language == DOCUMENT_ZH ? "zh" : "en", "format",
				  document_ending(format), "media", kept->media, "file", kept->digest);
	const int ret = open_linked(deed, subject, "issued_document", input, NULL, why);

	json_decref(input);
	return ret;
}

/* Where no font is installed, a case is not kept open for it: the other formats
 * are kept, and the PDF can be made of the DOCX. */
static bool no_font(int ret, enum document_format format)
{
	return ret == -FAULT_ABSENT && format == DOCUMENT_PDF;
}

static int keep_in(struct deed *deed, struct object *subject, const struct document_template *template,
		   enum document_language language, struct fault *why)
{
	struct document *document;
	int ret = make_document(deed, subject, template, language, deed->mem, &document, why);

	for (size_t i = 0; ret == 0 && i < template->fixed.count; i++) {
		const int format = document_format_of(template->fixed.at[i]);
		struct kept kept;

		ret = keep_document(deed, document, (enum document_format)format, &kept, why);
		if (no_font(ret, (enum document_format)format))
			ret = 0;
		else if (ret == 0)
			ret = open_record(deed, subject, template, language, (enum document_format)format,
					  &kept, why);
	}
	return ret;
}

/* It is the house's document: whole, whoever set it off and sees only a part. */
static int run(struct deed *deed, struct object *subject, const struct effect_use *use, struct fault *why)
{
	const struct document_template *template =
		use->value ? pack_document(subject->pack, use->value) : NULL;
	const struct staff *staff = deed->staff;
	int ret;

	if (!template)
		return fault_set(why, FAULT_CORRUPT, "the plan pack has no document '%s'",
				 use->value ? use->value : "");
	deed->staff = NULL;
	ret = keep_in(deed, subject, template, DOCUMENT_ZH, why);
	if (ret == 0)
		ret = keep_in(deed, subject, template, DOCUMENT_EN, why);
	deed->staff = staff;
	return ret;
}

const struct effect effect_document = {
	.name = "document",
	.en = "makes a document and keeps it as it stands",
	.zh = "生成文件并定稿保存",
	.run = run,
};
