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
 * Fields have numbers, equal tests are one predicate, conditions are nodes over
 * predicates, and each rule has its witnesses: predicates of which one must be
 * true wherever the rule is, found by a scan for four bytes of their text.
 * Callers see none of it; detector.h is their face.
 */
enum { FIELD_ANYWHERE = 0, GRAM = 4 };

struct predicate {
	enum match_op op;
	bool cased;
	uint32_t field, other_field; /* the latter of MATCH_REFERS_... */
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

/* The text that must be in the (framed, lower-case) value, and the four bytes
 * of it that are looked for. */
struct literal {
	const char *text;
	uint32_t len, offset, gram, field;
	uint32_t next;                   /* with the same hash; 0 ends */
	uint32_t first_rule, rule_count; /* in `waiting` */
};

struct compiled {
	const struct rule *rule;
	uint32_t root;
	bool silent;            /* only a correlation speaks for it */
	bool always;            /* has no witness */
	uint32_t *correlations; /* numbers of the rules that correlate it */
	uint32_t correlation_count;
};

struct program {
	struct arena *mem;
	const struct ruleset *set;
	const char **fields; /* by number; 0 stands for the whole event */
	uint32_t field_count, *field_slots, field_room;
	struct predicate *predicates;
	uint32_t predicate_count, predicate_room;
	uint32_t *predicate_slots, predicate_slot_room;
	struct node *nodes;
	uint32_t node_count, node_room;
	uint32_t *members;
	uint32_t member_count, member_room;
	struct compiled *rules;
	uint32_t rule_count;
	struct literal *literals; /* from 1 */
	uint32_t literal_count, *waiting;
	uint32_t *gram_heads; /* by hash; 0: none */
	uint64_t *gram_bits;
};

struct program *program_new(const struct ruleset *set);
void program_free(struct program *p);

/* The number of a field that some rule names, or UINT32_MAX. */
uint32_t program_field(const struct program *p, const char *name, size_t len);

/* witness.c: choose each rule's witnesses and build the tables to find them. */
void witness_build(struct program *p);

enum { GRAM_BITS = 19, GRAM_BUCKETS = 16 };

/* Of a character beyond ASCII its first two bytes. */
static inline uint32_t rare_gram(const char *text)
{
	return (uint32_t)(unsigned char)text[0] | (uint32_t)(unsigned char)text[1] << 8;
}

static inline uint32_t gram_hash(uint32_t gram, uint32_t field)
{
	return (gram ^ field * 0x9E3779B1u) * 0x85EBCA6Bu;
}
