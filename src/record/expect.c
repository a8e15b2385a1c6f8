#include "record/expect.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"

struct one {
	enum expect_from from;
	struct checkpoint checkpoint;
	int64_t at; /* -1: nothing is said */
};

struct expect {
	struct verdict *verdict;
	enum record_space space;
	const char *origin;
	const struct key *key;
	struct one *all;
	size_t count, room, met;
};

/* clang-format off */
/* What to call it, by where it comes from. */
static const struct {
	const char *words;
	enum finding_code form, key, forged, size, root;
} table[] = {
	[EXPECT_STORE]   = { "checkpoint of the store", FOUND_CHECKPOINT_FORM, FOUND_CHECKPOINT_KEY,
			     FOUND_CHECKPOINT_FORGED, FOUND_CHECKPOINT_SIZE, FOUND_ROOT },
	[EXPECT_SIGNED]  = { "what was signed last", FOUND_SIGNED_FORM, FOUND_SIGNED_FORM, FOUND_SIGNED_FORM,
			     FOUND_SIGNED_SIZE, FOUND_SIGNED_ROOT },
	[EXPECT_AGAINST] = { "checkpoint kept elsewhere", FOUND_AGAINST_FORM, FOUND_AGAINST_KEY,
			     FOUND_AGAINST_FORGED, FOUND_AGAINST_SIZE, FOUND_AGAINST_ROOT },
};
/* clang-format on */

struct expect *expect_new(struct verdict *verdict, enum record_space space, const char *origin,
			  const struct key *key)
{
	struct expect *expect = must_alloc(sizeof(*expect));

	*expect = (struct expect){ .verdict = verdict, .space = space, .origin = origin, .key = key };
	return expect;
}

void expect_free(struct expect *expect)
{
	if (!expect)
		return;
	free(expect->all);
	free(expect);
}

static void keep(struct expect *e, enum expect_from from, const struct checkpoint *checkpoint, int64_t at)
{
	if (e->count == e->room) {
		e->room = e->room ? e->room * 2 : 64;
		e->all = must_grow(e->all, e->room * sizeof(*e->all));
	}
	e->all[e->count++] = (struct one){ from, *checkpoint, at };
}

/* The signature; false where the note is not good for anything further. */
static bool signature_holds(struct expect *e, enum expect_from from, const char *note, size_t len,
			    struct checkpoint *out)
{
	const char *words = table[from].words;

	switch (checkpoint_check(note, len, e->key, out)) {
	case NOTE_GOOD:
		return true;
	case NOTE_OTHER_KEY:
		verdict_add(e->verdict, table[from].key, e->space, -1, "%s of %" PRIu64 " entries", words,
			    out->size);
		return true;
	case NOTE_FORGED:
		verdict_add(e->verdict, table[from].forged, e->space, -1, "%s of %" PRIu64 " entries", words,
			    out->size);
		return true;
	case NOTE_FORM:
		break;
	}
	verdict_add(e->verdict, table[from].form, e->space, -1, "%s: '%.60s'", words, note);
	return false;
}

void expect_add(struct expect *e, enum expect_from from, const char *note, size_t len, int64_t row_size,
		int64_t at)
{
	struct checkpoint checkpoint;

	if (!signature_holds(e, from, note, len, &checkpoint))
		return;
	if (strcmp(checkpoint.origin, e->origin)) {
		verdict_add(e->verdict, table[from].form, e->space, -1, "%s: of '%.100s'", table[from].words,
			    checkpoint.origin);
		return;
	}
	if (row_size >= 0 && (uint64_t)row_size != checkpoint.size)
		verdict_add(e->verdict, FOUND_CHECKPOINT_ROW, e->space, -1,
			    "it signs %" PRIu64 " entries, the row says %" PRId64, checkpoint.size, row_size);
	keep(e, from, &checkpoint, at);
}

void expect_add_tree(struct expect *e, enum expect_from from, const struct checkpoint *checkpoint)
{
	keep(e, from, checkpoint, -1);
}

static int by_size(const void *a, const void *b)
{
	const struct one *x = a, *y = b;

	return x->checkpoint.size < y->checkpoint.size ? -1 : x->checkpoint.size > y->checkpoint.size;
}

void expect_ready(struct expect *e)
{
	if (e->count)
		qsort(e->all, e->count, sizeof(*e->all), by_size);
}

uint64_t expect_next(const struct expect *e)
{
	return e->met < e->count ? e->all[e->met].checkpoint.size : UINT64_MAX;
}

void expect_meet(struct expect *e, const struct merkle *tree, int64_t at)
{
	unsigned char root[DIGEST_LEN];

	if (expect_next(e) > tree->size)
		return;
	merkle_root(tree, root);
	for (; e->met < e->count && e->all[e->met].checkpoint.size <= tree->size; e->met++) {
		const struct one *one = &e->all[e->met];

		/* Smaller than where the entries begin: there is no such tree here. */
		if (one->checkpoint.size < tree->size || memcmp(one->checkpoint.root, root, DIGEST_LEN))
			verdict_add(e->verdict, table[one->from].root, e->space, -1,
				    "%s of %" PRIu64 " entries", table[one->from].words,
				    one->checkpoint.size);
		if (one->at >= 0 && one->at != at)
			verdict_add(e->verdict, FOUND_CHECKPOINT_ROW, e->space, -1,
				    "the time of the checkpoint of %" PRIu64
				    " entries is not that of the last of them",
				    one->checkpoint.size);
	}
}

void expect_end(struct expect *e, const struct merkle *tree)
{
	for (; e->met < e->count; e->met++) {
		const struct one *one = &e->all[e->met];

		verdict_add(e->verdict, table[one->from].size, e->space, -1,
			    "%s of %" PRIu64 " entries; there are %" PRIu64, table[one->from].words,
			    one->checkpoint.size, tree->size);
	}
}

/* Line ends as a note has them, and one at the end. */
static void clean(const char *text, size_t len, struct buf *out)
{
	for (size_t i = 0; i < len; i++)
		if (text[i] != '\r')
			buf_char(out, text[i]);
	if (!out->len || out->data[out->len - 1] != '\n')
		buf_char(out, '\n');
}

bool against_each(const char *text, size_t len, against_note call, void *context)
{
	struct buf tidy = { 0 };
	size_t at = 0, count = 0, one;

	clean(text, len, &tidy);
	for (;;) {
		while (at < tidy.len && tidy.data[at] == '\n')
			at++;
		if (at == tidy.len || !(one = note_first(tidy.data + at, tidy.len - at)))
			break;
		call(context, tidy.data + at, one);
		at += one;
		count++;
	}
	one = tidy.len;
	buf_fini(&tidy);
	return count && at == one;
}
