/* What of the register must not leave in a text: the room that finds it, made from the records. */

#include "action/action_private.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/stamp.h"
#include "release/release.h"

/* clang-format off */
/* Which fields of which kinds are names that stay inside. */
static const struct {
	const char *kind, *field;
	enum release_class of;
} kept[] = {
	{ "unit",   "name",        RELEASE_UNIT },
	{ "unit",   "name_en",     RELEASE_UNIT },
	{ "unit",   "short_names", RELEASE_UNIT },
	{ "person", "name",        RELEASE_PERSON },
	{ "person", "login",       RELEASE_ACCOUNT },
	{ "system", "name",        RELEASE_SYSTEM },
	{ "system", "hosts",       RELEASE_HOST },
	{ "system", "filing_no",   RELEASE_SYSTEM },
};
/* Numbers of what is published itself are no secret. */
static const char *const open_numbers[] = { "warning", "notice", "bulletin" };
/* clang-format on */

/* The store keeps a statement by its address: each is a literal. */
#define REGISTER "FROM objects WHERE kind IN ('unit', 'person', 'system', 'organ', 'release_entry')"

struct gathered {
	struct deed *deed;
	struct release_name *names;
	size_t count, room;
	const char **domains;
	size_t domain_count;
	int64_t until; /* when a declaration ends */
	int64_t office;
};

static void add_name(struct gathered *all, const char *text, enum release_class of, bool allowed)
{
	if (!text || !*text)
		return;
	if (all->count == all->room) {
		struct release_name *more = arena_many(all->deed->mem, 2 * all->room + 64, sizeof(*more));

		if (all->count)
			memcpy(more, all->names, all->count * sizeof(*more));
		all->names = more;
		all->room = 2 * all->room + 64;
	}
	all->names[all->count++] = (struct release_name){ arena_copy(all->deed->mem, text), of, allowed };
}

static void add_value(struct gathered *all, const json_t *value, enum release_class of, bool allowed)
{
	json_t *one;
	size_t i;

	add_name(all, json_string_value(value), of, allowed);
	json_array_foreach((json_t *)value, i, one)
		add_name(all, json_string_value(one), of, allowed);
}

static int64_t moment(const json_t *body, const char *name)
{
	const char *text = json_string_value(json_object_get(body, name));
	int64_t at = 0;

	if (text)
		stamp_parse(text, strlen(text), &at, NULL);
	return at;
}

/* What a recorded decision declares: it may leave, or is internal, until it ends. */
static void add_declared(struct gathered *all, const json_t *body)
{
	const char *list = json_string_value(json_object_get(body, "list"));
	const char *text = json_string_value(json_object_get(body, "text"));
	const int64_t to = moment(body, "valid_to");

	if (!list || !text || (to && to <= all->deed->now))
		return;
	if (to && (!all->until || to < all->until))
		all->until = to;
	if (strcmp(list, "internal_domain")) {
		add_name(all, text, RELEASE_UNIT, true);
		return;
	}
	all->domains[all->domain_count++] = arena_copy(all->deed->mem, text);
}

static void add_record(struct gathered *all, int64_t id, const char *kind, const json_t *body)
{
	/* The publisher says who it is. */
	const bool publisher = !strcmp(kind, "organ") || (!strcmp(kind, "unit") && id == all->office);

	if (!strcmp(kind, "release_entry"))
		add_declared(all, body);
	if (!strcmp(kind, "organ")) {
		add_value(all, json_object_get(body, "name"), RELEASE_UNIT, true);
		add_value(all, json_object_get(body, "name_en"), RELEASE_UNIT, true);
	}
	for (size_t i = 0; i < sizeof(kept) / sizeof(*kept); i++)
		if (!strcmp(kept[i].kind, kind))
			add_value(all, json_object_get(body, kept[i].field), kept[i].of, publisher);
}

static int read_register(struct gathered *all, struct fault *why)
{
	struct rows *rows;
	int64_t declared = 0;
	int got, ret;

	if ((ret = store_int(all->deed->house->store,
			     "SELECT count(*) FROM objects WHERE kind = 'release_entry'", NO_VALUES,
			     &declared, why)) < 0)
		return ret;
	all->domains = arena_many(all->deed->mem, (size_t)declared + 1, sizeof(*all->domains));
	if ((ret = store_query(all->deed->house->store, "SELECT id, kind, body " REGISTER, NO_VALUES, &rows,
			       why)) < 0)
		return ret;
	while ((got = rows_next(rows, why)) == 1) {
		json_t *body = json_loads(rows_text(rows, 2, NULL), 0, NULL);

		add_record(all, rows_int(rows, 0), rows_text(rows, 1, NULL), body);
		json_decref(body);
	}
	rows_close(rows);
	return got;
}

