#pragma once

/*
 * fault -- why something did not work, for a program and for a person.
 *
 * A function that can fail returns 0, or the negative code of a fault whose
 * reason stands in `why`. The lowest function that knows the reason fills it
 * in; everyone above passes it up; the edge that started the work reports it.
 */
enum fault_code {
	FAULT_NONE = 0,
	FAULT_INVALID,  /* the input is not acceptable */
	FAULT_REFUSED,  /* not permitted, or a condition of the plan is unmet */
	FAULT_ABSENT,   /* not there */
	FAULT_CONFLICT, /* changed in the meantime */
	FAULT_LIMIT,    /* larger, longer or more than is taken */
	FAULT_BUSY,     /* cannot store at present; try again */
	FAULT_IO,       /* the disk or the network failed */
	FAULT_CORRUPT,  /* stored data is not what it was */
	FAULT_NEWER,    /* written by a newer version */
	FAULT__COUNT,
};

struct fault {
	int code;        /* one of enum fault_code */
	char text[1024]; /* English detail that names the thing, place and limit */
};

/* Fill in `why` (may be NULL) and return -code. A longer text is cut. */
int fault_set(struct fault *why, enum fault_code code, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* Put "prefix: " before the text, to say where it happened. Returns -code. */
int fault_within(struct fault *why, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* The HTTP status (RFC 9110) and the words for a code; either language. */
int fault_status(int code);
const char *fault_words_en(int code);
const char *fault_words_zh(int code);

/* The name in answers ("refused"), and the code of a name; a name that is not
 * known is FAULT_INVALID. */
const char *fault_name(int code);
int fault_named(const char *name);

/* Exit status for scripts (sysexits.h where it has a word for it). */
int fault_exit(int code);
