#include "action/letter.h"

#include <inttypes.h>
#include <string.h>
#include <time.h>

#include "action/action_private.h"
#include "base/buf.h"
#include "base/stamp.h"

/* A letter is its row in the change of the record that it is about. */
struct letter {
	json_t *row; /* owned by the change */
};

enum language { ZH, EN, LANGUAGES };
static const char *const languages[LANGUAGES] = { "zh", "en" };

static const char *of(const struct words *words, enum language language)
{
	return language == ZH ? words->zh : words->en;
}

/* ---- a form, filled ------------------------------------------------------- */

/* By the clock on the wall of the house, with what it is ahead of UTC. */
static void put_time(struct buf *out, const char *text)
{
	struct tm tm;
	char said[64];
	int64_t at;
	time_t when;

	if (stamp_parse(text, strlen(text), &at, NULL) < 0) {
		buf_text(out, text);
		return;
	}
	when = (time_t)(at / STAMP_SECOND);
	localtime_r(&when, &tm);
	strftime(said, sizeof(said), "%Y-%m-%d %H:%M (UTC%z)", &tm);
	buf_text(out, said);
}

static void put_ref(struct deed *deed, struct buf *out, int64_t id)
{
	struct fault why;
	struct object *o = world_get(deed, id, &why);
	const char *title =
		o && o->kind->title ? json_string_value(json_object_get(o->body, o->kind->title)) : NULL;

	if (!o)
		buf_text(out, "—");
	else
		buf_text(out, o->number ? o->number : title ? title : object_name(deed, o));
}

static void put_value(struct deed *deed, struct buf *out, const struct field *field, const json_t *value,
		      enum language language)
{
	const struct code *code;
	json_t *one;
	size_t i;

	if (json_is_array(value))
		json_array_foreach((json_t *)value, i, one) {
			buf_text(out, i ? language == ZH ? "、" : ", " : "");
			put_value(deed, out, field, one, language);
		}
	else if (json_is_integer(value) && field && field->type == FIELD_REF)
		put_ref(deed, out, json_integer_value(value));
	else if (json_is_integer(value))
		buf_format(out, "%" PRId64, (int64_t)json_integer_value(value));
	else if (json_is_boolean(value))
		buf_text(out, json_is_true(value) ? language == ZH ? "是" : "yes"
			      : language == ZH    ? "否"
						  : "no");
	else if (!json_is_string(value))
		buf_text(out, "—");
	else if (field && field->type == FIELD_TIME)
		put_time(out, json_string_value(value));
	else if (field && field->type == FIELD_ENUM &&
		 (code = enum_code(field->codes, json_string_value(value))))
		buf_text(out, of(&code->label, language));
	else
		buf_text(out, json_string_value(value));
}

/* A text that stands in English, too, is said in English: title, title_en. */
static const char *field_in(struct deed *deed, const struct object *holder, const char *name,
			    enum language language)
{
	const char *own = language == EN ? arena_text(deed->mem, "%s_en", name) : NULL;

	return own && json_object_get(holder->body, own) ? own : name;
}

static void put_slot(struct deed *deed, struct object *about, struct buf *out, const char *path,
		     enum language language)
{
	const char *dot = strchr(path, '.'), *last = dot ? dot + 1 : path;
	struct object *holder = about;
	json_t *value;

	if (dot) {
		struct fault why;
		const char *ref = arena_copy_bytes(deed->mem, path, (size_t)(dot - path));
		int64_t id = world_ref(deed, about, ref);

		holder = id ? world_get(deed, id, &why) : NULL;
	}
	if (!holder) {
		buf_text(out, "—");
	} else if (!strcmp(last, "number")) {
		buf_text(out, object_name(deed, holder));
	} else {
		last = field_in(deed, holder, last, language);
		value = json_object_get(holder->body, last);
		put_value(deed, out, kind_field(holder->kind, last), value, language);
	}
}

static char *fill(struct deed *deed, struct object *about, const char *form, enum language language)
{
	struct buf out = { 0 };
	char *filled;

	for (const char *p = form; *p;) {
		size_t len = *p == '{' ? strspn(p + 1, "abcdefghijklmnopqrstuvwxyz0123456789_.") : 0;

		if (len && p[len + 1] == '}') {
			put_slot(deed, about, &out, arena_copy_bytes(deed->mem, p + 1, len), language);
			p += len + 2;
		} else {
			buf_char(&out, *p++);
		}
	}
	filled = arena_copy_bytes(deed->mem, out.data ? out.data : "", out.len);
	buf_fini(&out);
	return filled;
}

/* ---- which form ------------------------------------------------------------- */

static const struct text *form_named(const struct object *about, const char *name)
{
	for (size_t i = 0; name && i < about->pack->text_count; i++)
		if (!strcmp(about->pack->texts[i].name, name))
			return &about->pack->texts[i];
	return NULL;
}

