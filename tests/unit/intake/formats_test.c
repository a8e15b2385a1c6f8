#include "intake/intake.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/stamp.h"

/* Every format from its own lines: the fields, the place, the time that the format
 * says; and what becomes of lines that are not what their source promised. */

static struct maps *maps;

static int load(void **state)
{
	struct fault why = { 0 };

	(void)state;
	maps = maps_new();
	if (maps_add_own(maps, &why) == 0)
		return 0;
	fprintf(stderr, "%s\n", why.text);
	return -1;
}

static int unload(void **state)
{
	(void)state;
	maps_free(maps);
	return 0;
}

static const int64_t now = INT64_C(1790000000) * STAMP_SECOND;

#define ZEEK_DNS                                                                                             \
	"#separator \\x09\n#set_separator\t,\n#empty_field\t(empty)\n#unset_field\t-\n#path\tdns\n#open\t"   \
	"2026-11-26-05-00-00\n#fields\tts\tuid\tid.orig_h\tid.resp_p\tquery\trtt\tAA\tanswers\n"             \
	"#types\ttime\tstring\taddr\tport\tstring\tinterval\tbool\tvector[string]\n"
#define IIS                                                                                                  \
	"#Software: Microsoft Internet Information Services 10.0\n#Version: 1.0\n#Date: 2026-11-26 "         \
	"05:02:28\n"                                                                                         \
	"#Fields: date time c-ip cs-method cs-uri-stem cs-uri-query sc-status cs(User-Agent) cs(Referer)\n"
#define STAMP_CALL "msg=audit(1604994496.155:92733): "

#define SYSMON(id)                                                                                           \
	"<14>Nov 26 05:02:29 h1 sysmon[1102]: <Event><System><Provider Name=\"Linux-Sysmon\" "               \
	"Guid=\"{ff}\"/>"                                                                                    \
	"<EventID>" id                                                                                       \
	"</EventID><Version>5</Version><TimeCreated SystemTime=\"2025-11-26T05:02:28.123456000Z\"/>"         \
	"<Correlation/><Channel>Linux-Sysmon/Operational</Channel><Computer>h1</Computer><Security "         \
	"UserId=\"0\"/></System><EventData>"
#define SYSMON_END "</EventData></Event>"
#define ESLOGGER                                                                                             \
	"{\"schema_version\":1,\"time\":\"2025-11-26T05:02:28.880814738Z\",\"process\":{\"executable\":{"    \
	"\"path\":"                                                                                          \
	"\"\\/bin\\/zsh\",\"path_truncated\":false},\"audit_token\":{\"pid\":7}},\"event\":{"

/* Lines; of the last one: place, time in seconds (-1: that of receipt), fields (a
 * text of NULL: there is no such field). */
