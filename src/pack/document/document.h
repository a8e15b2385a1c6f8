#pragma once

#include "pack/pack.h"

/*
 * document -- what stands in a document that is made of a record: blocks, as data of the plan.
 *
 * A template says of which kind of record it is made and, block by block, which
 * fields, linked records, acts and clocks stand there, in both languages. All
 * names are resolved: a path leads to a field, a region or one of `itself`.
 */
enum part_form {
	PART_HEADING,   /* words, level */
	PART_PARAGRAPH, /* words around {paths} */
	PART_NOTE,      /* likewise */
	PART_SIGNATURE, /* likewise; the date is the document's */
	PART_TEXT,      /* what a text field says; another field for each language */
	PART_FACTS,     /* label and value of each path */
	PART_TABLE,     /* linked records, a row each */
	PART_LIST,      /* linked records, an item each: words around {paths} of theirs */
	PART_EACH,      /* linked records, the blocks inside for each */
	PART_TIMELINE,  /* acts of the record and of records of these kinds linked to it */
	PART_CLOCKS,    /* its clocks: started, due, stopped, missed */
	PART_BREAK,
	PART_CHECKPOINT,
	PART__COUNT,
};

enum {
	TEMPLATES_MOST = 64,
	PARTS_MOST = 200, /* of one template, with those inside */
	COLUMNS_MOST = 8, /* document/document.h: of a table */
	FIXED_MOST = 4,   /* formats */
};

struct part {
	enum part_form form;
	struct guard *when;
	int level;
	struct words words;
	struct names paths;  /* TEXT (zh, or both), FACTS, TABLE */
	const char *text_en; /* TEXT: the path for English; NULL: the same */
	struct names of;     /* kinds of TABLE, LIST, EACH (one) and TIMELINE */
	const struct kind *kind;
	const char *through; /* ref field of that kind; NULL: the first that refers to the record's */
	struct names in;     /* states of its first region; empty: any */
	struct words empty;  /* what stands there instead where there is none; zh NULL: nothing */
	bool decisions;      /* TIMELINE: only acts that are decisions */
	struct part *parts;  /* EACH */
	size_t part_count;
	struct place at;
};

struct document_template {
	const char *id;
	const char *of;
	const struct kind *kind;
	struct words label, title;    /* title around {paths} */
	struct words letterhead;      /* zh NULL: none */
	const char *number, *marking; /* paths, or NULL */
	struct guard *when;           /* made of such records only; NULL: of all */
	struct names fixed;           /* formats that the effect `document` keeps */
	bool archived;                /* stands in the archive package of its case */
	int offset_min;               /* of the times in it, against UTC */
	struct part *parts;
	size_t part_count;
	struct place at;
};

const struct document_template *pack_document(const struct pack *pack, const char *id);

/* What a record has besides fields and regions, as the last name of a path. */
struct itself {
	const char *name;
	struct words label;
};
extern const struct itself document_itself[]; /* number created_at updated_at; ends with NULL */
const struct itself *document_itself_of(const char *name);

/* The next {path} of a text at or after `p`, its length with the braces; NULL: none. */
const char *document_slot(const char *p, size_t *len);
