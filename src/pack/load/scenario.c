/* The scenarios of tests/: read, and tied to the pack and to each other. */

#include "pack/scenario.h"

#include <string.h>

#include "base/stamp.h"
#include "pack/pack_private.h"

enum { NAMES_MOST = 500, CHAIN_MOST = 20 };

/* A working day's morning; scenarios that do not care need not say. */
#define BEGINS_OTHERWISE "2026-03-02T08:00:00Z"

/* One file being read; the names of those it goes on from are known in it. */
struct reading {
	struct reader *r;
	struct scenario *scenario;
};

/* ---- names ----------------------------------------------------------------- */

static size_t named_steps(const struct scenario_step *steps, size_t count, const char **out, size_t n)
{
	for (size_t i = 0; i < count && n < NAMES_MOST; i++)
		if (steps[i].gives)
			out[n++] = steps[i].gives;
	return n;
}

static size_t people_of(const struct scenario *s, const char **out, size_t n)
{
	for (; s; s = s->after)
		for (size_t i = 0; i < s->person_count && n < NAMES_MOST; i++)
			out[n++] = s->people[i].login;
	return n;
}

static size_t records_of(const struct reading *in, const char **out, size_t n)
{
	const struct pack *pack = in->r->pack;

	for (const struct scenario *s = in->scenario; s; s = s->after) {
		n = named_steps(s->given, s->given_count, out, n);
		n = named_steps(s->steps, s->step_count, out, n);
	}
	for (size_t i = 0; i < pack->seed_count && n < NAMES_MOST; i++)
		if (pack->seeds[i].name)
			out[n++] = pack->seeds[i].name;
	return n;
}

static bool known(const struct reading *in, const struct yaml_node *at, const char *what, const char *name,
		  bool records)
{
	const char *names[NAMES_MOST];
	size_t n = people_of(in->scenario, names, 0);

	if (records)
		n = records_of(in, names, n);
	for (size_t i = 0; i < n; i++)
		if (!strcmp(names[i], name))
			return true;
	unknown_name(in->r, at->at, what, name, names, n);
	return false;
}

/* "@case" anywhere in the input is a record or a person of before. */
static void know_values(const struct reading *in, const struct yaml_node *node)
{
	if (!node)
		return;
	if (node->form == YAML_TEXT && node->text[0] == '@')
		known(in, node, "name", node->text + 1, true);
	for (const struct yaml_node *child = node->first; child; child = child->next)
		know_values(in, node->form == YAML_MAP ? child->value : child);
}

/* ---- what a step expects --------------------------------------------------- */

static const char *const clock_words[] = { "running", "paused", "stopped", "missed", "none", NULL };

static void check_region(const struct reading *in, const struct kind *kind, const struct yaml_node *key)
{
	const struct region *region = kind_region(kind, key->text);
	const char *names[64];
	size_t n = 0;

	if (region) {
		if (!region_state(region, key->value->text))
			unknown_state(in->r, key->value->at, region, key->value->text);
		return;
	}
	for (; n < kind->region_count && n < 64; n++)
		names[n] = kind->regions[n].name;
	unknown_name(in->r, key->at, "region", key->text, names, n);
}

static void read_checks(const struct reading *in, const struct kind *kind, const struct yaml_node *node,
			bool clocks, struct scenario_checks *out)
{
	if (!node)
		return;
	if (node->form != YAML_MAP || !kind) {
		wrong(in->r, node, kind ? "'%s' is a map, like {%s}" : "'%s' needs a 'see: KIND' beside it",
		      clocks ? "clocks" : "then", clocks ? "CK05: running" : "handling: contain");
		return;
	}
	out->at = arena_many(in->r->mem, node->count, sizeof(*out->at));
	for (const struct yaml_node *key = node->first; key; key = key->next) {
		if (!read_scalar(in->r, key->value, key->text))
			continue;
		if (!clocks)
			check_region(in, kind, key);
		else if (known_clock(in->r, key->at, key->text))
			read_choice(in->r, key->value, "state of a clock", clock_words);
		out->at[out->count++] =
			(struct scenario_check){ key->text, key->value->text, key->value->at };
	}
}