static const struct {
	const char *lines, *product, *category, *service;
	int64_t seconds;
	const char *fields[14];
	const char *why;
} rows[] = {
	{ ZEEK_DNS "1764133348.5\tC1\t10.0.0.1\t53\ta\\x09b.example\t0.050000\tT\t1.1.1.1,2.2.2.2",
	  "zeek",
	  "dns",
	  "dns",
	  1764133348,
	  { "query", "a\tb.example", "rtt", "0.05", "AA", "true", "answer", "1.1.1.1", "src_ip", "10.0.0.1" },
	  "a table of Zeek" },
	{ ZEEK_DNS "1764133348.5\tC1\t10.0.0.1\t53\t(empty)\t-\t-\t(empty)",
	  "zeek",
	  "dns",
	  "dns",
	  1764133348,
	  { "query", "", "rtt", NULL, "AA", NULL, "answers", NULL, "answer", NULL },
	  "empty is a text, unset is no field" },
	{ "{\"ts\":1764133348.5,\"uid\":\"C1\",\"id.orig_h\":\"10.0.0.1\",\"id.resp_p\":53,\"query\":\"a."
	  "example\","
	  "\"qtype_name\":\"A\",\"answers\":[\"1.1.1.1\",\"2.2.2.2\"]}",
	  "zeek",
	  "dns",
	  "dns",
	  1764133348,
	  { "query", "a.example", "record_type", "A", "answer", "1.1.1.1" },
	  "the same log as JSON, known by its fields" },
	{ "{\"_path\":\"http\",\"ts\":\"2026-11-26T05:02:28.000000Z\",\"uri\":\"/"
	  "x?y\",\"user_agent\":\"curl\"}",
	  "zeek",
	  "webserver",
	  "http",
	  1795669348,
	  { "c-useragent", "curl", "cs-uri-query", "/x?y" },
	  "JSON that says its path" },
	{ ZEEK_DNS "#close\t2026-11-26-06-00-00\nNov 25 22:48:00 h sshd[36]: Invalid user a from 1.2.3.4",
	  "linux",
	  NULL,
	  "sshd",
	  -2,
	  { "src_ip", "1.2.3.4" },
	  "behind #close it is any source again" },
	{ ZEEK_DNS "{\"a\":1}", NULL, NULL, NULL, -1, { "a", "1" }, "JSON in between is JSON" },
	{ ZEEK_DNS
	  "1764133348.5\tC1\t::1\t53\tq\t0\tF\t-\n#separator \\x7c\n#path|x509\n#fields|ts|certificate."
	  "serial\n#types|time|string\n0.000000|01AB",
	  "zeek",
	  NULL,
	  "x509",
	  0,
	  { "certificate.serial", "01AB", "query", NULL },
	  "another header, another table; the year 1970" },
	{ IIS "2026-11-26 05:02:29 1.2.3.4 GET /a.aspx cmd=id 200 Mozilla/5.0+(X11) -",
	  NULL,
	  "webserver",
	  "iis",
	  1795669349,
	  { "cs-uri-stem", "/a.aspx", "cs-uri-query", "cmd=id", "sc-status", "200", "cs-user-agent",
	    "Mozilla/5.0+(X11)", "cs-referer", NULL, "c-uri", "/a.aspx" },
	  "IIS" },
	{ "#Fields: time c-ip cs-method cs-uri s-action cs(Cookie)\n#Date: 2026-11-26 00:00:00\n"
	  "05:02:29 1.2.3.4 GET http://h/x TCP_MISS \"a \"\"b\"\" c\"",
	  NULL,
	  "proxy",
	  NULL,
	  1795669349,
	  { "c-uri", "http://h/x", "cs-cookie", "a \"\"b\"\" c" },
	  "a proxy with the day in the header, and a column in quotes" },
	{ "CEF:0|Acme|Wall|1.0|100|drop \\| it|5|src=10.0.0.1 dst=2.1.2.2 act=blocked spt=1232 msg=a\\=b c "
	  "cs1Label=Policy Name cs1=p 1 rt=1764133348000",
	  NULL,
	  "firewall",
	  NULL,
	  1764133348,
	  { "name", "drop | it", "msg", "a=b c", "Policy Name", "p 1", "src_ip", "10.0.0.1", "action",
	    "blocked", "dst_port", NULL },
	  "bare CEF" },
	{ "<134>Nov 26 05:02:28 fw01 CEF:0|Acme|Proxy|1|9|web|3|request=http://x/?a\\=b requestMethod=GET "
	  "filePath=C:\\\\a\\b rt=Nov 26 2025 05:02:28 UTC",
	  NULL,
	  "proxy",
	  NULL,
	  1764133348,
	  { "c-uri", "http://x/?a=b", "cs-method", "GET", "host", "fw01", "filePath", "C:\\a\\b" },
	  "CEF in syslog" },
	{ "<134>1 2025-11-26T05:02:28Z fw01 - - - - CEF:1|Fortinet|Fortigate|7|1|n|3|cat=event:system "
	  "FTNTFGTcfgpath=system.admin FTNTFGTaction=Add",
	  "fortigate",
	  NULL,
	  "event",
	  1764133348,
	  { "cfgpath", "system.admin", "action", "Add" },
	  "CEF in RFC 5424, timed by it" },
	{ "LEEF:1.0|Acme|Wall|1.0|deny|src=1.1.1.1\tdst=2.2.2.2\tusrName=a b\tdevTime=1764133348000",
	  NULL,
	  "firewall",
	  NULL,
	  1764133348,
	  { "eventId", "deny", "usrName", "a b", "dst_ip", "2.2.2.2" },
	  "LEEF 1.0" },
	{ "<13>Nov 26 05:02:28 h LEEF:2.0|Acme|Wall|1.0|deny|x5E|src=1.1.1.1^dst=2.2.2.2^devTime=2025-11-26 "
	  "05:02:28",
	  NULL,
	  "firewall",
	  NULL,
	  1764133348,
	  { "src_ip", "1.1.1.1", "dst_ip", "2.2.2.2" },
	  "LEEF 2.0 with a delimiter of its own" },
	{ "LEEF:2.0|Acme|Wall|1.0|deny|src=1.1.1.1\tdst=2|2",
	  NULL,
	  "firewall",
	  NULL,
	  -1,
	  { "dst", "2|2" },
	  "LEEF 2.0 without one" },
	{ "<189>date=2025-11-26 time=05:02:28 devname=\"fg\" devid=\"FG1\" logid=\"0100044547\" "
	  "type=\"event\" "
	  "cfgpath=\"system.admin\" action=\"Add\" msg=\"a \\\"b\\\" c\"",
	  "fortigate",
	  NULL,
	  "event",
	  1764133348,
	  { "cfgpath", "system.admin", "action", "Add", "msg", "a \\\"b\\\" c" },
	  "FortiGate's own" },
	{ "type=PATH " STAMP_CALL "item=0 name=2F746D702F612062 nametype=NORMAL",
	  "linux",
	  NULL,
	  "auditd",
	  1604994496,
	  { "type", "PATH", "name", "/tmp/a b", "serial", "92733" },
	  "a name in hexadecimal" },
	{ "type=SYSCALL " STAMP_CALL "arch=c000003e syscall=41 a0=26 a1=3 key=(null) exe=\"/bin/x\"",
	  "linux",
	  NULL,
	  "auditd",
	  1604994496,
	  { "SYSCALL", "socket", "a0", "26", "key", NULL, "exe", "/bin/x" },
	  "registers stay as they are, the call has its name" },
	{ "type=SYSCALL " STAMP_CALL "arch=c000003e syscall=59 euid=33\x1d"
	  "ARCH=x86_64 SYSCALL=execve UID=\"www\"",
	  "linux",
	  NULL,
	  "auditd",
	  1604994496,
	  { "SYSCALL", "execve", "euid", "33", "UID", "www" },
	  "the enriched format" },
	{ "type=SYSCALL " STAMP_CALL
	  "arch=c000003e syscall=59 ppid=29002 pid=1631 uid=0 exe=\"/usr/bin/sh\"\n"
	  "type=EXECVE " STAMP_CALL "argc=3 a0=\"sh\" a1=\"-c\" a2=6C7320A0",
	  "linux",
	  "process_creation",
	  "auditd",
	  1604994496,
	  { "CommandLine", "sh -c ls \xA0", "Image", "/usr/bin/sh", "ProcessId", "1631", "ParentProcessId",
	    "29002", "a2", "ls \xA0", "type", "EXECVE", "exe", NULL },
	  "a command with the process of its call" },
	{ "type=SYSCALL " STAMP_CALL "arch=c000003e syscall=59 exe=\"/usr/bin/sh\"\n"
	  "type=EXECVE msg=audit(1604994496.155:92734): argc=1 a0=\"ls\"",
	  "linux",
	  "process_creation",
	  "auditd",
	  1604994496,
	  { "CommandLine", "ls", "Image", NULL },
	  "another serial, another process" },
	{ "type=EXECVE " STAMP_CALL "argc=2 a0=\"x\" a1_len=10 a1[0]=\"abcde\" a1[1]=\"fghij\"",
	  "linux",
	  "process_creation",
	  "auditd",
	  1604994496,
	  { "CommandLine", "x abcdefghij", "a1", "abcde" },
	  "an argument in two pieces" },
	{ "type=SYSCALL " STAMP_CALL "arch=c000003e syscall=257 exe=\"/bin/touch\"\ntype=CWD " STAMP_CALL
	  "cwd=\"/etc\"\ntype=PATH " STAMP_CALL "item=1 name=\"cron.d/x\" nametype=CREATE",
	  "linux",
	  "file_event",
	  "auditd",
	  1604994496,
	  { "TargetFilename", "/etc/cron.d/x", "Image", "/bin/touch" },
	  "a file that was made" },
	{ "type=SYSCALL " STAMP_CALL "arch=c000003e syscall=42 exe=\"/bin/nc\"\ntype=SOCKADDR " STAMP_CALL
	  "saddr=02001F90CB0071420000000000000000",
	  "linux",
	  "network_connection",
	  "auditd",
	  1604994496,
	  { "DestinationIp", "203.0.113.66", "DestinationPort", "8080", "Image", "/bin/nc", "Initiated",
	    "true" },
	  "a connection" },
	{ "node=h1 type=USER_LOGIN msg=audit(1604994496.155:7): pid=1 uid=0 msg='op=login acct=\"root\" "
	  "exe=\"/usr/sbin/sshd\" res=failed'",
	  "linux",
	  NULL,
	  "auditd",
	  1604994496,
	  { "node", "h1", "type", "USER_LOGIN", "acct", "root", "res", "failed" },
	  "a message of user space" },
	{ "<13>Nov 26 05:02:28 h1 audispd: type=PATH " STAMP_CALL "name=\"/etc/issue\"",
	  "linux",
	  NULL,
	  "auditd",
	  1604994496,
	  { "name", "/etc/issue", "host", "h1" },
	  "through syslog" },
	{ "{\"eventVersion\":\"1.08\",\"eventTime\":\"2025-11-26T05:02:28Z\",\"eventSource\":\"iam.amazonaws."
	  "com\","
	  "\"eventName\":\"CreateUser\",\"awsRegion\":\"us-east-1\",\"userIdentity\":{\"type\":\"Root\"}}",
	  "aws",
	  NULL,
	  "cloudtrail",
	  1764133348,
	  { "userIdentity.type", "Root" },
	  "CloudTrail" },
	{ "{\"time\":\"2025-11-26T05:02:28Z\",\"resourceId\":\"/s\",\"operationName\":\"MICROSOFT.X/WRITE\","
	  "\"category\":\"Administrative\"}",
	  "azure",
	  NULL,
	  "activitylogs",
	  1764133348,
	  { "OperationNameValue", "MICROSOFT.X/WRITE", "CategoryValue", "Administrative" },
	  "Azure activity" },
	{ "{\"time\":\"2025-11-26T05:02:28Z\",\"operationName\":\"Add member to "
	  "role\",\"category\":\"AuditLogs\","
	  "\"properties\":{\"category\":\"RoleManagement\",\"result\":\"success\",\"targetResources\":[{"
	  "\"type\":"
	  "\"User\"},{\"type\":\"Role\"}]}}",
	  "azure",
	  NULL,
	  "auditlogs",
	  1764133348,
	  { "properties.message", "Add member to role", "Category", "RoleManagement", "targetResources.type",
	    "User" },
	  "Entra audit" },
	{ "{\"time\":\"2025-11-26T05:02:28Z\",\"operationName\":\"Sign-in "
	  "activity\",\"category\":\"SignInLogs\","
	  "\"resultType\":\"50126\",\"properties\":{\"authenticationRequirement\":"
	  "\"singleFactorAuthentication\"}}",
	  "azure",
	  NULL,
	  "signinlogs",
	  1764133348,
	  { "ResultType", "50126", "AuthenticationRequirement", "singleFactorAuthentication" },
	  "Entra sign-in" },
	{ "{\"riskEventType\":\"impossibleTravel\",\"riskLevel\":\"low\",\"detectedDateTime\":\"2025-11-"
	  "26T05:02:28Z\"}",
	  "azure",
	  NULL,
	  "riskdetection",
	  1764133348,
	  { "riskEventType", "impossibleTravel" },
	  "Entra risk" },
	{ "{\"riskEventType\":\"staleSignInAlertIncident\",\"detectedDateTime\":\"2025-11-26T05:02:28Z\"}",
	  "azure",
	  NULL,
	  "pim",
	  1764133348,
	  { "riskEventType", "staleSignInAlertIncident" },
	  "PIM" },
	{ "{\"CreationTime\":\"2025-11-26T05:02:28\",\"Workload\":\"AzureActiveDirectory\",\"Operation\":"
	  "\"Add-X\","
	  "\"RecordType\":8}",
	  "m365",
	  NULL,
	  "audit",
	  1764133348,
	  { "Operation", "Add-X" },
	  "Microsoft 365" },
	{ "{\"CreationTime\":\"2025-11-26T05:02:28\",\"Workload\":\"SecurityComplianceCenter\",\"Operation\":"
	  "\"AlertTriggered\",\"Name\":\"Unusual volume of file deletion\",\"RecordType\":40}",
	  "m365",
	  NULL,
	  "threat_management",
	  1764133348,
	  { "eventSource", "SecurityComplianceCenter", "eventName", "Unusual volume of file deletion",
	    "status", "success" },
	  "its alerts" },
	{ "{\"timestamp\":\"2025-11-26T05:02:28Z\",\"protoPayload\":{\"serviceName\":\"iam.googleapis.com\","
	  "\"methodName\":\"SetIamPolicy\"}}",
	  "gcp",
	  NULL,
	  "gcp.audit",
	  1764133348,
	  { "gcp.audit.method_name", "SetIamPolicy" },
	  "Google Cloud" },
	{ "{\"timestamp\":\"2025-11-26T05:02:28Z\",\"protoPayload\":{\"serviceName\":\"admin.googleapis."
	  "com\","
	  "\"methodName\":\"m\",\"metadata\":{\"event\":[{\"eventName\":\"CREATE_ROLE\"}]}}}",
	  "gcp",
	  NULL,
	  "google_workspace.admin",
	  1764133348,
	  { "eventService", "admin.googleapis.com", "eventName", "CREATE_ROLE" },
	  "Workspace" },
	{ "{\"eventType\":\"user.lifecycle.create\",\"published\":\"2025-11-26T05:02:28.000Z\",\"outcome\":{"
	  "\"result\":\"SUCCESS\"}}",
	  "okta",
	  NULL,
	  "okta",
	  1764133348,
	  { "eventType", "user.lifecycle.create" },
	  "Okta" },
	{ "{\"action\":\"org.update_member\",\"actor\":\"a\",\"@timestamp\":1764133348000,\"_document_id\":"
	  "\"x\"}",
	  "github",
	  NULL,
	  "audit",
	  1764133348,
	  { "action", "org.update_member" },
	  "GitHub" },
	{ "{\"auditType\":{\"category\":\"Auditing\",\"action\":\"Audit log configuration "
	  "updated\"},\"timestamp\":"
	  "\"2025-11-26T05:02:28Z\"}",
	  "bitbucket",
	  NULL,
	  "audit",
	  1764133348,
	  { "auditType.category", "Auditing" },
	  "Bitbucket" },
	{ "{\"timestamp\":\"2025-11-26T05:02:28.000000+0000\",\"event_type\":\"dns\",\"src_ip\":\"1.1.1.1\","
	  "\"dest_ip\":"
	  "\"2.2.2.2\",\"dns\":{\"rrname\":\"a.example\",\"rrtype\":\"TXT\",\"answers\":[{\"rdata\":\"1\"},{"
	  "\"rdata\":"
	  "\"2\"}]}}",
	  "suricata",
	  "dns",
	  "dns",
	  1764133348,
	  { "query", "a.example", "record_type", "TXT", "answer", "1", "dns.rrname", "a.example" },
	  "Suricata" },
	{ "{\"logtype\":3000,\"node_id\":\"n\",\"src_host\":\"1.2.3.4\",\"utc_time\":\"2025-11-26 "
	  "05:02:28.000000\"}",
	  "opencanary",
	  "application",
	  NULL,
	  1764133348,
	  { "logtype", "3000" },
	  "OpenCanary" },
	{ SYSMON("1") "<Data Name=\"Image\">/usr/bin/curl</Data><Data Name=\"CommandLine\">curl &lt;a&gt; "
		      "&amp;&amp; "
		      "&quot;b&apos;&#x20ac;&#10;</Data><Data Name=\"ParentImage\"/>" SYSMON_END,
	  "linux",
	  "process_creation",
	  "sysmon",
	  1764133348,
	  { "Image", "/usr/bin/curl", "CommandLine", "curl <a> && \"b'\xe2\x82\xac\n", "ParentImage", "",
	    "Provider_Name", "Linux-Sysmon", "Security_UserId", "0", "Correlation", NULL, "host", "h1" },
	  "a process of Sysmon for Linux" },
	{ SYSMON("3") "<Data Name=\"DestinationIp\">192.0.2.7</Data>" SYSMON_END,
	  "linux",
	  "network_connection",
	  "sysmon",
	  1764133348,
	  { "DestinationIp", "192.0.2.7" },
	  "its connections" },
	{ SYSMON("5") SYSMON_END, "linux", "process_termination", "sysmon", 1764133348, { 0 }, "an end" },
	{ SYSMON("9") SYSMON_END, "linux", "raw_access_thread", "sysmon", 1764133348, { 0 }, "a disk" },
	{ SYSMON("11") "<Data Name=\"TargetFilename\">/etc/cron.d/x</Data>" SYSMON_END,
	  "linux",
	  "file_event",
	  "sysmon",
	  1764133348,
	  { "TargetFilename", "/etc/cron.d/x" },
	  "its files" },
	{ SYSMON("16") SYSMON_END, "linux", "sysmon_status", "sysmon", 1764133348, { 0 }, "itself" },
	{ SYSMON("23") SYSMON_END, "linux", "file_delete", "sysmon", 1764133348, { 0 }, "what is removed" },
	{ SYSMON("255") SYSMON_END, "linux", NULL, "sysmon", 1764133348, { 0 }, "one without a category" },
	{ "<Event xmlns='http://schemas.microsoft.com/win/2004/08/events/event'><System><Provider Name='P'/>"
	  "<EventID>4688</EventID><TimeCreated SystemTime='2025-11-26T05:02:28.0000000Z'/>"
	  "<Channel>Security</Channel></System><EventData><Data Name='NewProcessName'>C:\\a.exe</Data>"
	  "</EventData><RenderingInfo Culture='en-US'><Message>words</Message></RenderingInfo></Event>",
	  "windows",
	  "process_creation",
	  "security",
	  1764133348,
	  { "Image", "C:\\a.exe", "Message", NULL, "Provider_Name", "P" },
	  "an event of Windows as XML" },
	{ ESLOGGER "\"exec\":{\"args\":[\"curl\",\"-o\",\"a b\"],\"cwd\":{\"path\":\"/Users/u\"},\"target\":{"
		   "\"executable\":{\"path\":\"/usr/bin/curl\"},\"ppid\":5,\"audit_token\":{\"pid\":7}}}}}",
	  "macos",
	  "process_creation",
	  NULL,
	  1764133348,
	  { "Image", "/usr/bin/curl", "CommandLine", "curl -o a b", "ParentImage", "/bin/zsh",
	    "CurrentDirectory", "/Users/u", "ProcessId", "7", "ParentProcessId", "5" },
	  "a process of Endpoint Security" },
	{ ESLOGGER "\"create\":{\"destination_type\":1,\"destination\":{\"new_path\":{\"dir\":{\"path\":"
		   "\"/Library/LaunchAgents\"},\"filename\":\"x.plist\",\"mode\":420}}}}}",
	  "macos",
	  "file_event",
	  NULL,
	  1764133348,
	  { "TargetFilename", "/Library/LaunchAgents/x.plist", "Image", "/bin/zsh" },
	  "a file that is new" },
	{ ESLOGGER "\"rename\":{\"source\":{\"path\":\"/tmp/x\"},\"destination_type\":0,\"destination\":{"
		   "\"existing_file\":{\"path\":\"/etc/pam.d/su\"}}}}}",
	  "macos",
	  "file_event",
	  NULL,
	  1764133348,
	  { "TargetFilename", "/etc/pam.d/su" },
	  "a file that takes a name" },
	{ ESLOGGER "\"unlink\":{\"target\":{\"path\":\"/tmp/x\"}}}}",
	  NULL,
	  NULL,
	  NULL,
	  1764133348,
	  { "TargetFilename", NULL, "event.unlink.target.path", "/tmp/x" },
	  "one that Sigma has no category for" },
	{ "<4>Nov 25 22:49:01 h kernel: [1.2] DROP IN=eth0 OUT= MAC=x SRC=1.2.3.4 DST=5.6.7.8 LEN=60 "
	  "TOS=0x00 "
	  "PROTO=TCP SPT=1 DPT=22",
	  "linux",
	  "firewall",
	  "syslog",
	  -2,
	  { "src_ip", "1.2.3.4", "dst_ip", "5.6.7.8" },
	  "netfilter" },
};

