#pragma once

#include "base/buf.h"
#include "release/fold.h"
#include "release/names.h"
#include "release/release.h"

/*
 * release_private -- what the files of the check share: one look at one text.
 */
struct release {
	struct names_tree *names;
	char **domains;
	size_t domain_count;
	char **numbers;
	size_t number_count;
};

enum { PARTS_MOST = 4096 /* found in one text, before those within others are dropped */ };

struct part {
	enum release_class of;
	bool allowed;
	uint32_t from, to; /* characters of the original */
};

struct look {
	const struct release *release;
	struct arena *mem;
	struct part *parts;
	size_t count;
	bool more;
	int depth;                 /* within what was encoded */
	const struct part *within; /* where that stands in the text that was given */
};

/* Characters [from, to) of this reading are of the class. */
void look_found(struct look *look, const struct fold *in, size_t from, size_t to, enum release_class of);

/* Each finds its shapes in one reading of the text. */
void shape_find(struct look *look, const struct fold *in);   /* addresses of networks and of mail */
void number_find(struct look *look, const struct fold *in);  /* cards, telephones, accounts */
void host_find(struct look *look, const struct fold *in);    /* host names, paths */
void secret_find(struct look *look, const struct fold *in);  /* digests, tokens, numbers of records */
void encoded_find(struct look *look, const struct fold *in); /* what base64 and hex hide */
void look_at_text(struct look *look, const char *text, size_t len);

/* Does one of these words stand shortly before `at`? Ends with NULL. */
bool word_before(const struct fold *in, size_t at, const char *const *words);
