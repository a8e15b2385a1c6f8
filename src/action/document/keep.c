#include "action/document/keep.h"

#include <string.h>

#include "evidence/blob.h"

static int put_blob(struct deed *deed, const struct buf *bytes, char digest[static 65], struct fault *why)
{
	struct blob_draft *draft = NULL;
	uint64_t size;
	int ret = blob_open(deed->house->folder, &draft, why);

	if (ret == 0)
		ret = blob_put(draft, bytes->data, bytes->len, UINT64_MAX, why);
	if (ret == 0)
		ret = blob_seal(&draft, NULL, digest, &size, why);
	if (draft)
		blob_drop(&draft);
	return ret < 0 ? ret : house_blob(deed->house, digest, (int64_t)size, deed->now, why);
}

int keep_document(struct deed *deed, struct document *document, enum document_format format, struct kept *out,
		  struct fault *why)
{
	struct buf bytes = { 0 };
	int ret = document_write(document, format, &bytes, why);

	if (ret == 0)
		ret = put_blob(deed, &bytes, out->digest, why);
	out->name = arena_text(deed->mem, "%s.%s", document->name, document_ending(format));
	out->media = document_media(format);
	buf_fini(&bytes);
	return ret;
}