static void read_codes(const struct reading *in, const struct yaml_node *node, struct scenario_step *step)
{
	step->outcome = OUTCOME_REFUSED;
	step->codes = read_names(in->r, node, "expect");
	for (size_t i = 0; i < step->codes.count; i++)
		known_refusal(in->r, node->at, step->codes.at[i]);
}

/* Words for an answer that is no refusal of the plan (base/fault.h). */
static const char *const fault_words[] = { "invalid", "absent", "conflict", "limit" };

static void read_expect(const struct reading *in, const struct yaml_node *node, struct scenario_step *step)
{
	const char *word = node && node->form == YAML_TEXT ? node->text : "";

	step->expect_at = node ? node->at : step->at;
	if (!node || !strcmp(word, "ok"))
		return;
	if (!strcmp(word, "pending"))
		step->outcome = OUTCOME_PENDING;
	else if (!strcmp(word, "refused"))
		step->outcome = OUTCOME_REFUSED;
	else {
		for (size_t i = 0; i < sizeof(fault_words) / sizeof(*fault_words); i++)
			if (!strcmp(word, fault_words[i])) {
				step->outcome = OUTCOME_FAULT;
				step->codes = read_names(in->r, node, "expect");
				return;
			}
		read_codes(in, node, step);
	}
}

/* ---- a step ---------------------------------------------------------------- */

static const struct kind *read_kind(const struct reading *in, const struct yaml_node *node, const char *name)
{
	const struct kind *kind = pack_kind(in->r->pack, name);

	if (!kind)
		unknown_kind(in->r, node->at, name);
	return kind;
}

/* "incident.confirm": kind and move, both known. */
static bool read_deed(const struct reading *in, const struct yaml_node *node, struct scenario_step *step)
{
	const char *text = read_scalar(in->r, node, "do"), *dot = text ? strrchr(text, '.') : NULL;
	const char *names[256];
	size_t n = 0;

	if (!text)
		return false;
	if (!dot) {
		wrong(in->r, node, "'do' is KIND.MOVE, like incident.confirm, not '%.60s'", text);
		return false;
	}
	step->move = dot + 1;
	step->kind = read_kind(in, node, arena_copy_bytes(in->r->mem, text, (size_t)(dot - text)));
	if (!step->kind || kind_move(step->kind, step->move))
		return step->kind != NULL;
	for (; n < step->kind->move_count && n < 256; n++)
		names[n] = step->kind->moves[n]->name;
	unknown_name(in->r, node->at, arena_text(in->r->scratch, "move of %s", step->kind->name), step->move,
		     names, n);
	return false;
}

/* A step does something, lets time pass, or looks; the three keys say which. */
static bool read_form(const struct reading *in, const struct yaml_node *node, struct scenario_step *step)
{
	const struct yaml_node *deed = yaml_get(node, "do"), *pass = yaml_get(node, "pass"),
			       *see = yaml_get(node, "see");
	const char *kind;

	if (deed)
		return read_deed(in, deed, step);
	if (!pass && !see) {
		wrong(in->r, node,
		      "a step has 'do: KIND.MOVE' (and 'as'), or 'pass: 15 min', or 'see: KIND'");
		return false;
	}
	step->form = pass ? STEP_PASS : STEP_SEE;
	if (pass)
		step->passes = read_span(in->r, pass, "pass");
	if (see && (kind = read_scalar(in->r, see, "see")))
		step->kind = read_kind(in, see, kind);
	return !see || step->kind;
}

static void read_step(const struct reading *in, const struct yaml_node *node, struct scenario_step *step)
{
	static const char *const keys[] = { "as",   "do",   "on",     "gives", "with", "expect",
					    "then", "pass", "clocks", "see",   NULL };

	step->at = node->at;
	if (!read_map(in->r, node, "a step", keys) || !read_form(in, node, step))
		return;
	if ((step->as = read_text(in->r, node, "as", false)))
		known(in, yaml_get(node, "as"), "person", step->as, false);
	if ((step->on = read_text(in->r, node, "on", false)))
		known(in, yaml_get(node, "on"), "record", step->on, true);
	step->with = yaml_get(node, "with");
	know_values(in, step->with);
	read_expect(in, yaml_get(node, "expect"), step);
	read_checks(in, step->kind, yaml_get(node, "then"), false, &step->then);
	read_checks(in, step->kind, yaml_get(node, "clocks"), true, &step->clocks);
	step->gives = read_text(in->r, node, "gives", false);
}

