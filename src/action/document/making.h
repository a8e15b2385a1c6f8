#pragma once

#include "action/action_private.h"
#include "document/document.h"
#include "pack/document/document.h"

/*
 * making -- a document being made of a record, with what the files of this folder share.
 *
 * Everything in it is read from the house as it stands in the deed: fields,
 * linked records, entries of the record. What the reader may not see is left
 * out, as everywhere.
 */
enum { ACTS_MOST = 5000, LINKED_SHOWN_MOST = 5000 };

struct making {
	struct deed *deed;
	struct object *subject;
	const struct document_template *template;
	struct document *document;
	bool zh;
	int64_t offset;   /* of the times in it, in microseconds */
	const char *note; /* the signed checkpoint of the record as it stands */
	int64_t latest;   /* the newest change of what stands in it */
};

/* document/value.c: words for people, taken from the deed's memory. */
const char *say_time(const struct making *m, int64_t stamp);       /* "2026-03-01 16:05:00" */
const char *say_date(const struct making *m, int64_t stamp);       /* "2026年3月1日", "1 March 2026" */
const char *say_name(const struct making *m, struct object *o);    /* "INC-2026-0001 title" */
const char *say_person(const struct making *m, const char *actor); /* of an entry: "person:5", "timer" */
/* The value that a path of the template leads to, "" where none; and its label. */
const char *say_path(const struct making *m, struct object *subject, const char *path);
const char *say_label(const struct making *m, const struct kind *kind, const char *path);
/* Words around {paths}. */
const char *say_words(const struct making *m, struct object *subject, const struct words *words);
const char *in_tongue(const struct making *m, const struct words *words);

/* document/part.c: blocks of the template become blocks of the document. */
int put_parts(struct making *m, struct object *subject, const struct part *parts, size_t count,
	      struct fault *why);
/* Linked records that the reader sees, in the states that the part names. */
int linked_seen(struct making *m, struct object *subject, const struct part *part, struct objects *out,
		struct fault *why);

/* document/course.c: what was done, and in which time. */
int put_timeline(struct making *m, struct object *subject, const struct part *part, struct fault *why);
void put_clocks(struct making *m, struct object *subject);

/* document/make.c: all of it. `object` is seen already; the checkpoint of the
 * record as it stands is signed, so a transaction is open. */
int make_document(struct deed *deed, struct object *object, const struct document_template *template,
		  enum document_language language, struct arena *mem, struct document **out,
		  struct fault *why);
/* May one be made of this record now? */
bool document_offered(struct deed *deed, struct object *object, const struct document_template *template);
