#include "ctl/plan/stage.h"

#include <errno.h>
#include <ftw.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/stamp.h"
#include "store/store.h"

/* Whoever sets a house up; in a demonstration folder it enters the register. */
static const struct asker setup = { .machine = "setup" };

/* ---- the house ------------------------------------------------------------- */

/* Memory, where the machine offers it as a folder: what is played need not outlive the power. */
static const char *temporary(void)
{
	const char *where = getenv("TMPDIR");

	if (where && *where)
		return where;
	return access("/dev/shm", W_OK | X_OK) == 0 ? "/dev/shm" : "/tmp";
}

static int make_folder(struct stage *stage, struct fault *why)
{
	int len = snprintf(stage->folder, sizeof(stage->folder), "%s/fengsui-play-XXXXXX", temporary());

	if (len < (int)sizeof(stage->folder) && mkdtemp(stage->folder))
		return 0;
	fault_set(why, FAULT_IO, "no temporary folder for the plan's scenarios: %s",
		  len < (int)sizeof(stage->folder) ? strerror(errno) : "TMPDIR is too long");
	stage->folder[0] = '\0';
	return -FAULT_IO;
}

int stage_open(struct stage *stage, const char *path, const struct pack *pack, int64_t now, struct fault *why)
{
	struct house_options options = { .pack = path, .demo = true, .now = now, .driver = &store_fake };
	int ret;

	*stage = (struct stage){ .pack = pack, .mem = arena_new(), .now = now };
	if ((ret = make_folder(stage, why)) < 0)
		return ret;
	options.folder = stage->folder;
	return house_open(&options, &stage->house, why);
}

static int remove_one(const char *path, const struct stat *st, int kind, struct FTW *where)
{
	(void)st, (void)kind, (void)where;
	return remove(path);
}

void stage_close(struct stage *stage)
{
	house_close(stage->house);
	if (stage->folder[0])
		nftw(stage->folder, remove_one, 16, FTW_DEPTH | FTW_PHYS);
	free(stage->names);
	arena_free(stage->mem);
	*stage = (struct stage){ 0 };
}

/* ---- names ----------------------------------------------------------------- */

void stage_name(struct stage *stage, const char *name, int64_t id)
{
	if (!name || !id)
		return;
	if (stage->name_count == stage->name_room) {
		stage->name_room = stage->name_room * 2 + 16;
		stage->names = must_grow(stage->names, stage->name_room * sizeof(*stage->names));
	}
	stage->names[stage->name_count++] = (struct stage_name){ arena_copy(stage->mem, name), id };
}

/* The latest of that name, so that a scenario may use one again. */
static int64_t named(const struct stage *stage, const char *name)
{
	for (size_t i = stage->name_count; i; i--)
		if (!strcmp(stage->names[i - 1].name, name))
			return stage->names[i - 1].id;
	return 0;
}

/* A record of the organisation template is found by what it is called there. */
static const char *seed_title(const struct stage *stage, const char *name)
{
	for (size_t i = 0; i < stage->pack->seed_count; i++) {
		const struct seed *seed = &stage->pack->seeds[i];

		for (size_t k = 0; seed->name && !strcmp(seed->name, name) && k < seed->count; k++)
			if (seed->kind->title && !strcmp(seed->keys[k], seed->kind->title))
				return seed->values[k];
	}
	return NULL;
}

static json_t *reference(const struct stage *stage, const char *name)
{
	int64_t id = named(stage, name);
	const char *title = seed_title(stage, name);

	return id ? json_sprintf("#%" PRId64, id) : json_string(title ? title : name);
}

/* The input as it would be typed: every scalar is text, "@name" a record. */
static json_t *typed(const struct stage *stage, const struct yaml_node *node)
{
	json_t *out;

	if (!node)
		return NULL;
	if (node->form == YAML_TEXT)
		return node->text[0] == '@' ? reference(stage, node->text + 1) : json_string(node->text);
	out = node->form == YAML_LIST ? json_array() : json_object();
	for (const struct yaml_node *child = node->first; child; child = child->next)
		if (node->form == YAML_LIST)
			json_array_append_new(out, typed(stage, child));
		else
			json_object_set_new(out, child->text, typed(stage, child->value));
	return out;
}

/* ---- acts ------------------------------------------------------------------ */

static int in_batch(struct stage *stage, const struct request *request, json_t **answer, struct fault *why)
{
	int ret;

	if ((ret = house_begin(stage->house, why)) < 0)
		return ret;
	if ((ret = house_do(stage->house, request, answer, why)) < 0) {
		house_rollback(stage->house);
		return ret;
	}
	return house_commit(stage->house, why);
}

