#include "intake/tree.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <yaml.h>

#include "base/buf.h"

struct reader {
	struct arena *mem;
	const char *name;
	struct fault *why;
	yaml_parser_t parser;
	int depth;
	size_t nodes;
};

int tree_fault(struct fault *why, const char *name, const struct tree *at, const char *format, ...)
{
	char text[700];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	return fault_set(why, FAULT_INVALID, "%s:%d:%d: %s", name, at ? at->line : 1, at ? at->column : 1,
			 text);
}

int tree_say(struct fault *why, const char *name, const struct tree *at, const char *en, const char *zh, ...)
{
	const int line = at ? at->line : 1, column = at ? at->column : 1;
	char text[2][700];
	va_list args, again;

	va_start(args, zh);
	va_copy(again, args);
	vsnprintf(text[0], sizeof(text[0]), en, args);
	vsnprintf(text[1], sizeof(text[1]), zh, again);
	va_end(again);
	va_end(args);
	return fault_say(why, FAULT_INVALID, "%s:%d:%d: %s%.0s", "%s:%d:%d: %.0s%s", name, line, column,
			 text[0], text[1]);
}

/* libyaml explains itself in English alone; what people run into most often. */
static const char *in_chinese(const char *problem)
{
	static const struct {
		const char *en, *zh;
	} words[] = {
		{ "did not find expected key", "此处应为键，或缩进有误" },
		{ "could not find expected ':'", "键后缺少“:”" },
		{ "mapping values are not allowed in this context",
		  "此处不能出现“: ”，含“: ”的文本须加引号" },
		{ "block sequence entries are not allowed in this context", "此处不能出现列表项“- ”" },
		{ "did not find expected '-' indicator", "此处应为列表项“- ”，或缩进有误" },
		{ "did not find expected ',' or ']'", "缺少“,”或“]”" },
		{ "did not find expected ',' or '}'", "缺少“,”或“}”" },
		{ "did not find expected node content", "此处应有值" },
		{ "did not find expected <document start>", "此处文档已结束；多个文档须以“---”分隔" },
		{ "found character that cannot start any token",
		  "不能以此字符开头；缩进须用空格，文本可加引号" },
		{ "found unexpected end of stream", "引号未闭合" },
		{ "found unknown escape character", "双引号内的转义符有误；反斜杠可写在单引号内" },
		{ "control characters are not allowed", "含有控制字符" },
		{ "invalid leading UTF-8 octet", "不是 UTF-8 编码" },
		{ "invalid trailing UTF-8 octet", "不是 UTF-8 编码" },
	};

	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++)
		if (!strcmp(words[i].en, problem))
			return words[i].zh;
	return "";
}

static int broken(struct reader *r)
{
	const char *problem = r->parser.problem ? r->parser.problem : "it cannot be read";
	const char *zh = in_chinese(problem);
	const yaml_mark_t *m = &r->parser.problem_mark;

	if (!*zh)
		return fault_say(r->why, FAULT_INVALID, "%s:%zu:%zu: this is not YAML: %s",
				 "%s:%zu:%zu: 不是 YAML：%s", r->name, m->line + 1, m->column + 1, problem);
	return fault_say(r->why, FAULT_INVALID, "%s:%zu:%zu: this is not YAML: %.0s%s",
			 "%s:%zu:%zu: 不是 YAML：%s（%s）", r->name, m->line + 1, m->column + 1, zh, problem);
}

static int refuse(struct reader *r, const yaml_event_t *event, const char *en, const char *zh)
{
	const yaml_mark_t *m = &event->start_mark;

	return fault_say(r->why, FAULT_INVALID, "%s:%zu:%zu: %s%.0s", "%s:%zu:%zu: %.0s%s", r->name,
			 m->line + 1, m->column + 1, en, zh);
}

static struct tree *node_at(struct reader *r, const yaml_event_t *event, enum tree_kind kind)
{
	struct tree *node = arena_take(r->mem, sizeof(*node));

	node->kind = kind;
	node->line = (int)event->start_mark.line + 1;
	node->column = (int)event->start_mark.column + 1;
	return node;
}

static int node(struct reader *r, yaml_event_t *event, struct tree **out);

static const struct tree *find_key(const struct tree *map, const char *key)
{
	for (const struct tree *t = map->first; t; t = t->next)
		if (!strcmp(t->key, key))
			return t;
	return NULL;
}

/* A map's key, from its event. Keys must be plain text, each once. */
static int read_key(struct reader *r, const struct tree *map, const yaml_event_t *event, const char **out)
{
	const char *key;

	if (event->type != YAML_SCALAR_EVENT)
		return refuse(r, event, "a key must be plain text", "键应为普通文本");
	key = (const char *)event->data.scalar.value;
	if (strlen(key) != event->data.scalar.length)
		return refuse(r, event, "a key must not contain a NUL", "键不能含有 NUL");
	if (find_key(map, key))
		return refuse(r, event, "this key stands here already; each may stand once",
			      "此键已出现；每个键只能出现一次");
	*out = arena_copy(r->mem, key);
	return 0;
}