static bool among(const char *word, const char *const *list, size_t count)
{
	bool found = !word && !list[0];

	for (size_t i = 0; i < count && word; i++)
		found |= list[i] && !strcmp(word, list[i]);
	return found;
}

/* All lines but the last may be heads of tables; the last is an event. */
static void feed(struct source *source, const char *lines, struct event *e, const char *what)
{
	struct fault why = { 0 };
	int ret = 0;

	for (const char *at = lines, *end; *at; at = *end ? end + 1 : end) {
		end = strchrnul(at, '\n');
		ret = intake_line(maps, source, at, (size_t)(end - at), now, e, &why);
		if (ret < 0 && ret != -FAULT_ABSENT)
			fail_msg("%s: %s", what, why.text);
	}
	if (ret < 0)
		fail_msg("%s: no event: %s", what, why.text);
}

static void check_fields(const struct event *e, const char *const *fields, const char *what)
{
	for (size_t k = 0; k < 14 && fields[k]; k += 2) {
		const struct field *f = event_find(e, fields[k]);

		if (!fields[k + 1] ? f != NULL : !event_says(e, fields[k], fields[k + 1]))
			fail_msg("%s: %s is '%.*s', not '%s'", what, fields[k], f ? (int)f->len : 9,
				 f ? f->text : "(nothing)", fields[k + 1] ? fields[k + 1] : "(nothing)");
	}
}

