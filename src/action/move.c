/* The one trip: who may, what is missing, and then what the move does. */

#include "action/action_private.h"

#include <string.h>

#include "base/stamp.h"

enum { DEEPEST = 12 };

bool move_from_here(const struct object *subject, const struct move *move)
{
	const char *state;

	if (move->form != MOVE_CHANGE)
		return true;
	state = state_of(subject, move->region->name);
	for (size_t i = 0; state && i < move->from_count; i++)
		if (!strcmp(move->from[i]->name, state))
			return true;
	return false;
}

/* ---- what is read-only ---------------------------------------------------- */

static bool touches(const struct always *rule, const json_t *input)
{
	if (!rule->fields.count)
		return true;
	for (size_t i = 0; i < rule->fields.count; i++)
		if (json_object_get(input, rule->fields.at[i]))
			return true;
	return false;
}

static bool read_only(struct deed *deed, struct object *object, const json_t *input)
{
	for (size_t i = 0; i < object->kind->always_count; i++) {
		const struct always *rule = &object->kind->always[i];

		if (!rule->readonly || !touches(rule, input) ||
		    (rule->when && !guard_holds(deed, object, rule->when)))
			continue;
		refuse(deed, rule->refuse ? rule->refuse : "N09",
		       rule->say.zh ? rule->say.zh : "该记录不可更改",
		       rule->say.en ? rule->say.en : "the record may not be changed",
		       object_name(deed, object));
		return true;
	}
	return false;
}

/* What is about a sealed case from outside, and goes on after it. */
static const char *const outlives[] = { "addendum", "rectification", "revision", "post" };

/* A sealed case takes no more of what belongs to it. */
static bool closed_to(struct deed *deed, struct object *subject, const struct move *move)
{
	struct object *incident = move->form == MOVE_CREATE ? world_case(deed, subject) : NULL;

	for (size_t i = 0; i < sizeof(outlives) / sizeof(*outlives); i++)
		if (!strcmp(subject->kind->name, outlives[i]))
			return false;
	/* A warning may go on; what belongs to it belongs to the case only through it. */
	return incident && incident != subject && kind_field(subject->kind, "incident") &&
	       read_only(deed, incident, NULL);
}

/* ---- who ------------------------------------------------------------------ */

static const struct branch *branch_for(struct deed *deed, struct object *subject, const struct move *move)
{
	for (size_t i = 0; i < move->who_count; i++)
		if (!move->who[i].when || guard_holds(deed, subject, move->who[i].when))
			return &move->who[i];
	return NULL;
}

static bool names_lg(const struct branch *branch)
{
	for (size_t i = 0; i < branch->signer_count; i++)
		if (names_have(&branch->signers[i], "LG"))
			return true;
	return names_have(&branch->roles, "LG") || names_have(&branch->confirm, "LG");
}

/* Refused for want of a role: the move's own code where that is about who
 * acts, N01 where only or also the Leading Group decides, else out of scope. */
static const char *denial_code(const struct move *move, const struct branch *branch)
{
	static const char *const about_who[] = { "N01", "N11", "N22", "N26", "N45" };

	for (size_t i = 0; move->refuse && i < sizeof(about_who) / sizeof(*about_who); i++)
		if (!strcmp(move->refuse, about_who[i]))
			return move->refuse;
	return branch && names_lg(branch) ? "N01" : "N21";
}

static void deny(struct deed *deed, const struct move *move, const struct branch *branch)
{
	if (!branch)
		refuse(deed, "N21", "此步骤由系统自动执行", "this move is made by the system, not by hand",
		       move->name);
	else
		refuse(deed, denial_code(move, branch),
		       arena_text(deed->mem, "您的职责不能执行“%s”", move->label.zh),
		       arena_text(deed->mem, "none of your roles may '%s' here", move->label.en), NULL);
}

/* ---- what must stand ------------------------------------------------------ */

/* Does this value say what is wanted? A reason why nothing is known counts
 * only where the plan takes one. */
