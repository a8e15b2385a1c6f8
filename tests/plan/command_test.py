"""command -- `fengsui plan` from outside: what it prints, and with which exit status."""
import json
import os
import shutil
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "lib"))
from cast import city  # noqa: E402
from fengsui import ROOT, binary  # noqa: E402

OWN = os.path.join(ROOT, "packs", "jinan-2007")
SMALL = os.path.join(ROOT, "tests", "unit", "pack", "base")


def plan(*args, lang="en"):
    return subprocess.run([binary(), "plan", *args, "--lang", lang], capture_output=True, text=True, cwd=ROOT, timeout=60)


class Regimes(unittest.TestCase):
    def test_the_table_says_how_certain_each_stage_is(self):
        for lang, words in (("en", ("min(classified + 4 h, aware + 24 h)", "stage in sent + 1 month", "aware + at once", "does not count")),
                            ("zh", ("发现或获知 + 1小时", "阶段 in 报出 + 1个月", "立即", "不计时"))):
            done = plan("regimes", OWN, lang=lang)
            self.assertEqual((done.returncode, done.stderr), (0, ""))
            for word in words:
                self.assertIn(word, done.stdout)
            self.assertEqual(sum(line.count("[read]") + line.count("[memory]") + line.count("[partly-read]") + line.count("[proposal]")
                                 for line in done.stdout.splitlines() if "->" in line), 57)

    def test_two_versions_differ_by_their_terms(self):
        with tempfile.TemporaryDirectory() as where:
            pack = os.path.join(where, "plan")
            shutil.copytree(SMALL, pack)
            path = os.path.join(pack, "regimes", "law.yml")
            with open(path, encoding="utf-8") as f:
                text = f.read()
            with open(path, "w", encoding="utf-8") as f:
                f.write(text.replace("within: 1 month", "within: 30 d"))
            done = plan("diff", SMALL, pack)
            self.assertEqual(done.returncode, 1)
            self.assertRegex(done.stdout, r"law-1.*1 month(.|\n)*30 d")


class Check(unittest.TestCase):
    def test_the_default_plan_is_sound_in_both_languages(self):
        done = plan("check", OWN)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertRegex(done.stdout, r"^sound: \d+ kinds, \d+ machines, .* 156 rows")
        self.assertTrue(plan("check", OWN, lang="zh").stdout.startswith("完备："))

    def test_a_fault_is_told_with_its_place_and_what_would_be_right(self):
        with tempfile.TemporaryDirectory() as where:
            pack = os.path.join(where, "plan")
            shutil.copytree(SMALL, pack)
            path = os.path.join(pack, "kinds", "incident.yml")
            with open(path, encoding="utf-8") as f:
                text = f.read().replace("to: contain\n", "to: contian\n")
            with open(path, "w", encoding="utf-8") as f:
                f.write(text)
            line = text[:text.index("contian")].count("\n") + 1
            done = plan("check", pack)
            self.assertEqual((done.returncode, done.stdout), (65, ""))
            self.assertEqual(done.stderr.splitlines()[0], f"{path}:{line}:13: there is no state of handling 'contian'; "
                                                          "did you mean 'contain'?")
            answer = json.loads(plan("check", pack, "--json").stdout)
            self.assertFalse(answer["sound"])
            self.assertEqual(answer["problems"][0]["line"], line)

    def test_json_says_the_digest(self):
        answer = json.loads(plan("check", OWN, "--json").stdout)
        self.assertTrue(answer["sound"])
        self.assertRegex(answer["digest"], "^[0-9a-f]{64}$")

    def test_what_is_no_pack(self):
        self.assertEqual(plan("check", "/nonexistent").returncode, 66)
        with tempfile.TemporaryDirectory() as where:
            done = plan("check", where)
            self.assertEqual(done.returncode, 66)
            self.assertIn("there is no pack.yml", done.stderr)
            with open(os.path.join(where, "pack.yml"), "wb") as f:
                f.write(os.urandom(4096))
            self.assertEqual(plan("check", where).returncode, 65)

    def test_rubbish_words_are_a_question_of_usage(self):
        for words in ((), ("chek", OWN), ("check",), ("check", OWN, "--nonsense"), ("diff", OWN)):
            self.assertEqual(plan(*words).returncode, 64, words)
        self.assertEqual(plan("--help").returncode, 0)


