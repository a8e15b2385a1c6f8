/* Drill and reality are kept apart: a record of one never refers to a case of the other. */

#include "action/action_private.h"

#include <string.h>

/* Registers and the drill itself serve both; what belongs to a case, or goes
 * out as a message, belongs to one side. */
static bool of_other_side(struct deed *deed, const struct object *subject, int64_t id)
{
	struct fault why;
	struct object *o = id ? world_get(deed, id, &why) : NULL;

	if (!o || o->space == subject->space)
		return false;
	return o->space == RECORD_DRILL || world_case(deed, o) || !strcmp(o->kind->about, "message");
}

static bool any_of_other_side(struct deed *deed, const struct object *subject, const json_t *value)
{
	json_t *one;
	size_t i;

	if (json_is_integer(value))
		return of_other_side(deed, subject, json_integer_value(value));
	json_array_foreach((json_t *)value, i, one)
		if (json_is_integer(one) && of_other_side(deed, subject, json_integer_value(one)))
			return true;
	return false;
}

static bool names(const json_t *value, int64_t id)
{
	json_t *one;
	size_t i;

	if (json_is_integer(value))
		return json_integer_value(value) == id;
	json_array_foreach((json_t *)value, i, one)
		if (json_is_integer(one) && json_integer_value(one) == id)
			return true;
	return false;
}

/* A system that is affected in another case: its measures and evidence are of that case. */
static bool of_other_case(struct deed *deed, struct object *subject, const json_t *value)
{
	struct object *own = world_case(deed, subject), *other;
	struct fault why;
	struct object *o = json_is_integer(value) ? world_get(deed, json_integer_value(value), &why) : NULL;

	return o && own && !strcmp(o->kind->name, "affected_system") && (other = world_case(deed, o)) &&
	       other != own;
}

/* Would what is typed tie the drill to reality (N19), or a record to itself?
 * A case merged into itself would be gone. Noted as missing. */
void space_ask(struct deed *deed, struct object *subject, json_t *input)
{
	const char *name;
	json_t *value;

	json_object_foreach(input, name, value) {
		const struct field *field = kind_field(subject->kind, name);

		if (field && field->type == FIELD_REF && names(value, subject->id))
			refuse(deed, deed->move && deed->move->refuse ? deed->move->refuse : "N04",
			       arena_text(deed->mem, "“%s”不能是该记录自身", field->label.zh),
			       arena_text(deed->mem, "'%s' cannot be the record itself", field->label.en),
			       name);
		if (field && field->type == FIELD_REF && of_other_case(deed, subject, value))
			refuse(deed, deed->move && deed->move->refuse ? deed->move->refuse : "N04",
			       arena_text(deed->mem, "“%s”属于另一案件", field->label.zh),
			       arena_text(deed->mem, "'%s' is of another case", field->label.en), name);
		if (field && field->type == FIELD_REF && any_of_other_side(deed, subject, value))
			refuse(deed, "N19", "演练对象不得与真实对象关联",
			       "what belongs to a drill is not tied to what is real", name);
	}
}
