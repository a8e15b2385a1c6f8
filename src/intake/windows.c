#include "intake/windows.h"

#include <pthread.h>
#include <string.h>
#include <strings.h>

/* clang-format off */
/* Service and the channel (lower case) it is found in. */
static struct {
	const char *service, *channel;
} services[] = {
	{ "application",                               "application" },
	{ "security",                                  "security" },
	{ "system",                                    "system" },
	{ "ntlm",                                      "microsoft-windows-ntlm/operational" },
	{ "sysmon",                                    "microsoft-windows-sysmon/operational" },
	{ "powershell",                                "microsoft-windows-powershell/operational" },
	{ "powershell",                                "powershellcore/operational" },
	{ "powershell-classic",                        "windows powershell" },
	{ "taskscheduler",                             "microsoft-windows-taskscheduler/operational" },
	{ "wmi",                                       "microsoft-windows-wmi-activity/operational" },
	{ "dhcp",                                      "microsoft-windows-dhcp-server/operational" },
	{ "printservice-admin",                        "microsoft-windows-printservice/admin" },
	{ "smbclient-security",                        "microsoft-windows-smbclient/security" },
	{ "smbclient-connectivity",                    "microsoft-windows-smbclient/connectivity" },
	{ "smbserver-connectivity",                    "microsoft-windows-smbserver/connectivity" },
	{ "printservice-operational",                  "microsoft-windows-printservice/operational" },
	{ "terminalservices-localsessionmanager",      "microsoft-windows-terminalservices-localsessionmanager/operational" },
	{ "codeintegrity-operational",                 "microsoft-windows-codeintegrity/operational" },
	{ "applocker",                                 "microsoft-windows-applocker/msi and script" },
	{ "applocker",                                 "microsoft-windows-applocker/exe and dll" },
	{ "applocker",                                 "microsoft-windows-applocker/packaged app-deployment" },
	{ "applocker",                                 "microsoft-windows-applocker/packaged app-execution" },
	{ "msexchange-management",                     "msexchange management" },
	{ "windefend",                                 "microsoft-windows-windows defender/operational" },
	{ "firewall-as",                               "microsoft-windows-windows firewall with advanced security/firewall" },
	{ "bits-client",                               "microsoft-windows-bits-client/operational" },
	{ "security-mitigations",                      "microsoft-windows-security-mitigations/kernel mode" },
	{ "security-mitigations",                      "microsoft-windows-security-mitigations/user mode" },
	{ "diagnosis-scripted",                        "microsoft-windows-diagnosis-scripted/operational" },
	{ "shell-core",                                "microsoft-windows-shell-core/operational" },
	{ "openssh",                                   "openssh/operational" },
	{ "ldap",                                      "microsoft-windows-ldap-client/debug" },
	{ "bitlocker",                                 "microsoft-windows-bitlocker/bitlocker management" },
	{ "vhdmp",                                     "microsoft-windows-vhdmp/operational" },
	{ "appxdeployment-server",                     "microsoft-windows-appxdeploymentserver/operational" },
	{ "lsa-server",                                "microsoft-windows-lsa/operational" },
	{ "appxpackaging-om",                          "microsoft-windows-appxpackaging/operational" },
	{ "dns-client",                                "microsoft-windows-dns client events/operational" },
	{ "appmodel-runtime",                          "microsoft-windows-appmodel-runtime/admin" },
	{ "capi2",                                     "microsoft-windows-capi2/operational" },
	{ "certificateservicesclient-lifecycle-system", "microsoft-windows-certificateservicesclient-lifecycle-system/operational" },
	{ "kernel-shimengine",                         "microsoft-windows-kernel-shimengine/operational" },
	{ "kernel-shimengine",                         "microsoft-windows-kernel-shimengine/diagnostic" },
	{ "application-experience",                    "microsoft-windows-application-experience/program-telemetry" },
	{ "application-experience",                    "microsoft-windows-application-experience/program-compatibility-assistant" },
	{ "ntfs",                                      "microsoft-windows-ntfs/operational" },
	{ "hyper-v-worker",                            "microsoft-windows-hyper-v-worker" },
	{ "kernel-event-tracing",                      "microsoft-windows-kernel-eventtracing" },
	{ "sense",                                     "microsoft-windows-sense/operational" },
	{ "servicebus-client",                         "microsoft-servicebus-client/admin" },
	{ "servicebus-client",                         "microsoft-servicebus-client/operational" },
	{ "iis-configuration",                         "microsoft-iis-configuration/operational" },
	{ "dns-server",                                "dns server" },
	{ "dns-server-analytic",                       "microsoft-windows-dns-server/analytical" },
	{ "driver-framework",                          "microsoft-windows-driverframeworks-usermode/operational" },
	{ "microsoft-servicebus-client",               "microsoft-servicebus-client/admin" },
	{ "microsoft-servicebus-client",               "microsoft-servicebus-client/operational" },};

