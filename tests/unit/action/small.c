#include "small.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

void small_open(struct small *small, const struct store_driver *driver)
{
	struct house_options options = {
		.pack = SOURCE_ROOT "/packs/jinan-2007",
		.origin = "small.test/1",
		.demo = true,
		.now = SMALL_START,
		.driver = driver,
	};
	struct fault why = { 0 };

	strcpy(small->folder, "/tmp/action-test-XXXXXX");
	assert_non_null(mkdtemp(small->folder));
	options.folder = small->folder;
	if (house_open(&options, &small->house, &why) < 0)
		fail_msg("%s", why.text);
}

void small_close(struct small *small)
{
	char command[128];

	house_close(small->house);
	snprintf(command, sizeof(command), "rm -rf %s", small->folder);
	assert_int_equal(system(command), 0);
}

static void finish(struct small *small, struct deed *deed, int ret, struct fault *why)
{
	ret = deed_end(deed, ret, why);
	if (ret < 0)
		fail_msg("%s", why->text);
	if (deed->missing)
		fail_msg("refused: %s", deed->missing->en);
	deed_close(deed);
	if (house_commit(small->house, why) < 0)
		fail_msg("%s", why->text);
}

static void begin(struct small *small, struct deed *deed, struct fault *why)
{
	static const struct asker self = { .machine = "system" };

	assert_int_equal(house_begin(small->house, why), 0);
	assert_int_equal(deed_begin(deed, small->house, &self, SMALL_START, why), 0);
}

static void fill(struct deed *deed, struct object *object, json_t *values)
{
	const char *name;
	json_t *value;

	json_object_foreach(values, name, value) {
		const struct field *field = kind_field(object->kind, name);

		if (!field)
			fail_msg("a %s has no field %s", object->kind->name, name);
		change_field(deed, object, field, json_incref(value));
	}
}

int64_t small_make(struct small *small, const char *kind, const char *body, ...)
{
	const struct kind *known = pack_kind(house_pack(small->house), kind);
	struct fault why = { 0 };
	struct object *object;
	struct deed deed;
	char text[4096];
	json_t *values;
	va_list args;
	int64_t id;

	va_start(args, body);
	vsnprintf(text, sizeof(text), body, args);
	va_end(args);
	values = json_loads(text, 0, NULL);
	if (!known || !values)
		fail_msg("%s %s", kind, text);
	begin(small, &deed, &why);
	object = world_make(&deed, house_pack(small->house), known, RECORD_REAL);
	change_of(&deed, object, "test.made");
	fill(&deed, object, values);
	change_number(&deed, object);
	id = object->id;
	json_decref(values);
	finish(small, &deed, 0, &why);
	return id;
}

void small_state(struct small *small, int64_t id, const char *region, const char *state)
{
	struct fault why = { 0 };
	struct object *object;
	struct deed deed;

	begin(small, &deed, &why);
	object = world_get(&deed, id, &why);
	assert_non_null(object);
	for (size_t i = 0; i < object->kind->region_count; i++) {
		const struct region *one = &object->kind->regions[i];

		if (!strcmp(one->name, region)) {
			assert_non_null(region_state(one, state));
			change_of(&deed, object, "test.state");
			change_state(&deed, object, one, region_state(one, state));
		}
	}
	finish(small, &deed, 0, &why);
}

int64_t small_count(struct small *small, const char *sql)
{
	struct fault why = { 0 };
	int64_t n = 0;

	if (store_int(house_store(small->house), sql, NO_VALUES, &n, &why) < 0)
		fail_msg("%s: %s", sql, why.text);
	return n;
}
