#include "intake/format/auditd.h"

#include <arpa/inet.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "intake/format/pairs.h"
#include "intake/format/when.h"

struct kept {
	char text[AUDIT_TEXT];
	size_t len; /* 0 also where it was too long to be kept whole */
};

struct call {
	uint64_t serial;
	int64_t time;
	struct kept exe, cwd, pid, ppid, user, name;
};

struct auditd {
	struct call calls[AUDIT_CALLS];
	unsigned next;
};

struct record {
	struct event *e;
	struct fault *why;
	const char *type;
	size_t type_len;
	uint64_t serial;
	bool decodes; /* a0, a1, ... are arguments, not registers */
};

void auditd_free(struct auditd *a) { free(a); }

bool auditd_concerns(const char *text, size_t len)
{
	const char *msg;

	if (len > 5 && !memcmp(text, "node=", 5)) {
		const char *blank = memchr(text, ' ', len);

		len = blank ? len - (size_t)(blank + 1 - text) : 0;
		text = blank ? blank + 1 : text;
	}
	if (len < 6 || memcmp(text, "type=", 5))
		return false;
	msg = memmem(text, len < 80 ? len : 80, " msg=", 5);
	return msg && (size_t)(text + len - msg) > 11 && !memcmp(msg + 5, "audit(", 6);
}

static int full(struct fault *why)
{
	return fault_say(why, FAULT_LIMIT, "audit: more than %d fields or %d bytes of text in one line",
			 "审计记录：一行超过 %d 个字段或 %d 字节文本", EVENT_FIELDS, EVENT_SCRATCH);
}

/* ---- values ---------------------------------------------------------------- */

static int digit(char c) { return c >= '0' && c <= '9' ? c - '0' : c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1; }

static bool is(const struct pair_text *p, const char *name)
{
	return p->name_len == strlen(name) && !memcmp(p->name, name, p->name_len);
}

static bool is_argument(const struct pair_text *p)
{
	return p->name_len > 1 && *p->name == 'a' && p->name[1] >= '0' && p->name[1] <= '9';
}

/* What the kernel writes in hexadecimal when it is not plain: user space may have put anything there. */
static bool untrusted(const struct record *r, const struct pair_text *p)
{
	static const char *const names[] = { "name",  "exe",  "comm", "cwd",   "proctitle", "acct",
					     "cmd",   "path", "data", "key",   "vm",        "dir",
					     "ocomm", "file", "dev",  "watch", "old",       "new" };

	if (is_argument(p))
		return r->decodes && !memchr(p->name, '_', p->name_len); /* a1_len is a number */
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (is(p, names[i]))
			return true;
	return false;
}

/* Unquoted pairs of capital digits become bytes; NUL between arguments a blank. */
static bool decode(struct record *r, struct pair_text *p)
{
	char *room;

	if (p->quote || p->len < 2 || p->len % 2 || !untrusted(r, p))
		return true;
	for (size_t i = 0; i < p->len; i++)
		if (digit(p->text[i]) < 0)
			return true;
	if (!(room = event_room(r->e, p->len / 2)))
		return false;
	for (size_t i = 0; i < p->len / 2; i++) {
		room[i] = (char)(digit(p->text[2 * i]) * 16 + digit(p->text[2 * i + 1]));
		if (!room[i])
			room[i] = ' ';
	}
	p->text = room;
	p->len /= 2;
	return true;
}

/* "a2[1]" of an argument that was too long for one record counts as a2. */
static size_t plain_name(const struct pair_text *p)
{
	const char *bracket = is_argument(p) ? memchr(p->name, '[', p->name_len) : NULL;

	return bracket ? (size_t)(bracket - p->name) : p->name_len;
}

static int add_pair(struct record *r, struct pair_text *p)
{
	const char *at = p->text, *end = p->text + p->len;
	struct pair_text inner;
	int ret;

	/* A message of user space: its own pairs in quotes. */
	if (p->quote == '\'' && is(p, "msg")) {
		while (pairs_next(&at, end, &inner))
			if ((ret = add_pair(r, &inner)) < 0)
				return ret;
		return 0;
	}
	if (p->len == 6 && !memcmp(p->text, "(null)", 6) && !p->quote)
		return 0;
	if (!decode(r, p) || !event_add(r->e, p->name, plain_name(p), p->text, p->len, FIELD_TEXT))
		return full(r->why);
	return 0;
}

