#include "action/document/making.h"

#include <string.h>

/*
 * part -- each block of a template, filled from the record.
 */

static bool in_state(const struct object *o, const struct names *states)
{
	const struct region *region = o->kind->region_count ? &o->kind->regions[0] : NULL;

	return !states->count || (region && names_have(states, state_of(o, region->name)));
}

static void note_latest(struct making *m, const struct object *o)
{
	const int64_t at = o->change || o->fresh ? m->deed->now : o->updated_at;

	m->latest = at > m->latest ? at : m->latest;
}

int linked_seen(struct making *m, struct object *subject, const struct part *part, struct objects *out,
		struct fault *why)
{
	struct objects all;
	int ret = world_linked(m->deed, subject, part->kind->name, part->through, &all, why);

	*out = (struct objects){ 0 };
	if (ret < 0)
		return ret;
	out->at = arena_many(m->deed->mem, all.count + 1, sizeof(*out->at));
	for (size_t i = 0; i < all.count && out->count < LINKED_SHOWN_MOST; i++) {
		if (!in_state(all.at[i], &part->in) || !staff_sees(m->deed, all.at[i]))
			continue;
		note_latest(m, all.at[i]);
		out->at[out->count++] = all.at[i];
	}
	return 0;
}

static void put_facts(struct making *m, struct object *subject, const struct part *part)
{
	struct block *table = document_table(m->document, BLOCK_FACTS, 2, NULL);

	for (size_t i = 0; i < part->paths.count; i++) {
		const char *value = say_path(m, subject, part->paths.at[i]);

		document_cell(m->document, table, say_label(m, subject->kind, part->paths.at[i]));
		document_cell(m->document, table, *value ? value : "—");
	}
}

static void put_rows(struct making *m, const struct part *part, const struct objects *rows)
{
	const char *header[COLUMNS_MOST];
	struct block *table;

	for (size_t c = 0; c < part->paths.count; c++)
		header[c] = say_label(m, part->kind, part->paths.at[c]);
	table = document_table(m->document, BLOCK_TABLE, part->paths.count, header);
	for (size_t i = 0; i < rows->count; i++)
		for (size_t c = 0; c < part->paths.count; c++)
			document_cell(m->document, table, say_path(m, rows->at[i], part->paths.at[c]));
}

static void put_items(struct making *m, const struct part *part, const struct objects *rows)
{
	struct block *list = document_table(m->document, BLOCK_LIST, 1, NULL);

	for (size_t i = 0; i < rows->count; i++)
		document_cell(m->document, list, say_words(m, rows->at[i], &part->words));
}

static int put_linked(struct making *m, struct object *subject, const struct part *part, struct fault *why)
{
	struct objects rows;
	int ret = linked_seen(m, subject, part, &rows, why);

	if (ret < 0)
		return ret;
	if (!rows.count) {
		if (part->empty.zh)
			document_add(m->document, BLOCK_PARAGRAPH, in_tongue(m, &part->empty));
		return 0;
	}
	if (part->form == PART_TABLE)
		put_rows(m, part, &rows);
	else if (part->form == PART_LIST)
		put_items(m, part, &rows);
	for (size_t i = 0; part->form == PART_EACH && ret == 0 && i < rows.count; i++)
		ret = put_parts(m, rows.at[i], part->parts, part->part_count, why);
	return ret;
}

static void put_text(struct making *m, struct object *subject, const struct part *part)
{
	const char *path = !m->zh && part->text_en ? part->text_en
			   : part->paths.count     ? part->paths.at[0]
						   : "";
	const char *text = say_path(m, subject, path);

	/* Where one language was not written, the other stands, and says so by itself. */
	if (!*text && part->text_en)
		text = say_path(m, subject, m->zh ? part->text_en : part->paths.at[0]);
	document_add(m->document, BLOCK_PARAGRAPH, *text ? text : m->zh ? "（未填写）" : "(not filled in)");
}

/* The signed note, whole: with it `fengsui verify --against` finds a history that was written anew. */
static void put_checkpoint(struct making *m)
{
	document_heading(m->document, 2, m->zh ? "记录检查点" : "Checkpoint of the record");
	document_add(m->document, BLOCK_CHECKPOINT, m->note);
}

static int put_part(struct making *m, struct object *subject, const struct part *part, struct fault *why)
{
	switch (part->form) {
	case PART_HEADING:
		document_heading(m->document, part->level, say_words(m, subject, &part->words));
		return 0;
	case PART_PARAGRAPH:
		document_add(m->document, BLOCK_PARAGRAPH, say_words(m, subject, &part->words));
		return 0;
	case PART_NOTE:
		document_add(m->document, BLOCK_NOTE, say_words(m, subject, &part->words));
		return 0;
	case PART_SIGNATURE:
		document_add(m->document, BLOCK_SIGNATURE, say_words(m, subject, &part->words));
		return 0;
	case PART_TEXT:
		put_text(m, subject, part);
		return 0;
	case PART_FACTS:
		put_facts(m, subject, part);
		return 0;
	case PART_TABLE:
	case PART_LIST:
	case PART_EACH:
		return put_linked(m, subject, part, why);
	case PART_TIMELINE:
		return put_timeline(m, subject, part, why);
	case PART_CLOCKS:
		put_clocks(m, subject);
		return 0;
	case PART_BREAK:
		document_add(m->document, BLOCK_BREAK, NULL);
		return 0;
	default:
		put_checkpoint(m);
		return 0;
	}
}

int put_parts(struct making *m, struct object *subject, const struct part *parts, size_t count,
	      struct fault *why)
{
	int ret = 0;

	note_latest(m, subject);
	for (size_t i = 0; ret == 0 && i < count; i++)
		if (!parts[i].when || guard_holds(m->deed, subject, parts[i].when))
			ret = put_part(m, subject, &parts[i], why);
	return ret;
}
