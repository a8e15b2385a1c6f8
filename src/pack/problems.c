#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "pack/pack_private.h"

/* Beyond this many a reader is not helped by more; the last one says so. */
enum { PROBLEMS_MOST = 500 };

void problems_init(struct problems *problems)
{
	*problems = (struct problems){ .mem = arena_new() };
	problems->at = arena_many(problems->mem, PROBLEMS_MOST + 1, sizeof(*problems->at));
}

void problems_fini(struct problems *problems)
{
	arena_free(problems->mem);
	*problems = (struct problems){ 0 };
}

/* The file's name is copied: a pack that failed to load is gone when its
 * problems are printed. */
static void add(struct problems *to, struct place at, const char *code, bool warning, char *text)
{
	struct problem *p;

	if (!warning)
		to->errors++;
	if (to->count > PROBLEMS_MOST)
		return;
	p = &to->at[to->count++];
	if (to->count > PROBLEMS_MOST) {
		code = NULL;
		text = arena_copy(to->mem, "more problems follow; mend these first");
	}
	*p = (struct problem){ at, code, text, warning };
	p->at.file = arena_copy(to->mem, at.file ? at.file : "");
	p->code = arena_copy(to->mem, code);
}

static char *text_of(struct arena *mem, const char *format, va_list args)
{
	char text[2048];

	vsnprintf(text, sizeof(text), format, args);
	return arena_copy(mem, text);
}

void problem_add(struct problems *to, struct place at, const char *code, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	add(to, at, code, false, text_of(to->mem, format, args));
	va_end(args);
}

void problem_warn(struct problems *to, struct place at, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	add(to, at, NULL, true, text_of(to->mem, format, args));
	va_end(args);
}

/* By place; what stands at one place keeps the order in which it was found. */
static int by_place(const void *a, const void *b)
{
	const struct problem *x = a, *y = b;
	int order = strcmp(x->at.file, y->at.file);

	if (order == 0)
		order = x->at.line - y->at.line;
	if (order == 0)
		order = x->at.column - y->at.column;
	return order ? order : strcmp(x->text, y->text);
}

void problems_sort(struct problems *problems)
{
	size_t count = problems->count > PROBLEMS_MOST ? PROBLEMS_MOST : problems->count;

	qsort(problems->at, count, sizeof(*problems->at), by_place);
}

int problems_verdict(const struct problems *problems, struct fault *why)
{
	const struct problem *p;

	if (!problems->errors)
		return 0;
	for (p = problems->at; p->warning && p + 1 < problems->at + problems->count; p++)
		;
	return fault_set(why, FAULT_INVALID, "%s:%d:%d: %s%s%s%s", p->at.file, p->at.line, p->at.column,
			 p->code ? p->code : "", p->code ? ": " : "", p->text,
			 problems->errors > 1 ? " (and more)" : "");
}