/* ---- what is there before -------------------------------------------------- */

/* As in organisation.yml: {kind, name, fields}. */
static void read_given(const struct reading *in, const struct yaml_node *node, struct scenario_step *step)
{
	static const char *const keys[] = { "kind", "name", "fields", NULL };
	const char *kind;

	step->at = step->expect_at = node->at;
	step->move = "create";
	if (!read_map(in->r, node, "given", keys) || !(kind = read_text(in->r, node, "kind", true)))
		return;
	step->kind = read_kind(in, yaml_get(node, "kind"), kind);
	step->with = yaml_get(node, "fields");
	know_values(in, step->with);
	step->gives = read_text(in->r, node, "name", false);
}

typedef void (*read_one)(const struct reading *in, const struct yaml_node *node, struct scenario_step *step);

static void read_list(const struct reading *in, const struct yaml_node *node, const char *what, read_one read,
		      struct scenario_step **out, size_t *count)
{
	if (!node)
		return;
	if (node->form != YAML_LIST) {
		wrong(in->r, node, "'%s' is a list", what);
		return;
	}
	*out = arena_many(in->r->mem, node->count, sizeof(**out));
	for (const struct yaml_node *item = node->first; item; item = item->next)
		read(in, item, &(*out)[(*count)++]);
}

static void read_person(const struct reading *in, const struct yaml_node *key, struct scenario_person *person)
{
	static const char *const keys[] = { "roles", "unit", "on_duty", NULL };
	const struct yaml_node *roles = yaml_get(key->value, "roles");

	person->login = key->text;
	person->at = key->at;
	if (!read_map(in->r, key->value, "a person", keys))
		return;
	person->roles = read_names(in->r, roles, "roles");
	for (size_t i = 0; i < person->roles.count; i++)
		known_role(in->r, roles->at, person->roles.at[i]);
	if ((person->unit = read_text(in->r, key->value, "unit", false)))
		known(in, yaml_get(key->value, "unit"), "unit", person->unit, true);
	person->on_duty = read_yes(in->r, key->value, "on_duty");
}

static void read_people(const struct reading *in, const struct yaml_node *node)
{
	struct scenario *s = in->scenario;

	if (!node)
		return;
	if (node->form != YAML_MAP) {
		wrong(in->r, node, "'people' is a map of login to {roles: […], unit: …, on_duty: yes}");
		return;
	}
	s->people = arena_many(in->r->mem, node->count, sizeof(*s->people));
	for (const struct yaml_node *key = node->first; key; key = key->next)
		read_person(in, key, &s->people[s->person_count++]);
}

/* ---- a file ---------------------------------------------------------------- */

static void read_begins(const struct reading *in, const struct yaml_node *node)
{
	const char *text = node ? read_scalar(in->r, node, "at") : NULL;
	struct fault why;

	if (!text)
		text = BEGINS_OTHERWISE;
	if (stamp_parse(text, strlen(text), &in->scenario->begins, &why) < 0)
		wrong(in->r, node, "at: %s", why.text);
}

static void read_head(struct reader *r, const struct source *file, struct scenario *s)
{
	const struct yaml_node *after = yaml_get(file->root, "after");
	const char *base = file->name + strlen("tests/");

	s->file = file->name;
	s->name = arena_copy_bytes(r->mem, base, strlen(base) - strlen(".yml"));
	if (!after)
		return;
	s->after_at = after->at;
	s->after_name = read_scalar(r, after, "after");
	if (yaml_get(file->root, "at"))
		wrong(r, yaml_get(file->root, "at"),
		      "time goes on from where '%s' ends; 'at' has no place here",
		      s->after_name ? s->after_name : "");
}