static void every_format_becomes_an_event(void **state)
{
	SCOPED(event_drop) struct event *e = event_new();

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct source source = { .name = "test", .year = { .now = now } };

		feed(&source, rows[i].lines, e, rows[i].why);
		if (!rows[i].product != !e->from.product ||
		    (rows[i].product && strcmp(rows[i].product, e->from.product)) ||
		    !among(rows[i].category, e->from.categories, LOGSOURCE_CATEGORIES) ||
		    (rows[i].service && !among(rows[i].service, e->from.services, LOGSOURCE_SERVICES)))
			fail_msg("%s: from %s %s %s", rows[i].why, e->from.product, e->from.categories[0],
				 e->from.services[0]);
		check_fields(e, rows[i].fields, rows[i].why);
		if (rows[i].seconds >= -1 &&
		    (e->timed != (rows[i].seconds >= 0) ||
		     e->time / STAMP_SECOND != (e->timed ? rows[i].seconds : now / STAMP_SECOND)))
			fail_msg("%s: at %lld", rows[i].why, (long long)(e->time / STAMP_SECOND));
		assert_int_equal(source.tally.received,
				 source.tally.stored + source.tally.limited + source.tally.malformed);
		assert_int_equal(quarantine_count(source.quarantine), 0);
		source_fini(&source);
	}
}

