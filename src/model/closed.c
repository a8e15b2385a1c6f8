#include "model/closed.h"

#include <string.h>

/* clang-format off */
const struct closed_word closed_abouts[] = {
	{ "incident",     "a technical security incident and what is done about it", "技术安全事件及其处置" },
	{ "system",       "a technical system or its parts",                         "信息系统及其组成" },
	{ "organisation", "units, organs, teams and their staff",                    "单位、机构、队伍及其人员" },
	{ "duty",         "a duty, a task or an obligation of the plan",             "职责、任务和义务" },
	{ "resource",     "tools, supplies, money",                                  "器材、物资和经费" },
	{ "plan",         "the plan itself, its versions and drills",                "预案、版本和演练" },
	{ "message",      "a warning, a notice, a report that the office sends",     "办公室发出的预警、公告和报告" },
	{ "evidence",     "technical evidence of an incident",                       "事件的技术证据" },
	{ NULL, NULL, NULL },
};

/* No "other": what stands under no technical root is no case for this house. */
const struct closed_word closed_incident_roots[] = {
	{ "malware",    "malware",                      "有害程序" },
	{ "net_attack", "network attack",               "网络攻击" },
	{ "ddos",       "denial of service",            "拒绝服务" },
	{ "defacement", "web defacement",               "网页篡改" },
	{ "phishing",   "phishing site",                "仿冒网站" },
	{ "data",       "data incident",                "数据泄露窃取破坏" },
	{ "fault",      "fault of equipment",           "设备设施故障" },
	{ "disaster",   "disaster",                     "灾害性事件" },
	{ "abuse",      "spam or fraud infrastructure", "垃圾邮件或诈骗基础设施" },
	{ NULL, NULL, NULL },
};

const struct closed_word closed_consequence_roots[] = {
	{ "interruption", "interruption",      "系统中断" },
	{ "sys_damage",   "system damage",     "系统破坏" },
	{ "data_damage",  "data damage",       "数据破坏" },
	{ "theft",        "information theft", "信息被窃取" },
	{ "leak",         "leakage",           "泄露" },
	{ NULL, NULL, NULL },
};

const struct closed_word closed_indicators[] = {
	{ "ip",     "IP address",                                "IP地址" },
	{ "domain", "domain",                                    "域名" },
	{ "url",    "URL",                                       "网址" },
	{ "hash",   "file hash",                                 "文件哈希" },
	{ "file",   "file name",                                 "文件名" },
	{ "cert",   "certificate",                               "证书" },
	{ "mail",   "mail address, only as sending infrastructure", "邮箱（仅限发送基础设施）" },
	{ NULL, NULL, NULL },
};
/* clang-format on */

const char closed_staff_kind[] = "person";

bool closed_has(const struct closed_word *list, const char *word)
{
	for (; list->word; list++)
		if (word && !strcmp(list->word, word))
			return true;
	return false;
}
