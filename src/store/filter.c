#include "store/filter.h"

#include <stdbool.h>
#include <string.h>

#include "base/utf8.h"
#include "store/tokens.h"

struct parser {
	const char *start, *at, *end;
	const char *const *fields;
	size_t field_count, terms;
	struct arena *mem;
	struct fault *why;
};

/* clang-format off */
/* Signs that an input method for Chinese gives for the usual ones. */
static const struct {
	const char *bytes;
	char sign;
} wide[] = {
	{ "：", ':' }, { "（", '(' }, { "）", ')' }, { "“", '"' }, { "”", '"' }, { "　", ' ' },
	{ "＞", '>' }, { "＜", '<' }, { "＝", '=' }, { "＊", '*' },
};

/* In the order of enum filter_test from TEST_LESS on; longer ones first. */
static const struct {
	const char *sign;
	enum filter_test test;
} signs[] = {
	{ "<=", TEST_UP_TO }, { ">=", TEST_FROM }, { "<", TEST_LESS }, { ">", TEST_MORE },
};
/* clang-format on */

/* The sign at `at` in its usual form, and its bytes; 0 for anything else. */
static char sign_at(const struct parser *p, const char *at, size_t *len)
{
	if (at >= p->end)
		return 0;
	*len = 1;
	if (strchr(" \t\r\n", *at))
		return ' ';
	if (strchr(":()\"<>=*", *at))
		return *at;
	for (size_t i = 0; i < sizeof(wide) / sizeof(*wide); i++) {
		*len = strlen(wide[i].bytes);
		if ((size_t)(p->end - at) >= *len && !memcmp(at, wide[i].bytes, *len))
			return wide[i].sign;
	}
	return 0;
}

static bool take_sign(struct parser *p, char sign)
{
	size_t len;

	if (sign_at(p, p->at, &len) != sign)
		return false;
	p->at += len;
	return true;
}

static void skip_blanks(struct parser *p)
{
	while (take_sign(p, ' '))
		;
}

static int wrong(const struct parser *p, const char *at, const char *en, const char *zh)
{
	size_t place = 1;

	for (const char *c = p->start; c < at; place++)
		utf8_next(&c, p->end);
	return fault_say(p->why, FAULT_INVALID, "filter, character %zu: %s%.0s",
			 "筛选式第 %zu 个字符：%.0s%s", place, en, zh);
}

/* How many edits apart: what somebody may have meant. */
static unsigned distance(const char *a, size_t a_len, const char *b)
{
	enum { MOST = 64 };
	unsigned row[MOST + 1];
	size_t b_len = strlen(b);

	if (a_len > MOST || b_len > MOST)
		return MOST;
	for (size_t j = 0; j <= b_len; j++)
		row[j] = (unsigned)j;
	for (size_t i = 1; i <= a_len; i++) {
		unsigned corner = row[0];

		row[0] = (unsigned)i;
		for (size_t j = 1; j <= b_len; j++) {
			unsigned best = corner + (a[i - 1] != b[j - 1]);

			corner = row[j];
			best = row[j] + 1 < best ? row[j] + 1 : best;
			row[j] = row[j - 1] + 1 < best ? row[j - 1] + 1 : best;
		}
	}
	return row[b_len];
}

/* Half a name is nearer than another word: 'level' means 'confirmed_level'. */
static unsigned apart_from(const char *name, size_t len, const char *field)
{
	return len >= 3 && memmem(field, strlen(field), name, len) ? 0 : distance(name, len, field);
}

