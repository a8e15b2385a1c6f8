#pragma once

#include "intake/map.h"

enum piece_kind {
	PIECE_WORD,
	PIECE_NUMBER,
	PIECE_IP,
	PIECE_TEXT,
	PIECE_QUOTED,
	PIECE_URI,
	PIECE_CLF,
	PIECE_CTIME,
	PIECE_ISO
};

enum { PATTERN_PIECES = 24, PATTERN_SETS = 12, MAP_PATTERNS = 200, MAP_LIMIT = 200 };
enum { INITIALS = 32, PATTERN_WORDS = (MAP_PATTERNS + 63) / 64 };

/* A capture and the literal text behind it. */
struct piece {
	enum piece_kind kind;
	const char *name; /* NULL: not kept */
	size_t name_len;
	uint32_t number; /* of the name */
	const char *then;
	size_t then_len;
};

struct pair {
	const char *name, *text;
	size_t name_len, text_len;
	uint32_t number; /* of the name, where it is given to events; else NAME_NONE */
};

enum { MAP_SECOND = 4 }; /* other names that are tried where one is not there */

/* A name, and where its value is found: the first that is there. */
struct other {
	const char *name, *from[MAP_SECOND];
	size_t count;
};

/* The first bytes of a text as a number, and which of its bits count: a line is
 * held against many patterns, and most differ from it here. */
struct start {
	uint64_t text, mask;
};

struct pattern {
	const char *first; /* literal text in front of all captures */
	size_t first_len;
	struct piece pieces[PATTERN_PIECES];
	size_t count;
	struct pair sets[PATTERN_SETS];
	size_t set_count;
};

struct map {
	const char *name;
	enum map_from from;
	struct logsource at;
	const char **programs;
	size_t *program_lens;
	size_t program_count;
	uint32_t initials; /* of the programs: see initials() */
	struct pattern *patterns;
	struct start *starts; /* of each pattern */
	/* By the last bits of a text's first byte: the patterns that it may fit. */
	uint64_t (*may_fit)[PATTERN_WORDS];
	size_t pattern_count;
	struct other *also;
	size_t also_count;
	struct other time; /* without a name */
	struct pair *sets;
	size_t set_count;
	struct pair *when;
	size_t when_count;
	const char **keep; /* of an object with free text in it: nothing else becomes a field */
	size_t keep_count;
	const char **drop; /* or only these do not */
	size_t drop_count;
	struct map *next;
	struct map *alike; /* the next one from the same form */
	unsigned place;    /* in the order of all, from 1 */
};

struct maps {
	struct arena *mem;
	struct map *first;
	struct map *forms[MAP_FORMS]; /* the first one from each form */
	/* Those of syslog by what a program may begin with; NULL behind the last. */
	struct map **by_program[INITIALS];
};

struct start pattern_start(const struct pattern *p);
/* What a text has to say to pattern_start(). */
uint64_t pattern_head(const char *text, size_t len);
static inline bool start_suits(const struct start *s, uint64_t head) { return (head & s->mask) == s->text; }

/* Does the whole text fit? Then the captures are added to the event. */
bool pattern_apply(const struct pattern *p, const char *text, size_t len, struct event *e);

/* "Failed {user:text} from ..." into pieces; `at` is where it stands. */
int pattern_read(struct arena *mem, const char *name, const struct tree *at, const struct logsource *place,
		 struct pattern *out, struct fault *why);

/* May what it fits have a field of this name? */
bool pattern_gives(const struct pattern *p, const char *field);
/* Pattern `i` of the mapping was read: which texts may fit it? */
void patterns_note(struct map *m, size_t i);
/* The first pattern of the mapping that fits, see pattern_apply(). */
bool patterns_apply(const struct map *m, const char *text, size_t len, struct event *e);

/* What a text begins with; letters have the same in both cases. */
static inline unsigned map_initial(const char *text, size_t len) { return len ? *text & (INITIALS - 1) : 0; }

/* A document of a mapping's file: one mapping for each form that it names, put at *where,
 * which goes on behind them. */
int map_read(struct maps *m, const char *file, const struct tree *at, struct map ***where, struct fault *why);