static void read_body(struct reader *r, const struct source *file, struct scenario *s)
{
	static const char *const keys[] = {
		"test", "label", "at", "after", "given", "people", "steps", NULL
	};
	const struct reading in = { r, s };

	if (!read_map(r, file->root, s->file, keys))
		return;
	read_text(r, file->root, "test", true);
	s->label = read_label(r, file->root, "a test");
	read_begins(&in, yaml_get(file->root, "at"));
	read_list(&in, yaml_get(file->root, "given"), "given", read_given, &s->given, &s->given_count);
	read_people(&in, yaml_get(file->root, "people"));
	if (!yaml_get(file->root, "steps"))
		wrong(r, file->root, "'steps' is missing: what is done, and what is expected?");
	read_list(&in, yaml_get(file->root, "steps"), "steps", read_step, &s->steps, &s->step_count);
}

/* Every link in the chain of `after` exists, and it has an end. */
static bool tie_after(struct reader *r, struct scenarios *all, struct scenario *s)
{
	const char *names[NAMES_MOST];
	size_t n = 0;

	for (size_t i = 0; s->after_name && i < all->count; i++) {
		names[n++] = all->at[i].name;
		if (!strcmp(all->at[i].name, s->after_name))
			s->after = &all->at[i];
	}
	if (s->after_name && !s->after)
		unknown_name(r, s->after_at, "test", s->after_name, names, n);
	return !s->after_name || s->after;
}

static void cut_circles(struct reader *r, struct scenarios *all)
{
	for (size_t i = 0; i < all->count; i++) {
		struct scenario *s = &all->at[i];
		int depth = 0;

		for (const struct scenario *before = s->after; before && depth <= CHAIN_MOST;
		     before = before->after)
			depth++;
		if (depth <= CHAIN_MOST)
			continue;
		problem_add(r->problems, s->after_at, NULL,
			    "'after: %s' leads back here, or over more than %d others", s->after_name,
			    CHAIN_MOST);
		s->after = NULL;
	}
}

/* Those that others go on from are read before them: their names are known there. */
static void read_in_order(struct reader *r, const struct source **files, struct scenarios *all, size_t i,
			  bool *done)
{
	if (done[i])
		return;
	done[i] = true;
	if (all->at[i].after)
		read_in_order(r, files, all, (size_t)(all->at[i].after - all->at), done);
	read_body(r, files[i], &all->at[i]);
}

static void read_files(struct reader *r, const struct source **files, struct scenarios *all)
{
	bool *done = arena_many(r->scratch, all->count, sizeof(*done));

	for (size_t i = 0; i < all->count; i++)
		read_head(r, files[i], &all->at[i]);
	for (size_t i = 0; i < all->count; i++)
		tie_after(r, all, &all->at[i]);
	cut_circles(r, all);
	for (size_t i = 0; i < all->count; i++)
		read_in_order(r, files, all, i, done);
}

static size_t parse_tests(struct reader *r, const struct source **out)
{
	size_t count = 0;
	struct place where;
	struct fault why;

	for (size_t i = 0; i < r->file_count; i++) {
		struct source *file = &r->files[i];

		if (strncmp(file->name, "tests/", 6))
			continue;
		if (yaml_read(file->bytes, file->len, file->name, r->mem, r->mem, &file->root, &where, &why) <
		    0)
			problem_add(r->problems, where, NULL, "%s", why.text);
		else
			out[count++] = file;
	}
	return count;
}

int scenarios_read(const char *path, const struct pack *pack, struct scenarios *out,
		   struct problems *problems, struct fault *why)
{
	SCOPED(arena_drop) struct arena *scratch = arena_new();
	struct arena *mem = arena_new();
	/* The readers of nouns take a pack in the making; nothing here changes it. */
	struct reader r = {
		.pack = (struct pack *)pack, .problems = problems, .mem = mem, .scratch = scratch
	};
	const struct source **files;
	int ret = folder_read(&r, path, why);

	*out = (struct scenarios){ .mem = mem };
	if (ret < 0)
		return ret;
	files = arena_many(scratch, r.file_count + 1, sizeof(*files));
	out->count = parse_tests(&r, files);
	out->at = arena_many(mem, out->count + 1, sizeof(*out->at));
	read_files(&r, files, out);
	problems_sort(problems);
	return problems_verdict(problems, why);
}

void scenarios_fini(struct scenarios *scenarios)
{
	arena_free(scenarios->mem);
	*scenarios = (struct scenarios){ 0 };
}
