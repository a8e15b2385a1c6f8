#include "model/vocabulary.h"

#include <string.h>

static const char *const each[] = { "each", "as", "through", NULL };
static const char *const through[] = { "through", NULL };
static const char *const to[] = { "to", NULL };
static const char *const series[] = { "receipt", "document", NULL };
static const char *const cap_words[] = { "issue", "cancel", "taken", NULL };
static const char *const publics[] = { "public", NULL };
static const char *const doors[] = { "open", "close", NULL };
static const char *const drill_spaces[] = { "open", "freeze", "close", NULL };
static const char *const duties[] = { "all", "stages", NULL };
static const char *const packages[] = { "light", "full", NULL };
static const char *const voids[] = { "signatures", NULL };

/* clang-format off */
const struct effect_shape vocabulary_effects[] = {
	{ "access",        "opens or closes the team's access to the case",        "开通或收回队伍的案件访问权",   SHAPE_WORD,   false, doors,  NULL },
	{ "address",       "addresses every unit of a sector, a territory or with a product", "按行业、区划或产品确定对象单位", SHAPE_KIND, false, NULL, NULL },
	{ "cap",           "makes the signed CAP file of the edition or its lifting, or notes one that was taken", "生成版次或其解除的 CAP 签名文件，或登记导入的文件", SHAPE_WORD, false, cap_words, NULL },
	{ "deliver",       "delivers to every target",                             "向全部对象送达",               SHAPE_NONE,   true,  NULL,   NULL },
	{ "document",      "makes a document and keeps it as it stands",           "生成文件并定稿保存",           SHAPE_DOCUMENT, false, NULL, NULL },
	{ "draft_report",  "drafts a report upward from the case",                 "由案件拟写上报材料",           SHAPE_NONE,   true,  NULL,   NULL },
	{ "drill_space",   "opens, freezes or closes the space of the drill",      "开启、冻结或关闭演练空间",     SHAPE_WORD,   false, drill_spaces, NULL },
	{ "edition",       "makes a new edition; the old one stays readable",      "形成新版次，旧版保留可读",     SHAPE_WORD,   true,  NULL,   NULL },
	{ "erase",         "erases a content; its commitment stays in the record", "擦除内容，记录中保留其承诺值", SHAPE_FIELD,  false, NULL,   NULL },
	{ "escalate",      "turns to the next contact of the chain",               "按联络链逐级催办",             SHAPE_TARGET, true,  NULL,   NULL },
	{ "free",          "gives people or tools free again",                     "释放人员或器材",               SHAPE_WORD,   true, NULL,   NULL },
	{ "freeze",        "keeps the digest of a text, so that a change shows",   "固定文本摘要，改动可见",       SHAPE_FIELD,  false, NULL,   NULL },
	{ "gather",        "gathers what the case has of a kind",                  "汇集案件中的同类记录",         SHAPE_FIELD,  false, NULL,   NULL },
	{ "grade",         "reckons the level from the scores",                    "按评分计算级别",               SHAPE_FIELD,  true,  NULL,   NULL },
	{ "inform",        "sends a message through the outbox",                   "经发件箱发出通知",             SHAPE_TARGET, false, NULL,   NULL },
	{ "issue",         "issues a bulletin to the participants",                "向参与单位发出通报",           SHAPE_WORD,   false, NULL,   NULL },
	{ "link",          "links two records both ways",                          "建立双向关联",                 SHAPE_FIELD,  false, NULL,   to   },
	{ "load_pack",     "puts a version of the plan in force",                  "使预案版本生效",               SHAPE_NONE,   true,  NULL,   NULL },
	{ "mark",          "sets a mark that stays",                               "加永久标记",                   SHAPE_WORD,   false, NULL,   NULL },
	{ "match_plans",   "looks for special plans and keeps what matched",       "检索专项预案并记录匹配结果",   SHAPE_NONE,   true,  NULL,   NULL },
	{ "merge",         "moves links to another case and leaves a pointer",     "关联并入另一案件并留指向",     SHAPE_FIELD,  false, NULL,   NULL },
	{ "move",          "carries linked records along, all or none",            "带动关联记录，全部成功或全部不动", SHAPE_MOVE, false, NULL,  through },
	{ "number",        "takes the next number of a series",                    "取序列的下一编号",             SHAPE_WORD,   false, series, NULL },
	{ "open",          "opens linked records",                                 "建立关联记录",                 SHAPE_KIND,   false, NULL,   each },
	{ "package",       "builds a package as a job",                            "以任务方式生成归档包",         SHAPE_WORD,   true,  packages, NULL },
	{ "phase",         "moves the affected systems to a phase",                "推进受影响系统的阶段",         SHAPE_WORD,   false, NULL,   NULL },
	{ "publish",       "publishes on the public channel",                      "在公开渠道发布",               SHAPE_WORD,   true,  publics, NULL },
	{ "replan_clocks", "reckons clocks by level anew; missed ones stay missed", "按新级别重排时钟，已超时的保留", SHAPE_NONE, true,  NULL,  NULL },
	{ "report_duties", "opens the duties to report upward",                    "建立应上报事项",               SHAPE_WORD,   true,  duties, NULL },
	{ "reserve",       "reserves people or tools",                             "预定人员或器材",               SHAPE_WORD,   true, NULL,   NULL },
	{ "run",           "starts a check as a job",                              "以任务方式开始检查",           SHAPE_CHECK,  false, NULL,   NULL },
	{ "send",          "sends to one recipient in its form",                   "按对方格式发送给一个接收方",   SHAPE_PATH,   false, NULL,   NULL },
	{ "separate",      "opens a new case for what a merge took along",         "为并案时带走的内容另立新案",   SHAPE_FIELD,  false, NULL,   NULL },
	{ "set",           "sets fields of the record",                            "设置记录字段",                 SHAPE_SET,    false, NULL,   NULL },
	{ "settle_grade",  "accepts, rejects or overrides the proposed level",     "采纳、否决或改定拟调级别",     SHAPE_WORD,   true,  NULL,   NULL },
	{ "snapshot",      "keeps what was known with the proposal",               "随提议保存当时所知",           SHAPE_NONE,   true,  NULL,   NULL },
	{ "start_plans",   "starts all special plans that matched, at once",       "同时启动全部匹配的专项预案",   SHAPE_NONE,   true,  NULL,   NULL },
	{ "test_channels", "tries each channel that leaves the house",             "测试各对外渠道",               SHAPE_NONE,   true,  NULL,   NULL },
	{ "unanswered",    "notes an unanswered warning on the unit and its cases of that week", "将未反馈的预警记入单位及其同周案件", SHAPE_NONE, true, NULL, NULL },
	{ "void",          "makes earlier signatures no longer count",             "使先前签字失效",               SHAPE_WORD,   false, voids,  NULL },
};

