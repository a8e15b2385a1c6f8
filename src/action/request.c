/* A request, from the typed words to the answer. */

#include "action/action_private.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/canon.h"
#include "seal/digest.h"

/* ---- answers given before ------------------------------------------------- */

static int request_digest(const struct request *request, unsigned char out[DIGEST_LEN], struct fault *why)
{
	json_t *all = json_pack("{s:s, s:s, s:s*, s:O*}", "kind", request->kind, "move", request->move, "ref",
				request->ref, "input", request->input);
	char *text;

	(void)why;
	if (request->space)
		json_object_set_new(all, "space", json_integer(request->space));
	if (request->occurred_at)
		json_object_set_new(all, "occurred", json_integer(request->occurred_at));
	text = json_dumps(all, JSON_COMPACT | JSON_SORT_KEYS);
	digest_of(text, strlen(text), out);
	free(text);
	json_decref(all);
	return 0;
}

static json_t *key_reused(struct house *house)
{
	const struct refusal *words = pack_refusal(house->pack, "N31");

	return json_pack("{s:b, s:s, s:[{s:s, s:s, s:s, s:[]}]}", "ok", 0, "fault", "refused", "refusals",
			 "code", "N31", "zh", words ? words->label.zh : "N31", "en",
			 words ? words->label.en : "key reused", "missing");
}

static int answered_before(struct house *house, const struct request *request, const unsigned char *digest,
			   json_t **answer, struct fault *why)
{
	struct rows *rows;
	size_t len = 0;
	int got;

	if (!request->key)
		return 0;
	if (store_query(house->store, "SELECT digest, actor, answer FROM answers WHERE key = $1",
			VALUES(value_text(request->key)), &rows, why) < 0)
		return -why->code;
	if ((got = rows_next(rows, why)) == 1) {
		const void *old = rows_blob(rows, 0, &len);

		*answer = len == DIGEST_LEN && !memcmp(old, digest, len) &&
					  strtoll(rows_text(rows, 1, NULL), NULL, 10) == request->asker.person
				  ? json_loads(rows_text(rows, 2, NULL), 0, NULL)
				  : key_reused(house);
	}
	rows_close(rows);
	return got;
}

int house_answered(struct house *house, const char *key, bool *out, struct fault *why)
{
	int64_t count = 0;
	int ret = store_int(house->store, "SELECT count(*) FROM answers WHERE key = $1",
			    VALUES(value_text(key)), &count, why);

	*out = count > 0;
	return ret;
}

static int keep_answer(struct house *house, const struct request *request, const unsigned char *digest,
		       const json_t *answer, struct fault *why)
{
	char actor[32], *text;
	int ret;

	if (!request->key)
		return 0;
	snprintf(actor, sizeof(actor), "%" PRId64, request->asker.person);
	text = json_dumps(answer, JSON_COMPACT);
	ret = store_run(house->store,
			"INSERT INTO answers(key, actor, digest, at, answer) VALUES($1, $2, $3, $4, $5)",
			VALUES(value_text(request->key), value_text(actor), value_blob(digest, DIGEST_LEN),
			       value_int(request->now), value_text(text)),
			NULL, why);
	free(text);
	return ret;
}

/* ---- the subject ---------------------------------------------------------- */

static int find_subject(struct deed *deed, const struct request *request, const struct kind *kind,
			struct object **out, struct fault *why)
{
	int64_t id;
	int ret;

	if (!request->ref)
		return fault_say(why, FAULT_INVALID, "%.0s%s.%s is made on a record: its number is wanted",
				 "%s（%s.%s）针对一条记录办理：请给出其编号", kind->label.zh, kind->name,
				 request->move);
	if ((ret = world_find(deed, kind, request->ref, &id, why)) < 0)
		return ret;
	if (!(*out = world_get(deed, id, why)) && why->code != FAULT_ABSENT)
		return -why->code;
	if (!*out || strcmp((*out)->kind->name, kind->name) || !staff_sees(deed, *out))
		return fault_say(why, FAULT_ABSENT, "there is no %s%.0s '%.80s'", "%.0s没有这样的%s“%.80s”",
				 kind->name, kind->label.zh, request->ref);
	if (request->seen >= 0 && request->seen != (*out)->version)
		return fault_say(why, FAULT_CONFLICT, "%s is at version %" PRId64 " by now, you saw %" PRId64,
				 "%s 已是第 %" PRId64 " 版，您看到的是第 %" PRId64 " 版",
				 object_name(deed, *out), (*out)->version, request->seen);
	return 0;
}

