"""input -- rubbish in every door: it is named, with place and limit, counted, and nothing good beside it is lost."""
import contextlib
import gzip
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "lib"))
from cast import city, open_case  # noqa: E402
from fengsui import ROOT, Daemon, binary  # noqa: E402

OWN = os.path.join(ROOT, "packs", "jinan-2007")
RULES = os.path.join(ROOT, "rules")
DICE = random.Random(20260302)
RULE = """title: A download command in a web request
id: 5f2c9d1e-1111-4222-8333-444455556666
status: test
level: high
tags: [attack.t1105]
logsource: {category: webserver}
detection:
  selection: {cs-uri-query|contains: wget}
  condition: selection
"""
# A line that the rules of the house speak of.
GUESSED = [f"<38>Mar  2 08:00:{s:02d} h sshd[1]: Failed password for root from 203.0.113.66 port 1 ssh2\n".encode() for s in range(30)]

RUBBISH = {
    "nothing": b"", "an empty line": b"\n", "binary": DICE.randbytes(1 << 20), "zeros": b"\0" * 100000,
    "zeros in lines": b"a\0b\n" * 1000, "no UTF-8": b"\xff\xfe\xc0\x80 \xed\xa0\x80 x\n" * 1000,
    "a line of 10 MB": b"x" * 10_000_000 + b"\n", "10 MB without an end": b"y" * 10_000_000,
    "cut gzip": gzip.compress(b"".join(GUESSED))[:20], "only line ends": b"\r\n\n\r" * 5000,
    "deep JSON": b'{"a":' * 20000 + b"1" + b"}" * 20000 + b"\n", "broken JSON": b'{"a":1,\n{"a":}\n{"a" 1}\n' * 100,
    "many fields": b"{" + b",".join(b'"f%d":%d' % (i, i) for i in range(5000)) + b"}\n",
    "a huge number": b'{"a":1' + b"0" * 5000 + b"}\n", "a terminal": b"\x1b[2J\x1b]0;x\x07 \x08\x08\n" * 100,
    "PRI out of range": b"<999999999999>x\n<>\n<-1>x\n<191\n", "UTF-16": "告警\n".encode("utf-16") * 500,
}

# What says that it is something else, and then is not whole: nothing behind it can be found.
UNREADABLE = {"cut gzip"}


def run(*args, input_=None, timeout=120):
    return subprocess.run([binary(), *args], input=input_, capture_output=True, timeout=timeout)


@contextlib.contextmanager
def file_of(content, name="log"):
    with tempfile.TemporaryDirectory(prefix="fengsui-bad-") as where:
        path = os.path.join(where, name)
        with open(path, "wb") as f:
            f.write(content)
        yield path


class Watch(unittest.TestCase):
    def watch(self, content):
        with file_of(content) as path:
            return run("watch", "--rules", RULES, "--stats", path)

    def test_rubbish_is_counted_and_what_follows_is_heard(self):
        alone = self.watch(b"".join(GUESSED)).stdout.count(b"\n")
        self.assertGreater(alone, 0)
        for name, rubbish in RUBBISH.items():
            if name in UNREADABLE:
                continue
            with self.subTest(name):
                done = self.watch(rubbish + b"\n" + b"".join(GUESSED))
                self.assertEqual(done.returncode, 0, done.stderr[-2000:])
                stats = json.loads(done.stderr.splitlines()[-1])
                self.assertEqual(stats["alerts"], alone)
                self.assertEqual(done.stdout.count(b"\n"), alone)
                self.assertEqual(stats["bytes"] > 0, True)
                for line in done.stdout.splitlines():
                    json.loads(line)

    def test_it_ends_well_on_rubbish_alone(self):
        for name, rubbish in RUBBISH.items():
            with self.subTest(name):
                done = self.watch(rubbish)
                self.assertEqual((done.returncode, done.stdout), (74 if name in UNREADABLE else 0, b""), done.stderr[-500:])

    def test_a_line_over_the_limit_is_counted_as_malformed(self):
        stats = json.loads(self.watch(b"x" * 10_000_000 + b"\n").stderr.splitlines()[-1])
        self.assertGreaterEqual(stats["malformed"], 1)

    def test_a_folder_without_logs_or_nothing_for_a_file(self):
        with tempfile.TemporaryDirectory(prefix="fengsui-bad-") as empty:
            for path in (empty, "/nonexistent/log"):
                done = run("watch", "--rules", RULES, path)
                self.assertEqual(done.returncode, 66, done.stderr)
                self.assertIn(path.encode(), done.stderr)


