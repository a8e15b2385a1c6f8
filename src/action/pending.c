/* Moves that want two persons, or several signatures: proposals that stand until they are made. */

#include "action/action_private.h"

#include <string.h>

/* ---- rows ----------------------------------------------------------------- */

static json_t *stored(struct deed *deed, const struct object *object, struct fault *why)
{
	json_t *list = json_array();
	struct rows *rows;

	if (object->fresh ||
	    store_query(deed->house->store,
			"SELECT id, move, version, input, signers, opened_at, state FROM proposals"
			" WHERE object = $1 AND state = 'open' ORDER BY id",
			VALUES(value_int(object->id)), &rows, why) < 0)
		return list;
	while (rows_next(rows, why) == 1)
		json_array_append_new(
			list,
			json_pack("{s:I, s:s, s:I, s:o, s:o, s:I, s:s}", "id", (json_int_t)rows_int(rows, 0),
				  "move", rows_text(rows, 1, NULL), "version", (json_int_t)rows_int(rows, 2),
				  "input", json_loads(rows_text(rows, 3, NULL), 0, NULL), "signers",
				  json_loads(rows_text(rows, 4, NULL), 0, NULL), "opened",
				  (json_int_t)rows_int(rows, 5), "state", rows_text(rows, 6, NULL)));
	rows_close(rows);
	return list;
}

/* Open proposals of a record as this deed sees them; new reference. */
json_t *pending_open(struct deed *deed, struct object *object)
{
	json_t *list = json_array(), *all, *changed = json_object_get(object->change, "proposals"), *row,
	       *later;
	struct fault why;
	size_t i, k;

	all = stored(deed, object, &why);
	json_array_extend(all, changed);
	json_array_foreach(all, i, row) {
		bool last = !strcmp(json_string_value(json_object_get(row, "state")), "open");

		for (k = i + 1; last && k < json_array_size(all); k++) {
			later = json_array_get(all, k);
			last = json_integer_value(json_object_get(later, "id")) !=
			       json_integer_value(json_object_get(row, "id"));
		}
		if (last)
			json_array_append(list, row);
	}
	json_decref(all);
	return list;
}

static json_t *open_for(struct deed *deed, struct object *object, const struct move *move)
{
	json_t *list = pending_open(deed, object), *row, *found = NULL;
	size_t i;

	json_array_foreach(list, i, row)
		if (!strcmp(json_string_value(json_object_get(row, "move")), move->name))
			found = row;
	json_incref(found);
	json_decref(list);
	return found;
}

static void put(struct deed *deed, struct object *object, json_t *row, const char *state)
{
	json_t *copy = json_copy(row);

	json_object_set_new(copy, "state", json_string(state));
	change_row(deed, object, "proposals", copy);
}

static json_t *fresh_row(struct deed *deed, struct object *object, const struct move *move, json_t *input,
			 size_t slots)
{
	json_t *signers = json_array();

	for (size_t i = 0; i < slots; i++)
		json_array_append_new(signers, json_integer(0));
	return json_pack("{s:I, s:s, s:I, s:O, s:o, s:I, s:s}", "id",
			 (json_int_t)deed->house->next_proposal++, "move", move->name, "version",
			 (json_int_t)object->version, "input", input, "signers", signers, "opened",
			 (json_int_t)deed->now, "state", "open");
}

static int64_t signer(const json_t *row, size_t slot)
{
	return json_integer_value(json_array_get(json_object_get(row, "signers"), slot));
}

static json_t *roles_waited(const struct names *roles)
{
	json_t *list = json_array();

	for (size_t i = 0; i < roles->count; i++)
		json_array_append_new(list, json_string(roles->at[i]));
	return list;
}

static void waits(struct deed *deed, const json_t *row, const struct names *roles)
{
	json_decref(deed->pending);
	deed->pending =
		json_pack("{s:O, s:s, s:o}", "proposal", json_object_get(row, "id"), "move",
			  json_string_value(json_object_get(row, "move")), "waits_for", roles_waited(roles));
}

/* ---- two persons ---------------------------------------------------------- */

