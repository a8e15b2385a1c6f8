#include <stdlib.h>
#include <string.h>

#include "detect/program.h"

/* witness -- for each rule, a few texts of which one must be in the event.
 *
 * A conjunction needs any one of its members, so the rarest is taken; a
 * disjunction needs all of its members' together; a negation gives none. Rare
 * is guessed from the rules: what many of them use is common in events too. */

/* A value is scanned with marks around it, so that the text of an equality or
 * of a beginning is a piece of four bytes even when it is short itself. */
static const char front[] = "\1\1", back[] = "\2\2";

struct part {
	char *text; /* NULL: the predicate has no text to look for */
	uint32_t len, offset, gram;
	double cost;
};

struct builder {
	struct program *p;
	struct part *parts; /* by predicate */
	uint32_t *common;   /* how often a hashed gram occurs in all parts */
};

/* Some predicates of which one must hold; none: cannot be told. */
struct set {
	uint32_t *list, count;
	double cost;
	bool some;
};

enum { COMMON_BITS = 18 };

static uint32_t gram_at(const char *text)
{
	uint32_t gram;

	memcpy(&gram, text, GRAM);
	return gram;
}

/* Characters beyond ASCII are rare in events, so two bytes of one are enough to
 * wait for: rules look for single letters and signs in lists of thousands. */
static bool is_rare_letter(const char *text, size_t len)
{
	return len >= 2 && len < GRAM && ((unsigned char)*text & 0x80);
}

static uint32_t common_slot(uint32_t gram) { return gram * 0x85EBCA6Bu >> (32 - COMMON_BITS); }

/* The longest run of a glob that has no wildcard. */
static void longest_run(const struct predicate *x, size_t *from, size_t *len)
{
	size_t start = 0;

	*from = *len = 0;
	for (size_t i = 0; i <= x->len; i++) {
		if (i < x->len && x->wild[i] == WILD_NONE)
			continue;
		if (i - start > *len) {
			*from = start;
			*len = i - start;
		}
		start = i + 1;
	}
}

static void make_part(struct builder *b, const struct predicate *x, struct part *out)
{
	size_t from = 0, len = x->len, before = 0, after = 0;
	char *text;

	if (x->op > MATCH_GLOB)
		return;
	if (x->op == MATCH_GLOB)
		longest_run(x, &from, &len);
	before = x->op == MATCH_EQUALS || x->op == MATCH_STARTS ? 2 : 0;
	after = x->op == MATCH_EQUALS || x->op == MATCH_ENDS ? 2 : 0;
	if (before + len + after < GRAM && !is_rare_letter(x->text + from, before || after ? 0 : len))
		return;
	text = arena_take(b->p->mem, before + len + after + 1);
	memcpy(text, front, before);
	for (size_t i = 0; i < len; i++) {
		char c = x->text[from + i];

		text[before + i] = c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;
	}
	memcpy(text + before + len, back, after);
	out->text = text;
	out->len = (uint32_t)(before + len + after);
	for (uint32_t i = 0; i + GRAM <= out->len; i++)
		b->common[common_slot(gram_at(text + i))]++;
}

/* The rarest four bytes, and what it costs to wait for them. A text of digits
 * is a number that many events carry. */
static void weigh(struct builder *b, const struct predicate *x, struct part *part)
{
	uint32_t least = UINT32_MAX;

	if (!part->text)
		return;
	if (part->len < GRAM) {
		part->gram = rare_gram(part->text);
		part->cost = 1.0;
		return;
	}
	for (uint32_t i = 0; i + GRAM <= part->len; i++) {
		uint32_t n = b->common[common_slot(gram_at(part->text + i))];

		if (n >= least)
			continue;
		least = n;
		part->offset = i;
		part->gram = gram_at(part->text + i);
	}
	part->cost = 1.0 + 2.0 * x->uses + least + (x->len < 6 ? 20 : 0);
	if (x->op == MATCH_EQUALS && strspn(x->text, "0123456789") == x->len)
		part->cost += 200;
}

static void count_uses(struct program *p, uint32_t node)
{
	const struct node *n = &p->nodes[node];

	if (n->kind == NODE_PREDICATE) {
		p->predicates[n->first].uses++;
		return;
	}
	for (uint32_t i = 0; i < n->count; i++)
		count_uses(p, p->members[n->first + i]);
}

static struct set choose(struct builder *b, uint32_t node);

static struct set cheapest(struct builder *b, const struct node *n)
{
	struct set best = { 0 };

	for (uint32_t i = 0; i < n->count; i++) {
		struct set s = choose(b, b->p->members[n->first + i]);

		if (s.some && (!best.some || s.cost < best.cost))
			best = s;
	}
	return best;
}