/* Does this field tie the record to a case: by naming it, or something of it? */
static bool of_the_case(struct deed *deed, const struct kind *kind, const struct field *field,
			struct object *o)
{
	if (!strcmp(field->name, "incident") || !strcmp(field->name, "affected_system"))
		return true;
	return strcmp(kind->name, "incident") && !kind_field(kind, "incident") && world_case(deed, o);
}

/* A record belongs where what it refers to belongs: to the drill, and to the
 * version of the plan under which its case began. */
static void place_of(struct deed *deed, const struct kind *kind, json_t *input, int *space,
		     const struct pack **pack)
{
	for (size_t i = 0; i < kind->field_count; i++) {
		const struct field *field = &kind->fields[i];
		json_t *value = json_object_get(input, field->name);
		struct object *o;
		struct fault why;

		if (field->type != FIELD_REF || !json_is_integer(value) ||
		    !(o = world_get(deed, json_integer_value(value), &why)))
			continue;
		if (o->space == RECORD_DRILL)
			*space = RECORD_DRILL;
		if (pack_kind(o->pack, kind->name) && of_the_case(deed, kind, field, o))
			*pack = o->pack;
	}
}

/* Nothing of a drill is made while no drill runs (N19, N20). */
static int drill_runs(struct house *house, struct fault *why)
{
	int64_t running = 0;
	int ret = store_int(
		house->store,
		"SELECT count(*) FROM facets WHERE kind = 'drill' AND name = 'life' AND value = 'running'",
		NO_VALUES, &running, why);

	if (ret < 0 || running)
		return ret;
	return fault_say(why, FAULT_REFUSED, "N20: no drill is running, so nothing can be made in its space",
			 "N20：没有正在进行的演练，不能在演练空间内新建");
}

/* The creating move of a kind may carry the name of its first row ("open"). */
static const struct move *creator_of(const struct kind *kind)
{
	for (size_t i = 0; i < kind->move_count; i++)
		if (kind->moves[i]->form == MOVE_CREATE)
			return kind->moves[i];
	return NULL;
}

static int make_subject(struct deed *deed, const struct kind *kind, json_t *input, int space,
			struct object **out, const struct move **move, struct fault *why)
{
	const struct pack *pack = deed->house->pack;
	int ret;

	space = space ? space : RECORD_REAL;
	place_of(deed, kind, input, &space, &pack);
	if (space == RECORD_DRILL && (ret = drill_runs(deed->house, why)) < 0)
		return ret;
	kind = pack_kind(pack, kind->name);
	*move = creator_of(kind);
	*out = world_make(deed, pack, kind, space);
	return 0;
}

static const struct move *move_of(const struct kind *kind, const char *name, struct fault *why)
{
	const struct move *move = kind_move(kind, name);
	struct buf names = { 0 }, zh = { 0 };

	if (move)
		return move;
	for (size_t i = 0; i < kind->move_count; i++) {
		buf_format(&names, " %s", kind->moves[i]->name);
		buf_format(&zh, "%s%s（%s）", i ? "、" : "", kind->moves[i]->label.zh, kind->moves[i]->name);
	}
	fault_say(why, FAULT_INVALID, "a %s%.0s has no move '%.64s'; it has:%s%.0s",
		  "%.0s%s没有“%.64s”这一动作；有：%.0s%s", kind->name, kind->label.zh, name,
		  names.len ? names.data : " none", zh.len ? zh.data : "无");
	buf_fini(&names);
	buf_fini(&zh);
	return NULL;
}

