#include <stdlib.h>
#include <string.h>

#include "detect/engine/fold.h"
#include "detect/engine/program.h"
#include "detect/engine/regex.h"

/*
 * witness -- for each rule, a few predicates of which one must hold.
 *
 * A conjunction needs any one of its members, so the rarest is taken; a
 * disjunction needs all of its members' together; a negation gives none. Rare
 * is guessed: from how many rules ask for it, from how often its letters stand
 * in what rules ask for, and from a list of what stands in every log.
 */

/* What events are full of; a text made of it is waited for in vain. */
static const char *const everyday[] = {
	"c:\\windows\\system32\\",
	"c:\\windows\\syswow64\\",
	"\\windows\\",
	"\\system32\\",
	"c:\\program files (x86)\\",
	"c:\\program files\\",
	"c:\\programdata\\",
	"c:\\users\\",
	"\\appdata\\local\\temp\\",
	"\\appdata\\roaming\\",
	"\\microsoft\\",
	"microsoft corporation",
	"microsoft windows",
	"windows nt\\currentversion",
	"\\currentversion\\",
	"\\software\\",
	"hklm\\system\\currentcontrolset\\services\\",
	"hklm\\software\\",
	"\\registry\\machine\\",
	"nt authority\\system",
	"powershell.exe",
	"cmd.exe",
	"svchost.exe",
	"explorer.exe",
	"windowspowershell\\v1.0\\",
	"kernel32.dll",
	"ntdll.dll",
	"kernelbase.dll",
	".exe\" ",
	".dll",
	"http://",
	"https://",
	"function ",
	"param(",
	"system.management.automation",
	"-command ",
	"sha256=",
	"md5=",
	"imphash=",
	"00000000",
	"0x0000",
	"commandinvocation",
	"parameterbinding",
};

enum { COMMON_BITS = 18, EVERYDAY = 400, DIGITS = 200, BRIEF = 20 };

struct builder {
	struct program *p;
	uint32_t *common; /* how often a hashed gram occurs in all literals */
};

static uint32_t *common_gram(const struct builder *b, const char *text)
{
	uint32_t gram;

	memcpy(&gram, text, GRAM);
	return &b->common[gram * 0x85EBCA6Bu >> (32 - COMMON_BITS)];
}

/* ---- the literal of a predicate ------------------------------------------- */

static const char *lower(struct arena *mem, const char *text, size_t len)
{
	char *copy = arena_copy_bytes(mem, text, len);

	for (size_t i = 0; i < len; i++)
		copy[i] = fold_byte(copy[i]);
	return copy;
}

/* The longest run of a glob that has no wildcard; at its ends it is anchored. */
static struct literal of_glob(const struct predicate *x)
{
	struct literal best = { .anchor = ANCHOR_INSIDE };
	size_t start = 0;

	for (size_t i = 0; i <= x->len; i++) {
		const size_t len = i - start;

		if (i < x->len && x->wild[i] == WILD_NONE)
			continue;
		if (len > best.len) {
			best.text = x->text + start;
			best.len = (uint32_t)len;
			best.anchor = !start ? ANCHOR_START : i == x->len ? ANCHOR_END : ANCHOR_INSIDE;
		}
		start = i + 1;
	}
	return best;
}

static struct literal literal_of(struct arena *mem, const struct predicate *x)
{
	static const enum anchor anchors[] = { [MATCH_EQUALS] = ANCHOR_WHOLE,
					       [MATCH_STARTS] = ANCHOR_START,
					       [MATCH_ENDS] = ANCHOR_END,
					       [MATCH_CONTAINS] = ANCHOR_INSIDE };
	struct literal l = { .text = x->text, .len = (uint32_t)x->len };

	if (x->op <= MATCH_CONTAINS) {
		l.anchor = (uint8_t)anchors[x->op];
		l.decides = !x->cased;
	} else if (x->op == MATCH_GLOB) {
		l = of_glob(x);
	} else if (x->op == MATCH_REGEX) {
		l = (struct literal){ .anchor = ANCHOR_INSIDE };
		l.text = regex_must_have(mem, x->text, x->len, x->regex_flags, &l.len);
	} else {
		l.text = NULL;
	}
	/* An empty text is everywhere. */
	if (l.text && l.anchor != ANCHOR_WHOLE && !l.len)
		l.text = NULL;
	if (l.text)
		l.text = lower(mem, l.text, l.len);
	return l;
}

static void count_grams(const struct builder *b, const struct literal *l)
{
	for (uint32_t i = 0; l->text && i + GRAM <= l->len; i++)
		++*common_gram(b, l->text + i);
}