/* The four ways in which Windows events are exported, and a fifth, give the same. */
static void exporters_of_windows_agree(void **state)
{
	static const char *const lines[] = {
		"{\"Channel\":\"Security\",\"EventID\":4688,\"Computer\":\"h\",\"TimeCreated_SystemTime\":"
		"\"2025-11-26T05:02:28Z\",\"Provider_Name\":\"P\",\"NewProcessName\":\"C:\\\\a.exe\","
		"\"CommandLine\":"
		"\"a b\"}",
		"{\"@timestamp\":\"2025-11-26T05:02:28Z\",\"winlog\":{\"channel\":\"Security\",\"event_id\":"
		"\"4688\","
		"\"computer_name\":\"h\",\"provider_name\":\"P\",\"event_data\":{\"NewProcessName\":\"C:"
		"\\\\a.exe\","
		"\"CommandLine\":\"a b\"}}}",
		"{\"System\":{\"Channel\":\"Security\",\"EventID\":4688,\"Computer\":\"h\",\"Provider_Name\":"
		"\"P\","
		"\"TimeCreated_SystemTime\":\"2025-11-26T05:02:28Z\"},\"EventData\":{\"NewProcessName\":\"C:"
		"\\\\a.exe\","
		"\"CommandLine\":\"a b\"}}",
		"{\"Event\":{\"#attributes\":{\"xmlns\":\"x\"},\"System\":{\"Provider\":{\"#attributes\":{"
		"\"Name\":\"P\"}},"
		"\"EventID\":{\"#attributes\":{\"Qualifiers\":0},\"#text\":4688},\"TimeCreated\":{\"#"
		"attributes\":{"
		"\"SystemTime\":\"2025-11-26T05:02:28Z\"}},\"Channel\":\"Security\",\"Computer\":\"h\"},"
		"\"EventData\":{"
		"\"NewProcessName\":\"C:\\\\a.exe\",\"CommandLine\":\"a b\"}}}",
		"{\"EventTime\":\"2025-11-26 "
		"05:02:28\",\"Channel\":\"Security\",\"EventID\":4688,\"Computer\":\"h\","
		"\"Provider_Name\":\"P\",\"NewProcessName\":\"C:\\\\a.exe\",\"CommandLine\":\"a "
		"b\",\"SourceModuleType\":"
		"\"im_msvistalog\"}",
	};
	static const char *const fields[14] = { "EventID",     "4688", "Channel",       "Security",
						"Computer",    "h",    "Image",         "C:\\a.exe",
						"CommandLine", "a b",  "Provider_Name", "P" };
	SCOPED(event_drop) struct event *e = event_new();

	(void)state;
	for (size_t i = 0; i < sizeof(lines) / sizeof(*lines); i++) {
		struct source source = { .name = "test", .year = { .now = now } };
		char what[32];

		snprintf(what, sizeof(what), "exporter %zu", i);
		feed(&source, lines[i], e, what);
		check_fields(e, fields, what);
		if (!among("process_creation", e->from.categories, LOGSOURCE_CATEGORIES) ||
		    e->time / STAMP_SECOND != 1764133348)
			fail_msg("%s: %s at %lld", what, e->from.categories[0], (long long)e->time);
		source_fini(&source);
	}
}

