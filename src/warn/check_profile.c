#include <string.h>

#include "base/stamp.h"
#include "warn/check.h"
#include "warn/moment.h"

/*
 * check_profile -- our own profile (docs/cap.md): what a message promises that names it in a code.
 */
enum { EXPIRES_MOST_D = 7, CODE_DIGITS = 6 };

struct profile {
	const struct node *alert;
	struct arena *mem;
	struct findings *found;
	int64_t sent;
};

static void say(struct profile *p, enum rule rule, const struct node *node, const char *what)
{
	finding_add(p->found, rule, node->line, node_path(node, p->mem), what);
}

static bool claims(const struct node *alert)
{
	for (const struct node *code = node_child(alert, "code"); code; code = node_again(code))
		if (!strcmp(code->text, CAP_PROFILE))
			return true;
	return false;
}

static bool digits_then(const char **at, size_t least, size_t most, const char *then)
{
	const size_t len = strspn(*at, "0123456789");

	if (len < least || len > most || strncmp(*at + len, then, strlen(then)) != 0)
		return false;
	*at += len + strlen(then);
	return true;
}

/* CN-110100-CSIRT-2026-0007-1, of an exercise CN-110100-CSIRT-EX-2026-01-1. */
static void check_identifier(struct profile *p)
{
	const struct node *node = node_child(p->alert, "identifier");
	const char *at = node->text;
	bool good = !strncmp(at, "CN-", 3);

	at += good ? 3 : 0;
	good = good && digits_then(&at, CODE_DIGITS, CODE_DIGITS, "-CSIRT-");
	at += good && !strncmp(at, "EX-", 3) ? 3 : 0;
	if (!good || !digits_then(&at, 4, 4, "-") || !digits_then(&at, 1, 9, "-") ||
	    !digits_then(&at, 1, 9, "") || *at)
		say(p, RULE_PROFILE_IDENTIFIER, node, node->text);
}

static void check_languages(struct profile *p)
{
	const struct node *first = node_child(p->alert, "info"), *second = first ? node_again(first) : NULL;
	const char *zh = first ? node_text(first, "language") : NULL;
	const char *en = second ? node_text(second, "language") : NULL;

	if (!zh || !en || strcmp(zh, "zh-CN") || strcmp(en, "en-US") || node_again(second))
		say(p, RULE_PROFILE_LANGUAGES, first ? first : p->alert, "");
}

static void check_categories(struct profile *p, const struct node *info)
{
	const struct node *one = node_child(info, "category"), *two = node_again(one);

	if (strcmp(one->text, "Infra") || !two || strcmp(two->text, "Security") || node_again(two))
		say(p, RULE_PROFILE_CATEGORY, one, one->text);
}

/* The value of a pair with this name among those of `list`; how many there are goes to `count`. */
static const char *value_of(const struct node *info, const char *list, const char *name, size_t *count)
{
	const char *value = NULL;

	*count = 0;
	for (const struct node *n = node_child(info, list); n; n = node_again(n))
		if (!strcmp(node_text(n, "valueName"), name)) {
			value = node_text(n, "value");
			++*count;
		}
	return value;
}

static void check_event_code(struct profile *p, const struct node *info)
{
	static const char *const names[] = { "RSIT", "GBT20986-2023" };
	const struct node *first = node_child(p->alert, "info");
	bool any = false, same = true;

	for (size_t i = 0; i < 2; i++) {
		size_t count;
		const char *mine = value_of(info, "eventCode", names[i], &count);
		const char *other = value_of(first, "eventCode", names[i], &count);

		any = any || mine;
		same = same && (mine && other ? !strcmp(mine, other) : mine == other);
	}
	if (!any || !same)
		say(p, RULE_PROFILE_EVENT_CODE, info, "");
}

static void check_parameters(struct profile *p, const struct node *info)
{
	static const char *const names[] = { "warningColour", "warningLevel", "tlp" };

	for (size_t i = 0; i < 3; i++) {
		size_t count;

		value_of(info, "parameter", names[i], &count);
		if (count != 1)
			say(p, RULE_PROFILE_PARAMETER, info, names[i]);
	}
}

static void check_expires(struct profile *p, const struct node *info)
{
	const struct node *node = node_child(info, "expires");
	int64_t end;

	if (!node || !moment_read(node->text, &end) || end > p->sent + EXPIRES_MOST_D * STAMP_DAY)
		say(p, RULE_PROFILE_EXPIRES, node ? node : info, node ? node->text : "");
}

static void check_geocode(struct profile *p, const struct node *info)
{
	for (const struct node *area = node_child(info, "area"); area; area = node_again(area)) {
		size_t count;
		const char *code = value_of(area, "geocode", "GB/T2260", &count);

		if (!code || strlen(code) != CODE_DIGITS || strspn(code, "0123456789") != CODE_DIGITS)
			say(p, RULE_PROFILE_GEOCODE, area, code);
	}
	if (!node_child(info, "area"))
		say(p, RULE_PROFILE_GEOCODE, info, "");
}

static void check_info(struct profile *p, const struct node *info)
{
	check_categories(p, info);
	check_event_code(p, info);
	check_parameters(p, info);
	check_expires(p, info);
	check_geocode(p, info);
}

void check_profile(const struct node *alert, struct arena *mem, struct findings *found)
{
	struct profile p = { .alert = alert, .mem = mem, .found = found };
	const char *type = node_text(alert, "msgType"), *note = node_text(alert, "note");

	/* An Ack or Error is of whoever received a message, under a number of its own. */
	if (!claims(alert) || !strcmp(type, "Ack") || !strcmp(type, "Error"))
		return;
	moment_read(node_text(alert, "sent"), &p.sent);
	check_identifier(&p);
	check_languages(&p);
	if (!strcmp(node_text(alert, "status"), "Exercise") && (!note || text_blank(note)))
		say(&p, RULE_PROFILE_NOTE, node_child(alert, "status"), "");
	for (const struct node *info = node_child(alert, "info"); info; info = node_again(info))
		check_info(&p, info);
}
