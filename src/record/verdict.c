#include "record/verdict.h"

#include <inttypes.h>
#include <stdarg.h>
#include <string.h>

/* clang-format off */
static const char *const checks[] = {
	[CHECK_LEAF] = "leaf", [CHECK_HASH] = "hash", [CHECK_SEQ] = "seq", [CHECK_ACT] = "act",
	[CHECK_CHAIN] = "chain", [CHECK_ROW] = "row", [CHECK_PAYLOAD] = "payload", [CHECK_TEXT] = "text",
	[CHECK_ERASE] = "erase", [CHECK_ROOT] = "root", [CHECK_SIGNATURE] = "signature",
	[CHECK_FRONTIER] = "frontier", [CHECK_LOG] = "log", [CHECK_SIGNED] = "signed",
	[CHECK_AGAINST] = "against", [CHECK_FILE] = "file", [CHECK_PROOF] = "proof", [CHECK_OBJECT] = "object",
};
_Static_assert(sizeof(checks) / sizeof(*checks) == CHECK__COUNT, "every check has its name");

/* What was found, the check that finds it, and the words for it. */
static const struct {
	const char *word;
	enum check_kind check;
	const char *zh, *en;
} table[] = {
	[FOUND_LEAF_FORM]         = { "leaf.form",         CHECK_LEAF,      "条目不是规范格式",           "an entry is not in the one form of a leaf" },
	[FOUND_LEAF_ORIGIN]       = { "leaf.origin",       CHECK_LEAF,      "条目属于另一份记录",         "an entry names another log" },
	[FOUND_LEAF_HASH]         = { "leaf.hash",         CHECK_HASH,      "条目与其存储的摘要不符",     "an entry and its stored hash differ" },
	[FOUND_ROW]               = { "row.differs",       CHECK_ROW,       "数据列与条目内容不符",       "a column says something else than the entry" },
	[FOUND_SEQ]               = { "seq.gap",           CHECK_SEQ,       "条目序号缺失或错位",         "an entry is missing or out of its place" },
	[FOUND_ACT]               = { "act.order",         CHECK_ACT,       "行为编号倒退",               "an act number goes down" },
	[FOUND_CHAIN]             = { "chain.broken",      CHECK_CHAIN,     "对象的条目链断裂",           "the chain of an object is broken" },
	[FOUND_KIND]              = { "chain.kind",        CHECK_CHAIN,     "对象的类别改变",             "an object changes its kind" },
	[FOUND_OPEN]              = { "open.form",         CHECK_LOG,       "首条记录不是建档记录",       "the first entry is not the opening of the log" },
	[FOUND_PAYLOAD_MISSING]   = { "payload.missing",   CHECK_PAYLOAD,   "条目内容缺失",               "what an entry says is not there" },
	[FOUND_PAYLOAD_FORM]      = { "payload.form",      CHECK_PAYLOAD,   "条目内容不是规范格式",       "what an entry says is not in canonical form" },
	[FOUND_PAYLOAD]           = { "payload.differs",   CHECK_PAYLOAD,   "条目内容被改动",             "what an entry says was changed" },
	[FOUND_PAYLOAD_STRAY]     = { "payload.stray",     CHECK_TEXT,      "存在无条目引用的内容",       "there is content that no entry refers to" },
	[FOUND_TEXT_MISSING]      = { "text.missing",      CHECK_TEXT,      "文本缺失",                   "a text is not there" },
	[FOUND_TEXT]              = { "text.differs",      CHECK_TEXT,      "文本被改动",                 "a text was changed" },
	[FOUND_ERASE_UNNAMED]     = { "erase.unnamed",     CHECK_ERASE,     "文本被删除但无删除记录",     "a text is gone and no entry erases it" },
	[FOUND_ERASE_UNDONE]      = { "erase.undone",      CHECK_ERASE,     "已决定删除的文本仍然存在",   "a text that was erased is there" },
	[FOUND_ROOT]              = { "root.differs",      CHECK_ROOT,      "条目与已签名的检查点不符",   "the entries are not those that were signed" },
	[FOUND_CHECKPOINT_FORM]   = { "checkpoint.form",   CHECK_SIGNATURE, "检查点格式错误",             "a checkpoint is not one" },
	[FOUND_CHECKPOINT_FORGED] = { "checkpoint.forged", CHECK_SIGNATURE, "检查点签名无效",             "the signature of a checkpoint does not hold" },
	[FOUND_CHECKPOINT_KEY]    = { "checkpoint.key",    CHECK_SIGNATURE, "检查点由其他密钥签名",       "a checkpoint is signed by another key" },
	[FOUND_CHECKPOINT_SIZE]   = { "checkpoint.size",   CHECK_ROOT,      "条目少于检查点所签数量",     "there are fewer entries than were signed" },
	[FOUND_CHECKPOINT_ROW]    = { "checkpoint.row",    CHECK_ROW,       "检查点数据列不符",           "a column says something else than the checkpoint" },
	[FOUND_CHECKPOINT_NONE]   = { "checkpoint.none",   CHECK_SIGNATURE, "没有任何检查点",             "there is no checkpoint" },
	[FOUND_FRONTIER]          = { "frontier.differs",  CHECK_FRONTIER,  "树前沿与条目不符",           "the frontier is not that of the entries" },
	[FOUND_LOG]               = { "log.row",           CHECK_LOG,       "记录登记信息不符",           "what the store says of the log is not so" },
	[FOUND_LOG_STRAY]         = { "log.stray",         CHECK_LOG,       "存在不属于任何记录的数据",   "there are rows of no log" },
	[FOUND_LOG_KEY]           = { "log.key",           CHECK_LOG,       "公钥与密钥文件不符",         "the key of the log is not that of the key file" },
	[FOUND_SIGNED_FORM]       = { "signed.form",       CHECK_SIGNED,    "最近签名文件无效",           "the file of what was signed last does not hold" },
	[FOUND_SIGNED_SIZE]       = { "signed.size",       CHECK_SIGNED,    "数据库早于最近一次签名",     "the store is older than what was signed last" },
	[FOUND_SIGNED_ROOT]       = { "signed.root",       CHECK_SIGNED,    "数据库与最近一次签名不符",   "the store is another than what was signed last" },
	[FOUND_AGAINST_FORM]      = { "against.form",      CHECK_AGAINST,   "所给检查点格式错误",         "what was given is not a checkpoint" },
	[FOUND_AGAINST_ORIGIN]    = { "against.origin",    CHECK_AGAINST,   "所给检查点属于另一份记录",   "the checkpoint given is of another log" },
	[FOUND_AGAINST_KEY]       = { "against.key",       CHECK_AGAINST,   "所给检查点由其他密钥签名",   "the checkpoint given is signed by another key: the record may be signed anew" },
	[FOUND_AGAINST_FORGED]    = { "against.forged",    CHECK_AGAINST,   "所给检查点签名无效",         "the signature of the checkpoint given does not hold" },
	[FOUND_AGAINST_SIZE]      = { "against.size",      CHECK_AGAINST,   "记录被回退",                 "the record went back: the checkpoint given knows more entries" },
	[FOUND_AGAINST_ROOT]      = { "against.root",      CHECK_AGAINST,   "历史被改写（分叉）",         "the past was rewritten: the checkpoint given knows other entries" },
	[FOUND_MANIFEST]          = { "manifest.form",     CHECK_FILE,      "清单格式错误",               "the manifest is not one" },
	[FOUND_MANIFEST_FORGED]   = { "manifest.forged",   CHECK_FILE,      "清单签名无效",               "the signature of the manifest does not hold" },
	[FOUND_MANIFEST_KEY]      = { "manifest.key",      CHECK_FILE,      "清单由其他密钥签名",         "the manifest is signed by another key" },
	[FOUND_FILE]              = { "file.differs",      CHECK_FILE,      "文件与清单不符",             "a file is not what the manifest says" },
	[FOUND_FILE_STRAY]        = { "file.stray",        CHECK_FILE,      "存在清单以外的文件",         "there is a file that the manifest does not name" },
	[FOUND_LINE]              = { "line.form",         CHECK_LEAF,      "数据行格式错误",             "a line is not in its form" },
	[FOUND_PROOF_MISSING]     = { "proof.missing",     CHECK_PROOF,     "缺少包含证明",               "an entry has no proof" },
	[FOUND_PROOF]             = { "proof.differs",     CHECK_PROOF,     "包含证明不成立",             "an entry is not in the tree that was signed" },
	[FOUND_OBJECT]            = { "object.count",      CHECK_OBJECT,    "对象的条目数量与清单不符",   "an object has more or fewer entries than the manifest says" },
	[FOUND_OBJECT_MISSING]    = { "object.missing",    CHECK_OBJECT,    "清单所列对象缺失",           "an object of the manifest is not there" },
	[FOUND_VKEY]              = { "vkey.form",         CHECK_SIGNATURE, "公钥无效",                   "the public key is not one of this log" },
	[FOUND_STORE]             = { "store.damaged",     CHECK_LEAF,      "数据库文件已损坏",           "the store itself is damaged" },
	[FOUND_FILE_MISSING]      = { "file.missing",      CHECK_FILE,      "清单所列文件未附",           "a file of the manifest is not there" },
	[FOUND_SIGNED_MISSING]    = { "signed.missing",    CHECK_SIGNED,    "缺少最近签名文件",           "the file of what was signed last is not there: the store may be older" },
	[FOUND_TEXT_ERASED]       = { "text.erased",       CHECK_ERASE,     "文本已依决定删除",           "a text was erased by decision" },
	[FOUND_TEXT_WITHHELD]     = { "text.withheld",     CHECK_ERASE,     "文本未提供",                 "a text is withheld" },
	[FOUND_BEYOND]            = { "against.beyond",    CHECK_AGAINST,   "无法与所给检查点比对",       "a part cannot be held against the checkpoint given" },
};
/* clang-format on */
_Static_assert(sizeof(table) / sizeof(*table) == FOUND__COUNT, "every finding has its row");