/* ---- bad input: each with its outcome, as docs/formats.md has them ------------- */

static char *repeated(const char *head, const char *middle, size_t times, const char *tail)
{
	const size_t len = strlen(middle);
	char *text = must_alloc(strlen(head) + times * len + strlen(tail) + 1), *to = text;

	to = stpcpy(to, head);
	for (size_t i = 0; i < times; i++)
		to = stpcpy(to, middle);
	strcpy(to, tail);
	return text;
}

static const struct {
	const char *before, *head, *middle, *tail;
	size_t times;
	int outcome;      /* 0: an event; else the fault */
	const char *says; /* of the reason in the quarantine */
	int64_t seconds;  /* of an event: -1 that of receipt */
	const char *why;
} bad[] = {
	{ "", "", "x", "", 1 << 20, FAULT_LIMIT, "1048576 bytes; a line has at most 262144", 0,
	  "a line of 1 MiB" },
	{ "", "{\"a\":", "[", "", 60000, FAULT_LIMIT, "nested deeper than 32", 0, "JSON that is deep" },
	{ "", "{\"a\":", "[", "", 100000, FAULT_LIMIT, "nested deeper than 32", 0, "JSON 100,000 deep" },
	{ "", "{\"a\":\"\xff\xfe\"}", "", "", 0, 0, NULL, -1, "bytes that are no UTF-8" },
	{ "", "{\"a\":1", "", "", 0, FAULT_INVALID, "',' or '}' is expected", 0, "JSON that is cut off" },
	{ "", "{\"ts\":0,\"_path\":\"weird\"}", "", "", 0, 0, NULL, 0, "the year 1970, JSON of Zeek" },
	{ "", "{\"ts\":4294967296.5,\"_path\":\"weird\"}", "", "", 0, 0, NULL, 4294967296, "the year 2106" },
	{ "", "{\"timestamp\":\"2106-02-07T06:28:16Z\"}", "", "", 0, 0, NULL, 4294967296,
	  "the same in words" },
	{ "", "{\"timestamp\":\"1970-01-01T00:00:00Z\"}", "", "", 0, 0, NULL, 0, "1970 in words" },
	{ "", "{\"timestamp\":\"1969-12-31T23:59:59Z\"}", "", "", 0, 0, NULL, -1,
	  "before 1970 there is no time" },
	{ "", "type=PATH msg=audit(0.000:1): name=\"x\"", "", "", 0, 0, NULL, 0, "1970 of audit" },
	{ "", "type=PATH msg=audit(4294967296.000:1): name=\"x\"", "", "", 0, 0, NULL, 4294967296,
	  "2106 of audit" },
	{ "", "type=PATH msg=audit(x:1): name=\"x\"", "", "", 0, FAULT_INVALID, "audit(SECONDS:SERIAL)", 0,
	  "audit without a time" },
	{ "", "<Event><System><EventID>1</EventID></System", "", "", 0, FAULT_INVALID,
	  "cut off after 43 bytes", 0, "an event of XML that is cut off" },
	{ "", "<Event><System><EventID>1</EventID></Sys></Event>", "", "", 0, FAULT_INVALID,
	  "byte 41: another element ends than began", 0, "elements that do not fit" },
	{ "", "<Event><!DOCTYPE e [<!ENTITY x \"y\">]></Event>", "", "", 0, FAULT_INVALID,
	  "byte 8: declarations, comments and CDATA are not read", 0, "XML with a declaration" },
	{ "", "<Event><EventData><Data Name=\"a\">&x;</Data></EventData></Event>", "", "", 0, FAULT_INVALID,
	  "byte 34: no reference", 0, "an entity that nobody declared" },
	{ "", "<Event><EventData><Data Name=\"a\">&#0;</Data></EventData></Event>", "", "", 0, FAULT_INVALID,
	  "byte 34: no reference", 0, "NUL by its number" },
	{ "", "<Event><EventData><Data Name=\"a\">&#xD800;</Data></EventData></Event>", "", "", 0,
	  FAULT_INVALID, "byte 34: no reference", 0, "half a character by its number" },
	{ "", "<Event><EventData><Data Name=a>x</Data></EventData></Event>", "", "", 0, FAULT_INVALID,
	  "byte 30: a value is not in quotation marks", 0, "an attribute without quotation marks" },
	{ "", "<Event><EventData>x<Data Name=\"a\"/></EventData></Event>", "", "", 0, FAULT_INVALID,
	  "byte 19: text between elements", 0, "text between elements" },
	{ "", "<Event></Event><Event></Event>", "", "", 0, FAULT_INVALID,
	  "byte 16: something stands behind the event", 0, "two events in a line" },
	{ "", "<Event>", "<a>", "", 60000, FAULT_LIMIT, "nested deeper than 8", 0, "XML that is deep" },
	{ "", "<Event><EventData>", "<Data>x</Data>", "</EventData></Event>", 1100, FAULT_LIMIT,
	  "event XML: more than 1024 fields", 0, "XML with too many fields" },
	{ "", "<Event><System><Channel>x</Channel></System></Event>", "", "", 0, 0, NULL, -1,
	  "an event of a channel that nobody knows" },
	{ "", "{\"a\":\"\\u12\"}", "", "", 0, FAULT_INVALID, "escape wants four digits", 0, "an escape" },
	{ "", "{\"a\":01}", "", "", 0, FAULT_INVALID, "this is no number", 0, "JSON: this is no number" },
	{ "", "{\"a\":}", "", "", 0, FAULT_INVALID, "a value is expected", 0, "JSON: a value is expected" },
	{ "", "{\"a\":[1 2]}", "", "", 0, FAULT_INVALID, "',' or ']' is expected", 0,
	  "JSON: ',' or ']' is expected" },
	{ "", "{\"a\" 1}", "", "", 0, FAULT_INVALID, "':' is expected", 0, "JSON: ':' is expected" },
	{ "", "{\"a\":[", "", "", 0, FAULT_INVALID, "the line ends too early", 0,
	  "JSON: the line ends too early" },
	{ "", "{\"a\":\"\\x\"}", "", "", 0, FAULT_INVALID, "there is no such escape", 0,
	  "JSON: there is no such escape" },
	{ "", "{a:1}", "", "", 0, FAULT_INVALID, "a string in quotes is expected", 0,
	  "JSON: a string in quotes is expected" },
	{ "", "{\"a\":\"\001\"}", "", "", 0, FAULT_INVALID, "a control character must be escaped", 0,
	  "JSON: a control character must be escaped" },
	{ "", "{\"a\":\"x", "", "", 0, FAULT_INVALID, "the string does not end", 0,
	  "JSON: the string does not end" },
	{ "", "{\"a\":1} x", "", "", 0, FAULT_INVALID, "nothing may follow", 0, "JSON and more" },
	{ "", "CEF:0|a|b|c|d|e", "", "", 0, FAULT_INVALID, "CEF: no bar after name", 0,
	  "CEF that is cut off" },
	{ "", "CEF:0|a|b|c|d|e|5|words", "", "", 0, FAULT_INVALID, "'words' is no key=value", 0,
	  "CEF with words behind it" },
	{ "", "CEF:0|a|b|c|d|e|5|", "k=v ", "", 1100, FAULT_LIMIT, "CEF: more than 1024 fields", 0,
	  "CEF with too many fields" },
	{ "", "LEEF:1.0|a|b|c", "", "", 0, FAULT_INVALID, "LEEF: no bar after deviceVersion", 0,
	  "LEEF that is cut off" },
	{ "", "LEEF:2.0|a|b|c|d|xyz|a=b", "", "", 0, FAULT_INVALID, "'xyz' is no delimiter", 0,
	  "a delimiter of LEEF that is none" },
	{ ZEEK_DNS, "1764133348.5\tC1", "", "", 0, FAULT_INVALID, "2 columns; its header has 8", 0,
	  "a line of a table that is short" },
	{ ZEEK_DNS, "1\t2\t3\t4\t5\t6\t7\t8\t9", "", "", 0, FAULT_INVALID, "more than the 8 columns", 0,
	  "or long" },
	{ "#separator \\x09\n", "1\t2", "", "", 0, FAULT_INVALID, "whose header was not understood", 0,
	  "a table without #fields" },
	{ IIS, "2026-11-26 05:02:29 1.2.3.4 GET", "", "", 0, FAULT_INVALID, "4 columns; its header has 9", 0,
	  "a line of IIS that is cut off" },
	{ "#separator \\x09\n", "#fields", "\tx", "", 300, FAULT_LIMIT, "a table has at most 256 columns", 0,
	  "a header with too many columns" },
};

