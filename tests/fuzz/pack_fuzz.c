#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "pack/pack_private.h"
#include "pack/show.h"

/*
 * A sound small pack of which one file is any bytes: refused with at least one
 * problem that has a place, or a pack that can be checked, drawn and compared
 * with itself, where it does not differ.
 *
 * The first byte says which file; the base stands in tests/unit/pack/base
 * below the folder where the target is started, or below $FENGSUI_ROOT.
 */

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t most);
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t most, unsigned int seed);

static struct reader base;

static bool in_word(uint8_t c) { return c > 0x20 && !strchr("[]{},:", c); }

/* The word around a place drawn at random: [*from, *to). */
static void some_word(const uint8_t *data, size_t size, unsigned int draw, size_t *from, size_t *to)
{
	size_t at = 1 + draw % (size - 1);

	for (*from = at; *from > 1 && in_word(data[*from - 1]); (*from)--)
		;
	for (*to = at; *to < size && in_word(data[*to]); (*to)++)
		;
}

/* One word put in the place of another: the YAML stays whole, so that what is
 * tried is the plan and not the parser. */
static size_t word_for_word(uint8_t *data, size_t size, size_t most, unsigned int seed)
{
	size_t from, to, other, end, len;
	uint8_t word[64];

	some_word(data, size, seed * 2654435761u, &from, &to);
	some_word(data, size, seed * 40503u + 77, &other, &end);
	len = end - other;
	if (!len || len > sizeof(word) || size - (to - from) + len > most)
		return LLVMFuzzerMutate(data, size, most);
	memcpy(word, data + other, len);
	memmove(data + from + len, data + to, size - to);
	memcpy(data + from, word, len);
	return size - (to - from) + len;
}

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t most, unsigned int seed)
{
	if (size < 8 || seed % 4 == 0)
		return LLVMFuzzerMutate(data, size, most);
	return word_for_word(data, size, most, seed / 4);
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	static struct problems problems;
	const char *root = getenv("FENGSUI_ROOT");
	struct fault why;
	char path[512];

	(void)argc, (void)argv;
	snprintf(path, sizeof(path), "%s/tests/unit/pack/base", root ? root : ".");
	problems_init(&problems);
	base = (struct reader){ .problems = &problems, .mem = arena_new(), .scratch = arena_new() };
	if (folder_read(&base, path, &why) < 0) {
		fprintf(stderr, "%s\n", why.text);
		exit(1);
	}
	return 0;
}

static void use(const struct pack *pack, struct problems *problems)
{
	struct buf out = { 0 };
	struct fault why;

	pack_check(pack, problems, &why);
	show_machines(&out, pack, NULL, true);
	show_mermaid(&out, pack, NULL, false);
	show_boundary(&out, pack, false);
	if (show_differences(&out, pack, pack, true))
		abort();
	buf_fini(&out);
}

static void places_are_told(const struct problems *problems)
{
	for (size_t i = 0; i < problems->count; i++)
		if (problems->at[i].at.line < 1 || problems->at[i].at.column < 1 ||
		    !*problems->at[i].at.file || !*problems->at[i].text)
			abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *mem = arena_new(), *scratch = arena_new();
	struct pack *pack = arena_take(mem, sizeof(*pack));
	struct problems problems;
	struct fault why;
	struct reader r = { pack, &problems, mem, scratch, NULL, base.file_count };

	if (!size) {
		arena_free(mem);
		arena_free(scratch);
		return 0;
	}
	pack->mem = mem;
	pack->id = pack->version = "";
	r.files = arena_many(scratch, base.file_count, sizeof(*r.files));
	memcpy(r.files, base.files, base.file_count * sizeof(*r.files));
	r.files[data[0] % base.file_count].bytes = arena_copy_bytes(scratch, data + 1, size - 1);
	r.files[data[0] % base.file_count].len = size - 1;
	problems_init(&problems);
	if (load_sources(&r, &why) == 0)
		use(pack, &problems);
	else if (!problems.errors)
		abort();
	places_are_told(&problems);
	problems_fini(&problems);
	arena_free(mem);
	arena_free(scratch);
	return 0;
}