/* ---- the head -------------------------------------------------------------- */

/* "audit(1604994496.155:92733):" */
static bool read_stamp(struct record *r, const char *at, const char *end)
{
	const char *open = at + 6, *close = memchr(at, ')', (size_t)(end - at)), *colon;

	colon = close ? memchr(open, ':', (size_t)(close - open)) : NULL;
	if (!colon || colon + 1 == close || close - colon > 20 ||
	    !when_seconds(open, (size_t)(colon - open), &r->e->time))
		return false;
	r->e->timed = true;
	for (const char *p = colon + 1; p < close; p++) {
		if (*p < '0' || *p > '9')
			return false;
		r->serial = r->serial * 10 + (uint64_t)(*p - '0');
	}
	return event_add(r->e, "serial", 6, colon + 1, (size_t)(close - colon) - 1, FIELD_NUMBER);
}

static int read_head(struct record *r, const char **at, const char *end)
{
	struct pair_text p;

	while (pairs_next(at, end, &p)) {
		if (is(&p, "type")) {
			r->type = p.text;
			r->type_len = p.len;
		}
		if (is(&p, "msg"))
			return r->type_len && p.len > 6 && read_stamp(r, p.text, p.text + p.len)
				       ? 0
				       : fault_say(r->why, FAULT_INVALID, "audit: no audit(SECONDS:SERIAL)",
						   "审计记录：没有 audit(秒:序号)");
		if (!event_add(r->e, p.name, p.name_len, p.text, p.len, FIELD_TEXT))
			return full(r->why);
	}
	return fault_say(r->why, FAULT_INVALID, "audit: no msg=", "审计记录：没有 msg=");
}

static bool of_type(const struct record *r, const char *type)
{
	return r->type_len == strlen(type) && !memcmp(r->type, type, r->type_len);
}

/* ---- what the call said ---------------------------------------------------- */

static void keep(struct kept *kept, const struct field *f)
{
	kept->len = f && f->len <= sizeof(kept->text) ? f->len : 0;
	if (kept->len)
		memcpy(kept->text, f->text, kept->len);
}

/* A serial begins anew with each boot, so the second counts too. */
static struct call *find_call(struct auditd *a, const struct record *r)
{
	for (size_t i = 0; i < AUDIT_CALLS; i++)
		if (a->calls[i].serial == r->serial && a->calls[i].time == r->e->time && r->serial)
			return &a->calls[i];
	return NULL;
}

static const struct field *either(const struct event *e, const char *first, const char *second)
{
	const struct field *f = event_find(e, first);

	return f ? f : event_find(e, second);
}

static const struct {
	const char *arch, *number, *name;
} syscalls[] = {
	/* clang-format off */
	{ "c000003e", "2", "open" },        { "c000003e", "41", "socket" },   { "c000003e", "42", "connect" },
	{ "c000003e", "59", "execve" },     { "c000003e", "82", "rename" },   { "c000003e", "87", "unlink" },
	{ "c000003e", "90", "chmod" },      { "c000003e", "92", "chown" },    { "c000003e", "99", "sysinfo" },
	{ "c000003e", "101", "ptrace" },    { "c000003e", "103", "syslog" },  { "c000003e", "133", "mknod" },
	{ "c000003e", "135", "personality" }, { "c000003e", "165", "mount" }, { "c000003e", "175", "init_module" },
	{ "c000003e", "176", "delete_module" }, { "c000003e", "257", "openat" }, { "c000003e", "259", "mknodat" },
	{ "c000003e", "313", "finit_module" }, { "c000003e", "319", "memfd_create" }, { "c000003e", "321", "bpf" },
	{ "c000003e", "322", "execveat" },
	{ "c00000b7", "33", "mknodat" },    { "c00000b7", "92", "personality" }, { "c00000b7", "116", "syslog" },
	{ "c00000b7", "117", "ptrace" },    { "c00000b7", "179", "sysinfo" }, { "c00000b7", "198", "socket" },
	{ "c00000b7", "203", "connect" },   { "c00000b7", "221", "execve" },  { "c00000b7", "279", "memfd_create" },
	{ "c00000b7", "281", "execveat" },  { "c00000b7", "56", "openat" },   { "c00000b7", "273", "finit_module" },
	/* clang-format on */
};

