#include "corpus.h"

#include <stdio.h>
#include <string.h>

/* clang-format off */
/* Whom the register of the tests knows. */
static const struct release_name names[] = {
	{ "市中心医院", RELEASE_UNIT, false }, { "中心医院", RELEASE_UNIT, false }, { "Central Hospital", RELEASE_UNIT, false },
	{ "中心血站", RELEASE_UNIT, false }, { "齐商银行", RELEASE_UNIT, false }, { "QSB", RELEASE_UNIT, false }, { "市信息产业局信息中心", RELEASE_UNIT, false },
	{ "市信息产业局", RELEASE_UNIT, true }, { "Information Industry Bureau", RELEASE_UNIT, true },
	{ "市电力公司", RELEASE_UNIT, false }, { "City Power Company", RELEASE_UNIT, false },
	{ "市公安局", RELEASE_UNIT, true }, { "张建国", RELEASE_PERSON, false }, { "Zhang Jianguo", RELEASE_PERSON, false },
	{ "欧阳雪", RELEASE_PERSON, false }, { "zhangjg", RELEASE_ACCOUNT, false }, { "ouyangx", RELEASE_ACCOUNT, false },
	{ "门诊挂号系统", RELEASE_SYSTEM, false }, { "统一支付平台", RELEASE_SYSTEM, false }, { "his-db01", RELEASE_HOST, false },
	{ "0531-12345678", RELEASE_PHONE, true }, { "0531-82345", RELEASE_PHONE, true },
	{ "cert@jinan.example", RELEASE_MAIL, true }, { "400-600-1234", RELEASE_PHONE, true },
};
static const char *const domains[] = { "gov-jn.example" };
static const char *const numbers[] = { "INC", "RPT", "EVD", "TSK", "DUT" };
/* clang-format on */

struct release *corpus_release(void)
{
	const struct release_list list = { names, sizeof(names) / sizeof(*names), domains, 1, numbers, 5 };
	struct release *made = NULL;
	struct fault why;

	return release_new(&list, &made, &why) == 0 ? made : NULL;
}

static enum release_class class_of(const char *word)
{
	int of = 0;

	while (of < RELEASE__COUNT && strcmp(release_word((enum release_class)of), word))
		of++;
	return (enum release_class)of;
}

static void each_by_hand(void (*use)(void *, const struct planted *), void *with)
{
	FILE *f = fopen(FENGSUI_ROOT "/tests/unit/release/hard.tsv", "r");
	char line[4096];

	while (f && fgets(line, sizeof(line), f)) {
		char *what = strchr(line, '\t'), *text = what ? strchr(what + 1, '\t') : NULL;

		if (*line == '#' || !text)
			continue;
		*what++ = *text++ = '\0';
		text[strcspn(text, "\n")] = '\0';
		use(with, &(struct planted){ class_of(line), what, text });
	}
	if (f)
		fclose(f);
}

/* ---- made from templates: each item in each sentence ------------------------------ */

