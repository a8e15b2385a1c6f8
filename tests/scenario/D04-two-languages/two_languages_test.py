#!/usr/bin/env python3
"""D04 Every refusal speaks both languages, and both views tell the same."""
import os
import re
import sys

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
from scene import LEVEL3, ROOT, Scene, activated, confirm_case, main, open_case, verify_case  # noqa: E402

HAN = re.compile(r"[一-鿿]")
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
