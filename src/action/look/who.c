/* Who the asker is taken for: name, and the roles that are held now. */

#include "action/action_private.h"

#include <string.h>

static bool told_already(const json_t *roles, const char *role)
{
	const json_t *one;
	size_t i;

	json_array_foreach((json_t *)roles, i, one)
		if (!strcmp(json_string_value(one), role))
			return true;
	return false;
}

static json_t *roles_now(const struct deed *deed)
{
	json_t *roles = json_array();

	for (size_t i = 0; deed->staff && i < deed->staff->post_count; i++) {
		const struct post *post = &deed->staff->posts[i];

		if (post->from <= deed->now && (!post->to || deed->now < post->to) &&
		    !told_already(roles, post->role))
			json_array_append_new(roles, json_string(post->role));
	}
	return roles;
}

/* What the unit of this person is called; NULL: none is known. */
static json_t *unit_name(struct deed *deed, struct object *person)
{
	return person ? world_value(deed, person, "unit.name", NULL) : NULL;
}

int house_who(struct house *house, const struct asker *asker, json_t **answer, struct fault *why)
{
	struct object *person = NULL;
	struct deed deed;
	int ret = 0;

	deed_open(&deed, house, asker, house->given_now);
	if (asker->person && (ret = staff_of(house, asker->person, &deed.staff, why)) == 0 &&
	    !(person = world_get(&deed, asker->person, why)))
		ret = -why->code;
	if (ret == 0)
		*answer = json_pack("{s:b, s:I, s:s*, s:O*, s:O*, s:O*, s:o}", "ok", 1, "person",
				    (json_int_t)asker->person, "machine", asker->machine, "login",
				    person ? json_object_get(person->body, "login") : NULL, "name",
				    person ? json_object_get(person->body, "name") : NULL, "unit",
				    unit_name(&deed, person), "roles", roles_now(&deed));
	deed_close(&deed);
	return ret;
}