/* clang-format off */
static const char *const sentences[] = {
	"经查，涉及 %s，请有关用户注意。",
	"受影响的服务已于今日 8 时恢复，相关线索：%s",
	"【提示】%s；如有疑问请到服务窗口咨询。",
	"Users are told that %s is concerned; nothing else is to be done.",
	"第一，更新补丁。\n第二，核对 %s 。\n第三，保持观察。",
};
static const struct { enum release_class of; const char *what; } items[] = {
	{ RELEASE_ADDRESS, "10.31.7.250" }, { RELEASE_ADDRESS, "198.51.100.14:3389" }, { RELEASE_ADDRESS, "100.64.3.0/22" },
	{ RELEASE_ADDRESS, "203[.]0[.]113[.]9" }, { RELEASE_ADDRESS, "2001:db8:a::c0de" }, { RELEASE_ADDRESS, "2001:db8:77:1::/64" },
	{ RELEASE_ADDRESS, "http://198.51.100.14/a?b=c" }, { RELEASE_ADDRESS, "ftp://user@10.9.8.7/pub" },
	{ RELEASE_ADDRESS, "１０．９．８．７" }, { RELEASE_ADDRESS, "0x0a.0x09.0x08.0x07" }, { RELEASE_ADDRESS, "172.20.14.*" },
	{ RELEASE_MAC, "a4:83:e7:11:22:3c" }, { RELEASE_MAC, "A4-83-E7-11-22-3C" }, { RELEASE_MAC, "a483.e711.223c" },
	{ RELEASE_MAIL, "li.na@hospital.example" }, { RELEASE_MAIL, "li.na[at]hospital.example" }, { RELEASE_MAIL, "LINA＠HOSPITAL.EXAMPLE" },
	{ RELEASE_CARD, "6222 0202 0001 1111 115" }, { RELEASE_CARD, "4012888888881881" }, { RELEASE_CARD, "6011000990139424" },
	{ RELEASE_IDENTITY, "110105194912310 02X" }, { RELEASE_IDENTITY, "440524188001010014" },
	{ RELEASE_ACCOUNT, "用户名：liuna88" }, { RELEASE_ACCOUNT, "password: Qwe123!@" }, { RELEASE_ACCOUNT, "zhangjg" }, { RELEASE_ACCOUNT, "OuyangX" },
	{ RELEASE_PHONE, "15966660000" }, { RELEASE_PHONE, "159 6666 0000" }, { RELEASE_PHONE, "0531-86001100" }, { RELEASE_PHONE, "+86-531-86001100" },
	{ RELEASE_PHONE, "400 700 8000" }, { RELEASE_PHONE, "电话：86001100" },
	{ RELEASE_UNIT, "市电力公司" }, { RELEASE_UNIT, "齐商银行" }, { RELEASE_UNIT, "city power company" }, { RELEASE_UNIT, "市*电*力*公*司" },
	{ RELEASE_PERSON, "欧阳雪" }, { RELEASE_PERSON, "ZHANG JIANGUO" }, { RELEASE_PERSON, "欧·阳·雪" },
	{ RELEASE_SYSTEM, "统一支付平台" }, { RELEASE_SYSTEM, "统一 支付 平台" }, { RELEASE_SYSTEM, "门诊挂号系统" },
	{ RELEASE_HOST, "his-db01" }, { RELEASE_HOST, "tax-app12" }, { RELEASE_HOST, "oa.jinan.lan" }, { RELEASE_HOST, "vpn2.gov-jn.example" },
	{ RELEASE_HOST, "esxi07" }, { RELEASE_HOST, "LAPTOP-9K2M4QRT" },
	{ RELEASE_PATH, "/home/wanglei/data.csv" }, { RELEASE_PATH, "D:\\Users\\wanglei\\x.doc" }, { RELEASE_PATH, "\\\\nas02\\public\\x" },
	{ RELEASE_HASH, "5d41402abc4b2a76b9719d911017c592" }, { RELEASE_HASH, "aaf4c61ddcc5e8a2dabede0f3b482cd9aea9434d" },
	{ RELEASE_HASH, "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824" },
	{ RELEASE_SECRET, "ghp_0A1b2C3d4E5f6G7h8I9j0K1l2M3n4O5p6Q7r" }, { RELEASE_SECRET, "xoxb-123456789012-abcdefABCDEF" },
	{ RELEASE_CASE, "INC-2026-0042" }, { RELEASE_CASE, "TSK-2026-00007" }, { RELEASE_CASE, "EVD－2026－00015" },
};

/* The same items as somebody would write them who does not want them found. */
static const char *const disguises[] = { "full-width", "zero-width", "percent", "html" };
/* clang-format on */

static void full_width(const char *what, char *out)
{
	for (; *what; what++)
		if (*what > ' ' && *what < 0x7f) {
			const unsigned c = 0xff01 + (unsigned)(*what - 0x21);

			*out++ = (char)(0xe0 | c >> 12);
			*out++ = (char)(0x80 | (c >> 6 & 0x3f));
			*out++ = (char)(0x80 | (c & 0x3f));
		} else {
			*out++ = *what;
		}
	*out = '\0';
}

static void disguise(const char *how, const char *what, char *out)
{
	if (*how == 'f') {
		full_width(what, out);
		return;
	}
	for (; *what; what++) {
		if (*how == 'z' && (what[1] & 0xc0) != 0x80)
			out += sprintf(out, "%c\xe2\x80\x8b", *what);
		else if (*how == 'p' && *what < 0x7f && *what > 0)
			out += sprintf(out, "%%%02X", (unsigned char)*what);
		else if (*how == 'h' && *what < 0x7f && *what > 0)
			out += sprintf(out, "&#%d;", *what);
		else
			*out++ = *what;
	}
	*out = '\0';
}

static void each_made(void (*use)(void *, const struct planted *), void *with)
{
	char what[1024], text[4096];

	for (size_t i = 0; i < sizeof(items) / sizeof(*items); i++) {
		for (size_t s = 0; s < sizeof(sentences) / sizeof(*sentences); s++) {
			snprintf(text, sizeof(text), sentences[s], items[i].what);
			use(with, &(struct planted){ items[i].of, items[i].what, text });
		}
		for (size_t k = 0; k < sizeof(disguises) / sizeof(*disguises); k++) {
			disguise(disguises[k], items[i].what, what);
			snprintf(text, sizeof(text), sentences[(i + k) % 4], what);
			use(with, &(struct planted){ items[i].of, what, text });
		}
	}
}

void corpus_planted(void (*use)(void *, const struct planted *), void *with)
{
	each_by_hand(use, with);
	each_made(use, with);
}

void corpus_clean(void (*use)(void *, const char *), void *with)
{
	FILE *f = fopen(FENGSUI_ROOT "/tests/unit/release/clean.txt", "r");
	char line[4096];

	while (f && fgets(line, sizeof(line), f)) {
		line[strcspn(line, "\n")] = '\0';
		if (*line && *line != '#')
			use(with, line);
	}
	if (f)
		fclose(f);
}