static json_t *made_answer(const struct deed *deed, const struct object *subject)
{
	json_t *answer = json_pack("{s:b, s:I, s:s, s:s*, s:I, s:I, s:O}", "ok", 1, "id",
				   (json_int_t)subject->id, "kind", subject->kind->name, "number",
				   subject->number, "version", (json_int_t)subject->version, "act",
				   (json_int_t)deed->act, "states", subject->states);

	if (deed->pending)
		json_object_set(answer, "pending", deed->pending);
	return answer;
}

/* What a check found may have moved the record on. */
static void see_states(struct house *house, struct object *object)
{
	struct fault why;
	struct rows *rows;
	json_t *now = NULL;

	if (store_query(house->store, "SELECT states FROM objects WHERE id = $1",
			VALUES(value_int(object->id)), &rows, &why) < 0)
		return;
	if (rows_next(rows, &why) == 1)
		now = json_loads(rows_text(rows, 0, NULL), 0, NULL);
	rows_close(rows);
	if (!now)
		return;
	json_decref(object->states);
	object->states = now;
}

/* Was it asked for, or left out under its `when`? */
static bool was_wanted(const struct object *object, const struct effect_use *use)
{
	const char *wanted = json_string_value(json_object_get(object->change, "check_wanted"));

	return !strcmp(use->name, "run") && use->value && wanted && !strcmp(wanted, use->value);
}

/* What a move asked for is looked into as soon as the move stands. */
static int run_wanted(struct house *house, const struct move *move, struct object *object, int64_t now,
		      struct fault *why)
{
	int ret = 0;

	for (size_t i = 0; ret == 0 && i < move->does_count; i++) {
		const struct effect_use *use = &move->does[i];

		if (!was_wanted(object, use) || !check_known(use->value))
			continue;
		ret = check_run(house, object->id, use->value, false, now, why);
		object->version++;
		see_states(house, object);
	}
	return ret;
}

/* No plan can name a move that takes a record away: whoever tries is told so. */
static bool takes_away(struct deed *deed, const struct request *request, struct object *subject)
{
	static const char *const never[] = { "delete", "remove", "destroy", "purge" };

	for (size_t i = 0; i < sizeof(never) / sizeof(*never); i++)
		if (!strcmp(request->move, never[i])) {
			refuse(deed, !strcmp(subject->kind->about, "evidence") ? "N18" : "N10",
			       "记录只增不删", "what is on record stays there", object_name(deed, subject));
			return true;
		}
	return false;
}

/* When an entry was made is the house's to say; only when something happened may be told (occurred). */
static bool dates_entry(struct deed *deed, const struct request *request)
{
	static const char *const ours[] = { "recorded_at", "created_at", "updated_at" };

	for (size_t i = 0; i < sizeof(ours) / sizeof(*ours); i++)
		if (json_object_get(request->input, ours[i])) {
			refuse(deed, "N28", "记录时间由系统填写；补录请填发生时间（occurred）",
			       "the time of an entry is not for anyone to set; say when it happened "
			       "(occurred)",
			       ours[i]);
			return true;
		}
	return false;
}

/* clang-format off */
/* What whoever runs the program may enter before anybody has an account: in a
 * demonstration folder the register, in a real one only what leads to the
 * first administrator of accounts. */
static const char *const setup_demo[] = { "unit", "person", "post", "organ_member", "duty_shift", "delegation", "system",
					  "sector", "territory", "team", "team_member", "resource" };
static const char *const setup_real[] = { "unit", "person", "post" };
/* clang-format on */

static bool in_list(const char *word, const char *const *list, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (!strcmp(list[i], word))
			return true;
	return false;
}

static bool anybody_is(struct house *house, const char *role)
{
	int64_t any = 0;
	struct fault why;

	return store_int(house->store,
			 "SELECT count(*) FROM facets WHERE kind = 'post' AND name = 'role' AND value = $1",
			 VALUES(value_text(role)), &any, &why) < 0 ||
	       any;
}

