#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"
#include "detect/sigma/lists.h"

/* Property: a list is refused with its place, or found again under its name with
 * no more values than are let in, none of them empty, all of them text. */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char *const names[] = { "fuzz.txt", "fuzz.yml" };

static void check(const struct list *list)
{
	size_t count = 0;

	for (const struct list_value *v = list->values; v; v = v->next, count++)
		if (!v->len || v->len > LIST_VALUE_BYTES || utf8_valid(v->text, v->len) != v->len)
			abort();
	if (count != list->count || count > LIST_VALUES)
		abort();
}

static void add(struct lists *lists, const char *name, const char *text, size_t size)
{
	struct fault why = { .text = "" };

	if (lists_add(lists, name, text, size, &why) < 0 && strncmp(why.text, name, strlen(name)) != 0)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size > 16384)
		return 0;
	for (size_t i = 0; i < 2; i++) {
		SCOPED(arena_drop) struct arena *mem = arena_new();
		struct lists *lists = lists_new(mem);
		const struct list *list;

		add(lists, names[i], (const char *)data, size);
		if ((list = lists_find(lists, "fuzz")) || (list = lists_find(lists, "Servers")))
			check(list);
		/* The same once more is a second list of that name, if it made one at all. */
		if (list && lists_add(lists, names[i], (const char *)data, size, &(struct fault){ 0 }) == 0)
			abort();
	}
	return 0;
}
