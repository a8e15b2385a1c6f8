#include "intake/format/endpoint.h"

#include <string.h>

#define TARGET "event.exec.target."

/* clang-format off */
/* What a message calls what Sigma asks for; the first that is there counts. The process of an
 * exec is what it was before: forked, it has the image of who started it. */
static struct {
	const char *category, *name, *given;
	uint32_t name_number, number;
} table[] = {
	{ "process_creation", "Image",            TARGET "executable.path",               0, 0 },
	{ "process_creation", "ParentImage",      "process.executable.path",              0, 0 },
	{ "process_creation", "CurrentDirectory", "event.exec.cwd.path",                  0, 0 },
	{ "process_creation", "ProcessId",        TARGET "audit_token.pid",               0, 0 },
	{ "process_creation", "ParentProcessId",  TARGET "ppid",                          0, 0 },
	{ "file_event",       "TargetFilename",   "event.create.destination.existing_file.path", 0, 0 },
	{ "file_event",       "TargetFilename",   "event.rename.destination.existing_file.path", 0, 0 },
	{ "file_event",       "Image",            "process.executable.path",              0, 0 },
	{ "file_event",       "ProcessId",        "process.audit_token.pid",              0, 0 },
};
/* A file that is new is said in two parts. */
static struct {
	const char *folder, *name;
	uint32_t folder_number, name_number;
} made[] = {
	{ "event.create.destination.new_path.dir.path", "event.create.destination.new_path.filename", 0, 0 },
	{ "event.rename.destination.new_path.dir.path", "event.rename.destination.new_path.filename", 0, 0 },
};
/* clang-format on */

#define COUNT(list) (sizeof(list) / sizeof(*(list)))

static struct {
	uint32_t caller, exec, args, command, file;
	const char *product, *process, *files;
} words;

static uint32_t number(const char *name) { return name_number(name, strlen(name)); }

void endpoint_prepare(void)
{
	words.product = logsource_word("macos");
	words.process = logsource_word("process_creation");
	words.files = logsource_word("file_event");
	words.caller = number("process.executable.path");
	words.exec = number(TARGET "executable.path");
	words.args = number("event.exec.args");
	words.command = number("CommandLine");
	words.file = number("TargetFilename");
	for (size_t i = 0; i < COUNT(table); i++) {
		table[i].name_number = number(table[i].name);
		table[i].number = number(table[i].given);
	}
	for (size_t i = 0; i < COUNT(made); i++) {
		made[i].folder_number = number(made[i].folder);
		made[i].name_number = number(made[i].name);
	}
}

static bool is_there(const struct event *e, uint32_t name) { return event_first(e, name) != NO_FIELD; }

/* The arguments, each behind a blank. */
static void add_command(struct event *e)
{
	size_t len = 0;
	char *room, *to;

	for (uint16_t i = event_first(e, words.args); i != NO_FIELD; i = e->fields[i].next)
		len += e->fields[i].len + 1;
	if (!len || !(room = to = event_room(e, len)))
		return;
	for (uint16_t i = event_first(e, words.args); i != NO_FIELD; i = e->fields[i].next) {
		if (to > room)
			*to++ = ' ';
		memcpy(to, e->fields[i].text, e->fields[i].len);
		to += e->fields[i].len;
	}
	event_put(e, "CommandLine", strlen("CommandLine"), words.command, room, (size_t)(to - room),
		  FIELD_TEXT);
}

static void add_file(struct event *e, const struct field *folder, const struct field *name)
{
	const bool slash = !folder->len || folder->text[folder->len - 1] != '/';
	const size_t before = folder->len + slash;
	char *room = event_room(e, before + name->len);

	if (!room)
		return;
	memcpy(room, folder->text, folder->len);
	room[before - 1] = '/';
	memcpy(room + before, name->text, name->len);
	event_put(e, "TargetFilename", strlen("TargetFilename"), words.file, room, before + name->len,
		  FIELD_TEXT);
}

static void add_files(struct event *e)
{
	for (size_t i = 0; i < COUNT(made); i++) {
		const uint16_t folder = event_first(e, made[i].folder_number);
		const uint16_t name = event_first(e, made[i].name_number);

		if (folder != NO_FIELD && name != NO_FIELD)
			add_file(e, &e->fields[folder], &e->fields[name]);
	}
}

static void add_names(struct event *e, const char *category)
{
	for (size_t i = 0; i < COUNT(table); i++) {
		const uint16_t at = event_first(e, table[i].number);
		struct field f;

		if (strcmp(table[i].category, category) || at == NO_FIELD ||
		    is_there(e, table[i].name_number))
			continue;
		f = e->fields[at];
		event_put(e, table[i].name, strlen(table[i].name), table[i].name_number, f.text, f.len,
			  f.type);
	}
}

static bool is_file(const struct event *e)
{
	for (size_t i = 0; i < COUNT(made); i++)
		if (is_there(e, made[i].name_number))
			return true;
	for (size_t i = 0; i < COUNT(table); i++)
		if (!strcmp(table[i].name, "TargetFilename") && is_there(e, table[i].number))
			return true;
	return false;
}

void endpoint_place(struct event *e)
{
	if (!is_there(e, words.caller))
		return;
	if (is_there(e, words.exec)) {
		add_names(e, words.process);
		add_command(e);
		logsource_add_category(&e->from, words.process);
	} else if (is_file(e)) {
		add_files(e);
		add_names(e, words.files);
		logsource_add_category(&e->from, words.files);
	} else {
		return;
	}
	e->from.product = words.product;
}

static const char *const categories[] = { "process_creation", "file_event" };

bool endpoint_row(size_t i, struct logsource *out)
{
	if (i >= COUNT(categories))
		return false;
	*out = (struct logsource){ .product = logsource_word("macos") };
	logsource_add_category(out, logsource_word(categories[i]));
	return true;
}

bool endpoint_gives(size_t i, const char *field)
{
	for (size_t k = 0; k < COUNT(table); k++)
		if (!strcmp(table[k].category, categories[i]) && !strcmp(table[k].name, field))
			return true;
	return (i == 0 && !strcmp(field, "CommandLine")) || !strncmp(field, "event.", 6) ||
	       !strncmp(field, "process.", 8);
}
