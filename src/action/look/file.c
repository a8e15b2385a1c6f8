/* An evidence file of a record: who may have its bytes, and that they were handed out. */

#include "action/action_private.h"

#include <inttypes.h>
#include <string.h>

enum { DIGEST_TEXT = 64 };

static const char *digest_at(const json_t *value, size_t n)
{
	const char *digest = json_string_value(json_is_array(value) ? json_array_get(value, n) : value);

	if (!digest || (!json_is_array(value) && n) || strlen(digest) != DIGEST_TEXT ||
	    strspn(digest, "0123456789abcdef") != DIGEST_TEXT)
		return NULL;
	return digest;
}

/* That a record is there says less than what is in its files. */
static int may_open(struct deed *deed, struct object *object, const struct field *field, struct fault *why)
{
	if (!field->open_to.count || !deed->staff || staff_holds_any(deed, object, &field->open_to, NULL))
		return 0;
	return fault_say(why, FAULT_REFUSED, "N21: the contents of '%s'%.0s are not for your role",
			 "N21：%.0s您的角色无权查阅“%s”的内容", field->name, field->label.zh);
}

bool house_opens(struct house *house, const struct asker *asker, int64_t id, const char *name, int64_t now)
{
	const struct field *field;
	struct object *object;
	struct fault why;
	struct deed deed;
	bool opens;

	deed_open(&deed, house, asker, now);
	opens = (!asker->person || staff_of(house, asker->person, &deed.staff, &why) == 0) &&
		(object = world_get(&deed, id, &why)) && staff_sees(&deed, object) &&
		(field = kind_field(object->kind, name)) && may_open(&deed, object, field, &why) == 0;
	deed_close(&deed);
	return opens;
}

static int note_opened(struct house *house, const struct asker *asker, const struct object *object,
		       const char *field, const char *digest, int64_t now, struct fault *why)
{
	json_t *fact = json_pack("{s:s, s:I, s:s, s:s}", "kind", object->kind->name, "object",
				 (json_int_t)object->id, "field", field, "digest", digest);
	int ret = house_note(house, "file.opened", asker, fact, now, why);

	json_decref(fact);
	return ret;
}

int house_file(struct house *house, const struct asker *asker, const struct file_ask *ask, int64_t now,
	       char digest[static 65], struct fault *why)
{
	const struct field *field;
	const char *found = NULL;
	struct object *object;
	struct deed deed;
	int ret = look_at(&deed, house, asker, ask->kind, ask->ref, now, &object, why);

	if (ret == 0) {
		field = kind_field(object->kind, ask->field);
		if (field && field->type == FIELD_BLOB)
			found = digest_at(json_object_get(object->body, ask->field), ask->n);
		if (!found)
			ret = fault_say(why, FAULT_ABSENT, "it has no file '%.64s'", "没有文件“%.64s”",
					ask->field);
		else if ((ret = may_open(&deed, object, field, why)) == 0 && field->open_to.count)
			ret = note_opened(house, asker, object, ask->field, found, now, why);
	}
	if (ret == 0)
		memcpy(digest, found, DIGEST_TEXT + 1);
	deed_close(&deed);
	return ret;
}