/* Category; channel, event number and, where it matters, EventType. */
static struct {
	const char *category, *channel, *event_id, *event_type;
} categories[] = {
	{ "process_creation",        "microsoft-windows-sysmon/operational",          "1",    NULL },
	{ "process_creation",        "security",                                      "4688", NULL },
	{ "file_change",             "microsoft-windows-sysmon/operational",          "2",    NULL },
	{ "network_connection",      "microsoft-windows-sysmon/operational",          "3",    NULL },
	{ "sysmon_status",           "microsoft-windows-sysmon/operational",          "4",    NULL },
	{ "sysmon_status",           "microsoft-windows-sysmon/operational",          "16",   NULL },
	{ "process_termination",     "microsoft-windows-sysmon/operational",          "5",    NULL },
	{ "driver_load",             "microsoft-windows-sysmon/operational",          "6",    NULL },
	{ "image_load",              "microsoft-windows-sysmon/operational",          "7",    NULL },
	{ "create_remote_thread",    "microsoft-windows-sysmon/operational",          "8",    NULL },
	{ "raw_access_thread",       "microsoft-windows-sysmon/operational",          "9",    NULL },
	{ "process_access",          "microsoft-windows-sysmon/operational",          "10",   NULL },
	{ "file_event",              "microsoft-windows-sysmon/operational",          "11",   NULL },
	{ "registry_event",          "microsoft-windows-sysmon/operational",          "12",   NULL },
	{ "registry_event",          "microsoft-windows-sysmon/operational",          "13",   NULL },
	{ "registry_event",          "microsoft-windows-sysmon/operational",          "14",   NULL },
	{ "registry_add",            "microsoft-windows-sysmon/operational",          "12",   "CreateKey" },
	{ "registry_delete",         "microsoft-windows-sysmon/operational",          "12",   "DeleteKey" },
	{ "registry_delete",         "microsoft-windows-sysmon/operational",          "12",   "DeleteValue" },
	{ "registry_set",            "microsoft-windows-sysmon/operational",          "13",   NULL },
	{ "registry_rename",         "microsoft-windows-sysmon/operational",          "14",   NULL },
	{ "create_stream_hash",      "microsoft-windows-sysmon/operational",          "15",   NULL },
	{ "pipe_created",            "microsoft-windows-sysmon/operational",          "17",   NULL },
	{ "pipe_created",            "microsoft-windows-sysmon/operational",          "18",   NULL },
	{ "wmi_event",               "microsoft-windows-sysmon/operational",          "19",   NULL },
	{ "wmi_event",               "microsoft-windows-sysmon/operational",          "20",   NULL },
	{ "wmi_event",               "microsoft-windows-sysmon/operational",          "21",   NULL },
	{ "dns_query",               "microsoft-windows-sysmon/operational",          "22",   NULL },
	{ "file_delete",             "microsoft-windows-sysmon/operational",          "23",   NULL },
	{ "clipboard_change",        "microsoft-windows-sysmon/operational",          "24",   NULL },
	{ "process_tampering",       "microsoft-windows-sysmon/operational",          "25",   NULL },
	{ "file_delete_detected",    "microsoft-windows-sysmon/operational",          "26",   NULL },
	{ "file_block_executable",   "microsoft-windows-sysmon/operational",          "27",   NULL },
	{ "file_block_shredding",    "microsoft-windows-sysmon/operational",          "28",   NULL },
	{ "file_executable_detected", "microsoft-windows-sysmon/operational",          "29",   NULL },
	{ "sysmon_error",            "microsoft-windows-sysmon/operational",          "255",  NULL },
	{ "ps_module",               "microsoft-windows-powershell/operational",      "4103", NULL },
	{ "ps_module",               "powershellcore/operational",                    "4103", NULL },
	{ "ps_script",               "microsoft-windows-powershell/operational",      "4104", NULL },
	{ "ps_script",               "powershellcore/operational",                    "4104", NULL },
	{ "ps_classic_start",        "windows powershell",                            "400",  NULL },
	{ "ps_classic_provider_start", "windows powershell",                            "600",  NULL },
	{ "ps_classic_script",       "windows powershell",                            "800",  NULL },
	{ "antivirus",               "microsoft-windows-windows defender/operational", "1006", NULL },
	{ "antivirus",               "microsoft-windows-windows defender/operational", "1007", NULL },
	{ "antivirus",               "microsoft-windows-windows defender/operational", "1008", NULL },
	{ "antivirus",               "microsoft-windows-windows defender/operational", "1009", NULL },
	{ "antivirus",               "microsoft-windows-windows defender/operational", "1010", NULL },
	{ "antivirus",               "microsoft-windows-windows defender/operational", "1011", NULL },
	{ "antivirus",               "microsoft-windows-windows defender/operational", "1012", NULL },
	{ "antivirus",               "microsoft-windows-windows defender/operational", "1017", NULL },
	{ "antivirus",               "microsoft-windows-windows defender/operational", "1018", NULL },
	{ "antivirus",               "microsoft-windows-windows defender/operational", "1019", NULL },
	{ "antivirus",               "microsoft-windows-windows defender/operational", "1115", NULL },
	{ "antivirus",               "microsoft-windows-windows defender/operational", "1116", NULL },};

