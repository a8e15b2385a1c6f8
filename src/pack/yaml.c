#include "pack/yaml.h"

#include <stdlib.h>
#include <string.h>
#include <yaml.h>

#include "base/utf8.h"

struct reading {
	yaml_parser_t parser;
	const char *file;
	struct arena *nodes, *texts;
	size_t count;
	struct place *where;
	struct fault *why;
};

static struct place place_of(const struct reading *in, yaml_mark_t mark)
{
	return (struct place){ in->file, (int)mark.line + 1, (int)mark.column + 1 };
}

static int wrong(struct reading *in, struct place at, enum fault_code code, const char *what)
{
	*in->where = at;
	return fault_set(in->why, code, "%s", what);
}

/* The position of the first byte that is no UTF-8, so that an editor finds it. */
static int bad_utf8(struct reading *in, const char *bytes, size_t at)
{
	struct place place = { in->file, 1, 1 };

	for (size_t i = 0; i < at; i++) {
		if (bytes[i] == '\n') {
			place.line++;
			place.column = 1;
		} else if ((bytes[i] & 0xc0) != 0x80) {
			place.column++;
		}
	}
	return wrong(in, place, FAULT_INVALID, "this byte is not UTF-8; save the file as UTF-8");
}

static int next_event(struct reading *in, yaml_event_t *event)
{
	yaml_mark_t mark;

	if (yaml_parser_parse(&in->parser, event))
		return 0;
	mark = in->parser.problem_mark.line || in->parser.problem_mark.column ? in->parser.problem_mark
									      : in->parser.mark;
	*in->where = place_of(in, mark);
	return fault_set(in->why, FAULT_INVALID, "not YAML: %s%s%s",
			 in->parser.problem ? in->parser.problem : "unreadable",
			 in->parser.context ? " " : "", in->parser.context ? in->parser.context : "");
}

static struct yaml_node *node_new(struct reading *in, enum yaml_form form, yaml_mark_t mark)
{
	struct yaml_node *node = arena_take(in->nodes, sizeof(*node));

	node->form = form;
	node->at = place_of(in, mark);
	in->count++;
	return node;
}

static int plain(struct reading *in, const yaml_event_t *event, const yaml_char_t *anchor,
		 const yaml_char_t *tag)
{
	struct place at = place_of(in, event->start_mark);

	if (anchor)
		return wrong(in, at, FAULT_INVALID, "anchors are not taken: write it out where it is meant");
	if (tag)
		return wrong(in, at, FAULT_INVALID, "tags are not taken: every value is plain text");
	if (in->count >= YAML_NODES_MOST)
		return wrong(in, at, FAULT_LIMIT, "more than 20000 values in one file; split it");
	return 0;
}

static int text_new(struct reading *in, const yaml_event_t *event, struct yaml_node **out)
{
	const char *value = (const char *)event->data.scalar.value;
	size_t len = event->data.scalar.length;
	struct yaml_node *node;
	int ret;

	ret = plain(in, event, event->data.scalar.anchor, event->data.scalar.tag);
	if (ret < 0)
		return ret;
	for (size_t i = 0; i < len; i++)
		if ((unsigned char)value[i] < 0x20 && value[i] != '\n' && value[i] != '\t')
			return wrong(in, place_of(in, event->start_mark), FAULT_INVALID,
				     "control characters are not taken in a text");
	node = node_new(in, YAML_TEXT, event->start_mark);
	node->text = arena_copy_bytes(in->texts, value, len);
	*out = node;
	return 0;
}

static int node_read(struct reading *in, yaml_event_t *event, int depth, struct yaml_node **out);

/* Add `child` to the chain of `parent`. */
static void chain(struct yaml_node *parent, struct yaml_node **last, struct yaml_node *child)
{
	if (*last)
		(*last)->next = child;
	else
		parent->first = child;
	*last = child;
	parent->count++;
}

static int list_items(struct reading *in, struct yaml_node *list, int depth)
{
	struct yaml_node *last = NULL, *item;
	yaml_event_t event;
	int ret;

	for (;;) {
		if ((ret = next_event(in, &event)) < 0)
			return ret;
		if (event.type == YAML_SEQUENCE_END_EVENT)
			break;
		ret = node_read(in, &event, depth + 1, &item);
		yaml_event_delete(&event);
		if (ret < 0)
			return ret;
		chain(list, &last, item);
	}
	yaml_event_delete(&event);
	return 0;
}

static int map_value(struct reading *in, struct yaml_node *key, int depth)
{
	struct yaml_node *value;
	yaml_event_t event;
	int ret;

	if (key->form != YAML_TEXT)
		return wrong(in, key->at, FAULT_INVALID, "a key is a plain word");
	if ((ret = next_event(in, &event)) < 0)
		return ret;
	ret = node_read(in, &event, depth + 1, &value);
	yaml_event_delete(&event);
	if (ret == 0)
		key->value = value;
	return ret;
}

static int by_key(const void *a, const void *b)
{
	const struct yaml_node *x = *(const struct yaml_node *const *)a;
	const struct yaml_node *y = *(const struct yaml_node *const *)b;
	int order = strcmp(x->text, y->text);

	if (order == 0)
		order = x->at.line != y->at.line ? x->at.line - y->at.line : x->at.column - y->at.column;
	return order;
}