static bool stands(const json_t *value, const struct want *want)
{
	const json_t *reason = json_object_get(value, "unknown");

	if (!value || json_is_null(value))
		return false;
	if (!reason)
		reason = json_object_get(value, "none");
	if (json_is_object(value) && json_object_size(value) == 1 && reason)
		return want->otherwise != NULL;
	return !json_is_array(value) || json_array_size(value) > 0;
}

static void want_missing(struct deed *deed, const struct move *move, const struct want *want)
{
	const struct words *label = want->field ? &want->field->label : NULL;
	const char *code = move->refuse ? move->refuse : "N04";
	const char *zh = label ? label->zh : want->name, *en = label ? label->en : want->name;

	if (want->otherwise)
		refuse(deed, code, arena_text(deed->mem, "缺少：%s（或注明“%s”及理由）", zh, want->otherwise),
		       arena_text(deed->mem, "%s is missing (or \"%s\" with a reason)", en, want->otherwise),
		       want->name);
	else
		refuse(deed, code, arena_text(deed->mem, "缺少：%s", zh),
		       arena_text(deed->mem, "%s is missing", en), want->name);
}

static void ask_wants(struct deed *deed, const struct object *subject, const struct move *move)
{
	for (size_t i = 0; i < move->need_count; i++)
		if (!stands(json_object_get(subject->body, move->needs[i].name), &move->needs[i]))
			want_missing(deed, move, &move->needs[i]);
	/* What is to come with a move is asked of persons; a rule says nothing. */
	for (size_t i = 0; deed->staff && i < move->ask_count; i++)
		if (!move->asks[i].optional &&
		    !stands(json_object_get(deed->input, move->asks[i].name), &move->asks[i]))
			want_missing(deed, move, &move->asks[i]);
}

static void ask_all(struct deed *deed, struct object *subject, const struct move *move)
{
	ask_wants(deed, subject, move);
	register_ask(deed, subject, move);
	space_ask(deed, subject, deed->input);
	guards_ask(deed, subject, &move->conditions, move->refuse);
	if (deed->staff)
		guards_ask(deed, subject, &move->by, move->refuse);
}

static const char *states_of(struct deed *deed, const struct move *move)
{
	const char *list = "";

	for (size_t i = 0; i < move->from_count; i++)
		list = arena_text(deed->mem, "%s%s%s", list, i ? ", " : "", move->from[i]->name);
	return list;
}

static bool wrong_state(struct deed *deed, struct object *subject, const struct move *move)
{
	const char *state;
	const struct state *now;

	if (move_from_here(subject, move))
		return false;
	state = state_of(subject, move->region->name);
	now = region_state(move->region, state);
	refuse(deed, "N04",
	       arena_text(deed->mem, "当前为“%s”，不能执行“%s”", now ? now->label.zh : "?", move->label.zh),
	       arena_text(deed->mem, "it is '%s' by now; '%s' starts from '%s'", state ? state : "?",
			  move->name, states_of(deed, move)),
	       object_name(deed, subject));
	return true;
}

/* ---- carrying out --------------------------------------------------------- */

static void take_input(struct deed *deed, struct object *subject, json_t *input)
{
	const char *name;
	json_t *value;

	json_object_foreach(input, name, value) {
		const struct field *field = kind_field(subject->kind, name);

		if (field)
			change_field(deed, subject, field, json_incref(value));
	}
}

/* Inputs that are no fields of the record stand with the move itself. */
static json_t *spoken(const struct object *subject, json_t *input)
{
	json_t *said = json_object(), *value;
	const char *name;

	json_object_foreach(input, name, value) {
		const struct field *field = pack_input(subject->pack, name);

		if (kind_field(subject->kind, name))
			continue;
		if (json_is_string(value) && (!field || field->type == FIELD_TEXT))
			json_object_set_new(said, name, json_pack("{s:O}", "$", value));
		else
			json_object_set(said, name, value);
	}
	return said;
}

static json_t *list_of(const struct names *names)
{
	json_t *list = json_array();

	for (size_t i = 0; i < names->count; i++)
		json_array_append_new(list, json_string(names->at[i]));
	return list;
}

