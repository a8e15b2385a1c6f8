#include "intake/syslog.h"

#include <pthread.h>
#include <string.h>

static const char *const facilities[] = {
	"kern",   "user",   "mail",     "daemon", "auth",   "syslog", "lpr",    "news",
	"uucp",   "cron",   "authpriv", "ftp",    "ntp",    "audit",  "alert",  "clock",
	"local0", "local1", "local2",   "local3", "local4", "local5", "local6", "local7",
};
static const char *const severities[] = { "emerg",   "alert",  "crit", "err",
					  "warning", "notice", "info", "debug" };

static struct span word(const char **at, const char *end)
{
	struct span w = { *at, 0 };

	while (*at < end && **at != ' ')
		(*at)++;
	w.len = (size_t)(*at - w.at);
	return w;
}

static void skip_spaces(const char **at, const char *end)
{
	while (*at < end && **at == ' ')
		(*at)++;
}

static struct span unless_dash(struct span w)
{
	return w.len == 1 && *w.at == '-' ? (struct span){ w.at, 0 } : w;
}

/* "<34>": moves on past it. What stands there but is no priority is kept in
 * the line and said to be odd. */
static int read_pri(const char **at, const char *end, unsigned *odd)
{
	const char *p = *at + 1;
	int value = 0;

	if (*at == end || **at != '<')
		return -1;
	while (p < end && p - *at <= 3 && *p >= '0' && *p <= '9')
		value = value * 10 + (*p++ - '0');
	if (p == *at + 1 || p == end || *p != '>' || value > 191) {
		*odd |= SYSLOG_BAD_PRI;
		return 13;
	}
	*at = p + 1;
	return value;
}

/* The end of "[id name="value"][...]", or NULL when it does not end. */
static const char *data_end(const char *at, const char *end)
{
	bool quoted = false;

	while (at < end && *at == '[') {
		for (at++; at < end && (quoted || *at != ']'); at++) {
			if (quoted && *at == '\\' && at + 1 < end)
				at++;
			else if (*at == '"')
				quoted = !quoted;
		}
		if (at == end)
			return NULL;
		at++;
	}
	return at;
}

static bool read_5424(const char *at, const char *end, int zone_minutes, struct syslog *out)
{
	struct span time;
	const char *stop;

	if (end - at < 2 || at[0] != '1' || at[1] != ' ')
		return false;
	at += 2;
	time = word(&at, end);
	if (!(time.len == 1 && *time.at == '-')) {
		if (moment_iso(time.at, time.len, zone_minutes, &out->time) != time.len)
			return false;
		out->timed = true;
	}
	skip_spaces(&at, end);
	out->host = unless_dash(word(&at, end));
	skip_spaces(&at, end);
	out->program = unless_dash(word(&at, end));
	skip_spaces(&at, end);
	out->pid = unless_dash(word(&at, end));
	skip_spaces(&at, end);
	out->msgid = unless_dash(word(&at, end));
	skip_spaces(&at, end);
	if (at < end && *at == '-')
		at++;
	else if ((stop = data_end(at, end))) {
		out->data = (struct span){ at, (size_t)(stop - at) };
		at = stop;
	} else
		out->odd |= SYSLOG_BAD_DATA;
	if (at < end && *at == ' ')
		at++;
	if (end - at >= 3 && !memcmp(at, "\xEF\xBB\xBF", 3))
		at += 3;
	out->message = (struct span){ at, (size_t)(end - at) };
	out->form = SYSLOG_5424;
	return true;
}

/* "sshd[123]: ", "sshd: ", "sshd(pam_unix)[123]: ", "/usr/sbin/cron[1]: ":
 * the program and process, and true when the text began with such a tag. */
static bool read_tag(const char **at, const char *end, struct syslog *out)
{
	const char *p = *at, *pid = NULL, *close = NULL;
	size_t name;

	while (p < end && *p != ' ' && *p != ':' && *p != '[' && (unsigned char)*p > 0x20)
		p++;
	name = (size_t)(p - *at);
	if (!name || name > 128 || p == end)
		return false;
	if (*p == '[') {
		pid = p + 1;
		if (!(close = memchr(pid, ']', (size_t)(end - pid))) || close - pid > 64)
			return false;
		p = close + 1;
	}
	if (p < end && *p == ':')
		p++;
	else if (!pid)
		return false;
	out->program = (struct span){ *at, name };
	if (pid)
		out->pid = (struct span){ pid, (size_t)(close - pid) };
	if (p < end && *p == ' ')
		p++;
	*at = p;
	return true;
}

/* Host and tag; a device that leaves the host out starts with the tag. */
static void read_head(const char **at, const char *end, struct syslog *out)
{
	const char *from = *at;
	struct span host;

	if (read_tag(at, end, out))
		return;
	host = word(at, end);
	if (!host.len || host.len > 255 || *at == end) {
		*at = from;
		return;
	}
	out->host = host;
	skip_spaces(at, end);
	read_tag(at, end, out);
}