int check_named(const char *name)
{
	for (int i = 0; i < CHECK__COUNT; i++)
		if (!strcmp(checks[i], name))
			return i;
	return -1;
}

const char *check_name(enum check_kind check) { return checks[check]; }
const char *finding_word(enum finding_code code) { return table[code].word; }
enum check_kind finding_check(enum finding_code code) { return table[code].check; }

void verdict_add(struct verdict *verdict, enum finding_code code, enum record_space space, int64_t seq,
		 const char *format, ...)
{
	struct finding *finding;
	va_list args;

	if (!verdict_checks(verdict, table[code].check))
		return;
	/* A hundred erased texts must not hide the one thing that is wrong. */
	if (verdict->counts[code]++ >= 10 || verdict->kept == VERDICT_KEPT)
		return;
	finding = &verdict->first[verdict->kept++];
	*finding =
		(struct finding){ .code = code, .space = space, .has_seq = seq >= 0, .seq = (uint64_t)seq };
	va_start(args, format);
	vsnprintf(finding->detail, sizeof(finding->detail), format, args);
	va_end(args);
}

static uint64_t sum(const struct verdict *verdict, int from, int to)
{
	uint64_t n = 0;

	for (int i = from; i < to; i++)
		n += verdict->counts[i];
	return n;
}