/* The nearest three, best first. */
static int unknown_field(const struct parser *p, const char *name, size_t len)
{
	enum { NEAREST = 3 };
	size_t best[NEAREST], count = 0;
	struct buf list = { 0 }, en = { 0 }, zh = { 0 };
	const int shown = len > 64 ? 64 : (int)len;
	int ret;

	for (size_t i = 0; i < p->field_count; i++) {
		unsigned apart = apart_from(name, len, p->fields[i]);
		size_t at = count < NEAREST ? count++ : NEAREST;

		for (; at > 0 && apart < apart_from(name, len, p->fields[best[at - 1]]); at--)
			if (at < NEAREST)
				best[at] = best[at - 1];
		if (at < NEAREST)
			best[at] = i;
	}
	for (size_t i = 0; i < count; i++)
		buf_format(&list, "%s'%.64s'", i ? ", " : "", p->fields[best[i]]);
	buf_format(&en,
		   "there is no field '%.*s' here; %s%s (to search for a text with ':' in it, "
		   "put it in quotes)",
		   shown, name, count ? "the nearest are " : "there are none at all", count ? list.data : "");
	buf_format(&zh, "这里没有字段“%.*s”；%s%s（要查找含“:”的文字，请加引号）", shown, name,
		   count ? "相近的有 " : "没有任何字段", count ? list.data : "");
	ret = wrong(p, name, en.data, zh.data);
	buf_fini(&list);
	buf_fini(&en);
	buf_fini(&zh);
	return ret;
}

static const char *known_field(const struct parser *p, const char *name, size_t len)
{
	for (size_t i = 0; i < p->field_count; i++)
		if (strlen(p->fields[i]) == len && !memcmp(p->fields[i], name, len))
			return p->fields[i];
	return NULL;
}

static struct filter *node(struct parser *p, enum filter_type type)
{
	struct filter *f = arena_take(p->mem, sizeof(*f));

	f->type = type;
	return f;
}

static int quoted(struct parser *p, const char **text, size_t *len)
{
	const char *start = p->at;
	char *out;
	size_t sign_len;

	take_sign(p, '"');
	out = arena_take(p->mem, (size_t)(p->end - p->at) + 1);
	*text = out;
	while (p->at < p->end && sign_at(p, p->at, &sign_len) != '"') {
		if (*p->at == '\\' && p->at + 1 < p->end && strchr("\\\"", p->at[1]))
			p->at++;
		*out++ = *p->at++;
	}
	if (p->at == p->end)
		return wrong(p, start, "this quote is not closed", "引号没有配对");
	take_sign(p, '"');
	*len = (size_t)(out - *text);
	return 0;
}

/* A bare text goes on until a blank, a bracket or a quote. */
static void bare(struct parser *p, const char **text, size_t *len)
{
	const char *start = p->at;
	size_t sign_len;

	while (p->at < p->end) {
		char sign = sign_at(p, p->at, &sign_len);

		if (sign && strchr(" ()\"", sign))
			break;
		p->at += sign ? sign_len : 1;
	}
	*len = (size_t)(p->at - start);
	*text = arena_copy_bytes(p->mem, start, *len);
}

static enum filter_test test_at(struct parser *p)
{
	const char *before = p->at;

	for (size_t i = 0; i < sizeof(signs) / sizeof(*signs); i++) {
		const char *sign = signs[i].sign;

		while (*sign && take_sign(p, *sign))
			sign++;
		if (!*sign)
			return signs[i].test;
		p->at = before;
	}
	return TEST_IS;
}

static int count_term(struct parser *p)
{
	if (++p->terms <= FILTER_TERMS)
		return 0;
	return fault_say(p->why, FAULT_LIMIT, "the filter has more than %d terms", "筛选式多于 %d 项",
			 FILTER_TERMS);
}

/* After the colon. */
static int field_term(struct parser *p, struct filter *f)
{
	const char *start = p->at;
	size_t len;

	f->test = test_at(p);
	if (sign_at(p, p->at, &len) == '"')
		return quoted(p, &f->text, &f->len);
	bare(p, &f->text, &f->len);
	if (f->test == TEST_IS && (!strcmp(f->text, "*") || !strcmp(f->text, "＊"))) {
		f->test = TEST_ANY;
		f->text = "";
		f->len = 0;
		return 0;
	}
	return f->len ? 0
		      : wrong(p, start, "a value is missing (* stands for any, \"\" for an empty one)",
			      "缺少值（* 表示任意值，\"\" 表示空值）");
}

