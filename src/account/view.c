#include "account/view.h"

#include <string.h>

#include "account/account_private.h"
#include "base/utf8.h"

static int check_name(const char *name, struct fault *why)
{
	const char *at = name, *end = name + strnlen(name, VIEW_NAME);
	int chars = 0;

	if (utf8_valid(name, (size_t)(end - name)) < (size_t)(end - name) && !*end)
		return fault_say(why, FAULT_INVALID, "the name is not UTF-8", "名称不是 UTF-8 文本");
	for (; at < end; chars++) {
		const uint32_t c = utf8_next(&at, end);

		if (c < 0x20 || (c >= 0x7f && c < 0xa0))
			return fault_say(why, FAULT_INVALID, "the name has a control character",
					 "名称中有控制字符");
	}
	if (!chars)
		return fault_say(why, FAULT_INVALID, "the name is empty", "名称为空");
	if (chars > VIEW_NAME_CHARS)
		return fault_say(why, FAULT_LIMIT, "the name has more than %d characters",
				 "名称超过 %d 个字符", VIEW_NAME_CHARS);
	return 0;
}

static int check_count(struct accounts *accounts, int64_t person, const char *name, bool *made,
		       struct fault *why)
{
	int64_t others, same;
	int ret;

	if ((ret = store_int(accounts->store,
			     "SELECT count(*) FROM saved_views WHERE person = $1 AND name <> $2",
			     VALUES(value_int(person), value_text(name)), &others, why)) < 0 ||
	    (ret = store_int(accounts->store,
			     "SELECT count(*) FROM saved_views WHERE person = $1 AND name = $2",
			     VALUES(value_int(person), value_text(name)), &same, why)) < 0)
		return ret;
	if (!same && others >= VIEW_MOST)
		return fault_say(why, FAULT_LIMIT, "one person saves at most %d lists",
				 "每人最多保存 %d 个列表", VIEW_MOST);
	*made = !same;
	return 0;
}

int view_put(struct accounts *accounts, int64_t person, const char *name, const char *text, int64_t now,
	     bool *made, struct fault *why)
{
	static const char sql[] =
		"INSERT INTO saved_views(person, name, text, at) VALUES($1, $2, $3, $4)"
		" ON CONFLICT(person, name) DO UPDATE SET text = excluded.text, at = excluded.at";
	int ret;

	if ((ret = check_name(name, why)) < 0)
		return ret;
	if (strlen(text) > VIEW_BYTES)
		return fault_say(why, FAULT_LIMIT, "a saved list has at most %d bytes; this one has %zu",
				 "保存的列表最长 %d 字节，这个有 %zu 字节", VIEW_BYTES, strlen(text));
	if ((ret = check_count(accounts, person, name, made, why)) < 0)
		return ret;
	return store_run(accounts->store, sql,
			 VALUES(value_int(person), value_text(name), value_text(text), value_int(now)), NULL,
			 why);
}

int view_list(struct accounts *accounts, int64_t person, struct arena *mem, struct view **out, size_t *count,
	      struct fault *why)
{
	SCOPED(rows_drop) struct rows *rows = NULL;
	struct view *list = arena_many(mem, VIEW_MOST, sizeof(*list));
	size_t n = 0;
	int ret;

	if ((ret = store_query(
		     accounts->store,
		     "SELECT name, text, at FROM saved_views WHERE person = $1 ORDER BY name LIMIT $2",
		     VALUES(value_int(person), value_int(VIEW_MOST)), &rows, why)) < 0)
		return ret;
	while ((ret = rows_next(rows, why)) == 1)
		list[n++] = (struct view){ .name = arena_copy(mem, rows_text(rows, 0, NULL)),
					   .text = arena_copy(mem, rows_text(rows, 1, NULL)),
					   .at = rows_int(rows, 2) };
	*out = list;
	*count = n;
	return ret;
}

int view_remove(struct accounts *accounts, int64_t person, const char *name, struct fault *why)
{
	int64_t gone;
	int ret;

	if ((ret = store_run(accounts->store, "DELETE FROM saved_views WHERE person = $1 AND name = $2",
			     VALUES(value_int(person), value_text(name)), &gone, why)) < 0)
		return ret;
	return gone ? 0
		    : fault_say(why, FAULT_ABSENT, "no list is saved as '%.80s'", "没有名为“%.80s”的列表",
				name);
}