uint64_t verdict_bad(const struct verdict *verdict) { return sum(verdict, 0, FOUND_FILE_MISSING); }

int verdict_exit(const struct verdict *verdict)
{
	if (verdict_bad(verdict))
		return 1;
	return sum(verdict, FOUND_FILE_MISSING, FOUND__COUNT) ? 2 : 0;
}

static const char *space_zh(enum record_space space) { return space == RECORD_REAL ? "实战" : "演练"; }
static const char *space_en(enum record_space space) { return space == RECORD_REAL ? "real" : "drill"; }

static void print_finding(const struct finding *f, FILE *out)
{
	fprintf(out, "  %-18s", table[f->code].word);
	if (f->space)
		fprintf(out, " %s/%s", space_zh(f->space), space_en(f->space));
	if (f->has_seq)
		fprintf(out, " #%" PRIu64, f->seq);
	fprintf(out, "\n    %s\n    %s%s%s\n", table[f->code].zh, table[f->code].en, *f->detail ? ": " : "",
		f->detail);
}

static void print_log(const struct verdict_log *log, enum record_space space, FILE *out)
{
	if (!log->present)
		return;
	fprintf(out, "%s/%s  %s%s\n", space_zh(space), space_en(space), log->origin,
		log->given_time ? "  (给定时间，仅供演示或测试 / given time: for demonstration or test)"
				: "");
	fprintf(out,
		"  条目 entries %" PRIu64 "  文本 texts %" PRIu64 "  已删除 erased %" PRIu64
		"  未提供 withheld %" PRIu64 "  检查点 checkpoints %" PRIu64 "\n",
		log->entries, log->texts, log->erased, log->withheld, log->checkpoints);
	fprintf(out, "  树根 root %s\n  公钥 key  %s\n", log->root, log->vkey);
}

