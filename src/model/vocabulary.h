#pragma once

#include <stdbool.h>
#include <stddef.h>

/*
 * vocabulary -- the words of a plan pack behind which stands C.
 *
 * Effects with the shape of their parameters, checks, named guards, signals,
 * whom a message can reach. A pack can only combine them; the action layer
 * implements each, and a test holds the two lists against each other.
 */

/* What stands behind the colon of {effect: value}. */
enum shape {
	SHAPE_NONE,   /* nothing */
	SHAPE_WORD,   /* a word of the effect's own, or of `among` */
	SHAPE_FIELD,  /* one or more fields of the record */
	SHAPE_PATH,   /* a field of the record, maybe across one ref field */
	SHAPE_KIND,   /* a kind */
	SHAPE_MOVE,   /* one or more kind.move */
	SHAPE_TARGET, /* one or more inform targets or paths */
	SHAPE_CHECK,  /* a check */
	SHAPE_DOCUMENT, /* a document that is made of the record */
	SHAPE_SET,    /* a map of field to value */
};

struct effect_shape {
	const char *name;
	const char *en, *zh; /* what it does, as a sentence without its subject */
	enum shape value;
	bool optional;             /* the value may be left out */
	const char *const *among;  /* SHAPE_WORD: the words it may be, or NULL */
	const char *const *params; /* further keys, or NULL; `open` also takes fields of what it opens */
};

struct spoken {
	const char *word;
	const char *en, *zh;
};

extern const struct effect_shape vocabulary_effects[];
extern const size_t vocabulary_effect_count;
/* Each list ends with an entry whose word is NULL. */
extern const struct spoken vocabulary_checks[];
extern const struct spoken vocabulary_guards[];
extern const struct spoken vocabulary_signals[];
extern const struct spoken vocabulary_targets[];
extern const struct spoken vocabulary_holds[];
extern const struct spoken vocabulary_values[]; /* $words of set */

/* `confirmed >= 3` reads this field of the record, or of the case it belongs to. */
struct level_word {
	const char *word, *field;
	const char *en, *zh;
};
extern const struct level_word vocabulary_levels[];

const struct effect_shape *vocabulary_effect(const char *name);
const struct spoken *vocabulary_find(const struct spoken *list, const char *word);
const struct level_word *vocabulary_level(const char *word);
