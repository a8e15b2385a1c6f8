#include <string.h>

#include "pack/document/document.h"
#include "pack/document/document_private.h"

/*
 * The files of documents/: one template each.
 */

/* In the order of enum part_form. */
static const char *const forms[PART__COUNT + 1] = {
	"heading", "paragraph", "note",     "signature", "text",       "facts",      "table",
	"list",    "each",      "timeline", "clocks",    "page_break", "checkpoint", NULL,
};

static const struct yaml_node *form_of(const struct yaml_node *node, int *form)
{
	for (*form = 0; forms[*form]; ++*form)
		if (yaml_get(node, forms[*form]))
			return yaml_get(node, forms[*form]);
	return NULL;
}

static struct words words_or_none(struct reader *r, const struct yaml_node *map, const char *key)
{
	const struct yaml_node *node = yaml_get(map, key);

	return node ? read_words(r, node, key) : (struct words){ NULL, NULL };
}

static void read_text_paths(struct reader *r, const struct yaml_node *node, struct part *out)
{
	struct words paths;

	if (node->form != YAML_MAP) {
		out->paths = read_names(r, node, "text");
		return;
	}
	paths = read_words(r, node, "text");
	out->paths.at = arena_many(r->mem, 1, sizeof(*out->paths.at));
	out->paths.at[out->paths.count++] = paths.zh;
	out->text_en = paths.en;
}

static void read_value(struct reader *r, const struct yaml_node *node, const struct yaml_node *map,
		       struct part *out)
{
	switch (out->form) {
	case PART_HEADING:
	case PART_PARAGRAPH:
	case PART_NOTE:
	case PART_SIGNATURE:
		out->words = read_words(r, node, forms[out->form]);
		break;
	case PART_TEXT:
		read_text_paths(r, node, out);
		break;
	case PART_FACTS:
		out->paths = read_names(r, node, "facts");
		break;
	case PART_TABLE:
	case PART_LIST:
	case PART_EACH:
	case PART_TIMELINE:
		out->of = read_names(r, node, forms[out->form]);
		break;
	default:
		if (!read_yes(r, map, forms[out->form]))
			wrong(r, node, "'%s' is yes, or is left out", forms[out->form]);
	}
}

/* The keys that a form takes besides its own and `when`. */
static bool takes(enum part_form form, const char *key)
{
	const bool linked = form == PART_TABLE || form == PART_LIST || form == PART_EACH;

	if (!strcmp(key, "when") || !strcmp(key, forms[form]))
		return true;
	if (!strcmp(key, "level"))
		return form == PART_HEADING;
	if (!strcmp(key, "through") || !strcmp(key, "in") || !strcmp(key, "empty"))
		return linked;
	if (!strcmp(key, "columns"))
		return form == PART_TABLE;
	if (!strcmp(key, "item"))
		return form == PART_LIST;
	if (!strcmp(key, "blocks"))
		return form == PART_EACH;
	return !strcmp(key, "decisions") && form == PART_TIMELINE;
}

static void read_extras(struct reader *r, const struct yaml_node *map, struct part *out)
{
	const struct yaml_node *node;

	for (const struct yaml_node *key = map->first; key; key = key->next)
		if (!takes(out->form, key->text))
			wrong(r, key, "a block '%s' takes no '%.40s'", forms[out->form], key->text);
	if ((node = yaml_get(map, "when")))
		out->when = load_guard(r, node);
	if ((node = yaml_get(map, "level")))
		out->level = read_number(r, node, "level", 1, 3, 1);
	out->through = read_text(r, map, "through", false);
	out->in = read_names(r, yaml_get(map, "in"), "in");
	out->empty = words_or_none(r, map, "empty");
	out->decisions = read_yes(r, map, "decisions");
	if (out->form == PART_TABLE)
		out->paths = read_names(r, yaml_get(map, "columns"), "columns");
	if (out->form == PART_TABLE && (!out->paths.count || out->paths.count > COLUMNS_MOST))
		wrong(r, map, "a table has 1 to %d columns, not %zu", COLUMNS_MOST, out->paths.count);
	if (out->form == PART_LIST)
		out->words = words_or_none(r, map, "item");
	if (out->form == PART_LIST && !out->words.zh)
		wrong(r, map, "'item' is missing: what stands in the list for each?");
}

static void read_part(struct reader *r, const struct yaml_node *node, size_t *budget, bool inside,
		      struct part *out)
{
	static const char *const keys[] = { "heading", "paragraph",  "note",       "signature", "text",
					    "facts",   "table",      "list",       "each",      "timeline",
					    "clocks",  "page_break", "checkpoint", "when",      "level",
					    "through", "in",         "empty",      "columns",   "item",
					    "blocks",  "decisions",  NULL };
	const struct yaml_node *value;
	int form;

