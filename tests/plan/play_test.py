"""play -- a plan's own scenarios: played by `fengsui plan check`, and told where they do not come out."""
import json
import os
import shutil
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "lib"))
from fengsui import ROOT, binary  # noqa: E402

OWN = os.path.join(ROOT, "packs", "jinan-2007")
HEAD = """test: a scenario
label: {zh: 场景, en: A scenario}
"""
# A case in three steps; what follows them is what a test is about.
BEGUN = HEAD + """people:
  duty: {roles: [DUT], on_duty: yes}
  director: {roles: [DIR]}
steps:
  - {as: duty, do: incident.create, gives: case, with: {title: 甲, reporter: 乙, unit: "@office", aware_at: "2026-03-02T07:50:00Z", what: 丙}}
"""
BROKEN = [  # (file, what its problem says)
    ("- {as: duty, do: incident.accept, expect: ok}", 'step 2 (duty: incident.accept) should be done, but it was refused: N04'),
    ("- {as: duty, do: incident.acknowledge, expect: N04}", "should be refused (N04), but it was done"),
    ("- {as: duty, do: incident.acknowledge, expect: pending}", "should wait for another person, but it was done"),
    ("- {as: director, do: incident.acknowledge, expect: N99}", "N99"),
    ("- {as: duty, do: incident.acknowledge, then: {handling: verify}}", "handling should be 'verify', it is 'triage'"),
    ("- {as: duty, do: incident.acknowledge, then: {handling: verifi}}", "did you mean 'verify'?"),
    ("- {as: duty, do: incident.acknowledge, then: {handlin: verify}}", "there is no region 'handlin'; did you mean 'handling'?"),
    ("- {as: duty, do: incident.acknowledge, clocks: {CK04: stopped}}", "CK04 should be 'stopped', it is 'running'"),
    ("- {as: duty, do: incident.acknowledge, clocks: {CK04: runing}}", "state of a clock 'runing' is not known"),
    ("- {as: duty, do: incident.acknowledge, clocks: {CK99: running}}", "CK99"),
    ("- {as: dutty, do: incident.acknowledge}", "there is no person 'dutty'; did you mean 'duty'?"),
    ("- {as: duty, do: incident.acknowlege}", "there is no move of incident 'acknowlege'; did you mean 'acknowledge'?"),
    ("- {as: duty, do: incidnt.acknowledge}", "did you mean 'incident'?"),
    ("- {as: duty, do: acknowledge}", "'do' is KIND.MOVE"),
    ("- {as: duty, do: incident.acknowledge, on: csae}", "there is no record 'csae'; did you mean 'case'?"),
    ("- {as: director, do: incident.name_lead, with: {lead: \"@nobody\"}}", "there is no name 'nobody'"),
    ("- {as: director, do: incident.name_lead, with: {leed: \"@duty\"}, expect: ok}", "takes no 'leed'"),
    ("- {as: duty, do: incident.acknowledge, expects: ok}", "unknown key 'expects' in a step; did you mean 'expect'?"),
    ("- {pass: 3 moons}", "pass is a span like"),
    ("- {pass: 1 h, clocks: {CK02: missed}}", "needs a 'see: KIND' beside it"),
    ("- {see: warning}", "there is no warning"),
    ("- {as: duty}", "a step has 'do: KIND.MOVE'"),
]


def check(pack, *args, lang="en"):
    return subprocess.run([binary(), "plan", "check", pack, "--lang", lang, *args], capture_output=True, text=True, timeout=120)