static int words_term(struct parser *p, struct filter *f)
{
	SCOPED(buf_fini) struct buf tokens = { 0 };
	const char *start = p->at;
	bool prefix;
	size_t len;
	int ret = 0;

	if (sign_at(p, p->at, &len) == '"')
		ret = quoted(p, &f->text, &f->len);
	else
		bare(p, &f->text, &f->len);
	if (ret < 0)
		return ret;
	if (!tokens_query(&tokens, &prefix, f->text, f->len))
		return wrong(p, start, "there is no letter or digit here to search for",
			     "这里没有可供查找的文字或数字");
	return 0;
}

static bool name_char(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
	       c == '.';
}

/* The bytes of a name with a colon behind it, or 0. */
static size_t name_length(const struct parser *p)
{
	const char *at = p->at;
	size_t len;

	if (*at >= '0' && *at <= '9')
		return 0; /* an address with a port */
	while (at < p->end && name_char(*at))
		at++;
	return sign_at(p, at, &len) == ':' ? (size_t)(at - p->at) : 0;
}

static int term(struct parser *p, struct filter **out)
{
	const char *start = p->at;
	size_t len = name_length(p);
	int ret;

	if ((ret = count_term(p)) < 0)
		return ret;
	*out = node(p, len ? FILTER_FIELD : FILTER_WORDS);
	if (!len)
		return words_term(p, *out);
	(*out)->name = known_field(p, start, len);
	if (!(*out)->name)
		return unknown_field(p, start, len);
	p->at += len;
	take_sign(p, ':');
	return field_term(p, *out);
}

/* Is this word next, as a word of its own? */
static bool keyword(const struct parser *p, const char *word)
{
	size_t len = strlen(word), sign_len;
	char sign;

	if ((size_t)(p->end - p->at) < len || memcmp(p->at, word, len) != 0)
		return false;
	sign = sign_at(p, p->at + len, &sign_len);
	return p->at + len == p->end || (sign && strchr(" ()\"", sign));
}

static bool take_keyword(struct parser *p, const char *word)
{
	if (!keyword(p, word))
		return false;
	p->at += strlen(word);
	return true;
}

static int either(struct parser *p, int depth, struct filter **out);

static int single(struct parser *p, int depth, struct filter **out)
{
	const char *start;
	size_t len;
	int ret;

	skip_blanks(p);
	start = p->at;
	if (depth > FILTER_DEPTH)
		return fault_say(p->why, FAULT_LIMIT, "the filter is nested deeper than %d",
				 "筛选式嵌套超过 %d 层", FILTER_DEPTH);
	if (take_keyword(p, "NOT")) {
		*out = node(p, FILTER_NOT);
		return single(p, depth + 1, &(*out)->first);
	}
	if (take_sign(p, '(')) {
		if ((ret = either(p, depth + 1, out)) < 0)
			return ret;
		return take_sign(p, ')') ? 0 : wrong(p, start, "this bracket is not closed", "括号没有配对");
	}
	if (p->at == p->end || sign_at(p, p->at, &len) == ')' || keyword(p, "AND") || keyword(p, "OR"))
		return wrong(p, start, "a term is missing here", "这里缺少一项");
	return term(p, out);
}

/* 1 for a lower bound, -1 for an upper one, 0 for what is none. */
static int side(const struct filter *f)
{
	if (f->type != FILTER_FIELD || f->bound)
		return 0;
	return f->test == TEST_MORE || f->test == TEST_FROM    ? 1
	       : f->test == TEST_LESS || f->test == TEST_UP_TO ? -1
							       : 0;
}

/* Puts `more` at the end of the children, or where it is the other end of a range. */
static void add(struct filter *parent, struct filter *more)
{
	struct filter **at = &parent->first;

	for (; *at; at = &(*at)->next) {
		if (parent->type == FILTER_AND && side(more) && side(*at) == -side(more) &&
		    (*at)->name == more->name) {
			(*at)->bound = more;
			return;
		}
	}
	*at = more;
}

/* Several of one sort stand side by side, also where brackets held them. */
static void join(struct parser *p, enum filter_type type, struct filter **out, struct filter *more)
{
	struct filter *parent = *out, *next;

	if (parent->type != type) {
		parent = node(p, type);
		parent->first = *out;
	}
	for (more = more->type == type ? more->first : more; more; more = next) {
		next = more->next;
		more->next = NULL;
		add(parent, more);
	}
	*out = parent->first->next ? parent : parent->first;
}