/* Within a category: the Sigma name, and what the provider in that channel calls it. */
static struct {
	const char *category, *channel, *name, *given;
} aliases[] = {
	{ "process_creation", "security", "Image", "NewProcessName" },
	{ "process_creation", "security", "ParentImage", "ParentProcessName" },
	{ "antivirus", "microsoft-windows-windows defender/operational", "Signature", "ThreatName" },
	{ "antivirus", "microsoft-windows-windows defender/operational", "Filename", "Path" },
};

/* What exporters put before (and after) the plain name; the longer first. */
static const char *const prefixes[] = {
	"Event.EventData.", "Event.UserData.", "Event.System.", "winlog.event_data.", "winlog.user_data.",
	"EventData.", "UserData.", "System.", "winlog.",
};
/* clang-format on */

/* What some exporters call the two names that place an event. */
static const struct {
	const char *given, *plain;
} renamed[] = {
	{ "event_id", "EventID" },
	{ "channel", "Channel" },
	{ "computer_name", "Computer" },
	{ "provider_name", "Provider_Name" },
};

#define COUNT(list) (sizeof(list) / sizeof(*(list)))

static const char *product;

/* The words of the tables become the ones that compare by address. */
static void fix_words(void)
{
	for (size_t i = 0; i < COUNT(services); i++)
		services[i].service = logsource_word(services[i].service);
	for (size_t i = 0; i < COUNT(categories); i++)
		categories[i].category = logsource_word(categories[i].category);
	for (size_t i = 0; i < COUNT(aliases); i++)
		aliases[i].category = logsource_word(aliases[i].category);
	product = logsource_word("windows");
}

static pthread_once_t once = PTHREAD_ONCE_INIT;

static bool is(const struct field *f, const char *text)
{
	return f->len == strlen(text) && !strncasecmp(f->text, text, f->len);
}

static bool starts(const struct field *f, const char *text)
{
	size_t len = strlen(text);

	return f->name_len > len && !memcmp(f->name, text, len);
}

/* "Event.System.Provider.#attributes.Name" is Provider_Name to Sigma. */
static void join_attribute(struct event *e, struct field *f)
{
	static const char mark[] = ".#attributes.", text[] = ".#text";
	const char *at = memmem(f->name, f->name_len, mark, strlen(mark));
	size_t before, after;
	char *room;

	if (f->name_len > strlen(text) && !memcmp(f->name + f->name_len - strlen(text), text, strlen(text)))
		f->name_len -= (uint32_t)strlen(text);
	if (!at)
		return;
	before = (size_t)(at - f->name);
	after = f->name_len - before - strlen(mark);
	if (!(room = event_room(e, before + 1 + after)))
		return;
	memcpy(room, f->name, before);
	room[before] = '_';
	memcpy(room + before + 1, at + strlen(mark), after);
	f->name = room;
	f->name_len = (uint32_t)(before + 1 + after);
}

