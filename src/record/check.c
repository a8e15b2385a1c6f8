#include "record/check.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "record/chain.h"
#include "record/erasure.h"
#include "seal/salt.h"

struct check {
	struct verdict *verdict;
	struct verdict_log *log;
	enum record_space space;
	const char *origin;
	size_t origin_len;
	bool whole;

	struct merkle tree; /* of the whole */
	uint64_t next_seq;
	int64_t last_act, last_at;
	struct chains *chains;
	struct erasures *erasures;

	/* The entry whose parts are coming. */
	struct leaf leaf;
	struct doc doc;
	bool has_doc;
	int64_t next_part;
};

struct check *check_new(struct verdict *verdict, enum record_space space, const char *origin, bool whole)
{
	struct check *check = must_alloc(sizeof(*check));

	check->verdict = verdict;
	check->log = &verdict->logs[space - 1];
	check->space = space;
	check->origin = origin;
	check->origin_len = strlen(origin);
	check->whole = whole;
	check->chains = chains_new();
	check->erasures = erasures_new();
	return check;
}

void check_free(struct check *check)
{
	if (!check)
		return;
	chains_free(check->chains);
	erasures_free(check->erasures);
	free(check);
}

const struct merkle *check_tree(const struct check *check) { return &check->tree; }

static int64_t seq_of(const struct check *check) { return (int64_t)check->leaf.seq; }

static void check_place(struct check *c, uint64_t seq)
{
	bool follows = c->whole ? seq == c->next_seq : seq >= c->next_seq;

	if (!follows)
		verdict_add(c->verdict, FOUND_SEQ, c->space, (int64_t)seq,
			    "entry %" PRIu64 " was to come here", c->next_seq);
	c->next_seq = seq + 1;
}

static void check_order(struct check *c, const struct leaf *leaf)
{
	if (leaf->act < c->last_act)
		verdict_add(c->verdict, FOUND_ACT, c->space, (int64_t)leaf->seq,
			    "act %" PRId64 " after act %" PRId64, leaf->act, c->last_act);
	c->last_act = leaf->act;
	c->last_at = leaf->at;
}

static bool is_opening(const struct leaf *leaf)
{
	return leaf->type.len == 8 && !memcmp(leaf->type.text, "log.open", 8) && leaf->object == 0 &&
	       leaf->kind.len == 5 && !memcmp(leaf->kind.text, "house", 5);
}

static void check_chain(struct check *c, const struct leaf *leaf, const unsigned char hash[static DIGEST_LEN])
{
	switch (chains_follow(c->chains, leaf, hash, c->whole)) {
	case CHAIN_GOOD:
		return;
	case CHAIN_KIND:
		verdict_add(c->verdict, FOUND_KIND, c->space, (int64_t)leaf->seq, "%.*s:%" PRId64,
			    (int)leaf->kind.len, leaf->kind.text, leaf->object);
		return;
	case CHAIN_BROKEN:
		verdict_add(c->verdict, FOUND_CHAIN, c->space, (int64_t)leaf->seq,
			    "%.*s:%" PRId64 ", its entry %" PRIu64, (int)leaf->kind.len, leaf->kind.text,
			    leaf->object, leaf->oseq);
	}
}

bool check_entry(struct check *c, uint64_t seq, const char *bytes, size_t len, struct leaf *leaf,
		 unsigned char hash[static DIGEST_LEN])
{
	c->log->entries++;
	check_place(c, seq);
	merkle_leaf(bytes, len, hash);
	if (c->whole)
		merkle_append(&c->tree, hash);
	c->has_doc = false;
	c->next_part = 0;
	if (!leaf_read(bytes, len, leaf)) {
		verdict_add(c->verdict, FOUND_LEAF_FORM, c->space, (int64_t)seq, "%.*s",
			    (int)(len > 120 ? 120 : len), bytes);
		return false;
	}
	c->leaf = *leaf;
	if (leaf->seq != seq)
		verdict_add(c->verdict, FOUND_SEQ, c->space, (int64_t)seq,
			    "the entry says that it is %" PRIu64, leaf->seq);
	if (leaf->origin.len != c->origin_len || memcmp(leaf->origin.text, c->origin, c->origin_len))
		verdict_add(c->verdict, FOUND_LEAF_ORIGIN, c->space, (int64_t)seq, "'%.*s'",
			    (int)leaf->origin.len, leaf->origin.text);
	if (seq == 0 && !is_opening(leaf))
		verdict_add(c->verdict, FOUND_OPEN, c->space, 0, "its type is %.*s", (int)leaf->type.len,
			    leaf->type.text);
	check_order(c, leaf);
	check_chain(c, leaf, hash);
	return true;
}

static bool commits(const struct check_part *part, const unsigned char commitment[static DIGEST_LEN])
{
	unsigned char hash[DIGEST_LEN];

	if (!part->salt || part->salt_len != SALT_LEN || !part->bytes)
		return false;
	digest_of_two(part->salt, SALT_LEN, part->bytes, part->len, hash);
	return !memcmp(hash, commitment, DIGEST_LEN);
}

static bool erases(const struct leaf *leaf)
{
	return leaf->type.len == 12 && !memcmp(leaf->type.text, "record.erase", 12);
}

