#include "intake/format/sysmon.h"

#include <string.h>

/* clang-format off */
#define PROCESS "RuleName UtcTime ProcessGuid ProcessId Image User "
/* Event; category; what stands in its EventData. Of the schema that `sysmon -s` prints (4.81). */
static const struct {
	const char *id, *category, *fields;
} table[] = {
	{ "1",  "process_creation",    PROCESS "FileVersion Description Product Company OriginalFileName CommandLine "
				       "CurrentDirectory LogonGuid LogonId TerminalSessionId IntegrityLevel Hashes "
				       "ParentProcessGuid ParentProcessId ParentImage ParentCommandLine ParentUser" },
	{ "3",  "network_connection",  PROCESS "Protocol Initiated SourceIsIpv6 SourceIp SourceHostname SourcePort "
				       "SourcePortName DestinationIsIpv6 DestinationIp DestinationHostname "
				       "DestinationPort DestinationPortName" },
	{ "4",  "sysmon_status",       "UtcTime State Version SchemaVersion" },
	{ "5",  "process_termination", PROCESS },
	{ "9",  "raw_access_thread",   PROCESS "Device" },
	{ "11", "file_event",          PROCESS "TargetFilename CreationUtcTime" },
	{ "16", "sysmon_status",       "UtcTime Configuration ConfigurationFileHash" },
	{ "23", "file_delete",         PROCESS "TargetFilename Hashes IsExecutable Archived" },
};
static const char system_fields[] =
	"Provider_Name Provider_Guid EventID Version Level Task Opcode Keywords TimeCreated_SystemTime EventRecordID "
	"Execution_ProcessID Execution_ThreadID Channel Computer Security_UserId host";
/* clang-format on */

enum { ROWS = sizeof(table) / sizeof(*table) };

bool sysmon_row(size_t i, struct logsource *out)
{
	if (i >= ROWS)
		return false;
	*out = (struct logsource){ .product = logsource_word("linux") };
	logsource_add_service(out, logsource_word("sysmon"));
	logsource_add_category(out, logsource_word(table[i].category));
	return true;
}

static bool among(const char *words, const char *word)
{
	const size_t len = strlen(word);

	for (const char *at = words; (at = strstr(at, word)); at += len)
		if ((at == words || at[-1] == ' ') && (!at[len] || at[len] == ' '))
			return true;
	return false;
}

bool sysmon_gives(size_t i, const char *field)
{
	return *field && (among(table[i].fields, field) || among(system_fields, field));
}

void sysmon_place(struct event *e)
{
	if (!event_says(e, "Channel", "Linux-Sysmon/Operational"))
		return;
	e->from.product = logsource_word("linux");
	logsource_add_service(&e->from, logsource_word("sysmon"));
	for (size_t i = 0; i < ROWS; i++)
		if (event_says(e, "EventID", table[i].id))
			logsource_add_category(&e->from, logsource_word(table[i].category));
}
