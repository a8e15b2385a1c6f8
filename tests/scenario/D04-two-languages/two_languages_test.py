#!/usr/bin/env python3
"""D04 Every refusal speaks both languages, and both views tell the same."""
import os
import re
import sys

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
from scene import LEVEL3, ROOT, Scene, activated, confirm_case, main, open_case, verify_case  # noqa: E402

HAN = re.compile(r"[一-鿿]")
WORD = re.compile(r"[A-Za-z]{2,}")
# What stands in a Chinese sentence as it is: what was typed or a name in quotes, a code in brackets, a number, a moment.
NAMES = re.compile(r"“[^”]*”|'[^']*'|（[A-Za-z0-9_.]+）|INC-[0-9-]+|N\d\d|--[a-z]+|/nowhere/x|UTF-8|SHA-256|\d{4}-\d\d-\d\dT[0-9:]+Z")
CODES = os.path.join(ROOT, "packs", "jinan-2007", "refusals.yml")


class TwoLanguages(Scene):
    def both(self, words, about):
        self.assertTrue(HAN.search(words.get("zh", "")), f"{about}: no Chinese in {words}")
        self.assertTrue(words.get("en"), f"{about}: no English in {words}")
        self.assertFalse(HAN.search(words["en"]), f"{about}: Chinese where English belongs: {words}")

    def test_refusals_say_it_in_both_languages_with_every_missing_thing(self):
        with self.city() as d:
            case = verify_case(d, LEVEL3)
            active, _ = activated(d, LEVEL3)
            tried = [("dut01", "incident", "accept", open_case(d), {}), ("cl01", "incident", "confirm", case, {}),
                     ("dir01", "incident", "start", active, {}), ("dir01", "incident", "stand_down", active, {}),
                     ("cl01", "incident", "contained", active, {}), ("uop_edu", "setting", "create", None, {}),
                     ("rsp01", "incident", "question", active, {}), ("cl01", "tasking", "create", None, {"incident": active}),
                     ("lg01", "delegation", "create", None, {}), ("dut01", "suppression", "create", None, {})]
            for who, kind, move, ref, more in tried:
                answer = d.try_(who, kind, move, ref, **more)
                self.assertTrue(answer.get("refusals"), answer)
                for refusal in answer["refusals"]:
                    self.both(refusal, f"{kind}.{move} {refusal['code']}")
                    for missing in refusal["missing"]:
                        self.both(missing, f"{kind}.{move} {refusal['code']} missing")

    def test_faults_say_it_in_both_languages(self):
        with self.city() as d:
            case = open_case(d)
            for answer in (d.try_("dut01", "incident", "fly", case), d.try_("dut01", "incident", "score", case, scores="x"),
                           d.try_("dut01", "incident", "accept", "INC-2026-9999"),
                           d.try_("dut01", "incident", "record_facts", case, seen=0, impact="x")):
                self.assertFalse(answer.ok)
                self.assertTrue(HAN.search(answer["zh"]), answer)
                self.assertTrue(answer["en"] and not HAN.search(answer["en"].replace(case, "")), answer)

    def one_language_each(self, answer, about):
        """The Chinese of it holds no English but names; the English no Chinese, and the reason stands in both."""
        self.assertFalse(answer.ok, about)
        self.assertFalse(answer.get("refusals"), f"{about}: {answer}")
        self.both(answer, about)
        self.assertFalse(WORD.search(NAMES.sub("", answer["zh"])), f"{about}: English in '{answer['zh']}'")

    def test_a_fault_says_its_reason_in_one_language_at_a_time(self):
        with self.city() as d:
            case = open_case(d)
            faults = [
                ("absent record", "INC-9", d.ask(op="show", ref="INC-9", **{"as": "dir01"})),
                ("absent number", "#999999", d.ask(op="show", ref="#999999", **{"as": "dir01"})),
                ("absent record to act on", "没有这样的案件", d.try_("dut01", "incident", "accept", "INC-2026-9999")),
                ("no record named", "请给出其编号", d.try_("dut01", "incident", "accept")),
                ("unknown kind to list", "没有“spaceship”这一类", d.ask(op="list", kind="spaceship", **{"as": "dir01"})),
                ("unknown kind to make", "没有“spaceship”这一类", d.try_("dut01", "spaceship", "create")),
                ("unknown move", "没有“fly”这一动作", d.try_("dut01", "incident", "fly", case)),
                ("unknown input", "不接受“colour”", d.try_("dut01", "incident", "accept", case, colour="red")),
                ("empty text", "应填写文字", d.try_("dut01", "incident", "record_facts", case, impact="")),
                ("bad score", "应填 1 至 5", d.try_("dut01", "incident", "score", case, scores="x")),
                ("bad time", "“yesterday”不是", d.try_("dut01", "incident", "create", title="t", aware_at="yesterday")),
                ("bad number", "应填写整数", d.try_("res01", "resource", "create", name="x", check_min="many")),
                ("bad code", "可填：", d.try_("res01", "resource", "create", name="x", type="flood")),
                ("wrong reference", "没有这样的", d.try_("dut01", "incident", "create", title="t", unit="nowhere")),
                ("changed meanwhile", "您看到的是第 0 版", d.try_("dut01", "incident", "record_facts", case, seen=0, impact="x")),
                ("later than now", "尚未到来", d.try_("dut01", "incident", "accept", case, occurred="2099-01-01T00:00:00Z")),
                ("bad moment", "“soon”不是", d.try_("dut01", "incident", "accept", case, occurred="soon")),
                ("time back", "不能倒退", d.try_("dut01", "incident", "accept", case, at="2001-01-01T00:00:00Z")),
                ("unknown field to filter", "没有字段“colour”", d.ask(op="list", kind="incident", where="colour:red", **{"as": "dir01"})),
                ("bracket not closed", "括号没有配对", d.ask(op="list", kind="incident", where="(title:x", **{"as": "dir01"})),
                ("quote not closed", "引号没有配对", d.ask(op="list", kind="incident", where='title:"x', **{"as": "dir01"})),
                ("no value", "缺少值", d.ask(op="list", kind="incident", where="title:", **{"as": "dir01"})),
                ("nobody with this login", "没有登录名为“nobody99”的人员", d.try_("nobody99", "incident", "accept", case)),
                ("unknown operation", "没有“dance”这一操作", d.ask(op="dance")),
                ("unknown field of a request", "没有字段“colour”", d.ask(op="status", colour="red")),
                ("wrong shape", "“kind”应为文字", d.ask(op="list", kind=7)),
                ("missing field", "需要字段“ref”", d.ask(op="show")),
            ]
            for about, told, answer in faults:
                with self.subTest(about):
                    self.one_language_each(answer, about)
                    self.assertIn(told, answer["zh"])

    def test_long_chinese_is_cut_between_characters(self):
        with self.city() as d:
            answer = d.ask(op="show", ref="值班" * 200, **{"as": "dir01"})
            self.assertEqual(answer["fault"], "absent")
            self.assertIn("值班", answer["zh"])

    def test_the_command_line_gives_the_reason_in_the_language_asked_for(self):
        with self.city() as d:
            for args, en, zh in ((("incident", "show", "INC-9"), "there is no", "没有"),
                                 (("incident", "accept", open_case(d), "--colour", "red"), "colour", "colour"),
                                 (("incident", "create", "--title", "x", "--what", "@/nowhere/x"), "not there", "不能读取 /nowhere/x"),
                                 (("incident", "list", "--where", "colour:red"), "there is no field", "这里没有字段"),
                                 (("incident", "list", "--limit"), "needs a value", "需要值")):
                said = {lang: d.cli(*args, "--as", "dir01", lang=lang, expect=None) for lang in ("en", "zh")}
                self.assertIn(en, said["en"])
                self.assertIn(zh, said["zh"])
                self.assertFalse(HAN.search(said["en"]), said["en"])
                reason = said["zh"].splitlines()[0].removeprefix("fengsui: ")
                self.assertFalse(WORD.search(NAMES.sub("", reason)), f"English in '{said['zh']}'")

    def test_every_code_has_its_words_in_both(self):
        with open(CODES, encoding="utf-8") as f:
            text = f.read()
        codes = re.findall(r"^  (N\d\d):.*zh: (.*?), en: (.*?)[,}]", text, re.M)
        self.assertEqual([c for c, _, _ in codes], [f"N{i:02}" for i in range(1, 46)])
        for code, zh, en in codes:
            self.both({"zh": zh, "en": en}, code)

    def test_the_command_line_answers_in_the_language_asked_for(self):
        with self.city() as d:
            case = open_case(d)
            zh = d.cli("incident", "accept", case, "--as", "dut01", lang="zh", expect=None)
            en = d.cli("incident", "accept", case, "--as", "dut01", lang="en", expect=None)
            self.assertIn("阶段条件未满足", zh)
            self.assertIn("phase conditions not met", en)
            self.assertIn("N04", zh)
            self.assertIn("N04", en)

    def test_both_views_of_a_case_agree(self):
        with self.city() as d:
            case, _ = confirm_case(d, LEVEL3)
            views = {lang: d.cli("incident", "show", case, "--as", "dir01", lang=lang) for lang in ("zh", "en")}
            states = d.states(case)
            regions = {r["name"]: {s["name"]: s for s in r["states"]} for k in d.catalogue()["kinds"] if k["name"] == "incident"
                       for r in k["regions"]}
            for region, state in states.items():
                for lang in views:
                    words = regions[region][state][lang]
                    self.assertTrue(words in views[lang] or state in views[lang], f"{lang}: '{words}' is not in\n{views[lang]}")


if __name__ == "__main__":
    main()