class Rule(unittest.TestCase):
    BROKEN = {
        "an unknown modifier": (RULE.replace("|contains", "|contian"), ":8:", "contian"),
        "no condition": (RULE.replace("  condition: selection\n", ""), ":7:", "condition"),
        "a condition of nothing": (RULE.replace("condition: selection", "condition: selektion"), ":9:", "selektion"),
        "no YAML": (RULE.replace("selection: {", "selection: {{"), ":8:", ""),
        "an unknown log source": (RULE.replace("category: webserver", "category: chatter"), ":6:", "chatter"),
        "a broken pattern": (RULE.replace("|contains: wget", "|re: '(a'"), ":8:", ""),
        "rubbish": ("\x01\x02\x03", ":1:", ""),
        "an empty file": ("", "", ""),
    }

    def test_it_is_named_with_its_place_and_the_others_work(self):
        for name, (text, place, word) in self.BROKEN.items():
            with self.subTest(name), file_of(text.encode(), "broken.yml") as path, file_of(b"".join(GUESSED)) as log:
                done = run("watch", "--rules", path, "--rules", RULES, log)
                self.assertEqual(done.returncode, 0, done.stderr)
                self.assertGreater(len(done.stdout), 0)
                if text:
                    self.assertIn(f"broken.yml{place}".encode(), done.stderr)
                    self.assertIn(word.encode(), done.stderr)
                    self.assertEqual(run("watch", "--strict", "--rules", path, "--rules", RULES, log).returncode, 65)

    def test_the_daemon_says_so_and_serves(self):
        with tempfile.TemporaryDirectory() as rules:
            shutil.copytree(RULES, os.path.join(rules, "good"))
            with open(os.path.join(rules, "broken.yml"), "w", encoding="utf-8") as f:
                f.write(self.BROKEN["a condition of nothing"][0])
            with Daemon(rules=rules) as d:
                self.assertIn("broken.yml:9:", d.said())
                self.assertIn("1 refused", d.said())
                d.ingest("h", b"".join(GUESSED))
                self.assertTrue(d.list("alert"))

    def test_nothing_where_rules_should_be(self):
        done = run("watch", "--rules", "/nonexistent", "-", input_=b"")
        self.assertEqual(done.returncode, 66)
        self.assertIn(b"/nonexistent", done.stderr)


class Pack(unittest.TestCase):
    BROKEN = {  # file, old, new, what must be said
        "an unknown key": ("kinds/note.yml", "kind: note\n", "kind: note\ncolour: red\n", "kinds/note.yml:2:1: "),
        "a tab": ("kinds/note.yml", "kind: note\n", "kind: note\n\tx: y\n", "kinds/note.yml:"),
        "no UTF-8": ("pack.yml", "pack: ", "pack: \udcff", "pack.yml:"),
        "a NUL": ("pack.yml", "version: ", "version: \0", "pack.yml:"),
        "an anchor that grows": ("enums.yml", "enums:\n", "a: &a [x, x]\nb: &b [*a, *a]\nenums:\n", "enums.yml:"),
        "a second document": ("clocks.yml", "  CK02:", "---\n  CK02:", "clocks.yml:"),
        "a label in one language": ("kinds/note.yml", ", en: Note}", "}", "kinds/note.yml:"),
        "an unknown state": ("kinds/incident.yml", "        from: received\n        to: triage\n",
                             "        from: recieved\n        to: triage\n", "recieved"),
    }

    def test_it_is_named_with_its_place(self):
        for name, (file, old, new, says) in self.BROKEN.items():
            with self.subTest(name), tempfile.TemporaryDirectory() as where:
                pack = os.path.join(where, "plan")
                shutil.copytree(OWN, pack)
                path = os.path.join(pack, file)
                with open(path, encoding="utf-8") as f:
                    text = f.read()
                self.assertIn(old, text)
                with open(path, "w", encoding="utf-8", errors="surrogateescape") as f:
                    f.write(text.replace(old, new, 1))
                for args in (("plan", "check", pack), ("serve", "--data", os.path.join(where, "d"), "--pack", pack)):
                    done = run(*args)
                    self.assertEqual(done.returncode, 65, done.stderr)
                    self.assertIn(says.encode(), done.stderr)
                self.assertRegex(done.stderr.decode(), r"[a-z_]+\.yml:\d+:\d+: ")

    def test_what_is_no_pack(self):
        with tempfile.TemporaryDirectory() as where:
            file = os.path.join(where, "file")
            with open(file, "wb") as f:
                f.write(b"x")
            for path, status in ((where, 66), (file, None), ("/nonexistent", 66)):
                done = run("plan", "check", path)
                self.assertNotEqual(done.returncode, 0)
                if status:
                    self.assertEqual(done.returncode, status, f"{path}: {done.stderr}")
                self.assertTrue(done.stderr.strip())