class Show(unittest.TestCase):
    def test_every_machine_of_the_default_plan_is_drawn(self):
        text = plan("show", OWN).stdout
        for machine in "H C G RPT SUP SPL TSK WRN WTG UPR EVD NOT DRL RCT REV PLV".split():
            self.assertRegex(text, rf"(?m)^  Machine \w+ = {machine}$")
        self.assertIn("T007", text)

    def test_one_kind_in_chinese_and_as_a_diagram(self):
        self.assertIn("确认阶段 → 遏制阶段", plan("show", OWN, "incident", lang="zh").stdout)
        self.assertIn("stateDiagram-v2", plan("show", OWN, "incident", "--mermaid").stdout)
        self.assertEqual(plan("show", OWN, "nothing").returncode, 66)


class Diff(unittest.TestCase):
    def test_a_plan_does_not_differ_from_itself(self):
        done = plan("diff", OWN, OWN)
        self.assertEqual((done.returncode, done.stdout), (0, ""))

    def test_two_plans_differ_in_words(self):
        done = plan("diff", SMALL, OWN)
        self.assertEqual(done.returncode, 1)
        self.assertIn("+ kind warning\n", done.stdout)
        self.assertIn("~ plan label zh: 小镇预案 → ", done.stdout)


class Boundary(unittest.TestCase):
    def test_the_auditor_sees_classes_indicators_and_rules(self):
        text = plan("boundary", OWN, "--rules", os.path.join(ROOT, "rules")).stdout
        for line in ("malware (malware): malware", "there is no form that matches text", "Detection rules that load: "):
            self.assertIn(line, text)
        self.assertNotIn("other", [word for line in text.splitlines() if "(malware)" in line for word in line.split()])


    def test_the_auditor_sees_which_logs_may_be_read(self):
        text = plan("boundary", OWN).stdout
        self.assertRegex(text, r"(?m)^  sshd  syslog of sshd .* → \[linux/\*/sshd\] \[linux/\*/auth\]$")
        self.assertRegex(text, r"(?m)^  suricata  JSON → \[suricata/ids/alert\]$")
        self.assertIn("程序自带的字段映射及其可产生的日志来源", plan("boundary", OWN, lang="zh").stdout)

    def test_mappings_that_are_given_are_listed_beside(self):
        with tempfile.TemporaryDirectory() as where:
            with open(os.path.join(where, "door.yml"), "w", encoding="utf-8") as f:
                f.write("map: door\nfrom: syslog\nprograms: [doord]\nlogsource: {product: linux, service: auth}\n"
                        "patterns:\n  - text: \"opened by {user:word}\"\n")
            text = plan("boundary", OWN, "--maps", where).stdout
            self.assertIn("Field mappings given beside them, tried first\n  door  syslog of doord → [linux/*/auth]\n", text)
        forum = plan("boundary", OWN, "--maps", os.path.join(ROOT, "tests", "boundary", "maps"))
        self.assertNotEqual(forum.returncode, 0)
        self.assertIn("N33", forum.stderr)

    def test_what_is_switched_on_and_by_whom(self):
        with city() as d:
            rule = d.done("rsp01", "detection_switch", "create", type="rule", name="0a1b-rule", digest="ab12")
            d.both("rsp01", "dir01", "detection_switch", "switch_on", rule)
            off = d.done("rsp01", "detection_switch", "create", type="mapping", name="never", digest="cd34")
            d.proposed("rsp01", "detection_switch", "switch_on", off)
            text = plan("boundary", OWN, "--data", d.folder).stdout
            self.assertIn(f"Switched on in {d.folder}: 1\n  a folder for demonstration: it hears every rule that loads\n"
                          "  detection rule 0a1b-rule (ab12)  proposed by 响应人员一, confirmed by 办公室主任, 2026-03-02 08:00Z\n", text)
            self.assertNotIn("never", text)
            self.assertIn("检测规则 0a1b-rule (ab12)  提议 响应人员一，确认 办公室主任，", plan("boundary", OWN, "--data", d.folder, lang="zh").stdout)
        done = plan("boundary", OWN, "--data", "/nonexistent")
        self.assertEqual((done.returncode, done.stdout), (69, ""))
        self.assertIn("no daemon is running on /nonexistent", done.stderr)


if __name__ == "__main__":
    result = unittest.TextTestRunner(stream=sys.stderr).run(unittest.defaultTestLoader.loadTestsFromModule(sys.modules[__name__]))
    failed = len(result.failures) + len(result.errors)
    print(f"{result.testsRun - failed} passed, {failed} failed")
    sys.exit(bool(failed))