/* auditd in its enriched format names the call; else it is named here. */
static int name_call(struct record *r)
{
	const struct field *arch = event_find(r->e, "arch");

	if (!arch || event_find(r->e, "SYSCALL"))
		return 0;
	for (size_t i = 0; i < sizeof(syscalls) / sizeof(*syscalls); i++)
		if (event_says(r->e, "syscall", syscalls[i].number) &&
		    event_says(r->e, "arch", syscalls[i].arch))
			return event_add_text(r->e, "SYSCALL", syscalls[i].name, strlen(syscalls[i].name))
				       ? 0
				       : full(r->why);
	return 0;
}

static int note_call(struct auditd *a, struct record *r)
{
	struct call *call = &a->calls[a->next++ % AUDIT_CALLS];
	int ret = name_call(r);

	*call = (struct call){ .serial = r->serial, .time = r->e->time };
	keep(&call->exe, event_find(r->e, "exe"));
	keep(&call->pid, event_find(r->e, "pid"));
	keep(&call->ppid, event_find(r->e, "ppid"));
	keep(&call->user, either(r->e, "UID", "uid"));
	keep(&call->name, event_find(r->e, "SYSCALL"));
	return ret;
}

/* The state is overwritten by later lines; the event is read until then and after. */
static bool add_kept(struct event *e, const char *name, const struct kept *kept)
{
	char *room;

	if (!kept->len)
		return true;
	if (!(room = event_room(e, kept->len)))
		return false;
	memcpy(room, kept->text, kept->len);
	return event_add_text(e, name, room, kept->len);
}

static bool add_process(struct event *e, const struct call *call)
{
	return !call || (add_kept(e, "Image", &call->exe) && add_kept(e, "ProcessId", &call->pid) &&
			 add_kept(e, "ParentProcessId", &call->ppid) && add_kept(e, "User", &call->user));
}

/* ---- the places that Sigma knows --------------------------------------------- */

static struct {
	const char *product, *service, *process, *file, *network;
} words;

static void fix_words(void)
{
	words.product = logsource_word("linux");
	words.service = logsource_word("auditd");
	words.process = logsource_word("process_creation");
	words.file = logsource_word("file_event");
	words.network = logsource_word("network_connection");
}

/* The arguments with a blank between them; the pieces of a long one without. */
static bool add_command(struct event *e)
{
	const size_t count = e->count;
	size_t len = 0;
	char *room, *to;

	for (size_t i = 0; i < count; i++)
		len += e->fields[i].len + 1;
	if (!(room = to = event_room(e, len)))
		return false;
	for (size_t i = 0; i < count; i++) {
		const struct field *f = &e->fields[i];
		const struct pair_text p = { .name = f->name, .name_len = f->name_len };
		const bool piece = i && e->fields[i - 1].name_len == f->name_len &&
				   !memcmp(e->fields[i - 1].name, f->name, f->name_len);

		if (!is_argument(&p) || memchr(f->name, '_', f->name_len))
			continue;
		if (to > room && !piece)
			*to++ = ' ';
		memcpy(to, f->text, f->len);
		to += f->len;
	}
	e->used -= len - (size_t)(to - room);
	return to == room || event_add_text(e, "CommandLine", room, (size_t)(to - room));
}

static int place_process(struct record *r, const struct call *call)
{
	if (!add_command(r->e) || !add_process(r->e, call))
		return full(r->why);
	logsource_add_category(&r->e->from, words.process);
	return 0;
}

static int place_file(struct record *r, const struct call *call)
{
	const struct field *name = event_find(r->e, "name");
	const size_t before = call && name && name->len && *name->text != '/' ? call->cwd.len : 0;
	char *room;

	if (!name || !event_says(r->e, "nametype", "CREATE"))
		return 0;
	if (!(room = event_room(r->e, before + 1 + name->len)))
		return full(r->why);
	memcpy(room, call ? call->cwd.text : "", before);
	room[before] = '/';
	memcpy(room + before + !!before, name->text, name->len);
	if (!event_add_text(r->e, "TargetFilename", room, before + !!before + name->len) ||
	    !add_process(r->e, call))
		return full(r->why);
	logsource_add_category(&r->e->from, words.file);
	return 0;
}

