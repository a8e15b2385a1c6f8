#include <ctype.h>
#include <string.h>

#include "detect/sigma/draft.h"
#include "detect/sigma/lists.h"
#include "detect/sigma/rule_private.h"

/* expand -- %name% in a value becomes every value of the site's list of that name. */

enum { PLACEHOLDERS_MOST = 8, EXPANDED_MOST = 10000, EXPANDED_BYTES = 8 * 1024 * 1024 };

/* clang-format off */
/* The placeholders that the specification names. */
static const struct {
	const char *name, *en, *zh;
} standard[] = {
	{ "Administrators",    " (administrative accounts)",    "（管理员账号）" },
	{ "JumpServers",       " (servers used as jump servers)", "（跳板机）" },
	{ "Workstations",      " (workstations)",               "（工作站）" },
	{ "Servers",           " (servers)",                    "（服务器）" },
	{ "DomainControllers", " (domain controllers)",         "（域控制器）" },
};
/* clang-format on */

static bool wordy(char c) { return isalnum((unsigned char)c) || c == '_'; }

/* The length of "%name%" at `i`; 0 where there is none. */
static size_t placeholder(const struct draft *d, size_t i)
{
	size_t n = i + 1;

	if (d->text[i] != '%')
		return 0;
	while (n < d->len && wordy(d->text[n]) && !d->wild[n])
		n++;
	return n < d->len && d->text[n] == '%' && n > i + 1 ? n + 1 - i : 0;
}

/* "\%" is a percent sign and begins no placeholder. */
static bool escaped(const struct draft *d, size_t i)
{
	return d->text[i] == '\\' && !d->wild[i] && i + 1 < d->len && d->text[i + 1] == '%';
}

static int no_list(struct rule_reading *r, const struct tree *at, const char *name)
{
	const char *near = lists_nearest(r->lists, name), *en = "", *zh = "";

	for (size_t i = 0; i < sizeof(standard) / sizeof(*standard); i++)
		if (!strcmp(standard[i].name, name)) {
			en = standard[i].en;
			zh = standard[i].zh;
		}
	if (near)
		return tree_say(
			r->why, r->file, at,
			"there is no list '%.80s' for the placeholder %%%.80s%%; did you mean '%s'? A rule "
			"whose placeholders are not kept is refused (Sigma 2.1.0, 'Placeholders')",
			"占位符没有列表“%.80s”（%%%.80s%%）；是否指“%s”？占位符无从展开的规则被拒绝（Sigma "
			"2.1.0，Placeholders）",
			name, name, near);
	return tree_say(
		r->why, r->file, at,
		"there is no list '%.80s' for the placeholder %%%.80s%%%s%.0s; a rule whose placeholders "
		"are not kept is refused (Sigma 2.1.0, 'Placeholders')",
		"占位符没有列表“%.80s”（%%%.80s%%）%.0s%s；占位符无从展开的规则被拒绝（Sigma 2.1.0，"
		"Placeholders）",
		name, name, en, zh);
}

struct expansion {
	struct rule_reading *r;
	const struct tree *at;
	struct draft *out;
	size_t count, bytes;
};

static struct draft *value_of(struct rule_reading *r, const struct list_value *v)
{
	const struct tree text = { .kind = TREE_SCALAR, .text = v->text, .len = v->len };
	struct draft *d;

	if (v->pattern)
		return draft_of(r->mem, &text);
	d = draft_new(r->mem, v->len);
	for (size_t i = 0; i < v->len; i++)
		draft_put(d, v->text[i], WILD_NONE);
	return d;
}

static void copy(struct draft *to, const struct draft *from, size_t begin, size_t end)
{
	for (; begin < end; begin++)
		draft_put(to, from->text[begin], from->wild[begin]);
}

static int finish(struct expansion *x, struct draft *d)
{
	x->bytes += d->len;
	if (++x->count > EXPANDED_MOST || x->bytes > EXPANDED_BYTES)
		return tree_say(x->r->why, x->r->file, x->at,
				"the placeholders of one value come to more than %d values or %d bytes",
				"一个值的占位符展开后超过 %d 个值或 %d 字节", EXPANDED_MOST, EXPANDED_BYTES);
	d->next = x->out;
	x->out = d;
	return 0;
}

static int spread(struct expansion *x, const struct draft *d, size_t from, int depth);

static int each_value(struct expansion *x, const struct draft *d, size_t at, size_t len, int depth)
{
	const char *name = arena_copy_bytes(x->r->mem, d->text + at + 1, len - 2);
	const struct list *list = lists_find(x->r->lists, name);
	int ret;

	if (depth == PLACEHOLDERS_MOST)
		return tree_say(x->r->why, x->r->file, x->at, "more than %d placeholders in one value",
				"一个值中的占位符超过 %d 个", PLACEHOLDERS_MOST);
	if (!list)
		return no_list(x->r, x->at, name);
	if (!list->count)
		return tree_say(x->r->why, x->r->file, x->at,
				"the list '%s' (%s) is empty: the rule would never match",
				"列表“%s”（%s）为空：规则将永远不会命中", name, list->file);
	for (const struct list_value *v = list->values; v; v = v->next) {
		const struct draft *middle = value_of(x->r, v);
		struct draft *whole = draft_new(x->r->mem, d->len - len + middle->len);

		copy(whole, d, 0, at);
		copy(whole, middle, 0, middle->len);
		copy(whole, d, at + len, d->len);
		/* What a list says is not looked through for placeholders again. */
		if ((ret = spread(x, whole, at + middle->len, depth + 1)) < 0)
			return ret;
	}
	return 0;
}

static int spread(struct expansion *x, const struct draft *d, size_t from, int depth)
{
	struct draft *plain = draft_new(x->r->mem, d->len);

	copy(plain, d, 0, from);
	for (size_t i = from, n; i < d->len; i++) {
		if (escaped(d, i))
			i++;
		else if ((n = placeholder(d, i)) > 0) {
			struct draft *rest = draft_new(x->r->mem, d->len);

			copy(rest, plain, 0, plain->len);
			copy(rest, d, i, d->len);
			return each_value(x, rest, plain->len, n, depth);
		}
		draft_put(plain, d->text[i], d->wild[i]);
	}
	return finish(x, plain);
}

int draft_expand(struct rule_reading *r, const struct tree *at, struct draft **list)
{
	struct expansion x = { .r = r, .at = at };
	int ret;

	for (const struct draft *d = *list; d; d = d->next)
		if ((ret = spread(&x, d, 0, 0)) < 0)
			return ret;
	*list = x.out;
	return 0;
}
