#include "intake/format/windows.h"

#include <assert.h>
#include <limits.h>
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

enum { CHANNEL_BYTES = 128, CHANNEL_SLOTS = 256, ALIASES_OF_ONE = 4, WORD = 8 };
enum { ID_BITS = 5, ID_SLOTS = 1 << ID_BITS, NO_ROW = UCHAR_MAX };

/* A channel that the tables name, with what they say of it. */
static struct channel {
	const char *name;
	size_t len;
	const char *services[LOGSOURCE_SERVICES];
	unsigned char by_id[ID_SLOTS];         /* the first row of categories with such a number */
	unsigned char aliases[ALIASES_OF_ONE]; /* rows */
	size_t alias_count;
} channels[CHANNEL_SLOTS];

/* By row of the categories: its number as one word, and the next row of its slot. */
static struct {
	uint64_t id;
	unsigned char next;
} rows[COUNT(categories)];

static const char *product;
static struct {
	uint32_t channel, event_id, event_type;
	uint32_t alias[COUNT(aliases)], given[COUNT(aliases)];
} numbers;

static inline uint64_t word_at(const char *text)
{
	uint64_t word;

	memcpy(&word, text, WORD);
	return word;
}

/* Where the whole words of a text lie, and last the one that ends with it. */
static inline size_t next_word(size_t at, size_t len)
{
	return at + 2 * WORD <= len ? at + WORD : len - WORD;
}

static uint32_t hash_of(const char *text, size_t len)
{
	uint64_t h = len;

	for (size_t i = 0; len < WORD && i < len; i++)
		h = h << CHAR_BIT ^ (unsigned char)text[i];
	if (len >= WORD)
		h ^= word_at(text);
	for (size_t at = 0; at + WORD < len;) {
		at = next_word(at, len);
		h = (h ^ h >> 31) * UINT64_C(0x9E3779B97F4A7C15) ^ word_at(text + at);
	}
	return (uint32_t)(h * UINT64_C(0xD6E8FEB86659FD93) >> 32);
}

/* Its place, or the free one where it would stand. */
static struct channel *channel_place(const char *name, size_t len)
{
	uint32_t i = hash_of(name, len) % CHANNEL_SLOTS;

	while (channels[i].name && (channels[i].len != len || memcmp(channels[i].name, name, len)))
		i = (i + 1) % CHANNEL_SLOTS;
	return &channels[i];
}

static struct channel *channel_row(const char *name)
{
	struct channel *c = channel_place(name, strlen(name));

	if (!c->name)
		memset(c->by_id, NO_ROW, sizeof(c->by_id));
	c->name = name;
	c->len = strlen(name);
	return c;
}

static void add_service(const char *channel, const char *service)
{
	struct channel *c = channel_row(channel);
	size_t i = 0;

	while (c->services[i])
		i++;
	assert(i < LOGSOURCE_SERVICES);
	c->services[i] = logsource_word(service);
}

static void ask_for_names(void)
{
	numbers.channel = name_number("Channel", strlen("Channel"));
	numbers.event_id = name_number("EventID", strlen("EventID"));
	numbers.event_type = name_number("EventType", strlen("EventType"));
	for (size_t i = 0; i < COUNT(aliases); i++) {
		numbers.alias[i] = name_number(aliases[i].name, strlen(aliases[i].name));
		numbers.given[i] = name_number(aliases[i].given, strlen(aliases[i].given));
	}
}

/* The number of an event as one word; 0: longer than any of the table. */
static uint64_t id_word(const char *text, size_t len)
{
	uint64_t word = 1;

	if (len >= WORD)
		return 0;
	for (size_t i = 0; i < len; i++)
		word = word << CHAR_BIT | (unsigned char)text[i];
	return word;
}

static unsigned char *id_slot(struct channel *c, uint64_t id)
{
	return &c->by_id[id * UINT64_C(0x9E3779B97F4A7C15) >> (64 - ID_BITS)];
}

/* Behind those that stand before it: an event's categories come in the table's order. */
static void add_category(size_t row)
{
	unsigned char *at;

	assert(row < NO_ROW);
	categories[row].category = logsource_word(categories[row].category);
	rows[row].id = id_word(categories[row].event_id, strlen(categories[row].event_id));
	rows[row].next = NO_ROW;
	at = id_slot(channel_row(categories[row].channel), rows[row].id);
	while (*at != NO_ROW)
		at = &rows[*at].next;
	*at = (unsigned char)row;
}