static int members(struct reader *r, struct tree *parent)
{
	struct tree **last = &parent->first;
	const bool map = parent->kind == TREE_MAP;
	size_t count = 0;

	for (;;) {
		yaml_event_t event;
		const char *key = NULL;
		int line = 0, column = 0, ret = 0;
		bool end;

		if (!yaml_parser_parse(&r->parser, &event))
			return broken(r);
		end = event.type == YAML_MAPPING_END_EVENT || event.type == YAML_SEQUENCE_END_EVENT;
		line = (int)event.start_mark.line + 1;
		column = (int)event.start_mark.column + 1;
		if (!end && map) {
			ret = count++ < TREE_KEYS ? read_key(r, parent, &event, &key)
						  : refuse(r, &event, "more keys than are taken in one map",
							   "一个映射中的键过多");
			yaml_event_delete(&event);
			if (ret < 0)
				return ret;
			if (!yaml_parser_parse(&r->parser, &event))
				return broken(r);
		}
		if (!end)
			ret = node(r, &event, last);
		yaml_event_delete(&event);
		if (end || ret < 0)
			return ret;
		(*last)->key = key;
		if (map) {
			(*last)->line = line;
			(*last)->column = column;
		}
		last = &(*last)->next;
	}
}

static int node(struct reader *r, yaml_event_t *event, struct tree **out)
{
	int ret;

	if (++r->nodes > TREE_NODES)
		return refuse(r, event, "the file has more values than are taken", "文件中的值过多");
	switch (event->type) {
	case YAML_SCALAR_EVENT:
		*out = node_at(r, event, TREE_SCALAR);
		(*out)->len = event->data.scalar.length;
		(*out)->text = arena_copy_bytes(r->mem, event->data.scalar.value, event->data.scalar.length);
		(*out)->quoted = event->data.scalar.style != YAML_PLAIN_SCALAR_STYLE;
		return 0;
	case YAML_SEQUENCE_START_EVENT:
	case YAML_MAPPING_START_EVENT:
		if (r->depth == TREE_DEPTH)
			return refuse(r, event, "nested deeper than is taken", "嵌套过深");
		*out = node_at(r, event, event->type == YAML_MAPPING_START_EVENT ? TREE_MAP : TREE_LIST);
		r->depth++;
		ret = members(r, *out);
		r->depth--;
		return ret;
	case YAML_ALIAS_EVENT:
		return refuse(r, event, "an alias (*name) is not taken; write the value out",
			      "不接受别名（*名称）；请写出值");
	default:
		return refuse(r, event, "a value is expected", "此处应有值");
	}
}

static int documents(struct reader *r, struct tree **out)
{
	struct tree **last = out;

	*out = NULL;
	for (;;) {
		yaml_event_t event;
		yaml_event_type_t type;
		int ret = 0;

		if (!yaml_parser_parse(&r->parser, &event))
			return broken(r);
		type = event.type;
		if (type != YAML_STREAM_START_EVENT && type != YAML_DOCUMENT_START_EVENT &&
		    type != YAML_DOCUMENT_END_EVENT && type != YAML_STREAM_END_EVENT) {
			ret = node(r, &event, last);
			if (ret == 0)
				last = &(*last)->next;
		}
		yaml_event_delete(&event);
		if (ret < 0 || type == YAML_STREAM_END_EVENT)
			return ret;
	}
}

int tree_read(struct arena *mem, const char *name, const char *bytes, size_t len, struct tree **out,
	      struct fault *why)
{
	struct reader r = { .mem = mem, .name = name, .why = why };
	struct tree *first = NULL;
	int ret;

	if (len > TREE_BYTES)
		return fault_say(why, FAULT_LIMIT, "%s: %zu bytes; at most %d are taken",
				 "%s：%zu 字节，最多 %d 字节", name, len, TREE_BYTES);
	if (!yaml_parser_initialize(&r.parser))
		return fault_set(why, FAULT_IO, "%s: no memory for the YAML reader", name);
	yaml_parser_set_input_string(&r.parser, (const unsigned char *)bytes, len);
	ret = documents(&r, &first);
	yaml_parser_delete(&r.parser);
	if (ret == 0)
		*out = first;
	return ret;
}

static int read_all(FILE *file, const char *path, struct buf *out, struct fault *why)
{
	char chunk[16 * 1024];
	size_t got;

	while ((got = fread(chunk, 1, sizeof(chunk), file)) > 0) {
		if (out->len + got > TREE_BYTES)
			return fault_say(why, FAULT_LIMIT, "%s: more than %d bytes", "%s：超过 %d 字节", path,
					 TREE_BYTES);
		buf_put(out, chunk, got);
	}
	return ferror(file) ? fault_set(why, FAULT_IO, "%s: %s", path, strerror(errno)) : 0;
}

int tree_read_file(struct arena *mem, const char *path, struct tree **out, struct fault *why)
{
	FILE *file = fopen(path, "rbe");
	struct buf text = { 0 };
	int ret;

	if (!file)
		return fault_set(why, errno == ENOENT ? FAULT_ABSENT : FAULT_IO, "%s: %s", path,
				 strerror(errno));
	ret = read_all(file, path, &text, why);
	fclose(file);
	if (ret == 0)
		ret = tree_read(mem, path, text.data ? text.data : "", text.len, out, why);
	buf_fini(&text);
	return ret;
}

const struct tree *tree_find(const struct tree *map, const char *key)
{
	return map && map->kind == TREE_MAP ? find_key(map, key) : NULL;
}

size_t tree_count(const struct tree *parent)
{
	size_t n = 0;

	for (const struct tree *t = parent->first; t; t = t->next)
		n++;
	return n;
}

bool tree_is_null(const struct tree *t)
{
	return t->kind == TREE_SCALAR && !t->quoted &&
	       (!t->len || !strcmp(t->text, "~") || !strcmp(t->text, "null") || !strcmp(t->text, "Null") ||
		!strcmp(t->text, "NULL"));
}