static bool first_director(struct house *house, const char *kind, const json_t *input)
{
	const char *role = json_string_value(json_object_get(input, "role"));

	return !strcmp(kind, "post") && role && !strcmp(role, "DIR") && !anybody_is(house, "DIR");
}

bool house_sets_up(struct house *house, const char *kind, const char *move, const json_t *input)
{
	return !anybody_is(house, "SCA") || (!strcmp(move, "create") && first_director(house, kind, input));
}

static int first_administrator(struct house *house, const struct request *request, struct fault *why)
{
	const char *role = json_string_value(json_object_get(request->input, "role"));

	if (first_director(house, request->kind, request->input))
		return 0;
	if (anybody_is(house, "SCA"))
		return fault_say(why, FAULT_REFUSED,
				 "an administrator of accounts (SCA) is there: people are registered by them",
				 "已有账号管理员（SCA）：人员由其登记");
	if (!strcmp(request->kind, "post") && (!role || strcmp(role, "SCA")))
		return fault_say(
			why, FAULT_REFUSED,
			"the first post in a real folder is that of the administrator of accounts (SCA)",
			"正式目录中的第一个岗位须为账号管理员（SCA）");
	return 0;
}

static int setup_may(struct house *house, const struct request *request, struct fault *why)
{
	bool demo = house->demo;

	if (strcmp(request->move, "create") ||
	    !(demo ? in_list(request->kind, setup_demo, sizeof(setup_demo) / sizeof(*setup_demo))
		   : in_list(request->kind, setup_real, sizeof(setup_real) / sizeof(*setup_real))))
		return fault_say(why, FAULT_REFUSED,
				 "'%.64s %.64s' is made by a person with the right to it: who asks?",
				 "“%.64s %.64s”须由有权的人员办理：请说明由谁办理", request->kind,
				 request->move);
	return demo ? 0 : first_administrator(house, request, why);
}

static int prepare(struct deed *deed, const struct request *request, struct object **subject,
		   const struct move **move, json_t **input, struct fault *why)
{
	const struct kind *kind = pack_kind(deed->house->pack, request->kind);
	int ret;

	if (!request->asker.person && request->asker.machine && !strcmp(request->asker.machine, "setup") &&
	    (ret = setup_may(deed->house, request, why)) < 0)
		return ret;
	if (!kind)
		return fault_say(why, FAULT_INVALID, "the plan pack knows no kind '%.64s'",
				 "预案包中没有“%.64s”这一类记录", request->kind);
	if (dates_entry(deed, request))
		return 0;
	if (!strcmp(request->move, "create") && request->ref)
		return fault_say(why, FAULT_INVALID, "'%.40s' makes a new %s%.0s; it takes no number",
				 "“%.40s”用于新建%.0s%s，不带编号", request->move, kind->name,
				 kind->label.zh);
	if (!strcmp(request->move, "create")) {
		if (!(*move = creator_of(kind)))
			return fault_say(why, FAULT_REFUSED, "a %s%.0s is not made by hand",
					 "%.0s%s不由人工新建", kind->name, kind->label.zh);
		if ((ret = input_check(deed, *move, request->input, input, why)) < 0 ||
		    (ret = register_login(deed, kind, NULL, *input, why)) < 0)
			return ret;
		return make_subject(deed, kind, *input, request->space, subject, move, why);
	}
	if ((ret = find_subject(deed, request, kind, subject, why)) < 0)
		return ret;
	if (takes_away(deed, request, *subject))
		return 0;
	if (!(*move = move_of((*subject)->kind, request->move, why)))
		return -why->code;
	if ((*move)->form == MOVE_CREATE)
		return fault_say(why, FAULT_INVALID, "'%s' makes a new %s%.0s; it takes no number",
				 "“%s”用于新建%.0s%s，不带编号", request->move, kind->name, kind->label.zh);
	if ((ret = input_check(deed, *move, request->input, input, why)) == 0)
		ret = register_login(deed, kind, *subject, *input, why);
	return ret;
}

