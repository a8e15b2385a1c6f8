#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "detect/sigma/rule.h"
#include "detect/ruleset.h"

struct regex;

/*
 * program -- a set of rules made ready to be carried out.
 *
 * Equal tests of all rules are one predicate. The condition of a rule is a
 * chain of steps: test a predicate, go on here where it holds and there where
 * it does not; it is worked out without calls and stops as early as it can. Each
 * rule has its witnesses: predicates of which one must be true wherever the rule
 * is. Callers see none of it; detector.h is their face.
 *
 * It does not change once it is made: any number of threads may look at it.
 */
enum { GRAM = 4, SHORT = 2 };         /* bytes that are looked for first: of long, of short literals */
enum { FIELD_ANYWHERE = UINT32_MAX }; /* instead of a name's number: the whole event */

struct predicate {
	enum match_op op;
	bool cased;
	uint32_t field, other_field; /* numbers of names; the latter of MATCH_REFERS_... */
	const char *text;
	size_t len;
	const unsigned char *wild;
	double number;
	unsigned char network[16]; /* of MATCH_CIDR */
	bool is_v6;
	enum time_part part; /* of MATCH_TIME */
	enum compare_op compare;
	unsigned regex_flags;
	struct regex *regex;
	uint32_t uses; /* by how many rules: what many use is common */
};

enum node_kind { NODE_PREDICATE, NODE_AND, NODE_OR, NODE_NOT, NODE_COUNT };

struct node {
	enum node_kind kind;
	uint32_t first, count; /* members in `members`; first is the predicate's number */
	uint32_t need;         /* of NODE_COUNT */
	uint32_t weight;       /* what it costs to work out, roughly in text searches */
};

/* Where to go on: the number of a step, or one of the two ends. */
enum { STEP_YES = UINT32_MAX, STEP_NO = UINT32_MAX - 1 };

struct step {
	uint32_t predicate, yes, no;
};

/* Where in a value the text of a predicate must stand. */
enum anchor { ANCHOR_WHOLE, ANCHOR_START, ANCHOR_END, ANCHOR_INSIDE };

/* A lower-case text without which the predicate cannot hold. */
struct literal {
	const char *text; /* NULL: the predicate has none */
	uint32_t len;
	uint32_t rare;  /* of ANCHOR_INSIDE: where its rarest GRAM bytes begin */
	uint8_t anchor; /* enum anchor */
	bool decides;   /* where it stands, the predicate holds */
	float cost;     /* of waiting for it, a guess: how often it will be there */
};

/* Some predicates of which one must hold. */
struct witnesses {
	uint32_t *list, count;
	double cost; /* of them together, as in struct literal */
	bool some;   /* else there are none */
};

struct compiled {
	const struct rule *rule;
	uint32_t root, start;       /* node; step */
	bool silent;                /* only a correlation speaks for it */
	struct witnesses witnesses; /* as it is guessed */
	uint32_t *correlations;     /* numbers of the rules that correlate it */
	uint32_t correlation_count;
};

struct program {
	struct arena *mem;
	const struct ruleset *set;
	struct predicate *predicates;
	struct literal *literals; /* by predicate */
	uint32_t predicate_count, predicate_room;
	uint32_t *predicate_slots, predicate_slot_room;
	struct node *nodes;
	uint32_t node_count, node_room;
	uint32_t *members;
	uint32_t member_count, member_room;
	struct step *steps;
	uint32_t step_count, step_room;
	struct compiled *rules;
	uint32_t rule_count;
};

struct program *program_new(const struct ruleset *set);
void program_free(struct program *p);

/* steps.c: turn each rule's nodes into steps. */
void steps_build(struct program *p);

/* witness.c: the literals of predicates, and for each rule its witnesses. */
void witness_build(struct program *p);
/* The witnesses of a node where waiting for predicates costs so much; COST_ALWAYS:
 * one that is in every event. */
enum { COST_ALWAYS = 20000 };
struct witnesses witness_choose(const struct program *p, const float *costs, uint32_t node,
				struct arena *mem);
