#include "warn/rules.h"

#include <stdio.h>
#include <string.h>

#include "base/utf8.h"

/* clang-format off */
static const struct {
	enum stage stage;
	const char *code, *en, *zh;
} table[] = {
	[RULE_SIZE]               = { STAGE_READ,    "size",               "a file has at most 1 MiB", "文件最大 1 MiB" },
	[RULE_DEPTH]              = { STAGE_READ,    "depth",              "elements stand at most 32 deep", "元素嵌套最多 32 层" },
	[RULE_ELEMENTS]           = { STAGE_READ,    "elements",           "a file has at most 20000 elements", "文件最多 20000 个元素" },
	[RULE_ATTRIBUTES]         = { STAGE_READ,    "attributes",         "an element has at most 256 attributes", "一个元素最多 256 个属性" },
	[RULE_NAMESPACES]         = { STAGE_READ,    "namespaces",         "at most 16 namespaces are declared where an element stands", "一个元素处最多声明 16 个命名空间" },
	[RULE_DOCTYPE]            = { STAGE_READ,    "doctype",            "a file with a DOCTYPE is not taken", "不接受带有 DOCTYPE 的文件" },
	[RULE_ENCODING]           = { STAGE_READ,    "encoding",           "the encoding is UTF-8, UTF-16, US-ASCII, ISO-8859-1, GBK, GB2312 or GB18030", "编码应为 UTF-8、UTF-16、US-ASCII、ISO-8859-1、GBK、GB2312 或 GB18030" },
	[RULE_NAMESPACE]          = { STAGE_READ,    "namespace",          "a name breaks the rules of XML namespaces", "名称不符合 XML 命名空间规则" },
	[RULE_XSI_TYPE]           = { STAGE_READ,    "xsi-type",           "a file that changes its own types (xsi:type) is not taken", "不接受自行改变类型（xsi:type）的文件" },
	[RULE_OTHER_VERSION]      = { STAGE_READ,    "other-version",      "this is an alert of another version of CAP; 1.2 is taken", "这是其他版本的 CAP；只接受 1.2 版" },
	[RULE_NOT_CAP]            = { STAGE_READ,    "not-cap",            "the document is no alert of CAP 1.2", "文档不是 CAP 1.2 的 alert" },
	[RULE_NOT_FEED]           = { STAGE_READ,    "not-feed",           "the document is no Atom feed or entry", "文档不是 Atom 的 feed 或 entry" },
	[RULE_NUL]                = { STAGE_FORM,    "nul",                "there is a NUL byte", "含有 NUL 字节" },
	[RULE_BYTES]              = { STAGE_FORM,    "bytes",              "these bytes are not of the encoding", "字节不符合其编码" },
	[RULE_MALFORMED]          = { STAGE_FORM,    "malformed",          "this is no well-formed XML", "不是格式良好的 XML" },
	[RULE_UNEXPECTED]         = { STAGE_SCHEMA,  "unexpected",         "the element does not belong here: it is unknown, too many, or out of order", "此处不应有该元素：未知、重复或顺序有误" },
	[RULE_MISSING]            = { STAGE_SCHEMA,  "missing",            "an element that must be there is missing", "缺少必需的元素" },
	[RULE_ATTRIBUTE]          = { STAGE_SCHEMA,  "attribute",          "the element takes no attribute", "该元素不接受属性" },
	[RULE_TEXT_BETWEEN]       = { STAGE_SCHEMA,  "text-between",       "there is text between elements", "元素之间有文字" },
	[RULE_CHILD]              = { STAGE_SCHEMA,  "child",              "the element holds text and no elements", "该元素只含文字，不含子元素" },
	[RULE_ENUMERATION]        = { STAGE_SCHEMA,  "enumeration",        "the value is none of those that are given", "取值不在规定的范围内" },
	[RULE_DATE_TIME]          = { STAGE_SCHEMA,  "date-time",          "a time is written 2026-11-23T08:00:00+08:00, without fraction and without Z", "时间应写作 2026-11-23T08:00:00+08:00，不带小数，不用 Z" },
	[RULE_LANGUAGE]           = { STAGE_SCHEMA,  "language",           "this is no code of a language such as zh-CN", "不是 zh-CN 这样的语言代码" },
	[RULE_URI]                = { STAGE_SCHEMA,  "uri",                "this is no URI", "不是 URI" },
	[RULE_INTEGER]            = { STAGE_SCHEMA,  "integer",            "this is no whole number of at most 24 digits", "不是至多 24 位的整数" },
	[RULE_DECIMAL]            = { STAGE_SCHEMA,  "decimal",            "this is no decimal number of at most 24 digits", "不是至多 24 位的小数" },
	[RULE_SIGNATURE_PLACE]    = { STAGE_SCHEMA,  "signature-place",    "a signature stands behind everything else", "签名应位于其他内容之后" },
	[RULE_EMPTY]              = { STAGE_RULE,    "empty",              "the element says nothing", "该元素没有内容" },
	[RULE_WORD_CHARACTERS]    = { STAGE_RULE,    "word-characters",    "no spaces, commas, < or & stand in it", "不得含有空格、逗号、< 或 &" },
	[RULE_REFERENCES_MISSING] = { STAGE_RULE,    "references-missing", "an Update, Cancel, Ack or Error says which messages it is about", "Update、Cancel、Ack、Error 必须指明所针对的消息" },
	[RULE_REFERENCES_FORM]    = { STAGE_RULE,    "references-form",    "references are groups of sender,identifier,sent", "引用应为“发送者,标识,发送时间”各组" },
	[RULE_REFERENCES_SELF]    = { STAGE_RULE,    "references-self",    "a message does not refer to itself", "消息不得引用自身" },
	[RULE_EXPIRES_EARLY]      = { STAGE_RULE,    "expires-early",      "it expires before it takes effect", "失效时间早于生效时间" },
	[RULE_RESTRICTION_SCOPE]  = { STAGE_RULE,    "restriction-scope",  "a restriction goes with the scope Restricted", "限制说明只用于 Restricted 范围" },
	[RULE_ADDRESSES_MISSING]  = { STAGE_RULE,    "addresses-missing",  "a Private message names its recipients", "Private 消息必须列出收件者" },
	[RULE_QUOTES]             = { STAGE_RULE,    "quotes",             "a quotation mark is not closed", "引号没有成对" },
	[RULE_POLYGON_PAIRS]      = { STAGE_RULE,    "polygon-pairs",      "a polygon has at least four pairs lat,lon", "多边形至少有四个“纬度,经度”对" },
	[RULE_POLYGON_OPEN]       = { STAGE_RULE,    "polygon-open",       "the last pair of a polygon is its first", "多边形的首尾坐标必须相同" },
	[RULE_COORDINATE]         = { STAGE_RULE,    "coordinate",         "a latitude is -90..90, a longitude -180..180, in decimal degrees", "纬度为 -90 至 90，经度为 -180 至 180，十进制度" },
	[RULE_CIRCLE_FORM]        = { STAGE_RULE,    "circle-form",        "a circle is lat,lon and a radius in kilometres of 0 or more", "圆为“纬度,经度 半径（千米，不小于 0）”" },
	[RULE_CEILING_ALONE]      = { STAGE_RULE,    "ceiling-alone",      "a ceiling wants an altitude", "有上限高度必须有高度" },
	[RULE_CEILING_LOW]        = { STAGE_RULE,    "ceiling-low",        "a ceiling is above the altitude", "上限高度必须高于高度" },
	[RULE_URI_RELATIVE]       = { STAGE_RULE,    "uri-relative",       "the URI is absolute", "URI 应为绝对地址" },
	[RULE_SIZE_NEGATIVE]      = { STAGE_RULE,    "size-negative",      "a size is 0 or more", "大小不得为负" },
	[RULE_DEREF_FORM]         = { STAGE_RULE,    "deref-form",         "derefUri is base64", "derefUri 应为 base64" },
	[RULE_SIZE_DIFFERS]       = { STAGE_RULE,    "size-differs",       "the size is not that of what is enclosed", "大小与所附内容不符" },
	[RULE_DIGEST_FORM]        = { STAGE_RULE,    "digest-form",        "a digest is a SHA-1 in 40 hex digits", "摘要为 40 位十六进制的 SHA-1" },
	[RULE_DIGEST_DIFFERS]     = { STAGE_RULE,    "digest-differs",     "the digest is not that of what is enclosed", "摘要与所附内容不符" },
	[RULE_PROFILE_IDENTIFIER] = { STAGE_PROFILE, "profile-identifier", "the identifier is CN-CODE-CSIRT-[EX-]YEAR-NUMBER-REVISION", "标识应为 CN-区划代码-CSIRT-[EX-]年份-序号-版次" },
	[RULE_PROFILE_LANGUAGES]  = { STAGE_PROFILE, "profile-languages",  "there are two parts, zh-CN first and then en-US", "应有两部分：先 zh-CN，后 en-US" },
	[RULE_PROFILE_CATEGORY]   = { STAGE_PROFILE, "profile-category",   "the categories are Infra and Security", "类别应为 Infra 和 Security" },
	[RULE_PROFILE_EVENT_CODE] = { STAGE_PROFILE, "profile-event-code", "an eventCode says RSIT or GBT20986-2023, the same in both parts", "eventCode 应给出 RSIT 或 GBT20986-2023，两部分相同" },
	[RULE_PROFILE_PARAMETER]  = { STAGE_PROFILE, "profile-parameter",  "the parameters warningColour, warningLevel and tlp stand once each", "参数 warningColour、warningLevel、tlp 各有一个" },
	[RULE_PROFILE_EXPIRES]    = { STAGE_PROFILE, "profile-expires",    "it expires at most 7 days after it was sent", "应在发出后 7 日内失效" },
	[RULE_PROFILE_GEOCODE]    = { STAGE_PROFILE, "profile-geocode",    "an area has a geocode GB/T2260 of 6 digits", "区域应有 6 位的 GB/T2260 代码" },
	[RULE_PROFILE_NOTE]       = { STAGE_PROFILE, "profile-note",       "an exercise says in its note which", "演练应在 note 中说明是哪次演练" },
	[RULE_FEED_ONCE]          = { STAGE_SCHEMA,  "feed-once",          "id, title and updated stand exactly once", "id、title、updated 各须恰有一个" },
	[RULE_FEED_AUTHOR]        = { STAGE_SCHEMA,  "feed-author",        "the feed, or each of its entries, has an author", "feed 或每个 entry 须有 author" },
	[RULE_FEED_LINK]          = { STAGE_SCHEMA,  "feed-link",          "an entry without content has an alternate link, and a link has an href", "没有 content 的 entry 须有 alternate 链接，链接须有 href" },
	[RULE_FEED_TIME]          = { STAGE_SCHEMA,  "feed-time",          "this is no time of RFC 3339", "不是 RFC 3339 的时间" },
	[RULE_FEED_ELEMENT]       = { STAGE_SCHEMA,  "feed-element",       "Atom has no such element here", "Atom 在此处没有这种元素" },
	[RULE_FEED_SAME_ID]       = { STAGE_SCHEMA,  "feed-same-id",       "two entries have the same id and time", "两个 entry 的 id 和时间相同" },
	[RULE_ADVICE_EXPIRES]     = { STAGE_ADVICE,  "advice-expires",     "it says no end; each recipient will choose one", "没有失效时间，由接收者自定" },
	[RULE_ADVICE_RESTRICTION] = { STAGE_ADVICE,  "advice-restriction", "a Restricted message says for whom", "Restricted 消息应说明限制范围" },
	[RULE_ADVICE_ADDRESSES]   = { STAGE_ADVICE,  "advice-addresses",   "addresses without any", "收件者为空" },
	[RULE_ADVICE_LANGUAGE]    = { STAGE_ADVICE,  "advice-language",    "no language is said, which means en-US", "没有说明语言，即视为 en-US" },
	[RULE_ADVICE_SAME_TEXT]   = { STAGE_ADVICE,  "advice-same-text",   "the same text stands under two languages", "两种语言下文字相同" },
	[RULE_ADVICE_MARKUP]      = { STAGE_ADVICE,  "advice-markup",      "HTML in a text is shown as it stands", "文字中的 HTML 会原样显示" },
	[RULE_ADVICE_INFO]        = { STAGE_ADVICE,  "advice-info",        "an alert without info says nothing", "没有 info 的 Alert 没有内容" },
	[RULE_ADVICE_NOTE]        = { STAGE_ADVICE,  "advice-note",        "an exercise or error says more in its note", "演练或错误消息应在 note 中说明" },
	[RULE_ADVICE_CROSSING]    = { STAGE_ADVICE,  "advice-crossing",    "the polygon crosses itself", "多边形自相交" },
	[RULE_ADVICE_VERSION]     = { STAGE_ADVICE,  "advice-version",     "the alert enclosed is of another version and was not looked at", "所附 alert 为其他版本，未作检查" },
};
/* clang-format on */