static void bad_input_has_a_named_outcome(void **state)
{
	SCOPED(event_drop) struct event *e = event_new();

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		struct source source = { .name = "test", .year = { .now = now } };
		char *line = repeated(bad[i].head, bad[i].middle, bad[i].times, bad[i].tail);
		struct quarantine_row row = { 0 };
		int ret;

		for (const char *at = bad[i].before, *end; *at; at = *end ? end + 1 : end) {
			end = strchrnul(at, '\n');
			intake_line(maps, &source, at, (size_t)(end - at), now, e, NULL);
		}
		ret = intake_line(maps, &source, line, strlen(line), now, e, NULL);
		if (ret != -bad[i].outcome)
			fail_msg("%s: %d", bad[i].why, ret);
		if (quarantine_row(source.quarantine, 0, &row) != (bad[i].outcome != 0) ||
		    (bad[i].says && (!strstr(row.why, bad[i].says) || row.whole_len != strlen(line) ||
				     row.line != source.lines)))
			fail_msg("%s: line %d, '%s'", bad[i].why, (int)row.line, row.why ? row.why : "");
		if (row.why && (!row.zh || (bad[i].says && strstr(row.zh, bad[i].says)) ||
				!strpbrk(row.zh, "\xe4\xe5\xe6\xe7\xe8\xe9")))
			fail_msg("%s: in Chinese '%s'", bad[i].why, row.zh);
		if (!ret &&
		    e->time / STAMP_SECOND != (bad[i].seconds < 0 ? now / STAMP_SECOND : bad[i].seconds))
			fail_msg("%s: at %lld", bad[i].why, (long long)(e->time / STAMP_SECOND));
		assert_int_equal(source.tally.malformed, bad[i].outcome != 0);
		/* And on it goes. */
		assert_int_equal(intake_line(maps, &source, "{\"a\":1}", 7, now, e, NULL), 0);
		source_fini(&source);
		free(line);
	}
}