/* The tables by channel, and their words as the ones that compare by address. */
static void read_tables(void)
{
	for (size_t i = 0; i < COUNT(services); i++)
		add_service(services[i].channel, services[i].service);
	for (size_t i = 0; i < COUNT(categories); i++)
		add_category(i);
	for (size_t i = 0; i < COUNT(aliases); i++) {
		struct channel *c = channel_row(aliases[i].channel);

		assert(c->alias_count < ALIASES_OF_ONE);
		aliases[i].category = logsource_word(aliases[i].category);
		c->aliases[c->alias_count++] = (unsigned char)i;
	}
	product = logsource_word("windows");
	ask_for_names();
}

void windows_prepare(void)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;

	pthread_once(&once, read_tables);
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
	f->number = name_find(f->name, f->name_len);
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
static bool strip_spaces(struct event *e, size_t at)
{
	const struct field *f = &e->fields[at];
	size_t len = 0;
	char *room;

	if (!memchr(f->name, ' ', f->name_len) || !(room = event_room(e, f->name_len)))
		return false;
	for (uint32_t i = 0; i < f->name_len; i++)
		if (f->name[i] != ' ')
			room[len++] = f->name[i];
	event_rename(e, at, room, len);
	return true;
}

/* Eight bytes with the letters of ASCII made small. */
static inline uint64_t small_letters(uint64_t x)
{
	const uint64_t ones = UINT64_C(0x0101010101010101), tops = ones << 7, low = x & ~tops;
	const uint64_t from_a = low + ones * (0x80 - 'A'), behind_z = low + ones * (0x80 - 'Z' - 1);

	return x | (from_a & ~behind_z & ~x & tops) >> 2;
}

/* From a word at the end on, which lies over the one before it. */
static void lower_copy(char *to, const char *text, size_t len)
{
	uint64_t word = 0;

	if (len < WORD) {
		memcpy(&word, text, len);
		word = small_letters(word);
		memcpy(to, &word, len);
		return;
	}
	for (size_t at = 0;; at = next_word(at, len)) {
		word = small_letters(word_at(text + at));
		memcpy(to + at, &word, WORD);
		if (at + WORD == len)
			return;
	}
}

/* A channel of the table makes it an event of Windows; two names in somebody's
 * JSON do not. */
static struct channel *channel_of(const struct field *f)
{
	char lower[CHANNEL_BYTES];
	struct channel *c;

	if (f->len > sizeof(lower))
		return NULL;
	lower_copy(lower, f->text, f->len);
	c = channel_place(lower, f->len);
	return c->name && c->services[0] ? c : NULL;
}

static bool of_type(const struct event *e, const char *type)
{
	const uint16_t i = type ? event_first(e, numbers.event_type) : NO_FIELD;

	return !type || (i != NO_FIELD && e->fields[i].len == strlen(type) &&
			 !strncasecmp(e->fields[i].text, type, e->fields[i].len));
}

static void place(struct event *e, struct channel *c, const struct field *id)
{
	const uint64_t word = id_word(id->text, id->len);

	e->from.product = product;
	for (size_t i = 0; i < LOGSOURCE_SERVICES && c->services[i]; i++)
		logsource_add_service(&e->from, c->services[i]);
	for (size_t row = *id_slot(c, word); row != NO_ROW; row = rows[row].next)
		if (rows[row].id == word && of_type(e, categories[row].event_type))
			logsource_add_category(&e->from, categories[row].category);
}

static void add_aliases(struct event *e, const struct channel *c)
{
	for (size_t i = 0; i < c->alias_count; i++) {
		const size_t row = c->aliases[i];
		const uint16_t at = event_first(e, numbers.given[row]);
		struct field given;

		if (at == NO_FIELD || event_first(e, numbers.alias[row]) != NO_FIELD ||
		    !logsource_covers(NULL, aliases[row].category, NULL, &e->from))
			continue;
		given = e->fields[at];
		event_put(e, aliases[row].name, strlen(aliases[row].name), numbers.alias[row], given.text,
			  given.len, given.type);
	}
}

static void plain_names(struct event *e)
{
	for (size_t i = 0; i < e->count; i++)
		plain_name(e, &e->fields[i]);
	event_index(e);
}

static void strip_all_spaces(struct event *e)
{
	bool any = false;

	for (size_t i = 0; e->spaced && i < e->count; i++)
		any |= strip_spaces(e, i);
	if (any)
		event_index(e);
}

void windows_place(struct event *e)
{
	struct channel *c;
	uint16_t channel, id;

	if (event_first(e, numbers.channel) == NO_FIELD && exported(e))
		plain_names(e);
	channel = event_first(e, numbers.channel);
	id = event_first(e, numbers.event_id);
	if (channel == NO_FIELD || id == NO_FIELD || !(c = channel_of(&e->fields[channel])))
		return;
	strip_all_spaces(e);
	place(e, c, &e->fields[id]);
	add_aliases(e, c);
}

bool windows_row(size_t i, struct logsource *out)
{
	const char *channel;

	windows_prepare();
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
