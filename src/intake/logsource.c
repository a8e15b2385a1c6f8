#include "intake/logsource.h"

#include <string.h>

/* clang-format off */
/* Product, category, service. A fact from the Sigma taxonomy each; technical
 * logs only. The first row with a word holds the copy that stands for it. */
static const struct {
	const char *product, *category, *service;
} table[] = {
	{ "aws",          NULL,                        "cloudtrail" },
	{ "azure",        NULL,                        "activitylogs" },
	{ "azure",        NULL,                        "auditlogs" },
	{ "azure",        NULL,                        "pim" },
	{ "azure",        NULL,                        "riskdetection" },
	{ "azure",        NULL,                        "signinlogs" },
	{ "bitbucket",    NULL,                        "audit" },
	{ "cisco",        NULL,                        "aaa" },
	{ "cisco",        NULL,                        "bgp" },
	{ "cisco",        NULL,                        "duo" },
	{ "cisco",        NULL,                        "ldp" },
	{ "cisco",        NULL,                        "syslog" },
	{ "django",       "application",               NULL },
	{ "fortigate",    NULL,                        "event" },
	{ "fortios",      NULL,                        "sslvpnd" },
	{ "gcp",          NULL,                        "gcp.audit" },
	{ "gcp",          NULL,                        "google_workspace.admin" },
	{ "gcp",          NULL,                        "google_workspace.login" },
	{ "github",       NULL,                        "audit" },
	{ "huawei",       NULL,                        "bgp" },
	{ "juniper",      NULL,                        "bgp" },
	{ "jvm",          "application",               NULL },
	{ "kubernetes",   NULL,                        "audit" },
	{ "kubernetes",   "application",               "audit" },
	{ "linux",        NULL,                        "auditd" },
	{ "linux",        NULL,                        "auth" },
	{ "linux",        NULL,                        "clamav" },
	{ "linux",        NULL,                        "cron" },
	{ "linux",        NULL,                        "guacamole" },
	{ "linux",        NULL,                        "login" },
	{ "linux",        NULL,                        "pam" },
	{ "linux",        NULL,                        "sshd" },
	{ "linux",        NULL,                        "su" },
	{ "linux",        NULL,                        "sudo" },
	{ "linux",        NULL,                        "sysmon" },
	{ "linux",        NULL,                        "syslog" },
	{ "linux",        NULL,                        "vsftpd" },
	{ "linux",        "file_delete",               NULL },
	{ "linux",        "file_event",                NULL },
	{ "linux",        "network_connection",        NULL },
	{ "linux",        "process_creation",          NULL },
	{ "linux",        "process_termination",       NULL },
	{ "linux",        "raw_access_thread",         NULL },
	{ "linux",        "sysmon_status",             NULL },
	{ "m365",         NULL,                        "audit" },
	{ "m365",         NULL,                        "exchange" },
	{ "m365",         NULL,                        "threat_detection" },
	{ "m365",         NULL,                        "threat_management" },
	{ "macos",        "file_event",                NULL },
	{ "macos",        "network_connection",        NULL },
	{ "macos",        "process_creation",          NULL },
	{ "nodejs",       "application",               NULL },
	{ "okta",         NULL,                        "okta" },
	{ "onelogin",     NULL,                        "onelogin.events" },
	{ "opencanary",   "application",               NULL },
	{ "paloalto",     "appliance",                 "globalprotect" },
	{ "paloalto",     "file_event",                "globalprotect" },
	{ "python",       "application",               NULL },
	{ "rpc_firewall", "application",               NULL },
	{ "ruby_on_rails", "application",               NULL },
	{ "spring",       "application",               NULL },
	{ "sql",          "application",               NULL },
	{ "suricata",     NULL,                        "alert" },
	{ "suricata",     NULL,                        "dns" },
	{ "suricata",     NULL,                        "fileinfo" },
	{ "suricata",     NULL,                        "flow" },
	{ "suricata",     NULL,                        "http" },
	{ "suricata",     NULL,                        "smb" },
	{ "suricata",     NULL,                        "ssh" },
	{ "suricata",     NULL,                        "tls" },
	{ "velocity",     "application",               NULL },
	{ "windows",      NULL,                        "application" },
	{ "windows",      NULL,                        "application-experience" },
	{ "windows",      NULL,                        "applocker" },
	{ "windows",      NULL,                        "appmodel-runtime" },
	{ "windows",      NULL,                        "appxdeployment-server" },
	{ "windows",      NULL,                        "appxpackaging-om" },
	{ "windows",      NULL,                        "bitlocker" },
	{ "windows",      NULL,                        "bits-client" },
	{ "windows",      NULL,                        "capi2" },
	{ "windows",      NULL,                        "certificateservicesclient-lifecycle-system" },
	{ "windows",      NULL,                        "codeintegrity-operational" },
	{ "windows",      NULL,                        "dhcp" },
	{ "windows",      NULL,                        "diagnosis-scripted" },
	{ "windows",      NULL,                        "dns-client" },
	{ "windows",      NULL,                        "dns-server" },
	{ "windows",      NULL,                        "dns-server-analytic" },
	{ "windows",      NULL,                        "driver-framework" },
	{ "windows",      NULL,                        "firewall-as" },
	{ "windows",      NULL,                        "hyper-v-worker" },
	{ "windows",      NULL,                        "iis-configuration" },
	{ "windows",      NULL,                        "kernel-event-tracing" },
	{ "windows",      NULL,                        "kernel-shimengine" },
	{ "windows",      NULL,                        "ldap" },
	{ "windows",      NULL,                        "lsa-server" },
	{ "windows",      NULL,                        "microsoft-servicebus-client" },
	{ "windows",      NULL,                        "msexchange-management" },
	{ "windows",      NULL,                        "ntfs" },
	{ "windows",      NULL,                        "ntlm" },
	{ "windows",      NULL,                        "openssh" },
	{ "windows",      NULL,                        "powershell" },
	{ "windows",      NULL,                        "powershell-classic" },
	{ "windows",      NULL,                        "printservice-admin" },
	{ "windows",      NULL,                        "printservice-operational" },
	{ "windows",      NULL,                        "security" },
	{ "windows",      NULL,                        "security-mitigations" },
	{ "windows",      NULL,                        "sense" },
	{ "windows",      NULL,                        "servicebus-client" },
	{ "windows",      NULL,                        "shell-core" },
	{ "windows",      NULL,                        "smbclient-connectivity" },
	{ "windows",      NULL,                        "smbclient-security" },
	{ "windows",      NULL,                        "smbserver-connectivity" },
	{ "windows",      NULL,                        "sysmon" },
	{ "windows",      NULL,                        "system" },
	{ "windows",      NULL,                        "taskscheduler" },
	{ "windows",      NULL,                        "terminalservices-localsessionmanager" },
	{ "windows",      NULL,                        "vhdmp" },
	{ "windows",      NULL,                        "windefend" },
	{ "windows",      NULL,                        "wmi" },
	{ "windows",      "clipboard_change",          NULL },
	{ "windows",      "create_remote_thread",      NULL },
	{ "windows",      "create_stream_hash",        NULL },
	{ "windows",      "dns_query",                 NULL },
	{ "windows",      "driver_load",               NULL },
	{ "windows",      "file_access",               NULL },
	{ "windows",      "file_block_executable",     NULL },
	{ "windows",      "file_block_shredding",      NULL },
	{ "windows",      "file_change",               NULL },
	{ "windows",      "file_delete",               NULL },
	{ "windows",      "file_delete_detected",      NULL },
	{ "windows",      "file_event",                NULL },
	{ "windows",      "file_executable_detected",  NULL },
	{ "windows",      "file_rename",               NULL },
	{ "windows",      "image_load",                NULL },
	{ "windows",      "network_connection",        NULL },
	{ "windows",      "pipe_created",              NULL },
	{ "windows",      "process_access",            NULL },
	{ "windows",      "process_creation",          NULL },
	{ "windows",      "process_tampering",         NULL },
	{ "windows",      "process_termination",       NULL },
	{ "windows",      "ps_classic_provider_start", NULL },
	{ "windows",      "ps_classic_script",         NULL },
	{ "windows",      "ps_classic_start",          NULL },
	{ "windows",      "ps_module",                 NULL },
	{ "windows",      "ps_script",                 NULL },
	{ "windows",      "raw_access_thread",         NULL },
	{ "windows",      "registry_add",              NULL },
	{ "windows",      "registry_delete",           NULL },
	{ "windows",      "registry_event",            NULL },
	{ "windows",      "registry_rename",           NULL },
	{ "windows",      "registry_set",              NULL },
	{ "windows",      "sysmon_error",              NULL },
	{ "windows",      "sysmon_status",             NULL },
	{ "windows",      "wmi_event",                 NULL },
	{ "zeek",         NULL,                        "conn" },
	{ "zeek",         NULL,                        "dce_rpc" },
	{ "zeek",         NULL,                        "dns" },
	{ "zeek",         NULL,                        "files" },
	{ "zeek",         NULL,                        "http" },
	{ "zeek",         NULL,                        "kerberos" },
	{ "zeek",         NULL,                        "notice" },
	{ "zeek",         NULL,                        "rdp" },
	{ "zeek",         NULL,                        "smb_files" },
	{ "zeek",         NULL,                        "ssh" },
	{ "zeek",         NULL,                        "ssl" },
	{ "zeek",         NULL,                        "weird" },
	{ "zeek",         NULL,                        "x509" },
	{ NULL,           "antivirus",                 NULL },
	{ NULL,           "database",                  NULL },
	{ NULL,           "dns",                       NULL },
	{ NULL,           "firewall",                  NULL },
	{ NULL,           "ids",                       NULL },
	{ NULL,           "proxy",                     NULL },
	{ NULL,           "webserver",                 NULL },
	{ NULL,           "webserver",                 "apache" },
	{ NULL,           "webserver",                 "iis" },
	{ NULL,           "webserver",                 "nginx" },};
