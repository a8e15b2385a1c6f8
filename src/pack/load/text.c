#include <stdlib.h>
#include <string.h>

#include "pack/pack_private.h"

/*
 * Forms of notices, bulletins and reports: one text a name, in both languages
 * with the same slots, so that no fact is lost in translation.
 */

static const struct yaml_node *texts_of(const struct reader *r, const char *name)
{
	static const char *const keys[] = { "texts", NULL };
	const struct yaml_node *root = NULL, *node;

	for (size_t i = 0; i < r->file_count; i++)
		if (!strcmp(r->files[i].name, name))
			root = r->files[i].root;
	if (!root || !read_map(r, root, name, keys))
		return NULL;
	node = yaml_get(root, "texts");
	if (node && node->form == YAML_MAP)
		return node;
	wrong(r, node ? node : root, "texts is a map of name to text");
	return NULL;
}

/* The next "{slot}" at or after `p`, with its length; NULL where there is none. */
static const char *next_slot(const char *p, size_t *len)
{
	while ((p = strchr(p, '{'))) {
		*len = strspn(p + 1, "abcdefghijklmnopqrstuvwxyz0123456789_.") + 2;
		if (*len > 2 && p[*len - 1] == '}')
			return p;
		p++;
	}
	return NULL;
}

/* {label_zh} and {label_en} are each other's counterpart. */
static bool of_one_language(const char *slot, size_t len)
{
	return len > 5 && (!strncmp(slot + len - 4, "_zh}", 4) || !strncmp(slot + len - 4, "_en}", 4));
}

/* Does each slot of `text` stand in `other`, too? */
static void same_slots(const struct reader *r, const struct yaml_node *at, const char *text,
		       const char *other, const char *language)
{
	const char *slot;
	size_t len;

	for (const char *p = text; (slot = next_slot(p, &len)); p = slot + len)
		if (!of_one_language(slot, len) && !strstr(other, arena_copy_bytes(r->scratch, slot, len)))
			wrong(r, at, "%.*s does not stand in the %s text", (int)len, slot, language);
}

static void read_form(struct reader *r, const struct yaml_node *key, const struct yaml_node *en)
{
	const struct yaml_node *other = yaml_get(en, key->text);
	struct text *text = &r->pack->texts[r->pack->text_count];
	const char *zh_text, *en_text;

	if (!other) {
		wrong(r, key, "text '%.40s' is missing in texts/en.yml", key->text);
		return;
	}
	zh_text = read_scalar(r, key->value, key->text);
	en_text = read_scalar(r, other, key->text);
	if (!zh_text || !en_text)
		return;
	*text = (struct text){ key->text, { zh_text, en_text }, key->at };
	r->pack->text_count++;
	same_slots(r, key, zh_text, en_text, "English");
	same_slots(r, other, en_text, zh_text, "Chinese");
}

static int by_name(const void *a, const void *b)
{
	return strcmp(((const struct text *)a)->name, ((const struct text *)b)->name);
}

void load_texts(struct reader *r)
{
	const struct yaml_node *zh = texts_of(r, "texts/zh.yml"), *en = texts_of(r, "texts/en.yml");

	r->pack->texts = arena_many(r->mem, children(zh), sizeof(*r->pack->texts));
	for (const struct yaml_node *key = zh ? zh->first : NULL; key; key = key->next)
		read_form(r, key, en);
	for (const struct yaml_node *key = en ? en->first : NULL; key; key = key->next)
		if (!yaml_get(zh, key->text))
			wrong(r, key, "text '%.40s' is missing in texts/zh.yml", key->text);
	qsort(r->pack->texts, r->pack->text_count, sizeof(*r->pack->texts), by_name);
}