static void read_3164(const char *at, const char *end, struct moment_year *year, struct syslog *out)
{
	size_t used;

	/* Cisco says with '*' or '.' that its clock is not set. */
	if (at < end && (*at == '*' || *at == '.'))
		at++;
	used = moment_bsd(at, (size_t)(end - at), year, &out->time);
	if (!used)
		used = moment_iso(at, (size_t)(end - at), year->zone_minutes, &out->time);
	out->timed = used > 0;
	if (used) {
		out->form = SYSLOG_3164;
		at += used;
		if (at < end && *at == ':')
			at++;
		skip_spaces(&at, end);
		read_head(&at, end, out);
	} else if (out->pri >= 0 && !out->odd) {
		out->form = SYSLOG_3164;
		read_tag(&at, end, out);
	}
	out->message = (struct span){ at, (size_t)(end - at) };
}

void syslog_read(const char *line, size_t len, struct moment_year *year, struct syslog *out)
{
	const char *at = line, *end = line + len;

	*out = (struct syslog){ .pri = -1 };
	out->pri = read_pri(&at, end, &out->odd);
	if (out->pri >= 0 && !out->odd && read_5424(at, end, year->zone_minutes, out))
		return;
	out->timed = false;
	out->host = out->program = out->pid = out->msgid = out->data = (struct span){ 0 };
	read_3164(at, end, year, out);
}

/* clang-format off */
enum part { HOST, PROGRAM, PID, MSGID, FACILITY, SEVERITY, MESSAGE, PARTS };
static const struct span parts[PARTS] = {
	[HOST] = { "host", 4 },         [PROGRAM] = { "program", 7 },   [PID] = { "pid", 3 },
	[MSGID] = { "msgid", 5 },       [FACILITY] = { "facility", 8 }, [SEVERITY] = { "severity", 8 },
	[MESSAGE] = { "message", 7 },
};
/* clang-format on */

static uint32_t part_numbers[PARTS];

static void number_parts(void)
{
	for (size_t i = 0; i < PARTS; i++)
		part_numbers[i] = name_number(parts[i].at, parts[i].len);
}

static bool put(struct event *e, enum part part, const char *text, size_t len)
{
	return event_put(e, parts[part].at, parts[part].len, part_numbers[part], text, len, FIELD_TEXT);
}

static bool add(struct event *e, enum part part, struct span text)
{
	return !text.len || put(e, part, text.at, text.len);
}

/* `name` at the end of "id.name", in the scratch. */
static bool add_data(struct event *e, struct span id, struct span name, struct span value)
{
	char *key = event_room(e, id.len + 1 + name.len);
	const char *text = value.at;
	size_t len = value.len;

	if (!key)
		return false;
	memcpy(key, id.at, id.len);
	key[id.len] = '.';
	memcpy(key + id.len + 1, name.at, name.len);
	if (memchr(value.at, '\\', value.len)) {
		char *plain = event_room(e, value.len);

		if (!plain)
			return false;
		len = 0;
		for (size_t i = 0; i < value.len; i++) {
			if (value.at[i] == '\\' && i + 1 < value.len && strchr("\"\\]", value.at[i + 1]))
				i++;
			plain[len++] = value.at[i];
		}
		text = plain;
	}
	return event_add(e, key, id.len + 1 + name.len, text, len, FIELD_TEXT);
}

/* One element, `at` behind its '['; leaves `at` behind its ']'. */
static bool element(struct event *e, const char **at, const char *end)
{
	struct span id = { *at, 0 };

	while (*at < end && **at != ' ' && **at != ']')
		(*at)++;
	id.len = (size_t)(*at - id.at);
	for (;;) {
		struct span name, value;

		skip_spaces(at, end);
		name = (struct span){ *at, 0 };
		while (*at < end && **at != '=' && **at != ']')
			(*at)++;
		name.len = (size_t)(*at - name.at);
		if (*at >= end || **at == ']')
			break;
		*at += *at + 1 < end && (*at)[1] == '"' ? 2 : 1;
		value = (struct span){ *at, 0 };
		while (*at < end && **at != '"')
			*at += **at == '\\' && *at + 1 < end ? 2 : 1;
		value.len = (size_t)(*at - value.at);
		*at += *at < end;
		if (!add_data(e, id, name, value))
			return false;
	}
	*at += *at < end;
	return true;
}

int syslog_fields(const struct syslog *s, struct event *e, struct fault *why)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	const char *at = s->data.at, *end = s->data.len ? at + s->data.len : at;
	bool fits;

	pthread_once(&once, number_parts);
	fits = add(e, HOST, s->host) && add(e, PROGRAM, s->program) && add(e, PID, s->pid) &&
	       add(e, MSGID, s->msgid);

	if (s->pri >= 0) {
		const char *facility = facilities[s->pri / 8], *severity = severities[s->pri % 8];

		fits = fits && put(e, FACILITY, facility, strlen(facility)) &&
		       put(e, SEVERITY, severity, strlen(severity));
	}
	while (fits && at < end && *at == '[') {
		at++;
		fits = element(e, &at, end);
	}
	if (!fits || !put(e, MESSAGE, s->message.at, s->message.len))
		return fault_say(why, FAULT_LIMIT, "more than %d fields, or more text than fits, in one line",
				 "一行超过 %d 个字段，或文本过长", EVENT_FIELDS);
	e->time = s->time;
	e->timed = s->timed;
	return 0;
}

bool syslog_gives(const char *field)
{
	for (size_t i = 0; i < PARTS; i++)
		if (!strcmp(parts[i].at, field))
			return true;
	return strchr(field, '.');
}
