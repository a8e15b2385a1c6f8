/* The CAP message of a warning: both languages from the edition, targets as areas, signed. */

#include "action/cap/cap.h"

#include <string.h>

#include "base/stamp.h"
#include "warn/check.h"
#include "warn/message.h"
#include "warn/moment.h"
#include "warn/sign.h"

enum { AREAS_MOST = 32, OFFSET_MIN = 8 * 60 };

/* clang-format off */
/* What a class of the plan is called in RSIT, which the profile asks for. */
static const struct {
	const char *class, *rsit;
} classes[] = {
	{ "malware",    "malicious-code:infected-system" },
	{ "worm",       "malicious-code:infected-system" },
	{ "ransomware", "malicious-code:infected-system" },
	{ "net_attack", "intrusion-attempts:exploit" },
	{ "intrusion",  "intrusions:system-compromise" },
	{ "ddos",       "availability:ddos" },
	{ "defacement", "information-content-security:unauthorised-information-modification" },
	{ "phishing",   "fraud:phishing" },
	{ "data",       "information-content-security:data-leak" },
	{ "fault",      "availability:outage" },
	{ "disaster",   "availability:outage" },
	{ "abuse",      "fraud:unauthorised-use-of-resources" },
};
/* clang-format on */

struct making {
	struct deed *deed;
	const struct cap_about *about;
	bool drill, zh;
};

static const char *colour_word(const struct making *m)
{
	return m->zh ? m->about->colour->label.zh : m->about->colour->label.en;
}

static const char *severity_of(const struct making *m)
{
	return m->about->colour->cap ? m->about->colour->cap : "Unknown";
}

/* The words of the edition in this language; NULL where it is not said in it. */
static const char *said(const struct making *m, const char *field)
{
	const char *name = m->zh ? field : arena_text(m->deed->mem, "%s_en", field);
	const char *text = cap_text(m->about->edition, name);

	return text ? text : cap_text(m->about->warning, name);
}

static const char *headline_of(const struct making *m)
{
	const char *title = said(m, "title"), *colour = colour_word(m);
	const char *head = m->drill ? (m->zh ? "[演练] " : "[EXERCISE] ") : "";

	if (!title)
		title = m->about->warning->number ? m->about->warning->number : "";
	if (m->zh)
		return arena_text(m->deed->mem,
				  m->about->cancel ? "%s解除网络安全%s预警：%s" : "%s网络安全%s预警：%s",
				  head, colour, title);
	return arena_text(m->deed->mem,
			  m->about->cancel ? "%s%s cyber warning lifted: %s" : "%s%s cyber warning: %s", head,
			  colour, title);
}

static const char *description_of(const struct making *m)
{
	const char *text = said(m, "hazard");

	if (m->about->cancel)
		return m->zh ? "自本消息发出之时起，该预警解除。"
			     : "This warning is lifted as of the time this message was sent.";
	if (text)
		return text;
	return m->zh ? "内容见标题。" : "The words of this warning stand in its Chinese part (zh-CN).";
}

static const char *event_of(const struct making *m)
{
	const char *title = said(m, "title");

	return title && !text_blank(title) ? title : m->zh ? "网络安全预警" : "Cyber security warning";
}

static const char *rsit_of(const struct making *m)
{
	struct object *incident = world_case(m->deed, m->about->warning);
	const char *class = cap_text(incident, "class");

	for (size_t i = 0; class && i < sizeof(classes) / sizeof(*classes); i++)
		if (!strcmp(classes[i].class, class))
			return classes[i].rsit;
	return "other:undetermined";
}

/* ---- where ---------------------------------------------------------------------- */

static void add_territory(int64_t *ids, size_t *count, int64_t id)
{
	for (size_t i = 0; i < *count; i++)
		if (ids[i] == id)
			return;
	if (id && *count < AREAS_MOST)
		ids[(*count)++] = id;
}

/* In the order of the targets. By the links: of ten thousand targets and their units none is read for it. */
static void stored_territories(const struct making *m, int64_t *ids, size_t *count)
{
	struct rows *rows;
	struct fault why;

	if (store_query(m->deed->house->store,
			"SELECT t.parent FROM links w"
			" JOIN links u ON u.child = w.child AND u.kind = w.kind AND u.field = 'unit'"
			" JOIN links t ON t.child = u.parent AND t.kind = 'unit' AND t.field = 'territory'"
			" WHERE w.parent = $1 AND w.kind = 'warning_target' AND w.field = 'warning'"
			" GROUP BY t.parent ORDER BY min(w.child)",
			VALUES(value_int(m->about->warning->id)), &rows, &why) < 0)
		return;
	while (*count < AREAS_MOST && rows_next(rows, &why) == 1)
		add_territory(ids, count, rows_int(rows, 0));
	rows_close(rows);
}

