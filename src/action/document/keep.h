#pragma once

#include "action/document/making.h"

/*
 * keep -- a document as it stands now, kept as a file: what was approved, sent or archived.
 */
struct kept {
	const char *name, *media; /* of the file */
	char digest[65];
};

/* Write it into a file of the folder, noted in the open batch. */
int keep_document(struct deed *deed, struct document *document, enum document_format format, struct kept *out,
		  struct fault *why);