static size_t numbers_of(const struct pack *pack, struct arena *mem, const char ***out)
{
	size_t count = 0;

	*out = arena_many(mem, pack->kind_count + 1, sizeof(**out));
	for (size_t i = 0; i < pack->kind_count; i++) {
		const char *form = pack->kinds[i].number;
		bool open = !form;

		for (size_t k = 0; k < sizeof(open_numbers) / sizeof(*open_numbers); k++)
			open |= !strcmp(pack->kinds[i].name, open_numbers[k]);
		if (!open)
			(*out)[count++] = arena_copy_bytes(mem, form, strcspn(form, "-"));
	}
	return count;
}

static int make(struct deed *deed, struct restricted *kept_ready, struct fault *why)
{
	struct gathered all = { .deed = deed, .office = effect_office(deed) };
	struct release_list list = { 0 };
	const char **numbers;
	int ret;

	if ((ret = read_register(&all, why)) < 0)
		return ret;
	list.number_count = numbers_of(deed->house->pack, deed->mem, &numbers);
	list.names = all.names;
	list.name_count = all.count;
	list.domains = all.domains;
	list.domain_count = all.domain_count;
	list.numbers = numbers;
	release_free(kept_ready->release);
	kept_ready->release = NULL;
	kept_ready->until = all.until;
	return release_new(&list, &kept_ready->release, why);
}

/* Made anew when a record of the register has changed, or a declaration has ended. */
static int ready(struct deed *deed, const struct release **out, struct fault *why)
{
	struct restricted *kept_ready = &deed->house->restricted;
	int64_t count = 0, versions = 0;
	int ret;

	if ((ret = store_int(deed->house->store, "SELECT count(*) " REGISTER, NO_VALUES, &count, why)) < 0 ||
	    (ret = store_int(deed->house->store, "SELECT coalesce(sum(version), 0) " REGISTER, NO_VALUES,
			     &versions, why)) < 0)
		return ret;
	if (!kept_ready->release || kept_ready->count != count || kept_ready->versions != versions ||
	    kept_ready->pack != deed->house->pack || (kept_ready->until && kept_ready->until <= deed->now) ||
	    deed->now < kept_ready->made_at) {
		if ((ret = make(deed, kept_ready, why)) < 0)
			return ret;
		kept_ready->count = count;
		kept_ready->versions = versions;
		kept_ready->pack = deed->house->pack;
		kept_ready->made_at = deed->now;
	}
	*out = kept_ready->release;
	return 0;
}

void restricted_fini(struct restricted *restricted) { release_free(restricted->release); }

static void note_finding(json_t *list, const char *field, const struct release_finding *one)
{
	json_array_append_new(list, json_pack("{s:s, s:I, s:I, s:s, s:{s:s}}", "field", field, "from",
					      (json_int_t)one->from, "to", (json_int_t)one->to, "class",
					      release_word(one->of), "what", "$", one->what));
}

int restricted_in(struct deed *deed, const char *field, const char *text, json_t *list, struct fault *why)
{
	struct release_findings *found = arena_take(deed->mem, sizeof(*found));
	const struct release *release;
	int ret;

	if (!text || !*text)
		return 0;
	if ((ret = ready(deed, &release, why)) < 0)
		return ret;
	release_check(release, text, deed->mem, found);
	for (size_t i = 0; i < found->count; i++)
		note_finding(list, field, &found->at[i]);
	return (int)found->count + found->more;
}

/* Every text that somebody typed: the same of which the digest is made. */
int restricted_of(struct deed *deed, struct object *object, json_t **out, struct fault *why)
{
	int all = 0, ret = 0;

	*out = json_array();
	for (size_t i = 0; ret >= 0 && i < object->kind->field_count; i++) {
		const struct field *field = &object->kind->fields[i];

		if (field->type != FIELD_TEXT || field->engine)
			continue;
		ret = restricted_in(deed, field->name,
				    json_string_value(json_object_get(object->body, field->name)), *out, why);
		all += ret > 0 ? ret : 0;
	}
	return ret < 0 ? ret : all;
}

static enum release_class class_named(const char *word)
{
	int of = 0;

	while (of < RELEASE__COUNT - 1 && strcmp(release_word((enum release_class)of), word))
		of++;
	return (enum release_class)of;
}

/* One a line, in both languages: "hazard 5-16 网络地址 / network address: 10.1.2.3". */
const char *restricted_said(struct deed *deed, const json_t *list, const char *between, size_t most)
{
	const char *said = "";
	json_t *one;
	size_t i;

	json_array_foreach((json_t *)list, i, one) {
		const enum release_class of = class_named(json_string_value(json_object_get(one, "class")));
		const char *line =
			arena_text(deed->mem, "%s %lld-%lld %s / %s: %s",
				   json_string_value(json_object_get(one, "field")),
				   (long long)json_integer_value(json_object_get(one, "from")),
				   (long long)json_integer_value(json_object_get(one, "to")), release_zh(of),
				   release_en(of),
				   json_string_value(json_object_get(json_object_get(one, "what"), "$")));

		if (i == most)
			return arena_text(deed->mem, "%s%s…", said, between);
		said = arena_text(deed->mem, "%s%s%s", said, i ? between : "", line);
	}
	return said;
}