const struct spoken vocabulary_checks[] = {
	{ "archive_package", "the archive package verifies",              "归档包校验通过" },
	{ "digest",          "the digest of the evidence file is right",  "证据文件摘要核对无误" },
	{ "plan_check",      "the plan pack is sound",                    "预案包检查通过" },
	{ "release_check",   "the text holds nothing restricted",         "文本不含不得公开的信息" },
	{ NULL, NULL, NULL },
};

const struct spoken vocabulary_guards[] = {
	{ "calendar_known", "the pack has this calendar, and the day is one like 2026-10-01",
	  "预案包有此日历，日期写法如 2026-10-01" },
	{ "evidence_before_cleaning", "evidence was kept, or waived, before each system was cleaned",
	  "每个系统清理前均已保存证据或批准免采" },
	{ "fact_once", "a moment of the case is noted once; a wrong one is corrected with a reason",
	  "同一时点只登记一次，有误的须说明理由更正" },
	{ "publish_authority", "this level may be published to this audience, and where the plan asks for an authorisation, "
	  "it stands on record", "该级别可向该范围发布；须经授权的，已有授权记录" },
	{ "regime_known", "the plan pack has this regime, with this variant and these stages",
	  "预案包有此制度及所填情形和阶段" },
	{ "team_ready", "each member is available and qualified and each tool is ready, or a reason is given",
	  "人员可用且具备资格、器材可用，否则须说明理由" },
	{ NULL, NULL, NULL },
};