	out->at = node->at;
	out->level = 1;
	if (!read_map(r, node, "a block of a document", keys))
		return;
	if (!(value = form_of(node, &form))) {
		wrong(r, node,
		      "a block of a document is one of heading, paragraph, note, signature, text, facts, "
		      "table, list, each, timeline, clocks, page_break, checkpoint");
		out->form = PART_BREAK;
		return;
	}
	out->form = (enum part_form)form;
	read_value(r, value, node, out);
	read_extras(r, node, out);
	if (out->form != PART_EACH)
		return;
	if (inside)
		wrong(r, node, "each stands in no other each");
	else
		out->parts = read_parts(r, yaml_get(node, "blocks"), node, budget, true, &out->part_count);
}

struct part *read_parts(struct reader *r, const struct yaml_node *node, const struct yaml_node *around,
			size_t *budget, bool inside, size_t *count)
{
	struct part *parts;

	*count = 0;
	if (!node || node->form != YAML_LIST || !node->count) {
		wrong(r, node ? node : around, "'blocks' is a list of blocks, at least one");
		return NULL;
	}
	if (node->count > *budget) {
		wrong(r, node, "a document has at most %d blocks", PARTS_MOST);
		return NULL;
	}
	*budget -= node->count;
	parts = arena_many(r->mem, node->count, sizeof(*parts));
	for (const struct yaml_node *item = node->first; item; item = item->next)
		read_part(r, item, budget, inside, &parts[(*count)++]);
	return parts;
}

/* "+08:00", in minutes. */
static int read_offset(struct reader *r, const struct yaml_node *node)
{
	const char *t = node ? read_scalar(r, node, "times") : NULL;

	if (!t)
		return 0;
	if (strlen(t) == 6 && (*t == '+' || *t == '-') && t[1] >= '0' && t[1] <= '1' && t[2] >= '0' &&
	    t[2] <= '9' && t[3] == ':' && t[4] >= '0' && t[4] <= '5' && t[5] >= '0' && t[5] <= '9')
		return (*t == '-' ? -1 : 1) *
		       (((t[1] - '0') * 10 + t[2] - '0') * 60 + (t[4] - '0') * 10 + t[5] - '0');
	wrong(r, node, "times is an offset against UTC like +08:00, not '%.20s'", t);
	return 0;
}

static void read_fixed(struct reader *r, const struct yaml_node *node, struct document_template *out)
{
	static const char *const formats[] = { "docx", "pdf", "html", "md", NULL };

	out->fixed = read_names(r, node, "fixed");
	for (size_t i = 0; i < out->fixed.count; i++) {
		size_t k = 0;

		while (formats[k] && strcmp(formats[k], out->fixed.at[i]))
			k++;
		if (!formats[k])
			wrong(r, node, "fixed: '%.20s' is not docx, pdf, html or md", out->fixed.at[i]);
	}
}

static void read_template(struct reader *r, const struct yaml_node *root, struct document_template *out)
{
	static const char *const keys[] = { "document", "of",      "label", "title", "letterhead",
					    "number",   "marking", "when",  "fixed", "archived",
					    "times",    "blocks",  NULL };
	const struct yaml_node *node;
	size_t budget = PARTS_MOST;

	out->at = root->at;
	out->id = out->of = "";
	out->label = out->title = (struct words){ "", "" };
	if (!read_map(r, root, "a document", keys))
		return;
	if (!(out->id = read_text(r, root, "document", true)))
		out->id = "";
	if (strlen(out->id) > 40 ||
	    strspn(out->id, "abcdefghijklmnopqrstuvwxyz0123456789_") != strlen(out->id))
		wrong(r, yaml_get(root, "document"),
		      "a document is named in small letters, digits and '_', in at most 40");
	if (!(out->of = read_text(r, root, "of", true)))
		out->of = "";
	out->label = read_label(r, root, "document");
	if ((node = yaml_get(root, "title")))
		out->title = read_words(r, node, "title");
	else
		wrong(r, root, "'title' is missing: what stands above it?");
	out->letterhead = words_or_none(r, root, "letterhead");
	out->number = read_text(r, root, "number", false);
	out->marking = read_text(r, root, "marking", false);
	if ((node = yaml_get(root, "when")))
		out->when = load_guard(r, node);
	read_fixed(r, yaml_get(root, "fixed"), out);
	out->archived = read_yes(r, root, "archived");
	out->offset_min = read_offset(r, yaml_get(root, "times"));
	out->parts = read_parts(r, yaml_get(root, "blocks"), root, &budget, false, &out->part_count);
}

void load_documents(struct reader *r)
{
	struct document_template *list = arena_many(r->mem, TEMPLATES_MOST, sizeof(*list));

	r->pack->documents = list;
	for (size_t i = 0; i < r->file_count; i++) {
		const struct source *file = &r->files[i];
		const struct document_template *known;
		struct document_template made = { 0 };

		if (!file->root || strncmp(file->name, "documents/", strlen("documents/")) != 0)
			continue;
		if (r->pack->document_count == TEMPLATES_MOST) {
			wrong(r, file->root, "a pack has at most %d documents", TEMPLATES_MOST);
			return;
		}
		read_template(r, file->root, &made);
		if ((known = pack_document(r->pack, made.id)))
			wrong(r, file->root, "document '%.40s' stands already in %s", made.id,
			      known->at.file);
		list[r->pack->document_count++] = made;
	}
}