static void check_doc(struct check *c, const struct check_part *part)
{
	if (!part->bytes || !part->salt) {
		verdict_add(c->verdict, FOUND_PAYLOAD_MISSING, c->space, seq_of(c), "part 0");
		return;
	}
	if (part->len != c->leaf.pay_len || !commits(part, c->leaf.pay) || part->erased >= 0)
		verdict_add(c->verdict, FOUND_PAYLOAD, c->space, seq_of(c), "part 0, %zu bytes", part->len);
	c->has_doc = doc_read(part->bytes, part->len, &c->doc);
	if (!c->has_doc) {
		verdict_add(c->verdict, FOUND_PAYLOAD_FORM, c->space, seq_of(c), "part 0, %zu bytes",
			    part->len);
		return;
	}
	if (c->doc.texts)
		erasures_entry(c->erasures, c->leaf.seq, c->doc.texts);
	if (c->doc.erases && erases(&c->leaf))
		erasures_order(c->erasures, c->leaf.seq, c->doc.erase_seq, c->doc.erase_part);
	if (c->leaf.seq == 0) {
		if (c->doc.given_time < 0)
			verdict_add(c->verdict, FOUND_OPEN, c->space, 0,
				    "it does not say whether time is given");
		c->log->given_time = c->doc.given_time == 1;
	}
}

static void check_text(struct check *c, const struct check_part *part)
{
	int64_t seq = seq_of(c);

	c->log->texts++;
	if (part->withheld) {
		c->log->withheld++;
		erasures_gone(c->erasures, c->leaf.seq, (uint64_t)part->part, -1);
		verdict_add(c->verdict, FOUND_TEXT_WITHHELD, c->space, seq, "text %" PRId64, part->part);
	} else if (!part->bytes && !part->salt && part->erased >= 0) {
		c->log->erased++;
		erasures_gone(c->erasures, c->leaf.seq, (uint64_t)part->part, part->erased);
		verdict_add(c->verdict, FOUND_TEXT_ERASED, c->space, seq,
			    "text %" PRId64 ", by entry %" PRId64, part->part, part->erased);
	} else if (!commits(part, c->doc.sd[part->part - 1]) || part->erased >= 0) {
		verdict_add(c->verdict, FOUND_TEXT, c->space, seq, "text %" PRId64, part->part);
	}
}

void check_part(struct check *c, const struct check_part *part)
{
	if (part->part == 0 && c->next_part == 0) {
		c->next_part = 1;
		check_doc(c, part);
		return;
	}
	/* Of a document that cannot be read nobody knows what it refers to. */
	if (c->next_part && !c->has_doc)
		return;
	if (!c->has_doc || part->part < c->next_part || part->part > (int64_t)c->doc.texts) {
		verdict_add(c->verdict, FOUND_PAYLOAD_STRAY, c->space, seq_of(c), "part %" PRId64,
			    part->part);
		return;
	}
	for (; c->next_part < part->part; c->next_part++)
		verdict_add(c->verdict, FOUND_TEXT_MISSING, c->space, seq_of(c), "text %" PRId64,
			    c->next_part);
	c->next_part++;
	check_text(c, part);
}

void check_parts_end(struct check *c)
{
	if (!c->next_part)
		verdict_add(c->verdict, FOUND_PAYLOAD_MISSING, c->space, seq_of(c), "part 0");
	if (c->has_doc)
		for (; c->next_part <= (int64_t)c->doc.texts; c->next_part++)
			verdict_add(c->verdict, FOUND_TEXT_MISSING, c->space, seq_of(c), "text %" PRId64,
				    c->next_part);
}

void check_expect(struct check *c, struct expect *expect)
{
	if (expect_next(expect) <= c->tree.size)
		expect_meet(expect, &c->tree, c->last_at);
}

void check_object(struct check *c, const char *obj, uint64_t entries)
{
	chains_claim(c->chains, obj, entries);
}

static void tell_unnamed(void *context, uint64_t seq, uint64_t part, int64_t by)
{
	struct check *c = context;

	verdict_add(c->verdict, FOUND_ERASE_UNNAMED, c->space, (int64_t)seq,
		    "text %" PRIu64 "; entry %" PRId64 " does not erase it", part, by);
}

static void tell_undone(void *context, uint64_t seq, uint64_t part, int64_t by)
{
	struct check *c = context;

	verdict_add(c->verdict, FOUND_ERASE_UNDONE, c->space, (int64_t)seq,
		    "text %" PRIu64 ", erased by entry %" PRId64, part, by);
}

static void tell_claim(void *context, const char *obj, uint64_t claimed, uint64_t found)
{
	struct check *c = context;

	c->verdict->objects++;
	if (!found)
		verdict_add(c->verdict, FOUND_OBJECT_MISSING, c->space, -1, "%.80s", obj);
	else if (found != claimed)
		verdict_add(c->verdict, FOUND_OBJECT, c->space, -1,
			    "%.80s: %" PRIu64 " entries, the manifest says %" PRIu64, obj, found, claimed);
}

void check_end(struct check *c)
{
	erasures_settle(c->erasures, tell_unnamed, tell_undone, c);
	chains_settle(c->chains, tell_claim, c);
}
