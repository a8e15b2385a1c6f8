#include "intake/dictionary.h"

#include <string.h>

/* clang-format off */
/* Name, and the category whose logs alone may fill it (NULL: any technical log). */
static const struct {
	const char *name, *category;
} table[] = {
	/* who, from where, to where */
	{ "host", NULL },            { "user", NULL },           { "target_user", NULL },
	{ "src_ip", NULL },          { "src_port", NULL },       { "src_host", NULL },
	{ "dst_ip", NULL },          { "dst_port", NULL },       { "protocol", NULL },
	/* what was tried and what came of it */
	{ "action", NULL },          { "outcome", NULL },        { "method", NULL },
	{ "known_user", NULL },      { "reason", NULL },         { "key_type", NULL },
	{ "fingerprint", NULL },     { "session", NULL },        { "tty", NULL },
	{ "uid", NULL },             { "gid", NULL },            { "attempts", NULL },
	/* which program spoke */
	{ "program", NULL },         { "pid", NULL },            { "level", NULL },
	{ "status", NULL },          { "bytes", NULL },          { "path", NULL },
	{ "command", NULL },         { "directory", NULL },      { "module", NULL },
	{ "signature", NULL },       { "device", NULL },
	/* requests, by the W3C names of web servers and proxies */
	{ "c-ip", "webserver" },     { "c-port", "webserver" },  { "cs-username", "webserver" },
	{ "cs-method", "webserver" },{ "cs-uri", "webserver" },  { "cs-uri-stem", "webserver" },
	{ "cs-uri-query", "webserver" }, { "cs-version", "webserver" }, { "cs-host", "webserver" },
	{ "sc-status", "webserver" },{ "sc-bytes", "webserver" },{ "cs-bytes", "webserver" },
	{ "cs-user-agent", "webserver" }, { "c-useragent", "webserver" }, { "c-uri", "webserver" },
	{ "cs-referer", "webserver" }, { "cs-referrer", "webserver" }, { "cs-request", "webserver" },
	{ "c-uri-query", "webserver" }, { "c-uri-stem", "webserver" },
	{ "cs-cookie", "webserver" },{ "time-taken", "webserver" }, { "s-name", "webserver" },
	/* processes, by the names of Sysmon */
	{ "Image", "process_creation" },       { "CommandLine", "process_creation" },
	{ "ParentImage", "process_creation" }, { "ParentCommandLine", "process_creation" },
	{ "CurrentDirectory", "process_creation" }, { "User", "process_creation" },
	{ "ProcessId", "process_creation" },   { "ParentProcessId", "process_creation" },
	/* audit records */
	{ "type", NULL },            { "exe", NULL },            { "comm", NULL },
	{ "syscall", NULL },         { "key", NULL },            { "success", NULL },
	{ "name", NULL },            { "auid", NULL },
};
/* clang-format on */

enum { ROWS = sizeof(table) / sizeof(*table) };

bool dictionary_has(const char *name)
{
	for (size_t i = 0; i < ROWS; i++)
		if (!strcmp(table[i].name, name))
			return true;
	return false;
}

bool dictionary_allows(const char *name, const char *category)
{
	for (size_t i = 0; i < ROWS; i++)
		if (!strcmp(table[i].name, name))
			return !table[i].category || (category && !strcmp(table[i].category, category));
	return false;
}