/* Those of the targets, also of such as this act makes; of the Office where they have none. */
static size_t territories_of(const struct making *m, int64_t ids[static AREAS_MOST])
{
	struct object *office;
	struct fault why;
	size_t count = 0;

	stored_territories(m, ids, &count);
	for (struct object *o = m->deed->objects; o; o = o->next)
		if (o->fresh && !strcmp(o->kind->name, "warning_target") &&
		    world_ref(m->deed, o, "warning") == m->about->warning->id)
			add_territory(ids, &count, world_ref(m->deed, o, "unit.territory"));
	if (!count && (office = world_get(m->deed, effect_office(m->deed), &why)))
		add_territory(ids, &count, world_ref(m->deed, office, "territory"));
	return count;
}

static const char *own_name(const struct making *m, const struct object *object, const char *otherwise)
{
	const char *en = m->zh ? NULL : cap_text(object, "name_en");
	const char *name = en ? en : cap_text(object, "name");

	return name ? name : otherwise;
}

static struct cap_area area_of(const struct making *m, const struct object *territory)
{
	struct cap_pair *code = arena_take(m->deed->mem, sizeof(*code));
	const char *said_code = cap_text(territory, "code");

	*code = (struct cap_pair){ "GB/T2260", said_code && strlen(said_code) == 6 ? said_code : "000000" };
	return (struct cap_area){
		.description = own_name(m, territory, m->zh ? "本地区" : "the area of this centre"),
		.geocodes = { .at = code, .count = 1 },
	};
}

static void put_areas(const struct making *m, struct cap_info *info)
{
	struct cap_area *areas = arena_many(m->deed->mem, AREAS_MOST, sizeof(*areas));
	int64_t ids[AREAS_MOST];
	const size_t count = territories_of(m, ids);
	struct fault why;

	for (size_t i = 0; i < count; i++)
		areas[info->area_count++] = area_of(m, world_get(m->deed, ids[i], &why));
	if (!count)
		areas[info->area_count++] = area_of(m, NULL);
	info->areas = areas;
}

/* ---- what ------------------------------------------------------------------------ */

static const char *urgency_of(const struct making *m)
{
	if (m->about->cancel)
		return "Past";
	return !strcmp(severity_of(m), "Extreme") || !strcmp(severity_of(m), "Severe") ? "Immediate"
										       : "Expected";
}

static const char *response_of(const struct making *m)
{
	if (m->about->cancel)
		return "AllClear";
	return !strcmp(severity_of(m), "Minor") ? "Monitor" : "Execute";
}

static struct cap_words word_list(struct arena *mem, const char *one, const char *two)
{
	const char **at = arena_many(mem, 2, sizeof(*at));

	at[0] = one;
	at[1] = two;
	return (struct cap_words){ .at = at, .count = two ? 2 : 1 };
}

static struct cap_pairs parameters_of(const struct making *m)
{
	struct cap_pair *at = arena_many(m->deed->mem, 3, sizeof(*at));

	at[0] = (struct cap_pair){ "warningColour", m->about->cancel ? "none" : m->about->colour->name };
	at[1] = (struct cap_pair){ "warningLevel", m->about->cancel          ? "cancelled"
						   : m->about->colour->grade ? m->about->colour->grade
									     : "IV" };
	at[2] = (struct cap_pair){ "tlp", m->about->tlp };
	return (struct cap_pairs){ .at = at, .count = 3 };
}

static struct cap_pairs event_codes_of(const struct making *m)
{
	struct cap_pair *at = arena_take(m->deed->mem, sizeof(*at));

	*at = (struct cap_pair){ "RSIT", rsit_of(m) };
	return (struct cap_pairs){ .at = at, .count = 1 };
}

static const char *end_text(const struct making *m)
{
	char text[MOMENT_LEN];

	moment_write(m->about->ends, OFFSET_MIN, text);
	return arena_copy(m->deed->mem, text);
}