/* Sorted rather than compared each with each: a file of ten thousand keys
 * must not take a minute to refuse. */
static int unique_keys(struct reading *in, const struct yaml_node *map)
{
	const struct yaml_node **keys = arena_many(in->nodes, map->count, sizeof(*keys)), *key;
	size_t n = 0;

	for (key = map->first; key; key = key->next)
		keys[n++] = key;
	qsort(keys, n, sizeof(*keys), by_key);
	for (size_t i = 1; i < n; i++)
		if (!strcmp(keys[i - 1]->text, keys[i]->text)) {
			*in->where = keys[i]->at;
			return fault_set(in->why, FAULT_INVALID,
					 "'%.80s' stands twice; the first is in line %d", keys[i]->text,
					 keys[i - 1]->at.line);
		}
	return 0;
}

static int map_pairs(struct reading *in, struct yaml_node *map, int depth)
{
	struct yaml_node *last = NULL, *key;
	yaml_event_t event;
	int ret;

	for (;;) {
		if ((ret = next_event(in, &event)) < 0)
			return ret;
		if (event.type == YAML_MAPPING_END_EVENT)
			break;
		ret = node_read(in, &event, depth + 1, &key);
		yaml_event_delete(&event);
		if (ret < 0 || (ret = map_value(in, key, depth)) < 0)
			return ret;
		chain(map, &last, key);
	}
	yaml_event_delete(&event);
	return unique_keys(in, map);
}

static int node_read(struct reading *in, yaml_event_t *event, int depth, struct yaml_node **out)
{
	int ret;

	if (depth > YAML_DEPTH_MOST)
		return wrong(in, place_of(in, event->start_mark), FAULT_LIMIT, "nested deeper than 32");
	switch (event->type) {
	case YAML_SCALAR_EVENT:
		return text_new(in, event, out);
	case YAML_SEQUENCE_START_EVENT:
		ret = plain(in, event, event->data.sequence_start.anchor, event->data.sequence_start.tag);
		if (ret < 0)
			return ret;
		*out = node_new(in, YAML_LIST, event->start_mark);
		return list_items(in, *out, depth);
	case YAML_MAPPING_START_EVENT:
		ret = plain(in, event, event->data.mapping_start.anchor, event->data.mapping_start.tag);
		if (ret < 0)
			return ret;
		*out = node_new(in, YAML_MAP, event->start_mark);
		return map_pairs(in, *out, depth);
	case YAML_ALIAS_EVENT:
		return wrong(in, place_of(in, event->start_mark), FAULT_INVALID,
			     "aliases are not taken: write it out where it is meant");
	default:
		return wrong(in, place_of(in, event->start_mark), FAULT_INVALID, "a value is missing here");
	}
}

static int expect(struct reading *in, yaml_event_type_t type, const char *otherwise)
{
	yaml_event_t event;
	struct place at;
	bool right;
	int ret;

	if ((ret = next_event(in, &event)) < 0)
		return ret;
	at = place_of(in, event.start_mark);
	right = event.type == type;
	yaml_event_delete(&event);
	return right ? 0 : wrong(in, at, FAULT_INVALID, otherwise);
}

static int document(struct reading *in, const struct yaml_node **out)
{
	struct yaml_node *root;
	yaml_event_t event;
	int ret;

	if ((ret = expect(in, YAML_STREAM_START_EVENT, "not YAML")) < 0 ||
	    (ret = expect(in, YAML_DOCUMENT_START_EVENT, "the file is empty")) < 0 ||
	    (ret = next_event(in, &event)) < 0)
		return ret;
	ret = node_read(in, &event, 1, &root);
	yaml_event_delete(&event);
	if (ret < 0 || (ret = expect(in, YAML_DOCUMENT_END_EVENT, "the file goes on after its end")) < 0 ||
	    (ret = expect(in, YAML_STREAM_END_EVENT,
			  "one file holds one document; remove what follows '---'")) < 0)
		return ret;
	*out = root;
	return 0;
}

int yaml_read(const char *bytes, size_t len, const char *file, struct arena *nodes, struct arena *texts,
	      const struct yaml_node **out, struct place *where, struct fault *why)
{
	struct reading in = { .nodes = nodes, .texts = texts, .where = where, .why = why };
	size_t valid;
	int ret;

	in.file = arena_copy(texts, file);
	*where = (struct place){ in.file, 1, 1 };
	if (len > YAML_BYTES_MOST)
		return fault_set(why, FAULT_LIMIT, "%zu bytes; one file holds at most 1 MiB", len);
	if ((valid = utf8_valid(bytes, len)) < len)
		return bad_utf8(&in, bytes, valid);
	if (!yaml_parser_initialize(&in.parser))
		return fault_set(why, FAULT_LIMIT, "no memory to read YAML");
	yaml_parser_set_encoding(&in.parser, YAML_UTF8_ENCODING);
	yaml_parser_set_input_string(&in.parser, (const unsigned char *)bytes, len);
	ret = document(&in, out);
	yaml_parser_delete(&in.parser);
	return ret;
}

const struct yaml_node *yaml_get(const struct yaml_node *node, const char *key)
{
	const struct yaml_node *at;

	if (!node || node->form != YAML_MAP)
		return NULL;
	for (at = node->first; at; at = at->next)
		if (!strcmp(at->text, key))
			return at->value;
	return NULL;
}