static void count_everyday(const struct builder *b)
{
	for (size_t i = 0; i < sizeof(everyday) / sizeof(*everyday); i++)
		for (size_t k = 0; k + GRAM <= strlen(everyday[i]); k++)
			*common_gram(b, everyday[i] + k) += EVERYDAY;
}

/* Where its rarest bytes are, and what it costs to wait for it. A text of
 * digits is a number that many events carry. */
static void weigh(const struct builder *b, const struct predicate *x, struct literal *l)
{
	uint32_t least = EVERYDAY;

	for (uint32_t i = 0; i + GRAM <= l->len; i++) {
		const uint32_t n = *common_gram(b, l->text + i);

		if (i && n >= least)
			continue;
		least = n;
		l->rare = i;
	}
	l->cost =
		1.0F + 2.0F * (float)x->uses + (float)least + (l->len < 6 ? BRIEF * (float)(6 - l->len) : 0);
	if (x->op == MATCH_EQUALS && strspn(x->text, "0123456789") == x->len)
		l->cost += DIGITS;
}

/* ---- the witnesses of a rule ---------------------------------------------- */

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

struct choosing {
	const struct program *program;
	const float *costs; /* by predicate; NULL: as the literals have it */
	struct arena *mem;
};

static struct witnesses choose(const struct choosing *c, uint32_t node);

static struct witnesses cheapest(const struct choosing *c, const struct node *n)
{
	struct witnesses best = { 0 };

	for (uint32_t i = 0; i < n->count; i++) {
		struct witnesses s = choose(c, c->program->members[n->first + i]);

		if (s.some && (!best.some || s.cost < best.cost))
			best = s;
	}
	return best;
}

static struct witnesses together(const struct choosing *c, const struct node *n)
{
	struct witnesses sum = { .some = true };
	struct witnesses *each = must_alloc((n->count + 1) * sizeof(*each));
	uint32_t total = 0;

	for (uint32_t i = 0; i < n->count && sum.some; i++) {
		each[i] = choose(c, c->program->members[n->first + i]);
		sum.some = each[i].some;
		sum.cost += each[i].cost;
		total += each[i].count;
	}
	sum.list = sum.some ? arena_many(c->mem, total + 1, sizeof(*sum.list)) : NULL;
	for (uint32_t i = 0; i < n->count && sum.some; i++) {
		memcpy(sum.list + sum.count, each[i].list, each[i].count * sizeof(*sum.list));
		sum.count += each[i].count;
	}
	free(each);
	return sum;
}

static struct witnesses choose(const struct choosing *c, uint32_t node)
{
	const struct node *n = &c->program->nodes[node];
	struct witnesses s = { 0 };

	switch (n->kind) {
	case NODE_AND:
		return cheapest(c, n);
	case NODE_OR:
	case NODE_COUNT:
		return together(c, n);
	case NODE_NOT:
		return s;
	default:
		break;
	}
	if (!c->program->literals[n->first].text)
		return s;
	s.list = arena_take(c->mem, sizeof(*s.list));
	s.list[0] = n->first;
	s.count = 1;
	s.cost = c->costs ? c->costs[n->first] : c->program->literals[n->first].cost;
	s.some = true;
	return s;
}

struct witnesses witness_choose(const struct program *p, const float *costs, uint32_t node, struct arena *mem)
{
	return choose(&(struct choosing){ p, costs, mem }, node);
}

static void find_literals(struct builder *b)
{
	struct program *p = b->p;

	p->literals = must_alloc((p->predicate_count + 1) * sizeof(*p->literals));
	count_everyday(b);
	for (uint32_t i = 0; i < p->predicate_count; i++) {
		p->literals[i] = literal_of(p->mem, &p->predicates[i]);
		count_grams(b, &p->literals[i]);
	}
	for (uint32_t i = 0; i < p->predicate_count; i++)
		if (p->literals[i].text)
			weigh(b, &p->predicates[i], &p->literals[i]);
}

void witness_build(struct program *p)
{
	struct builder b = { p, must_alloc(sizeof(uint32_t) << COMMON_BITS) };

	for (uint32_t i = 0; i < p->rule_count; i++)
		if (!p->rules[i].rule->correlation)
			count_uses(p, p->rules[i].root);
	find_literals(&b);
	for (uint32_t i = 0; i < p->rule_count; i++) {
		struct compiled *c = &p->rules[i];

		if (!c->rule->correlation)
			c->witnesses = witness_choose(p, NULL, c->root, p->mem);
	}
	free(b.common);
}
