#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "pack/yaml.h"

/*
 * Any bytes: refused at a place inside the file, or a tree that, written out
 * and read again, is the same tree.
 */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* JSON is YAML; keys get their '?' since a long one is no simple key. */
static void write_node(struct buf *out, const struct yaml_node *node)
{
	if (node->form == YAML_TEXT) {
		buf_json_string(out, node->text, strlen(node->text));
		return;
	}
	buf_char(out, node->form == YAML_LIST ? '[' : '{');
	for (const struct yaml_node *child = node->first; child; child = child->next) {
		if (node->form == YAML_LIST) {
			write_node(out, child);
		} else {
			buf_text(out, "? ");
			write_node(out, child);
			buf_text(out, " : ");
			write_node(out, child->value);
		}
		buf_text(out, ",\n");
	}
	buf_char(out, node->form == YAML_LIST ? ']' : '}');
}

static int same(const struct yaml_node *a, const struct yaml_node *b)
{
	const struct yaml_node *x = a->first, *y = b->first;

	if (a->form != b->form || a->count != b->count)
		return 0;
	if (a->form == YAML_TEXT)
		return !strcmp(a->text, b->text);
	for (; x && y; x = x->next, y = y->next)
		if (!same(x, y) || (a->form == YAML_MAP && !same(x->value, y->value)))
			return 0;
	return !x && !y;
}

static void read_again(const struct yaml_node *root)
{
	struct arena *mem = arena_new();
	const struct yaml_node *again = NULL;
	struct buf text = { 0 };
	struct place where;
	struct fault why;

	write_node(&text, root);
	if (text.len <= YAML_BYTES_MOST &&
	    (yaml_read(text.data, text.len, "again.yml", mem, mem, &again, &where, &why) < 0 ||
	     !same(root, again)))
		abort();
	buf_fini(&text);
	arena_free(mem);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *mem = arena_new();
	const struct yaml_node *root = NULL;
	struct place where;
	struct fault why;

	if (yaml_read((const char *)data, size, "x.yml", mem, mem, &root, &where, &why) == 0)
		read_again(root);
	else if (root || where.line < 1 || where.column < 1 || !*why.text)
		abort();
	arena_free(mem);
	return 0;
}