static void merge_input(json_t *row, json_t **input)
{
	json_t *merged = json_copy(json_object_get(row, "input"));

	json_object_update(merged, *input);
	json_decref(*input);
	*input = merged;
}

/* Who confirms or signs decides about what was put before both; a reason of
 * one's own may be added, nothing else. */
static bool as_proposed(struct deed *deed, struct object *object, const json_t *row, json_t *input)
{
	json_t *proposed = json_object_get(row, "input"), *value;
	const char *name;
	bool same = true;

	json_object_foreach(input, name, value) {
		const struct field *field = kind_field(object->kind, name);
		const json_t *first = json_object_get(proposed, name);

		if (!first && field)
			first = json_object_get(object->body, name);
		if (!strcmp(name, "reason") || (first && json_equal(first, value)))
			continue;
		refuse(deed, "N15", "与所提内容不一致；不同意见须另行提出",
		       "it is not what was proposed; whoever wants something else proposes that", name);
		same = false;
	}
	return same;
}

static void propose(struct deed *deed, struct object *object, const struct move *move,
		    const struct branch *branch, json_t *input, json_t *old)
{
	json_t *row = fresh_row(deed, object, move, input, 1);

	if (old)
		put(deed, object, old, "replaced");
	json_array_set_new(json_object_get(row, "signers"), 0, json_integer(deed->staff->person));
	put(deed, object, row, "open");
	waits(deed, row, &branch->confirm);
	json_decref(row);
}

static int settle_two(struct deed *deed, struct object *object, const struct move *move,
		      const struct branch *branch, json_t **input, enum pending *out)
{
	json_t *old = open_for(deed, object, move), *how = NULL;
	bool confirms = staff_holds_any(deed, object, &branch->confirm, &deed->authority);
	bool proposes = staff_holds_any(deed, object, &branch->roles, &how);

	*out = PENDING_GO;
	if (old && confirms && signer(old, 0) != deed->staff->person) {
		if (as_proposed(deed, object, old, *input)) {
			deed->proposer = signer(old, 0);
			merge_input(old, input);
			put(deed, object, old, "done");
		}
	} else if (old && confirms) {
		refuse(deed, "N15", "提出人不得自行确认，须由另一人确认",
		       "who proposed it may not confirm it; another person must", NULL);
	} else if (old && proposes && !json_object_size(*input)) {
		/* Who adds nothing to a proposal means to confirm it. */
		refuse(deed, "N15", "已由本方提出，须由有权者确认",
		       "it is proposed already; who may only propose does not confirm it", NULL);
	} else if (proposes) {
		json_decref(deed->authority);
		deed->authority = json_incref(how);
		propose(deed, object, move, branch, *input, old);
		*out = PENDING_WAITS;
	} else if (confirms) {
		refuse(deed, "N15", "须由另一人先行提出", "another person must propose it first", NULL);
	} else {
		json_decref(old);
		json_decref(how);
		return 1;
	}
	json_decref(old);
	json_decref(how);
	return 0;
}

/* ---- several signatures --------------------------------------------------- */

static size_t free_slot(struct deed *deed, struct object *object, const struct branch *branch,
			const json_t *row)
{
	for (size_t i = 0; i < branch->signer_count; i++)
		if (!signer(row, i) && staff_holds_any(deed, object, &branch->signers[i], &deed->authority))
			return i;
	return branch->signer_count;
}

static bool has_signed(struct deed *deed, const struct branch *branch, const json_t *row)
{
	for (size_t i = 0; i < branch->signer_count; i++)
		if (signer(row, i) == deed->staff->person)
			return true;
	return false;
}

static bool could_sign(struct deed *deed, struct object *object, const struct branch *branch)
{
	for (size_t i = 0; i < branch->signer_count; i++)
		if (staff_holds_any(deed, object, &branch->signers[i], NULL))
			return true;
	return false;
}