static bool saddr_bytes(const struct field *f, unsigned char *out, size_t room, size_t *len)
{
	*len = f->len / 2;
	if (f->len % 2 || *len > room)
		return false;
	for (size_t i = 0; i < *len; i++) {
		int high = digit(f->text[2 * i]), low = digit(f->text[2 * i + 1]);

		if (high < 0 || low < 0)
			return false;
		out[i] = (unsigned char)(high * 16 + low);
	}
	return true;
}

/* saddr: family in the byte order of the host (x86 and arm: little), then as in the net. */
static int place_network(struct record *r, const struct call *call)
{
	const struct field *f = event_find(r->e, "saddr");
	unsigned char bytes[128];
	char *ip = event_room(r->e, INET6_ADDRSTRLEN), *port = event_room(r->e, 6);
	size_t len;
	bool six;

	if (!ip || !port)
		return full(r->why);
	if (!f || !saddr_bytes(f, bytes, sizeof(bytes), &len) || len < 8 || bytes[1] ||
	    (bytes[0] != 2 && (bytes[0] != 10 || len < 24)))
		return 0;
	six = bytes[0] == 10;
	inet_ntop(six ? AF_INET6 : AF_INET, bytes + (six ? 8 : 4), ip, INET6_ADDRSTRLEN);
	snprintf(port, 6, "%u", bytes[2] * 256u + bytes[3]);
	if (!event_add_text(r->e, "DestinationIp", ip, strlen(ip)) ||
	    !event_add(r->e, "DestinationPort", 15, port, strlen(port), FIELD_NUMBER))
		return full(r->why);
	if (!call || call->name.len != 7 || memcmp(call->name.text, "connect", 7))
		return 0;
	if (!event_add(r->e, "Initiated", 9, "true", 4, FIELD_TRUTH) || !add_process(r->e, call))
		return full(r->why);
	logsource_add_category(&r->e->from, words.network);
	return 0;
}

static int place(struct auditd *a, struct record *r)
{
	struct call *call = find_call(a, r);

	r->e->from.product = words.product;
	logsource_add_service(&r->e->from, words.service);
	if (of_type(r, "SYSCALL"))
		return note_call(a, r);
	if (of_type(r, "CWD") && call)
		keep(&call->cwd, event_find(r->e, "cwd"));
	if (of_type(r, "EXECVE"))
		return place_process(r, call);
	if (of_type(r, "PATH"))
		return place_file(r, call);
	return of_type(r, "SOCKADDR") ? place_network(r, call) : 0;
}

int auditd_read(struct auditd **at, const char *text, size_t len, struct event *e, struct fault *why)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	struct record r = { .e = e, .why = why };
	const char *p = text, *end = text + len;
	struct pair_text pair;
	int ret;

	pthread_once(&once, fix_words);
	if (!*at)
		*at = memset(must_alloc(sizeof(**at)), 0, sizeof(**at));
	if ((ret = read_head(&r, &p, end)) < 0)
		return ret;
	r.decodes = of_type(&r, "EXECVE");
	while (pairs_next(&p, end, &pair))
		if ((ret = add_pair(&r, &pair)) < 0)
			return ret;
	return place(*at, &r);
}

/* clang-format off */
/* What is added to the names of the records; those are small letters, or (enriched) capital ones. */
static const struct {
	const char *category, *fields;
} given[] = {
	{ "process_creation",   "CommandLine Image ProcessId ParentProcessId User" },
	{ "file_event",         "TargetFilename Image ProcessId ParentProcessId User" },
	{ "network_connection", "DestinationIp DestinationPort Initiated Image ProcessId ParentProcessId User" },
	{ NULL,                 "" },
};
/* clang-format on */

bool auditd_row(size_t i, struct logsource *out)
{
	if (i >= sizeof(given) / sizeof(*given))
		return false;
	*out = (struct logsource){ .product = logsource_word("linux") };
	logsource_add_service(out, logsource_word("auditd"));
	if (given[i].category)
		logsource_add_category(out, logsource_word(given[i].category));
	return true;
}

bool auditd_gives(size_t i, const char *field)
{
	const size_t len = strlen(field);
	const bool capital = *field >= 'A' && *field <= 'Z';

	if (!capital || strcspn(field, "abcdefghijklmnopqrstuvwxyz") == len)
		return true;
	for (const char *at = given[i].fields; (at = strstr(at, field)); at += len)
		if ((at == given[i].fields || at[-1] == ' ') && (!at[len] || at[len] == ' '))
			return true;
	return false;
}