_Static_assert(sizeof(table) / sizeof(*table) == RULE__COUNT, "every rule has its row");

static const char *const stages[] = {
	[STAGE_READ] = "read", [STAGE_FORM] = "form",       [STAGE_SCHEMA] = "schema",
	[STAGE_RULE] = "rule", [STAGE_PROFILE] = "profile", [STAGE_ADVICE] = "advice",
};

_Static_assert(sizeof(stages) / sizeof(*stages) == STAGE__COUNT, "every stage has its name");

const char *rule_code(enum rule rule) { return table[rule].code; }
const char *rule_en(enum rule rule) { return table[rule].en; }
const char *rule_zh(enum rule rule) { return table[rule].zh; }
enum stage rule_stage(enum rule rule) { return table[rule].stage; }
const char *rule_stage_name(enum stage stage) { return stages[stage]; }

/* One line, and no half of a character at its end. */
static void put_text(char out[static FINDING_TEXT], const char *text)
{
	size_t len;

	snprintf(out, FINDING_TEXT, "%s", text ? text : "");
	len = strlen(out);
	out[utf8_valid(out, len)] = '\0';
	for (char *at = out; *at; at++)
		if ((unsigned char)*at < ' ')
			*at = ' ';
}

void finding_add(struct findings *found, enum rule rule, unsigned line, const char *element, const char *what)
{
	struct finding *finding;

	found->refused += table[rule].stage != STAGE_ADVICE;
	if (found->count == FINDINGS_MOST) {
		found->beyond++;
		return;
	}
	finding = &found->at[found->count++];
	finding->rule = rule;
	finding->line = line;
	put_text(finding->element, element);
	put_text(finding->what, what);
}

const struct finding *findings_first(const struct findings *found)
{
	for (size_t i = 0; i < found->count; i++)
		if (table[found->at[i].rule].stage != STAGE_ADVICE)
			return &found->at[i];
	return NULL;
}

bool findings_of(const struct findings *found, enum stage stage)
{
	for (size_t i = 0; i < found->count; i++)
		if (table[found->at[i].rule].stage == stage)
			return true;
	return false;
}
