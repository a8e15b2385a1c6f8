#include "detect/sigma/lists.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"
#include "host/file.h"
#include "intake/tree.h"
#include "pack/nearest.h"

struct lists {
	struct arena *mem;
	struct list *first;
	size_t count;
};

struct lists *lists_new(struct arena *mem)
{
	struct lists *lists = arena_take(mem, sizeof(*lists));

	lists->mem = mem;
	return lists;
}

const struct list *lists_find(const struct lists *lists, const char *name)
{
	const struct list *list = lists ? lists->first : NULL;

	while (list && strcmp(list->name, name))
		list = list->next;
	return list;
}

const char *lists_nearest(const struct lists *lists, const char *name)
{
	const char *names[LISTS_MOST];
	size_t count = 0;

	for (const struct list *list = lists ? lists->first : NULL; list; list = list->next)
		names[count++] = list->name;
	return nearest(name, names, count);
}

static bool is_name(const char *name)
{
	size_t n = 0;

	while (isalnum((unsigned char)name[n]) || name[n] == '_')
		n++;
	return n && n <= LIST_NAME && !name[n];
}

static int new_list(struct lists *lists, const char *file, int line, const char *name, struct list **out,
		    struct fault *why)
{
	const struct list *other = lists_find(lists, name);
	struct list *list;

	if (!is_name(name))
		return fault_say(why, FAULT_INVALID,
				 "%s:%d:1: '%.80s' is no name of a list; letters, digits and _, at most %d",
				 "%s:%d:1: “%.80s”不是列表名；只用字母、数字和 _，至多 %d 个", file, line,
				 name, LIST_NAME);
	if (other)
		return fault_say(why, FAULT_INVALID, "%s:%d:1: there is a list '%s' in %s already",
				 "%s:%d:1: 列表“%s”已在 %s 中", file, line, name, other->file);
	if (lists->count == LISTS_MOST)
		return fault_say(why, FAULT_LIMIT, "%s:%d:1: more than %d lists", "%s:%d:1: 列表超过 %d 个",
				 file, line, LISTS_MOST);
	list = arena_take(lists->mem, sizeof(*list));
	list->name = name;
	list->file = file;
	list->next = lists->first;
	lists->first = list;
	lists->count++;
	*out = list;
	return 0;
}

/* Values are kept back to front; their order does not matter. */
static int put(struct lists *lists, struct list *list, const char *text, size_t len, bool pattern,
	       struct fault *why)
{
	struct list_value *v;

	if (list->count == LIST_VALUES)
		return fault_say(why, FAULT_LIMIT, "%s: the list '%s' has more than %d values",
				 "%s：列表“%s”超过 %d 个值", list->file, list->name, LIST_VALUES);
	if (len > LIST_VALUE_BYTES)
		return fault_say(why, FAULT_LIMIT, "%s: the list '%s' has a value of %zu bytes; at most %d",
				 "%s：列表“%s”有 %zu 字节的值；至多 %d", list->file, list->name, len,
				 LIST_VALUE_BYTES);
	v = arena_take(lists->mem, sizeof(*v));
	*v = (struct list_value){ arena_copy_bytes(lists->mem, text, len), len, pattern, list->values };
	list->values = v;
	list->count++;
	return 0;
}

/* ---- text --------------------------------------------------------------------- */

static int put_line(struct lists *lists, struct list *list, const char *from, const char *end,
		    struct fault *why)
{
	while (from < end && isspace((unsigned char)*from))
		from++;
	while (end > from && isspace((unsigned char)end[-1]))
		end--;
	return from == end || *from == '#' ? 0 : put(lists, list, from, (size_t)(end - from), false, why);
}

static int add_text(struct lists *lists, const char *file, const char *bytes, size_t len, struct fault *why)
{
	const char *slash = strrchr(file, '/'), *base = slash ? slash + 1 : file;
	const char *end = bytes + len, *p = bytes, *stop;
	struct list *list;
	int ret;

	if (utf8_valid(bytes, len) != len || memchr(bytes, '\0', len))
		return fault_say(why, FAULT_INVALID, "%s: a list is UTF-8 text", "%s：列表应为 UTF-8 文本",
				 file);
	if ((ret = new_list(lists, file, 1, arena_copy_bytes(lists->mem, base, strlen(base) - 4), &list,
			    why)) < 0)
		return ret;
	for (; p < end; p = stop + 1) {
		if (!(stop = memchr(p, '\n', (size_t)(end - p))))
			stop = end;
		if ((ret = put_line(lists, list, p, stop, why)) < 0)
			return ret;
	}
	return 0;
}

