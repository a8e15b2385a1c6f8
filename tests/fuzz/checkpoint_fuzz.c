#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "record/checkpoint.h"
#include "record/expect.h"

/*
 * Property: a checkpoint is refused, or its three lines written again are the
 * beginning of the same bytes; a signature counts as good only below the text
 * that was signed; and of several notes in a row each is a note by itself.
 *
 * The seed checkpoint is signed with the key that is all sevens.
 */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char name[] = "fuzz.example/2026";
static struct key key;
static struct buf signed_note;

static void make_key(void)
{
	const struct merkle tree = { .size = 1 };
	unsigned char seed[KEY_SEED];

	memset(seed, 7, sizeof(seed));
	if (key_of_seed(name, seed, &key, NULL) < 0)
		abort();
	checkpoint_write(&signed_note, &key, &tree);
	if (getenv("FUZZ_PRINT_SEED"))
		fwrite(signed_note.data, 1, signed_note.len, stdout);
}

static void one_note(void *context, const char *note, size_t len)
{
	(void)context;
	if (note[len - 1] != '\n' || note_first(note, len) != len)
		abort();
}

static void one_is_enough(const char *note, size_t len)
{
	struct checkpoint read, checked;
	size_t signed_len = 0;

	if (note_check(note, len, &key, &signed_len) == NOTE_GOOD &&
	    (signed_len > signed_note.len || memcmp(note, signed_note.data, signed_len)))
		abort();
	if (!checkpoint_read(note, len, &read)) {
		if (checkpoint_check(note, len, &key, &checked) == NOTE_GOOD)
			abort();
		return;
	}
	if (strncmp(note, read.origin, strlen(read.origin)) || note[strlen(read.origin)] != '\n')
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	SCOPED(arena_drop) struct arena *mem = arena_new();
	const char *text = arena_copy_bytes(mem, data, size);

	if (!signed_note.len)
		make_key();
	one_is_enough(text, size);
	if (note_first(text, size) > size)
		abort();
	against_each(text, size, one_note, NULL);
	return 0;
}