static int make(struct stage *stage, const char *kind, json_t *input, json_t **answer, struct fault *why)
{
	const struct request request = {
		.asker = setup, .kind = kind, .move = "create", .input = input, .seen = -1, .now = stage->now
	};
	int ret = in_batch(stage, &request, answer, why);

	json_decref(input);
	return ret;
}

int64_t stage_subject(struct stage *stage, const struct scenario_step *step)
{
	int64_t id = 0;
	struct fault why;

	if (step->on)
		return named(stage, step->on);
	if (step->kind)
		store_int(house_store(stage->house),
			  "SELECT coalesce(max(id), 0) FROM objects WHERE kind = $1",
			  VALUES(value_text(step->kind->name)), &id, &why);
	return id;
}

int stage_do(struct stage *stage, const struct scenario_step *step, json_t **answer, struct fault *why)
{
	struct request request = {
		.asker = setup, .kind = step->kind->name, .move = step->move, .seen = -1, .now = stage->now
	};
	char ref[32];
	int ret;

	if (step->as)
		request.asker = (struct asker){ .person = named(stage, step->as) };
	if (kind_move(step->kind, step->move)->form != MOVE_CREATE) {
		snprintf(ref, sizeof(ref), "#%" PRId64, stage_subject(stage, step));
		request.ref = ref;
	}
	request.input = typed(stage, step->with);
	ret = in_batch(stage, &request, answer, why);
	json_decref(request.input);
	return ret;
}

int stage_pass(struct stage *stage, int64_t span, struct fault *why)
{
	int64_t next = 0;
	int ret;

	stage->now += span;
	if ((ret = house_begin(stage->house, why)) < 0)
		return ret;
	do
		ret = house_tick(stage->house, stage->now, &next, why);
	while (ret == 0 && next && next <= stage->now);
	if (ret < 0) {
		house_rollback(stage->house);
		return ret;
	}
	return house_commit(stage->house, why);
}

int stage_show(struct stage *stage, int64_t id, json_t **answer, struct fault *why)
{
	const struct asker house = { .machine = "system" };
	char ref[32];

	snprintf(ref, sizeof(ref), "#%" PRId64, id);
	return house_show(stage->house, &house, NULL, ref, NULL, stage->now, answer, why);
}

/* ---- people ---------------------------------------------------------------- */

static bool ok(const json_t *answer) { return json_is_true(json_object_get(answer, "ok")); }

static json_t *unit_of(const struct stage *stage, const struct scenario_person *person)
{
	for (size_t i = 0; !person->unit && i < stage->pack->seed_count; i++)
		if (!strcmp(stage->pack->seeds[i].kind->name, "unit"))
			return reference(stage, stage->pack->seeds[i].name);
	return person->unit ? reference(stage, person->unit) : NULL;
}

/* A role for a unit is held for the unit that the person belongs to. */
static json_t *post_of(struct stage *stage, const struct scenario_person *person, const char *role)
{
	const struct role *def = pack_role(stage->pack, role);

	return json_pack("{s:o, s:s, s:o*}", "person", reference(stage, person->login), "role", role, "unit",
			 def && def->scope == SCOPE_UNIT ? unit_of(stage, person) : NULL);
}

static json_t *shift_of(struct stage *stage, const struct scenario_person *person)
{
	char from[STAMP_LEN], to[STAMP_LEN];

	stamp_format(stage->now - STAMP_DAY, from);
	stamp_format(stage->now + 365 * STAMP_DAY, to);
	return json_pack("{s:o, s:s, s:s}", "person", reference(stage, person->login), "starts_at", from,
			 "ends_at", to);
}

/* The next one only where the last was made: `answer` holds it. */
static int go_on(struct stage *stage, const char *kind, json_t *input, json_t **answer, struct fault *why)
{
	if (!ok(*answer)) {
		json_decref(input);
		return 0;
	}
	json_decref(*answer);
	*answer = NULL;
	return make(stage, kind, input, answer, why);
}

int stage_enter(struct stage *stage, const struct scenario_person *person, json_t **answer, struct fault *why)
{
	int ret = make(stage, "person",
		       json_pack("{s:s, s:s, s:o*}", "name", person->login, "login", person->login, "unit",
				 unit_of(stage, person)),
		       answer, why);

	if (ret == 0 && ok(*answer))
		stage_name(stage, person->login, json_integer_value(json_object_get(*answer, "id")));
	for (size_t i = 0; ret == 0 && i < person->roles.count; i++)
		ret = go_on(stage, "post", post_of(stage, person, person->roles.at[i]), answer, why);
	if (ret == 0 && person->on_duty)
		ret = go_on(stage, "duty_shift", shift_of(stage, person), answer, why);
	return ret;
}