static void a_nul_is_kept_and_counted(void **state)
{
	static const char line[] = "CEF:0|a|b|c|d|e|5|k=x\0y";
	struct source source = { .name = "test", .year = { .now = now } };
	SCOPED(event_drop) struct event *e = event_new();
	const struct field *f;

	(void)state;
	assert_int_equal(intake_line(maps, &source, line, sizeof(line) - 1, now, e, NULL), 0);
	assert_non_null(f = event_find(e, "k"));
	assert_int_equal(f->len, 3);
	assert_int_equal(source.tally.odd_nul, 1);
	source_fini(&source);
}

/* An event lives until the next one, also when a header comes in between. */
static void an_event_outlives_its_header(void **state)
{
	static const char other_header[] =
		"#fields\taaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\tbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb";
	SCOPED(event_drop) struct event *e = event_new(), *other = event_new();
	struct source source = { .name = "test", .year = { .now = now } };

	(void)state;
	feed(&source, ZEEK_DNS "1764133348.5\tC1\t10.0.0.1\t53\tq.example\t-\t-\t-", e, "a line");
	assert_int_equal(intake_line(maps, &source, other_header, strlen(other_header), now, other, NULL),
			 -FAULT_ABSENT);
	assert_true(event_says(e, "query", "q.example"));
	assert_true(event_says(e, "_path", "dns"));
	source_fini(&source);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_format_becomes_an_event), cmocka_unit_test(exporters_of_windows_agree),
		cmocka_unit_test(bad_input_has_a_named_outcome), cmocka_unit_test(a_nul_is_kept_and_counted),
		cmocka_unit_test(an_event_outlives_its_header),
	};

	return cmocka_run_group_tests_name("formats", tests, load, unload);
}
