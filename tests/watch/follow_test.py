#!/usr/bin/env python3
"""follow_test -- `fengsui watch --follow`: files that go on, are rotated, emptied, or come later."""
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import unittest

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
FENGSUI = os.environ.get("FENGSUI") or os.path.join(ROOT, "build", "fengsui")
RULE = """title: Said
id: 5f4a8c2e-6b1d-4d7e-9a53-0d6f3b1c2e47
level: low
tags: [attack.t1110]
logsource: {product: linux}
detection: {words: [loud], condition: words}
"""


class Follow(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.at = folder.name
        self.one, self.other, rules = (os.path.join(self.at, name) for name in ("one.log", "other.log", "rules.yml"))
        with open(rules, "w", encoding="utf-8") as f:
            f.write(RULE)
        self.command = [FENGSUI, "watch", "--lang", "en", "--rules", rules, "--follow"]
        self.said = 0

    def start(self, *args):
        p = subprocess.Popen([*self.command, *args], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.addCleanup(p.wait)
        self.addCleanup(p.kill)
        return p

    def say(self, path, end="\n"):
        self.said += 1
        with open(path, "a", encoding="utf-8") as f:
            f.write(f"<38>Nov 25 22:48:00 h{self.said} app[1]: loud{end}")

    def heard(self, p):
        alert = json.loads(p.stdout.readline())
        return alert["host"], os.path.basename(alert["source"]), alert["line"]

    def end(self, p):
        p.send_signal(signal.SIGINT)
        out, err = p.communicate(timeout=20)
        return p.returncode, out, err

    def test_through_rotation(self):
        self.say(self.one)
        p = self.start("--stats", self.one, self.other)
        self.assertEqual(self.heard(p), ("h1", "one.log", 1))
        self.say(self.one)
        self.assertEqual(self.heard(p), ("h2", "one.log", 2))
        self.say(self.other)  # was not there
        self.assertEqual(self.heard(p), ("h3", "other.log", 1))
        os.rename(self.one, self.one + ".1")
        self.say(self.one + ".1")  # a writer that has not noticed
        self.say(self.one)
        self.assertEqual({self.heard(p)[0], self.heard(p)[0]}, {"h4", "h5"})
        shutil.copy(self.other, self.other + ".1")
        os.truncate(self.other, 0)
        self.say(self.other)
        self.assertEqual(self.heard(p)[0], "h6")
        code, out, err = self.end(p)
        self.assertEqual((code, out, json.loads(err)["events"]), (0, "", 6))

    def test_the_summary_comes_at_the_end(self):
        self.say(self.one)
        self.say(self.one, end="")
        p = self.start("--format", "summary", "--level", "low", "--rejects", os.path.join(self.at, "rejects"), self.one)
        with open(self.one, "a", encoding="utf-8") as f:
            f.write("\n{broken\n")
        while not os.path.getsize(os.path.join(self.at, "rejects")) if os.path.exists(os.path.join(self.at, "rejects")) else True:
            self.assertIsNone(p.poll())
        code, out, err = self.end(p)
        self.assertEqual((code, err), (1, ""))
        self.assertIn("2 alerts: low 2; 1 rule\n3 events of 1 input", out)
        self.assertIn("one.log:3: byte 2", out)

    def test_a_limit_ends_it(self):
        for _ in range(3):
            self.say(self.one)
        done = subprocess.run([*self.command, "--limit", "2", self.one], capture_output=True, text=True, timeout=20)
        self.assertEqual((done.returncode, done.stdout.count("\n")), (0, 2))

    def test_what_cannot_be_followed(self):
        os.mkfifo(os.path.join(self.at, "pipe"))
        for args, status in ((["-"], 64), ([os.path.join(self.at, "pipe")], 66)):
            done = subprocess.run([*self.command, *args], stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=20)
            self.assertEqual(done.returncode, status, done.stderr)
            self.assertIn("follow", done.stderr)


if __name__ == "__main__":
    result = unittest.main(exit=False, verbosity=0).result
    failed = len(result.failures) + len(result.errors)
    print(f"{result.testsRun - failed} passed, {failed} failed")
    sys.exit(1 if failed else 0)