/* Refused attempts that matter for security stand in the record too, those of
 * a drill in its own. */
static int note_refused(struct house *house, const struct request *request, int space, const json_t *answer,
			struct fault *why)
{
	json_t *group, *codes = json_array(), *change;
	struct record_entry entry = { .space = space == RECORD_DRILL ? RECORD_DRILL : RECORD_REAL,
				      .kind = "house",
				      .type = "refused" };
	struct record_place place;
	char actor[40];
	size_t i;
	int ret = 0;

	json_array_foreach(json_object_get(answer, "refusals"), i, group) {
		const struct refusal *refusal =
			pack_refusal(house->pack, json_string_value(json_object_get(group, "code")));

		if (refusal && refusal->security)
			json_array_append_new(codes, json_string(refusal->code));
	}
	change = json_pack("{s:{s:s, s:s, s:{s:s*}, s:O}}", "refused", "kind", request->kind, "move",
			   request->move, "ref", "$", request->ref, "codes", codes);
	snprintf(actor, sizeof(actor), "person:%" PRId64, request->asker.person);
	entry.actor = request->asker.person    ? actor
		      : request->asker.machine ? request->asker.machine
					       : "system";
	entry.recorded_at = request->now;
	entry.change = change;
	if (json_array_size(codes) && (ret = record_next_act(house->record, &entry.act, why)) == 0)
		ret = record_append(house->record, &entry, &place, why);
	json_decref(change);
	json_decref(codes);
	return ret;
}

/* A fault of the asker's input is an answer; a fault of the house is not. */
static bool asker_fault(int ret)
{
	return ret == -FAULT_INVALID || ret == -FAULT_ABSENT || ret == -FAULT_CONFLICT ||
	       ret == -FAULT_REFUSED || ret == -FAULT_LIMIT || ret == -FAULT_STEP_UP;
}

static bool wants_checks(const struct move *move)
{
	for (size_t i = 0; i < move->conditions.count; i++)
		if (move->conditions.at[i]->form == GUARD_CHECKED)
			return true;
	return false;
}

/* Which move wants checks made, and for whom: only who could make the move
 * sets them off, for a package is much work. NULL: none. */
static const struct move *checks_for(struct deed *deed, const struct request *request,
				     struct object **subject)
{
	const struct kind *kind = pack_kind(deed->house->pack, request->kind);
	const struct move *move = kind ? kind_move(kind, request->move) : NULL;
	struct fault why;

	if (!move || !wants_checks(move) ||
	    (request->asker.person && staff_of(deed->house, request->asker.person, &deed->staff, &why) < 0) ||
	    find_subject(deed, request, kind, subject, &why) < 0)
		return NULL;
	move = kind_move((*subject)->kind, request->move);
	return move && move_open_to(deed, *subject, move) ? move : NULL;
}

/* A check is an act of its own before the decision, so that what it found
 * stands also where the move is refused; the guard only reads it. 1: some were
 * made. */
static int checks_first(struct house *house, const struct request *request, struct fault *why)
{
	struct object *subject = NULL;
	const struct move *move;
	struct deed deed;
	int ret = 0, made = 0;

	deed_open(&deed, house, &request->asker, request->now);
	deed.input = json_is_object(request->input) ? json_incref(request->input) : json_object();
	move = checks_for(&deed, request, &subject);
	for (size_t i = 0; ret == 0 && move && i < move->conditions.count; i++) {
		const struct guard *guard = move->conditions.at[i];

		if (guard->form != GUARD_CHECKED ||
		    (guard->when && !guard_holds(&deed, subject, guard->when)))
			continue;
		ret = check_run(house, subject->id, guard->path, true, request->now, why);
		made = 1;
	}
	json_decref(deed.input);
	deed.input = NULL;
	deed_close(&deed);
	return ret < 0 ? ret : made;
}

