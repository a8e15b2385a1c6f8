#include "action/document/keep.h"

#include <string.h>

int keep_document(struct deed *deed, struct document *document, enum document_format format, struct kept *out,
		  struct fault *why)
{
	struct buf bytes = { 0 };
	int ret = document_write(document, format, &bytes, why);

	if (ret == 0)
		ret = house_keep(deed->house, bytes.data, bytes.len, deed->now, out->digest, why);
	out->name = arena_text(deed->mem, "%s.%s", document->name, document_ending(format));
	out->media = document_media(format);
	buf_fini(&bytes);
	return ret;
}