const struct spoken vocabulary_signals[] = {
	{ "alert_joined",       "an alert joined a case",               "告警并入案件" },
	{ "alert_promoted",     "an alert was made a case",             "告警转为案件" },
	{ "alert_raised",       "a rule of detection hit",              "检测规则命中" },
	{ "alert_repeated",     "an equal alert came again",            "相同告警再次出现" },
	{ "alert_suppressed",   "a suppression in force took it",       "告警被有效抑制" },
	{ "channel_delivered",  "a channel confirmed the delivery",     "渠道确认送达" },
	{ "check_failed",       "a check found something",              "检查未通过" },
	{ "indicators_changed", "the facts behind the level changed",   "定级依据发生变化" },
	{ "link_acknowledged",  "a unit acknowledged by the link in its mail", "单位经邮件链接确认" },
	{ "report_stored",      "a report was stored durably",          "报告已可靠保存" },
	{ "year_begins",        "a calendar year begins",               "新的年度开始" },
	{ NULL, NULL, NULL },
};

const struct spoken vocabulary_targets[] = {
	{ "assignee",      "the unit that carries it out", "承办单位" },
	{ "authority",     "the competent authority of the unit", "主管部门" },
	{ "director",      "the Office director",          "办公室主任" },
	{ "drafter",       "who drafted it",               "起草人" },
	{ "duty",          "who is on shift",              "值班员" },
	{ "experts",       "the expert panel",             "专家顾问小组" },
	{ "finance",       "finance and logistics",        "财务后勤" },
	{ "issuer",        "who issued it",                "下达人" },
	{ "leading_group", "the Leading Group",            "领导小组" },
	{ "lg_deputies",   "the deputies of the Leading Group", "领导小组副组长" },
	{ "next_on_roster", "the next on the roster",      "值班表下一人" },
	{ "office",        "the Office",                   "办公室" },
	{ "participants",  "all who take part",            "参与单位" },
	{ "reporter",      "who reported it",              "报告人" },
	{ "requester",     "who asked for it",             "请求人" },
	{ "support_centre", "the support centre",          "应急支援中心" },
	{ "unit",          "the affected unit",            "事发单位" },
	{ "unit_head",     "the head of the unit",         "单位负责人" },
	{ NULL, NULL, NULL },
};

const struct spoken vocabulary_holds[] = {
	{ "duty",          "be on shift",                             "在班" },
	{ "leading_group", "hold the Leading Group's authority now",  "持有领导小组授权" },
	{ "office",        "hold the Office's authority now",         "持有办公室授权" },
	{ NULL, NULL, NULL },
};

const struct spoken vocabulary_values[] = {
	{ "$actor",     "who acts",                "操作人" },
	{ "$now",       "the moment of the act",   "操作时刻" },
	{ "$office",    "the Office",              "办公室" },
	{ "$publisher_name", "the name of the Office", "办公室名称" },
	{ "$publisher_name_en", "the name of the Office in English", "办公室英文名称" },
	{ "$threshold", "the threshold in force",  "现行启动标准" },
	{ NULL, NULL, NULL },
};

const struct level_word vocabulary_levels[] = {
	{ "confirmed",   "confirmed_level",   "the confirmed level",   "确认级别" },
	{ "provisional", "provisional_level", "the provisional level", "初步级别" },
	{ "warning",     "level",             "the level of the warning", "预警级别" },
	{ NULL, NULL, NULL, NULL },
};
/* clang-format on */

const size_t vocabulary_effect_count = sizeof(vocabulary_effects) / sizeof(*vocabulary_effects);

const struct effect_shape *vocabulary_effect(const char *name)
{
	for (size_t i = 0; i < vocabulary_effect_count; i++)
		if (!strcmp(vocabulary_effects[i].name, name))
			return &vocabulary_effects[i];
	return NULL;
}

const struct spoken *vocabulary_find(const struct spoken *list, const char *word)
{
	for (; list->word; list++)
		if (!strcmp(list->word, word))
			return list;
	return NULL;
}

const struct level_word *vocabulary_level(const char *word)
{
	for (const struct level_word *at = vocabulary_levels; at->word; at++)
		if (!strcmp(at->word, word))
			return at;
	return NULL;
}
