#include "release/release_private.h"

#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"

/* clang-format off */
static const struct {
	const char *word, *zh, *en;
} classes[] = {
	[RELEASE_ADDRESS]  = { "address",  "网络地址",               "network address" },
	[RELEASE_MAC]      = { "mac",      "网卡地址",               "MAC address" },
	[RELEASE_MAIL]     = { "mail",     "邮箱地址",               "mail address" },
	[RELEASE_CARD]     = { "card",     "银行卡号",               "bank card number" },
	[RELEASE_IDENTITY] = { "identity", "身份证号",               "identity card number" },
	[RELEASE_ACCOUNT]  = { "account",  "账号或口令",             "account or password" },
	[RELEASE_PHONE]    = { "phone",    "电话号码",               "telephone number" },
	[RELEASE_PERSON]   = { "person",   "登记人员",               "person of the register" },
	[RELEASE_UNIT]     = { "unit",     "登记单位",               "unit of the register" },
	[RELEASE_SYSTEM]   = { "system",   "登记系统",               "system of the register" },
	[RELEASE_HOST]     = { "host",     "内部主机名",             "internal host name" },
	[RELEASE_PATH]     = { "path",     "文件路径",               "file path" },
	[RELEASE_HASH]     = { "hash",     "哈希值",                 "hash value" },
	[RELEASE_SECRET]   = { "secret",   "令牌或密钥",             "token or key" },
	[RELEASE_CASE]     = { "case",     "案件或记录编号",         "number of a case or record" },
	[RELEASE_LONG]     = { "long",     "文本过长，无法审查",     "too long to be checked" },
};
/* clang-format on */

_Static_assert(sizeof(classes) / sizeof(*classes) == RELEASE__COUNT, "every class has its words");

const char *release_word(enum release_class of) { return classes[of].word; }
const char *release_zh(enum release_class of) { return classes[of].zh; }
const char *release_en(enum release_class of) { return classes[of].en; }

/* ---- what to find ---------------------------------------------------------------- */

static char **copies(const char *const *words, size_t count)
{
	char **out = must_alloc((count + 1) * sizeof(*out));

	for (size_t i = 0; i < count; i++)
		out[i] = must_copy(words[i] + (*words[i] == '.'));
	return out;
}

int release_new(const struct release_list *list, struct release **out, struct fault *why)
{
	struct release *made;

	if (list->name_count > RELEASE_NAMES_MOST)
		return fault_say(why, FAULT_LIMIT, "the release check takes at most %d names, not %zu",
				 "发布审查最多处理 %d 个名称，现有 %zu 个", RELEASE_NAMES_MOST,
				 list->name_count);
	made = must_alloc(sizeof(*made));
	*made = (struct release){ .names = names_new(),
				  .domains = copies(list->domains, list->domain_count),
				  .domain_count = list->domain_count,
				  .numbers = copies(list->numbers, list->number_count),
				  .number_count = list->number_count };
	for (size_t i = 0; i < list->name_count; i++)
		names_add(made->names, list->names[i].text,
			  (uint32_t)list->names[i].of << 1 | list->names[i].allowed);
	names_ready(made->names);
	*out = made;
	return 0;
}

void release_free(struct release *release)
{
	if (!release)
		return;
	names_free(release->names);
	for (size_t i = 0; i < release->domain_count; i++)
		free(release->domains[i]);
	for (size_t i = 0; i < release->number_count; i++)
		free(release->numbers[i]);
	free(release->domains);
	free(release->numbers);
	free(release);
}

/* ---- one look ---------------------------------------------------------------------- */

static void note(struct look *look, struct part part)
{
	for (size_t i = 0; i < look->count; i++)
		if (!memcmp(&look->parts[i], &part, sizeof(part)))
			return;
	if (look->count == PARTS_MOST) {
		look->more = true;
		return;
	}
	look->parts[look->count++] = part;
}

static void found_part(struct look *look, const struct fold *in, size_t from, size_t to,
		       enum release_class of, bool allowed)
{
	struct part part;

	if (to > in->n)
		to = in->n;
	if (from >= to)
		return;
	memset(&part, 0, sizeof(part));
	part.of = of;
	part.allowed = allowed;
	part.from = look->within ? look->within->from : in->from[from];
	part.to = look->within ? look->within->to : in->to[to - 1];
	note(look, part);
}