class House(unittest.TestCase):
    def test_rubbish_into_ingest(self):
        with city(rules=RULES) as d:
            for name, rubbish in RUBBISH.items():
                with self.subTest(name), file_of(rubbish) as path:
                    before = d.status()["record"]["entries"]
                    d.cli("ingest", "rubbish", path, expect=0)
                    self.assertEqual(d.status()["record"]["entries"], before)
            with file_of(b"".join(GUESSED)) as path:
                d.cli("ingest", "good", path)
            self.assertTrue(d.list("alert"))
            for source in d.status()["sources"]:
                self.assertEqual(source["received"], source["stored"] + source["limited"] + source["malformed"], source)

    def test_an_unknown_field(self):
        with city() as d:
            case = open_case(d)
            answer = d.fault("invalid", "dut01", "incident", "record_facts", case, colour="red")
            self.assertIn("'colour'", answer["en"])
            self.assertIn("it takes:", answer["en"])
            for args, words in ((["incident", "record_facts", case, "--colour", "red", "--as", "dut01"], "colour"),
                                (["incident", "list", "colour:red"], "colour"), (["incident", "frobnicate", case], "frobnicate")):
                self.assertIn(words, d.cli(*args, expect=None))

    def test_values_that_do_not_fit(self):
        """Named: the field, what is wanted, and where there is one the limit."""
        with city() as d:
            case = open_case(d)
            size = d.status()["record"]["entries"]
            for input_, fault, words in (
                    ({"title": "x" * 70000}, "limit", ("title", "65536")), ({"title": 7}, "invalid", ("title", "text is wanted")),
                    ({"title": "a\0b"}, "invalid", ()), ({"aware_at": "yesterday"}, "invalid", ("aware_at", "2026-01-02T03:04:05Z")),
                    ({"aware_at": "2026-02-30T00:00:00Z"}, "invalid", ("aware_at", "2026-02-30")),
                    ({"unit": "没有的单位"}, "invalid", ("unit", "没有的单位")), ({"unit": "#999999"}, "invalid", ("unit",)),
                    ({"type": "nonsense"}, "invalid", ())):
                given = {"title": "t", "reporter": "r", "aware_at": d.now, "what": "w", "unit": d.unit["edu"], **input_}
                answer = d.try_("dut01", "incident", "create", **given)
                self.assertFalse(answer.ok, input_)
                self.assertEqual(answer.get("fault"), fault, answer)
                for word in words:
                    self.assertIn(word, answer["en"])
                self.assertIn("zh", answer)
            self.assertEqual(d.status()["record"]["entries"], size)
            self.assertEqual(len(d.list("incident")), 1)
            self.assertEqual(d.show(case)["fields"]["title"], "示例案件")

    def test_scores_out_of_range(self):
        with city() as d:
            case = open_case(d)
            for scores in ([7, 1, 1, 1, 1, 1], [0, 1, 1, 1, 1, 1], [1, 1], ["x"] * 6, "high", {"nonsense": 3}):
                answer = d.fault("invalid", "dut01", "incident", "score", case, scores=scores)
                self.assertIn("1 to 5", answer["en"], scores)


if __name__ == "__main__":
    program = unittest.main(exit=False, verbosity=0, warnings="ignore")
    bad = len(program.result.failures) + len(program.result.errors)
    print(f"{program.result.testsRun - bad} passed, {bad} failed")
    sys.exit(1 if bad else 0)