/* clang-format on */

enum { ROWS = sizeof(table) / sizeof(*table) };

static bool same(const char *a, const char *b) { return a && b && !strcmp(a, b); }

const char *logsource_word(const char *word)
{
	for (size_t i = 0; i < ROWS; i++) {
		if (same(table[i].product, word))
			return table[i].product;
		if (same(table[i].category, word))
			return table[i].category;
		if (same(table[i].service, word))
			return table[i].service;
	}
	return NULL;
}

bool logsource_known(const char *product, const char *category, const char *service)
{
	if (!product && !category && !service)
		return false;
	for (size_t i = 0; i < ROWS; i++)
		if ((!product || same(table[i].product, product)) &&
		    (!category || same(table[i].category, category)) &&
		    (!service || same(table[i].service, service)))
			return true;
	return false;
}

bool logsource_covers(const char *product, const char *category, const char *service,
		      const struct logsource *at)
{
	bool fits = !product || product == at->product;
	bool found = !category;

	for (size_t i = 0; i < LOGSOURCE_CATEGORIES && !found; i++)
		found = at->categories[i] == category;
	fits = fits && found;
	found = !service;
	for (size_t i = 0; i < LOGSOURCE_SERVICES && !found; i++)
		found = at->services[i] == service;
	return fits && found;
}

static bool put(const char **list, size_t room, const char *word)
{
	for (size_t i = 0; i < room; i++) {
		if (!list[i])
			list[i] = word;
		if (list[i] == word)
			return true;
	}
	return false;
}

bool logsource_add_service(struct logsource *at, const char *word)
{
	return put(at->services, LOGSOURCE_SERVICES, word);
}

bool logsource_add_category(struct logsource *at, const char *word)
{
	return put(at->categories, LOGSOURCE_CATEGORIES, word);
}

bool logsource_row(size_t i, const char **product, const char **category, const char **service)
{
	if (i >= ROWS)
		return false;
	*product = table[i].product;
	*category = table[i].category;
	*service = table[i].service;
	return true;
}