/* A session left open on a desk must not start a plan. */
static int proven(const struct request *request, const struct move *move, struct fault *why)
{
	if (!move->step_up || !request->asker.unproven)
		return 0;
	return fault_say(why, FAULT_STEP_UP,
			 "'%.64s'%.0s wants a password or one-time code that is not older than five minutes",
			 "%.0s办理“%s”前请再次验证身份：五分钟之内输入过口令或动态码", move->name,
			 move->label.zh);
}

static int do_once(struct house *house, const struct request *request, int *space, json_t **answer,
		   struct fault *why)
{
	struct object *subject = NULL;
	const struct move *move = NULL;
	json_t *input = NULL;
	struct deed deed;
	int ret;

	ret = deed_begin(&deed, house, &request->asker, request->now, why);
	if (ret == 0) {
		if (request->occurred_at && request->occurred_at < request->now)
			deed.occurred_at = request->occurred_at;
		ret = prepare(&deed, request, &subject, &move, &input, why);
		if (ret == 0 && move)
			ret = proven(request, move, why);
		if (ret == 0 && move)
			ret = move_make(&deed, subject, move, input, BY_PERSON, why);
		ret = deed_end(&deed, ret, why);
		if (ret == 0 && !deed.missing && !deed.pending)
			ret = run_wanted(house, move, subject, request->now, why);
	}
	if (ret == 0)
		*answer = deed.missing ? refusal_answer(&deed, house->pack) : made_answer(&deed, subject);
	if (ret == 0 && deed.received && !deed.missing)
		ret = receipt_sign(&deed, *answer, why);
	else if (asker_fault(ret)) {
		*answer = fault_answer(why);
		ret = 0;
	}
	*space = subject ? subject->space : request->space;
	json_decref(input);
	deed_close(&deed);
	return ret;
}

int house_do(struct house *house, const struct request *request, json_t **answer, struct fault *why)
{
	struct request checked = *request;
	unsigned char digest[DIGEST_LEN];
	int space = RECORD_REAL, ret;

	if (request->key)
		request_digest(request, digest, why);
	if ((ret = answered_before(house, request, digest, answer, why)) != 0)
		return ret < 0 ? ret : 0;
	if ((ret = checks_first(house, request, why)) < 0)
		return ret;
	/* The asker saw the record as it was before the check. */
	if (ret == 1)
		checked.seen = -1;
	if ((ret = do_once(house, &checked, &space, answer, why)) < 0)
		return ret;
	if (json_is_true(json_object_get(*answer, "ok")))
		ret = keep_answer(house, request, digest, *answer, why);
	else if (json_object_get(*answer, "refusals"))
		ret = note_refused(house, request, space, *answer, why);
	return ret;
}

int house_withdraw(struct house *house, const struct asker *asker, int64_t proposal, int64_t now,
		   json_t **answer, struct fault *why)
{
	struct object *subject = NULL;
	struct deed deed;
	int64_t id;
	int ret;

	ret = deed_begin(&deed, house, asker, now, why);
	if (ret == 0) {
		ret = store_int(house->store, "SELECT object FROM proposals WHERE id = $1",
				VALUES(value_int(proposal)), &id, why);
		if (ret == -FAULT_ABSENT)
			ret = fault_say(why, FAULT_ABSENT, "there is no proposal %" PRId64,
					"没有第 %" PRId64 " 号提议", proposal);
		if (ret == 0 && (!(subject = world_get(&deed, id, why)) || !staff_sees(&deed, subject)))
			ret = fault_say(why, FAULT_ABSENT, "there is no proposal %" PRId64,
					"没有第 %" PRId64 " 号提议", proposal);
		if (ret == 0)
			ret = pending_take_back(&deed, subject, proposal, why);
		ret = deed_end(&deed, ret, why);
	}
	if (ret == 0)
		*answer = deed.missing ? refusal_answer(&deed, house->pack) : made_answer(&deed, subject);
	else if (asker_fault(ret)) {
		*answer = fault_answer(why);
		ret = 0;
	}
	deed_close(&deed);
	return ret;
}