static void plain_name(struct event *e, struct field *f)
{
	for (size_t i = 0; i < COUNT(prefixes); i++) {
		size_t len = strlen(prefixes[i]);

		if (!starts(f, prefixes[i]))
			continue;
		f->name += len;
		f->name_len -= (uint32_t)len;
		break;
	}
	join_attribute(e, f);
	for (size_t i = 0; i < COUNT(renamed); i++) {
		if (f->name_len != strlen(renamed[i].given) || memcmp(f->name, renamed[i].given, f->name_len))
			continue;
		f->name = renamed[i].plain;
		f->name_len = (uint32_t)strlen(renamed[i].plain);
	}
}

static bool exported(const struct event *e)
{
	for (size_t i = 0; i < e->count; i++)
		if (starts(&e->fields[i], "Event.System.") || starts(&e->fields[i], "System.") ||
		    starts(&e->fields[i], "winlog."))
			return true;
	return false;
}

/* Sigma writes field names of Windows without spaces. */
static void strip_spaces(struct event *e, struct field *f)
{
	char *room;
	uint32_t len = 0;

	if (!memchr(f->name, ' ', f->name_len) || !(room = event_room(e, f->name_len)))
		return;
	for (uint32_t i = 0; i < f->name_len; i++)
		if (f->name[i] != ' ')
			room[len++] = f->name[i];
	f->name = room;
	f->name_len = len;
}

/* A channel of the table makes it an event of Windows; two names in somebody's
 * JSON do not. */
static bool place_services(struct event *e, const struct field *channel)
{
	bool known = false;

	for (size_t i = 0; i < COUNT(services); i++)
		if (is(channel, services[i].channel))
			known = logsource_add_service(&e->from, services[i].service);
	return known;
}

static void place_category(struct event *e, const struct field *channel, const struct field *id)
{
	for (size_t i = 0; i < COUNT(categories); i++)
		if (is(id, categories[i].event_id) && is(channel, categories[i].channel) &&
		    (!categories[i].event_type || event_says(e, "EventType", categories[i].event_type)))
			logsource_add_category(&e->from, categories[i].category);
}

static void add_aliases(struct event *e, const struct field *channel)
{
	for (size_t i = 0; i < COUNT(aliases); i++) {
		const struct field *given;

		if (!is(channel, aliases[i].channel) ||
		    !logsource_covers(NULL, aliases[i].category, NULL, &e->from) ||
		    event_find(e, aliases[i].name) || !(given = event_find(e, aliases[i].given)))
			continue;
		event_add(e, aliases[i].name, strlen(aliases[i].name), given->text, given->len, given->type);
	}
}

void windows_place(struct event *e)
{
	const struct field *channel, *id;

	if (!event_find(e, "Channel") && exported(e))
		for (size_t i = 0; i < e->count; i++)
			plain_name(e, &e->fields[i]);
	channel = event_find(e, "Channel");
	id = event_find(e, "EventID");
	pthread_once(&once, fix_words);
	if (!channel || !id || !place_services(e, channel))
		return;
	for (size_t i = 0; i < e->count; i++)
		strip_spaces(e, &e->fields[i]);
	e->from.product = product;
	place_category(e, channel, id);
	add_aliases(e, channel);
}

bool windows_row(size_t i, struct logsource *out)
{
	const char *channel;

	pthread_once(&once, fix_words);
	*out = (struct logsource){ .product = product };
	if (i >= COUNT(services) + COUNT(categories))
		return false;
	channel = i < COUNT(services) ? services[i].channel : categories[i - COUNT(services)].channel;
	for (size_t k = 0; k < COUNT(services); k++)
		if (!strcmp(services[k].channel, channel))
			logsource_add_service(out, services[k].service);
	if (i >= COUNT(services))
		logsource_add_category(out, categories[i - COUNT(services)].category);
	return true;
}