/* ---- YAML --------------------------------------------------------------------- */

static int add_member(struct lists *lists, struct list *list, const struct tree *t, struct fault *why)
{
	const struct tree *pattern = t->kind == TREE_MAP ? tree_find(t, "pattern") : NULL;

	if (pattern && tree_count(t) == 1 && pattern->kind == TREE_SCALAR && pattern->len)
		return put(lists, list, pattern->text, pattern->len, true, why);
	if (t->kind != TREE_SCALAR || !t->len || tree_is_null(t))
		return tree_say(why, list->file, t,
				"a value of a list should be text, or {pattern: text with * or ?}",
				"列表的值应为文本，或 {pattern: 含 * 或 ? 的文本}");
	return put(lists, list, t->text, t->len, false, why);
}

static int add_list(struct lists *lists, const char *file, const struct tree *at, struct fault *why)
{
	struct list *list;
	int ret;

	if (at->kind != TREE_LIST)
		return tree_say(why, file, at, "'%.80s' should be a list of values", "“%.80s”应为值的列表",
				at->key);
	if ((ret = new_list(lists, file, at->line, at->key, &list, why)) < 0)
		return ret;
	for (const struct tree *t = at->first; t; t = t->next)
		if ((ret = add_member(lists, list, t, why)) < 0)
			return ret;
	return 0;
}

static int add_yaml(struct lists *lists, const char *file, const struct tree *at, struct fault *why)
{
	int ret;

	for (; at; at = at->next) {
		if (at->kind != TREE_MAP)
			return tree_say(why, file, at, "lists stand in a map: name: [value, value]",
					"列表应写在映射中：名称: [值, 值]");
		for (const struct tree *t = at->first; t; t = t->next)
			if ((ret = add_list(lists, file, t, why)) < 0)
				return ret;
	}
	return 0;
}

/* ---- files -------------------------------------------------------------------- */

static bool ends_in(const char *name, const char *end)
{
	size_t n = strlen(name), m = strlen(end);

	return n > m && !strcmp(name + n - m, end);
}

int lists_add(struct lists *lists, const char *name, const char *bytes, size_t len, struct fault *why)
{
	const char *file = arena_copy(lists->mem, name);
	struct tree *at;
	int ret;

	if (len > TREE_BYTES)
		return fault_say(why, FAULT_LIMIT, "%s: more than %d bytes", "%s：超过 %d 字节", file,
				 TREE_BYTES);
	if (ends_in(name, ".txt"))
		return add_text(lists, file, bytes, len, why);
	ret = tree_read(lists->mem, file, bytes, len, &at, why);
	return ret < 0 ? ret : add_yaml(lists, file, at, why);
}

static int add_file(struct lists *lists, const char *path, struct fault *why)
{
	char *bytes;
	size_t len;
	int ret = file_read(path, TREE_BYTES, lists->mem, &bytes, &len, why);

	return ret < 0 ? ret : lists_add(lists, path, bytes, len, why);
}

static int is_list(const struct dirent *d)
{
	return d->d_name[0] != '.' &&
	       (ends_in(d->d_name, ".txt") || ends_in(d->d_name, ".yml") || ends_in(d->d_name, ".yaml"));
}

int lists_add_folder(struct lists *lists, const char *path, struct fault *why)
{
	struct dirent **names;
	int count = scandir(path, &names, is_list, alphasort), ret = 0;

	if (count < 0)
		return fault_set(why, errno == ENOENT ? FAULT_ABSENT : FAULT_IO, "%s: %s", path,
				 strerror(errno));
	for (int i = 0; i < count; i++) {
		if (ret == 0)
			ret = add_file(lists, arena_text(lists->mem, "%s/%s", path, names[i]->d_name), why);
		free(names[i]);
	}
	free(names);
	return ret;
}