static struct cap_info info_of(const struct making *m)
{
	struct fault why;
	const int64_t office = effect_office(m->deed);
	struct cap_info info = {
		.language = m->zh ? "zh-CN" : "en-US",
		.categories = word_list(m->deed->mem, "Infra", "Security"),
		.event = event_of(m),
		.responses = word_list(m->deed->mem, response_of(m), NULL),
		.urgency = urgency_of(m),
		.severity = m->about->cancel ? "Minor" : severity_of(m),
		.certainty =
			m->about->cancel || world_case(m->deed, m->about->warning) ? "Observed" : "Likely",
		.event_codes = event_codes_of(m),
		.effective = m->about->sent,
		.onset = m->about->sent,
		.expires = end_text(m),
		.sender_name = own_name(m, office ? world_get(m->deed, office, &why) : NULL,
					m->zh ? "网络与信息安全应急办公室"
					      : "Office for network security emergencies"),
		.headline = headline_of(m),
		.description = description_of(m),
		.instruction = m->about->cancel ? NULL : said(m, "measures"),
		.parameters = parameters_of(m),
	};

	put_areas(m, &info);
	return info;
}

/* ---- the message ------------------------------------------------------------------- */

static const char *note_of(const struct making *m)
{
	const char *number = m->about->warning->number ? m->about->warning->number : "";

	if (m->drill)
		return arena_text(m->deed->mem, "演练 / EXERCISE %s", number);
	return house_demo(m->deed->house) ? "演示数据 / demonstration data" : NULL;
}

static const char *incidents_of(const struct making *m)
{
	const struct object *incident = world_case(m->deed, m->about->warning);

	return incident ? incident->number : NULL;
}

static void compose(struct making *m, struct buf *out)
{
	struct cap_info infos[2];
	const char *references = m->about->references;
	const struct cap_message message = {
		.identifier = m->about->identifier,
		.sender = house_cap_sender(m->deed->house),
		.sent = m->about->sent,
		.status = m->drill                     ? "Exercise"
			  : house_demo(m->deed->house) ? "Test"
						       : "Actual",
		.type = m->about->cancel ? "Cancel"
			: *references    ? "Update"
					 : "Alert",
		.scope = m->about->scope,
		.restriction = m->about->restriction,
		.codes = word_list(m->deed->mem, CAP_PROFILE, NULL),
		.note = note_of(m),
		.references = *references ? references : NULL,
		.incidents = incidents_of(m),
		.infos = infos,
		.info_count = 2,
	};

	m->zh = true;
	infos[0] = info_of(m);
	m->zh = false;
	infos[1] = info_of(m);
	message_write(&message, out);
}

/* What we would refuse of others does not leave. */
static int check_own(struct deed *deed, const struct buf *text, struct fault *why)
{
	struct findings found = { 0 };
	const struct finding *first;

	check_message(text->data, text->len, deed->mem, &found);
	if (!(first = findings_first(&found)))
		return 0;
	return fault_say(why, FAULT_REFUSED, "as a CAP file this would not be right: %s: %s%.0s%s%s",
			 "作为 CAP 文件不合规：%s：%.0s%s%s%s", first->element, rule_en(first->rule),
			 rule_zh(first->rule), *first->what ? ": " : "", first->what);
}

static void buf_release(struct buf *b) { buf_fini(b); }

int cap_draft(struct deed *deed, const struct cap_about *about, const char **text, struct fault *why)
{
	SCOPED(buf_release) struct buf plain = { 0 };
	struct making m = { .deed = deed, .about = about, .drill = about->warning->space == RECORD_DRILL };
	int ret;

	compose(&m, &plain);
	if ((ret = check_own(deed, &plain, why)) < 0)
		return ret;
	*text = arena_copy_bytes(deed->mem, plain.data, plain.len);
	return 0;
}

int cap_make(struct deed *deed, const struct cap_about *about, const char **bytes, size_t *len,
	     struct fault *why)
{
	SCOPED(signer_drop) struct signer *signer = NULL;
	SCOPED(buf_release) struct buf plain = { 0 };
	SCOPED(buf_release) struct buf out = { 0 };
	struct making m = { .deed = deed, .about = about, .drill = about->warning->space == RECORD_DRILL };
	int ret;

	compose(&m, &plain);
	if ((ret = check_own(deed, &plain, why)) < 0 ||
	    (ret = signer_open(deed->house->folder, house_cap_sender(deed->house), deed->now, &signer, why)) <
		    0 ||
	    (ret = sign_message(signer, plain.data, plain.len, &out, why)) < 0)
		return ret;
	*bytes = arena_copy_bytes(deed->mem, out.data, out.len);
	*len = out.len;
	return 0;
}
