#include "intake/dictionary.h"

#include <string.h>

/* clang-format off */
/* Name, and the categories or products whose logs alone may have it (NULL: any technical log). */
static const struct {
	const char *name, *of;
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
	{ "c-ip", "webserver proxy" },         { "c-port", "webserver proxy" },
	{ "cs-username", "webserver proxy" },  { "cs-method", "webserver proxy" },
	{ "cs-uri", "webserver proxy" },       { "cs-uri-stem", "webserver proxy" },
	{ "cs-uri-query", "webserver proxy" }, { "cs-version", "webserver proxy" },
	{ "cs-host", "webserver proxy" },      { "sc-status", "webserver proxy" },
	{ "sc-bytes", "webserver proxy" },     { "cs-bytes", "webserver proxy" },
	{ "cs-user-agent", "webserver proxy" },{ "c-useragent", "webserver proxy" },
	{ "c-uri", "webserver proxy" },        { "cs-referer", "webserver proxy" },
	{ "cs-referrer", "webserver proxy" },  { "cs-request", "webserver proxy" },
	{ "c-uri-query", "webserver proxy" },  { "c-uri-stem", "webserver proxy" },
	{ "cs-cookie", "webserver proxy" },    { "time-taken", "webserver proxy" },
	{ "s-name", "webserver proxy" },       { "cs-content-type", "webserver proxy" },
	/* questions to name servers, what a filter or a scanner decided */
	{ "query", "dns" },          { "record_type", "dns" },   { "answer", "dns" },
	{ "blocked", "firewall" },   { "Signature", "antivirus" }, { "Filename", "antivirus" },
	{ "cfgpath", "fortigate" },
	/* processes, by the names of Sysmon */
	{ "Image", "process_creation file_event network_connection" },
	{ "User", "process_creation file_event network_connection" },
	{ "ProcessId", "process_creation file_event network_connection" },
	{ "CommandLine", "process_creation" }, { "ParentImage", "process_creation" },
	{ "ParentCommandLine", "process_creation" }, { "CurrentDirectory", "process_creation" },
	{ "ParentProcessId", "process_creation" },
	{ "TargetFilename", "file_event" },    { "Initiated", "network_connection" },
	{ "DestinationIp", "network_connection" }, { "DestinationPort", "network_connection" },
	{ "DestinationHostname", "network_connection" },
	/* audit records */
	{ "type", NULL },            { "exe", NULL },            { "comm", NULL },
	{ "syscall", NULL },         { "key", NULL },            { "success", NULL },
	{ "name", NULL },            { "auid", NULL },
	/* audit logs of clouds: what Sigma's rules call what they export under another name */
	{ "operationName", "azure" },      { "OperationName", "azure" },     { "OperationNameValue", "azure" },
	{ "Category", "azure" },           { "CategoryValue", "azure" },     { "category", "azure" },
	{ "ResourceProviderValue", "azure" }, { "ResourceId", "azure" },     { "Status", "azure" },
	{ "properties.message", "azure" }, { "LoggedByService", "azure" },   { "ActivityDisplayName", "azure" },
	{ "ActivityType", "azure" },       { "activityType", "azure" },      { "Initiatedby", "azure" },
	{ "TargetResources.ModifiedProperties.DisplayName", "azure" },
	{ "TargetResources.ModifiedProperties.NewValue", "azure" },
	{ "TargetResources.modifiedProperties.newValue", "azure" },
	{ "targetResources.type", "azure" }, { "additionalDetails.additionalInfo", "azure" },
	{ "ResultType", "azure" },         { "ResultDescription", "azure" }, { "Resultdescription", "azure" },
	{ "AuthenticationRequirement", "azure" }, { "userAgent", "azure" },  { "RiskState", "azure" },
	{ "DeviceDetail.trusttype", "azure" }, { "DeviceDetail.deviceId", "azure" },
	{ "DeviceDetail.isCompliant", "azure" }, { "ResourceDisplayName", "azure" },
	{ "conditionalAccessStatus", "azure" }, { "NetworkLocationDetails", "azure" },
	{ "ClientApp", "azure" },          { "Username", "azure" },          { "riskEventType", "azure" },
	{ "failure_status_reason", "azure" },
	{ "gcp.audit.method_name", "gcp" },{ "eventService", "gcp" },        { "eventName", "gcp m365" },
	{ "data.protoPayload.serviceName", "gcp" }, { "data.protoPayload.methodName", "gcp" },
	{ "data.protoPayload.logName", "gcp" }, { "data.protoPayload.resource.type", "gcp" },
	{ "data.protoPayload.authorizationInfo.permission", "gcp" },
	{ "data.protoPayload.authorizationInfo.granted", "gcp" },
	{ "setting_name", "gcp" },         { "new_value", "gcp" },           { "protoPayload.Servicename", "gcp" },
	{ "eventSource", "m365" },         { "Payload", "m365" },
	{ "apiGroup", "kubernetes" },      { "hostPath", "kubernetes" },     { "capabilities", "kubernetes" },
	{ "EventLog", "rpc_firewall" },    { "InterfaceUuid", "rpc_firewall" }, { "OpNum", "rpc_firewall" },
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

/* Is the word one of those between blanks? */
static bool among(const char *words, const char *word)
{
	const size_t len = strlen(word);

	for (const char *at = words; (at = strstr(at, word)); at += len)
		if ((at == words || at[-1] == ' ') && (!at[len] || at[len] == ' '))
			return true;
	return false;
}

static bool of_these(const char *words, const struct logsource *at)
{
	size_t i = 0;

	if (at->product && among(words, at->product))
		return true;
	for (; i < LOGSOURCE_CATEGORIES && at->categories[i]; i++)
		if (!among(words, at->categories[i]))
			return false;
	return i;
}

bool dictionary_allows(const char *name, const struct logsource *at)
{
	for (size_t i = 0; i < ROWS; i++)
		if (!strcmp(table[i].name, name))
			return !table[i].of || of_these(table[i].of, at);
	return false;
}