class Play(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.pack = os.path.join(self.folder.name, "plan")
        shutil.copytree(OWN, self.pack)
        shutil.rmtree(os.path.join(self.pack, "tests"))
        os.mkdir(os.path.join(self.pack, "tests"))

    def tearDown(self):
        self.folder.cleanup()

    def write(self, name, text):
        with open(os.path.join(self.pack, "tests", name + ".yml"), "w", encoding="utf-8") as f:
            f.write(text)
        return os.path.join(self.pack, "tests", name + ".yml")

    def test_the_scenarios_of_the_default_plan_come_out(self):
        count = len(os.listdir(os.path.join(OWN, "tests")))
        done = check(OWN)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertEqual(done.stdout.splitlines()[1], f"played: {count} scenarios, all as written")
        self.assertIn(f"推演：{count}个场景", check(OWN, lang="zh").stdout)
        self.assertEqual(json.loads(check(OWN, "--json").stdout)["played"], count)

    def test_a_step_that_comes_out_otherwise_is_told_with_its_place(self):
        for step, words in BROKEN:
            with self.subTest(step=step):
                path = self.write("broken", BEGUN + "  " + step + "\n")
                done = check(self.pack)
                self.assertEqual((done.returncode, done.stdout), (65, ""))
                self.assertEqual(done.stderr.count("\n"), 2, done.stderr)
                self.assertIn(words, done.stderr.splitlines()[0])
                self.assertRegex(done.stderr, rf"^{path}:8:\d+: ")
                self.assertEqual(done.stderr.splitlines()[1], "not sound: 1 problem")

    def test_it_is_told_in_chinese(self):
        self.write("broken", BEGUN + "  - {as: duty, do: incident.accept}\n")
        told = check(self.pack, lang="zh").stderr
        self.assertIn("第2步（duty：incident.accept）应予办理，但被拒绝：N04", told)
        self.assertIn("不完备：1个问题", told)

    def test_time_passes_and_what_is_due_happens(self):
        self.write("late", BEGUN + "  - {see: incident, clocks: {CK02: running}}\n"
                                   "  - {pass: 1 d, see: incident, then: {handling: received}, clocks: {CK02: missed}}\n")
        self.assertEqual(check(self.pack).stderr, "")

    def test_one_goes_on_where_another_ends(self):
        self.write("first", BEGUN)
        self.write("second", HEAD + "after: first\nsteps:\n  - {as: duty, do: incident.acknowledge, on: case, then: {handling: triage}}\n")
        self.assertIn("played: 2 scenarios", check(self.pack).stdout)

    def test_what_goes_on_from_a_broken_one_says_so(self):
        first = self.write("first", BEGUN + "  - {as: duty, do: incident.accept}\n")
        second = self.write("second", HEAD + "after: first\nsteps:\n  - {as: duty, do: incident.acknowledge}\n")
        told = check(self.pack).stderr.splitlines()
        self.assertTrue(told[0].startswith(f"{first}:8:"), told)
        self.assertEqual(told[1], f"{second}:3:8: it cannot begin: tests/first.yml:8 does not come out as written")

    def test_circles_and_what_is_not_there(self):
        steps = "steps:\n  - {see: incident}\n"
        self.write("a", HEAD + "after: b\n" + steps)
        self.write("b", HEAD + "after: a\n" + steps)
        self.assertIn("leads back here", check(self.pack).stderr)
        self.write("a", HEAD + "after: bb\n" + steps)
        self.assertIn("there is no test 'bb'; did you mean 'b'?", check(self.pack).stderr)
        os.unlink(os.path.join(self.pack, "tests", "b.yml"))
        self.write("a", HEAD + "after: a\nat: \"2026-01-01T00:00:00Z\"\n" + steps)
        self.assertIn("'at' has no place here", check(self.pack).stderr)

    def test_people_and_what_is_given(self):
        self.write("given", HEAD + "given:\n  - {kind: unit, fields: {name: 甲, typ: bureau}}\nsteps:\n  - {see: unit}\n")
        self.assertIn("given.yml:4:5: given unit should be done, but it was not understood: unit.create takes no 'typ'", check(self.pack).stderr)
        self.write("given", HEAD + "people:\n  a: {roles: [XXX]}\nsteps:\n  - {see: unit}\n")
        self.assertIn("XXX", check(self.pack).stderr)
        self.write("given", HEAD + "people:\n  a: {unit: offise}\nsteps:\n  - {see: unit}\n")
        self.assertIn("given.yml:4:13: there is no unit 'offise'; did you mean 'office'?", check(self.pack).stderr)
        self.write("given", HEAD + "people:\n  a: {unit: the_office}\nsteps:\n  - {see: unit}\n")
        self.assertIn("given.yml:4:3: a cannot be registered: ", check(self.pack).stderr)

    def test_no_play_leaves_them_out(self):
        self.write("broken", "rubbish: [\n")
        self.assertEqual(check(self.pack, "--no-play").returncode, 65)  # a file of the pack is YAML
        self.write("broken", BEGUN + "  - {as: duty, do: incident.accept}\n")
        done = check(self.pack, "--no-play")
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertNotIn("played", done.stdout)

    def test_nothing_is_left_behind(self):
        self.write("one", BEGUN)
        with tempfile.TemporaryDirectory() as where:
            done = subprocess.run([binary(), "plan", "check", self.pack], env={**os.environ, "TMPDIR": where}, timeout=120,
                                  capture_output=True, text=True)
            self.assertEqual((done.returncode, os.listdir(where)), (0, []), done.stderr)


if __name__ == "__main__":
    result = unittest.TextTestRunner(stream=sys.stderr).run(unittest.defaultTestLoader.loadTestsFromModule(sys.modules[__name__]))
    failed = len(result.failures) + len(result.errors)
    print(f"{result.testsRun - failed} passed, {failed} failed")
    sys.exit(bool(failed))