static enum pending sign(struct deed *deed, struct object *object, const struct branch *branch, json_t *row,
			 size_t slot)
{
	json_t *signers = json_copy(json_object_get(row, "signers"));

	json_array_set_new(signers, slot, json_integer(deed->staff->person));
	json_object_set_new(row, "signers", signers);
	for (size_t i = 0; i < branch->signer_count; i++)
		if (!signer(row, i)) {
			put(deed, object, row, "open");
			waits(deed, row, &branch->signers[i]);
			return PENDING_WAITS;
		}
	/* The first signer stands for who proposed it. */
	deed->proposer = signer(row, slot ? 0 : branch->signer_count - 1);
	put(deed, object, row, "done");
	return PENDING_GO;
}

static int settle_sign(struct deed *deed, struct object *object, const struct move *move,
		       const struct branch *branch, json_t **input, enum pending *out)
{
	json_t *old = open_for(deed, object, move), *row;
	size_t slot;

	*out = PENDING_GO;
	if (!could_sign(deed, object, branch)) {
		json_decref(old);
		return 1;
	}
	row = old ? json_copy(old) : fresh_row(deed, object, move, *input, branch->signer_count);
	json_decref(old);
	if (has_signed(deed, branch, row)) {
		refuse(deed, "N15", "须由不同的人签署", "the signatures must be of different persons", NULL);
	} else if ((slot = free_slot(deed, object, branch, row)) == branch->signer_count) {
		refuse(deed, "N15", "该签署已由他人完成，尚缺另一方签署",
		       "that signature is given; the other side's is wanted", NULL);
	} else if (as_proposed(deed, object, row, *input)) {
		merge_input(row, input);
		json_object_set(row, "input", *input);
		*out = sign(deed, object, branch, row, slot);
	}
	json_decref(row);
	return 0;
}

/* 0: settled (or refused with something missing); 1: the actor has no part in it. */
int pending_settle(struct deed *deed, struct object *object, const struct move *move,
		   const struct branch *branch, json_t **input, enum pending *out, struct fault *why)
{
	(void)why;
	if (branch->form == WHO_TWO)
		return settle_two(deed, object, move, branch, input, out);
	if (branch->form == WHO_SIGN)
		return settle_sign(deed, object, move, branch, input, out);
	*out = PENDING_GO;
	return !staff_holds_any(deed, object, &branch->roles, &deed->authority);
}

/* ---- the end of a proposal ------------------------------------------------ */

/* What can no longer be made lapses. */
int pending_lapse(struct deed *deed, struct object *object, struct fault *why)
{
	json_t *list = pending_open(deed, object), *row;
	size_t i;

	(void)why;
	json_array_foreach(list, i, row) {
		const struct move *move =
			kind_move(object->kind, json_string_value(json_object_get(row, "move")));

		if (!move || !move_from_here(object, move))
			put(deed, object, row, "lapsed");
	}
	json_decref(list);
	return 0;
}

int pending_void(struct deed *deed, struct object *object, struct fault *why)
{
	json_t *list = pending_open(deed, object), *row;
	size_t i;

	(void)why;
	json_array_foreach(list, i, row)
		put(deed, object, row, "void");
	json_decref(list);
	return 0;
}

int pending_take_back(struct deed *deed, struct object *object, int64_t proposal, struct fault *why)
{
	json_t *list = pending_open(deed, object), *row;
	bool found = false, mine = false;
	size_t i;

	json_array_foreach(list, i, row) {
		if (json_integer_value(json_object_get(row, "id")) != proposal)
			continue;
		found = true;
		for (size_t k = 0; k < json_array_size(json_object_get(row, "signers")); k++)
			mine |= signer(row, k) == deed->staff->person;
		if (mine) {
			change_of(deed, object, arena_text(deed->mem, "%s.withdraw", object->kind->name));
			put(deed, object, row, "withdrawn");
		}
	}
	json_decref(list);
	if (!found)
		return fault_say(why, FAULT_ABSENT, "%s has no open proposal %lld",
				 "%s 没有待定的第 %lld 号提议", object_name(deed, object),
				 (long long)proposal);
	if (!mine)
		refuse(deed, "N21", "只能撤回本人提出的提议", "only who proposed it may take it back", NULL);
	return 0;
}