/* A move that carries a row for each of its states made only one of them. */
static json_t *rows_made(const struct move *move, const char *from)
{
	if (move->rows.count == move->from_count)
		for (size_t i = 0; from && i < move->from_count; i++)
			if (!strcmp(move->from[i]->name, from))
				return json_pack("[s]", move->rows.at[i]);
	return list_of(&move->rows);
}

/* CK17 of the plan measures from the act to its entry: beyond its length the
 * entry is late, which is said and never refused. */
static bool entered_late(const struct deed *deed, const struct object *subject)
{
	const struct clock_def *clock = pack_clock(subject->pack, "CK17");

	return clock && clock->length[0] > 0 && deed->now - deed->occurred_at > clock->length[0];
}

static void note_move(struct deed *deed, struct object *subject, const struct move *move, const char *from)
{
	json_t *row = json_pack("{s:s, s:o, s:o}", "move", move->name, "record", list_of(&move->record),
				"input", spoken(subject, deed->input));

	if (move->form == MOVE_CHANGE)
		json_object_update_new(row, json_pack("{s:s, s:s*, s:s}", "region", move->region->name,
						      "from", from, "to", move->to->name));
	if (move->rows.count)
		json_object_set_new(row, "rows", rows_made(move, from));
	if (deed->authority)
		json_object_set(row, "authority", deed->authority);
	if (deed->proposer)
		json_object_set_new(row, "proposer", json_integer(deed->proposer));
	if (entered_late(deed, subject))
		json_object_set_new(row, "late", json_true());
	change_row(deed, subject, "moves", row);
}

/* Who made the last move of each region: "proposer" in the guards of the next. */
static void note_actor(struct deed *deed, struct object *subject, const char *name)
{
	const char *member = arena_text(deed->mem, "by.%s", name);
	json_t *who = json_integer(deed->staff ? deed->staff->person : 0), *set;

	json_object_set(subject->body, member, who);
	set = json_object_get(change_of(deed, subject, NULL), "set");
	if (!set) {
		set = json_object();
		json_object_set_new(subject->change, "set", set);
	}
	json_object_set_new(set, member, who);
}

static int run_effects(struct deed *deed, struct object *subject, const struct move *move, struct fault *why)
{
	json_t *input = json_incref(deed->input);
	int ret = 0;

	for (size_t i = 0; ret == 0 && i < move->does_count; i++) {
		const struct effect_use *use = &move->does[i];
		const struct effect *effect = effect_named(use->name);

		if (!effect)
			ret = fault_set(why, FAULT_CORRUPT, "no effect '%s' in this program", use->name);
		else if (!use->when || guard_holds(deed, subject, use->when))
			ret = effect->run(deed, subject, use, why);
		deed->move = move;
		json_decref(deed->input);
		deed->input = json_incref(input);
	}
	json_decref(input);
	return ret;
}

static int carry_out(struct deed *deed, struct object *subject, const struct move *move, struct fault *why)
{
	const char *from =
		move->form == MOVE_CHANGE && !subject->fresh ? state_of(subject, move->region->name) : NULL;
	int ret;

	deed->begun = true;
	change_of(deed, subject, arena_text(deed->mem, "%s.%s", subject->kind->name, move->name));
	if (from)
		from = arena_copy(deed->mem, from);
	if (move->form == MOVE_CHANGE) {
		change_state(deed, subject, move->region, move->to);
		note_actor(deed, subject, move->region->name);
	} else {
		note_actor(deed, subject, move->form == MOVE_CREATE ? "create" : move->name);
	}
	if (move->form == MOVE_CREATE)
		change_number(deed, subject);
	note_move(deed, subject, move, from);
	if ((ret = clock_ops(deed, subject, move, why)) < 0 ||
	    (ret = run_effects(deed, subject, move, why)) < 0 ||
	    (ret = clock_lives(deed, subject, why)) < 0 || (ret = pending_lapse(deed, subject, why)) < 0)
		return ret;
	if (move->receipt)
		deed->received = subject;
	happen(deed, subject, move, NULL);
	return 0;
}

/* ---- deciding ------------------------------------------------------------- */

struct before {
	json_t *body, *change;
	const char *type;
};