void look_found(struct look *look, const struct fold *in, size_t from, size_t to, enum release_class of)
{
	found_part(look, in, from, to, of, false);
}

struct naming {
	struct look *look;
	const struct fold *in;
};

static void found_name(void *with, uint32_t mark, size_t from, size_t to)
{
	const struct naming *naming = with;

	/* What is hidden in an encoding is not allowed by being a public name. */
	if (!(mark & 1) || !naming->look->within)
		found_part(naming->look, naming->in, from, to, (enum release_class)(mark >> 1), mark & 1);
}

static void look_at_fold(struct look *look, const struct fold *in)
{
	struct naming naming = { look, in };

	shape_find(look, in);
	number_find(look, in);
	host_find(look, in);
	secret_find(look, in);
	names_find(look->release->names, in, look->mem, found_name, &naming);
}

static void look_at_readings(struct look *look, const struct fold *in)
{
	struct fold undone;

	look_at_fold(look, in);
	encoded_find(look, in);
	fold_tricks(in, look->mem, &undone);
	look_at_fold(look, &undone);
}

/* Escapes of escapes: "%252E". */
enum { ROUNDS = 3 };

void look_at_text(struct look *look, const char *text, size_t len)
{
	struct fold first, plain, next;

	fold_text(text, len, look->mem, &first);
	look_at_readings(look, &first);
	for (int of_mail = 0; of_mail < 2; of_mail++) {
		plain = first;
		for (int round = 0; round < ROUNDS && fold_escapes(&plain, of_mail, look->mem, &next);
		     round++) {
			plain = next;
			look_at_readings(look, &plain);
		}
	}
}

/* ---- what is told ------------------------------------------------------------------- */

static bool lies_in(const struct part *a, const struct part *b)
{
	return b->from <= a->from && a->to <= b->to;
}

static bool same_place(const struct part *a, const struct part *b)
{
	return a->from == b->from && a->to == b->to;
}

/* Within what may leave, or within a longer finding. */
static bool covered(const struct look *look, size_t i)
{
	const struct part *part = &look->parts[i];

	for (size_t k = 0; k < look->count; k++) {
		const struct part *other = &look->parts[k];

		if (k == i || !lies_in(part, other))
			continue;
		/* "admin@10.1.2.3" is both. */
		if (part->of == RELEASE_ADDRESS && other->of == RELEASE_MAIL && !other->allowed)
			continue;
		if (other->allowed || !same_place(part, other) || other->of < part->of)
			return true;
	}
	return false;
}

static int by_place(const void *a, const void *b)
{
	const struct part *x = a, *y = b;

	return x->from != y->from ? (x->from > y->from) - (x->from < y->from)
				  : (x->to > y->to) - (x->to < y->to);
}

static const char *words_at(const char *text, struct arena *mem, const struct part *part)
{
	const char *at = text, *end = text + strlen(text), *from;

	for (uint32_t i = 0; i < part->from && at < end; i++)
		utf8_next(&at, end);
	from = at;
	for (uint32_t i = part->from; i < part->to && at < end && at - from < 120; i++)
		utf8_next(&at, end);
	return arena_copy_bytes(mem, from, (size_t)(at - from));
}

static void tell(struct look *look, const char *text, struct release_findings *out)
{
	struct part *left = arena_many(look->mem, look->count + 1, sizeof(*left));
	size_t count = 0;

	for (size_t i = 0; i < look->count; i++)
		if (!look->parts[i].allowed && !covered(look, i))
			left[count++] = look->parts[i];
	qsort(left, count, sizeof(*left), by_place);
	out->more = look->more || count > RELEASE_FINDINGS_MOST;
	for (size_t i = 0; i < count && i < RELEASE_FINDINGS_MOST; i++)
		out->at[out->count++] = (struct release_finding){ left[i].of, left[i].from, left[i].to,
								  words_at(text, look->mem, &left[i]) };
}

void release_check(const struct release *release, const char *text, struct arena *mem,
		   struct release_findings *out)
{
	struct look look = { .release = release, .mem = mem };
	const size_t len = strlen(text);

	out->count = 0;
	out->more = false;
	if (len > RELEASE_TEXT_MOST) {
		out->at[out->count++] = (struct release_finding){ RELEASE_LONG, 0, 0, "" };
		return;
	}
	look.parts = arena_many(mem, PARTS_MOST, sizeof(*look.parts));
	look_at_text(&look, text, len);
	tell(&look, text, out);
}