/* What a record can say about itself ends here, and it must be said. */
static void print_limits(const struct verdict *v, FILE *out)
{
	unsigned against = v->logs[0].against + v->logs[1].against;

	if (against)
		fprintf(out,
			"已与 %u 份另处保存的检查点核对。\nHeld against %u checkpoint(s) kept elsewhere.\n",
			against, against);
	else
		fputs("未提供另处保存的检查点：仅凭此处数据无法得知记录是否被整体回退、被改写后重新签名，或换"
		      "用了另一把密钥。\n"
		      "No checkpoint kept elsewhere was given: from this alone nobody can know whether the "
		      "whole was set\n"
		      "back, rewritten and signed anew, or signed by another key. Give one with --against.\n",
		      out);
}

void verdict_print(const struct verdict *v, const char *path, FILE *out)
{
	static const char *const words[] = {
		"完好 / as it should be", "已被篡改 / TAMPERED WITH",
		"完好，但有内容已删除、未提供或缺失 / as it should be, with something erased, "
		"withheld or not there"
	};
	uint64_t all = sum(v, 0, FOUND__COUNT);

	fprintf(out, "%s\n", path);
	print_log(&v->logs[0], RECORD_REAL, out);
	print_log(&v->logs[1], RECORD_DRILL, out);
	for (size_t i = 0; i < v->kept; i++)
		print_finding(&v->first[i], out);
	if (all > v->kept)
		fprintf(out, "  … %" PRIu64 "\n", all - v->kept);
	print_limits(v, out);
	if (!strcmp(v->subject, "bundle"))
		fputs(v->manifest_signed
			      ? "清单已签名。\nThe manifest is signed.\n"
			      : "清单未签名：随附文件只与清单一致，清单本身未经证明。\n"
				"The manifest is not signed: files agree with it, and nothing proves it.\n",
		      out);
	else if (!v->key_compared)
		fputs("未能读取密钥文件：公钥未核对，最后一个检查点之后的条目也无法证明由本系统写入。\n"
		      "The key file could not be read: the key was not compared, and entries after the last\n"
		      "checkpoint prove nothing of who wrote them.\n",
		      out);
	for (int i = 0; i < CHECK__COUNT; i++)
		if (!verdict_checks(v, (enum check_kind)i))
			fprintf(out, "未检查 / left out: %s\n", checks[i]);
	fprintf(out, "结论 / verdict: %s\n", words[verdict_exit(v)]);
}

static json_t *log_json(const struct verdict_log *log, enum record_space space)
{
	return json_pack("{s:s, s:s, s:s, s:s, s:I, s:I, s:I, s:I, s:I, s:b, s:i}", "space", space_en(space),
			 "origin", log->origin, "root", log->root, "key", log->vkey, "entries",
			 (json_int_t)log->entries, "texts", (json_int_t)log->texts, "erased",
			 (json_int_t)log->erased, "withheld", (json_int_t)log->withheld, "checkpoints",
			 (json_int_t)log->checkpoints, "given_time", (int)log->given_time, "against",
			 (int)log->against);
}

static json_t *finding_json(const struct finding *f)
{
	json_t *one = json_pack("{s:s, s:s, s:s, s:s}", "code", table[f->code].word, "en", table[f->code].en,
				"zh", table[f->code].zh, "detail", f->detail);

	if (f->space)
		json_object_set_new(one, "space", json_string(space_en(f->space)));
	if (f->has_seq)
		json_object_set_new(one, "seq", json_integer((json_int_t)f->seq));
	return one;
}

json_t *verdict_json(const struct verdict *v, const char *path)
{
	json_t *logs = json_array(), *findings = json_array(), *counts = json_object();
	unsigned against = v->logs[0].against + v->logs[1].against;

	for (int i = 0; i < 2; i++)
		if (v->logs[i].present)
			json_array_append_new(logs, log_json(&v->logs[i], (enum record_space)(i + 1)));
	for (size_t i = 0; i < v->kept; i++)
		json_array_append_new(findings, finding_json(&v->first[i]));
	for (int i = 0; i < FOUND__COUNT; i++)
		if (v->counts[i])
			json_object_set_new(counts, table[i].word, json_integer((json_int_t)v->counts[i]));
	return json_pack("{s:s, s:s, s:b, s:i, s:i, s:b, s:b, s:o, s:o, s:o}", "subject", v->subject, "path",
			 path, "ok", verdict_bad(v) == 0, "exit", verdict_exit(v), "against", (int)against,
			 "rollback_known", against > 0, "manifest_signed", (int)v->manifest_signed, "logs",
			 logs, "counts", counts, "findings", findings);
}