/* A proposal changes nothing of its record yet: what was tried on is taken off. */
static struct before remember(struct object *subject)
{
	return (struct before){ json_copy(subject->body), json_deep_copy(subject->change), subject->type };
}

static void put_back(struct object *subject, struct before *before)
{
	json_t *proposals = json_incref(json_object_get(subject->change, "proposals"));

	json_decref(subject->body);
	json_decref(subject->change);
	subject->body = before->body;
	subject->change = before->change;
	subject->type = before->type;
	if (proposals) {
		if (!subject->change)
			subject->change = json_object();
		json_object_set(subject->change, "proposals", proposals);
	}
	json_decref(proposals);
}

/* Nobody decides on what is its own, whatever its role: that is said besides. */
static void ask_own_work(struct deed *deed, struct object *subject, const struct move *move)
{
	for (size_t i = 0; i < move->by.count; i++)
		if (move->by.at[i]->form == GUARD_OTHER_THAN &&
		    (!move->by.at[i]->when || guard_holds(deed, subject, move->by.at[i]->when)))
			guards_ask(deed, subject, &(struct guards){ &move->by.at[i], 1 }, move->refuse);
}

static int settle_who(struct deed *deed, struct object *subject, const struct move *move,
		      enum pending *pending, struct fault *why)
{
	const struct branch *branch = branch_for(deed, subject, move);
	int ret;

	*pending = PENDING_GO;
	if (!deed->staff)
		return 0;
	if (!branch) {
		deny(deed, move, NULL);
		return 0;
	}
	ret = pending_settle(deed, subject, move, branch, &deed->input, pending, why);
	if (ret == 1) {
		deny(deed, move, branch);
		ask_own_work(deed, subject, move);
	}
	return ret < 0 ? ret : 0;
}

static int wait_for_others(struct deed *deed, struct object *subject, const struct move *move,
			   struct before *before)
{
	put_back(subject, before);
	change_of(deed, subject, arena_text(deed->mem, "%s.%s.proposed", subject->kind->name, move->name));
	change_row(deed, subject, "moves",
		   json_pack("{s:s, s:b, s:o, s:O*}", "move", move->name, "proposed", 1, "input",
			     json_object(), "authority", deed->authority));
	return 0;
}

/* What is about a system of a case is of that case, said or not. */
static void put_into_case(struct deed *deed, struct object *subject)
{
	const struct field *field = kind_field(subject->kind, "incident");
	struct object *incident;

	if (field && !json_object_get(subject->body, "incident") &&
	    json_object_get(subject->body, "affected_system") && (incident = world_case(deed, subject)))
		change_field(deed, subject, field, json_integer(incident->id));
}

static int decide(struct deed *deed, struct object *subject, const struct move *move, struct fault *why)
{
	struct before before;
	enum pending pending;
	int ret;

	/* What an act carries along is asked as things stood before it. */
	if ((deed->depth == 1 && !deed->begun && read_only(deed, subject, deed->input)) ||
	    wrong_state(deed, subject, move))
		return 0;
	before = remember(subject);
	if (subject->fresh) {
		take_input(deed, subject, deed->input);
		put_into_case(deed, subject);
	}
	if ((ret = settle_who(deed, subject, move, &pending, why)) < 0 || deed->missing)
		goto out;
	take_input(deed, subject, deed->input);
	register_given(deed, subject, move);
	if (deed->depth == 1 && !deed->begun && closed_to(deed, subject, move))
		goto out;
	ask_all(deed, subject, move);
	if (!deed->missing && pending == PENDING_WAITS && subject->fresh)
		ret = fault_set(why, FAULT_CORRUPT, "a %s cannot wait for a second person before it is there",
				subject->kind->name);
	else if (!deed->missing && pending == PENDING_WAITS)
		return wait_for_others(deed, subject, move, &before);
	else if (!deed->missing)
		ret = carry_out(deed, subject, move, why);
out:
	json_decref(before.body);
	json_decref(before.change);
	return ret;
}