static bool term_follows(const struct parser *p)
{
	size_t len;

	return p->at < p->end && sign_at(p, p->at, &len) != ')' && !keyword(p, "OR");
}

static int both(struct parser *p, int depth, struct filter **out)
{
	struct filter *more;
	int ret;

	if ((ret = single(p, depth, out)) < 0)
		return ret;
	for (skip_blanks(p); term_follows(p); skip_blanks(p)) {
		take_keyword(p, "AND");
		if ((ret = single(p, depth, &more)) < 0)
			return ret;
		join(p, FILTER_AND, out, more);
	}
	return 0;
}

static int either(struct parser *p, int depth, struct filter **out)
{
	struct filter *more;
	int ret;

	if ((ret = both(p, depth, out)) < 0)
		return ret;
	while (take_keyword(p, "OR")) {
		if ((ret = both(p, depth, &more)) < 0)
			return ret;
		join(p, FILTER_OR, out, more);
	}
	return 0;
}

static int check_bytes(const struct parser *p)
{
	size_t len = (size_t)(p->end - p->start), valid = utf8_valid(p->start, len);

	if (valid < len)
		return wrong(p, p->start + valid, "this is not UTF-8", "这里不是 UTF-8");
	if (memchr(p->start, '\0', len))
		return wrong(p, memchr(p->start, '\0', len), "a filter holds no NUL", "筛选式不能含空字符");
	return 0;
}

int filter_parse(const char *text, size_t len, const char *const *fields, size_t field_count,
		 struct arena *mem, struct filter **out, struct fault *why)
{
	struct parser p = { text, text, text + len, fields, field_count, 0, mem, why };
	struct filter *all = NULL;
	int ret;

	if (len > FILTER_BYTES)
		return fault_say(why, FAULT_LIMIT, "the filter has %zu bytes; %d are taken",
				 "筛选式有 %zu 字节，最多 %d 字节", len, FILTER_BYTES);
	if ((ret = check_bytes(&p)) < 0)
		return ret;
	skip_blanks(&p);
	if (p.at < p.end && (ret = either(&p, 1, &all)) < 0)
		return ret;
	if (p.at < p.end)
		return wrong(&p, p.at, "this bracket was not opened", "此括号没有前半");
	*out = all;
	return 0;
}

static void write_text(struct buf *out, const char *text, size_t len)
{
	buf_char(out, '"');
	for (size_t i = 0; i < len; i++) {
		if (text[i] == '"' || text[i] == '\\')
			buf_char(out, '\\');
		buf_char(out, text[i]);
	}
	buf_char(out, '"');
}

static void write_field(struct buf *out, const struct filter *f)
{
	buf_format(out, "%s:", f->name);
	if (f->test == TEST_ANY) {
		buf_char(out, '*');
		return;
	}
	for (size_t i = 0; i < sizeof(signs) / sizeof(*signs); i++)
		if (signs[i].test == f->test)
			buf_text(out, signs[i].sign);
	write_text(out, f->text, f->len);
	if (f->bound) {
		buf_text(out, " AND ");
		write_field(out, f->bound);
	}
}

/* With brackets where `within` binds tighter. */
static void write_node(struct buf *out, const struct filter *f, enum filter_type within)
{
	bool brackets = (f->type == FILTER_OR && within != FILTER_OR) ||
			((f->type == FILTER_AND || f->bound) && within == FILTER_NOT);

	buf_text(out, brackets ? "(" : "");
	if (f->type == FILTER_FIELD)
		write_field(out, f);
	else if (f->type == FILTER_WORDS)
		write_text(out, f->text, f->len);
	else if (f->type == FILTER_NOT)
		buf_text(out, "NOT ");
	for (const struct filter *child = f->first; child; child = child->next) {
		write_node(out, child, f->type);
		if (child->next)
			buf_text(out, f->type == FILTER_AND ? " AND " : " OR ");
	}
	buf_text(out, brackets ? ")" : "");
}

void filter_write(struct buf *out, const struct filter *filter) { write_node(out, filter, FILTER_OR); }
