/* What the public page shows: editions that were published to everybody, and nothing else of the house. */

#include "action/action_private.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/stamp.h"
#include "release/page.h"

/* clang-format off */
/* The released fields, in the order of the page; `en`: where the English words stand. */
static const struct {
	const char *field, *en;
} released[] = {
	{ "document_no", NULL },      { "category", NULL },       { "level", NULL },
	{ "starts_at", NULL },        { "scope", "scope_en" },    { "hazard", "hazard_en" },
	{ "services", "services_en" },{ "matters", "matters_en" },{ "measures", "measures_en" },
	{ "contact", "contact_en" },  { "publisher", "publisher_en" },
	{ "edition_no", NULL },       { "published_at", NULL },   { "valid_to", NULL },
};
enum { RELEASED = sizeof(released) / sizeof(*released) };
/* clang-format on */

struct shown_public {
	struct arena *mem;
	struct public_file *files;
	size_t count;
	int64_t editions, versions;
	uint64_t changes; /* told_changes of the house when it was looked at last */
};

static const char *text_of(const struct object *o, const char *field)
{
	return field ? json_string_value(json_object_get(o->body, field)) : NULL;
}

/* "2026-03-02 08:00 UTC" */
static const char *time_words(struct arena *mem, const char *text)
{
	return text && strlen(text) >= 16 ? arena_text(mem, "%.10s %.5s UTC", text, text + 11) : text;
}

/* The value as people read it, in both languages; false: it is not there. */
static bool value_words(struct arena *mem, const struct object *o, const struct field *field,
			struct page_row *row)
{
	const json_t *value = json_object_get(o->body, field->name);
	const char *text = json_string_value(value);
	const struct code *code;

	if (field->type == FIELD_NUMBER && json_is_integer(value)) {
		row->zh = row->en = arena_text(mem, "%" JSON_INTEGER_FORMAT, json_integer_value(value));
	} else if (field->type == FIELD_TIME && text) {
		row->zh = row->en = time_words(mem, text);
	} else if (field->type == FIELD_ENUM && text && field->codes &&
		   (code = enum_code(field->codes, text))) {
		row->zh = code->label.zh;
		row->en = code->label.en;
	} else if (text && field->type == FIELD_WORD) {
		row->zh = row->en = text;
	} else if (text) {
		row->zh = text;
	} else {
		return false;
	}
	return true;
}

static const struct colour *colour_of(const struct object *edition, const struct object *of)
{
	const int64_t level = value_level(json_object_get(edition->body, "level"));

	if (strcmp(of->kind->name, "warning") || level < 1 || level > 5 ||
	    !edition->pack->colours[level].name)
		return NULL;
	return &edition->pack->colours[level];
}

static void fill_rows(struct arena *mem, const struct object *edition, const struct object *of,
		      struct page *out)
{
	const struct colour *colour = colour_of(edition, of);
	struct page_row *rows = arena_many(mem, RELEASED, sizeof(*rows));

	for (size_t i = 0; i < RELEASED; i++) {
		const struct field *field = kind_field(edition->kind, released[i].field);
		struct page_row row = { 0 };
		const char *en = text_of(edition, released[i].en);

		if (!field || !value_words(mem, edition, field, &row))
			continue;
		row.label_zh = field->label.zh;
		row.label_en = field->label.en;
		row.en = en ? en : row.en;
		if (!strcmp(field->name, "level") && colour) {
			row.zh = arena_text(mem, "%s（%s级）", colour->label.zh, row.zh);
			row.en = arena_text(mem, "%s (level %s)", colour->label.en, row.en);
		}
		rows[out->row_count++] = row;
	}
	out->rows = rows;
	out->colour = colour ? colour->name : NULL;
}

static enum page_standing standing_of(const char *state)
{
	if (!strcmp(state, "withdrawn"))
		return PAGE_WITHDRAWN;
	return !strcmp(state, "replaced") ? PAGE_REPLACED
	       : !strcmp(state, "closed") ? PAGE_FINAL
					  : PAGE_CURRENT;
}

/* A notice has no title: its first words stand for one. */
static const char *title_of_edition(struct arena *mem, const struct object *o, const char *title,
				    const char *hazard)
{
	const char *text = text_of(o, title) ? text_of(o, title) : text_of(o, hazard);
	const char *at = text ? text : "", *from = at, *end = at + strcspn(at, "\n");

	for (int i = 0; i < 60 && at < end; i++) {
		const char *next = at + 1;

		while (next < end && (*next & 0xc0) == 0x80)
			next++;
		at = next;
	}
	return text ? arena_copy_bytes(mem, from, (size_t)(at - from)) : NULL;
}

static void fill_page(struct arena *mem, const struct object *edition, const struct object *of,
		      struct page *out)
{
	const struct state *state = region_state(&edition->kind->regions[0], state_of(edition, "life"));
	const char *title_en = title_of_edition(mem, edition, "title_en", "hazard_en");