static const struct text *form_for(struct deed *deed, struct object *about, const char *wanted, bool delivers)
{
	const char *state = about->kind->region_count ? state_of(about, about->kind->regions[0].name) : NULL;
	const struct text *form = form_named(about, wanted);

	if (!form && state)
		form = form_named(about, arena_text(deed->mem, "%s_%s", about->kind->name, state));
	if (!form && (delivers || about->fresh))
		form = form_named(about, about->kind->name);
	return form;
}

/* What happened, where the plan has no form for it. No titles: they say more
 * than a mail to many should. */
static const char *line_of(struct deed *deed, struct object *about, enum language language)
{
	static const char *const sign_in[LANGUAGES] = { "详情请登录烽燧查看。",
							"Please sign in to Fengsui to see more." };
	/* clang-format off */
	static const struct {
		const char *type, *words[LANGUAGES];
	} ours[] = {
		{ "clock.missed",    { "期限已过", "a deadline has passed" } },
		{ "clock.escalated", { "期限已过，仍未完成", "a deadline has passed and it is still not done" } },
		{ "message.failed",  { "有消息未能送达", "a message could not be delivered" } },
	};
	/* clang-format on */
	const char *what = deed->move ? of(&deed->move->label, language) : about->type;

	for (size_t i = 0; about->type && i < sizeof(ours) / sizeof(*ours); i++)
		if (!strcmp(about->type, ours[i].type))
			what = ours[i].words[language];
	return arena_text(deed->mem, "%s %s%s%s\n%s\n", of(&about->kind->label, language),
			  object_name(deed, about), language == ZH ? "：" : ": ", what ? what : "",
			  sign_in[language]);
}

/* ---- the letter ------------------------------------------------------------- */

/* Nobody may take an exercise, or a demonstration, for what is real. */
static const char *headed(struct deed *deed, const struct object *about, const char *text,
			  enum language language)
{
	static const char *const drill[LANGUAGES] = { "【演练】", "EXERCISE: " };
	static const char *const demo[LANGUAGES] = { "【演示】", "DEMONSTRATION: " };

	if (about->space == RECORD_DRILL)
		return arena_text(deed->mem, "%s%s", drill[language], text);
	return deed->house->demo ? arena_text(deed->mem, "%s%s", demo[language], text) : text;
}

static json_t *written(struct deed *deed, struct object *about, const struct text *form,
		       enum language language)
{
	const char *text = form ? fill(deed, about, of(&form->form, language), language)
				: line_of(deed, about, language);

	return json_pack("{s:s}", "$", headed(deed, about, text, language));
}

static json_t *known(const struct object *about, const char *purpose)
{
	json_t *row;
	size_t i;

	json_array_foreach(json_object_get(about->change, "letters"), i, row)
		if (!strcmp(json_string_value(json_object_get(row, "purpose")), purpose))
			return row;
	return NULL;
}

static struct letter *letter_of(struct deed *deed, struct object *about, const char *wanted, bool delivers)
{
	const struct text *form = form_for(deed, about, wanted, delivers);
	const char *purpose = form ? form->name : "line";
	struct letter *letter = arena_take(deed->mem, sizeof(*letter));

	if ((letter->row = known(about, purpose)))
		return letter;
	letter->row = json_pack("{s:I, s:I, s:s}", "id", (json_int_t)deed->house->next_letter++, "at",
				(json_int_t)deed->now, "purpose", purpose);
	for (int i = 0; i < LANGUAGES; i++)
		json_object_set_new(letter->row, languages[i], written(deed, about, form, i));
	change_row(deed, about, "letters", letter->row);
	return letter;
}

struct letter *letter_about(struct deed *deed, struct object *about, const char *form)
{
	return letter_of(deed, about, form, false);
}

struct letter *letter_delivered(struct deed *deed, struct object *about, const char *form)
{
	return letter_of(deed, about, form, true);
}

json_t *letter_draft(struct deed *deed, struct object *about, const char *name)
{
	const struct text *form = form_named(about, name);
	json_t *said = form ? json_object() : NULL;

	for (int i = 0; form && i < LANGUAGES; i++)
		json_object_set_new(said, languages[i],
				    json_string(headed(deed, about,
						       fill(deed, about, of(&form->form, i), i), i)));
	return said;
}

int64_t letter_id(const struct letter *letter)
{
	return json_integer_value(json_object_get(letter->row, "id"));
}

int letter_attach(struct letter *letter, const char *digest, const char *name, const char *type,
		  struct fault *why)
{
	json_t *files = json_object_get(letter->row, "files"), *file;
	size_t i;

	json_array_foreach(files, i, file)
		if (!strcmp(json_string_value(json_object_get(file, "digest")), digest))
			return 0;
	if (json_array_size(files) == LETTER_FILES)
		return fault_say(why, FAULT_LIMIT, "more than %d files with one letter",
				 "一封信件的附件超过 %d 个", LETTER_FILES);
	if (!files) {
		files = json_array();
		json_object_set_new(letter->row, "files", files);
	}
	json_array_append_new(files,
			      json_pack("{s:s, s:s, s:s}", "digest", digest, "name", name, "type", type));
	return 0;
}
