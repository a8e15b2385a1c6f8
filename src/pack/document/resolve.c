#include <string.h>

#include "pack/document/document_private.h"

/*
 * What a document names, tied to what is there: kinds, fields, regions, states.
 */

/* A field, a region, or what a record has by itself; maybe across one ref. */
static void known_path(const struct reader *r, const struct kind *kind, const char *path, struct place at)
{
	struct path_end end;

	if (!path_follow(r, kind, path, at, &end) || kind_field(end.kind, end.last) ||
	    kind_region(end.kind, end.last) || document_itself_of(end.last))
		return;
	unknown_field(r, at, end.kind, end.last);
}

static void known_slots(const struct reader *r, const struct kind *kind, const char *text, struct place at)
{
	const char *slot;
	size_t len;

	for (const char *p = text; p && (slot = document_slot(p, &len)); p = slot + len)
		known_path(r, kind, arena_copy_bytes(r->scratch, slot + 1, len - 2), at);
}

static void known_words(const struct reader *r, const struct kind *kind, const struct words *words,
			struct place at)
{
	known_slots(r, kind, words->zh, at);
	known_slots(r, kind, words->en, at);
}

static void known_text(const struct reader *r, const struct kind *kind, const char *path, struct place at)
{
	const struct field *field = path_field(r, kind, path, at);

	if (field && field->type != FIELD_TEXT && field->type != FIELD_WORD)
		problem_add(r->problems, at, NULL, "text: %s.%s is neither a text nor a word", kind->name,
			    path);
}

static bool refers(const struct field *field, const struct kind *kind)
{
	return field->type == FIELD_REF && !field->many && field->of && !strcmp(field->of, kind->name);
}

/* By which field a linked record points here. */
static void tie(const struct reader *r, const struct kind *kind, struct part *part)
{
	const struct field *field = part->through ? kind_field(part->kind, part->through) : NULL;

	if (part->through && !field)
		unknown_field(r, part->at, part->kind, part->through);
	for (size_t i = 0; !part->through && i < part->kind->field_count; i++)
		if (refers(&part->kind->fields[i], kind))
			part->through = part->kind->fields[i].name;
	if (!part->through || (field && !refers(field, kind)))
		problem_add(r->problems, part->at, NULL, "%s has no ref%s%s to %s, so none is ever linked",
			    part->kind->name, field ? " " : "", field ? field->name : "", kind->name);
}

static void resolve_linked(const struct reader *r, const struct kind *kind, struct part *part)
{
	if (part->of.count != 1) {
		problem_add(r->problems, part->at, NULL, "one kind of linked records stands here, not %zu",
			    part->of.count);
		return;
	}
	if (!(part->kind = pack_kind(r->pack, part->of.at[0]))) {
		unknown_kind(r, part->at, part->of.at[0]);
		return;
	}
	tie(r, kind, part);
	for (size_t i = 0; i < part->in.count; i++)
		if (!part->kind->region_count)
			problem_add(r->problems, part->at, NULL, "%s has no states", part->kind->name);
		else if (!region_state(&part->kind->regions[0], part->in.at[i]))
			unknown_state(r, part->at, &part->kind->regions[0], part->in.at[i]);
}

static void resolve_timeline(const struct reader *r, const struct kind *kind, const struct part *part)
{
	const struct kind *other;
	bool linked;

	for (size_t i = 0; i < part->of.count; i++) {
		if (!(other = pack_kind(r->pack, part->of.at[i]))) {
			unknown_kind(r, part->at, part->of.at[i]);
			continue;
		}
		linked = other == kind;
		for (size_t k = 0; k < other->field_count; k++)
			linked |= refers(&other->fields[k], kind);
		if (!linked)
			problem_add(r->problems, part->at, NULL,
				    "%s has no ref to %s, so none is ever linked", other->name, kind->name);
	}
}

static void resolve_parts(struct reader *r, const struct kind *kind, struct part *parts, size_t count)
{
	const struct scope in = { .kind = kind };

	for (size_t i = 0; i < count; i++) {
		struct part *part = &parts[i];
		const struct kind *of = kind;

		resolve_guard(r, part->when, &in);
		if (part->form == PART_TABLE || part->form == PART_LIST || part->form == PART_EACH) {
			resolve_linked(r, kind, part);
			of = part->kind;
		} else if (part->form == PART_TIMELINE) {
			resolve_timeline(r, kind, part);
		}
		if (!of)
			continue;
		known_words(r, of, &part->words, part->at);
		for (size_t k = 0; k < part->paths.count; k++)
			if (part->form == PART_TEXT)
				known_text(r, of, part->paths.at[k], part->at);
			else
				known_path(r, of, part->paths.at[k], part->at);
		if (part->text_en)
			known_text(r, of, part->text_en, part->at);
		resolve_parts(r, of, part->parts, part->part_count);
	}
}

void resolve_documents(struct reader *r)
{
	for (size_t i = 0; i < r->pack->document_count; i++) {
		struct document_template *template = &r->pack->documents[i];
		const struct kind *kind = pack_kind(r->pack, template->of);
		const struct scope in = { .kind = kind };

		if (!kind) {
			unknown_kind(r, template->at, template->of);
			continue;
		}
		template->kind = kind;
		resolve_guard(r, template->when, &in);
		known_words(r, kind, &template->title, template->at);
		if (template->number)
			known_path(r, kind, template->number, template->at);
		if (template->marking)
			known_path(r, kind, template->marking, template->at);
		resolve_parts(r, kind, template->parts, template->part_count);
	}
}

void known_document(const struct reader *r, struct place at, const struct kind *kind, const char *name)
{
	const struct document_template *template = pack_document(r->pack, name);
	const char *words[TEMPLATES_MOST];

	if (!template) {
		for (size_t i = 0; i < r->pack->document_count; i++)
			words[i] = r->pack->documents[i].id;
		unknown_name(r, at, "document", name, words, r->pack->document_count);
	} else if (strcmp(template->of, kind->name) != 0) {
		problem_add(r->problems, at, NULL, "document %s is made of a %s, not of a %s", name,
			    template->of, kind->name);
	} else if (!template->fixed.count) {
		problem_add(r->problems, at, NULL, "document %s names no formats to keep under 'fixed'",
			    name);
	} else if (!pack_kind(r->pack, "issued_document")) {
		problem_add(r->problems, at, NULL,
			    "a kept document is a record of the kind 'issued_document', "
			    "which this pack does not have");
	}
}
