#pragma once

#include <stdbool.h>
#include <stddef.h>

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
	FAULT_UNKNOWN,  /* nobody knows who asks */
	FAULT_STEP_UP,  /* who asks has to prove it anew */
	FAULT__COUNT,
};

struct fault {
	int code;        /* one of enum fault_code */
	bool no_room;    /* with FAULT_BUSY: the disk, or what may be used of it, is full */
	char text[1024]; /* English detail that names the thing, place and limit */
	char zh[2048];   /* the same in Chinese, whole by itself; empty: none */
};

/* Fill in `why` (may be NULL) in English alone and return -code. A longer text
 * is cut; bytes that are no UTF-8 are left out. */
int fault_set(struct fault *why, enum fault_code code, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* The same in both languages, for what reaches a person. Both formats take the
 * same arguments in the same order; "%.0s" passes over a text that only the
 * other language says. */
int fault_say(struct fault *why, enum fault_code code, const char *en, const char *zh, ...)
	__attribute__((format(printf, 3, 5), format(printf, 4, 5)));

/* fault_say(FAULT_BUSY): the disk is full at `path`. */
int fault_no_room(struct fault *why, const char *path);

/* Put "prefix: " before the text, to say where it happened; the Chinese takes
 * the same prefix, which is then a name. Returns -code. */
int fault_within(struct fault *why, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* What a reader of Chinese is told: the Chinese detail, or where there is none
 * the words for the code and the English one. Room for FAULT_TOLD is enough. */
enum { FAULT_TOLD = 2048 };
void fault_tell_zh(const struct fault *why, char *out, size_t size);

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