static struct set together(struct builder *b, const struct node *n)
{
	struct set sum = { .some = true };
	struct set *each = must_alloc(n->count * sizeof(*each));
	uint32_t total = 0;

	for (uint32_t i = 0; i < n->count && sum.some; i++) {
		each[i] = choose(b, b->p->members[n->first + i]);
		sum.some = each[i].some;
		sum.cost += each[i].cost;
		total += each[i].count;
	}
	sum.list = sum.some ? arena_many(b->p->mem, total + 1, sizeof(*sum.list)) : NULL;
	for (uint32_t i = 0; i < n->count && sum.some; i++) {
		memcpy(sum.list + sum.count, each[i].list, each[i].count * sizeof(*sum.list));
		sum.count += each[i].count;
	}
	free(each);
	return sum;
}

static struct set choose(struct builder *b, uint32_t node)
{
	const struct node *n = &b->p->nodes[node];
	struct set s = { 0 };

	switch (n->kind) {
	case NODE_AND:
		return cheapest(b, n);
	case NODE_OR:
	case NODE_COUNT:
		return together(b, n);
	case NODE_NOT:
		return s;
	default:
		break;
	}
	if (!b->parts[n->first].text)
		return s;
	s.list = arena_take(b->p->mem, sizeof(*s.list));
	s.list[0] = n->first;
	s.count = 1;
	s.cost = b->parts[n->first].cost;
	s.some = true;
	return s;
}

/* Rule numbers by predicate, counted first and then filled in. */
static void make_literals(struct builder *b, const struct set *chosen)
{
	struct program *p = b->p;
	uint32_t *number = must_alloc((p->predicate_count + 1) * sizeof(*number)), total = 0;

	p->literals = must_alloc((p->predicate_count + 1) * sizeof(*p->literals));
	for (uint32_t r = 0; r < p->rule_count; r++)
		for (uint32_t i = 0; i < chosen[r].count; i++) {
			uint32_t x = chosen[r].list[i];
			const struct part *part = &b->parts[x];
			struct literal *l;

			if (!number[x]) {
				number[x] = ++p->literal_count;
				p->literals[number[x]] = (struct literal){ part->text,
									   part->len,
									   part->offset,
									   part->gram,
									   p->predicates[x].field,
									   0,
									   0,
									   0 };
			}
			l = &p->literals[number[x]];
			l->rule_count++;
			total++;
		}
	p->waiting = must_alloc((total + 1) * sizeof(*p->waiting));
	total = 0;
	for (uint32_t i = 1; i <= p->literal_count; i++) {
		p->literals[i].first_rule = total;
		total += p->literals[i].rule_count;
		p->literals[i].rule_count = 0;
	}
	for (uint32_t r = 0; r < p->rule_count; r++)
		for (uint32_t i = 0; i < chosen[r].count; i++) {
			struct literal *l = &p->literals[number[chosen[r].list[i]]];

			p->waiting[l->first_rule + l->rule_count++] = r;
		}
	free(number);
}

static void make_tables(struct program *p)
{
	p->gram_heads = must_alloc(sizeof(uint32_t) << GRAM_BUCKETS);
	p->gram_bits = must_alloc((size_t)1 << (GRAM_BITS - 3));
	for (uint32_t i = 1; i <= p->literal_count; i++) {
		struct literal *l = &p->literals[i];
		uint32_t h = gram_hash(l->gram, l->field), bit = h >> (32 - GRAM_BITS);
		uint32_t *head = &p->gram_heads[h >> (32 - GRAM_BUCKETS)];

		p->gram_bits[bit / 64] |= UINT64_C(1) << bit % 64;
		l->next = *head;
		*head = i;
	}
}

void witness_build(struct program *p)
{
	struct builder b = { p, must_alloc((p->predicate_count + 1) * sizeof(struct part)),
			     must_alloc(sizeof(uint32_t) << COMMON_BITS) };
	struct set *chosen = must_alloc((p->rule_count + 1) * sizeof(*chosen));

	for (uint32_t r = 0; r < p->rule_count; r++)
		if (!p->rules[r].rule->correlation)
			count_uses(p, p->rules[r].root);
	for (uint32_t i = 0; i < p->predicate_count; i++)
		make_part(&b, &p->predicates[i], &b.parts[i]);
	for (uint32_t i = 0; i < p->predicate_count; i++)
		weigh(&b, &p->predicates[i], &b.parts[i]);
	for (uint32_t r = 0; r < p->rule_count; r++) {
		if (p->rules[r].rule->correlation)
			continue;
		chosen[r] = choose(&b, p->rules[r].root);
		p->rules[r].always = !chosen[r].some;
		if (!chosen[r].some)
			chosen[r].count = 0;
	}
	make_literals(&b, chosen);
	make_tables(p);
	free(b.parts);
	free(b.common);
	free(chosen);
}
