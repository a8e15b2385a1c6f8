/* What the plan offers: kinds, fields, moves and words, for a command line or a page to learn from. */

#include "action/action_private.h"

#include <string.h>

json_t *wants_of(const struct want *wants, size_t count)
{
	json_t *list = json_array();

	for (size_t i = 0; i < count; i++)
		json_array_append_new(list,
				      json_pack("{s:s, s:s*, s:s*, s:s*, s:b}", "name", wants[i].name, "zh",
						wants[i].field ? wants[i].field->label.zh : NULL, "en",
						wants[i].field ? wants[i].field->label.en : NULL, "otherwise",
						wants[i].otherwise, "optional", wants[i].optional));
	return list;
}

static const char *const type_words[FIELD__COUNT] = {
	[FIELD_TEXT] = "text", [FIELD_WORD] = "word", [FIELD_NUMBER] = "number",
	[FIELD_YES] = "yes",   [FIELD_TIME] = "time", [FIELD_ENUM] = "enum",
	[FIELD_REF] = "ref",   [FIELD_BLOB] = "blob", [FIELD_SCORES] = "scores",
};

static json_t *field_words(const struct field *field)
{
	return json_pack("{s:s, s:s, s:s, s:s, s:s*, s:b, s:b, s:b, s:b, s:b}", "name", field->name, "zh",
			 field->label.zh, "en", field->label.en, "type", type_words[field->type], "of",
			 field->of, "many", field->many, "search", field->search, "filter", field->filter,
			 "column", field->column, "engine", field->engine);
}

static void add_names(json_t *list, const struct names *names)
{
	for (size_t i = 0; i < names->count; i++)
		json_array_append_new(list, json_string(names->at[i]));
}

static json_t *who_words(const struct move *move)
{
	json_t *who = json_array();

	for (size_t i = 0; i < move->who_count; i++) {
		const struct branch *branch = &move->who[i];
		json_t *one = json_object(), *list = json_array(), *confirm = json_array();

		add_names(list, &branch->roles);
		add_names(confirm, &branch->confirm);
		for (size_t k = 0; k < branch->signer_count; k++)
			add_names(list, &branch->signers[k]);
		json_object_set_new(one,
				    branch->form == WHO_TWO    ? "propose"
				    : branch->form == WHO_SIGN ? "sign"
							       : "do",
				    list);
		json_object_set_new(one, "confirm", confirm);
		if (branch->when)
			json_object_update_new(one, json_pack("{s:s, s:s}", "when_zh", branch->when->say.zh,
							      "when_en", branch->when->say.en));
		json_array_append_new(who, one);
	}
	return who;
}

/* What must hold, in words: the plan's own, or those made from the condition. */
static json_t *guard_words(const struct guards *guards, const char *otherwise)
{
	json_t *list = json_array();

	for (size_t i = 0; i < guards->count; i++) {
		const struct guard *guard = guards->at[i];

		json_array_append_new(list, json_pack("{s:s*, s:s*, s:s}", "zh", guard->say.zh, "en",
						      guard->say.en, "code",
						      guard->refuse ? guard->refuse
						      : otherwise   ? otherwise
								    : "N04"));
	}
	return list;
}

/* "incident.handling" and states as {of, region, states}: a question that a page can answer itself. NULL:
 * none such. */
static json_t *stands_in(const struct guard *guard)
{
	const char *dot = guard->form == GUARD_IN && !guard->when ? strchr(guard->path, '.') : NULL;
	json_t *states;

	if (!dot || strchr(dot + 1, '.'))
		return NULL;
	states = json_array();
	add_names(states, &guard->values);
	return json_pack("{s:s%, s:s, s:o}", "of", guard->path, (size_t)(dot - guard->path), "region",
			 dot + 1, "states", states);
}

/* Where the record that is referred to must stand for one to be made. */
static json_t *while_words(const struct move *create)
{
	json_t *list = json_array();

	for (size_t i = 0; i < create->conditions.count; i++) {
		json_t *one = stands_in(create->conditions.at[i]);

		if (one)
			json_array_append_new(list, one);
	}
	return list;
}

/* Where the record that is referred to stands when nothing of these may change any more. */
static json_t *readonly_words(const struct kind *kind)
{
	json_t *list = json_array();

	for (size_t i = 0; i < kind->always_count; i++) {
		const struct always *rule = &kind->always[i];
		json_t *one =
			rule->readonly && !rule->fields.count && rule->when ? stands_in(rule->when) : NULL;

		if (one)
			json_array_append_new(list, one);
	}
	return list;
}

static json_t *move_words(const struct move *move)
{
	json_t *from = json_array(), *rows = json_array(), *one;

	for (size_t i = 0; i < move->from_count; i++)
		json_array_append_new(from, json_string(move->from[i]->name));
	add_names(rows, &move->rows);
	one = json_pack("{s:s, s:s, s:s, s:s, s:o, s:o, s:o, s:o, s:o, s:b}", "name", move->name, "zh",
			move->label.zh, "en", move->label.en, "form",
			move->form == MOVE_CREATE ? "create"
			: move->form == MOVE_ACT  ? "act"
						  : "move",
			"from", from, "rows", rows, "needs", wants_of(move->needs, move->need_count), "asks",
			wants_of(move->asks, move->ask_count), "who", who_words(move), "automatic",
			move->auto_count > 0);
	json_object_set_new(one, "if", guard_words(&move->conditions, move->refuse));
	json_object_set_new(one, "by", guard_words(&move->by, move->refuse));
	if (move->form == MOVE_CREATE)
		json_object_set_new(one, "while", while_words(move));
	if (move->step_up)
		json_object_set_new(one, "step_up", json_true());
	json_object_set_new(one, "receipt", json_boolean(move->receipt));
	if (move->region)
		json_object_set_new(one, "region", json_string(move->region->name));
	if (move->to)
		json_object_set_new(one, "to", json_string(move->to->name));
	return one;
}