	*out = (struct page){
		.name = arena_text(mem, "%s-%" JSON_INTEGER_FORMAT, of->number,
				   json_integer_value(json_object_get(edition->body, "edition_no"))),
		.kind_zh = of->kind->label.zh,
		.kind_en = of->kind->label.en,
		.title_zh = title_of_edition(mem, edition, "title", "hazard"),
		.state_zh = state->label.zh,
		.state_en = state->label.en,
		.published_at = time_words(mem, text_of(edition, "published_at")),
		.standing = standing_of(state->name),
		.reason = text_of(edition, "reason"),
	};
	out->title_en = title_en ? title_en : out->title_zh;
	fill_rows(mem, edition, of, out);
}

enum { PUBLIC_MOST = 5000 };

/* Newest first. What a drill would publish is not there: it is of another space. */
static int gather(struct deed *deed, struct page *pages, size_t *count, struct fault *why)
{
	int64_t *ids = arena_many(deed->mem, PUBLIC_MOST, sizeof(*ids));
	struct rows *rows;
	size_t n = 0;
	int got, ret;

	if ((ret = store_query(
		     deed->house->store,
		     "SELECT id FROM objects WHERE kind = 'edition' AND space = $1 ORDER BY id DESC LIMIT $2",
		     VALUES(value_int(RECORD_REAL), value_int(PUBLIC_MOST)), &rows, why)) < 0)
		return ret;
	while ((got = rows_next(rows, why)) == 1)
		ids[n++] = rows_int(rows, 0);
	rows_close(rows);
	for (size_t i = 0; got == 0 && i < n; i++) {
		struct object *edition = world_get(deed, ids[i], why), *of;
		int64_t parent;

		if (!edition)
			return -why->code;
		if (!json_is_true(json_object_get(edition->body, "public")))
			continue;
		parent = world_ref(deed, edition, "notice");
		of = world_get(deed, parent ? parent : world_ref(deed, edition, "warning"), why);
		if (of && of->number)
			fill_page(deed->mem, edition, of, &pages[(*count)++]);
	}
	return got;
}

static void add_file(struct shown_public *shown, const char *name, const char *type, struct buf *bytes)
{
	shown->files[shown->count++] = (struct public_file){
		arena_copy(shown->mem, name), type,
		arena_copy_bytes(shown->mem, bytes->data ? bytes->data : "", bytes->len), bytes->len
	};
	buf_clear(bytes);
}

static void write_files(struct shown_public *shown, const struct page *pages, size_t count, bool demo)
{
	static const char html[] = "text/html; charset=utf-8";
	struct buf bytes = { 0 };

	shown->files = arena_many(shown->mem, 2 * count + 3, sizeof(*shown->files));
	for (int zh = 1; zh >= 0; zh--) {
		page_index(pages, count, zh, demo, &bytes);
		add_file(shown, zh ? "index.html" : "index.en.html", html, &bytes);
		for (size_t i = 0; i < count; i++) {
			page_write(&pages[i], zh, demo, &bytes);
			add_file(shown,
				 arena_text(shown->mem, "%s%s", pages[i].name, zh ? ".html" : ".en.html"),
				 html, &bytes);
		}
	}
	buf_text(&bytes, page_style);
	add_file(shown, "style.css", "text/css; charset=utf-8", &bytes);
	buf_fini(&bytes);
}

void public_forget(struct house *house)
{
	if (!house->shown)
		return;
	arena_free(house->shown->mem);
	free(house->shown);
	house->shown = NULL;
}

static int make(struct house *house, int64_t editions, int64_t versions, struct fault *why)
{
	struct shown_public *shown = must_alloc(sizeof(*shown));
	struct page *pages;
	struct deed deed;
	size_t count = 0;
	int ret;

	*shown = (struct shown_public){ .mem = arena_new(), .editions = editions, .versions = versions };
	deed_open(&deed, house, NULL, 0);
	pages = arena_many(deed.mem, PUBLIC_MOST, sizeof(*pages));
	if ((ret = gather(&deed, pages, &count, why)) == 0)
		write_files(shown, pages, count, house->demo);
	deed_close(&deed);
	public_forget(house);
	house->shown = shown;
	house->public_made++;
	if (ret < 0)
		public_forget(house);
	return ret;
}

/* Whoever asks, and asks again, costs nothing while nothing has changed. */
static int look_again(struct house *house, struct fault *why)
{
	int64_t editions = 0, versions = 0;
	int ret;

	if ((ret = store_int(house->store, "SELECT count(*) FROM objects WHERE kind = 'edition'", NO_VALUES,
			     &editions, why)) < 0 ||
	    (ret = store_int(house->store,
			     "SELECT coalesce(sum(version), 0) FROM objects WHERE kind = 'edition'",
			     NO_VALUES, &versions, why)) < 0)
		return ret;
	if (!house->shown || house->shown->editions != editions || house->shown->versions != versions)
		ret = make(house, editions, versions, why);
	if (ret == 0)
		house->shown->changes = house->told_changes;
	return ret;
}

int house_public(struct house *house, struct public_files *out, struct fault *why)
{
	int ret;

	if ((!house->shown || house->shown->changes != house->told_changes) &&
	    (ret = look_again(house, why)) < 0)
		return ret;
	*out = (struct public_files){ house->shown->files, house->shown->count, house->public_made };
	return 0;
}
