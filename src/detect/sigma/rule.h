#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/fault.h"
#include "intake/tree.h"

/*
 * rule -- one Sigma rule as it was written: what it says, nothing of how it is
 * carried out. Made by rule_read, turned into a program by program.h.
 *
 * All memory is the arena's that was given for reading.
 */
enum rule_level { LEVEL_INFORMATIONAL, LEVEL_LOW, LEVEL_MEDIUM, LEVEL_HIGH, LEVEL_CRITICAL };

enum match_op {
	MATCH_EQUALS,
	MATCH_STARTS,
	MATCH_ENDS,
	MATCH_CONTAINS,
	MATCH_GLOB,   /* with * or ? inside */
	MATCH_ANY,    /* present, whatever it is */
	MATCH_NULL,   /* absent, or null */
	MATCH_EXISTS, /* present, null or not */
	MATCH_REGEX,
	MATCH_CIDR,
	MATCH_LESS,
	MATCH_LESS_EQUAL,
	MATCH_GREATER,
	MATCH_GREATER_EQUAL,
	MATCH_TIME,          /* a part of the time in the value, compared with a number */
	MATCH_REFERS_EQUALS, /* the value is the name of another field */
	MATCH_REFERS_STARTS,
	MATCH_REFERS_ENDS,
	MATCH_REFERS_CONTAINS,
};

enum { WILD_NONE = 0, WILD_MANY = 1, WILD_ONE = 2 };
enum { REGEX_CASELESS = 1, REGEX_LINES = 2, REGEX_DOT_ALL = 4 };

enum compare_op { COMPARE_LT, COMPARE_LTE, COMPARE_GT, COMPARE_GTE, COMPARE_EQ, COMPARE_NEQ };

/* As the value writes it: no zone is converted. A week is that of ISO 8601. */
enum time_part { TIME_NONE, TIME_MINUTE, TIME_HOUR, TIME_DAY, TIME_WEEK, TIME_MONTH, TIME_YEAR };

struct value {
	enum match_op op;
	bool cased;
	unsigned regex_flags;
	enum time_part part;     /* of MATCH_TIME */
	enum compare_op compare; /* the same */
	const char *text;        /* lower case unless cased, a regex or a field's name */
	size_t len;
	const unsigned char *wild; /* of MATCH_GLOB: WILD_... for each byte of text */
	double number;
	struct value *next;
};

/* One field with the values it may have; no name: the whole event is searched. */
struct item {
	const char *field;
	bool all, negated;
	struct value *values;
	struct item *next;
	int line, column;
};

/* All of the items of one map. */
struct clause {
	struct item *items;
	struct clause *next;
};

/* Any of the clauses. */
struct selection {
	const char *name;
	struct clause *clauses;
	struct selection *next;
};

enum condition_kind { CONDITION_AND, CONDITION_OR, CONDITION_NOT, CONDITION_COUNT, CONDITION_SELECTION };

struct condition {
	enum condition_kind kind;
	unsigned count; /* at least so many of the members (CONDITION_COUNT) */
	const struct selection *selection;
	struct condition *first, *next;
};

enum correlation_kind {
	CORRELATION_EVENTS,
	CORRELATION_VALUES,
	CORRELATION_TEMPORAL,
	CORRELATION_ORDERED,
	CORRELATION_SUM,
	CORRELATION_AVG,
	CORRELATION_PERCENTILE,
};

/* Hits that one group keeps at most, and so the largest number to compare with. */
enum { CORRELATION_MOST = 10000 };

/* Whole and at most CORRELATION_MOST where something is counted. */
struct bound {
	enum compare_op op;
	double number;
	struct bound *next;
};

struct name_list {
	const char *name;
	int line, column;
	struct name_list *next;
};

/* A name that stands for a different field in each rule. */
struct alias {
	const char *name, *rule, *field;
	int line, column;
	struct alias *next;
};

/* "login and not (reset or locked)" over the rules that a temporal correlation
 * lists; CONDITION_SELECTION stands for one of them by name. */
struct condition_names {
	enum condition_kind kind;
	unsigned count;   /* at least so many of the members (CONDITION_COUNT) */
	const char *name; /* of CONDITION_SELECTION; as it stands in `rules` */
	struct condition_names *first, *next;
};

struct correlation {
	enum correlation_kind kind;
	struct name_list *rules, *group_by;
	struct name_list *fields; /* several of a value_count: distinct together; else at most one */
	struct alias *aliases;
	int64_t span; /* microseconds */
	/* All of them hold. Of a temporal correlation: how many of its rules were there. */
	struct bound *bounds;
	unsigned percentile;                /* of CORRELATION_PERCENTILE, 1 to 100 */
	struct condition_names *expression; /* of a temporal correlation; then there are no bounds */
	bool generate;
};

/* Does a temporal condition hold, when the rules of `there` (a bit for each place
 * in the list) were seen? */
bool expression_holds(const struct condition_names *x, const struct correlation *c, uint64_t there);

/* A document that is no rule: what its condition finds is left out of others. */
struct filter {
	struct name_list *rules; /* by id or name; none: every rule of its log source */
};

/* Which alerts of the rule are one, where its author says so. The rule itself
 * always belongs to the key. */
enum { JOIN_FIELDS = 8 };

struct rule_join {
	bool given;
	const char **by; /* group, host, source, or names of fields */
	size_t count;
	int64_t within, at_most; /* microseconds; 0: not said */
};

struct rule {
	const char *id, *name, *title, *author, *license, *status;
	struct rule_join join;
	enum rule_level level;
	const char *file;
	int line;
	const char *product, *category, *service; /* words of the log source table, or NULL */
	struct selection *selections;
	struct condition *condition;
	struct correlation *correlation; /* then there is no condition */
	struct filter *filter;           /* then it is a filter, with selections and condition */
	struct name_list *filters;       /* titles of those that were laid on the rule */
	struct name_list *tags;
	struct rule *next;
};

struct lists;

/* One document; `lists` (or NULL) has what placeholders stand for. Fails with "file:line:column: what, and
 * what would be right"; a rule on the far side of the boundary is refused with N33 in the message. */
int rule_read(struct arena *mem, const struct lists *lists, const char *file, const struct tree *at,
	      struct rule **out, struct fault *why);

const char *rule_level_word(enum rule_level level);