static json_t *region_words(const struct region *region)
{
	json_t *states = json_array();

	for (size_t i = 0; i < region->state_count; i++)
		json_array_append_new(states,
				      json_pack("{s:s, s:s, s:s, s:b}", "name", region->states[i].name, "zh",
						region->states[i].label.zh, "en", region->states[i].label.en,
						"end", region->states[i].end));
	return json_pack("{s:s, s:s, s:s, s:s*, s:o}", "name", region->name, "zh", region->label.zh, "en",
			 region->label.en, "machine", region->machine, "states", states);
}

static json_t *kind_words(const struct kind *kind)
{
	json_t *fields = json_array(), *moves = json_array(), *regions = json_array();

	for (size_t i = 0; i < kind->field_count; i++)
		json_array_append_new(fields, field_words(&kind->fields[i]));
	for (size_t i = 0; i < kind->region_count; i++)
		json_array_append_new(regions, region_words(&kind->regions[i]));
	for (size_t i = 0; i < kind->move_count; i++)
		json_array_append_new(moves, move_words(kind->moves[i]));
	return json_pack("{s:s, s:s, s:s, s:s*, s:s*, s:o, s:o, s:o, s:o}", "name", kind->name, "zh",
			 kind->label.zh, "en", kind->label.en, "title", kind->title, "number", kind->number,
			 "fields", fields, "regions", regions, "moves", moves, "readonly",
			 readonly_words(kind));
}

static json_t *enum_words(const struct enumeration *codes)
{
	json_t *list = json_array();

	for (size_t i = 0; i < codes->count; i++)
		json_array_append_new(list,
				      json_pack("{s:s, s:s, s:s}", "code", codes->codes[i].code, "zh",
						codes->codes[i].label.zh, "en", codes->codes[i].label.en));
	return list;
}

/* What is scored, and what each score from 1 to 5 says of it. */
static json_t *dimension_words(const struct dimension *dimension)
{
	json_t *scores = json_array();

	for (size_t i = 1; i <= 5; i++)
		json_array_append_new(scores, json_pack("{s:s*, s:s*}", "zh", dimension->scores[i].zh, "en",
							dimension->scores[i].en));
	return json_pack("{s:s, s:s, s:s, s:o}", "code", dimension->code, "zh", dimension->label.zh, "en",
			 dimension->label.en, "scores", scores);
}

static json_t *labels(const struct words *label)
{
	return json_pack("{s:s, s:s}", "zh", label->zh, "en", label->en);
}

static json_t *refusal_words(const struct refusal *refusal)
{
	return json_pack("{s:s, s:s, s:s, s:b}", "code", refusal->code, "zh", refusal->label.zh, "en",
			 refusal->label.en, "security", refusal->security);
}

/* Colours by level, and by marking which levels may go out. */
static json_t *publication_words(const struct pack *pack)
{
	json_t *levels = json_array(), *audiences = json_array();

	for (int level = 1; level <= 5; level++)
		if (pack->colours[level].name)
			json_array_append_new(levels, json_pack("{s:i, s:s, s:s, s:s}", "level", level,
								"colour", pack->colours[level].name, "zh",
								pack->colours[level].label.zh, "en",
								pack->colours[level].label.en));
	for (size_t i = 0; i < pack->publication_count; i++) {
		const struct publication *to = &pack->publications[i];
		json_t *may = json_array();

		for (int level = 1; level <= 5; level++)
			if (to->levels[level])
				json_array_append_new(may, json_integer(level));
		json_array_append_new(audiences, json_pack("{s:s, s:o, s:b}", "marking", to->marking,
							   "levels", may, "authorised", to->authorised));
	}
	return json_pack("{s:o, s:o}", "levels", levels, "audiences", audiences);
}

json_t *catalogue_make(const struct pack *pack)
{
	json_t *kinds = json_array(), *inputs = json_array(), *enums = json_object(), *roles = json_object();
	json_t *dimensions = json_array(), *refusals = json_array();

	for (size_t i = 0; i < pack->kind_count; i++)
		json_array_append_new(kinds, kind_words(&pack->kinds[i]));
	for (size_t i = 0; i < pack->input_count; i++)
		json_array_append_new(inputs, field_words(&pack->inputs[i]));
	for (size_t i = 0; i < pack->enum_count; i++)
		json_object_set_new(enums, pack->enums[i].name, enum_words(&pack->enums[i]));
	for (size_t i = 0; i < pack->role_count; i++)
		json_object_set_new(roles, pack->roles[i].code, labels(&pack->roles[i].label));
	for (size_t i = 0; i < pack->dimension_count; i++)
		json_array_append_new(dimensions, dimension_words(&pack->dimensions[i]));
	for (size_t i = 0; i < pack->refusal_count; i++)
		json_array_append_new(refusals, refusal_words(&pack->refusals[i]));
	return json_pack("{s:b, s:s, s:s, s:s, s:s, s:s, s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "ok", 1, "pack",
			 pack->id, "version", pack->version, "digest", pack->digest, "zh", pack->label.zh,
			 "en", pack->label.en, "kinds", kinds, "inputs", inputs, "enums", enums, "roles",
			 roles, "dimensions", dimensions, "refusals", refusals, "publication",
			 publication_words(pack));
}

int house_catalogue(struct house *house, json_t **answer, struct fault *why)
{
	(void)why;
	*answer = catalogue_make(house->pack);
	return 0;
}