int move_make(struct deed *deed, struct object *subject, const struct move *move, json_t *input, enum how how,
	      struct fault *why)
{
	const struct staff *staff = deed->staff;
	const struct move *outer = deed->move;
	json_t *held = deed->input, *authority = deed->authority;
	int64_t proposer = deed->proposer;
	int ret;

	if (deed->depth >= DEEPEST)
		return fault_say(why, FAULT_LIMIT, "moves carry each other deeper than %d at '%s'",
				 "动作相互带动超过 %d 层，止于“%s”", DEEPEST, move->name);
	deed->depth++;
	deed->move = move;
	deed->input = input ? json_incref(input) : json_object();
	deed->authority = NULL;
	deed->proposer = 0;
	/* What a rule of the plan does is asked of nobody. */
	if (how == BY_RULE)
		deed->staff = NULL;
	ret = decide(deed, subject, move, why);
	json_decref(deed->input);
	json_decref(deed->authority);
	deed->staff = staff;
	deed->input = held;
	deed->authority = authority;
	deed->proposer = proposer;
	deed->move = outer;
	deed->depth--;
	return ret;
}

/* Could the actor make it at all, whatever else may be missing? */
bool move_open_to(struct deed *deed, struct object *subject, const struct move *move)
{
	const struct branch *branch = move_from_here(subject, move) ? branch_for(deed, subject, move) : NULL;

	return branch && (!deed->staff || branch_holds(deed, subject, branch));
}

int move_ask(struct deed *deed, struct object *subject, const struct move *move, struct fault *why)
{
	const struct branch *branch;

	(void)why;
	deed->move = move;
	if (read_only(deed, subject, NULL) || wrong_state(deed, subject, move))
		return 0;
	branch = branch_for(deed, subject, move);
	if (deed->staff && (!branch || !branch_holds(deed, subject, branch))) {
		deny(deed, move, branch);
		return 0;
	}
	ask_all(deed, subject, move);
	return 0;
}

bool branch_holds(struct deed *deed, struct object *subject, const struct branch *branch)
{
	for (size_t i = 0; i < branch->signer_count; i++)
		if (staff_holds_any(deed, subject, &branch->signers[i], NULL))
			return true;
	return staff_holds_any(deed, subject, &branch->roles, NULL) ||
	       staff_holds_any(deed, subject, &branch->confirm, NULL);
}

/* ---- what must hold after every change ------------------------------------ */

static void rule_ask(struct deed *deed, struct object *object, const struct always *rule)
{
	if (rule->readonly || !rule->then || (rule->when && !guard_holds(deed, object, rule->when)) ||
	    guard_holds(deed, object, rule->then))
		return;
	refuse(deed, rule->refuse ? rule->refuse : "N04", rule->say.zh ? rule->say.zh : rule->then->say.zh,
	       rule->say.en ? rule->say.en : rule->then->say.en, object_name(deed, object));
}

static int obligations_ask(struct deed *deed, struct object *object, struct fault *why)
{
	struct objects linked;
	int ret = 0;

	if (!object->kind->region_count || !json_object_get(object->change, "state") || !object_ended(object))
		return 0;
	for (size_t k = 0; ret == 0 && k < object->kind->ends_with.count; k++) {
		ret = world_linked(deed, object, object->kind->ends_with.at[k], NULL, &linked, why);
		for (size_t i = 0; ret == 0 && i < linked.count; i++)
			if (!object_ended(linked.at[i]))
				refuse(deed, object->kind->ends_refuse ? object->kind->ends_refuse : "N23",
				       arena_text(deed->mem, "尚未完成：%s", linked.at[i]->kind->label.zh),
				       arena_text(deed->mem, "still open: %s", linked.at[i]->kind->label.en),
				       object_name(deed, linked.at[i]));
	}
	return ret;
}

int rules_ask(struct deed *deed, struct fault *why)
{
	int ret = 0;

	for (struct object *o = deed->objects; ret == 0 && o; o = o->next) {
		if (!o->change || o->checked)
			continue;
		for (size_t i = 0; i < o->kind->always_count; i++)
			rule_ask(deed, o, &o->kind->always[i]);
		ret = obligations_ask(deed, o, why);
		o->checked = true;
	}
	return ret;
}
